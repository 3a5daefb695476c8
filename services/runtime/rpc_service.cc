#include "services/runtime/rpc_service.h"

#include <chrono>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include <grpcpp/impl/codegen/server_callback_handlers.h>

#include "xince/type/v1/options.pb.h"

#include "services/runtime/errors.h"
#include "services/runtime/log.h"
#include "services/runtime/rpc_internal.h"

namespace xince::runtime {

namespace {

using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;
using xince::type::v1::Access;
using Steady = std::chrono::steady_clock;

/// How long a shed caller waits before it tries again.
constexpr int64_t kRetryAfterMs = 200;

absl::Status Overloaded(absl::string_view limit, int value) {
  return ToStatus(
      Problem{.code = absl::StatusCode::kResourceExhausted,
              .reason = "OVERLOADED",
              .en = "too many calls at a time; try again shortly",
              .zh = "同时处理的调用过多,请稍后重试",
              .metadata = {{"limit", std::string(limit)}, {"value", absl::StrCat(value)}},
              .retry_after_ms = kRetryAfterMs});
}

absl::Status NotReady() {
  return ToStatus(Problem{.code = absl::StatusCode::kUnavailable,
                          .reason = "NOT_READY",
                          .en = "the service is starting or stopping; try again shortly",
                          .zh = "服务正在启动或停止,请稍后重试",
                          .retry_after_ms = 1000});
}

absl::Status NobodyWaits(const CallContext& context) {
  if (context.time_left() <= absl::ZeroDuration()) {
    return ToStatus(Problem{.code = absl::StatusCode::kDeadlineExceeded,
                            .reason = "DEADLINE_EXCEEDED",
                            .en = "the deadline passed before the call's turn came",
                            .zh = "调用在轮到处理之前已超过期限"});
  }
  return ToStatus(Problem{.code = absl::StatusCode::kCancelled,
                          .reason = "CANCELLED",
                          .en = "the caller left",
                          .zh = "调用方已取消"});
}

absl::Status NoAnswer() {
  return ToStatus(Problem{.code = absl::StatusCode::kInternal,
                          .reason = "INTERNAL",
                          .en = "the service lost this call",
                          .zh = "服务未能答复该调用"});
}

/// Marks the thread for as long as a reaction runs on it.
class ReactionScope {
 public:
  ReactionScope() { InReaction() = true; }
  ~ReactionScope() { InReaction() = false; }
};

/// One unary call from arrival to answer.
class UnaryCall final : public rpc::ReplySink,
                        public rpc::PendingCall,
                        public std::enable_shared_from_this<UnaryCall> {
 public:
  UnaryCall(RpcService::Impl& service,
            const RpcMethodState& method,
            grpc::CallbackServerContext* server_context,
            grpc::ServerUnaryReactor* reactor,
            const grpc::ByteBuffer* request,
            grpc::ByteBuffer* reply)
      : service_(service),
        method_(method),
        server_context_(server_context),
        reactor_(reactor),
        bytes_(request),
        reply_(reply),
        context_({.clock = &service.clock, .method = method.descriptor, .access = method.access},
                 service,
                 *server_context) {}

  ~UnaryCall() override {
    if (!answered_.load()) Answer(NoAnswer(), nullptr);
  }

  void Start();

  absl::Status SetMessage(const google::protobuf::MessageLite& message) override;
  absl::Status SetPieces(const Pieces& pieces) override;
  CallContext& context() override { return context_; }
  void Answer(const absl::Status& status, const google::protobuf::MessageLite* reply) override;

 private:
  absl::Status Admit();
  void RunInReaction();
  void SubmitToWorkers();
  void RunOnWorkers();
  absl::Status ParseOnce();
  /// Empty: not answered here.
  std::optional<absl::Status> RunHandler();
  absl::Status CheckReplySize();

  RpcService::Impl& service_;
  const RpcMethodState& method_;
  grpc::CallbackServerContext* const server_context_;
  grpc::ServerUnaryReactor* const reactor_;
  const grpc::ByteBuffer* const bytes_;
  grpc::ByteBuffer* const reply_;
  const Steady::time_point start_ = Steady::now();
  ServerCallContext context_;
  std::unique_ptr<google::protobuf::Message> request_;
  bool admitted_ = false;
  bool reply_set_ = false;
  std::atomic<bool> answered_{false};
};

absl::Status UnaryCall::Admit() {
  if (!service_.open.load(std::memory_order_relaxed)) return NotReady();
  const int in_flight_max = service_.limits.in_flight_max;
  int in_flight = service_.in_flight.load(std::memory_order_relaxed);
  do {
    if (in_flight >= in_flight_max) {
      service_.shed_calls.Increment();
      return Overloaded("in_flight_max", in_flight_max);
    }
  } while (!service_.in_flight.compare_exchange_weak(in_flight, in_flight + 1));
  admitted_ = true;
  service_.in_flight_gauge.Add(1);
  CallContext::Init init;
  absl::Status status =
      ReadCall(service_, method_, *server_context_, service_.limits.deadline_max, init);
  context_.Reset(std::move(init));
  return status;
}

void UnaryCall::Start() {
  const ReactionScope scope;
  method_.started.Increment();
  if (const absl::Status status = Admit(); !status.ok()) return Answer(status, nullptr);
  // What is too large is refused by the parser's size check, before any of it is read.
  const bool large = bytes_->Length() > service_.limits.inline_bytes_max &&
                     bytes_->Length() <= service_.limits.request_bytes_max;
  if (method_.unary || large) return SubmitToWorkers();
  RunInReaction();
}

void UnaryCall::RunInReaction() {
  context_.set_may_block(false);
  if (const absl::Status status = ParseOnce(); !status.ok()) return Answer(status, nullptr);
  if (const std::optional<absl::Status> status = RunHandler(); status.has_value()) {
    return Answer(*status, nullptr);
  }
  if (method_.inlined) SubmitToWorkers();
}

void UnaryCall::SubmitToWorkers() {
  context_.set_may_block(true);
  if (!service_.workers.Submit([self = shared_from_this()] { self->RunOnWorkers(); })) {
    service_.shed_workers.Increment();
    Answer(Overloaded("workers", service_.workers.options().in_flight_max), nullptr);
  }
}

void UnaryCall::RunOnWorkers() {
  if (context_.IsCancelled()) return Answer(NobodyWaits(context_), nullptr);
  if (const absl::Status status = ParseOnce(); !status.ok()) return Answer(status, nullptr);
  if (const std::optional<absl::Status> status = RunHandler(); status.has_value()) {
    Answer(*status, nullptr);
  } else if (method_.inlined) {
    Log(LogLevel::kError,
        "an inline handler did not answer on the workers",
        {{"method", method_.path}});
    Answer(NoAnswer(), nullptr);
  }
}

absl::Status UnaryCall::ParseOnce() {
  if (request_ != nullptr) return absl::OkStatus();
  request_.reset(method_.request->New());
  return ParseRequest(service_, *bytes_, *request_);
}

std::optional<absl::Status> UnaryCall::RunHandler() {
  if (method_.unary) {
    return Fence(
        service_, method_, context_, [&] { return method_.unary(context_, *request_, *this); });
  }
  if (method_.inlined) {
    std::optional<absl::Status> result;
    const absl::Status fence = Fence(service_, method_, context_, [&] {
      result = method_.inlined(context_, *request_, *this);
      return absl::OkStatus();
    });
    return fence.ok() ? result : fence;
  }
  const absl::Status fence = Fence(service_, method_, context_, [&] {
    method_.async(context_, *request_, shared_from_this());
    return absl::OkStatus();
  });
  if (fence.ok()) return std::nullopt;
  return fence;
}

absl::Status UnaryCall::CheckReplySize() {
  reply_set_ = true;
  const size_t bytes_max = service_.limits.reply_bytes_max;
  if (reply_->Length() <= bytes_max) return absl::OkStatus();
  return ToStatus(
      Problem{.code = absl::StatusCode::kResourceExhausted,
              .reason = "REPLY_TOO_LARGE",
              .en = absl::StrCat("the reply would have ",
                                 reply_->Length(),
                                 " bytes, more than the ",
                                 bytes_max,
                                 " allowed; ask for less"),
              .zh = absl::StrCat(
                  "答复为 ", reply_->Length(), " 字节,超过上限 ", bytes_max, ",请缩小查询范围"),
              .metadata = {{"bytes", absl::StrCat(reply_->Length())},
                           {"bytes_max", absl::StrCat(bytes_max)}}});
}

absl::Status UnaryCall::SetMessage(const google::protobuf::MessageLite& message) {
  XINCE_RETURN_IF_ERROR(Serialize(message, *reply_));
  return CheckReplySize();
}

absl::Status UnaryCall::SetPieces(const Pieces& pieces) {
  *reply_ = Join(pieces);
  return CheckReplySize();
}

void UnaryCall::Answer(const absl::Status& status, const google::protobuf::MessageLite* reply) {
  if (answered_.exchange(true)) {
    Log(LogLevel::kError, "a call was answered twice", {{"method", method_.path}});
    return;
  }
  absl::Status result = status;
  if (result.ok() && reply != nullptr) result = SetMessage(*reply);
  if (result.ok() && !reply_set_) *reply_ = Join({});
  const double seconds = std::chrono::duration<double>(Steady::now() - start_).count();
  const grpc::Status wire =
      Conclude(service_, method_, *server_context_, context_, result, seconds);
  if (admitted_) {
    // Before Finish: a caller that has its answer must find the place free.
    service_.in_flight.fetch_sub(1);
    service_.in_flight_gauge.Add(-1);
  }
  // Nothing of the service or the call may be touched after this: both may be gone.
  reactor_->Finish(wire);
}

// Knows when the answer has been sent, which may be long after it was given.
class UnaryReactor final : public grpc::ServerUnaryReactor {
 public:
  explicit UnaryReactor(RpcService::Impl& service) : service_(service) { ++service_.unfinished; }
  // The server, which the service outlives, waits for this.
  void OnDone() override {
    --service_.unfinished;
    delete this;
  }

 private:
  RpcService::Impl& service_;
};

std::vector<Counter> HandledCounters(Metrics& metrics,
                                     const std::string& service,
                                     const std::string& method) {
  std::vector<Counter> counters;
  for (int code = 0; code <= 16; ++code) {
    counters.push_back(metrics.AddCounter(
        "xince_rpc_handled_total",
        "Calls answered, by code.",
        {{"service", service},
         {"method", method},
         {"code", absl::StatusCodeToString(static_cast<absl::StatusCode>(code))}}));
  }
  return counters;
}

Counter ShedCounter(Metrics& metrics, const std::string& service, const std::string& limit) {
  return metrics.AddCounter("xince_rpc_shed_total",
                            "Calls refused because a limit was reached, by limit.",
                            {{"service", service}, {"limit", limit}});
}

const Access* AccessOf(const MethodDescriptor& method) {
  if (!method.options().HasExtension(xince::type::v1::access)) return nullptr;
  return &method.options().GetExtension(xince::type::v1::access);
}

}  // namespace

RpcService::Impl::Impl(const ServiceDescriptor* descriptor,
                       Workers& workers,
                       const Clock& clock,
                       Metrics& metrics,
                       const RpcLimits& limits,
                       std::function<std::string()> make_trace)
    : descriptor(descriptor),
      workers(workers),
      clock(clock),
      limits(limits),
      make_trace(std::move(make_trace)),
      in_flight_gauge(metrics.AddGauge("xince_rpc_in_flight",
                                       "Calls admitted and not answered.",
                                       {{"service", descriptor->full_name()}})),
      streams_gauge(metrics.AddGauge("xince_rpc_streams_open",
                                     "Streams being served.",
                                     {{"service", descriptor->full_name()}})),
      stream_messages(metrics.AddCounter("xince_rpc_stream_messages_total",
                                         "Messages written to streams.",
                                         {{"service", descriptor->full_name()}})),
      exceptions(metrics.AddCounter("xince_rpc_exceptions_total",
                                    "Exceptions that handlers let out; each is a defect.",
                                    {{"service", descriptor->full_name()}})),
      shed_calls(ShedCounter(metrics, descriptor->full_name(), "in_flight_max")),
      shed_workers(ShedCounter(metrics, descriptor->full_name(), "workers")),
      shed_streams(ShedCounter(metrics, descriptor->full_name(), "streams_max")),
      // Twice, because a stream is over for its reader a moment before its thread is free again.
      stream_threads({.threads = limits.streams_max, .in_flight_max = 2 * limits.streams_max}) {
  AddMethods(metrics);
}

RpcService::Impl::~Impl() = default;

void RpcService::Impl::AddMethods(Metrics& metrics) {
  using grpc::ByteBuffer;
  using grpc::internal::RpcMethod;
  for (int i = 0; i < descriptor->method_count(); ++i) {
    const MethodDescriptor* method = descriptor->method(i);
    if (method->client_streaming()) continue;  // Seal names it.
    const Labels labels = {{"service", descriptor->full_name()}, {"method", method->name()}};
    methods.push_back(std::make_unique<RpcMethodState>(RpcMethodState{
        .descriptor = method,
        .access = AccessOf(*method),
        .path = absl::StrCat("/", descriptor->full_name(), "/", method->name()),
        .started = metrics.AddCounter("xince_rpc_started_total", "Calls that arrived.", labels),
        .seconds = metrics.AddHistogram("xince_rpc_duration_seconds",
                                        "From arrival to answer.",
                                        labels,
                                        LatencyBucketsSeconds()),
        .handled = HandledCounters(metrics, descriptor->full_name(), method->name())}));
    const RpcMethodState* state = methods.back().get();
    const int index = static_cast<int>(methods.size()) - 1;
    AddMethod(new grpc::internal::RpcServiceMethod(
        state->path.c_str(),
        method->server_streaming() ? RpcMethod::SERVER_STREAMING : RpcMethod::NORMAL_RPC,
        nullptr));
    if (method->server_streaming()) {
      MarkMethodRawCallback(
          index,
          new grpc::internal::CallbackServerStreamingHandler<ByteBuffer, ByteBuffer>(
              [this, state](grpc::CallbackServerContext* context, const ByteBuffer* request) {
                return StartStream(*this, *state, context, request);
              }));
    } else {
      MarkMethodRawCallback(index,
                            new grpc::internal::CallbackUnaryHandler<ByteBuffer, ByteBuffer>(
                                [this, state](grpc::CallbackServerContext* context,
                                              const ByteBuffer* request,
                                              ByteBuffer* reply) {
                                  auto* reactor = new UnaryReactor(*this);  // Deleted by OnDone.
                                  std::make_shared<UnaryCall>(
                                      *this, *state, context, reactor, request, reply)
                                      ->Start();
                                  return reactor;
                                }));
    }
  }
}

RpcMethodState& RpcService::Impl::Register(absl::string_view method,
                                           const rpc::Message& request,
                                           const rpc::Message& reply,
                                           bool streams) {
  const std::string where = absl::StrCat(descriptor->full_name(), ".", method, ": ");
  RpcMethodState* state = nullptr;
  for (const auto& candidate : methods) {
    if (candidate->descriptor->name() == method) state = candidate.get();
  }
  Check(state != nullptr, absl::StrCat(where, "no such method"));
  Check(!state->has_handler(), absl::StrCat(where, "has a handler already"));
  Check(state->descriptor->server_streaming() == streams,
        absl::StrCat(where, "the handler is of the wrong kind"));
  Check(state->descriptor->input_type() == request.GetDescriptor(),
        absl::StrCat(where, "takes ", state->descriptor->input_type()->full_name()));
  Check(state->descriptor->output_type() == reply.GetDescriptor(),
        absl::StrCat(where, "gives ", state->descriptor->output_type()->full_name()));
  state->request = &request;
  return *state;
}

RpcService::RpcService(const ServiceDescriptor* descriptor,
                       Workers& workers,
                       const Clock& clock,
                       Metrics& metrics,
                       const RpcLimits& limits,
                       std::function<std::string()> make_trace)
    : impl_(std::make_unique<Impl>(
          descriptor, workers, clock, metrics, limits, std::move(make_trace))) {
  RouteLibraryLogs();
}

RpcService::~RpcService() = default;

void RpcService::AddUnary(absl::string_view method,
                          const rpc::Message& request,
                          const rpc::Message& reply,
                          rpc::UnaryHandler handler) {
  impl_->Register(method, request, reply, false).unary = std::move(handler);
}
void RpcService::AddInline(absl::string_view method,
                           const rpc::Message& request,
                           const rpc::Message& reply,
                           rpc::InlineHandler handler) {
  impl_->Register(method, request, reply, false).inlined = std::move(handler);
}
void RpcService::AddAsync(absl::string_view method,
                          const rpc::Message& request,
                          const rpc::Message& reply,
                          rpc::AsyncHandler handler) {
  impl_->Register(method, request, reply, false).async = std::move(handler);
}
void RpcService::AddStream(absl::string_view method,
                           const rpc::Message& request,
                           const rpc::Message& reply,
                           rpc::StreamHandler handler) {
  impl_->Register(method, request, reply, true).stream = std::move(handler);
}

absl::Status RpcService::Seal() const {
  std::vector<std::string> missing;
  for (int i = 0; i < impl_->descriptor->method_count(); ++i) {
    const MethodDescriptor& method = *impl_->descriptor->method(i);
    if (method.client_streaming()) {
      missing.push_back(absl::StrCat(method.name(), ": client streaming is not served"));
    }
    const Access* access = AccessOf(method);
    if (access == nullptr || access->permission().empty() || access->resource().empty() ||
        access->territory() == xince::type::v1::TERRITORY_UNSPECIFIED) {
      missing.push_back(absl::StrCat(method.name(), ": no complete (xince.type.v1.access)"));
    }
  }
  for (const auto& method : impl_->methods) {
    if (!method->has_handler()) {
      missing.push_back(absl::StrCat(method->descriptor->name(), ": no handler"));
    }
  }
  if (missing.empty()) return absl::OkStatus();
  const std::string list = absl::StrJoin(missing, "; ");
  return FailedPrecondition(
      "SERVICE_INCOMPLETE",
      "",
      absl::StrCat(impl_->descriptor->full_name(), " cannot be served: ", list),
      absl::StrCat(impl_->descriptor->full_name(), " 尚不完整,不能提供服务:", list),
      {{"service", impl_->descriptor->full_name()}, {"missing", list}});
}

void RpcService::SetOpen(bool open) { impl_->open = open; }

void RpcService::StopStreams() {
  MutexLock lock(impl_->streams_mutex);
  impl_->streams_stopped = true;
  for (StreamCall* stream : impl_->streams) StopStream(*stream);
}

const ServiceDescriptor& RpcService::descriptor() const { return *impl_->descriptor; }
const RpcLimits& RpcService::limits() const { return impl_->limits; }

}  // namespace xince::runtime
