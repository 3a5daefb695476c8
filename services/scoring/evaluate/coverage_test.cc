#include "services/scoring/evaluate/coverage.h"

#include <vector>

#include "absl/strings/str_cat.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/runtime/errors.h"

namespace xince::evaluate {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// A pack of one subject, and the gaps that cases leave in it.
std::vector<std::string> Gaps(const std::string& rules, const std::string& cases) {
  const std::string pack = absl::StrCat(
      "id: \"p\" zh: \"试\" jurisdiction: \"3201\" effective_from: \"2020-01-01\"\n"
      "lists { id: \"l\" zh: \"名单\" subjects: \"firm\" basis: LAW }\n"
      "subjects {\nsubject: \"firm\"\n",
      rules,
      "\n}\n");
  CoverageBook book;
  const auto report = RunCases(
      absl::StrCat("pack: \"p\"\n", cases), "c", [&](const std::string&) { return pack; }, &book);
  EXPECT_TRUE(report.ok()) << report.status();
  std::vector<std::string> gaps;
  if (!report.ok()) return {std::string(report.status().message())};
  for (const policy::Finding& gap : book.packs().at("p").Gaps())
    gaps.push_back(policy::FormatFinding(gap, "p"));
  return gaps;
}

// A case of one firm with this evidence on this day.
std::string Case(const std::string& body, const std::string& day = "2020-06-30") {
  return absl::StrCat(
      "cases { name: \"c\" as_of: \"", day, "\" ", body, " expect { subject: \"firms/f\" } }\n");
}

std::string Piece(const std::string& more, const std::string& id = "e") {
  return absl::StrCat("evidence { id: \"",
                      id,
                      "\" subject: \"firms/f\" kind: \"x.a\" determined_on: \"2020-05-01\" ",
                      more,
                      " } ");
}

constexpr char kItem[] =
    "items { id: \"a\" zh: \"甲\" kinds: \"x.a\" validity { never {} } points { fixed: \"-1\" } }";

std::string Item(const std::string& more) {
  return absl::StrCat(
      "items { id: \"a\" zh: \"甲\" kinds: \"x.a\" validity { never {} } ", more, " }");
}

TEST(Coverage, WantsALineOfEveryItem) {
  EXPECT_THAT(Gaps(kItem, Case("")),
              ElementsAre("p:5:9: error: a: firm: no case has a line of this item"));
  EXPECT_THAT(Gaps(kItem, Case(Piece(""))), IsEmpty());
  // What is on file but does not reach the item is no line of it.
  EXPECT_THAT(Gaps(Item("filter { tags: \"t\" }"), Case(Piece(""))), Not(IsEmpty()));
}

TEST(Coverage, WantsEveryBandAtItsEdgeAndAHundredthBelow) {
  const std::string rules = Item(
      "points { by_band { measure: \"m\" bands { below: \"60\" points: \"-1\" } bands { points: "
      "\"0\" } } }");
  const auto value = [](const char* v) {
    return Piece(absl::StrCat("measures { name: \"m\" value: \"", v, "\" }"), v);
  };
  EXPECT_THAT(
      Gaps(rules, Case(value("60"))),
      ElementsAre("p:5:102: error: a: firm: no case has a m of 59.99 (or, of a count, 59)"));
  EXPECT_THAT(Gaps(rules, Case(value("59.99"))), ElementsAre(HasSubstr("a m of exactly 60")));
  EXPECT_THAT(Gaps(rules, Case(value("59.98") + value("60.01"))).size(), 2);
  EXPECT_THAT(Gaps(rules, Case(value("59.99") + value("60"))), IsEmpty());
  EXPECT_THAT(Gaps(rules, Case(value("59") + value("60"))), IsEmpty());
}

TEST(Coverage, WantsEveryLevelAndOccurrence) {
  const std::string levels = Item(
      "points { by_level { rows { level: LEVEL_CITY points: \"1\" } rows { level: LEVEL_STREET "
      "points: \"2\" } } }");
  EXPECT_THAT(Gaps(levels, Case(Piece("level: LEVEL_CITY"))),
              ElementsAre(HasSubstr("a line of LEVEL_STREET")));
  EXPECT_THAT(Gaps(levels, Case(Piece("level: LEVEL_CITY") + Piece("level: LEVEL_STREET", "f"))),
              IsEmpty());
  const std::string rows = Item("points { escalation { rows: \"-1\" rows: \"-2\" } }");
  EXPECT_THAT(Gaps(rows, Case(Piece(""))), ElementsAre(HasSubstr("occurrence 2")));
  EXPECT_THAT(Gaps(rows, Case(Piece("") + Piece("", "f"))), IsEmpty());
}

TEST(Coverage, WantsLimitsReached) {
  const std::string piece =
      Item("points { given { sign: DEMERIT } } piece_limits { least: \"-3\" most: \"-1\" }");
  EXPECT_THAT(Gaps(piece, Case(Piece("points: \"-2\""))).size(), 2);
  // What is not decided yet reaches no limit.
  EXPECT_THAT(Gaps(piece, Case(Piece(""))).size(), 2);
  EXPECT_THAT(Gaps(piece, Case(Piece("points: \"-3\""))),
              ElementsAre(HasSubstr("asks for -1 or more")));
  EXPECT_THAT(Gaps(piece, Case(Piece("points: \"-9\"") + Piece("points: \"-0.5\"", "f"))),
              IsEmpty());
  const std::string item = Item(
      "points { given {} } piece_limits { least: \"-9\" most: \"9\" } "
      "limits { least: \"-2\" }");
  EXPECT_THAT(Gaps(item, Case(Piece("points: \"-9\"") + Piece("points: \"9\"", "f"))),
              ElementsAre(HasSubstr("brings the item to -2")));
  EXPECT_THAT(Gaps(item, Case(Piece("points: \"9\"")) + Case(Piece("points: \"-9\""))), IsEmpty());
  const std::string score =
      absl::StrCat("base { points: \"1\" } score_limits { least: \"0\" } ", kItem);
  EXPECT_THAT(Gaps(score, Case(Piece(""))), ElementsAre(HasSubstr("brings the score to 0")));
  EXPECT_THAT(Gaps(score, Case(Piece("") + Piece("", "f"))), IsEmpty());
  const std::string group =
      absl::StrCat("groups { id: \"g\" zh: \"组\" limits { least: \"-2\" } } ",
                   Item("group: \"g\" points { fixed: \"-1\" }"));
  EXPECT_THAT(Gaps(group, Case(Piece(""))),
              ElementsAre(HasSubstr("g: firm: no case brings the group to -2")));
  EXPECT_THAT(Gaps(group, Case(Piece("") + Piece("", "f"))), IsEmpty());
}

TEST(Coverage, WantsThresholdsOnThemAndBesideThem) {
  const std::string rules =
      absl::StrCat("base { points: \"100\" } ",
                   Item("points { given {} } piece_limits { least: \"-50\" most: \"50\" }"),
                   "restrictions { code: \"r\" zh: \"限\" when { demerits { span: THIS_YEAR is { "
                   "at_least: \"15\" "
                   "} } } }");
  const std::string ends = Case(Piece("points: \"-50\"")) + Case(Piece("points: \"50\""));
  EXPECT_THAT(Gaps(rules, ends).size(), 2);
  EXPECT_THAT(Gaps(rules, ends + Case(Piece("points: \"-15\""))),
              ElementsAre(HasSubstr("is just beside 15, within 1, for this threshold")));
  EXPECT_THAT(
      Gaps(rules, ends + Case(Piece("points: \"-15\"")) + Case(Piece("points: \"-13.99\""))),
      ElementsAre(HasSubstr("just beside 15")));
  EXPECT_THAT(Gaps(rules, ends + Case(Piece("points: \"-15\"")) + Case(Piece("points: \"-14.5\""))),
              IsEmpty());
}

TEST(Coverage, LooksBesideAThresholdOnTheSideWhereItTurns) {
  const auto gaps = [](const char* comparison, const char* points) {
    return Gaps(absl::StrCat("base { points: \"",
                             points,
                             "\" } grades { id: \"A\" zh: \"优\" when { score { ",
                             comparison,
                             ": \"60\" } } } grades { id: \"B\" zh: \"良\" }"),
                Case(""));
  };
  // Of four things to touch two are touched: a grade, and the number beside.
  EXPECT_THAT(gaps("at_least", "59.5").size(), 2);
  EXPECT_THAT(gaps("at_least", "60.5").size(), 3);
  EXPECT_THAT(gaps("less_than", "59.5").size(), 2);
  EXPECT_THAT(gaps("less_than", "60.5").size(), 3);
  EXPECT_THAT(gaps("more_than", "60.5").size(), 2);
  EXPECT_THAT(gaps("more_than", "59.5").size(), 3);
  EXPECT_THAT(gaps("at_most", "61").size(), 2);
  EXPECT_THAT(gaps("at_most", "61.01").size(), 3);
}

TEST(Coverage, TakesAnyOtherNumberForBesideAnExactOne) {
  const std::string rules = absl::StrCat(
      kItem,
      "restrictions { code: \"r\" zh: \"限\" when { item { id: \"a\" number: COUNT is { equals: "
      "\"0\" } } } }");
  EXPECT_THAT(Gaps(rules, Case("")),
              ElementsAre(HasSubstr("a line of this item"), HasSubstr("is other than 0 for")));
  EXPECT_THAT(Gaps(rules, Case("") + Case(Piece("") + Piece("", "f"))), IsEmpty());
}

TEST(Coverage, WantsFiltersOnTheirEdgeAndBesideIt) {
  const std::string rules = Item(
      "filter { measures { measure: \"m\" is { at_least: \"30\" } } } points { fixed: \"1\" }");
  const auto value = [](const char* v) {
    return Piece(absl::StrCat("measures { name: \"m\" value: \"", v, "\" }"), v);
  };
  EXPECT_THAT(Gaps(rules, Case(value("30"))),
              ElementsAre(HasSubstr("evidence just beside 30, within 1, for this filter")));
  EXPECT_THAT(Gaps(rules, Case(value("30") + value("29"))), IsEmpty());
}

TEST(Coverage, WantsEveryGradeRestrictionProposalAndVeto) {
  const std::string veto = absl::StrCat(Item("veto { lowest_grade: true }"),
                                        "grades { id: \"A\" zh: \"优\" when { score { at_least: "
                                        "\"0\" } } } grades { id: \"B\" zh: \"差\" }");
  EXPECT_THAT(Gaps(veto, Case("")), Contains(HasSubstr("a: firm: no case has this veto")));
  EXPECT_THAT(Gaps(veto, Case("")), Contains(HasSubstr("B: firm: no case has this grade")));
  EXPECT_THAT(Gaps(veto, Case("") + Case(Piece(""))), ElementsAre(HasSubstr("just beside 0")));
  const std::string effects =
      "list_proposals { list: \"l\" when { attribute { name: \"n\" of: \"x\" } } } restrictions { "
      "code: "
      "\"r\" zh: \"限\" carry_years: 1 when { past_grade { years_back: 1 } } }";
  EXPECT_THAT(Gaps(effects, Case("")),
              ElementsAre(HasSubstr("l: firm: no case has this proposal"),
                          HasSubstr("r: firm: no case has this restriction"),
                          HasSubstr("carried from an earlier year")));
  const auto known = [](const std::string& what) {
    return absl::StrCat("subjects { subject: \"firms/f\" ", what, " } ");
  };
  EXPECT_THAT(Gaps(effects,
                   Case(known("attributes { name: \"n\" text: \"x\" }")) +
                       Case(known("history { on: \"2019-12-31\" score: \"1\" grade: \"A\" }"))),
              ElementsAre(HasSubstr("carried from an earlier year")));
}

TEST(Coverage, WantsLinesOfTheItemsOwn) {
  const std::string rules = Item(
      "points { fixed: \"1\" } not_applicable { points: \"5\" when { listed { of: \"l\" } } } "
      "expected { points: \"-2\" }");
  EXPECT_THAT(
      Gaps(rules, Case(Piece(""))),
      ElementsAre(HasSubstr("has this item not apply"), HasSubstr("misses what is expected")));
  EXPECT_THAT(
      Gaps(
          rules,
          Case(Piece("")) + Case("") +
              Case("subjects { subject: \"firms/f\" lists { list: \"l\" from: \"2020-01-01\" } }")),
      IsEmpty());
}

TEST(Coverage, WantsTheLastDayOfAValidityAndTheNext) {
  const std::string rules =
      "items { id: \"a\" zh: \"甲\" kinds: \"x.a\" points { fixed: \"1\" } validity { months: 1 } "
      "}\n"
      "items { id: \"b\" zh: \"乙\" kinds: \"x.a\" points { fixed: \"1\" } validity { months: 1 } "
      "}";
  EXPECT_THAT(
      Gaps(rules, Case(Piece(""), "2020-05-30")),
      ElementsAre(HasSubstr("last day of such a validity"), HasSubstr("day such a validity ends")));
  EXPECT_THAT(Gaps(rules, Case(Piece(""), "2020-05-31")),
              ElementsAre(HasSubstr("a: firm: no case is on the day such a validity ends")));
  EXPECT_THAT(Gaps(rules, Case(Piece(""), "2020-05-31") + Case(Piece(""), "2020-06-01")),
              IsEmpty());
}

TEST(Coverage, WantsWhatACountingLeavesOut) {
  const std::string latest = Item("points { fixed: \"-1\" } counting { keep: LATEST }");
  EXPECT_THAT(Gaps(latest, Case(Piece(""))), ElementsAre(HasSubstr("counting does not keep")));
  EXPECT_THAT(Gaps(latest, Case(Piece("") + Piece("", "f"))), IsEmpty());
  const std::string mean = Item("points { fixed: \"-1\" } counting { combine: MEAN }");
  EXPECT_THAT(Gaps(mean, Case(Piece(""))), ElementsAre(HasSubstr("takes the mean")));
  EXPECT_THAT(Gaps(mean, Case(Piece("") + Piece("", "f"))), IsEmpty());
}

TEST(Coverage, WantsRatersMissingAndMembersThatDoNotCount) {
  const auto items = [](const std::string& group) {
    return absl::StrCat(
        group,
        " items { id: \"a\" zh: \"甲\" group: \"g\" kinds: \"x.a\" validity { never {} } "
        "points { fixed: \"-1\" } } items { id: \"b\" zh: \"乙\" group: \"g\" kinds: "
        "\"x.b\" validity { never {} } points { fixed: \"-2\" } }");
  };
  const std::string a = Piece("");
  const std::string b =
      "evidence { id: \"b\" subject: \"firms/f\" kind: \"x.b\" determined_on: \"2020-05-01\" } ";
  const std::string mix = items(
      "groups { id: \"g\" zh: \"组\" mode: MIX raters { member: \"a\" weight: \"50\" missing: "
      "RENORMALISE } raters { member: \"b\" weight: \"50\" missing: FULL full: \"3\" } }");
  EXPECT_THAT(
      Gaps(mix, Case(a + b)),
      ElementsAre(HasSubstr("lacks the rater a and has another"), HasSubstr("lacks the rater b")));
  EXPECT_THAT(Gaps(mix, Case(a + b) + Case("")), ElementsAre(HasSubstr("lacks the rater a")));
  EXPECT_THAT(Gaps(mix, Case(a + b) + Case(a) + Case(b)), IsEmpty());
  const std::string highest = items("groups { id: \"g\" zh: \"组\" mode: HIGHEST }");
  EXPECT_THAT(Gaps(highest, Case(a) + Case(b)), ElementsAre(HasSubstr("beside a higher one")));
  EXPECT_THAT(Gaps(highest, Case(a + b)), IsEmpty());
}

TEST(Coverage, WantsTheDayADecayBeginsAndTheDayBefore) {
  const std::string rules =
      Item("points { fixed: \"-4\" } decay { from_month: 1 percent: \"50\" }");
  EXPECT_THAT(
      Gaps(rules, Case(Piece(""))),
      ElementsAre(HasSubstr("first day of this decay"), HasSubstr("day before this decay")));
  EXPECT_THAT(Gaps(rules, Case(Piece(""), "2020-06-01")),
              ElementsAre(HasSubstr("day before this decay")));
  EXPECT_THAT(Gaps(rules, Case(Piece(""), "2020-06-01") + Case(Piece(""), "2020-05-31")),
              IsEmpty());
}

TEST(Coverage, WantsTheDueDayAndTheDayBefore) {
  const std::string rules =
      Item("points { fixed: \"1\" } expected { points: \"-2\" due_month: 3 due_day: 10 }");
  EXPECT_THAT(
      Gaps(rules, Case(Piece("")) + Case("")),
      ElementsAre(HasSubstr("misses it on the due day"), HasSubstr("day before it is due")));
  EXPECT_THAT(Gaps(rules, Case(Piece("")) + Case("", "2020-03-10")),
              ElementsAre(HasSubstr("day before it is due")));
  EXPECT_THAT(Gaps(rules, Case(Piece("")) + Case("", "2020-03-10") + Case("", "2020-03-09")),
              IsEmpty());
}

// More conditions than a pack may propose lists for.
TEST(Coverage, FindsProbesBeyondTheLimitOfProposals) {
  std::string rules = "base { points: \"5\" }\n";
  std::string list = "restrictions { code: \"r\" zh: \"限\" when { any {";
  for (int i = 0; i < policy::kRestrictionsMax; ++i)
    absl::StrAppend(&list, " of { score { at_least: \"", i, "\" } }\n");
  absl::StrAppend(&rules, list, " } } }");
  const std::vector<std::string> gaps = Gaps(rules, Case(""));
  EXPECT_EQ(gaps.size(), 2 * policy::kRestrictionsMax - 2);
  EXPECT_THAT(gaps, Not(Contains(HasSubstr("exactly 5 for"))));
  EXPECT_THAT(gaps, Not(Contains(HasSubstr("beside 6, within"))));
  EXPECT_THAT(gaps, Contains(HasSubstr("exactly 199 for")));
}

}  // namespace
}  // namespace xince::evaluate
