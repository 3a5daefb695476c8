#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

#include "services/scoring/cases/criteria.h"
#include "services/scoring/creditfile/credit_state.h"

// What rules do because of a step, in the same entry: entries end that a repair is about, and what rests
// on something that is undone is undone with it. docs/procedures.md, *Upheld* and *Repair*.
namespace xince::creditfile {
namespace {

using cases::Bit;
using cases::CaseRecord;
using cases::StepRow;
using journal::v1::CaseEvent;
using journal::v1::CaseSteps;
using policy::v1::CaseStep;
using policy::v1::Procedure;

bool IsListing(const CaseRecord& record) {
  return record.procedure->proto().purpose() == Procedure::LISTING;
}

// The step by which a rule ends an entry that was repaired; null when the case's state has none.
const StepRow* EndingStep(const CaseRecord& record) {
  if (!IsListing(record) || record.ended()) return nullptr;
  for (const StepRow& step : record.procedure->steps()) {
    if (step.MayBeBy(CaseStep::RULE) && step.Has(CaseStep::LEAVE_FORCE) && !step.proto->undoes() &&
        !step.Asks(policy::v1::StepGuard::EXIT_HOLDS) && (step.from & Bit(record.view.state)) != 0)
      return &step;
  }
  return nullptr;
}

// The step by which a rule undoes the case; null when its state has none: nothing holds any more.
const StepRow* UndoingStep(const CaseRecord& record) {
  if (record.ended()) return nullptr;
  for (const StepRow& step : record.procedure->steps()) {
    if (step.proto->undoes() && (step.from & Bit(record.view.state)) != 0) return &step;
  }
  return nullptr;
}

listing::v1::Reasons Because(absl::string_view why, const std::string& name) {
  listing::v1::Reasons reasons;
  reasons.set_text(absl::StrCat(why, ":", name));
  reasons.set_because(name);
  return reasons;
}

std::set<std::string> VoidedBy(const CaseEvent& event) {
  std::set<std::string> voided;
  for (const auto& amendment : event.details().decision().amendments()) {
    if (amendment.voided()) voided.insert(amendment.evidence());
  }
  return voided;
}

}  // namespace

// A repair that is granted ends the entry it is about: the case that is its target, or every case of
// the subject that rests on the repaired piece and on nothing else that counts.
void CreditState::AddRepaired(const CaseRecord& record, std::vector<Consequence>& out) const {
  const auto add = [&](const CaseRecord& ended) {
    if (const StepRow* step = EndingStep(ended); step != nullptr)
      out.push_back({.name = ended.name,
                     .step = step->proto->id(),
                     .reasons = Because("信用修复", record.name)});
  };
  const listing::v1::Target& target = record.opening.target();
  if (!target.case_().empty()) {
    if (const auto entry = cases_.Find(target.case_()); entry != nullptr) add(*entry);
    return;
  }
  for (const auto& other : cases_.RestingOn(target.evidence())) {
    if (other->opening.subject() != record.opening.subject()) continue;
    const auto& facts = cases::ProposalOf(*other).facts();
    const bool rests_on_others = std::any_of(facts.begin(), facts.end(), [&](const auto& fact) {
      const auto seen = case_register_.Fact(fact.evidence());
      return fact.evidence() != target.evidence() && seen.has_value() && seen->counts;
    });
    if (!rests_on_others) add(*other);
  }
}

void CreditState::AddUndone(const CaseRecord& record,
                            const CaseEvent& event,
                            std::vector<Consequence>& out) const {
  const bool objection = record.procedure->proto().purpose() == Procedure::OBJECTION;
  const listing::v1::Reasons reasons =
      Because(objection ? "异议成立" : "所依据的程序已撤销", record.name);
  std::set<std::string> seen = {record.name};
  std::vector<std::string> undone;
  const auto undo = [&](const CaseRecord& one) {
    const StepRow* step = UndoingStep(one);
    if (step == nullptr || !seen.insert(one.name).second) return;
    undone.push_back(one.name);
    out.push_back({.name = one.name, .step = step->proto->id(), .reasons = reasons});
  };
  if (objection) {
    if (const auto contested = cases_.Find(record.opening.target().case_()); contested != nullptr)
      undo(*contested);
    const std::set<std::string> voided = VoidedBy(event);
    for (const std::string& evidence : voided) {
      for (const auto& resting : cases_.RestingOn(evidence)) {
        if (IsListing(*resting) &&
            !CriteriaMet(*resting, cases::ProposalOf(*resting), case_register_, voided))
          undo(*resting);
      }
    }
  } else {
    undone.push_back(record.name);
  }
  for (size_t i = 0; i < undone.size(); ++i) {
    for (const auto& next : cases_.Following(undone[i])) undo(*next);
  }
}

std::vector<CreditState::Consequence> CreditState::ConsequencesOf(const CaseEvent& event) const {
  std::vector<Consequence> out;
  const auto record = cases_.Find(cases::CaseName(event.year(), event.number()));
  if (record == nullptr) return out;
  const cases::StepIndex index = record->procedure->FindStep(event.step());
  if (index == cases::kNoIndex) return out;
  const StepRow& step = record->procedure->steps()[index];
  if (step.Has(CaseStep::REPAIR_LINE)) AddRepaired(*record, out);
  if (step.Has(CaseStep::UNDO_DEPENDENT)) AddUndone(*record, event, out);
  if (!step.Has(CaseStep::UNDO_DEPENDENT) && step.record != CaseStep::INFORMATION) return out;
  const type::Date today = type::Date::FromDays(today_);
  const absl::StatusOr<CaseRecord> after = cases_.After(event, today, revision_ + 1);
  if (!after.ok()) return out;
  if (const StepRow* closing = cases_.ClosingStep(*after, today); closing != nullptr)
    out.push_back({.name = record->name, .step = closing->proto->id(), .closes = true});
  return out;
}

std::string CreditState::FaultOf(const CaseEvent& event,
                                 const std::vector<Consequence>& follows,
                                 const CaseSteps& steps,
                                 int next) const {
  if (!event.details().reasons().because().empty()) return "a consequence of no step";
  if (const std::string& from = event.opening().follows(); !from.empty()) {
    const auto before = cases_.Find(from);
    if (before == nullptr || before->list == nullptr ||
        before->opening.subject() != event.opening().subject() ||
        before->list->terms().next() != event.opening().list() ||
        !before->procedure->steps()[before->steps.back().step].Has(CaseStep::PROPOSE_NEXT))
      return "a case that follows none";
  }
  for (const Consequence& consequence : follows) {
    if (next >= steps.events_size()) return "a step without its consequences";
    const CaseEvent& taken = steps.events(next++);
    if (cases::CaseName(taken.year(), taken.number()) != consequence.name ||
        taken.step() != consequence.step || taken.party().part() != CaseStep::RULE ||
        taken.details().reasons().because() != consequence.reasons.because() ||
        taken.details().reasons().text() != consequence.reasons.text())
      return "a step without its consequences";
  }
  return "";
}

}  // namespace xince::creditfile
