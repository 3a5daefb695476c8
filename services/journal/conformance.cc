#include "services/journal/conformance.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

#include "services/runtime/errors.h"

namespace xince::journal {
namespace {

using runtime::ReasonOf;

constexpr int64_t kStartUs = 1'700'000'000'000'000;
/// Record times of Fill are a second apart.
constexpr int64_t kStepUs = 1'000'000;
constexpr absl::Duration kLong = absl::Seconds(50);

int64_t TimeOf(Revision revision) { return kStartUs + static_cast<int64_t>(revision) * kStepUs; }

Draft DraftFor(Revision revision) {
  return Draft{.record_time_us = TimeOf(revision),
               .actor = "clerk",
               .request_id = absl::StrCat("request-", revision),
               .payload = std::string("payload\0with\xff bytes ", 20) + std::to_string(revision)};
}

std::vector<Draft> DraftsFrom(Revision first, int count) {
  std::vector<Draft> drafts;
  for (int i = 0; i < count; ++i) drafts.push_back(DraftFor(first + i));
  return drafts;
}

std::vector<Entry> ReadAll(Journal& journal, Revision after = 0, size_t limit = 1 << 20) {
  std::vector<Entry> entries;
  const absl::Status status = journal.Read(after, limit, [&](const Entry& entry) {
    entries.push_back(entry);
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
  return entries;
}

std::string Metadata(const absl::Status& status, const std::string& key) {
  return runtime::ToProblem(status).metadata[key];
}

/// Everything a journal says about its content, for comparison across a reopen.
std::string Everything(Journal& journal) {
  std::string all = journal.name();
  const Head head = journal.StableHead().value();
  absl::StrAppend(&all, head.revision, HexEncode(head.chain));
  for (const Entry& entry : ReadAll(journal)) {
    absl::StrAppend(&all,
                    "\n",
                    entry.revision,
                    "|",
                    entry.record_time_us,
                    "|",
                    entry.actor,
                    "|",
                    entry.request_id,
                    "|",
                    entry.payload,
                    "|",
                    HexEncode(entry.chain));
    absl::StrAppend(&all, HexEncode(journal.HeadAt(entry.revision).value().chain));
  }
  const auto leaves = journal.LeafHashes(0, head.revision + 1);
  EXPECT_TRUE(leaves.ok()) << leaves.status();
  for (const Hash& leaf : leaves.value()) absl::StrAppend(&all, HexEncode(leaf));
  const auto snapshot = journal.LatestSnapshot(1);
  EXPECT_TRUE(snapshot.ok()) << snapshot.status();
  if (snapshot.value().has_value()) absl::StrAppend(&all, (*snapshot)->state);
  absl::StrAppend(&all, journal.CheckpointAtOrBeyond(0).value_or("none"));
  absl::StrAppend(&all, journal.RevisionAt(absl::FromUnixMicros(TimeOf(2))).value());
  return all;
}

}  // namespace

JournalConformance::JournalConformance() = default;
JournalConformance::~JournalConformance() {
  journal_.reset();
  engine_.reset();
}

void JournalConformance::SetUp() {
  engine_ = GetParam().make();
  ASSERT_NO_FATAL_FAILURE(Reopen());
}

void JournalConformance::Reopen() {
  journal_.reset();
  auto journal = engine_->Open();
  ASSERT_TRUE(journal.ok()) << journal.status();
  journal_ = *std::move(journal);
}

Head JournalConformance::Fill(int count) {
  Head head = journal_->StableHead().value();
  for (int i = 0; i < count; ++i) {
    const Draft draft = DraftFor(head.revision + 1);
    const auto next = journal_->Append(head, {&draft, 1});
    EXPECT_TRUE(next.ok()) << next.status();
    if (!next.ok()) break;
    head = *next;
  }
  return head;
}

TEST_P(JournalConformance, ANewJournalIsEmpty) {
  EXPECT_FALSE(journal_->name().empty());
  EXPECT_EQ(journal_->StableHead().value(), Head{});
  EXPECT_EQ(journal_->HeadAt(0).value(), Head{});
  EXPECT_EQ(journal_->RevisionAt(absl::InfiniteFuture()).value(), 0u);
  EXPECT_TRUE(ReadAll(*journal_).empty());
  EXPECT_TRUE(journal_->LeafHashes(0, 10).value().empty());
  EXPECT_FALSE(journal_->LatestSnapshot(1).value().has_value());
  EXPECT_EQ(ReasonOf(journal_->CheckpointAtOrBeyond(0).status()), "CHECKPOINT_UNKNOWN");
  EXPECT_EQ(journal_->WaitBeyond(0, absl::ZeroDuration()).value(), Head{});
}

TEST_P(JournalConformance, AppendReturnsTheHeadThatItsBytesDefine) {
  Head expected;
  for (Revision revision = 1; revision <= 3; ++revision) {
    const Draft draft = DraftFor(revision);
    const Head head = journal_->Append(expected, {&draft, 1}).value();
    expected = {revision, ChainHash(expected.chain, EncodeEntry(revision, draft))};
    EXPECT_EQ(head, expected);
    EXPECT_EQ(journal_->StableHead().value(), expected);
    EXPECT_EQ(journal_->HeadAt(revision).value(), expected);
  }
}

TEST_P(JournalConformance, AppendOfManyTakesConsecutiveRevisions) {
  Fill(2);
  const std::vector<Draft> drafts = DraftsFrom(3, 5);
  const Head head = journal_->Append(journal_->StableHead().value(), drafts).value();
  EXPECT_EQ(head.revision, 7u);
  const std::vector<Entry> entries = ReadAll(*journal_);
  ASSERT_EQ(entries.size(), 7u);
  Hash chain{};
  for (size_t i = 0; i < entries.size(); ++i) {
    const Draft draft = DraftFor(i + 1);
    chain = ChainHash(chain, EncodeEntry(i + 1, draft));
    EXPECT_EQ(entries[i].revision, i + 1);
    EXPECT_EQ(entries[i].record_time_us, draft.record_time_us);
    EXPECT_EQ(entries[i].actor, draft.actor);
    EXPECT_EQ(entries[i].request_id, draft.request_id);
    EXPECT_EQ(entries[i].payload, draft.payload);
    EXPECT_EQ(entries[i].chain, chain);
  }
  EXPECT_EQ(head.chain, chain);
}

TEST_P(JournalConformance, EmptyTextsAndNegativeTimesAreKept) {
  const Draft draft{.record_time_us = -5};
  ASSERT_TRUE(journal_->Append(Head{}, {&draft, 1}).ok());
  const std::vector<Entry> entries = ReadAll(*journal_);
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].record_time_us, -5);
  EXPECT_EQ(entries[0].actor + entries[0].request_id + entries[0].payload, "");
  EXPECT_EQ(journal_->RevisionAt(absl::FromUnixMicros(-5)).value(), 1u);
  EXPECT_EQ(journal_->RevisionAt(absl::FromUnixMicros(-6)).value(), 0u);
}

TEST_P(JournalConformance, AppendElsewhereIsAConflictAndWritesNothing) {
  const Head head = Fill(3);
  const Head before = journal_->HeadAt(2).value();
  Head beyond = head;
  beyond.revision = 4;
  Head forked = head;
  forked.chain[31] ^= 1;
  Head shorter = head;
  shorter.revision = 2;
  const std::string all = Everything(*journal_);
  const std::vector<Draft> drafts = DraftsFrom(4, 2);
  for (const Head& expected : {Head{}, before, beyond, forked, shorter}) {
    const absl::Status status = journal_->Append(expected, drafts).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kAborted) << status;
    EXPECT_EQ(ReasonOf(status), "JOURNAL_CONFLICT");
  }
  EXPECT_EQ(Everything(*journal_), all);
  EXPECT_TRUE(journal_->Append(head, drafts).ok());
}

TEST_P(JournalConformance, AConflictIsSaidBeforeAnOldTime) {
  Fill(3);
  const Draft old = DraftFor(1);
  EXPECT_EQ(ReasonOf(journal_->Append(Head{}, {&old, 1}).status()), "JOURNAL_CONFLICT");
}

TEST_P(JournalConformance, TimeNeverDecreases) {
  const Head head = Fill(2);
  Draft older = DraftFor(2);
  older.record_time_us -= 1;
  absl::Status status = journal_->Append(head, {&older, 1}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_EQ(ReasonOf(status), "JOURNAL_TIME_BACKWARDS");
  std::vector<Draft> drafts = DraftsFrom(3, 2);
  drafts[1].record_time_us = drafts[0].record_time_us - 1;
  status = journal_->Append(head, drafts).status();
  EXPECT_EQ(ReasonOf(status), "JOURNAL_TIME_BACKWARDS");
  EXPECT_EQ(journal_->StableHead().value(), head);
  const Draft same = DraftFor(2);
  EXPECT_TRUE(journal_->Append(head, {&same, 1}).ok());
}

TEST_P(JournalConformance, TimeNeverDecreasesAcrossAReopen) {
  const Head head = Fill(2);
  ASSERT_NO_FATAL_FAILURE(Reopen());
  Draft older = DraftFor(2);
  older.record_time_us -= 1;
  EXPECT_EQ(ReasonOf(journal_->Append(head, {&older, 1}).status()), "JOURNAL_TIME_BACKWARDS");
  const Draft same = DraftFor(2);
  EXPECT_TRUE(journal_->Append(head, {&same, 1}).ok());
}

TEST_P(JournalConformance, EntriesAtTheirLimitsAreTakenAndOneBeyondIsNot) {
  struct Case {
    const char* field;
    std::string Draft::*member;
    size_t max;
  };
  const Case cases[] = {{"actor", &Draft::actor, kActorBytesMax},
                        {"request_id", &Draft::request_id, kRequestIdBytesMax},
                        {"payload", &Draft::payload, kPayloadBytesMax}};
  Head head;
  for (const Case& c : cases) {
    Draft draft{.record_time_us = TimeOf(1)};
    draft.*c.member = std::string(c.max + 1, 'x');
    const absl::Status status = journal_->Append(head, {&draft, 1}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    EXPECT_EQ(ReasonOf(status), "JOURNAL_LIMIT");
    EXPECT_EQ(runtime::ToProblem(status).field, absl::StrCat("drafts[0].", c.field));
    EXPECT_EQ(Metadata(status, "max"), std::to_string(c.max));
    draft.*c.member = std::string(c.max, 'x');
    head = journal_->Append(head, {&draft, 1}).value();
    EXPECT_EQ(ReadAll(*journal_).back().payload, draft.payload);
  }
}

TEST_P(JournalConformance, AnAppendAtItsLimitsIsTakenAndOneBeyondIsNot) {
  std::vector<Draft> drafts(kAppendEntriesMax + 1, Draft{.record_time_us = TimeOf(1)});
  EXPECT_EQ(ReasonOf(journal_->Append(Head{}, drafts).status()), "JOURNAL_LIMIT");
  EXPECT_EQ(ReasonOf(journal_->Append(Head{}, {}).status()), "JOURNAL_LIMIT");
  EXPECT_EQ(journal_->StableHead().value(), Head{});
  drafts.pop_back();
  Head head = journal_->Append(Head{}, drafts).value();
  EXPECT_EQ(head.revision, kAppendEntriesMax);

  drafts.assign(16, Draft{.record_time_us = TimeOf(1)});
  size_t bytes = 0;
  for (Draft& draft : drafts) {
    draft.payload.assign(kPayloadBytesMax - EncodedBytes(Draft{}), 'y');
    bytes += EncodedBytes(draft);
  }
  ASSERT_EQ(bytes, kAppendBytesMax);
  drafts[3].payload += 'y';
  EXPECT_EQ(ReasonOf(journal_->Append(head, drafts).status()), "JOURNAL_LIMIT");
  drafts[3].payload.pop_back();
  head = journal_->Append(head, drafts).value();
  EXPECT_EQ(head.revision, kAppendEntriesMax + 16);
  EXPECT_EQ(ReadAll(*journal_).back().chain, head.chain);
}

TEST_P(JournalConformance, ReadGivesTheAskedRange) {
  Fill(10);
  const auto revisions = [&](Revision after, size_t limit) {
    std::vector<Revision> seen;
    for (const Entry& entry : ReadAll(*journal_, after, limit)) seen.push_back(entry.revision);
    return seen;
  };
  EXPECT_EQ(revisions(0, 3), (std::vector<Revision>{1, 2, 3}));
  EXPECT_EQ(revisions(3, 1), (std::vector<Revision>{4}));
  EXPECT_EQ(revisions(7, 100), (std::vector<Revision>{8, 9, 10}));
  EXPECT_EQ(revisions(7, std::numeric_limits<size_t>::max()), (std::vector<Revision>{8, 9, 10}));
  EXPECT_TRUE(revisions(0, 0).empty());
  EXPECT_TRUE(revisions(10, 5).empty());
  EXPECT_TRUE(revisions(11, 5).empty());
  EXPECT_TRUE(revisions(std::numeric_limits<Revision>::max(), 5).empty());
}

TEST_P(JournalConformance, ReadOfThousandsIsInOrder) {
  Head head;
  for (int i = 0; i < 5; ++i) {
    head = journal_->Append(head, DraftsFrom(head.revision + 1, 999)).value();
  }
  Revision next = 1;
  const absl::Status status = journal_->Read(0, 1 << 20, [&](const Entry& entry) {
    EXPECT_EQ(entry.revision, next);
    ++next;
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(next, head.revision + 1);
}

TEST_P(JournalConformance, ReadStopsAtTheFirstErrorOfItsVisitor) {
  Fill(5);
  int visited = 0;
  const absl::Status status = journal_->Read(0, 5, [&](const Entry& entry) {
    ++visited;
    return entry.revision == 3 ? absl::CancelledError("enough") : absl::OkStatus();
  });
  EXPECT_EQ(status, absl::CancelledError("enough"));
  EXPECT_EQ(visited, 3);
  EXPECT_EQ(ReadAll(*journal_).size(), 5u);
}

TEST_P(JournalConformance, AVisitorMayUseTheJournal) {
  const Head head = Fill(3);
  Head seen;
  const absl::Status status = journal_->Read(0, 1, [&](const Entry& entry) {
    EXPECT_TRUE(journal_->HeadAt(entry.revision).ok());
    EXPECT_EQ(ReadAll(*journal_, 1).size(), 2u);
    const Draft draft = DraftFor(4);
    auto next = journal_->Append(head, {&draft, 1});
    if (next.ok()) seen = *next;
    return next.status();
  });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(seen.revision, 4u);
}

TEST_P(JournalConformance, HeadAtKnowsEveryRevisionAndNoneBeyond) {
  const Head head = Fill(4);
  for (const Entry& entry : ReadAll(*journal_)) {
    EXPECT_EQ(journal_->HeadAt(entry.revision).value(), (Head{entry.revision, entry.chain}));
  }
  EXPECT_EQ(journal_->HeadAt(4).value(), head);
  for (const Revision revision : {Revision{5}, std::numeric_limits<Revision>::max()}) {
    const absl::Status status = journal_->HeadAt(revision).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange) << status;
    EXPECT_EQ(ReasonOf(status), "REVISION_UNKNOWN");
  }
}

TEST_P(JournalConformance, RevisionAtIsTheLastAtOrBeforeATime) {
  std::vector<Draft> drafts = DraftsFrom(1, 7);
  drafts[3].record_time_us = drafts[2].record_time_us;
  drafts[4].record_time_us = drafts[2].record_time_us;
  ASSERT_TRUE(journal_->Append(Head{}, drafts).ok());
  const auto at = [&](int64_t us) {
    return journal_->RevisionAt(absl::FromUnixMicros(us)).value();
  };
  EXPECT_EQ(at(TimeOf(1) - 1), 0u);
  EXPECT_EQ(at(TimeOf(1)), 1u);
  EXPECT_EQ(at(TimeOf(2) - 1), 1u);
  EXPECT_EQ(at(TimeOf(2)), 2u);
  EXPECT_EQ(at(TimeOf(3)), 5u);
  EXPECT_EQ(at(TimeOf(6) - 1), 5u);
  EXPECT_EQ(at(TimeOf(7)), 7u);
  EXPECT_EQ(journal_->RevisionAt(absl::InfinitePast()).value(), 0u);
  EXPECT_EQ(journal_->RevisionAt(absl::InfiniteFuture()).value(), 7u);
}

TEST_P(JournalConformance, WaitBeyondReturnsAtOnceWhenThereIsMore) {
  const Head head = Fill(2);
  EXPECT_EQ(journal_->WaitBeyond(0, kLong).value(), head);
  EXPECT_EQ(journal_->WaitBeyond(1, kLong).value(), head);
}

TEST_P(JournalConformance, WaitBeyondReturnsTheHeadAfterItsTimeout) {
  const Head head = Fill(2);
  EXPECT_EQ(journal_->WaitBeyond(2, absl::Milliseconds(20)).value(), head);
  EXPECT_EQ(journal_->WaitBeyond(2, -absl::InfiniteDuration()).value(), head);
  EXPECT_EQ(journal_->WaitBeyond(99, absl::ZeroDuration()).value(), head);
}

TEST_P(JournalConformance, AppendWakesEveryWaiter) {
  Fill(1);
  std::atomic<int> woken = 0;
  std::vector<std::thread> waiters;
  for (int i = 0; i < 3; ++i) {
    waiters.emplace_back([&] {
      const auto head = journal_->WaitBeyond(1, absl::InfiniteDuration());
      if (head.ok() && head->revision == 2) ++woken;
    });
  }
  Fill(1);
  for (std::thread& waiter : waiters) waiter.join();
  EXPECT_EQ(woken, 3);
}

TEST_P(JournalConformance, InterruptWakesWaitersNowAndFromNowOn) {
  const Head head = Fill(1);
  std::thread waiter([&] {
    const auto woken = journal_->WaitBeyond(1, absl::InfiniteDuration());
    EXPECT_TRUE(woken.ok()) << woken.status();
    EXPECT_EQ(woken.value_or(Head{}), head);
  });
  journal_->Interrupt();
  waiter.join();
  EXPECT_EQ(journal_->WaitBeyond(1, absl::InfiniteDuration()).value(), head);
  EXPECT_EQ(ReadAll(*journal_).size(), 1u);
}

TEST_P(JournalConformance, TheNewestSnapshotOfTheFormatIsFound) {
  Fill(5);
  const auto snapshot = [&](Revision revision, uint32_t format, std::string state) {
    return Snapshot{journal_->HeadAt(revision).value(), format, std::move(state)};
  };
  ASSERT_TRUE(journal_->PutSnapshot(snapshot(2, 1, "two")).ok());
  ASSERT_TRUE(journal_->PutSnapshot(snapshot(4, 1, std::string("fo\0ur", 5))).ok());
  const std::optional<Snapshot> found = journal_->LatestSnapshot(1).value();
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->at, journal_->HeadAt(4).value());
  EXPECT_EQ(found->format, 1u);
  EXPECT_EQ(found->state, std::string("fo\0ur", 5));
  EXPECT_FALSE(journal_->LatestSnapshot(2).value().has_value());
  ASSERT_TRUE(journal_->PutSnapshot(snapshot(5, 2, "")).ok());
  EXPECT_EQ(journal_->LatestSnapshot(2).value().value().at.revision, 5u);
  EXPECT_EQ(journal_->LatestSnapshot(2).value().value().state, "");
}

TEST_P(JournalConformance, ASnapshotThatIsNotOnTheChainIsIgnored) {
  const Head head = Fill(5);
  ASSERT_TRUE(journal_->PutSnapshot({journal_->HeadAt(2).value(), 1, "good"}).ok());
  Head forked = head;
  forked.chain[0] ^= 1;
  Head beyond = head;
  beyond.revision = 6;
  // Whether an engine refuses or stores these is its own affair.
  for (const Head& at : {forked, beyond, forked}) {
    journal_->PutSnapshot({at, 1, "bad"}).IgnoreError();
  }
  ASSERT_NO_FATAL_FAILURE(Reopen());
  const std::optional<Snapshot> found = journal_->LatestSnapshot(1).value();
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->state, "good");
}

TEST_P(JournalConformance, ASnapshotBeyondItsLimitIsRefused) {
  const Head head = Fill(1);
  Snapshot snapshot{head, 1, std::string(kSnapshotBytesMax + 1, 's')};
  const absl::Status status = journal_->PutSnapshot(snapshot);
  EXPECT_EQ(ReasonOf(status), "JOURNAL_LIMIT") << status;
  snapshot.state.resize(4 << 20);
  ASSERT_TRUE(journal_->PutSnapshot(snapshot).ok());
  EXPECT_EQ(journal_->LatestSnapshot(1).value().value().state, snapshot.state);
}

TEST_P(JournalConformance, LeafHashesAreThoseOfTheStoredBytes) {
  Fill(6);
  std::vector<Hash> expected;
  for (Revision revision = 1; revision <= 6; ++revision) {
    expected.push_back(LeafHash(EncodeEntry(revision, DraftFor(revision))));
  }
  EXPECT_EQ(journal_->LeafHashes(0, 100).value(), expected);
  EXPECT_EQ(journal_->LeafHashes(2, 3).value(),
            std::vector<Hash>(expected.begin() + 2, expected.begin() + 5));
  EXPECT_TRUE(journal_->LeafHashes(6, 3).value().empty());
  EXPECT_TRUE(journal_->LeafHashes(60, 3).value().empty());
  EXPECT_TRUE(journal_->LeafHashes(0, 0).value().empty());
}

TEST_P(JournalConformance, TheNewestCheckpointAtOrBeyondASizeIsFound) {
  Fill(9);
  ASSERT_TRUE(journal_->PutCheckpoint(3, "three").ok());
  ASSERT_TRUE(journal_->PutCheckpoint(7, "seven").ok());
  ASSERT_TRUE(journal_->PutCheckpoint(5, "five").ok());
  for (const Revision size : {0, 3, 4, 7}) {
    EXPECT_EQ(journal_->CheckpointAtOrBeyond(size).value(), "seven") << size;
  }
  const absl::Status status = journal_->CheckpointAtOrBeyond(8).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound) << status;
  EXPECT_EQ(ReasonOf(status), "CHECKPOINT_UNKNOWN");
  ASSERT_TRUE(journal_->PutCheckpoint(7, "seven again").ok());
  EXPECT_EQ(journal_->CheckpointAtOrBeyond(7).value(), "seven again");
}

TEST_P(JournalConformance, ACheckpointAtItsLimitIsTakenAndOneBeyondIsNot) {
  Fill(1);
  const std::string note(kCheckpointBytesMax, 'n');
  EXPECT_EQ(ReasonOf(journal_->PutCheckpoint(1, note + "n")), "JOURNAL_LIMIT");
  ASSERT_TRUE(journal_->PutCheckpoint(1, note).ok());
  EXPECT_EQ(journal_->CheckpointAtOrBeyond(1).value(), note);
}

TEST_P(JournalConformance, AReopenedJournalIsTheSame) {
  const Head head = Fill(20);
  ASSERT_TRUE(journal_->PutSnapshot({journal_->HeadAt(11).value(), 1, "state"}).ok());
  ASSERT_TRUE(journal_->PutCheckpoint(13, "note").ok());
  const std::string all = Everything(*journal_);
  ASSERT_NO_FATAL_FAILURE(Reopen());
  EXPECT_EQ(Everything(*journal_), all);
  EXPECT_EQ(journal_->StableHead().value(), head);
  EXPECT_EQ(Fill(1).revision, 21u);
}

TEST_P(JournalConformance, AnotherHandleSeesTheSameOrIsRefused) {
  Fill(2);
  auto other = engine_->Open();
  if (!engine_->ManyHandles()) {
    EXPECT_EQ(other.status().code(), absl::StatusCode::kFailedPrecondition) << other.status();
    EXPECT_EQ(ReasonOf(other.status()), "JOURNAL_LOCKED");
    EXPECT_EQ(Fill(1).revision, 3u);
    return;
  }
  ASSERT_TRUE(other.ok()) << other.status();
  const Head old = journal_->StableHead().value();
  EXPECT_EQ((*other)->StableHead().value(), old);
  std::thread writer([&] { Fill(1); });
  const Head seen = (*other)->WaitBeyond(2, kLong).value();
  writer.join();
  EXPECT_EQ(seen.revision, 3u);
  const Draft draft = DraftFor(4);
  EXPECT_EQ(ReasonOf((*other)->Append(old, {&draft, 1}).status()), "JOURNAL_CONFLICT");
  EXPECT_TRUE((*other)->Append(seen, {&draft, 1}).ok());
  EXPECT_EQ(journal_->WaitBeyond(3, kLong).value().revision, 4u);
  EXPECT_EQ(Everything(**other), Everything(*journal_));
}

TEST_P(JournalConformance, ConcurrentWritersLoseNothing) {
  constexpr int kThreads = 4;
  constexpr int kEach = 40;
  std::atomic<int> conflicts = 0;
  std::vector<std::thread> writers;
  for (int thread = 0; thread < kThreads; ++thread) {
    writers.emplace_back([&, thread] {
      for (int n = 0; n < kEach;) {
        const Head head = journal_->StableHead().value();
        const Draft draft{.record_time_us = kStartUs,
                          .actor = absl::StrCat("writer ", thread),
                          .payload = absl::StrCat(thread, "/", n)};
        const absl::Status status = journal_->Append(head, {&draft, 1}).status();
        if (status.ok()) {
          ++n;
        } else {
          ASSERT_EQ(ReasonOf(status), "JOURNAL_CONFLICT") << status;
          ++conflicts;
        }
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  std::vector<int> next(kThreads, 0);
  for (const Entry& entry : ReadAll(*journal_)) {
    const int thread = entry.payload[0] - '0';
    EXPECT_EQ(entry.payload, absl::StrCat(thread, "/", next[thread]++));
  }
  EXPECT_EQ(next, std::vector<int>(kThreads, kEach));
  RecordProperty("conflicts", conflicts);
}

TEST_P(JournalConformance, ReadersBesideAWriterSeeAGrowingPrefix) {
  std::atomic<bool> stop = false;
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      Revision last = 0;
      while (!stop) {
        Revision next = last;
        const absl::Status status = journal_->Read(last, 50, [&](const Entry& entry) {
          EXPECT_EQ(entry.revision, ++next);
          return absl::OkStatus();
        });
        EXPECT_TRUE(status.ok()) << status;
        EXPECT_GE(journal_->StableHead().value().revision, next);
        last = next;
      }
    });
  }
  Fill(100);
  stop = true;
  for (std::thread& reader : readers) reader.join();
}

TEST_P(JournalConformance, AChangedByteIsNamed) {
  Fill(8);
  journal_.reset();
  const absl::Status corrupted = engine_->CorruptEntry(5);
  ASSERT_TRUE(corrupted.ok()) << corrupted;
  auto journal = engine_->Open();
  ASSERT_TRUE(journal.ok()) << journal.status();
  journal_ = *std::move(journal);
  EXPECT_EQ(ReadAll(*journal_, 0, 4).size(), 4u);
  for (const Revision after : {0, 4}) {
    Revision last = after;
    const absl::Status status = journal_->Read(after, 100, [&](const Entry& entry) {
      last = entry.revision;
      return absl::OkStatus();
    });
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_EQ(ReasonOf(status), "JOURNAL_CORRUPT");
    EXPECT_EQ(Metadata(status, "revision"), "5");
    EXPECT_EQ(last, 4u);
  }
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(JournalConformance);

}  // namespace xince::journal
