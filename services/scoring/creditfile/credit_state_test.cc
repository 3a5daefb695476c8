#include "services/scoring/creditfile/credit_state.h"

#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "xince/evidence/v1/evidence.pb.h"

#include "services/journal/machine.h"
#include "services/journal/sqlite_journal.h"
#include "services/runtime/errors.h"
#include "services/scoring/intake/intake.h"
#include "services/type/civil_date.h"

namespace xince::creditfile {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::xince::credit::v1::StandingRecord;
using ::xince::evidence::v1::Evidence;

constexpr char kFirm[] = "firms/91350100M000100Y43";
constexpr char kOtherFirm[] = "firms/91510000779827684C";
constexpr char kProject[] = "projects/p1";
constexpr char kManager[] = "managers/m1";

std::string ReadFile(const std::string& path) {
  std::ifstream in(path);
  EXPECT_TRUE(in.good()) << path;
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

absl::Time Noon(const std::string& date) {
  return absl::FromUnixSeconds(int64_t{type::ParseDate(date)->days()} * 86400) + absl::Hours(4);
}

class CreditStateTest : public ::testing::Test {
 protected:
  CreditStateTest() {
    std::string pattern = "/tmp/xince-credit-XXXXXX";
    directory_ = mkdtemp(pattern.data());
    OpenJournal();
    Begin();
  }
  ~CreditStateTest() override {
    machine_.reset();
    journal_.reset();
    std::filesystem::remove_all(directory_);
  }

  void OpenJournal() {
    auto opened = journal::SqliteJournal::Open({.path = directory_ + "/scoring.journal",
                                                .name = "nanjing/scoring",
                                                .allow_unsafe_filesystem = true});
    ASSERT_TRUE(opened.ok()) << opened.status();
    journal_ = *std::move(opened);
  }

  void Begin() {
    machine_.reset();
    state_ = std::make_unique<CreditState>("3201");
    machine_ =
        std::make_unique<journal::Machine>(*journal_, *state_, clock_, journal::Machine::Options{});
    const absl::Status recovered = machine_->Recover();
    ASSERT_TRUE(recovered.ok()) << recovered;
    machine_->Start();
    std::vector<std::pair<std::string, std::string>> packs;
    for (const char* file : {"national/2023-05-01.textproto",
                             "national/2026-04-01.textproto",
                             "nanjing/2012-01-01.textproto",
                             "nanjing/2022-10-26.textproto"}) {
      packs.emplace_back(file, ReadFile(absl::StrCat("policies/", file)));
    }
    const absl::Status loaded = intake::LoadPolicies(*state_, *machine_, packs);
    ASSERT_TRUE(loaded.ok()) << loaded << runtime::ToProblem(loaded).reason;
    OpenDay();
  }

  void OpenDay() {
    intake::DayKeeper days(*state_, *machine_, clock_);
    ASSERT_TRUE(days.OpenToday().ok());
  }

  // Records one batch of a feed as the intake does.
  journal::Revision Take(const std::vector<Evidence>& evidence,
                         const std::string& feed = "registry") {
    journal::v1::ScoringEntry entry;
    auto* batch = entry.mutable_evidence_taken()->add_batches();
    entry.mutable_evidence_taken()->set_feed(feed);
    batch->set_sequence(++sequence_);
    for (const Evidence& piece : evidence) *batch->add_evidence() = piece;
    const auto revision = machine_->Execute([&](journal::Transaction& transaction) {
      XINCE_RETURN_IF_ERROR(transaction.Append("test", "", entry.SerializeAsString()));
      return intake::RecordDue(*state_, transaction);
    });
    EXPECT_TRUE(revision.ok()) << revision.status();
    return revision.ok() ? *revision : 0;
  }

  static Evidence Filed(const std::string& subject) {
    Evidence evidence;
    evidence.set_id(absl::StrCat("registry/", subject, "#subject"));
    evidence.set_version(1);
    evidence.set_subject(subject);
    evidence.set_kind("registry.subject");
    evidence.mutable_filing()->set_display_name("示例");
    evidence.mutable_filing()->set_division("320104001");
    return evidence;
  }
  static Evidence Engaged(const std::string& from, const std::string& until = "") {
    Evidence evidence;
    evidence.set_id(absl::StrCat("registry/engagements/e1#engagement"));
    evidence.set_version(1);
    evidence.set_subject(kProject);
    evidence.set_kind("registry.engagement");
    evidence.mutable_engagement()->set_project(kProject);
    evidence.mutable_engagement()->set_firm(kFirm);
    evidence.mutable_engagement()->set_start_date(from);
    evidence.mutable_engagement()->set_end_date(until);
    return evidence;
  }
  static Evidence InCharge(const std::string& from) {
    Evidence evidence;
    evidence.set_id("registry/charges/c1#charge");
    evidence.set_version(1);
    evidence.set_subject(kProject);
    evidence.set_kind("registry.charge");
    evidence.mutable_charge()->set_project(kProject);
    evidence.mutable_charge()->set_manager(kManager);
    evidence.mutable_charge()->set_start_date(from);
    return evidence;
  }
  static Evidence Fact(const std::string& id,
                       const std::string& subject,
                       const std::string& kind,
                       const std::string& date) {
    Evidence evidence;
    evidence.set_id(id);
    evidence.set_version(1);
    evidence.set_subject(subject);
    evidence.set_kind(kind);
    evidence.set_occurred_on(date);
    evidence.set_determined_on(date);
    return evidence;
  }

  void FileAll() {
    Take({Filed(kFirm), Filed(kProject), Filed(kManager)});
    Take({Engaged("2020-01-01"), InCharge("2020-01-01")});
  }

  StandingRecord Current(const std::string& subject) {
    const SubjectId id = state_->book().Find(subject);
    EXPECT_NE(id, kNone) << subject;
    const Standing* standing = state_->Find(id);
    return standing == nullptr ? StandingRecord() : standing->record;
  }
  StandingRecord AsOf(const std::string& subject,
                      const std::string& date,
                      journal::Revision known = 0) {
    const Day day = type::ParseDate(date)->days();
    const Assessor& assessor = state_->assessor();
    return assessor.Record(
        assessor.Assess(
            state_->book().Find(subject), day, known == 0 ? machine_->durable() : known),
        day);
  }
  static std::vector<std::string> Codes(const StandingRecord& record) {
    std::vector<std::string> codes;
    for (const auto& restriction : record.restrictions()) codes.push_back(restriction.code());
    return codes;
  }

  std::string directory_;
  runtime::FakeClock clock_{Noon("2017-06-01")};
  std::unique_ptr<journal::SqliteJournal> journal_;
  std::unique_ptr<CreditState> state_;
  std::unique_ptr<journal::Machine> machine_;
  uint64_t sequence_ = 0;
};

TEST_F(CreditStateTest, AFiledFirmBeginsWithTheBase) {
  Take({Filed(kFirm)});
  const StandingRecord record = Current(kFirm);
  EXPECT_TRUE(record.rated());
  EXPECT_EQ(record.score_hundredths(), 10000);
  EXPECT_EQ(record.policy(), "nanjing");
  EXPECT_EQ(record.explanation_digest().size(), 64);
}

TEST_F(CreditStateTest, ThePublishedCaseCascadesFromProjectToFirmAndManager) {
  FileAll();
  EXPECT_EQ(Current(kFirm).score_hundredths(), 10000);
  Take({Fact(
           "inspection/conducts/1#project", kProject, "inspection.handover-refused", "2017-05-01")},
       "inspection");
  // The relation of the fixture starts in 2020: nobody had the project then.
  EXPECT_EQ(Current(kFirm).score_hundredths(), 10000);
  Evidence earlier = Engaged("2016-01-01");
  earlier.set_version(2);
  Evidence charge = InCharge("2016-01-01");
  charge.set_version(2);
  Take({earlier, charge});
  EXPECT_EQ(Current(kFirm).score_hundredths(), 8800);
  EXPECT_EQ(Current(kManager).score_hundredths(), 9200);
}

TEST_F(CreditStateTest, PointsLapseWithTheYearWhenTheDayOpens) {
  Take({Filed(kFirm)});
  Take({Fact("i/1", kFirm, "inspection.handover-refused", "2017-05-01")}, "inspection");
  EXPECT_EQ(Current(kFirm).score_hundredths(), 8800);
  EXPECT_EQ(Current(kFirm).next_change_on(), "2018-01-01");
  clock_.SetTime(Noon("2017-12-31"));
  OpenDay();
  EXPECT_EQ(Current(kFirm).score_hundredths(), 8800);
  clock_.SetTime(Noon("2018-01-01"));
  OpenDay();
  EXPECT_EQ(Current(kFirm).score_hundredths(), 10000);
}

TEST_F(CreditStateTest, FifteenPointsRestrictAndFourteenAndAHalfDoNot) {
  Take({Filed(kFirm), Filed(kOtherFirm)});
  const auto inaction = [](const std::string& id, const std::string& firm, int64_t points) {
    Evidence evidence = Fact(id, firm, "inspection.inaction", "2017-03-01");
    evidence.set_given_points_hundredths(points);
    return evidence;
  };
  Take({Fact("i/1", kFirm, "inspection.handover-refused", "2017-05-01"),
        inaction("i/2", kFirm, 300),
        Fact("i/3", kOtherFirm, "inspection.handover-refused", "2017-05-01"),
        inaction("i/4", kOtherFirm, 250)},
       "inspection");
  EXPECT_EQ(Current(kFirm).score_hundredths(), 8500);
  EXPECT_THAT(Codes(Current(kFirm)), testing::Contains("no-awards"));
  EXPECT_EQ(Current(kOtherFirm).score_hundredths(), 8550);
  EXPECT_THAT(Codes(Current(kOtherFirm)), IsEmpty());
}

TEST_F(CreditStateTest, EvidenceAboutASubjectNobodyFiledIsHeldUntilItIs) {
  Take({Fact("i/1", kFirm, "inspection.handover-refused", "2017-05-01")}, "inspection");
  EXPECT_EQ(state_->book().held(), 1);
  EXPECT_EQ(state_->Find(state_->book().Find(kFirm)), nullptr);
  Take({Filed(kFirm)});
  EXPECT_EQ(state_->book().held(), 0);
  EXPECT_EQ(Current(kFirm).score_hundredths(), 8800);
}

TEST_F(CreditStateTest, AVoidedPieceIsAsIfItHadNeverBeenAndWasKnownThen) {
  Take({Filed(kFirm)});
  const journal::Revision with =
      Take({Fact("i/1", kFirm, "inspection.handover-refused", "2017-05-01")}, "inspection");
  Evidence voided = Fact("i/1", kFirm, "inspection.handover-refused", "2017-05-01");
  voided.set_version(2);
  voided.set_voided(true);
  Take({voided}, "inspection");
  EXPECT_EQ(Current(kFirm).score_hundredths(), 10000);
  EXPECT_EQ(AsOf(kFirm, "2017-06-01", with).score_hundredths(), 8800);
  EXPECT_EQ(AsOf(kFirm, "2017-06-01").score_hundredths(), 10000);
}

TEST_F(CreditStateTest, AsOfAnyDayIsTheOutcomeOnThatDay) {
  Take({Filed(kFirm)});
  Take({Fact("i/1", kFirm, "inspection.handover-refused", "2017-05-01")}, "inspection");
  EXPECT_EQ(AsOf(kFirm, "2017-04-30").score_hundredths(), 10000);
  EXPECT_EQ(AsOf(kFirm, "2017-05-01").score_hundredths(), 8800);
  EXPECT_EQ(AsOf(kFirm, "2017-12-31").score_hundredths(), 8800);
  EXPECT_EQ(AsOf(kFirm, "2018-01-01").score_hundredths(), 10000);
}

TEST_F(CreditStateTest, ABranchsFindingReachesItsParent) {
  Take({Filed(kFirm), Filed(kOtherFirm)});
  Evidence branch;
  branch.set_id("registry/firms/x#branch");
  branch.set_version(1);
  branch.set_subject(kOtherFirm);
  branch.set_kind("registry.branch");
  branch.mutable_branch()->set_branch(kOtherFirm);
  branch.mutable_branch()->set_parent(kFirm);
  branch.mutable_branch()->set_start_date("2010-01-01");
  Take({branch});
  Take({Fact("i/1", kOtherFirm, "inspection.handover-refused", "2017-05-01")}, "inspection");
  EXPECT_EQ(Current(kOtherFirm).score_hundredths(), 8800);
  EXPECT_EQ(Current(kFirm).score_hundredths(), 8800);
}

TEST_F(CreditStateTest, EveryChangeIsRecordedWithItsCause) {
  Take({Filed(kFirm)});
  const journal::Revision revision =
      Take({Fact("i/1", kFirm, "inspection.handover-refused", "2017-05-01")}, "inspection");
  journal::v1::ScoringEntry entry;
  ASSERT_TRUE(journal_
                  ->Read(revision - 1,
                         1,
                         [&](const journal::Entry& stored) {
                           EXPECT_TRUE(entry.ParseFromString(stored.payload));
                           return absl::OkStatus();
                         })
                  .ok());
  ASSERT_EQ(entry.standings_changed().changes_size(), 1);
  const auto& change = entry.standings_changed().changes(0);
  EXPECT_EQ(change.subject(), kFirm);
  EXPECT_EQ(change.before().score_hundredths(), 10000);
  EXPECT_EQ(change.after().score_hundredths(), 8800);
  EXPECT_THAT(change.causes(), ElementsAre("i/1"));
  EXPECT_EQ(change.after().policy_digest().size(), 64);
}

TEST_F(CreditStateTest, ManyChangesGoIntoSeveralEntriesWithinTheJournalsLimit) {
  std::vector<Evidence> filings;
  for (size_t i = 0; i < 2 * kChangesPerEntryMax + 1; ++i) {
    filings.push_back(Filed(absl::StrCat("managers/m", i)));
  }
  const journal::Revision before = machine_->durable();
  Take(filings);
  std::vector<int> sizes;
  ASSERT_TRUE(journal_
                  ->Read(before + 1,
                         100,
                         [&](const journal::Entry& stored) {
                           journal::v1::ScoringEntry entry;
                           EXPECT_TRUE(entry.ParseFromString(stored.payload));
                           EXPECT_LE(stored.payload.size(), journal::kPayloadBytesMax);
                           sizes.push_back(entry.standings_changed().changes_size());
                           return absl::OkStatus();
                         })
                  .ok());
  EXPECT_THAT(
      sizes,
      ElementsAre(static_cast<int>(kChangesPerEntryMax), static_cast<int>(kChangesPerEntryMax), 1));
}

TEST_F(CreditStateTest, ChangesWithManyCausesAreSplitByTheirBytes) {
  // Long evidence ids make long causes: fewer changes fit into an entry.
  std::vector<Evidence> evidence;
  for (int firm = 0; firm < 150; ++firm) {
    const std::string subject = absl::StrCat("managers/m", firm);
    evidence.push_back(Filed(subject));
    for (size_t i = 0; i < kCausesMax; ++i) {
      evidence.push_back(Fact(absl::StrCat("inspection/", firm, "/", i, std::string(600, 'x')),
                              subject,
                              "inspection.lift-unsafe",
                              "2017-05-01"));
    }
  }
  const journal::Revision before = machine_->durable();
  for (size_t first = 0; first < evidence.size(); first += 1000) {
    const size_t last = std::min(evidence.size(), first + 1000);
    Take({evidence.begin() + static_cast<std::ptrdiff_t>(first),
          evidence.begin() + static_cast<std::ptrdiff_t>(last)});
  }
  size_t entries = 0;
  ASSERT_TRUE(journal_
                  ->Read(before,
                         1000,
                         [&](const journal::Entry& stored) {
                           journal::v1::ScoringEntry entry;
                           EXPECT_TRUE(entry.ParseFromString(stored.payload));
                           if (!entry.has_standings_changed()) return absl::OkStatus();
                           ++entries;
                           EXPECT_LE(stored.payload.size(), kChangesBytesMax + 1024);
                           return absl::OkStatus();
                         })
                  .ok());
  // One entry per batch would do by their number.
  EXPECT_GT(entries, 4);
}

TEST_F(CreditStateTest, ReplayAndSnapshotGiveTheSameDigest) {
  FileAll();
  Take({Fact("i/1", kFirm, "inspection.handover-refused", "2017-05-01")}, "inspection");
  clock_.SetTime(Noon("2018-01-01"));
  OpenDay();
  Take({Fact("i/2", kFirm, "inspection.lift-unsafe", "2018-01-01")}, "inspection");
  const std::string digest = machine_->StateDigest();
  CreditState replayed("3201");
  ASSERT_TRUE(
      journal_
          ->Read(0,
                 SIZE_MAX,
                 [&](const journal::Entry& entry) { return replayed.Apply(entry, nullptr); })
          .ok());
  EXPECT_EQ(journal::Sha256Hex(replayed.SaveSnapshot()), digest);
  Begin();
  EXPECT_EQ(machine_->StateDigest(), digest);
  EXPECT_EQ(Current(kFirm).score_hundredths(), 9900);
}

TEST_F(CreditStateTest, AStandingThatReplayDoesNotGiveStopsTheStart) {
  Take({Filed(kFirm)});
  const journal::Head head = *journal_->StableHead();
  machine_->Stop();
  // Somebody writes a better score into the journal, with a chain that fits.
  journal::v1::ScoringEntry forged;
  auto* change = forged.mutable_standings_changed()->add_changes();
  change->set_subject(kFirm);
  *change->mutable_after() = Current(kFirm);
  change->mutable_after()->set_score_hundredths(20000);
  const journal::Draft draft{.record_time_us = absl::ToUnixMicros(clock_.Now()),
                             .actor = "x",
                             .payload = forged.SerializeAsString()};
  ASSERT_TRUE(journal_->Append(*journal_->StableHead(), absl::MakeConstSpan(&draft, 1)).ok());
  EXPECT_GT(journal_->StableHead()->revision, head.revision);
  CreditState state("3201");
  journal::Machine machine(*journal_, state, clock_, {});
  const absl::Status status = machine.Recover();
  EXPECT_EQ(runtime::ReasonOf(status), "REPLAY_MISMATCH");
}

TEST_F(CreditStateTest, AStandingThatDiffersInOneByteStopsTheReplay) {
  Take({Filed(kFirm)});
  Take({Fact("i/1", kFirm, "inspection.lift-unsafe", "2017-05-01")}, "inspection");
  std::vector<journal::Entry> entries;
  ASSERT_TRUE(journal_
                  ->Read(0,
                         SIZE_MAX,
                         [&](const journal::Entry& entry) {
                           entries.push_back(entry);
                           return absl::OkStatus();
                         })
                  .ok());
  journal::v1::ScoringEntry last;
  ASSERT_TRUE(last.ParseFromString(entries.back().payload));
  ASSERT_EQ(last.standings_changed().changes_size(), 1);
  const std::string recorded = entries.back().payload;
  // Of the same length: another grade, clause or digest, a digit of the score or of a day.
  for (size_t at = 8; at < recorded.size(); at += 5) {
    entries.back().payload = recorded;
    entries.back().payload[at] = static_cast<char>(recorded[at] ^ 1);
    CreditState replayed("3201");
    absl::Status status;
    for (const journal::Entry& entry : entries) status.Update(replayed.Apply(entry, nullptr));
    EXPECT_EQ(runtime::ReasonOf(status), "REPLAY_MISMATCH") << "byte " << at;
  }
}

TEST_F(CreditStateTest, UndoLeavesNoTrace) {
  FileAll();
  const std::string digest = machine_->StateDigest();
  journal::v1::ScoringEntry entry;
  entry.mutable_evidence_taken()->set_feed("inspection");
  auto* batch = entry.mutable_evidence_taken()->add_batches();
  batch->set_sequence(99);
  *batch->add_evidence() = Fact("i/1", kFirm, "inspection.handover-refused", "2017-05-01");
  Evidence renamed = Filed(kFirm);
  renamed.set_version(2);
  renamed.mutable_filing()->set_display_name("改名");
  *batch->add_evidence() = renamed;
  *batch->add_evidence() = Filed(kOtherFirm);
  EXPECT_FALSE(machine_
                   ->Execute([&](journal::Transaction& transaction) -> absl::Status {
                     EXPECT_TRUE(transaction.Append("t", "", entry.SerializeAsString()).ok());
                     EXPECT_TRUE(intake::RecordDue(*state_, transaction).ok());
                     return runtime::InvalidArgument("NO", "", "no", "不");
                   })
                   .ok());
  EXPECT_EQ(machine_->StateDigest(), digest);
}

TEST_F(CreditStateTest, ANewNameIsInTheAnswerAtOnce) {
  Take({Filed(kFirm)});
  Evidence renamed = Filed(kFirm);
  renamed.set_version(2);
  renamed.mutable_filing()->set_display_name("改名");
  renamed.mutable_filing()->add_former_names("示例");
  Take({renamed});
  credit::v1::Standing answer;
  ASSERT_TRUE(answer.ParseFromString(*state_->Find(state_->book().Find(kFirm))->answer));
  EXPECT_EQ(answer.display_name(), "改名");
  EXPECT_THAT(answer.former_names(), ElementsAre("示例"));
}

TEST_F(CreditStateTest, EvidenceThatCannotBeReadIsRefusedWhole) {
  Take({Filed(kFirm)});
  Evidence bad = Fact("i/1", kFirm, "inspection.handover-refused", "2017-02-30");
  journal::v1::ScoringEntry entry;
  entry.mutable_evidence_taken()->set_feed("inspection");
  auto* batch = entry.mutable_evidence_taken()->add_batches();
  batch->set_sequence(99);
  *batch->add_evidence() = bad;
  const auto refused = machine_->Execute([&](journal::Transaction& transaction) {
    return transaction.Append("t", "", entry.SerializeAsString());
  });
  EXPECT_EQ(runtime::ReasonOf(refused.status()), "EVIDENCE_MALFORMED");
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("date"));
  EXPECT_EQ(state_->CursorOf("inspection"), 0);
}

}  // namespace
}  // namespace xince::creditfile
