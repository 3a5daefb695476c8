#include "services/journal/machine.h"

#include <stdlib.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/journal/flat_bytes.h"
#include "services/journal/sqlite_journal.h"
#include "services/runtime/errors.h"

namespace xince::journal {
namespace {

using ::testing::ElementsAre;

// A state that can be looked into: payload `key=value` sets a key. `bad` is what it cannot have
// written.
class MapState final : public State {
 public:
  absl::Status Apply(const Entry& entry, Undo* undo) override {
    if (entry.payload == "bad") return absl::DataLossError("bad entry");
    const size_t split = entry.payload.find('=');
    const std::string key = entry.payload.substr(0, split);
    if (undo != nullptr) {
      const auto before = values.find(key);
      if (before == values.end()) {
        undo->Add([this, key] { values.erase(key); });
      } else {
        undo->Add([this, key, old = before->second] { values[key] = old; });
      }
    }
    values[key] = {entry.payload.substr(split + 1), entry.revision};
    return absl::OkStatus();
  }
  uint32_t SnapshotFormat() const override { return 1; }
  std::string SaveSnapshot() const override {
    FlatWriter out;
    for (const auto& [key, value] : values) {
      out.Text(key);
      out.Text(value.first);
      out.U64(value.second);
    }
    return std::move(out).Finish();
  }
  absl::Status LoadSnapshot(absl::string_view bytes) override {
    ++snapshots_loaded;
    FlatReader in(bytes);
    while (in.ok() && in.left() > 0) {
      const std::string key(in.Text());
      values[key].first = std::string(in.Text());
      values[key].second = in.U64();
    }
    return in.ok() ? absl::OkStatus() : absl::DataLossError("snapshot");
  }
  void Clear() override { values.clear(); }

  std::map<std::string, std::pair<std::string, Revision>> values;
  int snapshots_loaded = 0;
};

// Passes everything on, and fails an append when told to.
class FlakyJournal final : public Journal {
 public:
  explicit FlakyJournal(Journal& inner) : inner_(inner) {}
  const std::string& name() const override { return inner_.name(); }
  absl::StatusOr<Head> Append(const Head& expected, absl::Span<const Draft> drafts) override {
    ++appends;
    if (before_append) before_append();
    if (!fail_next.ok()) return std::exchange(fail_next, absl::OkStatus());
    return inner_.Append(expected, drafts);
  }
  absl::StatusOr<Head> StableHead() override { return inner_.StableHead(); }
  absl::Status Read(Revision after,
                    size_t limit,
                    const std::function<absl::Status(const Entry&)>& visit) override {
    return inner_.Read(after, limit, visit);
  }
  absl::StatusOr<Head> HeadAt(Revision revision) override { return inner_.HeadAt(revision); }
  absl::StatusOr<Revision> RevisionAt(absl::Time time) override { return inner_.RevisionAt(time); }
  absl::StatusOr<Head> WaitBeyond(Revision after, absl::Duration timeout) override {
    return inner_.WaitBeyond(after, timeout);
  }
  void Interrupt() override { inner_.Interrupt(); }
  absl::Status PutSnapshot(const Snapshot& snapshot) override {
    if (before_snapshot) before_snapshot(snapshot.at.revision);
    return inner_.PutSnapshot(snapshot);
  }
  absl::StatusOr<std::optional<Snapshot>> LatestSnapshot(uint32_t format) override {
    return inner_.LatestSnapshot(format);
  }
  absl::StatusOr<std::vector<Hash>> LeafHashes(Revision after, size_t limit) override {
    return inner_.LeafHashes(after, limit);
  }
  absl::Status PutCheckpoint(Revision size, absl::string_view note) override {
    return inner_.PutCheckpoint(size, note);
  }
  absl::StatusOr<std::string> CheckpointAtOrBeyond(Revision size) override {
    return inner_.CheckpointAtOrBeyond(size);
  }

  int appends = 0;
  absl::Status fail_next;
  std::function<void()> before_append;
  std::function<void(Revision)> before_snapshot;

 private:
  Journal& inner_;
};

class MachineTest : public ::testing::Test {
 protected:
  MachineTest() {
    std::string pattern = "/tmp/xince-machine-XXXXXX";
    directory_ = mkdtemp(pattern.data());
    OpenJournal();
  }
  ~MachineTest() override {
    machine_.reset();
    flaky_.reset();
    sqlite_.reset();
    std::filesystem::remove_all(directory_);
  }

  void OpenJournal() {
    auto opened = SqliteJournal::Open({.path = directory_ + "/test.journal",
                                       .name = "test/machine",
                                       .allow_unsafe_filesystem = true});
    ASSERT_TRUE(opened.ok()) << opened.status();
    sqlite_ = *std::move(opened);
    flaky_ = std::make_unique<FlakyJournal>(*sqlite_);
  }

  void Make(Machine::Options options = {}) {
    state_ = std::make_unique<MapState>();
    machine_ = std::make_unique<Machine>(*flaky_, *state_, clock_, options);
    ASSERT_TRUE(machine_->Recover().ok());
    machine_->Start();
  }

  static Machine::Decide Set(const std::string& key, const std::string& value) {
    return [=](Transaction& transaction) {
      return transaction.Append("tester", "", absl::StrCat(key, "=", value));
    };
  }

  std::string Get(const std::string& key) {
    std::string value;
    const auto revision = machine_->Read(0, absl::InfiniteFuture(), [&]() -> Revision {
      const auto found = state_->values.find(key);
      if (found == state_->values.end()) return 0;
      value = found->second.first;
      return found->second.second;
    });
    EXPECT_TRUE(revision.ok());
    return value;
  }

  // Record times, in microseconds.
  std::vector<int64_t> Times() {
    std::vector<int64_t> times;
    const absl::Status read = sqlite_->Read(0, 100, [&](const Entry& entry) {
      times.push_back(entry.record_time_us);
      return absl::OkStatus();
    });
    EXPECT_TRUE(read.ok()) << read;
    return times;
  }

  static constexpr int64_t kStart = 1790000000000000;
  std::string directory_;
  runtime::FakeClock clock_{absl::FromUnixMicros(kStart)};
  std::unique_ptr<SqliteJournal> sqlite_;
  std::unique_ptr<FlakyJournal> flaky_;
  std::unique_ptr<MapState> state_;
  std::unique_ptr<Machine> machine_;
};

TEST_F(MachineTest, WhatIsExecutedIsReadAndReplayed) {
  Make();
  EXPECT_EQ(*machine_->Execute(Set("a", "1")), 1);
  EXPECT_EQ(*machine_->Execute(Set("a", "2")), 2);
  EXPECT_EQ(Get("a"), "2");
  const std::string digest = machine_->StateDigest();
  machine_.reset();
  Make();
  EXPECT_EQ(Get("a"), "2");
  EXPECT_EQ(machine_->StateDigest(), digest);
}

TEST_F(MachineTest, ReplayWithoutSnapshotGivesTheSameDigest) {
  Make();
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(machine_->Execute(Set(absl::StrCat(i % 7), "x")).ok());
  const std::string digest = machine_->StateDigest();
  machine_.reset();
  Make();
  EXPECT_EQ(state_->snapshots_loaded, 1);
  MapState replayed;
  ASSERT_TRUE(
      sqlite_->Read(0, SIZE_MAX, [&](const Entry& e) { return replayed.Apply(e, nullptr); }).ok());
  EXPECT_EQ(Sha256Hex(replayed.SaveSnapshot()), digest);
}

TEST_F(MachineTest, AFailedDecisionTakesBackOnlyItself) {
  Make();
  ASSERT_TRUE(machine_->Execute(Set("a", "1")).ok());
  const auto refused = machine_->Execute([](Transaction& transaction) -> absl::Status {
    EXPECT_TRUE(transaction.Append("tester", "", "a=2").ok());
    return runtime::InvalidArgument("NO", "", "no", "不");
  });
  EXPECT_EQ(runtime::ReasonOf(refused.status()), "NO");
  EXPECT_EQ(Get("a"), "1");
  EXPECT_EQ(machine_->durable(), 1);
}

TEST_F(MachineTest, AFailedAppendIsUndoneAndTheMachineGoesOn) {
  Make();
  ASSERT_TRUE(machine_->Execute(Set("a", "1")).ok());
  flaky_->fail_next = runtime::ToStatus({.code = absl::StatusCode::kResourceExhausted,
                                         .reason = "JOURNAL_DISK_FULL",
                                         .en = "full",
                                         .zh = "满"});
  const auto failed = machine_->Execute(Set("a", "2"));
  EXPECT_EQ(runtime::ReasonOf(failed.status()), "JOURNAL_DISK_FULL");
  EXPECT_EQ(Get("a"), "1");
  EXPECT_EQ(*machine_->Execute(Set("b", "3")), 2);
  EXPECT_EQ(Get("b"), "3");
  EXPECT_TRUE(machine_->Health().ok());
}

TEST_F(MachineTest, WhatWasDecidedOnTopOfAFailedAppendIsTakenBackAndDecidedAgain) {
  Make({.batch_max = 1});
  runtime::Mutex mutex;
  runtime::CondVar condition;
  bool go_on = false;
  int answered = 0;
  bool failed = false;
  flaky_->before_append = [&] {
    if (std::exchange(failed, true)) return;
    // The second command is decided while the first is being appended.
    while (machine_->applied() < 2) std::this_thread::yield();
    flaky_->fail_next = runtime::ToStatus({.code = absl::StatusCode::kResourceExhausted,
                                           .reason = "JOURNAL_DISK_FULL",
                                           .en = "full",
                                           .zh = "满"});
  };
  std::vector<std::string> outcomes;
  const auto done = [&](const absl::Status& status, Revision revision) {
    const runtime::MutexLock lock(mutex);
    outcomes.push_back(status.ok() ? absl::StrCat("ok ", revision) : runtime::ReasonOf(status));
    ++answered;
    condition.NotifyAll();
  };
  // The first decision waits until the second command is queued, so that the two overlap.
  machine_->Submit(
      [&](Transaction& transaction) {
        const runtime::MutexLock lock(mutex);
        while (!go_on) condition.Wait(mutex);
        return transaction.Append("tester", "", "a=1");
      },
      done);
  std::vector<std::string> seen;
  machine_->Submit(
      [&](Transaction& transaction) {
        seen.push_back(state_->values.contains("a") ? "with a" : "without a");
        return transaction.Append("tester", "", "b=2");
      },
      done);
  {
    const runtime::MutexLock lock(mutex);
    go_on = true;
    condition.NotifyAll();
    while (answered < 2) condition.Wait(mutex);
  }
  EXPECT_THAT(outcomes, ::testing::ElementsAre("JOURNAL_DISK_FULL", "ok 1"));
  EXPECT_THAT(seen, ::testing::ElementsAre("with a", "without a"));
  EXPECT_EQ(Get("a"), "");
  EXPECT_EQ(Get("b"), "2");
}

TEST_F(MachineTest, NothingIsReadBeforeItIsDurable) {
  Make();
  std::string seen = "unset";
  bool quick = true;
  flaky_->before_append = [&] {
    // The entry is applied and not yet appended: a reader that must not wait gets nothing.
    quick = machine_
                ->TryRead(0,
                          [&]() -> Revision {
                            seen = state_->values.at("a").first;
                            return state_->values.at("a").second;
                          })
                .has_value();
  };
  ASSERT_TRUE(machine_->Execute(Set("a", "1")).ok());
  EXPECT_EQ(seen, "1");
  EXPECT_FALSE(quick);
  flaky_->before_append = nullptr;
  EXPECT_TRUE(machine_->TryRead(0, [&] { return state_->values.at("a").second; }).has_value());
}

TEST_F(MachineTest, AnotherReplicasEntriesAreCaughtUpAndTheCommandDecidedAgain) {
  Make();
  bool interfered = false;
  flaky_->before_append = [&] {
    if (interfered) return;
    interfered = true;
    const Head head = *sqlite_->StableHead();
    const Draft draft{.record_time_us = absl::ToUnixMicros(clock_.Now()),
                      .actor = "other",
                      .payload = "a=theirs"};
    ASSERT_TRUE(sqlite_->Append(head, absl::MakeConstSpan(&draft, 1)).ok());
  };
  std::string seen_by_second_decision;
  const auto revision = machine_->Execute([&](Transaction& transaction) {
    const auto found = state_->values.find("a");
    seen_by_second_decision = found == state_->values.end() ? "" : found->second.first;
    return transaction.Append("tester", "", "b=ours");
  });
  EXPECT_EQ(*revision, 2);
  EXPECT_EQ(seen_by_second_decision, "theirs");
  EXPECT_EQ(Get("a"), "theirs");
}

TEST_F(MachineTest, ManyWritersShareAppends) {
  Make();
  std::vector<std::thread> writers;
  for (int w = 0; w < 8; ++w) {
    writers.emplace_back([&, w] {
      for (int i = 0; i < 50; ++i) {
        EXPECT_TRUE(machine_->Execute(Set(absl::StrCat(w, "/", i), "x")).ok());
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(machine_->durable(), 400);
  EXPECT_EQ(state_->values.size(), 400);
  EXPECT_LT(flaky_->appends, 400);
}

TEST_F(MachineTest, TheQueueHasALimit) {
  Make({.queue_max = 2});
  // Held inside the first decision, the machine takes nothing from the queue.
  runtime::Mutex mutex;
  runtime::CondVar condition;
  bool held = false;
  bool go_on = false;
  machine_->Submit(
      [&](Transaction&) {
        const runtime::MutexLock lock(mutex);
        held = true;
        condition.NotifyAll();
        while (!go_on) condition.Wait(mutex);
        return absl::OkStatus();
      },
      [](const absl::Status&, Revision) {});
  {
    const runtime::MutexLock lock(mutex);
    while (!held) condition.Wait(mutex);
  }
  int done = 0;
  std::string refused;
  for (int i = 0; i < 3; ++i) {
    machine_->Submit(Set("a", "1"), [&](const absl::Status& status, Revision) {
      if (status.ok()) {
        ++done;
      } else {
        refused = runtime::ReasonOf(status);
      }
    });
  }
  EXPECT_EQ(refused, "WRITE_QUEUE_FULL");
  {
    const runtime::MutexLock lock(mutex);
    go_on = true;
    condition.NotifyAll();
  }
  machine_->Stop();
  EXPECT_EQ(done, 2);
}

TEST_F(MachineTest, AStoppedMachineRefuses) {
  Make();
  machine_->Stop();
  EXPECT_EQ(runtime::ReasonOf(machine_->Execute(Set("a", "1")).status()), "SHUTTING_DOWN");
}

TEST_F(MachineTest, AnUnreachedRevisionIsRefusedNotAnsweredOld) {
  Make();
  ASSERT_TRUE(machine_->Execute(Set("a", "1")).ok());
  const auto read = machine_->Read(2, clock_.Now(), [] { return Revision{0}; });
  EXPECT_EQ(runtime::ReasonOf(read.status()), "REVISION_NOT_REACHED");
  EXPECT_EQ(read.status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(MachineTest, TokensNameTheirJournalAndHistory) {
  Make();
  ASSERT_TRUE(machine_->Execute(Set("a", "1")).ok());
  const std::string token = machine_->Token(1);
  EXPECT_EQ(*machine_->ParseToken(token), 1);
  std::string other = token;
  other.back() = other.back() == '0' ? '1' : '0';
  EXPECT_EQ(runtime::ReasonOf(machine_->ParseToken(other).status()), "ROLLBACK_DETECTED");
  EXPECT_EQ(runtime::ReasonOf(machine_->ParseToken("x" + token).status()), "REVISION_TOKEN");
  EXPECT_EQ(runtime::ReasonOf(machine_->ParseToken("").status()), "REVISION_TOKEN");
  EXPECT_LT(machine_->Token(1), machine_->Token(2));
}

TEST_F(MachineTest, TimeNeverGoesBackInTheJournal) {
  Make();
  ASSERT_TRUE(machine_->Execute(Set("a", "1")).ok());
  clock_.AdvanceTime(-absl::Hours(5));
  ASSERT_TRUE(machine_->Execute(Set("a", "2")).ok());
  EXPECT_THAT(Times(), ElementsAre(kStart, kStart));
  // Nor after a restart, by the entries that are replayed or by the last one behind a snapshot.
  for (const bool snapshot : {false, true}) {
    machine_.reset();
    for (const auto& file : std::filesystem::directory_iterator(directory_)) {
      if (!snapshot && file.path().string().find(".snapshot-") != std::string::npos)
        std::filesystem::remove(file.path());
    }
    Make();
    clock_.AdvanceTime(-absl::Hours(5));
    ASSERT_TRUE(machine_->Execute(Set("a", "3")).ok());
    EXPECT_EQ(Times().back(), kStart) << snapshot;
    EXPECT_EQ(state_->snapshots_loaded, snapshot ? 1 : 0);
  }
}

TEST_F(MachineTest, MachinesWithDifferentClocksWriteOneOrderOfTimes) {
  Make({.shared_journal = true});
  runtime::FakeClock behind(clock_.Now() - absl::Hours(5));
  MapState other_state;
  Machine other(*sqlite_, other_state, behind, {.shared_journal = true});
  ASSERT_TRUE(other.Recover().ok());
  other.Start();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(machine_->Execute(Set("a", absl::StrCat(i))).ok());
    ASSERT_TRUE(other.Execute(Set("b", absl::StrCat(i))).ok());
    clock_.AdvanceTime(absl::Seconds(1));
    behind.AdvanceTime(absl::Seconds(1));
  }
  constexpr int64_t kSecond = 1000000;
  EXPECT_THAT(Times(),
              ElementsAre(kStart,
                          kStart,
                          kStart + kSecond,
                          kStart + kSecond,
                          kStart + 2 * kSecond,
                          kStart + 2 * kSecond));
  other.Stop();
}

TEST_F(MachineTest, WhatWasKnownAtAnInstantStaysWhenTheClockIsSetBack) {
  Make();
  ASSERT_TRUE(machine_->Execute(Set("a", "1")).ok());
  clock_.AdvanceTime(absl::Hours(2));
  const absl::Time asked = clock_.Now();
  EXPECT_EQ(machine_->KnownAt(asked, absl::InfiniteFuture()).value(), 1);
  clock_.AdvanceTime(-absl::Hours(1));
  EXPECT_GT(machine_->Now(), asked);
  ASSERT_TRUE(machine_->Execute(Set("a", "2")).ok());
  EXPECT_EQ(machine_->KnownAt(asked, absl::InfiniteFuture()).value(), 1);
  EXPECT_GT(Times().back(), absl::ToUnixMicros(asked));
  EXPECT_EQ(machine_->KnownAt(machine_->Now(), absl::InfiniteFuture()).value(), 2);
  EXPECT_EQ(machine_->KnownAt(absl::UnixEpoch(), absl::InfiniteFuture()).value(), 0);
  // A question about times to come moves no clock.
  EXPECT_EQ(machine_->KnownAt(asked + absl::Hours(24), absl::InfiniteFuture()).value(), 2);
  EXPECT_LT(machine_->Now(), asked + absl::Seconds(1));
}

TEST_F(MachineTest, WhatIsBeingRecordedAtAnInstantIsWaitedFor) {
  Make();
  absl::Status asked;
  flaky_->before_append = [&] {
    // Decided, not yet appended: there is no answer without waiting.
    asked = machine_->KnownAt(clock_.Now(), clock_.Now()).status();
  };
  ASSERT_TRUE(machine_->Execute(Set("a", "1")).ok());
  EXPECT_EQ(runtime::ReasonOf(asked), "REVISION_NOT_REACHED");
  flaky_->before_append = nullptr;
  EXPECT_EQ(machine_->KnownAt(clock_.Now(), absl::InfiniteFuture()).value(), 1);
}

TEST_F(MachineTest, WritesGoOnWhileASnapshotIsStored) {
  runtime::Mutex mutex;
  runtime::CondVar changed;
  std::vector<Revision> stored;
  bool release = false;
  flaky_->before_snapshot = [&](Revision at) {
    const runtime::MutexLock lock(mutex);
    stored.push_back(at);
    changed.NotifyAll();
    while (!release) changed.Wait(mutex);
  };
  Make({.snapshot_every = 2});
  ASSERT_TRUE(machine_->Execute(Set("a", "1")).ok());
  ASSERT_TRUE(machine_->Execute(Set("a", "2")).ok());
  {
    const runtime::MutexLock lock(mutex);
    while (stored.empty()) changed.Wait(mutex);
  }
  // The disk takes its time; another that is due is not begun beside it.
  for (int i = 3; i <= 7; ++i) ASSERT_TRUE(machine_->Execute(Set("a", absl::StrCat(i))).ok());
  {
    const runtime::MutexLock lock(mutex);
    EXPECT_THAT(stored, ElementsAre(2));
    release = true;
    changed.NotifyAll();
  }
  machine_->Stop();
  // What was stored is the state as it was, and a stop stores the last.
  EXPECT_EQ(stored.front(), 2);
  EXPECT_EQ(stored.back(), 7);
  const auto latest = sqlite_->LatestSnapshot(1);
  ASSERT_TRUE(latest.ok() && latest->has_value());
  EXPECT_EQ(Sha256Hex((*latest)->state), machine_->StateDigest());
}

TEST_F(MachineTest, AnEntryTheStateCannotHaveWrittenStopsTheStart) {
  const Draft draft{.record_time_us = 1, .actor = "x", .payload = "bad"};
  ASSERT_TRUE(sqlite_->Append({}, absl::MakeConstSpan(&draft, 1)).ok());
  MapState state;
  Machine machine(*sqlite_, state, clock_, {});
  EXPECT_EQ(machine.Recover().code(), absl::StatusCode::kDataLoss);
}

TEST_F(MachineTest, ACorruptJournalIsReportedAsUnhealthy) {
  Make();
  flaky_->fail_next = runtime::ToStatus(
      {.code = absl::StatusCode::kDataLoss, .reason = "ROLLBACK_DETECTED", .en = "x", .zh = "x"});
  EXPECT_FALSE(machine_->Execute(Set("a", "1")).ok());
  EXPECT_EQ(runtime::ReasonOf(machine_->Health()), "ROLLBACK_DETECTED");
  EXPECT_EQ(runtime::ReasonOf(machine_->Execute(Set("a", "1")).status()), "ROLLBACK_DETECTED");
}

}  // namespace
}  // namespace xince::journal
