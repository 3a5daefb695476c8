#include "services/scoring/policy/lint.h"

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/text_format.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/scoring/policy/pack.h"

namespace xince::policy {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kPack[] = R"(id: "p"
zh: "试"
jurisdiction: "3201"
effective_from: "2024-01-01"
documents { id: "d" title: "文" }
lists {
  id: "l" zh: "单" subjects: "firm"
  basis: LAW effect: NOTE
  source { document: "d" mark: RULE }
}
subjects {
  subject: "firm"
  base { points: "100" source { document: "d" mark: RULE } }
  score_limits { least: "0" most: "100" }
  groups { id: "g" zh: "组" limits { least: "-100" } source { document: "d" mark: RULE } }
  items {
    id: "a"
    zh: "甲"
    group: "g"
    kinds: "inspection.penalty"
    points { fixed: "-1" }
    validity { scoring_years: 0 }
    source { document: "d" mark: RULE }
  }
  grades { id: "A" zh: "优" when { score { at_least: "80" } } source { document: "d" mark: RULE } }
  grades { id: "B" zh: "良" when { score { less_than: "80" } } source { document: "d" mark: RULE } }
}
)";

constexpr char kNational[] = R"(
  id: "n" jurisdiction: "0" effective_from: "2023-05-01"
  repair_classes { id: "minor" zh: "轻微" max_months: 3 }
  repair_classes { id: "general" zh: "一般" min_months: 3 max_months: 12 published: true }
  legal {
    bases { basis: LAW effects: [NOTE, WITHHOLDING, DEPRIVATION] }
    bases { basis: LOCAL_REGULATION effects: [NOTE, DEPRIVATION] area_only: true }
    bases { basis: NORMATIVE_DOCUMENT effects: [NOTE, WITHHOLDING] }
  })";

// The pack with texts replaced by others, each of which is there.
std::string With(const std::vector<std::pair<absl::string_view, absl::string_view>>& changes) {
  std::string text = kPack;
  for (const auto& [from, to] : changes) {
    EXPECT_NE(text.find(std::string(from)), std::string::npos) << from;
    text = absl::StrReplaceAll(text, {{from, to}});
  }
  return text;
}

std::string Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

Kinds RealKinds() {
  const std::string path = "policies/national/kinds.textproto";
  auto kinds = Kinds::Load(Read(path), path);
  EXPECT_TRUE(kinds.ok()) << kinds.status();
  return *std::move(kinds);
}

v1::Pack National() {
  v1::Pack pack;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(kNational, &pack));
  return pack;
}

// The findings about a pack, under a national version of 2023; every one says something in Chinese.
std::vector<std::string> Lint(const std::string& text, bool with_national = true) {
  const v1::Pack national = National();
  const v1::Pack* const packs[] = {&national};
  const auto findings =
      LintPack(text,
               "p",
               RealKinds(),
               with_national ? absl::MakeSpan(packs) : absl::Span<const v1::Pack* const>());
  EXPECT_TRUE(findings.ok()) << findings.status();
  std::vector<std::string> said;
  for (const Finding& finding : *findings) {
    said.push_back(FormatFinding(finding, "p"));
    EXPECT_FALSE(finding.zh.empty()) << said.back();
    EXPECT_GT(finding.at.line, 1) << said.back();
    EXPECT_GT(finding.at.column, 0) << said.back();
  }
  return said;
}

// Those of the findings that are about one element.
std::vector<std::string> About(const std::string& id, const std::vector<std::string>& findings) {
  std::vector<std::string> about;
  for (const std::string& one : findings) {
    if (one.find(absl::StrCat(": ", id, ": ")) != std::string::npos) about.push_back(one);
  }
  return about;
}

std::vector<std::string> Lint(
    const std::vector<std::pair<absl::string_view, absl::string_view>>& changes) {
  return Lint(With(changes));
}

TEST(Lint, HasNothingToSayAboutACleanPack) {
  EXPECT_THAT(Lint(std::string(kPack)), IsEmpty());
  EXPECT_THAT(Lint(std::string(kPack), /*with_national=*/false), IsEmpty());
}

TEST(Lint, HasNothingToSayAgainstThePacksOfThisTree) {
  std::vector<Pack> packs;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("policies")) {
    const std::string name = entry.path().filename().string();
    if (!std::regex_match(name, std::regex("\\d{4}-\\d\\d-\\d\\d\\.textproto"))) continue;
    auto pack = LoadPack(Read(entry.path()), entry.path().string());
    ASSERT_TRUE(pack.ok()) << pack.status();
    packs.push_back(*std::move(pack));
  }
  std::vector<const v1::Pack*> national;
  for (const Pack& pack : packs) {
    if (pack.proto().jurisdiction() == "0") national.push_back(&pack.proto());
  }
  EXPECT_GE(national.size(), 2);
  EXPECT_GE(packs.size(), 4);
  for (const Pack& pack : packs) {
    const auto findings = LintPack(Read(pack.file()), pack.file(), RealKinds(), national);
    ASSERT_TRUE(findings.ok()) << findings.status();
    for (const Finding& finding : *findings) {
      if (finding.severity != Finding::Severity::kNote)
        ADD_FAILURE() << FormatFinding(finding, pack.file());
    }
  }
}

TEST(Lint, WantsKindsMeasuresAndTagsOfTheCatalogue) {
  EXPECT_THAT(Lint({{"inspection.penalty", "inspection.penaltey"}}),
              ElementsAre("p:20:5: error: a: no feed emits the kind `inspection.penaltey`"));
  EXPECT_THAT(Lint({{"fixed: \"-1\"", "per_unit { points: \"-1\" measure: \"weight\" }"}}),
              ElementsAre(HasSubstr("does not carry the measure `weight`")));
  EXPECT_THAT(Lint({{"fixed: \"-1\"", "per_unit { points: \"-1\" measure: \"cases\" }"}}),
              IsEmpty());
  EXPECT_THAT(Lint({{"points { fixed", "filter { tags: \"red\" } points { fixed"}}),
              ElementsAre(HasSubstr("has no tag `red`")));
  EXPECT_THAT(Lint({{"points { fixed", "filter { tags: \"fine\" } points { fixed"}}), IsEmpty());
  EXPECT_THAT(Lint({{"\"inspection.penalty\"", "\"inspection.satisfaction\""},
                    {"fixed: \"-1\"", "given { sign: DEMERIT }"},
                    {"validity {", "piece_limits { least: \"-3\" most: \"0\" } validity {"}}),
              ElementsAre(HasSubstr("carries no decided points")));
  EXPECT_THAT(Lint({{"inspection.penalty", "committee.audit"}}),
              ElementsAre(HasSubstr("warning: a: its kinds are about other subjects")));
  EXPECT_THAT(
      Lint({{"\"inspection.penalty\"", "\"inspection.satisfaction\""},
            {"scoring_years: 0", "until_corrected {}"}}),
      ElementsAre(HasSubstr("warning: a: kind `inspection.satisfaction` is never corrected")));
}

TEST(Lint, WantsKindsAndMeasuresThatConditionsAskFor) {
  const auto when = [](const char* kind, const char* measure) {
    return absl::StrCat("base { points: \"100\" when { measure { kind: \"",
                        kind,
                        "\" measure: \"",
                        measure,
                        "\" is { at_least: \"1\" } } }");
  };
  EXPECT_THAT(Lint({{"base { points: \"100\"", when("party.indicatr", "three-sync")}}),
              ElementsAre(HasSubstr("no feed emits the kind `party.indicatr`")));
  EXPECT_THAT(Lint({{"base { points: \"100\"", when("party.indicator", "three-sinc")}}),
              ElementsAre(HasSubstr("does not carry the measure `three-sinc`")));
  EXPECT_THAT(Lint({{"base { points: \"100\"", when("party.indicator", "three-sync")}}), IsEmpty());
}

TEST(Lint, WantsASourceEverywhere) {
  EXPECT_THAT(Lint({{"    source { document: \"d\" mark: RULE }\n  }", "  }"}}),
              ElementsAre("p:16:3: error: a: the source is missing"));
  EXPECT_THAT(Lint({{"limits { least: \"-100\" } source { document: \"d\" mark: RULE }",
                     "limits { least: \"-100\" }"}}),
              ElementsAre(HasSubstr("g: the source is missing")));
  EXPECT_THAT(Lint({{"limits { least: \"-100\" } source { document: \"d\" mark: RULE }", ""}}),
              IsEmpty());
  EXPECT_THAT(Lint({{"\"100\" source { document: \"d\" mark: RULE }", "\"100\""}}),
              ElementsAre(HasSubstr("error: firm: the source is missing")));
}

TEST(Lint, WantsASourceOfAMix) {
  const std::pair<absl::string_view, absl::string_view> limits = {
      "limits { least: \"-100\" } source { document: \"d\" mark: RULE }",
      "mode: MIX raters { member: \"a\" weight: \"100\" missing: ZERO }"};
  EXPECT_THAT(Lint({limits}), ElementsAre(HasSubstr("error: g: the source is missing")));
}

TEST(Lint, WantsTheWordsOfWhatWasReadWordForWord) {
  EXPECT_THAT(
      Lint({{"    source { document: \"d\" mark: RULE }\n  }",
             "    source { document: \"d\" mark: SEED }\n  }"}}),
      ElementsAre("p:23:28: error: a: a source marked SEED needs the words it relies on, its "
                  "quote"));
  EXPECT_THAT(Lint({{"    source { document: \"d\" mark: RULE }\n  }",
                     "    source { document: \"d\" mark: SEED quote: \"字\" }\n  }"}}),
              IsEmpty());
}

TEST(Lint, WantsAReasonForAnAssumption) {
  EXPECT_THAT(Lint({{"    source { document: \"d\" mark: RULE }\n  }",
                     "    source { document: \"d\" mark: ASSUMPTION }\n  }"}}),
              ElementsAre(HasSubstr("needs its reason")));
  EXPECT_THAT(Lint({{"    source { document: \"d\" mark: RULE }\n  }",
                     "    source { document: \"d\" mark: ASSUMPTION reason: \"因\" }\n  }"}}),
              IsEmpty());
}

TEST(Lint, FindsHolesInGrades) {
  EXPECT_THAT(Lint({{"less_than: \"80\"", "less_than: \"70\""}}),
              ElementsAre("p:25:30: error: A: a score of 70 to 79.99 has no grade"));
  EXPECT_THAT(Lint({{"less_than: \"80\"", "at_most: \"79\""}}),
              ElementsAre(HasSubstr("a score of 79.01 to 79.99 has no grade")));
  EXPECT_THAT(Lint({{"less_than: \"80\"", "at_most: \"79.99\""}}), IsEmpty());
  EXPECT_THAT(Lint({{"less_than: \"80\"", "at_least: \"60\""}}),
              ElementsAre(HasSubstr("B: a score of 0 to 59.99 has no grade")));
  // A last row without a condition takes what is left.
  const std::string rest =
      "  grades { id: \"C\" zh: \"差\" source { document: \"d\" mark: RULE } }\n}\n";
  EXPECT_THAT(Lint(absl::StrCat(With({{"less_than: \"80\"", "at_least: \"60\""},
                                      {"RULE } }\n}\n", "RULE } }\n"}}),
                                rest)),
              IsEmpty());
  // What depends on something else may be given by it.
  EXPECT_THAT(Lint({{"when { score { less_than: \"80\" } }",
                     "when { any { of { score { less_than: \"70\" } } of { negative_lines { "
                     "equals: \"0\" } } "
                     "} }"}}),
              IsEmpty());
}

TEST(Lint, FindsHolesInGradesByGroup) {
  const std::pair<absl::string_view, absl::string_view> a = {
      "when { score { at_least: \"80\" } }", "when { group { id: \"g\" is { equals: \"0\" } } }"};
  EXPECT_THAT(Lint({a,
                    {"when { score { less_than: \"80\" } }",
                     "when { group { id: \"g\" is { less_than: \"-1\" } } }"}}),
              ElementsAre(HasSubstr("a value of group `g` of -1 to -0.01 has no grade")));
  EXPECT_THAT(Lint({a,
                    {"when { score { less_than: \"80\" } }",
                     "when { group { id: \"g\" is { less_than: \"0\" } } }"}}),
              IsEmpty());
}

TEST(Lint, FindsScoresWithTwoGrades) {
  EXPECT_THAT(
      Lint({{"less_than: \"80\"", "less_than: \"85\""}}),
      ElementsAre("p:26:30: warning: B: a score of 80 to 84.99 has a better grade already"));
  EXPECT_THAT(Lint({{"less_than: \"80\"", "at_least: \"0\""}}), IsEmpty());
}

TEST(Lint, FindsGradesNobodyCanHave) {
  EXPECT_THAT(Lint({{"when { score { at_least: \"80\" } }", ""}}),
              ElementsAre("p:26:12: error: B: no subject can have this grade: the ones before take "
                          "all"));
  EXPECT_THAT(Lint({{"less_than: \"80\"", "at_least: \"90\""}}).size(), 2);  // and a hole below 80
  EXPECT_THAT(Lint({{"at_least: \"80\"", "at_least: \"100.01\""},
                    {"less_than", "at_most"},
                    {"at_most: \"80\"", "at_most: \"100\""}}),
              ElementsAre(HasSubstr("A: no subject can have this grade: its condition can never "
                                    "hold")));
  EXPECT_THAT(Lint({{"at_least: \"80\"", "at_least: \"100\""},
                    {"less_than: \"80\"", "less_than: \"100\""}}),
              IsEmpty());
  // What always holds besides does not matter.
  EXPECT_THAT(About("B",
                    Lint({{"when { score { at_least: \"80\" } }",
                           "when { all { of { score { at_least: \"80\" } } of { group { id: \"g\" "
                           "is { at_most: "
                           "\"0\" } } } } }"},
                          {"less_than: \"80\"", "at_least: \"90\""}})),
              Contains(HasSubstr("B: no subject can have this grade: the ones before take all")));
  EXPECT_THAT(About("B",
                    Lint({{"when { score { at_least: \"80\" } }",
                           "when { all { of { score { at_least: \"80\" } } of { group { id: \"g\" "
                           "is { at_most: "
                           "\"-1\" } } } } }"},
                          {"less_than: \"80\"", "at_least: \"90\""}})),
              Not(Contains(HasSubstr("B: no subject can have this grade"))));
  // A row with a quota may be full, so that the next one is reached.
  EXPECT_THAT(Lint({{"when { score { at_least: \"80\" } }", "quota { percent: \"20\" }"},
                    {"when { score { less_than: \"80\" } }", ""}}),
              IsEmpty());
}

std::string Restriction(const std::string& when,
                        const std::string& rest = "basis: LAW effect: NOTE") {
  return absl::StrCat("  restrictions { code: \"r\" zh: \"限\" when { ",
                      when,
                      " } ",
                      rest,
                      " source { document: \"d\" mark: RULE } }\n  grades { id: \"A\"");
}

TEST(Lint, FindsMeasuresThatNobodyMeets) {
  const auto restricted = [](const std::string& when) {
    return Lint({{"  grades { id: \"A\"", Restriction(when)}});
  };
  const auto never = ElementsAre(HasSubstr("error: r: nobody is ever restricted"));
  EXPECT_THAT(restricted("score { less_than: \"0\" }"), never);
  EXPECT_THAT(restricted("score { at_most: \"0\" }"), IsEmpty());
  EXPECT_THAT(restricted("group { id: \"g\" is { less_than: \"-100\" } }"), never);
  EXPECT_THAT(restricted("group { id: \"g\" is { at_most: \"-100\" } }"), IsEmpty());
  EXPECT_THAT(restricted("item { id: \"a\" is { more_than: \"0\" } }"), never);
  EXPECT_THAT(restricted("item { id: \"a\" number: COUNT is { more_than: \"0\" } }"), IsEmpty());
  EXPECT_THAT(restricted("item { id: \"a\" number: COUNT is { less_than: \"0\" } }"), never);
  const std::string between =
      "all { of { item { id: \"a\" number: COUNT is { more_than: \"0\" } } } of { item { id: \"a\" "
      "number: COUNT is { less_than: \"X\" } } } }";
  EXPECT_THAT(restricted(absl::StrReplaceAll(between, {{"X", "1"}})), never);
  EXPECT_THAT(restricted(absl::StrReplaceAll(between, {{"X", "2"}})), IsEmpty());
  EXPECT_THAT(restricted("merits { span: THIS_YEAR is { more_than: \"0\" } }"), never);
  EXPECT_THAT(restricted("demerits { span: THIS_YEAR is { more_than: \"0\" } }"), IsEmpty());
  EXPECT_THAT(restricted("rated: false"), never);
  EXPECT_THAT(restricted("rated: true"), IsEmpty());
  EXPECT_THAT(
      Lint({{"points { fixed: \"-1\" }", "points { fixed: \"-1\" } veto { not_rated: true }"},
            {"  grades { id: \"A\"", Restriction("rated: false")}}),
      IsEmpty());
  EXPECT_THAT(
      restricted("all { of { score { at_least: \"80\" } } of { score { less_than: \"60\" } } }"),
      never);
  EXPECT_THAT(
      restricted("any { of { score { at_least: \"80\" } } of { score { less_than: \"60\" } } }"),
      IsEmpty());
  EXPECT_THAT(restricted("not { score { at_least: \"0\" } }"), never);
  EXPECT_THAT(restricted("not { score { at_least: \"1\" } }"), IsEmpty());
  EXPECT_THAT(
      restricted("all { of { days_since { attribute: \"d\" is { at_least: \"10\" } } } of { "
                 "days_since { attribute: \"d\" is { less_than: \"10\" } } } }"),
      never);
  EXPECT_THAT(Lint({{"  grades { id: \"A\"",
                     "  list_proposals { list: \"l\" when { score { more_than: \"100\" } } source "
                     "{ document: "
                     "\"d\" mark: RULE } }\n  grades { id: \"A\""}}),
              ElementsAre(HasSubstr("error: l: nobody is ever proposed")));
}

TEST(Lint, FindsLimitsThatNeverBind) {
  const auto item = [](const char* limits) {
    return Lint({{"points { fixed: \"-1\" }", absl::StrCat("points { fixed: \"-1\" } ", limits)}});
  };
  EXPECT_THAT(item("limits { most: \"5\" }"),
              ElementsAre("p:21:37: warning: a: the upper limit can never bind: there is no more "
                          "than 0"));
  EXPECT_THAT(item("limits { most: \"0\" }"), IsEmpty());
  EXPECT_THAT(About("a", item("limits { least: \"-40\" }")), IsEmpty());
  EXPECT_THAT(About("a", item("limits { least: \"-40\" } counting { keep: HIGHEST count: 20 }")),
              ElementsAre(HasSubstr("the lower limit can never bind: there is no less than -20")));
  EXPECT_THAT(About("a", item("limits { least: \"-20\" } counting { keep: HIGHEST count: 20 }")),
              IsEmpty());
  // What follows for the group and the score.
  EXPECT_THAT(About("g", item("limits { least: \"-40\" }")),
              ElementsAre(HasSubstr("the lower limit can never bind: there is no less than -40")));
  EXPECT_THAT(About("firm", item("limits { least: \"-40\" }")),
              ElementsAre(HasSubstr("the lower limit can never bind: there is no less than 60")));
  EXPECT_THAT(item("piece_limits { least: \"-2\" }"),
              ElementsAre(HasSubstr("the lower limit can never bind: there is no less than -1")));
  EXPECT_THAT(item("piece_limits { least: \"-1\" }"), IsEmpty());
  EXPECT_THAT(
      Lint({{"most: \"100\"", "most: \"120\""}}),
      ElementsAre("p:14:29: warning: firm: the upper limit can never bind: there is no more "
                  "than 100"));
  EXPECT_THAT(Lint({{"limits { least: \"-100\" }", "limits { least: \"-100\" most: \"40\" }"}}),
              ElementsAre(HasSubstr("warning: g: the upper limit can never bind")));
}

TEST(Lint, FindsRowsNothingReaches) {
  const auto points = [](const char* text) { return Lint({{"points { fixed: \"-1\" }", text}}); };
  EXPECT_THAT(
      points(
          "filter { measures { measure: \"cases\" is { at_least: \"2\" } } } points { by_band { "
          "measure: \"cases\" bands { below: \"2\" points: \"-1\" } bands { points: \"-2\" } } }"),
      ElementsAre(
          HasSubstr("warning: a: no piece can reach this row: the filter lets no such value")));
  EXPECT_THAT(
      points(
          "filter { measures { measure: \"cases\" is { at_least: \"2\" } } } points { by_band { "
          "measure: \"cases\" bands { below: \"3\" points: \"-1\" } bands { points: \"-2\" } } }"),
      IsEmpty());
  EXPECT_THAT(
      points(
          "filter { measures { measure: \"cases\" is { less_than: \"2\" } } } points { by_band { "
          "measure: \"cases\" bands { below: \"2\" points: \"-1\" } bands { points: \"-2\" } } }"),
      ElementsAre(HasSubstr("the filter lets no such value")));
  const std::string levels =
      "points { by_level { rows { level: LEVEL_CITY points: \"-1\" } rows { level: LEVEL_DISTRICT "
      "points: \"-2\" } } }";
  EXPECT_THAT(points(("filter { levels: LEVEL_CITY } " + levels).c_str()),
              ElementsAre(HasSubstr("the filter lets no such level through")));
  EXPECT_THAT(points(("filter { levels: [LEVEL_CITY, LEVEL_DISTRICT] } " + levels).c_str()),
              IsEmpty());
  const std::string rows = "points { escalation { rows: [\"-1\", \"-2\", \"-3\"] } }";
  EXPECT_THAT(About("a", points(("counting { keep: FIRST count: 2 } " + rows).c_str())),
              ElementsAre(HasSubstr("note"), HasSubstr("only 2 occurrences can count")));
  EXPECT_THAT(About("a", points(("counting { keep: FIRST count: 3 } " + rows).c_str())),
              ElementsAre(HasSubstr("note")));
  EXPECT_THAT(About("a", points(("limits { least: \"-3\" } " + rows).c_str())),
              ElementsAre(HasSubstr("no piece can reach this row: only 2 occurrences can count")));
  EXPECT_THAT(points(("limits { least: \"-100\" } " + rows).c_str()), IsEmpty());
  EXPECT_THAT(points(rows.c_str()), IsEmpty());
  // Of older pieces less counts, so that there is room for another.
  EXPECT_THAT(
      About("a",
            points(("limits { least: \"-3\" } decay { from_month: 6 percent: \"50\" } " + rows)
                       .c_str())),
      IsEmpty());
}

TEST(Lint, LetsNothingTakeRightsWithoutALawfulBasis) {
  const auto restricted = [](const std::string& rest) {
    return Lint({{"  grades { id: \"A\"", Restriction("score { at_most: \"9\" }", rest)}});
  };
  EXPECT_THAT(restricted("basis: LAW effect: DEPRIVATION"), IsEmpty());
  EXPECT_THAT(
      restricted("basis: NORMATIVE_DOCUMENT effect: DEPRIVATION"),
      ElementsAre("p:25:96: error: r: the restriction rests on NORMATIVE_DOCUMENT, which does "
                  "not allow the effect DEPRIVATION"));
  EXPECT_THAT(restricted("basis: NORMATIVE_DOCUMENT effect: WITHHOLDING"), IsEmpty());
  EXPECT_THAT(restricted("basis: CENTRAL_POLICY effect: NOTE"),
              ElementsAre(HasSubstr("rests on CENTRAL_POLICY")));
  EXPECT_THAT(restricted("effect: NOTE"), ElementsAre(HasSubstr("says no legal basis")));
  EXPECT_THAT(restricted("basis: LAW"),
              ElementsAre(HasSubstr("does not say what it does to the subject")));
  EXPECT_THAT(Lint({{"basis: LAW effect: NOTE", "effect: NOTE"}}),
              ElementsAre("p:6:1: error: l: the list says no legal basis"));
  EXPECT_THAT(Lint({{"basis: LAW effect: NOTE", "basis: NORMATIVE_DOCUMENT effect: DEPRIVATION"}}),
              Contains("p:8:29: error: l: the list rests on NORMATIVE_DOCUMENT, which does not "
                       "allow the effect DEPRIVATION"));
}

TEST(Lint, KnowsRightsWithoutANationalVersionToo) {
  const auto restricted = [](const std::string& rest) {
    return Lint(With({{"  grades { id: \"A\"", Restriction("score { at_most: \"9\" }", rest)}}),
                /*with_national=*/false);
  };
  EXPECT_THAT(restricted("basis: NORMATIVE_DOCUMENT effect: DEPRIVATION"),
              ElementsAre(HasSubstr("does not allow the effect DEPRIVATION")));
  EXPECT_THAT(restricted("basis: NORMATIVE_DOCUMENT effect: WITHHOLDING"), IsEmpty());
  EXPECT_THAT(restricted("basis: CENTRAL_POLICY effect: DEPRIVATION"), IsEmpty());
}

TEST(Lint, HoldsALocalRegulationToItsArea) {
  EXPECT_THAT(Lint({{"basis: LAW effect: NOTE", "basis: LOCAL_REGULATION effect: NOTE"}}),
              IsEmpty());
  EXPECT_THAT(Lint({{"basis: LAW effect: NOTE", "basis: LOCAL_REGULATION effect: NOTE"},
                    {"jurisdiction: \"3201\"", "jurisdiction: \"0\""}}),
              ElementsAre(HasSubstr("rests on LOCAL_REGULATION")));
}

TEST(Lint, LetsNoDepartmentsListTakeAwayRights) {
  const auto listed = [](const char* basis, const char* effect) {
    return Lint({{"basis: LAW effect: NOTE", absl::StrCat("basis: ", basis, " effect: NOTE")},
                 {"  grades { id: \"A\"",
                  Restriction("not { listed { of: \"l\" } }",
                              absl::StrCat("basis: LAW effect: ", effect))}});
  };
  EXPECT_THAT(
      listed("NORMATIVE_DOCUMENT", "DEPRIVATION"),
      ElementsAre(HasSubstr(
          "list `l` rests on NORMATIVE_DOCUMENT and may not bring the effect DEPRIVATION")));
  EXPECT_THAT(listed("NORMATIVE_DOCUMENT", "WITHHOLDING"), IsEmpty());
  EXPECT_THAT(listed("LAW", "DEPRIVATION"), IsEmpty());
}

std::string Class(const std::string& more) {
  return absl::StrCat(
      "repair_classes { zh: \"类\" en: \"c\" source { document: \"d\" mark: RULE } ",
      more,
      " }\nsubjects {");
}

TEST(Lint, HoldsPublicationToTheLegalMaximum) {
  const auto classed = [](const std::string& more) { return Lint({{"subjects {", Class(more)}}); };
  EXPECT_THAT(classed("id: \"general\" min_months: 3 max_months: 12 published: true"), IsEmpty());
  EXPECT_THAT(
      classed("id: \"general\" min_months: 3 max_months: 13"),
      ElementsAre(HasSubstr("error: general: publication beyond the legal maximum of 12 months "
                            "of class `general`")));
  EXPECT_THAT(classed("id: \"general\" min_months: 3"),
              ElementsAre(HasSubstr("publication beyond the legal maximum of 12 months")));
  EXPECT_THAT(classed("id: \"general\" min_months: 2 max_months: 12"),
              ElementsAre(HasSubstr("repair before the legal minimum of 3 months")));
  EXPECT_THAT(classed("id: \"own\" max_months: 3 national_class: \"minor\""), IsEmpty());
  EXPECT_THAT(classed("id: \"own\" max_months: 3 national_class: \"minor\" published: true"),
              ElementsAre(HasSubstr("warning: own: class `minor` is in principle not published")));
  EXPECT_THAT(classed("id: \"own\" max_months: 3"),
              ElementsAre(HasSubstr("the nation has no such class; say `national_class`")));
}

TEST(Lint, HoldsListsToThePublicationOfTheirClass) {
  const auto listed = [](const std::string& more) {
    return Lint({{"basis: LAW effect: NOTE", absl::StrCat("basis: LAW effect: NOTE ", more)}});
  };
  EXPECT_THAT(listed("repair_class: \"general\" publish_months: 12"), IsEmpty());
  EXPECT_THAT(
      listed("repair_class: \"general\" publish_months: 13"),
      ElementsAre(HasSubstr("error: l: publication beyond the maximum of 12 months of class "
                            "`general`")));
  EXPECT_THAT(listed("repair_class: \"grave\""),
              ElementsAre(HasSubstr("there is no repair class `grave`")));
}

TEST(Lint, TakesTheNationalVersionOfThePacksFirstDay) {
  v1::Pack early = National();
  v1::Pack late = National();
  late.set_effective_from("2024-01-01");
  v1::Pack future = National();
  future.set_effective_from("2024-01-02");
  const v1::Pack* const packs[] = {&future, &early, &late};
  v1::Pack pack;
  pack.set_effective_from("2024-01-01");
  EXPECT_EQ(NationalInForce(pack, packs), &late);
  pack.set_effective_from("2023-12-31");
  EXPECT_EQ(NationalInForce(pack, packs), &early);
  pack.set_effective_from("2023-04-30");
  EXPECT_EQ(NationalInForce(pack, packs), nullptr);
  early.set_effective_until("2023-07-01");
  pack.set_effective_from("2023-07-01");
  EXPECT_EQ(NationalInForce(pack, packs), nullptr);
}

TEST(Lint, NotesWhereAMeritMayLowerTheScore) {
  const auto counted = [](const char* counting) {
    return Lint({{"validity {", absl::StrCat(counting, " validity {")}});
  };
  EXPECT_THAT(About("a", counted("counting { combine: MEAN }")),
              ElementsAre(HasSubstr("the item is a mean")));
  EXPECT_THAT(counted("counting { per: MATTER keep: LATEST }"),
              ElementsAre("p:22:28: note: a: a merit may lower the score, or a demerit raise it: "
                          "another piece may be kept "
                          "instead of a greater one"));
  EXPECT_THAT(counted("counting { per: MATTER keep: HIGHEST }"), IsEmpty());
  EXPECT_THAT(counted("counting { min_pieces: 2 }"),
              ElementsAre(HasSubstr("one piece more may let the others count")));
  EXPECT_THAT(counted("counting { min_pieces: 1 }"), IsEmpty());
  EXPECT_THAT(counted("expected { points: \"1\" }"),
              ElementsAre(HasSubstr("the points for none may be more")));
  EXPECT_THAT(counted("expected { points: \"-1\" }"), IsEmpty());
  const auto mixed = [](const char* missing) {
    return Lint(
        {{"limits { least: \"-100\" }",
          absl::StrCat(
              "mode: MIX raters { member: \"a\" weight: \"100\" missing: ", missing, " }")}});
  };
  EXPECT_THAT(mixed("RENORMALISE"), ElementsAre(HasSubstr("note: g: a merit may lower the score")));
  EXPECT_THAT(mixed("ZERO"), IsEmpty());
}

}  // namespace
}  // namespace xince::policy
