#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

#include "xince/policy/v1/backtest.pb.h"

#include "services/scoring/backtest/backtest.h"
#include "services/scoring/backtest/population.h"
#include "tests/bench/benches.h"
#include "tests/bench/fold.h"
#include "tests/bench/load.h"
#include "tests/bench/peer.h"
#include "tests/bench/population.h"
#include "tests/bench/sqlite_fold.h"

namespace xince::bench {
namespace {

using policy::v1::BacktestMover;
using policy::v1::BacktestPart;
using policy::v1::BacktestSide;

constexpr int kThreads = 2;
constexpr int kRuns = 5;
constexpr int kDuckdbRuns = 5;
constexpr int kSqliteRuns = 2;
constexpr double kAimSeconds = 1;
constexpr double kAimDuckdb = 5;
constexpr double kAimSqlite = 50;

std::string NameOf(uint32_t firm) { return absl::StrFormat("firms/%06u", firm); }

std::unique_ptr<backtest::Population> Fill(const InventedPopulation& invented) {
  auto population = std::make_unique<backtest::Population>(evaluate::Vocabulary(), 1);
  FactMaker maker(population->vocabulary());
  std::vector<Piece> pieces;
  for (uint32_t firm = 0; firm < invented.firms(); ++firm) {
    invented.About(firm, pieces);
    const std::string name = NameOf(firm);
    const std::string district = absl::StrCat(320101 + firm % 11);
    population->Add({.kind = type::SubjectKind::kFirm,
                     .name = name,
                     .district = district,
                     .facts = maker.Make(pieces)});
  }
  population->Finish();
  return population;
}

Verdict VerdictOf(const BacktestSide& side) {
  return {.score = static_cast<int32_t>(side.score_hundredths()),
          .grade = static_cast<uint8_t>(side.grade()[0] - 'a')};
}

// One run of the back-test, with the movers it told of.
struct Run {
  double seconds = 0;
  std::vector<BacktestMover> movers;
  policy::v1::BacktestSummary summary;
};

Run RunOnce(const backtest::Population& population, const RulePair& rules, bool lines) {
  Run run;
  const double began = Now();
  auto summary = backtest::Run(population,
                               backtest::RulesOf(rules.before),
                               backtest::RulesOf(rules.after),
                               {.days = {kDay}, .threads = kThreads, .lines = lines},
                               [&](BacktestPart& part) {
                                 if (part.has_mover())
                                   run.movers.push_back(std::move(*part.mutable_mover()));
                                 return true;
                               });
  run.seconds = Now() - began;
  if (!summary.ok()) Fail(std::string(summary.status().message()));
  run.summary = *std::move(summary);
  return run;
}

Run Fastest(const backtest::Population& population, const RulePair& rules, bool lines) {
  Run best = RunOnce(population, rules, lines);
  for (int i = 1; i < kRuns; ++i) {
    Run run = RunOnce(population, rules, lines);
    if (run.seconds < best.seconds) best = std::move(run);
  }
  return best;
}

// The back-test must have said of every firm what evaluating it alone says.
void Check(const Run& run, const std::vector<Verdicts>& expected) {
  const FoldResult result = ResultOf(expected);
  if (run.movers.size() != result.movers) Fail("the back-test tells of other movers");
  std::vector<uint64_t> matrix(kGrades * kGrades, 0);
  for (const auto& slice : run.summary.slices()) {
    if (slice.part_case() != policy::v1::BacktestSlice::PART_NOT_SET) continue;
    for (const auto& cell : slice.matrix())
      matrix.at(static_cast<size_t>(cell.from()[0] - 'a') * kGrades +
                static_cast<size_t>(cell.to()[0] - 'a')) += static_cast<uint64_t>(cell.count());
  }
  if (matrix != result.matrix) Fail("the back-test has another matrix");
  size_t next = 0;
  for (uint32_t firm = 0; firm < expected.size(); ++firm) {
    if (!expected[firm].moved()) continue;
    const BacktestMover& mover = run.movers[next++];
    Verdicts said{.before = VerdictOf(mover.old()), .after = VerdictOf(mover.new_())};
    const bool gained = mover.restrictions_gained_size() != 0;
    const bool lost = mover.restrictions_lost_size() != 0;
    const bool both = !gained && !lost && expected[firm].before.restricted;
    said.before.restricted = lost || both;
    said.after.restricted = gained || both;
    if (mover.subject() != NameOf(firm) || !(said.before == expected[firm].before) ||
        !(said.after == expected[firm].after))
      Fail(absl::StrCat("the back-test says something else of ", mover.subject()));
  }
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
  std::vector<double> ours;
  {
    const std::unique_ptr<backtest::Population> population = Fill(invented);
    for (const Case& one : kCases) {
      const RulePair rules = CompileRules(one.counted, population->vocabulary());
      const std::vector<Verdicts> verdicts = EvaluateAll(invented, one.counted);
      expected.push_back(ResultOf(verdicts));
      const Run run = Fastest(*population, rules, /*lines=*/false);
      Check(run, verdicts);
      ours.push_back(run.seconds);
      ReportSeconds(absl::StrCat("back-test, ", one.name), run.seconds, kAimSeconds);
      const Run explained = Fastest(*population, rules, /*lines=*/true);
      Check(explained, verdicts);
      ReportSeconds("  with the lines that moved each mover", explained.seconds, kAimSeconds);
      std::printf("  %u firms, %lu pieces, %lu firms move\n",
                  invented.firms(),
                  static_cast<unsigned long>(invented.pieces()),
                  static_cast<unsigned long>(expected.back().movers));
    }
  }
  const std::vector<PeerResult> duckdb = FoldInDuckdb(options, invented);
  for (size_t i = 0; i < std::size(kCases); ++i) {
    Require(expected[i], ResultOf(duckdb[i]), "DuckDB");
    ReportTimes(absl::StrCat(duckdb[i].Text("engine"), ", 2 threads, ", kCases[i].name),
                ours[i],
                duckdb[i].Number("seconds"),
                "s",
                kAimDuckdb);
  }
  SqliteFold sqlite(invented);
  for (size_t i = 0; i < std::size(kCases); ++i) {
    double seconds = std::numeric_limits<double>::infinity();
    for (int run = 0; run < kSqliteRuns; ++run)
      seconds = std::min(seconds, sqlite.Run(FoldStatements(kCases[i].counted, Dialect::kSqlite)));
    Require(expected[i], sqlite.Result(), "SQLite");
    ReportTimes(absl::StrCat("SQLite ", SqliteFold::Version(), ", ", kCases[i].name),
                ours[i],
                seconds,
                "s",
                kAimSqlite);
  }
}

}  // namespace xince::bench
