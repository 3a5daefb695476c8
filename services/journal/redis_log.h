#ifndef SERVICES_JOURNAL_REDIS_LOG_H_
#define SERVICES_JOURNAL_REDIS_LOG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

#include "services/journal/journal.h"
#include "services/journal/redis_connection.h"

/// A journal's entries in Redis: the keys, and one atomic script for each thing done to them. What
/// the answers mean (rollback, conflict, acknowledgement) is decided above, in redis_journal.h.
///
/// All keys of a journal share one hash tag, so that a script may touch them together:
///
///     {xince:<name>}:log                stream; id `<revision>-0`, fields `c` chain, `e` stored
///     {xince:<name>}:meta               hash; head, chain, time, stable, stable_chain, touches
///     {xince:<name>}:bell               stream of one id, `<stable revision>-0`: what waiters block on
///     {xince:<name>}:snapshots          sorted set of descriptors by revision
///     {xince:<name>}:snapshot:<number>  list of chunks
///     {xince:<name>}:snapshot-number    counter
///     {xince:<name>}:checkpoint         hash; size, note
namespace xince::journal {

/// Redis' Lua counts in doubles: revisions stay below this.
inline constexpr Revision kRedisRevisionMax = Revision{1} << 53;

/// Names of the keys of a journal.
struct RedisKeys {
  explicit RedisKeys(absl::string_view journal);
  std::string log;
  std::string meta;
  std::string bell;
  std::string snapshots;
  std::string snapshot_prefix;
  std::string snapshot_number;
  std::string checkpoint;
};

/// What the keys say at one instant.
struct RedisState {
  /// The last entry, acknowledged or not.
  Head head;
  /// The last entry known to be on all replicas, as far as Redis remembers.
  Head stable;
  /// Chain value in the log at the revision that was asked about; nothing when there is none.
  std::optional<Hash> chain_at_known;
};

/// A run of entries.
struct RedisPage {
  struct Item {
    /// Id in the stream: nothing when it is not `<revision>-0`.
    std::optional<Revision> revision;
    absl::string_view chain;
    absl::string_view stored;
  };
  RedisState state;
  /// Views into `reply`. The first is the entry at `after`, unless that is 0.
  std::vector<Item> items;
  RedisReply reply;
};

/// Bounds of a page; it holds at least one entry after its first however long.
inline constexpr size_t kRedisPageEntriesMax = 1024;
inline constexpr size_t kRedisPageBytesMax = 4 << 20;

/// The state and the entries from `after` (its predecessor in the chain) to `after + count`, none
/// beyond the greater of the stable head and `known`. `known` is a revision that is known to be
/// stable.
absl::StatusOr<RedisPage> FetchPage(RedisConnection& connection,
                                    const RedisKeys& keys,
                                    Revision known,
                                    Revision after,
                                    size_t count);

/// Entries that follow one another, encoded.
struct RedisBatch {
  RedisBatch(const Head& after, absl::Span<const Draft> drafts);
  Head expected;
  /// The head once they are appended.
  Head head;
  std::vector<std::string> stored;
  std::vector<Hash> chains;
  int64_t first_time_us = 0;
  int64_t last_time_us = 0;
};

/// What became of a batch.
struct RedisAppendResult {
  enum class Outcome {
    kAppended,
    /// The head is another; nothing was written, as with the following.
    kConflict,
    kTimeBackwards,
    /// Stream and meta contradict each other.
    kCorrupt,
    /// The log ends before `known` or has another entry there.
    kRollback,
  };
  Outcome outcome = Outcome::kConflict;
  /// Afterwards.
  RedisState state;
  /// Chain value at the revision the batch would end at; on a conflict only.
  std::optional<Hash> chain_at_target;
  /// Record time of the last entry; for kTimeBackwards.
  int64_t time_us = 0;
};

/// Appends the batch if the log ends where it expects. `stable_at_once` for a Redis without
/// replicas: the entries are stable as soon as they are written.
absl::StatusOr<RedisAppendResult> AppendBatch(RedisConnection& connection,
                                              const RedisKeys& keys,
                                              const Head& known,
                                              const RedisBatch& batch,
                                              bool stable_at_once);

/// A write without content, so that a WAIT on this connection covers whatever any connection wrote
/// before it: WAIT promises only for the writes of its own connection.
absl::StatusOr<RedisState> TouchLog(RedisConnection& connection,
                                    const RedisKeys& keys,
                                    Revision known);

/// Blocks until `replicas` replicas have every write of this connection, or `timeout` passed.
/// Returns how many have.
absl::StatusOr<int64_t> WaitForReplicas(RedisConnection& connection,
                                        int replicas,
                                        absl::Duration timeout);

/// Declares `head` stable and rings the bell. Never goes back; refused (false) when the log does not
/// hold `head`.
absl::StatusOr<bool> AdvanceStable(RedisConnection& connection,
                                   const RedisKeys& keys,
                                   const Head& head);

}  // namespace xince::journal

#endif  // SERVICES_JOURNAL_REDIS_LOG_H_
