#ifndef SERVICES_RUNTIME_RPC_INTERNAL_H_
#define SERVICES_RUNTIME_RPC_INTERNAL_H_

#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include <grpcpp/impl/service_type.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>
#include <grpcpp/support/status.h>

#include "services/runtime/mutex.h"
#include "services/runtime/rpc_service.h"

/// What the door, the server and the client share about gRPC. Included by their .cc files only.
namespace xince::runtime {

/// Bytes beyond the request limit that the transport still receives, so that the door can refuse
/// with a reason what is only somewhat too large.
inline constexpr size_t kReceiveSlackBytes = 1024 * 1024;
/// Most metadata of one call each way, in bytes. Errors in two languages need more than the
/// library's 8 KiB allows for.
inline constexpr int kMetadataBytesMax = 32 * 1024;
/// Largest google.rpc.Status sent; larger ones lose the ErrorInfo metadata.
inline constexpr size_t kErrorBytesMax = 6 * 1024;

/// Keepalive, both sides from one place: a server counts pings that come faster than its minimum as
/// an attack and closes the connection.
inline constexpr int kKeepaliveTimeMs = 30 * 1000;
inline constexpr int kKeepaliveTimeoutMs = 10 * 1000;
inline constexpr int kPingIntervalMinMs = 15 * 1000;

/// Whether this thread runs a reaction of the transport and must not block.
bool& InReaction();

/// Sends the library's own log lines to ours. Idempotent.
void RouteLibraryLogs();

/// `status` as gRPC sends it: code, English message, google.rpc.Status in
/// `grpc-status-details-bin`.
grpc::Status ToGrpc(const absl::Status& status);
/// The reverse. A status without details gets a reason of the transport.
absl::Status FromGrpc(const grpc::Status& status);

/// Serializes into one buffer. INTERNAL, UNSERIALIZABLE, when the message is beyond 2 GiB.
absl::Status Serialize(const google::protobuf::MessageLite& message, grpc::ByteBuffer& buffer);
/// Takes over large pieces without copying them.
grpc::ByteBuffer Join(const Pieces& pieces);
/// All bytes of a buffer in one string.
std::string Flatten(const grpc::ByteBuffer& buffer);
/// False when the bytes are not a message.
bool Parse(const grpc::ByteBuffer& buffer, google::protobuf::MessageLite& message);

/// One method with its handler and its metrics.
struct RpcMethodState {
  const google::protobuf::MethodDescriptor* descriptor = nullptr;
  const xince::type::v1::Access* access = nullptr;
  std::string path;
  const google::protobuf::Message* request = nullptr;
  rpc::UnaryHandler unary;
  rpc::InlineHandler inlined;
  rpc::AsyncHandler async;
  rpc::StreamHandler stream;
  Counter started;
  Histogram seconds;
  std::vector<Counter> handled;  // By code, 0 to 16.

  [[nodiscard]] bool has_handler() const { return unary || inlined || async || stream; }
};

class StreamCall;

/// The service as gRPC sees it.
struct RpcService::Impl : public grpc::Service {
  Impl(const google::protobuf::ServiceDescriptor* descriptor,
       Workers& workers,
       const Clock& clock,
       Metrics& metrics,
       const RpcLimits& limits,
       std::function<std::string()> make_trace);
  ~Impl() override;

  void AddMethods(Metrics& metrics);
  RpcMethodState& Register(absl::string_view method,
                           const rpc::Message& request,
                           const rpc::Message& reply,
                           bool streams);

  const google::protobuf::ServiceDescriptor* const descriptor;
  Workers& workers;
  const Clock& clock;
  const RpcLimits limits;
  const std::function<std::string()> make_trace;
  std::vector<std::unique_ptr<RpcMethodState>> methods;

  std::atomic<bool> open{true};
  std::atomic<int> in_flight{0};
  /// Calls and streams that began and whose answer has not left this process.
  std::atomic<int> unfinished{0};
  Gauge in_flight_gauge;
  Gauge streams_gauge;
  Counter stream_messages;
  Counter exceptions;
  Counter shed_calls;
  Counter shed_workers;
  Counter shed_streams;

  Workers stream_threads;
  Mutex streams_mutex;
  bool streams_stopped ABSL_GUARDED_BY(streams_mutex) = false;
  std::set<StreamCall*> streams ABSL_GUARDED_BY(streams_mutex);
};

/// The reaction to the start of a stream.
grpc::ServerWriteReactor<grpc::ByteBuffer>* StartStream(RpcService::Impl& service,
                                                        const RpcMethodState& method,
                                                        grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* request);
/// Tells a stream that the server stops.
void StopStream(StreamCall& stream);

/// What a call's metadata and deadline say. Shared by unary calls and streams.
absl::Status ReadCall(const RpcService::Impl& service,
                      const RpcMethodState& method,
                      const grpc::CallbackServerContext& context,
                      absl::Duration longest,
                      CallContext::Init& init);
/// Size and syntax of the request.
absl::Status ParseRequest(const RpcService::Impl& service,
                          const grpc::ByteBuffer& bytes,
                          google::protobuf::Message& message);
/// Runs `handler` behind the fence.
template <class Handler>
absl::Status Fence(const RpcService::Impl& service,
                   const RpcMethodState& method,
                   CallContext& context,
                   Handler&& handler);
/// The status INTERNAL that an exception becomes; logs `what` and counts.
absl::Status Fenced(const RpcService::Impl& service,
                    const RpcMethodState& method,
                    CallContext& context,
                    absl::string_view what);
/// The end of every call: revision and trace to the caller, metrics, log; then `status` for gRPC.
grpc::Status Conclude(const RpcService::Impl& service,
                      const RpcMethodState& method,
                      grpc::CallbackServerContext& server_context,
                      CallContext& context,
                      const absl::Status& status,
                      double seconds);

template <class Handler>
absl::Status Fence(const RpcService::Impl& service,
                   const RpcMethodState& method,
                   CallContext& context,
                   Handler&& handler) {
  try {
    return handler();
  } catch (const std::exception& error) {
    return Fenced(service, method, context, error.what());
  } catch (...) {
    return Fenced(service, method, context, "not a std::exception");
  }
}

/// The context of a call behind the door.
class ServerCallContext final : public CallContext {
 public:
  ServerCallContext(Init init,
                    const RpcService::Impl& service,
                    const grpc::CallbackServerContext& server_context)
      : CallContext(std::move(init)), service_(service), server_context_(server_context) {}

  [[nodiscard]] bool IsCancelled() const override {
    return server_context_.IsCancelled() || CallContext::IsCancelled();
  }
  [[nodiscard]] const std::string& trace() override {
    if (init_.trace.empty()) init_.trace = service_.make_trace();
    return init_.trace;
  }
  void Reset(Init init) { init_ = std::move(init); }
  void set_may_block(bool may_block) { init_.may_block = may_block; }
  [[nodiscard]] const grpc::CallbackServerContext& server_context() const {
    return server_context_;
  }

 private:
  const RpcService::Impl& service_;
  const grpc::CallbackServerContext& server_context_;
};

}  // namespace xince::runtime

#endif  // SERVICES_RUNTIME_RPC_INTERNAL_H_
