#include "services/scoring/creditfile/past_standings.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/scoring/creditfile/test_register.h"

namespace xince::creditfile {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kFirm[] = "firms/91350100M000100Y43";
constexpr char kProject[] = "projects/p1";

// Firms by calendar years; projects by years from $MONTH on.
constexpr char kPack[] = R"(
id: "years" zh: "历年" jurisdiction: "3201" effective_from: "$FROM"
subjects {
  subject: "firm"
  base { points: "100" }
  items { id: "fine" zh: "处罚" kinds: "x.fine" points { fixed: "-50" } validity { never {} } }
  items { id: "fraud" zh: "造假" kinds: "x.fraud" validity { months: 3 } veto { not_rated: true } }
  grades { id: "A" zh: "甲" when { score { at_least: "60" } } }
  grades { id: "D" zh: "丁" }
  restrictions { code: "twice" zh: "连续两年" when { streak { years: 2 grades: "D" } } }
  restrictions { code: "low" zh: "连续两年低分" when { streak { years: 2 score { less_than: "60" } } } }
  restrictions { code: "once" zh: "上年" when { past_grade { years_back: 1 of: "D" } } }
  restrictions { code: "graded" zh: "上年有等级" when { past_grade { years_back: 1 } } }
}
subjects {
  subject: "project" year_starts_month: $MONTH
  base { points: "100" }
  grades { id: "good" zh: "好" }
  restrictions { code: "graded" zh: "上年有等级" when { past_grade { years_back: 1 } } }
}
)";

std::string Pack(const std::string& from = "2020-01-01", int month = 4) {
  return absl::StrReplaceAll(kPack, {{"$FROM", from}, {"$MONTH", absl::StrCat(month)}});
}

class PastStandingsTest : public ::testing::Test {
 protected:
  // A firm with a fine from the day on.
  void FileBadFirm(const std::string& day) {
    register_.Take({FiledEvidence(kFirm)});
    Fine(day);
  }
  void Fine(const std::string& day, bool voided = false) {
    evidence::v1::Evidence fine = PieceEvidence("x/1", kFirm, "x.fine", day);
    fine.set_version(voided ? 2 : 1);
    fine.set_voided(voided);
    register_.Take({fine}, "inspection");
  }
  static std::vector<std::string> Codes(const credit::v1::StandingRecord& record) {
    std::vector<std::string> codes;
    for (const auto& restriction : record.restrictions()) codes.push_back(restriction.code());
    return codes;
  }
  std::vector<std::string> Holds(const std::string& subject = kFirm) const {
    return Codes(register_.Current(subject));
  }
  std::vector<std::string> HeldOn(const std::string& day, journal::Revision known = 0) const {
    return Codes(register_.AsOf(kFirm, day, known));
  }

  TestRegister register_{{{"years.textproto", Pack()}}, "2023-11-01"};
};

TEST_F(PastStandingsTest, AStreakOfTwoYearsHoldsFromTheFirstDayOfTheThird) {
  FileBadFirm("2023-11-01");
  EXPECT_THAT(Holds(), IsEmpty());
  register_.OpenDay("2023-12-31");
  EXPECT_THAT(Holds(), IsEmpty());
  register_.OpenDay("2024-01-01");
  EXPECT_THAT(Holds(), ElementsAre("once", "graded"));
  EXPECT_THAT(register_.LastCauses(kFirm), ElementsAre("day:2024-01-01"));
  register_.OpenDay("2024-12-31");
  EXPECT_THAT(Holds(), ElementsAre("once", "graded"));
  register_.OpenDay("2025-01-01");
  EXPECT_THAT(Holds(), ElementsAre("twice", "low", "once", "graded"));
  EXPECT_THAT(register_.LastCauses(kFirm), ElementsAre("day:2025-01-01"));
}

TEST_F(PastStandingsTest, AGoodYearBreaksTheStreak) {
  FileBadFirm("2023-11-01");
  register_.OpenDay("2024-01-01");
  Fine("2023-11-01", true);
  register_.OpenDay("2025-01-01");
  EXPECT_THAT(Holds(), ElementsAre("graded"));
}

TEST_F(PastStandingsTest, WhatIsKnownLaterOfAYearDoesNotChangeWhatItsEndRecorded) {
  FileBadFirm("2023-11-01");
  register_.OpenDay("2024-02-01");
  Fine("2023-11-01", true);
  EXPECT_EQ(register_.AsOf(kFirm, "2023-12-31").grade(), "A");
  EXPECT_EQ(register_.Current(kFirm).grade(), "A");
  EXPECT_THAT(Holds(), ElementsAre("once", "graded"));
}

TEST_F(PastStandingsTest, AYearThatHadNotEndedAtARevisionIsNotKnownAtIt) {
  FileBadFirm("2023-11-01");
  const journal::Revision before = register_.machine().durable();
  register_.OpenDay("2024-01-01");
  const journal::Revision after = register_.machine().durable();
  EXPECT_THAT(HeldOn("2024-01-01", before), IsEmpty());
  EXPECT_THAT(HeldOn("2024-01-01", after), ElementsAre("once", "graded"));
  EXPECT_THAT(HeldOn("2023-12-31", after), IsEmpty());
  register_.OpenDay("2025-03-01");
  EXPECT_THAT(HeldOn("2025-03-01"), Contains("twice"));
  EXPECT_THAT(HeldOn("2024-12-31"), ElementsAre("once", "graded"));
  EXPECT_THAT(HeldOn("2025-03-01", after), IsEmpty());
}

TEST_F(PastStandingsTest, AYearCountsFromTheOneASubjectIsFiledIn) {
  register_.OpenDay("2024-07-01");
  FileBadFirm("2024-07-01");
  register_.OpenDay("2025-01-01");
  EXPECT_THAT(Holds(), ElementsAre("once", "graded"));
  register_.OpenDay("2026-01-01");
  EXPECT_THAT(Holds(), ElementsAre("twice", "low", "once", "graded"));
}

TEST_F(PastStandingsTest, WhoIsNotRatedOnTheLastDayHasNoStandingOfTheYear) {
  FileBadFirm("2023-11-01");
  register_.Take({PieceEvidence("x/2", kFirm, "x.fraud", "2023-11-01")}, "inspection");
  register_.OpenDay("2024-02-05");
  ASSERT_TRUE(register_.Current(kFirm).rated());
  EXPECT_THAT(Holds(), IsEmpty());
}

TEST_F(PastStandingsTest, WhoLeftTheRegisterHasNoStandingOfTheYear) {
  FileBadFirm("2023-11-01");
  evidence::v1::Evidence filing = FiledEvidence(kFirm);
  filing.set_version(2);
  filing.set_voided(true);
  register_.Take({filing});
  register_.OpenDay("2024-02-05");
  filing.set_version(3);
  filing.set_voided(false);
  register_.Take({filing});
  EXPECT_EQ(register_.Current(kFirm).grade(), "D");
  EXPECT_THAT(Holds(), IsEmpty());
}

TEST_F(PastStandingsTest, EachKindHasItsOwnYear) {
  register_.Take({FiledEvidence(kProject)});
  register_.OpenDay("2024-03-31");
  EXPECT_THAT(Holds(kProject), IsEmpty());
  register_.OpenDay("2024-04-01");
  EXPECT_THAT(Holds(kProject), ElementsAre("graded"));
}

TEST_F(PastStandingsTest, AVersionWithAnotherYearFindsTheDayBeforeItsFirst) {
  register_.Load("later.textproto", Pack("2024-07-01", 7));
  register_.Take({FiledEvidence(kProject)});
  register_.OpenDay("2024-06-30");
  EXPECT_THAT(Holds(kProject), ElementsAre("graded")) << "of 31 March";
  register_.OpenDay("2024-07-01");
  EXPECT_THAT(Holds(kProject), ElementsAre("graded")) << "of 30 June";
}

TEST_F(PastStandingsTest, DaysThatNeverOpenedHaveTheStandingThatStood) {
  FileBadFirm("2023-11-01");
  register_.OpenDay("2025-02-01");
  EXPECT_THAT(Holds(), ElementsAre("twice", "low", "once", "graded"));
}

TEST_F(PastStandingsTest, TheYearAheadIsForeseenAsItThenStands) {
  const auto ahead = [&](const std::string& until) {
    const Assessor& assessor = register_.state().assessor();
    const SubjectId firm = register_.state().book().Find(kFirm);
    const Day today = register_.state().today();
    const journal::Revision known = register_.machine().durable();
    std::vector<std::string> steps;
    for (const auto& step : assessor.Ahead(firm,
                                           assessor.Assess(firm, today, known),
                                           today,
                                           type::ParseDate(until)->days(),
                                           10,
                                           known))
      steps.push_back(absl::StrCat(step.day(), " ", step.restrictions_size()));
    return steps;
  };
  FileBadFirm("2023-11-01");
  EXPECT_THAT(ahead("2023-12-31"), IsEmpty());
  EXPECT_THAT(ahead("2024-01-01"), ElementsAre("2024-01-01 2"));
  EXPECT_THAT(ahead("2026-06-01"), ElementsAre("2024-01-01 2", "2025-01-01 4"));
  register_.OpenDay("2025-06-01");
  EXPECT_THAT(ahead("2028-01-01"), IsEmpty()) << "what holds goes on";
}

TEST_F(PastStandingsTest, ReplaySnapshotAndUndoKeepThem) {
  FileBadFirm("2023-11-01");
  register_.OpenDay("2024-01-01");
  const std::string saved = register_.state().SaveSnapshot();
  EXPECT_EQ(register_.ReplayedDigest(), journal::Sha256Hex(saved));
  CreditState loaded("3201");
  ASSERT_TRUE(loaded.LoadSnapshot(saved).ok());
  EXPECT_EQ(loaded.SaveSnapshot(), saved);
  journal::v1::ScoringEntry opened;
  opened.mutable_day_opened()->set_date("2025-01-01");
  const journal::Entry entry{.revision = register_.machine().durable() + 1,
                             .payload = opened.SerializeAsString()};
  journal::Undo undo;
  ASSERT_TRUE(loaded.Apply(entry, &undo).ok());
  EXPECT_NE(loaded.SaveSnapshot(), saved);
  EXPECT_THAT(Codes(loaded.Due()->changes(0).after()), Contains("twice"));
  undo.RollBackTo(0);
  EXPECT_EQ(loaded.SaveSnapshot(), saved);
  register_.Restart();
  register_.OpenDay("2025-01-01");
  EXPECT_THAT(Holds(), Contains("twice"));
}

TEST(PastStandings, KeepsTheLatestOfAHundred) {
  PastStandings past;
  const auto add = [&](int year, journal::Undo* undo) {
    past.Add(7, {.on = year, .score = year}, static_cast<Revision>(year), undo);
  };
  for (int year = 1; year <= 100; ++year) add(year, nullptr);
  EXPECT_EQ(past.Of(7, 1000).size(), kPastStandingsMax);
  EXPECT_EQ(past.Of(7, 99).size(), kPastStandingsMax - 1);
  EXPECT_EQ(past.Of(7, 1000).front().on, 1);
  journal::Undo undo;
  add(101, &undo);
  EXPECT_EQ(past.Of(7, 1000).size(), kPastStandingsMax);
  EXPECT_EQ(past.Of(7, 1000).front().on, 2);
  EXPECT_EQ(past.Of(7, 1000).back().on, 101);
  undo.RollBackTo(0);
  EXPECT_EQ(past.Of(7, 1000).front().on, 1);
  EXPECT_EQ(past.Of(7, 1000).back().on, 100);
  EXPECT_THAT(past.Of(8, 1000), IsEmpty());
}

TEST(PastStandings, TheUndoOfTheFirstLeavesNothing) {
  PastStandings past;
  journal::Undo undo;
  past.Add(7, {.on = 1}, 1, &undo);
  undo.RollBackTo(0);
  EXPECT_THAT(past.Of(7, 1000), IsEmpty());
}

}  // namespace
}  // namespace xince::creditfile
