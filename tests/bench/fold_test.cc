#include "tests/bench/fold.h"

#include <algorithm>

#include "absl/strings/str_replace.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/bench/backtest_fold.h"
#include "tests/bench/population.h"
#include "tests/bench/sqlite_fold.h"

namespace xince::bench {
namespace {

constexpr uint32_t kFirms = 2000;
constexpr uint64_t kPieces = 57000;

const InventedPopulation& Small() {
  static const auto& population = *new InventedPopulation(kFirms, kPieces);
  return population;
}

TEST(InventedPopulation, IsTheSameEverywhere) {
  EXPECT_EQ(DigestOfPopulation(Small()),
            "bf71b9a190285c2045bb9e985ca5d30a53318e2e1e039e7d37e90feaf23296bc");
}

TEST(InventedPopulation, HasExactlyThePiecesAskedForInOrder) {
  uint64_t count = 0;
  std::vector<Piece> pieces;
  for (uint32_t firm = 0; firm < kFirms; ++firm) {
    EXPECT_EQ(Small().Before(firm), count);
    Small().About(firm, pieces);
    for (const Piece& piece : pieces) {
      EXPECT_EQ(piece.id, count++);
      EXPECT_GE(piece.determined, kFirstDay);
      EXPECT_LE(piece.determined, kLastDay);
    }
  }
  EXPECT_EQ(count, kPieces);
}

class Fold : public testing::TestWithParam<Counted> {
 protected:
  static SqliteFold& Sqlite() {
    static auto& sqlite = *new SqliteFold(Small());
    return sqlite;
  }

  const std::vector<std::string> statements_ = FoldStatements(GetParam(), Dialect::kSqlite);
};

TEST_P(Fold, OfSqlSaysWhatEvaluationSays) {
  const FoldResult ours = ResultOf(EvaluateAll(Small(), GetParam()));
  Sqlite().Run(statements_);
  const FoldResult theirs = Sqlite().Result();
  EXPECT_EQ(ours, theirs);
  // Something is there to be compared.
  EXPECT_GT(ours.movers, 100);
  EXPECT_THAT(ours.matrix, testing::Contains(testing::Gt(0)).Times(testing::Gt(8)));
}

TEST_P(Fold, OfABackTestSaysWhatEvaluationSays) {
  const std::unique_ptr<backtest::Population> population = Fill(Small());
  const RulePair rules = CompileRules(GetParam(), population->vocabulary());
  std::vector<Verdicts> expected = EvaluateAll(Small(), GetParam());
  EXPECT_EQ(Difference(RunBacktest(*population, rules, 2, /*lines=*/false), expected), "");
  const BacktestRun explained = RunBacktest(*population, rules, 2, /*lines=*/true);
  EXPECT_EQ(Difference(explained, expected), "");
  const auto mover = std::find_if(
      expected.begin(), expected.end(), [](const Verdicts& one) { return one.moved(); });
  ASSERT_NE(mover, expected.end());
  ++mover->after.score;
  EXPECT_NE(Difference(explained, expected), "");
}

TEST_P(Fold, DiffersWhenOneNumberIsAnother) {
  const FoldResult ours = ResultOf(EvaluateAll(Small(), GetParam()));
  std::vector<std::string> changed = statements_;
  ASSERT_EQ(
      absl::StrReplaceAll({{"WHEN kind = 3 THEN 100", "WHEN kind = 3 THEN 101"}}, &changed[0]), 1);
  Sqlite().Run(changed);
  EXPECT_NE(ours.digest, Sqlite().Result().digest);
}

INSTANTIATE_TEST_SUITE_P(Pieces, Fold, testing::Values(Counted::kThisYear, Counted::kAll));

}  // namespace
}  // namespace xince::bench
