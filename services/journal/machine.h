#ifndef SERVICES_JOURNAL_MACHINE_H_
#define SERVICES_JOURNAL_MACHINE_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "services/journal/journal.h"
#include "services/runtime/clock.h"
#include "services/runtime/mutex.h"

/// The machine inside every service: a deterministic state over a journal.
///
/// Commands are decided one after the other on one thread; their entries are applied to the state
/// at once and appended to the journal together, so that many writers share one fsync. Until the
/// append has returned, the entries are not durable: a reader that has looked at such a part of the
/// state waits, so nobody is told what a crash could take back. When an append fails, what was
/// applied is undone; when another replica was faster, it is undone, the state catches up and the
/// commands are decided again.
namespace xince::journal {

/// How to take back what has been applied, newest first.
class Undo {
 public:
  void Add(std::function<void()> step) { steps_.push_back(std::move(step)); }
  [[nodiscard]] size_t size() const { return steps_.size(); }
  /// Takes back everything after the first `size` steps.
  void RollBackTo(size_t size) {
    while (steps_.size() > size) {
      steps_.back()();
      steps_.pop_back();
    }
  }
  void Clear() { steps_.clear(); }

 private:
  std::vector<std::function<void()>> steps_;
};

/// What a service keeps in memory. Reads no clock, rolls no dice, does no I/O. The machine calls it
/// under its lock: Apply and LoadSnapshot exclusively, SaveSnapshot shared.
class State {
 public:
  virtual ~State() = default;

  /// Changes the state as the entry says. `undo` is null on replay; otherwise every change adds the
  /// step that takes it back. An entry that this state cannot have produced is refused with
  /// DATA_LOSS (`REPLAY_MISMATCH` when a recorded outcome is not the one computed again).
  virtual absl::Status Apply(const Entry& entry, Undo* undo) = 0;

  /// Version of the snapshot's format. A change of format makes old snapshots unread, not wrong.
  [[nodiscard]] virtual uint32_t SnapshotFormat() const = 0;
  /// The state as bytes: equal states give equal bytes, so their SHA-256 is the state's digest.
  [[nodiscard]] virtual std::string SaveSnapshot() const = 0;
  /// Replaces the state. DATA_LOSS `SNAPSHOT_UNREADABLE` leaves the state unspecified.
  virtual absl::Status LoadSnapshot(absl::string_view bytes) = 0;
  /// Back to the state of an empty journal.
  virtual void Clear() = 0;
};

/// What a command may do while it decides. Valid only during the call.
class Transaction {
 public:
  /// Present instant, in microseconds since the epoch; never before the newest entry's.
  [[nodiscard]] int64_t now_us() const { return now_us_; }
  /// Revision the next appended entry gets.
  [[nodiscard]] Revision next_revision() const { return next_revision_; }
  /// Applies the entry to the state and stages it for the journal. An error takes back the whole
  /// command.
  absl::Status Append(std::string actor, std::string request_id, std::string payload);

 private:
  friend class Machine;
  State* state_ = nullptr;
  Undo* undo_ = nullptr;
  std::vector<Draft>* staged_ = nullptr;
  int64_t now_us_ = 0;
  Revision next_revision_ = 0;
};

/// A service's state, its journal and the threads that write both.
///
/// While one batch is being appended the next is decided on top of it, so that deciding and waiting for
/// the disk overlap. A batch that fails takes everything decided on top of it back as well.
class Machine {
 public:
  struct Options {
    /// Commands waiting or being decided. One more is refused, RESOURCE_EXHAUSTED
    /// `WRITE_QUEUE_FULL`.
    size_t queue_max = 4096;
    /// Commands that share one append.
    size_t batch_max = 256;
    /// A snapshot is stored after this many entries, and when the machine stops. Writes wait while the
    /// state is put into bytes, not while those are stored; one that is due meanwhile is made after.
    Revision snapshot_every = 100000;
    /// Entries applied under one hold of the lock while catching up.
    size_t catch_up_entries_max = 2000;
    /// Other replicas may append to the same journal: follow it.
    bool shared_journal = false;
    /// How often a command is decided again after losing to another replica.
    int conflict_retries_max = 100;
  };

  /// Runs on the machine's deciding thread under its exclusive lock: checks against the state and appends
  /// entries. Returning an error takes back what this command appended.
  using Decide = std::function<absl::Status(Transaction&)>;
  /// Called once, from one of the machine's threads, without the lock: with OK and the command's
  /// last revision (the head it was decided at when it appended nothing) once that is durable.
  using Done = std::function<void(const absl::Status&, Revision)>;

  /// Keeps references to all; they outlive the machine.
  Machine(Journal& journal, State& state, const runtime::Clock& clock, Options options);
  /// Stops.
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  /// Loads the newest snapshot and replays the rest. Call once before Start.
  absl::Status Recover();
  /// Starts the writing threads.
  void Start();
  /// Decides and appends what is queued, stores a snapshot, joins. Commands submitted later are
  /// refused, UNAVAILABLE `SHUTTING_DOWN`.
  void Stop();

  /// Queues a command. `done` is called even when the command is refused.
  void Submit(Decide decide, Done done);
  /// Submits and waits. Never from a gRPC callback thread.
  absl::StatusOr<Revision> Execute(Decide decide);

  /// Calls `read` under the shared lock. It returns the greatest revision whose effect it looked
  /// at; while that one is not durable, Read waits and calls it again. Answers at or after
  /// `at_least`, waiting until shortly before `deadline`: else UNAVAILABLE
  /// `REVISION_NOT_REACHED`. Returns the durable revision that the answer holds at.
  absl::StatusOr<Revision> Read(Revision at_least,
                                absl::Time deadline,
                                absl::FunctionRef<Revision()> read);
  /// The same without ever waiting: nothing when Read would have to.
  std::optional<Revision> TryRead(Revision at_least, absl::FunctionRef<Revision()> read);

  /// The present instant as entries are recorded by: never before the newest entry's time, nor before
  /// what this machine has said or answered for, wherever the clock was set meanwhile.
  absl::Time Now();
  /// What was known at `time`: the greatest revision recorded until then. Up to Now() the answer stays:
  /// whatever this machine records later is recorded after `time`, and what it was just recording is
  /// waited for. Another replica, whose clock is another, may still record something before `time` while
  /// that is more recent than the two clocks differ. Errors as Read; never from a gRPC callback thread.
  absl::StatusOr<Revision> KnownAt(absl::Time time, absl::Time deadline);

  /// Greatest revision applied to the state; call under Read.
  [[nodiscard]] Revision applied() const { return applied_.load(std::memory_order_acquire); }
  /// Greatest durable revision.
  [[nodiscard]] Revision durable() const { return durable_.load(std::memory_order_acquire); }

  /// Opaque, printable token for a revision of this journal. Tokens of one journal sort by
  /// revision.
  [[nodiscard]] std::string Token(Revision revision) const;
  /// The reverse. INVALID_ARGUMENT `REVISION_TOKEN` for anything else, another journal's included;
  /// DATA_LOSS `ROLLBACK_DETECTED` for a revision that has another chain value here.
  absl::StatusOr<Revision> ParseToken(absl::string_view token) const;

  /// Blocks until the durable revision is beyond `after`, the timeout passed or the machine stops;
  /// returns it.
  Revision WaitBeyond(Revision after, absl::Duration timeout);

  /// SHA-256 of the state's snapshot, in hexadecimal: equal for equal states.
  std::string StateDigest();

  [[nodiscard]] Journal& journal() { return journal_; }
  /// Set once the journal cannot be written any more (corruption, rollback, failed fsync): the
  /// process should end.
  [[nodiscard]] absl::Status Health() const;

 private:
  struct Command {
    Decide decide;
    Done done;
    absl::Status status;
    Revision revision = 0;
    int conflicts = 0;
  };

  // Commands decided together, and how to take them back.
  struct Batch {
    std::vector<std::shared_ptr<Command>> commands;
    std::vector<Draft> staged;
    Undo undo;
  };

  void DecideLoop();
  void AppendLoop();
  std::vector<std::shared_ptr<Command>> NextCommands();
  void HandOver(std::unique_ptr<Batch> batch);
  // Under the state's lock.
  [[nodiscard]] int64_t NowUs() const;
  void DecideAll(Batch& batch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_mutex_);
  void Append(std::unique_ptr<Batch> batch);
  void TakeBack(Batch& failed, const absl::Status& why);
  static void Refuse(const Batch& batch, const absl::Status& why);
  void AwaitIdle();
  void Publish(const Head& head);
  absl::Status CatchUp();
  void SnapshotIfDue(bool stopping);
  void AwaitSnapshot();
  void SetHealth(const absl::Status& status);
  static absl::Status Refused(const char* reason);

  Journal& journal_;
  State& state_;
  const runtime::Clock& clock_;
  const Options options_;

  runtime::SharedMutex state_mutex_;
  std::atomic<Revision> applied_{0};
  std::atomic<Revision> durable_{0};

  // Where the journal ends: touched by whoever appends, and nobody else appends then.
  Head head_;
  // Touched by the deciding thread, under the state's lock where others read them.
  Revision decided_ = 0;
  int64_t last_time_us_ = 0;
  // No entry is recorded before this instant: until then it was said what is known.
  std::atomic<int64_t> answered_until_us_{INT64_MIN};
  Revision snapshot_at_ = 0;
  // Stores a snapshot while the deciding thread goes on; that one starts and joins it.
  std::thread snapshot_writer_;
  std::atomic<bool> storing_{false};
  std::atomic<bool> behind_{false};

  mutable runtime::Mutex mutex_;
  runtime::CondVar queued_;
  runtime::CondVar advanced_;
  std::deque<std::shared_ptr<Command>> queue_ ABSL_GUARDED_BY(mutex_);
  // Decided, waiting to be appended: at most one batch, while another is being appended.
  std::deque<std::unique_ptr<Batch>> pending_ ABSL_GUARDED_BY(mutex_);
  bool appending_ ABSL_GUARDED_BY(mutex_) = false;
  runtime::CondVar pipeline_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool decider_done_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status health_ ABSL_GUARDED_BY(mutex_);
  // Chain values of recent heads, for tokens.
  std::deque<Head> recent_ ABSL_GUARDED_BY(mutex_);

  std::thread decider_;
  std::thread appender_;
  std::thread follower_;
};

/// SHA-256 in hexadecimal.
std::string Sha256Hex(absl::string_view bytes);

}  // namespace xince::journal

#endif  // SERVICES_JOURNAL_MACHINE_H_
