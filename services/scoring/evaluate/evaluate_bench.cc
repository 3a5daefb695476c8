#include <benchmark/benchmark.h>

#include "services/scoring/evaluate/evaluate.h"
#include "services/scoring/evaluate/test_world.h"

namespace xince::evaluate {
namespace {

// A firm of Nanjing with 20 pieces in the year and 20 in the year before.
void EvaluateFirm(benchmark::State& state, Explain explain) {
  TestPack pack;
  std::vector<policy::Pack> packs;
  for (const char* path : {"policies/nanjing/2022-10-26.textproto",
                           "policies/nanjing/2012-01-01.textproto",
                           "policies/national/2023-05-01.textproto"}) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    packs.push_back(*policy::LoadPack(text.str(), path));
  }
  const policy::Pack* earlier[] = {&packs[1]};
  const policy::Pack* national[] = {&packs[2]};
  pack.pack = std::make_unique<CompiledPack>(*Compile(
      packs[0], {.vocabulary = pack.vocabulary.get(), .earlier = earlier, .national = national}));
  const char* kinds[] = {"inspection.lift-unsafe",
                         "inspection.honour",
                         "inspection.inaction",
                         "inspection.complaint-statistics"};
  const MeasureValue measure{pack.vocabulary->names.Find("complaint-disposal-rate"), 9950};
  std::vector<Fact> facts;
  for (uint32_t i = 0; i < 40; ++i) {
    const Day day = DayOf(i < 20 ? 2024 : 2023, static_cast<int>(i % 12) + 1, 5);
    facts.push_back({.order = i,
                     .points = -50,
                     .measures = &measure,
                     .evidence = i,
                     .kind = pack.vocabulary->kinds.Find(kinds[i % 4]),
                     .occurred = day,
                     .determined = day,
                     .matter = i + 1,
                     .measure_count = 1,
                     .level = 3,
                     .reach = kViaProject});
  }
  Evaluator evaluator;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        evaluator.Run(pack.firm(), facts, {}, DayOf(2024, 12, 31), {.explain = explain}));
  }
}

void BM_Plain(benchmark::State& state) { EvaluateFirm(state, Explain::kNo); }
void BM_Explained(benchmark::State& state) { EvaluateFirm(state, Explain::kYes); }
void BM_Lean(benchmark::State& state) { EvaluateFirm(state, Explain::kLean); }
BENCHMARK(BM_Lean);
BENCHMARK(BM_Plain);
BENCHMARK(BM_Explained);

}  // namespace
}  // namespace xince::evaluate

BENCHMARK_MAIN();
