#ifndef SERVICES_RUNTIME_APP_H_
#define SERVICES_RUNTIME_APP_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "services/runtime/metrics.h"
#include "services/runtime/metrics_server.h"
#include "services/runtime/module.h"
#include "services/runtime/mutex.h"
#include "services/runtime/server.h"

namespace xince::runtime {

/// Exit codes, from sysexits.h where it has one.
inline constexpr int kExitOk = 0;
/// An address was taken, a store did not open, a service is incomplete.
inline constexpr int kExitNotStarted = 69;
/// A module declared the process dead.
inline constexpr int kExitDead = 70;

/// Asks an App to stop; from any thread, as often as one likes.
class StopSignal {
 public:
  void Request() ABSL_LOCKS_EXCLUDED(mutex_);
  [[nodiscard]] bool requested() const ABSL_LOCKS_EXCLUDED(mutex_);
  /// Waits at most `wait`; true when a stop was requested.
  bool WaitFor(absl::Duration wait) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  mutable Mutex mutex_;
  CondVar changed_;
  bool requested_ ABSL_GUARDED_BY(mutex_) = false;
};

struct AppOptions {
  ServerOptions server;
  /// Where `/metrics` and `/healthz` are served; empty for nowhere.
  std::string metrics_address;
  /// How long calls are still served after a stop was asked for, so that load balancers notice.
  absl::Duration drain = absl::Seconds(2);
  /// How long running calls may take after that.
  absl::Duration grace = absl::Seconds(10);
  /// How long a dead process may take to stop before it just exits.
  absl::Duration death_max = absl::Seconds(5);
  /// Told once, when all listen and before modules start; for tests and for printing addresses.
  std::function<void(const Server& server, const MetricsServer* metrics)> on_listening;
  /// Told once, when every module is ready for the first time.
  std::function<void()> on_ready;
};

/// The life of a process made of modules.
///
///   int main(int argc, char** argv) {
///     App::PrepareProcess();            // first: before any thread exists
///     App app(options, metrics);
///     app.Add(std::make_unique<ScoringModule>(...));
///     return app.RunUntilSignal();
///   }
class App {
 public:
  /// Ignores SIGPIPE (a peer that hangs up must not end the process) and blocks SIGTERM and SIGINT
  /// for all threads, so that RunUntilSignal can wait for them. The first line of every main.
  static void PrepareProcess();

  /// `metrics` must outlive the app.
  App(AppOptions options, Metrics& metrics);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  /// Before Run. Modules start in this order and stop in reverse.
  void Add(std::unique_ptr<Module> module);

  /// Listens, starts the modules, keeps their health up to date, and stops them in order once
  /// `stop` is requested or a module declares the process dead. Returns the exit code. Once.
  int Run(StopSignal& stop);
  /// As Run, until SIGTERM or SIGINT.
  int RunUntilSignal();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace xince::runtime

#endif  // SERVICES_RUNTIME_APP_H_
