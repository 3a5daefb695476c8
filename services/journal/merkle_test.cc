#include "services/journal/merkle.h"

#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/journal/testing/memory_journal.h"
#include "services/runtime/errors.h"

namespace xince::journal {
namespace {

using runtime::ReasonOf;

/// The definition of RFC 6962 section 2.1, word for word and slow.
Hash SlowRoot(absl::Span<const Hash> leaves) {
  if (leaves.empty()) return Sha256({});
  if (leaves.size() == 1) return leaves[0];
  size_t split = 1;
  while (split * 2 < leaves.size()) split *= 2;
  const Hash left = SlowRoot(leaves.subspan(0, split));
  const Hash right = SlowRoot(leaves.subspan(split));
  return Sha256({"\x01", HashBytes(left), HashBytes(right)});
}

/// PATH(m, D[n]) of RFC 6962 section 2.1.1.
std::vector<Hash> SlowPath(size_t index, absl::Span<const Hash> leaves) {
  if (leaves.size() <= 1) return {};
  size_t split = 1;
  while (split * 2 < leaves.size()) split *= 2;
  std::vector<Hash> path;
  if (index < split) {
    path = SlowPath(index, leaves.subspan(0, split));
    path.push_back(SlowRoot(leaves.subspan(split)));
  } else {
    path = SlowPath(index - split, leaves.subspan(split));
    path.push_back(SlowRoot(leaves.subspan(0, split)));
  }
  return path;
}

/// SUBPROOF(m, D[n], b) of RFC 6962 section 2.1.2.
std::vector<Hash> SlowSubProof(size_t from, absl::Span<const Hash> leaves, bool whole) {
  if (from == leaves.size()) {
    return whole ? std::vector<Hash>() : std::vector<Hash>{SlowRoot(leaves)};
  }
  size_t split = 1;
  while (split * 2 < leaves.size()) split *= 2;
  std::vector<Hash> proof;
  if (from <= split) {
    proof = SlowSubProof(from, leaves.subspan(0, split), whole);
    proof.push_back(SlowRoot(leaves.subspan(split)));
  } else {
    proof = SlowSubProof(from - split, leaves.subspan(split), false);
    proof.push_back(SlowRoot(leaves.subspan(0, split)));
  }
  return proof;
}

std::vector<Hash> Leaves(size_t count) {
  std::vector<Hash> leaves;
  for (size_t i = 0; i < count; ++i) leaves.push_back(LeafHash(absl::StrCat("leaf ", i)));
  return leaves;
}

/// A journal and its leaf hashes.
struct Filled {
  explicit Filled(uint64_t entries) {
    std::vector<Draft> drafts(kAppendEntriesMax);
    while (journal.StableHead()->revision < entries) {
      const Head head = journal.StableHead().value();
      const size_t count = std::min<size_t>(drafts.size(), entries - head.revision);
      EXPECT_TRUE(journal.Append(head, absl::MakeConstSpan(drafts).subspan(0, count)).ok());
    }
    leaves = journal.LeafHashes(0, entries).value();
  }
  MemoryJournal journal{"tree"};
  std::vector<Hash> leaves;
};

TEST(Merkle, RootsAreThoseOfThePublishedVectors) {
  const std::pair<const char*, const char*> vectors[] = {
      {"", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
      {"00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
      {"10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
      {"2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
      {"3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
      {"40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
      {"5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
      {"606162636465666768696a6b6c6d6e6f",
       "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"}};
  MerkleFrontier frontier;
  EXPECT_EQ(HexEncode(frontier.Root()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  for (const auto& [leaf, root] : vectors) {
    frontier.Append(LeafHash(absl::HexStringToBytes(leaf)));
    EXPECT_EQ(HexEncode(frontier.Root()), root) << leaf;
  }
  EXPECT_EQ(frontier.size(), 8u);
}

TEST(Merkle, FrontierIsTheDefinitionForEverySize) {
  const std::vector<Hash> leaves = Leaves(300);
  MerkleFrontier frontier;
  for (size_t size = 0; size < leaves.size(); ++size) {
    ASSERT_EQ(frontier.Root(), SlowRoot(absl::MakeConstSpan(leaves).subspan(0, size))) << size;
    frontier.Append(leaves[size]);
  }
}

TEST(Merkle, ProofsAreTheDefinitionAndVerifyForEverySize) {
  const Filled filled(130);
  Filled copy(130);
  MerkleTree tree(copy.journal);
  for (size_t size = 0; size <= 130; ++size) {
    const auto leaves = absl::MakeConstSpan(filled.leaves).subspan(0, size);
    const Hash root = SlowRoot(leaves);
    ASSERT_EQ(tree.Root(size).value(), root) << size;
    for (size_t index = 0; index < size; ++index) {
      const std::vector<Hash> proof = tree.InclusionProof(index + 1, size).value();
      ASSERT_EQ(proof, SlowPath(index, leaves)) << index << " of " << size;
      EXPECT_TRUE(VerifyInclusion(leaves[index], index, size, proof, root).ok());
    }
    for (size_t from = 0; from <= size; ++from) {
      const std::vector<Hash> proof = tree.ConsistencyProof(from, size).value();
      if (from > 0) {
        ASSERT_EQ(proof, SlowSubProof(from, leaves, true)) << from << " in " << size;
      }
      EXPECT_TRUE(
          VerifyConsistency(from, SlowRoot(leaves.subspan(0, from)), size, root, proof).ok());
    }
  }
}

TEST(Merkle, ProofsAcrossTilesAreTheDefinition) {
  Filled filled(1500);
  MerkleTree tree(filled.journal);
  for (const size_t size : {255, 256, 257, 511, 512, 513, 768, 1023, 1024, 1025, 1499, 1500}) {
    const auto leaves = absl::MakeConstSpan(filled.leaves).subspan(0, size);
    ASSERT_EQ(tree.Root(size).value(), SlowRoot(leaves)) << size;
    for (const size_t index : {0, 1, 254, 255, 256, 400, 511, 512, 1024, 1498}) {
      if (index >= size) continue;
      ASSERT_EQ(tree.InclusionProof(index + 1, size).value(), SlowPath(index, leaves))
          << index << " of " << size;
    }
    for (const size_t from : {1, 128, 255, 256, 257, 500, 512, 768, 1024, 1300}) {
      if (from > size) continue;
      ASSERT_EQ(tree.ConsistencyProof(from, size).value(), SlowSubProof(from, leaves, true))
          << from << " in " << size;
    }
  }
}

TEST(Merkle, AnyOtherClaimIsRefused) {
  Filled filled(40);
  MerkleTree tree(filled.journal);
  for (size_t size = 1; size <= 40; ++size) {
    const Hash root = tree.Root(size).value();
    for (size_t index = 0; index < size; ++index) {
      const std::vector<Hash> proof = tree.InclusionProof(index + 1, size).value();
      const Hash& leaf = filled.leaves[index];
      for (size_t other = 0; other <= size; ++other) {
        if (other == index) continue;
        EXPECT_FALSE(VerifyInclusion(leaf, other, size, proof, root).ok())
            << index << " as " << other << " of " << size;
      }
      EXPECT_FALSE(VerifyInclusion(root, index, size + 1, proof, root).ok());
      for (size_t i = 0; i < proof.size(); ++i) {
        std::vector<Hash> changed = proof;
        changed[i][i % 32] ^= 0x80;
        EXPECT_FALSE(VerifyInclusion(leaf, index, size, changed, root).ok());
      }
      std::vector<Hash> other = proof;
      other.push_back(root);
      EXPECT_EQ(ReasonOf(VerifyInclusion(leaf, index, size, other, root)), "PROOF_INVALID");
      other = proof;
      if (!other.empty()) {
        other.pop_back();
        EXPECT_EQ(ReasonOf(VerifyInclusion(leaf, index, size, other, root)), "PROOF_INVALID");
      }
    }
  }
}

TEST(Merkle, AForkIsNotConsistent) {
  Filled filled(40);
  MerkleTree tree(filled.journal);
  for (size_t to = 1; to <= 40; ++to) {
    const Hash to_root = tree.Root(to).value();
    for (size_t from = 1; from <= to; ++from) {
      const Hash from_root = tree.Root(from).value();
      const std::vector<Hash> proof = tree.ConsistencyProof(from, to).value();
      Hash forked = from_root;
      forked[5] ^= 1;
      EXPECT_FALSE(VerifyConsistency(from, forked, to, to_root, proof).ok());
      forked = to_root;
      forked[5] ^= 1;
      EXPECT_FALSE(VerifyConsistency(from, from_root, to, forked, proof).ok());
      for (size_t i = 0; i < proof.size(); ++i) {
        std::vector<Hash> changed = proof;
        changed[i][i % 32] ^= 0x80;
        EXPECT_FALSE(VerifyConsistency(from, from_root, to, to_root, changed).ok());
      }
      std::vector<Hash> other = proof;
      other.push_back(to_root);
      EXPECT_FALSE(VerifyConsistency(from, from_root, to, to_root, other).ok());
      if (!proof.empty()) {
        other = proof;
        other.pop_back();
        EXPECT_FALSE(VerifyConsistency(from, from_root, to, to_root, other).ok());
      }
    }
  }
  EXPECT_FALSE(VerifyConsistency(2, tree.Root(2).value(), 1, tree.Root(1).value(), {}).ok());
  EXPECT_FALSE(VerifyConsistency(0, Hash{}, 1, tree.Root(1).value(), {}).ok());
  EXPECT_TRUE(VerifyConsistency(0, EmptyRoot(), 1, tree.Root(1).value(), {}).ok());
}

TEST(Merkle, RangesOutsideTheTreeAreRefused) {
  Filled filled(10);
  MerkleTree tree(filled.journal);
  EXPECT_EQ(ReasonOf(tree.InclusionProof(0, 10).status()), "PROOF_RANGE");
  EXPECT_EQ(ReasonOf(tree.InclusionProof(11, 10).status()), "PROOF_RANGE");
  EXPECT_EQ(ReasonOf(tree.ConsistencyProof(9, 8).status()), "PROOF_RANGE");
  EXPECT_EQ(ReasonOf(tree.InclusionProof(1, 11).status()), "REVISION_UNKNOWN");
  EXPECT_EQ(ReasonOf(tree.ConsistencyProof(1, 11).status()), "REVISION_UNKNOWN");
  EXPECT_EQ(ReasonOf(tree.Root(11).status()), "REVISION_UNKNOWN");
}

TEST(Merkle, AGrowingJournalIsFollowed) {
  Filled filled(200);
  MerkleTree tree(filled.journal);
  EXPECT_EQ(tree.Root(200).value(), SlowRoot(filled.leaves));
  for (int i = 0; i < 400; ++i) {
    const Draft draft;
    ASSERT_TRUE(filled.journal.Append(filled.journal.StableHead().value(), {&draft, 1}).ok());
    const uint64_t size = filled.journal.StableHead()->revision;
    filled.leaves.push_back(filled.journal.LeafHashes(size - 1, 1).value().at(0));
    ASSERT_EQ(tree.Root(size).value(), SlowRoot(filled.leaves)) << size;
  }
}

TEST(Merkle, AProofReadsAFewTilesOnly) {
  Filled filled(100'000);
  MerkleTree tree(filled.journal);
  ASSERT_TRUE(tree.Root(99'999).ok());
  for (uint64_t revision = 1; revision <= 99'999; revision += 997) {
    const int calls = filled.journal.leaf_calls();
    const size_t given = filled.journal.leaves_given();
    const std::vector<Hash> proof = tree.InclusionProof(revision, 99'999).value();
    EXPECT_LE(proof.size(), 17u);
    ASSERT_TRUE(tree.ConsistencyProof(revision, 99'999).ok());
    EXPECT_LE(filled.journal.leaf_calls() - calls, 6);
    EXPECT_LE(filled.journal.leaves_given() - given, 6 * MerkleTree::kTileLeaves);
  }
}

}  // namespace
}  // namespace xince::journal
