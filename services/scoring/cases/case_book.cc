#include "services/scoring/cases/case_book.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "services/runtime/errors.h"
#include "services/scoring/cases/case_errors.h"
#include "services/scoring/cases/criteria.h"
#include "services/scoring/cases/names.h"
#include "services/scoring/cases/step_rules.h"
#include "services/scoring/cases/told.h"

namespace xince::cases {
namespace {

using journal::v1::CaseEvent;
using listing::v1::StepDetails;
using policy::v1::CaseClock;
using policy::v1::CaseStep;
using type::Date;

// The field of the details that a step asks for; DETAILS_NOT_SET for none.
StepDetails::DetailsCase DetailsOf(CaseStep::Record record) {
  static_assert(static_cast<int>(StepDetails::kInformation) == CaseStep::INFORMATION);
  return static_cast<StepDetails::DetailsCase>(record);
}

// The day a step counts from.
std::string CountsFrom(const CaseRecord& record,
                       const StepRow& step,
                       const StepDetails& details,
                       Date today) {
  if (details.has_service()) {
    const Date day = DayOr(details.service().day(), today);
    const bool posted = details.service().method() == listing::v1::Service::PUBLIC_NOTICE;
    return FormatDate(posted ? day + step.proto->public_notice_days() : day);
  }
  if (details.has_hearing()) return details.hearing().held_on();
  if (details.has_acceptance()) return details.acceptance().inspected_on();
  if (details.has_follow_up()) return details.follow_up().held_on();
  if (!details.statement().received_on().empty()) return details.statement().received_on();
  if (details.has_order() && !record.steps.empty()) {
    // An order holds from its own day; nothing that was done since is taken back.
    const Date issued = DayOr(details.order().document().issue_date(), today);
    if (record.steps.back().day <= issued && issued <= today) return FormatDate(issued);
  }
  return FormatDate(today);
}

int ListMonths(const CaseRecord& record) {
  const StepRecord* proposed = record.Last(CaseStep::PROPOSAL);
  const int own =
      proposed == nullptr ? 0 : static_cast<int>(proposed->event.details().proposal().months());
  if (own > 0 || record.list == nullptr) return own;
  return static_cast<int>(record.list->terms().months());
}

// The day that a step states for a clock: the end of an order, else the day before the decision's effect.
Date StatedBy(const CaseRecord& record, const CaseEvent& event, Date day) {
  if (event.details().has_rectification())
    return DayOr(event.details().rectification().until(), day);
  const StepRecord* decision = record.Last(CaseStep::DECISION);
  const Date effective =
      decision == nullptr ? day : DayOr(decision->event.details().decision().effective_on(), day);
  return std::max(effective, day) - 1;
}

bool HasQuota(const CaseRecord& record) {
  return record.list != nullptr && record.list->terms().quota() > 0;
}

// An objection lessens what a piece takes or earns, to 0 at most.
absl::Status CheckPoints(const listing::v1::Amendment& amendment,
                         const std::string& subject,
                         const RegisterView& view,
                         Date today) {
  if (amendment.voided() || !amendment.has_given_points_hundredths()) return absl::OkStatus();
  const auto asks = view.PointsOf(amendment.evidence(), subject, today);
  if (!asks.has_value()) return absl::OkStatus();
  int64_t points = amendment.given_points_hundredths();
  if (asks->by_size) points = asks->most > 0 ? std::abs(points) : -std::abs(points);
  if (asks->least <= points && points <= asks->most) return absl::OkStatus();
  return PointsWrong(amendment.evidence(), asks->least, asks->most);
}

bool ExtendsOrOrders(const StepRow& step) { return step.record == CaseStep::RECTIFICATION; }

}  // namespace

bool CaseBook::ClockCalls(const CaseRecord& record, StepIndex step, Date day) const {
  for (size_t i = 0; i < record.procedure->clocks().size(); ++i) {
    if (record.procedure->clocks()[i].then == step && record.view.clocks[i] == ClockStatus::kOver)
      return true;
  }
  const ClockIndex shortened = ShortenedByLaw(record, day);
  return shortened != kNoIndex && record.procedure->clocks()[shortened].then == step;
}

// Other subjects of the kind on the list, and the day on which a place is free by itself: when so many
// entries have run out that the quota is not reached.
void CaseBook::LookAtPlaces(const std::set<Key>& on_list,
                            const CaseRecord& record,
                            Circumstances& circumstances) const {
  std::map<std::string, Date> ends;
  for (const Key& key : on_list) {
    const CaseRecord& other = *cases_.at(key);
    if (other.opening.subject() == record.opening.subject()) continue;
    Date& end = ends.try_emplace(other.opening.subject(), type::kDateMin).first->second;
    end = std::max(end, ScheduledDay(other, CaseStep::LEAVE_FORCE));
  }
  circumstances.on_list = static_cast<int>(ends.size());
  const size_t quota = record.list->terms().quota();
  if (ends.size() < quota) return;
  std::vector<Date> days;
  for (const auto& [subject, end] : ends) days.push_back(end);
  std::sort(days.begin(), days.end());
  circumstances.place_free_on = days[ends.size() - quota];
}

// Other cases of the subject for the same list, whatever their matter says: one is prepared at a time,
// and one is in force.
void CaseBook::LookAtOwnEntries(const CaseRecord& record, Circumstances& circumstances) const {
  const auto found = of_subject_.find(record.opening.subject());
  if (record.list == nullptr || found == of_subject_.end()) return;
  for (const Key& key : found->second) {
    const CaseRecord& other = *cases_.at(key);
    if (key == Key{record.year, record.number} || other.ended() ||
        other.opening.list() != record.opening.list())
      continue;
    if (other.view.in_force) {
      circumstances.on_it_already = true;
      circumstances.off_it_on = ScheduledDay(other, CaseStep::LEAVE_FORCE);
    } else if (!other.view.undone) {
      circumstances.another_open = true;
    }
  }
}

Date CaseBook::OffListSince(const CaseRecord& record) const {
  Date since = type::kDateMin;
  if (record.list == nullptr) return since;
  for (const auto& other : OfSubject(record.opening.subject())) {
    if (other->opening.list() != record.opening.list()) continue;
    for (const Span& span : SpansEntered(*other, other->revision()))
      if (span.until != type::kDateMax) since = std::max(since, span.until);
  }
  return since;
}

Circumstances CaseBook::CircumstancesOf(const CaseRecord& record, Date today) const {
  Circumstances circumstances{.view = &view_, .today = today};
  if (const auto found = of_matter_.find(record.MatterKey()); found != of_matter_.end()) {
    for (const Key& key : found->second) {
      if (key == Key{record.year, record.number}) continue;
      if (open_.contains(key)) circumstances.another_open = true;
      const CaseRecord& other = *cases_.at(key);
      if (other.ended() && other.Last(CaseStep::DECISION) != nullptr)
        circumstances.decided_before = true;
    }
  }
  LookAtOwnEntries(record, circumstances);
  const std::string collection =
      record.opening.subject().substr(0, record.opening.subject().find('/'));
  if (const auto found = on_list_.find(absl::StrCat(record.opening.list(), "\n", collection));
      found != on_list_.end() && HasQuota(record))
    LookAtPlaces(found->second, record, circumstances);
  if (!record.opening.target().case_().empty())
    circumstances.target = Find(record.opening.target().case_()).get();
  if (AsksWhoWasTold(record)) {
    circumstances.told = ToldOfUndone(record);
    circumstances.to_tell = StillToTell(record, circumstances.told);
  }
  return circumstances;
}

absl::StatusOr<CaseRecord> CaseBook::Begin(const listing::v1::Opening& opening, Date today) const {
  CaseRecord record;
  record.opening = opening;
  record.opening.clear_policy_digests();
  if (!view_.Filed(opening.subject())) return SubjectUnknown(opening.subject());
  const ProcedureSeen procedure = procedures_.Find(opening.procedure(), today);
  record.procedure = procedure.procedure;
  if (record.procedure == nullptr) return ProcedureUnknown(opening.procedure());
  record.opening.add_policy_digests(procedure.policy_digest);
  const auto purpose = record.procedure->proto().purpose();
  if (purpose == policy::v1::Procedure::LISTING) {
    const ListSeen list = view_.List(opening.list(), today);
    if (list.definition == nullptr) return ListUnknown(opening.list());
    if (list.definition->terms().procedure() != opening.procedure())
      return OpeningIncomplete("procedure", list.definition->terms().procedure());
    record.list = std::make_shared<const policy::v1::ListDefinition>(*list.definition);
    if (list.policy_digest != procedure.policy_digest)
      record.opening.add_policy_digests(list.policy_digest);
  }
  const listing::v1::Target& target = opening.target();
  const bool has_target = target.of_case() != listing::v1::Target::OF_NOT_SET;
  const bool needs_target =
      purpose == policy::v1::Procedure::OBJECTION || purpose == policy::v1::Procedure::REPAIR;
  if (needs_target != has_target) return OpeningIncomplete("target", needs_target ? "1" : "0");
  if (!target.evidence().empty() && !view_.Reaches(target.evidence(), opening.subject()))
    return TargetUnknown(target.evidence());
  std::shared_ptr<const CaseRecord> contested;
  if (!target.case_().empty()) {
    contested = Find(target.case_());
    if (contested == nullptr || contested->opening.subject() != opening.subject())
      return TargetUnknown(target.case_());
  }
  XINCE_RETURN_IF_ERROR(CheckOpening(opening, purpose, contested.get(), today));
  record.year = static_cast<uint32_t>(today.year());
  const auto last = cases_.lower_bound({record.year + 1, 0});
  const bool first = last == cases_.begin() || std::prev(last)->first.first != record.year;
  record.number = first ? 1 : std::prev(last)->first.second + 1;
  record.name = CaseName(record.year, record.number);
  return record;
}

absl::Status CaseBook::CheckDetails(const CaseRecord& record,
                                    const StepRow& step,
                                    const CaseEvent& event,
                                    Date today,
                                    const type::WorkingDays& calendar) const {
  const auto& party = event.party();
  const auto part = party.part();
  if (part == CaseStep::PARTY_UNSPECIFIED) return PartyIncomplete("part");
  const bool officer =
      part == CaseStep::RECORDER || part == CaseStep::OFFICER || part == CaseStep::DECIDER;
  const bool machine = part == CaseStep::CLOCK || part == CaseStep::RULE;
  if (!machine && NameKey(party.person()).empty()) return PartyIncomplete("person");
  if (officer && NameKey(party.office()).empty()) return PartyIncomplete("office");
  const auto asked = DetailsOf(step.record);
  if (asked != StepDetails::DETAILS_NOT_SET && event.details().details_case() != asked)
    return DetailsMissing(step.record);
  if (asked == StepDetails::DETAILS_NOT_SET &&
      event.details().details_case() != StepDetails::DETAILS_NOT_SET)
    return DetailsMissing(step.record);
  XINCE_RETURN_IF_ERROR(CheckRoom(record, step, event));
  XINCE_RETURN_IF_ERROR(CheckWords(record, step, event, today));
  const auto stated =
      event.details().statement().points_size() + event.details().objection().points_size();
  if (record.points + static_cast<uint32_t>(stated) > kPointsMax)
    return CaseFull("points", kPointsMax);
  for (const auto& answer : event.details().answers().answers()) {
    if (answer.point() == 0 || answer.point() > record.points) return PointUnknown(answer.point());
  }
  for (const auto& amendment : event.details().decision().amendments()) {
    if (!view_.Fact(amendment.evidence()).has_value() ||
        !view_.Reaches(amendment.evidence(), record.opening.subject()))
      return TargetUnknown(amendment.evidence());
    XINCE_RETURN_IF_ERROR(CheckPoints(amendment, record.opening.subject(), view_, today));
  }
  if (!ExtendsOrOrders(step)) return absl::OkStatus();
  if (DayOr(event.details().rectification().until(), today) <= today)
    return DetailsWrong("rectification.until", FormatDate(today + 1));
  return CheckExtension(record, step, event, calendar);
}

absl::Status CaseBook::CheckExtension(const CaseRecord& record,
                                      const StepRow& step,
                                      const CaseEvent& event,
                                      const type::WorkingDays& calendar) const {
  if (step.extends == kNoIndex) return absl::OkStatus();
  const ClockRun& run = record.clocks[step.extends];
  const CaseClock& clock = *record.procedure->clocks()[step.extends].proto;
  if (run.extended >= clock.extensions()) return ExtensionsUsed(clock.extensions());
  if (run.due == type::kDateMax) return NothingToExtend(clock);
  XINCE_ASSIGN_OR_RETURN(const Date latest, LatestExtension(clock, run.due, calendar));
  const Date until = DayOr(event.details().rectification().until(), run.due);
  if (until <= run.due || until > latest)
    return DetailsWrong("rectification.until", FormatDate(latest));
  return absl::OkStatus();
}

absl::Status CaseBook::SetClocks(const CaseRecord& record,
                                 const StepRow& step,
                                 Date today,
                                 const type::WorkingDays& calendar,
                                 CaseEvent& event) const {
  const Date day = DayOr(event.day(), today);
  const PublicitySeen publicity = PublicityOfCase(record, view_, today);
  Lengths lengths{.list_months = ListMonths(record),
                  .publicity_min_months = publicity.min_months,
                  .publicity_max_months = publicity.max_months,
                  .next_follow_up = DayOr(event.details().follow_up().next_on(), type::kDateMax),
                  .stated = StatedBy(record, event, day)};
  if (record.list != nullptr) {
    const policy::v1::ListTerms& terms = record.list->terms();
    lengths.draft_days = static_cast<int>(terms.draft_publicity_days());
    if (terms.has_follow_up()) lengths.follow_up = &terms.follow_up();
  }
  const bool goes_on = step.Has(CaseStep::RESUME) && OrdersStanding(record, event).empty();
  for (size_t i = 0; i < record.procedure->clocks().size(); ++i) {
    const ClockRow& clock = record.procedure->clocks()[i];
    const bool resumes = goes_on && clock.rests && record.view.clocks[i] == ClockStatus::kRunning;
    Date due = type::kDateMax;
    if ((step.starts & Bit(static_cast<int>(i))) != 0) {
      const bool of_publicity = clock.proto->length() == CaseClock::PUBLICITY_MAXIMUM ||
                                clock.proto->length() == CaseClock::PUBLICITY_MINIMUM;
      const auto last =
          LastDay(*clock.proto, of_publicity ? publicity.from : day, lengths, calendar);
      // A limit that something follows from is never guessed; one that is only reported does not keep
      // the step off, and has no last day until the calendar is known.
      if (!last.ok() && !clock.only_reports) return last.status();
      if (last.ok()) due = *last;
    } else if (step.extends == i) {
      due = lengths.stated;
    } else if (resumes && record.suspended_on.has_value()) {
      XINCE_ASSIGN_OR_RETURN(
          due, Resumed(*clock.proto, record.clocks[i].due, *record.suspended_on, day, calendar));
    } else {
      continue;
    }
    auto* set = event.add_clocks();
    set->set_clock(clock.proto->id());
    if (due != type::kDateMax) set->set_due(FormatDate(due));
  }
  return absl::OkStatus();
}

absl::StatusOr<CaseEvent> CaseBook::Decide(CaseRecord record,
                                           CaseEvent event,
                                           Date today,
                                           const type::WorkingDays& calendar) const {
  const StepIndex index = record.procedure->FindStep(event.step());
  if (index == kNoIndex) return StepUnknown(event.step());
  const StepRow& step = record.procedure->steps()[index];
  XINCE_RETURN_IF_ERROR(CheckDetails(record, step, event, today, calendar));
  event.set_year(record.year);
  event.set_number(record.number);
  event.set_day(CountsFrom(record, step, event.details(), today));
  const Circumstances circumstances = CircumstancesOf(record, today);
  const Attempt attempt = Examine(event, circumstances, record);
  if (attempt.person >= kPersonsMax || attempt.office >= kPersonsMax)
    return CaseFull("persons", kPersonsMax);
  Refusal refusal = Fits(*record.procedure, record.view, attempt);
  if (refusal == Refusal::kNone && attempt.part == CaseStep::CLOCK &&
      !ClockCalls(record, index, today))
    refusal = Refusal::kNotByThisParty;
  if (refusal != Refusal::kNone) return DoesNotFit(refusal, record, *step.proto);
  std::vector<listing::v1::MissingGuard> missing;
  for (const GuardRow* guard : Missing(*record.procedure, record.view, attempt))
    missing.push_back(cases::Describe(*guard, record, circumstances));
  if (!missing.empty()) return GuardMissing(missing, *step.proto);
  XINCE_RETURN_IF_ERROR(CheckIdentities(record, event, today));
  XINCE_RETURN_IF_ERROR(SetClocks(record, step, today, calendar, event));
  return event;
}

absl::StatusOr<CaseEvent> CaseBook::DecideOpen(const listing::v1::Opening& opening,
                                               const listing::v1::StepParty& party,
                                               const StepDetails& details,
                                               Date today,
                                               const type::WorkingDays& calendar) const {
  XINCE_ASSIGN_OR_RETURN(CaseRecord record, Begin(opening, today));
  if (open_.size() >= kOpenCasesMax) return TooManyOpen(kOpenCasesMax);
  const auto of = OfSubject(opening.subject());
  const auto open =
      std::count_if(of.begin(), of.end(), [](const auto& one) { return !one->ended(); });
  if (static_cast<size_t>(open) >= kOpenCasesOfSubjectMax)
    return TooManyOpen(kOpenCasesOfSubjectMax);
  const auto own = std::count_if(of.begin(), of.end(), [](const auto& one) {
    return !one->ended() && one->steps.front().event.party().part() == CaseStep::SUBJECT;
  });
  if (party.part() == CaseStep::SUBJECT && static_cast<size_t>(own) >= kOpenCasesBySubjectMax)
    return TooManyOpen(kOpenCasesBySubjectMax);
  CaseEvent event;
  event.set_step(record.procedure->proto().steps(record.procedure->opening()).id());
  *event.mutable_party() = party;
  *event.mutable_details() = details;
  *event.mutable_opening() = record.opening;
  return Decide(std::move(record), std::move(event), today, calendar);
}

absl::StatusOr<CaseEvent> CaseBook::DecideStep(const std::string& name,
                                               const std::string& step,
                                               const listing::v1::StepParty& party,
                                               const StepDetails& details,
                                               Revision expected,
                                               Date today,
                                               const type::WorkingDays& calendar) const {
  const std::shared_ptr<const CaseRecord> record = Find(name);
  if (record == nullptr) return CaseUnknown(name);
  if (expected != 0 && expected != record->revision()) return Changed(record->revision());
  CaseEvent event;
  event.set_step(step);
  *event.mutable_party() = party;
  *event.mutable_details() = details;
  return Decide(*record, std::move(event), today, calendar);
}

std::vector<CaseEvent> CaseBook::DueSteps(Date today, const type::WorkingDays& calendar) const {
  std::vector<CaseEvent> due;
  for (const Key& key : ripe_) {
    const CaseRecord& record = *cases_.at(key);
    for (size_t i = 0; i < record.procedure->clocks().size(); ++i) {
      const ClockRow& clock = record.procedure->clocks()[i];
      if (clock.then == kNoIndex || record.view.clocks[i] != ClockStatus::kOver) continue;
      CaseEvent event;
      event.set_step(record.procedure->proto().steps(clock.then).id());
      event.mutable_party()->set_part(CaseStep::CLOCK);
      auto decided = Decide(record, std::move(event), today, calendar);
      if (!decided.ok()) continue;  // A guard is missing: it stays over, and is reported.
      // What time does counts from the day after the last one, however late the day was opened.
      Date day = std::max(record.clocks[i].due + 1, record.clocks[i].from);
      // An entry that waited for the end of the one before it begins with that end.
      if (record.procedure->steps()[clock.then].Has(CaseStep::ENTER_FORCE))
        day = std::max(day, OffListSince(record));
      decided->set_day(FormatDate(day));
      due.push_back(*std::move(decided));
      break;
    }
  }
  for (const Key& key : shortened_) {
    const CaseRecord& record = *cases_.at(key);
    const ClockIndex shortened = ripe_.contains(key) ? kNoIndex : ShortenedByLaw(record, today);
    if (shortened == kNoIndex) continue;
    CaseEvent event;
    event.set_step(
        record.procedure->proto().steps(record.procedure->clocks()[shortened].then).id());
    event.mutable_party()->set_part(CaseStep::CLOCK);
    if (auto decided = Decide(record, std::move(event), today, calendar); decided.ok())
      due.push_back(*std::move(decided));
  }
  return due;
}

absl::StatusOr<CaseRecord> CaseBook::After(const CaseEvent& event,
                                           Date today,
                                           Revision revision,
                                           int64_t time_us,
                                           const std::string& actor,
                                           const CaseRecord* base) const {
  const Key key{event.year(), event.number()};
  const auto found = cases_.find(key);
  CaseRecord record;
  if (event.has_opening()) {
    absl::StatusOr<CaseRecord> begun = Begin(event.opening(), today);
    if (!begun.ok() || Key{begun->year, begun->number} != key || found != cases_.end() ||
        begun->opening.SerializeAsString() != event.opening().SerializeAsString())
      return Mismatch(event, revision);
    record = *std::move(begun);
  } else if (base != nullptr) {
    record = *base;
  } else if (found == cases_.end()) {
    return Mismatch(event, revision);
  } else {
    record = *found->second;
  }
  const Attempt attempt = Examine(event, CircumstancesOf(record, today), record);
  if (attempt.step == kNoIndex || attempt.person >= kPersonsMax || attempt.office >= kPersonsMax ||
      Fits(*record.procedure, record.view, attempt) != Refusal::kNone ||
      !Missing(*record.procedure, record.view, attempt).empty() ||
      (attempt.part == CaseStep::CLOCK && !ClockCalls(record, attempt.step, today)))
    return Mismatch(event, revision);
  const Revision at = revision == 0 ? record.revision() + 1 : revision;
  AddStep(event, attempt, at, time_us, actor, record);
  record.steps.back().on = today;
  RunOutBefore(today, record);
  return record;
}

absl::Status CaseBook::Apply(const CaseEvent& event,
                             Date today,
                             Revision revision,
                             int64_t time_us,
                             const std::string& actor,
                             xince::journal::Undo* undo) {
  const Key key{event.year(), event.number()};
  XINCE_ASSIGN_OR_RETURN(CaseRecord record, After(event, today, revision, time_us, actor));
  if (undo != nullptr) {
    const auto found = cases_.find(key);
    std::shared_ptr<const CaseRecord> before = found == cases_.end() ? nullptr : found->second;
    undo->Add([this, key, before] { Store(key, before); });
  }
  Store(key, std::make_shared<const CaseRecord>(std::move(record)));
  return absl::OkStatus();
}

bool CaseBook::Restore(const CaseRecord& record, Date today) {
  const Key key{record.year, record.number};
  if (record.procedure == nullptr || record.steps.empty() || cases_.contains(key)) return false;
  for (const StepRecord& step : record.steps) {
    if (record.procedure->FindStep(step.event.step()) == kNoIndex) return false;
  }
  CaseRecord restored = AfterSteps(record, record.steps.size());
  RunOutBefore(today, restored);
  if (ShortenedByLaw(restored, today) != kNoIndex) shortened_.insert(key);
  Store(key, std::make_shared<const CaseRecord>(std::move(restored)));
  return true;
}

void CaseBook::OpenDay(Date day, xince::journal::Undo* undo) {
  while (!timers_.empty() && timers_.begin()->first < day.days()) {
    const Key key = timers_.begin()->second;
    const std::shared_ptr<const CaseRecord> before = cases_.at(key);
    CaseRecord record = *before;
    RunOutBefore(day, record);
    if (undo != nullptr) undo->Add([this, key, before] { Store(key, before); });
    Store(key, std::make_shared<const CaseRecord>(std::move(record)));
  }
  LookAtLaw(day);
}

void CaseBook::Store(Key key, std::shared_ptr<const CaseRecord> record) {
  const auto found = cases_.find(key);
  if (found != cases_.end()) Index(key, *found->second, false);
  if (record == nullptr) {
    if (found != cases_.end()) cases_.erase(found);
    shortened_.erase(key);
    return;
  }
  Index(key, *record, true);
  cases_[key] = std::move(record);
}

void CaseBook::Index(Key key, const CaseRecord& record, bool in) {
  const auto put = [&](auto& index, const std::string& by) {
    if (in) {
      index[by].insert(key);
    } else if (index[by].erase(key) > 0 && index[by].empty()) {
      index.erase(by);
    }
  };
  const std::string& subject = record.opening.subject();
  put(of_subject_, subject);
  put(of_matter_, record.MatterKey());
  if (const std::string& evidence = record.opening.target().evidence(); !evidence.empty())
    put(of_evidence_, evidence);
  for (const auto& fact : ProposalOf(record).facts()) put(rests_on_, fact.evidence());
  if (!record.opening.follows().empty()) put(follows_, record.opening.follows());
  if (record.view.in_force)
    put(on_list_, absl::StrCat(record.opening.list(), "\n", subject.substr(0, subject.find('/'))));
  Date earliest = type::kDateMax;
  bool ripe = false;
  for (size_t i = 0; i < record.procedure->clocks().size(); ++i) {
    const ClockRow& clock = record.procedure->clocks()[i];
    if (record.view.suspended && clock.rests) continue;
    if (record.view.clocks[i] == ClockStatus::kRunning)
      earliest = std::min(earliest, record.clocks[i].due);
    ripe |= clock.then != kNoIndex && record.view.clocks[i] == ClockStatus::kOver;
  }
  const auto mark = [&](auto& set, const auto& element, bool is) {
    if (in && is) set.insert(element);
    if (!in && is) set.erase(element);
  };
  mark(open_, key, !record.ended());
  mark(published_, key, record.view.published && !record.ended());
  mark(ripe_, key, ripe && !record.ended());
  mark(timers_, std::pair(earliest.days(), key), earliest != type::kDateMax && !record.ended());
}

std::shared_ptr<const CaseRecord> CaseBook::Find(absl::string_view name) const {
  Key key;
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '-');
  if (parts.size() != 2 || !absl::SimpleAtoi(absl::StripPrefix(parts[0], "cases/"), &key.first) ||
      !absl::SimpleAtoi(parts[1], &key.second) || CaseName(key.first, key.second) != name)
    return nullptr;
  const auto found = cases_.find(key);
  return found == cases_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<const CaseRecord>> CaseBook::OfSubject(
    absl::string_view subject) const {
  std::vector<std::shared_ptr<const CaseRecord>> of;
  const auto found = of_subject_.find(std::string(subject));
  if (found == of_subject_.end()) return of;
  for (const Key& key : found->second) of.push_back(cases_.at(key));
  return of;
}

std::vector<std::shared_ptr<const CaseRecord>> CaseBook::AboutEvidence(
    absl::string_view evidence) const {
  std::vector<std::shared_ptr<const CaseRecord>> about;
  const auto found = of_evidence_.find(std::string(evidence));
  if (found == of_evidence_.end()) return about;
  for (const Key& key : found->second) about.push_back(cases_.at(key));
  return about;
}

void CaseBook::Clear() {
  cases_.clear();
  of_subject_.clear();
  of_matter_.clear();
  of_evidence_.clear();
  rests_on_.clear();
  follows_.clear();
  on_list_.clear();
  open_.clear();
  timers_.clear();
  ripe_.clear();
  published_.clear();
  shortened_.clear();
}

}  // namespace xince::cases
