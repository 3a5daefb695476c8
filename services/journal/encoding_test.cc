#include <limits>

#include "absl/strings/str_cat.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/journal/journal.h"
#include "services/journal/journal_errors.h"
#include "services/runtime/errors.h"

namespace xince::journal {
namespace {

using runtime::ReasonOf;

Draft Example() {
  return Draft{
      .record_time_us = 0x0102030405060708, .actor = "a", .request_id = "rq", .payload = "p\0y"};
}

std::string Hex(absl::string_view bytes) {
  return HexEncode({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
}

TEST(Encoding, BytesAreTheDocumentedOnes) {
  EXPECT_EQ(Hex(EncodeEntry(0x1122334455667788, Example())),
            "01"
            "1122334455667788"
            "0102030405060708"
            "00000001"
            "61"
            "00000002"
            "7271"
            "00000001"
            "70");
  EXPECT_EQ(EncodedBytes(Example()), 1u + 8 + 8 + 12 + 4);
}

TEST(Encoding, DecodeReversesEncode) {
  for (const int64_t time : {int64_t{0},
                             int64_t{-1},
                             std::numeric_limits<int64_t>::min(),
                             std::numeric_limits<int64_t>::max()}) {
    Draft draft = Example();
    draft.record_time_us = time;
    draft.payload = std::string("\0\x01\xff", 3);
    const Entry entry = DecodeEntry(EncodeEntry(7, draft)).value();
    EXPECT_EQ(entry.revision, 7u);
    EXPECT_EQ(entry.record_time_us, time);
    EXPECT_EQ(entry.actor, draft.actor);
    EXPECT_EQ(entry.request_id, draft.request_id);
    EXPECT_EQ(entry.payload, draft.payload);
    EXPECT_EQ(entry.chain, Hash{});
  }
}

TEST(Encoding, EveryTruncationAndExtensionIsRefused) {
  const std::string stored = EncodeEntry(7, Example());
  for (size_t size = 0; size < stored.size(); ++size) {
    EXPECT_EQ(ReasonOf(DecodeEntry(stored.substr(0, size)).status()), "JOURNAL_CORRUPT") << size;
  }
  EXPECT_EQ(ReasonOf(DecodeEntry(stored + "x").status()), "JOURNAL_CORRUPT");
  std::string version = stored;
  version[0] = 2;
  EXPECT_EQ(ReasonOf(DecodeEntry(version).status()), "JOURNAL_CORRUPT");
}

TEST(Encoding, WhatDecodesEncodesToTheSameBytes) {
  const std::string stored = EncodeEntry(7, Example());
  int decoded = 0;
  for (size_t i = 0; i < stored.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = stored;
      changed[i] ^= static_cast<char>(1 << bit);
      const auto entry = DecodeEntry(changed);
      if (!entry.ok()) continue;
      ++decoded;
      const Draft draft{entry->record_time_us, entry->actor, entry->request_id, entry->payload};
      EXPECT_EQ(EncodeEntry(entry->revision, draft), changed);
    }
  }
  EXPECT_GT(decoded, 100);
}

TEST(Encoding, LengthsBeyondTheEndDoNotOverflow) {
  std::string stored = EncodeEntry(7, Example());
  for (int i = 17; i < 21; ++i) stored[i] = '\xff';
  EXPECT_EQ(ReasonOf(DecodeEntry(stored).status()), "JOURNAL_CORRUPT");
}

TEST(Hashes, AreThoseOfOtherTools) {
  // printf '' | sha256sum; printf 'abc' | sha256sum
  EXPECT_EQ(HexEncode(Sha256({})),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(HexEncode(Sha256({"a", "", "bc"})),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  // printf '\0' | sha256sum: RFC 6962 leaf hash of the empty entry.
  EXPECT_EQ(HexEncode(LeafHash("")),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  Hash previous;
  previous.fill(0xab);
  EXPECT_EQ(ChainHash(previous, "x"), Sha256({"\x02", HashBytes(previous), "x"}));
  EXPECT_EQ(HashFromBytes(HashBytes(previous)), previous);
  EXPECT_EQ(HashFromBytes("short"), std::nullopt);
}

TEST(JournalErrors, CarryReasonMetadataAndBothLanguages) {
  const absl::Status errors[] = {ConflictError({1, {}}, {2, {}}),
                                 LimitError("x", 2, 1),
                                 TimeBackwardsError(1, 2),
                                 CorruptError(4, "bad"),
                                 RollbackError(1, 2),
                                 RevisionUnknownError(2, 1),
                                 CheckpointUnknownError(3),
                                 DiskFullError("j"),
                                 UnavailableError("j", "why"),
                                 DeadError("j", "why"),
                                 LockedError("/p", "process 1")};
  for (const absl::Status& error : errors) {
    const runtime::Problem problem = runtime::ToProblem(error);
    EXPECT_NE(problem.reason, "UNCLASSIFIED");
    EXPECT_FALSE(problem.en.empty());
    EXPECT_FALSE(problem.zh.empty());
    EXPECT_FALSE(problem.metadata.empty()) << error;
  }
}

}  // namespace
}  // namespace xince::journal
