#ifndef SERVICES_SCORING_EVALUATE_ENGINE_H_
#define SERVICES_SCORING_EVALUATE_ENGINE_H_

#include <array>
#include <vector>

#include "services/scoring/evaluate/arithmetic.h"
#include "services/scoring/evaluate/calendar.h"
#include "services/scoring/evaluate/compiled.h"
#include "services/scoring/evaluate/evaluate.h"
#include "services/scoring/evaluate/lean.h"
#include "services/scoring/evaluate/outcome.h"

/// The engine behind Evaluator. Used by the sources of this directory only.
namespace xince::evaluate {

/// A piece of evidence (or a project) that counts for an item.
struct Piece {
  /// After counting and the limits of the item.
  Hundredths in_item = 0;
  /// Within kPointsMax, as `value`: after the limits of the piece and decay.
  int32_t asked = 0;
  int32_t value = 0;
  uint32_t order = 0;
  Day start = kNoDay;
  Day end = kForever;
  /// Index of the fact, or of the project.
  uint32_t source = 0;
  uint32_t part = 0;
  int32_t decay = 10000;
  uint16_t item = 0;
  uint16_t rule = 0;
  Cut cut = Cut::kNone;
  bool kept = true;
  bool open = true;
};

/// What an item has come to.
struct ItemState {
  Range pieces;
  Hundredths value = 0;
  /// The line of its own an item may have instead of pieces.
  Hundredths own_line = 0;
  Origin own_origin = Origin::kEvidence;
  bool present = false;
  uint32_t count = 0;
  uint32_t open = 0;
  uint32_t negative_lines = 0;
  /// Sums of the pieces below and above 0.
  Hundredths demerits = 0;
  Hundredths merits = 0;
};

/// Adds a piece that counts `in_item`.
inline void AddPiece(const Piece& piece, Hundredths in_item, ItemState& state) {
  state.value += in_item;
  (in_item < 0 ? state.demerits : state.merits) += in_item;
  state.negative_lines += piece.asked < 0 ? 1 : 0;
  state.open += piece.open ? 1 : 0;
  ++state.count;
}

/// What the pieces of a period took (not above 0) and earned.
struct PeriodPoints {
  bool known = false;
  Hundredths demerits = 0;
  Hundredths merits = 0;
};

/// One look at the facts, filled in step by step as conditions ask for more. `items` holds nothing but
/// what `touched` names, so that an item without a piece costs nothing.
struct Pass {
  Selection selection;
  /// Lines will be written: every piece is kept. Else items that just sum keep none.
  bool with_lines = false;
  bool has_items = false;
  bool has_groups = false;
  bool has_grade = false;
  bool rated = true;
  bool rank_pending = false;
  uint16_t grade = kNoIndex;
  uint32_t grade_rows = 0;
  Day next_change = kForever;
  /// Scoring year of the day: most pieces are of this year.
  ScoringYear year;
  /// As they were found, and by item in the order (start, order).
  std::vector<Piece> found;
  std::vector<Piece> pieces;
  /// By item; at least as many as the policy has.
  std::vector<ItemState> items;
  std::vector<uint16_t> touched;
  std::vector<Sum> groups;
  /// By row of Tables::periods.
  std::vector<PeriodPoints> periods;

  /// Begins anew.
  void Reset(const Tables& tables, const Calendar& calendar, const Selection& with);
  /// Goes to another day of the same scoring year: items stay as they are.
  void MoveTo(Day day);
};

/// Passes over the same facts, kept while they may be asked for again.
class PassCache {
 public:
  /// The pass of a selection: one that is there, or a new one in the place of the oldest.
  Pass& For(const Tables& tables, const Calendar& calendar, const Selection& selection);
  /// Forgets all: the facts are others.
  void Clear() { used_ = 0; }

 private:
  static constexpr size_t kPasses = 12;
  std::array<Pass, kPasses> passes_;
  size_t used_ = 0;
  size_t next_ = 0;
};

/// A measure of a fact by its name; null for none.
inline const MeasureValue* FindMeasure(const Fact& fact, Symbol name) {
  for (uint16_t i = 0; i < fact.measure_count; ++i) {
    if (fact.measures[i].name == name) return &fact.measures[i];
  }
  return nullptr;
}

/// A measure within what measures are taken as.
inline Hundredths Held(Hundredths measure) {
  return std::clamp(measure, -kMeasureMax, kMeasureMax);
}

/// A day on which something that restrictions ask about changes, and the item, or what else, that does.
struct Turn {
  Day day = kNoDay;
  uint16_t item = kNoIndex;
};

/// A fact that a rule may make a piece of in the scoring year that is gone through.
struct Taken {
  const KindRule* entry = nullptr;
  uint32_t fact = 0;
  Day start = kNoDay;
  /// Of the same item; kNone for the last.
  uint32_t next = kNone;
};

/// First day of a piece, and the first day it is no longer active.
Day StartOf(const Rule& rule, const Fact& fact, const Calendar& calendar);
Day EndOf(const Rule& rule, const Fact& fact, Day start, const Calendar& calendar);

/// Evaluates one subject on one day.
class Evaluator::Impl {
 public:
  const Outcome& Run(const CompiledSubjectPolicy& policy,
                     absl::Span<const Fact> facts,
                     const SubjectFacts& subject,
                     Day day,
                     const EvaluateOptions& options);
  std::vector<Use> UsesOf(const CompiledSubjectPolicy& policy, const Fact& fact);

 private:
  friend class BlockEvaluator;

  /// What a rule may ask for; false when it does not take the piece after all.
  bool AsksOf(const Rule& rule, const Fact& fact, Use& use) const;
  void Complete(const EvaluateOptions& options);

  // gather.cc: from facts to pieces.
  void Gather(Pass& pass);
  void TryRule(Pass& pass, const KindRule& entry, uint32_t fact_index);
  void CountAnew(Pass& pass, uint16_t item);
  void Arrange(Pass& pass);
  bool Matches(const Rule& rule, const Fact& fact) const;
  bool Selected(Pass& pass, const Rule& rule, const Fact& fact, Piece& piece);
  bool WholePoints(const Rule& rule, const Fact& fact, Hundredths& points, bool& decided) const;
  bool PointsOf(const Rule& rule, const Fact& fact, Piece& piece) const;
  bool ExactPoints(const Rule& rule, const Fact& fact, Exact& exact, bool& decided) const;
  /// The repair that holds on a day; null for none.
  [[nodiscard]] const Repaired* RepairOf(const Fact& fact, Day day) const;
  /// The piece keeps what its repair says.
  static void KeepRepaired(const Repaired& repair, Piece& piece);
  /// The piece asks for what was decided instead, where something was.
  void Amend(const Rule& rule, const Fact& fact, Piece& piece) const;
  static void SetWholePoints(const Rule& rule, Hundredths points, Piece& piece);
  static void SetPoints(const Rule& rule, Exact exact, Piece& piece);
  /// From what it asks for exactly: rounded, within the limits of a piece, decayed.
  static void SetAsked(const Rule& rule, const Exact& exact, Piece& piece);
  [[nodiscard]] int32_t DecayOn(const Rule& rule, Day start, Day day) const;
  void AddProjects(Pass& pass, uint16_t item);

  // lean.cc: from facts to numbers of items, without pieces.
  [[nodiscard]] bool GathersLean(const Pass& pass) const;
  void GatherLean(Pass& pass);
  void FindRuns();
  void TakeRun(Pass& pass, const KindRun& run, const KindRule& entry, const Window& window);
  void TakeOwnLines(Pass& pass);
  void SumRun(Pass& pass, const RuleRun& run);
  void KeepRun(Pass& pass, const RuleRun& run);
  void CloseKeepers(Pass& pass);
  [[nodiscard]] bool Takes(const RuleRun& run, const Fact& fact, Day& start) const;
  template <typename Take>
  void EachWorth(const Pass& pass, const RuleRun& run, const Take& take) const;
  template <typename Points, typename Take>
  void EachFact(const RuleRun& run, const Points& points, const Take& take) const;
  [[nodiscard]] bool PieceWorth(
      const Pass& pass, const Rule& rule, const Fact& fact, Day start, Worth& worth) const;

  // counting.cc: from pieces to items.
  void Items(Pass& pass);
  void CountItem(Pass& pass, uint16_t index);
  void CountPieces(Pass& pass, const Item& item, ItemState& state);
  static void LimitSum(const Item& item, ItemState& state);
  [[nodiscard]] uint32_t PartOf(const Item& item, const Fact& fact, Day start) const;
  void Part(const Item& item, Piece* begin, Piece* end);
  void Escalate(Piece* begin, Piece* end, Day day);
  void Keep(const Item& item, Piece* begin, Piece* end);
  void Average(Piece* begin, Piece* end);
  void ShareByWeight(const Item& item, Piece* begin, Piece* end);
  void OwnLine(Pass& pass, uint16_t index);
  /// Whether the day on which an item is expected, if it has one, has come in the year of the day.
  [[nodiscard]] bool IsDue(const Item& item, Day day) const;

  // groups.cc: from items to the score.
  void Groups(Pass& pass);
  [[nodiscard]] Sum ValueOf(const Pass& pass, const Member& member) const;
  [[nodiscard]] Sum HighestOf(const Pass& pass, const Group& group) const;
  Sum MixOf(Pass& pass, const Group& group);

  // conditions.cc
  bool Holds(uint32_t root, Pass& pass);
  bool HoldsNode(const ConditionNode& node, Pass& pass);
  bool HoldsEarly(const ConditionNode& node, Day day, bool without_contested) const;
  [[nodiscard]] bool HoldsStreak(const ConditionNode& node, Day day) const;
  [[nodiscard]] bool HoldsAttribute(const ConditionNode& node, Day day) const;
  [[nodiscard]] bool HoldsMeasure(const ConditionNode& node, Day day, bool without_contested) const;
  const PeriodPoints& PointsOfPeriod(uint32_t row, Pass& pass);
  Selection SelectionOf(const PeriodRow& row, const Pass& pass) const;
  void Grade(Pass& pass);
  [[nodiscard]] bool InSet(const Range& set, Symbol symbol) const;
  [[nodiscard]] const Recorded* RecordedAt(Day on) const;

  // effects.cc
  void Restrict(Pass& pass, Outcome& outcome);
  int TriggerYear(const RestrictionRow& row, Pass& pass);
  bool HoldsOn(const RestrictionRow& row, Pass& pass);
  bool HeldBefore(const RestrictionRow& row, Pass& pass);
  bool HeldIn(const RestrictionRow& row, int year, bool without_contested);
  void Propose(Pass& pass, Outcome& outcome);
  [[nodiscard]] Day NextOther(Day day) const;
  template <typename Take>
  void EachOtherBoundary(Day day, const Take& take) const;

  // begins.cc: since when restrictions hold.
  void FindBegins(Outcome& outcome, bool without_contested);
  void AskItems(const Outcome& outcome);
  void GoBack(Outcome& outcome, Day start);
  void FindTurns(Day start);
  void StepBack(absl::Span<const Turn> turns, Day day);
  template <typename StillHolds>
  void StopUnless(const Outcome& outcome, const StillHolds& holds);
  template <typename Take>
  void TurnsOfPiece(const KindRule& entry, uint32_t fact, const Take& take);

  // explain.cc
  void WriteExplanation(const Pass& pass, Outcome& outcome);
  void WriteLines(const Pass& pass, Outcome& outcome);
  void DistributeMix(const Pass& pass, uint16_t group, Outcome& outcome);
  void DropLosers(const Pass& pass, uint16_t group, Outcome& outcome);
  void CutGroup(uint16_t group, Outcome& outcome);
  void OrderLines(const Range& items);
  [[nodiscard]] Range LinesOf(const Range& items) const;
  [[nodiscard]] Range ItemsOf(const Member& member) const;
  [[nodiscard]] Day RepairFrom(const Piece& piece, Day day) const;

  const Tables* t_ = nullptr;
  absl::Span<const Fact> facts_;
  const SubjectFacts* subject_ = nullptr;
  Calendar calendar_{1};
  /// No lines are asked for, nor when the outcome changes.
  bool lean_ = false;
  /// The facts as runs, once they were asked for: the subject's, or those found here.
  bool has_runs_ = false;
  absl::Span<const KindRun> runs_;
  absl::Span<const Day> determined_;
  std::vector<KindRun> found_runs_;
  std::vector<Day> found_determined_;
  WindowCache windows_;
  std::vector<Keeper> keepers_;
  std::vector<uint16_t> kept_items_;

  Pass main_;
  Pass uncontested_;
  Pass scan_;
  PassCache carry_;
  PassCache periods_;
  Outcome outcome_;
  std::vector<uint32_t> scratch_;
  std::vector<uint32_t> line_order_;
  std::vector<uint32_t> line_begin_;
  /// Of FindBegins: numbers among the outcome's restrictions, what they ask about, and when.
  std::vector<uint16_t> running_;
  std::vector<uint16_t> carried_;
  std::vector<uint8_t> asked_items_;
  std::vector<Turn> turns_;
  std::vector<Taken> taken_;
  /// By item: the first of taken_.
  std::vector<uint32_t> first_taken_;
};

/// Holds the sum of amounts within limits: amounts of the sign that goes beyond are cut from the last
/// one back. `amount(i)` is a reference, `mark(i)` is called for each that changes.
template <typename Amount, typename Mark>
void CutToLimits(size_t count, const Interval& limits, const Amount& amount, const Mark& mark) {
  Hundredths sum = 0;
  for (size_t i = 0; i < count; ++i) sum += amount(i);
  Hundredths over = sum > limits.most ? sum - limits.most : 0;
  Hundredths under = sum < limits.least ? limits.least - sum : 0;
  for (size_t i = count; i > 0 && (over > 0 || under > 0); --i) {
    Hundredths& value = amount(i - 1);
    if (over > 0 && value > 0) {
      const Hundredths taken = std::min(over, value);
      value -= taken;
      over -= taken;
      mark(i - 1);
    } else if (under > 0 && value < 0) {
      const Hundredths taken = std::min(under, -value);
      value += taken;
      under -= taken;
      mark(i - 1);
    }
  }
}

/// Ends the process when a sum does not hold: an outcome that does not add up must never leave.
void CheckSums(bool holds, const char* what);

}  // namespace xince::evaluate

#endif  // SERVICES_SCORING_EVALUATE_ENGINE_H_
