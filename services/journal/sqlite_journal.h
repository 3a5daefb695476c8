#ifndef SERVICES_JOURNAL_SQLITE_JOURNAL_H_
#define SERVICES_JOURNAL_SQLITE_JOURNAL_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "services/journal/file_lock.h"
#include "services/journal/journal.h"
#include "services/journal/snapshot_files.h"
#include "services/journal/sqlite.h"
#include "services/runtime/mutex.h"

/// The embedded engine: one SQLite file per journal.
///
/// An acknowledged append survives kill -9 and power loss, provided that the disk honours fsync.
/// What makes that true, and stays true only together:
///  - WAL with synchronous=FULL, set and read back; anything else refuses to open.
///  - One connection appends and checkpoints. Readers have connections of their own that can do
///    neither. SQLite before 3.51.3 can corrupt a database when two connections write and checkpoint
///    at once, so there is never a second: an exclusive lock on `<path>.lock` keeps other processes
///    out, automatic checkpoints are off, and closing a connection does not checkpoint.
///  - No memory mapping, no network or overlay filesystem.
///  - After a failed write or sync nothing is retried, because the kernel may have marked the page
///    clean: the engine is dead, answers JOURNAL_DEAD to everything, and its process must exit.
///
/// Tables: `entry(revision, chain, leaf, stored)`, one row per entry; `checkpoint(size, note)`;
/// `meta(key, value)`. Snapshots are files beside it (snapshot_files.h).
namespace xince::journal {

/// `application_id` and `user_version` of a journal's database.
inline constexpr int kSqliteApplicationId = 0x58434a4c;
inline constexpr int kSqliteFormat = 1;

struct SqliteJournalOptions {
  /// The database file, such as `/var/lib/xince/registry.journal`. Its directory must exist.
  std::string path;
  /// Name of the journal. Must be the one the file was created with.
  std::string name;
  /// Opens on filesystems that cannot keep the promise (overlay, network, memory): for containers
  /// whose data may be lost, and tests.
  bool allow_unsafe_filesystem = false;
  /// Pages of 4 KiB in the write-ahead log after which an append is followed by a checkpoint.
  int wal_pages_max = 3000;
  /// Called once, from the thread that met the failure, when the engine dies. Must not call the
  /// journal. A service stops its process here with exit code 70.
  std::function<void(const absl::Status&)> on_dead;
  /// SQLite VFS by name; empty for the default. Tests inject faults through it.
  std::string vfs;
  /// What `PRAGMA synchronous` is set to. Anything but 2 loses acknowledged writes: it exists so that
  /// crash tests can show that they notice.
  int synchronous_for_negative_controls_only = 2;
};

class SqliteJournal final : public Journal {
 public:
  /// Opens or creates. Takes time in proportion to the write-ahead log, not to the journal: only the
  /// last entry is verified. Errors beside the port's: FAILED_PRECONDITION `JOURNAL_FILESYSTEM`,
  /// `JOURNAL_PATH`, `JOURNAL_NAME` (the file belongs to another journal), `JOURNAL_FORMAT` (not a
  /// journal, or of a newer format), `JOURNAL_UNSAFE` (SQLite did not accept a setting above);
  /// DATA_LOSS `ROLLBACK_DETECTED` when a snapshot or a checkpoint lies beyond the last entry.
  static absl::StatusOr<std::unique_ptr<SqliteJournal>> Open(SqliteJournalOptions options);

  /// Moves the write-ahead log into the database file (unless dead) and closes. No other call may be
  /// running.
  ~SqliteJournal() override;

  [[nodiscard]] const std::string& name() const override { return options_.name; }
  absl::StatusOr<Head> Append(const Head& expected, absl::Span<const Draft> drafts) override;
  absl::StatusOr<Head> StableHead() override;
  /// Reads in transactions of at most 512 entries, so that a slow visitor holds up at most that much
  /// of the write-ahead log.
  absl::Status Read(Revision after,
                    size_t limit,
                    const std::function<absl::Status(const Entry&)>& visit) override;
  absl::StatusOr<Head> HeadAt(Revision revision) override;
  absl::StatusOr<Revision> RevisionAt(absl::Time time) override;
  absl::StatusOr<Head> WaitBeyond(Revision after, absl::Duration timeout) override;
  void Interrupt() override;
  /// FAILED_PRECONDITION `SNAPSHOT_OFF_CHAIN` for a head that is not on this journal's chain.
  absl::Status PutSnapshot(const Snapshot& snapshot) override;
  absl::StatusOr<std::optional<Snapshot>> LatestSnapshot(uint32_t format) override;
  /// Checks each leaf against its stored bytes: JOURNAL_CORRUPT names the first bad revision.
  absl::StatusOr<std::vector<Hash>> LeafHashes(Revision after, size_t limit) override;
  absl::Status PutCheckpoint(Revision size, absl::string_view note) override;
  absl::StatusOr<std::string> CheckpointAtOrBeyond(Revision size) override;

  /// OK while alive; the JOURNAL_DEAD status since the engine died.
  absl::Status Health();
  /// Pages in the write-ahead log after the last append.
  int WalPages();

 private:
  /// The one connection that changes the database.
  struct Writer {
    sqlite::Database database;
    sqlite::Statement begin, insert, commit, rollback, put_checkpoint;
    int wal_pages = 0;
    int next_checkpoint_pages = 0;
  };
  /// A connection that only reads, used by one thread at a time.
  struct Reader {
    sqlite::Database database;
    sqlite::Statement entries, chain_at, time_at, stored_at, leaves, checkpoint;
  };
  class Lease;

  explicit SqliteJournal(SqliteJournalOptions options, FileLock lock);

  static absl::Status Configure(sqlite::Database& database, const std::string& path);
  absl::Status Start() ABSL_LOCKS_EXCLUDED(writer_mutex_, mutex_);
  absl::Status OpenWriter() ABSL_EXCLUSIVE_LOCKS_REQUIRED(writer_mutex_);
  absl::Status CreateOrCheckSchema() ABSL_EXCLUSIVE_LOCKS_REQUIRED(writer_mutex_);
  absl::Status LoadHead() ABSL_EXCLUSIVE_LOCKS_REQUIRED(writer_mutex_);
  absl::Status CheckNothingBeyondHead();
  absl::Status WriteAll(const Head& head, absl::Span<const Draft> drafts, Head& next)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(writer_mutex_);
  absl::Status Insert(const Draft& draft, Head& head) ABSL_EXCLUSIVE_LOCKS_REQUIRED(writer_mutex_);
  absl::Status FailedWrite(int code, bool outcome_known)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(writer_mutex_);
  void CheckpointIfDue() ABSL_EXCLUSIVE_LOCKS_REQUIRED(writer_mutex_);

  absl::StatusOr<std::unique_ptr<Reader>> TakeReader();
  absl::Status FailedRead(sqlite::Database& database, int code, Revision near);
  absl::Status ReadBatch(Reader& reader,
                         Revision last,
                         Head& at,
                         Entry& entry,
                         const std::function<absl::Status(const Entry&)>& visit);
  absl::StatusOr<Hash> ChainAt(Reader& reader, Revision revision);
  absl::StatusOr<int64_t> TimeAt(Reader& reader, Revision revision);
  absl::Status Mismatch(Reader& reader, const Head& at);
  absl::StatusOr<bool> IsOnChain(const Head& head);
  absl::Status Die(const std::string& why);

  const SqliteJournalOptions options_;
  const FileLock lock_;
  const SnapshotFiles snapshots_;

  runtime::Mutex writer_mutex_ ABSL_ACQUIRED_BEFORE(mutex_);
  Writer writer_ ABSL_GUARDED_BY(writer_mutex_);
  runtime::Mutex snapshot_mutex_;

  runtime::Mutex mutex_;
  runtime::CondVar changed_;
  Head head_ ABSL_GUARDED_BY(mutex_);
  int64_t last_time_us_ ABSL_GUARDED_BY(mutex_) = 0;
  bool interrupted_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status health_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<Reader>> idle_readers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace xince::journal

#endif  // SERVICES_JOURNAL_SQLITE_JOURNAL_H_
