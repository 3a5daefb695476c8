#include "services/scoring/cases/follow_up.h"

#include <algorithm>

namespace xince::cases {
namespace {

using policy::v1::CaseStep;
using policy::v1::ListExit;
using policy::v1::StepGuard;
using type::Date;

// First day of the entry as it stands; kDateMax when it does not stand.
Date FirstDay(const CaseRecord& record) {
  if (!record.view.in_force) return type::kDateMax;
  const std::vector<Span> entered = SpansEntered(record, record.revision());
  return entered.empty() ? type::kDateMax : entered.back().from;
}

bool EnoughHappened(const ListExit& exit, const CaseRecord& record, const RegisterView& view) {
  const std::string& subject = record.opening.subject();
  Date after = FirstDay(record);
  if (after == type::kDateMax) return false;
  for (const Date broken : view.OccurredAfter(subject, exit.broken_by(), after))
    after = std::max(after, broken);
  return view.OccurredAfter(subject, exit.kinds(), after).size() >=
         std::max<size_t>(1, exit.count());
}

}  // namespace

const NamedContacts& ContactsOf(const CaseRecord& record) {
  if (const StepRecord* named = record.Last(CaseStep::CONTACTS); named != nullptr)
    return named->event.details().contacts().contacts();
  const StepRecord* proposed = record.Last(CaseStep::PROPOSAL);
  return (proposed == nullptr ? listing::v1::Proposal::default_instance()
                              : proposed->event.details().proposal())
      .contacts();
}

bool EveryLevelHas(const NamedContacts& contacts, const CaseRecord& record) {
  if (record.list == nullptr) return true;
  const auto& levels = record.list->terms().contacts();
  return std::all_of(levels.begin(), levels.end(), [&](const int level) {
    return std::any_of(contacts.begin(), contacts.end(), [&](const listing::v1::Contact& contact) {
      return contact.level() == level && !contact.name().empty();
    });
  });
}

bool FollowUpInOrder(const listing::v1::FollowUp& follow_up, const CaseRecord& record, Date today) {
  const NamedContacts& contacts = ContactsOf(record);
  const bool theirs =
      contacts.empty() ||
      std::any_of(contacts.begin(), contacts.end(), [&](const listing::v1::Contact& contact) {
        return contact.level() == follow_up.contact().level() &&
               contact.name() == follow_up.contact().name();
      });
  const Date held = DayOr(follow_up.held_on(), type::kDateMax);
  const StepRecord* before = record.Last(CaseStep::FOLLOW_UP);
  return theirs && held <= today && held >= FirstDay(record) &&
         (before == nullptr || held >= before->day) &&
         DayOr(follow_up.next_on(), type::kDateMax) > held;
}

const StepRow* ExitStep(const CaseRecord& record) {
  if (record.ended() || !record.view.in_force) return nullptr;
  for (const StepRow& step : record.procedure->steps()) {
    if (step.MayBeBy(CaseStep::RULE) && step.Has(CaseStep::LEAVE_FORCE) &&
        step.Asks(StepGuard::EXIT_HOLDS) && (step.from & Bit(record.view.state)) != 0)
      return &step;
  }
  return nullptr;
}

bool ExitHolds(const std::string& id, const CaseRecord& record, const RegisterView& view) {
  if (record.list == nullptr) return false;
  const auto& exits = record.list->terms().exits();
  const auto exit =
      std::find_if(exits.begin(), exits.end(), [&](const ListExit& one) { return one.id() == id; });
  if (exit == exits.end()) return false;
  if (exit->no_longer_proposed())
    return !view.Proposes(record.opening.subject(), record.opening.list());
  return EnoughHappened(*exit, record, view);
}

}  // namespace xince::cases
