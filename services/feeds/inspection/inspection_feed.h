#ifndef SERVICES_FEEDS_INSPECTION_INSPECTION_FEED_H_
#define SERVICES_FEEDS_INSPECTION_INSPECTION_FEED_H_

#include "services/feeds/feed_service.h"

namespace xince::inspection {

/// The inspection feed: inspections, findings, penalties, rectification orders, complaints,
/// statistics, assessments, surveys, honours and conduct.
feeds::FeedDefinition InspectionFeed();

}  // namespace xince::inspection

#endif  // SERVICES_FEEDS_INSPECTION_INSPECTION_FEED_H_
