#ifndef SERVICES_SCORING_INTAKE_TESTING_SCRIPTED_FEED_H_
#define SERVICES_SCORING_INTAKE_TESTING_SCRIPTED_FEED_H_

#include <algorithm>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "xince/evidence/v1/evidence.pb.h"

#include "services/runtime/mutex.h"
#include "services/scoring/intake/intake.h"

/// A foreign feed that sends what it is told to, for tests.
namespace xince::intake {

/// Yields until `condition` holds; the test's time limit is the limit.
template <class Condition>
void Await(Condition condition) {
  while (!condition()) std::this_thread::yield();
}

/// Outlives its streams. Safe from any thread.
class ScriptedFeed {
 public:
  /// The batch of a sequence, whatever it was before.
  void Send(uint64_t sequence, std::vector<evidence::v1::Evidence> pieces) {
    const runtime::MutexLock lock(mutex_);
    const auto at = std::find_if(batches_.begin(), batches_.end(), [&](const auto& batch) {
      return batch.sequence() >= sequence;
    });
    auto batch = at != batches_.end() && at->sequence() == sequence ? at : batches_.emplace(at);
    batch->Clear();
    batch->set_sequence(sequence);
    for (auto& piece : pieces) *batch->add_evidence() = std::move(piece);
    changed_.NotifyAll();
  }
  /// Streams opened until now.
  [[nodiscard]] int opened() {
    const runtime::MutexLock lock(mutex_);
    return opened_;
  }
  /// For a FeedReader.
  OpenStream Open() {
    return [this](uint64_t after) -> absl::StatusOr<std::unique_ptr<EvidenceStream>> {
      const runtime::MutexLock lock(mutex_);
      ++opened_;
      return std::make_unique<Stream>(*this, after);
    };
  }

 private:
  class Stream final : public EvidenceStream {
   public:
    Stream(ScriptedFeed& feed, uint64_t after) : feed_(feed), after_(after) {}
    absl::StatusOr<evidence::v1::StreamEvidenceResponse> Next() override {
      const runtime::MutexLock lock(feed_.mutex_);
      while (!cancelled_) {
        for (const auto& batch : feed_.batches_) {
          if (batch.sequence() <= after_) continue;
          after_ = batch.sequence();
          said_ = false;
          return batch;
        }
        if (!std::exchange(said_, true)) {
          evidence::v1::StreamEvidenceResponse heartbeat;
          heartbeat.set_caught_up(true);
          return heartbeat;
        }
        feed_.changed_.Wait(feed_.mutex_);
      }
      return absl::CancelledError("the stream was cancelled");
    }
    void Cancel() override {
      const runtime::MutexLock lock(feed_.mutex_);
      cancelled_ = true;
      feed_.changed_.NotifyAll();
    }

   private:
    ScriptedFeed& feed_;
    uint64_t after_;
    bool said_ = false;
    bool cancelled_ = false;
  };

  runtime::Mutex mutex_;
  runtime::CondVar changed_;
  std::vector<evidence::v1::StreamEvidenceResponse> batches_ ABSL_GUARDED_BY(mutex_);
  int opened_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace xince::intake

#endif  // SERVICES_SCORING_INTAKE_TESTING_SCRIPTED_FEED_H_
