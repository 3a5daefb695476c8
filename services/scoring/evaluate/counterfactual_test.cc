#include "services/scoring/evaluate/counterfactual.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/scoring/evaluate/test_world.h"

namespace xince::evaluate {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr Day kToday = DayOf(2024, 6, 15);

// Base 80. A from 95, B from 85, C from 70, else D.
std::string Pack(const std::string& more) {
  return absl::StrCat(R"(
    id: "p" zh: "试" jurisdiction: "3201" effective_from: "2020-01-01"
    repair_classes { id: "minor" zh: "轻" min_months: 3 }
    subjects { subject: "firm" base { points: "80" }
      items { id: "open" zh: "改" kinds: "x.open" points { given { sign: DEMERIT } }
              piece_limits { least: "-50" most: "0" } validity { until_corrected {} } }
      items { id: "slow" zh: "缓" kinds: "x.slow" points { fixed: "-12" }
              validity { until_corrected { plus_months: 2 } } }
      items { id: "bad" zh: "失" kinds: "x.bad" points { given { sign: DEMERIT } }
              piece_limits { least: "-50" most: "0" } validity { months: 60 } repair_class: "minor" }
      items { id: "fixed" zh: "定" kinds: "x.fixed" points { fixed: "-11" } validity { months: 12 } })",
                      more,
                      "}");
}

constexpr char kGrades[] = R"(
      grades { id: "A" zh: "甲" when { score { at_least: "95" } } }
      grades { id: "B" zh: "乙" when { score { at_least: "85" } } }
      grades { id: "C" zh: "丙" when { score { at_least: "70" } } }
      grades { id: "D" zh: "丁" })";

// A world of one firm.
class Ways : public testing::Test {
 protected:
  void Use(const std::string& pack) { pack_ = CompileText(pack); }

  Fact& Add(const char* kind, Hundredths points = 0, Day day = DayOf(2024, 5, 1)) {
    const auto number = static_cast<uint32_t>(facts_.size() + 1);
    return facts_.emplace_back(Fact{.order = number,
                                    .points = Decided(points),
                                    .evidence = number,
                                    .kind = pack_.vocabulary->kinds.Intern(kind),
                                    .occurred = day,
                                    .determined = day,
                                    .reach = kDirect});
  }

  [[nodiscard]] WaysUp Find() const { return FindWaysUp(pack_.firm(), facts_, {}, kToday); }

  // `correct 1` for a step, with its day when it is another; then the grade, and the day when it is
  // another.
  [[nodiscard]] std::string Words(const WayUp& way) const {
    static constexpr const char* kKinds[] = {"correct", "repair", "merit"};
    std::string words;
    for (const Step& step : way.steps) {
      absl::StrAppend(&words, kKinds[static_cast<int>(step.kind)], " ");
      if (step.evidence != kNone) absl::StrAppend(&words, step.evidence, " ");
      if (step.evidence == kNone) absl::StrAppend(&words, ItemId(step.item), " ");
      absl::StrAppend(&words, step.on == kToday ? "" : On(step.on), "for ", step.points, ", ");
    }
    absl::StrAppend(&words, On(way.reached_on), "at ", way.score);
    for (const uint16_t lifted : way.lifted)
      absl::StrAppend(&words, " ", std::string(pack_.firm().restriction(lifted).code()));
    return way.grade == kNoIndex ? words : absl::StrCat(words, " ", ItemGrade(way.grade));
  }
  [[nodiscard]] std::vector<std::string> AllWords(const WaysUp& ways) const {
    std::vector<std::string> words;
    for (const WayUp& way : ways.ways) words.push_back(Words(way));
    return words;
  }

  TestPack pack_;
  std::vector<Fact> facts_;

 private:
  [[nodiscard]] std::string ItemId(uint16_t item) const {
    return std::string(pack_.firm().item_id(item));
  }
  [[nodiscard]] std::string ItemGrade(uint16_t row) const {
    return std::string(pack_.firm().grade_id(row));
  }
  static std::string On(Day day) {
    return day == kToday ? "" : absl::StrCat(type::FormatDate(type::Date::FromDays(day)), " ");
  }
};

TEST_F(Ways, OneCorrectionReachesTheNextGrade) {
  Use(Pack(kGrades));
  Add("x.open", 1000);
  Add("x.open", 2000);
  // 50 is D: either alone is not enough for C but the greater one.
  const WaysUp ways = Find();
  EXPECT_EQ(ways.aim, WaysUp::Aim::kGrade);
  EXPECT_THAT(AllWords(ways), ElementsAre("correct 2 for 2000, at 7000 C"));
  EXPECT_FALSE(ways.limited);
}

TEST_F(Ways, TwoStepsWhereOneIsNotEnough) {
  Use(Pack(kGrades));
  Add("x.open", 1000);
  Add("x.open", 1500);
  Add("x.open", 1200);
  // 43: any two leave at least 65; two of the greater three reach C.
  EXPECT_THAT(AllWords(Find()), ElementsAre("correct 2 for 1500, correct 3 for 1200, at 7000 C"));
}

TEST_F(Ways, ALesserPairIsCheaperThanAGreaterOne) {
  Use(Pack(kGrades));
  Add("x.open", 600);
  Add("x.open", 700);
  Add("x.open", 800);
  Add("x.fixed");
  // 48, of which 11 stay: 2 and 3 leave 63, so nothing of two steps reaches 70.
  EXPECT_THAT(Find().ways, IsEmpty());
  facts_.pop_back();
  // 59: 1 and 2 reach 72 for less than 1 and 3 or 2 and 3.
  EXPECT_THAT(AllWords(Find()),
              ElementsAre("correct 2 for 700, correct 1 for 600, at 7200 C",
                          "correct 3 for 800, correct 1 for 600, at 7300 C",
                          "correct 3 for 800, correct 2 for 700, at 7400 C"));
}

TEST_F(Ways, ARepairIsDoneOnItsEarliestDayAndNotBeforeToday) {
  Use(Pack(kGrades));
  Add("x.bad", 1500);
  EXPECT_THAT(AllWords(Find()), ElementsAre("repair 1 2024-08-01 for 1500, 2024-08-01 at 8000 C"));
  facts_[0].occurred = facts_[0].determined = DayOf(2024, 3, 15);
  EXPECT_THAT(AllWords(Find()), ElementsAre("repair 1 for 1500, at 8000 C"));
}

TEST_F(Ways, ACorrectionMayHaveItsEffectLater) {
  Use(Pack(kGrades));
  Add("x.slow");
  EXPECT_THAT(AllWords(Find()), ElementsAre("correct 1 for 1200, 2024-08-15 at 8000 C"));
}

TEST_F(Ways, WhatLapsesByItselfIsNoStep) {
  Use(Pack(kGrades));
  Add("x.fixed", 0, DayOf(2023, 7, 10));
  // The repair could be on 1 August; by then C is there by itself.
  Add("x.bad", 10, DayOf(2024, 5, 1));
  EXPECT_THAT(Find().ways, IsEmpty());
}

TEST_F(Ways, CorrectionsAreCheaperThanRepairsAndRepairsThanMerits) {
  Use(Pack(absl::StrCat(R"(
      items { id: "good" zh: "好" kinds: "x.good" points { fixed: "12" } validity { months: 12 } })",
                        kGrades)));
  Add("x.open", 1200);
  Add("x.bad", 1100, DayOf(2024, 1, 1));
  EXPECT_THAT(AllWords(Find()),
              ElementsAre("correct 1 for 1200, repair 2 for 1100, at 8000 C",
                          "correct 1 for 1200, merit good for 1200, at 8100 C",
                          "merit good for 1200, repair 2 for 1100, at 8000 C"));
}

TEST_F(Ways, TheBestOrNoGradeToReachIsNoAim) {
  Use(Pack(R"(grades { id: "A" zh: "甲" when { score { at_least: "80" } } })"));
  EXPECT_EQ(Find().aim, WaysUp::Aim::kNone);
  Use(Pack(""));
  Add("x.open", 1000);
  EXPECT_EQ(Find().aim, WaysUp::Aim::kNone);
  Use(Pack(R"(grades { id: "A" zh: "甲" quota { percent: "10" } } grades { id: "B" zh: "乙" })"));
  EXPECT_EQ(Find().aim, WaysUp::Aim::kNone);
}

TEST_F(Ways, FromNoGradeAnyGradeIsBetter) {
  Use(Pack(R"(grades { id: "A" zh: "甲" when { score { at_least: "80" } } })"));
  Add("x.open", 1000);
  EXPECT_THAT(AllWords(Find()), ElementsAre("correct 1 for 1000, at 8000 A"));
}

TEST_F(Ways, LiftARestrictionWhereThereAreNoGrades) {
  Use(Pack(R"(
      items { id: "order" zh: "令" kinds: "x.order" validity { until_corrected {} } }
      restrictions { code: "certificate" zh: "不出具" when { item { id: "order" number: OPEN is { at_least: "1" } } } }
      restrictions { code: "low" zh: "低" when { score { less_than: "60" } } })"));
  Add("x.order");
  Add("x.open", 1500);
  Add("x.open", 1500);
  const WaysUp ways = Find();
  EXPECT_EQ(ways.aim, WaysUp::Aim::kRestriction);
  EXPECT_THAT(AllWords(ways),
              ElementsAre("correct 1 for 0, at 5000 certificate",
                          "correct 2 for 1500, at 6500 low",
                          "correct 3 for 1500, at 6500 low"));
}

TEST_F(Ways, MeritsAreTheBestAPieceCouldBe) {
  Use(Pack(absl::StrCat(R"(
      items { id: "level" zh: "级" kinds: "x.level" filter { levels: [LEVEL_CITY, LEVEL_DISTRICT] }
              points { by_level { rows { level: LEVEL_NATIONAL points: "9" } rows { level: LEVEL_CITY points: "6" } rows { level: LEVEL_DISTRICT points: "2" } } }
              validity { months: 12 } limits { most: "5.5" } }
      items { id: "band" zh: "段" kinds: "x.band" filter { measures { measure: "sample" is { at_least: "30" } } measures { measure: "rate" is { less_than: "90" } } }
              points { by_band { measure: "rate" bands { below: "60" points: "-2" } bands { below: "90" points: "5.2" } bands { points: "8" } } }
              validity { months: 12 } }
      items { id: "given" zh: "给" kinds: "x.given" points { given {} } piece_limits { least: "-1" most: "7" } factor: "50" validity { months: 12 } }
      items { id: "units" zh: "量" kinds: "x.units" points { per_unit { points: "0.5" measure: "n" } } piece_limits { most: "3" } validity { months: 12 } }
      items { id: "unbounded" zh: "无" kinds: "x.unbounded" points { per_unit { points: "9" measure: "n" } } validity { months: 12 } }
      items { id: "had" zh: "有" kinds: "x.had" points { fixed: "20" } validity { months: 12 } }
      grades { id: "A" zh: "甲" when { score { at_least: "110" } } } grades { id: "B" zh: "乙" })")));
  Add("x.had");
  const Tables& tables = pack_.firm().tables();
  std::vector<std::string> found;
  for (uint16_t i = 0; i < tables.items.size(); ++i) {
    const auto piece = BestPiece(pack_.firm(), i, kToday);
    if (!piece.has_value()) continue;
    const Fact fact = piece->Get();
    const Outcome outcome = Evaluate(pack_.firm(), absl::MakeConstSpan(&fact, 1), {}, kToday);
    found.push_back(
        absl::StrCat(std::string(pack_.firm().item_id(i)), " ", outcome.items[i].value));
  }
  EXPECT_THAT(found,
              ElementsAre("open 0",
                          "slow -1200",
                          "bad 0",
                          "fixed -1100",
                          "level 550",
                          "band 520",
                          "given 700",
                          "units 300",
                          "had 2000"));
  EXPECT_THAT(AllWords(Find()),
              ElementsAre("merit given for 700, merit units for 300, at 11000 A",
                          "merit level for 550, merit band for 520, at 11070 A",
                          "merit given for 700, merit band for 520, at 11220 A"));
}

TEST_F(Ways, AMeritThatIsExpectedLiftsWhatItsLackCosts) {
  Use(Pack(R"(
      items { id: "report" zh: "报" kinds: "x.report" points { fixed: "0" } validity { scoring_years: 0 } expected { points: "-10" } }
      items { id: "next" zh: "次" kinds: "x.next" points { fixed: "10" } validity { months: 12 defer: HALF_YEAR } }
      grades { id: "A" zh: "甲" when { score { at_least: "80" } } } grades { id: "B" zh: "乙" })"));
  EXPECT_THAT(
      AllWords(Find()),
      ElementsAre("merit report for 0, at 8000 A", "merit next for 1000, 2024-07-01 at 8000 A"));
}

TEST_F(Ways, WhatOnlyPartlyMayBeRepairedIsNoStep) {
  Use(Pack(absl::StrCat(R"(
      items { id: "also" zh: "又" kinds: "x.bad" points { fixed: "-1" } validity { months: 60 } })",
                        kGrades)));
  Add("x.bad", 1500, DayOf(2024, 1, 1));
  EXPECT_THAT(Find().ways, IsEmpty());
}

TEST_F(Ways, TriesNoMoreStepsThanTheMost) {
  Use(Pack(R"(
      items { id: "order" zh: "令" kinds: "x.order" validity { until_corrected {} } }
      restrictions { code: "r" zh: "限" when { item { id: "order" number: OPEN is { at_least: "1" } } } })"));
  for (size_t i = 0; i + 1 < kCandidatesMax; ++i) Add("x.open", 1);
  Add("x.order");
  EXPECT_THAT(Find().ways, SizeIs(1));
  Add("x.open", 1);
  EXPECT_THAT(Find().ways, IsEmpty());
  EXPECT_TRUE(Find().limited);
}

TEST_F(Ways, TriesPairsOfTheGreatestOnly) {
  Use(Pack(
      R"(grades { id: "A" zh: "甲" when { item { id: "open" number: COUNT is { at_most: "22" } } } } grades { id: "B" zh: "乙" })"));
  for (size_t i = 0; i < kPairCandidatesMax; ++i) Add("x.open", 1);
  EXPECT_THAT(Find().ways, SizeIs(kWaysMax));
  EXPECT_FALSE(Find().limited);
  Use(Pack(R"(
      items { id: "order" zh: "令" kinds: "x.order" validity { until_corrected {} } }
      grades { id: "A" zh: "甲" when { item { id: "order" number: COUNT is { equals: "0" } } } } grades { id: "B" zh: "乙" })"));
  facts_.clear();
  for (size_t i = 0; i + 2 < kPairCandidatesMax; ++i) Add("x.open", 1);
  Add("x.order");
  Add("x.order");
  EXPECT_THAT(Find().ways, SizeIs(1));
  EXPECT_FALSE(Find().limited);
  Add("x.open", 1);
  EXPECT_THAT(Find().ways, IsEmpty());
  EXPECT_TRUE(Find().limited);
}

TEST_F(Ways, TriesNoPairsAmongTooManyFacts) {
  Use(Pack(kGrades));
  Add("x.open", 1000);
  Add("x.open", 1500);
  Add("x.open", 900);
  while (facts_.size() < kPairFactsMax) Add("x.other");
  EXPECT_THAT(Find().ways, SizeIs(2));
  EXPECT_FALSE(Find().limited);
  Add("x.other");
  EXPECT_THAT(Find().ways, IsEmpty());
  EXPECT_TRUE(Find().limited);
}

// Random worlds: doing what a way says gives what it promises, and nothing less does.
class Promises : public testing::TestWithParam<uint32_t> {};

TEST_P(Promises, AreKept) {
  TestPack pack = CompileText(Pack(absl::StrCat(R"(
      items { id: "good" zh: "好" kinds: "x.good" points { given { sign: MERIT } } piece_limits { least: "0" most: "8" } validity { months: 12 } }
      items { id: "rate" zh: "率" kinds: "x.rate" points { by_band { measure: "rate" bands { below: "60" points: "-3" } bands { points: "4" } } }
              validity { scoring_years: 0 defer: QUARTER } counting { combine: MEAN } }
      restrictions { code: "low" zh: "低" carry_years: 1 when { score { less_than: "60" } } }
      restrictions { code: "taken" zh: "扣" when { demerits { span: THIS_YEAR is { at_least: "15" } } } })",
                                                GetParam() % 3 == 0 ? "" : kGrades)));
  RandomFacts random(pack, GetParam());
  std::vector<Fact> facts;
  for (uint64_t i = random.Below(12); i > 0; --i) {
    Fact fact = random.Make({"x.open", "x.slow", "x.bad", "x.fixed", "x.good", "x.rate"});
    fact.reach = kDirect;
    facts.push_back(fact);
  }
  const Day day = DayOf(2021, 1, 1) + static_cast<Day>(random.Below(1000));
  const Outcome now = Evaluate(pack.firm(), facts, {}, day);
  const WaysUp found = FindWaysUp(pack.firm(), facts, {}, day);
  const auto row = [](const Outcome& outcome) { return outcome.grade; };
  for (const WayUp& way : found.ways) {
    std::vector<Fact> changed = facts;
    std::vector<SupposedPiece> pieces;
    pieces.reserve(kStepsMax);
    for (const Step& step : way.steps) {
      EXPECT_TRUE(day <= step.on && step.on <= way.reached_on);
      if (step.kind == Step::Kind::kMerit) {
        pieces.push_back(*BestPiece(pack.firm(), step.item, day));
        changed.push_back(pieces.back().Get());
        continue;
      }
      const auto at = std::find_if(changed.begin(), changed.end(), [&](const Fact& fact) {
        return fact.evidence == step.evidence;
      });
      ASSERT_NE(at, changed.end());
      if (step.kind == Step::Kind::kCorrect) {
        at->corrected = day;
      } else {
        changed.erase(at);
      }
    }
    const Outcome after = Evaluate(pack.firm(), changed, {}, way.reached_on);
    const Outcome untouched = Evaluate(pack.firm(), facts, {}, way.reached_on);
    EXPECT_EQ(after.score, way.score);
    EXPECT_EQ(after.grade, way.grade);
    if (found.aim == WaysUp::Aim::kGrade) {
      EXPECT_LT(row(after), row(now));
      EXPECT_GE(row(untouched), row(now));
    }
    for (const uint16_t lifted : way.lifted) {
      const auto holds = [&](const Outcome& outcome) {
        return std::any_of(outcome.restrictions.begin(),
                           outcome.restrictions.end(),
                           [&](const auto& active) { return active.restriction == lifted; });
      };
      EXPECT_TRUE(holds(now) && holds(untouched) && !holds(after));
    }
  }
  // The same whatever the order of the facts.
  std::reverse(facts.begin(), facts.end());
  const WaysUp again = FindWaysUp(pack.firm(), facts, {}, day);
  ASSERT_EQ(again.ways.size(), found.ways.size());
  for (size_t i = 0; i < found.ways.size(); ++i)
    EXPECT_EQ(again.ways[i].steps, found.ways[i].steps);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Promises, testing::Range(uint32_t{1}, uint32_t{120}));

}  // namespace
}  // namespace xince::evaluate
