#include "services/scoring/evaluate/evaluate.h"

#include <algorithm>
#include <limits>
#include <random>

#include "absl/strings/str_cat.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/runtime/errors.h"
#include "services/scoring/evaluate/arithmetic.h"
#include "services/scoring/evaluate/calendar.h"
#include "services/scoring/evaluate/test_world.h"

namespace xince::evaluate {
namespace {

constexpr char kShapes[] = "services/scoring/evaluate/testdata/shapes.textproto";

const std::vector<std::string>& ShapeKinds() {
  static const auto& kinds = *new std::vector<std::string>{"x.street",
                                                           "x.committee",
                                                           "x.finding",
                                                           "x.accounts",
                                                           "x.award",
                                                           "x.model",
                                                           "x.late",
                                                           "x.penalty",
                                                           "x.report",
                                                           "x.repairs",
                                                           "x.band",
                                                           "x.fatal",
                                                           "x.fraud",
                                                           "x.exit"};
  return kinds;
}

std::string Pack(const std::string& subject) {
  return absl::StrCat(
      "id: \"p\" zh: \"试\" jurisdiction: \"3201\" effective_from: \"2020-01-01\" subjects { "
      "subject: "
      "\"firm\" ",
      subject,
      "}");
}

std::string BytesOf(const TestPack& pack, const Outcome& outcome) {
  std::string id;
  const auto name = [&](uint32_t number) -> absl::string_view {
    id = absl::StrCat("e", number);
    return id;
  };
  return CanonicalBytes(outcome, pack.firm(), {name, name});
}

TEST(Arithmetic, RoundsHalvesAwayFromZero) {
  EXPECT_EQ(Rounded({1, 2}), 1);
  EXPECT_EQ(Rounded({-1, 2}), -1);
  EXPECT_EQ(Rounded({499999, 1000000}), 0);
  EXPECT_EQ(Rounded({25, 2}), 13);
  EXPECT_EQ(Rounded({-25, 2}), -13);
  EXPECT_EQ(Rounded({65500, 131}), 500);
  EXPECT_EQ(Rounded({150, 1}, 100), 200);
  EXPECT_EQ(Rounded({-150, 1}, 100), -200);
  EXPECT_EQ(Rounded({149, 1}, 100), 100);
}

TEST(Arithmetic, HoldsWhatIsBeyondTheGreatestPoints) {
  const Wide huge = static_cast<Wide>(kPointsMax) * kMeasureMax * 100000 * 100000;
  EXPECT_EQ(Rounded({huge, 1}), kPointsMax);
  EXPECT_EQ(Rounded({-huge, 1}), -kPointsMax);
  EXPECT_EQ(Rounded({huge, static_cast<Wide>(kMeasureMax) * 100000 * 100000}, 1), kPointsMax);
}

TEST(Calendar, BeginsYearsInTheMonthGiven) {
  const Calendar april(4);
  EXPECT_EQ(april.YearOf(DayOf(2022, 3, 31)), 2021);
  EXPECT_EQ(april.YearOf(DayOf(2022, 4, 1)), 2022);
  EXPECT_EQ(april.YearStart(2022), DayOf(2022, 4, 1));
  const Calendar january(1);
  EXPECT_EQ(january.YearOf(DayOf(2022, 12, 31)), 2022);
  EXPECT_EQ(january.YearStart(2023), DayOf(2023, 1, 1));
}

TEST(Calendar, LooksUpWhatItWouldReckon) {
  const Calendar calendar(4);
  // Each day from before the table until after it, and the days around its edges for each span.
  for (Day day = DayOf(1978, 1, 1); day < DayOf(2102, 1, 1); ++day) {
    const type::Date date = type::Date::FromDays(day);
    const int month = date.year() * 12 + date.month() - 1 - 3;
    ASSERT_EQ(calendar.MonthOf(day), month) << day;
    ASSERT_EQ(calendar.MonthStart(month), day - date.day() + 1);
    const bool edge = date.day() > 27 || date.year() % 40 < 2;
    for (const int months : {0, 1, 11, 12, 23, edge ? 60 : 3, edge ? 1200 : 6}) {
      ASSERT_EQ(calendar.AddMonths(day, months), type::AddMonths(date, months).days())
          << day << " " << months;
    }
    const ScoringYear year = calendar.YearHolding(day);
    ASSERT_TRUE(year.start <= day && day < year.end && year.number == calendar.YearOf(day));
  }
  EXPECT_EQ(calendar.YearStart(1900), type::kDateMin.days());
  EXPECT_EQ(calendar.YearStart(10000), kForever);
}

TEST(Fact, HoldsDecidedPointsWithinTheGreatest) {
  EXPECT_EQ(Decided(kPointsMax), kPointsMax);
  EXPECT_EQ(Decided(kPointsMax + 1), kPointsMax);
  EXPECT_EQ(Decided(-kPointsMax), -kPointsMax);
  EXPECT_EQ(Decided(-kPointsMax - 1), -kPointsMax);
  EXPECT_EQ(Decided(std::numeric_limits<Hundredths>::min()), -kPointsMax);
  EXPECT_EQ(Decided(-150), -150);
}

class Properties : public testing::TestWithParam<uint32_t> {
 protected:
  Properties() : pack_(CompileFile(kShapes)), random_(pack_, GetParam()) {
    const size_t count = random_.Below(30);
    for (size_t i = 0; i < count; ++i) facts_.push_back(random_.Make(ShapeKinds()));
    day_ = DayOf(2020, 1, 1) + static_cast<Day>(random_.Below(1700));
    projects_ = {{.project = 1, .score = 9000, .area = 100},
                 {.project = 2, .rated = false},
                 {.project = 3, .score = 8111, .area = 333}};
    attributes_ = {
        {.name = pack_.vocabulary->names.Intern("registered"), .date = DayOf(2020, 6, 1)},
        {.name = pack_.vocabulary->names.Intern("filed"),
         .text = pack_.vocabulary->names.Intern("yes"),
         .from = DayOf(2021, 1, 1),
         .until = DayOf(2022, 7, 1)}};
    subject_ = {.attributes = attributes_, .projects = projects_};
  }

  Outcome At(Day day, Explain explain = Explain::kYes) {
    return Evaluate(pack_.firm(), facts_, subject_, day, explain);
  }

  TestPack pack_;
  RandomFacts random_;
  std::vector<Fact> facts_;
  std::vector<ProjectScore> projects_;
  std::vector<Attribute> attributes_;
  SubjectFacts subject_;
  Day day_ = 0;
};

TEST_P(Properties, OrderOfArrivalChangesNothing) {
  // Days are few, so that many pieces start on one and ids decide.
  for (Fact& fact : facts_) fact.occurred = fact.determined = fact.determined / 200 * 200;
  const std::string before = BytesOf(pack_, At(day_));
  std::reverse(facts_.begin(), facts_.end());
  EXPECT_EQ(BytesOf(pack_, At(day_)), before);
  std::mt19937 dice(GetParam());
  for (int i = 0; i < 5; ++i) {
    std::shuffle(facts_.begin(), facts_.end(), dice);
    EXPECT_EQ(BytesOf(pack_, At(day_)), before);
  }
}

TEST_P(Properties, AVoidedPieceIsAsOneThatNeverWas) {
  if (facts_.empty()) facts_.push_back(random_.Make(ShapeKinds()));
  Evaluator evaluator;
  evaluator.Run(pack_.firm(), facts_, subject_, day_, {.explain = Explain::kYes});
  const size_t voided = random_.Below(facts_.size());
  std::vector<Fact> ignored = facts_;
  ignored[voided].reach = 0;
  facts_.erase(facts_.begin() + static_cast<std::ptrdiff_t>(voided));
  const std::string never = BytesOf(pack_, At(day_));
  const EvaluateOptions options{.explain = Explain::kYes};
  EXPECT_EQ(BytesOf(pack_, evaluator.Run(pack_.firm(), facts_, subject_, day_, options)), never);
  EXPECT_EQ(BytesOf(pack_, evaluator.Run(pack_.firm(), ignored, subject_, day_, options)), never);
}

TEST_P(Properties, EachDayOfAYearIsAsWasSaidAhead) {
  const Outcome first = At(day_, Explain::kNo);
  const std::vector<Outcome> ahead = Ahead(pack_.firm(), facts_, subject_, day_, day_ + 366, 1000);
  const Outcome* said = &first;
  size_t next = 0;
  Evaluator evaluator;
  for (Day day = day_; day <= day_ + 366; ++day) {
    if (next < ahead.size() && ahead[next].day == day) said = &ahead[next++];
    const Outcome& is = evaluator.Run(pack_.firm(), facts_, subject_, day);
    ASSERT_EQ(is.score, said->score) << day - day_ << " days later";
    ASSERT_EQ(is.grade, said->grade);
    ASSERT_EQ(is.rated, said->rated);
    ASSERT_EQ(is.vetoes, said->vetoes);
    ASSERT_EQ(is.proposals, said->proposals);
    ASSERT_EQ(is.restrictions, said->restrictions);
  }
  EXPECT_EQ(next, ahead.size());
}

TEST_P(Properties, ExplainingChangesNothing) {
  Outcome explained = At(day_);
  const Outcome plain = At(day_, Explain::kNo);
  EXPECT_TRUE(plain.lines.empty());
  explained.lines.clear();
  EXPECT_EQ(BytesOf(pack_, explained), BytesOf(pack_, plain));
}

TEST_P(Properties, LeanSaysTheSameOfWhatItSays) {
  for (const bool without_contested : {false, true}) {
    Evaluator evaluator;
    const Outcome full = evaluator.Run(
        pack_.firm(), facts_, subject_, day_, {.without_contested = without_contested});
    const Outcome& lean =
        evaluator.Run(pack_.firm(),
                      facts_,
                      subject_,
                      day_,
                      {.explain = Explain::kLean, .without_contested = without_contested});
    EXPECT_EQ(lean.day, day_);
    EXPECT_EQ(lean.score, full.score);
    EXPECT_EQ(lean.grade, full.grade);
    EXPECT_EQ(lean.rated, full.rated);
    EXPECT_EQ(lean.rank_pending, full.rank_pending);
    EXPECT_EQ(lean.grade_rows, full.grade_rows);
    EXPECT_EQ(lean.vetoes, full.vetoes);
    EXPECT_EQ(lean.proposals, full.proposals);
    ASSERT_EQ(lean.restrictions.size(), full.restrictions.size());
    for (size_t i = 0; i < lean.restrictions.size(); ++i) {
      EXPECT_EQ(lean.restrictions[i].restriction, full.restrictions[i].restriction);
      EXPECT_EQ(lean.restrictions[i].until, full.restrictions[i].until);
      EXPECT_EQ(lean.restrictions[i].from, kNoDay);
    }
    EXPECT_TRUE(lean.items.empty() && lean.groups.empty() && lean.lines.empty());
    EXPECT_EQ(lean.next_change, kForever);
  }
}

TEST_P(Properties, LinesSumToTheScoreAndToItems) {
  const Outcome outcome = At(day_);
  Hundredths score = 0;
  std::vector<Hundredths> items(outcome.items.size(), 0);
  for (const Line& line : outcome.lines) {
    score += line.counted;
    items[line.item] += line.in_item;
  }
  EXPECT_EQ(score, outcome.score);
  for (size_t i = 0; i < items.size(); ++i) EXPECT_EQ(items[i], outcome.items[i].value);
}

TEST_P(Properties, NothingChangesBeforeTheNextChange) {
  const Outcome first = At(day_, Explain::kNo);
  ASSERT_GT(first.next_change, day_);
  const Day last = std::min(first.next_change - 1, day_ + 40);
  for (Day day = day_; day <= last; ++day) {
    Outcome later = At(day, Explain::kNo);
    later.day = first.day;
    EXPECT_EQ(later.next_change, first.next_change);
    EXPECT_EQ(BytesOf(pack_, later), BytesOf(pack_, first)) << day - day_ << " days later";
  }
}

TEST_P(Properties, WithoutContestedIsAsIfTheyWereNotThere) {
  const Outcome with = At(day_);
  Evaluator evaluator;
  const Outcome asked =
      evaluator.Run(pack_.firm(), facts_, subject_, day_, {.without_contested = true});
  facts_.erase(
      std::remove_if(facts_.begin(), facts_.end(), [](const Fact& f) { return f.contested; }),
      facts_.end());
  const Outcome without = At(day_, Explain::kNo);
  EXPECT_EQ(with.uncontested_score, without.score);
  EXPECT_EQ(with.uncontested_grade, without.grade);
  EXPECT_EQ(with.uncontested_rated, without.rated);
  EXPECT_EQ(asked.restrictions, without.restrictions);
  EXPECT_EQ(asked.score, without.score);
}

TEST_P(Properties, AnEvaluatorKeepsNothingFromOneSubjectToTheNext) {
  Evaluator evaluator;
  const std::string alone = BytesOf(pack_, At(day_));
  std::vector<Fact> others;
  for (int i = 0; i < 40; ++i) others.push_back(random_.Make(ShapeKinds()));
  evaluator.Run(pack_.firm(), others, {}, day_ + 7, {.explain = Explain::kYes});
  EXPECT_EQ(
      BytesOf(pack_,
              evaluator.Run(pack_.firm(), facts_, subject_, day_, {.explain = Explain::kYes})),
      alone);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Properties, testing::Range(uint32_t{1}, uint32_t{150}));

// Items that keep each piece and sum, under limits, with merits and demerits.
TestPack Monotone() {
  return CompileText(Pack(R"(
    base { points: "60" }
    score_limits { least: "0" most: "100" }
    groups { id: "good" zh: "好" limits { most: "30" } }
    groups { id: "bad" zh: "坏" limits { least: "-50" } }
    items { id: "plus" zh: "加" group: "good" kinds: "x.plus" points { given { sign: MERIT } }
            piece_limits { least: "0" most: "20" } validity { months: 24 } limits { most: "25" } }
    items { id: "best" zh: "最" group: "good" kinds: "x.best" points { given { sign: MERIT } }
            piece_limits { least: "0" most: "20" } validity { months: 24 } counting { per: MATTER keep: HIGHEST } }
    items { id: "minus" zh: "减" group: "bad" kinds: "x.minus" points { given { sign: DEMERIT } }
            piece_limits { least: "-20" most: "0" } validity { months: 24 } decay { from_month: 6 percent: "50" } })"));
}

TEST(Laws, AMeritNeverLowersAndADemeritNeverRaises) {
  TestPack pack = Monotone();
  RandomFacts random(pack, 7);
  for (int round = 0; round < 300; ++round) {
    std::vector<Fact> facts;
    const Day day = DayOf(2021, 6, 1) + static_cast<Day>(random.Below(700));
    Hundredths before = Evaluate(pack.firm(), facts, {}, day).score;
    for (int i = 0; i < 12; ++i) {
      const bool merit = random.Below(2) == 0;
      facts.push_back(merit ? random.Make({"x.plus", "x.best"}) : random.Make({"x.minus"}));
      const Hundredths after = Evaluate(pack.firm(), facts, {}, day).score;
      EXPECT_TRUE(merit ? after >= before : after <= before) << before << " to " << after;
      before = after;
    }
  }
}

TEST(Laws, TheGreatestNumbersDoNotOverflow) {
  const TestPack pack = CompileText(Pack(R"(
    items { id: "r" zh: "比" kinds: "x.r" factor: "1000" decay { from_month: 0 percent: "1000" }
            points { ratio { points: "10000000" numerator: "n" denominator: "d" } round_to: "10000" } validity { never {} } }
    items { id: "u" zh: "量" kinds: "x.u" factor: "1000" decay { from_month: 0 percent: "1000" }
            points { per_unit { points: "-10000000" measure: "n" unit: "0.01" free: "-9999999999999" } } validity { never {} } }
    groups { id: "mix" zh: "合" mode: MIX
      raters { member: "m1" weight: "99.99" missing: ZERO } raters { member: "m2" weight: "0.01" missing: ZERO } }
    items { id: "m1" zh: "一" group: "mix" kinds: "x.m" points { fixed: "10000000" } validity { never {} } }
    items { id: "m2" zh: "二" group: "mix" kinds: "x.m" points { fixed: "-10000000" } validity { never {} } })"));
  SymbolTable& names = pack.vocabulary->names;
  const MeasureValue measures[] = {{names.Find("n"), std::numeric_limits<int64_t>::max()},
                                   {names.Find("d"), 1}};
  std::vector<Fact> facts;
  for (const char* kind : {"x.r", "x.u", "x.m", "x.r", "x.u", "x.m"}) {
    facts.push_back({.order = static_cast<uint32_t>(facts.size()),
                     .measures = measures,
                     .kind = pack.vocabulary->kinds.Find(kind),
                     .occurred = DayOf(1949, 1, 1),
                     .determined = DayOf(9999, 12, 29),
                     .measure_count = 2,
                     .reach = kDirect});
  }
  const Outcome outcome = Evaluate(pack.firm(), facts, {}, DayOf(9999, 12, 30));
  const auto value = [&](const char* id) { return outcome.items[pack.firm().FindItem(id)].value; };
  EXPECT_EQ(value("r"), 2 * kPointsMax);
  EXPECT_EQ(value("u"), -2 * kPointsMax);
  EXPECT_EQ(outcome.groups[pack.firm().FindGroup("mix")].value, 2 * (kPointsMax / 10000 * 9998));
}

TEST(Laws, LimitsCutWhatComesLastFirst) {
  const TestPack pack = CompileText(Pack(R"(
    items { id: "a" zh: "甲" kinds: "x.a" points { given {} } piece_limits { least: "-100" most: "100" }
            validity { never {} } limits { least: "-20" most: "40" } })"));
  const auto counted = [&](std::vector<Hundredths> points) {
    std::vector<Fact> facts;
    for (const Hundredths p : points) {
      facts.push_back({.order = static_cast<uint32_t>(facts.size()),
                       .points = Decided(p * 100),
                       .kind = pack.vocabulary->kinds.Find("x.a"),
                       .occurred = 0,
                       .determined = 0,
                       .reach = kDirect});
    }
    std::vector<Hundredths> lines;
    for (const Line& line : Evaluate(pack.firm(), facts, {}, 100).lines)
      lines.push_back(line.counted / 100);
    return lines;
  };
  EXPECT_THAT(counted({30, 15, 5}), testing::ElementsAre(30, 10, 0));
  EXPECT_THAT(counted({30, -5, 25}), testing::ElementsAre(30, -5, 15));
  EXPECT_THAT(counted({40}), testing::ElementsAre(40));
  EXPECT_THAT(counted({40, 1}), testing::ElementsAre(40, 0));
  EXPECT_THAT(counted({-15, 3, -10}), testing::ElementsAre(-15, 3, -8));
  EXPECT_THAT(counted({-20, -1}), testing::ElementsAre(-20, 0));
}

TEST(Ahead, SaysWhatHappensByItself) {
  const TestPack pack = CompileText(Pack(R"(
    base { points: "100" }
    items { id: "a" zh: "甲" kinds: "x.a" points { fixed: "-10" } validity { months: 12 } decay { from_month: 6 percent: "50" } }
    grades { id: "A" zh: "甲" when { score { at_least: "95" } } }
    grades { id: "B" zh: "乙" })"));
  const Fact fact{.kind = pack.vocabulary->kinds.Find("x.a"),
                  .occurred = DayOf(2022, 8, 31),
                  .determined = DayOf(2022, 8, 31),
                  .reach = kDirect};
  const auto ahead =
      Ahead(pack.firm(), absl::MakeConstSpan(&fact, 1), {}, DayOf(2022, 8, 1), kForever, 10);
  ASSERT_EQ(ahead.size(), 3);
  EXPECT_EQ(ahead[0].day, DayOf(2022, 8, 31));
  EXPECT_EQ(ahead[0].score, 9000);
  EXPECT_EQ(ahead[1].day, DayOf(2023, 2, 28));
  EXPECT_EQ(ahead[1].score, 9500);
  EXPECT_EQ(ahead[2].day, DayOf(2023, 8, 31));
  EXPECT_EQ(ahead[2].score, 10000);
  EXPECT_EQ(ahead[2].next_change, kForever);
  EXPECT_EQ(
      Ahead(
          pack.firm(), absl::MakeConstSpan(&fact, 1), {}, DayOf(2022, 8, 1), DayOf(2023, 8, 30), 10)
          .size(),
      2);
  EXPECT_EQ(
      Ahead(pack.firm(), absl::MakeConstSpan(&fact, 1), {}, DayOf(2022, 8, 1), kForever, 1).size(),
      1);
}

TEST(Versions, AnItemMayApplyTheVersionOfTheEvidence) {
  const auto text = [](const char* from, const char* points, const char* version) {
    return absl::StrCat("id: \"p\" zh: \"试\" jurisdiction: \"3201\" effective_from: \"",
                        from,
                        "\" subjects { subject: \"firm\" items { id: \"a\" zh: \"甲\" kinds: "
                        "\"x.a\" points { fixed: \"",
                        points,
                        "\" } validity { never {} } ",
                        version,
                        " } }");
  };
  Vocabulary vocabulary;
  const policy::Pack first = *policy::LoadPack(text("2020-01-01", "-1", ""), "1");
  const policy::Pack second = *policy::LoadPack(text("2021-01-01", "-2", ""), "2");
  const policy::Pack third =
      *policy::LoadPack(text("2022-01-01", "-4", "version_of: OCCURRED"), "3");
  const policy::Pack* earlier[] = {&second, &first};
  const CompiledPack pack = *Compile(third, {.vocabulary = &vocabulary, .earlier = earlier});
  const auto points = [&](Day occurred) {
    const Fact fact{.kind = vocabulary.kinds.Find("x.a"),
                    .occurred = occurred,
                    .determined = DayOf(2022, 6, 1),
                    .reach = kDirect};
    return Evaluate(*pack.ForSubject(type::SubjectKind::kFirm),
                    absl::MakeConstSpan(&fact, 1),
                    {},
                    DayOf(2023, 1, 1))
        .score;
  };
  EXPECT_EQ(points(DayOf(2019, 12, 31)), 0);
  EXPECT_EQ(points(DayOf(2020, 1, 1)), -100);
  EXPECT_EQ(points(DayOf(2020, 12, 31)), -100);
  EXPECT_EQ(points(DayOf(2021, 1, 1)), -200);
  EXPECT_EQ(points(DayOf(2021, 12, 31)), -200);
  EXPECT_EQ(points(DayOf(2022, 1, 1)), -400);
}

TEST(Compile, RefusesARepairClassNobodyDefines) {
  Vocabulary vocabulary;
  const auto pack = policy::LoadPack(Pack("items { id: \"a\" zh: \"甲\" kinds: \"x.a\" validity { "
                                          "never {} } repair_class: \"none-such\" }"),
                                     "p");
  ASSERT_TRUE(pack.ok()) << pack.status();
  const absl::Status status = Compile(*pack, {.vocabulary = &vocabulary}).status();
  EXPECT_EQ(runtime::ReasonOf(status), "POLICY_INVALID");
  EXPECT_EQ(runtime::ToProblem(status).metadata.at("item"), "a");
}

TEST(CanonicalBytes, DifferForEverythingAnOutcomeSays) {
  const TestPack pack = CompileFile(kShapes);
  const Outcome base = Evaluate(pack.firm(), {}, {}, DayOf(2022, 1, 1));
  ASSERT_FALSE(base.lines.empty());
  const std::string bytes = BytesOf(pack, base);
  const auto differs = [&](const auto& change) {
    Outcome other = base;
    change(other);
    return BytesOf(pack, other) != bytes;
  };
  EXPECT_FALSE(differs([](Outcome&) {}));
  // The same explanation on another day is the same.
  EXPECT_FALSE(differs([](Outcome& o) { ++o.day; }));
  EXPECT_TRUE(differs([](Outcome& o) { ++o.score; }));
  EXPECT_TRUE(differs([](Outcome& o) { o.grade = kNoIndex; }));
  EXPECT_TRUE(differs([](Outcome& o) { o.rated = false; }));
  EXPECT_TRUE(differs([](Outcome& o) { o.contested = true; }));
  EXPECT_TRUE(differs([](Outcome& o) { o.uncontested_rated = false; }));
  EXPECT_TRUE(differs([](Outcome& o) { o.vetoes.push_back(1); }));
  EXPECT_TRUE(differs([](Outcome& o) { o.restrictions.push_back({}); }));
  EXPECT_TRUE(differs([](Outcome& o) { o.proposals.push_back(1); }));
  EXPECT_TRUE(differs([](Outcome& o) { ++o.next_change; }));
  EXPECT_TRUE(differs([](Outcome& o) { ++o.items.back().value; }));
  EXPECT_TRUE(differs([](Outcome& o) { o.lines.pop_back(); }));
  EXPECT_TRUE(differs([](Outcome& o) { o.lines.back().evidence = 3; }));
  EXPECT_TRUE(differs([](Outcome& o) { o.lines.back().cut = Cut::kDecay; }));
  EXPECT_TRUE(differs([](Outcome& o) { ++o.lines.back().counted; }));
}

TEST(CheckSumsDeathTest, EndsTheProcessWhenASumDoesNotHold) {
  const TestPack pack = CompileFile(kShapes);
  std::vector<Fact> facts(kFactsMax + 1);
  EXPECT_DEATH(Evaluate(pack.firm(), facts, {}, DayOf(2022, 1, 1)), "more facts than");
  facts.pop_back();
  EXPECT_EQ(Evaluate(pack.firm(), facts, {}, DayOf(2022, 1, 1)).score, 9800);
}

}  // namespace
}  // namespace xince::evaluate
