#ifndef SERVICES_JOURNAL_FILE_LOCK_H_
#define SERVICES_JOURNAL_FILE_LOCK_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

/// Who may use a journal's files, and where they may live.
namespace xince::journal {

/// Exclusive right to a journal, held by `flock` on `<path>.lock` until destroyed or the process
/// ends in any way. The file holds the owner's process id, for people, and is never removed:
/// removing it would let two processes lock two files of the same name.
class FileLock {
 public:
  /// FAILED_PRECONDITION `JOURNAL_LOCKED` when another handle holds it, in this process or another;
  /// `JOURNAL_PATH` when the file cannot be made.
  static absl::StatusOr<FileLock> Take(const std::string& path);

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_ = -1;
};

/// FAILED_PRECONDITION `JOURNAL_FILESYSTEM` when the directory of `path` is on a filesystem that
/// cannot keep the promise: network filesystems (locks and syncs differ), overlays (a container's
/// own layer goes with the container) and memory. Metadata `filesystem`.
absl::Status CheckFilesystem(const std::string& path);

/// Name of a filesystem type that is refused, by its magic number in statfs(2); empty for the rest.
std::string RefusedFilesystem(uint64_t magic);

/// Makes the creation, renaming and removal of files in the directory of `path` durable.
absl::Status SyncDirectoryOf(const std::string& path);

/// The directory part of `path`; `.` when there is none.
std::string DirectoryOf(const std::string& path);

}  // namespace xince::journal

#endif  // SERVICES_JOURNAL_FILE_LOCK_H_
