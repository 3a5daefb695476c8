#include "services/journal/read_ahead.h"

#include <array>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "services/runtime/mutex.h"

namespace xince::journal {
namespace {

// Entries that are handed over together. Used again, so that their texts have memory already.
struct Batch {
  std::vector<Entry> entries = std::vector<Entry>(kReadAheadEntries);
  size_t count = 0;
};

// Batches between the one who fills them and the one who empties them, in turn.
class Ring {
 public:
  // The next batch to fill; null when nobody wants more.
  Batch* Empty() {
    const runtime::MutexLock lock(mutex_);
    while (!stopped_ && filled_ - emptied_ == kReadAheadBatches) changed_.Wait(mutex_);
    return stopped_ ? nullptr : &batches_[filled_ % kReadAheadBatches];
  }
  void Filled() {
    const runtime::MutexLock lock(mutex_);
    ++filled_;
    changed_.NotifyAll();
  }
  // Nothing more will be filled.
  void End(absl::Status status) {
    const runtime::MutexLock lock(mutex_);
    ended_ = std::move(status);
    changed_.NotifyAll();
  }

  // The next batch to empty; null when there is none any more, which the end's status explains.
  Batch* Full(absl::Status& end) {
    const runtime::MutexLock lock(mutex_);
    while (filled_ == emptied_ && !ended_.has_value()) changed_.Wait(mutex_);
    if (filled_ != emptied_) return &batches_[emptied_ % kReadAheadBatches];
    end = *ended_;
    return nullptr;
  }
  void Emptied() {
    const runtime::MutexLock lock(mutex_);
    ++emptied_;
    changed_.NotifyAll();
  }
  void Stop() {
    const runtime::MutexLock lock(mutex_);
    stopped_ = true;
    changed_.NotifyAll();
  }

 private:
  std::array<Batch, kReadAheadBatches> batches_;
  runtime::Mutex mutex_;
  runtime::CondVar changed_;
  size_t filled_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t emptied_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<absl::Status> ended_ ABSL_GUARDED_BY(mutex_);
};

// Reads into the ring until the journal ends or nobody wants more.
void Fill(Journal& journal, Revision after, Ring& ring) {
  Batch* batch = ring.Empty();
  if (batch != nullptr) batch->count = 0;
  absl::Status status = journal.Read(after, SIZE_MAX, [&](const Entry& entry) {
    if (batch == nullptr) return absl::CancelledError();
    batch->entries[batch->count++] = entry;
    if (batch->count < kReadAheadEntries) return absl::OkStatus();
    ring.Filled();
    batch = ring.Empty();
    if (batch != nullptr) batch->count = 0;
    return absl::OkStatus();
  });
  if (batch != nullptr && batch->count > 0) ring.Filled();
  ring.End(std::move(status));
}

absl::Status Drain(Ring& ring, const std::function<absl::Status(const Entry&)>& visit) {
  absl::Status end;
  while (const Batch* batch = ring.Full(end)) {
    for (size_t i = 0; i < batch->count; ++i) {
      if (absl::Status status = visit(batch->entries[i]); !status.ok()) return status;
    }
    ring.Emptied();
  }
  return end;
}

}  // namespace

absl::Status ReadAhead(Journal& journal,
                       Revision after,
                       const std::function<absl::Status(const Entry&)>& visit) {
  Ring ring;
  std::thread reader([&] { Fill(journal, after, ring); });
  absl::Status status = Drain(ring, visit);
  ring.Stop();
  reader.join();
  return status;
}

}  // namespace xince::journal
