#ifndef SERVICES_SCORING_EVALUATE_TEST_PACKS_H_
#define SERVICES_SCORING_EVALUATE_TEST_PACKS_H_

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

/// Packs that tests of evaluation share.
namespace xince::evaluate {

/// Restrictions that ask about everything a condition can ask about, over items that begin and end in
/// every way. Years begin in April.
inline constexpr char kEveryItem[] = R"(
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
    items { id: "grave" zh: "重大" kinds: "x.f" validity { months: 5 } veto { grade: "low" } }
    grades { id: "high" zh: "高" when { score { at_least: "90" } } }
    grades { id: "low" zh: "低" }
)";

inline constexpr const char* kEveryCondition[] = {
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

/// The pack with `items` besides, among them `again` and `seen`, and a restriction for each condition, some
/// carried on for years.
inline std::string EveryConditionText(const std::string& items) {
  std::string text = absl::StrCat(kEveryItem, items);
  for (size_t i = 0; i < std::size(kEveryCondition); ++i) {
    absl::StrAppend(&text, "restrictions { code: \"r", i, "\" zh: \"限\" carry_years: ", i % 3);
    absl::StrAppend(&text, " when { ", kEveryCondition[i], " } }\n");
  }
  return absl::StrCat(text, "}");
}

/// `again` and `seen` that need their pieces in order, and such as do not.
inline constexpr char kItemsInOrder[] = R"(
    items { id: "again" zh: "再犯" kinds: "x.e" points { escalation { rows: "-1" rows: "-2" rows: "-4" } } validity { months: 18 } decay { from_month: 6 percent: "50" } }
    items { id: "seen" zh: "检查" kinds: "x.g" filter { tags: "poll" } points { given {} } piece_limits { least: "-9" most: "9" } counting { keep: HIGHEST count: 2 } validity { never {} } }
)";
inline constexpr char kItemsInAnyOrder[] = R"(
    items { id: "again" zh: "再犯" kinds: "x.e" points { fixed: "-2" } validity { months: 18 } decay { from_month: 6 percent: "50" } }
    items { id: "seen" zh: "检查" kinds: "x.g" filter { tags: "poll" } points { given {} } piece_limits { least: "-9" most: "9" } counting { per: PER_QUARTER keep: HIGHEST } validity { never {} } }
)";

/// Kinds of evidence that the items take, and one that none does.
inline const std::vector<std::string>& EveryKind() {
  static const auto& kinds =
      *new std::vector<std::string>{"x.a", "x.b", "x.c", "x.d", "x.e", "x.f", "x.g", "x.none"};
  return kinds;
}

}  // namespace xince::evaluate

#endif  // SERVICES_SCORING_EVALUATE_TEST_PACKS_H_
