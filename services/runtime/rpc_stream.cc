#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"

#include "services/runtime/errors.h"
#include "services/runtime/log.h"
#include "services/runtime/rpc_internal.h"

/// Server streams: a thread that runs the handler, and the transport's reactions that wake it.
namespace xince::runtime {
namespace {

using Steady = std::chrono::steady_clock;

/// How long a wait goes on before it asks the clock again. Cancellation and shutdown wake it at
/// once.
constexpr std::chrono::milliseconds kLookAgain{250};
/// How long an ending stream waits for a reader that does not read before it is cut off.
constexpr std::chrono::seconds kLastWriteMax{1};

absl::Status Refused(absl::StatusCode code,
                     absl::string_view reason,
                     absl::string_view en,
                     absl::string_view zh,
                     int64_t retry_after_ms) {
  return ToStatus(Problem{.code = code,
                          .reason = std::string(reason),
                          .en = std::string(en),
                          .zh = std::string(zh),
                          .retry_after_ms = retry_after_ms});
}

absl::Status Left() {
  return Refused(absl::StatusCode::kCancelled, "CANCELLED", "the caller left", "调用方已取消", 0);
}

}  // namespace

class StreamCall final : public grpc::ServerWriteReactor<grpc::ByteBuffer>, public rpc::StreamSink {
 public:
  StreamCall(RpcService::Impl& service,
             const RpcMethodState& method,
             grpc::CallbackServerContext* server_context,
             const grpc::ByteBuffer* request)
      : service_(service),
        method_(method),
        server_context_(server_context),
        bytes_(request),
        context_({.clock = &service.clock, .method = method.descriptor, .access = method.access},
                 service,
                 *server_context) {}

  void Start();
  /// Ends the stream with `why` unless it is ending already. From any thread.
  void Stop(absl::Status why) ABSL_LOCKS_EXCLUDED(mutex_);

  bool WriteMessage(const google::protobuf::MessageLite& message) override;
  bool WritePieces(const Pieces& pieces) override { return WriteBuffer(Join(pieces)); }
  [[nodiscard]] bool stopped() const override {
    return stopped_.load(std::memory_order_acquire) || context_.IsCancelled();
  }
  bool WaitStopped(absl::Duration wait) override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnStop(std::function<void()> callback) override ABSL_LOCKS_EXCLUDED(mutex_);

  void OnWriteDone(bool ok) override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnCancel() override { Stop(Left()); }
  void OnDone() override {
    --service_.unfinished;
    delete this;
  }

 private:
  absl::Status Admit();
  void Run();
  bool WriteBuffer(grpc::ByteBuffer buffer) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status HowItEnded(const absl::Status& handler) ABSL_LOCKS_EXCLUDED(mutex_);
  void AwaitLastWrite() ABSL_LOCKS_EXCLUDED(mutex_);
  void End(const absl::Status& status);

  RpcService::Impl& service_;
  const RpcMethodState& method_;
  grpc::CallbackServerContext* const server_context_;
  const grpc::ByteBuffer* const bytes_;
  const Steady::time_point start_ = Steady::now();
  ServerCallContext context_;
  bool admitted_ = false;
  grpc::ByteBuffer buffer_;  // What is being written.

  std::atomic<bool> stopped_{false};
  Mutex mutex_;
  CondVar changed_;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status why_stopped_ ABSL_GUARDED_BY(mutex_);
  std::function<void()> on_stop_ ABSL_GUARDED_BY(mutex_);
};

grpc::ServerWriteReactor<grpc::ByteBuffer>* StartStream(RpcService::Impl& service,
                                                        const RpcMethodState& method,
                                                        grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* request) {
  ++service.unfinished;
  auto* call = new StreamCall(service, method, context, request);  // Deleted by OnDone.
  call->Start();
  return call;
}

void StopStream(StreamCall& stream) {
  stream.Stop(Refused(absl::StatusCode::kUnavailable,
                      "SHUTTING_DOWN",
                      "the server stops; open the stream again after what was read",
                      "服务器正在停止,请从已读位置重新订阅",
                      1000));
}

absl::Status StreamCall::Admit() {
  CallContext::Init init;
  absl::Status status =
      ReadCall(service_, method_, *server_context_, service_.limits.stream_age_max, init);
  context_.Reset(std::move(init));
  XINCE_RETURN_IF_ERROR(status);
  MutexLock lock(service_.streams_mutex);
  if (service_.streams_stopped || !service_.open) {
    return Refused(absl::StatusCode::kUnavailable,
                   "NOT_READY",
                   "the service is starting or stopping; try again shortly",
                   "服务正在启动或停止,请稍后重试",
                   1000);
  }
  if (static_cast<int>(service_.streams.size()) >= service_.limits.streams_max) {
    service_.shed_streams.Increment();
    return ToStatus(
        Problem{.code = absl::StatusCode::kResourceExhausted,
                .reason = "STREAMS_EXHAUSTED",
                .en = "too many streams are open; try again later",
                .zh = "打开的订阅过多,请稍后重试",
                .metadata = {{"streams_max", absl::StrCat(service_.limits.streams_max)}},
                .retry_after_ms = 1000});
  }
  service_.streams.insert(this);
  admitted_ = true;
  service_.streams_gauge.Add(1);
  return absl::OkStatus();
}

void StreamCall::Start() {
  method_.started.Increment();
  absl::Status status = Admit();
  if (status.ok() && !service_.stream_threads.Submit([this] { Run(); })) {
    status = Refused(absl::StatusCode::kUnavailable,
                     "NOT_READY",
                     "the service is starting or stopping; try again shortly",
                     "服务正在启动或停止,请稍后重试",
                     1000);
  }
  if (!status.ok()) End(status);
}

void StreamCall::Run() {
  std::unique_ptr<google::protobuf::Message> request(method_.request->New());
  absl::Status status = ParseRequest(service_, *bytes_, *request);
  if (status.ok()) {
    status = Fence(
        service_, method_, context_, [&] { return method_.stream(context_, *request, *this); });
  }
  status = HowItEnded(status);
  AwaitLastWrite();
  End(status);
}

absl::Status StreamCall::HowItEnded(const absl::Status& handler) {
  const bool too_old = context_.time_left() <= absl::ZeroDuration();
  MutexLock lock(mutex_);
  on_stop_ = nullptr;
  if (!why_stopped_.ok()) return why_stopped_;
  if (!handler.ok()) return handler;
  if (too_old) {
    return Refused(absl::StatusCode::kUnavailable,
                   "STREAM_EXPIRED",
                   "the stream is as old as it may get; open it again after what was read",
                   "订阅已到时限,请从已读位置重新订阅",
                   1);
  }
  return handler;
}

void StreamCall::AwaitLastWrite() {
  const Steady::time_point until = Steady::now() + kLastWriteMax;
  MutexLock lock(mutex_);
  while (writing_ && Steady::now() < until) changed_.WaitFor(mutex_, kLookAgain);
  if (writing_) server_context_->TryCancel();
  while (writing_) changed_.Wait(mutex_);
}

void StreamCall::End(const absl::Status& status) {
  const double seconds = std::chrono::duration<double>(Steady::now() - start_).count();
  const grpc::Status wire =
      Conclude(service_, method_, *server_context_, context_, status, seconds);
  if (admitted_) {
    MutexLock lock(service_.streams_mutex);
    service_.streams.erase(this);
    service_.streams_gauge.Add(-1);
  }
  // Nothing may be touched after this: OnDone may have run.
  Finish(wire);
}

void StreamCall::Stop(absl::Status why) {
  MutexLock lock(mutex_);
  if (stopped_.exchange(true)) return;
  why_stopped_ = std::move(why);
  changed_.NotifyAll();
  // Under the lock, so that it cannot run once the handler returned. Handlers ask stopped(), which
  // takes no lock, so a callback that takes the handler's lock cannot deadlock.
  if (const std::function<void()> callback = std::exchange(on_stop_, nullptr)) callback();
}

void StreamCall::OnStop(std::function<void()> callback) {
  MutexLock lock(mutex_);
  if (stopped_) {
    callback();
  } else {
    on_stop_ = std::move(callback);
  }
}

bool StreamCall::WaitStopped(absl::Duration wait) {
  const Steady::time_point until = Steady::now() + absl::ToChronoNanoseconds(wait);
  MutexLock lock(mutex_);
  while (!stopped() && Steady::now() < until) {
    changed_.WaitFor(mutex_, std::min<std::chrono::nanoseconds>(kLookAgain, until - Steady::now()));
  }
  return stopped();
}

bool StreamCall::WriteMessage(const google::protobuf::MessageLite& message) {
  grpc::ByteBuffer buffer;
  if (const absl::Status status = Serialize(message, buffer); !status.ok()) {
    Stop(status);
    return false;
  }
  return WriteBuffer(std::move(buffer));
}

bool StreamCall::WriteBuffer(grpc::ByteBuffer buffer) {
  if (buffer.Length() > service_.limits.reply_bytes_max) {
    Stop(Refused(absl::StatusCode::kResourceExhausted,
                 "REPLY_TOO_LARGE",
                 "a message of the stream is larger than allowed",
                 "订阅消息超过大小上限",
                 0));
    return false;
  }
  {
    MutexLock lock(mutex_);
    while (writing_ && !stopped()) changed_.WaitFor(mutex_, kLookAgain);
    if (stopped()) return false;
    writing_ = true;
  }
  buffer_ = std::move(buffer);
  service_.stream_messages.Increment();
  StartWrite(&buffer_);
  return true;
}

void StreamCall::OnWriteDone(bool ok) {
  if (!ok) Stop(Left());
  MutexLock lock(mutex_);
  writing_ = false;
  changed_.NotifyAll();
}

}  // namespace xince::runtime
