#include "services/scoring/evaluate/counterfactual.h"

#include <algorithm>
#include <compare>
#include <map>
#include <tuple>
#include <utility>

#include "services/scoring/evaluate/engine.h"

namespace xince::evaluate {
namespace {

// What counts of an outcome for the aim.
struct Reached {
  Hundredths score = 0;
  uint16_t grade = kNoIndex;
  std::vector<uint16_t> restrictions;
};

struct Candidate {
  Step step;
  /// Index of the fact; of a merit, the piece.
  size_t fact = 0;
  SupposedPiece piece;
  /// Days after `step.on` on which something of it takes effect.
  std::vector<Day> effects;
  /// Reaches the aim without another step.
  bool alone = false;
};

// What the lines of one piece of evidence say together.
struct Held {
  size_t fact = 0;
  /// The line that takes most.
  const Line* worst = nullptr;
  Hundredths taken = 0;
  bool correctable = false;
  bool repairable = true;
  Day repair_on = kNoDay;
};

// What makes one way cheaper than another, in this order.
struct Cost {
  size_t steps = 0;
  int merits = 0;
  int repairs = 0;
  Day reached_on = kNoDay;
  Hundredths points = 0;
  std::vector<size_t> candidates;

  friend auto operator<=>(const Cost&, const Cost&) = default;
};

class Search {
 public:
  Search(const CompiledSubjectPolicy& policy,
         absl::Span<const Fact> facts,
         const SubjectFacts& subject,
         Day day)
      : policy_(policy),
        t_(policy.tables()),
        subject_(subject),
        day_(day),
        calendar_(t_.year_month),
        horizon_(calendar_.AddMonths(day, kWayMonths)),
        given_(facts),
        facts_(facts.begin(), facts.end()),
        now_(evaluator_.Run(policy, facts_, subject, day, {.explain = Explain::kYes})) {}

  WaysUp Run();

 private:
  using Steps = absl::Span<Candidate* const>;

  WaysUp::Aim ChooseAim() const;
  void Collect();
  void CollectEvidence();
  void AddHeld(const Held& held);
  void AddMerit(uint16_t item, Hundredths missing);
  [[nodiscard]] const Rule* RuleOf(uint16_t item, const Fact& fact) const;
  [[nodiscard]] std::vector<Day> EffectsOfCorrection(const Fact& fact) const;

  [[nodiscard]] size_t RowOf(uint16_t grade) const {
    return grade == kNoIndex ? t_.grades.size() : grade;
  }
  Reached On(Day day);
  const Reached& Untouched(Day day);
  bool Try(Steps steps);
  void Take(Steps steps, WayUp way);
  bool Reaches(const Reached& after, const Reached& untouched, WayUp& way) const;
  void Apply(const Candidate& candidate);
  void TakeBack(const Candidate& candidate);
  void TryPairs();

  const CompiledSubjectPolicy& policy_;
  const Tables& t_;
  const SubjectFacts& subject_;
  const Day day_;
  const Calendar calendar_;
  const Day horizon_;
  Evaluator evaluator_;
  const absl::Span<const Fact> given_;
  /// The facts with the steps that are being tried.
  std::vector<Fact> facts_;
  const Outcome now_;
  std::map<Day, Reached> untouched_;
  std::vector<Candidate> candidates_;
  WaysUp found_;
  /// What each way costs, in the order of found_.ways.
  std::vector<Cost> costs_;
};

WaysUp::Aim Search::ChooseAim() const {
  if (t_.has_quota) return WaysUp::Aim::kNone;
  if (!t_.grades.empty() && now_.grade != 0) return WaysUp::Aim::kGrade;
  return now_.restrictions.empty() ? WaysUp::Aim::kNone : WaysUp::Aim::kRestriction;
}

Reached Search::On(Day day) {
  const Outcome& outcome =
      evaluator_.Run(policy_, facts_, subject_, day, {.explain = Explain::kLean});
  Reached reached{.score = outcome.score, .grade = outcome.grade};
  for (const ActiveRestriction& active : outcome.restrictions)
    reached.restrictions.push_back(active.restriction);
  return reached;
}

// What comes by itself.
const Reached& Search::Untouched(Day day) {
  const auto found = untouched_.find(day);
  if (found != untouched_.end()) return found->second;
  return untouched_.emplace(day, On(day)).first->second;
}

const Rule* Search::RuleOf(uint16_t item, const Fact& fact) const {
  for (uint32_t r = t_.kind_begin[fact.kind]; r < t_.kind_begin[fact.kind + 1]; ++r) {
    const Rule& rule = t_.rules[t_.rule_of_kind[r].rule];
    const Day own = rule.own_by_occurred ? fact.occurred : fact.determined;
    const bool dated = !rule.own_dated || (rule.own_from <= own && own < rule.own_until);
    if (rule.item == item && (rule.reach & fact.reach) != 0 && dated) return &rule;
  }
  return nullptr;
}

void Search::CollectEvidence() {
  std::map<uint32_t, size_t> fact_of;
  for (size_t i = 0; i < facts_.size(); ++i) fact_of.emplace(facts_[i].evidence, i);
  std::map<uint32_t, Held> pieces;
  for (const Line& line : now_.lines) {
    if (line.origin != Origin::kEvidence || line.asked > 0) continue;
    const size_t fact = fact_of.at(line.evidence);
    const Rule* const rule = RuleOf(line.item, facts_[fact]);
    Held& held = pieces.try_emplace(facts_[fact].order, Held{.fact = fact}).first->second;
    if (held.worst == nullptr || line.counted < held.worst->counted) held.worst = &line;
    held.taken -= line.counted;
    held.correctable |= rule->end == Rule::End::kUntilCorrected;
    held.repair_on = std::max(held.repair_on, line.repair_from);
    if (line.repair_from == kNoDay && line.asked < 0) held.repairable = false;
  }
  for (const auto& [order, held] : pieces) AddHeld(held);
}

void Search::AddHeld(const Held& held) {
  const Fact& fact = facts_[held.fact];
  const Step step{
      .item = held.worst->item, .evidence = fact.evidence, .on = day_, .points = held.taken};
  if (held.correctable && fact.corrected == kNoDay) {
    candidates_.push_back({.step = step, .fact = held.fact, .effects = EffectsOfCorrection(fact)});
  }
  const Day on = std::max(day_, held.repair_on);
  if (!held.repairable || held.repair_on == kNoDay || on > horizon_) return;
  Candidate& repair = candidates_.emplace_back();
  repair.step = step;
  repair.step.kind = Step::Kind::kRepair;
  repair.step.on = on;
  repair.fact = held.fact;
}

std::vector<Day> Search::EffectsOfCorrection(const Fact& fact) const {
  Fact corrected = fact;
  corrected.corrected = day_;
  std::vector<Day> days;
  for (uint32_t r = t_.kind_begin[fact.kind]; r < t_.kind_begin[fact.kind + 1]; ++r) {
    const Rule& rule = t_.rules[t_.rule_of_kind[r].rule];
    const Day start = StartOf(rule, fact, calendar_);
    const Day end = EndOf(rule, corrected, start, calendar_);
    if (end > day_ && end <= horizon_ && end < EndOf(rule, fact, start, calendar_))
      days.push_back(end);
  }
  return days;
}

// `missing` is what the item counts now for want of a piece.
void Search::AddMerit(uint16_t item, Hundredths missing) {
  std::optional<SupposedPiece> piece = BestPiece(policy_, item, day_);
  if (!piece.has_value()) return;
  const Fact fact = piece->Get();
  const Rule* const rule = RuleOf(item, fact);
  const Day start = std::max(day_, StartOf(*rule, fact, calendar_));
  if (start > horizon_) return;
  const Outcome& alone = evaluator_.Run(
      policy_, absl::MakeConstSpan(&fact, 1), subject_, start, {.explain = Explain::kYes});
  Hundredths points = 0;
  for (const Line& line : alone.lines) {
    if (line.item == item && line.origin == Origin::kEvidence) points += line.in_item;
  }
  if (points <= 0 && points <= missing) return;
  Candidate& merit = candidates_.emplace_back();
  merit.step = {.kind = Step::Kind::kMerit, .item = item, .on = day_, .points = points};
  merit.piece = *std::move(piece);
  if (start > day_) merit.effects.push_back(start);
}

void Search::Collect() {
  CollectEvidence();
  std::vector<const Line*> first(t_.items.size(), nullptr);
  for (const Line& line : now_.lines) {
    if (first[line.item] == nullptr) first[line.item] = &line;
  }
  for (uint16_t i = 0; i < t_.items.size(); ++i) {
    const Item& item = t_.items[i];
    if (item.source != Item::Source::kEvidence || item.veto != Item::VetoEffect::kNone) continue;
    if (first[i] != nullptr && first[i]->origin != Origin::kMissing) continue;
    AddMerit(i, first[i] == nullptr ? 0 : first[i]->in_item);
  }
  const auto key = [](const Candidate& c) { return std::tuple(-c.step.points, c.step.kind); };
  std::stable_sort(candidates_.begin(),
                   candidates_.end(),
                   [&](const Candidate& a, const Candidate& b) { return key(a) < key(b); });
  found_.limited = candidates_.size() > kCandidatesMax;
  if (found_.limited) candidates_.resize(kCandidatesMax);
}

void Search::Apply(const Candidate& candidate) {
  switch (candidate.step.kind) {
    case Step::Kind::kCorrect:
      facts_[candidate.fact].corrected = day_;
      break;
    case Step::Kind::kRepair:
      facts_[candidate.fact].reach = 0;
      break;
    case Step::Kind::kMerit:
      facts_.push_back(candidate.piece.Get());
      break;
  }
}

void Search::TakeBack(const Candidate& candidate) {
  if (candidate.step.kind == Step::Kind::kMerit) {
    facts_.pop_back();
  } else {
    facts_[candidate.fact] = given_[candidate.fact];
  }
}

bool Search::Reaches(const Reached& after, const Reached& untouched, WayUp& way) const {
  if (found_.aim == WaysUp::Aim::kGrade) {
    return RowOf(after.grade) < RowOf(now_.grade) && RowOf(untouched.grade) >= RowOf(now_.grade);
  }
  const auto holds = [](const Reached& at, uint16_t restriction) {
    return std::count(at.restrictions.begin(), at.restrictions.end(), restriction) != 0;
  };
  way.lifted.clear();
  size_t kept = 0;
  for (const ActiveRestriction& active : now_.restrictions) {
    const bool still = holds(after, active.restriction);
    kept += still ? 1 : 0;
    if (!still && holds(untouched, active.restriction)) way.lifted.push_back(active.restriction);
  }
  return !way.lifted.empty() && kept == after.restrictions.size();
}

// Looks at the day of the last step and at each later one on which a step takes effect.
bool Search::Try(Steps steps) {
  Day last = day_;
  std::vector<Day> days;
  for (const Candidate* step : steps) last = std::max(last, step->step.on);
  days.push_back(last);
  for (const Candidate* step : steps) {
    for (const Day effect : step->effects) {
      if (effect > last) days.push_back(effect);
    }
  }
  std::sort(days.begin(), days.end());
  for (const Day day : days) {
    for (const Candidate* step : steps) Apply(*step);
    const Reached after = On(day);
    for (const Candidate* step : steps) TakeBack(*step);
    WayUp way{.reached_on = day, .score = after.score, .grade = after.grade};
    if (!Reaches(after, Untouched(day), way)) continue;
    Take(steps, std::move(way));
    return true;
  }
  return false;
}

// Puts a way in its place by what it costs.
void Search::Take(Steps steps, WayUp way) {
  Cost cost;
  cost.steps = steps.size();
  cost.reached_on = way.reached_on;
  for (const Candidate* step : steps) {
    way.steps.push_back(step->step);
    cost.merits += step->step.kind == Step::Kind::kMerit ? 1 : 0;
    cost.repairs += step->step.kind == Step::Kind::kRepair ? 1 : 0;
    cost.points += step->step.points;
    cost.candidates.push_back(static_cast<size_t>(step - candidates_.data()));
  }
  const auto place = std::upper_bound(costs_.begin(), costs_.end(), cost) - costs_.begin();
  costs_.insert(costs_.begin() + place, std::move(cost));
  found_.ways.insert(found_.ways.begin() + place, std::move(way));
  if (found_.ways.size() <= kWaysMax) return;
  found_.ways.pop_back();
  costs_.pop_back();
}

void Search::TryPairs() {
  const size_t count = std::min(candidates_.size(), kPairCandidatesMax);
  if (facts_.size() > kPairFactsMax) {
    found_.limited |= count > 1;
    return;
  }
  found_.limited |= candidates_.size() > count;
  for (size_t i = 0; i < count; ++i) {
    for (size_t j = i + 1; j < count; ++j) {
      Candidate& a = candidates_[i];
      Candidate& b = candidates_[j];
      const bool same = a.step.evidence != kNone && a.step.evidence == b.step.evidence;
      if (a.alone || b.alone || same) continue;
      Candidate* const both[] = {&a, &b};
      Try(both);
    }
  }
}

WaysUp Search::Run() {
  found_.aim = ChooseAim();
  if (found_.aim == WaysUp::Aim::kNone) return std::move(found_);
  Collect();
  for (Candidate& candidate : candidates_) {
    Candidate* const one[] = {&candidate};
    candidate.alone = Try(one);
  }
  if (found_.ways.size() < kWaysMax) TryPairs();
  return std::move(found_);
}

}  // namespace

WaysUp FindWaysUp(const CompiledSubjectPolicy& policy,
                  absl::Span<const Fact> facts,
                  const SubjectFacts& subject,
                  Day day) {
  return Search(policy, facts, subject, day).Run();
}

}  // namespace xince::evaluate
