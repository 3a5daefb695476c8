#include "services/feeds/committee/committee_feed.h"

#include "google/protobuf/descriptor.h"

#include "xince/committee/v1/committee.pb.h"

#include "services/feeds/committee/committee_records.h"
#include "services/feeds/committee/committee_warnings.h"
#include "services/feeds/committee/overdue_elections.h"
#include "services/runtime/errors.h"

namespace xince::committee {
namespace {

using ::xince::runtime::CallContext;

void RegisterOverdueElections(feeds::Feed& feed,
                              runtime::RpcService& service,
                              const type::Divisions& /*divisions*/,
                              const runtime::Clock& clock) {
  service.Unary<v1::ListOverdueElectionsRequest, v1::ListOverdueElectionsResponse>(
      "ListOverdueElections",
      [&](CallContext& context, const v1::ListOverdueElectionsRequest& request)
          -> absl::StatusOr<v1::ListOverdueElectionsResponse> {
        XINCE_RETURN_IF_ERROR(feed.CheckRequest(request));
        journal::Revision at_least = 0;
        if (!context.min_revision().empty()) {
          XINCE_ASSIGN_OR_RETURN(at_least, feed.machine().ParseToken(context.min_revision()));
        }
        XINCE_ASSIGN_OR_RETURN(
            OverduePage page,
            ListOverdueElections(
                feed, request, type::TodayInShanghai(clock.Now()), at_least, context.deadline()));
        context.set_revision(feed.machine().Token(page.revision));
        return std::move(page.response);
      });
}

void RegisterWarnings(feeds::Feed& feed,
                      runtime::RpcService& service,
                      const runtime::Clock& clock,
                      const Rules& rules) {
  service.Unary<v1::ListCommitteeWarningsRequest, v1::ListCommitteeWarningsResponse>(
      "ListCommitteeWarnings",
      [&feed, &clock, rules](CallContext& context, const v1::ListCommitteeWarningsRequest& request)
          -> absl::StatusOr<v1::ListCommitteeWarningsResponse> {
        XINCE_RETURN_IF_ERROR(feed.CheckRequest(request));
        journal::Revision at_least = 0;
        if (!context.min_revision().empty()) {
          XINCE_ASSIGN_OR_RETURN(at_least, feed.machine().ParseToken(context.min_revision()));
        }
        XINCE_ASSIGN_OR_RETURN(WarningsPage page,
                               ListCommitteeWarnings(feed,
                                                     request,
                                                     *rules,
                                                     type::TodayInShanghai(clock.Now()),
                                                     at_least,
                                                     context.deadline()));
        context.set_revision(feed.machine().Token(page.revision));
        return std::move(page.response);
      });
}

}  // namespace

feeds::FeedDefinition CommitteeFeed(const Rules& rules) {
  return {
      .name = "committee",
      .service = v1::VoidRecordRequest::descriptor()->file()->FindServiceByName("CommitteeService"),
      .types = CommitteeRecordTypes(rules),
      .verbs = {},
      .more = [rules](feeds::Feed& feed,
                      runtime::RpcService& service,
                      const type::Divisions& divisions,
                      const runtime::Clock& clock) {
        RegisterOverdueElections(feed, service, divisions, clock);
        RegisterWarnings(feed, service, clock, rules);
      }};
}

}  // namespace xince::committee
