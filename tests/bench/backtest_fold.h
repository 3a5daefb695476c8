#ifndef TESTS_BENCH_BACKTEST_FOLD_H_
#define TESTS_BENCH_BACKTEST_FOLD_H_

#include <memory>
#include <string>
#include <vector>

#include "xince/policy/v1/backtest.pb.h"

#include "services/scoring/backtest/population.h"
#include "tests/bench/fold.h"
#include "tests/bench/population.h"
#include "tests/bench/stopwatch.h"

namespace xince::bench {

/// The invented population as a back-test wants it: firms by number, in eleven districts.
std::unique_ptr<backtest::Population> Fill(const InventedPopulation& invented);

/// What the message of a mover said: a row, as databases make one of it.
struct MoverSaid {
  std::string subject;
  Verdict before;
  Verdict after;
  /// Of the restriction; a mover's message leaves it out when it holds on both sides or on none.
  bool gained = false;
  bool lost = false;
};

/// A run of the back-test, with the movers it told of.
struct BacktestRun {
  Took took;
  std::vector<MoverSaid> movers;
  policy::v1::BacktestSummary summary;
};

/// Back-tests the pair on kDay. `lines`: with the lines that moved each mover. Ends the process on an
/// error.
BacktestRun RunBacktest(const backtest::Population& population,
                        const RulePair& rules,
                        int threads,
                        bool lines);

/// What a run said otherwise than the verdicts, by firm: movers with their scores, grades and
/// restrictions, and the matrix. Empty when it said the same.
std::string Difference(const BacktestRun& run, const std::vector<Verdicts>& expected);

}  // namespace xince::bench

#endif  // TESTS_BENCH_BACKTEST_FOLD_H_
