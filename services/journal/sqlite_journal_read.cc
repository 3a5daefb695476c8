#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include <sqlite3.h>

#include "services/journal/journal_errors.h"
#include "services/journal/sqlite_journal.h"
#include "services/runtime/errors.h"

namespace xince::journal {
namespace {

/// Entries read in one transaction.
constexpr size_t kReadTransactionEntries = 512;
/// Connections kept for reuse; more are opened while more threads read.
constexpr size_t kIdleReadersMax = 8;
}  // namespace

/// A reader for a scope.
class SqliteJournal::Lease {
 public:
  Lease(SqliteJournal& journal, std::unique_ptr<Reader> reader)
      : journal_(journal), reader_(std::move(reader)) {}
  ~Lease() {
    runtime::MutexLock lock(journal_.mutex_);
    if (journal_.idle_readers_.size() < kIdleReadersMax) {
      journal_.idle_readers_.push_back(std::move(reader_));
    }
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  Reader& operator*() { return *reader_; }
  Reader* operator->() { return reader_.get(); }

 private:
  SqliteJournal& journal_;
  std::unique_ptr<Reader> reader_;
};

absl::StatusOr<std::unique_ptr<SqliteJournal::Reader>> SqliteJournal::TakeReader() {
  {
    runtime::MutexLock lock(mutex_);
    if (!health_.ok()) return health_;
    if (!idle_readers_.empty()) {
      std::unique_ptr<Reader> reader = std::move(idle_readers_.back());
      idle_readers_.pop_back();
      return reader;
    }
  }
  auto reader = std::make_unique<Reader>();
  sqlite::Database& database = reader->database;
  const int opened = database.Open(options_.path, SQLITE_OPEN_READONLY, options_.vfs);
  if (opened != SQLITE_OK) return FailedRead(database, opened, 0);
  XINCE_RETURN_IF_ERROR(Configure(database, options_.path));
  database.Execute("PRAGMA query_only=1");
  if (database.Value("PRAGMA query_only") != "1") {
    return UnavailableError(name(), "SQLite did not accept query_only=1");
  }
  for (const auto& [sql, statement] :
       {std::pair<const char*, sqlite::Statement*>{
            "SELECT revision, chain, stored FROM entry WHERE revision > ? AND revision <= ? "
            "ORDER BY revision",
            &reader->entries},
        {"SELECT revision, leaf, stored FROM entry WHERE revision > ? AND revision <= ? "
         "ORDER BY revision",
         &reader->leaves},
        {"SELECT chain FROM entry WHERE revision = ?", &reader->chain_at},
        {"SELECT substr(stored, 10, 8) FROM entry WHERE revision = ?", &reader->time_at},
        {"SELECT stored FROM entry WHERE revision = ?", &reader->stored_at},
        {"SELECT note FROM checkpoint WHERE size >= ? ORDER BY size DESC LIMIT 1",
         &reader->checkpoint}}) {
    const int code = database.Prepare(sql, *statement);
    if (code != SQLITE_OK) return FailedRead(database, code, 0);
  }
  return reader;
}

absl::Status SqliteJournal::FailedRead(sqlite::Database& database, int code, Revision near) {
  const std::string why = database.Message();
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return CorruptError(near, why);
    case SQLITE_IOERR:
      if (code != SQLITE_IOERR_NOMEM) return Die(why);
      break;
    default:
      break;
  }
  return UnavailableError(name(), why);
}

absl::StatusOr<Hash> SqliteJournal::ChainAt(Reader& reader, Revision revision) {
  if (revision == 0) return Hash{};
  sqlite::StatementScope scope(reader.chain_at);
  reader.chain_at.Bind(1, sqlite::ToInteger(revision));
  const int code = reader.chain_at.Step();
  if (code == SQLITE_DONE) return CorruptError(revision, "the entry is missing");
  if (code != SQLITE_ROW) return FailedRead(reader.database, code, revision);
  const std::optional<Hash> chain = HashFromBytes(reader.chain_at.Bytes(0));
  if (!chain.has_value()) return CorruptError(revision, "the chain value is not 32 bytes");
  return *chain;
}

absl::Status SqliteJournal::Read(Revision after,
                                 size_t limit,
                                 const std::function<absl::Status(const Entry&)>& visit) {
  XINCE_ASSIGN_OR_RETURN(const Head head, StableHead());
  if (after >= head.revision || limit == 0) return absl::OkStatus();
  const Revision last = after + std::min<Revision>(limit, head.revision - after);
  XINCE_ASSIGN_OR_RETURN(std::unique_ptr<Reader> taken, TakeReader());
  Lease reader(*this, std::move(taken));
  XINCE_ASSIGN_OR_RETURN(const Hash chain, ChainAt(*reader, after));
  Head at{after, chain};
  Entry entry;
  while (at.revision < last) {
    const Revision batch = at.revision + std::min(last - at.revision, kReadTransactionEntries);
    XINCE_RETURN_IF_ERROR(ReadBatch(*reader, batch, at, entry, visit));
  }
  return absl::OkStatus();
}

absl::Status SqliteJournal::ReadBatch(Reader& reader,
                                      Revision last,
                                      Head& at,
                                      Entry& entry,
                                      const std::function<absl::Status(const Entry&)>& visit) {
  sqlite::Statement& rows = reader.entries;
  sqlite::StatementScope scope(rows);
  rows.Bind(1, sqlite::ToInteger(at.revision));
  rows.Bind(2, sqlite::ToInteger(last));
  int code = SQLITE_DONE;
  while ((code = rows.Step()) == SQLITE_ROW) {
    const Head next{at.revision + 1, ChainHash(at.chain, rows.Bytes(2))};
    if (static_cast<Revision>(rows.Int(0)) != next.revision) break;
    if (rows.Bytes(1) != HashBytes(next.chain)) return Mismatch(reader, at);
    if (!DecodeEntryInto(rows.Bytes(2), entry).ok() || entry.revision != next.revision) {
      return CorruptError(next.revision, "the stored bytes are not an entry of this revision");
    }
    entry.chain = next.chain;
    at = next;
    XINCE_RETURN_IF_ERROR(visit(entry));
  }
  if (code != SQLITE_DONE && code != SQLITE_ROW) {
    return FailedRead(reader.database, code, at.revision + 1);
  }
  if (at.revision < last) return CorruptError(at.revision + 1, "the entry is missing");
  return absl::OkStatus();
}

absl::Status SqliteJournal::Mismatch(Reader& reader, const Head& at) {
  // The chain value at the start of a read is taken as it is stored. If it is the one that was
  // changed, the entry after it looks wrong although it is not.
  if (at.revision > 0) {
    XINCE_ASSIGN_OR_RETURN(const Hash before, ChainAt(reader, at.revision - 1));
    sqlite::StatementScope scope(reader.stored_at);
    reader.stored_at.Bind(1, sqlite::ToInteger(at.revision));
    if (reader.stored_at.Step() != SQLITE_ROW ||
        ChainHash(before, reader.stored_at.Bytes(0)) != at.chain) {
      return CorruptError(at.revision, "the chain value is not that of the stored bytes");
    }
  }
  return CorruptError(at.revision + 1, "the chain value is not that of the stored bytes");
}

absl::StatusOr<Head> SqliteJournal::HeadAt(Revision revision) {
  XINCE_ASSIGN_OR_RETURN(const Head head, StableHead());
  if (revision > head.revision) return RevisionUnknownError(revision, head.revision);
  if (revision == head.revision) return head;
  XINCE_ASSIGN_OR_RETURN(std::unique_ptr<Reader> taken, TakeReader());
  Lease reader(*this, std::move(taken));
  XINCE_ASSIGN_OR_RETURN(const Hash chain, ChainAt(*reader, revision));
  return Head{revision, chain};
}

absl::StatusOr<int64_t> SqliteJournal::TimeAt(Reader& reader, Revision revision) {
  sqlite::StatementScope scope(reader.time_at);
  reader.time_at.Bind(1, sqlite::ToInteger(revision));
  const int code = reader.time_at.Step();
  if (code == SQLITE_DONE) return CorruptError(revision, "the entry is missing");
  if (code != SQLITE_ROW) return FailedRead(reader.database, code, revision);
  const absl::string_view bytes = reader.time_at.Bytes(0);
  if (bytes.size() != 8) return CorruptError(revision, "the stored bytes end too early");
  uint64_t time = 0;
  for (const char byte : bytes) time = time << 8 | static_cast<uint8_t>(byte);
  return static_cast<int64_t>(time);
}

absl::StatusOr<Revision> SqliteJournal::RevisionAt(absl::Time time) {
  const int64_t time_us = absl::ToUnixMicros(time);
  Revision known = 0;
  Revision beyond = 0;
  {
    runtime::MutexLock lock(mutex_);
    if (!health_.ok()) return health_;
    if (head_.revision == 0 || last_time_us_ <= time_us) return head_.revision;
    beyond = head_.revision;
  }
  XINCE_ASSIGN_OR_RETURN(std::unique_ptr<Reader> taken, TakeReader());
  Lease reader(*this, std::move(taken));
  while (known + 1 < beyond) {
    const Revision middle = known + (beyond - known) / 2;
    XINCE_ASSIGN_OR_RETURN(const int64_t middle_us, TimeAt(*reader, middle));
    (middle_us <= time_us ? known : beyond) = middle;
  }
  return known;
}

absl::StatusOr<std::vector<Hash>> SqliteJournal::LeafHashes(Revision after, size_t limit) {
  XINCE_ASSIGN_OR_RETURN(const Head head, StableHead());
  std::vector<Hash> leaves;
  if (after >= head.revision || limit == 0) return leaves;
  const Revision last = after + std::min<Revision>(limit, head.revision - after);
  leaves.reserve(last - after);
  XINCE_ASSIGN_OR_RETURN(std::unique_ptr<Reader> taken, TakeReader());
  Lease reader(*this, std::move(taken));
  sqlite::Statement& rows = reader->leaves;
  sqlite::StatementScope scope(rows);
  rows.Bind(1, sqlite::ToInteger(after));
  rows.Bind(2, sqlite::ToInteger(last));
  Revision next = after + 1;
  int code = SQLITE_DONE;
  while ((code = rows.Step()) == SQLITE_ROW && static_cast<Revision>(rows.Int(0)) == next) {
    // A leaf that is signed although its bytes say something else would end the log's credit.
    const Hash leaf = LeafHash(rows.Bytes(2));
    if (rows.Bytes(1) != HashBytes(leaf)) {
      return CorruptError(next, "the leaf hash is not that of the stored bytes");
    }
    leaves.push_back(leaf);
    ++next;
  }
  if (code != SQLITE_DONE && code != SQLITE_ROW) return FailedRead(reader->database, code, next);
  if (next <= last) return CorruptError(next, "the entry is missing");
  return leaves;
}

absl::StatusOr<std::string> SqliteJournal::CheckpointAtOrBeyond(Revision size) {
  XINCE_ASSIGN_OR_RETURN(std::unique_ptr<Reader> taken, TakeReader());
  Lease reader(*this, std::move(taken));
  sqlite::StatementScope scope(reader->checkpoint);
  reader->checkpoint.Bind(1, sqlite::ToInteger(size));
  const int code = reader->checkpoint.Step();
  if (code == SQLITE_DONE) return CheckpointUnknownError(size);
  if (code != SQLITE_ROW) return FailedRead(reader->database, code, size);
  return std::string(reader->checkpoint.Bytes(0));
}

absl::StatusOr<bool> SqliteJournal::IsOnChain(const Head& at) {
  XINCE_ASSIGN_OR_RETURN(const Head head, StableHead());
  if (at.revision > head.revision) return false;
  XINCE_ASSIGN_OR_RETURN(const Head stored, HeadAt(at.revision));
  return stored == at;
}

absl::Status SqliteJournal::PutSnapshot(const Snapshot& snapshot) {
  if (snapshot.state.size() > kSnapshotBytesMax) {
    return LimitError("snapshot.state", snapshot.state.size(), kSnapshotBytesMax);
  }
  XINCE_ASSIGN_OR_RETURN(const bool on_chain, IsOnChain(snapshot.at));
  if (!on_chain) {
    return runtime::FailedPrecondition(
        "SNAPSHOT_OFF_CHAIN",
        "at",
        absl::StrCat(
            "the snapshot at revision ", snapshot.at.revision, " is not of this journal's history"),
        absl::StrCat("修订号 ", snapshot.at.revision, " 的快照不属于本日志的历史"),
        {{"revision", std::to_string(snapshot.at.revision)}});
  }
  runtime::MutexLock lock(snapshot_mutex_);
  return snapshots_.Put(snapshot);
}

absl::StatusOr<std::optional<Snapshot>> SqliteJournal::LatestSnapshot(uint32_t format) {
  XINCE_ASSIGN_OR_RETURN(const Head head, StableHead());
  runtime::MutexLock lock(snapshot_mutex_);
  for (const SnapshotFiles::File& file : snapshots_.List()) {
    if (file.format != format || file.revision > head.revision) continue;
    std::optional<Snapshot> snapshot = SnapshotFiles::Load(file);
    if (!snapshot.has_value()) continue;
    XINCE_ASSIGN_OR_RETURN(const bool on_chain, IsOnChain(snapshot->at));
    if (on_chain) return snapshot;
  }
  return std::optional<Snapshot>();
}

}  // namespace xince::journal
