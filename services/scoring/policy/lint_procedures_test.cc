#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/runtime/errors.h"
#include "services/scoring/policy/lint.h"
#include "services/scoring/policy/pack.h"

// What lists say of their entries, and the procedures they go through: one test a rule, with what just
// passes beside what is found.
namespace xince::policy {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Changes = std::vector<std::pair<std::string, std::string>>;

constexpr char kPack[] = R"(id: "p" zh: "试" jurisdiction: "3201" effective_from: "2024-01-01"
documents { id: "d" title: "文" }
lists {
  id: "bad" zh: "惩" subjects: "firm" basis: LOCAL_REGULATION effect: DEPRIVATION
  repair_class: "general"
  source { document: "d" mark: RULE }
  terms {
    ways: PROPOSED_BY_PERSON
    deciding_level: LEVEL_CITY
    effects { kind: EXCLUSION zh: "不得参加" en: "Excluded" source { document: "d" mark: RULE } }
    procedure: "own"
    criteria {
      id: "c" zh: "被处罚" en: "Penalised" kinds: "inspection.penalty"
      source { document: "d" mark: RULE }
    }
    basis_from: "2020-01-01" basis_until: "2030-01-01"
  }
}
lists {
  id: "watched" zh: "管" subjects: ["firm", "manager"] basis: NORMATIVE_DOCUMENT effect: SUPERVISION
  source { document: "d" mark: RULE }
  terms {
    ways: PROPOSED_BY_RULE deciding_level: LEVEL_DISTRICT procedure: "own"
    next: "bad" next_subjects: "firm" contacts: [LEVEL_DISTRICT, LEVEL_STREET]
  }
}
lists {
  id: "good" zh: "励" subjects: "firm" basis: NORMATIVE_DOCUMENT effect: FAVOUR
  source { document: "d" mark: RULE }
  terms { ways: AUTOMATIC quota: 50 procedure: "own" }
}
procedures {
  id: "own" zh: "程序" en: "Procedure" purpose: LISTING
  states { id: "proposed" zh: "提" }
  states { id: "decided" zh: "定" }
  states { id: "in-effect" zh: "效" }
  states { id: "over" zh: "终" ended: true }
  steps { id: "propose" zh: "提" to: "proposed" by: RECORDER record: PROPOSAL }
  steps { id: "serve" zh: "告" from: "proposed" by: OFFICER record: SERVICE public_notice_days: 30 } steps { id: "answer" zh: "答" from: "proposed" by: OFFICER record: ANSWERS }
  steps {
    id: "decide" zh: "定" from: "proposed" to: "decided" by: DECIDER record: DECISION
    guards { kind: BASIS_PERMITTED source { document: "d" mark: RULE } }
    guards { kind: BASIS_IN_FORCE source { document: "d" mark: RULE } }
    guards { kind: CLOCK_OVER_OR_WAIVED clock: "window" source { document: "d" mark: RULE } }
    guards { kind: POINTS_ANSWERED source { document: "d" mark: RULE } }
    guards { kind: OTHER_PERSON steps: "propose" source { document: "d" mark: RULE } }
    guards { kind: DECIDING_LEVEL source { document: "d" mark: RULE } }
  }
  steps {
    id: "enter" zh: "效" from: "decided" to: "in-effect" by: OFFICER effects: ENTER_FORCE
    guards { kind: DONE steps: "decide" source { document: "d" mark: RULE } }
  }
  steps { id: "end" zh: "终" from: "in-effect" to: "over" by: DECIDER effects: LEAVE_FORCE }
  clocks {
    id: "window" zh: "期" from: "serve" length: FIXED count: 10 unit: WORKING_DAYS
    source { document: "d" mark: RULE }
  }
}
)";

std::string Read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string With(const Changes& changes) {
  std::string text = kPack;
  for (const auto& [from, to] : changes) {
    EXPECT_NE(text.find(from), std::string::npos) << from;
    text = absl::StrReplaceAll(text, {{from, to}});
  }
  return text;
}

// What is found, under the nation's packs of this tree.
std::vector<std::string> Lint(const Changes& changes, bool with_national = true) {
  std::vector<Pack> packs;
  for (const char* name :
       {"2019-07-01", "2021-01-01", "2023-05-01", "2026-04-01", "procedures/2021-01-01"}) {
    const std::string path = absl::StrCat("policies/national/", name, ".textproto");
    auto pack = LoadPack(Read(path), path);
    EXPECT_TRUE(pack.ok()) << pack.status();
    if (pack.ok()) packs.push_back(*std::move(pack));
  }
  std::vector<const v1::Pack*> national;
  for (const Pack& pack : packs) national.push_back(&pack.proto());
  if (!with_national) national.clear();
  const std::string path = "policies/national/kinds.textproto";
  const auto kinds = Kinds::Load(Read(path), path);
  EXPECT_TRUE(kinds.ok()) << kinds.status();
  const auto findings = LintPack(With(changes), "p", *kinds, national);
  EXPECT_TRUE(findings.ok()) << findings.status();
  std::vector<std::string> said;
  for (const Finding& finding : *findings) {
    EXPECT_EQ(finding.severity, Finding::Severity::kError);
    EXPECT_FALSE(finding.zh.empty());
    said.push_back(FormatFinding(finding, "p"));
  }
  return said;
}

// Why a pack is not loaded; empty when it is.
std::string Refusal(const Changes& changes) {
  const auto pack = LoadPack(With(changes), "p");
  if (pack.ok()) return "";
  EXPECT_EQ(runtime::ReasonOf(pack.status()), "POLICY_INVALID");
  return std::string(pack.status().message());
}

TEST(LintProcedures, HasNothingToSayAboutALawfulChain) {
  EXPECT_THAT(Lint({}), IsEmpty());
  EXPECT_THAT(Lint({}, /*with_national=*/false), IsEmpty());
}

TEST(LintProcedures, RefusesAProcedureThatCannotBeRunWithItsPlace) {
  const Changes changes = {{"clock: \"window\"", "clock: \"windom\""}};
  const auto pack = LoadPack(With(changes), "p");
  ASSERT_FALSE(pack.ok());
  const runtime::Problem problem = runtime::ToProblem(pack.status());
  EXPECT_EQ(problem.reason, "POLICY_INVALID");
  EXPECT_EQ(problem.metadata.at("item"), "own");
  EXPECT_EQ(problem.metadata.at("line"), "41") << "the line of the step";
  EXPECT_THAT(
      Lint(changes),
      ElementsAre(AllOf(HasSubstr("p:41:5: error: own: the procedure cannot be run: decide"),
                        HasSubstr("a guard that asks for a clock names one"))));
}

TEST(LintProcedures, WantsTheDaysAfterWhichAPublicNoticeCounts) {
  EXPECT_THAT(Lint({{" public_notice_days: 30", ""}}),
              ElementsAre(HasSubstr("after how many days a public notice counts")));
  EXPECT_THAT(
      Lint({{"by: OFFICER record: ANSWERS", "by: OFFICER record: ANSWERS public_notice_days: 1"}}),
      ElementsAre(HasSubstr("after how many days a public notice counts")));
}

TEST(LintProcedures, RefusesASecondProcedureOfAnId) {
  EXPECT_THAT(Lint({{"procedures {", "procedures { id: \"own\" } procedures {"}}),
              Contains(HasSubstr("own: the id is taken")));
}

TEST(LintProcedures, KnowsTheDocumentsOfStepsGuardsAndClocks) {
  const auto cited = [](const char* place) {
    return Refusal({{place, absl::StrCat(place, " source { document: \"x\" mark: RULE } ")}});
  };
  EXPECT_THAT(cited("record: SERVICE"), HasSubstr("there is no document `x`"));
  EXPECT_THAT(Refusal({{"kind: POINTS_ANSWERED source { document: \"d\"",
                        "kind: POINTS_ANSWERED source { document: \"x\""}}),
              HasSubstr("there is no document `x`"));
  EXPECT_THAT(Refusal({{"unit: WORKING_DAYS\n    source { document: \"d\"",
                        "unit: WORKING_DAYS\n    source { document: \"x\""}}),
              HasSubstr("there is no document `x`"));
}

TEST(LintProcedures, KnowsTheProceduresOfTheNation) {
  const Changes national = {
      {"LEVEL_DISTRICT procedure: \"own\"", "LEVEL_DISTRICT procedure: \"supervisory-listing\""}};
  const Changes unknown = {
      {"LEVEL_DISTRICT procedure: \"own\"", "LEVEL_DISTRICT procedure: \"secret\""}};
  EXPECT_THAT(Lint(national), IsEmpty());
  EXPECT_THAT(Lint(unknown),
              ElementsAre("p:23:59: error: watched: there is no procedure `secret`, here or in the "
                          "nation"));
  EXPECT_THAT(Lint(unknown, /*with_national=*/false), IsEmpty()) << "it may be the nation's";
}

TEST(LintProcedures, WantsAProcedureOntoAList) {
  EXPECT_THAT(
      Lint({{"LEVEL_DISTRICT procedure: \"own\"", "LEVEL_DISTRICT procedure: \"objection\""}}),
      ElementsAre(HasSubstr("the procedure `objection` puts nobody on a list")));
  EXPECT_THAT(Refusal({{"quota: 50 procedure: \"own\"", "quota: 50"}}), HasSubstr("procedure"));
}

TEST(LintProcedures, LetsOnlyFavourableListsEnterAlone) {
  EXPECT_THAT(Refusal({{"ways: PROPOSED_BY_RULE", "ways: AUTOMATIC"}}),
              HasSubstr("only a favourable list is entered without a person's decision"));
  EXPECT_THAT(Refusal({{"ways: PROPOSED_BY_RULE", "ways: [PROPOSED_BY_RULE, PROPOSED_BY_RULE]"}}),
              HasSubstr("the way is named already"));
}

TEST(LintProcedures, WantsAWayOntoTheListAndWhoDecides) {
  EXPECT_THAT(Lint({{"ways: PROPOSED_BY_RULE", ""}}),
              ElementsAre(HasSubstr("watched: there is no way onto the list")));
  EXPECT_THAT(Lint({{"deciding_level: LEVEL_DISTRICT", ""}}),
              ElementsAre(HasSubstr("watched: a person decides, and no level is said")));
}

TEST(LintProcedures, LetsOnlyFavourableListsHaveAQuota) {
  EXPECT_THAT(Refusal({{"ways: PROPOSED_BY_RULE", "ways: PROPOSED_BY_RULE quota: 1"}}),
              HasSubstr("only a favourable list has a quota"));
}

TEST(LintProcedures, KnowsTheListThatFollows) {
  EXPECT_THAT(Refusal({{"next: \"bad\"", "next: \"worse\""}}),
              HasSubstr("there is no other list `worse`"));
  EXPECT_THAT(Refusal({{"next: \"bad\" next_subjects: \"firm\"", "next: \"watched\""}}),
              HasSubstr("there is no other list `watched`"));
  EXPECT_THAT(Refusal({{"next_subjects: \"firm\"", "next_subjects: \"manager\""}}),
              HasSubstr("not both lists take a manager"));
  EXPECT_THAT(Refusal({{"[\"firm\", \"manager\"]", "[\"manager\"]"}}),
              HasSubstr("not both lists take a firm"));
  EXPECT_THAT(Refusal({{"next: \"bad\" ", ""}}), HasSubstr("there is no next list"));
  EXPECT_EQ(Refusal({{"next: \"bad\" next_subjects: \"firm\"", "next: \"bad\""}}), "");
}

TEST(LintProcedures, WantsEachLevelOfContactsOnce) {
  EXPECT_THAT(Refusal({{"LEVEL_STREET]", "LEVEL_DISTRICT]"}}),
              HasSubstr("a contact's level is missing, or named already"));
}

TEST(LintProcedures, ReadsTheDaysOfTheBasis) {
  EXPECT_THAT(Refusal({{"2030-01-01", "2030-02-30"}}), HasSubstr("the calendar has no such day"));
  EXPECT_THAT(Refusal({{"2030-01-01", "2020-01-01"}}),
              HasSubstr("basis_until is not after basis_from"));
  EXPECT_EQ(Refusal({{"2030-01-01", "2020-01-02"}}), "");
}

TEST(LintProcedures, HoldsNumbersOfTermsToTheirLimits) {
  const auto terms = [](const std::string& more) {
    return Refusal({{"ways: PROPOSED_BY_RULE", absl::StrCat("ways: PROPOSED_BY_RULE ", more)}});
  };
  EXPECT_EQ(terms(absl::StrCat("months: ", kMonthsMax)), "");
  EXPECT_NE(terms(absl::StrCat("months: ", kMonthsMax + 1)), "");
  EXPECT_EQ(terms(absl::StrCat("draft_publicity_days: ", kLegalDaysMax)), "");
  EXPECT_NE(terms(absl::StrCat("draft_publicity_days: ", kLegalDaysMax + 1)), "");
  const auto count = [](int pieces) {
    return Refusal({{"kinds: \"inspection.penalty\"",
                     absl::StrCat("kinds: \"inspection.penalty\" count: ", pieces)}});
  };
  EXPECT_EQ(count(kCriterionCountMax), "");
  EXPECT_NE(count(kCriterionCountMax + 1), "");
}

TEST(LintProcedures, WantsCriteriaOfKindsThereAre) {
  EXPECT_THAT(Lint({{"inspection.penalty", "inspection.penaltey"}}),
              ElementsAre("p:13:47: error: bad: no feed emits the kind `inspection.penaltey`"));
  EXPECT_THAT(Refusal({{" kinds: \"inspection.penalty\"", ""}}),
              HasSubstr("the criterion names no kind"));
  EXPECT_THAT(
      Refusal({{"criteria {",
                "criteria { id: \"c\" zh: \"又\" kinds: \"inspection.penalty\" } criteria {"}}),
      HasSubstr("the id is taken"));
  EXPECT_THAT(Lint({{"kinds: \"inspection.penalty\"\n      source { document: \"d\" mark: RULE }",
                     "kinds: \"inspection.penalty\""}}),
              ElementsAre(HasSubstr("bad: the source is missing")));
}

constexpr char kTerms[] = "ways: AUTOMATIC quota: 50 procedure: \"favourable-listing\"";
constexpr char kSource[] = "source { document: \"d\" mark: RULE }";

// The list of good ones with more in its terms; its procedure is the nation's.
Changes Good(const std::string& more) {
  return {{"ways: AUTOMATIC quota: 50 procedure: \"own\"", absl::StrCat(kTerms, " ", more)}};
}

std::string Exit(const std::string& how) {
  return absl::StrCat("exits { id: \"e\" zh: \"出\" en: \"Leaves\" ", how, " ", kSource, " }");
}

TEST(LintProcedures, WantsOneConditionForEachExit) {
  const auto refused = [](const std::string& how) { return Refusal(Good(Exit(how))); };
  EXPECT_EQ(refused("kinds: \"inspection.penalty\" count: 2 broken_by: \"inspection.finding\""),
            "");
  EXPECT_EQ(refused("no_longer_proposed: true"), "");
  EXPECT_THAT(refused(""), HasSubstr("either the outcome or kinds of evidence decide"));
  EXPECT_THAT(refused("no_longer_proposed: true kinds: \"inspection.penalty\""),
              HasSubstr("either the outcome or kinds of evidence decide"));
  EXPECT_THAT(refused("no_longer_proposed: true count: 2"), HasSubstr("an outcome is not counted"));
  EXPECT_THAT(refused("no_longer_proposed: true broken_by: \"inspection.penalty\""),
              HasSubstr("an outcome is not counted"));
  const std::string one = Exit("kinds: \"inspection.penalty\"");
  EXPECT_THAT(Refusal(Good(absl::StrCat(one, " ", one))), HasSubstr("the id is taken"));
  EXPECT_THAT(Refusal(Good("exits { id: \"e\" zh: \"出\" kinds: \"inspection.penalty\" "
                           "source { document: \"x\" mark: RULE } }")),
              HasSubstr("there is no document `x`"));
  std::string most;
  for (int i = 0; i < kListExitsMax; ++i)
    absl::StrAppend(&most, absl::StrReplaceAll(one, {{"\"e\"", absl::StrCat("\"e", i, "\"")}}));
  EXPECT_EQ(Refusal(Good(most)), "");
  EXPECT_NE(Refusal(Good(absl::StrCat(most, one))), "");
}

TEST(LintProcedures, WantsExitsThatCanComeToPass) {
  EXPECT_THAT(Lint(Good(Exit("kinds: \"inspection.penalty\""))), IsEmpty());
  EXPECT_THAT(Lint(Good(Exit("kinds: \"inspection.penaltey\""))),
              ElementsAre(HasSubstr("good: no feed emits the kind `inspection.penaltey`")));
  EXPECT_THAT(Lint(Good(Exit("kinds: \"inspection.penalty\" broken_by: \"inspection.penaltey\""))),
              ElementsAre(HasSubstr("good: no feed emits the kind `inspection.penaltey`")));
  EXPECT_THAT(Lint(Good(Exit("no_longer_proposed: true"))),
              ElementsAre(HasSubstr("good: no outcome proposes anybody for the list")));
  EXPECT_THAT(Lint(Good("exits { id: \"e\" zh: \"出\" kinds: \"inspection.penalty\" }")),
              testing::UnorderedElementsAre(HasSubstr("en is missing"),
                                            HasSubstr("good: the source is missing")));
  EXPECT_THAT(
      Lint({{"ways: AUTOMATIC quota: 50",
             absl::StrCat("ways: AUTOMATIC quota: 50 ", Exit("kinds: \"inspection.penalty\""))}}),
      ElementsAre(HasSubstr("good: the procedure `own` has no step EXIT_HOLDS")));
}

TEST(LintProcedures, ReadsHowOftenAnEntryIsFollowedUp) {
  const auto watched = [](const std::string& rule, const std::string& procedure) {
    return Changes{
        {"LEVEL_DISTRICT procedure: \"own\"",
         absl::StrCat("LEVEL_DISTRICT procedure: \"", procedure, "\" follow_up { ", rule, " }")}};
  };
  const auto refused = [&](const std::string& rule) {
    return Refusal(watched(rule, "supervisory-listing"));
  };
  const std::string monthly = absl::StrCat("count: 1 unit: MONTHS ", kSource);
  EXPECT_THAT(Lint(watched(monthly, "supervisory-listing")), IsEmpty());
  EXPECT_THAT(Lint(watched(monthly, "own")),
              ElementsAre(HasSubstr("watched: the procedure `own` has no clock of follow-ups")));
  EXPECT_THAT(Lint(watched("count: 1 unit: MONTHS", "supervisory-listing")),
              ElementsAre(HasSubstr("watched: the source is missing")));
  EXPECT_THAT(refused("unit: MONTHS"), HasSubstr("it says no number of a unit"));
  EXPECT_THAT(refused("count: 1"), HasSubstr("it says no number of a unit"));
  EXPECT_EQ(refused(absl::StrCat("unit: MONTHS count: ", kLegalDaysMax)), "");
  EXPECT_NE(refused(absl::StrCat("unit: MONTHS count: ", kLegalDaysMax + 1)), "");
  EXPECT_THAT(refused("count: 1 unit: MONTHS source { document: \"x\" mark: RULE }"),
              HasSubstr("there is no document `x`"));
}

TEST(LintProcedures, WantsEffectsInBothLanguagesWithTheirSource) {
  EXPECT_THAT(Lint({{" zh: \"不得参加\"", ""}}), ElementsAre(HasSubstr("zh is missing")));
  EXPECT_THAT(Lint({{" en: \"Excluded\"", ""}}), ElementsAre(HasSubstr("en is missing")));
  EXPECT_THAT(
      Lint({{"en: \"Excluded\" source { document: \"d\" mark: RULE }", "en: \"Excluded\""}}),
      ElementsAre(HasSubstr("the source is missing")));
  EXPECT_THAT(Refusal({{"kind: EXCLUSION ", ""}}), HasSubstr("the effect has no kind"));
}

TEST(LintProcedures, WantsCriteriaAndAClassWhereRightsAreTakenAway) {
  EXPECT_THAT(Lint({{"repair_class: \"general\"", ""}}),
              ElementsAre(HasSubstr("bad: a list that takes rights away says the class")));
  EXPECT_THAT(Lint({{R"(criteria {
      id: "c" zh: "被处罚" en: "Penalised" kinds: "inspection.penalty"
      source { document: "d" mark: RULE }
    })",
                     ""}}),
              ElementsAre(HasSubstr("bad: a list that takes rights away names its criteria")));
}

TEST(LintProcedures, LetsNoCityHollowOutTheChain) {
  const auto without = [](const std::string& guard) {
    return Lint(
        {{absl::StrCat("    guards { kind: ", guard, " source { document: \"d\" mark: RULE } }\n"),
          ""}});
  };
  for (const std::string guard : {"BASIS_PERMITTED",
                                  "BASIS_IN_FORCE",
                                  "CLOCK_OVER_OR_WAIVED clock: \"window\"",
                                  "POINTS_ANSWERED",
                                  "OTHER_PERSON steps: \"propose\"",
                                  "DECIDING_LEVEL"}) {
    EXPECT_THAT(without(guard),
                ElementsAre(HasSubstr(absl::StrCat(
                    "p:11:5: error: bad: a city may refine a procedure, not hollow it out: `own` "
                    "decides without ",
                    guard.substr(0, guard.find(' '))))));
  }
}

TEST(LintProcedures, SeesThroughGuardsThatAskNothing) {
  EXPECT_THAT(
      Lint({{"kind: OTHER_PERSON steps: \"propose\"", "kind: OTHER_PERSON steps: \"serve\""}}),
      ElementsAre(HasSubstr("decides without OTHER_PERSON")))
      << "another than who served is not another than who proposed";
  EXPECT_THAT(Lint({{"kind: DONE steps: \"decide\"", "kind: DONE steps: \"serve\""}}).size(), 6)
      << "in force without the decision having been taken";
  EXPECT_THAT(Lint({{"basis: LOCAL_REGULATION effect: DEPRIVATION",
                     "basis: NORMATIVE_DOCUMENT effect: SUPERVISION"},
                    {"kind: DONE steps: \"decide\"", "kind: DONE steps: \"serve\""}}),
              IsEmpty())
      << "what takes nothing away may be simpler";
}

TEST(LintProcedures, TakesThePacksOwnProcedureBeforeTheNations) {
  EXPECT_THAT(Lint({{"\"own\"", "\"favourable-listing\""}}), IsEmpty())
      << "the nation's procedure of that name has no chain";
  EXPECT_THAT(
      Lint({{"\"own\"", "\"adverse-listing\""},
            {"    guards { kind: POINTS_ANSWERED source { document: \"d\" mark: RULE } }\n", ""}}),
      ElementsAre(HasSubstr("decides without POINTS_ANSWERED")))
      << "the nation's has it";
}

TEST(LintProcedures, TakesNoLawFromAPackOfProcedures) {
  v1::Pack law;
  law.set_effective_from("2019-07-01");
  law.add_repair_classes()->set_id("general");
  v1::Pack procedures;
  procedures.set_effective_from("2021-01-01");
  procedures.add_procedures()->set_id("own");
  const v1::Pack* const national[] = {&law, &procedures};
  v1::Pack pack;
  pack.set_effective_from("2022-01-01");
  EXPECT_EQ(NationalInForce(pack, national), &law);
  procedures.mutable_legal();
  EXPECT_EQ(NationalInForce(pack, national), &procedures);
}

TEST(LintProcedures, FindsTheChainInTheNationsOwnProcedure) {
  EXPECT_THAT(Lint({{"    procedure: \"own\"\n    criteria",
                     "    procedure: \"adverse-listing\"\n    criteria"}}),
              IsEmpty());
  EXPECT_THAT(Lint({{"    procedure: \"own\"\n    criteria",
                     "    procedure: \"favourable-listing\"\n    criteria"}}),
              Contains(HasSubstr("`favourable-listing` decides without BASIS_PERMITTED")));
  EXPECT_THAT(Lint({{"    procedure: \"own\"\n    criteria",
                     "    procedure: \"supervisory-listing\"\n    criteria"}}),
              ElementsAre(HasSubstr("`supervisory-listing` decides without BASIS_PERMITTED")));
}

}  // namespace
}  // namespace xince::policy
