#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/runtime/errors.h"
#include "services/scoring/policy/decimal.h"
#include "services/scoring/policy/kinds.h"
#include "services/scoring/policy/lint.h"
#include "services/scoring/policy/pack.h"

namespace xince::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Decimal, ReadsHundredthsExactly) {
  EXPECT_EQ(ParseHundredths("0"), 0);
  EXPECT_EQ(ParseHundredths("-0.5"), -50);
  EXPECT_EQ(ParseHundredths("12"), 1200);
  EXPECT_EQ(ParseHundredths("93.57"), 9357);
  EXPECT_EQ(ParseHundredths("007.10"), 710);
  EXPECT_EQ(ParseHundredths("9999999999999.99"), 999999999999999);
}

TEST(Decimal, RefusesWhatIsNotOne) {
  for (const char* text : {"",
                           "-",
                           ".",
                           ".5",
                           "5.",
                           "1.234",
                           "+1",
                           " 1",
                           "1 ",
                           "1e3",
                           "1,5",
                           "--1",
                           "-0",
                           "-0.00",
                           "99999999999999",
                           "0x1",
                           "1.2.3",
                           "一"})
    EXPECT_EQ(ParseHundredths(text), std::nullopt) << text;
}

TEST(Decimal, WritesTheShortestTextThatReadsBack) {
  EXPECT_EQ(FormatHundredths(-50), "-0.5");
  EXPECT_EQ(FormatHundredths(1200), "12");
  EXPECT_EQ(FormatHundredths(9357), "93.57");
  EXPECT_EQ(FormatHundredths(5), "0.05");
  EXPECT_EQ(FormatHundredths(0), "0");
  EXPECT_EQ(FormatHundredths(std::numeric_limits<int64_t>::min()), "-92233720368547758.08");
  for (int64_t value = -1234; value <= 1234; ++value)
    EXPECT_EQ(ParseHundredths(FormatHundredths(value)), value);
}

constexpr char kPack[] = R"(id: "p"
zh: "试"
jurisdiction: "3201"
effective_from: "2020-01-01"
documents { id: "d" title: "文" }
lists { id: "l" zh: "单" subjects: "firm" basis: LAW source { document: "d" mark: RULE } }
subjects {
  subject: "firm"
  base { points: "100" source { document: "d" mark: RULE } }
  score_limits { least: "0" most: "150" }
  groups { id: "g" zh: "组" limits { least: "-30" most: "40" } }
  items {
    id: "a"
    zh: "甲"
    group: "g"
    kinds: "inspection.penalty"
    points { fixed: "-1" }
    validity { scoring_years: 0 }
    source { document: "d" mark: RULE }
  }
  grades { id: "A" zh: "甲" when { score { at_least: "60" } } source { document: "d" mark: RULE } }
}
)";

// The pack with one text replaced by another.
std::string With(absl::string_view from, absl::string_view to) {
  const std::string text = absl::StrReplaceAll(kPack, {{from, to}});
  EXPECT_NE(text, kPack) << from;
  return text;
}

TEST(LoadPack, TakesAWellFormedPack) {
  const auto pack = LoadPack(kPack, "p.textproto");
  ASSERT_TRUE(pack.ok()) << pack.status();
  EXPECT_EQ(pack->proto().id(), "p");
  EXPECT_EQ(pack->file(), "p.textproto");
  EXPECT_EQ(pack->from(), type::Date::FromCivil(2020, 1, 1));
  EXPECT_EQ(pack->until(), type::kDateMax);
}

TEST(LoadPack, NamesItsBytesByTheirDigest) {
  EXPECT_EQ(FormatDigest(DigestOf("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(LoadPack(kPack, "a")->digest(), LoadPack(kPack, "b")->digest());
  EXPECT_NE(LoadPack(kPack, "a")->digest(), LoadPack(absl::StrCat(kPack, "#"), "a")->digest());
}

TEST(LoadPack, SaysWhereTheTextBreaks) {
  const absl::Status status = LoadPack("id: \"p\"\nzh: oops\n", "p.textproto").status();
  const runtime::Problem problem = runtime::ToProblem(status);
  EXPECT_EQ(problem.reason, "POLICY_SYNTAX");
  EXPECT_EQ(problem.metadata.at("file"), "p.textproto");
  EXPECT_EQ(problem.metadata.at("line"), "2");
  EXPECT_EQ(problem.metadata.at("column"), "5");
  EXPECT_THAT(problem.en, HasSubstr("p.textproto:2:5"));
  EXPECT_THAT(problem.zh, HasSubstr("文本格式错误"));
  EXPECT_EQ(runtime::ReasonOf(LoadPack("unknown_field: 1", "p").status()), "POLICY_SYNTAX");
}

TEST(LoadPack, SaysWhichItemIsWrongAndWhere) {
  const runtime::Problem problem =
      runtime::ToProblem(LoadPack(With("fixed: \"-1\"", "fixed: \"-1.234\""), "p").status());
  EXPECT_EQ(problem.reason, "POLICY_INVALID");
  EXPECT_EQ(problem.metadata.at("item"), "a");
  EXPECT_EQ(problem.metadata.at("line"), "17");
  EXPECT_EQ(problem.metadata.at("column"), "14");
  EXPECT_THAT(problem.en, HasSubstr("p:17:14: error: a: fixed: `-1.234` is not a decimal"));
}

TEST(LoadPack, RefusesMoreThanItsLimits) {
  std::string large(kPackBytesMax + 1, '#');
  EXPECT_EQ(runtime::ReasonOf(LoadPack(large, "p").status()), "POLICY_TOO_LARGE");
  large.resize(kPackBytesMax);
  EXPECT_EQ(runtime::ReasonOf(LoadPack(large, "p").status()), "POLICY_INVALID");
  std::string deep;
  for (int i = 0; i < 100; ++i) absl::StrAppend(&deep, "not { ");
  EXPECT_EQ(
      runtime::ReasonOf(LoadPack(absl::StrCat("subjects { base { when { ", deep), "p").status()),
      "POLICY_SYNTAX");
}

TEST(LoadPack, KnowsTheMostItemsAndOneMore) {
  const auto with_items = [](int count) {
    std::string items;
    for (int i = 1; i < count; ++i)
      absl::StrAppend(
          &items, "  items { id: \"i", i, "\" zh: \"项\" kinds: \"x.a\" validity { never {} } }\n");
    return LoadPack(With("  grades {", absl::StrCat(items, "  grades {")), "p").status();
  };
  EXPECT_TRUE(with_items(kItemsMax).ok()) << with_items(kItemsMax);
  EXPECT_EQ(runtime::ReasonOf(with_items(kItemsMax + 1)), "POLICY_INVALID");
}

struct Mistake {
  const char* from;
  const char* to;
  const char* says;
};

class Mistakes : public testing::TestWithParam<Mistake> {};

TEST_P(Mistakes, AreRefused) {
  const runtime::Problem problem =
      runtime::ToProblem(LoadPack(With(GetParam().from, GetParam().to), "p").status());
  EXPECT_EQ(problem.reason, "POLICY_INVALID");
  EXPECT_THAT(problem.en, HasSubstr(GetParam().says));
  EXPECT_NE(problem.metadata.at("line"), "0") << problem.en;
  EXPECT_FALSE(problem.zh.empty());
}

INSTANTIATE_TEST_SUITE_P(
    OfOneText,
    Mistakes,
    testing::Values(
        Mistake{"id: \"p\"", "id: \"P\"", "kebab"},
        Mistake{"\"3201\"", "\"nanjing\"", "division code"},
        Mistake{"2020-01-01", "2020-02-30", "no such day"},
        Mistake{"effective_from: \"2020-01-01\"",
                "effective_from: \"2020-01-01\" effective_until: \"2020-01-01\"",
                "not after"},
        Mistake{"documents { id: \"d\"",
                "documents { id: \"e\" title: \"文\" } documents { id: \"e\"",
                "taken"},
        Mistake{"subject: \"firm\"", "subject: \"tenant\"", "not a kind of subject"},
        Mistake{"subject: \"firm\"", "subject: \"firm\" year_starts_month: 13", "more than 12"},
        Mistake{"points: \"100\"", "points: \"10000000.01\"", "not between"},
        Mistake{"least: \"0\" most: \"150\"", "least: \"100.01\" most: \"150\"", "there always is"},
        Mistake{"least: \"0\" most: \"150\"", "least: \"20\" most: \"10\"", "greater than most"},
        Mistake{"least: \"-30\"", "least: \"0.01\"", "there always is"},
        Mistake{"most: \"40\"", "most: \"-0.01\"", "there always is"},
        Mistake{"group: \"g\"", "group: \"h\"", "no group `h`"},
        Mistake{"id: \"g\" zh: \"组\"", "id: \"g\" zh: \"组\" parent: \"g\"", "circle"},
        Mistake{"id: \"g\" zh: \"组\"", "id: \"a\" zh: \"组\"", "taken"},
        Mistake{"id: \"g\" zh: \"组\"", "id: \"g\" zh: \"组\" mode: MIX", "weights sum to 0"},
        Mistake{"id: \"g\" zh: \"组\"",
                "id: \"g\" zh: \"组\" mode: MIX raters { member: \"a\" weight: \"99.99\" missing: "
                "ZERO }",
                "weights sum to 99.99"},
        Mistake{
            "id: \"g\" zh: \"组\"",
            "id: \"g\" zh: \"组\" mode: MIX raters { member: \"b\" weight: \"100\" missing: ZERO }",
            "not an item or group of the mix"},
        Mistake{"id: \"g\" zh: \"组\"",
                "id: \"g\" zh: \"组\" mode: MIX raters { member: \"a\" weight: \"100\" }",
                "missing"},
        Mistake{
            "id: \"g\" zh: \"组\"",
            "id: \"g\" zh: \"组\" mode: MIX raters { member: \"a\" weight: \"100\" missing: FULL }",
            "full is missing"},
        Mistake{"id: \"g\" zh: \"组\"",
                "id: \"g\" zh: \"组\" mode: HIGHEST base: \"1\"",
                "only a group"},
        Mistake{"kinds: \"inspection.penalty\"", "kinds: \"penalty\"", "is not a kind"},
        Mistake{"kinds: \"inspection.penalty\"", "", "no kind"},
        Mistake{"validity { scoring_years: 0 }", "", "validity is missing"},
        Mistake{"validity { scoring_years: 0 }", "validity { start: OCCURRED }", "no end"},
        Mistake{"validity { scoring_years: 0 }", "validity { months: 0 }", "months is 0"},
        Mistake{"validity { scoring_years: 0 }", "validity { months: 1201 }", "more than 1200"},
        Mistake{"validity { scoring_years: 0 }",
                "validity { until_corrected { min_months: 3 max_months: 2 } }",
                "less than min_months"},
        Mistake{"points { fixed: \"-1\" }", "points {}", "no rule"},
        Mistake{"points { fixed: \"-1\" }", "points { given {} }", "piece_limits"},
        Mistake{"points { fixed: \"-1\" }", "points { escalation {} }", "no row"},
        Mistake{"points { fixed: \"-1\" }",
                "points { by_band { measure: \"m\" bands { below: \"1\" points: \"0\" } } }",
                "last band has no end"},
        Mistake{
            "points { fixed: \"-1\" }",
            "points { by_band { measure: \"m\" bands { points: \"0\" } bands { points: \"0\" } } }",
            "only the last band"},
        Mistake{
            "points { fixed: \"-1\" }",
            "points { by_band { measure: \"m\" bands { below: \"2\" points: \"0\" } bands { below: "
            "\"2\" points: \"0\" } bands { points: \"0\" } } }",
            "ends at 2"},
        Mistake{
            "points { fixed: \"-1\" }",
            "points { by_level { rows { level: LEVEL_CITY points: \"1\" } rows { level: LEVEL_CITY "
            "points: \"1\" } } }",
            "row already"},
        Mistake{"points { fixed: \"-1\" }",
                "points { per_unit { points: \"1\" measure: \"m\" unit: \"0\" } }",
                "not between"},
        Mistake{"points { fixed: \"-1\" }",
                "points { fixed: \"-1\" } factor: \"1000.01\"",
                "not between"},
        Mistake{"points { fixed: \"-1\" }",
                "points { fixed: \"-1\" } limits { most: \"-1\" }",
                "there always is"},
        Mistake{"points { fixed: \"-1\" }",
                "points { fixed: \"-1\" } decay { from_month: 3 percent: \"50\" } decay { "
                "from_month: 3 "
                "percent: \"10\" }",
                "not ascending"},
        Mistake{"points { fixed: \"-1\" }",
                "points { fixed: \"-1\" } veto { grade: \"Z\" }",
                "no grade `Z`"},
        Mistake{"points { fixed: \"-1\" }",
                "points { fixed: \"-1\" } veto { list: \"z\" }",
                "no list `z`"},
        Mistake{"points { fixed: \"-1\" }",
                "points { fixed: \"-1\" } expected { points: \"-1\" when { score { at_least: \"1\" "
                "} } }",
                "not known yet"},
        Mistake{"points { fixed: \"-1\" }",
                "points { fixed: \"-1\" } expected { points: \"-1\" due_month: 2 }",
                "go together"},
        Mistake{"points { fixed: \"-1\" }",
                "points { fixed: \"-1\" } roll_up { weight: AREA }",
                "takes no evidence"},
        Mistake{
            "when { score { at_least: \"60\" } }", "when { grade { of: \"A\" } }", "not known yet"},
        Mistake{"when { score { at_least: \"60\" } }", "when { score {} }", "compares nothing"},
        Mistake{"when { score { at_least: \"60\" } }", "when { all {} }", "no condition"},
        Mistake{"when { score { at_least: \"60\" } }", "when {}", "empty"},
        Mistake{"when { score { at_least: \"60\" } }",
                "when { item { id: \"z\" is { equals: \"1\" } } }",
                "no item `z`"},
        Mistake{"when { score { at_least: \"60\" } }",
                "when { demerits { span: THIS_YEAR months: 3 is { at_least: \"1\" } } }",
                "LAST_MONTHS"},
        Mistake{"source { document: \"d\" mark: RULE } }\n}",
                "source { document: \"x\" mark: RULE } }\n}",
                "no document `x`"},
        Mistake{"source { document: \"d\" mark: RULE } }\n}",
                "source { document: \"d\" } }\n}",
                "mark"},
        Mistake{"source { document: \"d\" mark: RULE } }\n}",
                "source { document: \"d\" mark: ASSUMPTION } }\n}",
                "needs its reason"}));

TEST(PackSet, ChoosesTheVersionByDay) {
  const auto version = [](const char* from, const char* until) {
    const std::string end = *until == 0 ? "" : absl::StrCat(" effective_until: \"", until, "\"");
    return *LoadPack(With("effective_from: \"2020-01-01\"",
                          absl::StrCat("effective_from:  \"", from, "\"", end)),
                     from);
  };
  const auto set = PackSet::Make(
      {version("2022-01-01", "2023-01-01"), version("2020-01-01", ""), version("2024-01-01", "")});
  ASSERT_TRUE(set.ok()) << set.status();
  const auto on = [&](int y, int m, int d) -> std::string {
    const Pack* pack = set->InForce("p", type::Date::FromCivil(y, m, d));
    EXPECT_EQ(pack, set->InForceFor("3201", type::Date::FromCivil(y, m, d)));
    return pack == nullptr ? "none" : pack->file();
  };
  EXPECT_EQ(on(2019, 12, 31), "none");
  EXPECT_EQ(on(2020, 1, 1), "2020-01-01");
  EXPECT_EQ(on(2021, 12, 31), "2020-01-01");
  EXPECT_EQ(on(2022, 1, 1), "2022-01-01");
  EXPECT_EQ(on(2022, 12, 31), "2022-01-01");
  EXPECT_EQ(on(2023, 1, 1), "none");
  EXPECT_EQ(on(2024, 1, 1), "2024-01-01");
  EXPECT_EQ(set->InForce("q", type::Date::FromCivil(2024, 1, 1)), nullptr);
  EXPECT_EQ(set->InForceFor("3202", type::Date::FromCivil(2024, 1, 1)), nullptr);
  const auto earlier = set->EarlierThan(set->packs()[2]);
  ASSERT_EQ(earlier.size(), 2);
  EXPECT_EQ(earlier[0]->file(), "2022-01-01");
  EXPECT_EQ(earlier[1]->file(), "2020-01-01");
}

TEST(PackSet, RefusesTwoVersionsOfOneDay) {
  const Pack pack = *LoadPack(kPack, "a");
  EXPECT_EQ(runtime::ReasonOf(PackSet::Make({pack, pack}).status()), "POLICY_VERSION");
}

TEST(Kinds, RefusesWhatDoesNotFit) {
  const auto reason = [](absl::string_view text) {
    return runtime::ReasonOf(Kinds::Load(text, "k").status());
  };
  EXPECT_EQ(reason("kinds { kind: 3 }"), "KINDS_SYNTAX");
  EXPECT_EQ(reason(R"(kinds { kind: "a" feed: "a" zh: "x" en: "x" })"), "KINDS_INVALID");
  EXPECT_EQ(reason(R"(kinds { kind: "a.b" feed: "c" zh: "x" en: "x" })"), "KINDS_INVALID");
  EXPECT_EQ(reason(R"(kinds { kind: "a.b" feed: "a" en: "x" })"), "KINDS_INVALID");
  EXPECT_EQ(reason(R"(kinds { kind: "a.b" feed: "a" zh: "x" en: "x" }
                      kinds { kind: "a.b" feed: "a" zh: "x" en: "x" })"),
            "KINDS_INVALID");
  EXPECT_EQ(reason(R"(kinds { kind: "a.b" feed: "a" zh: "x" en: "x" })"), "");
}

TEST(Parse, RefusesATextThatIsNotUtf8WithItsPlace) {
  const auto bytes = LoadPack("id: \"p\"\nzh: \"\xff\"\n", "p.textproto");
  EXPECT_EQ(runtime::ReasonOf(bytes.status()), "POLICY_SYNTAX");
  EXPECT_THAT(std::string(bytes.status().message()), HasSubstr("p.textproto:2:6: "));
  const auto escaped =
      LoadPack("id: \"p\"\nsubjects { items { kinds: \"a\" kinds: \"\\377\" } }\n", "p.textproto");
  EXPECT_EQ(runtime::ReasonOf(escaped.status()), "POLICY_SYNTAX");
  EXPECT_THAT(std::string(escaped.status().message()),
              HasSubstr("p.textproto:2:31: the string is not UTF-8"));
  const auto whole = LoadPack("id: \"p\" zh: \"\\346\\227\\245日\"", "p.textproto");
  EXPECT_NE(runtime::ReasonOf(whole.status()), "POLICY_SYNTAX");
}

}  // namespace
}  // namespace xince::policy
