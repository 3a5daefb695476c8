#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "tests/bench/backtest_fold.h"
#include "tests/bench/benches.h"
#include "tests/bench/fold.h"
#include "tests/bench/load.h"
#include "tests/bench/peer.h"
#include "tests/bench/population.h"
#include "tests/bench/sqlite_fold.h"
#include "tests/bench/stopwatch.h"

namespace xince::bench {
namespace {

constexpr int kThreads = 2;
constexpr int kRuns = 5;
constexpr int kDuckdbRuns = 5;
constexpr int kSqliteRuns = 2;
constexpr double kAimSeconds = 1;
constexpr double kAimDuckdb = 5;
constexpr double kAimSqlite = 50;

BacktestRun Fastest(const backtest::Population& population,
                    const RulePair& rules,
                    bool lines,
                    const std::vector<Verdicts>& expected) {
  BacktestRun best = RunBacktest(population, rules, kThreads, lines);
  for (int i = 1; i < kRuns; ++i) {
    BacktestRun run = RunBacktest(population, rules, kThreads, lines);
    if (run.took.seconds < best.took.seconds) best = std::move(run);
  }
  const std::string difference = Difference(best, expected);
  if (!difference.empty()) Fail(absl::StrCat("the back-test says ", difference));
  return best;
}

// Two rows: by the clock, and of processors.
void Report(const std::string& name, const Took& ours, const Took& peer, double aim) {
  ReportTimes(name, ours.seconds, peer.seconds, "s", aim);
  ReportTimes("  of processors", ours.cpu_seconds, peer.cpu_seconds, "s", 0);
}

void Require(const FoldResult& expected, const FoldResult& theirs, const std::string& whose) {
  if (!(expected == theirs)) Fail(absl::StrCat(whose, " comes to another result"));
}

FoldResult ResultOf(const PeerResult& said) {
  return {.movers = static_cast<uint64_t>(said.Number("movers")),
          .matrix = said.Numbers("matrix"),
          .digest = said.Text("digest")};
}

struct Case {
  Counted counted;
  const char* name;
};
constexpr Case kCases[] = {{Counted::kThisYear, "pieces of the year"},
                           {Counted::kAll, "all pieces"}};

std::string WriteStatements(const BenchOptions& options, Counted counted) {
  const std::string path =
      absl::StrCat(options.directory, "/fold-", static_cast<int>(counted), ".sql");
  WriteFile(path, absl::StrJoin(FoldStatements(counted, Dialect::kDuckdb), "\n----\n"));
  return path;
}

std::vector<PeerResult> FoldInDuckdb(const BenchOptions& options,
                                     const InventedPopulation& invented) {
  const std::string pieces = options.directory + "/pieces.csv";
  if (!WritePieces(invented, pieces)) Fail(absl::StrCat("cannot write ", pieces));
  std::vector<std::string> arguments = {
      "fold.mjs", pieces, absl::StrCat(invented.firms()), absl::StrCat(kDuckdbRuns)};
  for (const Case& one : kCases) arguments.push_back(WriteStatements(options, one.counted));
  return RunPeer(arguments, std::size(kCases));
}

}  // namespace

void BenchBacktest(const BenchOptions& options) {
  const InventedPopulation invented(options.firms, options.pieces);
  std::vector<FoldResult> expected;
  std::vector<Took> ours;
  {
    const std::unique_ptr<backtest::Population> population = Fill(invented);
    for (const Case& one : kCases) {
      const RulePair rules = CompileRules(one.counted, population->vocabulary());
      const std::vector<Verdicts> verdicts = EvaluateAll(invented, one.counted);
      expected.push_back(ResultOf(verdicts));
      ours.push_back(Fastest(*population, rules, /*lines=*/false, verdicts).took);
      ReportSeconds(absl::StrCat("back-test, ", one.name), ours.back().seconds, kAimSeconds);
      ReportSeconds("  with the lines that moved each mover",
                    Fastest(*population, rules, /*lines=*/true, verdicts).took.seconds,
                    0);
      std::printf("  %u firms, %lu pieces, %lu firms move\n",
                  invented.firms(),
                  static_cast<unsigned long>(invented.pieces()),
                  static_cast<unsigned long>(expected.back().movers));
    }
  }
  const std::vector<PeerResult> duckdb = FoldInDuckdb(options, invented);
  for (size_t i = 0; i < std::size(kCases); ++i) {
    Require(expected[i], ResultOf(duckdb[i]), "DuckDB");
    Report(absl::StrCat(duckdb[i].Text("engine"), ", 2 threads, ", kCases[i].name),
           ours[i],
           {duckdb[i].Number("seconds"), duckdb[i].Number("cpuSeconds")},
           kAimDuckdb);
  }
  SqliteFold sqlite(invented);
  for (size_t i = 0; i < std::size(kCases); ++i) {
    const std::vector<std::string> statements = FoldStatements(kCases[i].counted, Dialect::kSqlite);
    Took took = sqlite.Run(statements);
    for (int run = 1; run < kSqliteRuns; ++run) {
      const Took again = sqlite.Run(statements);
      if (again.seconds < took.seconds) took = again;
    }
    Require(expected[i], sqlite.Result(), "SQLite");
    Report(absl::StrCat("SQLite ", SqliteFold::Version(), ", ", kCases[i].name),
           ours[i],
           took,
           kAimSqlite);
  }
}

}  // namespace xince::bench
