#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/journal/redis_log.h"
#include "services/runtime/errors.h"
#include "tests/redis/redis_test_journal.h"

namespace xince::journal {
namespace {

using runtime::ReasonOf;
using testing::ElementsAre;
using testing_redis::AppendOne;
using testing_redis::AppendPersistently;
using testing_redis::Fill;
using testing_redis::JournalOptions;
using testing_redis::kTestJournal;
using testing_redis::OpenOrFail;
using testing_redis::Payloads;
using testing_redis::RedisServer;

/// A primary with one replica, declared.
class RedisReplicationTest : public testing::Test {
 protected:
  void SetUp() override {
    auto primary = RedisServer::Start({.replicas = 1, .tcp = true});
    ASSERT_TRUE(primary.ok()) << primary.status();
    primary_ = *std::move(primary);
    auto replica = RedisServer::Start({.replicas = 1, .tcp = true, .replica_of = primary_->port()});
    ASSERT_TRUE(replica.ok()) << replica.status();
    replica_ = *std::move(replica);
    ASSERT_TRUE(primary_->WaitUntilReplicated(1).ok());
    journal_ = OpenOrFail(JournalOptions(*primary_, 1));
    ASSERT_NE(journal_, nullptr);
  }

  /// Length of the log, stable or not.
  std::string LogLength() const {
    return primary_->Command({"XLEN", RedisKeys(kTestJournal).log}).value();
  }
  void ReplicaReturns() {
    replica_->Resume();
    ASSERT_TRUE(primary_->WaitUntilReplicated(1).ok());
  }

  std::unique_ptr<RedisServer> primary_;
  std::unique_ptr<RedisServer> replica_;
  std::unique_ptr<Journal> journal_;
};

TEST_F(RedisReplicationTest, WhatIsAcknowledgedIsOnTheReplica) {
  Fill(*journal_, 10);
  primary_->Kill();
  ASSERT_TRUE(replica_->Command({"REPLICAOF", "NO", "ONE"}).ok());
  EXPECT_EQ(replica_->Command({"XLEN", RedisKeys(kTestJournal).log}).value(), "10");
}

TEST_F(RedisReplicationTest, WithoutItsReplicaTheJournalReadsAndRefusesWrites) {
  const Head head = Fill(*journal_, 3);
  replica_->Kill();
  for (int i = 0; i < 3; ++i) {
    const absl::Status status = AppendOne(*journal_, head, "4").status();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
    EXPECT_EQ(ReasonOf(status), "JOURNAL_UNAVAILABLE");
    EXPECT_EQ(journal_->StableHead().value(), head);
    EXPECT_THAT(Payloads(*journal_), ElementsAre("1", "2", "3"));
  }
  const auto fresh = OpenOrFail(JournalOptions(*primary_, 1));
  EXPECT_THAT(Payloads(*fresh), ElementsAre("1", "2", "3"));
  ASSERT_TRUE(replica_->Restart().ok());
  ASSERT_TRUE(primary_->WaitUntilReplicated(1).ok());
  const auto appended = AppendPersistently(*journal_, head, "4");
  ASSERT_TRUE(appended.ok()) << appended.status();
  EXPECT_THAT(Payloads(*journal_), ElementsAre("1", "2", "3", "4"));
  EXPECT_EQ(LogLength(), "4");
}

TEST_F(RedisReplicationTest, AnEntryWhoseWaitFailedIsReadByNobodyUntilARetryConfirmsIt) {
  const Head head = Fill(*journal_, 3);
  const auto other = OpenOrFail(JournalOptions(*primary_, 1));
  replica_->Pause();
  EXPECT_EQ(ReasonOf(AppendOne(*journal_, head, "4").status()), "JOURNAL_UNAVAILABLE");
  EXPECT_EQ(LogLength(), "4");
  for (Journal* journal : {journal_.get(), other.get()}) {
    EXPECT_EQ(journal->StableHead().value(), head);
    EXPECT_THAT(Payloads(*journal), ElementsAre("1", "2", "3"));
    EXPECT_EQ(ReasonOf(journal->HeadAt(4).status()), "REVISION_UNKNOWN");
  }
  EXPECT_EQ(ReasonOf(AppendOne(*journal_, head, "4").status()), "JOURNAL_UNAVAILABLE");
  ReplicaReturns();
  const auto retried = AppendPersistently(*journal_, head, "4");
  ASSERT_TRUE(retried.ok()) << retried.status();
  EXPECT_EQ(retried->revision, 4u);
  EXPECT_EQ(other->StableHead().value(), *retried);
  EXPECT_THAT(Payloads(*other), ElementsAre("1", "2", "3", "4"));
  EXPECT_EQ(LogLength(), "4");
}

TEST_F(RedisReplicationTest, AnotherWriterConfirmsWhatItFindsAndIsToldOfTheConflict) {
  const Head head = Fill(*journal_, 3);
  const auto other = OpenOrFail(JournalOptions(*primary_, 1));
  replica_->Pause();
  EXPECT_FALSE(AppendOne(*journal_, head, "4").ok());
  EXPECT_EQ(ReasonOf(AppendOne(*other, head, "four").status()), "JOURNAL_UNAVAILABLE");
  ReplicaReturns();
  EXPECT_EQ(ReasonOf(AppendPersistently(*other, head, "four").status()), "JOURNAL_CONFLICT");
  const Head caught_up = other->StableHead().value();
  EXPECT_EQ(caught_up.revision, 4u);
  EXPECT_TRUE(AppendPersistently(*other, caught_up, "five").ok());
  // The first writer, which never learnt the outcome of its own: it may retry or catch up.
  EXPECT_TRUE(AppendPersistently(*journal_, head, "4").ok());
  EXPECT_THAT(Payloads(*journal_), ElementsAre("1", "2", "3", "4", "five"));
}

TEST_F(RedisReplicationTest, AnyErrorAfterTheWriteLeavesItsOutcomeUnknown) {
  std::vector<std::string> words = {"ACL", "SETUSER", "journal", "on", ">word"};
  for (const absl::string_view rule : absl::StrSplit(kRedisAccessRules, ' ')) {
    if (rule != "+wait") words.emplace_back(rule);
  }
  const std::vector<absl::string_view> args(words.begin(), words.end());
  ASSERT_TRUE(RedisConnection::Connect(primary_->endpoint()).value()->Command(args).ok());
  RedisJournalOptions options = JournalOptions(*primary_, 1);
  options.endpoint.username = "journal";
  options.endpoint.password = "word";
  const auto journal = OpenOrFail(options);
  const absl::Status status = AppendOne(*journal, Head{}, "1").status();
  EXPECT_EQ(ReasonOf(status), "JOURNAL_UNAVAILABLE") << status;
  EXPECT_EQ(LogLength(), "1");
  EXPECT_EQ(journal->StableHead().value(), Head{});
}

TEST_F(RedisReplicationTest, AnotherBatchAtTheSamePlaceIsAConflictNotAnAcknowledgement) {
  const Head head = Fill(*journal_, 1);
  replica_->Pause();
  EXPECT_FALSE(AppendOne(*journal_, head, "2").ok());
  ReplicaReturns();
  EXPECT_EQ(ReasonOf(AppendPersistently(*journal_, head, "two").status()), "JOURNAL_CONFLICT");
  EXPECT_THAT(Payloads(*journal_), ElementsAre("1", "2"));
}

TEST_F(RedisReplicationTest, OpeningConfirmsWhatNobodyDid) {
  const Head head = Fill(*journal_, 1);
  replica_->Pause();
  EXPECT_FALSE(AppendOne(*journal_, head, "2").ok());
  ReplicaReturns();
  EXPECT_EQ(journal_->StableHead().value(), head);
  const auto touches = [&] {
    return primary_->Command({"HGET", RedisKeys(kTestJournal).meta, "touches"}).value();
  };
  const std::string before = touches();
  RedisJournalOptions patient = JournalOptions(*primary_, 1);
  patient.wait_timeout = absl::Seconds(10);
  const auto fresh = OpenOrFail(patient);
  EXPECT_EQ(fresh->StableHead().value().revision, 2u);
  // WAIT promises nothing to a connection that wrote nothing.
  EXPECT_NE(touches(), before);
}

TEST_F(RedisReplicationTest, AnIdleWaiterConfirmsWhatNobodyDid) {
  const Head head = Fill(*journal_, 1);
  const auto other = OpenOrFail(JournalOptions(*primary_, 1));
  replica_->Pause();
  EXPECT_FALSE(AppendOne(*journal_, head, "2").ok());
  replica_->Resume();
  EXPECT_EQ(other->WaitBeyond(1, absl::Seconds(50)).value().revision, 2u);
}

TEST_F(RedisReplicationTest, AReplicaThatIsNotDeclaredIsRefused) {
  primary_->Configure("min-replicas-to-write", "0");
  const absl::Status status = OpenRedisJournal(JournalOptions(*primary_, 0)).status();
  EXPECT_EQ(ReasonOf(status), "REDIS_SETTINGS");
  EXPECT_EQ(runtime::ToProblem(status).metadata["connected_slaves"], "found 1, wanted at most 0");
}

TEST_F(RedisReplicationTest, APrimaryThatIsDemotedIsUnavailableUntilItIsOneAgain) {
  const Head head = Fill(*journal_, 3);
  ASSERT_TRUE(primary_->Command({"REPLICAOF", "127.0.0.1", absl::StrCat(replica_->port())}).ok());
  for (int i = 0; i < 3; ++i) {
    const absl::Status status = AppendOne(*journal_, head, "4").status();
    EXPECT_EQ(ReasonOf(status), "JOURNAL_UNAVAILABLE") << status;
  }
  ASSERT_TRUE(primary_->Command({"REPLICAOF", "NO", "ONE"}).ok());
  ASSERT_TRUE(primary_->WaitUntilReplicated(1).ok());
  const auto next = AppendPersistently(*journal_, head, "4");
  EXPECT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(LogLength(), "4");
}

TEST_F(RedisReplicationTest, ACheckpointIsConfirmedByTheReplicaToo) {
  const auto put_persistently = [&](Revision size, const std::string& note) {
    absl::Status status = journal_->PutCheckpoint(size, note);
    while (absl::IsUnavailable(status)) status = journal_->PutCheckpoint(size, note);
    return status;
  };
  ASSERT_TRUE(put_persistently(1, "one").ok());
  replica_->Pause();
  EXPECT_EQ(ReasonOf(journal_->PutCheckpoint(2, "two")), "JOURNAL_UNAVAILABLE");
  ReplicaReturns();
  ASSERT_TRUE(put_persistently(2, "two").ok());
  EXPECT_EQ(journal_->CheckpointAtOrBeyond(1).value(), "two");
}

}  // namespace
}  // namespace xince::journal
