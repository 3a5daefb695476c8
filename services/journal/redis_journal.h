#ifndef SERVICES_JOURNAL_REDIS_JOURNAL_H_
#define SERVICES_JOURNAL_REDIS_JOURNAL_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "services/journal/journal.h"
#include "services/journal/redis_connection.h"
#include "services/runtime/clock.h"

/// The journal's port on Redis 7, in its strict form: an acknowledged entry survives the loss of any
/// one Redis node and any failover that happens while nobody overrides it, and what is lost in spite
/// of that is detected, never hidden.
///
/// - Append compares the expected revision and the hash of the last entry with Redis' and writes the
///   whole batch, in one script. Any number of processes may append; that comparison is all that
///   coordinates them.
/// - Then WAIT for all declared replicas. Only then the revision becomes *stable* and Append returns
///   OK. While a replica is missing, writes are UNAVAILABLE and reads go on.
/// - Every read ends at the stable revision.
/// - Entries whose WAIT failed stay in the log: nobody reads them, and nobody can append beside
///   them. The next Append of anybody (or, within a second, an idle process in WaitBeyond) writes
///   something small, WAITs and makes them stable. WAIT covers only the writes of its own connection,
///   and what a connection wrote last is later in the replication stream than all of theirs.
///   So a writer that got UNAVAILABLE retries: it is acknowledged if its entries were there, told
///   of the conflict if it must catch up first (it then finds its request id), or refused again.
/// - Each answer of Redis is compared with the greatest stable head this process knows. A log that
///   ends before it, or differs there, is ROLLBACK_DETECTED, and the journal refuses everything from
///   then on.
///
/// Replicas need the same settings as the primary, `appendfsync always` too: the program sees only
/// the primary. A replica that was just synchronized in full acknowledges entries that it keeps in
/// memory until its first rewrite of the append-only file is done (Redis 7.0): until then losing the
/// primary and restarting that replica at once is the loss of two nodes.
namespace xince::journal {

/// Most replicas that may be declared.
inline constexpr int kRedisReplicasMax = 8;
/// Longest journal name. Names are of letters, digits and `/ . _ -`.
inline constexpr size_t kRedisNameBytesMax = 128;

/// What the service's Redis user needs, in the words of ACL SETUSER, besides `on` and a password.
inline constexpr char kRedisAccessRules[] =
    "~{xince:* +auth +info +config|get +eval +evalsha +wait +expire +hget +hincrby +hmget +hset "
    "+incr "
    "+lindex +llen +persist +rpush +unlink +xadd +xlen +xrange +xread +zadd +zrem +zrevrange";

/// How to open a journal.
struct RedisJournalOptions {
  /// Name of the journal, such as `nanjing/registry`; part of every key.
  std::string name;
  /// Where the primary is. `label` is set to the name.
  RedisEndpoint endpoint;
  /// Number of replicas, all of which must have an entry before it is acknowledged; at most
  /// `kRedisReplicasMax`. 0 for a single node: then an acknowledged entry is on its disk only.
  int replicas = 0;
  /// How long an Append waits for the replicas.
  absl::Duration wait_timeout = absl::Seconds(1);
  /// The greatest head known from elsewhere (a local mirror, a signed checkpoint): the log must hold
  /// it. Revision 0 for none.
  Head known_head;
  /// For back-off and deadlines. Must live as long as the journal.
  const runtime::Clock* clock = nullptr;
  /// Whether a new connection is held to redis_settings.h. Only tests of what those settings prevent
  /// set this to false.
  bool check_settings = true;
};

/// Opens the journal and creates it at its first Append. The connections' check (redis_settings.h)
/// is done here and at every reconnect. Errors besides the port's:
///   INVALID_ARGUMENT     REDIS_OPTIONS   name, replicas, port or socket path out of range; no clock
///   FAILED_PRECONDITION  REDIS_SETTINGS  Redis would lose acknowledged writes
///   FAILED_PRECONDITION  REDIS_AUTH
///   INTERNAL             REDIS_PROTOCOL
///
/// The handle uses up to four connections: appending, reading, snapshots, and one in a thread of its
/// own that starts with the first WaitBeyond.
absl::StatusOr<std::unique_ptr<Journal>> OpenRedisJournal(RedisJournalOptions options);

}  // namespace xince::journal

#endif  // SERVICES_JOURNAL_REDIS_JOURNAL_H_
