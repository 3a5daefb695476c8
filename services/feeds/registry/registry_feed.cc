#include "services/feeds/registry/registry_feed.h"

#include "google/protobuf/descriptor.h"

#include "xince/registry/v1/registry.pb.h"

#include "services/feeds/registry/division_methods.h"
#include "services/feeds/registry/registry_records.h"
#include "services/runtime/errors.h"

namespace xince::registry {
namespace {

using ::xince::runtime::CallContext;

void RegisterDivisionMethods(feeds::Feed& feed,
                             runtime::RpcService& service,
                             const type::Divisions& divisions,
                             const runtime::Clock& /*clock*/) {
  service.Unary<v1::GetDivisionRequest, v1::Division>(
      "GetDivision",
      [&](CallContext&, const v1::GetDivisionRequest& request) -> absl::StatusOr<v1::Division> {
        XINCE_RETURN_IF_ERROR(feed.CheckRequest(request));
        return GetDivision(divisions, request);
      });
  service.Unary<v1::ListDivisionsRequest, v1::ListDivisionsResponse>(
      "ListDivisions",
      [&](CallContext&,
          const v1::ListDivisionsRequest& request) -> absl::StatusOr<v1::ListDivisionsResponse> {
        XINCE_RETURN_IF_ERROR(feed.CheckRequest(request));
        return ListDivisions(divisions, request);
      });
  service.Unary<v1::SearchDivisionsRequest, v1::SearchDivisionsResponse>(
      "SearchDivisions",
      [&](CallContext&, const v1::SearchDivisionsRequest& request)
          -> absl::StatusOr<v1::SearchDivisionsResponse> {
        XINCE_RETURN_IF_ERROR(feed.CheckRequest(request));
        return SearchDivisions(divisions, request);
      });
}

}  // namespace

feeds::FeedDefinition RegistryFeed() {
  return {
      .name = "registry",
      .service = v1::VoidRecordRequest::descriptor()->file()->FindServiceByName("RegistryService"),
      .types = RegistryRecordTypes(),
      .verbs = {},
      .more = RegisterDivisionMethods};
}

}  // namespace xince::registry
