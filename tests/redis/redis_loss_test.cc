#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

#include "gtest/gtest.h"
#include "services/runtime/errors.h"
#include "tests/redis/redis_test_journal.h"

/// One harness, two settings: a replica falls silent under writes, the primary dies, the replica is
/// promoted. The strict setting loses nothing that was acknowledged; without WAIT the same harness
/// finds acknowledged entries gone, so it can see a loss when there is one.
namespace xince::journal {
namespace {

using runtime::ReasonOf;
using testing_redis::AppendOne;
using testing_redis::AppendPersistently;
using testing_redis::JournalOptions;
using testing_redis::OpenOrFail;
using testing_redis::Payloads;
using testing_redis::RedisServer;

constexpr int kBefore = 50;
constexpr int kAfter = 20;

struct Outcome {
  int acknowledged = 0;
  int lost = 0;
  /// Whether a journal that is told the last acknowledged head objects to the promoted server.
  bool detected = false;
};

Outcome PromoteAReplicaThatFellSilent(bool strict) {
  const auto primary = RedisServer::Start({.replicas = 1, .tcp = true}).value();
  const auto replica =
      RedisServer::Start({.replicas = 1, .tcp = true, .replica_of = primary->port()}).value();
  EXPECT_TRUE(primary->WaitUntilReplicated(1).ok());
  EXPECT_TRUE(replica->WaitUntilOnDisk().ok());
  RedisJournalOptions options = JournalOptions(*primary, strict ? 1 : 0);
  options.wait_timeout = absl::Milliseconds(100);
  options.check_settings = strict;
  const auto journal = OpenOrFail(options);

  std::vector<std::string> acknowledged;
  Head head;
  for (int i = 0; i < kBefore + kAfter; ++i) {
    if (i == kBefore) {
      EXPECT_TRUE(primary->WaitUntilReplicated(1).ok());
      replica->Pause();
    }
    const std::string payload = absl::StrCat("entry ", i);
    const auto next = i < kBefore ? AppendPersistently(*journal, head, payload)
                                  : AppendOne(*journal, head, payload);
    if (!next.ok()) {
      EXPECT_EQ(ReasonOf(next.status()), "JOURNAL_UNAVAILABLE") << next.status();
      continue;
    }
    head = *next;
    acknowledged.push_back(payload);
  }
  primary->Kill();
  replica->Kill();
  EXPECT_TRUE(replica->Restart().ok());
  EXPECT_TRUE(replica->Command({"REPLICAOF", "NO", "ONE"}).ok());

  RedisJournalOptions promoted = JournalOptions(*replica, 1);
  Outcome outcome{.acknowledged = static_cast<int>(acknowledged.size())};
  promoted.known_head = head;
  const auto told = OpenRedisJournal(promoted);
  outcome.detected = ReasonOf(told.status()) == "ROLLBACK_DETECTED";
  promoted.known_head = Head{};
  const std::vector<std::string> kept = Payloads(told.ok() ? **told : *OpenOrFail(promoted));
  for (size_t i = 0; i < acknowledged.size(); ++i) {
    if (i >= kept.size() || kept[i] != acknowledged[i]) ++outcome.lost;
  }
  return outcome;
}

TEST(RedisLossTest, StrictLosesNothingThatWasAcknowledged) {
  const Outcome outcome = PromoteAReplicaThatFellSilent(true);
  EXPECT_EQ(outcome.acknowledged, kBefore);
  EXPECT_EQ(outcome.lost, 0);
  EXPECT_FALSE(outcome.detected);
}

TEST(RedisLossTest, WithoutWaitAcknowledgedEntriesAreLostAndTheLossIsDetected) {
  const Outcome outcome = PromoteAReplicaThatFellSilent(false);
  EXPECT_GT(outcome.acknowledged, kBefore);
  EXPECT_EQ(outcome.lost, outcome.acknowledged - kBefore);
  EXPECT_TRUE(outcome.detected);
}

}  // namespace
}  // namespace xince::journal
