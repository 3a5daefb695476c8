#include "services/journal/redis_stable.h"

#include <algorithm>

#include "services/journal/journal_errors.h"

namespace xince::journal {
namespace {

/// Longest single wait; keeps infinite durations representable.
constexpr absl::Duration kSliceMax = absl::Hours(1);

bool Contradicts(const Head& asked, const RedisState& state) {
  if (asked.revision == 0) return false;
  return state.head.revision < asked.revision || state.chain_at_known != asked.chain;
}

}  // namespace

absl::StatusOr<Head> StableTracker::Known() const {
  runtime::MutexLock lock(mutex_);
  if (rolled_back_) return RollbackError(rolled_back_to_, known_.revision);
  return known_;
}

absl::StatusOr<Head> StableTracker::Observe(const Head& asked, const RedisState& state) {
  runtime::MutexLock lock(mutex_);
  if (!rolled_back_ && Contradicts(asked, state)) {
    rolled_back_ = true;
    rolled_back_to_ = state.head.revision;
    moved_.NotifyAll();
  }
  if (rolled_back_) return RollbackError(rolled_back_to_, known_.revision);
  Raise(state.stable);
  return known_;
}

void StableTracker::Acknowledge(const Head& head) {
  runtime::MutexLock lock(mutex_);
  Raise(head);
}

void StableTracker::Raise(const Head& head) {
  if (head.revision <= known_.revision) return;
  known_ = head;
  moved_.NotifyAll();
}

bool StableTracker::WaitBeyond(Revision after,
                               absl::Duration timeout,
                               const runtime::Clock& clock) {
  const absl::Time deadline = clock.Now() + timeout;
  runtime::MutexLock lock(mutex_);
  while (!interrupted_ && !rolled_back_ && known_.revision <= after) {
    const absl::Duration left = deadline - clock.Now();
    if (left <= absl::ZeroDuration()) return false;
    const absl::Duration slice = std::min(left, kSliceMax);
    if (!moved_.WaitFor(mutex_, absl::ToChronoNanoseconds(slice)) && slice == left) return false;
  }
  return !rolled_back_;
}

void StableTracker::Interrupt() {
  runtime::MutexLock lock(mutex_);
  interrupted_ = true;
  moved_.NotifyAll();
}

}  // namespace xince::journal
