#include "services/runtime/workers.h"

#include <utility>

#include "services/runtime/log.h"

namespace xince::runtime {

Workers::Workers(Options options) : options_(options) {
  Check(options.threads >= 1 && options.threads <= 1024, "Workers: threads must be 1 to 1024");
  Check(options.in_flight_max >= options.threads, "Workers: in_flight_max is below threads");
}

Workers::~Workers() { Stop(); }

bool Workers::Submit(std::function<void()> work) {
  MutexLock lock(mutex_);
  if (stopping_ || in_flight_ >= options_.in_flight_max) return false;
  ++in_flight_;
  queue_.push_back(std::move(work));
  const bool all_taken = idle_ < static_cast<int>(queue_.size());
  if (all_taken && static_cast<int>(threads_.size()) < options_.threads) {
    threads_.emplace_back([this] { Loop(); });
  }
  work_arrived_.NotifyOne();
  return true;
}

void Workers::Stop() {
  std::vector<std::thread> threads;
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    threads.swap(threads_);
    work_arrived_.NotifyAll();
  }
  for (std::thread& thread : threads) thread.join();
}

int Workers::in_flight() const {
  MutexLock lock(mutex_);
  return in_flight_;
}

void Workers::Loop() {
  mutex_.Lock();
  while (true) {
    while (queue_.empty() && !stopping_) {
      ++idle_;
      work_arrived_.Wait(mutex_);
      --idle_;
    }
    if (queue_.empty()) break;
    std::function<void()> work = std::move(queue_.front());
    queue_.pop_front();
    mutex_.Unlock();
    work();
    work = nullptr;  // What the work captured goes before it stops counting.
    mutex_.Lock();
    --in_flight_;
  }
  mutex_.Unlock();
}

}  // namespace xince::runtime
