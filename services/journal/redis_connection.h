#ifndef SERVICES_JOURNAL_REDIS_CONNECTION_H_
#define SERVICES_JOURNAL_REDIS_CONNECTION_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

#include "services/runtime/clock.h"

struct redisContext;
struct redisReply;

/// Redis by hiredis 0.14, held so that nothing leaks and nothing is guessed: commands are argument
/// vectors (binary safe, no format strings), replies are read by type into StatusOr, and a
/// connection that failed once is thrown away, never reset.
///
/// hiredis writes to a socket that Redis may have closed, which raises SIGPIPE. Every program that
/// links this must ignore SIGPIPE before it connects.
///
/// Errors by reason:
///   UNAVAILABLE          JOURNAL_UNAVAILABLE  no connection, no answer in time, or refused for now
///                                             (NOREPLICAS, READONLY, LOADING, MASTERDOWN, ...)
///   RESOURCE_EXHAUSTED   JOURNAL_DISK_FULL    Redis is at `maxmemory`; nothing was written
///   FAILED_PRECONDITION  REDIS_AUTH           user, password or access rules do not allow it
///   INTERNAL             REDIS_PROTOCOL       an answer of another type than this program expects
namespace xince::journal {

/// Status payload with the words of the driver or the server, for an operator's log. Messages never
/// carry them, and the payload does not leave the process (services/runtime/errors.h).
inline constexpr char kRedisDetailUrl[] = "xince.internal/redis-detail";

/// The payload of `status`; empty when there is none.
std::string RedisDetailOf(const absl::Status& status);

/// INTERNAL `REDIS_PROTOCOL`. `what` says what was expected, in English.
absl::Status RedisProtocolError(absl::string_view what);

/// Where Redis is and who we are there. hiredis 0.14 has no TLS: across machines that is the work
/// of the network (a mesh or a tunnel).
struct RedisEndpoint {
  /// TCP, unless `unix_socket` is set.
  std::string host = "127.0.0.1";
  int port = 6379;
  /// Path of a unix socket; at most 107 bytes.
  std::string unix_socket;
  /// AUTH on connect, unless `password` is empty; without a user name it is the default user's.
  std::string username;
  std::string password;
  absl::Duration connect_timeout = absl::Seconds(1);
  /// Longest silence before a command counts as unanswered.
  absl::Duration command_timeout = absl::Seconds(2);
  /// What errors call it: the journal's name.
  std::string label;
};

/// A value inside a reply. Valid as long as its RedisReply.
class RedisValue {
 public:
  /// `value` may be null: every accessor then answers REDIS_PROTOCOL.
  explicit RedisValue(const redisReply* value) : value_(value) {}

  [[nodiscard]] bool IsNil() const;
  [[nodiscard]] absl::StatusOr<int64_t> Integer() const;
  /// A string or a status line. Any bytes.
  [[nodiscard]] absl::StatusOr<absl::string_view> Text() const;
  /// A string of decimal digits.
  [[nodiscard]] absl::StatusOr<uint64_t> Number() const;
  /// Number of elements of an array; 0 for anything else.
  [[nodiscard]] size_t Size() const;
  /// An element; beyond the end a value without a type.
  [[nodiscard]] RedisValue At(size_t index) const;

 private:
  const redisReply* value_;
};

/// A reply that is not an error.
class RedisReply {
 public:
  explicit RedisReply(redisReply* owned) : reply_(owned) {}
  [[nodiscard]] RedisValue value() const { return RedisValue(reply_.get()); }

 private:
  struct Deleter {
    void operator()(redisReply* reply) const;
  };
  std::unique_ptr<redisReply, Deleter> reply_;
};

/// A Lua script and the SHA-1 by which Redis knows it.
struct RedisScript {
  explicit RedisScript(std::string text);
  std::string body;
  std::string sha1;
};

/// One connection. One thread at a time, except for Shutdown.
class RedisConnection {
 public:
  /// Connects and authenticates within `endpoint.connect_timeout` and one command timeout.
  static absl::StatusOr<std::unique_ptr<RedisConnection>> Connect(const RedisEndpoint& endpoint);

  /// Sends a command and reads its reply. `blocking` is how long the command itself may take on the
  /// server (WAIT, XREAD BLOCK), on top of the command timeout. An error reply becomes a status; an
  /// I/O error leaves the connection broken and the outcome of the command unknown.
  absl::StatusOr<RedisReply> Command(absl::Span<const absl::string_view> args,
                                     absl::Duration blocking = absl::ZeroDuration());

  /// Runs a script by its SHA-1; with its text where the server does not know it.
  absl::StatusOr<RedisReply> Run(const RedisScript& script,
                                 absl::Span<const absl::string_view> keys,
                                 absl::Span<const absl::string_view> args);

  /// Whether this connection must be thrown away.
  [[nodiscard]] bool broken() const { return broken_; }
  /// Whether it broke because the server closed it, as it does when it stops.
  [[nodiscard]] bool closed_by_server() const { return closed_by_server_; }
  /// Makes it broken: what the server says no longer counts.
  void Discard() { broken_ = true; }

  /// Ends a command that another thread is waiting in. From any thread, while the object lives.
  void Shutdown();

 private:
  struct Deleter {
    void operator()(redisContext* context) const;
  };
  RedisConnection(const RedisEndpoint& endpoint, redisContext* context);
  absl::Status Authenticate(const RedisEndpoint& endpoint);
  absl::Status SetTimeout(absl::Duration timeout);
  absl::Status Broken(absl::string_view why);
  absl::Status ErrorReply(absl::string_view text);

  std::string label_;
  absl::Duration command_timeout_;
  absl::Duration timeout_in_force_;
  int fd_;
  bool broken_ = false;
  bool closed_by_server_ = false;
  std::unique_ptr<redisContext, Deleter> context_;
};

/// Waits between attempts to connect: doubling from the first to the second, none after a success.
inline constexpr absl::Duration kRedisBackoffMin = absl::Milliseconds(20);
inline constexpr absl::Duration kRedisBackoffMax = absl::Seconds(1);

/// A connection that is made when it is needed and made anew when it broke. One thread at a time.
class RedisChannel {
 public:
  /// `check` is asked about every new connection before it is used; a refusal closes it.
  using Check = std::function<absl::Status(RedisConnection&)>;

  /// `clock` must live as long as the channel.
  RedisChannel(RedisEndpoint endpoint, const runtime::Clock& clock, Check check)
      : endpoint_(std::move(endpoint)), clock_(clock), check_(std::move(check)) {}

  /// The connection, in working order as far as is known. While a back-off runs, the last error, at
  /// once.
  absl::StatusOr<RedisConnection*> Get();

 private:
  const RedisEndpoint endpoint_;
  const runtime::Clock& clock_;
  const Check check_;
  std::unique_ptr<RedisConnection> connection_;
  absl::Status last_error_;
  absl::Time failed_at_ = absl::InfinitePast();
  absl::Duration backoff_ = absl::ZeroDuration();
};

}  // namespace xince::journal

#endif  // SERVICES_JOURNAL_REDIS_CONNECTION_H_
