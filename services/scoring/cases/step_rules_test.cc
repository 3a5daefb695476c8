#include "services/scoring/cases/step_rules.h"

#include <string>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/scoring/cases/case_errors.h"
#include "services/scoring/cases/criteria.h"
#include "services/scoring/cases/names.h"
#include "services/scoring/cases/testing/desk.h"

namespace xince::cases::desk {
namespace {

constexpr char kIdentity[] = "11010519491231002X";

TEST(Names, SpellingsOfOneNameAreOne) {
  for (const char* spelling :
       {"Wang", "wang ", " WANG", "Ｗａｎｇ", "w a n g", "wa\u200Cng", "Wang.", "wang\uFE00"})
    EXPECT_TRUE(SameName("wang", spelling)) << spelling;
  for (const char* spelling : {"\u2EA9伟", "\u2F5F伟", "王·伟", "王　伟", "王伟\u3164"})
    EXPECT_EQ(SameName("王伟", spelling), spelling != std::string("\u2F5F伟")) << spelling;
  EXPECT_TRUE(SameName("玉伟", "\u2F5F伟")) << "U+2F5F looks like jade, and is to Unicode";
  EXPECT_FALSE(SameName("王伟", "王玮"));
  EXPECT_FALSE(SameName("wang1", "wang2"));
  EXPECT_EQ(NameKey(" ·…　\u200D"), "");
}

TEST(Names, ATextThatSaysNothingIsSeen) {
  EXPECT_TRUE(Says("理由"));
  EXPECT_TRUE(Says("1"));
  for (const char* text : {"", " ", "　", "……", "。", "-", "\u3164", "\u200D"})
    EXPECT_FALSE(Says(text)) << text;
}

TEST(Names, AnIdentityNumberIsFoundHoweverItIsTyped) {
  const auto names = [](const std::string& text) {
    return NamesAnIdentity(text, "91350100M000100Y43", On(3, 2));
  };
  for (const char* text : {"11010519491231002X",
                           "经理11010519491231002x,男",
                           "ID11010519491231002X.",
                           "110105 19491231 002X",
                           "110105-19491231-002-X",
                           "11010519491231002 X",
                           "１１０１０５１９４９１２３１００２Ｘ",
                           "电话 010-12345678 440524188001010014 邮编",
                           "1101051949123\u200D1002X",
                           "932682198501010017"})
    EXPECT_TRUE(names(text)) << text;
  for (const char* text : {"",
                           "91350100M000100Y43 列入名单",
                           "110105194912310021",
                           "1101051949123100",
                           "211010519491231002X1",
                           "2026-03-02 至 2026-09-01",
                           "110105  19491231  002X"})
    EXPECT_FALSE(names(text)) << text;
  EXPECT_FALSE(NamesAnIdentity("362322198709086409", "362322198709086409", On(3, 2)))
      << "a subject's own code can look like one";
}

TEST(Errors, RepeatNoIdentity) {
  const std::string given = absl::StrCat("cases/", kIdentity);
  for (const absl::Status& status : {CaseUnknown(given),
                                     StepUnknown(given),
                                     TargetUnknown(given),
                                     ListUnknown(given),
                                     ProcedureUnknown(given)})
    EXPECT_EQ(status.ToString().find(kIdentity), std::string::npos) << status;
  EXPECT_NE(CaseUnknown("cases/2026-7").ToString().find("cases/2026-7"), std::string::npos);
}

struct Place {
  std::string name;
  std::string field;
  std::function<Try(Desk&)> attempt;
};

class Identities : public testing::TestWithParam<Place> {};

TEST_P(Identities, AreKeptOutOfTheJournal) {
  Desk desk;
  const Try attempt = GetParam().attempt(desk);
  const absl::Status refused = desk.Decide(attempt).status();
  EXPECT_EQ(runtime::ReasonOf(refused), "IDENTITY_IN_TEXT") << refused;
  EXPECT_EQ(runtime::ToProblem(refused).field, GetParam().field);
  EXPECT_EQ(refused.ToString().find(kIdentity), std::string::npos) << "the error names none either";
}

INSTANTIATE_TEST_SUITE_P(
    Places,
    Identities,
    testing::Values(Place{"Reasons",
                          "details.proposal.reasons",
                          [](Desk&) {
                            Try t = Blacklisting();
                            t.details.mutable_proposal()->set_reasons(kIdentity);
                            return t;
                          }},
                    Place{"Matter",
                          "opening.matter",
                          [](Desk&) {
                            Try t = Blacklisting();
                            t.opening.set_matter(absl::StrCat("关于", kIdentity));
                            return t;
                          }},
                    Place{"Person",
                          "party.person",
                          [](Desk&) {
                            Try t = Blacklisting();
                            t.party.set_person(kIdentity);
                            return t;
                          }},
                    Place{"Point",
                          "details.statement.points[1]",
                          [](Desk& desk) {
                            Served(desk);
                            Try t = Defend();
                            t.details.mutable_statement()->add_points("本人 110105 19491231 002X");
                            return t;
                          }},
                    Place{"TitleOfADocument",
                          "details.service.proof.title",
                          [](Desk& desk) {
                            Noticed(desk);
                            Try t = Serve("serve-notice", "2026-02-24");
                            t.details.mutable_service()->mutable_proof()->set_title(
                                absl::StrCat("回证", kIdentity));
                            return t;
                          }}),
    [](const auto& info) { return info.param.name; });

class StepRules : public testing::Test {
 protected:
  std::string Reason(const Try& attempt) {
    return runtime::ReasonOf(desk_.Decide(attempt).status());
  }
  std::string Field(const Try& attempt) {
    return runtime::ToProblem(desk_.Decide(attempt).status()).field;
  }

  Desk desk_;
};

TEST_F(StepRules, OnlyAListingIsAboutAList) {
  Try objection = Object();
  EXPECT_EQ(Reason(objection), "");
  objection.opening.set_list("blacklist");
  EXPECT_EQ(Reason(objection), "OPENING_INCOMPLETE");
  EXPECT_EQ(Field(objection), "opening.list");
}

TEST_F(StepRules, OnlyACommitteeIsLedBackToItsDuties) {
  Try order = OrderCommittee();
  EXPECT_EQ(Reason(order), "");
  order.opening.set_subject(kFirm);
  EXPECT_EQ(Reason(order), "OPENING_INCOMPLETE");
  EXPECT_EQ(Field(order), "opening.subject");
}

TEST_F(StepRules, OfACommitteeOneCorrectionIsOpen) {
  desk_.Do(OrderCommittee());
  Try another = OrderCommittee();
  EXPECT_EQ(Guards(desk_.Decide(another).status()), "NO_OPEN_CASE");
  another.opening.set_matter("another");
  EXPECT_EQ(Field(another), "opening.matter");
}

TEST_F(StepRules, AContestedStepWasTaken) {
  desk_.Do(ToPublish(desk_));
  Try objection = Object();
  objection.opening.mutable_target()->set_case_(desk_.case_);
  EXPECT_EQ(Reason(objection), "");
  objection.opening.mutable_target()->set_step("decide");
  EXPECT_EQ(Reason(objection), "");
  for (const char* step : {"revoke", "no-step"}) {
    objection.opening.mutable_target()->set_step(step);
    EXPECT_EQ(Reason(objection), "TARGET_UNKNOWN") << step;
  }
  objection.opening.mutable_target()->set_evidence("e1");
  EXPECT_EQ(Reason(objection), "TARGET_UNKNOWN") << "evidence has no steps";
}

TEST_F(StepRules, AStandingToComeIsNotContested) {
  Try objection = Object();
  objection.opening.mutable_target()->set_standing_day("2026-02-24");
  EXPECT_EQ(Reason(objection), "");
  objection.opening.mutable_target()->set_standing_day("2026-02-25");
  EXPECT_EQ(Field(objection), "opening.target.standing_day");
}

TEST_F(StepRules, AnObjectionIsNotObjectedTo) {
  desk_.Do(Object());
  Try objection = Object();
  objection.opening.mutable_target()->set_case_(desk_.case_);
  EXPECT_EQ(Field(objection), "opening.target.case");
}

TEST_F(StepRules, OnlyAnEntryIsRepaired) {
  desk_.Do(ToApplyForRepair(desk_));
  Try repair = ApplyForRepair();
  repair.opening.mutable_target()->set_case_(desk_.case_);
  EXPECT_EQ(Field(repair), "opening.target.case");
}

TEST_F(StepRules, NothingIsInspectedBeforeItWasOrdered) {
  Try failed = ToFindFailed(desk_);
  for (const auto& [day, reason] :
       {std::pair("2026-03-16", "STEP_DETAILS"), {"2026-04-14", "STEP_DETAILS"}}) {
    failed.details.mutable_acceptance()->set_inspected_on(day);
    EXPECT_EQ(Reason(failed), reason) << day;
  }
  failed.details.mutable_acceptance()->set_inspected_on("2026-03-17");
  EXPECT_EQ(Reason(failed), "") << "the day of the order";
}

TEST_F(StepRules, ADecisionTakesEffectOnNoDayThatIsOver) {
  Try decision = ToDecide(desk_);
  decision.details.mutable_decision()->set_effective_on("2026-03-16");
  EXPECT_EQ(Field(decision), "details.decision.effective_on");
  decision.details.mutable_decision()->set_effective_on("2026-03-17");
  EXPECT_EQ(Reason(decision), "");
}

TEST_F(StepRules, WhatADecisionPutsInForceItselfIsInForceThatDay) {
  desk_.Do(Propose("watched", "supervisory-listing"));
  desk_.Do(Serve("serve-notice", "2026-02-24"));
  desk_.GoTo(On(3, 17));
  Try decision = DecideCase(desk_);
  EXPECT_EQ(Reason(decision), "");
  decision.details.mutable_decision()->set_effective_on("2026-03-18");
  EXPECT_EQ(Reason(decision), "STEP_DETAILS");
}

TEST_F(StepRules, OnlyADecisionThatUpholdsAmends) {
  desk_.Do(Object());
  desk_.Do(Because("accept", Clerk()));
  desk_.Do(Answer(Clerk()));
  for (const auto& [step, field] :
       {std::pair("reject", "details.decision.amendments"), {"uphold", ""}}) {
    Try decision = DecideCase(desk_, step);
    EXPECT_EQ(Reason(decision), "") << step;
    auto& amendment = *decision.details.mutable_decision()->add_amendments();
    amendment.set_evidence("e1");
    amendment.set_voided(true);
    EXPECT_EQ(Field(decision), field) << step;
  }
}

TEST_F(StepRules, ADefenceIsJudgedByTheDayItCameIn) {
  Served(desk_);
  desk_.GoTo(On(3, 18));
  const auto received = [](const std::string& day) {
    Try defence = Defend();
    defence.details.mutable_statement()->set_received_on(day);
    return defence;
  };
  EXPECT_EQ(Guards(desk_.Decide(Defend()).status()), "CLOCK_RUNNING") << "recorded too late";
  EXPECT_EQ(Guards(desk_.Decide(received("2026-03-17")).status()), "CLOCK_RUNNING");
  EXPECT_EQ(Field(received("2026-03-01")), "details.statement.received_on") << "before the service";
  EXPECT_EQ(Field(received("2026-03-19")), "details.statement.received_on") << "after today";
  EXPECT_EQ(Reason(received("2026-03-02")), "") << "the day of the service";
  desk_.Do(received("2026-03-16"));
  EXPECT_EQ(desk_.record().steps.back().day, On(3, 16));
  EXPECT_EQ(Guards(desk_.Decide(DecideCase(desk_)).status()), "POINTS_ANSWERED");
  desk_.Do(Answer());
  desk_.Do(DecideCase(desk_));
  EXPECT_EQ(Reason(received("2026-03-16")), "STEP_NOT_HERE") << "the case is decided";
}

TEST_F(StepRules, AServiceRecordedLateLeavesTheDefenceItsWindow) {
  Noticed(desk_);
  desk_.GoTo(On(3, 18));
  desk_.Do(Serve("serve-notice", "2026-03-02"));
  EXPECT_EQ(Guards(desk_.Decide(Defend()).status()), "CLOCK_RUNNING");
  Try defence = Defend();
  defence.details.mutable_statement()->set_received_on("2026-03-16");
  CaseEvent event = *desk_.Decide(defence);
  event.mutable_details()->mutable_statement()->set_received_on("2026-03-17");
  EXPECT_EQ(runtime::ReasonOf(desk_.Apply(event)), "REPLAY_MISMATCH");
  desk_.Do(defence);
}

TEST_F(StepRules, AFactThatChangedSinceTheProposalBearsNothingOut) {
  Try proposal = Blacklisting();
  proposal.details.mutable_proposal()->mutable_facts(0)->set_digest(std::string(64, '1'));
  desk_.Do(proposal);
  desk_.Do(Because("check", Officer()));
  desk_.Do(WriteNotice());
  desk_.GoTo(On(3, 2));
  desk_.Do(Serve("serve-notice", "2026-03-02"));
  desk_.GoTo(On(3, 17));
  const auto told = [&] {
    return desk_.book.Describe(desk_.record(), desk_.today, *desk_.calendar_, false);
  };
  const CaseEvent decided = *desk_.Decide(DecideCase(desk_));
  std::string& digest = desk_.register_.facts["e1"].second.digest;
  digest = std::string(64, '2');
  const absl::Status refused = desk_.Decide(DecideCase(desk_)).status();
  EXPECT_EQ(Guards(refused), "CRITERIA_MET");
  EXPECT_THAT(runtime::ToProblem(refused).en, testing::HasSubstr("changed since the proposal: e1"));
  EXPECT_EQ(runtime::ReasonOf(desk_.Apply(decided)), "REPLAY_MISMATCH");
  ASSERT_EQ(told().facts_gone_size(), 1);
  EXPECT_EQ(told().facts_gone(0).why(), listing::v1::FactGone::CHANGED);
  EXPECT_TRUE(told().criteria_unmet());
  EXPECT_TRUE(AnyFactGone(desk_.record(), desk_.register_));
  digest = std::string(64, '1');
  desk_.Do(DecideCase(desk_));
  digest = std::string(64, '2');
  EXPECT_EQ(told().facts_gone_size(), 0) << "it is decided";
  EXPECT_FALSE(told().criteria_unmet());
}

TEST_F(StepRules, APublicationHasPlaceAndText) {
  Try publication = ToPublish(desk_);
  EXPECT_EQ(Reason(publication), "");
  publication.details.mutable_publication()->set_text(" ");
  EXPECT_EQ(Reason(publication), "STEP_DETAILS");
  publication = Publish();
  publication.details.mutable_publication()->clear_place();
  EXPECT_EQ(Reason(publication), "STEP_DETAILS");
}

TEST_F(StepRules, WhoIsNamedByNoLetterIsNobody) {
  Try proposal = Blacklisting();
  proposal.party.set_person("…");
  EXPECT_EQ(Reason(proposal), "STEP_PARTY");
  proposal = Blacklisting();
  proposal.party.set_office("　");
  EXPECT_EQ(Reason(proposal), "STEP_PARTY");
}

TEST_F(StepRules, AHearingOnASupervisoryListCanBeHeld) {
  desk_.Do(Propose("watched", "supervisory-listing"));
  desk_.Do(Serve("serve-notice", "2026-02-24"));
  desk_.Do(Defend(true));
  desk_.Do(Answer());
  desk_.GoTo(On(3, 17));
  EXPECT_EQ(Guards(desk_.Decide(DecideCase(desk_)).status()), "HEARING_HELD_IF_DUE");
  desk_.Do(Hear("2026-03-02", "2026-03-17"));
  EXPECT_EQ(Reason(DecideCase(desk_)), "");
}

TEST_F(StepRules, AProcedureThatWaitsForAHearingHoldsOne) {
  policy::v1::Procedure procedure =
      desk_.register_.Find("supervisory-listing", desk_.today).procedure->proto();
  EXPECT_TRUE(Procedure::Compile(procedure).ok());
  for (const char* id : {"hear", "answer"}) {
    policy::v1::Procedure without = procedure;
    auto& steps = *without.mutable_steps();
    for (int i = steps.size() - 1; i >= 0; --i)
      if (steps[i].id() == id) steps.DeleteSubrange(i, 1);
    EXPECT_EQ(runtime::ReasonOf(Procedure::Compile(without).status()), "PROCEDURE_INVALID") << id;
  }
}

TEST_F(StepRules, ASecondOrderOfACourtTakesNoDayBack) {
  desk_.Do(ToPublish(desk_));
  const ClockIndex duration = desk_.record().procedure->FindClock("duration");
  EXPECT_EQ(desk_.record().clocks[duration].due, On(9, 16));
  desk_.GoTo(On(4, 1));
  desk_.Do(CourtOrder("suspend"));
  desk_.GoTo(On(4, 21));
  desk_.Do(CourtOrder("suspend"));
  desk_.GoTo(On(5, 1));
  desk_.Do(CourtOrder("resume"));
  EXPECT_EQ(desk_.record().clocks[duration].due, On(10, 16)) << "30 days, not 10";
  EXPECT_EQ(Reason(CourtOrder("resume")), "STEP_NOT_HERE") << "it is not suspended any more";
}

TEST_F(StepRules, EachOrderOfACourtIsLiftedByItself) {
  desk_.Do(ToPublish(desk_));
  const ClockIndex duration = desk_.record().procedure->FindClock("duration");
  const auto order = [](const std::string& step, const char* number, const char* lifts) {
    Try attempt = CourtOrder(step);
    attempt.details.mutable_order()->mutable_document()->set_number(number);
    attempt.details.mutable_order()->set_lifts(lifts);
    return attempt;
  };
  desk_.GoTo(On(4, 1));
  desk_.Do(order("suspend", "行保1号", ""));
  desk_.GoTo(On(4, 11));
  desk_.Do(order("suspend", "行保2号", ""));
  desk_.GoTo(On(4, 21));
  EXPECT_EQ(Guards(desk_.Decide(order("resume", "3号", "")).status()), "ORDER_GIVEN") << "which?";
  EXPECT_EQ(Guards(desk_.Decide(order("resume", "3号", "4号")).status()), "ORDER_GIVEN");
  desk_.Do(order("resume", "3号", "行保 １号"));
  EXPECT_TRUE(desk_.record().view.suspended) << "the second order stands";
  EXPECT_EQ(Guards(desk_.Decide(order("resume", "5号", "行保1号")).status()), "ORDER_GIVEN");
  desk_.GoTo(On(5, 1));
  desk_.Do(order("resume", "5号", ""));
  EXPECT_FALSE(desk_.record().view.suspended);
  EXPECT_EQ(desk_.record().clocks[duration].due, On(10, 16)) << "30 days since the first order";
  ASSERT_EQ(SpansInForce(desk_.record(), 1000).size(), 2);
  EXPECT_EQ(SpansInForce(desk_.record(), 1000)[1].from, On(5, 1));
}

TEST_F(StepRules, AnOrderOfACourtCountsFromItsOwnDay) {
  desk_.Do(ToPublish(desk_));
  desk_.GoTo(On(4, 10));
  const auto day = [&](const char* issued) {
    Try order = CourtOrder("suspend");
    order.details.mutable_order()->mutable_document()->set_issue_date(issued);
    const auto event = desk_.Decide(order);
    return event.ok() ? event->day() : std::string(event.status().message());
  };
  EXPECT_EQ(day("2026-04-01"), "2026-04-01");
  EXPECT_EQ(day("2026-03-17"), "2026-03-17") << "the day of the last step";
  EXPECT_EQ(day("2026-03-16"), "2026-04-10") << "before it";
  EXPECT_EQ(day("2026-04-11"), "2026-04-10") << "in the future";
}

TEST_F(StepRules, APublishedEntryThatRestsIsToldAsNotInForce) {
  desk_.Do(ToPublish(desk_));
  desk_.Do(CourtOrder("suspend"));
  const auto told = desk_.book.Describe(desk_.record(), desk_.today, *desk_.calendar_, false);
  EXPECT_TRUE(told.published());
  EXPECT_TRUE(told.suspended());
  EXPECT_FALSE(told.in_force());
}

TEST_F(StepRules, ASecondEntryBeginsWhenTheOneBeforeItEnds) {
  desk_.Do(ToPublish(desk_));
  const std::string first = desk_.case_;
  ASSERT_TRUE(desk_.record().view.in_force);
  Try renewal = Blacklisting();
  EXPECT_EQ(Guards(desk_.Decide(renewal).status()), "NO_OPEN_CASE");
  renewal.opening.set_matter("renewal");
  desk_.Do(renewal);
  const std::string second = desk_.case_;
  renewal.opening.set_matter("another");
  EXPECT_EQ(Guards(desk_.Decide(renewal).status()), "NO_OPEN_CASE");
  desk_.Do(Because("check", Officer()));
  desk_.Do(WriteNotice());
  desk_.Do(Serve("serve-notice", "2026-03-17"));
  desk_.GoTo(On(4, 10));
  desk_.Do(DecideCase(desk_));
  desk_.Do(Serve("serve-decision", "2026-04-10"));
  desk_.Do(Publish());
  EXPECT_FALSE(desk_.record().view.in_force) << "the first stands";
  desk_.GoTo(On(4, 15));
  EXPECT_FALSE(desk_.record().view.in_force);
  desk_.case_ = first;
  desk_.Do(Because("remove", Decider()));
  desk_.case_ = second;
  EXPECT_TRUE(desk_.record().view.in_force);
  ASSERT_EQ(SpansInForce(desk_.record(), 1000).size(), 1);
  EXPECT_EQ(SpansInForce(desk_.record(), 1000)[0].from, On(4, 15));
}

TEST_F(StepRules, ASubjectCannotFillTheCase) {
  Served(desk_);
  for (size_t i = 0; i < kSubjectStepsMax; ++i) {
    Try defence = Defend();
    defence.party.set_person(absl::StrCat("p", i % kSubjectPersonsMax));
    if (desk_.record().persons.size() == static_cast<size_t>(kSubjectPersonsMax) &&
        desk_.Decide(defence).status() != absl::OkStatus())
      defence.party.set_person("p0");
    desk_.Do(defence);
  }
  EXPECT_EQ(Reason(Defend()), "CASE_FULL");
  EXPECT_EQ(desk_.record().persons.size(), static_cast<size_t>(kSubjectPersonsMax));
  EXPECT_EQ(Reason(Answer(Clerk())), "") << "a person whom the case does not know yet";
}

TEST_F(StepRules, ACaseThatIsFullCanBeEnded) {
  desk_.Do(ToPublish(desk_));
  while (desk_.record().steps.size() < kCaseStepsMax) {
    desk_.Do(CourtOrder("suspend"));
    if (desk_.record().steps.size() < kCaseStepsMax) desk_.Do(CourtOrder("resume"));
  }
  EXPECT_EQ(Reason(CourtOrder("suspend")), "CASE_FULL");
  EXPECT_EQ(Reason(Because("revoke", Decider())), "");
}

TEST_F(StepRules, ACaseHoldsSoManyBytes) {
  Served(desk_);
  Try defence = Defend();
  defence.details.mutable_statement()->set_points(0, std::string(kSubjectBytesMax / 2, 'p'));
  desk_.Do(defence);
  EXPECT_EQ(Reason(defence), "CASE_FULL");
  Try answer = Answer();
  answer.details.mutable_answers()->mutable_answers(0)->set_reasons(std::string(3 << 20, 'r'));
  desk_.Do(answer);
  EXPECT_EQ(Reason(answer), "CASE_FULL");
  EXPECT_EQ(Reason(Answer()), "");
}

TEST_F(StepRules, ASubjectLeavesRoomForCasesOfOffices) {
  for (size_t i = 0; i < kOpenCasesBySubjectMax; ++i) {
    Try objection = Object();
    objection.opening.mutable_target()->set_standing_day(
        FormatDate(desk_.today - static_cast<int>(i)));
    desk_.Do(objection);
  }
  EXPECT_EQ(Reason(Object()), "CASES_OPEN");
  EXPECT_EQ(Reason(Blacklisting()), "");
}

}  // namespace
}  // namespace xince::cases::desk
