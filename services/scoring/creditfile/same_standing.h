#ifndef SERVICES_SCORING_CREDITFILE_SAME_STANDING_H_
#define SERVICES_SCORING_CREDITFILE_SAME_STANDING_H_

#include "xince/credit/v1/credit.pb.h"

/// Comparing standings field by field: every piece of evidence asks for it, and serializing both sides
/// costs as much as evaluating.
namespace xince::creditfile {

/// Whether two records say the same of a subject, whatever day they were evaluated for: the day alone
/// is no change.
bool SameStanding(const credit::v1::StandingRecord& a, const credit::v1::StandingRecord& b);

/// Whether two records serialize to the same bytes.
bool SameRecord(const credit::v1::StandingRecord& a, const credit::v1::StandingRecord& b);

}  // namespace xince::creditfile

#endif  // SERVICES_SCORING_CREDITFILE_SAME_STANDING_H_
