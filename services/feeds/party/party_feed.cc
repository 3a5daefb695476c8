#include "services/feeds/party/party_feed.h"

#include <utility>

#include "xince/party/v1/party.pb.h"

#include "services/feeds/party/late_evaluations.h"
#include "services/feeds/party/party_records.h"
#include "services/runtime/errors.h"

namespace xince::party {
namespace {

// Registers a reading method: its request is checked by its rules, its answer carries the revision.
template <class Request, class Response, class Read>
void RegisterReading(absl::string_view method,
                     feeds::Feed& feed,
                     runtime::RpcService& service,
                     const runtime::Clock& clock,
                     Read read) {
  service.Unary<Request, Response>(
      method,
      [&feed, &clock, read](runtime::CallContext& context,
                            const Request& request) -> absl::StatusOr<Response> {
        XINCE_RETURN_IF_ERROR(feed.CheckRequest(request));
        journal::Revision at_least = 0;
        if (!context.min_revision().empty()) {
          XINCE_ASSIGN_OR_RETURN(at_least, feed.machine().ParseToken(context.min_revision()));
        }
        const type::Date today = type::TodayInShanghai(clock.Now());
        XINCE_ASSIGN_OR_RETURN(Answer<Response> answer,
                               read(feed, request, today, at_least, context.deadline()));
        context.set_revision(feed.machine().Token(answer.revision));
        return std::move(answer.response);
      });
}

void RegisterReadings(feeds::Feed& feed,
                      runtime::RpcService& service,
                      const type::Divisions&,
                      const runtime::Clock& clock) {
  RegisterReading<v1::ListLateEvaluationsRequest, v1::ListLateEvaluationsResponse>(
      "ListLateEvaluations", feed, service, clock, ListLate);
  RegisterReading<v1::GetEvaluationProgressRequest, v1::EvaluationProgress>(
      "GetEvaluationProgress",
      feed,
      service,
      clock,
      [](feeds::Feed& read, const auto& request, type::Date today, auto at_least, auto deadline) {
        return Progress(read, request, today, at_least, deadline);
      });
}

}  // namespace

feeds::FeedDefinition PartyFeed() {
  return {.name = "party",
          .service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
              "xince.party.v1.PartyEvaluationService"),
          .types = RecordTypes(),
          .verbs = Verbs(),
          .more = RegisterReadings};
}

}  // namespace xince::party
