#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/scoring/listing/listing_fixture.h"
#include "services/scoring/listing/upheld_fixture.h"
#include "services/scoring/query/credit_file.h"

// Objections followed to their end: what a caller sees while one is pending, what is undone in the
// instant it is upheld, and who is told again.
namespace xince::listing {
namespace {

using policy::v1::CaseStep;
using testdata::Accepted;
using testdata::Arbiter;
using testdata::Because;
using testdata::Checker;
using testdata::Clerk;
using testdata::Decider;
using testdata::kFinding;
using testdata::kFirm;
using testdata::kOtherFinding;
using testdata::kOtherFirm;
using testdata::Lessened;
using testdata::ListingTown;
using testdata::Objecting;
using testdata::Paper;
using testdata::Party;
using testdata::Proposed;
using testdata::Published;
using testdata::Recorder;
using testdata::Reviewer;
using testdata::Served;
using testdata::Subject;
using testdata::Voided;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string Reason(const absl::Status& status) { return runtime::ReasonOf(status); }

v1::Opening AboutStanding(const std::string& day) {
  v1::Opening opening = ListingTown::About("", "objection");
  opening.mutable_target()->set_standing_day(day);
  return opening;
}
v1::Opening AboutStep(const std::string& name, const std::string& step) {
  v1::Opening opening = ListingTown::AboutTarget("objection", name);
  opening.mutable_target()->set_step(step);
  return opening;
}

v1::ToldAgain Told(v1::ToldBefore::Kind kind, const std::string& who, const std::string& day) {
  v1::ToldAgain told;
  told.set_kind(kind);
  told.set_who(who);
  told.set_how("书面");
  told.set_day(day);
  if (kind == v1::ToldBefore::PLACE) told.set_text("此前公布的列入决定已撤销");
  return told;
}
v1::StepDetails Telling(const std::vector<v1::ToldAgain>& told) {
  v1::StepDetails details;
  details.mutable_information();
  for (const auto& one : told) *details.mutable_information()->add_told() = one;
  return details;
}

class UpheldTest : public testing::Test {
 protected:
  // An objection that is accepted and answered.
  std::string Answered(const v1::Opening& opening) {
    const auto filed = town_.Open(opening, Subject(), Objecting());
    EXPECT_TRUE(filed.ok()) << filed.status();
    if (!filed.ok()) return "";
    EXPECT_EQ(town_.Step(filed->name(), "accept", Reviewer(), Because()).status(),
              absl::OkStatus());
    v1::StepDetails answers;
    auto& answer = *answers.mutable_answers()->add_answers();
    answer.set_point(1);
    answer.set_adopted(true);
    answer.set_reasons("属实");
    EXPECT_EQ(town_.Step(filed->name(), "answer", Reviewer(), answers).status(), absl::OkStatus());
    return filed->name();
  }
  v1::StepDetails Deciding(const std::string& name, const std::vector<v1::Amendment>& amendments) {
    v1::StepDetails decision = town_.Decided(name);
    for (const auto& amendment : amendments)
      *decision.mutable_decision()->add_amendments() = amendment;
    return decision;
  }
  // The objection, upheld.
  v1::Case Upheld(const v1::Opening& opening, const std::vector<v1::Amendment>& amendments = {}) {
    const std::string name = Answered(opening);
    const auto upheld = town_.Step(name, "uphold", Arbiter(), Deciding(name, amendments));
    EXPECT_TRUE(upheld.ok()) << upheld.status();
    return upheld.ok() ? *upheld : v1::Case();
  }
  std::vector<std::string> WithFactsGone() {
    v1::ListCasesRequest request;
    request.set_facts_gone(true);
    const auto found = town_.Call<v1::ListCasesResponse>("ListCases", request);
    EXPECT_TRUE(found.ok()) << found.status();
    std::vector<std::string> names;
    for (const auto& one : found->cases()) names.push_back(one.name());
    return names;
  }
  // The firm under supervision for a finding, its order not met, and proposed for the blacklist.
  void ProposedForNext() {
    v1::StepDetails proposal = Proposed();
    proposal.mutable_proposal()->clear_criteria();
    ASSERT_EQ(town_.Open(ListingTown::About("watched", "supervisory-listing"), Recorder(), proposal)
                  .status(),
              absl::OkStatus());
    const std::string name = "cases/2026-1";
    ASSERT_EQ(town_.Step(name, "serve-notice", Checker(), Served("2026-02-24")).status(),
              absl::OkStatus());
    v1::StepDetails waiver;
    *waiver.mutable_waiver()->mutable_document() = Paper("放弃声明");
    ASSERT_EQ(town_.Step(name, "waive", Subject(), waiver).status(), absl::OkStatus());
    ASSERT_EQ(town_.Step(name, "decide", Decider(), town_.Decided(name)).status(),
              absl::OkStatus());
    v1::StepDetails order;
    order.mutable_rectification()->set_until("2026-03-02");
    order.mutable_rectification()->set_what("修复消防设施");
    ASSERT_EQ(town_.Step(name, "order-rectification", Checker(), order).status(), absl::OkStatus());
    town_.GoTo("2026-03-03");
    ASSERT_EQ(
        town_.Step(name, "fail-rectification", Checker(), Accepted("2026-03-03", false)).status(),
        absl::OkStatus());
  }

  ListingTown town_;
};

TEST_F(UpheldTest, AnEntryIsUndoneInTheRevisionOfTheDecision) {
  const std::string entry = town_.Blacklisted();
  town_.GoTo("2026-03-20");
  const std::string objection = Answered(ListingTown::AboutTarget("objection", entry));
  const v1::Case pending = town_.Get(entry);
  ASSERT_THAT(pending.objections(), SizeIs(1));
  EXPECT_EQ(pending.objections(0).case_(), objection);
  EXPECT_EQ(pending.objections(0).since(), "2026-03-20");
  EXPECT_TRUE(pending.in_force());
  EXPECT_TRUE(town_.Current().memberships(0).contested());
  const journal::Revision before = town_.machine().durable();

  ASSERT_EQ(town_.Step(objection, "uphold", Arbiter(), Deciding(objection, {})).status(),
            absl::OkStatus());
  const v1::Case undone = town_.Get(entry);
  EXPECT_EQ(undone.state(), "revoked");
  EXPECT_FALSE(undone.in_force());
  EXPECT_FALSE(undone.published());
  EXPECT_EQ(undone.in_force_until(), "2026-03-20");
  EXPECT_THAT(undone.objections(), IsEmpty());
  const v1::StepTaken& last = *undone.steps().rbegin();
  EXPECT_EQ(last.step(), "annul");
  EXPECT_EQ(last.party().part(), CaseStep::RULE);
  EXPECT_EQ(last.details().reasons().because(), objection);
  EXPECT_THAT(last.details().reasons().text(), HasSubstr(objection));
  EXPECT_EQ(undone.revision(), town_.Get(objection).revision());

  EXPECT_THAT(town_.Current().memberships(), IsEmpty());
  EXPECT_THAT(town_.Current().restrictions(), IsEmpty());
  EXPECT_THAT(town_.Causes(), Contains("case:" + objection));
  EXPECT_THAT(town_.AsOf("2026-03-19").memberships(), SizeIs(1));
  EXPECT_THAT(town_.AsOf("2026-03-20", before).memberships(), SizeIs(1));
  EXPECT_EQ(town_.Replayed().value_or(""), town_.machine().StateDigest());
}

TEST_F(UpheldTest, WhoeverWasToldIsToldAgainBeforeTheObjectionEnds) {
  const std::string entry = town_.Blacklisted();
  town_.GoTo("2026-03-20");
  const v1::Case upheld = Upheld(ListingTown::AboutTarget("objection", entry));
  EXPECT_EQ(upheld.state(), "correcting");
  EXPECT_FALSE(upheld.ended());
  EXPECT_FALSE(upheld.contested());
  ASSERT_THAT(upheld.to_tell(), SizeIs(3));
  EXPECT_EQ(upheld.to_tell(0).who(), "企业");
  EXPECT_EQ(upheld.to_tell(0).kind(), v1::ToldBefore::RECEIVER);
  EXPECT_EQ(upheld.to_tell(0).since(), "2026-03-02");
  EXPECT_THAT(upheld.to_tell(0).cases(), ElementsAre(entry));
  EXPECT_EQ(upheld.to_tell(1).who(), "网站");
  EXPECT_EQ(upheld.to_tell(1).kind(), v1::ToldBefore::PLACE);
  EXPECT_EQ(upheld.to_tell(2).who(), "procurement");
  EXPECT_EQ(upheld.to_tell(2).kind(), v1::ToldBefore::CONSUMER);

  const std::string& name = upheld.name();
  const auto tell = [&](const std::vector<v1::ToldAgain>& told) {
    return town_.Step(name, "inform-again", Reviewer(), Telling(told));
  };
  EXPECT_EQ(Reason(town_.Step(name, "close", Party(CaseStep::RULE, ""), {}).status()),
            "STEP_PARTY");
  EXPECT_EQ(Reason(town_.Step(name, "close", Reviewer(), {}).status()), "STEP_NOT_HERE");
  const auto two = tell({Told(v1::ToldBefore::RECEIVER, "企业", "2026-03-20"),
                         Told(v1::ToldBefore::PLACE, "网站", "2026-03-20")});
  ASSERT_TRUE(two.ok()) << two.status();
  EXPECT_EQ(two->state(), "correcting");
  ASSERT_THAT(two->to_tell(), SizeIs(1));
  const auto close = std::find_if(two->next().begin(), two->next().end(), [](const auto& next) {
    return next.step() == "close";
  });
  ASSERT_NE(close, two->next().end());
  ASSERT_THAT(close->missing(), SizeIs(1));
  EXPECT_EQ(close->missing(0).guard(), policy::v1::StepGuard::TOLD_AGAIN);
  EXPECT_THAT(close->missing(0).en(), HasSubstr("procurement"));
  EXPECT_THAT(close->missing(0).zh(), HasSubstr("procurement"));

  const auto all = tell({Told(v1::ToldBefore::CONSUMER, "procurement", "2026-03-20")});
  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_EQ(all->state(), "upheld");
  EXPECT_TRUE(all->ended());
  EXPECT_THAT(all->to_tell(), IsEmpty());
  EXPECT_EQ(all->steps().rbegin()->party().part(), CaseStep::RULE);
  EXPECT_EQ(town_.Replayed().value_or(""), town_.machine().StateDigest());
}

TEST_F(UpheldTest, WhatIsToldAgainIsShown) {
  const std::string entry = town_.Blacklisted();
  town_.GoTo("2026-03-20");
  const std::string name = Upheld(ListingTown::AboutTarget("objection", entry)).name();
  town_.GoTo("2026-03-23");
  struct Row {
    const char* what;
    v1::ToldAgain told;
    const char* guard;
  };
  v1::ToldAgain silent = Told(v1::ToldBefore::PLACE, "网站", "2026-03-23");
  silent.clear_text();
  v1::ToldAgain names = Told(v1::ToldBefore::PLACE, "网站", "2026-03-23");
  names.set_text("张某,11010519491231002X");
  const Row rows[] = {
      {"somebody who was never told",
       Told(v1::ToldBefore::RECEIVER, "邻居", "2026-03-23"),
       "INFORMATION_PROVED"},
      {"in another way than before",
       Told(v1::ToldBefore::PLACE, "企业", "2026-03-23"),
       "INFORMATION_PROVED"},
      {"before the decision",
       Told(v1::ToldBefore::RECEIVER, "企业", "2026-03-19"),
       "INFORMATION_PROVED"},
      {"nothing shown where it was published", silent, "INFORMATION_PROVED"},
      {"an identity", names, "NO_PERSONAL_DATA"},
  };
  for (const Row& row : rows) {
    const auto refused = town_.Step(name, "inform-again", Reviewer(), Telling({row.told}));
    auto problem = runtime::ToProblem(refused.status());
    // Texts are looked at for identities before any guard is.
    if (std::string(row.guard) == "NO_PERSONAL_DATA" && problem.reason == "IDENTITY_IN_TEXT")
      continue;
    EXPECT_EQ(problem.reason, "GUARD_MISSING") << row.what << " " << refused.status();
    EXPECT_EQ(problem.metadata["guards"], row.guard) << row.what;
  }
  EXPECT_NE(town_.Step(name, "inform-again", Reviewer(), Telling({})).status(), absl::OkStatus());
  EXPECT_EQ(town_
                .Step(name,
                      "inform-again",
                      Reviewer(),
                      Telling({Told(v1::ToldBefore::RECEIVER, "企业", "2026-03-20")}))
                .status(),
            absl::OkStatus());
}

TEST_F(UpheldTest, ToldTooLateIsReported) {
  const std::string entry = town_.Blacklisted();
  town_.GoTo("2026-03-20");
  const std::string name = Upheld(ListingTown::AboutTarget("objection", entry)).name();
  const auto clock = [&] {
    const v1::Case read = town_.Get(name);
    return *std::find_if(read.clocks().begin(), read.clocks().end(), [](const auto& one) {
      return one.clock() == "inform-due";
    });
  };
  EXPECT_EQ(clock().due(), "2026-03-27");
  EXPECT_EQ(clock().status(), v1::ClockState::RUNNING);
  town_.GoTo("2026-03-28");
  EXPECT_EQ(clock().status(), v1::ClockState::OVER);
  EXPECT_EQ(town_.Get(name).state(), "correcting");
  v1::ListCasesRequest request;
  request.set_due_until("2026-03-27");
  const auto due = town_.Call<v1::ListCasesResponse>("ListCases", request);
  ASSERT_TRUE(due.ok()) << due.status();
  EXPECT_TRUE(std::any_of(due->cases().begin(), due->cases().end(), [&](const auto& one) {
    return one.name() == name;
  }));
}

TEST_F(UpheldTest, BeforeItIsDecidedACaseIsWithdrawnAndNobodyIsToTell) {
  ASSERT_EQ(town_.Open(ListingTown::About("blacklist"), Recorder(), Proposed()).status(),
            absl::OkStatus());
  const v1::Case upheld = Upheld(AboutStep("cases/2026-1", "propose"));
  EXPECT_EQ(upheld.state(), "upheld");
  EXPECT_TRUE(upheld.ended());
  const v1::Case withdrawn = town_.Get("cases/2026-1");
  EXPECT_EQ(withdrawn.state(), "withdrawn");
  EXPECT_EQ(withdrawn.steps().rbegin()->details().reasons().because(), upheld.name());
  EXPECT_EQ(withdrawn.revision(), upheld.revision());
  EXPECT_EQ(town_.Replayed().value_or(""), town_.machine().StateDigest());
}

TEST_F(UpheldTest, AContestedStepIsNamed) {
  const std::string entry = town_.Blacklisted();
  town_.GoTo("2026-03-20");
  const auto filed = town_.Open(AboutStep(entry, "serve-notice"), Subject(), Objecting());
  ASSERT_TRUE(filed.ok()) << filed.status();
  ASSERT_THAT(town_.Get(entry).objections(), SizeIs(1));
  EXPECT_EQ(town_.Get(entry).objections(0).step(), "serve-notice");
  EXPECT_TRUE(town_.Current().memberships(0).contested());
  EXPECT_EQ(town_.Current().memberships(0).case_(), entry);
  EXPECT_NE(town_.Open(AboutStep(entry, "never"), Subject(), Objecting()).status(),
            absl::OkStatus());
  ASSERT_EQ(town_.Step(filed->name(), "withdraw", Subject(), Because()).status(), absl::OkStatus());
  EXPECT_THAT(town_.Get(entry).objections(), IsEmpty());
}

TEST_F(UpheldTest, AnEntryThatRestsOnVoidedEvidenceAloneIsUndone) {
  const std::string entry = town_.Blacklisted({kFinding});
  town_.GoTo("2026-03-20");
  const v1::Case upheld =
      Upheld(ListingTown::AboutTarget("objection", kFinding), {Voided(kFinding)});
  EXPECT_EQ(town_.Get(entry).state(), "revoked");
  EXPECT_EQ(town_.Get(entry).revision(), upheld.revision());
  EXPECT_EQ(town_.Current().score_hundredths(), 9000);
  EXPECT_THAT(town_.Current().memberships(), IsEmpty());
  EXPECT_THAT(upheld.to_tell(), SizeIs(3));
  EXPECT_EQ(town_.Replayed().value_or(""), town_.machine().StateDigest());
}

TEST_F(UpheldTest, WhatStandsOnOtherFactsStaysAndSaysSo) {
  const std::string entry = town_.Blacklisted({kFinding, kOtherFinding});
  town_.GoTo("2026-03-20");
  const v1::Case first =
      Upheld(ListingTown::AboutTarget("objection", kFinding), {Voided(kFinding)});
  const v1::Case stands = town_.Get(entry);
  EXPECT_TRUE(stands.in_force());
  EXPECT_FALSE(stands.criteria_unmet());
  ASSERT_THAT(stands.facts_gone(), SizeIs(1));
  EXPECT_EQ(stands.facts_gone(0).evidence(), kFinding);
  EXPECT_EQ(stands.facts_gone(0).why(), v1::FactGone::VOIDED_BY_DECISION);
  EXPECT_EQ(stands.facts_gone(0).case_(), first.name());
  EXPECT_THAT(WithFactsGone(), ElementsAre(entry));
  EXPECT_EQ(first.state(), "correcting")
      << "those who were told of the entry hear of the correction";
  Upheld(ListingTown::AboutTarget("objection", kOtherFinding), {Voided(kOtherFinding)});
  EXPECT_EQ(town_.Get(entry).state(), "revoked");
  EXPECT_THAT(WithFactsGone(), IsEmpty());
}

TEST_F(UpheldTest, AFactThatItsFeedSendsAnewIsNotGoneAnyMore) {
  const std::string entry = town_.Blacklisted({kFinding, kOtherFinding});
  Upheld(ListingTown::AboutTarget("objection", kFinding), {Voided(kFinding)});
  evidence::v1::Evidence voided = ListingTown::Finding(kFinding, 2);
  voided.set_voided(true);
  town_.Take({voided});
  ASSERT_THAT(town_.Get(entry).facts_gone(), SizeIs(1));
  EXPECT_EQ(town_.Get(entry).facts_gone(0).why(), v1::FactGone::VOIDED_BY_DECISION);
  town_.Take({ListingTown::Finding(kFinding, 3)});
  EXPECT_THAT(town_.Get(entry).facts_gone(), IsEmpty());
  EXPECT_THAT(WithFactsGone(), IsEmpty());
}

TEST_F(UpheldTest, AnEntryOfAnotherSubjectIsUndoneToo) {
  evidence::v1::Evidence branch;
  branch.set_id("registry/branches/b1#branch");
  branch.set_version(1);
  branch.set_subject(kFirm);
  branch.set_kind("registry.branch");
  branch.mutable_branch()->set_branch(kFirm);
  branch.mutable_branch()->set_parent(kOtherFirm);
  branch.mutable_branch()->set_start_date("2020-01-01");
  town_.Take({ListingTown::Filed(kOtherFirm), branch});
  v1::Opening opening = ListingTown::About("blacklist");
  opening.set_subject(kOtherFirm);
  const auto entry = town_.Open(opening, Recorder(), Proposed());
  ASSERT_TRUE(entry.ok()) << entry.status();
  const v1::Case upheld =
      Upheld(ListingTown::AboutTarget("objection", kFinding), {Voided(kFinding)});
  EXPECT_EQ(town_.Get(entry->name()).state(), "withdrawn");
  EXPECT_EQ(town_.Get(entry->name()).revision(), upheld.revision());
  EXPECT_EQ(town_.Replayed().value_or(""), town_.machine().StateDigest());
}

TEST_F(UpheldTest, WhatAFeedVoidsEndsNothingAndIsToldToOfficers) {
  const std::string entry = town_.Blacklisted({kFinding});
  EXPECT_THAT(WithFactsGone(), IsEmpty());
  evidence::v1::Evidence voided = ListingTown::Finding(kFinding, 2);
  voided.set_voided(true);
  town_.Take({voided});
  const v1::Case stands = town_.Get(entry);
  EXPECT_TRUE(stands.in_force());
  EXPECT_TRUE(stands.criteria_unmet());
  ASSERT_THAT(stands.facts_gone(), SizeIs(1));
  EXPECT_EQ(stands.facts_gone(0).why(), v1::FactGone::VOIDED_BY_FEED);
  EXPECT_EQ(stands.facts_gone(0).case_(), "");
  EXPECT_THAT(WithFactsGone(), ElementsAre(entry));
  // The feed takes it back.
  town_.Take({ListingTown::Finding(kFinding, 3)});
  EXPECT_THAT(WithFactsGone(), IsEmpty());
  EXPECT_FALSE(town_.Get(entry).criteria_unmet());
}

TEST_F(UpheldTest, WhatWasProposedFromAnUndoneEntryIsUndoneWithIt) {
  ProposedForNext();
  EXPECT_EQ(town_.Get("cases/2026-2").opening().follows(), "cases/2026-1");
  const v1::Case upheld = Upheld(ListingTown::AboutTarget("objection", "cases/2026-1"));
  EXPECT_EQ(town_.Get("cases/2026-1").state(), "revoked");
  const v1::Case next = town_.Get("cases/2026-2");
  EXPECT_EQ(next.state(), "withdrawn");
  EXPECT_EQ(next.steps().rbegin()->details().reasons().because(), upheld.name());
  EXPECT_EQ(next.revision(), upheld.revision());
  EXPECT_EQ(town_.Replayed().value_or(""), town_.machine().StateDigest());
}

TEST_F(UpheldTest, ARevokedEntryTakesWithItWhatWasProposedFromIt) {
  ProposedForNext();
  const std::string next = "cases/2026-2";
  ASSERT_EQ(town_.Step(next, "check", Clerk(), Because()).status(), absl::OkStatus());
  ASSERT_EQ(town_.Step(next, "write-notice", Checker(), testdata::Noticed()).status(),
            absl::OkStatus());
  v1::StepDetails served = Served("2026-03-03");
  served.mutable_service()->set_receiver("法定代表人");
  ASSERT_EQ(town_.Step(next, "serve-notice", Checker(), served).status(), absl::OkStatus());
  const auto revoked = town_.Step("cases/2026-1", "revoke", Decider(), Because());
  ASSERT_TRUE(revoked.ok()) << revoked.status();
  EXPECT_EQ(revoked->state(), "correcting");
  EXPECT_FALSE(revoked->in_force());
  ASSERT_THAT(revoked->to_tell(), SizeIs(3))
      << "those told of the case that followed are among them";
  EXPECT_EQ(town_.Get("cases/2026-2").state(), "withdrawn");
  EXPECT_EQ(town_.Get("cases/2026-2").steps().rbegin()->details().reasons().because(),
            "cases/2026-1");
  const auto told =
      town_.Step("cases/2026-1",
                 "inform-again",
                 Clerk(),
                 Telling({Told(v1::ToldBefore::RECEIVER, "企业", "2026-03-03"),
                          Told(v1::ToldBefore::RECEIVER, "法定代表人", "2026-03-03"),
                          Told(v1::ToldBefore::CONSUMER, "inspection", "2026-03-03")}));
  ASSERT_TRUE(told.ok()) << told.status();
  EXPECT_EQ(told->state(), "revoked");
  EXPECT_EQ(town_.Replayed().value_or(""), town_.machine().StateDigest());
}

TEST_F(UpheldTest, ACallerNamesNoCaseThatARuleWouldName) {
  v1::Opening opening = ListingTown::About("blacklist");
  opening.set_follows("cases/2026-9");
  const auto opened = town_.Open(opening, Recorder(), Proposed());
  EXPECT_TRUE(!opened.ok() || opened->opening().follows().empty());
  const std::string name = town_.Noticed({kOtherFinding});
  v1::StepDetails reasons = Because();
  reasons.mutable_reasons()->set_because(name);
  const auto withdrawn = town_.Step(name, "withdraw", Checker(), reasons);
  EXPECT_TRUE(!withdrawn.ok() ||
              withdrawn->steps().rbegin()->details().reasons().because().empty());
}

TEST_F(UpheldTest, AContestedStandingSaysSoUntilTheObjectionEnds) {
  town_.GoTo("2026-03-02");
  EXPECT_NE(town_.Open(AboutStanding("2026-03-03"), Subject(), Objecting()).status(),
            absl::OkStatus())
      << "a standing that is not there yet";
  const auto filed = town_.Open(AboutStanding("2026-02-25"), Subject(), Objecting());
  ASSERT_TRUE(filed.ok()) << filed.status();
  const auto now = town_.Current();
  EXPECT_TRUE(now.contested());
  ASSERT_THAT(now.contests(), SizeIs(1));
  EXPECT_EQ(now.contests(0).case_(), filed->name());
  EXPECT_EQ(now.contests(0).standing_day(), "2026-02-25");
  EXPECT_EQ(now.contests(0).since(), "2026-03-02");
  // There is no piece to leave out.
  EXPECT_EQ(now.uncontested_score_hundredths(), now.score_hundredths());
  EXPECT_EQ(now.uncontested_grade(), now.grade());
  EXPECT_THAT(town_.Causes(), Contains("case:" + filed->name()));
  EXPECT_THAT(town_.AsOf("2026-02-25").contests(), SizeIs(1)) << "the very standing, while pending";
  EXPECT_THAT(town_.AsOf("2026-02-26").contests(), IsEmpty()) << "nobody had objected then";
  EXPECT_THAT(town_.AsOf("2026-02-24").contests(), IsEmpty()) << "an earlier standing";
  const journal::Revision pending = town_.machine().durable();

  ASSERT_EQ(town_.Step(filed->name(), "withdraw", Subject(), Because()).status(), absl::OkStatus());
  EXPECT_FALSE(town_.Current().contested());
  EXPECT_THAT(town_.Current().contests(), IsEmpty());
  EXPECT_THAT(town_.AsOf("2026-02-25").contests(), IsEmpty());
  EXPECT_THAT(town_.AsOf("2026-02-25", pending).contests(), SizeIs(1));
  EXPECT_EQ(town_.Replayed().value_or(""), town_.machine().StateDigest());
}

TEST_F(UpheldTest, AnObjectionToAStandingMayAmendAnyPieceOfTheSubject) {
  town_.GoTo("2026-03-02");
  Upheld(AboutStanding("2026-03-02"), {Voided(kFinding), Lessened(kOtherFinding, -400)});
  EXPECT_EQ(town_.Current().score_hundredths(), 9600);
  EXPECT_FALSE(town_.Current().contested());
  EXPECT_EQ(town_.AsOf("2026-01-01").score_hundredths(), 9600);
}

TEST_F(UpheldTest, DecidedPointsReplaceTheFixedOnesOnEveryDay) {
  const journal::Revision before = town_.machine().durable();
  const v1::Case upheld =
      Upheld(ListingTown::AboutTarget("objection", kFinding), {Lessened(kFinding, -400)});
  EXPECT_EQ(upheld.state(), "upheld");
  EXPECT_EQ(town_.Current().score_hundredths(), 8600);
  EXPECT_EQ(town_.AsOf("2025-12-01").score_hundredths(), 8600);
  EXPECT_EQ(town_.AsOf("2026-02-24", before).score_hundredths(), 8000);
  const creditfile::CreditState& state = town_.state();
  const credit::v1::CreditFile file =
      query::WriteFile(state, state.book().Find(kFirm), state.today(), town_.machine().durable());
  const auto line = std::find_if(file.lines().begin(), file.lines().end(), [](const auto& one) {
    return one.evidence() == kFinding;
  });
  ASSERT_NE(line, file.lines().end());
  EXPECT_EQ(line->asked_hundredths(), -400);
  EXPECT_EQ(line->counted_hundredths(), -400);
  EXPECT_EQ(line->cut(), "amended");
  // A later version of the feed is amended as well.
  town_.Take({ListingTown::Finding(kFinding, 2)});
  EXPECT_EQ(town_.Current().score_hundredths(), 8600);
  EXPECT_EQ(town_.Replayed().value_or(""), town_.machine().StateDigest());
}

TEST_F(UpheldTest, DecidedPointsLieBetweenNothingAndWhatTheRuleAsksFor) {
  const std::string name = Answered(ListingTown::AboutTarget("objection", kFinding));
  for (const int64_t points : {1, 300, -1001, -5000}) {
    const auto refused =
        town_.Step(name, "uphold", Arbiter(), Deciding(name, {Lessened(kFinding, points)}));
    const auto problem = runtime::ToProblem(refused.status());
    EXPECT_EQ(problem.reason, "AMENDMENT_POINTS") << points;
    EXPECT_EQ(problem.metadata.at("least"), "-1000");
    EXPECT_EQ(problem.metadata.at("most"), "0");
    EXPECT_EQ(problem.metadata.at("evidence"), kFinding);
  }
  ASSERT_EQ(town_.Step(name, "uphold", Arbiter(), Deciding(name, {Lessened(kFinding, 0)})).status(),
            absl::OkStatus());
  EXPECT_EQ(town_.Current().score_hundredths(), 9000);
  // What the rule asks for is the other end.
  Upheld(ListingTown::AboutTarget("objection", kOtherFinding), {Lessened(kOtherFinding, -1000)});
  EXPECT_EQ(town_.Current().score_hundredths(), 9000);
}

TEST_F(UpheldTest, ARepairOfAnAmendedPieceKeepsWhatIsLeftOfIt) {
  Upheld(ListingTown::AboutTarget("objection", kFinding), {Lessened(kFinding, -400)});
  town_.GoTo("2026-04-01");
  town_.Repaired(kFinding, -1000);
  EXPECT_EQ(town_.Current().score_hundredths(), 8600);
}

// A journal that leaves out what an upheld objection brings, or adds to it, is refused.
TEST_F(UpheldTest, TheConsequencesArePartOfTheEntry) {
  const std::string entry = town_.Blacklisted();
  town_.GoTo("2026-03-20");
  Upheld(ListingTown::AboutTarget("objection", entry));
  const auto tampered = [&](const std::function<void(journal::v1::CaseSteps&)>& change) {
    return Reason(town_
                      .Replayed([&](journal::Entry& one) {
                        journal::v1::ScoringEntry payload;
                        payload.ParseFromString(one.payload);
                        if (!payload.has_case_steps() ||
                            payload.case_steps().events(0).step() != "uphold")
                          return;
                        change(*payload.mutable_case_steps());
                        one.payload = payload.SerializeAsString();
                      })
                      .status());
  };
  EXPECT_EQ(tampered([](journal::v1::CaseSteps&) {}), "");
  EXPECT_EQ(tampered([](journal::v1::CaseSteps& steps) { steps.mutable_events()->RemoveLast(); }),
            "REPLAY_MISMATCH");
  EXPECT_EQ(
      tampered([](journal::v1::CaseSteps& steps) {
        steps.mutable_events(1)->mutable_details()->mutable_reasons()->set_because("cases/2026-9");
      }),
      "REPLAY_MISMATCH");
  EXPECT_EQ(
      tampered([](journal::v1::CaseSteps& steps) { steps.mutable_events(1)->set_step("remove"); }),
      "REPLAY_MISMATCH");
  EXPECT_EQ(
      tampered([](journal::v1::CaseSteps& steps) { steps.mutable_events()->SwapElements(0, 1); }),
      "REPLAY_MISMATCH");
}

TEST_F(UpheldTest, ABrokenPledgeBringsTheLineBackAndNotTheEntry) {
  const std::string entry = town_.Blacklisted({kFinding});
  town_.GoTo("2026-04-01");
  const std::string repair = town_.Repaired(kFinding);
  EXPECT_EQ(town_.Get(entry).state(), "removed");
  town_.GoTo("2026-05-06");
  ASSERT_EQ(town_.Step(repair, "reopen", Decider(), Because()).status(), absl::OkStatus());
  EXPECT_EQ(town_.Current().score_hundredths(), 8000);
  EXPECT_EQ(town_.Get(entry).state(), "removed");
  EXPECT_THAT(town_.Current().memberships(), IsEmpty());
  // The piece counts again: it bears out a new proposal, with a notice and a window of its own.
  const auto again = town_.Open(ListingTown::About("blacklist"), Recorder(), Proposed({kFinding}));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(town_.Step(again->name(), "check", Checker(), Because()).status(), absl::OkStatus());
}

TEST_F(UpheldTest, ARepairedFactIsToldWithTheCaseThatStands) {
  const std::string entry = town_.Blacklisted({kFinding, kOtherFinding});
  town_.GoTo("2026-04-01");
  const std::string repair = town_.Repaired(kFinding);
  ASSERT_THAT(town_.Get(entry).facts_gone(), SizeIs(1));
  EXPECT_EQ(town_.Get(entry).facts_gone(0).why(), v1::FactGone::REPAIRED);
  EXPECT_EQ(town_.Get(entry).facts_gone(0).case_(), repair);
}

// The gravest class of the items that take the piece: one that asks for a measure which it has not is
// none of them.
TEST(PublicityOfAPiece, IsThatOfTheItemThatCountsIt) {
  std::string town = testdata::TownText();
  const std::string item = R"(
  items {
    id: "grave" zh: "严重不良行为" en: "Grave" kinds: "inspection.finding"
    filter { measures { measure: "injured" is { at_least: "1" } } }
    points { fixed: "-40" } validity { months: 36 } repair_class: "serious"
    source { document: "doc" clause: "二" mark: RULE }
  }
)";
  town.insert(town.find("  items {"), item.substr(1));
  ListingTown with(town);
  evidence::v1::Evidence grave = ListingTown::Finding("inspection/findings/f9#finding");
  auto& measure = *grave.add_measures();
  measure.set_name("injured");
  measure.set_value_hundredths(100);
  with.Take({grave});
  const cases::RegisterView& view = with.state().case_register();
  const type::Date today = *type::ParseDate("2026-02-24");
  const auto small = view.PublicityOf(kFinding, kFirm, today);
  ASSERT_TRUE(small.has_value());
  EXPECT_EQ(small->min_months, 3);
  const auto great = view.PublicityOf(grave.id(), kFirm, today);
  ASSERT_TRUE(great.has_value());
  EXPECT_EQ(great->min_months, 12);
  EXPECT_FALSE(view.PublicityOf("inspection/findings/none#finding", kFirm, today).has_value());
}

}  // namespace
}  // namespace xince::listing
