#ifndef SERVICES_FEEDS_COMMITTEE_COMMITTEE_FEED_H_
#define SERVICES_FEEDS_COMMITTEE_COMMITTEE_FEED_H_

#include "services/feeds/feed_service.h"

/// How committees are filed and how they work.
namespace xince::committee {

/// The feed `committee`, serving xince.committee.v1.CommitteeService.
feeds::FeedDefinition CommitteeFeed();

}  // namespace xince::committee

#endif  // SERVICES_FEEDS_COMMITTEE_COMMITTEE_FEED_H_
