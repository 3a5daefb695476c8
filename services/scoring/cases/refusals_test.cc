#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/scoring/cases/testing/desk.h"

// One row for each guard: a step as it may be taken in the nation's procedures, and what spoils it. The
// step is taken; spoiled, it is refused for that guard and no other, nothing happens, and a journal that
// holds it is refused too.
namespace xince::cases::desk {
namespace {

struct Row {
  std::string name;
  StepGuard::Kind guard;
  std::function<Try(Desk&)> lawful;
  std::function<void(Desk&, Try&)> spoil;
};

std::vector<Row> Rows() {
  return {
      {"ARepairIsCheckedFirst",
       StepGuard::DONE,
       [](Desk& desk) {
         ToGrantRepair(desk);
         return DecideCase(desk, "grant");
       },
       [](Desk& desk, Try& t) {
         desk.Do(Because("withdraw", Subject()));
         desk.Do(ApplyForRepair());
         desk.Do(Because("accept", Clerk()));
         t = DecideCase(desk, "grant");
       }},
      {"WhoProposedDoesNotDecide",
       StepGuard::OTHER_PERSON,
       ToDecide,
       [](Desk&, Try& t) { t.party.set_person("LI "); }},
      {"WhoCheckedDoesNotDecide",
       StepGuard::OTHER_PERSON,
       ToDecide,
       [](Desk&, Try& t) { t.party.set_person("wang"); }},
      {"TheOfficeThatProposedDoesNotDecide",
       StepGuard::OTHER_OFFICE,
       ToDecide,
       [](Desk&, Try& t) { t.party.set_office("区局"); }},
      {"ADistrictDoesNotDecideForTheCity",
       StepGuard::DECIDING_LEVEL,
       ToDecide,
       [](Desk&, Try& t) { t.party.set_level(type::v1::LEVEL_DISTRICT); }},
      {"ADistrictDoesNotRevokeForTheCity",
       StepGuard::DECIDING_LEVEL,
       [](Desk& desk) {
         desk.Do(ToPublish(desk));
         return Because("revoke", Decider());
       },
       [](Desk&, Try& t) { t.party.set_level(type::v1::LEVEL_DISTRICT); }},
      {"ADistrictDoesNotRemoveForTheCity",
       StepGuard::DECIDING_LEVEL,
       [](Desk& desk) {
         desk.Do(ToPublish(desk));
         return Because("remove", Decider());
       },
       [](Desk&, Try& t) { t.party.set_level(type::v1::LEVEL_DISTRICT); }},
      {"ADefenceIsInItsTime",
       StepGuard::CLOCK_RUNNING,
       [](Desk& desk) {
         Served(desk);
         desk.GoTo(On(3, 16));
         return Defend();
       },
       [](Desk& desk, Try&) { desk.GoTo(On(3, 17)); }},
      {"ADraftIsShownFirst",
       StepGuard::CLOCK_OVER,
       [](Desk& desk) {
         desk.list("recommended").mutable_terms()->set_draft_publicity_days(5);
         desk.Do(Propose("recommended", "favourable-listing"));
         desk.GoTo(On(3, 4));
         return DecideCase(desk);
       },
       [](Desk& desk, Try& t) {
         desk.Do(Because("withdraw", Recorder()));
         desk.Do(Propose("recommended", "favourable-listing"));
         t = DecideCase(desk);
       }},
      {"ADecisionWaitsForTheWindow",
       StepGuard::CLOCK_OVER_OR_WAIVED,
       ToDecide,
       [](Desk& desk, Try& t) {
         desk.Do(Because("withdraw", Officer()));
         desk.today = On(2, 24);
         Served(desk);
         desk.GoTo(On(3, 16));
         t = DecideCase(desk);
       }},
      {"AListTakesItsKind",
       StepGuard::LIST_TAKES,
       [](Desk&) { return Blacklisting(); },
       [](Desk& desk, Try&) { desk.list("blacklist").set_subjects(0, "manager"); }},
      {"OfOneMatterOneCaseIsOpen",
       StepGuard::NO_OPEN_CASE,
       [](Desk&) { return Blacklisting(); },
       [](Desk& desk, Try&) { desk.Do(Blacklisting()); }},
      {"AnObjectionUnderAnotherNameIsTheSame",
       StepGuard::NO_OPEN_CASE,
       [](Desk&) { return Object(); },
       [](Desk& desk, Try& t) {
         desk.Do(Object());
         t.opening.set_matter("something else");
       }},
      {"AProposalHasItsFacts",
       StepGuard::PROPOSAL_COMPLETE,
       [](Desk&) { return Blacklisting(); },
       [](Desk&, Try& t) { t.details.mutable_proposal()->add_facts()->set_evidence("e9"); }},
      {"AProposalHasItsReasons",
       StepGuard::PROPOSAL_COMPLETE,
       [](Desk&) { return Blacklisting(); },
       [](Desk&, Try& t) { t.details.mutable_proposal()->set_reasons(" 。 "); }},
      {"AFactThatIsVoidedFulfilsNothing",
       StepGuard::CRITERIA_MET,
       ToDecide,
       [](Desk& desk, Try&) { desk.register_.facts["e1"].second.counts = false; }},
      {"ANormativeDocumentTakesNoRightAway",
       StepGuard::BASIS_PERMITTED,
       [](Desk&) { return Blacklisting(); },
       [](Desk& desk, Try&) {
         desk.list("blacklist").set_basis(ListDefinition::NORMATIVE_DOCUMENT);
       }},
      {"ABasisIsInForceOnTheDay",
       StepGuard::BASIS_IN_FORCE,
       ToDecide,
       [](Desk& desk, Try&) { desk.GoTo(On(12, 1)); }},
      {"AMeasureIsTheLists",
       StepGuard::MEASURE_ALLOWED,
       ToDecide,
       [](Desk&, Try& t) { t.details.mutable_decision()->add_measures(ListEffect::MARKET_EXIT); }},
      {"ANoticeSaysItsRights",
       StepGuard::NOTICE_COMPLETE,
       [](Desk& desk) {
         desk.Do(Blacklisting());
         desk.Do(Because("check", Officer()));
         return WriteNotice();
       },
       [](Desk&, Try& t) { t.details.mutable_notice()->set_rights(" \t"); }},
      {"AServiceHasItsProof",
       StepGuard::SERVICE_PROVED,
       [](Desk& desk) {
         Noticed(desk);
         return Serve("serve-notice", "2026-02-24");
       },
       [](Desk&, Try& t) { t.details.mutable_service()->clear_proof(); }},
      {"AServiceIsNotEarlierThanWhatIsServed",
       StepGuard::SERVICE_PROVED,
       [](Desk& desk) {
         Noticed(desk);
         return Serve("serve-notice", "2026-02-24");
       },
       [](Desk&, Try& t) { t.details.mutable_service()->set_day("2026-02-23"); }},
      {"AServiceByMailIsNotInTheFuture",
       StepGuard::SERVICE_PROVED,
       [](Desk& desk) {
         Noticed(desk);
         return Serve("serve-notice", "2026-02-24");
       },
       [](Desk&, Try& t) { t.details.mutable_service()->set_day("2026-02-25"); }},
      {"APointStatedOnTheLastDayIsAnswered",
       StepGuard::POINTS_ANSWERED,
       [](Desk& desk) {
         Served(desk);
         desk.GoTo(On(3, 16));
         desk.Do(Defend());
         desk.Do(Answer());
         desk.GoTo(On(3, 17));
         return DecideCase(desk);
       },
       [](Desk& desk, Try& t) {
         desk.Do(Because("withdraw", Officer()));
         desk.today = On(2, 24);
         Served(desk);
         desk.GoTo(On(3, 16));
         desk.Do(Defend());
         desk.GoTo(On(3, 17));
         t = DecideCase(desk);
       }},
      {"AHearingAskedForOnTheLastDayIsHeld",
       StepGuard::HEARING_HELD_IF_DUE,
       [](Desk& desk) {
         Served(desk);
         desk.GoTo(On(3, 16));
         desk.Do(Defend(true));
         desk.Do(Answer());
         desk.GoTo(On(3, 20));
         desk.Do(Hear("2026-03-17", "2026-03-20"));
         return DecideCase(desk);
       },
       [](Desk& desk, Try& t) {
         desk.Do(Because("withdraw", Officer()));
         desk.today = On(2, 24);
         Served(desk);
         desk.GoTo(On(3, 16));
         desk.Do(Defend(true));
         desk.Do(Answer());
         desk.GoTo(On(3, 17));
         t = DecideCase(desk);
       }},
      {"AHearingIsConvenedBeforeItIsHeld",
       StepGuard::HEARING_ORDERLY,
       [](Desk& desk) {
         ToDecide(desk);
         return Hear("2026-03-10", "2026-03-17");
       },
       [](Desk&, Try& t) { t.details.mutable_hearing()->set_convened_on("2026-03-17"); }},
      {"AHearingIsNotConvenedBeforeTheNoticeIsServed",
       StepGuard::HEARING_ORDERLY,
       [](Desk& desk) {
         ToDecide(desk);
         return Hear("2026-03-02", "2026-03-17");
       },
       [](Desk&, Try& t) { t.details.mutable_hearing()->set_convened_on("2026-03-01"); }},
      {"AHearingIsNotConvenedBeforeItIsAskedFor",
       StepGuard::HEARING_ORDERLY,
       [](Desk& desk) {
         Served(desk);
         desk.GoTo(On(3, 10));
         desk.Do(Defend(true));
         desk.GoTo(On(3, 17));
         return Hear("2026-03-10", "2026-03-17");
       },
       [](Desk&, Try& t) { t.details.mutable_hearing()->set_convened_on("2026-03-09"); }},
      {"ADecisionNamesTheCaseAsItIs",
       StepGuard::READ_AS_IT_IS,
       ToDecide,
       [](Desk& desk, Try&) { desk.Do(Hear("2026-03-10", "2026-03-17")); }},
      {"ADecisionSaysHowItIsContested",
       StepGuard::REMEDIES_STATED,
       ToDecide,
       [](Desk&, Try& t) { t.details.mutable_decision()->set_remedies("　"); }},
      {"NothingIsPublishedAfterTheMaximum",
       StepGuard::PUBLISHABLE,
       ToPublish,
       [](Desk& desk, Try&) { desk.GoTo(On(3, 17, 2027)); }},
      {"NoIdentityIsPublished",
       StepGuard::NO_PERSONAL_DATA,
       ToPublish,
       [](Desk&, Try& t) {
         t.details.mutable_publication()->set_text("经理身份证号110105 19491231 002X");
       }},
      {"ARepairWaitsForTheMinimum",
       StepGuard::REPAIR_MINIMUM,
       ToApplyForRepair,
       [](Desk& desk, Try&) { desk.today = On(4, 19); }},
      {"ACorrectionIsProved",
       StepGuard::CORRECTED,
       ToApplyForRepair,
       [](Desk&, Try& t) { t.details.mutable_repair()->clear_proofs(); }},
      {"DutiesAreDone",
       StepGuard::DUTIES_DONE,
       ToApplyForRepair,
       [](Desk&, Try& t) { t.details.mutable_repair()->set_duties_done(false); }},
      {"ThePledgeIsThere",
       StepGuard::PLEDGED,
       ToApplyForRepair,
       [](Desk&, Try& t) { t.details.mutable_repair()->clear_pledge(); }},
      {"NothingNewOfTheKind",
       StepGuard::NO_NEW_MATTER,
       ToGrantRepair,
       [](Desk& desk, Try&) { desk.AddFact("e2", On(3, 21)); }},
      {"ASecondObjectionNamesNewFacts",
       StepGuard::FIRST_OR_NEW_FACTS,
       [](Desk& desk) {
         desk.Do(Object());
         desk.Do(Because("accept", Clerk()));
         desk.Do(Answer(Clerk()));
         desk.Do(DecideCase(desk, "reject"));
         Try again = Object();
         again.details.mutable_objection()->add_new_facts("新的签收单");
         return again;
       },
       [](Desk&, Try& t) {
         t.details.mutable_objection()->clear_new_facts();
         t.opening.set_matter("something else");
       }},
      {"AnObjectionHasItsGrounds",
       StepGuard::GROUNDS_NAMED,
       [](Desk&) { return Object(); },
       [](Desk&, Try& t) { t.details.mutable_objection()->clear_grounds(); }},
      {"TheOfficeThatRecordedDoesNotDecideTheObjection",
       StepGuard::OTHER_OFFICE_THAN_CONTESTED,
       [](Desk& desk) {
         desk.Do(Object());
         desk.Do(Because("accept", Clerk()));
         desk.Do(Answer(Clerk()));
         return DecideCase(desk, "uphold");
       },
       [](Desk&, Try& t) { t.party.set_office("区 局"); }},
      {"AnOfficeDoesNotAmendWhatItRecordedItself",
       StepGuard::OTHER_OFFICE_THAN_CONTESTED,
       [](Desk& desk) {
         desk.AddFact("own", On(1, 5));
         desk.register_.facts["own"].second.office = "市局";
         desk.Do(Object());
         desk.Do(Because("accept", Clerk()));
         desk.Do(Answer(Clerk()));
         Try decision = DecideCase(desk, "uphold");
         decision.details.mutable_decision()->add_amendments()->set_evidence("e1");
         decision.details.mutable_decision()->mutable_amendments(0)->set_voided(true);
         return decision;
       },
       [](Desk&, Try& t) {
         t.details.mutable_decision()->mutable_amendments(0)->set_evidence("own");
       }},
      {"TheCommunityActsByMandate",
       StepGuard::MANDATE_GIVEN,
       ToLetTheCommunityAct,
       [](Desk&, Try& t) { t.details.mutable_mandate()->mutable_document()->clear_issue_date(); }},
      {"FiveBodiesAreAsked",
       StepGuard::OPINIONS,
       ToFinishTheElection,
       [](Desk&, Try& t) { t.details.mutable_mandate()->mutable_opinions(4)->set_body("住 建"); }},
      {"AWithdrawalHasItsReasons",
       StepGuard::REASONS_GIVEN,
       [](Desk& desk) {
         desk.Do(Blacklisting());
         return Because("withdraw", Recorder());
       },
       [](Desk&, Try& t) { t.details.mutable_reasons()->set_text("……"); }},
      {"ACourtsOrderHasItsNumber",
       StepGuard::ORDER_GIVEN,
       [](Desk& desk) {
         desk.Do(ToPublish(desk));
         return CourtOrder("suspend");
       },
       [](Desk&, Try& t) { t.details.mutable_order()->mutable_document()->clear_number(); }},
      {"WhoCheckedDoesNotWaiveForTheSubject",
       StepGuard::ACTS_FOR_SUBJECT,
       [](Desk& desk) {
         Served(desk);
         Try waiver = Step("waive", Subject());
         *waiver.details.mutable_waiver()->mutable_document() = Paper("放弃声明");
         return waiver;
       },
       [](Desk&, Try& t) { t.party.set_person("Ｗａｎｇ"); }},
      {"AnOrderHasNotFailedBeforeItsTime",
       StepGuard::RECTIFICATION_FAILED,
       ToFindFailed,
       [](Desk& desk, Try& t) {
         desk.Do(t);
         desk.Do(Order("order-again", "2026-04-20"));
         desk.GoTo(On(4, 20));
         t = Inspect("fail-rectification", "2026-04-20", false, Officer());
       }},
      {"ARuleEntersOnlyWhomAnOutcomeProposes",
       StepGuard::OUTCOME_PROPOSES,
       [](Desk& desk) {
         desk.register_.proposes = {{kFirm, "recommended"}};
         desk.Do(Propose("recommended", "favourable-listing"));
         return Step("enter-by-rule", Rule());
       },
       [](Desk& desk, Try&) { desk.register_.proposes.clear(); }},
  };
}

class Refusals : public testing::TestWithParam<Row> {};

TEST_P(Refusals, TheStepIsTakenAndSpoiledItIsRefused) {
  Desk well;
  const Try lawful = GetParam().lawful(well);
  const auto taken = well.Decide(lawful);
  ASSERT_TRUE(taken.ok()) << taken.status();
  EXPECT_EQ(well.Apply(*taken), absl::OkStatus());

  Desk desk;
  Try attempt = GetParam().lawful(desk);
  CaseEvent event = *desk.Decide(attempt);
  GetParam().spoil(desk, attempt);
  const size_t cases = desk.book.all().size();
  const std::string hash = cases == 0 ? "" : desk.book.all().rbegin()->second->hash;
  EXPECT_EQ(Guards(desk.Decide(attempt).status()), StepGuard::Kind_Name(GetParam().guard));

  if (!attempt.opens) event.set_number(desk.record().number);
  *event.mutable_party() = attempt.party;
  *event.mutable_details() = attempt.details;
  EXPECT_EQ(runtime::ReasonOf(desk.book.Apply(event, desk.today, 999, 0, "test", nullptr)),
            "REPLAY_MISMATCH");
  EXPECT_EQ(desk.book.all().size(), cases);
  EXPECT_EQ(cases == 0 ? "" : desk.book.all().rbegin()->second->hash, hash) << "nothing happened";
}

INSTANTIATE_TEST_SUITE_P(Rows, Refusals, testing::ValuesIn(Rows()), [](const auto& info) {
  return info.param.name;
});

// The day of effect is also what the clock of it runs to, so that no table gets here: the guard is asked
// by itself.
TEST(EffectiveDay, IsAskedForItself) {
  for (const auto& [today, holds] : {std::pair(On(3, 31), false), std::pair(On(4, 1), true)}) {
    Desk desk;
    Try decision = ToDecide(desk);
    decision.details.mutable_decision()->set_effective_on("2026-04-01");
    desk.Do(decision);
    CaseRecord record = desk.record();
    CaseEvent event;
    event.set_step("take-effect");
    event.mutable_party()->set_part(CaseStep::CLOCK);
    const Attempt attempt = Examine(event, {.view = &desk.register_, .today = today}, record);
    EXPECT_EQ((attempt.shown & Bit(StepGuard::EFFECTIVE_DAY_COME)) != 0, holds);
  }
}

TEST(RefusalRows, EveryGuardHasARow) {
  std::set<std::string> without;
  for (int i = 0; i < StepGuard::Kind_descriptor()->value_count(); ++i)
    without.insert(StepGuard::Kind_descriptor()->value(i)->name());
  for (const Row& row : Rows()) without.erase(StepGuard::Kind_Name(row.guard));
  // The first is none; the second has its own test above; the others theirs in follow_up_test,
  // told_again_test and exits_test.
  for (const auto kind : {StepGuard::KIND_UNSPECIFIED, StepGuard::EFFECTIVE_DAY_COME})
    without.erase(StepGuard::Kind_Name(kind));
  EXPECT_THAT(without,
              testing::IsSubsetOf({"FOLLOW_UP_IN_ORDER",
                                   "CONTACTS_NAMED",
                                   "EXIT_HOLDS",
                                   "TOLD_AGAIN",
                                   "INFORMATION_PROVED"}));
}

}  // namespace
}  // namespace xince::cases::desk
