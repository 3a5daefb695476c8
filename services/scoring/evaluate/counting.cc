#include <algorithm>

#include "services/scoring/evaluate/engine.h"

namespace xince::evaluate {
namespace {

Hundredths SizeOf(Hundredths points) { return points < 0 ? -points : points; }

// Pieces that have no matter are parts of their own: their numbers come after those of matters.
constexpr uint32_t kOwnPart = 0x80000000U;

}  // namespace

void Evaluator::Impl::Items(Pass& pass) {
  if (pass.has_items) return;
  pass.has_items = true;
  if (GathersLean(pass)) {
    GatherLean(pass);
  } else {
    Gather(pass);
  }
  for (const uint16_t item : pass.touched) CountItem(pass, item);
}

void Evaluator::Impl::CountItem(Pass& pass, uint16_t index) {
  const Item& item = t_->items[index];
  ItemState& state = pass.items[index];
  if (item.source == Item::Source::kRaterFull) return;
  const uint32_t pieces = state.count + state.pieces.end - state.pieces.begin;
  const bool applies = item.not_applicable == kNone || !Holds(item.not_applicable, pass);
  if (!applies || pieces < item.min_pieces || pieces == 0) {
    state = {};
    if (pass.selection.by == Selection::By::kActive) OwnLine(pass, index);
    return;
  }
  state.present = true;
  if (state.count > 0) {
    if (item.mean && item.lean == Item::Lean::kSum)
      state.value = RoundedQuotient(state.value, int64_t{state.count});
    LimitSum(item, state);
  } else {
    CountPieces(pass, item, state);
  }
}

// What CutToLimits comes to when nobody asks which lines are cut.
void Evaluator::Impl::LimitSum(const Item& item, ItemState& state) {
  if (state.value > item.limits.most) {
    state.merits -= state.value - item.limits.most;
    state.value = item.limits.most;
  } else if (state.value < item.limits.least) {
    state.demerits += item.limits.least - state.value;
    state.value = item.limits.least;
  }
}

void Evaluator::Impl::CountPieces(Pass& pass, const Item& item, ItemState& state) {
  Piece* const begin = pass.pieces.data() + state.pieces.begin;
  Piece* const end = pass.pieces.data() + state.pieces.end;
  if (item.source == Item::Source::kProjects) {
    ShareByWeight(item, begin, end);
  } else {
    if (item.per != Item::Per::kAll) Part(item, begin, end);
    if (item.escalates) Escalate(begin, end, pass.selection.day);
    if (item.keep != Item::Keep::kEach) Keep(item, begin, end);
    for (Piece* p = begin; p < end; ++p) p->in_item = p->kept ? p->value : 0;
    if (item.mean) Average(begin, end);
  }
  if (item.limits.limits()) {
    CutToLimits(
        end - begin,
        item.limits,
        [&](size_t i) -> Hundredths& { return begin[i].in_item; },
        [&](size_t i) { begin[i].cut = Cut::kItemLimits; });
  }
  for (const Piece* p = begin; p < end; ++p) AddPiece(*p, p->in_item, state);
}

// The line of an item without pieces: a base, full marks where it does not apply, a missing piece.
void Evaluator::Impl::OwnLine(Pass& pass, uint16_t index) {
  const Item& item = t_->items[index];
  ItemState& state = pass.items[index];
  const Day day = pass.selection.day;
  if (item.source == Item::Source::kBase) {
    state.own_origin = Origin::kBase;
    state.own_line = item.when == kNone || Holds(item.when, pass) ? item.amount : item.otherwise;
  } else if (item.not_applicable != kNone && Holds(item.not_applicable, pass)) {
    state.own_origin = Origin::kNotApplicable;
    state.own_line = item.not_applicable_points;
  } else if (item.expects && (item.expected == kNone || Holds(item.expected, pass))) {
    if (!IsDue(item, day)) return;
    state.own_origin = Origin::kMissing;
    state.own_line = item.expected_points;
  } else {
    return;
  }
  state.present = true;
  state.negative_lines = state.own_line < 0 ? 1 : 0;
  state.value = std::clamp(state.own_line, item.limits.least, item.limits.most);
}

bool Evaluator::Impl::IsDue(const Item& item, Day day) const {
  if (item.due_month == 0) return true;
  const int month = calendar_.YearOf(day) * 12 + (item.due_month - t_->year_month + 12) % 12;
  return day >= calendar_.MonthStart(month) + item.due_day - 1;
}

// The number of the part a piece is in. A piece without a matter has none (0).
uint32_t Evaluator::Impl::PartOf(const Item& item, const Fact& fact, Day start) const {
  switch (item.per) {
    case Item::Per::kAll:
      return 0;
    case Item::Per::kMatter:
      return fact.matter;
    case Item::Per::kIssuer:
      return fact.issuer;
    case Item::Per::kMonth:
      return calendar_.MonthOf(start);
    case Item::Per::kQuarter:
      return calendar_.MonthOf(start) / 3;
    case Item::Per::kHalfYear:
      return calendar_.MonthOf(start) / 6;
    case Item::Per::kYear:
      return calendar_.MonthOf(start) / 12;
  }
  return 0;
}

void Evaluator::Impl::Part(const Item& item, Piece* begin, Piece* end) {
  for (Piece* p = begin; p < end; ++p) {
    p->part = PartOf(item, facts_[p->source], p->start);
    if (item.per == Item::Per::kMatter && p->part == 0)
      p->part = kOwnPart | static_cast<uint32_t>(p - begin);
  }
}

// The n-th piece of its part takes the n-th row, later ones the last.
void Evaluator::Impl::Escalate(Piece* begin, Piece* end, Day day) {
  scratch_.clear();
  for (const Piece* p = begin; p < end; ++p) scratch_.push_back(static_cast<uint32_t>(p - begin));
  std::stable_sort(scratch_.begin(), scratch_.end(), [&](uint32_t a, uint32_t b) {
    return begin[a].part < begin[b].part;
  });
  uint32_t nth = 0;
  for (size_t i = 0; i < scratch_.size(); ++i) {
    Piece& piece = begin[scratch_[i]];
    nth = i > 0 && begin[scratch_[i - 1]].part == piece.part ? nth + 1 : 0;
    const Rule& rule = t_->rules[piece.rule];
    if (rule.points != PointsRule::kEscalation) continue;
    const uint32_t row = std::min(rule.rows.begin + nth, rule.rows.end - 1);
    SetPoints(rule, {t_->rows[row], 1}, piece);
    if (subject_->repairs.empty()) continue;
    Amend(rule, facts_[piece.source], piece);
    if (const Repaired* repair = RepairOf(facts_[piece.source], day); repair != nullptr)
      KeepRepaired(*repair, piece);
  }
}

void Evaluator::Impl::Keep(const Item& item, Piece* begin, Piece* end) {
  if (static_cast<size_t>(end - begin) <= item.keep_count) return;
  scratch_.clear();
  for (const Piece* p = begin; p < end; ++p) scratch_.push_back(static_cast<uint32_t>(p - begin));
  const auto better = [&](uint32_t a, uint32_t b) {
    if (begin[a].part != begin[b].part) return begin[a].part < begin[b].part;
    if (item.keep == Item::Keep::kLatest) return a > b;
    if (item.keep == Item::Keep::kFirst) return a < b;
    const Hundredths size_a = SizeOf(begin[a].value);
    const Hundredths size_b = SizeOf(begin[b].value);
    return size_a != size_b ? size_a > size_b : a < b;
  };
  std::sort(scratch_.begin(), scratch_.end(), better);
  uint32_t nth = 0;
  for (size_t i = 0; i < scratch_.size(); ++i) {
    Piece& piece = begin[scratch_[i]];
    nth = i > 0 && begin[scratch_[i - 1]].part == piece.part ? nth + 1 : 0;
    if (nth < item.keep_count) continue;
    piece.kept = false;
    piece.cut = Cut::kNotKept;
  }
}

// Each kept piece gets its share of the mean, so that the shares sum to the mean rounded once.
void Evaluator::Impl::Average(Piece* begin, Piece* end) {
  const int64_t kept = std::count_if(begin, end, [](const Piece& p) { return p.kept; });
  int64_t sum = 0;
  int64_t given = 0;
  for (Piece* p = begin; p < end; ++p) {
    if (!p->kept) continue;
    sum += p->value;
    const int64_t total = RoundedQuotient(sum, kept);
    p->in_item = total - given;
    given = total;
    if (p->in_item != p->value) p->cut = Cut::kMean;
  }
}

void Evaluator::Impl::ShareByWeight(const Item& item, Piece* begin, Piece* end) {
  const auto weight_of = [&](const Piece& piece) -> Wide {
    const ProjectScore& project = subject_->projects[piece.source];
    const Hundredths weight = item.weight == policy::v1::RollUp::AREA         ? project.area
                              : item.weight == policy::v1::RollUp::HOUSEHOLDS ? project.households
                                                                              : 1;
    return std::clamp<Hundredths>(weight, 0, kMeasureMax);
  };
  Wide weights = 0;
  for (const Piece* p = begin; p < end; ++p) weights += weight_of(*p);
  Wide sum = 0;
  Wide given = 0;
  for (Piece* p = begin; p < end; ++p) {
    const Hundredths score =
        std::clamp(subject_->projects[p->source].score, -kPointsMax, kPointsMax);
    sum += weight_of(*p) * score * item.factor;
    const Wide total = weights == 0 ? 0 : RoundedQuotient(sum, weights * 10000);
    p->in_item = static_cast<Hundredths>(total - given);
    given = total;
    if (p->in_item != p->value) p->cut = Cut::kWeight;
  }
}

}  // namespace xince::evaluate
