#ifndef SERVICES_FEEDS_COMMITTEE_COMMITTEE_WARNINGS_H_
#define SERVICES_FEEDS_COMMITTEE_COMMITTEE_WARNINGS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "xince/committee/v1/duty.pb.h"
#include "xince/committee/v1/filing.pb.h"
#include "xince/committee/v1/warning.pb.h"

#include "services/feeds/committee/rules.h"
#include "services/feeds/feed.h"

/// What committees and their members lack or were late with, on a day: worked out when asked, so that it
/// follows every change of a member and every day that passes.
namespace xince::committee {

/// A committee with what was filed for it, voided records excluded.
struct CommitteeFile {
  v1::Committee committee;
  std::vector<v1::Member> members;
  std::vector<v1::Training> trainings;
  std::vector<v1::Disclosure> disclosures;
};

/// What there is to say about it on the day. A function of its arguments alone.
v1::CommitteeWarnings Tell(const CommitteeFile& file,
                           const v1::CommitteeRules& rules,
                           type::Date day);

/// A page of them, and the revision it holds at.
struct WarningsPage {
  v1::ListCommitteeWarningsResponse response;
  journal::Revision revision = 0;
};

/// Committees formed by `request.as_of_date`, or by `today` when that is empty, that act on that day or
/// have a warning. Records are those of now. Errors: INVALID_ARGUMENT `PAGE_SIZE`, `PAGE_TOKEN`,
/// `PAGE_TOKEN_ARGUMENTS`; those of Feed::List.
absl::StatusOr<WarningsPage> ListCommitteeWarnings(feeds::Feed& feed,
                                                   const v1::ListCommitteeWarningsRequest& request,
                                                   const v1::CommitteeRules& rules,
                                                   type::Date today,
                                                   journal::Revision at_least,
                                                   absl::Time deadline);

}  // namespace xince::committee

#endif  // SERVICES_FEEDS_COMMITTEE_COMMITTEE_WARNINGS_H_
