#include "services/runtime/rpc_internal.h"

#include <cstring>
#include <limits>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/slice.h>

#include "services/runtime/errors.h"
#include "services/runtime/log.h"

namespace xince::runtime {
namespace {

/// Below this, copying costs less than counting references.
constexpr size_t kCopiedBytesMax = 4096;

struct Words {
  const char* reason;
  const char* en;
  const char* zh;
};

Words TransportWords(const grpc::Status& status) {
  switch (status.error_code()) {
    case grpc::StatusCode::UNAVAILABLE:
      return {"UNREACHABLE", "the server cannot be reached", "无法连接服务器"};
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return {"DEADLINE_EXCEEDED", "no answer in time", "未在期限内得到答复"};
    case grpc::StatusCode::CANCELLED:
      return {"CANCELLED", "the call was cancelled", "调用已取消"};
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      if (absl::StrContains(status.error_message(), "larger than max")) {
        return {"MESSAGE_TOO_LARGE",
                "a message is larger than this side accepts",
                "消息超过可接收的大小"};
      }
      [[fallthrough]];
    default:
      return {"TRANSPORT", "the connection failed", "连接出错"};
  }
}

/// The details of `status`, without what is optional when they would not fit into the metadata.
std::string BoundedDetails(const absl::Status& status) {
  const google::rpc::Status wire = ToRpcStatus(status);
  if (wire.ByteSizeLong() <= kErrorBytesMax) return wire.SerializeAsString();
  Problem problem = ToProblem(status);
  problem.metadata = {{"details", "omitted"}};
  problem.en.resize(std::min<size_t>(problem.en.size(), 512));
  problem.zh.clear();
  problem.field.resize(std::min<size_t>(problem.field.size(), 512));
  return ToRpcStatus(ToStatus(problem)).SerializeAsString();
}

void LibraryLog(gpr_log_func_args* args) {
  Log(args->severity == GPR_LOG_SEVERITY_ERROR ? LogLevel::kWarning : LogLevel::kDebug,
      "grpc",
      {{"what", args->message}, {"line", args->line}});
}

void ProtobufLog(google::protobuf::LogLevel level,
                 const char* /*file*/,
                 int line,
                 const std::string& message) {
  // Bad input of callers is answered and counted; it is no news for the operator.
  Log(level == google::protobuf::LOGLEVEL_FATAL ? LogLevel::kError : LogLevel::kDebug,
      "protobuf",
      {{"what", message}, {"line", line}});
}

}  // namespace

bool& InReaction() {
  thread_local bool in_reaction = false;
  return in_reaction;
}

void RouteLibraryLogs() {
  static const bool once = [] {
    gpr_set_log_function(LibraryLog);
    google::protobuf::SetLogHandler(ProtobufLog);
    return true;
  }();
  (void)once;
}

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  std::string message = ToProblem(status).en;
  if (message.size() > 1024) message.resize(1024);
  return {static_cast<grpc::StatusCode>(status.code()), message, BoundedDetails(status)};
}

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  google::rpc::Status wire;
  if (!status.error_details().empty() && wire.ParseFromString(status.error_details()) &&
      wire.code() != 0) {
    return FromRpcStatus(wire);
  }
  const Words words = TransportWords(status);
  return ToStatus(Problem{.code = static_cast<absl::StatusCode>(status.error_code()),
                          .reason = words.reason,
                          .en = words.en,
                          .zh = words.zh,
                          .metadata = {{"cause", status.error_message()}}});
}

absl::Status Serialize(const google::protobuf::MessageLite& message, grpc::ByteBuffer& buffer) {
  const size_t size = message.ByteSizeLong();
  if (size > std::numeric_limits<int>::max()) {
    return ToStatus(Problem{.code = absl::StatusCode::kInternal,
                            .reason = "UNSERIALIZABLE",
                            .en = "the message is beyond what the wire format can hold",
                            .zh = "消息超出可编码的大小"});
  }
  grpc::Slice slice(size);
  message.SerializeWithCachedSizesToArray(const_cast<uint8_t*>(slice.begin()));
  buffer = grpc::ByteBuffer(&slice, 1);
  return absl::OkStatus();
}

grpc::ByteBuffer Join(const Pieces& pieces) {
  size_t total = 0;
  for (const Piece& piece : pieces) total += piece.bytes().size();
  if (total <= kCopiedBytesMax) {
    grpc::Slice slice(total);
    auto* to = const_cast<uint8_t*>(slice.begin());
    for (const Piece& piece : pieces) {
      if (piece.bytes().empty()) continue;
      std::memcpy(to, piece.bytes().data(), piece.bytes().size());
      to += piece.bytes().size();
    }
    return {&slice, 1};
  }
  std::vector<grpc::Slice> slices;
  slices.reserve(pieces.size());
  for (const Piece& piece : pieces) {
    if (piece.bytes().size() <= kCopiedBytesMax / 4) {
      slices.emplace_back(piece.bytes().data(), piece.bytes().size());
      continue;
    }
    slices.emplace_back(
        const_cast<char*>(piece.bytes().data()),
        piece.bytes().size(),
        [](void* owner) { delete static_cast<std::shared_ptr<const std::string>*>(owner); },
        new std::shared_ptr<const std::string>(piece.owner()));
  }
  return {slices.data(), slices.size()};
}

std::string Flatten(const grpc::ByteBuffer& buffer) {
  std::string bytes;
  std::vector<grpc::Slice> slices;
  if (!buffer.Dump(&slices).ok()) return bytes;
  bytes.reserve(buffer.Length());
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

bool Parse(const grpc::ByteBuffer& buffer, google::protobuf::MessageLite& message) {
  grpc::Slice slice;
  if (buffer.TrySingleSlice(&slice).ok()) {
    return message.ParseFromArray(slice.begin(), static_cast<int>(slice.size()));
  }
  grpc::ByteBuffer copy(buffer);
  grpc::ProtoBufferReader reader(&copy);
  return reader.status().ok() && message.ParseFromZeroCopyStream(&reader);
}

}  // namespace xince::runtime
