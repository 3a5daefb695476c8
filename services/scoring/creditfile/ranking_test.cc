#include "services/scoring/creditfile/ranking.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/scoring/creditfile/test_register.h"

namespace xince::creditfile {
namespace {

using ::testing::ElementsAre;

// Of the managers, the first 40 % (rounded down) with 60 or more are A, of the rest those with 60 or
// more are B, all others C. Equal scores: fewer points from inaction first, then the name.
constexpr char kPack[] = R"(
id: "ranked" zh: "按名次" jurisdiction: "3201" effective_from: "2020-01-01"
subjects {
  subject: "manager"
  base { points: "50" }
  items { id: "merit" zh: "加分" kinds: "inspection.merit" points { given { sign: MERIT } }
          piece_limits { least: "0" most: "100" } validity { scoring_years: 0 } }
  items { id: "inaction" zh: "扣分" kinds: "inspection.inaction" points { given { sign: DEMERIT } }
          piece_limits { least: "-100" most: "0" } validity { scoring_years: 0 } }
  grades { id: "A" zh: "甲" when { score { at_least: "60" } } quota { percent: "40" } }
  grades { id: "B" zh: "乙" when { score { at_least: "60" } } }
  grades { id: "C" zh: "丙" }
  tie_breaks { value_of: "inaction" }
}
)";

std::string Manager(int number) { return absl::StrCat("managers/m", number); }

class RankingTest : public ::testing::Test {
 protected:
  // Files managers m1 … mN.
  void File(int count) {
    std::vector<evidence::v1::Evidence> filings;
    for (int i = 1; i <= count; ++i) filings.push_back(FiledEvidence(Manager(i)));
    register_.Take(filings);
  }
  void Points(int manager, int64_t hundredths, const std::string& date = "2024-03-01") {
    evidence::v1::Evidence piece =
        PieceEvidence(absl::StrCat("inspection/", ++pieces_),
                      Manager(manager),
                      hundredths > 0 ? "inspection.merit" : "inspection.inaction",
                      date);
    piece.set_given_points_hundredths(hundredths);
    register_.Take({piece}, "inspection");
  }
  std::vector<std::string> Grades(int count) const {
    std::vector<std::string> grades;
    for (int i = 1; i <= count; ++i) grades.push_back(register_.Current(Manager(i)).grade());
    return grades;
  }
  std::vector<std::string> GradesAsOf(int count,
                                      const std::string& date,
                                      journal::Revision known = 0) const {
    std::vector<std::string> grades;
    for (int i = 1; i <= count; ++i)
      grades.push_back(register_.AsOf(Manager(i), date, known).grade());
    return grades;
  }

  TestRegister register_{{{"ranked.textproto", kPack}}, "2024-03-01"};
  int pieces_ = 0;
};

TEST_F(RankingTest, TheNextDayGivesTheGradesWithTheDayAsTheCause) {
  File(5);
  Points(1, 1000);
  Points(2, 3000);
  Points(3, 2000);
  Points(4, 4000);
  // Nobody was there when the day opened; who matches no row with a quota needs no rank.
  EXPECT_THAT(Grades(5), ElementsAre("", "", "", "", "C"));
  register_.OpenDay("2024-03-02");
  EXPECT_THAT(Grades(5), ElementsAre("B", "A", "B", "A", "C"));
  EXPECT_THAT(register_.LastCauses(Manager(4)), ElementsAre("rank:2024-03-02"));
}

TEST_F(RankingTest, EqualScoresAreOrderedByTheTieBreakAndThenByName) {
  File(5);
  // 80 each; m3 and m5 lost points on the way, so that two places go to m1, m2 and m4 by name.
  for (const int manager : {1, 2, 4}) Points(manager, 3000);
  for (const int manager : {3, 5}) {
    Points(manager, 4000);
    Points(manager, -1000);
  }
  register_.OpenDay("2024-03-02");
  EXPECT_THAT(Grades(5), ElementsAre("A", "A", "B", "B", "B"));
}

TEST_F(RankingTest, BetweenTwoDaysAChangedScoreKeepsItsRowAndANewSubjectHasNone) {
  File(5);
  for (int manager = 1; manager <= 5; ++manager) Points(manager, 1000 * manager);
  register_.OpenDay("2024-03-02");
  EXPECT_THAT(Grades(5), ElementsAre("B", "B", "B", "A", "A"));
  Points(1, 9000);
  register_.Take({FiledEvidence(Manager(6))});
  Points(6, 8000);
  EXPECT_EQ(register_.Current(Manager(1)).score_hundredths(), 15000);
  EXPECT_THAT(Grades(6), ElementsAre("B", "B", "B", "A", "A", ""));
  register_.OpenDay("2024-03-03");
  EXPECT_THAT(Grades(6), ElementsAre("A", "B", "B", "B", "B", "A"));
  EXPECT_THAT(register_.LastCauses(Manager(5)), ElementsAre("rank:2024-03-03"));
}

TEST_F(RankingTest, AnEarlierDayAndAnEarlierKnowledgeHaveTheRowsOfThen) {
  File(5);
  for (int manager = 1; manager <= 5; ++manager) Points(manager, 1000 * manager);
  register_.OpenDay("2024-03-02");
  const journal::Revision then = register_.machine().durable();
  Points(1, 9000);
  register_.OpenDay("2024-03-03");
  EXPECT_THAT(Grades(5), ElementsAre("A", "B", "B", "B", "A"));
  EXPECT_THAT(GradesAsOf(5, "2024-03-03"), ElementsAre("A", "B", "B", "B", "A"));
  EXPECT_THAT(GradesAsOf(5, "2024-03-02"), ElementsAre("B", "B", "B", "A", "A"));
  EXPECT_THAT(GradesAsOf(5, "2024-03-03", then), ElementsAre("B", "B", "B", "A", "A"));
  EXPECT_THAT(GradesAsOf(5, "2024-03-01"), ElementsAre("", "", "", "", ""));
}

TEST_F(RankingTest, APolicyTakenUpRanksAtOnceAndItsRowsAreItsOwn) {
  File(5);
  for (int manager = 1; manager <= 5; ++manager) Points(manager, 1000 * manager);
  register_.OpenDay("2024-03-02");
  const std::string wider =
      absl::StrReplaceAll(kPack, {{"\"40\"", "\"80\""}, {"2020-01-01", "2024-03-02"}});
  register_.Load("wider.textproto", wider);
  EXPECT_THAT(Grades(5), ElementsAre("B", "A", "A", "A", "A"));
  // The row of a pass under one version says nothing under another.
  register_.OpenDay("2024-03-05");
  EXPECT_THAT(GradesAsOf(5, "2024-03-01"), ElementsAre("", "", "", "", ""));
}

TEST_F(RankingTest, WhoLeavesTheRegisterMakesRoomTheNextDay) {
  File(5);
  for (int manager = 1; manager <= 5; ++manager) Points(manager, 1000 * manager);
  register_.OpenDay("2024-03-02");
  evidence::v1::Evidence gone = FiledEvidence(Manager(5));
  gone.set_version(2);
  gone.set_voided(true);
  register_.Take({gone});
  EXPECT_EQ(register_.Current(Manager(3)).grade(), "B");
  register_.OpenDay("2024-03-03");
  // 40 % of four is one.
  EXPECT_THAT(Grades(4), ElementsAre("B", "B", "B", "A"));
}

TEST_F(RankingTest, ReplayRestartAndUndoGiveTheSameState) {
  File(5);
  for (int manager = 1; manager <= 5; ++manager) Points(manager, 1000 * manager);
  register_.OpenDay("2024-03-02");
  Points(1, 9000);
  register_.OpenDay("2024-03-03");
  const std::string digest = register_.machine().StateDigest();
  EXPECT_EQ(register_.ReplayedDigest(), digest);
  register_.Restart();
  EXPECT_EQ(register_.machine().StateDigest(), digest);
  EXPECT_THAT(Grades(5), ElementsAre("A", "B", "B", "B", "A"));
  Points(2, 9000);
  const std::string before = register_.machine().StateDigest();
  journal::v1::ScoringEntry next;
  next.mutable_day_opened()->set_date("2024-03-04");
  EXPECT_FALSE(register_.machine()
                   .Execute([&](journal::Transaction& transaction) -> absl::Status {
                     EXPECT_TRUE(transaction.Append("t", "", next.SerializeAsString()).ok());
                     EXPECT_TRUE(register_.state().due());
                     return runtime::InvalidArgument("NO", "", "no", "不");
                   })
                   .ok());
  EXPECT_EQ(register_.machine().StateDigest(), before);
  EXPECT_THAT(Grades(5), ElementsAre("A", "B", "B", "B", "A"));
}

}  // namespace
}  // namespace xince::creditfile
