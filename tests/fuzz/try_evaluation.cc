#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "services/runtime/text_proto.h"
#include "services/scoring/evaluate/cases.h"
#include "services/scoring/evaluate/rank.h"
#include "tests/fuzz/mutate.h"
#include "tests/fuzz/targets.h"

namespace xince::fuzz {
namespace {

using evaluate::Day;
using evaluate::Evaluator;
using evaluate::Explain;
using evaluate::Fact;
using evaluate::Hundredths;
using evaluate::Line;
using evaluate::Outcome;

/// Most cases and subjects of an input that are evaluated.
constexpr int kCasesTried = 4;
constexpr int kSubjectsTried = 4;

void Demand(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "fuzz: evaluation: %s\n", what);
  std::abort();
}

bool SameResult(const Outcome& a, const Outcome& b) {
  return a.score == b.score && a.grade == b.grade && a.rated == b.rated &&
         a.rank_pending == b.rank_pending && a.grade_rows == b.grade_rows && a.items == b.items &&
         a.groups == b.groups && a.vetoes == b.vetoes && a.restrictions == b.restrictions &&
         a.proposals == b.proposals && a.contested == b.contested &&
         a.uncontested_score == b.uncontested_score && a.uncontested_grade == b.uncontested_grade &&
         a.uncontested_rated == b.uncontested_rated;
}

bool SameLine(const Line& a, const Line& b) {
  return a.item == b.item && a.cut_group == b.cut_group && a.origin == b.origin && a.cut == b.cut &&
         a.contested == b.contested && a.evidence == b.evidence && a.project == b.project &&
         a.asked == b.asked && a.decayed == b.decayed && a.in_item == b.in_item &&
         a.counted == b.counted && a.start == b.start && a.end == b.end &&
         a.repair_from == b.repair_from;
}

bool SameLines(const Outcome& a, const Outcome& b) {
  return std::equal(a.lines.begin(), a.lines.end(), b.lines.begin(), b.lines.end(), SameLine);
}

void DemandSums(const Outcome& outcome) {
  Hundredths total = 0;
  std::map<uint16_t, Hundredths> of_item;
  for (const Line& line : outcome.lines) {
    total += line.counted;
    of_item[line.item] += line.in_item;
  }
  Demand(total == outcome.score, "lines sum to the score");
  for (const auto& [item, sum] : of_item) {
    if (item < outcome.items.size())
      Demand(sum == outcome.items[item].value, "lines of an item sum to its value");
  }
}

/// One subject of one world, to be evaluated in every way.
class Subject {
 public:
  Subject(const evaluate::CompiledSubjectPolicy& policy,
          const evaluate::CaseWorld& world,
          const std::string& name)
      : policy_(policy),
        world_(world),
        name_(name),
        facts_(world.FactsOf(name)),
        known_(world.SubjectOf(name, policy)) {}

  /// Cheap checks always, dear ones for a part of the inputs: `random` says which.
  void Hold(Evaluator& used, Random& random) {
    const Outcome outcome = Evaluate(policy_, facts_, known_, world_.as_of(), Explain::kYes);
    DemandSums(outcome);
    Demand(outcome.next_change > outcome.day, "the next change is later than the day");
    std::vector<Fact> shuffled = facts_;
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    const bool with_lines = random() % 2 == 0;
    const Outcome& again = used.Run(policy_,
                                    shuffled,
                                    known_,
                                    outcome.day,
                                    {.explain = with_lines ? Explain::kYes : Explain::kNo});
    Demand(SameResult(outcome, again) && outcome.next_change == again.next_change,
           "the same with lines and without, for facts in another order");
    Demand(with_lines ? SameLines(outcome, again) : again.lines.empty(),
           "the same lines for facts in another order");
    HoldLean(outcome, shuffled, used);
    HoldWithoutContested(outcome, used);
    HoldWhenRanked(outcome, used);
    if (random() % 2 == 0) HoldUntilNextChange(outcome, used, random);
    if (random() % 4 == 0) HoldWords(outcome);
    if (random() % 8 == 0) HoldAhead(outcome);
  }

 private:
  void HoldUntilNextChange(const Outcome& outcome, Evaluator& used, Random& random) {
    const Day last = std::min(outcome.next_change - 1, outcome.day + 4000);
    const Day probe =
        random() % 2 == 0
            ? last
            : outcome.day +
                  static_cast<Day>(random() % static_cast<uint32_t>(last - outcome.day + 1));
    const Outcome& later = used.Run(policy_, facts_, known_, probe, {.explain = Explain::kYes});
    Demand(SameResult(outcome, later), "nothing changes before the next change");
    for (size_t i = 0; i < outcome.lines.size(); ++i) {
      Line line = later.lines.size() == outcome.lines.size() ? later.lines[i] : Line();
      // A national repair class may begin meanwhile; a date that is only shown is no change.
      line.repair_from = outcome.lines[i].repair_from;
      Demand(SameLine(outcome.lines[i], line), "no line changes before the next change");
    }
  }

  void HoldLean(const Outcome& outcome, absl::Span<const Fact> facts, Evaluator& used) {
    const Outcome& lean =
        used.Run(policy_, facts, known_, outcome.day, {.explain = Explain::kLean});
    Demand(lean.score == outcome.score && lean.grade == outcome.grade &&
               lean.rated == outcome.rated && lean.rank_pending == outcome.rank_pending &&
               lean.grade_rows == outcome.grade_rows && lean.vetoes == outcome.vetoes &&
               lean.proposals == outcome.proposals,
           "the same when only the outcome is asked for");
    Demand(std::equal(lean.restrictions.begin(),
                      lean.restrictions.end(),
                      outcome.restrictions.begin(),
                      outcome.restrictions.end(),
                      [](const auto& a, const auto& b) {
                        return a.restriction == b.restriction && a.until == b.until;
                      }),
           "the same restrictions when only the outcome is asked for");
  }

  void HoldWithoutContested(const Outcome& outcome, Evaluator& used) {
    if (!outcome.contested) return;
    std::vector<Fact> rest;
    for (const Fact& fact : facts_) {
      if (!fact.contested) rest.push_back(fact);
    }
    const Outcome& without = used.Run(policy_, rest, known_, outcome.day);
    Demand(without.score == outcome.uncontested_score &&
               without.grade == outcome.uncontested_grade &&
               without.rated == outcome.uncontested_rated,
           "without contested pieces as if there were none");
  }

  void HoldWhenRanked(const Outcome& outcome, Evaluator& used) {
    if (!outcome.rank_pending || !outcome.rated) return;
    evaluate::Ranked ranked{
        .name = name_, .score = outcome.score, .grade_rows = outcome.grade_rows};
    ranked.tie_breaks = TieBreakValues(policy_, outcome, known_);
    evaluate::SubjectFacts known = known_;
    known.ranked_grade = RankGrades(policy_, absl::MakeConstSpan(&ranked, 1)).front();
    if (known.ranked_grade < 0) return;
    Demand(!used.Run(policy_, facts_, known, outcome.day).rank_pending, "a given rank is taken");
  }

  void HoldWords(const Outcome& outcome) {
    (void)Describe(outcome, policy_, world_, name_);
    (void)CanonicalBytes(outcome,
                         policy_,
                         {.evidence = [this](uint32_t e) { return world_.EvidenceId(e); },
                          .project = [this](uint32_t p) { return world_.ProjectName(p); }});
  }

  void HoldAhead(const Outcome& outcome) {
    Day before = outcome.day;
    for (const Outcome& next : Ahead(policy_, facts_, known_, outcome.day, outcome.day + 2000, 3)) {
      Demand(next.day > before && next.day <= outcome.day + 2000, "steps ahead come in order");
      before = next.day;
    }
  }

  const evaluate::CompiledSubjectPolicy& policy_;
  const evaluate::CaseWorld& world_;
  const std::string name_;
  const std::vector<Fact> facts_;
  const evaluate::SubjectFacts known_;
};

void HoldCase(const evaluate::CompiledPack& pack,
              const policy::v1::Case& one,
              const evaluate::CaseWorld& world,
              Random& random) {
  Evaluator used;
  for (int i = 0; i < std::min(one.expect_size(), kSubjectsTried); ++i) {
    const std::string& name = one.expect(i).subject();
    const auto kind = type::KindOfCollection(absl::string_view(name).substr(0, name.find('/')));
    const auto* policy = kind.has_value() ? pack.ForSubject(*kind) : nullptr;
    if (policy != nullptr) Subject(*policy, world, name).Hold(used, random);
  }
}

}  // namespace

std::vector<std::string> SplitSections(absl::string_view input) {
  std::vector<std::string> sections(1);
  absl::ConsumeSuffix(&input, "\n");
  for (const absl::string_view line : absl::StrSplit(input, '\n')) {
    if (absl::StartsWith(line, kSection)) {
      sections.emplace_back();
      continue;
    }
    sections.back().append(line.data(), line.size());
    sections.back().push_back('\n');
  }
  return sections;
}

std::string JoinSections(const std::vector<std::string>& sections) {
  std::string input = sections.front();
  for (size_t i = 1; i < sections.size(); ++i) {
    if (!input.empty() && input.back() != '\n') input.push_back('\n');
    input.append(kSection.data(), kSection.size());
    input.push_back('\n');
    input += sections[i];
  }
  return input;
}

std::optional<policy::Pack> TryEvaluation(absl::string_view input) {
  if (input.size() > kInputBytesMax) return std::nullopt;
  const std::vector<std::string> sections = SplitSections(input);
  policy::v1::CaseFile file;
  if (sections.size() < 2 ||
      !runtime::ParseTextProto(sections[0], "cases", "CASE_SYNTAX", file).ok())
    return std::nullopt;
  std::vector<policy::Pack> packs;
  for (size_t i = 1; i < sections.size(); ++i) {
    auto loaded = policy::LoadPack(sections[i], "pack");
    if (!loaded.ok()) return std::nullopt;
    packs.push_back(*std::move(loaded));
  }
  const policy::Pack pack = packs.front();
  const auto set = policy::PackSet::Make(packs);
  if (!set.ok()) return std::nullopt;
  std::vector<const policy::Pack*> national;
  for (const policy::Pack& other : packs) {
    if (other.proto().jurisdiction() == "0") national.push_back(&other);
  }
  std::sort(national.begin(), national.end(), [](const auto* a, const auto* b) {
    return b->from() < a->from();
  });
  evaluate::Vocabulary vocabulary;
  const std::vector<const policy::Pack*> earlier = set->EarlierThan(pack);
  const auto compiled = evaluate::Compile(
      pack, {.vocabulary = &vocabulary, .earlier = earlier, .national = national});
  if (!compiled.ok()) return std::nullopt;
  Random random(static_cast<uint32_t>(std::hash<std::string>{}(std::string(input))) | 1U);
  for (int i = 0; i < std::min(file.cases_size(), kCasesTried); ++i) {
    const auto world = evaluate::CaseWorld::Make(file.cases(i), vocabulary);
    if (world.ok()) HoldCase(*compiled, file.cases(i), *world, random);
  }
  return pack;
}

}  // namespace xince::fuzz
