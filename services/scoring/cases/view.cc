#include "services/scoring/cases/view.h"

namespace xince::cases {
namespace {

using policy::v1::CaseStep;
using policy::v1::StepGuard;

// Bits of everybody who took one of the steps.
Bits Union(const std::array<Bits, kStepsMax>& of, Bits steps) {
  Bits all = 0;
  for (int i = 0; i < kStepsMax; ++i) {
    if ((steps & Bit(i)) != 0) all |= of[i];
  }
  return all;
}

void Bring(CaseStep::Effect effect, const Attempt& attempt, View& view) {
  switch (effect) {
    case CaseStep::ENTER_FORCE:
      view.in_force = true;
      break;
    case CaseStep::LEAVE_FORCE:
      view.in_force = false;
      break;
    case CaseStep::PUBLISH:
      view.published = true;
      break;
    case CaseStep::END_PUBLICATION:
      view.published = false;
      break;
    case CaseStep::SUSPEND:
      view.suspended = true;
      break;
    case CaseStep::RESUME:
      view.suspended = attempt.stays_suspended;
      break;
    case CaseStep::CONTEST:
      view.contested = true;
      break;
    case CaseStep::END_CONTEST:
      view.contested = false;
      break;
    case CaseStep::REPAIR_LINE:
      view.repaired = true;
      break;
    case CaseStep::UNDO_REPAIR:
      view.repaired = false;
      break;
    case CaseStep::UNDO_DEPENDENT:
      view.undone = true;
      break;
    default:
      break;  // AMEND and PROPOSE_NEXT reach beyond the case.
  }
}

void Note(const StepRow& step, const Attempt& attempt, View& view) {
  switch (step.record) {
    case CaseStep::STATEMENT:
    case CaseStep::OBJECTION_GROUNDS:
      view.points_open = true;
      if (attempt.asks_hearing) {
        // Asked for again, it is owed again.
        view.hearing_asked = true;
        view.hearing_held = false;
      }
      break;
    case CaseStep::WAIVER:
      view.waived = true;
      break;
    case CaseStep::HEARING:
      view.hearing_held = true;
      break;
    case CaseStep::ANSWERS:
      if (attempt.answers_all) view.points_open = false;
      break;
    case CaseStep::ACCEPTANCE:
      view.rectified = attempt.met;
      break;
    case CaseStep::RECTIFICATION:
      view.rectified = false;
      break;
    default:
      break;
  }
}

}  // namespace

Refusal Fits(const Procedure& procedure, const View& view, const Attempt& attempt) {
  const StepRow& step = procedure.steps()[attempt.step];
  if (step.opens() != !view.opened()) return Refusal::kNotHere;
  if (view.opened() && (step.from & Bit(view.state)) == 0) return Refusal::kNotHere;
  if (step.Has(CaseStep::RESUME) && !view.suspended) return Refusal::kNotHere;
  if (!step.MayBeBy(attempt.part)) return Refusal::kNotByThisParty;
  const bool goes_on = attempt.part == CaseStep::COURT || step.Has(CaseStep::RESUME) ||
                       step.Has(CaseStep::LEAVE_FORCE) || step.Has(CaseStep::END_PUBLICATION) ||
                       step.record == CaseStep::INFORMATION || step.Asks(StepGuard::TOLD_AGAIN);
  if (view.suspended && !goes_on) return Refusal::kSuspended;
  return Refusal::kNone;
}

bool JudgedByView(StepGuard::Kind kind) {
  switch (kind) {
    case StepGuard::DONE:
    case StepGuard::OTHER_PERSON:
    case StepGuard::OTHER_OFFICE:
    case StepGuard::CLOCK_RUNNING:
    case StepGuard::CLOCK_OVER:
    case StepGuard::CLOCK_OVER_OR_WAIVED:
    case StepGuard::POINTS_ANSWERED:
    case StepGuard::HEARING_HELD_IF_DUE:
    case StepGuard::RECTIFICATION_FAILED:
      return true;
    default:
      return false;
  }
}

bool Holds(const GuardRow& guard, const View& view, const Attempt& attempt) {
  const auto clock = [&] { return view.clocks[guard.clock]; };
  switch (guard.kind) {
    case StepGuard::DONE:
      return (view.taken & guard.steps) == guard.steps;
    case StepGuard::OTHER_PERSON:
      return attempt.person < 0 || (Union(view.persons, guard.steps) & Bit(attempt.person)) == 0;
    case StepGuard::OTHER_OFFICE:
      return attempt.office < 0 || (Union(view.offices, guard.steps) & Bit(attempt.office)) == 0;
    case StepGuard::CLOCK_RUNNING:
      return clock() == ClockStatus::kRunning || (attempt.in_time & Bit(guard.clock)) != 0;
    case StepGuard::CLOCK_OVER:
      return clock() == ClockStatus::kOver;
    case StepGuard::CLOCK_OVER_OR_WAIVED:
      return clock() == ClockStatus::kOver || view.waived;
    case StepGuard::POINTS_ANSWERED:
      return !view.points_open;
    case StepGuard::HEARING_HELD_IF_DUE:
      return view.hearing_held || !(view.hearing_asked || attempt.hearing_required);
    case StepGuard::RECTIFICATION_FAILED:
      return clock() == ClockStatus::kOver && !view.rectified;
    default:
      return (attempt.shown & Bit(guard.kind)) != 0;
  }
}

std::vector<const GuardRow*> Missing(const Procedure& procedure,
                                     const View& view,
                                     const Attempt& attempt) {
  std::vector<const GuardRow*> missing;
  for (const GuardRow& guard : procedure.steps()[attempt.step].guards) {
    if (!Holds(guard, view, attempt)) missing.push_back(&guard);
  }
  return missing;
}

void Take(const Procedure& procedure, const Attempt& attempt, View& view) {
  const StepRow& step = procedure.steps()[attempt.step];
  if (step.to != kNoIndex) view.state = step.to;
  view.taken |= Bit(attempt.step);
  if (attempt.person >= 0) view.persons[attempt.step] |= Bit(attempt.person);
  if (attempt.office >= 0) view.offices[attempt.step] |= Bit(attempt.office);
  Note(step, attempt, view);
  for (const CaseStep::Effect effect : step.effects) Bring(effect, attempt, view);
  for (int i = 0; i < kClocksMax; ++i) {
    if ((step.starts & Bit(i)) != 0) view.clocks[i] = ClockStatus::kRunning;
    if ((step.stops & Bit(i)) != 0 && view.clocks[i] != ClockStatus::kIdle)
      view.clocks[i] = ClockStatus::kStopped;
  }
  if (step.extends != kNoIndex) view.clocks[step.extends] = ClockStatus::kRunning;
  for (size_t i = 0; i < procedure.clocks().size(); ++i) {
    // A clock that has taken its step is done with, be it that it ran out or that the law cut it short.
    const bool took = view.clocks[i] == ClockStatus::kOver ||
                      (view.clocks[i] == ClockStatus::kRunning && attempt.part == CaseStep::CLOCK);
    if (procedure.clocks()[i].then == attempt.step && took) view.clocks[i] = ClockStatus::kStopped;
  }
}

void RunOut(ClockIndex clock, View& view) {
  if (view.clocks[clock] == ClockStatus::kRunning) view.clocks[clock] = ClockStatus::kOver;
}

}  // namespace xince::cases
