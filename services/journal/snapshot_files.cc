#include "services/journal/snapshot_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include <sys/stat.h>

#include "services/journal/file_lock.h"
#include "services/journal/journal_errors.h"
#include "services/runtime/errors.h"

namespace xince::journal {
namespace {

constexpr char kMagic[] = "XCSNAP1\n";
constexpr size_t kMagicBytes = sizeof(kMagic) - 1;
constexpr size_t kHeaderBytes = kMagicBytes + 4 + 8 + 32 + 8;
constexpr char kUnfinished[] = ".unfinished";

void Put(std::string& out, uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(value >> shift));
  }
}

uint64_t Get(absl::string_view in, size_t at, int bytes) {
  uint64_t value = 0;
  for (int i = 0; i < bytes; ++i) value = value << 8 | static_cast<uint8_t>(in[at + i]);
  return value;
}

bool WriteAll(int fd, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(written);
  }
  return true;
}

bool ReadAll(int fd, char* out, size_t size) {
  while (size > 0) {
    const ssize_t got = read(fd, out, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    out += got;
    size -= got;
  }
  return true;
}

bool IsFull(int error) { return error == ENOSPC || error == EDQUOT || error == EFBIG; }

}  // namespace

absl::Status SnapshotFiles::Put(const Snapshot& snapshot) const {
  std::string header = kMagic;
  journal::Put(header, snapshot.format, 4);
  journal::Put(header, snapshot.at.revision, 8);
  header.append(HashBytes(snapshot.at.chain).data(), 32);
  journal::Put(header, snapshot.state.size(), 8);
  const Hash hash = Sha256({header, snapshot.state});

  const std::string final_path =
      absl::StrFormat("%s.snapshot-%020d-%d", path_, snapshot.at.revision, snapshot.format);
  const std::string unfinished = final_path + kUnfinished;
  const int fd = open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  bool ok = fd >= 0 && WriteAll(fd, header) && WriteAll(fd, snapshot.state) &&
            WriteAll(fd, HashBytes(hash)) && fsync(fd) == 0;
  int error = errno;
  if (fd >= 0) close(fd);
  if (ok && rename(unfinished.c_str(), final_path.c_str()) != 0) {
    ok = false;
    error = errno;
  }
  if (!ok) {
    unlink(unfinished.c_str());
    if (IsFull(error)) return DiskFullError(path_);
    return UnavailableError(
        path_, absl::StrCat("a snapshot could not be written: ", std::strerror(error)));
  }
  XINCE_RETURN_IF_ERROR(SyncDirectoryOf(path_));
  int kept = 0;
  for (const File& file : List()) {
    if (file.format != snapshot.format || file.revision > snapshot.at.revision) continue;
    if (++kept > kSnapshotsKept) unlink(file.path.c_str());
  }
  return absl::OkStatus();
}

std::vector<SnapshotFiles::File> SnapshotFiles::List() const {
  std::vector<File> files;
  const std::string directory = DirectoryOf(path_);
  const size_t slash = path_.rfind('/');
  const std::string prefix =
      absl::StrCat(slash == std::string::npos ? path_ : path_.substr(slash + 1), ".snapshot-");
  DIR* dir = opendir(directory.c_str());
  if (dir == nullptr) return files;
  while (const dirent* item = readdir(dir)) {
    const absl::string_view name = item->d_name;
    if (!absl::StartsWith(name, prefix)) continue;
    const std::vector<std::string> parts = absl::StrSplit(name.substr(prefix.size()), '-');
    File file{absl::StrCat(directory, "/", name)};
    if (parts.size() != 2 || !absl::SimpleAtoi(parts[0], &file.revision) ||
        !absl::SimpleAtoi(parts[1], &file.format)) {
      continue;
    }
    files.push_back(std::move(file));
  }
  closedir(dir);
  std::sort(files.begin(), files.end(), [](const File& a, const File& b) {
    return std::pair(a.revision, a.format) > std::pair(b.revision, b.format);
  });
  return files;
}

void SnapshotFiles::RemoveUnfinished() const {
  const std::string directory = DirectoryOf(path_);
  const size_t slash = path_.rfind('/');
  const std::string prefix =
      absl::StrCat(slash == std::string::npos ? path_ : path_.substr(slash + 1), ".snapshot-");
  DIR* dir = opendir(directory.c_str());
  if (dir == nullptr) return;
  while (const dirent* item = readdir(dir)) {
    const absl::string_view name = item->d_name;
    if (absl::StartsWith(name, prefix) && absl::EndsWith(name, kUnfinished)) {
      unlink(absl::StrCat(directory, "/", name).c_str());
    }
  }
  closedir(dir);
}

std::optional<Snapshot> SnapshotFiles::Load(const File& file) {
  const int fd = open(file.path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  struct stat info {};
  std::string header(kHeaderBytes, '\0');
  Snapshot snapshot;
  std::string trailer(32, '\0');
  bool ok = fstat(fd, &info) == 0 && ReadAll(fd, header.data(), header.size()) &&
            absl::StartsWith(header, kMagic);
  if (ok) {
    const uint64_t size = Get(header, kHeaderBytes - 8, 8);
    ok = size <= kSnapshotBytesMax &&
         static_cast<uint64_t>(info.st_size) == kHeaderBytes + size + trailer.size();
    if (ok) {
      snapshot.state.resize(size);
      ok = ReadAll(fd, snapshot.state.data(), size) && ReadAll(fd, trailer.data(), trailer.size());
    }
  }
  close(fd);
  if (!ok || HashBytes(Sha256({header, snapshot.state})) != trailer) return std::nullopt;
  snapshot.format = static_cast<uint32_t>(Get(header, kMagicBytes, 4));
  snapshot.at.revision = Get(header, kMagicBytes + 4, 8);
  std::memcpy(snapshot.at.chain.data(), header.data() + kMagicBytes + 12, 32);
  if (snapshot.format != file.format || snapshot.at.revision != file.revision) return std::nullopt;
  return snapshot;
}

}  // namespace xince::journal
