#ifndef SERVICES_JOURNAL_MERKLE_H_
#define SERVICES_JOURNAL_MERKLE_H_

#include <cstdint>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

#include "services/journal/journal.h"
#include "services/runtime/mutex.h"

/// The Merkle tree over a journal's entries (RFC 6962 section 2.1, RFC 9162 section 2.1). The leaf of
/// the entry at revision R has index R - 1; the tree of size N covers revisions 1 to N.
///
/// A proof is a list of hashes that lets somebody who kept one root check a claim without the
/// journal: that an entry is in the tree (inclusion), or that a tree is the beginning of another
/// (consistency). The verifiers are pure functions and take nothing on trust but the roots.
namespace xince::journal {

/// SHA-256(0x01 ‖ left ‖ right).
Hash NodeHash(const Hash& left, const Hash& right);

/// Root of the tree of no leaves: SHA-256 of nothing.
Hash EmptyRoot();

/// The right edge of a tree: enough to append leaves and know the root, in 32 bytes per level.
class MerkleFrontier {
 public:
  void Append(const Hash& leaf);
  [[nodiscard]] Hash Root() const;
  [[nodiscard]] uint64_t size() const { return size_; }

 private:
  uint64_t size_ = 0;
  /// Roots of the complete subtrees that `size_` is made of, largest first: one per set bit.
  std::vector<Hash> peaks_;
};

/// Proofs over a journal. Reads leaf hashes in tiles of 256 (C2SP tlog-tiles, height 8) and keeps the
/// root of every complete tile in memory, 128 KiB per million entries, so that a proof in a tree of
/// any size reads at most three tiles. Safe to call from any thread; the journal must outlive it.
///
/// Sizes must not exceed the journal's stable head: OUT_OF_RANGE `REVISION_UNKNOWN`. The first call
/// that needs them reads all leaf hashes up to its size once (about half a second per million).
class MerkleTree {
 public:
  /// Leaves of one tile.
  static constexpr uint64_t kTileLeaves = 256;

  explicit MerkleTree(Journal& journal) : journal_(journal) {}

  /// Root of the tree of `size` leaves.
  absl::StatusOr<Hash> Root(uint64_t size);

  /// Proof that the entry at `revision` is in the tree of `size` leaves.
  /// INVALID_ARGUMENT `PROOF_RANGE` unless 1 <= revision <= size.
  absl::StatusOr<std::vector<Hash>> InclusionProof(Revision revision, uint64_t size);

  /// Proof that the tree of `from` leaves is the beginning of the tree of `to` leaves; empty when the
  /// two are equal or `from` is 0. INVALID_ARGUMENT `PROOF_RANGE` unless from <= to.
  absl::StatusOr<std::vector<Hash>> ConsistencyProof(uint64_t from, uint64_t to);

 private:
  absl::Status CatchUp(uint64_t size) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status LoadTile(uint64_t tile, uint64_t leaves) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<Hash> RangeRoot(uint64_t begin, uint64_t end)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status SubProof(uint64_t from,
                        uint64_t begin,
                        uint64_t end,
                        bool whole,
                        std::vector<Hash>& proof) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Journal& journal_;
  runtime::Mutex mutex_;
  /// levels_[k][i] is the root of the i-th complete subtree of 256 << k leaves.
  std::vector<std::vector<Hash>> levels_ ABSL_GUARDED_BY(mutex_);
  /// The tile read last.
  uint64_t tile_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<Hash> tile_leaves_ ABSL_GUARDED_BY(mutex_);
};

/// Whether `proof` shows that the leaf with this hash and index is in the tree of `size` leaves with
/// this root (RFC 9162 section 2.1.3.2). DATA_LOSS `PROOF_INVALID` if it does not.
absl::Status VerifyInclusion(const Hash& leaf,
                             uint64_t index,
                             uint64_t size,
                             absl::Span<const Hash> proof,
                             const Hash& root);

/// Whether `proof` shows that the tree of `from` leaves with root `from_root` is the beginning of the
/// tree of `to` leaves with root `to_root` (RFC 9162 section 2.1.4.2). Every tree begins with the
/// empty one. DATA_LOSS `PROOF_INVALID` if it does not.
absl::Status VerifyConsistency(uint64_t from,
                               const Hash& from_root,
                               uint64_t to,
                               const Hash& to_root,
                               absl::Span<const Hash> proof);

}  // namespace xince::journal

#endif  // SERVICES_JOURNAL_MERKLE_H_
