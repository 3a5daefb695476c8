#ifndef SERVICES_FEEDS_COMMITTEE_COMMITTEE_RECORDS_H_
#define SERVICES_FEEDS_COMMITTEE_COMMITTEE_RECORDS_H_

#include <vector>

#include "services/feeds/record_type.h"

namespace xince::committee {

/// Record types of the feed. Only records about a committee as an organisation give evidence.
std::vector<feeds::RecordType> CommitteeRecordTypes();

}  // namespace xince::committee

#endif  // SERVICES_FEEDS_COMMITTEE_COMMITTEE_RECORDS_H_
