#include "services/journal/fsck.h"

#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include <sqlite3.h>

#include "services/journal/file_lock.h"
#include "services/journal/snapshot_files.h"
#include "services/journal/sqlite.h"
#include "services/journal/sqlite_journal.h"
#include "services/runtime/errors.h"

namespace xince::journal {
namespace {

absl::Status FormatError(const std::string& path, absl::string_view what) {
  return runtime::FailedPrecondition(
      "JOURNAL_FORMAT",
      "",
      absl::StrCat(path, " is not a journal this program can read: ", what),
      absl::StrCat("本程序无法读取日志文件 ", path),
      {{"path", path}});
}

void Damaged(Auditor& auditor, Revision revision, const sqlite::Database& database) {
  auditor.AddProblem(AuditKind::kFileDamaged,
                     revision,
                     absl::StrCat("SQLite cannot read the file: ", database.Message()),
                     "SQLite 无法读取该文件");
}

void AddCheckpoints(sqlite::Database& database, Auditor& auditor) {
  sqlite::Statement rows;
  int code = database.Prepare("SELECT size, note FROM checkpoint ORDER BY size", rows);
  if (code == SQLITE_OK) {
    while ((code = rows.Step()) == SQLITE_ROW) {
      auditor.AddCheckpoint(static_cast<uint64_t>(rows.Int(0)), std::string(rows.Bytes(1)));
    }
  }
  if (code != SQLITE_DONE) Damaged(auditor, 0, database);
}

void AddSnapshots(const std::string& path, Auditor& auditor) {
  for (const SnapshotFiles::File& file : SnapshotFiles(path).List()) {
    const std::optional<Snapshot> snapshot = SnapshotFiles::Load(file);
    if (snapshot.has_value()) {
      auditor.AddSnapshot(snapshot->at);
    } else {
      auditor.AddProblem(AuditKind::kSnapshotWrong,
                         file.revision,
                         absl::StrCat("the snapshot file ", file.path, " is damaged; delete it"),
                         absl::StrCat("快照文件 ", file.path, " 已损坏,可删除"));
    }
  }
}

void AddEntries(sqlite::Database& database, Auditor& auditor) {
  sqlite::Statement rows;
  int code =
      database.Prepare("SELECT revision, stored, chain, leaf FROM entry ORDER BY revision", rows);
  Revision revision = 0;
  if (code == SQLITE_OK) {
    while ((code = rows.Step()) == SQLITE_ROW) {
      const auto next = static_cast<Revision>(rows.Int(0));
      // Damaged pages can give keys out of order.
      if (next <= revision) break;
      revision = next;
      auditor.AddEntry(revision, rows.Bytes(1), rows.Bytes(2), rows.Bytes(3));
    }
  }
  if (code != SQLITE_DONE) Damaged(auditor, revision + 1, database);
}

}  // namespace

absl::StatusOr<AuditReport> Fsck(const std::string& path, AuditTrust trust) {
  if (access(path.c_str(), R_OK) != 0) {
    return runtime::FailedPrecondition("JOURNAL_PATH",
                                       "",
                                       absl::StrCat("there is no readable journal at ", path),
                                       absl::StrCat("找不到可读取的日志文件 ", path),
                                       {{"path", path}});
  }
  XINCE_ASSIGN_OR_RETURN(const FileLock lock, FileLock::Take(path));
  sqlite::Database database;
  if (database.Open(path, SQLITE_OPEN_READONLY, "") != SQLITE_OK) {
    return FormatError(path, database.Message());
  }
  sqlite3_db_config(database.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  database.Execute("PRAGMA query_only=1; PRAGMA mmap_size=0; PRAGMA cell_size_check=1");
  if (database.Value("PRAGMA application_id") != std::to_string(kSqliteApplicationId) ||
      database.Value("PRAGMA user_version") != std::to_string(kSqliteFormat)) {
    return FormatError(path, "its header is that of another program or version, or damaged");
  }
  const std::optional<std::string> name = database.Value("SELECT value FROM meta WHERE key='name'");
  if (!name.has_value()) return FormatError(path, "it does not say its name");

  Auditor auditor(*name, std::move(trust));
  const std::string pages = database.Value("PRAGMA quick_check(1)").value_or(database.Message());
  if (pages != "ok") {
    auditor.AddProblem(AuditKind::kFileDamaged,
                       0,
                       absl::StrCat("the file's pages are damaged: ", pages),
                       "文件的数据页已损坏");
  }
  AddCheckpoints(database, auditor);
  AddSnapshots(path, auditor);
  AddEntries(database, auditor);
  return auditor.Finish(std::nullopt);
}

}  // namespace xince::journal
