#include "services/scoring/cases/case_book.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/runtime/errors.h"
#include "services/scoring/cases/testing/fake_register.h"

namespace xince::cases {
namespace {

using journal::v1::CaseEvent;
using listing::v1::StepDetails;
using listing::v1::StepParty;
using policy::v1::CaseStep;
using policy::v1::ListDefinition;
using policy::v1::ListEffect;
using type::Date;

constexpr char kFirm[] = "firms/91350100M000100Y43";
constexpr char kBlacklist[] = "blacklist";

Date On(int month, int day, int year = 2026) { return Date::FromCivil(year, month, day); }

StepParty Party(CaseStep::Party part,
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

StepParty Recorder() {
  return Party(CaseStep::RECORDER, "li", "district-bureau", type::v1::LEVEL_DISTRICT);
}
StepParty Checker() {
  return Party(CaseStep::OFFICER, "wang", "district-bureau", type::v1::LEVEL_DISTRICT);
}
StepParty Decider() {
  return Party(CaseStep::DECIDER, "zhao", "city-bureau", type::v1::LEVEL_CITY);
}
StepParty Subject() { return Party(CaseStep::SUBJECT, "the-firm"); }

type::v1::Document Paper(const std::string& title, const std::string& number = "1") {
  type::v1::Document document;
  document.set_title(title);
  document.set_number(number);
  document.set_issue_date("2026-03-02");
  return document;
}

StepDetails Reasons(const std::string& text = "because") {
  StepDetails details;
  details.mutable_reasons()->set_text(text);
  return details;
}

StepDetails Served(const std::string& day) {
  StepDetails details;
  auto& service = *details.mutable_service();
  service.set_method(listing::v1::Service::IN_PERSON);
  service.set_day(day);
  service.set_receiver("the firm");
  *service.mutable_proof() = Paper("receipt");
  return details;
}

StepDetails Proposed() {
  StepDetails details;
  auto& proposal = *details.mutable_proposal();
  proposal.set_reasons("two orders were not met");
  for (const char* id : {"e1", "e2"}) proposal.add_facts()->set_evidence(id);
  auto& criterion = *proposal.add_criteria();
  criterion.set_criterion("orders-not-met");
  criterion.add_evidence("e1");
  criterion.add_evidence("e2");
  return details;
}

StepDetails Notice() {
  StepDetails details;
  auto& notice = *details.mutable_notice();
  notice.set_reasons("two orders were not met");
  notice.set_basis("regulation, article 30");
  notice.set_measure("blacklist for 12 months");
  notice.set_rights("to state, to defend");
  notice.set_time_limits("10 working days");
  return details;
}

class CaseBookTest : public testing::Test {
 protected:
  CaseBookTest() : book_(register_, register_) {
    auto calendar = type::WorkingDays::Load("policies/national/working-days.txt");
    if (!calendar.ok()) std::abort();
    calendar_.emplace(*std::move(calendar));
    register_.subjects = {kFirm};
    for (const char* id : {"e1", "e2"}) {
      register_.facts[id] = {kFirm,
                             FactSeen{.kind = "inspection.overdue-rectification",
                                      .office = "district-bureau",
                                      .digest = std::string(64, '1'),
                                      .occurred = On(1, 5),
                                      .determined = On(1, 20),
                                      .counts = true}};
      register_.class_of[id] = "general";
    }
    register_.classes["general"] = {.min_months = 3, .max_months = 12, .published = true};
    register_.classes["minor"] = {.min_months = 0, .max_months = 3, .published = false};
    ListDefinition& list = register_.lists[kBlacklist];
    list.set_id(kBlacklist);
    list.add_subjects("firm");
    list.set_basis(ListDefinition::LOCAL_REGULATION);
    list.set_effect(ListDefinition::DEPRIVATION);
    list.set_repair_class("general");
    auto& terms = *list.mutable_terms();
    terms.set_procedure("adverse-listing");
    terms.set_deciding_level(type::v1::LEVEL_CITY);
    terms.set_months(12);
    terms.set_basis_from("2022-01-01");
    terms.add_effects()->set_kind(ListEffect::EXCLUSION);
    auto& criterion = *terms.add_criteria();
    criterion.set_id("orders-not-met");
    criterion.add_kinds("inspection.overdue-rectification");
    criterion.set_count(2);
    opening_.set_procedure("adverse-listing");
    opening_.set_subject(kFirm);
    opening_.set_list(kBlacklist);
  }

  absl::Status Apply(const absl::StatusOr<CaseEvent>& event, Date today) {
    if (!event.ok()) return event.status();
    const auto status = book_.Apply(*event, today, ++revision_, 0, "test", nullptr);
    EXPECT_TRUE(status.ok()) << status;
    while (true) {
      const auto due = book_.DueSteps(today, *calendar_);
      if (due.empty()) return status;
      for (const CaseEvent& step : due)
        EXPECT_TRUE(book_.Apply(step, today, ++revision_, 0, "clock", nullptr).ok());
    }
  }

  absl::Status Open(Date today, const StepDetails& details = Proposed()) {
    const auto event = book_.DecideOpen(opening_, Recorder(), details, today, *calendar_);
    if (event.ok()) case_ = CaseName(event->year(), event->number());
    return Apply(event, today);
  }

  absl::Status Step(const std::string& step,
                    const StepParty& party,
                    const StepDetails& details,
                    Date today) {
    return Apply(book_.DecideStep(case_, step, party, details, 0, today, *calendar_), today);
  }

  void OpenDay(Date day) {
    book_.OpenDay(day, nullptr);
    while (true) {
      const auto due = book_.DueSteps(day, *calendar_);
      if (due.empty()) return;
      for (const CaseEvent& step : due)
        EXPECT_TRUE(book_.Apply(step, day, ++revision_, 0, "clock", nullptr).ok());
    }
  }

  StepDetails Decision() const {
    StepDetails details;
    const auto record = book_.Find(case_);
    auto& decision = *details.mutable_decision();
    decision.set_read_hash(record->hash);
    decision.set_read_revision(record->revision());
    decision.set_reasons("two orders were not met");
    decision.set_remedies("administrative review within 60 days");
    return details;
  }

  StepDetails Publication() const {
    StepDetails details;
    details.mutable_publication()->set_place("site of the bureau");
    details.mutable_publication()->set_text("the firm 91350100M000100Y43 is listed");
    return details;
  }

  // Up to the service of the notice on 2 March: the window ends on 16 March.
  void Serve() {
    ASSERT_TRUE(Open(On(2, 24)).ok());
    ASSERT_TRUE(Step("check", Checker(), Reasons(), On(2, 25)).ok());
    ASSERT_TRUE(Step("write-notice", Checker(), Notice(), On(2, 27)).ok());
    ASSERT_TRUE(Step("serve-notice", Checker(), Served("2026-03-02"), On(3, 2)).ok());
  }

  // Decided on 17 March.
  void Decide() {
    Serve();
    OpenDay(On(3, 17));
    ASSERT_TRUE(Step("decide", Decider(), Decision(), On(3, 17)).ok());
  }

  // In force on 18 March.
  void Publish() {
    Decide();
    ASSERT_TRUE(Step("serve-decision", Checker(), Served("2026-03-18"), On(3, 18)).ok());
    ASSERT_TRUE(Step("publish", Checker(), Publication(), On(3, 18)).ok());
  }

  std::string State() const {
    const auto record = book_.Find(case_);
    return record->procedure->proto().states(record->view.state).id();
  }

  bool TellsClock(const std::string& clock) const {
    const auto told = book_.Describe(*book_.Find(case_), On(3, 18), *calendar_, false);
    return std::any_of(told.clocks().begin(), told.clocks().end(), [&](const auto& one) {
      return one.clock() == clock;
    });
  }

  std::string MissingOf(const absl::Status& status) const {
    const auto problem = runtime::ToProblem(status);
    if (problem.reason != "GUARD_MISSING") return problem.reason;
    return problem.metadata.at("guards");
  }

  FakeRegister register_;
  std::optional<type::WorkingDays> calendar_;
  CaseBook book_;
  listing::v1::Opening opening_;
  std::string case_;
  Revision revision_ = 100;
};

TEST_F(CaseBookTest, AnAdverseEntryGoesTheWholeWay) {
  Publish();
  EXPECT_EQ(State(), "in-effect");
  const auto record = book_.Find(case_);
  EXPECT_TRUE(record->view.effective());
  ASSERT_EQ(SpansInForce(*record, 1000).size(), 1);
  EXPECT_EQ(SpansInForce(*record, 1000)[0].from, On(3, 18));
  EXPECT_TRUE(SpansInForce(*record, record->revision() - 1).empty()) << "not known before";

  const auto told = book_.Describe(*record, On(3, 20), *calendar_, true);
  EXPECT_EQ(told.in_force_from(), "2026-03-18");
  EXPECT_EQ(told.published_until(), "2027-03-17") << "12 months from the decision";
  EXPECT_EQ(told.steps_size(), 8);
  EXPECT_EQ(told.hash().size(), 64);
}

TEST_F(CaseBookTest, AnEntryEndsOnItsDayWithEverythingItBrought) {
  Publish();
  OpenDay(On(3, 17, 2027));
  EXPECT_EQ(State(), "in-effect");
  OpenDay(On(3, 18, 2027));
  EXPECT_EQ(State(), "expired");
  const auto record = book_.Find(case_);
  EXPECT_FALSE(record->view.in_force);
  EXPECT_FALSE(record->view.published);
  EXPECT_EQ(SpansInForce(*record, 1000)[0].until, On(3, 18, 2027));
}

TEST_F(CaseBookTest, PublicationEndsAtTheLegalMaximumThoughTheEntryGoesOn) {
  register_.classes["general"].max_months = 6;
  Publish();
  OpenDay(On(9, 17));
  const auto record = book_.Find(case_);
  EXPECT_FALSE(record->view.published);
  EXPECT_TRUE(record->view.in_force);
  EXPECT_EQ(SpansPublished(*record, 1000)[0].until, On(9, 17)) << "six months from 17 March";
}

TEST_F(CaseBookTest, ADayMissedCountsFromTheDayThatTimeGave) {
  Publish();
  OpenDay(On(5, 1, 2027));
  EXPECT_EQ(State(), "expired");
  EXPECT_EQ(SpansInForce(*book_.Find(case_), 1000)[0].until, On(3, 18, 2027));
}

TEST_F(CaseBookTest, NoDecisionOneDayBeforeTheWindowEnds) {
  Serve();
  OpenDay(On(3, 16));
  const absl::Status refused = Step("decide", Decider(), Decision(), On(3, 16));
  EXPECT_EQ(MissingOf(refused), "CLOCK_OVER_OR_WAIVED");
  EXPECT_EQ(runtime::ToProblem(refused).metadata.at("holds_on"), "2026-03-17");
  OpenDay(On(3, 17));
  EXPECT_TRUE(Step("decide", Decider(), Decision(), On(3, 17)).ok());
}

TEST_F(CaseBookTest, ServiceByPublicNoticeCountsOnlyAfterItsPeriod) {
  ASSERT_TRUE(Open(On(2, 24)).ok());
  ASSERT_TRUE(Step("check", Checker(), Reasons(), On(2, 25)).ok());
  ASSERT_TRUE(Step("write-notice", Checker(), Notice(), On(2, 27)).ok());
  StepDetails posted = Served("2026-03-02");
  posted.mutable_service()->set_method(listing::v1::Service::PUBLIC_NOTICE);
  ASSERT_TRUE(Step("serve-notice", Checker(), posted, On(3, 2)).ok());
  const auto record = book_.Find(case_);
  EXPECT_EQ(record->steps.back().day, On(4, 1)) << "30 days after 2 March";
  const ClockIndex defence = record->procedure->FindClock("defence");
  EXPECT_EQ(record->clocks[defence].due, On(4, 16)) << "10 working days, 6 April off";
}

TEST_F(CaseBookTest, AWaiverInWordsOpensTheDecision) {
  Serve();
  StepDetails waiver;
  *waiver.mutable_waiver()->mutable_document() = Paper("waiver");
  ASSERT_TRUE(Step("waive", Subject(), waiver, On(3, 3)).ok());
  EXPECT_TRUE(Step("decide", Decider(), Decision(), On(3, 3)).ok());
}

TEST_F(CaseBookTest, EveryPointIsAnsweredBeforeTheDecision) {
  Serve();
  StepDetails defence;
  defence.mutable_statement()->add_points("the order was met");
  defence.mutable_statement()->add_points("the order was not served");
  ASSERT_TRUE(Step("defend", Subject(), defence, On(3, 5)).ok());
  OpenDay(On(3, 17));
  EXPECT_EQ(MissingOf(Step("decide", Decider(), Decision(), On(3, 17))), "POINTS_ANSWERED");
  StepDetails answers;
  answers.mutable_answers()->add_answers()->set_point(1);
  ASSERT_TRUE(Step("answer", Checker(), answers, On(3, 17)).ok());
  EXPECT_EQ(MissingOf(Step("decide", Decider(), Decision(), On(3, 17))), "POINTS_ANSWERED");
  answers.mutable_answers()->mutable_answers(0)->set_point(2);
  ASSERT_TRUE(Step("answer", Checker(), answers, On(3, 17)).ok());
  EXPECT_TRUE(Step("decide", Decider(), Decision(), On(3, 17)).ok());
}

TEST_F(CaseBookTest, AHearingAskedForIsHeld) {
  Serve();
  StepDetails defence;
  defence.mutable_statement()->set_asks_hearing(true);
  defence.mutable_statement()->add_points("the order was met");
  ASSERT_TRUE(Step("defend", Subject(), defence, On(3, 5)).ok());
  StepDetails answers;
  answers.mutable_answers()->add_answers()->set_point(1);
  ASSERT_TRUE(Step("answer", Checker(), answers, On(3, 6)).ok());
  OpenDay(On(3, 17));
  EXPECT_EQ(MissingOf(Step("decide", Decider(), Decision(), On(3, 17))), "HEARING_HELD_IF_DUE");
  StepDetails hearing;
  hearing.mutable_hearing()->set_convened_on("2026-03-10");
  hearing.mutable_hearing()->set_held_on("2026-03-10");
  *hearing.mutable_hearing()->mutable_minutes() = Paper("minutes");
  EXPECT_EQ(MissingOf(Step("hear", Checker(), hearing, On(3, 17))), "HEARING_ORDERLY");
  hearing.mutable_hearing()->set_held_on("2026-03-17");
  ASSERT_TRUE(Step("hear", Checker(), hearing, On(3, 17)).ok());
  EXPECT_TRUE(Step("decide", Decider(), Decision(), On(3, 17)).ok());
}

struct Refused {
  std::string name;
  std::string guards;
  std::function<void(FakeRegister&, StepParty&, StepDetails&)> with;
};

class RefusedDecision : public CaseBookTest, public testing::WithParamInterface<Refused> {};

TEST_P(RefusedDecision, NamesTheGuard) {
  Serve();
  OpenDay(On(3, 17));
  StepParty party = Decider();
  StepDetails details = Decision();
  GetParam().with(register_, party, details);
  EXPECT_EQ(MissingOf(Step("decide", party, details, On(3, 17))), GetParam().guards);
  EXPECT_EQ(State(), "served") << "nothing happened";
}

INSTANTIATE_TEST_SUITE_P(
    Rows,
    RefusedDecision,
    testing::Values(
        Refused{"OneWhoProposed",
                "OTHER_PERSON",
                [](FakeRegister&, StepParty& party, StepDetails&) { party.set_person("li"); }},
        Refused{"OneWhoChecked",
                "OTHER_PERSON",
                [](FakeRegister&, StepParty& party, StepDetails&) { party.set_person("wang"); }},
        Refused{"TheOfficeThatProposed",
                "OTHER_OFFICE",
                [](FakeRegister&, StepParty& party, StepDetails&) {
                  party.set_office("district-bureau");
                }},
        Refused{"ALevelTooLow",
                "DECIDING_LEVEL",
                [](FakeRegister&, StepParty& party, StepDetails&) {
                  party.set_level(type::v1::LEVEL_DISTRICT);
                }},
        Refused{"NoLevel",
                "DECIDING_LEVEL",
                [](FakeRegister&, StepParty& party, StepDetails&) { party.clear_level(); }},
        Refused{"AnotherHash",
                "READ_AS_IT_IS",
                [](FakeRegister&, StepParty&, StepDetails& details) {
                  details.mutable_decision()->set_read_hash(std::string(64, '0'));
                }},
        Refused{"AnotherRevision",
                "READ_AS_IT_IS",
                [](FakeRegister&, StepParty&, StepDetails& details) {
                  details.mutable_decision()->set_read_revision(1);
                }},
        Refused{"NoRemedies",
                "REMEDIES_STATED",
                [](FakeRegister&, StepParty&, StepDetails& details) {
                  details.mutable_decision()->clear_remedies();
                }},
        Refused{"AMeasureTheListHasNot",
                "MEASURE_ALLOWED",
                [](FakeRegister&, StepParty&, StepDetails& details) {
                  details.mutable_decision()->add_measures(ListEffect::MARKET_EXIT);
                }},
        Refused{
            "AFactVoided",
            "CRITERIA_MET",
            [](FakeRegister& r, StepParty&, StepDetails&) { r.facts["e2"].second.counts = false; }},
        Refused{"ALawThatPermitsNoMore",
                "BASIS_PERMITTED",
                [](FakeRegister& r, StepParty&, StepDetails&) { r.permits = false; }}),
    [](const auto& info) { return info.param.name; });

class RefusedProposal : public CaseBookTest, public testing::WithParamInterface<Refused> {};

TEST_P(RefusedProposal, NamesTheGuard) {
  StepParty party = Recorder();
  StepDetails details = Proposed();
  GetParam().with(register_, party, details);
  const auto event = book_.DecideOpen(opening_, party, details, On(2, 24), *calendar_);
  EXPECT_EQ(MissingOf(event.status()), GetParam().guards);
  EXPECT_TRUE(book_.all().empty());
}

INSTANTIATE_TEST_SUITE_P(
    Rows,
    RefusedProposal,
    testing::Values(
        Refused{"WithoutReasons",
                "PROPOSAL_COMPLETE",
                [](FakeRegister&, StepParty&, StepDetails& details) {
                  details.mutable_proposal()->clear_reasons();
                }},
        Refused{"WithAFactNotOnFile",
                "PROPOSAL_COMPLETE",
                [](FakeRegister&, StepParty&, StepDetails& details) {
                  details.mutable_proposal()->add_facts()->set_evidence("e9");
                }},
        Refused{"WithAFactThatChanged",
                "PROPOSAL_COMPLETE",
                [](FakeRegister&, StepParty&, StepDetails& details) {
                  details.mutable_proposal()->mutable_facts(0)->set_digest(std::string(64, '2'));
                }},
        Refused{"ForLongerThanTheList",
                "PROPOSAL_COMPLETE",
                [](FakeRegister&, StepParty&, StepDetails& details) {
                  details.mutable_proposal()->set_months(13);
                }},
        Refused{"OfAKindTheListDoesNotTake",
                "LIST_TAKES",
                [](FakeRegister& r, StepParty&, StepDetails&) {
                  r.lists[kBlacklist].clear_subjects();
                  r.lists[kBlacklist].add_subjects("manager");
                }},
        Refused{"OnANormativeDocumentAlone",
                "BASIS_PERMITTED",
                [](FakeRegister& r, StepParty&, StepDetails&) {
                  r.lists[kBlacklist].set_basis(ListDefinition::NORMATIVE_DOCUMENT);
                }},
        Refused{"ByNobody",
                "STEP_PARTY",
                [](FakeRegister&, StepParty& party, StepDetails&) { party.clear_person(); }},
        Refused{"WithOtherDetails",
                "STEP_DETAILS",
                [](FakeRegister&, StepParty&, StepDetails& details) { details = Reasons(); }},
        Refused{"ByTheSubject",
                "STEP_NOT_HERE",
                [](FakeRegister&, StepParty& party, StepDetails&) { party = Subject(); }},
        Refused{"OfSomebodyNotFiled",
                "SUBJECT_UNKNOWN",
                [](FakeRegister& r, StepParty&, StepDetails&) { r.subjects.clear(); }},
        Refused{"OnNoList",
                "LIST_UNKNOWN",
                [](FakeRegister& r, StepParty&, StepDetails&) { r.lists.clear(); }}),
    [](const auto& info) { return info.param.name; });

TEST_F(CaseBookTest, OfOneMatterOneCaseIsOpen) {
  ASSERT_TRUE(Open(On(2, 24)).ok());
  EXPECT_EQ(MissingOf(Open(On(2, 24))), "NO_OPEN_CASE");
  ASSERT_TRUE(Step("withdraw", Recorder(), Reasons(), On(2, 24)).ok());
  EXPECT_TRUE(Open(On(2, 24)).ok());
  EXPECT_EQ(case_, "cases/2026-2");
}

TEST_F(CaseBookTest, AMinorMatterIsNotPublished) {
  register_.lists[kBlacklist].set_repair_class("minor");
  Decide();
  ASSERT_TRUE(Step("serve-decision", Checker(), Served("2026-03-18"), On(3, 18)).ok());
  EXPECT_EQ(MissingOf(Step("publish", Checker(), Publication(), On(3, 18))), "PUBLISHABLE");
}

TEST_F(CaseBookTest, NothingIsPublishedPastTheMaximum) {
  Decide();
  ASSERT_TRUE(Step("serve-decision", Checker(), Served("2026-03-18"), On(3, 18)).ok());
  EXPECT_EQ(MissingOf(Step("publish", Checker(), Publication(), On(3, 17, 2027))), "PUBLISHABLE");
}

TEST_F(CaseBookTest, NoIdentityIsPublished) {
  Decide();
  ASSERT_TRUE(Step("serve-decision", Checker(), Served("2026-03-18"), On(3, 18)).ok());
  StepDetails text = Publication();
  text.mutable_publication()->set_text("its manager, 11010519491231002X, is named");
  EXPECT_EQ(MissingOf(Step("publish", Checker(), text, On(3, 18))), "NO_PERSONAL_DATA");
}

TEST_F(CaseBookTest, ADraftIsShownBeforePublication) {
  register_.lists[kBlacklist].mutable_terms()->set_draft_publicity_days(5);
  Decide();
  ASSERT_TRUE(Step("serve-decision", Checker(), Served("2026-03-18"), On(3, 18)).ok());
  EXPECT_EQ(MissingOf(Step("publish", Checker(), Publication(), On(3, 18))), "CLOCK_OVER");
  EXPECT_TRUE(TellsClock("draft"));
  OpenDay(On(3, 26));
  EXPECT_TRUE(Step("publish", Checker(), Publication(), On(3, 26)).ok());
}

TEST_F(CaseBookTest, AListWithoutADraftTellsNoDeadlineOfOne) {
  Decide();
  ASSERT_TRUE(Step("serve-decision", Checker(), Served("2026-03-18"), On(3, 18)).ok());
  EXPECT_FALSE(TellsClock("draft"));
  EXPECT_TRUE(Step("publish", Checker(), Publication(), On(3, 18)).ok());
}

TEST_F(CaseBookTest, ADecisionTakesEffectOnItsDay) {
  Serve();
  OpenDay(On(3, 17));
  StepDetails decision = Decision();
  decision.mutable_decision()->set_effective_on("2026-04-01");
  ASSERT_TRUE(Step("decide", Decider(), decision, On(3, 17)).ok());
  ASSERT_TRUE(Step("serve-decision", Checker(), Served("2026-03-18"), On(3, 18)).ok());
  ASSERT_TRUE(Step("publish", Checker(), Publication(), On(3, 18)).ok());
  EXPECT_EQ(State(), "published");
  OpenDay(On(3, 31));
  EXPECT_EQ(State(), "published");
  OpenDay(On(4, 1));
  EXPECT_EQ(State(), "in-effect");
}

TEST_F(CaseBookTest, ACourtSuspendsAndClocksStandStill) {
  Publish();
  StepDetails order;
  *order.mutable_order()->mutable_document() = Paper("order", "(2026) 12");
  const StepParty court = Party(CaseStep::COURT, "judge", "court");
  OpenDay(On(4, 1));
  ASSERT_TRUE(Step("suspend", court, order, On(4, 1)).ok());
  EXPECT_FALSE(book_.Find(case_)->view.effective());
  OpenDay(On(5, 1));
  ASSERT_TRUE(Step("resume", court, order, On(5, 1)).ok());
  const auto record = book_.Find(case_);
  EXPECT_TRUE(record->view.effective());
  const ClockIndex duration = record->procedure->FindClock("duration");
  EXPECT_EQ(record->clocks[duration].due, On(4, 16, 2027)) << "30 days later than 17 March";
  ASSERT_EQ(SpansInForce(*record, 1000).size(), 2) << "it rested in April";
}

TEST_F(CaseBookTest, TheOfficeThatRecordedDoesNotDecideTheObjection) {
  opening_ = {};
  opening_.set_procedure("objection");
  opening_.set_subject(kFirm);
  opening_.mutable_target()->set_evidence("e1");
  StepDetails grounds;
  grounds.mutable_objection()->add_grounds(listing::v1::Objection::FACTS);
  grounds.mutable_objection()->add_points("it was met in time");
  const auto filed = book_.DecideOpen(opening_, Subject(), grounds, On(2, 2), *calendar_);
  ASSERT_TRUE(filed.ok()) << filed.status();
  case_ = CaseName(filed->year(), filed->number());
  ASSERT_TRUE(Apply(filed, On(2, 2)).ok());
  EXPECT_TRUE(ContestedOn(*book_.Find(case_), On(2, 2), 1000));
  EXPECT_FALSE(ContestedOn(*book_.Find(case_), On(2, 1), 1000));

  EXPECT_EQ(MissingOf(Step("accept", Checker(), Reasons(), On(2, 3))),
            "OTHER_OFFICE_THAN_CONTESTED");
  StepParty other = Checker();
  other.set_office("city-bureau");
  ASSERT_TRUE(Step("accept", other, Reasons(), On(2, 3)).ok());
  StepDetails answers;
  answers.mutable_answers()->add_answers()->set_point(1);
  ASSERT_TRUE(Step("answer", other, answers, On(2, 4)).ok());
  ASSERT_TRUE(Step("reject", Decider(), Decision(), On(2, 5)).ok());
  EXPECT_FALSE(ContestedOn(*book_.Find(case_), On(2, 5), 1000));

  // A second one on the same matter needs new facts.
  EXPECT_EQ(
      MissingOf(book_.DecideOpen(opening_, Subject(), grounds, On(2, 9), *calendar_).status()),
      "FIRST_OR_NEW_FACTS");
  grounds.mutable_objection()->add_new_facts("a receipt was found");
  EXPECT_TRUE(book_.DecideOpen(opening_, Subject(), grounds, On(2, 9), *calendar_).ok());
}

TEST_F(CaseBookTest, ARepairWaitsForTheMinimum) {
  opening_ = {};
  opening_.set_procedure("repair");
  opening_.set_subject(kFirm);
  opening_.mutable_target()->set_evidence("e1");
  StepDetails application;
  auto& repair = *application.mutable_repair();
  repair.set_corrected_on("2026-02-01");
  repair.set_duties_done(true);
  *repair.add_proofs() = Paper("acceptance");
  *repair.mutable_pledge() = Paper("pledge");
  const auto early = book_.DecideOpen(opening_, Subject(), application, On(4, 19), *calendar_);
  EXPECT_EQ(MissingOf(early.status()), "REPAIR_MINIMUM");
  EXPECT_EQ(runtime::ToProblem(early.status()).metadata.at("holds_on"), "2026-04-20");
  const auto filed = book_.DecideOpen(opening_, Subject(), application, On(4, 20), *calendar_);
  ASSERT_TRUE(filed.ok()) << filed.status();
  case_ = CaseName(filed->year(), filed->number());
  ASSERT_TRUE(Apply(filed, On(4, 20)).ok());
  ASSERT_TRUE(Step("accept", Checker(), Reasons(), On(4, 21)).ok());
  StepDetails checked;
  checked.mutable_acceptance()->set_met(true);
  checked.mutable_acceptance()->set_inspected_on("2026-04-22");
  ASSERT_TRUE(Step("check", Checker(), checked, On(4, 22)).ok());
  register_.facts["e3"] = register_.facts["e1"];
  register_.facts["e3"].second.occurred = On(4, 1);
  EXPECT_EQ(MissingOf(Step("grant", Decider(), Decision(), On(4, 23))), "NO_NEW_MATTER");
  register_.facts.erase("e3");
  ASSERT_TRUE(Step("grant", Decider(), Decision(), On(4, 23)).ok());
  EXPECT_TRUE(book_.Find(case_)->view.repaired);
}

TEST_F(CaseBookTest, AReplayedStepWhoseGuardDoesNotHoldIsRefused) {
  Serve();
  OpenDay(On(3, 17));
  auto event = book_.DecideStep(case_, "decide", Decider(), Decision(), 0, On(3, 17), *calendar_);
  ASSERT_TRUE(event.ok()) << event.status();
  event->mutable_party()->set_person("li");
  const absl::Status status = book_.Apply(*event, On(3, 17), 999, 0, "test", nullptr);
  EXPECT_EQ(runtime::ReasonOf(status), "REPLAY_MISMATCH");
  EXPECT_EQ(runtime::ToProblem(status).metadata.at("step"), "decide");
}

TEST_F(CaseBookTest, AListEnteredByRuleTakesNobodyThatNoRuleProposes) {
  auto& terms = *register_.lists[kBlacklist].mutable_terms();
  terms.add_ways(policy::v1::ListTerms::PROPOSED_BY_RULE);
  EXPECT_EQ(MissingOf(Open(On(2, 24))), "LIST_TAKES");
  terms.add_ways(policy::v1::ListTerms::PROPOSED_BY_PERSON);
  EXPECT_TRUE(Open(On(2, 24)).ok());
}

TEST_F(CaseBookTest, AListEnteredByRuleTakesWhomAnOutcomeProposes) {
  register_.lists[kBlacklist].mutable_terms()->add_ways(policy::v1::ListTerms::PROPOSED_BY_RULE);
  register_.proposes = {{kFirm, "another"}};
  EXPECT_EQ(MissingOf(Open(On(2, 24))), "LIST_TAKES");
  register_.proposes = {{kFirm, kBlacklist}};
  EXPECT_TRUE(Open(On(2, 24)).ok());
}

TEST_F(CaseBookTest, AStepIsTakenBackWhole) {
  Serve();
  OpenDay(On(3, 17));
  const auto before = book_.Find(case_);
  xince::journal::Undo undo;
  const auto event =
      book_.DecideStep(case_, "decide", Decider(), Decision(), 0, On(3, 17), *calendar_);
  ASSERT_TRUE(book_.Apply(*event, On(3, 17), 999, 0, "test", &undo).ok());
  EXPECT_EQ(State(), "decided");
  undo.RollBackTo(0);
  EXPECT_EQ(State(), "served");
  EXPECT_EQ(book_.Find(case_), before);
}

TEST_F(CaseBookTest, ACaseHoldsSoManyPoints) {
  Serve();
  StepDetails defence;
  for (uint32_t i = 0; i < kPointsMax; ++i) defence.mutable_statement()->add_points("p");
  ASSERT_TRUE(Step("defend", Subject(), defence, On(3, 5)).ok());
  StepDetails more;
  more.mutable_statement()->add_points("p");
  EXPECT_EQ(MissingOf(Step("defend", Subject(), more, On(3, 5))), "CASE_FULL");
}

}  // namespace
}  // namespace xince::cases
