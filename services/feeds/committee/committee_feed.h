#ifndef SERVICES_FEEDS_COMMITTEE_COMMITTEE_FEED_H_
#define SERVICES_FEEDS_COMMITTEE_COMMITTEE_FEED_H_

#include "services/feeds/committee/rules.h"
#include "services/feeds/feed_service.h"

/// How committees are filed and how they work.
namespace xince::committee {

/// The feed `committee`, serving xince.committee.v1.CommitteeService, held to the rules of the register's
/// division.
feeds::FeedDefinition CommitteeFeed(const Rules& rules = NoRules());

}  // namespace xince::committee

#endif  // SERVICES_FEEDS_COMMITTEE_COMMITTEE_FEED_H_
