#include "tests/bench/backtest_fold.h"

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "services/scoring/backtest/backtest.h"

namespace xince::bench {
namespace {

using policy::v1::BacktestMover;
using policy::v1::BacktestPart;
using policy::v1::BacktestSide;
using policy::v1::BacktestSlice;

std::string NameOf(uint32_t firm) { return absl::StrFormat("firms/%06u", firm); }

size_t RowOf(const std::string& grade) { return static_cast<size_t>(grade[0] - 'a'); }

Verdict VerdictOf(const BacktestSide& side) {
  return {.score = static_cast<int32_t>(side.score_hundredths()),
          .grade = static_cast<uint8_t>(RowOf(side.grade()))};
}

// The matrix of all firms.
std::vector<uint64_t> MatrixOf(const policy::v1::BacktestSummary& summary) {
  std::vector<uint64_t> matrix(kGrades * kGrades, 0);
  for (const BacktestSlice& slice : summary.slices()) {
    if (slice.part_case() != BacktestSlice::PART_NOT_SET) continue;
    for (const auto& cell : slice.matrix()) {
      matrix.at(RowOf(cell.from()) * kGrades + RowOf(cell.to())) +=
          static_cast<uint64_t>(cell.count());
    }
  }
  return matrix;
}

MoverSaid SaidOf(const BacktestMover& mover) {
  return {.subject = mover.subject(),
          .before = VerdictOf(mover.old()),
          .after = VerdictOf(mover.new_()),
          .gained = mover.restrictions_gained_size() != 0,
          .lost = mover.restrictions_lost_size() != 0};
}

// What a mover says; what its message leaves out, a restriction on both sides, is as expected.
Verdicts VerdictsOf(const MoverSaid& mover, const Verdicts& expected) {
  Verdicts said{.before = mover.before, .after = mover.after};
  const bool kept = !mover.gained && !mover.lost && expected.before.restricted;
  said.before.restricted = mover.lost || kept;
  said.after.restricted = mover.gained || kept;
  return said;
}

}  // namespace

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

BacktestRun RunBacktest(const backtest::Population& population,
                        const RulePair& rules,
                        int threads,
                        bool lines) {
  BacktestRun run;
  const Stopwatch watch;
  auto summary = backtest::Run(population,
                               backtest::RulesOf(rules.before),
                               backtest::RulesOf(rules.after),
                               {.days = {kDay}, .threads = threads, .lines = lines},
                               [&](BacktestPart& part) {
                                 if (part.has_mover()) run.movers.push_back(SaidOf(part.mover()));
                                 return true;
                               });
  run.took = watch.Read();
  if (!summary.ok()) {
    std::fprintf(stderr, "bench: %s\n", std::string(summary.status().message()).c_str());
    std::exit(1);
  }
  run.summary = *std::move(summary);
  return run;
}

std::string Difference(const BacktestRun& run, const std::vector<Verdicts>& expected) {
  const FoldResult result = ResultOf(expected);
  if (run.movers.size() != result.movers) {
    return absl::StrCat(run.movers.size(), " movers instead of ", result.movers);
  }
  if (MatrixOf(run.summary) != result.matrix) return "another matrix";
  auto mover = run.movers.begin();
  for (uint32_t firm = 0; firm < expected.size(); ++firm) {
    if (!expected[firm].moved()) continue;
    const Verdicts said = VerdictsOf(*mover, expected[firm]);
    if (mover->subject != NameOf(firm) || !(said.before == expected[firm].before) ||
        !(said.after == expected[firm].after)) {
      return absl::StrCat("something else of ", mover->subject);
    }
    ++mover;
  }
  return "";
}

}  // namespace xince::bench
