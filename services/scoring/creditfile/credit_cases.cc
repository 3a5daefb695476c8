#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "services/journal/flat_bytes.h"
#include "services/runtime/errors.h"
#include "services/scoring/cases/follow_up.h"
#include "services/scoring/creditfile/credit_state.h"
#include "services/type/civil_date.h"

// Cases in the state of scoring: what their steps bring about, what clocks and rules do, and how they
// are kept.
namespace xince::creditfile {
namespace {

using cases::CaseRecord;
using journal::v1::CaseEvent;
using journal::v1::CaseSteps;
using policy::v1::CaseStep;
using policy::v1::ListDefinition;
using policy::v1::ListTerms;

// Who takes the steps that nobody takes.
constexpr char kClockActor[] = "xince:clock";
constexpr char kRuleActor[] = "xince:rule";

absl::Status Mismatch(Revision revision, const std::string& name, absl::string_view what) {
  return runtime::ToStatus(runtime::Problem{
      .code = absl::StatusCode::kDataLoss,
      .reason = "REPLAY_MISMATCH",
      .en = absl::StrCat("replaying the journal does not give what it records: ", what),
      .zh = "重放流水的结果与记录不一致",
      .metadata = {{"revision", absl::StrCat(revision)}, {"case", name}}});
}

// What a rule does because of somebody's step is the rule's.
std::string ActorOf(const CaseEvent& event, const journal::Entry& entry) {
  return event.party().part() == CaseStep::RULE ? kRuleActor : entry.actor;
}

listing::v1::StepParty ByRule() {
  listing::v1::StepParty party;
  party.set_part(CaseStep::RULE);
  return party;
}

// The step by which a rule puts what was proposed in force.
const cases::StepRow* EnteringStep(const CaseRecord& record) {
  for (const cases::StepRow& step : record.procedure->steps()) {
    if (step.MayBeBy(CaseStep::RULE) && step.Has(CaseStep::ENTER_FORCE) &&
        (step.from & cases::Bit(record.view.state)) != 0)
      return &step;
  }
  return nullptr;
}

bool EntersAlone(const ListDefinition* list) {
  if (list == nullptr || list->effect() != ListDefinition::FAVOUR) return false;
  const auto& ways = list->terms().ways();
  return std::find(ways.begin(), ways.end(), ListTerms::AUTOMATIC) != ways.end();
}

// What a caller may say of a step: what a rule takes it for is for the rule.
listing::v1::StepDetails Stated(listing::v1::StepDetails details) {
  if (details.has_reasons()) details.mutable_reasons()->clear_because();
  return details;
}

std::string KindOf(const std::string& subject) {
  return std::string(absl::StripSuffix(subject.substr(0, subject.find('/')), "s"));
}

}  // namespace

absl::Status CreditState::MayDecide() const {
  if (today_ == evaluate::kNoDay)
    return runtime::FailedPrecondition(
        "DAY_NOT_OPEN", "", "the register has not opened a day yet", "信用登记尚未开日");
  if (calendar_ == nullptr)
    return runtime::FailedPrecondition("CALENDAR_MISSING",
                                       "",
                                       "this server has no calendar of working days",
                                       "服务器缺少工作日历");
  return absl::OkStatus();
}

absl::StatusOr<CaseSteps> CreditState::DecideOpening(
    const listing::v1::Opening& opening,
    const listing::v1::StepParty& party,
    const listing::v1::StepDetails& details) const {
  XINCE_RETURN_IF_ERROR(MayDecide());
  listing::v1::Opening stated = opening;
  stated.clear_follows();
  XINCE_ASSIGN_OR_RETURN(
      const CaseEvent event,
      cases_.DecideOpen(stated, party, Stated(details), type::Date::FromDays(today_), *calendar_));
  return WithDocuments(WithConsequences(event));
}

absl::StatusOr<CaseSteps> CreditState::DecideStep(const std::string& name,
                                                  const std::string& step,
                                                  const listing::v1::StepParty& party,
                                                  const listing::v1::StepDetails& details,
                                                  Revision expected) const {
  XINCE_RETURN_IF_ERROR(MayDecide());
  XINCE_ASSIGN_OR_RETURN(
      const CaseEvent event,
      cases_.DecideStep(
          name, step, party, Stated(details), expected, type::Date::FromDays(today_), *calendar_));
  return WithDocuments(WithConsequences(event));
}

absl::StatusOr<CaseSteps> CreditState::WithConsequences(const CaseEvent& event) const {
  CaseSteps steps;
  *steps.add_events() = event;
  const type::Date today = type::Date::FromDays(today_);
  for (const Consequence& follows : ConsequencesOf(event)) {
    if (follows.closes) {
      XINCE_ASSIGN_OR_RETURN(const CaseRecord after, cases_.After(event, today, revision_ + 1));
      XINCE_ASSIGN_OR_RETURN(*steps.add_events(), cases_.DecideClosing(after, today, *calendar_));
      continue;
    }
    listing::v1::StepDetails details;
    *details.mutable_reasons() = follows.reasons;
    XINCE_ASSIGN_OR_RETURN(
        *steps.add_events(),
        cases_.DecideStep(follows.name, follows.step, ByRule(), details, 0, today, *calendar_));
  }
  const auto record = cases_.Find(cases::CaseName(event.year(), event.number()));
  if (record == nullptr) return steps;
  const cases::StepIndex index = record->procedure->FindStep(event.step());
  if (record->procedure->steps()[index].Has(CaseStep::PROPOSE_NEXT)) {
    if (std::optional<CaseEvent> next = NextProposed(*record, event.party()); next.has_value())
      *steps.add_events() = *std::move(next);
  }
  return steps;
}

// What cannot be proposed (no such list, no room, facts gone) is left to persons.
std::optional<CaseEvent> CreditState::NextProposed(const CaseRecord& record,
                                                   const listing::v1::StepParty& finder) const {
  if (record.list == nullptr || record.list->terms().next().empty()) return std::nullopt;
  const ListTerms& terms = record.list->terms();
  const std::string& subject = record.opening.subject();
  if (!terms.next_subjects().empty() &&
      std::find(terms.next_subjects().begin(), terms.next_subjects().end(), KindOf(subject)) ==
          terms.next_subjects().end())
    return std::nullopt;
  const type::Date today = type::Date::FromDays(today_);
  const cases::ListSeen next = case_register_.List(terms.next(), today);
  const cases::StepRecord* proposed = record.Last(CaseStep::PROPOSAL);
  if (next.definition == nullptr || proposed == nullptr) return std::nullopt;
  listing::v1::Opening opening;
  opening.set_procedure(next.definition->terms().procedure());
  opening.set_subject(subject);
  opening.set_list(terms.next());
  opening.set_follows(record.name);
  listing::v1::StepDetails details;
  listing::v1::Proposal& proposal = *details.mutable_proposal();
  proposal.set_reasons(absl::StrCat("依", record.list->zh(), "移送:", record.name));
  const listing::v1::Proposal& before = proposed->event.details().proposal();
  *proposal.mutable_contacts() = cases::ContactsOf(record);
  for (const auto& fact : before.facts()) {
    const auto seen = case_register_.Fact(fact.evidence());
    if (!seen.has_value() || !seen->counts) continue;
    auto& named = *proposal.add_facts();
    named.set_evidence(fact.evidence());
    named.set_digest(seen->digest);
    for (const auto& criterion : next.definition->terms().criteria()) {
      if (std::find(criterion.kinds().begin(), criterion.kinds().end(), seen->kind) ==
          criterion.kinds().end())
        continue;
      auto& shown = *proposal.add_criteria();
      shown.set_criterion(criterion.id());
      shown.add_evidence(fact.evidence());
    }
  }
  // Who found the order not met stands for who proposed: neither the person nor the office decides.
  listing::v1::StepParty by = ByRule();
  by.set_person(finder.person());
  by.set_office(finder.office());
  auto event = cases_.DecideOpen(opening, by, details, today, *calendar_);
  if (!event.ok()) return std::nullopt;
  return *std::move(event);
}

std::optional<CaseEvent> CreditState::EnteredByRule(const std::string& subject,
                                                    const std::string& list) const {
  const type::Date today = type::Date::FromDays(today_);
  const auto of = cases_.OfSubject(subject);
  const auto last = std::find_if(
      of.rbegin(), of.rend(), [&](const auto& one) { return one->opening.list() == list; });
  if (last != of.rend() && !(*last)->ended()) {
    const cases::StepRow* step = (*last)->view.in_force ? nullptr : EnteringStep(**last);
    if (step == nullptr) return std::nullopt;
    auto event =
        cases_.DecideStep((*last)->name, step->proto->id(), ByRule(), {}, 0, today, *calendar_);
    if (!event.ok()) return std::nullopt;
    return *std::move(event);
  }
  // What a person ended is not begun again by rule.
  if (last != of.rend() && !EntersAgain(**last)) return std::nullopt;
  const cases::ListSeen seen = case_register_.List(list, today);
  if (!EntersAlone(seen.definition)) return std::nullopt;
  listing::v1::Opening opening;
  opening.set_procedure(seen.definition->terms().procedure());
  opening.set_subject(subject);
  opening.set_list(list);
  listing::v1::StepDetails details;
  details.mutable_proposal()->set_reasons("评价结果达到列入条件");
  auto event = cases_.DecideOpen(opening, ByRule(), details, today, *calendar_);
  if (!event.ok()) return std::nullopt;
  return *std::move(event);
}

std::optional<CreditState::StepsDue> CreditState::StepsThatAreDue() const {
  if (today_ == evaluate::kNoDay || calendar_ == nullptr) return std::nullopt;
  StepsDue due{.actor = kClockActor};
  for (const CaseEvent& event : cases_.DueSteps(type::Date::FromDays(today_), *calendar_)) {
    const absl::StatusOr<CaseSteps> with = WithConsequences(event);
    if (!with.ok()) continue;
    const bool alone = with->events_size() > 1;
    if (alone && !due.steps.events().empty()) break;
    due.steps.mutable_events()->MergeFrom(with->events());
    if (alone || due.steps.events_size() == kClockStepsPerEntryMax) break;
  }
  if (!due.steps.events().empty()) return due;
  due.actor = kRuleActor;
  for (const Leaving& leaving : leaving_) {
    std::optional<CaseEvent> event = LeftByRule(leaving);
    if (!event.has_value()) continue;
    *due.steps.add_events() = *std::move(event);
    return due;
  }
  for (const auto& pair : automatic_) {
    const auto tried = tried_.find(pair);
    if (tried != tried_.end() && tried->second == today_) continue;
    std::optional<CaseEvent> event = EnteredByRule(pair.first, pair.second);
    if (!event.has_value()) {
      tried_[pair] = today_;
      continue;
    }
    *due.steps.add_events() = *std::move(event);
    return due;
  }
  return std::nullopt;
}

absl::Status CreditState::TakeSteps(const CaseSteps& steps,
                                    const journal::Entry& entry,
                                    journal::Undo* undo) {
  if (today_ == evaluate::kNoDay || steps.events().empty())
    return Mismatch(entry.revision, "", "no step of a case");
  Causes causes;
  int next_document = 0;
  size_t consequences = 0;
  for (int i = 0; i < steps.events_size(); ++i) {
    const CaseEvent& event = steps.events(i);
    const std::string name = cases::CaseName(event.year(), event.number());
    // Without its consequences a step would leave in force what it undoes.
    if (consequences == 0) {
      const std::vector<Consequence> follows = ConsequencesOf(event);
      const std::string fault = FaultOf(event, follows, steps, i + 1);
      if (!fault.empty()) return Mismatch(entry.revision, name, fault);
      consequences = follows.size();
    } else {
      --consequences;
    }
    XINCE_RETURN_IF_ERROR(cases_.Apply(event,
                                       type::Date::FromDays(today_),
                                       entry.revision,
                                       entry.record_time_us,
                                       ActorOf(event, entry),
                                       undo));
    if (const std::string fault = desk_.Take(event, steps, next_document, entry, undo);
        !fault.empty())
      return Mismatch(entry.revision, name, fault);
    const CaseRecord& record = *cases_.Find(name);
    BringEffects(record, entry.revision, undo);
    NoteLeft(record, undo);
    CauseStep(record, causes);
  }
  if (next_document != steps.documents_size())
    return Mismatch(entry.revision, "", "a document of no step");
  const CaseEvent& first = steps.events(0);
  NoteRequest(steps.request_digest(), cases::CaseName(first.year(), first.number()), entry, undo);
  Reassess(causes, entry.revision, undo);
  return absl::OkStatus();
}

void CreditState::BringEffects(const CaseRecord& record, Revision revision, journal::Undo* undo) {
  const cases::StepRecord& taken = record.steps.back();
  const std::string& evidence = record.opening.target().evidence();
  for (const CaseStep::Effect effect : record.procedure->steps()[taken.step].effects) {
    if (effect == CaseStep::CONTEST && !evidence.empty()) {
      rulings_.Contest(evidence, record.name, undo);
    } else if (effect == CaseStep::REPAIR_LINE && !evidence.empty()) {
      rulings_.Rule(evidence,
                    {.kind = Ruling::Kind::kRepaired,
                     .by = record.name,
                     .revision = revision,
                     .points = taken.event.details().decision().repaired_points_hundredths(),
                     .from = taken.day.days()},
                    undo);
    } else if (effect == CaseStep::UNDO_REPAIR && !evidence.empty()) {
      rulings_.UndoRepair(evidence, record.name, taken.day.days(), revision, undo);
    } else if (effect == CaseStep::AMEND) {
      for (const auto& amendment : taken.event.details().decision().amendments()) {
        Ruling ruling{.kind = amendment.voided() ? Ruling::Kind::kVoided : Ruling::Kind::kAmended,
                      .by = record.name,
                      .revision = revision};
        if (!amendment.voided() && amendment.has_given_points_hundredths())
          ruling.points = amendment.given_points_hundredths();
        const auto corrected = type::ParseDate(amendment.corrected_on());
        if (!amendment.voided() && corrected.ok()) ruling.corrected = corrected->days();
        rulings_.Rule(amendment.evidence(), ruling, undo);
      }
    }
  }
}

// Whom the newest step of a case may concern: its subject, those its evidence reaches, and those whose
// score takes theirs in.
void CreditState::CauseStep(const CaseRecord& record, Causes& causes) const {
  std::set<SubjectId> about;
  const auto add = [&](absl::string_view subject) {
    const SubjectId id = book_.Find(subject);
    if (id != kNone) about.insert(id);
  };
  const auto add_evidence = [&](const std::string& evidence) {
    const PieceId piece = evidence.empty() ? kNone : book_.NewestOf(evidence);
    if (piece != kNone) about.insert(book_.piece(piece).about);
  };
  add(record.opening.subject());
  add_evidence(record.opening.target().evidence());
  for (const auto& amendment : record.steps.back().event.details().decision().amendments())
    add_evidence(amendment.evidence());
  const std::string cause = absl::StrCat("case:", record.name);
  for (const SubjectId subject : about) {
    for (const SubjectId up : book_.Upward(subject)) {
      std::vector<std::string>& of_subject = causes[up];
      if (of_subject.size() < kCausesMax &&
          std::find(of_subject.begin(), of_subject.end(), cause) == of_subject.end())
        of_subject.push_back(cause);
    }
  }
}

void CreditState::NoteRequest(const std::string& request_digest,
                              const std::string& name,
                              const journal::Entry& entry,
                              journal::Undo* undo) {
  if (entry.request_id.empty() || request_digest.empty()) return;
  const std::pair key(entry.actor, entry.request_id);
  const bool added = step_requests_
                         .try_emplace(key,
                                      CarriedStep{.request_digest = request_digest,
                                                  .name = name,
                                                  .revision = entry.revision})
                         .second;
  if (added && undo != nullptr) undo->Add([this, key] { step_requests_.erase(key); });
}

const CarriedStep* CreditState::FindStepRequest(const std::string& actor,
                                                const std::string& request_id) const {
  if (request_id.empty()) return nullptr;
  const auto found = step_requests_.find({actor, request_id});
  return found == step_requests_.end() ? nullptr : &found->second;
}

void CreditState::NoteProposals(const std::string& subject,
                                const credit::v1::StandingRecord* record,
                                journal::Undo* undo) {
  if (record->proposals().empty() && automatic_.empty()) return;
  std::set<std::string> lists;
  for (const std::string& list : record->proposals()) {
    if (EntersAlone(case_register_.List(list, type::Date::FromDays(today_)).definition))
      lists.insert(list);
  }
  std::set<std::string> before;
  for (auto at = automatic_.lower_bound({subject, ""});
       at != automatic_.end() && at->first == subject;)
    before.insert((at++)->second);
  if (before == lists) return;
  const auto put = [this, subject](const std::set<std::string>& out,
                                   const std::set<std::string>& in) {
    for (const std::string& list : out) automatic_.erase({subject, list});
    for (const std::string& list : in) automatic_.emplace(subject, list);
  };
  put(before, lists);
  if (undo != nullptr) undo->Add([put, before, lists] { put(lists, before); });
}

void CreditState::SaveCases(journal::FlatWriter& out) const {
  // Each procedure and list once, as the cases run by them.
  std::map<std::string, uint32_t> procedures;
  std::map<std::string, uint32_t> lists;
  const auto number = [](std::map<std::string, uint32_t>& of, std::string bytes) {
    return of.try_emplace(std::move(bytes), static_cast<uint32_t>(of.size())).first->second;
  };
  journal::FlatWriter kept;
  kept.U64(cases_.all().size());
  for (const auto& [key, record] : cases_.all()) {
    kept.U32(record->year);
    kept.U32(record->number);
    kept.U32(number(procedures, record->procedure->proto().SerializeAsString()));
    kept.U8(record->list == nullptr ? 0 : 1);
    if (record->list != nullptr) kept.U32(number(lists, record->list->SerializeAsString()));
    kept.U32(static_cast<uint32_t>(record->steps.size()));
    for (const cases::StepRecord& step : record->steps) {
      kept.Text(step.event.SerializeAsString());
      kept.I64(step.on.days());
      kept.U64(step.revision);
      kept.I64(step.time_us);
      kept.Text(step.actor);
    }
  }
  for (const auto* of : {&procedures, &lists}) {
    std::vector<absl::string_view> in_order(of->size());
    for (const auto& [bytes, at] : *of) in_order[at] = bytes;
    out.U32(static_cast<uint32_t>(in_order.size()));
    for (const absl::string_view bytes : in_order) out.Text(bytes);
  }
  out.Raw(kept.bytes());
  desk_.Save(out);
  rulings_.Save(out);
  out.U64(step_requests_.size());
  for (const auto& [key, carried] : step_requests_) {
    out.Text(key.first);
    out.Text(key.second);
    out.Text(carried.request_digest);
    out.Text(carried.name);
    out.U64(carried.revision);
  }
  out.U64(automatic_.size());
  for (const auto& [subject, list] : automatic_) {
    out.Text(subject);
    out.Text(list);
  }
  out.U64(leaving_.size());
  for (const auto& [year, number, exit] : leaving_) {
    out.U32(year);
    out.U32(number);
    out.Text(exit);
  }
}

bool CreditState::LoadCases(journal::FlatReader& in, Day today) {
  std::vector<std::shared_ptr<const cases::Procedure>> procedures;
  for (uint32_t i = in.U32(); i > 0 && in.ok(); --i) {
    policy::v1::Procedure proto;
    if (!proto.ParseFromString(std::string(in.Text()))) return false;
    auto compiled = cases::Procedure::Compile(proto);
    if (!compiled.ok()) return false;
    procedures.push_back(std::make_shared<const cases::Procedure>(*std::move(compiled)));
  }
  std::vector<std::shared_ptr<const ListDefinition>> lists;
  for (uint32_t i = in.U32(); i > 0 && in.ok(); --i) {
    ListDefinition list;
    if (!list.ParseFromString(std::string(in.Text()))) return false;
    lists.push_back(std::make_shared<const ListDefinition>(std::move(list)));
  }
  for (uint64_t i = in.U64(); i > 0 && in.ok(); --i) {
    CaseRecord record;
    record.year = in.U32();
    record.number = in.U32();
    record.name = cases::CaseName(record.year, record.number);
    const uint32_t procedure = in.U32();
    if (procedure >= procedures.size()) return false;
    record.procedure = procedures[procedure];
    if (in.U8() != 0) {
      const uint32_t list = in.U32();
      if (list >= lists.size()) return false;
      record.list = lists[list];
    }
    for (uint32_t j = in.U32(); j > 0 && in.ok(); --j) {
      cases::StepRecord& step = record.steps.emplace_back();
      if (!step.event.ParseFromString(std::string(in.Text()))) return false;
      step.on = type::Date::FromDays(static_cast<Day>(in.I64()));
      step.revision = in.U64();
      step.time_us = in.I64();
      step.actor = std::string(in.Text());
    }
    if (record.steps.empty()) return false;
    record.opening = record.steps.front().event.opening();
    if (!in.ok() || !cases_.Restore(record, type::Date::FromDays(today))) return false;
  }
  if (!desk_.Load(in) || !rulings_.Load(in)) return false;
  for (uint64_t i = in.U64(); i > 0 && in.ok(); --i) {
    std::string actor(in.Text());
    std::string id(in.Text());
    CarriedStep& carried = step_requests_[{std::move(actor), std::move(id)}];
    carried.request_digest = std::string(in.Text());
    carried.name = std::string(in.Text());
    carried.revision = in.U64();
  }
  for (uint64_t i = in.U64(); i > 0 && in.ok(); --i) {
    std::string subject(in.Text());
    automatic_.emplace(std::move(subject), std::string(in.Text()));
  }
  for (uint64_t i = in.U64(); i > 0 && in.ok(); --i) {
    const uint32_t year = in.U32();
    const uint32_t number = in.U32();
    leaving_.emplace(year, number, std::string(in.Text()));
  }
  return in.ok();
}

}  // namespace xince::creditfile
