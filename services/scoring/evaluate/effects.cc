#include <algorithm>

#include "services/scoring/evaluate/engine.h"

namespace xince::evaluate {
namespace {

// How many scoring years before the day the beginning of a restriction is looked for.
constexpr int kLookBackYears = 10;

}  // namespace

// Whether the restriction's condition holds on the last day of a scoring year.
bool Evaluator::Impl::HeldIn(const RestrictionRow& row, int year, bool without_contested) {
  const Selection selection{.without_contested = without_contested,
                            .day = calendar_.YearStart(year + 1) - 1};
  return Holds(row.when, carry_.For(*t_, calendar_, selection));
}

// Whether the restriction holds on the day of the pass. Years before are asked first: the same for every
// day of a year, they are known already when a run of days is gone through.
bool Evaluator::Impl::HoldsOn(const RestrictionRow& row, Pass& pass) {
  for (int back = 1; back <= row.carry_years; ++back) {
    if (HeldIn(row, pass.year.number - back, pass.selection.without_contested)) return true;
  }
  return Holds(row.when, pass);
}

// The latest scoring year whose result makes the restriction hold on the day of the pass; -1 for none.
int Evaluator::Impl::TriggerYear(const RestrictionRow& row, Pass& pass) {
  const int year = pass.year.number;
  if (Holds(row.when, pass)) return year;
  for (int back = 1; back <= row.carry_years; ++back) {
    if (HeldIn(row, year - back, pass.selection.without_contested)) return year - back;
  }
  return -1;
}

void Evaluator::Impl::Restrict(Pass& pass, Outcome& outcome) {
  outcome.restrictions.clear();
  for (uint16_t i = 0; i < t_->restrictions.size(); ++i) {
    const RestrictionRow& row = t_->restrictions[i];
    const int year = TriggerYear(row, pass);
    if (year < 0) continue;
    outcome.restrictions.push_back(
        {.restriction = i,
         .until =
             row.carry_years == 0 ? kForever : calendar_.YearStart(year + row.carry_years + 1)});
  }
}

// Goes back from boundary to boundary; between two of them nothing changes.
void Evaluator::Impl::FindBegins(Outcome& outcome, bool without_contested) {
  const Day day = outcome.day;
  const int year = main_.year.number;
  boundaries_.clear();
  for (int back = 0; back <= kLookBackYears; ++back)
    boundaries_.push_back(calendar_.YearStart(year - back));
  AddBoundaries(boundaries_, boundaries_.back());
  std::sort(boundaries_.begin(), boundaries_.end(), std::greater<>());
  boundaries_.erase(std::unique(boundaries_.begin(), boundaries_.end()), boundaries_.end());
  std::vector<ActiveRestriction*> running;
  for (ActiveRestriction& active : outcome.restrictions) {
    active.from = day;
    running.push_back(&active);
  }
  for (const Day boundary : boundaries_) {
    if (running.empty()) break;
    if (boundary > day) continue;
    scan_.Reset(*t_, calendar_, {.without_contested = without_contested, .day = boundary});
    running.erase(std::remove_if(running.begin(),
                                 running.end(),
                                 [&](ActiveRestriction* active) {
                                   const RestrictionRow& row =
                                       t_->restrictions[active->restriction];
                                   if (!HoldsOn(row, scan_)) return true;
                                   active->from = boundary;
                                   return false;
                                 }),
                  running.end());
  }
}

void Evaluator::Impl::Propose(Pass& pass, Outcome& outcome) {
  outcome.proposals.clear();
  outcome.vetoes.clear();
  const size_t rows = t_->proposals.size();
  for (size_t i = 0; i < rows; ++i) {
    if (Holds(t_->proposals[i].when, pass)) outcome.proposals.push_back(static_cast<uint16_t>(i));
  }
  Items(pass);
  for (size_t i = 0; i < t_->veto_items.size(); ++i) {
    const uint16_t veto = t_->veto_items[i];
    if (pass.items[veto].count == 0) continue;
    outcome.vetoes.push_back(veto);
    if (t_->items[veto].veto == Item::VetoEffect::kList)
      outcome.proposals.push_back(static_cast<uint16_t>(rows + i));
  }
}

// Days of the evidence, from `least` on, at which something about it changes.
void Evaluator::Impl::AddBoundaries(std::vector<Day>& days, Day least) {
  const auto take = [&](Day day) {
    if (day >= least && day < kForever) days.push_back(day);
  };
  for (const Fact& fact : facts_) {
    if (fact.reach == 0) continue;
    take(fact.determined);
    if (fact.kind + size_t{1} >= t_->kind_begin.size()) continue;
    for (uint32_t r = t_->kind_begin[fact.kind]; r < t_->kind_begin[fact.kind + 1]; ++r) {
      const Rule& rule = t_->rules[t_->rule_of_kind[r].rule];
      const Day start = StartOf(rule, fact, calendar_);
      take(start);
      take(EndOf(rule, fact, start, calendar_));
      if (fact.corrected != kNoDay) take(fact.corrected);
      for (uint32_t i = rule.decay.begin; i < rule.decay.end; ++i)
        take(calendar_.AddMonths(start, t_->decays[i].from_month));
      for (const uint16_t months : t_->last_months) take(calendar_.AddMonths(start, months));
    }
  }
  for (Day year = least; year < outcome_.day;
       year = calendar_.YearStart(calendar_.YearOf(year) + 1)) {
    EachOtherBoundary(year, take);
  }
  EachOtherBoundary(outcome_.day, take);
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
        for (Hundredths step = days - 1; step <= days + 1; ++step)
          take(static_cast<Day>(std::clamp<Hundredths>(attribute.date + step, kNoDay, kForever)));
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
    take(repair.from);
    take(repair.until);
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
