#include "services/journal/redis_journal.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/journal/redis_log.h"
#include "services/journal/redis_snapshots.h"
#include "services/journal/redis_watcher.h"
#include "services/runtime/errors.h"
#include "tests/redis/redis_test_journal.h"

namespace xince::journal {
namespace {

using runtime::ReasonOf;
using testing::ElementsAre;
using testing_redis::AppendOne;
using testing_redis::Fill;
using testing_redis::JournalOptions;
using testing_redis::kTestJournal;
using testing_redis::OpenOrFail;
using testing_redis::Payloads;
using testing_redis::RedisServer;
using testing_redis::TemporaryDirectory;
using testing_redis::TestClock;

class RedisJournalTest : public testing::Test {
 protected:
  void SetUp() override {
    auto server = RedisServer::Start({});
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    journal_ = OpenOrFail(JournalOptions(*server_));
    ASSERT_NE(journal_, nullptr);
  }

  void RestartServer() {
    server_->Kill();
    const absl::Status status = server_->Restart();
    ASSERT_TRUE(status.ok()) << status;
  }

  /// Takes the server's files as they are now; it runs afterwards.
  void SaveFiles() {
    server_->Kill();
    std::filesystem::copy(
        server_->data_directory(), SavedFiles(), std::filesystem::copy_options::recursive);
    ASSERT_TRUE(server_->Restart().ok());
  }
  /// Puts them back; the server runs on them afterwards.
  void RestoreFiles() {
    server_->Kill();
    std::filesystem::remove_all(server_->data_directory());
    std::filesystem::copy(
        SavedFiles(), server_->data_directory(), std::filesystem::copy_options::recursive);
    ASSERT_TRUE(server_->Restart().ok());
  }
  std::string SavedFiles() const { return saved_.path() + "/data"; }

  /// Returns once somebody's watcher is blocked on the bell.
  void AwaitBlockedWatcher() const {
    std::string info;
    do {
      info = server_->Command({"INFO", "clients"}).value();
    } while (!absl::StrContains(info, "\nblocked_clients:1"));
  }

  /// Sets back what Redis remembers of the log's end, and leaves the log as it is.
  void SetMeta(const std::string& name, const Head& head) const {
    const RedisKeys keys(kTestJournal);
    const bool stable = name == "stable";
    ASSERT_TRUE(server_
                    ->Command({"HSET",
                               keys.meta,
                               name,
                               absl::StrCat(head.revision),
                               stable ? "stable_chain" : "chain",
                               HashBytes(head.chain)})
                    .ok());
  }

  /// WaitBeyond, and again while Redis is away.
  static absl::StatusOr<Head> FollowBeyond(Journal& journal, Revision after) {
    absl::StatusOr<Head> head = journal.WaitBeyond(after, absl::InfiniteDuration());
    while (absl::IsUnavailable(head.status())) {
      std::this_thread::yield();
      head = journal.WaitBeyond(after, absl::InfiniteDuration());
    }
    return head;
  }

  /// Every operation answers ROLLBACK_DETECTED.
  static void ExpectStopped(Journal& journal, const Head& head) {
    const auto nothing = [](const Entry&) { return absl::OkStatus(); };
    for (const absl::Status& status : {journal.StableHead().status(),
                                       AppendOne(journal, head, "more").status(),
                                       journal.Read(0, 10, nothing),
                                       journal.HeadAt(1).status(),
                                       journal.RevisionAt(absl::InfiniteFuture()).status(),
                                       journal.WaitBeyond(0, absl::Seconds(50)).status(),
                                       journal.PutSnapshot({head, 1, "state"}),
                                       journal.LatestSnapshot(1).status(),
                                       journal.LeafHashes(0, 10).status(),
                                       journal.PutCheckpoint(1, "note"),
                                       journal.CheckpointAtOrBeyond(1).status()}) {
      EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
      EXPECT_EQ(ReasonOf(status), "ROLLBACK_DETECTED");
    }
  }

  std::unique_ptr<RedisServer> server_;
  std::unique_ptr<Journal> journal_;
  TemporaryDirectory saved_;
};

TEST_F(RedisJournalTest, AJournalSurvivesKillOfItsServer) {
  const Head head = Fill(*journal_, 20);
  RestartServer();
  EXPECT_EQ(journal_->StableHead().value(), head);
  EXPECT_EQ(Payloads(*journal_).size(), 20u);
  const auto next = AppendOne(*journal_, head, "21");
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(next->revision, 21u);
}

TEST_F(RedisJournalTest, SnapshotsAndCheckpointsSurviveKillOfTheirServer) {
  const Head head = Fill(*journal_, 1);
  ASSERT_TRUE(journal_->PutSnapshot({head, 1, "state"}).ok());
  ASSERT_TRUE(journal_->PutCheckpoint(1, "note").ok());
  RestartServer();
  EXPECT_EQ(journal_->LatestSnapshot(1).value().value().state, "state");
  RestartServer();
  EXPECT_EQ(journal_->CheckpointAtOrBeyond(1).value(), "note");
}

TEST_F(RedisJournalTest, TheDocumentedAccessRulesSuffice) {
  std::vector<std::string> words = {"ACL", "SETUSER", "journal", "on", ">word"};
  for (const absl::string_view rule : absl::StrSplit(kRedisAccessRules, ' ')) {
    words.emplace_back(rule);
  }
  const std::vector<absl::string_view> args(words.begin(), words.end());
  const auto administrator = RedisConnection::Connect(server_->endpoint()).value();
  ASSERT_TRUE(administrator->Command(args).ok());
  RedisJournalOptions options = JournalOptions(*server_);
  options.endpoint.username = "journal";
  options.endpoint.password = "word";
  const auto journal = OpenOrFail(options);
  const Head head = Fill(*journal, 3);
  for (int i = 0; i <= kRedisSnapshotsKept; ++i) {
    EXPECT_TRUE(journal->PutSnapshot({head, 1, "state"}).ok());
  }
  EXPECT_TRUE(journal->LatestSnapshot(1).value().has_value());
  EXPECT_TRUE(journal->PutCheckpoint(1, "note").ok());
  EXPECT_TRUE(journal->CheckpointAtOrBeyond(1).ok());
  EXPECT_EQ(journal->WaitBeyond(3, absl::Milliseconds(1)).value(), head);
  const auto connection = RedisConnection::Connect(options.endpoint).value();
  EXPECT_EQ(ReasonOf(connection->Command({"FLUSHALL"}).status()), "REDIS_AUTH");
  EXPECT_EQ(ReasonOf(connection->Command({"HGET", "other", "x"}).status()), "REDIS_AUTH");
}

TEST_F(RedisJournalTest, JournalsOfOneServerAreApart) {
  RedisJournalOptions options = JournalOptions(*server_);
  options.name = "test/other";
  const auto other = OpenOrFail(options);
  Fill(*journal_, 3);
  Fill(*other, 1);
  EXPECT_EQ(Payloads(*journal_).size(), 3u);
  EXPECT_EQ(Payloads(*other).size(), 1u);
}

TEST_F(RedisJournalTest, TwoHandlesAppendingByCompareAndRetryLoseNothing) {
  constexpr int kEach = 100;
  const auto other = OpenOrFail(JournalOptions(*server_));
  std::atomic<int> conflicts = 0;
  const auto write = [&](Journal& journal, const std::string& name) {
    Head head;
    for (int n = 0; n < kEach;) {
      const auto next = AppendOne(journal, head, absl::StrCat(name, n));
      if (next.ok()) {
        head = *next;
        ++n;
        continue;
      }
      ASSERT_EQ(ReasonOf(next.status()), "JOURNAL_CONFLICT") << next.status();
      ++conflicts;
      head = journal.StableHead().value();
    }
  };
  std::thread writer([&] { write(*other, "b"); });
  write(*journal_, "a");
  writer.join();
  std::vector<std::string> a;
  std::vector<std::string> b;
  for (const std::string& payload : Payloads(*journal_)) {
    (payload[0] == 'a' ? a : b).push_back(payload);
  }
  ASSERT_EQ(a.size() + b.size(), 2u * kEach);
  for (int n = 0; n < kEach; ++n) {
    EXPECT_EQ(a[n], absl::StrCat("a", n));
    EXPECT_EQ(b[n], absl::StrCat("b", n));
  }
  EXPECT_GT(conflicts, 0);
}

TEST_F(RedisJournalTest, AnAppendElsewhereWakesAWaiterWithoutPolling) {
  using SteadyClock = std::chrono::steady_clock;
  const auto other = OpenOrFail(JournalOptions(*server_));
  constexpr Revision kRounds = 21;
  std::atomic<Revision> waiting_for = 0;
  std::vector<SteadyClock::time_point> woken;
  std::thread waiter([&] {
    for (Revision seen = 0; seen < kRounds; ++seen) {
      waiting_for = seen + 1;
      EXPECT_EQ(other->WaitBeyond(seen, absl::Seconds(50)).value().revision, seen + 1);
      woken.push_back(SteadyClock::now());
    }
  });
  std::vector<SteadyClock::time_point> appended;
  for (Revision revision = 1; revision <= kRounds; ++revision) {
    while (waiting_for != revision) std::this_thread::yield();
    AwaitBlockedWatcher();
    Fill(*journal_, 1);
    appended.push_back(SteadyClock::now());
  }
  waiter.join();
  std::vector<SteadyClock::duration> delays;
  for (size_t i = 0; i < kRounds; ++i) delays.push_back(woken[i] - appended[i]);
  std::nth_element(delays.begin(), delays.begin() + kRounds / 2, delays.end());
  EXPECT_LT(delays[kRounds / 2], std::chrono::milliseconds(10));
}

TEST_F(RedisJournalTest, InterruptWakesAWaiterThatIsBlocked) {
  const Head head = Fill(*journal_, 1);
  std::thread waiter(
      [&] { EXPECT_EQ(journal_->WaitBeyond(1, absl::InfiniteDuration()).value(), head); });
  AwaitBlockedWatcher();
  journal_->Interrupt();
  waiter.join();
}

TEST_F(RedisJournalTest, ClosingEndsTheWatchAtOnce) {
  EXPECT_TRUE(journal_->WaitBeyond(0, absl::Milliseconds(30)).ok());
  const auto start = std::chrono::steady_clock::now();
  journal_.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - start,
            absl::ToChronoMilliseconds(kRedisHeartbeat) / 2);
}

TEST_F(RedisJournalTest, TheStableHeadNeverGoesBackAndNeverBeyondTheLog) {
  const Head head = Fill(*journal_, 4);
  const Head before = journal_->HeadAt(2).value();
  const RedisKeys keys(kTestJournal);
  const auto connection = RedisConnection::Connect(server_->endpoint()).value();
  EXPECT_TRUE(AdvanceStable(*connection, keys, before).value());
  EXPECT_EQ(OpenOrFail(JournalOptions(*server_))->StableHead().value(), head);
  EXPECT_FALSE(AdvanceStable(*connection, keys, {5, head.chain}).value());
  EXPECT_FALSE(AdvanceStable(*connection, keys, {4, before.chain}).value());
  EXPECT_EQ(OpenOrFail(JournalOptions(*server_))->StableHead().value(), head);
}

TEST_F(RedisJournalTest, AnAnswerNobodyUnderstandsLeavesAnAppendsOutcomeUnknown) {
  ASSERT_TRUE(server_->Command({"SET", RedisKeys(kTestJournal).log, "in the way"}).ok());
  const absl::Status status = AppendOne(*journal_, Head{}, "1").status();
  EXPECT_EQ(ReasonOf(status), "JOURNAL_UNAVAILABLE") << status;
  EXPECT_THAT(RedisDetailOf(status), testing::HasSubstr("WRONGTYPE"));
}

TEST_F(RedisJournalTest, AWaiterSurvivesARestartOfTheServer) {
  const Head head = Fill(*journal_, 1);
  const auto other = OpenOrFail(JournalOptions(*server_));
  Head seen;
  std::thread waiter([&] { seen = FollowBeyond(*other, 1).value_or(Head{}); });
  AwaitBlockedWatcher();
  RestartServer();
  AppendOne(*journal_, head, "2").IgnoreError();
  Fill(*journal_, 1);
  waiter.join();
  EXPECT_GE(seen.revision, 2u);
}

TEST_F(RedisJournalTest, AnOlderCopyOfTheFilesIsARollback) {
  Fill(*journal_, 5);
  SaveFiles();
  journal_ = OpenOrFail(JournalOptions(*server_));
  const Head head = Fill(*journal_, 5);
  RestoreFiles();
  const absl::Status status = journal_->StableHead().status();
  EXPECT_EQ(runtime::ToProblem(status).metadata,
            (std::map<std::string, std::string>{{"head", "5"}, {"acknowledged", "10"}}));
  ExpectStopped(*journal_, head);
}

TEST_F(RedisJournalTest, AppendDetectsARollbackAndWritesNothing) {
  const Head before = Fill(*journal_, 5);
  SaveFiles();
  journal_ = OpenOrFail(JournalOptions(*server_));
  const Head head = Fill(*journal_, 5);
  RestoreFiles();
  EXPECT_EQ(ReasonOf(AppendOne(*journal_, before, "more").status()), "ROLLBACK_DETECTED");
  ExpectStopped(*journal_, head);
  EXPECT_EQ(Payloads(*OpenOrFail(JournalOptions(*server_))).size(), 5u);
}

TEST_F(RedisJournalTest, AWaiterIsToldOfARollback) {
  Fill(*journal_, 5);
  SaveFiles();
  journal_ = OpenOrFail(JournalOptions(*server_));
  Fill(*journal_, 5);
  absl::Status status;
  std::thread waiter([&] { status = FollowBeyond(*journal_, 10).status(); });
  AwaitBlockedWatcher();
  RestoreFiles();
  waiter.join();
  EXPECT_EQ(ReasonOf(status), "ROLLBACK_DETECTED") << status;
}

TEST_F(RedisJournalTest, AnEmptiedServerIsARollback) {
  const Head head = Fill(*journal_, 3);
  ASSERT_TRUE(server_->Command({"FLUSHALL"}).ok());
  ExpectStopped(*journal_, head);
}

TEST_F(RedisJournalTest, AnAppendToAnEmptiedServerIsRefusedByItsScript) {
  Fill(*journal_, 3);
  ASSERT_TRUE(server_->Command({"FLUSHALL"}).ok());
  EXPECT_EQ(ReasonOf(AppendOne(*journal_, Head{}, "1").status()), "ROLLBACK_DETECTED");
  EXPECT_EQ(server_->Command({"DBSIZE"}).value(), "0");
}

TEST_F(RedisJournalTest, AHeadThatWentBackIsARollback) {
  const Head head = Fill(*journal_, 5);
  const Head before = journal_->HeadAt(3).value();
  SetMeta("stable", before);
  SetMeta("head", before);
  ExpectStopped(*journal_, head);
}

TEST_F(RedisJournalTest, AStableRevisionThatWentBackIsNoneAndIsMended) {
  // As after a failover to a replica that had the entries, but not yet that they were stable.
  const Head head = Fill(*journal_, 5);
  SetMeta("stable", journal_->HeadAt(3).value());
  EXPECT_EQ(journal_->StableHead().value(), head);
  EXPECT_EQ(Payloads(*journal_).size(), 5u);
  EXPECT_EQ(journal_->HeadAt(5).value(), head);
  EXPECT_EQ(OpenOrFail(JournalOptions(*server_))->StableHead().value(), head);
  const RedisKeys keys(kTestJournal);
  EXPECT_EQ(server_->Command({"HGET", keys.meta, "stable"}).value(), "5");
}

TEST_F(RedisJournalTest, ARevisionBeyondWhatRedisCountsIsAConflict) {
  Fill(*journal_, 1);
  for (const Revision revision :
       {kRedisRevisionMax, Revision{1} << 63, ~Revision{0} - 1, ~Revision{0}}) {
    const absl::Status status = AppendOne(*journal_, {revision, {}}, "more").status();
    EXPECT_EQ(ReasonOf(status), "JOURNAL_CONFLICT") << status;
  }
}

TEST_F(RedisJournalTest, AnotherEntryAtTheKnownRevisionIsARollback) {
  Fill(*journal_, 5);
  SaveFiles();
  journal_ = OpenOrFail(JournalOptions(*server_));
  const Head head = Fill(*journal_, 2);
  RestoreFiles();
  const auto other = OpenOrFail(JournalOptions(*server_));
  Head fork = other->StableHead().value();
  for (int i = 0; i < 4; ++i) fork = AppendOne(*other, fork, "other").value();
  EXPECT_EQ(fork.revision, 9u);
  ExpectStopped(*journal_, head);
  EXPECT_EQ(Payloads(*other).size(), 9u);
}

TEST_F(RedisJournalTest, AFreshHandleThatWasToldTheHeadDetectsARollback) {
  const Head old = Fill(*journal_, 5);
  SaveFiles();
  journal_ = OpenOrFail(JournalOptions(*server_));
  const Head head = Fill(*journal_, 5);
  RedisJournalOptions options = JournalOptions(*server_);
  options.known_head = head;
  EXPECT_NE(OpenOrFail(options), nullptr);
  RestoreFiles();
  EXPECT_EQ(ReasonOf(OpenRedisJournal(options).status()), "ROLLBACK_DETECTED");
  options.known_head = old;
  EXPECT_NE(OpenOrFail(options), nullptr);
  options.known_head.chain[7] ^= 1;
  EXPECT_EQ(ReasonOf(OpenRedisJournal(options).status()), "ROLLBACK_DETECTED");
}

TEST_F(RedisJournalTest, AMissingEntryIsNamed) {
  const Head head = Fill(*journal_, 6);
  ASSERT_EQ(server_->Command({"XDEL", RedisKeys(kTestJournal).log, "4-0"}).value(), "1");
  for (const Revision after : {0, 3}) {
    Revision last = after;
    const absl::Status status = journal_->Read(after, 100, [&](const Entry& entry) {
      last = entry.revision;
      return absl::OkStatus();
    });
    EXPECT_EQ(ReasonOf(status), "JOURNAL_CORRUPT");
    EXPECT_EQ(runtime::ToProblem(status).metadata["revision"], "4");
    EXPECT_EQ(last, 3u);
  }
  const absl::Status behind = journal_->Read(4, 100, [](const Entry&) { return absl::OkStatus(); });
  EXPECT_EQ(runtime::ToProblem(behind).metadata["revision"], "4");
  EXPECT_EQ(ReasonOf(AppendOne(*journal_, head, "7").status()), "JOURNAL_CORRUPT");
}

TEST_F(RedisJournalTest, AStreamThatEndsEarlyIsCorrupt) {
  const Head head = Fill(*journal_, 6);
  ASSERT_EQ(server_->Command({"XDEL", RedisKeys(kTestJournal).log, "6-0"}).value(), "1");
  const absl::Status status = journal_->Read(0, 100, [](const Entry&) { return absl::OkStatus(); });
  EXPECT_EQ(runtime::ToProblem(status).metadata["revision"], "6");
  EXPECT_EQ(ReasonOf(AppendOne(*journal_, head, "7").status()), "JOURNAL_CORRUPT");
}

TEST_F(RedisJournalTest, AFullRedisRefusesWritesAndReads) {
  const Head head = Fill(*journal_, 3);
  server_->Configure("maxmemory", "1mb");
  const absl::Status status = AppendOne(*journal_, head, "4").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  EXPECT_EQ(ReasonOf(status), "JOURNAL_DISK_FULL");
  EXPECT_EQ(Payloads(*journal_), (std::vector<std::string>{"1", "2", "3"}));
  server_->Configure("maxmemory", "0");
  EXPECT_EQ(Fill(*journal_, 1).revision, 4u);
}

TEST_F(RedisJournalTest, AServerThatIsHeldMakesTheOutcomeUnknownAndARetryFindsIt) {
  RedisJournalOptions options = JournalOptions(*server_);
  options.endpoint.command_timeout = absl::Milliseconds(300);
  journal_ = OpenOrFail(options);
  const Head head = Fill(*journal_, 2);
  server_->Pause();
  EXPECT_EQ(ReasonOf(AppendOne(*journal_, head, "3").status()), "JOURNAL_UNAVAILABLE");
  server_->Resume();
  // The server reads what was sent to it before it accepts a new connection's commands, or after:
  // either way there is one entry.
  absl::StatusOr<Head> retried = AppendOne(*journal_, head, "3");
  ASSERT_TRUE(retried.ok()) << retried.status();
  EXPECT_EQ(retried->revision, 3u);
  EXPECT_THAT(Payloads(*journal_), ElementsAre("1", "2", "3"));
}

TEST_F(RedisJournalTest, TheTwoNewestSnapshotsAreKept) {
  Fill(*journal_, 5);
  for (const Revision revision : {1, 4, 2, 5}) {
    ASSERT_TRUE(
        journal_->PutSnapshot({journal_->HeadAt(revision).value(), 1, absl::StrCat(revision)})
            .ok());
  }
  const RedisKeys keys(kTestJournal);
  EXPECT_EQ(server_->Command({"ZCARD", keys.snapshots}).value(), absl::StrCat(kRedisSnapshotsKept));
  EXPECT_EQ(journal_->LatestSnapshot(1).value().value().state, "5");
  const auto connection = RedisConnection::Connect(server_->endpoint()).value();
  EXPECT_EQ(
      connection->Command({"KEYS", absl::StrCat(keys.snapshot_prefix, "*")}).value().value().Size(),
      size_t{kRedisSnapshotsKept});
}

TEST_F(RedisJournalTest, ASnapshotOfManyChunksComesBackWhole) {
  const Head head = Fill(*journal_, 1);
  std::string state(2 * kRedisSnapshotChunkBytesMax + 1, '\0');
  for (size_t i = 0; i < state.size(); ++i) state[i] = static_cast<char>(i * 31 + i / 4096);
  ASSERT_TRUE(journal_->PutSnapshot({head, 9, state}).ok());
  const std::string chunks =
      absl::StrCat(RedisKeys(kTestJournal).snapshot_prefix, "00000000000000000001");
  EXPECT_EQ(server_->Command({"LLEN", chunks}).value(), "3");
  EXPECT_EQ(server_->Command({"TTL", chunks}).value(), "-1");
  EXPECT_TRUE(journal_->LatestSnapshot(9).value().value().state == state);
}

TEST_F(RedisJournalTest, ADamagedSnapshotIsPassedOver) {
  Fill(*journal_, 2);
  ASSERT_TRUE(journal_->PutSnapshot({journal_->HeadAt(1).value(), 1, "older"}).ok());
  ASSERT_TRUE(journal_->PutSnapshot({journal_->HeadAt(2).value(), 1, "newer"}).ok());
  const std::string prefix = RedisKeys(kTestJournal).snapshot_prefix;
  const std::string newer = absl::StrCat(prefix, "00000000000000000002");
  ASSERT_TRUE(server_->Command({"LSET", newer, "0", "nEwer"}).ok());
  EXPECT_EQ(journal_->LatestSnapshot(1).value().value().state, "older");
  ASSERT_TRUE(server_->Command({"DEL", absl::StrCat(prefix, "00000000000000000001")}).ok());
  EXPECT_FALSE(journal_->LatestSnapshot(1).value().has_value());
}

TEST_F(RedisJournalTest, ASnapshotOffTheChainIsRefusedAndDropsNothing) {
  const Head head = Fill(*journal_, 2);
  ASSERT_TRUE(journal_->PutSnapshot({head, 1, "good"}).ok());
  Head forked = head;
  forked.chain[0] ^= 1;
  EXPECT_EQ(ReasonOf(journal_->PutSnapshot({forked, 1, "bad"})), "JOURNAL_CONFLICT");
  EXPECT_EQ(ReasonOf(journal_->PutSnapshot({{3, head.chain}, 1, "bad"})), "REVISION_UNKNOWN");
  EXPECT_EQ(journal_->LatestSnapshot(1).value().value().state, "good");
}

TEST_F(RedisJournalTest, AStoredSnapshotOffTheChainIsPassedOver) {
  const Head head = Fill(*journal_, 2);
  ASSERT_TRUE(journal_->PutSnapshot({head, 1, "good"}).ok());
  Head forked = head;
  forked.chain[0] ^= 1;
  const auto connection = RedisConnection::Connect(server_->endpoint()).value();
  ASSERT_TRUE(StoreSnapshot(*connection, RedisKeys(kTestJournal), {forked, 1, "forked"}).ok());
  EXPECT_EQ(journal_->LatestSnapshot(1).value().value().state, "good");
}

TEST_F(RedisJournalTest, ChunksOfAnUnfinishedSnapshotExpire) {
  const Head head = Fill(*journal_, 1);
  // Without the listing the last step fails.
  const RedisKeys keys(kTestJournal);
  ASSERT_TRUE(server_->Command({"SET", keys.snapshots, "in the way"}).ok());
  EXPECT_FALSE(journal_->PutSnapshot({head, 1, "state"}).ok());
  const std::string chunks = absl::StrCat(keys.snapshot_prefix, "00000000000000000001");
  int life = 0;
  ASSERT_TRUE(absl::SimpleAtoi(server_->Command({"TTL", chunks}).value(), &life));
  EXPECT_GT(life, 0);
  EXPECT_LE(life, absl::ToInt64Seconds(kRedisUnfinishedSnapshotLife));
  ASSERT_TRUE(server_->Command({"DEL", keys.snapshots}).ok());
  EXPECT_FALSE(journal_->LatestSnapshot(1).value().has_value());
}

}  // namespace
}  // namespace xince::journal
