#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

#include "services/scoring/evaluate/test_packs.h"
#include "services/scoring/evaluate/test_world.h"

namespace xince::evaluate {
namespace {

// A firm with random facts, lists, attributes and repairs.
class Begins : public testing::TestWithParam<uint32_t> {
 protected:
  // The first day since which each restriction has held without a break, found by looking at every day.
  void ExpectAsByEveryDay(TestPack& pack, bool without_contested) {
    RandomFacts random(pack, GetParam());
    std::vector<Fact> facts;
    for (size_t i = random.Below(25); i > 0; --i) facts.push_back(random.Make(EveryKind()));
    Symbol (SymbolTable::*word)(absl::string_view) = &SymbolTable::Intern;
    const auto name = [&](const char* of) { return (pack.vocabulary->names.*word)(of); };
    const std::vector<Attribute> attributes = {
        {.name = name("registered"), .date = DayOf(2020, 6, 1), .from = DayOf(2021, 2, 3)},
        {.name = name("filed"),
         .text = name("yes"),
         .from = DayOf(2021, 1, 1),
         .until = DayOf(2022, 7, 1)}};
    const std::vector<Listed> lists = {
        {.list = name("blacklist"),
         .from = DayOf(2020, 1, 1) + static_cast<Day>(random.Below(900)),
         .until = DayOf(2022, 9, 1)}};
    std::vector<Repaired> repairs;
    if (!facts.empty() && random.Below(2) == 0)
      repairs.push_back({.evidence = facts.front().evidence, .from = DayOf(2021, 9, 9)});
    const SubjectFacts subject{.attributes = attributes, .lists = lists, .repairs = repairs};
    const Day day = DayOf(2020, 6, 1) + static_cast<Day>(random.Below(1400));
    const auto is_on = [&](uint16_t restriction, Day on) {
      const Outcome& then =
          evaluator_.Run(pack.firm(), facts, subject, on, {Explain::kLean, without_contested});
      return std::any_of(then.restrictions.begin(), then.restrictions.end(), [&](const auto& a) {
        return a.restriction == restriction;
      });
    };
    const Outcome outcome =
        evaluator_.Run(pack.firm(), facts, subject, day, {Explain::kNo, without_contested});
    for (const ActiveRestriction& active : outcome.restrictions) {
      const Day least = DayOf(2010, 4, 1) + 365;
      Day from = day;
      while (from > least && is_on(active.restriction, from - 1)) --from;
      if (from == least) continue;  // Since before anything is known.
      ASSERT_EQ(active.from, from) << "restriction " << active.restriction << " on " << day;
    }
  }

  Evaluator evaluator_;
};

TEST_P(Begins, AreFoundAsByLookingAtEveryDay) {
  TestPack pack = CompileText(EveryConditionText(kItemsInOrder));
  for (const bool without_contested : {false, true}) ExpectAsByEveryDay(pack, without_contested);
}

TEST_P(Begins, AreFoundWhereItemsDependOnConditions) {
  TestPack pack = CompileText(EveryConditionText(absl::StrCat(kItemsInOrder, R"(
    items { id: "report" zh: "报告" kinds: "x.h" points { fixed: "0" } validity { scoring_years: 0 }
            expected { points: "-3" when { attribute { name: "filed" of: "yes" } } due_month: 10 due_day: 15 } }
    items { id: "small" zh: "小型" kinds: "x.c" points { fixed: "1" } validity { months: 4 }
            not_applicable { when { measure { kind: "x.d" measure: "rate" is { less_than: "60" } } } points: "-7" } })")));
  ExpectAsByEveryDay(pack, false);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Begins, testing::Range(uint32_t{1}, uint32_t{120}));

}  // namespace
}  // namespace xince::evaluate
