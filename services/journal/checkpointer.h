#ifndef SERVICES_JOURNAL_CHECKPOINTER_H_
#define SERVICES_JOURNAL_CHECKPOINTER_H_

#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "services/journal/checkpoint.h"
#include "services/journal/machine.h"
#include "services/journal/merkle.h"
#include "services/runtime/mutex.h"

/// Signs a journal's tree while it grows.
namespace xince::journal {

/// One journal's checkpoints: at most one per `interval`, and one when it stops.
class Checkpointer {
 public:
  /// Keeps references; they outlive it. A checkpoint is refused, and nothing signed, when a stored
  /// entry no longer has the hash it was recorded with.
  Checkpointer(Machine& machine, SigningKey key, absl::Duration interval = absl::Seconds(1));
  ~Checkpointer();

  void Start();
  /// Signs what is there and joins.
  void Stop();

  /// Signs the tree of the durable revision now, unless it is signed already.
  absl::Status Sign();

  /// Proofs over the journal.
  [[nodiscard]] MerkleTree& tree() { return tree_; }
  [[nodiscard]] Machine& machine() { return machine_; }
  [[nodiscard]] const VerifyingKey& verifying_key() const { return key_.verifying_key(); }
  /// Revision of the newest checkpoint; 0 for none.
  [[nodiscard]] Revision signed_revision() const;

 private:
  void Run();

  Machine& machine_;
  const SigningKey key_;
  const absl::Duration interval_;
  MerkleTree tree_;
  mutable runtime::Mutex mutex_;
  runtime::CondVar changed_;
  Revision signed_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  runtime::Mutex signing_;
  std::thread thread_;
};

}  // namespace xince::journal

#endif  // SERVICES_JOURNAL_CHECKPOINTER_H_
