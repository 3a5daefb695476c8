#ifndef SERVICES_SCORING_CASES_TESTING_DESK_H_
#define SERVICES_SCORING_CASES_TESTING_DESK_H_

#include <optional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "services/runtime/errors.h"
#include "services/scoring/cases/case_book.h"
#include "services/scoring/cases/testing/fake_register.h"

/// An officer's desk, for tests of cases: a register with a list of each weight, steps as they may be
/// taken, and the stages of cases they lead to.
namespace xince::cases::desk {

using journal::v1::CaseEvent;
using listing::v1::StepDetails;
using listing::v1::StepParty;
using policy::v1::CaseStep;
using policy::v1::ListDefinition;
using policy::v1::ListEffect;
using policy::v1::StepGuard;
using type::Date;

inline constexpr char kFirm[] = "firms/91350100M000100Y43";
inline constexpr char kCommittee[] = "committees/c1";
inline constexpr char kOverdue[] = "inspection.overdue-rectification";

inline Date On(int month, int day, int year = 2026) { return Date::FromCivil(year, month, day); }

inline StepParty Party(CaseStep::Party part,
                       const std::string& person,
                       const std::string& office = "",
                       type::v1::Level level = type::v1::LEVEL_UNSPECIFIED) {
  StepParty party;
  party.set_part(part);
  party.set_person(person);
  party.set_office(office);
  party.set_level(level);
  return party;
}
inline StepParty Recorder() {
  return Party(CaseStep::RECORDER, "li", "区局", type::v1::LEVEL_DISTRICT);
}
inline StepParty Officer() {
  return Party(CaseStep::OFFICER, "wang", "区局", type::v1::LEVEL_DISTRICT);
}
inline StepParty Clerk() { return Party(CaseStep::OFFICER, "sun", "市局", type::v1::LEVEL_CITY); }
inline StepParty Decider() {
  return Party(CaseStep::DECIDER, "zhao", "市局", type::v1::LEVEL_CITY);
}
inline StepParty Subject() { return Party(CaseStep::SUBJECT, "representative"); }
inline StepParty Court() { return Party(CaseStep::COURT, "judge", "法院"); }
inline StepParty Rule() { return Party(CaseStep::RULE, ""); }

inline type::v1::Document Paper(const std::string& title) {
  type::v1::Document document;
  document.set_title(title);
  document.set_number("1号");
  document.set_issue_date("2026-03-02");
  return document;
}

// A step as it is attempted.
struct Try {
  bool opens = false;
  listing::v1::Opening opening;
  std::string step;
  StepParty party;
  StepDetails details;
};

// A register with a list of each weight, and the cases of a test.
class Desk {
 public:
  Desk() : book(register_, register_) {
    auto calendar = type::WorkingDays::Load("policies/national/working-days.txt");
    if (!calendar.ok()) std::abort();
    calendar_.emplace(*std::move(calendar));
    register_.subjects = {kFirm, kCommittee};
    AddFact("e1", On(1, 5));
    register_.classes["general"] = {.min_months = 3, .max_months = 12, .published = true};
    register_.classes["minor"] = {.max_months = 3};
    AddList("blacklist", "adverse-listing", ListDefinition::DEPRIVATION);
    AddList("watched", "supervisory-listing", ListDefinition::SUPERVISION);
    AddList("recommended", "favourable-listing", ListDefinition::FAVOUR);
  }

  void AddFact(const std::string& id, Date occurred) {
    register_.facts[id] = {kFirm,
                           FactSeen{.kind = kOverdue,
                                    .office = "区局",
                                    .digest = std::string(64, '1'),
                                    .occurred = occurred,
                                    .determined = occurred + 15,
                                    .counts = true}};
    register_.class_of[id] = "general";
  }
  ListDefinition& list(const std::string& id) { return register_.lists[id]; }

  void GoTo(Date day) {
    today = day;
    book.OpenDay(day, nullptr);
    TakeDue();
  }
  absl::StatusOr<CaseEvent> Decide(const Try& attempt) const {
    if (attempt.opens)
      return book.DecideOpen(attempt.opening, attempt.party, attempt.details, today, *calendar_);
    return book.DecideStep(
        case_, attempt.step, attempt.party, attempt.details, 0, today, *calendar_);
  }
  absl::Status Apply(const CaseEvent& event) {
    XINCE_RETURN_IF_ERROR(book.Apply(event, today, ++revision_, 0, "test", nullptr));
    case_ = CaseName(event.year(), event.number());
    return absl::OkStatus();
  }
  // Takes a step that the test needs, with what the clocks do because of it.
  void Do(const Try& attempt) {
    const auto event = Decide(attempt);
    ASSERT_TRUE(event.ok()) << attempt.step << ": " << event.status();
    ASSERT_EQ(Apply(*event), absl::OkStatus());
    TakeDue();
  }
  const CaseRecord& record() const { return *book.Find(case_); }

  Date today = On(2, 24);
  FakeRegister register_;
  CaseBook book;
  std::optional<type::WorkingDays> calendar_;
  std::string case_;

 private:
  void AddList(const std::string& id, const std::string& procedure, ListDefinition::Effect effect) {
    ListDefinition& list = register_.lists[id];
    list.set_id(id);
    list.add_subjects("firm");
    list.set_basis(ListDefinition::LOCAL_REGULATION);
    list.set_effect(effect);
    list.set_repair_class("general");
    auto& terms = *list.mutable_terms();
    terms.set_procedure(procedure);
    terms.set_deciding_level(type::v1::LEVEL_CITY);
    terms.set_months(6);
    terms.set_basis_until("2026-12-01");
    terms.add_effects()->set_kind(ListEffect::EXCLUSION);
    auto& criterion = *terms.add_criteria();
    criterion.set_id("overdue");
    criterion.add_kinds(kOverdue);
  }
  void TakeDue() {
    while (true) {
      const auto due = book.DueSteps(today, *calendar_);
      if (due.empty()) return;
      const std::string about = case_;
      for (const CaseEvent& event : due) ASSERT_EQ(Apply(event), absl::OkStatus());
      case_ = about;
    }
  }

  Revision revision_ = 100;
};

inline Try Step(const std::string& step, const StepParty& party, const StepDetails& details = {}) {
  return {.step = step, .party = party, .details = details};
}
inline Try Because(const std::string& step, const StepParty& party) {
  Try attempt = Step(step, party);
  attempt.details.mutable_reasons()->set_text("理由");
  return attempt;
}
inline Try Propose(const std::string& list, const std::string& procedure) {
  Try attempt{.opens = true, .party = Recorder()};
  attempt.opening.set_procedure(procedure);
  attempt.opening.set_subject(kFirm);
  attempt.opening.set_list(list);
  auto& proposal = *attempt.details.mutable_proposal();
  proposal.set_reasons("整改逾期");
  proposal.add_facts()->set_evidence("e1");
  auto& criterion = *proposal.add_criteria();
  criterion.set_criterion("overdue");
  criterion.add_evidence("e1");
  return attempt;
}
inline Try Blacklisting() { return Propose("blacklist", "adverse-listing"); }
inline Try WriteNotice() {
  Try attempt = Step("write-notice", Officer());
  auto& notice = *attempt.details.mutable_notice();
  notice.set_reasons("整改逾期");
  notice.set_basis("条例三十条");
  notice.set_measure("列入名单");
  notice.set_rights("陈述申辩");
  notice.set_time_limits("10个工作日");
  return attempt;
}
inline Try Serve(const std::string& step, const std::string& day) {
  Try attempt = Step(step, Officer());
  auto& service = *attempt.details.mutable_service();
  service.set_method(listing::v1::Service::IN_PERSON);
  service.set_day(day);
  service.set_receiver("企业");
  *service.mutable_proof() = Paper("送达回证");
  return attempt;
}
inline Try Defend(bool asks_hearing = false) {
  Try attempt = Step("defend", Subject());
  attempt.details.mutable_statement()->add_points("已经整改");
  attempt.details.mutable_statement()->set_asks_hearing(asks_hearing);
  return attempt;
}
inline Try Answer(const StepParty& party = Officer()) {
  Try attempt = Step("answer", party);
  auto& answer = *attempt.details.mutable_answers()->add_answers();
  answer.set_point(1);
  answer.set_reasons("复查未整改");
  return attempt;
}
inline Try Hear(const std::string& convened, const std::string& held) {
  Try attempt = Step("hear", Officer());
  auto& hearing = *attempt.details.mutable_hearing();
  hearing.set_convened_on(convened);
  hearing.set_held_on(held);
  *hearing.mutable_minutes() = Paper("听证笔录");
  return attempt;
}
inline Try DecideCase(const Desk& desk, const std::string& step = "decide") {
  Try attempt = Step(step, Decider());
  auto& decision = *attempt.details.mutable_decision();
  decision.set_read_hash(desk.record().hash);
  decision.set_read_revision(desk.record().revision());
  decision.set_reasons("事实清楚");
  decision.set_remedies("60日内可申请行政复议");
  return attempt;
}
inline Try Publish() {
  Try attempt = Step("publish", Officer());
  attempt.details.mutable_publication()->set_place("网站");
  attempt.details.mutable_publication()->set_text("91350100M000100Y43 列入名单");
  return attempt;
}
inline Try Inspect(const std::string& step,
                   const std::string& day,
                   bool met,
                   const StepParty& party) {
  Try attempt = Step(step, party);
  attempt.details.mutable_acceptance()->set_inspected_on(day);
  attempt.details.mutable_acceptance()->set_findings("现场核查");
  attempt.details.mutable_acceptance()->set_met(met);
  return attempt;
}
inline Try Order(const std::string& step, const std::string& until) {
  Try attempt = Step(step, Officer());
  attempt.details.mutable_rectification()->set_until(until);
  attempt.details.mutable_rectification()->set_what("完成整改");
  return attempt;
}
inline Try CourtOrder(const std::string& step) {
  Try attempt = Step(step, Court());
  *attempt.details.mutable_order()->mutable_document() = Paper("裁定书");
  return attempt;
}
inline Try Object() {
  Try attempt{.opens = true, .party = Subject()};
  attempt.opening.set_procedure("objection");
  attempt.opening.set_subject(kFirm);
  attempt.opening.mutable_target()->set_evidence("e1");
  attempt.details.mutable_objection()->add_grounds(listing::v1::Objection::FACTS);
  attempt.details.mutable_objection()->add_points("事实有误");
  return attempt;
}
inline Try ApplyForRepair() {
  Try attempt{.opens = true, .party = Subject()};
  attempt.opening.set_procedure("repair");
  attempt.opening.set_subject(kFirm);
  attempt.opening.mutable_target()->set_evidence("e1");
  auto& repair = *attempt.details.mutable_repair();
  repair.set_corrected_on("2026-03-20");
  *repair.add_proofs() = Paper("整改证明");
  repair.set_duties_done(true);
  *repair.mutable_pledge() = Paper("信用承诺书");
  return attempt;
}
inline Try OrderCommittee() {
  Try attempt = Order("order", "2026-03-10");
  attempt.opens = true;
  attempt.opening.set_procedure("committee-correction");
  attempt.opening.set_subject(kCommittee);
  return attempt;
}
inline Try Mandate(const std::string& step, const StepParty& party) {
  Try attempt = Step(step, party);
  *attempt.details.mutable_mandate()->mutable_document() = Paper("业主大会决议");
  for (const char* body : {"纪委", "公安", "法院", "住建", "信访"}) {
    auto& opinion = *attempt.details.mutable_mandate()->add_opinions();
    opinion.set_body(body);
    opinion.set_given_on("2026-03-05");
  }
  return attempt;
}

// Stages of cases.
inline void Noticed(Desk& desk) {
  desk.Do(Blacklisting());
  desk.Do(Because("check", Officer()));
  desk.Do(WriteNotice());
}
// The window ends on 16 March.
inline void Served(Desk& desk) {
  Noticed(desk);
  desk.GoTo(On(3, 2));
  desk.Do(Serve("serve-notice", "2026-03-02"));
}
inline Try ToDecide(Desk& desk) {
  Served(desk);
  desk.GoTo(On(3, 17));
  return DecideCase(desk);
}
inline Try ToPublish(Desk& desk) {
  desk.Do(ToDecide(desk));
  desk.Do(Serve("serve-decision", "2026-03-17"));
  return Publish();
}
inline Try ToFindFailed(Desk& desk) {
  desk.Do(Propose("watched", "supervisory-listing"));
  desk.Do(Serve("serve-notice", "2026-02-24"));
  desk.GoTo(On(3, 17));
  desk.Do(DecideCase(desk));
  desk.Do(Order("order-rectification", "2026-04-10"));
  desk.GoTo(On(4, 13));
  return Inspect("fail-rectification", "2026-04-13", false, Officer());
}
inline Try ToApplyForRepair(Desk& desk) {
  desk.GoTo(On(4, 20));
  return ApplyForRepair();
}
inline Try ToGrantRepair(Desk& desk) {
  desk.Do(ToApplyForRepair(desk));
  desk.Do(Because("accept", Clerk()));
  desk.Do(Inspect("check", "2026-04-20", true, Clerk()));
  return DecideCase(desk, "grant");
}
inline Try ToLetTheCommunityAct(Desk& desk) {
  desk.Do(OrderCommittee());
  desk.GoTo(On(3, 11));
  desk.Do(Inspect("fail", "2026-03-11", false, Officer()));
  return Mandate("act", Decider());
}
inline Try ToFinishTheElection(Desk& desk) {
  desk.Do(ToLetTheCommunityAct(desk));
  desk.Do(Because("call-election", Decider()));
  return Mandate("elect", Officer());
}

/// Guards that a refusal names, by commas; else its reason.
inline std::string Guards(const absl::Status& status) {
  const auto problem = runtime::ToProblem(status);
  return problem.reason == "GUARD_MISSING" ? problem.metadata.at("guards") : problem.reason;
}

}  // namespace xince::cases::desk

#endif  // SERVICES_SCORING_CASES_TESTING_DESK_H_
