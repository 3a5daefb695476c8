#include "services/scoring/evaluate/block.h"

#include "absl/strings/str_replace.h"
#include <gtest/gtest.h>

#include "services/scoring/evaluate/test_packs.h"
#include "services/scoring/evaluate/test_world.h"

namespace xince::evaluate {
namespace {

// A block of firms with random facts, lists, attributes and histories.
struct Firms {
  Firms(TestPack& pack, uint32_t seed) : random(pack, seed) {
    const size_t count = 1 + random.Below(20);
    for (size_t i = 0; i < count; ++i) {
      const size_t pieces = random.Below(4) == 0 ? 0 : random.Below(40);
      for (size_t p = 0; p < pieces; ++p) {
        facts.push_back(random.Make(EveryKind()));
        Fact& fact = facts.back();
        // Mostly direct, and often on the same days.
        if (random.Below(3) != 0) fact.reach = kDirect;
        if (random.Below(3) == 0) fact.occurred = fact.determined = fact.determined / 90 * 90;
        if (random.Below(15) == 0) fact.reach = 0;
      }
      ends.push_back(static_cast<uint32_t>(facts.size()));
      const Day from = DayOf(2020, 1, 1) + static_cast<Day>(random.Below(1200));
      lists.push_back({.list = pack.vocabulary->names.Intern("blacklist"),
                       .from = from,
                       .until = from + static_cast<Day>(random.Below(600))});
      attributes.push_back({.name = pack.vocabulary->names.Intern("filed"),
                            .text = pack.vocabulary->names.Intern("yes"),
                            .date = from,
                            .from = from - 100,
                            .until = from + static_cast<Day>(random.Below(700))});
    }
    columns = ColumnsOf(facts, ends);
  }

  absl::Span<const Fact> FactsOf(size_t firm) const {
    const uint32_t begin = firm == 0 ? 0 : ends[firm - 1];
    return absl::MakeConstSpan(facts).subspan(begin, ends[firm] - begin);
  }
  SubjectFacts Subject(size_t firm) const {
    return {.attributes = absl::MakeConstSpan(&attributes[firm], 1),
            .lists = absl::MakeConstSpan(&lists[firm], 1)};
  }

  RandomFacts random;
  std::vector<Fact> facts;
  std::vector<uint32_t> ends;
  std::vector<Listed> lists;
  std::vector<Attribute> attributes;
  FactColumns columns;
};

template <typename Numbers>
std::vector<uint16_t> HoldingOf(const Numbers& by_effect, size_t firm) {
  std::vector<uint16_t> numbers;
  for (size_t i = 0; i < by_effect.size(); ++i) {
    if (by_effect[i][firm] != 0) numbers.push_back(static_cast<uint16_t>(i));
  }
  return numbers;
}

void ExpectAsAlone(const Outcome& alone, const BlockOutcome& block, size_t firm) {
  ASSERT_EQ(block.score[firm], alone.score);
  ASSERT_EQ(block.grade[firm], alone.grade);
  ASSERT_EQ(block.rated[firm] != 0, alone.rated);
  std::vector<uint16_t> restrictions;
  for (const ActiveRestriction& active : alone.restrictions)
    restrictions.push_back(active.restriction);
  ASSERT_EQ(HoldingOf(block.restrictions, firm), restrictions);
  ASSERT_EQ(HoldingOf(block.proposals, firm), alone.proposals);
  ASSERT_EQ(block.has_effects[firm] != 0, !restrictions.empty() || !alone.proposals.empty());
}

constexpr char kMixed[] = R"(
    groups { id: "mix" zh: "加权" mode: MIX
      raters { member: "street" weight: "50" missing: RENORMALISE }
      raters { member: "committee" weight: "30" missing: FULL full: "-80" }
      raters { member: "sheet" weight: "10" missing: ZERO }
      raters { member: "own" weight: "10" missing: NOT_RATED } }
    groups { id: "sheet" zh: "评分表" parent: "mix" limits { least: "0" most: "9" } }
    groups { id: "best" zh: "最高" mode: HIGHEST limits { most: "12" } }
    items { id: "street" zh: "街道" group: "mix" kinds: "x.a" filter { measures { measure: "rate" is { at_least: "30" } } issuer_levels: LEVEL_CITY issuer_levels: LEVEL_STREET } points { by_band { measure: "amount" bands { below: "20" points: "-4" } bands { below: "80" points: "1" } bands { points: "6.5" } } } counting { combine: MEAN min_pieces: 2 } validity { scoring_years: 1 } }
    items { id: "committee" zh: "业委会" group: "mix" kinds: "x.b" points { given { measure: "rate" } } piece_limits { least: "0" most: "100" } validity { months: 9 } }
    items { id: "checks" zh: "检查" group: "sheet" kinds: ["x.c", "x.g"] points { ratio { points: "5" numerator: "on-time" denominator: "all" } } counting { per: MATTER keep: FIRST } validity { months: 20 } }
    items { id: "own" zh: "自评" group: "mix" kinds: "x.d" points { per_unit { points: "-0.5" measure: "count" part: BEGUN } } validity { until_stated { otherwise_months: 6 } } }
    items { id: "one" zh: "一" group: "best" kinds: "x.e" points { by_level { of_issuer: true rows { level: LEVEL_CITY points: "3" } rows { level: LEVEL_STREET points: "-5" } } } validity { scoring_years: 0 } counting { per: ISSUER keep: HIGHEST } }
    items { id: "two" zh: "二" group: "best" kinds: "x.f" factor: "33" points { fixed: "-7" } validity { start: OCCURRED scoring_years: 1 } }
    items { id: "report" zh: "报告" kinds: "x.h" points { fixed: "0" } validity { scoring_years: 0 } expected { points: "-3" when { attribute { name: "filed" of: "yes" } } due_month: 10 due_day: 15 } }
    items { id: "small" zh: "小型" kinds: "x.c" points { fixed: "1" } validity { months: 4 } limits { most: "2" } not_applicable { when { listed { of: "blacklist" } } points: "-7" } }
    items { id: "fraud" zh: "弄虚作假" kinds: "x.f" filter { levels: LEVEL_CITY } validity { months: 12 } veto { not_rated: true } }
    items { id: "exit" zh: "退出" kinds: "x.none" filter { levels: LEVEL_NATIONAL } validity { never {} } veto { list: "blacklist" } }
    list_proposals { list: "blacklist" when { merits { span: THIS_YEAR items: ["honour", "street"] is { at_least: "5" } } } months: 6 }
)";

class Blocks : public testing::TestWithParam<uint32_t> {};

TEST_P(Blocks, SayOfEachSubjectWhatItsOwnEvaluationSays) {
  // Odd seeds ask for the points of everything, means among them, in a period.
  const bool all = GetParam() % 2 == 1;
  const std::string before =
      absl::StrReplaceAll(EveryConditionText(absl::StrCat(kItemsInAnyOrder, kMixed)),
                          {{"demerits { span: THIS_YEAR is",
                            all ? "demerits { span: THIS_YEAR is"
                                : "demerits { span: THIS_YEAR items: [\"year\", \"months\"] is"}});
  // The other side differs in limits, points, ends, counting and a condition.
  const std::string after = absl::StrReplaceAll(
      before,
      {{"least: \"-20\" most: \"3\"", "least: \"-12\""},
       {"fixed: \"-3\"", "fixed: \"-4\""},
       {"months: 9", "months: 8"},
       {"keep: FIRST", "keep: LATEST"},
       // Asks for another period right before a word.
       {"attribute { name: \"filed\" of: \"yes\" } } }\n",
        "all { of { merits { span: LAST_MONTHS months: 7 is { at_least: \"0\" } } } "
        "of { attribute { name: \"filed\" of: \"yes\" } } } } }\n"},
       {"tags: \"poll\"", "tags: \"visit\" tags: \"poll\""},
       {"at_least: \"90\"", "at_least: \"97\""}});
  TestPack pack = CompileText(before);
  const CompiledPack other =
      *Compile(*policy::LoadPack(after, "after"), {.vocabulary = pack.vocabulary.get()});
  const std::array<const CompiledSubjectPolicy*, 2> sides = {
      &pack.firm(), other.ForSubject(type::SubjectKind::kFirm)};
  const BlockRules rules(sides[0], sides[1]);
  ASSERT_TRUE(rules.Covers(0) && rules.Covers(1));
  BlockEvaluator blocks;
  Evaluator evaluator;
  for (uint32_t block = 0; block < 4; ++block) {
    const Firms firms(pack, GetParam() * 10 + block);
    const Day day = DayOf(2020, 6, 1) + static_cast<Day>(GetParam() * 37 % 1400);
    blocks.Run(rules,
               {.subjects = firms.ends.size(),
                .facts = firms.facts,
                .columns = &firms.columns,
                .subject = [&](size_t i) { return firms.Subject(i); },
                .facts_of = [&](size_t i) { return firms.FactsOf(i); }},
               day);
    for (size_t side = 0; side < 2; ++side) {
      for (size_t firm = 0; firm < firms.ends.size(); ++firm) {
        const Outcome& alone =
            evaluator.Run(*sides[side], firms.FactsOf(firm), firms.Subject(firm), day);
        ASSERT_NO_FATAL_FAILURE(ExpectAsAlone(alone, blocks.outcome(side), firm))
            << "side " << side << ", firm " << firm << " of block " << block;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Blocks, testing::Range(uint32_t{1}, uint32_t{80}));

TEST(BlockRules, LeaveWhatNeedsPiecesInOrderToItsOwnEvaluation) {
  const TestPack in_order = CompileText(EveryConditionText(kItemsInOrder));
  const BlockRules rules(nullptr, &in_order.firm());
  EXPECT_FALSE(rules.Covers(0));
  EXPECT_FALSE(rules.Covers(1));
}

TEST(Columns, HoldNoRowsOfMoreFactsThanTheirNumbersReach) {
  std::vector<Fact> facts(kColumnFactsMax);
  for (uint32_t i = 0; i < facts.size(); ++i) {
    facts[i].kind = 1;
    facts[i].reach = kDirect;
    facts[i].matter = i + 1;
  }
  std::vector<uint32_t> ends = {static_cast<uint32_t>(facts.size())};
  const FactColumns columns = ColumnsOf(facts, ends);
  EXPECT_EQ(columns.fact.size(), kColumnFactsMax);
  EXPECT_EQ(columns.matter.back(), kColumnFactsMax);
  facts.push_back(facts.back());
  ++ends.back();
  EXPECT_TRUE(ColumnsOf(facts, ends).fact.empty());
}

}  // namespace
}  // namespace xince::evaluate
