#ifndef SERVICES_FEEDS_EVIDENCE_SERVICE_H_
#define SERVICES_FEEDS_EVIDENCE_SERVICE_H_

#include <memory>
#include <vector>

#include "services/feeds/feed.h"
#include "services/runtime/rpc_service.h"

/// The one way evidence leaves a feed: EvidenceFeedService.StreamEvidence.
namespace xince::feeds {

/// An idle stream says so this often.
inline constexpr absl::Duration kHeartbeat = absl::Seconds(15);

/// Registers StreamEvidence for the feeds of this process. They outlive the service.
void RegisterEvidenceStream(const std::vector<Feed*>& feeds,
                            runtime::RpcService& service,
                            const runtime::Clock& clock);

}  // namespace xince::feeds

#endif  // SERVICES_FEEDS_EVIDENCE_SERVICE_H_
