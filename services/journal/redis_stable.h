#ifndef SERVICES_JOURNAL_REDIS_STABLE_H_
#define SERVICES_JOURNAL_REDIS_STABLE_H_

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "services/journal/journal.h"
#include "services/journal/redis_log.h"
#include "services/runtime/clock.h"
#include "services/runtime/mutex.h"

/// What one process knows to be acknowledged, and its refusal to forget it.
namespace xince::journal {

/// The greatest stable head this process has seen, acknowledged or been told. An answer of Redis
/// that contradicts it is a rollback; from then on everything is refused. Safe from any thread.
class StableTracker {
 public:
  explicit StableTracker(const Head& known) : known_(known) {}

  /// The greatest stable head known. DATA_LOSS `ROLLBACK_DETECTED` once one was.
  absl::StatusOr<Head> Known() const;

  /// Compares a state with `asked`, what Known() said before the state was asked for: an answer may
  /// be older than what other threads have learnt since. Remembers the state's stable head and
  /// returns the greatest known, or detects a rollback: the log ends before `asked`, or holds
  /// another entry there.
  absl::StatusOr<Head> Observe(const Head& asked, const RedisState& state);

  /// `head` is on every declared replica.
  void Acknowledge(const Head& head);

  /// Blocks until the head is beyond `after`, `timeout` passed, Interrupt was called or a rollback
  /// was detected. True when the first or the third ended it.
  bool WaitBeyond(Revision after, absl::Duration timeout, const runtime::Clock& clock);

  /// Wakes every WaitBeyond, now and from now on.
  void Interrupt();

 private:
  void Raise(const Head& head) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable runtime::Mutex mutex_;
  runtime::CondVar moved_;
  Head known_ ABSL_GUARDED_BY(mutex_);
  bool rolled_back_ ABSL_GUARDED_BY(mutex_) = false;
  /// Where the log ended when the rollback was detected.
  Revision rolled_back_to_ ABSL_GUARDED_BY(mutex_) = 0;
  bool interrupted_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace xince::journal

#endif  // SERVICES_JOURNAL_REDIS_STABLE_H_
