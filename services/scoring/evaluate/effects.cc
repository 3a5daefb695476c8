#include "services/scoring/evaluate/engine.h"

namespace xince::evaluate {

// Whether the restriction's condition holds on the last day of a scoring year.
bool Evaluator::Impl::HeldIn(const RestrictionRow& row, int year, bool without_contested) {
  const Selection selection{.without_contested = without_contested,
                            .day = calendar_.YearStart(year + 1) - 1};
  return Holds(row.when, carry_.For(*t_, calendar_, selection));
}

// Whether the result of an earlier scoring year makes the restriction hold in all of that of the pass.
bool Evaluator::Impl::HeldBefore(const RestrictionRow& row, Pass& pass) {
  for (int back = 1; back <= row.carry_years; ++back) {
    if (HeldIn(row, pass.year.number - back, pass.selection.without_contested)) return true;
  }
  return false;
}

// Whether the restriction holds on the day of the pass.
bool Evaluator::Impl::HoldsOn(const RestrictionRow& row, Pass& pass) {
  return HeldBefore(row, pass) || Holds(row.when, pass);
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

}  // namespace xince::evaluate
