#include "services/journal/redis_connection.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include <sys/socket.h>
#include <sys/time.h>

#include "hiredis/hiredis.h"
#include "openssl/evp.h"
#include "services/journal/journal.h"
#include "services/journal/journal_errors.h"
#include "services/runtime/errors.h"

namespace xince::journal {
namespace {

constexpr size_t kDetailBytesMax = 200;

absl::Status WithDetail(absl::Status status, absl::string_view detail) {
  // Redis repeats the arguments of a command it does not know; they may be anything.
  detail = detail.substr(0, std::min(detail.find(", with args"), kDetailBytesMax));
  status.SetPayload(kRedisDetailUrl, absl::Cord(detail));
  return status;
}

absl::Status AuthError() {
  return runtime::FailedPrecondition(
      "REDIS_AUTH",
      "",
      "Redis refused the user, its password or a command it may not use; check the credentials and "
      "the access rules of the service's Redis user",
      "Redis 拒绝了用户、口令或其无权使用的命令,请检查凭据以及该服务 Redis 用户的访问规则");
}

bool StartsWithAny(absl::string_view text, std::initializer_list<absl::string_view> prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(), [&](absl::string_view prefix) {
    return absl::StartsWith(text, prefix);
  });
}

std::string Sha1Hex(absl::string_view text) {
  std::array<uint8_t, 20> digest{};
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
  return HexEncode(digest);
}

constexpr absl::string_view kNoScript = "NOSCRIPT";

bool IsNoScript(const absl::Status& status) {
  return !status.ok() && absl::StartsWith(RedisDetailOf(status), kNoScript);
}

}  // namespace

std::string RedisDetailOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kRedisDetailUrl);
  return payload.has_value() ? std::string(*payload) : "";
}

absl::Status RedisProtocolError(absl::string_view what) {
  return runtime::ToStatus(runtime::Problem{
      .code = absl::StatusCode::kInternal,
      .reason = "REDIS_PROTOCOL",
      .en = absl::StrCat("Redis answered otherwise than this program expects: ", what),
      .zh = "Redis 的应答与本程序的预期不符"});
}

bool RedisValue::IsNil() const { return value_ != nullptr && value_->type == REDIS_REPLY_NIL; }

absl::StatusOr<int64_t> RedisValue::Integer() const {
  if (value_ == nullptr || value_->type != REDIS_REPLY_INTEGER) {
    return RedisProtocolError("an integer is missing");
  }
  return static_cast<int64_t>(value_->integer);
}

absl::StatusOr<absl::string_view> RedisValue::Text() const {
  if (value_ == nullptr ||
      (value_->type != REDIS_REPLY_STRING && value_->type != REDIS_REPLY_STATUS)) {
    return RedisProtocolError("a string is missing");
  }
  return absl::string_view(value_->str, value_->len);
}

absl::StatusOr<uint64_t> RedisValue::Number() const {
  XINCE_ASSIGN_OR_RETURN(const absl::string_view text, Text());
  uint64_t number = 0;
  if (!absl::SimpleAtoi(text, &number)) return RedisProtocolError("a number is missing");
  return number;
}

size_t RedisValue::Size() const {
  return value_ != nullptr && value_->type == REDIS_REPLY_ARRAY ? value_->elements : 0;
}

RedisValue RedisValue::At(size_t index) const {
  return RedisValue(index < Size() ? value_->element[index] : nullptr);
}

void RedisReply::Deleter::operator()(redisReply* reply) const { freeReplyObject(reply); }

RedisScript::RedisScript(std::string text) : body(std::move(text)), sha1(Sha1Hex(body)) {}

void RedisConnection::Deleter::operator()(redisContext* context) const { redisFree(context); }

RedisConnection::RedisConnection(const RedisEndpoint& endpoint, redisContext* context)
    : label_(endpoint.label),
      command_timeout_(endpoint.command_timeout),
      timeout_in_force_(absl::ZeroDuration()),
      fd_(context->fd),
      context_(context) {}

absl::StatusOr<std::unique_ptr<RedisConnection>> RedisConnection::Connect(
    const RedisEndpoint& endpoint) {
  const timeval timeout = absl::ToTimeval(endpoint.connect_timeout);
  std::unique_ptr<redisContext, Deleter> context(
      endpoint.unix_socket.empty()
          ? redisConnectWithTimeout(endpoint.host.c_str(), endpoint.port, timeout)
          : redisConnectUnixWithTimeout(endpoint.unix_socket.c_str(), timeout));
  if (context == nullptr || context->err != 0) {
    return WithDetail(UnavailableError(endpoint.label, "no connection to Redis"),
                      context == nullptr ? "out of memory" : context->errstr);
  }
  if (endpoint.unix_socket.empty()) redisEnableKeepAlive(context.get());
  std::unique_ptr<RedisConnection> connection(new RedisConnection(endpoint, context.release()));
  XINCE_RETURN_IF_ERROR(connection->Authenticate(endpoint));
  return connection;
}

absl::Status RedisConnection::Authenticate(const RedisEndpoint& endpoint) {
  if (endpoint.password.empty()) return absl::OkStatus();
  std::vector<absl::string_view> args = {"AUTH"};
  if (!endpoint.username.empty()) args.push_back(endpoint.username);
  args.push_back(endpoint.password);
  return Command(args).status();
}

absl::Status RedisConnection::SetTimeout(absl::Duration timeout) {
  if (timeout == timeout_in_force_) return absl::OkStatus();
  if (redisSetTimeout(context_.get(), absl::ToTimeval(timeout)) != REDIS_OK) {
    return Broken("the socket refuses a timeout");
  }
  timeout_in_force_ = timeout;
  return absl::OkStatus();
}

absl::Status RedisConnection::Broken(absl::string_view why) {
  broken_ = true;
  return WithDetail(UnavailableError(label_, why), context_->errstr);
}

absl::Status RedisConnection::ErrorReply(absl::string_view text) {
  if (StartsWithAny(text, {"NOAUTH", "WRONGPASS", "NOPERM", "ERR AUTH", "ERR invalid password"})) {
    return WithDetail(AuthError(), text);
  }
  if (StartsWithAny(text, {"OOM"})) return WithDetail(DiskFullError(label_), text);
  if (StartsWithAny(text, {"READONLY", "LOADING", "MASTERDOWN", "UNBLOCKED"})) {
    // The server is, or became, something that the checks of a new connection refuse.
    broken_ = true;
    return WithDetail(UnavailableError(label_, "this Redis is not a primary in service"), text);
  }
  if (StartsWithAny(text, {"NOREPLICAS"})) {
    return WithDetail(UnavailableError(label_, "too few Redis replicas are connected"), text);
  }
  if (StartsWithAny(text, {"MISCONF", "BUSY", "CLUSTERDOWN", "TRYAGAIN", "ERR max number"})) {
    return WithDetail(UnavailableError(label_, "Redis refuses commands for now"), text);
  }
  return WithDetail(RedisProtocolError("it reports an error"), text);
}

absl::StatusOr<RedisReply> RedisConnection::Command(absl::Span<const absl::string_view> args,
                                                    absl::Duration blocking) {
  if (broken_) return Broken("the connection to Redis is broken");
  XINCE_RETURN_IF_ERROR(SetTimeout(command_timeout_ + blocking));
  std::vector<const char*> bytes;
  std::vector<size_t> sizes;
  bytes.reserve(args.size());
  sizes.reserve(args.size());
  for (const absl::string_view arg : args) {
    bytes.push_back(arg.data());
    sizes.push_back(arg.size());
  }
  auto* raw = static_cast<redisReply*>(
      redisCommandArgv(context_.get(), static_cast<int>(args.size()), bytes.data(), sizes.data()));
  if (raw == nullptr) {
    const bool timed_out =
        context_->err == REDIS_ERR_IO && (errno == EAGAIN || errno == EWOULDBLOCK);
    closed_by_server_ = !timed_out;
    return Broken(timed_out ? "Redis did not answer in time" : "Redis closed the connection");
  }
  RedisReply reply(raw);
  if (raw->type == REDIS_REPLY_ERROR) return ErrorReply(absl::string_view(raw->str, raw->len));
  return reply;
}

absl::StatusOr<RedisReply> RedisConnection::Run(const RedisScript& script,
                                                absl::Span<const absl::string_view> keys,
                                                absl::Span<const absl::string_view> args) {
  const std::string key_count = absl::StrCat(keys.size());
  std::vector<absl::string_view> command = {"EVALSHA", script.sha1, key_count};
  command.reserve(3 + keys.size() + args.size());
  command.insert(command.end(), keys.begin(), keys.end());
  command.insert(command.end(), args.begin(), args.end());
  auto reply = Command(command);
  // NOSCRIPT means that nothing ran; EVAL also makes the server remember the script.
  if (!IsNoScript(reply.status())) return reply;
  command[0] = "EVAL";
  command[1] = script.body;
  return Command(command);
}

void RedisConnection::Shutdown() { shutdown(fd_, SHUT_RDWR); }

absl::StatusOr<RedisConnection*> RedisChannel::Get() {
  if (connection_ != nullptr && !connection_->broken()) return connection_.get();
  connection_.reset();
  const absl::Time now = clock_.Now();
  // A clock that was set back must not stretch the back-off.
  if (now >= failed_at_ && now < failed_at_ + backoff_) return last_error_;
  auto connection = RedisConnection::Connect(endpoint_);
  last_error_ = connection.ok() ? check_(**connection) : connection.status();
  if (!last_error_.ok()) {
    failed_at_ = now;
    backoff_ = std::clamp(backoff_ * 2, kRedisBackoffMin, kRedisBackoffMax);
    return last_error_;
  }
  backoff_ = absl::ZeroDuration();
  connection_ = *std::move(connection);
  return connection_.get();
}

}  // namespace xince::journal
