#include "services/runtime/client.h"

#include <algorithm>
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

/// The context of a call, with everything but the call. Empty timeouts are errors of the programmer.
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

absl::Status CallBuffer(grpc::Channel& channel,
                        absl::string_view method,
                        const ByteBuffer& request,
                        ByteBuffer& reply,
                        const CallOptions& options) {
  XINCE_ASSIGN_OR_RETURN(const std::unique_ptr<grpc::ClientContext> context, MakeContext(options));
  const std::string path = PathOf(method);
  const grpc::Status status = grpc::internal::BlockingUnaryCall(
      &channel, RpcMethod(path.c_str(), RpcMethod::NORMAL_RPC), context.get(), request, &reply);
  if (options.revision != nullptr) *options.revision = RevisionOf(*context);
  return FromGrpc(status);
}

}  // namespace

struct ByteStream::Impl {
  std::string path;
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<grpc::ClientContext> context;
  std::unique_ptr<grpc::ClientReader<ByteBuffer>> reader;
  std::string revision;
  bool ended = false;
  absl::Status end;
};

ByteStream::ByteStream(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

ByteStream::~ByteStream() {
  if (impl_->ended) return;
  impl_->context->TryCancel();
  impl_->reader->Finish();
}

namespace {

/// False at the end; `stream.end` then says how it ended.
bool ReadBuffer(ByteStream::Impl& stream, ByteBuffer& buffer) {
  if (stream.ended) return false;
  if (stream.reader->Read(&buffer)) return true;
  stream.ended = true;
  stream.end = FromGrpc(stream.reader->Finish());
  stream.revision = RevisionOf(*stream.context);
  return false;
}

absl::StatusOr<std::unique_ptr<ByteStream>> OpenBuffer(std::shared_ptr<grpc::Channel> channel,
                                                       absl::string_view method,
                                                       const ByteBuffer& request,
                                                       const CallOptions& options) {
  auto impl = std::make_unique<ByteStream::Impl>();
  XINCE_ASSIGN_OR_RETURN(impl->context, MakeContext(options));
  impl->path = PathOf(method);
  impl->channel = std::move(channel);
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

void ByteStream::Cancel() { impl_->context->TryCancel(); }

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
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 1000);
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
  XINCE_RETURN_IF_ERROR(CallBuffer(*impl_->channel, method, request_buffer, reply_buffer, options));
  return Parse(reply_buffer, reply) ? absl::OkStatus() : BadReply();
}

absl::StatusOr<std::string> Channel::CallBytes(absl::string_view method,
                                               absl::string_view request,
                                               const CallOptions& options) {
  ByteBuffer reply;
  XINCE_RETURN_IF_ERROR(CallBuffer(*impl_->channel, method, ToBuffer(request), reply, options));
  return Flatten(reply);
}

absl::StatusOr<std::unique_ptr<ByteStream>> Channel::Open(
    absl::string_view method,
    const google::protobuf::MessageLite& request,
    const CallOptions& options) {
  ByteBuffer buffer;
  XINCE_RETURN_IF_ERROR(Serialize(request, buffer));
  return OpenBuffer(impl_->channel, method, buffer, options);
}

absl::StatusOr<std::unique_ptr<ByteStream>> Channel::OpenBytes(absl::string_view method,
                                                               absl::string_view request,
                                                               const CallOptions& options) {
  return OpenBuffer(impl_->channel, method, ToBuffer(request), options);
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
