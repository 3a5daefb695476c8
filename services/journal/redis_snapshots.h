#ifndef SERVICES_JOURNAL_REDIS_SNAPSHOTS_H_
#define SERVICES_JOURNAL_REDIS_SNAPSHOTS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "services/journal/journal.h"
#include "services/journal/redis_connection.h"
#include "services/journal/redis_log.h"

/// Snapshots and checkpoints in Redis, beside the log.
namespace xince::journal {

/// A snapshot is a list of chunks of at most this size, so that no single value is large.
inline constexpr size_t kRedisSnapshotChunkBytesMax = 8 << 20;
/// How many snapshots are kept, whatever their format: those with the greatest revisions.
inline constexpr int kRedisSnapshotsKept = 2;
/// Chunks whose snapshot was never completed go after this long.
inline constexpr absl::Duration kRedisUnfinishedSnapshotLife = absl::Hours(1);

/// A snapshot as listed: everything but its state.
struct RedisSnapshotEntry {
  /// Names its chunks.
  std::string number;
  uint32_t format = 0;
  Revision revision = 0;
  std::string chain_hex;
  uint64_t bytes = 0;
  uint64_t chunks = 0;
  std::string digest_hex;
};

/// Stores a snapshot and drops the oldest beyond `kRedisSnapshotsKept`. Until the last step nobody
/// sees it.
absl::Status StoreSnapshot(RedisConnection& connection,
                           const RedisKeys& keys,
                           const Snapshot& snapshot);

/// The snapshots there are, the newest first. Entries that cannot be read are left out.
absl::StatusOr<std::vector<RedisSnapshotEntry>> ListSnapshots(RedisConnection& connection,
                                                              const RedisKeys& keys);

/// The state of a listed snapshot; nothing when it is gone or its digest differs.
absl::StatusOr<std::optional<std::string>> FetchSnapshotState(RedisConnection& connection,
                                                              const RedisKeys& keys,
                                                              const RedisSnapshotEntry& entry);

/// Keeps the checkpoint if none of a greater size is kept: the port only ever gives the newest.
absl::Status StoreCheckpoint(RedisConnection& connection,
                             const RedisKeys& keys,
                             Revision size,
                             absl::string_view note);

/// A checkpoint with its size.
struct RedisCheckpoint {
  Revision size = 0;
  std::string note;
};

/// The newest checkpoint; nothing when there is none.
absl::StatusOr<std::optional<RedisCheckpoint>> FetchCheckpoint(RedisConnection& connection,
                                                               const RedisKeys& keys);

}  // namespace xince::journal

#endif  // SERVICES_JOURNAL_REDIS_SNAPSHOTS_H_
