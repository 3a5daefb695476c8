#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

#include "services/scoring/cases/follow_up.h"
#include "services/scoring/creditfile/credit_state.h"

// Entries that end before their term, because what their list's terms name has come to pass.
namespace xince::creditfile {
namespace {

using cases::CaseRecord;
using journal::v1::CaseEvent;
using policy::v1::CaseStep;
using policy::v1::ListExit;

bool MayLeave(const CaseRecord& record) {
  return record.list != nullptr && !record.list->terms().exits().empty() &&
         cases::ExitStep(record) != nullptr;
}

bool Proposes(const credit::v1::StandingRecord& record, const std::string& list) {
  return std::find(record.proposals().begin(), record.proposals().end(), list) !=
         record.proposals().end();
}

const ListExit* FindExit(const CaseRecord& record, const std::string& id) {
  const auto& exits = record.list->terms().exits();
  const auto found = std::find_if(
      exits.begin(), exits.end(), [&](const ListExit& exit) { return exit.id() == id; });
  return found == exits.end() ? nullptr : &*found;
}

}  // namespace

void CreditState::Leave(const CaseRecord& record,
                        const std::string& exit,
                        bool leaves,
                        journal::Undo* undo) {
  const Leaving leaving{record.year, record.number, exit};
  if (leaving_.contains(leaving) == leaves) return;
  const auto set = [this, leaving](bool in) {
    if (in) {
      leaving_.insert(leaving);
    } else {
      leaving_.erase(leaving);
    }
  };
  set(leaves);
  if (undo != nullptr) undo->Add([set, leaves] { set(!leaves); });
}

void CreditState::NoteOutcome(const std::string& subject,
                              const credit::v1::StandingRecord& after,
                              journal::Undo* undo) {
  const SubjectId id = book_.Find(subject);
  const Standing* before = id == kNone ? nullptr : Find(id);
  if (before == nullptr || cases_.all().empty()) return;
  for (const auto& record : cases_.OfSubject(subject)) {
    if (!MayLeave(*record)) continue;
    const std::string& list = record->opening.list();
    const bool does = Proposes(after, list);
    for (const ListExit& exit : record->list->terms().exits()) {
      if (!exit.no_longer_proposed()) continue;
      if (does || Proposes(before->record, list)) Leave(*record, exit.id(), !does, undo);
    }
  }
}

void CreditState::NoteHappened(SubjectId subject, journal::Undo* undo) {
  if (cases_.all().empty()) return;
  for (const auto& record : cases_.OfSubject(book_.subject(subject).name)) {
    if (!MayLeave(*record)) continue;
    for (const ListExit& exit : record->list->terms().exits()) {
      if (!exit.no_longer_proposed())
        Leave(*record, exit.id(), cases::ExitHolds(exit.id(), *record, case_register_), undo);
    }
  }
}

void CreditState::NoteLeft(const CaseRecord& record, journal::Undo* undo) {
  if (record.view.in_force || record.list == nullptr) return;
  for (const ListExit& exit : record.list->terms().exits()) Leave(record, exit.id(), false, undo);
}

std::optional<CaseEvent> CreditState::LeftByRule(const Leaving& leaving) const {
  const auto& [year, number, id] = leaving;
  const auto record = cases_.Find(cases::CaseName(year, number));
  if (record == nullptr || !MayLeave(*record)) return std::nullopt;
  const ListExit* exit = FindExit(*record, id);
  if (exit == nullptr) return std::nullopt;
  listing::v1::StepParty party;
  party.set_part(CaseStep::RULE);
  listing::v1::StepDetails details;
  details.mutable_reasons()->set_text(absl::StrCat("符合移出条件:", exit->zh()));
  details.mutable_reasons()->set_exit(id);
  auto event = cases_.DecideStep(record->name,
                                 cases::ExitStep(*record)->proto->id(),
                                 party,
                                 details,
                                 0,
                                 type::Date::FromDays(today_),
                                 *calendar_);
  if (!event.ok()) return std::nullopt;
  return *std::move(event);
}

bool CreditState::EntersAgain(const CaseRecord& record) {
  const cases::StepRecord& last = record.steps.back();
  if (last.event.party().part() == CaseStep::CLOCK) return true;
  if (record.list == nullptr || last.event.party().part() != CaseStep::RULE) return false;
  const ListExit* exit = FindExit(record, last.event.details().reasons().exit());
  return exit != nullptr && exit->no_longer_proposed();
}

}  // namespace xince::creditfile
