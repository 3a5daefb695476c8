#include "services/scoring/backtest/recorded.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "xince/policy/v1/backtest.pb.h"

#include "services/journal/testing/memory_journal.h"
#include "services/scoring/backtest/backtest.h"
#include "services/scoring/backtest/population_reader.h"
#include "services/scoring/backtest/random_register.h"
#include "services/scoring/creditfile/test_register.h"

namespace xince::backtest {
namespace {

using creditfile::SubjectId;
using policy::v1::BacktestMover;
using policy::v1::BacktestPart;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// A register that lived for some months.
class RecordedTest : public ::testing::TestWithParam<uint32_t> {
 protected:
  void Live(int steps) {
    register_.Take(random_.Filings());
    for (int i = 0; i < steps; ++i) {
      std::vector<evidence::v1::Evidence> pieces;
      for (uint64_t j = random_.Below(4); j > 0; --j) {
        evidence::v1::Evidence piece = random_.Next(today_);
        // A batch has one version of a piece.
        const bool twice = std::any_of(
            pieces.begin(), pieces.end(), [&](const auto& p) { return p.id() == piece.id(); });
        if (!twice) pieces.push_back(std::move(piece));
      }
      if (!pieces.empty()) register_.Take(pieces, "inspection");
      for (int j = 0; j < 3; ++j) TakeStep();
      if (random_.Below(2) == 0) {
        today_ = today_ + static_cast<int64_t>(1 + random_.Below(12));
        register_.OpenDay(type::FormatDate(today_));
      }
    }
  }

  // A list entry or its end, a repair or its end, a ruling: what the register refuses is left.
  void TakeStep() {
    register_.state().SetCalendar(&calendar_);
    listing::v1::StepParty party;
    party.set_part(policy::v1::CaseStep::RECORDER);
    party.set_person("li");
    party.set_office("市局");
    const auto cases = state().cases().all();
    if (!cases.empty() && random_.Below(3) == 0) {
      auto at = cases.begin();
      std::advance(at, static_cast<int64_t>(random_.Below(cases.size())));
      const cases::CaseRecord& record = *at->second;
      const std::string step = record.procedure->proto().id() == "enter" ? "leave" : "undo";
      Record(state().DecideStep(record.name, step, party, {}, 0), step);
      return;
    }
    listing::v1::Opening opening;
    listing::v1::StepDetails details;
    opening.set_subject(random_.AnyFirm());
    const uint64_t which = random_.Below(4);
    const evidence::v1::Evidence* piece = random_.Known();
    if (which == 0 || piece == nullptr) {
      opening.set_procedure("enter");
      opening.set_list("watch");
    } else {
      opening.set_procedure(which == 1 ? "rule" : "mend");
      opening.mutable_target()->set_evidence(piece->id());
      details.mutable_decision()->set_reasons("理由");
      details.mutable_decision()->set_repaired_points_hundredths(
          -static_cast<int64_t>(random_.Below(200)));
      if (which == 1) {
        auto& amendment = *details.mutable_decision()->add_amendments();
        amendment.set_evidence(piece->id());
        amendment.set_voided(random_.Below(2) == 0);
        amendment.set_given_points_hundredths(-static_cast<int64_t>(random_.Below(900)));
      }
    }
    Record(state().DecideOpening(opening, party, details), opening.procedure());
  }
  void Record(absl::StatusOr<journal::v1::CaseSteps> steps, const std::string& what) {
    if (!steps.ok()) return;
    journal::v1::ScoringEntry entry;
    *entry.mutable_case_steps() = *std::move(steps);
    const auto revision =
        register_.machine().Execute([&](journal::Transaction& transaction) -> absl::Status {
          XINCE_RETURN_IF_ERROR(transaction.Append("test", "", entry.SerializeAsString()));
          return intake::RecordDue(register_.state(), transaction);
        });
    ASSERT_TRUE(revision.ok()) << revision.status();
    ++taken_[what];
  }

  [[nodiscard]] const creditfile::CreditState& state() const { return register_.state(); }

  void CheckAll(RecordedCheck& check) {
    const absl::Status read = register_.machine().journal().Read(
        0, SIZE_MAX, [&](const journal::Entry& entry) { return check.Take(entry); });
    ASSERT_TRUE(read.ok()) << read;
  }

  std::unique_ptr<Population> ReadPopulation(creditfile::Revision known, size_t step) {
    PopulationReader reader(state().book(), state().assessor(), known);
    while (!reader.done()) reader.Step(step);
    return reader.Take();
  }

  static evaluate::CompiledPack Compile(const std::string& text, evaluate::Vocabulary& words) {
    return *evaluate::Compile(*policy::LoadPack(text, "test"), {.vocabulary = &words});
  }

  const type::WorkingDays calendar_ =
      *type::WorkingDays::Load("policies/national/working-days.txt");
  std::map<std::string, int> taken_;
  RandomRegister random_{GetParam()};
  type::Date today_ = type::Date::FromCivil(2023, 9, 1);
  creditfile::TestRegister register_{{{"random.textproto", kRandomPack}}, "2023-09-01"};
};

std::string Costlier() {
  return absl::StrReplaceAll(kRandomPack, {{"fixed: \"-2.5\"", "fixed: \"-3\""}});
}

TEST_P(RecordedTest, RecordedStandingsComeOutBitForBit) {
  Live(80);
  RecordedCheck check(state().book(), state().assessor(), PacksOf(state().policies()));
  CheckAll(check);
  EXPECT_GT(check.standings(), 100);
  EXPECT_EQ(check.different(), 0) << check.differences().front().recorded << "\n"
                                  << check.differences().front().computed;
  EXPECT_THAT(check.differences(), IsEmpty());
}

TEST_P(RecordedTest, OneOtherNumberInThePackIsFound) {
  Live(80);
  evaluate::Vocabulary words;
  CopyWords(state().vocabulary(), words);
  // Of the packs that were in force, one with another number, under its own name.
  const evaluate::CompiledPack other = Compile(Costlier(), words);
  RecordedCheck check(
      state().book(),
      state().assessor(),
      [&](const std::string&, creditfile::Day, creditfile::Revision) { return &other; });
  CheckAll(check);
  EXPECT_EQ(check.different(), check.standings()) << "the digest of the pack is recorded too";
  // Scores differ for those alone whom a defect reaches.
  std::set<std::string> subjects;
  for (const RecordedDifference& difference : check.differences()) {
    const auto score = [](const std::string& text) {
      const size_t at = text.find("score_hundredths");
      return at == std::string::npos ? "" : text.substr(at, text.find(' ', at + 18) - at);
    };
    if (score(difference.recorded) != score(difference.computed))
      subjects.insert(difference.subject);
  }
  ASSERT_FALSE(subjects.empty());
  for (const std::string& subject : subjects) EXPECT_THAT(subject, HasSubstr("firms/"));
}

TEST_P(RecordedTest, AJournalIsCheckedByThePackInForceOnTheDayOfEachRecord) {
  Live(40);
  journal::Journal& journal = register_.machine().journal();
  const absl::StatusOr<Recheck> same = RecheckJournal(journal, "");
  ASSERT_TRUE(same.ok()) << same.status();
  EXPECT_GT(same->standings, 50);
  EXPECT_EQ(same->different, 0) << same->differences.front().recorded << "\n"
                                << same->differences.front().computed;
  PacksInForce packs(state().policies(), "3201");
  packs.Note(5);
  EXPECT_EQ(packs.On(today_.days(), 4), nullptr) << "not in use yet";
  EXPECT_NE(packs.On(today_.days(), 5), nullptr);
  EXPECT_EQ(packs.On(type::Date::FromCivil(2019, 12, 31).days(), 5), nullptr) << "not in force yet";
}

// Whoever can write the file can also make its chain anew: the bytes are sound, what they say is not.
TEST_P(RecordedTest, AStandingChangedInAJournalWhoseChainWasMadeAnewIsFoundAndNamed) {
  Live(40);
  journal::MemoryJournal changed("test/scoring");
  std::string subject;
  creditfile::Revision revision = 0;
  const absl::Status copied =
      register_.machine().journal().Read(0, SIZE_MAX, [&](const journal::Entry& entry) {
        journal::Draft draft{.record_time_us = entry.record_time_us,
                             .actor = entry.actor,
                             .request_id = entry.request_id,
                             .payload = entry.payload};
        journal::v1::ScoringEntry payload;
        payload.ParseFromString(entry.payload);
        auto& changes = *payload.mutable_standings_changed()->mutable_changes();
        if (subject.empty() && entry.revision > 20 && !changes.empty()) {
          subject = changes[0].subject();
          revision = entry.revision;
          auto& after = *changes[0].mutable_after();
          after.set_score_hundredths(after.score_hundredths() + 500);
          draft.payload = payload.SerializeAsString();
        }
        return changed.Append(*changed.StableHead(), absl::MakeConstSpan(&draft, 1)).status();
      });
  ASSERT_TRUE(copied.ok()) << copied;
  ASSERT_NE(subject, "");
  uint64_t told = 0;
  const absl::StatusOr<Recheck> recheck =
      RecheckJournal(changed, "", [&](uint64_t done, uint64_t all) {
        EXPECT_GE(done, told);
        EXPECT_LE(done, all);
        told = done;
      });
  ASSERT_TRUE(recheck.ok()) << recheck.status();
  EXPECT_EQ(recheck->revision, changed.StableHead()->revision);
  EXPECT_EQ(told, 2 * recheck->revision);
  ASSERT_EQ(recheck->different, 1);
  EXPECT_EQ(recheck->differences[0].subject, subject);
  EXPECT_EQ(recheck->differences[0].revision, revision);
  EXPECT_THAT(recheck->differences[0].fields, ElementsAre("score_hundredths"));
}

TEST_P(RecordedTest, AJournalWithoutAPackIsNotScorings) {
  journal::MemoryJournal other("test/registry");
  EXPECT_EQ(runtime::ReasonOf(RecheckJournal(other, "").status()), "JOURNAL_NOT_SCORING");
}

TEST_P(RecordedTest, AnEntryThatCannotBeReadIsAnError) {
  RecordedCheck check(state().book(), state().assessor(), PacksOf(state().policies()));
  EXPECT_EQ(check.Take({.revision = 3, .payload = "\xff\xff"}).code(), absl::StatusCode::kDataLoss);
}

// The engine over a population says of every subject what assessing it alone says.
TEST_P(RecordedTest, ThePopulationSaysWhatTheRegisterSays) {
  Live(80);
  for (const char* what : {"enter", "leave", "mend", "undo", "rule"})
    EXPECT_GT(taken_[what], 0) << what;
  const creditfile::Revision known = register_.machine().durable();
  const std::unique_ptr<Population> population = ReadPopulation(known, 1000);
  const evaluate::CompiledPack old = Compile(kRandomPack, population->vocabulary());
  const evaluate::CompiledPack candidate = Compile(Costlier(), population->vocabulary());
  const Options options{
      .days = {(today_ + -100).days(), (today_ + -1).days(), today_.days(), (today_ + 30).days()},
      .threads = 2,
      .evidence_id = [&](uint32_t id) { return std::string(state().book().IdOf(id)); }};
  std::map<std::pair<std::string, std::string>, BacktestMover> movers;
  const auto summary = backtest::Run(
      *population, RulesOf(old), RulesOf(candidate), options, [&](BacktestPart& part) {
        if (part.has_mover()) movers[{part.mover().day(), part.mover().subject()}] = part.mover();
        return true;
      });
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->revision(), known);
  EXPECT_EQ(summary->populations(3).subjects(), 3);
  int64_t found = 0;
  for (const Day day : options.days) {
    for (const auto& [name, subject] : state().filed()) {
      const auto said = [&](const evaluate::CompiledPack& pack) {
        return state().assessor().Record(state().assessor().AssessUnder(&pack, subject, day, known),
                                         day);
      };
      const auto before = said(old);
      const auto after = said(candidate);
      const auto mover = movers.find({creditfile::DayText(day), std::string(name)});
      if (mover == movers.end()) {
        EXPECT_EQ(before.score_hundredths(), after.score_hundredths()) << name;
        EXPECT_EQ(before.grade(), after.grade()) << name;
        EXPECT_EQ(before.restrictions_size(), after.restrictions_size()) << name;
        continue;
      }
      ++found;
      EXPECT_EQ(mover->second.old().score_hundredths(), before.score_hundredths()) << name;
      EXPECT_EQ(mover->second.new_().score_hundredths(), after.score_hundredths()) << name;
      EXPECT_EQ(mover->second.old().grade(), before.grade()) << name;
      EXPECT_EQ(mover->second.new_().grade(), after.grade()) << name;
      int64_t moved = 0;
      for (const auto& line : mover->second.lines())
        moved += line.new_hundredths() - line.old_hundredths();
      if (mover->second.lines_omitted() != 0) continue;
      EXPECT_EQ(moved, after.score_hundredths() - before.score_hundredths()) << name;
    }
  }
  EXPECT_EQ(found, static_cast<int64_t>(movers.size()));
  EXPECT_GT(found, 0);
}

// Steps between which the register goes on see what was known.
TEST_P(RecordedTest, APopulationReadInStepsIsTheOneReadAtOnce) {
  Live(40);
  const creditfile::Revision known = register_.machine().durable();
  const std::unique_ptr<Population> at_once = ReadPopulation(known, 1000);
  PopulationReader reader(state().book(), state().assessor(), known);
  // A project that was known of and is filed only now.
  register_.Take({creditfile::FiledEvidence("projects/p5")});
  int steps = 0;
  for (; !reader.done(); ++steps) {
    reader.Step(1);
    if (steps % 3 == 0) register_.Take({random_.Next(today_)}, "inspection");
  }
  EXPECT_GT(steps, 15);
  const std::unique_ptr<Population> in_steps = reader.Take();
  const auto digest = [&](Population& population) {
    const evaluate::CompiledPack old = Compile(kRandomPack, population.vocabulary());
    const evaluate::CompiledPack candidate = Compile(Costlier(), population.vocabulary());
    const auto summary = backtest::Run(
        population, RulesOf(old), RulesOf(candidate), {.days = {today_.days()}}, [](BacktestPart&) {
          return true;
        });
    return summary->digest();
  };
  EXPECT_EQ(in_steps->facts(), at_once->facts());
  EXPECT_EQ(digest(*in_steps), digest(*at_once));
  EXPECT_NE(ReadPopulation(register_.machine().durable(), 1000)->facts(), at_once->facts());
}

TEST_P(RecordedTest, ARegisterWithNobodyHasAnEmptyPopulation) {
  const std::unique_ptr<Population> population = ReadPopulation(0, 1);
  EXPECT_EQ(population->facts(), 0);
  for (const type::SubjectKind kind : kKinds) EXPECT_EQ(population->subjects(kind), 0);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RecordedTest, ::testing::Values(1, 2, 3));

}  // namespace
}  // namespace xince::backtest
