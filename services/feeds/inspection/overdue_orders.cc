#include "services/feeds/inspection/overdue_orders.h"

#include "services/runtime/errors.h"

namespace xince::inspection {

using v1::RectificationOrder;

absl::StatusOr<OverdueOrders> ListOverdueOrders(
    feeds::Feed& feed,
    const v1::ListOverdueRectificationOrdersRequest& request,
    type::Date today,
    journal::Revision at_least,
    absl::Time deadline) {
  const feeds::RecordType& type = *feed.TypeOf(RectificationOrder::descriptor()->full_name());
  feeds::ListQuery query{.page_size = request.page_size(), .page_token = request.page_token()};
  if (!request.subject().empty()) query.filters.emplace_back("subject", request.subject());
  if (!request.division().empty()) query.filters.emplace_back("division", request.division());
  XINCE_ASSIGN_OR_RETURN(feeds::Page page, feed.List(type, query, at_least, deadline));
  OverdueOrders overdue{.revision = page.revision};
  overdue.response.set_today(type::FormatDate(today));
  overdue.response.set_next_page_token(page.next_page_token);
  for (const auto& record : page.records) {
    const auto& order = static_cast<const RectificationOrder&>(*record);
    const bool done = order.state() == RectificationOrder::ACCEPTED;
    if (done || order.deadline() >= overdue.response.today()) continue;
    *overdue.response.add_rectification_orders() = order;
  }
  return overdue;
}

}  // namespace xince::inspection
