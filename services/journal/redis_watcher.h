#ifndef SERVICES_JOURNAL_REDIS_WATCHER_H_
#define SERVICES_JOURNAL_REDIS_WATCHER_H_

#include <functional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"

#include "services/journal/journal.h"
#include "services/journal/redis_connection.h"
#include "services/runtime/mutex.h"

/// Learns of what other processes append, without polling.
namespace xince::journal {

/// Longest time between two looks at the state while the bell is silent. Also what an idle
/// connection is probed with.
inline constexpr absl::Duration kRedisHeartbeat = absl::Seconds(1);

/// A thread with its own connection that blocks on a journal's bell (redis_log.h).
class RedisWatcher {
 public:
  struct Callbacks {
    /// Looks at the state through the connection and returns the stable revision. Called first, and
    /// after each ring and heartbeat. DATA_LOSS ends the watch.
    std::function<absl::StatusOr<Revision>(RedisConnection&)> look;
    /// Called when a heartbeat passed in silence.
    std::function<void()> idle;
  };

  /// The thread starts with the object.
  RedisWatcher(RedisChannel channel, std::string bell, Callbacks callbacks);
  /// Stops and joins: at once, or within the endpoint's timeouts while a connection is being made.
  ~RedisWatcher();
  RedisWatcher(const RedisWatcher&) = delete;
  RedisWatcher& operator=(const RedisWatcher&) = delete;

  /// Ends the watch; does not wait for it.
  void Stop();

 private:
  void Run();
  absl::Status Watch(RedisConnection& connection);
  /// False when stopped.
  bool Publish(RedisConnection* connection);

  const std::string bell_;
  const Callbacks callbacks_;
  RedisChannel channel_;
  runtime::Mutex mutex_;
  runtime::CondVar stopped_changed_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  /// The connection that Stop must shut down.
  RedisConnection* current_ ABSL_GUARDED_BY(mutex_) = nullptr;
  std::thread thread_;
};

}  // namespace xince::journal

#endif  // SERVICES_JOURNAL_REDIS_WATCHER_H_
