#include "services/feeds/inspection/inspection_feed.h"

#include <memory>
#include <utility>

#include "xince/inspection/v1/inspection.pb.h"

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

// Files a draw as any record is filed, under a name of its own: the seed and the result are in the entry.
void RegisterDraws(feeds::Feed& feed, runtime::RpcService& service) {
  service.Async<v1::DrawInspectionsRequest, v1::InspectionDraw>(
      "DrawInspections",
      [&feed](runtime::CallContext& context,
              v1::DrawInspectionsRequest request,
              runtime::Done<v1::InspectionDraw> done) {
        if (!request.has_inspection_draw()) {
          return done(runtime::InvalidArgument("FIELD_REQUIRED",
                                               "inspection_draw",
                                               "inspection_draw is missing",
                                               "缺少 inspection_draw"));
        }
        auto draw = std::make_unique<v1::InspectionDraw>();
        draw->Swap(request.mutable_inspection_draw());
        feed.Create(*feed.TypeOf(v1::InspectionDraw::descriptor()->full_name()),
                    std::move(draw),
                    {.actor = context.actor(), .request_id = request.request_id()},
                    [&feed, done](absl::StatusOr<feeds::RecordAnswer> answer) {
                      if (!answer.ok()) {
                        const std::string at = runtime::ToProblem(answer.status()).field;
                        return done(at.empty() || at == "request_id"
                                        ? answer.status()
                                        : runtime::UnderField(answer.status(), "inspection_draw"));
                      }
                      done.context().set_revision(feed.machine().Token(answer->revision));
                      done(static_cast<const v1::InspectionDraw&>(*answer->record));
                    });
      });
}

void RegisterMore(feeds::Feed& feed,
                  runtime::RpcService& service,
                  const type::Divisions& divisions,
                  const runtime::Clock& clock) {
  RegisterOverdueOrders(feed, service, divisions, clock);
  RegisterDraws(feed, service);
}

}  // namespace

feeds::FeedDefinition InspectionFeed(const feeds::KindList& vocabulary, RandomBytes random) {
  return {.name = "inspection",
          .service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
              "xince.inspection.v1.InspectionService"),
          .types = RecordTypes(vocabulary, std::move(random)),
          .verbs = Verbs(),
          .more = RegisterMore};
}

}  // namespace xince::inspection
