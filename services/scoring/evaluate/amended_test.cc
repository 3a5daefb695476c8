#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

#include "services/scoring/evaluate/test_world.h"

// Points that an upheld objection decided instead: docs/policy-language.md, section 5; and which items
// take a piece.
namespace xince::evaluate {
namespace {

constexpr Day kDay = DayOf(2026, 3, 1);

// A pack with one item for findings, by the text of its points and whatever follows.
std::string PackText(const std::string& points, const std::string& more = "") {
  return absl::StrCat(R"(
id: "town" zh: "某市" en: "Town" jurisdiction: "3201" effective_from: "2020-01-01"
documents { id: "doc" title: "办法" }
repair_classes { id: "own" zh: "自" min_months: 3 }
subjects {
  subject: "firm"
  base { points: "100" source { document: "doc" mark: RULE } }
  items {
    id: "finding" zh: "不良行为" kinds: "inspection.finding"
    points { )",
                      points,
                      " } validity { months: 36 } ",
                      more,
                      R"(
    source { document: "doc" mark: RULE }
  }
}
)");
}

class Amending {
 public:
  explicit Amending(const std::string& text) : pack_(CompileText(text)) {}

  // `points`: those that the feed decided.
  Amending& Find(Day determined = DayOf(2026, 1, 10), DecidedPoints points = kUndecided) {
    Fact& fact = facts_.emplace_back();
    fact.evidence = fact.order = static_cast<uint32_t>(facts_.size());
    fact.kind = pack_.vocabulary->kinds.Find("inspection.finding");
    fact.occurred = fact.determined = determined;
    fact.points = points;
    fact.reach = kDirect;
    return *this;
  }
  Amending& Decide(uint32_t evidence, Hundredths points) {
    rulings_.push_back({.evidence = evidence, .points = points, .amended = true});
    facts_[evidence - 1].points = Decided(points);
    return *this;
  }
  Amending& Repair(uint32_t evidence, Hundredths points) {
    rulings_.push_back({.evidence = evidence, .from = kDay, .points = points});
    return *this;
  }
  Outcome Run(Explain explain = Explain::kYes) const {
    return Evaluate(pack_.firm(), facts_, {.repairs = rulings_}, kDay, explain);
  }
  // Plain and lean.
  Hundredths Score() const {
    const Hundredths score = Run().score;
    EXPECT_EQ(Run(Explain::kLean).score, score);
    return score;
  }
  std::vector<Use> Uses() const { return Evaluator().UsesOf(pack_.firm(), facts_[0]); }

 private:
  TestPack pack_;
  std::vector<Fact> facts_;
  std::vector<Repaired> rulings_;
};

TEST(Amended, PointsAreHeldBetweenWhatTheRuleAsksForAndNothing) {
  const std::string fixed = PackText("fixed: \"-12\"");
  EXPECT_EQ(Amending(fixed).Find().Score(), 8800);
  EXPECT_EQ(Amending(fixed).Find().Decide(1, -500).Score(), 9500);
  EXPECT_EQ(Amending(fixed).Find().Decide(1, 0).Score(), 10000);
  EXPECT_EQ(Amending(fixed).Find().Decide(1, 300).Score(), 10000) << "never a bonus";
  EXPECT_EQ(Amending(fixed).Find().Decide(1, -1500).Score(), 8800) << "never graver";
  const std::string merit = PackText("fixed: \"8\"");
  EXPECT_EQ(Amending(merit).Find().Decide(1, 300).Score(), 10300);
  EXPECT_EQ(Amending(merit).Find().Decide(1, 900).Score(), 10800);
  EXPECT_EQ(Amending(merit).Find().Decide(1, -300).Score(), 10000) << "never a deduction";
}

TEST(Amended, TheLineSaysWhatItAsksForNow) {
  const Outcome outcome = Amending(PackText("fixed: \"-12\"")).Find().Decide(1, -500).Run();
  const Line& line = outcome.lines.back();
  EXPECT_EQ(line.asked, -500);
  EXPECT_EQ(line.counted, -500);
  EXPECT_EQ(CutWord(line.cut), "amended");
}

TEST(Amended, NoFactorIsAppliedAndLimitsAndDecayAre) {
  EXPECT_EQ(Amending(PackText("fixed: \"-12\"", "factor: \"50\"")).Find().Decide(1, -500).Score(),
            9500);
  EXPECT_EQ(Amending(PackText("fixed: \"-12\"", "piece_limits { least: \"-4\" }"))
                .Find()
                .Decide(1, -500)
                .Score(),
            9600);
  EXPECT_EQ(Amending(PackText("fixed: \"-12\"", "decay { from_month: 1 percent: \"50\" }"))
                .Find()
                .Decide(1, -500)
                .Score(),
            9750);
  EXPECT_EQ(Amending(PackText("fixed: \"-12\"", "limits { least: \"-15\" }"))
                .Find()
                .Find(DayOf(2026, 2, 1))
                .Decide(1, -500)
                .Score(),
            8500);
}

TEST(Amended, AnEscalatedPieceIsHeldByTheRowOfItsPlace) {
  const std::string rows = PackText("escalation { rows: \"-2\" rows: \"-6\" }");
  const Day later = DayOf(2026, 2, 1);
  EXPECT_EQ(Amending(rows).Find().Find(later).Score(), 9200);
  EXPECT_EQ(Amending(rows).Find().Find(later).Decide(1, -400).Score(), 9200);
  EXPECT_EQ(Amending(rows).Find().Find(later).Decide(2, -400).Score(), 9400);
}

TEST(Amended, GivenPointsAreDecidedAnewAndGoThroughTheRule) {
  const std::string given = PackText("given { sign: DEMERIT }",
                                     "factor: \"50\" piece_limits { least: \"-20\" most: \"0\" }");
  EXPECT_EQ(Amending(given).Find(DayOf(2026, 1, 10), 800).Score(), 9600);
  EXPECT_EQ(Amending(given).Find(DayOf(2026, 1, 10), 800).Decide(1, 400).Score(), 9800);
}

TEST(Amended, ARepairKeepsOfWhatIsLeft) {
  const std::string fixed = PackText("fixed: \"-12\"");
  EXPECT_EQ(Amending(fixed).Find().Decide(1, -500).Repair(1, -300).Score(), 9700);
  EXPECT_EQ(Amending(fixed).Find().Decide(1, -500).Repair(1, -900).Score(), 9500);
}

TEST(Uses, SayWhatEachItemMayAskFor) {
  const auto one = [](const std::string& points, const std::string& more = "") {
    const std::vector<Use> uses = Amending(PackText(points, more)).Find().Uses();
    EXPECT_EQ(uses.size(), 1U);
    return uses.empty() ? Use{} : uses[0];
  };
  EXPECT_EQ(one("fixed: \"-12\"").least, -1200);
  EXPECT_EQ(one("fixed: \"-12\"", "factor: \"50\"").most, -600);
  EXPECT_EQ(one("escalation { rows: \"-2\" rows: \"-6\" }").least, -600);
  EXPECT_EQ(one("escalation { rows: \"-2\" rows: \"-6\" }").most, -200);
  const Use given = one("given { sign: DEMERIT }", "piece_limits { least: \"-20\" most: \"20\" }");
  EXPECT_EQ(given.least, -2000);
  EXPECT_EQ(given.most, 0);
  EXPECT_TRUE(given.signs);
  const std::string serious =
      PackText("fixed: \"-12\"", "filter { levels: LEVEL_CITY } repair_class: \"own\"");
  EXPECT_TRUE(Amending(serious).Find().Uses().empty()) << "the filter leaves it out";
}

}  // namespace
}  // namespace xince::evaluate
