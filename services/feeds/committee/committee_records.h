#ifndef SERVICES_FEEDS_COMMITTEE_COMMITTEE_RECORDS_H_
#define SERVICES_FEEDS_COMMITTEE_COMMITTEE_RECORDS_H_

#include <vector>

#include "services/feeds/committee/rules.h"
#include "services/feeds/record_type.h"

namespace xince::committee {

/// Record types of the feed, held to the rules of the register's division. Only records about a committee
/// as an organisation give evidence, and conducts of members for which a lawful basis is recorded.
std::vector<feeds::RecordType> CommitteeRecordTypes(const Rules& rules = NoRules());

}  // namespace xince::committee

#endif  // SERVICES_FEEDS_COMMITTEE_COMMITTEE_RECORDS_H_
