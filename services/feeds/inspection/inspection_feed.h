#ifndef SERVICES_FEEDS_INSPECTION_INSPECTION_FEED_H_
#define SERVICES_FEEDS_INSPECTION_INSPECTION_FEED_H_

#include "services/feeds/feed_service.h"
#include "services/feeds/inspection/inspection_records.h"
#include "services/feeds/kind_list.h"

namespace xince::inspection {

/// The inspection feed: inspections, findings, penalties, rectification orders, complaints,
/// statistics, assessments, surveys, honours and conduct. `vocabulary` is what findings and conducts may
/// name, the kinds of policies/national/kinds.textproto; seeds of draws come from `random`.
feeds::FeedDefinition InspectionFeed(const feeds::KindList& vocabulary, RandomBytes random);

}  // namespace xince::inspection

#endif  // SERVICES_FEEDS_INSPECTION_INSPECTION_FEED_H_
