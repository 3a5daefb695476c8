#include <algorithm>
#include <chrono>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "services/runtime/errors.h"
#include "services/runtime/log.h"
#include "services/runtime/rpc_internal.h"
#include "services/runtime/utf8.h"
#include "services/runtime/wire_check.h"

/// What unary calls and streams have in common at the door: metadata in, parsing, the end.
namespace xince::runtime {
namespace {

/// Most lines about failed calls a process writes in a second; more are counted and summed up in
/// the next line, so that a flood of bad calls does not become a flood of logs.
constexpr int kFailureLinesPerSecondMax = 50;

using ClientMetadata = std::multimap<grpc::string_ref, grpc::string_ref>;

absl::string_view Find(const ClientMetadata& metadata, const char* key) {
  const auto found = metadata.find(key);
  if (found == metadata.end()) return {};
  return {found->second.data(), found->second.size()};
}

bool IsPrintableAscii(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

bool IsTrace(absl::string_view text) {
  return !text.empty() && text.size() <= kTraceBytesMax &&
         std::all_of(
             text.begin(), text.end(), [](char c) { return absl::ascii_isalnum(c) || c == '-'; });
}

absl::Status ReadActor(const ClientMetadata& metadata, std::string& actor) {
  const bool plain = metadata.count(kActorKey) > 0;
  const bool binary = metadata.count(kActorBinaryKey) > 0;
  if (!plain && !binary) return absl::OkStatus();
  const absl::string_view claimed = Find(metadata, plain ? kActorKey : kActorBinaryKey);
  if (plain == binary || metadata.count(plain ? kActorKey : kActorBinaryKey) > 1 ||
      claimed.empty() || claimed.size() > kActorBytesMax || !IsPrintableUtf8(claimed)) {
    return InvalidArgument("BAD_ACTOR",
                           kActorKey,
                           absl::StrCat("metadata ",
                                        kActorKey,
                                        " must be given once, 1 to ",
                                        kActorBytesMax,
                                        " bytes of printable text"),
                           absl::StrCat("元数据 ",
                                        kActorKey,
                                        " 只能给出一次,长度 1 至 ",
                                        kActorBytesMax,
                                        " 字节,且须为可显示文字"),
                           {{"bytes_max", absl::StrCat(kActorBytesMax)}});
  }
  actor = absl::StrCat("claimed:", claimed);
  return absl::OkStatus();
}

absl::Status ReadMinRevision(const ClientMetadata& metadata, std::string& revision) {
  const absl::string_view token = Find(metadata, kMinRevisionKey);
  if (token.size() > kRevisionBytesMax || !IsPrintableAscii(token)) {
    return InvalidArgument(
        "BAD_MIN_REVISION",
        kMinRevisionKey,
        absl::StrCat("metadata ", kMinRevisionKey, " is no revision token of this service"),
        absl::StrCat("元数据 ", kMinRevisionKey, " 不是本服务的版本令牌"));
  }
  revision = std::string(token);
  return absl::OkStatus();
}

/// Lets the first lines of each second through and counts the rest.
class LineLimit {
 public:
  /// False to stay silent. `suppressed` is how many were silenced since the last line.
  bool Take(absl::Time now, int64_t& suppressed) {
    MutexLock lock(mutex_);
    const int64_t second = absl::ToUnixSeconds(now);
    if (second != second_) {
      second_ = second;
      lines_ = 0;
    }
    if (lines_ >= kFailureLinesPerSecondMax) {
      ++suppressed_;
      return false;
    }
    ++lines_;
    suppressed = std::exchange(suppressed_, 0);
    return true;
  }

 private:
  Mutex mutex_;
  int64_t second_ ABSL_GUARDED_BY(mutex_) = 0;
  int lines_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t suppressed_ ABSL_GUARDED_BY(mutex_) = 0;
};

LineLimit& FailureLines() {
  static auto* limit = new LineLimit;
  return *limit;
}

void LogFailure(const RpcService::Impl& service,
                const RpcMethodState& method,
                CallContext& context,
                const absl::Status& status,
                double seconds) {
  int64_t suppressed = 0;
  const std::string reason = ReasonOf(status);
  LogLevel level = LogLevel::kInfo;
  if (reason.empty() || status.code() == absl::StatusCode::kInternal) level = LogLevel::kError;
  if (status.code() == absl::StatusCode::kCancelled) level = LogLevel::kDebug;
  if (!FailureLines().Take(service.clock.Now(), suppressed)) return;
  Log(level,
      "call failed",
      {{"method", method.path},
       {"code", absl::StatusCodeToString(status.code())},
       {"reason", reason.empty() ? "UNCLASSIFIED" : reason},
       {"actor", context.actor()},
       {"trace", context.trace()},
       {"latency_us", static_cast<int64_t>(seconds * 1e6)},
       {"suppressed", suppressed}});
  if (!reason.empty()) return;
  // What a library said is for the operator only; it may name files and addresses.
  Log(LogLevel::kError,
      "a handler returned a status without a reason",
      {{"trace", context.trace()}, {"cause", status.message().substr(0, 300)}});
}

}  // namespace

absl::Status ReadCall(const RpcService::Impl& service,
                      const RpcMethodState& method,
                      const grpc::CallbackServerContext& context,
                      absl::Duration longest,
                      CallContext::Init& init) {
  init.clock = &service.clock;
  init.method = method.descriptor;
  init.access = method.access;
  absl::Duration left = longest;
  if (context.deadline() != std::chrono::system_clock::time_point::max()) {
    left = std::min(left, absl::FromChrono(context.deadline()) - absl::Now());
  }
  init.deadline = service.clock.Now() + left;
  const ClientMetadata& metadata = context.client_metadata();
  if (const absl::string_view trace = Find(metadata, kTraceKey); IsTrace(trace)) {
    init.trace = std::string(trace);
  }
  XINCE_RETURN_IF_ERROR(ReadActor(metadata, init.actor));
  return ReadMinRevision(metadata, init.min_revision);
}

absl::Status ParseRequest(const RpcService::Impl& service,
                          const grpc::ByteBuffer& bytes,
                          google::protobuf::Message& message) {
  const size_t bytes_max = service.limits.request_bytes_max;
  if (bytes.Length() > bytes_max) {
    return InvalidArgument(
        "REQUEST_TOO_LARGE",
        "",
        absl::StrCat(
            "the request has ", bytes.Length(), " bytes, more than the ", bytes_max, " allowed"),
        absl::StrCat("请求为 ", bytes.Length(), " 字节,超过上限 ", bytes_max),
        {{"bytes", absl::StrCat(bytes.Length())}, {"bytes_max", absl::StrCat(bytes_max)}});
  }
  if (Parse(bytes, message)) return absl::OkStatus();
  const WireFault fault = FindWireFault(Flatten(bytes), *message.GetDescriptor());
  if (fault.kind == WireFault::Kind::kBadUtf8) {
    return InvalidArgument("BAD_UTF8", fault.path, "the text is not UTF-8", "文本不是 UTF-8 编码");
  }
  return InvalidArgument("MALFORMED_REQUEST",
                         "",
                         absl::StrCat("the bytes are no ", message.GetDescriptor()->full_name()),
                         absl::StrCat("请求的字节不是 ", message.GetDescriptor()->full_name()),
                         {{"message", message.GetDescriptor()->full_name()}});
}

absl::Status Fenced(const RpcService::Impl& service,
                    const RpcMethodState& method,
                    CallContext& context,
                    absl::string_view what) {
  service.exceptions.Increment();
  Log(LogLevel::kError,
      "a handler threw",
      {{"method", method.path}, {"what", what}, {"trace", context.trace()}});
  return ToStatus(
      Problem{.code = absl::StatusCode::kInternal,
              .reason = "INTERNAL",
              .en = "the service failed at this call; the operator's log has the details",
              .zh = "服务处理该调用时出错,详情见运维日志"});
}

grpc::Status Conclude(const RpcService::Impl& service,
                      const RpcMethodState& method,
                      grpc::CallbackServerContext& server_context,
                      CallContext& context,
                      const absl::Status& status,
                      double seconds) {
  if (!context.revision().empty()) {
    if (context.revision().size() <= kRevisionBytesMax && IsPrintableAscii(context.revision())) {
      server_context.AddTrailingMetadata(kRevisionKey, context.revision());
    } else {
      Log(LogLevel::kError, "a revision token cannot be sent", {{"method", method.path}});
    }
  }
  const size_t code = std::min<size_t>(static_cast<size_t>(status.raw_code()), 16);
  method.handled[code].Increment();
  method.seconds.Observe(seconds);
  if (status.ok()) return grpc::Status::OK;
  server_context.AddTrailingMetadata(kTraceKey, context.trace());
  LogFailure(service, method, context, status, seconds);
  return ToGrpc(status);
}

}  // namespace xince::runtime
