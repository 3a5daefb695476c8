#include "services/scoring/cases/examine.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "services/scoring/cases/criteria.h"
#include "services/scoring/cases/follow_up.h"
#include "services/scoring/cases/names.h"
#include "services/scoring/cases/told.h"
#include "services/type/resident_id.h"
#include "services/type/resource_name.h"

namespace xince::cases {
namespace {

using listing::v1::Proposal;
using policy::v1::CaseStep;
using policy::v1::StepGuard;

bool Given(const type::v1::Document& document) { return Says(document.title()); }

bool Proved(const type::v1::Document& document) {
  return Given(document) &&
         (!document.sha256().empty() || !document.uri().empty() || !document.number().empty());
}

// One attempt being examined.
class Examination {
 public:
  Examination(const journal::v1::CaseEvent& event,
              const Circumstances& circumstances,
              const CaseRecord& record)
      : event_(event), c_(circumstances), record_(record) {}

  [[nodiscard]] bool Shows(const GuardRow& guard) const {
    const listing::v1::StepDetails& details = event_.details();
    switch (guard.kind) {
      case StepGuard::DECIDING_LEVEL:
        return LevelDecides();
      case StepGuard::LIST_TAKES:
        return ListTakes();
      case StepGuard::FOLLOW_UP_IN_ORDER:
        return FollowUpInOrder(event_.details().follow_up(), record_, c_.today);
      case StepGuard::CONTACTS_NAMED:
        return EveryLevelHas(details.contacts().contacts(), record_);
      case StepGuard::EXIT_HOLDS:
        return ExitHolds(details.reasons().exit(), record_, *c_.view);
      case StepGuard::NO_OPEN_CASE:
        return !c_.another_open;
      case StepGuard::PROPOSAL_COMPLETE:
        return ProposalComplete();
      case StepGuard::CRITERIA_MET:
        return CriteriaMet(record_, ProposalOfCase(), *c_.view);
      case StepGuard::BASIS_PERMITTED:
        return record_.list != nullptr &&
               c_.view->BasisPermits(record_.list->basis(), record_.list->effect(), c_.today);
      case StepGuard::BASIS_IN_FORCE:
        return BasisInForce();
      case StepGuard::MEASURE_ALLOWED:
        return MeasureAllowed();
      case StepGuard::NOTICE_COMPLETE:
        return NoticeComplete(details.notice());
      case StepGuard::SERVICE_PROVED:
        return ServiceProved(details.service());
      case StepGuard::HEARING_ORDERLY:
        return HearingOrderly(details.hearing());
      case StepGuard::READ_AS_IT_IS:
        return details.decision().read_hash() == record_.hash &&
               details.decision().read_revision() == record_.revision();
      case StepGuard::REMEDIES_STATED:
        return Says(details.decision().remedies());
      case StepGuard::PUBLISHABLE:
        return Publishable();
      case StepGuard::NO_PERSONAL_DATA:
        return !NamesAnIdentity(details.publication()) && !NamesAnIdentity(details.information());
      case StepGuard::EFFECTIVE_DAY_COME:
        return c_.today >= EffectiveOn();
      case StepGuard::OUTCOME_PROPOSES:
        return c_.view->Proposes(record_.opening.subject(), record_.opening.list());
      default:
        return ShowsOfRepairsAndObjections(guard, details);
    }
  }

 private:
  [[nodiscard]] bool ShowsOfRepairsAndObjections(const GuardRow& guard,
                                                 const listing::v1::StepDetails& details) const {
    switch (guard.kind) {
      case StepGuard::REPAIR_MINIMUM:
        return c_.today >= RepairFrom(record_, c_);
      case StepGuard::CORRECTED:
        return Corrected(details);
      case StepGuard::DUTIES_DONE:
        return Application().duties_done();
      case StepGuard::PLEDGED:
        return Given(Application().pledge());
      case StepGuard::NO_NEW_MATTER:
        return NoNewMatter();
      case StepGuard::FIRST_OR_NEW_FACTS:
        return !c_.decided_before || !details.objection().new_facts().empty();
      case StepGuard::GROUNDS_NAMED:
        return !details.objection().grounds().empty() && !details.objection().points().empty();
      case StepGuard::OTHER_OFFICE_THAN_CONTESTED:
        return OtherOffice();
      case StepGuard::TOLD_AGAIN:
        return c_.to_tell.empty();
      case StepGuard::INFORMATION_PROVED:
        return InformationProved(record_, details.information(), c_.told, c_.today);
      case StepGuard::MANDATE_GIVEN:
        return Given(details.mandate().document()) &&
               !details.mandate().document().issue_date().empty();
      case StepGuard::OPINIONS:
        return Opinions(details.mandate()) >= guard.count;
      case StepGuard::REASONS_GIVEN:
        return Says(details.reasons().text()) || Says(details.decision().reasons());
      case StepGuard::ORDER_GIVEN:
        return Says(details.order().document().number()) &&
               !details.order().document().issue_date().empty() && LiftsAnOrder();
      case StepGuard::ACTS_FOR_SUBJECT:
        return ActsForSubject();
      default:
        return false;
    }
  }

  // What resumes says which of the orders that stand it lifts, where there are several.
  [[nodiscard]] bool LiftsAnOrder() const {
    const StepIndex step = record_.procedure->FindStep(event_.step());
    if (!record_.procedure->steps()[step].Has(CaseStep::RESUME)) return true;
    const std::set<std::string> standing = OrdersStanding(record_);
    const std::string& lifts = event_.details().order().lifts();
    return lifts.empty() ? standing.size() <= 1 : standing.contains(NameKey(lifts));
  }

  [[nodiscard]] bool LevelDecides() const {
    const auto level = event_.party().level();
    const auto part = event_.party().part();
    // Courts, rules, and who gives up what favours it are of no level.
    const bool decides =
        part == CaseStep::RECORDER || part == CaseStep::OFFICER || part == CaseStep::DECIDER;
    if (!decides) return true;
    if (level == type::v1::LEVEL_UNSPECIFIED) return false;
    if (record_.list == nullptr) return true;
    const auto deciding = record_.list->terms().deciding_level();
    return deciding == type::v1::LEVEL_UNSPECIFIED || level <= deciding;
  }

  // Whose proposal opens the case is only asked of persons, and only once; a renewal is prepared while
  // the entry stands. What time brings asks for no place.
  [[nodiscard]] bool ListTakes() const {
    const Taking taking = TakingOf(record_, c_);
    const bool by_rule = event_.party().part() == CaseStep::RULE;
    if (!taking.kind) return false;
    if (event_.party().part() == CaseStep::CLOCK) return taking.once;
    if (!record_.steps.empty()) return taking.room && taking.once;
    return taking.room && (taking.way || by_rule);
  }

  [[nodiscard]] const Proposal& ProposalOfCase() const {
    if (event_.details().has_proposal()) return event_.details().proposal();
    return ProposalOf(record_);
  }

  [[nodiscard]] bool FactStands(const listing::v1::FactNamed& named) const {
    const std::optional<FactSeen> fact = c_.view->Fact(named.evidence());
    return fact.has_value() && (named.digest().empty() || named.digest() == fact->digest) &&
           c_.view->Reaches(named.evidence(), record_.opening.subject());
  }

  [[nodiscard]] bool ProposalComplete() const {
    if (record_.list == nullptr) return false;
    const Proposal& proposal = event_.details().proposal();
    const policy::v1::ListTerms& terms = record_.list->terms();
    if (!Says(proposal.reasons()) || (terms.months() > 0 && proposal.months() > terms.months()))
      return false;
    if (!std::all_of(proposal.facts().begin(), proposal.facts().end(), [&](const auto& fact) {
          return FactStands(fact);
        }))
      return false;
    if (proposal.facts().empty() && !terms.criteria().empty()) return false;
    return EveryLevelHas(proposal.contacts(), record_);
  }

  [[nodiscard]] bool BasisInForce() const {
    if (record_.list == nullptr) return false;
    const policy::v1::ListTerms& terms = record_.list->terms();
    return DayOr(terms.basis_from(), type::kDateMin) <= c_.today &&
           c_.today < DayOr(terms.basis_until(), type::kDateMax);
  }

  [[nodiscard]] bool MeasureAllowed() const {
    if (record_.list == nullptr) return false;
    std::set<int> allowed;
    for (const auto& effect : record_.list->terms().effects()) allowed.insert(effect.kind());
    const auto all_in = [](const auto& measures, const std::set<int>& set) {
      return std::all_of(
          measures.begin(), measures.end(), [&](const int kind) { return set.contains(kind); });
    };
    const Proposal& proposal = ProposalOfCase();
    if (!all_in(proposal.measures(), allowed)) return false;
    if (!proposal.measures().empty())
      allowed = {proposal.measures().begin(), proposal.measures().end()};
    return all_in(event_.details().decision().measures(), allowed);
  }

  static bool NoticeComplete(const listing::v1::Notice& notice) {
    return Says(notice.reasons()) && Says(notice.basis()) && Says(notice.measure()) &&
           Says(notice.rights()) && Says(notice.time_limits());
  }

  [[nodiscard]] bool ServiceProved(const listing::v1::Service& service) const {
    if (service.method() == listing::v1::Service::METHOD_UNSPECIFIED || !Proved(service.proof()))
      return false;
    const type::Date day = DayOr(service.day(), type::kDateMax);
    const bool by_notice = service.method() == listing::v1::Service::PUBLIC_NOTICE;
    return day <= c_.today && (record_.steps.empty() || day >= record_.steps.back().day) &&
           (by_notice || Says(service.receiver()));
  }

  // A hearing is convened for what was served, and for who asked for it.
  [[nodiscard]] type::Date HearingDueFrom() const {
    type::Date from = type::kDateMin;
    for (const StepRecord& taken : record_.steps) {
      const listing::v1::StepDetails& details = taken.event.details();
      if (details.has_service()) from = DayOr(details.service().day(), from);
      if (details.statement().asks_hearing()) from = std::max(from, taken.day);
    }
    return from;
  }

  // Who acts for an office of the case does not act for its subject.
  [[nodiscard]] bool ActsForSubject() const {
    const std::string& person = event_.party().person();
    if (event_.party().part() != CaseStep::SUBJECT || !Says(person)) return false;
    return std::none_of(record_.steps.begin(), record_.steps.end(), [&](const StepRecord& taken) {
      return taken.event.party().part() != CaseStep::SUBJECT &&
             SameName(taken.event.party().person(), person);
    });
  }

  [[nodiscard]] bool HearingOrderly(const listing::v1::Hearing& hearing) const {
    const type::Date convened = DayOr(hearing.convened_on(), type::kDateMax);
    const type::Date held = DayOr(hearing.held_on(), type::kDateMax);
    return convened >= HearingDueFrom() && convened < held && held <= c_.today &&
           Given(hearing.minutes());
  }

  [[nodiscard]] bool Publishable() const {
    const PublicitySeen publicity = PublicityOfCase(record_, *c_.view, c_.today);
    if (!publicity.published) return false;
    return publicity.max_months == 0 || c_.today < AddMonths(publicity.from, publicity.max_months);
  }

  [[nodiscard]] bool NamesAnIdentity(const google::protobuf::Message& shown) const {
    const std::string& subject = record_.opening.subject();
    return !IdentityIn(shown, subject.substr(subject.find('/') + 1), c_.today).empty();
  }

  [[nodiscard]] type::Date EffectiveOn() const {
    const StepRecord* decision = record_.Last(CaseStep::DECISION);
    if (decision == nullptr) return type::kDateMax;
    return DayOr(decision->event.details().decision().effective_on(), type::kDateMin);
  }

  [[nodiscard]] const listing::v1::RepairApplication& Application() const {
    if (event_.details().has_repair()) return event_.details().repair();
    const StepRecord* applied = record_.Last(CaseStep::REPAIR_APPLICATION);
    return applied != nullptr ? applied->event.details().repair()
                              : listing::v1::RepairApplication::default_instance();
  }

  [[nodiscard]] bool Corrected(const listing::v1::StepDetails& details) const {
    if (details.has_acceptance()) return details.acceptance().met();
    const listing::v1::RepairApplication& application = Application();
    const type::Date corrected = DayOr(application.corrected_on(), type::kDateMax);
    const bool applied = corrected <= c_.today && !application.proofs().empty();
    const StepRecord* checked = record_.Last(CaseStep::ACCEPTANCE);
    return applied && (checked == nullptr || checked->event.details().acceptance().met());
  }

  [[nodiscard]] bool NoNewMatter() const {
    const std::string& evidence = record_.opening.target().evidence();
    if (evidence.empty()) return true;
    const std::optional<FactSeen> fact = c_.view->Fact(evidence);
    if (!fact.has_value()) return false;
    const type::Date since = DayOr(Application().corrected_on(), fact->determined);
    return !c_.view->AnyAfter(record_.opening.subject(), fact->kind, since);
  }

  [[nodiscard]] bool OtherOffice() const {
    const std::string& office = event_.party().office();
    if (!Says(office)) return false;
    const auto recorded_elsewhere = [&](const std::string& evidence) {
      const std::optional<FactSeen> fact = c_.view->Fact(evidence);
      return fact.has_value() && !SameName(fact->office, office);
    };
    const std::string& contested = record_.opening.target().evidence();
    if (!contested.empty() && !recorded_elsewhere(contested)) return false;
    // Nor does it amend what it recorded itself, when that is not what the objection names.
    const auto& amendments = event_.details().decision().amendments();
    if (!std::all_of(amendments.begin(), amendments.end(), [&](const auto& amendment) {
          return recorded_elsewhere(amendment.evidence());
        }))
      return false;
    if (c_.target == nullptr) return true;
    return std::none_of(c_.target->steps.begin(), c_.target->steps.end(), [&](const auto& taken) {
      const auto record = c_.target->procedure->steps()[taken.step].record;
      return SameName(taken.event.party().office(), office) &&
             (record == CaseStep::PROPOSAL || record == CaseStep::DECISION);
    });
  }

  static uint32_t Opinions(const listing::v1::Mandate& mandate) {
    std::set<std::string> bodies;
    for (const auto& opinion : mandate.opinions()) {
      std::string body = NameKey(opinion.body());
      if (!opinion.given_on().empty() && !body.empty()) bodies.insert(std::move(body));
    }
    return static_cast<uint32_t>(bodies.size());
  }

  const journal::v1::CaseEvent& event_;
  const Circumstances& c_;
  const CaseRecord& record_;
};

// Clocks that have run out, though they ran on the day a statement came in.
Bits InTime(const listing::v1::Statement& statement, const CaseRecord& record) {
  Bits in_time = 0;
  if (statement.received_on().empty()) return in_time;
  const type::Date received = DayOr(statement.received_on(), type::kDateMax);
  if (received < StatedFrom(record)) return in_time;
  for (size_t i = 0; i < record.procedure->clocks().size(); ++i) {
    if (record.view.clocks[i] == ClockStatus::kOver && received <= record.clocks[i].due)
      in_time |= Bit(static_cast<int>(i));
  }
  return in_time;
}

bool AnswersAll(const journal::v1::CaseEvent& event, const CaseRecord& record) {
  std::set<uint32_t> answered = record.answered;
  for (const auto& answer : event.details().answers().answers()) answered.insert(answer.point());
  for (uint32_t point = 1; point <= record.points; ++point) {
    if (!answered.contains(point)) return false;
  }
  return true;
}

}  // namespace

Attempt AttemptOf(const journal::v1::CaseEvent& event, CaseRecord& record) {
  Attempt attempt{.step = record.procedure->FindStep(event.step()), .part = event.party().part()};
  if (attempt.step == kNoIndex) return attempt;
  attempt.person = NumberOf(record.persons, event.party().person());
  attempt.office = NumberOf(record.offices, event.party().office());
  attempt.in_time = InTime(event.details().statement(), record);
  attempt.hearing_required = record.list != nullptr && record.list->terms().hearing_required();
  attempt.asks_hearing = event.details().statement().asks_hearing();
  attempt.answers_all = event.details().has_answers() && AnswersAll(event, record);
  attempt.met = event.details().acceptance().met();
  attempt.stays_suspended = record.view.suspended && !OrdersStanding(record, event).empty();
  return attempt;
}

void Replay(const StepRecord& step, CaseRecord& record) {
  RunOutBefore(step.on, record);
  const Attempt attempt = AttemptOf(step.event, record);
  AddStep(step.event, attempt, step.revision, step.time_us, step.actor, record);
  record.steps.back().on = step.on;
  RunOutBefore(step.on, record);
}

CaseRecord AfterSteps(const CaseRecord& record, size_t steps) {
  CaseRecord after;
  after.year = record.year;
  after.number = record.number;
  after.name = record.name;
  after.opening = record.opening;
  after.procedure = record.procedure;
  after.list = record.list;
  for (size_t i = 0; i < steps; ++i) Replay(record.steps[i], after);
  return after;
}

Attempt Examine(const journal::v1::CaseEvent& event,
                const Circumstances& circumstances,
                CaseRecord& record) {
  Attempt attempt = AttemptOf(event, record);
  if (attempt.step == kNoIndex) return attempt;
  const Examination examination(event, circumstances, record);
  for (const GuardRow& guard : record.procedure->steps()[attempt.step].guards) {
    if (!JudgedByView(guard.kind) && examination.Shows(guard)) attempt.shown |= Bit(guard.kind);
  }
  return attempt;
}

Taking TakingOf(const CaseRecord& record, const Circumstances& circumstances) {
  Taking taking;
  const auto subject = type::ParseSubject(record.opening.subject());
  if (record.list == nullptr || !subject.ok()) return taking;
  const auto has = [](const auto& set, const auto& value) {
    return std::find(set.begin(), set.end(), value) != set.end();
  };
  const policy::v1::ListTerms& terms = record.list->terms();
  // A pack calls the kind by the singular of the collection.
  taking.kind = has(record.list->subjects(),
                    std::string(absl::StripSuffix(type::CollectionOf(subject->kind), "s")));
  // A list that names no way takes every proposal.
  taking.way = terms.ways().empty() ||
               has(terms.ways(), static_cast<int>(policy::v1::ListTerms::PROPOSED_BY_PERSON)) ||
               circumstances.view->Proposes(record.opening.subject(), record.opening.list());
  taking.once = !circumstances.on_it_already;
  taking.room = terms.quota() == 0 || static_cast<uint32_t>(circumstances.on_list) < terms.quota();
  return taking;
}

PublicitySeen PublicityOfCase(const CaseRecord& record, const RegisterView& view, type::Date day) {
  PublicitySeen gravest;
  const StepRecord* decision = record.Last(CaseStep::DECISION);
  const type::Date from = decision != nullptr ? decision->day : day;
  if (record.list != nullptr && !record.list->repair_class().empty())
    return view.PublicityOfClass(record.list->repair_class(), from, day).value_or(gravest);
  const StepRecord* proposed = record.Last(CaseStep::PROPOSAL);
  if (proposed != nullptr) {
    for (const auto& fact : proposed->event.details().proposal().facts()) {
      const std::optional<PublicitySeen> of =
          view.PublicityOf(fact.evidence(), record.opening.subject(), day);
      if (of.has_value() && (!gravest.published || of->max_months > gravest.max_months))
        gravest = *of;
    }
  }
  return gravest;
}

type::Date RepairFrom(const CaseRecord& record, const Circumstances& circumstances) {
  const listing::v1::Target& target = record.opening.target();
  if (!target.evidence().empty()) {
    const auto publicity = circumstances.view->PublicityOf(
        target.evidence(), record.opening.subject(), circumstances.today);
    if (!publicity.has_value()) return type::kDateMax;
    return AddMonths(publicity->from, publicity->min_months);
  }
  if (circumstances.target == nullptr) return type::kDateMax;
  const PublicitySeen publicity =
      PublicityOfCase(*circumstances.target, *circumstances.view, circumstances.today);
  return AddMonths(publicity.from, publicity.min_months);
}

}  // namespace xince::cases
