#include "services/scoring/cases/examine.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "services/type/resident_id.h"
#include "services/type/resource_name.h"

namespace xince::cases {
namespace {

using listing::v1::Proposal;
using policy::v1::CaseStep;
using policy::v1::ListCriterion;
using policy::v1::StepGuard;

constexpr size_t kResidentIdChars = 18;

bool Given(const type::v1::Document& document) { return !document.title().empty(); }

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
      case StepGuard::NO_OPEN_CASE:
        return !c_.another_open;
      case StepGuard::PROPOSAL_COMPLETE:
        return ProposalComplete();
      case StepGuard::CRITERIA_MET:
        return CriteriaMet();
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
        return !details.decision().remedies().empty();
      case StepGuard::PUBLISHABLE:
        return Publishable();
      case StepGuard::NO_PERSONAL_DATA:
        return !NamesAnIdentity(details.publication().text());
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
      case StepGuard::MANDATE_GIVEN:
        return Given(details.mandate().document()) &&
               !details.mandate().document().issue_date().empty();
      case StepGuard::OPINIONS:
        return Opinions(details.mandate()) >= guard.count;
      case StepGuard::REASONS_GIVEN:
        return !details.reasons().text().empty() || !details.decision().reasons().empty();
      case StepGuard::ORDER_GIVEN:
        return !details.order().document().number().empty() &&
               !details.order().document().issue_date().empty();
      case StepGuard::ACTS_FOR_SUBJECT:
        return event_.party().part() == CaseStep::SUBJECT && !event_.party().person().empty();
      default:
        return false;
    }
  }

  [[nodiscard]] bool LevelDecides() const {
    const auto level = event_.party().level();
    if (level == type::v1::LEVEL_UNSPECIFIED) return false;
    if (record_.list == nullptr) return true;
    const auto deciding = record_.list->terms().deciding_level();
    return deciding == type::v1::LEVEL_UNSPECIFIED || level <= deciding;
  }

  [[nodiscard]] bool ListTakes() const {
    if (record_.list == nullptr) return false;
    const auto subject = type::ParseSubject(record_.opening.subject());
    if (!subject.ok()) return false;
    const auto& kinds = record_.list->subjects();
    // A pack calls the kind by the singular of the collection.
    const std::string kind(absl::StripSuffix(type::CollectionOf(subject->kind), "s"));
    if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end() || !WayIsOpen()) return false;
    const uint32_t quota = record_.list->terms().quota();
    return quota == 0 || static_cast<uint32_t>(c_.on_list) < quota;
  }

  // Whether a person may open the case: the list takes persons' proposals, or an outcome proposes the
  // subject. A list that names no way takes every proposal.
  [[nodiscard]] bool WayIsOpen() const {
    if (!record_.steps.empty() || event_.party().part() == CaseStep::RULE) return true;
    const auto& ways = record_.list->terms().ways();
    return ways.empty() ||
           std::find(ways.begin(), ways.end(), policy::v1::ListTerms::PROPOSED_BY_PERSON) !=
               ways.end() ||
           c_.view->Proposes(record_.opening.subject(), record_.opening.list());
  }

  [[nodiscard]] const Proposal& ProposalOfCase() const {
    if (event_.details().has_proposal()) return event_.details().proposal();
    const StepRecord* proposed = record_.Last(CaseStep::PROPOSAL);
    return proposed != nullptr ? proposed->event.details().proposal()
                               : Proposal::default_instance();
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
    if (proposal.reasons().empty() || (terms.months() > 0 && proposal.months() > terms.months()))
      return false;
    if (!std::all_of(proposal.facts().begin(), proposal.facts().end(), [&](const auto& fact) {
          return FactStands(fact);
        }))
      return false;
    if (proposal.facts().empty() && !terms.criteria().empty()) return false;
    return std::all_of(terms.contacts().begin(), terms.contacts().end(), [&](const int level) {
      return std::any_of(proposal.contacts().begin(),
                         proposal.contacts().end(),
                         [&](const auto& contact) { return contact.level() == level; });
    });
  }

  [[nodiscard]] bool CriterionMet(const ListCriterion& criterion, const Proposal& proposal) const {
    std::set<std::string> named;
    for (const auto& fact : proposal.facts()) named.insert(fact.evidence());
    std::set<std::string> shown;
    for (const auto& row : proposal.criteria()) {
      if (row.criterion() == criterion.id())
        shown.insert(row.evidence().begin(), row.evidence().end());
    }
    const auto& kinds = criterion.kinds();
    const auto met = std::count_if(shown.begin(), shown.end(), [&](const std::string& evidence) {
      const std::optional<FactSeen> fact = c_.view->Fact(evidence);
      return named.contains(evidence) && fact.has_value() && fact->counts &&
             std::find(kinds.begin(), kinds.end(), fact->kind) != kinds.end() &&
             c_.view->Reaches(evidence, record_.opening.subject());
    });
    return met >= static_cast<int64_t>(std::max<uint32_t>(1, criterion.count()));
  }

  [[nodiscard]] bool CriteriaMet() const {
    if (record_.list == nullptr) return false;
    const Proposal& proposal = ProposalOfCase();
    const auto& criteria = record_.list->terms().criteria();
    if (!criteria.empty())
      return std::all_of(criteria.begin(), criteria.end(), [&](const ListCriterion& criterion) {
        return CriterionMet(criterion, proposal);
      });
    return std::all_of(proposal.facts().begin(), proposal.facts().end(), [&](const auto& named) {
      const std::optional<FactSeen> fact = c_.view->Fact(named.evidence());
      return fact.has_value() && fact->counts;
    });
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
    return !notice.reasons().empty() && !notice.basis().empty() && !notice.measure().empty() &&
           !notice.rights().empty() && !notice.time_limits().empty();
  }

  [[nodiscard]] bool ServiceProved(const listing::v1::Service& service) const {
    if (service.method() == listing::v1::Service::METHOD_UNSPECIFIED || !Proved(service.proof()))
      return false;
    const type::Date day = DayOr(service.day(), type::kDateMax);
    const bool by_notice = service.method() == listing::v1::Service::PUBLIC_NOTICE;
    return day <= c_.today && (record_.steps.empty() || day >= record_.steps.back().day) &&
           (by_notice || !service.receiver().empty());
  }

  [[nodiscard]] bool HearingOrderly(const listing::v1::Hearing& hearing) const {
    const type::Date convened = DayOr(hearing.convened_on(), type::kDateMax);
    const type::Date held = DayOr(hearing.held_on(), type::kDateMax);
    return convened < held && held <= c_.today && Given(hearing.minutes());
  }

  [[nodiscard]] bool Publishable() const {
    const PublicitySeen publicity = PublicityOfCase(record_, *c_.view, c_.today);
    if (!publicity.published) return false;
    return publicity.max_months == 0 || c_.today < AddMonths(publicity.from, publicity.max_months);
  }

  // Runs of 18 characters that are identity numbers, the subject's own code excepted.
  [[nodiscard]] bool NamesAnIdentity(const std::string& text) const {
    const auto subject = type::ParseSubject(record_.opening.subject());
    for (size_t i = 0; i + kResidentIdChars <= text.size(); ++i) {
      if (i > 0 && absl::ascii_isalnum(text[i - 1])) continue;
      const std::string run = text.substr(i, kResidentIdChars);
      if (!std::all_of(run.begin(), run.end(), absl::ascii_isalnum)) continue;
      if (i + kResidentIdChars < text.size() && absl::ascii_isalnum(text[i + kResidentIdChars]))
        continue;
      if (subject.ok() && subject->id == run) continue;
      if (type::CheckResidentId(run, c_.today).ok()) return true;
    }
    return false;
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
    const bool applied = DayOr(application.corrected_on(), type::kDateMax) <= c_.today &&
                         !application.proofs().empty();
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
    if (office.empty()) return false;
    const std::string& evidence = record_.opening.target().evidence();
    if (!evidence.empty()) {
      const std::optional<FactSeen> fact = c_.view->Fact(evidence);
      return fact.has_value() && fact->office != office;
    }
    if (c_.target == nullptr) return true;
    return std::none_of(c_.target->steps.begin(), c_.target->steps.end(), [&](const auto& taken) {
      const auto record = c_.target->procedure->steps()[taken.step].record;
      return taken.event.party().office() == office &&
             (record == CaseStep::PROPOSAL || record == CaseStep::DECISION);
    });
  }

  static uint32_t Opinions(const listing::v1::Mandate& mandate) {
    std::set<std::string> bodies;
    for (const auto& opinion : mandate.opinions()) {
      if (!opinion.given_on().empty()) bodies.insert(opinion.body());
    }
    return static_cast<uint32_t>(bodies.size());
  }

  const journal::v1::CaseEvent& event_;
  const Circumstances& c_;
  const CaseRecord& record_;
};

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
  attempt.hearing_required = record.list != nullptr && record.list->terms().hearing_required();
  attempt.asks_hearing = event.details().statement().asks_hearing();
  attempt.answers_all = event.details().has_answers() && AnswersAll(event, record);
  attempt.met = event.details().acceptance().met();
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

PublicitySeen PublicityOfCase(const CaseRecord& record, const RegisterView& view, type::Date day) {
  PublicitySeen gravest;
  const StepRecord* decision = record.Last(CaseStep::DECISION);
  const type::Date from = decision != nullptr ? decision->day : day;
  if (record.list != nullptr && !record.list->repair_class().empty())
    return view.PublicityOfClass(record.list->repair_class(), from, day).value_or(gravest);
  const StepRecord* proposed = record.Last(CaseStep::PROPOSAL);
  if (proposed != nullptr) {
    for (const auto& fact : proposed->event.details().proposal().facts()) {
      const std::optional<PublicitySeen> of = view.PublicityOf(fact.evidence(), day);
      if (of.has_value() && (!gravest.published || of->max_months > gravest.max_months))
        gravest = *of;
    }
  }
  return gravest;
}

type::Date RepairFrom(const CaseRecord& record, const Circumstances& circumstances) {
  const listing::v1::Target& target = record.opening.target();
  if (!target.evidence().empty()) {
    const auto publicity = circumstances.view->PublicityOf(target.evidence(), circumstances.today);
    if (!publicity.has_value()) return type::kDateMax;
    return AddMonths(publicity->from, publicity->min_months);
  }
  if (circumstances.target == nullptr) return type::kDateMax;
  const PublicitySeen publicity =
      PublicityOfCase(*circumstances.target, *circumstances.view, circumstances.today);
  return AddMonths(publicity.from, publicity.min_months);
}

}  // namespace xince::cases
