#include "services/journal/redis_journal.h"

#include <algorithm>
#include <atomic>
#include <type_traits>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"

#include "services/journal/journal_errors.h"
#include "services/journal/redis_log.h"
#include "services/journal/redis_settings.h"
#include "services/journal/redis_snapshots.h"
#include "services/journal/redis_stable.h"
#include "services/journal/redis_watcher.h"
#include "services/runtime/errors.h"
#include "services/runtime/mutex.h"

namespace xince::journal {
namespace {

/// Longest path of a unix socket (sockaddr_un).
constexpr size_t kSocketPathBytesMax = 107;

using runtime::Mutex;
using runtime::MutexLock;

/// Called with each entry, its chain value already checked.
using VisitStored =
    std::function<absl::Status(Revision revision, absl::string_view stored, const Hash& chain)>;

class RedisJournal final : public Journal {
 public:
  explicit RedisJournal(RedisJournalOptions options)
      : options_(std::move(options)),
        keys_(options_.name),
        tracker_(options_.known_head),
        writer_(NewChannel()),
        reader_(NewChannel()),
        bulk_(NewChannel()) {}

  ~RedisJournal() override { RedisJournal::Interrupt(); }

  /// Connects, asserts and compares. What is not stable yet may become so here.
  absl::Status Start() {
    MutexLock lock(append_mutex_);
    XINCE_ASSIGN_OR_RETURN(RedisConnection * connection, writer_.Get());
    XINCE_ASSIGN_OR_RETURN(const bool settled, IsSettled(*connection));
    // With a replica missing this fails, and the journal is readable all the same.
    if (!settled) StabilizeLocked(*connection).IgnoreError();
    in_service_ = true;
    return tracker_.Known().status();
  }

  [[nodiscard]] const std::string& name() const override { return options_.name; }

  absl::StatusOr<Head> Append(const Head& expected, absl::Span<const Draft> drafts) override;
  absl::StatusOr<Head> StableHead() override;
  absl::Status Read(Revision after,
                    size_t limit,
                    const std::function<absl::Status(const Entry&)>& visit) override;
  absl::StatusOr<Head> HeadAt(Revision revision) override;
  absl::StatusOr<Revision> RevisionAt(absl::Time time) override;
  absl::StatusOr<Head> WaitBeyond(Revision after, absl::Duration timeout) override;
  void Interrupt() override;
  absl::Status PutSnapshot(const Snapshot& snapshot) override;
  absl::StatusOr<std::optional<Snapshot>> LatestSnapshot(uint32_t format) override;
  absl::StatusOr<std::vector<Hash>> LeafHashes(Revision after, size_t limit) override;
  absl::Status PutCheckpoint(Revision size, absl::string_view note) override;
  absl::StatusOr<std::string> CheckpointAtOrBeyond(Revision size) override;

 private:
  RedisChannel NewChannel() {
    return RedisChannel(options_.endpoint, *options_.clock, [this](RedisConnection& connection) {
      return CheckConnection(connection);
    });
  }

  /// Every new connection may lead to another server than the last one did.
  absl::Status CheckConnection(RedisConnection& connection) {
    if (options_.check_settings) {
      XINCE_RETURN_IF_ERROR(
          CheckRedisSettings(connection, options_.replicas, options_.name, in_service_));
    }
    return Look(connection).status();
  }

  /// The stable head, by way of a connection the caller has to itself.
  absl::StatusOr<Head> Look(RedisConnection& connection) {
    XINCE_ASSIGN_OR_RETURN(const Head known, tracker_.Known());
    XINCE_ASSIGN_OR_RETURN(const RedisPage page,
                           FetchPage(connection, keys_, known.revision, 0, 0));
    return tracker_.Observe(known, page.state);
  }

  /// Whether the log ends with its stable entry.
  absl::StatusOr<bool> IsSettled(RedisConnection& connection) {
    XINCE_ASSIGN_OR_RETURN(const Head known, tracker_.Known());
    XINCE_ASSIGN_OR_RETURN(const RedisPage page,
                           FetchPage(connection, keys_, known.revision, 0, 0));
    return page.state.stable.revision == page.state.head.revision;
  }

  /// Every error after the entries were written, whatever its code, leaves their fate open.
  absl::Status OutcomeUnknown(const absl::Status& cause) const {
    if (absl::IsUnavailable(cause)) return cause;
    absl::Status status = UnavailableError(options_.name, "Redis did not confirm the write");
    status.SetPayload(kRedisDetailUrl, absl::Cord(RedisDetailOf(cause)));
    return status;
  }

  absl::Status WaitForAll(RedisConnection& connection);
  absl::Status AcknowledgeLocked(RedisConnection& connection, const Head& head)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(append_mutex_);
  absl::Status StabilizeLocked(RedisConnection& connection)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(append_mutex_);
  void StabilizeWhenIdle();
  /// `retry` when the server closed the connection on it.
  absl::StatusOr<Head> AppendLocked(const RedisBatch& batch, bool& retry)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(append_mutex_);
  absl::StatusOr<Head> AppendThrough(RedisConnection& connection, const RedisBatch& batch)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(append_mutex_);
  absl::StatusOr<Head> ConflictLocked(RedisConnection& connection,
                                      const RedisBatch& batch,
                                      const RedisAppendResult& result)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(append_mutex_);

  /// A page together with the revision that reading ends at.
  struct BoundedPage {
    RedisPage page;
    Revision bound = 0;
  };
  absl::StatusOr<BoundedPage> ReadPage(Revision after, size_t count);
  absl::StatusOr<BoundedPage> TryReadPage(Revision after, size_t count, bool& retry);
  /// `use` with the connection for snapshots and checkpoints; again with a new one when the server
  /// closed it. `use` may be called twice and must not mind.
  template <typename Use>
  std::invoke_result_t<Use, RedisConnection&> WithBulk(const Use& use) {
    MutexLock lock(bulk_mutex_);
    XINCE_RETURN_IF_ERROR(tracker_.Known().status());
    XINCE_ASSIGN_OR_RETURN(RedisConnection * connection, bulk_.Get());
    auto result = use(*connection);
    if (!connection->closed_by_server()) return result;
    XINCE_ASSIGN_OR_RETURN(connection, bulk_.Get());
    return use(*connection);
  }
  absl::StatusOr<std::optional<Snapshot>> FindSnapshot(RedisConnection& connection,
                                                       uint32_t format);
  absl::Status Scan(Revision after, size_t limit, const VisitStored& visit);
  absl::StatusOr<int64_t> TimeAt(Revision revision);

  const RedisJournalOptions options_;
  const RedisKeys keys_;
  StableTracker tracker_;
  std::atomic<bool> in_service_ = false;

  Mutex append_mutex_;
  RedisChannel writer_ ABSL_GUARDED_BY(append_mutex_);
  /// Where the last batch with an unknown outcome would end.
  std::optional<Head> unknown_ ABSL_GUARDED_BY(append_mutex_);

  Mutex reader_mutex_;
  RedisChannel reader_ ABSL_GUARDED_BY(reader_mutex_);

  Mutex bulk_mutex_;
  RedisChannel bulk_ ABSL_GUARDED_BY(bulk_mutex_);

  Mutex watcher_mutex_;
  bool interrupted_ ABSL_GUARDED_BY(watcher_mutex_) = false;
  // The last member: its thread uses the others.
  std::unique_ptr<RedisWatcher> watcher_ ABSL_GUARDED_BY(watcher_mutex_);
};

absl::Status RedisJournal::WaitForAll(RedisConnection& connection) {
  if (options_.replicas == 0) return absl::OkStatus();
  XINCE_ASSIGN_OR_RETURN(const int64_t confirmed,
                         WaitForReplicas(connection, options_.replicas, options_.wait_timeout));
  if (confirmed >= options_.replicas) return absl::OkStatus();
  return UnavailableError(
      options_.name,
      absl::StrCat(confirmed, " of ", options_.replicas, " Redis replicas confirmed the write"));
}

absl::Status RedisJournal::AcknowledgeLocked(RedisConnection& connection, const Head& head) {
  XINCE_RETURN_IF_ERROR(WaitForAll(connection));
  XINCE_ASSIGN_OR_RETURN(const bool advanced, AdvanceStable(connection, keys_, head));
  if (!advanced) {
    connection.Discard();
    return UnavailableError(options_.name, "the entries are no longer in the log");
  }
  tracker_.Acknowledge(head);
  return absl::OkStatus();
}

absl::Status RedisJournal::StabilizeLocked(RedisConnection& connection) {
  XINCE_ASSIGN_OR_RETURN(const Head known, tracker_.Known());
  XINCE_ASSIGN_OR_RETURN(const RedisState state, TouchLog(connection, keys_, known.revision));
  XINCE_RETURN_IF_ERROR(tracker_.Observe(known, state).status());
  return AcknowledgeLocked(connection, state.head);
}

void RedisJournal::StabilizeWhenIdle() {
  MutexLock lock(append_mutex_);
  const auto connection = writer_.Get();
  if (!connection.ok()) return;
  const auto settled = IsSettled(**connection);
  if (settled.ok() && !*settled) StabilizeLocked(**connection).IgnoreError();
}

absl::StatusOr<Head> RedisJournal::Append(const Head& expected, absl::Span<const Draft> drafts) {
  XINCE_RETURN_IF_ERROR(CheckDrafts(drafts));
  const RedisBatch batch(expected, drafts);
  MutexLock lock(append_mutex_);
  bool retry = false;
  absl::StatusOr<Head> head = AppendLocked(batch, retry);
  // A connection that lay idle may be dead since. If the batch did arrive, the second attempt finds
  // it.
  if (retry) head = AppendLocked(batch, retry);
  return head;
}

absl::StatusOr<Head> RedisJournal::AppendLocked(const RedisBatch& batch, bool& retry) {
  XINCE_ASSIGN_OR_RETURN(RedisConnection * connection, writer_.Get());
  absl::StatusOr<Head> head = AppendThrough(*connection, batch);
  retry = connection->broken() && connection->closed_by_server();
  // An answer nobody understands says nothing about what was written.
  if (absl::IsInternal(head.status())) head = OutcomeUnknown(head.status());
  if (absl::IsUnavailable(head.status())) {
    unknown_ = batch.head;
  } else if (head.ok()) {
    unknown_.reset();
  }
  return head;
}

absl::StatusOr<Head> RedisJournal::AppendThrough(RedisConnection& connection,
                                                 const RedisBatch& batch) {
  XINCE_ASSIGN_OR_RETURN(const Head known, tracker_.Known());
  XINCE_ASSIGN_OR_RETURN(const RedisAppendResult result,
                         AppendBatch(connection, keys_, known, batch, options_.replicas == 0));
  XINCE_RETURN_IF_ERROR(tracker_.Observe(known, result.state).status());
  switch (result.outcome) {
    case RedisAppendResult::Outcome::kAppended:
      if (options_.replicas > 0) {
        const absl::Status acknowledged = AcknowledgeLocked(connection, batch.head);
        if (!acknowledged.ok()) return OutcomeUnknown(acknowledged);
      }
      return batch.head;
    case RedisAppendResult::Outcome::kConflict:
      return ConflictLocked(connection, batch, result);
    case RedisAppendResult::Outcome::kTimeBackwards:
      return TimeBackwardsError(batch.first_time_us, result.time_us);
    case RedisAppendResult::Outcome::kCorrupt:
    case RedisAppendResult::Outcome::kRollback:
      break;
  }
  return CorruptError(result.state.head.revision, "the log is not as long as its head says");
}

absl::StatusOr<Head> RedisJournal::ConflictLocked(RedisConnection& connection,
                                                  const RedisBatch& batch,
                                                  const RedisAppendResult& result) {
  // Entries that are not stable cannot be caught up with: make them so first.
  if (result.state.head.revision > result.state.stable.revision) {
    XINCE_RETURN_IF_ERROR(StabilizeLocked(connection));
  }
  // The chain value commits to the batch and to all before it: this is our own earlier attempt.
  if (unknown_ == batch.head && result.chain_at_target == batch.head.chain) return batch.head;
  return ConflictError(batch.expected, result.state.head);
}

absl::StatusOr<RedisJournal::BoundedPage> RedisJournal::TryReadPage(Revision after,
                                                                    size_t count,
                                                                    bool& retry) {
  MutexLock lock(reader_mutex_);
  XINCE_ASSIGN_OR_RETURN(const Head known, tracker_.Known());
  XINCE_ASSIGN_OR_RETURN(RedisConnection * connection, reader_.Get());
  auto page = FetchPage(*connection, keys_, known.revision, after, count);
  retry = connection->broken() && connection->closed_by_server();
  XINCE_RETURN_IF_ERROR(page.status());
  XINCE_RETURN_IF_ERROR(tracker_.Observe(known, page->state).status());
  const Revision bound = std::max(known.revision, page->state.stable.revision);
  return BoundedPage{*std::move(page), bound};
}

absl::StatusOr<RedisJournal::BoundedPage> RedisJournal::ReadPage(Revision after, size_t count) {
  bool retry = false;
  auto page = TryReadPage(after, count, retry);
  // A connection that lay idle may be dead since; a read may be asked twice.
  if (retry) page = TryReadPage(after, count, retry);
  return page;
}

absl::StatusOr<Head> RedisJournal::StableHead() {
  XINCE_RETURN_IF_ERROR(ReadPage(0, 0).status());
  return tracker_.Known();
}

absl::Status RedisJournal::Scan(Revision after, size_t limit, const VisitStored& visit) {
  Revision last = after;
  std::optional<Hash> chain;
  if (after == 0) chain = Hash{};
  while (limit > 0) {
    XINCE_ASSIGN_OR_RETURN(const BoundedPage bounded, ReadPage(last, limit));
    if (last >= bounded.bound) return absl::OkStatus();
    const Revision before = last;
    for (const RedisPage::Item& item : bounded.page.items) {
      const std::optional<Hash> stored_chain = HashFromBytes(item.chain);
      if (item.revision == before && before > 0) {
        if (!chain.has_value()) chain = stored_chain;
        continue;
      }
      if (!chain.has_value()) return CorruptError(before, "the entry is missing");
      if (item.revision != last + 1) return CorruptError(last + 1, "the entry is missing");
      const Hash computed = ChainHash(*chain, item.stored);
      if (stored_chain != computed) return CorruptError(last + 1, "its chain value differs");
      ++last;
      chain = computed;
      XINCE_RETURN_IF_ERROR(visit(last, item.stored, computed));
      if (--limit == 0) return absl::OkStatus();
    }
    if (last == before) return CorruptError(last + 1, "the entry is missing");
  }
  return absl::OkStatus();
}

absl::Status RedisJournal::Read(Revision after,
                                size_t limit,
                                const std::function<absl::Status(const Entry&)>& visit) {
  Entry entry;
  return Scan(after,
              limit,
              [&](Revision revision, absl::string_view stored, const Hash& chain) -> absl::Status {
                XINCE_RETURN_IF_ERROR(DecodeEntryInto(stored, entry));
                if (entry.revision != revision)
                  return CorruptError(revision, "it names another revision");
                entry.chain = chain;
                return visit(entry);
              });
}

absl::StatusOr<Head> RedisJournal::HeadAt(Revision revision) {
  if (revision == 0) {
    XINCE_RETURN_IF_ERROR(StableHead().status());
    return Head{};
  }
  Head head;
  XINCE_RETURN_IF_ERROR(
      Scan(revision - 1, 1, [&](Revision at, absl::string_view, const Hash& chain) {
        head = {at, chain};
        return absl::OkStatus();
      }));
  if (head.revision == revision) return head;
  XINCE_ASSIGN_OR_RETURN(const Head stable, StableHead());
  return RevisionUnknownError(revision, stable.revision);
}

absl::StatusOr<int64_t> RedisJournal::TimeAt(Revision revision) {
  int64_t time_us = 0;
  XINCE_RETURN_IF_ERROR(
      Scan(revision - 1, 1, [&](Revision, absl::string_view stored, const Hash&) -> absl::Status {
        XINCE_ASSIGN_OR_RETURN(const Entry entry, DecodeEntry(stored));
        time_us = entry.record_time_us;
        return absl::OkStatus();
      }));
  return time_us;
}

absl::StatusOr<Revision> RedisJournal::RevisionAt(absl::Time time) {
  XINCE_ASSIGN_OR_RETURN(const Head stable, StableHead());
  // Record times never decrease: entries up to `low` are at or before `time`, those from `high` on
  // are after it.
  Revision low = 0;
  Revision high = stable.revision + 1;
  while (high - low > 1) {
    const Revision middle = low + (high - low) / 2;
    XINCE_ASSIGN_OR_RETURN(const int64_t time_us, TimeAt(middle));
    (absl::FromUnixMicros(time_us) <= time ? low : high) = middle;
  }
  return low;
}

absl::StatusOr<Head> RedisJournal::WaitBeyond(Revision after, absl::Duration timeout) {
  XINCE_ASSIGN_OR_RETURN(const Head head, StableHead());
  if (head.revision > after || timeout <= absl::ZeroDuration()) return head;
  {
    MutexLock lock(watcher_mutex_);
    if (interrupted_) return head;
    if (watcher_ == nullptr) {
      watcher_ = std::make_unique<RedisWatcher>(
          NewChannel(),
          keys_.bell,
          RedisWatcher::Callbacks{
              .look = [this](RedisConnection& connection) -> absl::StatusOr<Revision> {
                XINCE_ASSIGN_OR_RETURN(const Head seen, Look(connection));
                return seen.revision;
              },
              .idle = [this] { StabilizeWhenIdle(); }});
    }
  }
  if (tracker_.WaitBeyond(after, timeout, *options_.clock)) return tracker_.Known();
  return StableHead();
}

void RedisJournal::Interrupt() {
  tracker_.Interrupt();
  MutexLock lock(watcher_mutex_);
  interrupted_ = true;
  if (watcher_ != nullptr) watcher_->Stop();
}

absl::Status RedisJournal::PutSnapshot(const Snapshot& snapshot) {
  if (snapshot.state.size() > kSnapshotBytesMax) {
    return LimitError("snapshot.state", snapshot.state.size(), kSnapshotBytesMax);
  }
  XINCE_ASSIGN_OR_RETURN(const Head at, HeadAt(snapshot.at.revision));
  if (at != snapshot.at) return ConflictError(snapshot.at, at);
  return WithBulk(
      [&](RedisConnection& connection) { return StoreSnapshot(connection, keys_, snapshot); });
}

absl::StatusOr<std::optional<Snapshot>> RedisJournal::LatestSnapshot(uint32_t format) {
  return WithBulk([&](RedisConnection& connection) { return FindSnapshot(connection, format); });
}

absl::StatusOr<std::optional<Snapshot>> RedisJournal::FindSnapshot(RedisConnection& connection,
                                                                   uint32_t format) {
  XINCE_ASSIGN_OR_RETURN(const std::vector<RedisSnapshotEntry> entries,
                         ListSnapshots(connection, keys_));
  for (const RedisSnapshotEntry& entry : entries) {
    if (entry.format != format) continue;
    const auto at = HeadAt(entry.revision);
    if (absl::IsOutOfRange(at.status())) continue;
    XINCE_RETURN_IF_ERROR(at.status());
    if (HexEncode(at->chain) != entry.chain_hex) continue;
    XINCE_ASSIGN_OR_RETURN(std::optional<std::string> state,
                           FetchSnapshotState(connection, keys_, entry));
    if (state.has_value()) return Snapshot{*at, format, *std::move(state)};
  }
  return std::nullopt;
}

absl::StatusOr<std::vector<Hash>> RedisJournal::LeafHashes(Revision after, size_t limit) {
  std::vector<Hash> leaves;
  XINCE_RETURN_IF_ERROR(Scan(after, limit, [&](Revision, absl::string_view stored, const Hash&) {
    leaves.push_back(LeafHash(stored));
    return absl::OkStatus();
  }));
  return leaves;
}

absl::Status RedisJournal::PutCheckpoint(Revision size, absl::string_view note) {
  if (note.size() > kCheckpointBytesMax) {
    return LimitError("note", note.size(), kCheckpointBytesMax);
  }
  return WithBulk([&](RedisConnection& connection) -> absl::Status {
    XINCE_RETURN_IF_ERROR(StoreCheckpoint(connection, keys_, size, note));
    return WaitForAll(connection);
  });
}

absl::StatusOr<std::string> RedisJournal::CheckpointAtOrBeyond(Revision size) {
  return WithBulk([&](RedisConnection& connection) -> absl::StatusOr<std::string> {
    XINCE_ASSIGN_OR_RETURN(std::optional<RedisCheckpoint> newest,
                           FetchCheckpoint(connection, keys_));
    if (!newest.has_value() || newest->size < size) return CheckpointUnknownError(size);
    return std::move(newest->note);
  });
}

absl::Status OptionError(absl::string_view field, absl::string_view en, absl::string_view zh) {
  return runtime::InvalidArgument("REDIS_OPTIONS", field, en, zh);
}

bool IsNameByte(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '/' || c == '.' || c == '_' ||
         c == '-';
}

absl::Status CheckOptions(const RedisJournalOptions& options) {
  const std::string& name = options.name;
  if (name.empty() || name.size() > kRedisNameBytesMax ||
      !std::all_of(name.begin(), name.end(), IsNameByte)) {
    return OptionError("name",
                       "the journal's name is not 1 to 128 letters, digits and / . _ -",
                       "日志名称应为 1 至 128 个字母、数字或 / . _ -");
  }
  if (options.replicas < 0 || options.replicas > kRedisReplicasMax) {
    return OptionError("replicas",
                       absl::StrCat("the number of Redis replicas is not 0 to ", kRedisReplicasMax),
                       absl::StrCat("Redis 副本数应为 0 至 ", kRedisReplicasMax));
  }
  if (options.endpoint.unix_socket.size() > kSocketPathBytesMax) {
    return OptionError("unix_socket",
                       "the path of the Redis socket is longer than 107 bytes",
                       "Redis 套接字路径超过 107 字节");
  }
  if (options.endpoint.unix_socket.empty() &&
      (options.endpoint.port < 1 || options.endpoint.port > 65535)) {
    return OptionError("port", "the port of Redis is not 1 to 65535", "Redis 端口应为 1 至 65535");
  }
  if (options.clock == nullptr) {
    return OptionError("clock", "the journal has no clock", "未提供时钟");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Journal>> OpenRedisJournal(RedisJournalOptions options) {
  XINCE_RETURN_IF_ERROR(CheckOptions(options));
  options.endpoint.label = options.name;
  auto journal = std::make_unique<RedisJournal>(std::move(options));
  XINCE_RETURN_IF_ERROR(journal->Start());
  return std::unique_ptr<Journal>(std::move(journal));
}

}  // namespace xince::journal
