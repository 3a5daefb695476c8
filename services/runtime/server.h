#ifndef SERVICES_RUNTIME_SERVER_H_
#define SERVICES_RUNTIME_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "services/runtime/client.h"
#include "services/runtime/rpc_service.h"

namespace xince::runtime {

struct ServerOptions {
  /// Where to listen: `127.0.0.1:7300`, `[::1]:7300`, `localhost:7300`, `unix:/path/socket`. Port 0
  /// takes a free one. Empty: only calls within the process.
  std::vector<std::string> addresses;
  /// A connection older than this is closed once its calls are answered, so that clients find new
  /// replicas.
  absl::Duration connection_age_max = absl::Minutes(5);
  /// What a closing connection's calls get; at least the longest deadline.
  absl::Duration connection_age_grace = absl::Seconds(30);
  /// Most calls at a time on one connection; the client queues the others.
  int streams_per_connection_max = 200;
  /// Most memory for messages in transit: a backstop against exhaustion, no flow control.
  size_t memory_bytes_max = 512 * 1024 * 1024;
  /// Whether clients may ask for the services' descriptors.
  bool reflection = true;
};

/// Serves services over gRPC, with health (grpc.health.v1) and reflection.
///
/// The server accepts connections by itself, on sockets no other process can bind as well.
class Server {
 public:
  /// Seals the services, listens and serves. All are NOT_SERVING until told otherwise. `services`
  /// must outlive the server. Errors: SERVICE_INCOMPLETE, LISTEN_FAILED (the address is taken, not
  /// local or not an address), SERVER_START_FAILED.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options,
                                                       const std::vector<RpcService*>& services);
  /// Stops without drain or grace, unless stopped before.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Where it listens, with the ports chosen.
  [[nodiscard]] const std::vector<std::string>& addresses() const;
  /// A channel to this server that does not leave the process. Once the server stops, it refuses
  /// calls with UNAVAILABLE, SHUTTING_DOWN.
  [[nodiscard]] std::shared_ptr<Channel> InProcess();
  /// What health says of `name`; "" is the whole server.
  void SetServing(absl::string_view name, bool serving);

  /// Says NOT_SERVING, goes on for `drain` so that callers learn of it, then ends streams, refuses
  /// new calls, gives those running `grace`, and returns when the last handler has answered. Clients
  /// that are connected and do not call hold it up for less than a second. The second call does
  /// nothing. Never from a handler.
  void Stop(absl::Duration drain, absl::Duration grace);

  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace xince::runtime

#endif  // SERVICES_RUNTIME_SERVER_H_
