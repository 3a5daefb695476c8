#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

#include "services/scoring/evaluate/test_world.h"

namespace xince::evaluate {
namespace {

// Restrictions that ask about everything a condition can ask about, over items that begin and end in
// every way. Years begin in April.
constexpr char kItems[] = R"(
  id: "begins" zh: "起始" jurisdiction: "3201" effective_from: "2010-01-01"
  lists { id: "blacklist" zh: "黑名单" subjects: "firm" basis: LAW }
  subjects {
    subject: "firm" year_starts_month: 4
    base { points: "100" }
    groups { id: "bad" zh: "不良" limits { least: "-60" } }
    items { id: "year" zh: "当年" group: "bad" kinds: "x.a" points { given {} } piece_limits { least: "-8" most: "4" } limits { least: "-20" most: "3" } validity { scoring_years: 0 } }
    items { id: "months" zh: "数月" group: "bad" kinds: ["x.a", "x.b"] reach: [DIRECT, VIA_PROJECT] points { fixed: "-3" } validity { defer: QUARTER months: 7 } }
    items { id: "open" zh: "未整改" kinds: "x.b" points { fixed: "-2" } validity { until_corrected { plus_months: 2 min_months: 1 max_months: 30 } } }
    items { id: "honour" zh: "荣誉" kinds: "x.c" points { by_level { rows { level: LEVEL_NATIONAL points: "6" } rows { level: LEVEL_CITY points: "2" } } } counting { per: MATTER keep: HIGHEST } validity { scoring_years: 1 } }
    items { id: "opinion" zh: "评价" kinds: "x.d" points { given {} } piece_limits { least: "-9" most: "9" } counting { per: ISSUER keep: LATEST combine: MEAN } validity { start: OCCURRED months: 12 } }
    items { id: "again" zh: "再犯" kinds: "x.e" points { escalation { rows: "-1" rows: "-2" rows: "-4" } } validity { months: 18 } decay { from_month: 6 percent: "50" } }
    items { id: "grave" zh: "重大" kinds: "x.f" validity { months: 5 } veto { grade: "low" } }
    items { id: "seen" zh: "检查" kinds: "x.g" filter { tags: "poll" } points { given {} } piece_limits { least: "-9" most: "9" } counting { keep: HIGHEST count: 2 } validity { never {} } }
    grades { id: "high" zh: "高" when { score { at_least: "90" } } }
    grades { id: "low" zh: "低" }
)";

constexpr const char* kConditions[] = {
    R"(demerits { span: THIS_YEAR is { at_least: "6" } })",
    R"(demerits { span: THIS_YEAR items: ["year", "again"] is { at_least: "4" } })",
    R"(demerits { span: PREVIOUS_YEAR items: ["open"] is { at_least: "2" } })",
    R"(demerits { span: LAST_MONTHS months: 5 items: ["months", "opinion"] is { at_least: "3" } })",
    R"(merits { span: THIS_YEAR items: ["honour"] is { at_least: "2" } })",
    R"(item { id: "open" number: OPEN is { at_least: "1" } })",
    R"(not { item { id: "open" number: OPEN is { at_least: "1" } } })",
    R"(item { id: "opinion" is { less_than: "0" } })",
    R"(item { id: "seen" number: COUNT is { at_least: "2" } })",
    R"(group { id: "bad" is { less_than: "-9" } })",
    R"(score { less_than: "95" })",
    R"(not { grade { of: "high" } })",
    R"(negative_lines { at_least: "3" })",
    R"(veto {})",
    R"(measure { kind: "x.d" measure: "rate" is { less_than: "60" } })",
    R"(attribute { name: "filed" of: "yes" })",
    R"(listed { of: "blacklist" })",
    R"(days_since { attribute: "registered" is { at_least: "400" } })",
    R"(any { of { veto {} } of { all { of { listed { of: "blacklist" } } of { not { item { id: "year" is { at_least: "-5" } } } } } } })",
};

TestPack PackWith(const std::string& more) {
  std::string text = kItems;
  for (size_t i = 0; i < std::size(kConditions); ++i) {
    absl::StrAppend(&text, "restrictions { code: \"r", i, "\" zh: \"限\" carry_years: ", i % 3);
    absl::StrAppend(&text, " when { ", kConditions[i], " } }\n");
  }
  return CompileText(absl::StrCat(text, more, "}"));
}

const std::vector<std::string>& Kinds() {
  static const auto& kinds =
      *new std::vector<std::string>{"x.a", "x.b", "x.c", "x.d", "x.e", "x.f", "x.g", "x.none"};
  return kinds;
}

// A firm with random facts, lists, attributes and repairs.
class Begins : public testing::TestWithParam<uint32_t> {
 protected:
  // The first day since which each restriction has held without a break, found by looking at every day.
  void ExpectAsByEveryDay(TestPack& pack, bool without_contested) {
    RandomFacts random(pack, GetParam());
    std::vector<Fact> facts;
    for (size_t i = random.Below(25); i > 0; --i) facts.push_back(random.Make(Kinds()));
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
  TestPack pack = PackWith("");
  for (const bool without_contested : {false, true}) ExpectAsByEveryDay(pack, without_contested);
}

TEST_P(Begins, AreFoundWhereItemsDependOnConditions) {
  TestPack pack = PackWith(R"(
    items { id: "report" zh: "报告" kinds: "x.h" points { fixed: "0" } validity { scoring_years: 0 }
            expected { points: "-3" when { attribute { name: "filed" of: "yes" } } due_month: 10 due_day: 15 } }
    items { id: "small" zh: "小型" kinds: "x.c" points { fixed: "1" } validity { months: 4 }
            not_applicable { when { measure { kind: "x.d" measure: "rate" is { less_than: "60" } } } points: "-7" } })");
  ExpectAsByEveryDay(pack, false);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Begins, testing::Range(uint32_t{1}, uint32_t{120}));

}  // namespace
}  // namespace xince::evaluate
