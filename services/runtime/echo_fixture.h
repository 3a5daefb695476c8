#ifndef SERVICES_RUNTIME_ECHO_FIXTURE_H_
#define SERVICES_RUNTIME_ECHO_FIXTURE_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "echo.pb.h"
#include "services/runtime/client.h"
#include "services/runtime/clock.h"
#include "services/runtime/errors.h"
#include "services/runtime/metrics.h"
#include "services/runtime/mutex.h"
#include "services/runtime/rpc_service.h"
#include "services/runtime/server.h"
#include "services/runtime/workers.h"

/// A service for tests of the chassis, whose handlers a test may replace before it starts the
/// server.
namespace xince::runtime::testdata {

inline constexpr char kWork[] = "xince.runtime.testdata.EchoService/Work";
inline constexpr char kLook[] = "xince.runtime.testdata.EchoService/Look";
inline constexpr char kLookRaw[] = "xince.runtime.testdata.EchoService/LookRaw";
inline constexpr char kWrite[] = "xince.runtime.testdata.EchoService/Write";
inline constexpr char kWatch[] = "xince.runtime.testdata.EchoService/Watch";

/// Opens once; whoever waits goes on.
class Gate {
 public:
  void Open() {
    MutexLock lock(mutex_);
    open_ = true;
    changed_.NotifyAll();
  }
  void Wait() {
    MutexLock lock(mutex_);
    while (!open_) changed_.Wait(mutex_);
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  bool open_ ABSL_GUARDED_BY(mutex_) = false;
};

/// Counts up; whoever waits for a count goes on when it is reached.
class Counting {
 public:
  void Add() {
    MutexLock lock(mutex_);
    ++count_;
    changed_.NotifyAll();
  }
  void Await(int count) {
    MutexLock lock(mutex_);
    while (count_ < count) changed_.Wait(mutex_);
  }
  int count() {
    MutexLock lock(mutex_);
    return count_;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  int count_ ABSL_GUARDED_BY(mutex_) = 0;
};

/// The service, its pool and its server, with replaceable handlers.
struct Echo {
  explicit Echo(RpcLimits limits = {}, Workers::Options pool = {.threads = 4, .in_flight_max = 256})
      : workers(pool),
        service(EchoRequest::descriptor()->file()->FindServiceByName("EchoService"),
                workers,
                clock,
                metrics,
                limits,
                [this] { return absl::StrCat("trace-", traces.fetch_add(1)); }) {
    work = look = [](CallContext&, const EchoRequest& request) { return Reply(request); };
    write = [](CallContext&, const EchoRequest& request, Done<EchoReply> done) {
      done(Reply(request));
    };
    watch = [](CallContext&, const EchoRequest&, StreamWriter<EchoReply>&) {
      return absl::OkStatus();
    };
    service.Unary<EchoRequest, EchoReply>(
        "Work", [this](CallContext& c, const EchoRequest& r) { return work(c, r); });
    service.Inline<EchoRequest, EchoReply>(
        "Look",
        [this](CallContext& c, const EchoRequest& r) -> std::optional<absl::StatusOr<EchoReply>> {
          if (hop && !c.may_block()) return std::nullopt;
          return look(c, r);
        });
    service.InlineRaw<EchoRequest, EchoReply>(
        "LookRaw",
        [this](CallContext& c, const EchoRequest&) -> std::optional<absl::StatusOr<Pieces>> {
          (void)c;
          return pieces;
        });
    service.Async<EchoRequest, EchoReply>(
        "Write", [this](CallContext& c, EchoRequest r, Done<EchoReply> d) { write(c, r, d); });
    service.Stream<EchoRequest, EchoReply>(
        "Watch", [this](CallContext& c, const EchoRequest& r, StreamWriter<EchoReply>& w) {
          return watch(c, r, w);
        });
  }
  ~Echo() {
    if (server != nullptr) server->Stop(absl::ZeroDuration(), absl::ZeroDuration());
    workers.Stop();
  }

  static EchoReply Reply(const EchoRequest& request) {
    EchoReply reply;
    reply.set_name(request.name());
    reply.set_number(request.number());
    return reply;
  }

  absl::Status Start(ServerOptions options = {}) {
    absl::StatusOr<std::unique_ptr<Server>> started = Server::Start(options, {&service});
    if (!started.ok()) return started.status();
    server = *std::move(started);
    channel = options.addresses.empty() ? server->InProcess()
                                        : Channel::Create(server->addresses().front());
    return absl::OkStatus();
  }

  absl::StatusOr<EchoReply> Call(absl::string_view method,
                                 const EchoRequest& request,
                                 CallOptions options = {.timeout = absl::Seconds(20)}) {
    return channel->Call<EchoRequest, EchoReply>(method, request, options);
  }
  absl::StatusOr<EchoReply> Call(absl::string_view method,
                                 absl::string_view name,
                                 CallOptions options = {.timeout = absl::Seconds(20)}) {
    EchoRequest request;
    request.set_name(std::string(name));
    return Call(method, request, std::move(options));
  }

  std::atomic<int> traces{0};
  FakeClock clock{absl::FromUnixSeconds(1'700'000'000)};
  Metrics metrics;
  Workers workers;
  RpcService service;
  std::unique_ptr<Server> server;
  std::shared_ptr<Channel> channel;

  std::function<absl::StatusOr<EchoReply>(CallContext&, const EchoRequest&)> work;
  std::function<absl::StatusOr<EchoReply>(CallContext&, const EchoRequest&)> look;
  bool hop = false;
  Pieces pieces;
  std::function<void(CallContext&, const EchoRequest&, Done<EchoReply>)> write;
  std::function<absl::Status(CallContext&, const EchoRequest&, StreamWriter<EchoReply>&)> watch;
};

}  // namespace xince::runtime::testdata

#endif  // SERVICES_RUNTIME_ECHO_FIXTURE_H_
