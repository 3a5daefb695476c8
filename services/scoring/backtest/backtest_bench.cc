#include <fstream>
#include <memory>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include <benchmark/benchmark.h>

#include "xince/policy/v1/backtest.pb.h"

#include "services/scoring/backtest/backtest.h"
#include "services/type/civil_date.h"

/// How long a back-test takes from evidence in memory to grade matrix and movers.
namespace xince::backtest {
namespace {

using evaluate::Fact;

std::string ReadFile(const char* path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

evaluate::CompiledPack CompileNanjing(const std::string& text, evaluate::Vocabulary& vocabulary) {
  const policy::Pack pack = *policy::LoadPack(text, "pack");
  const policy::Pack earlier_pack =
      *policy::LoadPack(ReadFile("policies/nanjing/2012-01-01.textproto"), "earlier");
  const policy::Pack national_pack =
      *policy::LoadPack(ReadFile("policies/national/2023-05-01.textproto"), "national");
  const policy::Pack* earlier[] = {&earlier_pack};
  const policy::Pack* national[] = {&national_pack};
  return *evaluate::Compile(pack,
                            {.vocabulary = &vocabulary, .earlier = earlier, .national = national});
}

// 20 to 37 pieces for each firm, over five years, of five kinds.
std::unique_ptr<Population> MakePopulation(size_t firms, const evaluate::Vocabulary& words) {
  auto population = std::make_unique<Population>(words, 1);
  const char* kinds[] = {"inspection.lift-unsafe",
                         "inspection.honour",
                         "inspection.inaction",
                         "inspection.complaint-statistics",
                         "inspection.handover-refused"};
  const evaluate::MeasureValue measure{words.names.Find("complaint-disposal-rate"), 9950};
  const Day first = type::Date::FromCivil(2020, 1, 1).days();
  uint64_t random = 1;
  const auto below = [&](uint64_t bound) {
    random = random * 6364136223846793005ULL + 1442695040888963407ULL;
    return (random >> 33) % bound;
  };
  std::vector<Fact> facts;
  uint32_t evidence = 0;
  for (size_t i = 0; i < firms; ++i) {
    facts.clear();
    const size_t pieces = 20 + below(18);
    for (uint32_t j = 0; j < pieces; ++j) {
      const Day day = first + static_cast<Day>(below(1827));
      // One kind is rare: few firms move.
      const size_t kind = below(200) == 0 ? 4 : below(4);
      facts.push_back({.order = j,
                       .points = -50,
                       .measures = kind == 3 ? &measure : nullptr,
                       .evidence = evidence++,
                       .kind = words.kinds.Find(kinds[kind]),
                       .occurred = day,
                       .determined = day,
                       .matter = j + 1,
                       .measure_count = static_cast<uint16_t>(kind == 3 ? 1 : 0),
                       .level = static_cast<uint8_t>(1 + below(5)),
                       .reach = evaluate::kViaProject});
    }
    population->Add({.kind = type::SubjectKind::kFirm,
                     .name = absl::StrFormat("firms/%018u", i),
                     .district = absl::StrCat(320100 + below(12)),
                     .facts = facts});
  }
  population->Finish();
  return population;
}

// Two versions of a city's rules that differ in what one kind of finding costs.
void BM_Backtest(benchmark::State& state) {
  evaluate::Vocabulary words;
  const std::string text = ReadFile("policies/nanjing/2022-10-26.textproto");
  const std::string changed =
      absl::StrReplaceAll(text, {{"points { fixed: \"-12\" }", "points { fixed: \"-13\" }"}});
  (void)CompileNanjing(text, words);
  const std::unique_ptr<Population> population =
      MakePopulation(static_cast<size_t>(state.range(0)), words);
  const evaluate::CompiledPack old = CompileNanjing(text, population->vocabulary());
  const evaluate::CompiledPack candidate =
      CompileNanjing(state.range(2) == 0 ? changed : text, population->vocabulary());
  const Options options{.days = {type::Date::FromCivil(2024, 12, 31).days()},
                        .threads = static_cast<int>(state.range(1)),
                        .lines = false};
  int64_t movers = 0;
  for (auto _ : state) {
    const auto summary =
        Run(*population, RulesOf(old), RulesOf(candidate), options, [](auto&) { return true; });
    movers = summary->populations(3).movers();
  }
  state.counters["facts"] = population->facts();
  state.counters["movers"] = movers;
  state.counters["per_subject"] = benchmark::Counter(
      state.range(0), benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK(BM_Backtest)
    ->ArgNames({"firms", "threads", "same"})
    ->Args({35'000, 1, 0})
    ->Args({35'000, 2, 0})
    ->Args({350'000, 2, 0})
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace xince::backtest

BENCHMARK_MAIN();
