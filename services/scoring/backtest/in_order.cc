#include "services/scoring/backtest/in_order.h"

#include <algorithm>
#include <thread>
#include <vector>

#include "services/runtime/mutex.h"

namespace xince::backtest {
namespace {

// Who works on what, and what is ready to be handed on. Indices are handed on a group at a time: waking a
// thread for each would cost more than some of them.
class Queue {
 public:
  Queue(size_t count, size_t ahead)
      : count_(count),
        ahead_(ahead),
        group_(std::max<size_t>(1, ahead / 4)),
        ready_(count / group_ + 1, 0) {}

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
    const size_t group = i / group_;
    if (++ready_[group] == EndOf(group) - group * group_ && group == done_ / group_)
      ready_changed_.NotifyOne();
  }

  // Waits until the group that begins with `i` is ready; the index after its last.
  size_t AwaitReady(size_t i) {
    runtime::MutexLock lock(mutex_);
    const size_t group = i / group_;
    while (ready_[group] < EndOf(group) - i) ready_changed_.Wait(mutex_);
    return EndOf(group);
  }

  // Everything before `i` is done.
  void Done(size_t i, bool go_on) {
    runtime::MutexLock lock(mutex_);
    done_ = i;
    stopped_ = !go_on;
    room_.NotifyAll();
  }

 private:
  [[nodiscard]] size_t EndOf(size_t group) const { return std::min(count_, (group + 1) * group_); }

  const size_t count_;
  const size_t ahead_;
  const size_t group_;
  runtime::Mutex mutex_;
  runtime::CondVar room_;
  runtime::CondVar ready_changed_;
  size_t next_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t done_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  // By group.
  std::vector<size_t> ready_ ABSL_GUARDED_BY(mutex_);
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
  for (size_t i = 0; i < count && go_on;) {
    const size_t end = queue.AwaitReady(i);
    while (i < end && go_on) go_on = done(i++);
    queue.Done(i, go_on);
  }
  for (std::thread& worker : workers) worker.join();
  return go_on;
}

}  // namespace xince::backtest
