#include "services/journal/sqlite_journal.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include <sqlite3.h>

#include "services/journal/journal_errors.h"
#include "services/runtime/errors.h"

namespace xince::journal {
namespace {

/// How long a connection waits for a lock that only a foreign tool can hold.
constexpr int kBusyTimeoutMs = 2000;
/// Longest single sleep of WaitBeyond; longer timeouts sleep again.
constexpr absl::Duration kSleepMax = absl::Hours(1);

constexpr char kSchema[] =
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    // The small columns come first, so that reading them does not walk the pages of a large entry.
    "CREATE TABLE entry(revision INTEGER PRIMARY KEY, chain BLOB NOT NULL, leaf BLOB NOT NULL,"
    " stored BLOB NOT NULL) STRICT;"
    "CREATE TABLE checkpoint(size INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT;";

/// Whether a failed write only means that there is no room. The extended code matters: the same
/// errno while growing the shared memory file comes after the commit is on disk.
bool IsFull(int code, int system_errno) {
  if ((code & 0xff) == SQLITE_FULL) return true;
  return code == SQLITE_IOERR_WRITE &&
         (system_errno == ENOSPC || system_errno == EDQUOT || system_errno == EFBIG);
}

absl::Status UnsafeError(const std::string& path, absl::string_view setting) {
  return runtime::FailedPrecondition(
      "JOURNAL_UNSAFE",
      "",
      absl::StrCat("SQLite did not accept ",
                   setting,
                   " for ",
                   path,
                   ", without which acknowledged writes may be lost"),
      absl::StrCat("SQLite 未接受 ", path, " 的设置 ", setting, ",无法保证已确认的写入不丢失"),
      {{"setting", std::string(setting)}});
}

absl::Status FormatError(const std::string& path, absl::string_view what) {
  return runtime::FailedPrecondition(
      "JOURNAL_FORMAT",
      "",
      absl::StrCat(path, " is not a journal this program can read: ", what),
      absl::StrCat("本程序无法读取日志文件 ", path),
      {{"path", path}});
}

int OnWal(void* pages, sqlite3*, const char*, int count) {
  *static_cast<int*>(pages) = count;
  return SQLITE_OK;
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteJournal>> SqliteJournal::Open(SqliteJournalOptions options) {
  if (!IsJournalName(options.name)) {
    return runtime::InvalidArgument("JOURNAL_NAME",
                                    "name",
                                    "a journal's name is 1 to 128 printable bytes without spaces "
                                    "and plus signs",
                                    "日志名称须为1至128字节的可见字符,不含空格和加号",
                                    {{"max", std::to_string(kJournalNameBytesMax)}});
  }
  if (!options.allow_unsafe_filesystem) XINCE_RETURN_IF_ERROR(CheckFilesystem(options.path));
  XINCE_ASSIGN_OR_RETURN(FileLock lock, FileLock::Take(options.path));
  std::unique_ptr<SqliteJournal> journal(new SqliteJournal(std::move(options), std::move(lock)));
  XINCE_RETURN_IF_ERROR(journal->Start());
  return journal;
}

SqliteJournal::SqliteJournal(SqliteJournalOptions options, FileLock lock)
    : options_(std::move(options)), lock_(std::move(lock)), snapshots_(options_.path) {}

SqliteJournal::~SqliteJournal() {
  {
    runtime::MutexLock lock(mutex_);
    idle_readers_.clear();
  }
  runtime::MutexLock lock(writer_mutex_);
  if (writer_.database.handle() != nullptr && Health().ok()) {
    sqlite3_wal_checkpoint_v2(
        writer_.database.handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  }
}

absl::Status SqliteJournal::Start() {
  snapshots_.RemoveUnfinished();
  {
    runtime::MutexLock lock(writer_mutex_);
    XINCE_RETURN_IF_ERROR(OpenWriter());
    XINCE_RETURN_IF_ERROR(CreateOrCheckSchema());
    sqlite::Database& database = writer_.database;
    for (const auto& [sql, statement] :
         {std::pair<const char*, sqlite::Statement*>{"BEGIN IMMEDIATE", &writer_.begin},
          {"INSERT INTO entry(revision, chain, leaf, stored) VALUES(?,?,?,?)", &writer_.insert},
          {"COMMIT", &writer_.commit},
          {"ROLLBACK", &writer_.rollback},
          {"INSERT OR REPLACE INTO checkpoint(size, note) VALUES(?,?)", &writer_.put_checkpoint}}) {
      if (database.Prepare(sql, *statement) != SQLITE_OK) {
        return FormatError(options_.path, database.Message());
      }
    }
    XINCE_RETURN_IF_ERROR(LoadHead());
    writer_.next_checkpoint_pages = options_.wal_pages_max;
    // The creation of the files is not yet durable, whatever SQLite did with their content.
    XINCE_RETURN_IF_ERROR(SyncDirectoryOf(options_.path));
  }
  return CheckNothingBeyondHead();
}

// What every connection needs, whether it writes or reads.
absl::Status SqliteJournal::Configure(sqlite::Database& database, const std::string& path) {
  sqlite3_busy_timeout(database.handle(), kBusyTimeoutMs);
  int off = 0;
  if (sqlite3_db_config(database.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, &off) !=
          SQLITE_OK ||
      off != 1) {
    return UnsafeError(path, "no checkpoint on close");
  }
  // SQLite answers without a row when it is built without memory mapping.
  if (database.Value("PRAGMA mmap_size=0").value_or("0") != "0") {
    return UnsafeError(path, "mmap_size=0");
  }
  if (database.Value("PRAGMA wal_autocheckpoint=0") != "0") {
    return UnsafeError(path, "wal_autocheckpoint=0");
  }
  return absl::OkStatus();
}

absl::Status SqliteJournal::OpenWriter() {
  sqlite::Database& database = writer_.database;
  const int code =
      database.Open(options_.path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, options_.vfs);
  if (code != SQLITE_OK) {
    return runtime::FailedPrecondition(
        "JOURNAL_PATH",
        "",
        absl::StrCat(
            "the journal's file ", options_.path, " cannot be opened: ", database.Message()),
        absl::StrCat("无法打开日志文件 ", options_.path),
        {{"path", options_.path}});
  }
  XINCE_RETURN_IF_ERROR(Configure(database, options_.path));
  const auto mode = database.Value("PRAGMA journal_mode=WAL");
  if (!mode.has_value()) {
    const int error = sqlite3_extended_errcode(database.handle()) & 0xff;
    if (error == SQLITE_NOTADB) return FormatError(options_.path, database.Message());
    if (error == SQLITE_CORRUPT) return CorruptError(0, database.Message());
    if (error == SQLITE_FULL) return DiskFullError(name());
    return DeadError(name(), database.Message());
  }
  if (mode != "wal") return UnsafeError(options_.path, "journal_mode=wal");
  const std::string level = std::to_string(options_.synchronous_for_negative_controls_only);
  database.Execute(absl::StrCat("PRAGMA synchronous=", level).c_str());
  if (database.Value("PRAGMA synchronous") != level) {
    return UnsafeError(options_.path, "synchronous=full");
  }
  // Turning automatic checkpoints off removed any hook, so this comes after.
  sqlite3_wal_hook(database.handle(), OnWal, &writer_.wal_pages);
  return absl::OkStatus();
}

absl::Status SqliteJournal::CreateOrCheckSchema() {
  sqlite::Database& database = writer_.database;
  if (database.Value("SELECT count(*) FROM sqlite_schema") == "0") {
    sqlite::Statement set_name;
    int code = database.Execute("BEGIN IMMEDIATE");
    if (code == SQLITE_OK) code = database.Execute(kSchema);
    if (code == SQLITE_OK) {
      code = database.Execute(absl::StrCat("PRAGMA application_id=",
                                           kSqliteApplicationId,
                                           ";PRAGMA user_version=",
                                           kSqliteFormat)
                                  .c_str());
    }
    if (code == SQLITE_OK) {
      code = database.Prepare("INSERT INTO meta(key, value) VALUES('name', ?)", set_name);
    }
    if (code == SQLITE_OK) {
      set_name.BindText(1, options_.name);
      code = set_name.Run() == SQLITE_DONE ? database.Execute("COMMIT") : SQLITE_ERROR;
    }
    if (code != SQLITE_OK) {
      return IsFull(code, database.SystemErrno()) ? DiskFullError(name())
                                                  : DeadError(name(), database.Message());
    }
  }
  if (database.Value("PRAGMA application_id") != std::to_string(kSqliteApplicationId)) {
    return FormatError(options_.path, "it holds something else");
  }
  if (database.Value("PRAGMA user_version") != std::to_string(kSqliteFormat)) {
    return FormatError(options_.path, "it was written by another version");
  }
  const std::string owner = database.Value("SELECT value FROM meta WHERE key='name'").value_or("");
  if (owner != options_.name) {
    return runtime::FailedPrecondition(
        "JOURNAL_NAME",
        "name",
        absl::StrCat(options_.path, " belongs to the journal ", owner, ", not ", options_.name),
        absl::StrCat(options_.path, " 属于日志 ", owner, ",而不是 ", options_.name),
        {{"expected", options_.name}, {"found", owner}});
  }
  return absl::OkStatus();
}

absl::Status SqliteJournal::LoadHead() {
  sqlite::Database& database = writer_.database;
  sqlite::Statement last;
  if (database.Prepare("SELECT revision, chain, stored FROM entry ORDER BY revision DESC LIMIT 2",
                       last) != SQLITE_OK) {
    return FormatError(options_.path, database.Message());
  }
  int code = last.Step();
  if (code == SQLITE_DONE) return absl::OkStatus();
  if (code != SQLITE_ROW) return FailedRead(database, code, 0);
  const auto revision = static_cast<Revision>(last.Int(0));
  const std::optional<Hash> chain = HashFromBytes(last.Bytes(1));
  const std::string stored(last.Bytes(2));
  code = last.Step();
  std::optional<Hash> previous = Hash{};
  if (code == SQLITE_ROW) previous = HashFromBytes(last.Bytes(1));
  if (code != SQLITE_ROW && code != SQLITE_DONE) return FailedRead(database, code, revision);
  const absl::StatusOr<Entry> entry = DecodeEntry(stored);
  if (!chain.has_value() || !previous.has_value() || !entry.ok() || entry->revision != revision ||
      ChainHash(*previous, stored) != *chain) {
    return CorruptError(revision, "the last entry does not follow from the one before it");
  }
  runtime::MutexLock lock(mutex_);
  head_ = {revision, *chain};
  last_time_us_ = entry->record_time_us;
  return absl::OkStatus();
}

absl::Status SqliteJournal::CheckNothingBeyondHead() {
  Head head;
  {
    runtime::MutexLock lock(mutex_);
    head = head_;
  }
  for (const SnapshotFiles::File& file : snapshots_.List()) {
    if (file.revision > head.revision && SnapshotFiles::Load(file).has_value()) {
      return RollbackError(head.revision, file.revision);
    }
  }
  runtime::MutexLock lock(writer_mutex_);
  const std::string size =
      writer_.database.Value("SELECT coalesce(max(size), 0) FROM checkpoint").value_or("0");
  const Revision covered = std::strtoull(size.c_str(), nullptr, 10);
  if (covered > head.revision) return RollbackError(head.revision, covered);
  return absl::OkStatus();
}

absl::StatusOr<Head> SqliteJournal::Append(const Head& expected, absl::Span<const Draft> drafts) {
  XINCE_RETURN_IF_ERROR(CheckDrafts(drafts));
  runtime::MutexLock writer_lock(writer_mutex_);
  int64_t last_time_us = 0;
  {
    runtime::MutexLock lock(mutex_);
    if (!health_.ok()) return health_;
    if (head_ != expected) return ConflictError(expected, head_);
    last_time_us = last_time_us_;
  }
  if (expected.revision > 0 && drafts.front().record_time_us < last_time_us) {
    return TimeBackwardsError(drafts.front().record_time_us, last_time_us);
  }
  Head next = expected;
  XINCE_RETURN_IF_ERROR(WriteAll(expected, drafts, next));
  {
    runtime::MutexLock lock(mutex_);
    head_ = next;
    last_time_us_ = drafts.back().record_time_us;
  }
  changed_.NotifyAll();
  CheckpointIfDue();
  return next;
}

absl::Status SqliteJournal::WriteAll(const Head& head, absl::Span<const Draft> drafts, Head& next) {
  next = head;
  if (drafts.size() == 1) return Insert(drafts.front(), next);
  if (const int code = writer_.begin.Run(); code != SQLITE_DONE) return FailedWrite(code, true);
  for (const Draft& draft : drafts) XINCE_RETURN_IF_ERROR(Insert(draft, next));
  const int code = writer_.commit.Run();
  return code == SQLITE_DONE ? absl::OkStatus() : FailedWrite(code, false);
}

absl::Status SqliteJournal::Insert(const Draft& draft, Head& head) {
  const std::string stored = EncodeEntry(head.revision + 1, draft);
  const Head next{head.revision + 1, ChainHash(head.chain, stored)};
  const Hash leaf = LeafHash(stored);
  writer_.insert.Bind(1, sqlite::ToInteger(next.revision));
  writer_.insert.BindBlob(2, HashBytes(next.chain));
  writer_.insert.BindBlob(3, HashBytes(leaf));
  writer_.insert.BindBlob(4, stored);
  const bool commits = sqlite3_get_autocommit(writer_.database.handle()) != 0;
  const int code = writer_.insert.Run();
  if (code != SQLITE_DONE) return FailedWrite(code, !commits);
  head = next;
  return absl::OkStatus();
}

absl::Status SqliteJournal::FailedWrite(int code, bool outcome_known) {
  const std::string why = writer_.database.Message();
  const int system_errno = writer_.database.SystemErrno();
  if (sqlite3_get_autocommit(writer_.database.handle()) == 0) writer_.rollback.Run();
  if (IsFull(code, system_errno)) return DiskFullError(name());
  switch (code & 0xff) {
    case SQLITE_BUSY:
      return UnavailableError(name(), "another program holds its database");
    case SQLITE_NOMEM:
      if (outcome_known) return UnavailableError(name(), "out of memory");
      break;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      Die(why).IgnoreError();
      return CorruptError(0, why);
    default:
      break;
  }
  return Die(why);
}

void SqliteJournal::CheckpointIfDue() {
  if (writer_.wal_pages < options_.wal_pages_max) {
    writer_.next_checkpoint_pages = options_.wal_pages_max;
  }
  if (writer_.wal_pages < writer_.next_checkpoint_pages) return;
  const int code = sqlite3_wal_checkpoint_v2(
      writer_.database.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  // A reader may have kept part of the log in use: the next attempt comes after a good deal more.
  writer_.next_checkpoint_pages = writer_.wal_pages + options_.wal_pages_max / 4 + 1;
  if (code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY) return;
  // With a full disk the log keeps everything until there is room.
  if (IsFull(code, writer_.database.SystemErrno())) return;
  Die(writer_.database.Message()).IgnoreError();
}

absl::Status SqliteJournal::Die(const std::string& why) {
  {
    runtime::MutexLock lock(mutex_);
    if (!health_.ok()) return health_;
    health_ = DeadError(name(), why);
  }
  changed_.NotifyAll();
  const absl::Status dead = DeadError(name(), why);
  if (options_.on_dead) options_.on_dead(dead);
  return dead;
}

absl::Status SqliteJournal::Health() {
  runtime::MutexLock lock(mutex_);
  return health_;
}

int SqliteJournal::WalPages() {
  runtime::MutexLock lock(writer_mutex_);
  return writer_.wal_pages;
}

absl::StatusOr<Head> SqliteJournal::StableHead() {
  runtime::MutexLock lock(mutex_);
  if (!health_.ok()) return health_;
  return head_;
}

absl::StatusOr<Head> SqliteJournal::WaitBeyond(Revision after, absl::Duration timeout) {
  const auto start = std::chrono::steady_clock::now();
  runtime::MutexLock lock(mutex_);
  while (true) {
    if (!health_.ok()) return health_;
    if (head_.revision > after || interrupted_) return head_;
    const absl::Duration rest =
        timeout - absl::FromChrono(std::chrono::steady_clock::now() - start);
    if (rest <= absl::ZeroDuration()) return head_;
    changed_.WaitFor(mutex_, absl::ToChronoNanoseconds(std::min(rest, kSleepMax)));
  }
}

void SqliteJournal::Interrupt() {
  {
    runtime::MutexLock lock(mutex_);
    interrupted_ = true;
  }
  changed_.NotifyAll();
}

absl::Status SqliteJournal::PutCheckpoint(Revision size, absl::string_view note) {
  if (note.size() > kCheckpointBytesMax) {
    return LimitError("note", note.size(), kCheckpointBytesMax);
  }
  runtime::MutexLock lock(writer_mutex_);
  XINCE_ASSIGN_OR_RETURN(const Head head, StableHead());
  if (size > head.revision) return RevisionUnknownError(size, head.revision);
  writer_.put_checkpoint.Bind(1, sqlite::ToInteger(size));
  writer_.put_checkpoint.BindText(2, note);
  const int code = writer_.put_checkpoint.Run();
  if (code != SQLITE_DONE) return FailedWrite(code, false);
  CheckpointIfDue();
  return absl::OkStatus();
}

}  // namespace xince::journal
