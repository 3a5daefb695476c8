#include "services/runtime/app.h"

#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <thread>
#include <utility>

#include "services/runtime/errors.h"
#include "services/runtime/log.h"

namespace xince::runtime {
namespace {

/// How often modules are asked whether they are ready.
constexpr absl::Duration kReadyPoll = absl::Milliseconds(100);

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

/// Ends the process when a dead one does not manage to stop.
class DeathWatch {
 public:
  explicit DeathWatch(absl::Duration limit)
      : thread_([this, limit] {
          if (stopped_.WaitFor(limit)) return;
          Log(LogLevel::kError, "a dead process did not stop in time; leaving");
          std::_Exit(kExitDead);
        }) {}
  ~DeathWatch() {
    stopped_.Request();
    thread_.join();
  }
  DeathWatch(const DeathWatch&) = delete;
  DeathWatch& operator=(const DeathWatch&) = delete;

 private:
  StopSignal stopped_;
  std::thread thread_;
};

}  // namespace

void StopSignal::Request() {
  MutexLock lock(mutex_);
  requested_ = true;
  changed_.NotifyAll();
}

bool StopSignal::requested() const {
  MutexLock lock(mutex_);
  return requested_;
}

bool StopSignal::WaitFor(absl::Duration wait) {
  const auto until = std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(wait);
  MutexLock lock(mutex_);
  while (!requested_) {
    const auto left = until - std::chrono::steady_clock::now();
    if (left <= std::chrono::nanoseconds::zero()) return false;
    changed_.WaitFor(mutex_, left);
  }
  return true;
}

struct App::Impl final : ModuleHost {
  Impl(AppOptions options, Metrics& metrics) : options(std::move(options)), metrics(metrics) {}

  std::shared_ptr<Channel> local() override { return server->InProcess(); }
  void Die(const absl::Status& why) override;

  absl::Status Listen();
  absl::Status StartModules();
  void UpdateHealth();
  void StopAll(absl::Duration drain, absl::Duration grace);
  static void SetOpen(Module& module, bool open) {
    for (RpcService* service : module.services()) service->SetOpen(open);
  }

  const AppOptions options;
  Metrics& metrics;
  std::vector<std::unique_ptr<Module>> modules;
  std::unique_ptr<Server> server;
  std::unique_ptr<MetricsServer> metrics_server;
  size_t started = 0;
  std::unique_ptr<DeathWatch> watch;  // Once dead.
  std::vector<bool> ready;            // As last told to the health service.
  bool was_ready = false;
  std::atomic<StopSignal*> stop{nullptr};
  std::atomic<bool> dead{false};
};

void App::Impl::Die(const absl::Status& why) {
  if (dead.exchange(true)) return;
  watch = std::make_unique<DeathWatch>(options.death_max);
  const Problem problem = ToProblem(why);
  Log(LogLevel::kError,
      "the process is dead",
      {{"reason", problem.reason}, {"cause", std::string(why.message())}});
  for (const auto& module : modules) SetOpen(*module, false);
  if (StopSignal* signal = stop.load()) signal->Request();
}

absl::Status App::Impl::Listen() {
  std::vector<RpcService*> services;
  for (const auto& module : modules) {
    SetOpen(*module, false);
    for (RpcService* service : module->services()) services.push_back(service);
  }
  if (!options.metrics_address.empty()) {
    XINCE_ASSIGN_OR_RETURN(
        metrics_server,
        MetricsServer::Start(options.metrics_address, metrics, [this] { return !dead.load(); }));
  }
  XINCE_ASSIGN_OR_RETURN(server, Server::Start(options.server, services));
  ready.assign(modules.size(), false);
  for (const auto& module : modules) server->SetServing(module->name(), false);
  for (const std::string& address : server->addresses()) {
    Log(LogLevel::kInfo, "listening", {{"address", address}});
  }
  if (options.on_listening) options.on_listening(*server, metrics_server.get());
  return absl::OkStatus();
}

absl::Status App::Impl::StartModules() {
  for (const auto& module : modules) {
    if (stop.load()->requested()) return absl::OkStatus();
    Log(LogLevel::kInfo, "starting", {{"module", module->name()}});
    XINCE_RETURN_IF_ERROR(module->Start(*this));
    ++started;
    if (!dead) SetOpen(*module, true);
    UpdateHealth();
  }
  return absl::OkStatus();
}

void App::Impl::UpdateHealth() {
  bool all = true;
  for (size_t i = 0; i < modules.size(); ++i) {
    const bool now = i < started && !dead && modules[i]->Ready();
    all = all && now;
    if (now == ready[i]) continue;
    ready[i] = now;
    Log(LogLevel::kInfo, now ? "ready" : "not ready", {{"module", modules[i]->name()}});
    server->SetServing(modules[i]->name(), now);
    for (RpcService* service : modules[i]->services()) {
      server->SetServing(service->descriptor().full_name(), now);
    }
  }
  server->SetServing("", all);
  if (all && !std::exchange(was_ready, true) && options.on_ready) options.on_ready();
}

void App::Impl::StopAll(absl::Duration drain, absl::Duration grace) {
  if (server != nullptr) server->Stop(drain, grace);
  for (auto module = modules.rbegin(); module != modules.rend(); ++module) {
    Log(LogLevel::kInfo, "stopping", {{"module", (*module)->name()}});
    (*module)->Stop();
  }
  server.reset();
  metrics_server.reset();
}

App::App(AppOptions options, Metrics& metrics)
    : impl_(std::make_unique<Impl>(std::move(options), metrics)) {}

App::~App() = default;

void App::Add(std::unique_ptr<Module> module) { impl_->modules.push_back(std::move(module)); }

int App::Run(StopSignal& stop) {
  impl_->stop = &stop;
  absl::Status started = impl_->Listen();
  if (started.ok()) started = impl_->StartModules();
  if (!started.ok()) {
    const Problem problem = ToProblem(started);
    Log(LogLevel::kError,
        "not started",
        {{"reason", problem.reason},
         {"cause", std::string(started.message())},
         {"zh", problem.zh}});
  }
  while (started.ok() && !stop.WaitFor(kReadyPoll)) impl_->UpdateHealth();
  const bool orderly = started.ok() && !impl_->dead;
  impl_->StopAll(orderly ? impl_->options.drain : absl::ZeroDuration(),
                 orderly ? impl_->options.grace : absl::ZeroDuration());
  impl_->stop = nullptr;
  impl_->watch.reset();
  Log(LogLevel::kInfo, "stopped");
  if (impl_->dead) return kExitDead;
  return started.ok() ? kExitOk : kExitNotStarted;
}

int App::RunUntilSignal() {
  StopSignal stop;
  StopSignal over;
  std::thread waiter([&] {
    const sigset_t signals = StopSignals();
    const timespec pause{.tv_sec = 0, .tv_nsec = 100'000'000};
    while (!over.requested()) {
      const int signal = sigtimedwait(&signals, nullptr, &pause);
      if (signal <= 0) continue;
      Log(LogLevel::kInfo, "stop requested", {{"signal", signal}});
      stop.Request();
    }
  });
  const int code = Run(stop);
  over.Request();
  waiter.join();
  return code;
}

void App::PrepareProcess() {
  signal(SIGPIPE, SIG_IGN);
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace xince::runtime
