#include "services/journal/machine.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

#include "services/journal/read_ahead.h"
#include "services/runtime/errors.h"

namespace xince::journal {
namespace {

constexpr size_t kRecentHeadsMax = 4096;
// How long before the caller stops waiting a read is refused: a refusal at the deadline itself would
// not be heard.
constexpr absl::Duration kRefusalLeadMax = absl::Milliseconds(100);
constexpr size_t kTokenChainBytes = 8;
// How long the follower sleeps in one wait, so that a stop is noticed.
constexpr absl::Duration kFollowWait = absl::Milliseconds(500);

std::string TokenChain(const Head& head) {
  return HexEncode(absl::MakeConstSpan(head.chain).first(kTokenChainBytes));
}

bool EndsTheProcess(const absl::Status& status) {
  if (status.code() == absl::StatusCode::kDataLoss) return true;
  return runtime::ReasonOf(status) == "JOURNAL_DEAD";
}

}  // namespace

std::string Sha256Hex(absl::string_view bytes) { return HexEncode(Sha256({bytes})); }

absl::Status Transaction::Append(std::string actor, std::string request_id, std::string payload) {
  Entry entry{.revision = next_revision_,
              .record_time_us = now_us_,
              .actor = std::move(actor),
              .request_id = std::move(request_id),
              .payload = std::move(payload)};
  XINCE_RETURN_IF_ERROR(state_->Apply(entry, undo_));
  staged_->push_back(Draft{.record_time_us = entry.record_time_us,
                           .actor = std::move(entry.actor),
                           .request_id = std::move(entry.request_id),
                           .payload = std::move(entry.payload)});
  ++next_revision_;
  return absl::OkStatus();
}

Machine::Machine(Journal& journal, State& state, const runtime::Clock& clock, Options options)
    : journal_(journal), state_(state), clock_(clock), options_(options) {}

Machine::~Machine() { Stop(); }

absl::Status Machine::Recover() {
  const runtime::WriterLock lock(state_mutex_);
  state_.Clear();
  head_ = Head{};
  XINCE_ASSIGN_OR_RETURN(std::optional<Snapshot> snapshot,
                         journal_.LatestSnapshot(state_.SnapshotFormat()));
  if (snapshot.has_value()) {
    if (state_.LoadSnapshot(snapshot->state).ok()) {
      head_ = snapshot->at;
    } else {
      state_.Clear();  // A snapshot is a cache: the journal alone is enough.
    }
  }
  snapshot_at_ = head_.revision;
  applied_ = head_.revision;
  XINCE_RETURN_IF_ERROR(ReadAhead(journal_, head_.revision, [this](const Entry& entry) {
    XINCE_RETURN_IF_ERROR(state_.Apply(entry, nullptr));
    head_ = Head{.revision = entry.revision, .chain = entry.chain};
    last_time_us_ = entry.record_time_us;
    return absl::OkStatus();
  }));
  if (head_.revision > 0 && last_time_us_ == 0) {
    XINCE_RETURN_IF_ERROR(journal_.Read(head_.revision - 1, 1, [this](const Entry& entry) {
      last_time_us_ = entry.record_time_us;
      return absl::OkStatus();
    }));
  }
  applied_ = decided_ = head_.revision;
  Publish(head_);
  return absl::OkStatus();
}

void Machine::Start() {
  decider_ = std::thread([this] { DecideLoop(); });
  appender_ = std::thread([this] { AppendLoop(); });
  if (!options_.shared_journal) return;
  follower_ = std::thread([this] {
    while (true) {
      const absl::StatusOr<Head> head = journal_.WaitBeyond(durable(), kFollowWait);
      {
        const runtime::MutexLock lock(mutex_);
        if (stopping_) return;
      }
      if (!head.ok()) {
        SetHealth(head.status());
        // An unreachable journal answers at once: do not spin.
        const runtime::MutexLock lock(mutex_);
        if (!stopping_) advanced_.WaitFor(mutex_, std::chrono::milliseconds(100));
      } else if (head->revision > durable()) {
        (void)Execute([](Transaction&) { return absl::OkStatus(); });
      }
    }
  });
}

void Machine::Stop() {
  {
    const runtime::MutexLock lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
    queued_.NotifyAll();
    advanced_.NotifyAll();
  }
  if (follower_.joinable()) {
    journal_.Interrupt();
    follower_.join();
  }
  if (decider_.joinable()) decider_.join();
  if (appender_.joinable()) appender_.join();
}

absl::Status Machine::Refused(const char* reason) {
  const bool full = std::string(reason) == "WRITE_QUEUE_FULL";
  return runtime::ToStatus(runtime::Problem{
      .code = full ? absl::StatusCode::kResourceExhausted : absl::StatusCode::kUnavailable,
      .reason = reason,
      .en = full ? "too many writes are waiting" : "the service is shutting down",
      .zh = full ? "等待写入的请求过多" : "服务正在停止",
      .retry_after_ms = 200});
}

void Machine::Submit(Decide decide, Done done) {
  const char* refused = nullptr;
  {
    const runtime::MutexLock lock(mutex_);
    if (stopping_) {
      refused = "SHUTTING_DOWN";
    } else if (queue_.size() >= options_.queue_max) {
      refused = "WRITE_QUEUE_FULL";
    } else {
      auto command = std::make_shared<Command>();
      command->decide = std::move(decide);
      command->done = std::move(done);
      queue_.push_back(std::move(command));
      queued_.NotifyOne();
    }
  }
  if (refused != nullptr) done(Refused(refused), 0);
}

absl::StatusOr<Revision> Machine::Execute(Decide decide) {
  runtime::Mutex mutex;
  runtime::CondVar condition;
  std::optional<absl::StatusOr<Revision>> result;
  Submit(std::move(decide), [&](const absl::Status& status, Revision revision) {
    const runtime::MutexLock lock(mutex);
    result = status.ok() ? absl::StatusOr<Revision>(revision) : absl::StatusOr<Revision>(status);
    condition.NotifyAll();
  });
  const runtime::MutexLock lock(mutex);
  while (!result.has_value()) condition.Wait(mutex);
  return *std::move(result);
}

std::vector<std::shared_ptr<Machine::Command>> Machine::NextCommands() {
  const runtime::MutexLock lock(mutex_);
  // One batch ahead of the one being appended, and no more.
  while ((queue_.empty() && !stopping_) || !pending_.empty()) queued_.Wait(mutex_);
  std::vector<std::shared_ptr<Command>> commands;
  while (!queue_.empty() && commands.size() < options_.batch_max) {
    commands.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return commands;
}

void Machine::DecideLoop() {
  while (true) {
    auto batch = std::make_unique<Batch>();
    batch->commands = NextCommands();
    if (batch->commands.empty()) {
      // Nothing is queued and the machine stops; a failed append may still queue commands again.
      AwaitIdle();
      const runtime::MutexLock lock(mutex_);
      if (!queue_.empty()) continue;
      decider_done_ = true;
      pipeline_.NotifyAll();
      break;
    }
    absl::Status ready = Health();
    if (ready.ok() && (behind_ || options_.shared_journal)) {
      AwaitIdle();
      ready = CatchUp();
    }
    if (!ready.ok()) {
      if (EndsTheProcess(ready)) SetHealth(ready);
      AwaitIdle();
      Refuse(*batch, ready);
      continue;
    }
    HandOver(std::move(batch));
    SnapshotIfDue(/*stopping=*/false);
  }
  SnapshotIfDue(/*stopping=*/true);
}

void Machine::AppendLoop() {
  while (true) {
    std::unique_ptr<Batch> batch;
    {
      const runtime::MutexLock lock(mutex_);
      while (pending_.empty() && !decider_done_) pipeline_.Wait(mutex_);
      if (pending_.empty()) return;
      batch = std::move(pending_.front());
      pending_.pop_front();
      appending_ = true;
      queued_.NotifyAll();
    }
    Append(std::move(batch));
    const runtime::MutexLock lock(mutex_);
    appending_ = false;
    pipeline_.NotifyAll();
  }
}

int64_t Machine::NowUs() const {
  return std::max({absl::ToUnixMicros(clock_.Now()), last_time_us_, answered_until_us_.load()});
}

void Machine::DecideAll(Batch& batch) {
  const int64_t now_us = NowUs();
  size_t staged_bytes = 0;
  std::vector<std::shared_ptr<Command>> next_batch;
  for (std::shared_ptr<Command>& command : batch.commands) {
    const size_t undo_size = batch.undo.size();
    const size_t staged_size = batch.staged.size();
    Transaction transaction;
    transaction.state_ = &state_;
    transaction.undo_ = &batch.undo;
    transaction.staged_ = &batch.staged;
    transaction.now_us_ = now_us;
    transaction.next_revision_ = decided_ + staged_size + 1;
    command->status = command->decide(transaction);
    size_t bytes = 0;
    for (size_t i = staged_size; i < batch.staged.size(); ++i) {
      bytes += batch.staged[i].payload.size();
    }
    const bool too_large =
        batch.staged.size() > kAppendEntriesMax || staged_bytes + bytes > kAppendBytesMax;
    if (too_large && command->status.ok()) {
      command->status = runtime::InvalidArgument("JOURNAL_LIMIT",
                                                 "",
                                                 "the request is too large to record at once",
                                                 "请求过大,无法一次记录");
      if (staged_size > 0) next_batch.push_back(command);
    }
    if (command->status.ok()) {
      staged_bytes += bytes;
    } else {
      batch.undo.RollBackTo(undo_size);
      batch.staged.resize(staged_size);
    }
    command->revision = decided_ + batch.staged.size();
  }
  decided_ += batch.staged.size();
  if (!batch.staged.empty()) last_time_us_ = now_us;
  applied_ = decided_;
  if (next_batch.empty()) return;
  std::erase_if(batch.commands, [&](const std::shared_ptr<Command>& command) {
    return std::find(next_batch.begin(), next_batch.end(), command) != next_batch.end();
  });
  const runtime::MutexLock queue_lock(mutex_);
  queue_.insert(queue_.begin(), next_batch.begin(), next_batch.end());
}

void Machine::HandOver(std::unique_ptr<Batch> batch) {
  {
    // Held until the batch is pending, so that whoever takes a failed one back sees all that was decided
    // on top of it.
    const runtime::WriterLock state_lock(state_mutex_);
    DecideAll(*batch);
    const runtime::MutexLock lock(mutex_);
    // With nobody waiting there is nothing to overlap with, and a hop to the other thread costs more
    // than it brings.
    if (appending_ || !pending_.empty() || !queue_.empty()) {
      pending_.push_back(std::move(batch));
      pipeline_.NotifyAll();
      return;
    }
    appending_ = true;
  }
  Append(std::move(batch));
  const runtime::MutexLock lock(mutex_);
  appending_ = false;
  pipeline_.NotifyAll();
}

void Machine::Append(std::unique_ptr<Batch> batch) {
  absl::Status outcome;
  if (!batch->staged.empty()) {
    const absl::StatusOr<Head> head = journal_.Append(head_, batch->staged);
    if (head.ok()) {
      batch->undo.Clear();
      Publish(*head);
    } else {
      outcome = head.status();
      if (EndsTheProcess(outcome)) SetHealth(outcome);
      return TakeBack(*batch, outcome);
    }
  }
  for (const std::shared_ptr<Command>& command : batch->commands) {
    command->done(command->status, command->status.ok() ? command->revision : 0);
  }
}

void Machine::TakeBack(Batch& failed, const absl::Status& why) {
  std::vector<std::shared_ptr<Command>> again;
  const bool conflict = why.code() == absl::StatusCode::kAborted;
  {
    const runtime::WriterLock state_lock(state_mutex_);
    const runtime::MutexLock lock(mutex_);
    for (auto later = pending_.rbegin(); later != pending_.rend(); ++later) {
      (*later)->undo.RollBackTo(0);
    }
    failed.undo.RollBackTo(0);
    for (std::shared_ptr<Command>& command : failed.commands) {
      if (!conflict || ++command->conflicts > options_.conflict_retries_max) continue;
      again.push_back(std::move(command));
    }
    for (const std::unique_ptr<Batch>& later : pending_) {
      again.insert(again.end(), later->commands.begin(), later->commands.end());
    }
    pending_.clear();
    applied_ = decided_ = head_.revision;
    behind_ = true;
    queue_.insert(queue_.begin(), again.begin(), again.end());
    queued_.NotifyAll();
  }
  for (const std::shared_ptr<Command>& command : failed.commands) {
    if (command != nullptr) command->done(why, 0);
  }
}

void Machine::Refuse(const Batch& batch, const absl::Status& why) {
  for (const std::shared_ptr<Command>& command : batch.commands) command->done(why, 0);
}

void Machine::AwaitIdle() {
  const runtime::MutexLock lock(mutex_);
  while (appending_ || !pending_.empty()) pipeline_.Wait(mutex_);
}

absl::Status Machine::CatchUp() {
  XINCE_ASSIGN_OR_RETURN(const Head stable, journal_.StableHead());
  while (head_.revision < stable.revision) {
    const runtime::WriterLock lock(state_mutex_);
    XINCE_RETURN_IF_ERROR(
        journal_.Read(head_.revision, options_.catch_up_entries_max, [this](const Entry& entry) {
          XINCE_RETURN_IF_ERROR(state_.Apply(entry, nullptr));
          head_ = Head{.revision = entry.revision, .chain = entry.chain};
          last_time_us_ = entry.record_time_us;
          return absl::OkStatus();
        }));
    applied_ = decided_ = head_.revision;
    Publish(head_);
  }
  behind_ = false;
  return absl::OkStatus();
}

void Machine::Publish(const Head& head) {
  head_ = head;
  durable_.store(head.revision, std::memory_order_release);
  const runtime::MutexLock lock(mutex_);
  recent_.push_back(head);
  if (recent_.size() > kRecentHeadsMax) recent_.pop_front();
  advanced_.NotifyAll();
}

void Machine::SnapshotIfDue(bool stopping) {
  if (stopping) AwaitSnapshot();
  if (!Health().ok() || durable() == snapshot_at_) return;
  const bool due = durable() - snapshot_at_ >= options_.snapshot_every && !storing_;
  if (!stopping && !due) return;
  AwaitIdle();
  if (behind_) return;
  Snapshot snapshot{.at = head_, .format = state_.SnapshotFormat()};
  {
    const runtime::ReaderLock lock(state_mutex_);
    snapshot.state = state_.SaveSnapshot();
  }
  snapshot_at_ = head_.revision;
  AwaitSnapshot();
  storing_ = true;
  // A snapshot that cannot be stored costs a slower start and nothing else.
  snapshot_writer_ = std::thread([this, snapshot = std::move(snapshot)] {
    (void)journal_.PutSnapshot(snapshot);
    storing_ = false;
  });
  if (stopping) AwaitSnapshot();
}

void Machine::AwaitSnapshot() {
  if (snapshot_writer_.joinable()) snapshot_writer_.join();
}

std::optional<Revision> Machine::TryRead(Revision at_least, absl::FunctionRef<Revision()> read) {
  if (durable() < at_least) return std::nullopt;
  if (!state_mutex_.TryReaderLock()) return std::nullopt;
  const Revision durable_now = durable();
  const Revision touched = read();
  state_mutex_.ReaderUnlock();
  if (touched > durable_now) return std::nullopt;
  return durable_now;
}

absl::StatusOr<Revision> Machine::Read(Revision at_least,
                                       absl::Time deadline,
                                       absl::FunctionRef<Revision()> read) {
  Revision wanted = at_least;
  const absl::Time give_up =
      deadline - std::clamp((deadline - clock_.Now()) / 10, absl::ZeroDuration(), kRefusalLeadMax);
  while (true) {
    while (durable() < wanted) {
      const absl::Duration left = give_up - clock_.Now();
      if (left <= absl::ZeroDuration() || !Health().ok()) {
        return runtime::ToStatus(runtime::Problem{
            .code = absl::StatusCode::kUnavailable,
            .reason = "REVISION_NOT_REACHED",
            .en = "this replica has not reached the requested revision",
            .zh = "本副本尚未达到所要求的版本",
            .metadata = {{"wanted", absl::StrCat(wanted)}, {"reached", absl::StrCat(durable())}},
            .retry_after_ms = 100});
      }
      (void)WaitBeyond(wanted - 1, std::min(left, absl::Milliseconds(100)));
      // What was looked at may have been taken back meanwhile: look again.
      if (wanted != at_least) break;
    }
    const runtime::ReaderLock lock(state_mutex_);
    const Revision durable_now = durable();
    if (durable_now < at_least) continue;
    const Revision touched = read();
    if (touched <= durable_now) return durable_now;
    wanted = touched;
  }
}

absl::Time Machine::Now() {
  const runtime::ReaderLock lock(state_mutex_);
  return absl::FromUnixMicros(NowUs());
}

absl::StatusOr<Revision> Machine::KnownAt(absl::Time time, absl::Time deadline) {
  // A time to come says nothing of what will be recorded until then.
  const int64_t after_us = absl::ToUnixMicros(std::min(time, Now())) + 1;
  int64_t until_us = answered_until_us_.load();
  while (until_us < after_us && !answered_until_us_.compare_exchange_weak(until_us, after_us)) {
  }
  // What was decided until here may be recorded at or before `time`; what is decided from here on is
  // recorded after it.
  std::optional<Revision> decided;
  XINCE_RETURN_IF_ERROR(Read(0, deadline, [&]() -> Revision {
                          if (!decided.has_value()) decided = applied();
                          return std::min(*decided, applied());
                        }).status());
  return journal_.RevisionAt(time);
}

Revision Machine::WaitBeyond(Revision after, absl::Duration timeout) {
  const runtime::MutexLock lock(mutex_);
  if (durable() <= after && !stopping_) {
    advanced_.WaitFor(mutex_, absl::ToChronoNanoseconds(timeout));
  }
  return durable();
}

std::string Machine::Token(Revision revision) const {
  std::string chain(kTokenChainBytes * 2, '-');
  const runtime::MutexLock lock(mutex_);
  const auto found = std::lower_bound(
      recent_.begin(), recent_.end(), revision, [](const Head& head, Revision wanted) {
        return head.revision < wanted;
      });
  if (found != recent_.end() && found->revision == revision) chain = TokenChain(*found);
  return absl::StrFormat("%s:%016d:%s", journal_.name(), revision, chain);
}

absl::StatusOr<Revision> Machine::ParseToken(absl::string_view token) const {
  const auto refuse = [] {
    return runtime::InvalidArgument(
        "REVISION_TOKEN",
        "",
        "not a revision token of this journal: send one back as it was received",
        "版本凭证无效:请原样送回收到的凭证");
  };
  const std::vector<std::string> parts = absl::StrSplit(token, ':');
  Revision revision = 0;
  if (parts.size() != 3 || parts[0] != journal_.name() || parts[1].size() != 16 ||
      !absl::SimpleAtoi(parts[1], &revision) || parts[2].size() != kTokenChainBytes * 2) {
    return refuse();
  }
  const runtime::MutexLock lock(mutex_);
  const auto found = std::lower_bound(
      recent_.begin(), recent_.end(), revision, [](const Head& head, Revision wanted) {
        return head.revision < wanted;
      });
  if (parts[2][0] != '-' && found != recent_.end() && found->revision == revision &&
      TokenChain(*found) != parts[2]) {
    return runtime::ToStatus(
        runtime::Problem{.code = absl::StatusCode::kDataLoss,
                         .reason = "ROLLBACK_DETECTED",
                         .en = "this journal's history is not the one the token comes from",
                         .zh = "流水历史与凭证来源不一致",
                         .metadata = {{"revision", absl::StrCat(revision)}}});
  }
  return revision;
}

std::string Machine::StateDigest() {
  const runtime::ReaderLock lock(state_mutex_);
  return Sha256Hex(state_.SaveSnapshot());
}

absl::Status Machine::Health() const {
  const runtime::MutexLock lock(mutex_);
  return health_;
}

void Machine::SetHealth(const absl::Status& status) {
  if (!EndsTheProcess(status)) return;
  const runtime::MutexLock lock(mutex_);
  if (health_.ok()) health_ = status;
  advanced_.NotifyAll();
}

}  // namespace xince::journal
