#ifndef SERVICES_RUNTIME_CLIENT_H_
#define SERVICES_RUNTIME_CLIENT_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"

#include "services/runtime/call_context.h"

/// Calls to services, over the network or within the process, without generated stubs.
///
/// All calls here block the thread that makes them. A thread of the module's workers or one's own
/// may; the transport's threads, where inline and asynchronous handlers run, may not: there a call
/// is refused at once (INTERNAL, BLOCKING_IN_REACTION) instead of stopping every server of the
/// process.
///
/// Errors carry the reason the server gave. What the transport itself refuses has one of
/// UNREACHABLE, DEADLINE_EXCEEDED, CANCELLED, MESSAGE_TOO_LARGE or TRANSPORT.
namespace xince::runtime {

/// How one call is made.
struct CallOptions {
  /// Required, positive: how long to wait. A parent's deadline cuts it.
  absl::Duration timeout = absl::ZeroDuration();
  /// The call being answered, when this call is made for it: its deadline, cancellation and trace
  /// carry over. It must stay alive until the call returns.
  CallContext* parent = nullptr;
  /// Who calls; empty for nobody in particular. Printable UTF-8, at most kActorBytesMax.
  std::string actor;
  /// The answer must not be older than this revision token; empty for any.
  std::string min_revision;
  /// More metadata. Keys lower case; values printable ASCII unless the key ends in `-bin`.
  std::map<std::string, std::string> metadata;
  /// When set, receives the revision token of the answer, or "" when it has none.
  std::string* revision = nullptr;
};

/// Messages of one server stream. Not for several threads, but for Cancel.
class ByteStream {
 public:
  ~ByteStream();
  /// Waits for the next message. Empty when the stream ended well.
  absl::StatusOr<std::optional<std::string>> Next();
  /// Ends the stream now; a waiting Next returns CANCELLED. From any thread.
  void Cancel();
  /// Revision token sent at the end; empty before.
  [[nodiscard]] const std::string& revision() const;

  struct Impl;
  explicit ByteStream(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

/// The same with messages.
template <class Res>
class ReadStream {
 public:
  explicit ReadStream(std::unique_ptr<ByteStream> bytes) : bytes_(std::move(bytes)) {}
  absl::StatusOr<std::optional<Res>> Next() {
    std::optional<Res> message(std::in_place);
    const absl::StatusOr<bool> more = NextInto(*bytes_, *message);
    if (!more.ok()) return more.status();
    if (!*more) message.reset();
    return message;
  }
  void Cancel() { bytes_->Cancel(); }
  [[nodiscard]] const std::string& revision() const { return bytes_->revision(); }

 private:
  static absl::StatusOr<bool> NextInto(ByteStream& bytes, google::protobuf::MessageLite& message);
  std::unique_ptr<ByteStream> bytes_;
};

/// Reads the next message of a stream into `message`; false when the stream ended well.
absl::StatusOr<bool> ReadNext(ByteStream& bytes, google::protobuf::MessageLite& message);

template <class Res>
absl::StatusOr<bool> ReadStream<Res>::NextInto(ByteStream& bytes,
                                               google::protobuf::MessageLite& message) {
  return ReadNext(bytes, message);
}

/// A connection, or several, to one target. Safe from any thread; made once and shared.
class Channel {
 public:
  struct Options {
    size_t request_bytes_max = 4 * 1024 * 1024;
    size_t reply_bytes_max = 16 * 1024 * 1024;
  };

  /// `target` is `host:port`, resolved by DNS with calls spread over all addresses, or
  /// `unix:/path`. Nothing connects before the first call. Proxies of the environment are not used,
  /// nothing is retried but what never left this process.
  static std::shared_ptr<Channel> Create(absl::string_view target, const Options& options);
  static std::shared_ptr<Channel> Create(absl::string_view target) { return Create(target, {}); }

  struct Impl;
  explicit Channel(std::unique_ptr<Impl> impl);
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  /// Calls a unary method, named `package.Service/Method` or by its full name with dots.
  template <class Req, class Res>
  absl::StatusOr<Res> Call(absl::string_view method,
                           const Req& request,
                           const CallOptions& options) {
    Res reply;
    if (absl::Status status = CallInto(method, request, reply, options); !status.ok())
      return status;
    return reply;
  }
  /// Opens a server stream.
  template <class Req, class Res>
  absl::StatusOr<ReadStream<Res>> Read(absl::string_view method,
                                       const Req& request,
                                       const CallOptions& options) {
    absl::StatusOr<std::unique_ptr<ByteStream>> stream = Open(method, request, options);
    if (!stream.ok()) return stream.status();
    return ReadStream<Res>(*std::move(stream));
  }

  /// For callers that know the messages by their descriptors only.
  absl::Status CallInto(absl::string_view method,
                        const google::protobuf::MessageLite& request,
                        google::protobuf::MessageLite& reply,
                        const CallOptions& options);
  absl::StatusOr<std::unique_ptr<ByteStream>> Open(absl::string_view method,
                                                   const google::protobuf::MessageLite& request,
                                                   const CallOptions& options);
  /// For callers that carry bytes only, such as a gateway.
  absl::StatusOr<std::string> CallBytes(absl::string_view method,
                                        absl::string_view request,
                                        const CallOptions& options);
  absl::StatusOr<std::unique_ptr<ByteStream>> OpenBytes(absl::string_view method,
                                                        absl::string_view request,
                                                        const CallOptions& options);

  /// Asks `grpc.health.v1.Health` about `service` ("" for all of it): whether it is SERVING. An
  /// unknown service is NOT_FOUND.
  absl::StatusOr<bool> IsServing(absl::string_view service, absl::Duration timeout);

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace xince::runtime

#endif  // SERVICES_RUNTIME_CLIENT_H_
