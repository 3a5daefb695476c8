#ifndef SERVICES_RUNTIME_METRICS_SERVER_H_
#define SERVICES_RUNTIME_METRICS_SERVER_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "services/runtime/metrics.h"

namespace xince::runtime {

/// Serves `GET /metrics` (Prometheus text) and `GET /healthz` (200 `ok` while `alive` says so, else
/// 503) over HTTP, for scrapers and probes on a trusted network: there is no authentication.
class MetricsServer {
 public:
  /// `address` is `HOST:PORT` with an IP address or `localhost`; port 0 takes a free one. `metrics`
  /// must outlive the server, and so must what `alive` uses. Errors: LISTEN_FAILED.
  static absl::StatusOr<std::unique_ptr<MetricsServer>> Start(absl::string_view address,
                                                              const Metrics& metrics,
                                                              std::function<bool()> alive);
  ~MetricsServer();
  MetricsServer(const MetricsServer&) = delete;
  MetricsServer& operator=(const MetricsServer&) = delete;

  /// The address with the port chosen.
  [[nodiscard]] const std::string& address() const;

  struct Impl;
  explicit MetricsServer(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace xince::runtime

#endif  // SERVICES_RUNTIME_METRICS_SERVER_H_
