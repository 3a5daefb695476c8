#ifndef SERVICES_FEEDS_INSPECTION_OVERDUE_ORDERS_H_
#define SERVICES_FEEDS_INSPECTION_OVERDUE_ORDERS_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "xince/inspection/v1/inspection.pb.h"

#include "services/feeds/feed.h"

namespace xince::inspection {

/// An answer of ListOverdueRectificationOrders and the revision it holds at.
struct OverdueOrders {
  v1::ListOverdueRectificationOrdersResponse response;
  journal::Revision revision = 0;
};

/// The orders of a page whose deadline was before `today` and that are not accepted. Errors: those of
/// Feed::List.
absl::StatusOr<OverdueOrders> ListOverdueOrders(
    feeds::Feed& feed,
    const v1::ListOverdueRectificationOrdersRequest& request,
    type::Date today,
    journal::Revision at_least,
    absl::Time deadline);

}  // namespace xince::inspection

#endif  // SERVICES_FEEDS_INSPECTION_OVERDUE_ORDERS_H_
