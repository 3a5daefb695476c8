#ifndef SERVICES_RUNTIME_WORKERS_H_
#define SERVICES_RUNTIME_WORKERS_H_

#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"

#include "services/runtime/mutex.h"

namespace xince::runtime {

/// A bounded pool of threads for work that may block.
///
/// Every module owns one and never passes it to another module: two modules that share a pool and
/// call each other deadlock. Admission counts what is in flight (queued and running), so the limit
/// also bounds the memory that admitted work holds. Threads start when work needs them, up to
/// `threads`, and stay.
class Workers {
 public:
  struct Options {
    /// Most threads, 1 to 1024. Sized by configuration, not by cores: the work blocks.
    int threads = 8;
    /// Most work queued and running together, at least `threads`.
    int in_flight_max = 256;
  };

  /// The options must be within their ranges: the process ends otherwise.
  explicit Workers(Options options);
  /// As Stop().
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  /// Hands `work` to a thread and returns at once. False, without running it, when `in_flight_max`
  /// is reached or the pool was stopped. `work` must not throw.
  [[nodiscard]] bool Submit(std::function<void()> work) ABSL_LOCKS_EXCLUDED(mutex_);

  /// Refuses new work, runs what was admitted, and joins the threads. Must not be called from one
  /// of the pool's own threads. The second call does nothing.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

  /// Queued and running now.
  [[nodiscard]] int in_flight() const ABSL_LOCKS_EXCLUDED(mutex_);
  [[nodiscard]] const Options& options() const { return options_; }

 private:
  void Loop() ABSL_LOCKS_EXCLUDED(mutex_);

  const Options options_;
  mutable Mutex mutex_;
  CondVar work_arrived_;
  std::deque<std::function<void()>> queue_ ABSL_GUARDED_BY(mutex_);
  int in_flight_ ABSL_GUARDED_BY(mutex_) = 0;
  int idle_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace xince::runtime

#endif  // SERVICES_RUNTIME_WORKERS_H_
