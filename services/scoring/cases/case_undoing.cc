#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "services/scoring/cases/case_book.h"
#include "services/scoring/cases/case_errors.h"
#include "services/scoring/cases/told.h"

// What rests on what among cases, and who is told again when it is undone.
namespace xince::cases {
namespace {

using policy::v1::CaseStep;
using policy::v1::StepGuard;
using Records = std::vector<std::shared_ptr<const CaseRecord>>;

// The evidence that the newest decision of an objection is about.
std::set<std::string> DecidedAbout(const CaseRecord& record) {
  std::set<std::string> evidence;
  if (const StepRecord* decision = record.Last(CaseStep::DECISION); decision != nullptr) {
    for (const auto& amendment : decision->event.details().decision().amendments())
      evidence.insert(amendment.evidence());
  }
  return evidence;
}

// Open, or ended by a rule because of the case.
bool EndedNoEarlier(const CaseRecord& record, const std::string& because) {
  return !record.ended() || record.steps.back().event.details().reasons().because() == because;
}

}  // namespace

Records CaseBook::At(const std::map<std::string, std::set<Key>>& index,
                     absl::string_view by) const {
  Records records;
  const auto found = index.find(std::string(by));
  if (found == index.end()) return records;
  for (const Key& key : found->second) records.push_back(cases_.at(key));
  return records;
}

Records CaseBook::EverRestingOn(absl::string_view evidence) const {
  return At(rests_on_, evidence);
}

Records CaseBook::RestingOn(absl::string_view evidence) const {
  Records records = EverRestingOn(evidence);
  records.erase(
      std::remove_if(
          records.begin(), records.end(), [](const auto& record) { return record->ended(); }),
      records.end());
  return records;
}

Records CaseBook::Following(absl::string_view name) const { return At(follows_, name); }

std::vector<listing::v1::ToldBefore> CaseBook::ToldOfUndone(const CaseRecord& record) const {
  Records about;
  std::set<std::string> seen;
  const auto add = [&](const std::shared_ptr<const CaseRecord>& one) {
    if (one != nullptr && seen.insert(one->name).second) about.push_back(one);
  };
  if (record.procedure->proto().purpose() == policy::v1::Procedure::OBJECTION) {
    if (!record.opening.target().case_().empty()) add(Find(record.opening.target().case_()));
    for (const std::string& evidence : DecidedAbout(record)) {
      for (const auto& resting : EverRestingOn(evidence)) add(resting);
    }
  } else {
    add(std::make_shared<const CaseRecord>(record));
  }
  for (size_t i = 0; i < about.size(); ++i) {
    for (const auto& next : Following(about[i]->name)) {
      if (EndedNoEarlier(*next, record.name)) add(next);
    }
  }
  return cases::ToldOf(about);
}

const StepRow* CaseBook::ClosingStep(const CaseRecord& record, type::Date today) const {
  if (!AsksWhoWasTold(record)) return nullptr;
  const auto& steps = record.procedure->steps();
  for (size_t i = 0; i < steps.size(); ++i) {
    if (!steps[i].Asks(StepGuard::TOLD_AGAIN) || !steps[i].MayBeBy(CaseStep::RULE)) continue;
    const Attempt attempt{.step = static_cast<StepIndex>(i),
                          .part = CaseStep::RULE,
                          .shown = Bit(StepGuard::TOLD_AGAIN)};
    if (Fits(*record.procedure, record.view, attempt) == Refusal::kNone &&
        Missing(*record.procedure, record.view, attempt).empty() &&
        CircumstancesOf(record, today).to_tell.empty())
      return &steps[i];
  }
  return nullptr;
}

absl::StatusOr<journal::v1::CaseEvent> CaseBook::DecideClosing(
    const CaseRecord& record, type::Date today, const type::WorkingDays& calendar) const {
  const StepRow* step = ClosingStep(record, today);
  if (step == nullptr) return CaseUnknown(record.name);
  journal::v1::CaseEvent event;
  event.set_step(step->proto->id());
  event.mutable_party()->set_part(CaseStep::RULE);
  return Decide(record, std::move(event), today, calendar);
}

void CaseBook::DescribeObjections(const CaseRecord& record, listing::v1::Case& out) const {
  for (const auto& other : OfSubject(record.opening.subject())) {
    if (other->opening.target().case_() != record.name || !other->view.contested) continue;
    listing::v1::PendingObjection& pending = *out.add_objections();
    pending.set_case_(other->name);
    pending.set_step(other->opening.target().step());
    pending.set_since(FormatDate(other->steps.front().day));
  }
}

}  // namespace xince::cases
