#include "services/journal/merkle.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"

#include "services/journal/journal_errors.h"
#include "services/runtime/errors.h"

namespace xince::journal {
namespace {

/// Leaf hashes read from the journal in one call while catching up.
constexpr uint64_t kCatchUpTiles = 64;

absl::Status RangeError(uint64_t low, uint64_t high) {
  return runtime::InvalidArgument(
      "PROOF_RANGE",
      "size",
      absl::StrCat("no proof leads from ", low, " to a tree of ", high, " entries"),
      absl::StrCat("无法为 ", low, " 与规模为 ", high, " 的树生成证明"),
      {{"from", std::to_string(low)}, {"size", std::to_string(high)}});
}

absl::Status ProofInvalid(absl::string_view what) {
  return runtime::ToStatus({.code = absl::StatusCode::kDataLoss,
                            .reason = "PROOF_INVALID",
                            .en = absl::StrCat("the proof does not hold: ", what),
                            .zh = "证明不成立",
                            .metadata = {{"what", std::string(what)}}});
}

/// Where a tree of more than one leaf splits: the largest power of two below its size.
uint64_t SplitOf(uint64_t leaves) { return std::bit_floor(leaves - 1); }

/// Root of a tree of at most a tile, all of whose leaves are at hand.
Hash SmallRoot(absl::Span<const Hash> leaves) {
  MerkleFrontier frontier;
  for (const Hash& leaf : leaves) frontier.Append(leaf);
  return frontier.Root();
}

}  // namespace

Hash NodeHash(const Hash& left, const Hash& right) {
  char bytes[1 + 2 * sizeof(Hash)];
  bytes[0] = 1;
  std::memcpy(bytes + 1, left.data(), sizeof(Hash));
  std::memcpy(bytes + 1 + sizeof(Hash), right.data(), sizeof(Hash));
  return Sha256({absl::string_view(bytes, sizeof(bytes))});
}

Hash EmptyRoot() { return Sha256({}); }

void MerkleFrontier::Append(const Hash& leaf) {
  Hash hash = leaf;
  for (uint64_t size = size_; (size & 1) != 0; size >>= 1) {
    hash = NodeHash(peaks_.back(), hash);
    peaks_.pop_back();
  }
  peaks_.push_back(hash);
  ++size_;
}

Hash MerkleFrontier::Root() const {
  if (peaks_.empty()) return EmptyRoot();
  Hash root = peaks_.back();
  for (auto peak = peaks_.rbegin() + 1; peak != peaks_.rend(); ++peak) root = NodeHash(*peak, root);
  return root;
}

absl::Status MerkleTree::CatchUp(uint64_t size) {
  XINCE_ASSIGN_OR_RETURN(const Head head, journal_.StableHead());
  if (size > head.revision) return RevisionUnknownError(size, head.revision);
  if (levels_.empty()) levels_.emplace_back();
  while (levels_[0].size() < size / kTileLeaves) {
    const uint64_t tiles = std::min(kCatchUpTiles, size / kTileLeaves - levels_[0].size());
    XINCE_ASSIGN_OR_RETURN(
        const std::vector<Hash> leaves,
        journal_.LeafHashes(levels_[0].size() * kTileLeaves, tiles * kTileLeaves));
    if (leaves.size() != tiles * kTileLeaves) {
      return UnavailableError(journal_.name(), "it gave fewer leaf hashes than it has");
    }
    for (uint64_t i = 0; i < tiles; ++i) {
      levels_[0].push_back(
          SmallRoot(absl::MakeConstSpan(leaves).subspan(i * kTileLeaves, kTileLeaves)));
      for (size_t level = 0; levels_[level].size() % 2 == 0; ++level) {
        if (level + 1 == levels_.size()) levels_.emplace_back();
        const std::vector<Hash>& below = levels_[level];
        const Hash parent = NodeHash(below[below.size() - 2], below.back());
        levels_[level + 1].push_back(parent);
      }
    }
  }
  return absl::OkStatus();
}

absl::Status MerkleTree::LoadTile(uint64_t tile, uint64_t leaves) {
  if (tile_ == tile && tile_leaves_.size() >= leaves) return absl::OkStatus();
  XINCE_ASSIGN_OR_RETURN(std::vector<Hash> loaded,
                         journal_.LeafHashes(tile * kTileLeaves, kTileLeaves));
  if (loaded.size() < leaves) {
    return UnavailableError(journal_.name(), "it gave fewer leaf hashes than it has");
  }
  tile_ = tile;
  tile_leaves_ = std::move(loaded);
  return absl::OkStatus();
}

absl::StatusOr<Hash> MerkleTree::RangeRoot(uint64_t begin, uint64_t end) {
  const uint64_t leaves = end - begin;
  // The ranges that proofs ask for start at a multiple of the power of two that holds them, so that
  // a range of at most a tile is inside one tile.
  if (leaves >= kTileLeaves && std::has_single_bit(leaves)) {
    const int level = std::countr_zero(leaves / kTileLeaves);
    return levels_[level][begin / leaves];
  }
  if (leaves <= kTileLeaves) {
    const uint64_t first = begin % kTileLeaves;
    XINCE_RETURN_IF_ERROR(LoadTile(begin / kTileLeaves, first + leaves));
    return SmallRoot(absl::MakeConstSpan(tile_leaves_).subspan(first, leaves));
  }
  const uint64_t split = SplitOf(leaves);
  XINCE_ASSIGN_OR_RETURN(const Hash left, RangeRoot(begin, begin + split));
  XINCE_ASSIGN_OR_RETURN(const Hash right, RangeRoot(begin + split, end));
  return NodeHash(left, right);
}

absl::StatusOr<Hash> MerkleTree::Root(uint64_t size) {
  if (size == 0) return EmptyRoot();
  runtime::MutexLock lock(mutex_);
  XINCE_RETURN_IF_ERROR(CatchUp(size));
  return RangeRoot(0, size);
}

absl::StatusOr<std::vector<Hash>> MerkleTree::InclusionProof(Revision revision, uint64_t size) {
  if (revision < 1 || revision > size) return RangeError(revision, size);
  runtime::MutexLock lock(mutex_);
  XINCE_RETURN_IF_ERROR(CatchUp(size));
  const uint64_t index = revision - 1;
  std::vector<Hash> proof;
  uint64_t begin = 0;
  uint64_t end = size;
  while (end - begin > 1) {
    const uint64_t middle = begin + SplitOf(end - begin);
    const bool left = index < middle;
    XINCE_ASSIGN_OR_RETURN(const Hash sibling,
                           left ? RangeRoot(middle, end) : RangeRoot(begin, middle));
    proof.push_back(sibling);
    (left ? end : begin) = middle;
  }
  std::reverse(proof.begin(), proof.end());
  return proof;
}

absl::Status MerkleTree::SubProof(
    uint64_t from, uint64_t begin, uint64_t end, bool whole, std::vector<Hash>& proof) {
  if (from == end) {
    if (whole) return absl::OkStatus();
    XINCE_ASSIGN_OR_RETURN(const Hash root, RangeRoot(begin, end));
    proof.push_back(root);
    return absl::OkStatus();
  }
  const uint64_t middle = begin + SplitOf(end - begin);
  const bool left = from <= middle;
  if (left) {
    XINCE_RETURN_IF_ERROR(SubProof(from, begin, middle, whole, proof));
  } else {
    XINCE_RETURN_IF_ERROR(SubProof(from, middle, end, false, proof));
  }
  XINCE_ASSIGN_OR_RETURN(const Hash sibling,
                         left ? RangeRoot(middle, end) : RangeRoot(begin, middle));
  proof.push_back(sibling);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Hash>> MerkleTree::ConsistencyProof(uint64_t from, uint64_t to) {
  if (from > to) return RangeError(from, to);
  std::vector<Hash> proof;
  runtime::MutexLock lock(mutex_);
  XINCE_RETURN_IF_ERROR(CatchUp(to));
  if (from == 0 || from == to) return proof;
  XINCE_RETURN_IF_ERROR(SubProof(from, 0, to, true, proof));
  return proof;
}

absl::Status VerifyInclusion(const Hash& leaf,
                             uint64_t index,
                             uint64_t size,
                             absl::Span<const Hash> proof,
                             const Hash& root) {
  if (index >= size) return ProofInvalid("the index is beyond the tree");
  uint64_t node = index;
  uint64_t last = size - 1;
  Hash hash = leaf;
  for (const Hash& sibling : proof) {
    if (last == 0) return ProofInvalid("it is too long");
    if ((node & 1) != 0 || node == last) {
      hash = NodeHash(sibling, hash);
      // A right edge that is not full has no sibling on these levels.
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      hash = NodeHash(hash, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  if (last != 0) return ProofInvalid("it is too short");
  if (hash != root) return ProofInvalid("it leads to another root");
  return absl::OkStatus();
}

absl::Status VerifyConsistency(uint64_t from,
                               const Hash& from_root,
                               uint64_t to,
                               const Hash& to_root,
                               absl::Span<const Hash> proof) {
  if (from > to) return ProofInvalid("the later tree is smaller");
  if (from == 0 && from_root != EmptyRoot()) return ProofInvalid("the empty tree has another root");
  if (from == 0 || from == to) {
    if (!proof.empty()) return ProofInvalid("it is too long");
    if (from == to && from_root != to_root) return ProofInvalid("equal sizes, different roots");
    return absl::OkStatus();
  }
  uint64_t node = from - 1;
  uint64_t last = to - 1;
  while ((node & 1) != 0) {
    node >>= 1;
    last >>= 1;
  }
  size_t used = 0;
  if (node != 0 && proof.empty()) return ProofInvalid("it is too short");
  Hash from_hash = node == 0 ? from_root : proof[used++];
  Hash to_hash = from_hash;
  for (; used < proof.size(); ++used) {
    if (last == 0) return ProofInvalid("it is too long");
    const Hash& sibling = proof[used];
    if ((node & 1) != 0 || node == last) {
      from_hash = NodeHash(sibling, from_hash);
      to_hash = NodeHash(sibling, to_hash);
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      to_hash = NodeHash(to_hash, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  if (last != 0) return ProofInvalid("it is too short");
  if (from_hash != from_root) return ProofInvalid("it leads to another earlier root");
  if (to_hash != to_root) return ProofInvalid("it leads to another later root");
  return absl::OkStatus();
}

}  // namespace xince::journal
