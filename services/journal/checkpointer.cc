#include "services/journal/checkpointer.h"

#include <utility>

#include "services/runtime/errors.h"

namespace xince::journal {

Checkpointer::Checkpointer(Machine& machine, SigningKey key, absl::Duration interval)
    : machine_(machine), key_(std::move(key)), interval_(interval), tree_(machine.journal()) {}

Checkpointer::~Checkpointer() { Stop(); }

void Checkpointer::Start() {
  if (const auto note = machine_.journal().CheckpointAtOrBeyond(0); note.ok()) {
    if (const auto newest = VerifyCheckpoint(*note, verifying_key()); newest.ok()) {
      const runtime::MutexLock lock(mutex_);
      signed_ = newest->size;
    }
  }
  thread_ = std::thread([this] { Run(); });
}

void Checkpointer::Stop() {
  {
    const runtime::MutexLock lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
    changed_.NotifyAll();
  }
  if (!thread_.joinable()) return;
  thread_.join();
  // What cannot be signed now is signed at the next start.
  (void)Sign();
}

void Checkpointer::Run() {
  while (true) {
    {
      const runtime::MutexLock lock(mutex_);
      if (!stopping_) changed_.WaitFor(mutex_, absl::ToChronoNanoseconds(interval_));
      if (stopping_) return;
    }
    // A failure shows in signed_revision, which operators watch; the next round tries again.
    (void)Sign();
  }
}

absl::Status Checkpointer::Sign() {
  const runtime::MutexLock signing(signing_);
  const Revision size = machine_.durable();
  if (size == 0 || size == signed_revision()) return absl::OkStatus();
  XINCE_ASSIGN_OR_RETURN(const Hash root, tree_.Root(size));
  XINCE_ASSIGN_OR_RETURN(
      const std::string note,
      SignCheckpoint({.origin = machine_.journal().name(), .size = size, .root = root}, key_));
  XINCE_RETURN_IF_ERROR(machine_.journal().PutCheckpoint(size, note));
  const runtime::MutexLock lock(mutex_);
  signed_ = size;
  return absl::OkStatus();
}

Revision Checkpointer::signed_revision() const {
  const runtime::MutexLock lock(mutex_);
  return signed_;
}

}  // namespace xince::journal
