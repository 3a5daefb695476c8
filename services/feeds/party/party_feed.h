#ifndef SERVICES_FEEDS_PARTY_PARTY_FEED_H_
#define SERVICES_FEEDS_PARTY_PARTY_FEED_H_

#include "services/feeds/feed_service.h"

namespace xince::party {

/// The party feed: evaluation forms and windows, evaluations, what is owed, and indicators of party
/// work.
feeds::FeedDefinition PartyFeed();

}  // namespace xince::party

#endif  // SERVICES_FEEDS_PARTY_PARTY_FEED_H_
