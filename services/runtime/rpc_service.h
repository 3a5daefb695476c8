#ifndef SERVICES_RUNTIME_RPC_SERVICE_H_
#define SERVICES_RUNTIME_RPC_SERVICE_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"

#include "services/runtime/call_context.h"
#include "services/runtime/clock.h"
#include "services/runtime/metrics.h"
#include "services/runtime/workers.h"

/// The one door every call comes through.
///
/// A module gives a service descriptor and a handler per method; no gRPC code is generated, and no
/// gRPC header is seen here. The door does for every call, in this order:
///   1. admission: beyond `in_flight_max` the call is refused (OVERLOADED, with a retry hint);
///   2. the deadline: a call without one gets `deadline_max`, a longer one is cut to it;
///   3. metadata: actor, revision token, trace;
///   4. the size of the request (REQUEST_TOO_LARGE);
///   5. parsing (MALFORMED_REQUEST, or BAD_UTF8 with the path of the field);
///   6. the handler, behind a fence: an exception becomes INTERNAL and is counted;
///   7. the answer: the reply, or google.rpc.Status with reason, field and both languages; the
///   revision;
///      the metrics; a log line when it failed. Exactly once.
/// Handlers do not check access: the rule is in the context.
namespace xince::runtime {

/// Bytes that are already serialized, shared and never changed.
class Piece {
 public:
  Piece(std::string bytes)  // NOLINT: a string is a piece
      : owner_(std::make_shared<const std::string>(std::move(bytes))), bytes_(*owner_) {}
  Piece(std::shared_ptr<const std::string> bytes)  // NOLINT: so is a shared string
      : owner_(std::move(bytes)), bytes_(*owner_) {}
  /// A part of a shared string. `bytes` must lie within `*owner`.
  Piece(std::shared_ptr<const std::string> owner, absl::string_view bytes)
      : owner_(std::move(owner)), bytes_(bytes) {}

  [[nodiscard]] absl::string_view bytes() const { return bytes_; }
  [[nodiscard]] const std::shared_ptr<const std::string>& owner() const { return owner_; }

 private:
  std::shared_ptr<const std::string> owner_;
  absl::string_view bytes_;
};

/// One message in the wire format, in parts. Protobuf joins parts by concatenation: a repeated
/// field's elements may each be a piece with tag and length.
using Pieces = std::vector<Piece>;

/// The types behind the templates. A module does not use them.
namespace rpc {

/// Takes the reply of one call.
class ReplySink {
 public:
  virtual ~ReplySink() = default;
  virtual absl::Status SetMessage(const google::protobuf::MessageLite& message) = 0;
  virtual absl::Status SetPieces(const Pieces& pieces) = 0;
};

/// One call that waits for its answer.
class PendingCall {
 public:
  virtual ~PendingCall() = default;
  virtual CallContext& context() = 0;
  /// Answers with `reply`, or with `status` when that is not OK. A second answer is logged and
  /// lost.
  virtual void Answer(const absl::Status& status, const google::protobuf::MessageLite* reply) = 0;
};

/// Writes the messages of one stream.
class StreamSink {
 public:
  virtual ~StreamSink() = default;
  virtual bool WriteMessage(const google::protobuf::MessageLite& message) = 0;
  virtual bool WritePieces(const Pieces& pieces) = 0;
  [[nodiscard]] virtual bool stopped() const = 0;
  virtual bool WaitStopped(absl::Duration wait) = 0;
  virtual void OnStop(std::function<void()> callback) = 0;
};

using Message = google::protobuf::Message;
using UnaryHandler = std::function<absl::Status(CallContext&, const Message&, ReplySink&)>;
/// Empty: run again on the workers.
using InlineHandler =
    std::function<std::optional<absl::Status>(CallContext&, const Message&, ReplySink&)>;
using AsyncHandler =
    std::function<void(CallContext&, Message& request, std::shared_ptr<PendingCall>)>;
using StreamHandler = std::function<absl::Status(CallContext&, const Message&, StreamSink&)>;

}  // namespace rpc

/// Answers an asynchronous call, once, from any thread. Copies answer the same call. When the last
/// copy goes without an answer, the caller gets INTERNAL.
template <class Res>
class Done {
 public:
  explicit Done(std::shared_ptr<rpc::PendingCall> call) : call_(std::move(call)) {}
  /// The context is gone afterwards: set the revision before.
  void operator()(const absl::StatusOr<Res>& result) const {
    call_->Answer(result.status(), result.ok() ? &*result : nullptr);
  }
  [[nodiscard]] CallContext& context() const { return call_->context(); }

 private:
  std::shared_ptr<rpc::PendingCall> call_;
};

/// Writes a server stream from the stream's own thread, one message in flight.
template <class Res>
class StreamWriter {
 public:
  explicit StreamWriter(rpc::StreamSink& sink) : sink_(sink) {}
  /// Starts to send, after waiting for the message before. False when nobody reads any more: the
  /// handler then returns.
  bool Write(const Res& message) { return sink_.WriteMessage(message); }
  /// The same for a message that is already serialized.
  bool WriteRaw(const Pieces& pieces) { return sink_.WritePieces(pieces); }
  /// Whether the handler must return: the caller left, the stream is too old, the server stops.
  [[nodiscard]] bool stopped() const { return sink_.stopped(); }
  /// Waits at most `wait` for `stopped()`; a pause that ends promptly. True when stopped.
  bool WaitStopped(absl::Duration wait) { return sink_.WaitStopped(wait); }
  /// Calls `callback` once when the stream is stopped, from another thread, or at once when it
  /// already is; so that a handler that waits elsewhere can be woken. It must be quick, must not
  /// touch the stream, and is not called after the handler returned.
  void OnStop(std::function<void()> callback) { sink_.OnStop(std::move(callback)); }

 private:
  rpc::StreamSink& sink_;
};

/// Limits of a service. Every one is documented in config.proto.
struct RpcLimits {
  /// Most calls admitted and not answered, streams apart.
  int in_flight_max = 256;
  /// Longest a call may take.
  absl::Duration deadline_max = absl::Seconds(30);
  /// Largest request, in bytes on the wire.
  size_t request_bytes_max = 4 * 1024 * 1024;
  /// Largest reply or stream message.
  size_t reply_bytes_max = 16 * 1024 * 1024;
  /// A request above this is parsed on the workers even when its method is inline.
  size_t inline_bytes_max = 64 * 1024;
  /// Most streams open at a time; each holds a thread.
  int streams_max = 64;
  /// A stream older than this ends with UNAVAILABLE, STREAM_EXPIRED, and is opened again.
  absl::Duration stream_age_max = absl::Minutes(10);
};

/// Handlers for the methods of one service. Build it, register every method, give it to a Server.
/// It must outlive the server. Registering a method that does not exist, twice, with the wrong
/// messages or of the wrong kind ends the process.
class RpcService {
 public:
  /// `workers` belongs to the module and must outlive the server; services of one module share it.
  /// `make_trace` makes ids for logs: unpredictable enough not to repeat, 1 to 64 of [A-Za-z0-9-].
  RpcService(const google::protobuf::ServiceDescriptor* descriptor,
             Workers& workers,
             const Clock& clock,
             Metrics& metrics,
             const RpcLimits& limits,
             std::function<std::string()> make_trace);
  ~RpcService();
  RpcService(const RpcService&) = delete;
  RpcService& operator=(const RpcService&) = delete;

  /// A handler that may block: runs on the module's workers.
  template <class Req, class Res>
  void Unary(absl::string_view method,
             std::function<absl::StatusOr<Res>(CallContext&, const Req&)> handler);

  /// A handler that reads memory and must not block: runs where the request was received, which
  /// saves two wake-ups of a thread. When it finds that it has to wait, it returns nothing and is
  /// run again on the workers, where `context.may_block()` is true and it must answer.
  template <class Req, class Res>
  void Inline(absl::string_view method,
              std::function<std::optional<absl::StatusOr<Res>>(CallContext&, const Req&)> handler);

  /// As Inline, for replies that are already serialized as a `Res`.
  template <class Req, class Res>
  void InlineRaw(
      absl::string_view method,
      std::function<std::optional<absl::StatusOr<Pieces>>(CallContext&, const Req&)> handler);

  /// A handler that hands the request on, such as to the thread that commits, and must not block.
  /// The answer comes by `done`. The context lives until then.
  template <class Req, class Res>
  void Async(absl::string_view method, std::function<void(CallContext&, Req, Done<Res>)> handler);

  /// A handler that writes a stream from a thread of its own, returns when it ended, and returns
  /// promptly once `writer.stopped()`: waits in it are bounded by about a second or woken by
  /// OnStop.
  template <class Req, class Res>
  void Stream(absl::string_view method,
              std::function<absl::Status(CallContext&, const Req&, StreamWriter<Res>&)> handler);

  /// The same with a member function: `service.Unary("GetFirm", this, &Registry::GetFirm)`.
  template <class T, class Req, class Res>
  void Unary(absl::string_view method,
             T* self,
             absl::StatusOr<Res> (T::*handler)(CallContext&, const Req&)) {
    Unary<Req, Res>(method, [=](CallContext& c, const Req& r) { return (self->*handler)(c, r); });
  }
  template <class T, class Req, class Res>
  void Inline(absl::string_view method,
              T* self,
              std::optional<absl::StatusOr<Res>> (T::*handler)(CallContext&, const Req&)) {
    Inline<Req, Res>(method, [=](CallContext& c, const Req& r) { return (self->*handler)(c, r); });
  }
  template <class T, class Req, class Res>
  void Async(absl::string_view method, T* self, void (T::*handler)(CallContext&, Req, Done<Res>)) {
    Async<Req, Res>(method, [=](CallContext& c, Req r, Done<Res> d) {
      (self->*handler)(c, std::move(r), std::move(d));
    });
  }
  template <class T, class Req, class Res>
  void Stream(absl::string_view method,
              T* self,
              absl::Status (T::*handler)(CallContext&, const Req&, StreamWriter<Res>&)) {
    Stream<Req, Res>(method, [=](CallContext& c, const Req& r, StreamWriter<Res>& w) {
      return (self->*handler)(c, r, w);
    });
  }

  /// For tables made from descriptors, such as the methods all feeds have alike.
  void AddUnary(absl::string_view method,
                const rpc::Message& request,
                const rpc::Message& reply,
                rpc::UnaryHandler handler);
  void AddInline(absl::string_view method,
                 const rpc::Message& request,
                 const rpc::Message& reply,
                 rpc::InlineHandler handler);
  void AddAsync(absl::string_view method,
                const rpc::Message& request,
                const rpc::Message& reply,
                rpc::AsyncHandler handler);
  void AddStream(absl::string_view method,
                 const rpc::Message& request,
                 const rpc::Message& reply,
                 rpc::StreamHandler handler);

  /// Says what is missing: FAILED_PRECONDITION, SERVICE_INCOMPLETE, naming every method that has no
  /// handler, no complete `(xince.type.v1.access)`, or a shape other than unary and server
  /// streaming. The server calls it before it listens.
  [[nodiscard]] absl::Status Seal() const;

  /// Closed services refuse every call with UNAVAILABLE, NOT_READY. Open from the start.
  void SetOpen(bool open);
  /// Ends every stream with UNAVAILABLE, SHUTTING_DOWN, and refuses new ones.
  void StopStreams();

  [[nodiscard]] const google::protobuf::ServiceDescriptor& descriptor() const;
  [[nodiscard]] const RpcLimits& limits() const;

  struct Impl;
  /// For the server.
  [[nodiscard]] Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

template <class Req, class Res>
void RpcService::Unary(absl::string_view method,
                       std::function<absl::StatusOr<Res>(CallContext&, const Req&)> handler) {
  AddUnary(method,
           Req::default_instance(),
           Res::default_instance(),
           [handler = std::move(handler)](
               CallContext& context, const rpc::Message& request, rpc::ReplySink& reply) {
             const absl::StatusOr<Res> result = handler(context, static_cast<const Req&>(request));
             return result.ok() ? reply.SetMessage(*result) : result.status();
           });
}

template <class Req, class Res>
void RpcService::Inline(
    absl::string_view method,
    std::function<std::optional<absl::StatusOr<Res>>(CallContext&, const Req&)> handler) {
  AddInline(method,
            Req::default_instance(),
            Res::default_instance(),
            [handler = std::move(handler)](CallContext& context,
                                           const rpc::Message& request,
                                           rpc::ReplySink& reply) -> std::optional<absl::Status> {
              const std::optional<absl::StatusOr<Res>> result =
                  handler(context, static_cast<const Req&>(request));
              if (!result.has_value()) return std::nullopt;
              return result->ok() ? reply.SetMessage(**result) : result->status();
            });
}

template <class Req, class Res>
void RpcService::InlineRaw(
    absl::string_view method,
    std::function<std::optional<absl::StatusOr<Pieces>>(CallContext&, const Req&)> handler) {
  AddInline(method,
            Req::default_instance(),
            Res::default_instance(),
            [handler = std::move(handler)](CallContext& context,
                                           const rpc::Message& request,
                                           rpc::ReplySink& reply) -> std::optional<absl::Status> {
              const std::optional<absl::StatusOr<Pieces>> result =
                  handler(context, static_cast<const Req&>(request));
              if (!result.has_value()) return std::nullopt;
              return result->ok() ? reply.SetPieces(**result) : result->status();
            });
}

template <class Req, class Res>
void RpcService::Async(absl::string_view method,
                       std::function<void(CallContext&, Req, Done<Res>)> handler) {
  AddAsync(
      method,
      Req::default_instance(),
      Res::default_instance(),
      [handler = std::move(handler)](
          CallContext& context, rpc::Message& request, std::shared_ptr<rpc::PendingCall> call) {
        handler(context, std::move(static_cast<Req&>(request)), Done<Res>(std::move(call)));
      });
}

template <class Req, class Res>
void RpcService::Stream(
    absl::string_view method,
    std::function<absl::Status(CallContext&, const Req&, StreamWriter<Res>&)> handler) {
  AddStream(method,
            Req::default_instance(),
            Res::default_instance(),
            [handler = std::move(handler)](
                CallContext& context, const rpc::Message& request, rpc::StreamSink& sink) {
              StreamWriter<Res> writer(sink);
              return handler(context, static_cast<const Req&>(request), writer);
            });
}

}  // namespace xince::runtime

#endif  // SERVICES_RUNTIME_RPC_SERVICE_H_
