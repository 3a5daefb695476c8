#include <benchmark/benchmark.h>

#include "services/scoring/evaluate/evaluate.h"
#include "services/scoring/evaluate/test_world.h"

/// Evaluations of firms of Nanjing, one of its kinds of question each.
namespace xince::evaluate {
namespace {

constexpr int kFirms = 512;
constexpr Day kAsked = DayOf(2024, 12, 31);

TestPack Nanjing() {
  TestPack made;
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
  made.pack = std::make_unique<CompiledPack>(*Compile(
      packs[0], {.vocabulary = made.vocabulary.get(), .earlier = earlier, .national = national}));
  return made;
}

// Of a firm in order, and of one that is not: then restrictions hold, and since when is looked for.
const std::vector<const char*>& OrderlyKinds() {
  static const auto& kinds = *new std::vector<const char*>{"inspection.honour",
                                                           "inspection.satisfaction",
                                                           "inspection.assessment",
                                                           "party.evaluation",
                                                           "inspection.complaint-statistics"};
  return kinds;
}
const std::vector<const char*>& UnrulyKinds() {
  static const auto& kinds = *new std::vector<const char*>{"inspection.honour",
                                                           "inspection.inaction",
                                                           "inspection.lift-unsafe",
                                                           "inspection.penalty",
                                                           "inspection.complaint-statistics"};
  return kinds;
}

// A register: each firm has `a_year` pieces in 2024 and as many in 2023, of random kinds and days.
struct Register {
  Register(const TestPack& pack, const std::vector<const char*>& kinds, int a_year) {
    for (const char* name :
         {"complaint-disposal-rate", "satisfaction-rate", "sample-size", "score", "full-score"}) {
      measures.push_back({pack.vocabulary->names.Find(name), 9950});
    }
    measures.back().value = 10000;
    std::mt19937 random(1);
    for (int firm = 0; firm < kFirms; ++firm) {
      auto& facts = firms.emplace_back();
      for (int i = 0; i < 2 * a_year; ++i) {
        const Day day = DayOf(i < a_year ? 2024 : 2023, 1, 1) + static_cast<Day>(random() % 365);
        facts.push_back({.order = static_cast<uint32_t>(i),
                         .points = -static_cast<DecidedPoints>(random() % 400),
                         .measures = measures.data(),
                         .evidence = static_cast<uint32_t>(i),
                         .kind = pack.vocabulary->kinds.Find(kinds[random() % kinds.size()]),
                         .occurred = day,
                         .determined = day,
                         .matter = static_cast<uint32_t>(random() % 9),
                         .issuer = static_cast<uint32_t>(random() % 5),
                         .measure_count = static_cast<uint16_t>(measures.size()),
                         .level = static_cast<uint8_t>(1 + random() % 4),
                         .issuer_level = 5,
                         .reach = random() % 2 == 0 ? kDirect : kViaProject});
      }
    }
  }

  std::vector<MeasureValue> measures;
  std::vector<std::vector<Fact>> firms;
};

void EvaluateFirms(benchmark::State& state,
                   const std::vector<const char*>& kinds,
                   int a_year,
                   Explain explain) {
  const TestPack pack = Nanjing();
  const Register firms(pack, kinds, a_year);
  Evaluator evaluator;
  size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        evaluator.Run(pack.firm(), firms.firms[next++ % kFirms], {}, kAsked, {.explain = explain}));
  }
}

// A back-test: 28 pieces over two years.
BENCHMARK_CAPTURE(EvaluateFirms, lean_orderly_28, OrderlyKinds(), 14, Explain::kLean);
BENCHMARK_CAPTURE(EvaluateFirms, lean_unruly_28, UnrulyKinds(), 14, Explain::kLean);
// A standing with a line for each of 20 pieces, and 20 pieces more in the year before.
BENCHMARK_CAPTURE(EvaluateFirms, plain_orderly_20, OrderlyKinds(), 20, Explain::kNo);
BENCHMARK_CAPTURE(EvaluateFirms, explained_orderly_20, OrderlyKinds(), 20, Explain::kYes);
BENCHMARK_CAPTURE(EvaluateFirms, plain_unruly_20, UnrulyKinds(), 20, Explain::kNo);
BENCHMARK_CAPTURE(EvaluateFirms, explained_unruly_20, UnrulyKinds(), 20, Explain::kYes);

}  // namespace
}  // namespace xince::evaluate

BENCHMARK_MAIN();
