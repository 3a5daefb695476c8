#include "services/journal/redis_watcher.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "services/runtime/errors.h"

namespace xince::journal {

RedisWatcher::RedisWatcher(RedisChannel channel, std::string bell, Callbacks callbacks)
    : bell_(std::move(bell)),
      callbacks_(std::move(callbacks)),
      channel_(std::move(channel)),
      thread_([this] { Run(); }) {}

RedisWatcher::~RedisWatcher() {
  Stop();
  thread_.join();
}

void RedisWatcher::Stop() {
  runtime::MutexLock lock(mutex_);
  stopped_ = true;
  if (current_ != nullptr) current_->Shutdown();
  stopped_changed_.NotifyAll();
}

bool RedisWatcher::Publish(RedisConnection* connection) {
  runtime::MutexLock lock(mutex_);
  current_ = connection;
  return !stopped_;
}

void RedisWatcher::Run() {
  for (;;) {
    const auto connection = channel_.Get();
    absl::Status status = connection.status();
    if (status.ok()) {
      if (!Publish(*connection)) return;
      status = Watch(**connection);
      if (!Publish(nullptr)) return;
    }
    if (absl::IsDataLoss(status)) return;
    runtime::MutexLock lock(mutex_);
    if (!stopped_ && !status.ok()) {
      stopped_changed_.WaitFor(mutex_, absl::ToChronoNanoseconds(kRedisBackoffMin));
    }
    if (stopped_) return;
  }
}

absl::Status RedisWatcher::Watch(RedisConnection& connection) {
  XINCE_ASSIGN_OR_RETURN(const Revision seen, callbacks_.look(connection));
  // An id beyond `seen` that is already there answers at once, so nothing falls between.
  XINCE_ASSIGN_OR_RETURN(
      const RedisReply reply,
      connection.Command({"XREAD",
                          "BLOCK",
                          absl::StrCat(absl::ToInt64Milliseconds(kRedisHeartbeat)),
                          "STREAMS",
                          bell_,
                          absl::StrCat(seen, "-0")},
                         kRedisHeartbeat));
  if (reply.value().IsNil()) callbacks_.idle();
  return absl::OkStatus();
}

}  // namespace xince::journal
