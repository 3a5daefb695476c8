#ifndef SERVICES_FEEDS_FEED_SERVICE_H_
#define SERVICES_FEEDS_FEED_SERVICE_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

#include "services/feeds/feed.h"
#include "services/runtime/rpc_service.h"

/// The methods all feeds have alike, made from their descriptors: Create, Get, List, Update and
/// BatchCreate of every record type, VoidRecord, and the feed's own verbs.
namespace xince::feeds {

/// A feed as its directory defines it: the one line that adds it to the server names this.
struct FeedDefinition {
  /// Name of the feed, of its journal and of its evidence: `registry`.
  std::string name;
  /// Descriptor of its service.
  const google::protobuf::ServiceDescriptor* service = nullptr;
  std::vector<RecordType> types;
  std::vector<FeedVerb> verbs;
  /// Registers the methods that follow no convention; may be empty. The references outlive the
  /// service.
  std::function<void(Feed&, runtime::RpcService&, const type::Divisions&, const runtime::Clock&)>
      more;
};

/// Registers, on the service's descriptor, every method that follows the convention, and the verbs.
/// Methods that do neither are left to the feed. `feed` outlives the service.
///
/// Conventions, for a message M with the option xince.type.v1.record:
///   CreateM(request_id, <m>, validate_only) → M
///   UpdateM(request_id, <m>, expected_revision) → M
///   GetM(name, version) → M
///   List<Plural>(page_size, page_token, show_voided, and string fields that filter) → (<ms>,
///     next_page_token)
///   BatchCreate<Plural>(request_id, requests) → (results: each <m> or error), each item carried out
///     or refused by itself; an item without a request id gets `<batch id>/<index>`. At most
///     kBatchItemsMax, else INVALID_ARGUMENT `BATCH_TOO_LARGE`.
///   VoidRecord(request_id, name, expected_revision, voiding) → (name, info)
void RegisterFeedMethods(Feed& feed,
                         runtime::RpcService& service,
                         const std::vector<FeedVerb>& verbs);

}  // namespace xince::feeds

#endif  // SERVICES_FEEDS_FEED_SERVICE_H_
