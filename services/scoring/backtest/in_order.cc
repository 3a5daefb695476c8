#include "services/scoring/backtest/in_order.h"

#include <thread>
#include <vector>

#include "services/runtime/mutex.h"

namespace xince::backtest {
namespace {

// Who works on what, and what is ready to be handed on.
class Queue {
 public:
  Queue(size_t count, size_t ahead) : count_(count), ahead_(ahead), ready_(count, 0) {}

  // The next index for a worker; false when there is none.
  bool Claim(size_t& i) {
    runtime::MutexLock lock(mutex_);
    while (!stopped_ && next_ < count_ && next_ >= done_ + ahead_) room_.Wait(mutex_);
    if (stopped_ || next_ >= count_) return false;
    i = next_++;
    return true;
  }

  void Ready(size_t i) {
    runtime::MutexLock lock(mutex_);
    ready_[i] = 1;
    if (i == done_) ready_changed_.NotifyOne();
  }

  void AwaitReady(size_t i) {
    runtime::MutexLock lock(mutex_);
    while (ready_[i] == 0) ready_changed_.Wait(mutex_);
  }

  void Done(bool go_on) {
    runtime::MutexLock lock(mutex_);
    ++done_;
    stopped_ = !go_on;
    room_.NotifyAll();
  }

 private:
  const size_t count_;
  const size_t ahead_;
  runtime::Mutex mutex_;
  runtime::CondVar room_;
  runtime::CondVar ready_changed_;
  size_t next_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t done_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<char> ready_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

bool InOrder(int threads,
             size_t count,
             size_t ahead,
             const std::function<void(int worker, size_t i)>& work,
             const std::function<bool(size_t i)>& done) {
  Queue queue(count, ahead);
  std::vector<std::thread> workers;
  for (int worker = 0; worker < threads; ++worker) {
    workers.emplace_back([&, worker] {
      size_t i = 0;
      while (queue.Claim(i)) {
        work(worker, i);
        queue.Ready(i);
      }
    });
  }
  bool go_on = true;
  for (size_t i = 0; i < count && go_on; ++i) {
    queue.AwaitReady(i);
    go_on = done(i);
    queue.Done(go_on);
  }
  for (std::thread& worker : workers) worker.join();
  return go_on;
}

}  // namespace xince::backtest
