#include "services/journal/file_lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include <sys/file.h>
#include <sys/vfs.h>

#include "services/journal/journal_errors.h"
#include "services/runtime/errors.h"

namespace xince::journal {
namespace {

absl::Status PathError(const std::string& path, int error) {
  return runtime::FailedPrecondition(
      "JOURNAL_PATH",
      "",
      absl::StrCat("the journal's file ",
                   path,
                   " cannot be used: ",
                   std::strerror(error),
                   "; the directory must exist and belong to the service's user"),
      absl::StrCat("无法使用日志文件 ", path, ",请确认目录存在且属于服务用户"),
      {{"path", path}, {"errno", std::to_string(error)}});
}

/// `process 123`, or nothing when the file does not say.
std::string HolderIn(int fd) {
  char text[16] = {};
  const ssize_t size = pread(fd, text, sizeof(text) - 1, 0);
  int64_t pid = 0;
  if (size <= 0 || !absl::SimpleAtoi(text, &pid)) return "";
  return absl::StrCat("process ", pid);
}

}  // namespace

absl::StatusOr<FileLock> FileLock::Take(const std::string& path) {
  const std::string lock_path = path + ".lock";
  const int fd = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return PathError(lock_path, errno);
  FileLock lock(fd);
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return PathError(lock_path, errno);
    return LockedError(path, HolderIn(fd));
  }
  // The id only helps people: on a full disk the lock holds without it.
  const std::string pid = absl::StrCat(getpid(), "\n");
  if (ftruncate(fd, 0) == 0) (void)!pwrite(fd, pid.data(), pid.size(), 0);
  return lock;
}

FileLock::FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}
FileLock::~FileLock() {
  if (fd_ >= 0) close(fd_);
}

std::string RefusedFilesystem(uint64_t magic) {
  switch (magic) {
    case 0x6969:
      return "nfs";
    case 0x517b:
    case 0xfe534d42:
    case 0xff534d42:
      return "smb";
    case 0x00c36400:
      return "ceph";
    case 0x01021997:
      return "9p";
    case 0x5346414f:
      return "afs";
    case 0x65735546:
      return "fuse";
    case 0x794c7630:
      return "overlay";
    case 0x01021994:
    case 0x858458f6:
      return "memory";
    default:
      return "";
  }
}

absl::Status CheckFilesystem(const std::string& path) {
  struct statfs stats {};
  const std::string directory = DirectoryOf(path);
  if (statfs(directory.c_str(), &stats) != 0) return PathError(directory, errno);
  // f_type is signed on some architectures; magic numbers are 32 bits.
  const std::string filesystem = RefusedFilesystem(static_cast<uint32_t>(stats.f_type));
  if (filesystem.empty()) return absl::OkStatus();
  return runtime::FailedPrecondition(
      "JOURNAL_FILESYSTEM",
      "",
      absl::StrCat(
          directory,
          " is on a ",
          filesystem,
          " filesystem, where acknowledged writes may not be kept; give the service a local "
          "disk, or allow unsafe filesystems if losing this data does no harm"),
      absl::StrCat(
          directory, " 位于 ", filesystem, " 文件系统,无法保证已确认的写入不丢失;请改用本地磁盘"),
      {{"filesystem", filesystem}, {"path", directory}});
}

absl::Status SyncDirectoryOf(const std::string& path) {
  const std::string directory = DirectoryOf(path);
  const int fd = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return PathError(directory, errno);
  const int error = fsync(fd) == 0 ? 0 : errno;
  close(fd);
  return error == 0 ? absl::OkStatus() : PathError(directory, error);
}

std::string DirectoryOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace xince::journal
