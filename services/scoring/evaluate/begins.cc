#include <algorithm>

#include "services/scoring/evaluate/engine.h"

namespace xince::evaluate {
namespace {

// How many scoring years before the day the beginning of a restriction is looked for.
constexpr int kLookBackYears = 10;

// What a turn changes where it is not an item: something that conditions look at themselves, or anything.
constexpr uint16_t kConditions = kNoIndex - 1;
constexpr uint16_t kAnything = kNoIndex;

}  // namespace

// Since when the restrictions of the outcome hold. Goes back from turn to turn, a turn being a day on
// which something that they ask about changes: between two of them nothing does. Only the items a turn
// changes are counted anew, and years before that of the day are looked at only while a restriction
// still holds on their last day.
void Evaluator::Impl::FindBegins(Outcome& outcome, bool without_contested) {
  AskItems(outcome);
  running_.clear();
  for (uint16_t i = 0; i < outcome.restrictions.size(); ++i) running_.push_back(i);
  const int year = calendar_.YearOf(outcome.day);
  for (int back = 0; back <= kLookBackYears && !running_.empty(); ++back) {
    const Day start = calendar_.YearStart(year - back);
    const Day last = back == 0 ? outcome.day : calendar_.YearStart(year - back + 1) - 1;
    scan_.Reset(*t_, calendar_, {.without_contested = without_contested, .day = last});
    if (back > 0) StopUnless(outcome, [&](const auto& row) { return HoldsOn(row, scan_); });
    for (const uint16_t i : running_) outcome.restrictions[i].from = last;
    // What an earlier year makes hold holds in the whole of this one; the turns tell of the rest.
    const auto carried = std::partition(running_.begin(), running_.end(), [&](uint16_t i) {
      return !HeldBefore(t_->restrictions[outcome.restrictions[i].restriction], scan_);
    });
    carried_.assign(carried, running_.end());
    running_.erase(carried, running_.end());
    for (const uint16_t i : carried_) outcome.restrictions[i].from = start;
    if (!running_.empty()) GoBack(outcome, start);
    running_.insert(running_.end(), carried_.begin(), carried_.end());
  }
}

// The items whose pieces the restrictions of the outcome ask about.
void Evaluator::Impl::AskItems(const Outcome& outcome) {
  asked_items_.assign(t_->items.size(), 0);
  for (const ActiveRestriction& active : outcome.restrictions) {
    const Range& asked = t_->restrictions[active.restriction].asked;
    for (uint32_t i = asked.begin; i < asked.end; ++i) asked_items_[t_->symbols[i]] = 1;
  }
}

// Takes what does not hold on the day of the scan from what runs.
template <typename StillHolds>
void Evaluator::Impl::StopUnless(const Outcome& outcome, const StillHolds& holds) {
  const auto stops = [&](uint16_t i) {
    return !holds(t_->restrictions[outcome.restrictions[i].restriction]);
  };
  running_.erase(std::remove_if(running_.begin(), running_.end(), stops), running_.end());
}

// From the day of the scan back to the first of its scoring year, while anything runs. Everything that
// runs holds on the day of the scan.
void Evaluator::Impl::GoBack(Outcome& outcome, Day start) {
  FindTurns(start);
  size_t next = 0;
  while (next < turns_.size()) {
    const Day begin = turns_[next].day;
    for (const uint16_t i : running_) outcome.restrictions[i].from = begin;
    if (begin == start) return;
    size_t end = next;
    while (turns_[end].day == begin) ++end;
    // Now what was between the turn before and this one. There is one: that of the year's start.
    StepBack({turns_.data() + next, end - next}, turns_[end].day);
    StopUnless(outcome, [&](const auto& row) { return Holds(row.when, scan_); });
    if (running_.empty()) return;
    next = end;
  }
}

// Days at which something besides evidence changes; those of scoring years are of the year of `day`
// and the next.
template <typename Take>
void Evaluator::Impl::EachOtherBoundary(Day day, const Take& take) const {
  const int year = calendar_.YearOf(day);
  if (t_->year_matters) {
    take(calendar_.YearStart(year));
    take(calendar_.YearStart(year + 1));
  }
  for (const uint16_t due : t_->due_items) {
    const Item& item = t_->items[due];
    const int month = (item.due_month - t_->year_month + 12) % 12;
    take(calendar_.MonthStart(year * 12 + month) + item.due_day - 1);
    take(calendar_.MonthStart((year + 1) * 12 + month) + item.due_day - 1);
  }
  for (const Attribute& attribute : subject_->attributes) {
    take(attribute.from);
    take(attribute.until);
    if (attribute.date == kNoDay) continue;
    for (const MeasureTest& since : t_->days_since) {
      if (since.name != attribute.name) continue;
      for (const Hundredths end : {since.is.least, since.is.most}) {
        if (end < -kMeasureMax || end > kMeasureMax) continue;
        const auto days = static_cast<Hundredths>(end / 100);
        for (Hundredths turn = days - 1; turn <= days + 1; ++turn)
          take(static_cast<Day>(std::clamp<Hundredths>(attribute.date + turn, kNoDay, kForever)));
      }
    }
  }
  for (const Listed& listed : subject_->lists) {
    take(listed.from);
    take(listed.until);
  }
  for (const Repair& repair : t_->repairs) {
    take(repair.from);
    take(repair.until);
  }
  for (const Repaired& repair : subject_->repairs) {
    if (repair.amended) continue;
    take(repair.from);
    take(repair.until);
  }
}

// The turns from `start` to the day of the scan, the last first, and one for the start.
void Evaluator::Impl::FindTurns(Day start) {
  const Day last = scan_.selection.day;
  turns_.clear();
  taken_.clear();
  first_taken_.assign(t_->items.size(), kNone);
  const auto take = [&](Day day, uint16_t what) {
    if (day > start && day <= last) turns_.push_back({day, what});
  };
  for (uint32_t i = 0; i < facts_.size(); ++i) {
    const Fact& fact = facts_[i];
    if (fact.contested && scan_.selection.without_contested) continue;
    if (fact.reach != 0 && fact.kind + size_t{1} < t_->kind_begin.size()) {
      for (uint32_t r = t_->kind_begin[fact.kind]; r < t_->kind_begin[fact.kind + 1]; ++r)
        TurnsOfPiece(t_->rule_of_kind[r], i, take);
    }
    // Measures are asked of facts, not of items.
    if (t_->measures_asked) take(fact.determined, kConditions);
  }
  EachOtherBoundary(start, [&](Day day) { take(day, kAnything); });
  std::sort(turns_.begin(), turns_.end(), [](const Turn& a, const Turn& b) {
    return a.day != b.day ? a.day > b.day : a.item < b.item;
  });
  turns_.push_back({start, kAnything});
}

// The days on which the piece that a rule makes of a fact changes.
template <typename Take>
void Evaluator::Impl::TurnsOfPiece(const KindRule& entry, uint32_t index, const Take& take) {
  const Fact& fact = facts_[index];
  if ((entry.reach & fact.reach) == 0 || asked_items_[entry.item] == 0) return;
  const Rule& rule = t_->rules[entry.rule];
  if (rule.filtered && !Matches(rule, fact)) return;
  const Day start = StartOf(rule, fact, calendar_);
  if (start > scan_.selection.day) return;
  for (const uint16_t months : t_->last_months)
    take(calendar_.AddMonths(start, months), kConditions);
  if (entry.this_year_only && start < scan_.year.start) return;
  taken_.push_back({&entry, index, start, first_taken_[entry.item]});
  first_taken_[entry.item] = static_cast<uint32_t>(taken_.size() - 1);
  take(start, entry.item);
  if (fact.corrected != kNoDay) take(fact.corrected, entry.item);
  // What lasts until the year's end ends with it.
  if (!rule.this_year_only) take(EndOf(rule, fact, start, calendar_), entry.item);
  for (uint32_t i = rule.decay.begin; i < rule.decay.end; ++i)
    take(calendar_.AddMonths(start, t_->decays[i].from_month), entry.item);
}

// Takes the scan to an earlier day of its year, before the turns, all of one day.
void Evaluator::Impl::StepBack(absl::Span<const Turn> turns, Day day) {
  if (turns.back().item == kAnything || t_->items_by_condition || !t_->project_items.empty()) {
    const Selection& old = scan_.selection;
    scan_.Reset(*t_, calendar_, {.without_contested = old.without_contested, .day = day});
    return;
  }
  scan_.MoveTo(day);
  if (!scan_.has_items) return;
  uint16_t done = kNoIndex;
  for (const Turn& turn : turns) {
    if (turn.item == done || turn.item == kConditions) continue;
    done = turn.item;
    CountAnew(scan_, turn.item);
  }
}

Day Evaluator::Impl::NextOther(Day day) const {
  Day next = kForever;
  const auto take = [&](Day at) {
    if (at > day && at < next) next = at;
  };
  EachOtherBoundary(day, take);
  for (const Fact& fact : facts_) {
    if (fact.reach == 0) continue;
    if (fact.determined > day) take(fact.determined);
    if (fact.corrected > day) take(fact.corrected);
    if (t_->last_months.empty() || fact.kind + size_t{1} >= t_->kind_begin.size()) continue;
    for (uint32_t r = t_->kind_begin[fact.kind]; r < t_->kind_begin[fact.kind + 1]; ++r) {
      const Day start = StartOf(t_->rules[t_->rule_of_kind[r].rule], fact, calendar_);
      take(start);
      for (const uint16_t months : t_->last_months) take(calendar_.AddMonths(start, months));
    }
  }
  return next;
}

}  // namespace xince::evaluate
