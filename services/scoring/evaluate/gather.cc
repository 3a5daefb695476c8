#include <algorithm>

#include "services/scoring/evaluate/engine.h"

namespace xince::evaluate {
namespace {

// Whole units in `amount` > 0, as a number of hundredths of a unit.
Exact UnitsOf(const Rule& rule, Hundredths amount) {
  const Wide complete = amount / rule.unit;
  switch (rule.part) {
    case Rule::Part::kComplete:
      return {complete, 1};
    case Rule::Part::kBegun:
      return {complete + (amount % rule.unit == 0 ? 0 : 1), 1};
    default:
      return {amount, rule.unit};
  }
}

bool Before(const Piece& a, const Piece& b) {
  if (a.start != b.start) return a.start < b.start;
  if (a.order != b.order) return a.order < b.order;
  return a.source < b.source;
}

}  // namespace

void Pass::Reset(const Tables& tables, const Calendar& calendar, const Selection& with) {
  selection = with;
  has_items = has_groups = has_grade = false;
  with_lines = false;
  rank_pending = false;
  rated = true;
  grade = kNoIndex;
  grade_rows = 0;
  next_change = kForever;
  year = calendar.YearHolding(with.day);
  found.clear();
  for (const uint16_t item : touched) items[item] = {};
  touched.clear();
  if (items.size() < tables.items.size()) items.resize(tables.items.size());
  periods.assign(tables.periods.size(), {});
}

void Pass::MoveTo(Day day) {
  selection.day = day;
  has_groups = has_grade = false;
  rank_pending = false;
  rated = true;
  grade = kNoIndex;
  grade_rows = 0;
  periods.assign(periods.size(), {});
}

Pass& PassCache::For(const Tables& tables, const Calendar& calendar, const Selection& selection) {
  for (size_t i = 0; i < used_; ++i) {
    if (passes_[i].selection == selection) return passes_[i];
  }
  if (used_ == 0) next_ = 0;
  Pass& pass = passes_[next_];
  next_ = (next_ + 1) % kPasses;
  used_ = std::max(used_, next_ == 0 ? kPasses : next_);
  pass.Reset(tables, calendar, selection);
  return pass;
}

bool Evaluator::Impl::Matches(const Rule& rule, const Fact& fact) const {
  if (rule.levels != 0 && (fact.level > 7 || (rule.levels >> fact.level & 1) == 0)) return false;
  if (rule.issuer_levels != 0 &&
      (fact.issuer_level > 7 || (rule.issuer_levels >> fact.issuer_level & 1) == 0))
    return false;
  if (rule.own_dated) {
    const Day own = rule.own_by_occurred ? fact.occurred : fact.determined;
    if (own < rule.own_from || own >= rule.own_until) return false;
  }
  for (uint32_t i = rule.measures.begin; i < rule.measures.end; ++i) {
    const MeasureTest& test = t_->measure_tests[i];
    const MeasureValue* measure = FindMeasure(fact, test.name);
    if (measure == nullptr || !test.is.Holds(Held(measure->value))) return false;
  }
  if (rule.tags.empty()) return true;
  return std::any_of(
      fact.tags, fact.tags + fact.tag_count, [&](Symbol tag) { return InSet(rule.tags, tag); });
}

// Points that need no division. False when the piece does not match the item after all; `decided` is
// false when the evidence has no points yet.
bool Evaluator::Impl::WholePoints(const Rule& rule,
                                  const Fact& fact,
                                  Hundredths& points,
                                  bool& decided) const {
  switch (rule.points) {
    case PointsRule::kFixed:
      points = rule.amount;
      return true;
    case PointsRule::kByLevel: {
      const uint8_t level = rule.level_of_issuer ? fact.issuer_level : fact.level;
      const uint32_t row = rule.rows.begin + level;
      if (row >= rule.rows.end || t_->level_points[row] == kNoPoints) return false;
      points = t_->level_points[row];
      return true;
    }
    case PointsRule::kByBand: {
      const MeasureValue* measure = FindMeasure(fact, rule.measure);
      if (measure == nullptr) return false;
      uint32_t row = rule.rows.begin;
      while (row + 1 < rule.rows.end && Held(measure->value) >= t_->bands[row].below) ++row;
      points = t_->bands[row].points;
      return true;
    }
    case PointsRule::kGiven: {
      const MeasureValue* measure = rule.measure == 0 ? nullptr : FindMeasure(fact, rule.measure);
      decided = rule.measure == 0 ? fact.points != kUndecided : measure != nullptr;
      if (!decided) return true;
      points = std::clamp<Hundredths>(
          rule.measure == 0 ? fact.points : measure->value, -kPointsMax, kPointsMax);
      if (rule.sign != Rule::Sign::kAsWritten)
        points = static_cast<Hundredths>(rule.sign) * (points < 0 ? -points : points);
      return true;
    }
    default:  // None, or by their place, which is not known yet.
      return true;
  }
}

// The points of a piece before anything is done to them; otherwise as WholePoints.
bool Evaluator::Impl::ExactPoints(const Rule& rule,
                                  const Fact& fact,
                                  Exact& exact,
                                  bool& decided) const {
  if (rule.points == PointsRule::kPerUnit) {
    const MeasureValue* measure = FindMeasure(fact, rule.measure);
    if (measure == nullptr) return false;
    const Hundredths counted = Held(measure->value) - rule.free;
    if (counted <= 0) return true;
    exact = UnitsOf(rule, counted);
    exact.num *= rule.amount;
    return true;
  }
  if (rule.points == PointsRule::kRatio) {
    const MeasureValue* above = FindMeasure(fact, rule.measure);
    const MeasureValue* below = FindMeasure(fact, rule.denominator);
    if (above == nullptr || below == nullptr || below->value <= 0) return false;
    exact = {static_cast<Wide>(rule.amount) * Held(above->value), Held(below->value)};
    return true;
  }
  Hundredths points = 0;
  if (!WholePoints(rule, fact, points, decided)) return false;
  exact.num = points;
  return true;
}

// Points of a rule that is `whole`.
void Evaluator::Impl::SetWholePoints(const Rule& rule, Hundredths points, Piece& piece) {
  const Hundredths asked = std::clamp(points, -kPointsMax, kPointsMax);
  piece.asked = static_cast<int32_t>(asked);
  piece.value =
      static_cast<int32_t>(std::clamp(asked, rule.piece_limits.least, rule.piece_limits.most));
  if (piece.value != piece.asked) piece.cut = Cut::kPieceLimits;
}

void Evaluator::Impl::SetPoints(const Rule& rule, Exact exact, Piece& piece) {
  if (rule.factor != 10000) {
    exact.num *= rule.factor;
    exact.den *= 10000;
  }
  SetAsked(rule, exact, piece);
}

void Evaluator::Impl::SetAsked(const Rule& rule, const Exact& exact, Piece& piece) {
  piece.asked = static_cast<int32_t>(Rounded(exact, rule.round_to));
  bool cut = false;
  const Exact limited = Limited(exact, rule.piece_limits, cut);
  const auto full = cut ? static_cast<int32_t>(Rounded(limited, rule.round_to)) : piece.asked;
  if (full != piece.asked) piece.cut = Cut::kPieceLimits;
  piece.value = full;
  if (piece.decay == 10000) return;
  piece.value = static_cast<int32_t>(
      Rounded({limited.num * piece.decay, limited.den * 10000}, rule.round_to));
  if (piece.value != full) piece.cut = Cut::kDecay;
}

// False when the piece does not match the item after all.
bool Evaluator::Impl::PointsOf(const Rule& rule, const Fact& fact, Piece& piece) const {
  bool decided = true;
  if (rule.whole) {
    Hundredths points = 0;
    if (!WholePoints(rule, fact, points, decided)) return false;
    if (decided) SetWholePoints(rule, points, piece);
  } else {
    Exact exact;
    if (!ExactPoints(rule, fact, exact, decided)) return false;
    if (decided) SetPoints(rule, exact, piece);
  }
  if (!decided) piece.cut = Cut::kUndecided;
  if (!subject_->repairs.empty()) Amend(rule, fact, piece);
  return true;
}

void Evaluator::Impl::Amend(const Rule& rule, const Fact& fact, Piece& piece) const {
  if (rule.points == PointsRule::kGiven && rule.measure == 0) return;
  for (const Repaired& amended : subject_->repairs) {
    if (!amended.amended || amended.evidence != fact.evidence) continue;
    const auto asked = static_cast<Hundredths>(piece.asked);
    const Hundredths decided =
        std::clamp(amended.points, std::min<Hundredths>(asked, 0), std::max<Hundredths>(asked, 0));
    if (decided == asked) return;
    piece.cut = Cut::kAmended;
    SetAsked(rule, {decided, 1}, piece);
    return;
  }
}

const Repaired* Evaluator::Impl::RepairOf(const Fact& fact, Day day) const {
  for (const Repaired& repair : subject_->repairs) {
    if (!repair.amended && repair.evidence == fact.evidence && repair.from <= day &&
        day < repair.until)
      return &repair;
  }
  return nullptr;
}

void Evaluator::Impl::KeepRepaired(const Repaired& repair, Piece& piece) {
  piece.open = false;
  const Hundredths value = piece.value;
  const auto kept = static_cast<int32_t>(
      std::clamp(repair.points, std::min<Hundredths>(value, 0), std::max<Hundredths>(value, 0)));
  if (kept != piece.value) piece.cut = Cut::kRepaired;
  piece.value = kept;
}

Day StartOf(const Rule& rule, const Fact& fact, const Calendar& calendar) {
  const Day day = rule.start_occurred ? fact.occurred : fact.determined;
  if (rule.defer == 0) return day;
  const int months = MonthsOfPeriod(rule.defer);
  return calendar.MonthStart((calendar.MonthOf(day) / months + 1) * months);
}

Day EndOf(const Rule& rule, const Fact& fact, Day start, const Calendar& calendar) {
  switch (rule.end) {
    case Rule::End::kScoringYears:
      return calendar.YearStart(calendar.YearOf(start) + rule.end_count + 1);
    case Rule::End::kMonths:
      return calendar.AddMonths(start, rule.end_count);
    case Rule::End::kUntilCorrected: {
      const Day longest =
          rule.max_months == 0 ? kForever : calendar.AddMonths(start, rule.max_months);
      if (fact.corrected == kNoDay) return longest;
      return std::min(longest,
                      std::max(calendar.AddMonths(fact.corrected, rule.end_count),
                               calendar.AddMonths(start, rule.min_months)));
    }
    case Rule::End::kUntilStated:
      return fact.valid_until != kNoDay ? fact.valid_until
                                        : calendar.AddMonths(start, rule.end_count);
    case Rule::End::kNever:
      break;
  }
  return kForever;
}

int32_t Evaluator::Impl::DecayOn(const Rule& rule, Day start, Day day) const {
  int32_t percent = 10000;
  for (uint32_t i = rule.decay.begin; i < rule.decay.end; ++i) {
    if (calendar_.AddMonths(start, t_->decays[i].from_month) > day) break;
    percent = t_->decays[i].percent;
  }
  return percent;
}

// Whether the pass takes the piece; sets its dates and decay.
bool Evaluator::Impl::Selected(Pass& pass, const Rule& rule, const Fact& fact, Piece& piece) {
  const Selection& s = pass.selection;
  if (rule.this_year_only && rule.decay.empty() && s.by == Selection::By::kActive) {
    // Gather has looked at its start.
    piece.start = rule.start_occurred ? fact.occurred : fact.determined;
    piece.end = pass.year.end;
    pass.next_change = std::min(pass.next_change, piece.end);
    return true;
  }
  piece.start = StartOf(rule, fact, calendar_);
  if (s.by == Selection::By::kStarted) return s.from <= piece.start && piece.start < s.until;
  if (s.by == Selection::By::kLastMonths)
    return piece.start <= s.day && s.day < calendar_.AddMonths(piece.start, s.months);
  piece.end = EndOf(rule, fact, piece.start, calendar_);
  if (piece.start > s.day) {
    if (piece.end > piece.start) pass.next_change = std::min(pass.next_change, piece.start);
    return false;
  }
  if (piece.end <= s.day) return false;
  pass.next_change = std::min(pass.next_change, piece.end);
  if (rule.decay.empty()) return true;
  piece.decay = DecayOn(rule, piece.start, s.day);
  for (uint32_t i = rule.decay.begin; i < rule.decay.end; ++i) {
    const Day step = calendar_.AddMonths(piece.start, t_->decays[i].from_month);
    if (step > s.day) pass.next_change = std::min(pass.next_change, step);
  }
  return true;
}

void Evaluator::Impl::TryRule(Pass& pass, const KindRule& entry, uint32_t fact_index) {
  const Rule& rule = t_->rules[entry.rule];
  const Fact& fact = facts_[fact_index];
  if (rule.filtered && !Matches(rule, fact)) return;
  Piece piece;
  if (!Selected(pass, rule, fact, piece) || !PointsOf(rule, fact, piece)) return;
  piece.open = fact.corrected == kNoDay || fact.corrected > pass.selection.day;
  if (!subject_->repairs.empty()) {
    if (const Repaired* repair = RepairOf(fact, pass.selection.day); repair != nullptr)
      KeepRepaired(*repair, piece);
  }
  if (!pass.with_lines && t_->items[rule.item].sums) {
    ItemState& state = pass.items[rule.item];
    if (state.count == 0) pass.touched.push_back(rule.item);
    AddPiece(piece, piece.value, state);
    return;
  }
  piece.order = fact.order;
  piece.source = fact_index;
  piece.item = rule.item;
  piece.rule = entry.rule;
  pass.found.push_back(piece);
}

// Puts what was found by item, in the order (start, id): short runs that are mostly in order already.
void Evaluator::Impl::Arrange(Pass& pass) {
  for (const Piece& piece : pass.found) {
    Range& pieces = pass.items[piece.item].pieces;
    if (pieces.end++ == 0) pass.touched.push_back(piece.item);
  }
  uint32_t begin = 0;
  for (const uint16_t item : pass.touched) {
    Range& pieces = pass.items[item].pieces;
    const uint32_t count = pieces.end;
    pieces = {begin, begin};
    begin += count;
  }
  if (pass.pieces.size() < begin) pass.pieces.resize(begin);
  for (const Piece& piece : pass.found) pass.pieces[pass.items[piece.item].pieces.end++] = piece;
  for (const uint16_t item : pass.touched) {
    const Range& pieces = pass.items[item].pieces;
    Piece* const first = pass.pieces.data() + pieces.begin;
    Piece* const last = pass.pieces.data() + pieces.end;
    if (last - first > 1 && !std::is_sorted(first, last, Before)) std::sort(first, last, Before);
  }
}

void Evaluator::Impl::Gather(Pass& pass) {
  const bool active = pass.selection.by == Selection::By::kActive;
  const Day day = pass.selection.day;
  const size_t kinds = t_->kind_begin.size();
  for (uint32_t i = 0; i < facts_.size(); ++i) {
    const Fact& fact = facts_[i];
    if (fact.reach == 0 || fact.kind + size_t{1} >= kinds) continue;
    if (fact.contested && pass.selection.without_contested) continue;
    if (!subject_->repairs.empty()) {
      const Repaired* repair = RepairOf(fact, day);
      if (repair != nullptr && repair->points == 0) continue;
    }
    const uint32_t end = t_->kind_begin[fact.kind + 1];
    for (uint32_t r = t_->kind_begin[fact.kind]; r < end; ++r) {
      const KindRule& entry = t_->rule_of_kind[r];
      if ((entry.reach & fact.reach) == 0) continue;
      if (active && entry.this_year_only) {
        // Most pieces on file are of other years, and need no calendar.
        const Day start = entry.start_occurred ? fact.occurred : fact.determined;
        if (start < pass.year.start) continue;
        if (start > day) {
          pass.next_change = std::min(pass.next_change, start);
          continue;
        }
      }
      TryRule(pass, entry, i);
    }
  }
  if (active) {
    for (const uint16_t item : t_->project_items) AddProjects(pass, item);
  }
  Arrange(pass);
  TakeOwnLines(pass);
}

// Counts one item of a pass that has items anew, as of the day the pass was moved to, from what it may
// take. The item depends on evidence alone.
void Evaluator::Impl::CountAnew(Pass& pass, uint16_t item) {
  std::vector<uint16_t>& touched = pass.touched;
  const size_t known = touched.size();
  ItemState& state = pass.items[item];
  state = {};
  pass.found.clear();
  for (uint32_t i = first_taken_[item]; i != kNone; i = taken_[i].next) {
    const Taken& taken = taken_[i];
    if (!subject_->repairs.empty()) {
      const Repaired* repair = RepairOf(facts_[taken.fact], pass.selection.day);
      if (repair != nullptr && repair->points == 0) continue;
    }
    if (taken.start <= pass.selection.day) TryRule(pass, *taken.entry, taken.fact);
  }
  touched.resize(known);
  if (std::find(touched.begin(), touched.end(), item) == touched.end()) touched.push_back(item);
  if (!pass.found.empty()) {
    std::sort(pass.found.begin(), pass.found.end(), Before);
    pass.pieces = pass.found;
    state.pieces = {0, static_cast<uint32_t>(pass.found.size())};
  }
  CountItem(pass, item);
}

// Items that may have a line though they have no piece.
void Evaluator::Impl::TakeOwnLines(Pass& pass) {
  if (pass.selection.by != Selection::By::kActive) return;
  for (const uint16_t item : t_->own_line_items) {
    const ItemState& state = pass.items[item];
    if (state.pieces.empty() && state.count == 0) pass.touched.push_back(item);
  }
}

void Evaluator::Impl::AddProjects(Pass& pass, uint16_t index) {
  const Item& item = t_->items[index];
  const size_t begin = pass.found.size();
  for (uint32_t i = 0; i < subject_->projects.size(); ++i) {
    const ProjectScore& project = subject_->projects[i];
    if (!project.rated) continue;
    Piece piece;
    piece.item = index;
    piece.order = i + 1;  // After the lines of items' own.
    piece.source = i;
    const Wide score = std::clamp(project.score, -kPointsMax, kPointsMax);
    piece.asked = piece.value = static_cast<int32_t>(Rounded({score * item.factor, 10000}));
    piece.open = false;
    pass.found.push_back(piece);
  }
  if (pass.found.size() - begin < item.min_pieces) pass.found.resize(begin);
}

}  // namespace xince::evaluate
