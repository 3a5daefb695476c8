#ifndef SERVICES_JOURNAL_SNAPSHOT_FILES_H_
#define SERVICES_JOURNAL_SNAPSHOT_FILES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "services/journal/journal.h"

/// Snapshots as files beside a journal: `<path>.snapshot-<revision, 20 digits>-<format>`. They are
/// not in the database because a large state would stand in the way of appends, and because the
/// database is then nothing but the journal.
///
/// A file is: `XCSNAP1\n`, format u32, revision u64, chain 32 bytes, state length u64 (big-endian),
/// the state, and the SHA-256 of all that. It appears whole (written aside, synced, renamed).
namespace xince::journal {

/// Newest files kept per format.
inline constexpr int kSnapshotsKept = 2;

/// Calls from several threads are serialized by the caller.
class SnapshotFiles {
 public:
  /// For the journal at `journal_path`.
  explicit SnapshotFiles(std::string journal_path) : path_(std::move(journal_path)) {}

  /// Removes what a crash left half written.
  void RemoveUnfinished() const;

  /// Writes durably, then keeps it and the newest `kSnapshotsKept` - 1 before it of its format, and
  /// removes older ones.
  /// RESOURCE_EXHAUSTED `JOURNAL_DISK_FULL`; UNAVAILABLE `JOURNAL_UNAVAILABLE` for any other error.
  /// After an error the earlier snapshots are still there.
  absl::Status Put(const Snapshot& snapshot) const;

  /// Name of a file and what its name says.
  struct File {
    std::string path;
    Revision revision = 0;
    uint32_t format = 0;
  };
  /// All files, newest first.
  [[nodiscard]] std::vector<File> List() const;

  /// A file's content; nothing when it is damaged or cannot be read.
  static std::optional<Snapshot> Load(const File& file);

 private:
  std::string path_;
};

}  // namespace xince::journal

#endif  // SERVICES_JOURNAL_SNAPSHOT_FILES_H_
