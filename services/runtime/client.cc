#include "services/runtime/client.h"

#include <algorithm>
#include <atomic>
#include <chrono>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/impl/client_unary_call.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/sync_stream.h>

#include "services/runtime/client_internal.h"
#include "services/runtime/errors.h"
#include "services/runtime/rpc_internal.h"
#include "services/runtime/utf8.h"

namespace xince::runtime {
namespace {

using grpc::ByteBuffer;
using grpc::internal::RpcMethod;

/// How long a stopping server waits for readers within the process to see the end of their streams.
constexpr absl::Duration kLastReadMax = absl::Seconds(1);

absl::Status Misuse(absl::string_view reason, absl::string_view en, absl::string_view zh) {
  return ToStatus(Problem{.code = absl::StatusCode::kInternal,
                          .reason = std::string(reason),
                          .en = std::string(en),
                          .zh = std::string(zh)});
}

/// `/package.Service/Method` from that, `package.Service/Method` or `package.Service.Method`.
std::string PathOf(absl::string_view method) {
  if (absl::StartsWith(method, "/")) return std::string(method);
  std::string path = absl::StrCat("/", method);
  if (!absl::StrContains(method, "/")) {
    const size_t dot = path.rfind('.');
    if (dot != std::string::npos) path[dot] = '/';
  }
  return path;
}

bool IsAscii(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

/// The context of a call, with everything but the call. Empty timeouts are errors of the
/// programmer.
absl::StatusOr<std::unique_ptr<grpc::ClientContext>> MakeContext(const CallOptions& options) {
  if (InReaction()) {
    return Misuse("BLOCKING_IN_REACTION",
                  "a call was made from a handler that must not block",
                  "不得在不可阻塞的处理函数中发起调用");
  }
  if (options.timeout <= absl::ZeroDuration()) {
    return Misuse("NO_TIMEOUT", "every call needs a timeout", "每次调用都须设定期限");
  }
  std::unique_ptr<grpc::ClientContext> context;
  auto* behind_door = dynamic_cast<ServerCallContext*>(options.parent);
  if (behind_door != nullptr) {
    context = grpc::ClientContext::FromCallbackServerContext(behind_door->server_context());
  } else {
    context = std::make_unique<grpc::ClientContext>();
  }
  absl::Duration timeout = options.timeout;
  if (options.parent != nullptr) timeout = std::min(timeout, options.parent->time_left());
  if (timeout != absl::InfiniteDuration()) {
    context->set_deadline(absl::ToChronoTime(absl::Now() + timeout));
  }
  if (options.parent != nullptr && !options.parent->trace().empty()) {
    context->AddMetadata(kTraceKey, options.parent->trace());
  }
  if (!options.actor.empty()) {
    context->AddMetadata(IsAscii(options.actor) ? kActorKey : kActorBinaryKey, options.actor);
  }
  if (!options.min_revision.empty()) context->AddMetadata(kMinRevisionKey, options.min_revision);
  for (const auto& [key, value] : options.metadata) {
    if (!absl::EndsWith(key, "-bin") && !IsAscii(value)) {
      return InvalidArgument(
          "BAD_METADATA", key, "metadata must be printable ASCII", "元数据须为可显示的 ASCII 字符");
    }
    context->AddMetadata(key, value);
  }
  return context;
}

std::string RevisionOf(const grpc::ClientContext& context) {
  const auto& trailing = context.GetServerTrailingMetadata();
  const auto found = trailing.find(kRevisionKey);
  return found == trailing.end() ? "" : std::string(found->second.data(), found->second.size());
}

ByteBuffer ToBuffer(absl::string_view bytes) {
  grpc::Slice slice(bytes.data(), bytes.size());
  return {&slice, 1};
}

absl::Status BadReply() {
  return ToStatus(Problem{.code = absl::StatusCode::kInternal,
                          .reason = "MALFORMED_REPLY",
                          .en = "the server's answer is no message of the expected type",
                          .zh = "服务器的答复不是预期类型的消息"});
}

/// The status of a call that this side has or has not `cancelled`. A server of this library cancels
/// calls that arrive in the moment it shuts down; to a caller who did not cancel, that is a server
/// that cannot be reached, and may be tried again.
absl::Status StatusOf(const grpc::Status& status, bool cancelled) {
  if (status.error_code() == grpc::StatusCode::CANCELLED && status.error_details().empty() &&
      !cancelled) {
    return FromGrpc(grpc::Status(grpc::StatusCode::UNAVAILABLE, status.error_message()));
  }
  return FromGrpc(status);
}

absl::Status ShuttingDown() {
  return ToStatus(Problem{.code = absl::StatusCode::kUnavailable,
                          .reason = "SHUTTING_DOWN",
                          .en = "the server stops",
                          .zh = "服务器正在停止"});
}

/// A place at a local server's gate, given back at the end of the call.
class GatePass {
 public:
  GatePass(LocalGate* gate, LocalGate::Kind kind, bool nested)
      : gate_(gate), kind_(kind), granted_(gate == nullptr || gate->Enter(kind, nested)) {}
  ~GatePass() {
    if (gate_ != nullptr && granted_) gate_->Leave(kind_);
  }
  GatePass(const GatePass&) = delete;
  GatePass& operator=(const GatePass&) = delete;
  [[nodiscard]] bool granted() const { return granted_; }

 private:
  LocalGate* const gate_;
  const LocalGate::Kind kind_;
  const bool granted_;
};

absl::Status CallBuffer(const Channel::Impl& channel,
                        absl::string_view method,
                        const ByteBuffer& request,
                        ByteBuffer& reply,
                        const CallOptions& options) {
  XINCE_ASSIGN_OR_RETURN(const std::unique_ptr<grpc::ClientContext> context, MakeContext(options));
  const GatePass pass(channel.gate.get(), LocalGate::Kind::kCall, options.parent != nullptr);
  if (!pass.granted()) return ShuttingDown();
  const std::string path = PathOf(method);
  const grpc::Status status =
      grpc::internal::BlockingUnaryCall(channel.channel.get(),
                                        RpcMethod(path.c_str(), RpcMethod::NORMAL_RPC),
                                        context.get(),
                                        request,
                                        &reply);
  if (options.revision != nullptr) *options.revision = RevisionOf(*context);
  return StatusOf(status, options.parent != nullptr && options.parent->IsCancelled());
}

}  // namespace

struct ByteStream::Impl {
  std::string path;
  std::shared_ptr<LocalGate> gate;
  std::unique_ptr<GatePass> pass;  // Given back after the reader is gone.
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<grpc::ClientContext> context;
  std::unique_ptr<grpc::ClientReader<ByteBuffer>> reader;
  std::string revision;
  bool nested = false;
  std::atomic<bool> cancelled{false};
  bool ended = false;
  absl::Status end;
};

ByteStream::ByteStream(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

ByteStream::~ByteStream() {
  if (impl_->ended) return;
  impl_->context->TryCancel();
  impl_->reader->Finish();
}

bool LocalGate::Enter(Kind kind, bool nested) {
  MutexLock lock(mutex_);
  if (closed_ || (closing_ && !nested)) return false;
  ++(kind == Kind::kCall ? calls_ : streams_);
  return true;
}

void LocalGate::Leave(Kind kind) {
  MutexLock lock(mutex_);
  --(kind == Kind::kCall ? calls_ : streams_);
  changed_.NotifyAll();
}

void LocalGate::Await(const int& count, absl::Time deadline) {
  while (count > 0) {
    const absl::Duration left = deadline - absl::Now();
    if (left <= absl::ZeroDuration()) return;
    changed_.WaitFor(mutex_, absl::ToChronoNanoseconds(left));
  }
}

void LocalGate::Close(absl::Time deadline) {
  MutexLock lock(mutex_);
  closing_ = true;
  Await(calls_, deadline);
  Await(streams_, std::min(deadline, absl::Now() + kLastReadMax));
  closed_ = true;
}

namespace {

/// False at the end; `stream.end` then says how it ended.
bool ReadBuffer(ByteStream::Impl& stream, ByteBuffer& buffer) {
  if (stream.ended) return false;
  if (stream.reader->Read(&buffer)) return true;
  stream.ended = true;
  stream.end = StatusOf(stream.reader->Finish(), stream.cancelled || stream.nested);
  stream.revision = RevisionOf(*stream.context);
  stream.pass.reset();
  return false;
}

absl::StatusOr<std::unique_ptr<ByteStream>> OpenBuffer(const Channel::Impl& channel,
                                                       absl::string_view method,
                                                       const ByteBuffer& request,
                                                       const CallOptions& options) {
  auto impl = std::make_unique<ByteStream::Impl>();
  XINCE_ASSIGN_OR_RETURN(impl->context, MakeContext(options));
  impl->path = PathOf(method);
  impl->gate = channel.gate;
  impl->nested = options.parent != nullptr;
  impl->pass = std::make_unique<GatePass>(
      impl->gate.get(), LocalGate::Kind::kStream, options.parent != nullptr);
  if (!impl->pass->granted()) return ShuttingDown();
  impl->channel = channel.channel;
  impl->reader.reset(grpc::internal::ClientReaderFactory<ByteBuffer>::Create(
      impl->channel.get(),
      RpcMethod(impl->path.c_str(), RpcMethod::SERVER_STREAMING),
      impl->context.get(),
      request));
  return std::make_unique<ByteStream>(std::move(impl));
}

}  // namespace

absl::StatusOr<std::optional<std::string>> ByteStream::Next() {
  ByteBuffer buffer;
  if (ReadBuffer(*impl_, buffer)) return Flatten(buffer);
  if (!impl_->end.ok()) return impl_->end;
  return std::nullopt;
}

void ByteStream::Cancel() {
  impl_->cancelled = true;
  impl_->context->TryCancel();
}

const std::string& ByteStream::revision() const { return impl_->revision; }

absl::StatusOr<bool> ReadNext(ByteStream& bytes, google::protobuf::MessageLite& message) {
  XINCE_ASSIGN_OR_RETURN(const std::optional<std::string> next, bytes.Next());
  if (!next.has_value()) return false;
  if (!message.ParseFromString(*next)) return BadReply();
  return true;
}

grpc::ChannelArguments ClientArguments(const Channel::Options& options) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(static_cast<int>(options.reply_bytes_max));
  arguments.SetMaxSendMessageSize(static_cast<int>(options.request_bytes_max + kReceiveSlackBytes));
  arguments.SetLoadBalancingPolicyName("round_robin");
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, kMetadataBytesMax);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveTimeMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 200);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 5000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 5000);
  return arguments;
}

std::shared_ptr<Channel> Channel::Create(absl::string_view target, const Options& options) {
  RouteLibraryLogs();
  const bool has_scheme = absl::StartsWith(target, "unix:") || absl::StrContains(target, "://");
  return std::make_shared<Channel>(std::make_unique<Impl>(
      grpc::CreateCustomChannel(has_scheme ? std::string(target) : absl::StrCat("dns:///", target),
                                grpc::InsecureChannelCredentials(),
                                ClientArguments(options))));
}

Channel::Channel(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Channel::~Channel() = default;

absl::Status Channel::CallInto(absl::string_view method,
                               const google::protobuf::MessageLite& request,
                               google::protobuf::MessageLite& reply,
                               const CallOptions& options) {
  ByteBuffer request_buffer;
  ByteBuffer reply_buffer;
  XINCE_RETURN_IF_ERROR(Serialize(request, request_buffer));
  XINCE_RETURN_IF_ERROR(CallBuffer(*impl_, method, request_buffer, reply_buffer, options));
  return Parse(reply_buffer, reply) ? absl::OkStatus() : BadReply();
}

absl::StatusOr<std::string> Channel::CallBytes(absl::string_view method,
                                               absl::string_view request,
                                               const CallOptions& options) {
  ByteBuffer reply;
  XINCE_RETURN_IF_ERROR(CallBuffer(*impl_, method, ToBuffer(request), reply, options));
  return Flatten(reply);
}

absl::StatusOr<std::unique_ptr<ByteStream>> Channel::Open(
    absl::string_view method,
    const google::protobuf::MessageLite& request,
    const CallOptions& options) {
  ByteBuffer buffer;
  XINCE_RETURN_IF_ERROR(Serialize(request, buffer));
  return OpenBuffer(*impl_, method, buffer, options);
}

absl::StatusOr<std::unique_ptr<ByteStream>> Channel::OpenBytes(absl::string_view method,
                                                               absl::string_view request,
                                                               const CallOptions& options) {
  return OpenBuffer(*impl_, method, ToBuffer(request), options);
}

absl::StatusOr<bool> Channel::IsServing(absl::string_view service, absl::Duration timeout) {
  // HealthCheckRequest{string service = 1}, HealthCheckResponse{enum status = 1, SERVING = 1}: two
  // one-field messages, written out rather than carried as protos.
  if (service.size() > 127) {
    return InvalidArgument("BAD_SERVICE_NAME", "service", "the name is too long", "服务名称过长");
  }
  std::string request;
  if (!service.empty()) {
    request = absl::StrCat("\x0A", std::string(1, static_cast<char>(service.size())), service);
  }
  XINCE_ASSIGN_OR_RETURN(const std::string reply,
                         CallBytes("grpc.health.v1.Health/Check", request, {.timeout = timeout}));
  return reply == absl::string_view("\x08\x01", 2);
}

}  // namespace xince::runtime
