#include "services/scoring/evaluate/rank.h"

#include "absl/strings/str_cat.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/scoring/evaluate/test_world.h"

namespace xince::evaluate {
namespace {

using testing::ElementsAre;

TestPack Quotas(const std::string& percent, bool round_up) {
  return CompileText(absl::StrCat(
      R"(id: "p" zh: "试" jurisdiction: "3201" effective_from: "2020-01-01" subjects { subject: "firm"
         base { points: "50" }
         items { id: "a" zh: "甲" kinds: "x.a" points { given {} } piece_limits { least: "-50" most: "50" } validity { never {} } }
         tie_breaks { value_of: "a" }
         tie_breaks { attribute: "age" smaller_first: true }
         grades { id: "A" zh: "甲" when { score { at_least: "40" } } quota { percent: ")",
      percent,
      "\" round_up: ",
      round_up ? "true" : "false",
      R"( } }
         grades { id: "B" zh: "乙" quota { percent: "50" } }
         grades { id: "C" zh: "丙" when { score { at_least: "20" } } } })"));
}

std::vector<int> Grades(const TestPack& pack, const std::vector<Ranked>& population) {
  return RankGrades(pack.firm(), population);
}

constexpr uint32_t kAll = 0b111;

TEST(Rank, TakesTheFirstAndRoundsAsStated) {
  std::vector<std::string> names;
  for (int i = 0; i < 11; ++i) names.push_back(std::string("firms/") + static_cast<char>('a' + i));
  std::vector<Ranked> population;
  for (int i = 0; i < 11; ++i)
    population.push_back(
        {.name = names[i], .score = 9000 - i, .grade_rows = kAll, .tie_breaks = {0, 0}});
  // 45 % of 11 is 4.95; 50 % is 5.5.
  EXPECT_THAT(Grades(Quotas("45", false), population),
              ElementsAre(0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2));
  EXPECT_THAT(Grades(Quotas("45", true), population), ElementsAre(0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2));
  EXPECT_THAT(Grades(Quotas("0", true), population), ElementsAre(1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2));
  EXPECT_THAT(Grades(Quotas("100", false), population), testing::Each(0));
  EXPECT_THAT(Grades(Quotas("45", false), {}), ElementsAre());
}

TEST(Rank, BreaksTiesAsStatedAndAtLastByName) {
  const TestPack pack = Quotas("25", false);
  const std::vector<Ranked> population = {
      {.name = "firms/b", .score = 9000, .grade_rows = kAll, .tie_breaks = {10, 3}},
      {.name = "firms/a", .score = 9000, .grade_rows = kAll, .tie_breaks = {10, 3}},
      {.name = "firms/d", .score = 9000, .grade_rows = kAll, .tie_breaks = {10, 2}},
      {.name = "firms/c", .score = 9000, .grade_rows = kAll, .tie_breaks = {9, 1}}};
  EXPECT_THAT(Grades(pack, population), ElementsAre(1, 1, 0, 2));
}

TEST(Rank, GivesARowOnlyToThoseWhoMeetItsCondition) {
  const TestPack pack = Quotas("50", false);
  const std::vector<Ranked> population = {
      {.name = "firms/a", .score = 9000, .grade_rows = 0b110, .tie_breaks = {0, 0}},
      {.name = "firms/b", .score = 8000, .grade_rows = kAll, .tie_breaks = {0, 0}},
      {.name = "firms/c", .score = 7000, .grade_rows = 0b000, .tie_breaks = {0, 0}},
      {.name = "firms/d", .score = 6000, .grade_rows = kAll, .tie_breaks = {0, 0}}};
  EXPECT_THAT(Grades(pack, population), ElementsAre(1, 0, -1, 0));
}

TEST(Rank, IsPendingUntilThePassAndThenDecides) {
  const TestPack pack = Quotas("50", false);
  Outcome outcome = Evaluate(pack.firm(), {}, {}, DayOf(2022, 1, 1));
  EXPECT_TRUE(outcome.rank_pending);
  EXPECT_EQ(outcome.grade, kNoIndex);
  EXPECT_EQ(outcome.grade_rows, kAll);
  outcome = Evaluate(pack.firm(), {}, {.ranked_grade = 1}, DayOf(2022, 1, 1));
  EXPECT_FALSE(outcome.rank_pending);
  EXPECT_EQ(outcome.grade, 1);
  const Attribute age{.name = pack.vocabulary->names.Intern("age"), .number = 700};
  const SubjectFacts subject{.attributes = absl::MakeConstSpan(&age, 1)};
  EXPECT_THAT(TieBreakValues(pack.firm(), outcome, subject), ElementsAre(0, 700));
}

}  // namespace
}  // namespace xince::evaluate
