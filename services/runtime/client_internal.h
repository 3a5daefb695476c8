#ifndef SERVICES_RUNTIME_CLIENT_INTERNAL_H_
#define SERVICES_RUNTIME_CLIENT_INTERNAL_H_

#include <memory>
#include <utility>

#include "absl/time/time.h"
#include <grpcpp/channel.h>
#include <grpcpp/support/channel_arguments.h>

#include "services/runtime/client.h"
#include "services/runtime/mutex.h"

namespace xince::runtime {

/// Counts the calls within the process, so that a stopping server can wait for them: the library's
/// in-process transport cuts all calls off the moment its server shuts down.
class LocalGate {
 public:
  enum class Kind { kCall, kStream };
  /// Whether a call may be made. `nested`: it is made for a call that is being answered, which a
  /// stopping server still lets finish. Every true is followed by a Leave.
  bool Enter(Kind kind, bool nested) ABSL_LOCKS_EXCLUDED(mutex_);
  void Leave(Kind kind) ABSL_LOCKS_EXCLUDED(mutex_);
  /// Refuses what is not nested, waits at most until `deadline` for the calls to end, and at most
  /// kLastReadMax for streams, whose writers have ended, to be read to their end; then refuses all.
  void Close(absl::Time deadline) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Await(const int& count, absl::Time deadline) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Mutex mutex_;
  CondVar changed_;
  int calls_ ABSL_GUARDED_BY(mutex_) = 0;
  int streams_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

/// The channel as gRPC knows it. Included by server.cc and client.cc only.
struct Channel::Impl {
  explicit Impl(std::shared_ptr<grpc::Channel> channel, std::shared_ptr<LocalGate> gate = nullptr)
      : channel(std::move(channel)), gate(std::move(gate)) {}
  const std::shared_ptr<grpc::Channel> channel;
  /// Null for a channel over the network.
  const std::shared_ptr<LocalGate> gate;
};

/// Limits and keepalive of a channel.
grpc::ChannelArguments ClientArguments(const Channel::Options& options);

}  // namespace xince::runtime

#endif  // SERVICES_RUNTIME_CLIENT_INTERNAL_H_
