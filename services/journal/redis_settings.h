#ifndef SERVICES_JOURNAL_REDIS_SETTINGS_H_
#define SERVICES_JOURNAL_REDIS_SETTINGS_H_

#include "absl/status/status.h"

#include "services/journal/redis_connection.h"

/// What a Redis must be before a journal trusts it with acknowledged writes. Its defaults lose them.
namespace xince::journal {

/// Lowest server version: scripts with flags, CONFIG GET of many.
inline constexpr int kRedisVersionMin = 7;
/// Longest silence of a replica that still counts as connected (`min-replicas-max-lag`).
inline constexpr int kRedisReplicaLagSecondsMax = 2;

/// Asserts, for a journal with `replicas` declared replicas:
///
///     redis_version                >= 7
///     role                         master
///     connected_slaves             <= replicas: an undeclared replica may be promoted without
///                                  what WAIT never waited for
///     appendonly                   yes
///     appendfsync                  always
///     no-appendfsync-on-rewrite    no
///     aof-load-truncated           no
///     maxmemory-policy             noeviction
///     replica-serve-stale-data     no
///     min-replicas-to-write        = replicas
///     min-replicas-max-lag         1 or 2, when there are replicas
///
/// FAILED_PRECONDITION `REDIS_SETTINGS` names all that differ; metadata has `<setting>` with
/// `found X, wanted Y` for each.
///
/// `in_service` once the journal is open: role and connected_slaves change during a failover, so
/// when only they differ the answer is UNAVAILABLE `JOURNAL_UNAVAILABLE`.
absl::Status CheckRedisSettings(RedisConnection& connection,
                                int replicas,
                                absl::string_view journal,
                                bool in_service);

}  // namespace xince::journal

#endif  // SERVICES_JOURNAL_REDIS_SETTINGS_H_
