#ifndef SERVICES_JOURNAL_TESTING_FAULT_VFS_H_
#define SERVICES_JOURNAL_TESTING_FAULT_VFS_H_

#include <atomic>
#include <memory>
#include <string>

#include <sqlite3.h>

/// A SQLite VFS over the default one whose disk fails when told to. Registered while it lives, under
/// `name()`; databases that use it must be closed before.
namespace xince::journal {

class FaultVfs {
 public:
  explicit FaultVfs(std::string name);
  ~FaultVfs();
  FaultVfs(const FaultVfs&) = delete;
  FaultVfs& operator=(const FaultVfs&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }

  static constexpr int kNever = -1;

  /// The sync after this many good ones fails with an I/O error, once: one that came after it would
  /// succeed, as those of real disks do.
  void FailSyncAfter(int syncs) { syncs_left_ = syncs; }
  /// Every write after this many good ones fails with `code` (SQLITE_FULL, SQLITE_IOERR_WRITE).
  void FailWritesAfter(int writes, int code) {
    write_error_ = code;
    writes_left_ = writes;
  }
  void AllowWrites() { writes_left_ = kNever; }
  /// Every read fails.
  void FailReads(bool fail) { fail_reads_ = fail; }

  [[nodiscard]] int syncs() const { return syncs_; }
  [[nodiscard]] int writes() const { return writes_; }

 private:
  friend struct FaultFile;

  /// Counts one of the operations left; true when none is.
  static bool Spend(std::atomic<int>& left);

  const std::string name_;
  std::unique_ptr<sqlite3_vfs> vfs_;
  std::atomic<int> syncs_left_ = kNever;
  std::atomic<int> writes_left_ = kNever;
  std::atomic<int> write_error_ = SQLITE_FULL;
  std::atomic<bool> fail_reads_ = false;
  std::atomic<int> syncs_ = 0;
  std::atomic<int> writes_ = 0;
};

}  // namespace xince::journal

#endif  // SERVICES_JOURNAL_TESTING_FAULT_VFS_H_
