#include "services/feeds/inspection/inspection_feed.h"

#include "xince/inspection/v1/inspection.pb.h"

#include "services/feeds/inspection/inspection_records.h"
#include "services/feeds/inspection/overdue_orders.h"
#include "services/runtime/errors.h"

namespace xince::inspection {
namespace {

using v1::ListOverdueRectificationOrdersRequest;
using v1::ListOverdueRectificationOrdersResponse;

void RegisterOverdueOrders(feeds::Feed& feed,
                           runtime::RpcService& service,
                           const type::Divisions&,
                           const runtime::Clock& clock) {
  service.Unary<ListOverdueRectificationOrdersRequest, ListOverdueRectificationOrdersResponse>(
      "ListOverdueRectificationOrders",
      [&feed, &clock](runtime::CallContext& context,
                      const ListOverdueRectificationOrdersRequest& request)
          -> absl::StatusOr<ListOverdueRectificationOrdersResponse> {
        XINCE_RETURN_IF_ERROR(feed.CheckRequest(request));
        journal::Revision at_least = 0;
        if (!context.min_revision().empty()) {
          XINCE_ASSIGN_OR_RETURN(at_least, feed.machine().ParseToken(context.min_revision()));
        }
        XINCE_ASSIGN_OR_RETURN(
            OverdueOrders overdue,
            ListOverdueOrders(
                feed, request, type::TodayInShanghai(clock.Now()), at_least, context.deadline()));
        context.set_revision(feed.machine().Token(overdue.revision));
        return std::move(overdue.response);
      });
}

}  // namespace

feeds::FeedDefinition InspectionFeed(const feeds::KindList& vocabulary) {
  return {.name = "inspection",
          .service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
              "xince.inspection.v1.InspectionService"),
          .types = RecordTypes(vocabulary),
          .verbs = Verbs(),
          .more = RegisterOverdueOrders};
}

}  // namespace xince::inspection
