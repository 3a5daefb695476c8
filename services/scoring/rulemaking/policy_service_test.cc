#include "services/scoring/rulemaking/policy_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/scoring/rulemaking/rulemaking_fixture.h"

// The life of a version, called through the door.
namespace xince::rulemaking {
namespace {

using namespace testdata;  // NOLINT: the fixture is the subject.
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

template <class T>
std::string ReasonOf(const absl::StatusOr<T>& result) {
  return runtime::ReasonOf(result.status());
}
template <class T>
std::string FactOf(const absl::StatusOr<T>& result, const std::string& key) {
  return runtime::ToProblem(result.status()).metadata[key];
}

class PolicyServiceTest : public ::testing::Test {
 protected:
  Town3201 town_;
};

TEST_F(PolicyServiceTest, ARuleComesAboutStepByStepAndChangesStandingsFromItsDay) {
  town_.Take({Town3201::Filed(kFirm)});
  town_.Take({Town3201::Penalty(kFirm, "2026-03-01")});
  EXPECT_EQ(town_.Current(kFirm).score_hundredths(), 9000);

  const std::string text = TextOf({.from = "2026-07-01", .penalty = "-25"});
  const auto draft = town_.Propose(text);
  ASSERT_TRUE(draft.ok()) << draft.status();
  EXPECT_EQ(draft->state(), pv::PACK_STATE_DRAFT);
  const std::string digest = draft->digest();
  EXPECT_EQ(digest, NameOf(text));

  const auto consulted = town_.Consult(digest);
  ASSERT_TRUE(consulted.ok()) << consulted.status();
  EXPECT_EQ(consulted->consultation().days(), 7u);
  EXPECT_EQ(consulted->consultation().closes_on(), "2026-06-08");
  EXPECT_EQ(town_.Comment(digest)->number(), 1u);
  EXPECT_EQ(town_.Answer(digest, 1)->outcome(), pv::COMMENT_OUTCOME_NOT_ADOPTED);

  pv::BacktestPackRequest backtest;
  backtest.set_digest(digest);
  backtest.set_store(true);
  backtest.set_lines(true);
  const auto parts = town_.Backtest(backtest);
  ASSERT_TRUE(parts.ok()) << parts.status();
  ASSERT_GE(parts->size(), 3u);
  const auto mover = std::find_if(
      parts->begin(), parts->end(), [](const auto& part) { return part.part().has_mover(); });
  ASSERT_NE(mover, parts->end());
  EXPECT_EQ(mover->part().mover().subject(), kFirm);
  EXPECT_EQ(mover->part().mover().new_().score_hundredths(), 7500);
  EXPECT_EQ(mover->part().mover().lines(0).evidence(), "inspection/penalties/2026-03-01#penalty");
  EXPECT_TRUE((*parts)[parts->size() - 2].part().has_summary());
  EXPECT_TRUE(parts->back().has_stored());

  town_.GoTo("2026-06-09");
  const auto approved = town_.Approve(digest);
  ASSERT_TRUE(approved.ok()) << approved.status();
  EXPECT_EQ(approved->state(), pv::PACK_STATE_APPROVED);
  EXPECT_EQ(town_.Current(kFirm).score_hundredths(), 9000);

  town_.GoTo("2026-06-30");
  EXPECT_EQ(town_.StateOf(digest), pv::PACK_STATE_APPROVED);
  EXPECT_EQ(town_.Current(kFirm).score_hundredths(), 9000);
  town_.GoTo("2026-07-01");
  EXPECT_EQ(town_.StateOf(digest), pv::PACK_STATE_IN_FORCE);
  EXPECT_EQ(town_.Current(kFirm).score_hundredths(), 7500);
  EXPECT_EQ(town_.Current(kFirm).grade(), "B");
  EXPECT_EQ(town_.Current(kFirm).policy_digest(), digest);
  EXPECT_THAT(town_.Causes(kFirm), ElementsAre("day:2026-07-01", absl::StrCat("policy:", digest)));

  // The version before still judges its days.
  const std::string old = NameOf(Town3201::FirstPacks()[1].second);
  EXPECT_EQ(town_.StateOf(old), pv::PACK_STATE_SUPERSEDED);
  EXPECT_EQ(town_.AsOf(kFirm, "2026-06-30").score_hundredths(), 9000);
  EXPECT_EQ(town_.AsOf(kFirm, "2026-06-30").policy_digest(), old);
}

TEST_F(PolicyServiceTest, EveryStepSaysWhoWhenAndWhy) {
  const std::string digest = town_.Ready();
  ASSERT_TRUE(town_.Approve(digest).ok());
  const pv::PackDetails details = town_.Get(digest);
  std::vector<std::string> steps;
  for (const auto& step : details.version().history()) {
    steps.push_back(absl::StrCat(pv::PackAction_Name(step.action()), " ", step.actor()));
    EXPECT_GT(step.time().seconds(), 0);
    EXPECT_GT(step.revision(), 0u);
  }
  EXPECT_THAT(steps,
              ElementsAre("PACK_ACTION_PROPOSED claimed:author",
                          "PACK_ACTION_CONSULTED claimed:author",
                          "PACK_ACTION_BACKTESTED claimed:clerk",
                          "PACK_ACTION_APPROVED claimed:approver"));
  EXPECT_EQ(details.version().history(0).reason(), "年度调整");
  EXPECT_EQ(details.version().history(1).document().title(), "征求意见公告");
  EXPECT_EQ(details.version().history(2).backtest_digest(), details.backtest().digest());
  EXPECT_EQ(details.content(), TextOf({}));
  EXPECT_EQ(NameOf(details.content()), digest);
}

TEST_F(PolicyServiceTest, ReplayGivesTheSameDigestWithAndWithoutASnapshot) {
  const std::string digest = town_.Ready();
  ASSERT_TRUE(town_.Comment(digest).ok());
  ASSERT_TRUE(town_.Answer(digest, 1).ok());
  ASSERT_TRUE(town_.Approve(digest).ok());
  ASSERT_TRUE(town_.Propose(TextOf({.from = "2027-05-01"}), "author", "r1").ok());
  ASSERT_TRUE(town_.Withdraw(NameOf(TextOf({.from = "2027-05-01"}))).ok());
  town_.GoTo("2027-01-01");
  const std::string before = town_.machine().StateDigest();
  creditfile::CreditState replayed("3201");
  ASSERT_TRUE(town_.journal()
                  .Read(0,
                        1'000'000,
                        [&](const journal::Entry& entry) { return replayed.Apply(entry, nullptr); })
                  .ok());
  EXPECT_EQ(journal::Sha256Hex(replayed.SaveSnapshot()), before);
  creditfile::CreditState loaded("3201");
  ASSERT_EQ(loaded.LoadSnapshot(replayed.SaveSnapshot()), absl::OkStatus());
  EXPECT_EQ(loaded.SaveSnapshot(), replayed.SaveSnapshot());
  town_.Restart(Town3201::FirstPacks());
  EXPECT_EQ(town_.machine().StateDigest(), before);
  EXPECT_EQ(town_.StateOf(digest), pv::PACK_STATE_IN_FORCE);
  EXPECT_EQ(town_.Propose(TextOf({.from = "2027-05-01"}), "author", "r1")->state(),
            pv::PACK_STATE_DRAFT);
}

TEST_F(PolicyServiceTest, UndoneStepsLeaveNothing) {
  const std::string digest = town_.Ready();
  const std::string before = town_.state().SaveSnapshot();
  journal::v1::ScoringEntry approved;
  approved.mutable_rulemaking_step()->set_digest(digest);
  approved.mutable_rulemaking_step()->mutable_approved();
  journal::v1::ScoringEntry closed;
  closed.mutable_rulemaking_step()->set_digest(digest);
  closed.mutable_rulemaking_step()->mutable_closed()->set_refused(true);
  journal::v1::ScoringEntry proposed;
  proposed.mutable_rulemaking_step()->set_digest(NameOf(TextOf({.from = "2028-01-01"})));
  proposed.mutable_rulemaking_step()->mutable_proposed()->set_content(
      TextOf({.from = "2028-01-01"}));
  const auto refused = town_.machine().Execute([&](journal::Transaction& transaction) {
    for (const auto& entry : {approved, closed, proposed}) {
      XINCE_RETURN_IF_ERROR(transaction.Append("x", "id", entry.SerializeAsString()));
    }
    EXPECT_NE(town_.state().SaveSnapshot(), before);
    return absl::AbortedError("no");
  });
  EXPECT_FALSE(refused.ok());
  EXPECT_EQ(town_.state().SaveSnapshot(), before);
}

TEST_F(PolicyServiceTest, TheSameTextIsTheSameDraft) {
  const auto first = town_.Propose(TextOf({}), "author");
  const auto second = town_.Propose(TextOf({}), "somebody");
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->revision(), first->revision());
  EXPECT_EQ(second->history_size(), 1);
  ASSERT_TRUE(town_.Withdraw(first->digest()).ok());
  EXPECT_EQ(ReasonOf(town_.Propose(TextOf({}))), "POLICY_CLOSED");
}

TEST_F(PolicyServiceTest, ARepeatedRequestGivesTheFirstAnswer) {
  const auto first = town_.Propose(TextOf({}), "author", "p-1");
  ASSERT_TRUE(town_.Consult(first->digest()).ok());
  const auto comment = town_.Comment(first->digest(), "甲", "c-1");
  ASSERT_TRUE(town_.Answer(first->digest(), 1).ok());
  EXPECT_EQ(town_.Propose(TextOf({}), "author", "p-1")->SerializeAsString(),
            first->SerializeAsString());
  EXPECT_EQ(town_.Comment(first->digest(), "甲", "c-1")->SerializeAsString(),
            comment->SerializeAsString());
  EXPECT_EQ(town_.Get(first->digest()).comments_size(), 1);
  EXPECT_EQ(ReasonOf(town_.Comment(first->digest(), "乙", "c-1")), "REQUEST_ID_REUSED");
  EXPECT_EQ(ReasonOf(town_.Comment(first->digest(), "乙", std::string(101, 'a'))),
            "FIELD_TOO_LONG");
  EXPECT_EQ(ReasonOf(town_.Comment(first->digest(), "乙", "a b")), "REQUEST_ID_SYNTAX");
}

TEST_F(PolicyServiceTest, NobodyInParticularMakesNoRules) {
  EXPECT_EQ(ReasonOf(town_.Propose(TextOf({}), "")), "ACTOR_REQUIRED");
}

TEST_F(PolicyServiceTest, AProposalIsOfThisRegister) {
  const auto refused = town_.Propose(TextOf({.jurisdiction = "5101", .id = "other"}));
  EXPECT_EQ(ReasonOf(refused), "POLICY_JURISDICTION");
  EXPECT_EQ(FactOf(refused, "expected"), "3201");
  EXPECT_EQ(ReasonOf(town_.Propose(Nation("2027-01-01"))), "POLICY_JURISDICTION");
  EXPECT_EQ(ReasonOf(town_.Propose(TextOf({.id = "village"}))), "POLICY_PACK_ID");
}

TEST_F(PolicyServiceTest, AProposalIsWellFormedAndLintsWithoutErrors) {
  EXPECT_EQ(ReasonOf(town_.Propose("id: ")), "POLICY_SYNTAX");
  EXPECT_EQ(ReasonOf(town_.Propose(TextOf({.penalty = "five"}))), "POLICY_INVALID");
  std::string text = TextOf({});
  text.replace(text.find("inspection.penalty"), 18, "inspection.unknown");
  const auto refused = town_.Propose(text);
  EXPECT_EQ(ReasonOf(refused), "POLICY_LINT");
  EXPECT_EQ(FactOf(refused, "item"), "penalty");
  EXPECT_EQ(FactOf(refused, "errors"), "1");
}

TEST_F(PolicyServiceTest, AVersionInForceIsNeverEdited) {
  const auto refused = town_.Propose(TextOf({.from = "2020-01-01", .penalty = "-1"}));
  EXPECT_EQ(ReasonOf(refused), "POLICY_NEVER_EDITED");
  EXPECT_EQ(FactOf(refused, "approved"), NameOf(Town3201::FirstPacks()[1].second));
  EXPECT_EQ(ReasonOf(town_.Propose(TextOf({.from = "2019-01-01"}))), "POLICY_NOT_LATER");
}

TEST_F(PolicyServiceTest, RulesAreNeverRetroactive) {
  // A proposal for today.
  const auto today = town_.Propose(TextOf({.from = "2026-06-01"}));
  EXPECT_EQ(ReasonOf(today), "POLICY_RETROACTIVE");
  EXPECT_EQ(FactOf(today, "earliest"), "2026-06-02");
  // A consultation that ends too late: approved on the 9th, in force on the 10th at the earliest.
  const std::string text = TextOf({.from = "2026-06-09"});
  ASSERT_TRUE(town_.Propose(text).ok());
  const auto late = town_.Consult(NameOf(text));
  EXPECT_EQ(ReasonOf(late), "POLICY_RETROACTIVE");
  EXPECT_EQ(FactOf(late, "earliest"), "2026-06-10");
  // An approval on the first day itself, and the day before.
  const std::string digest = town_.Ready({.from = "2026-06-10"});
  town_.GoTo("2026-06-10");
  const auto approved = town_.Approve(digest);
  EXPECT_EQ(ReasonOf(approved), "POLICY_RETROACTIVE");
  EXPECT_EQ(FactOf(approved, "earliest"), "2026-06-11");
}

TEST_F(PolicyServiceTest, TheDayBeforeItsFirstDayAVersionCanBeApproved) {
  EXPECT_EQ(town_.Approve(town_.Ready({.from = "2026-06-10"})).status(), absl::OkStatus());
}

TEST_F(PolicyServiceTest, AConsultationRunsAsLongAsTheNationAsks) {
  ASSERT_TRUE(town_.Propose(TextOf({})).ok());
  const std::string digest = NameOf(TextOf({}));
  const auto refused = town_.Consult(digest, 6);
  EXPECT_EQ(ReasonOf(refused), "CONSULTATION_TOO_SHORT");
  EXPECT_EQ(FactOf(refused, "least"), "7");
  EXPECT_EQ(FactOf(refused, "source"), "国家规定 七");
  EXPECT_EQ(town_.Consult(digest, 7).status(), absl::OkStatus());
}

TEST_F(PolicyServiceTest, APackWithAdverseListsIsOpenLonger) {
  const Town with_list{.more = R"(
lists {
  id: "watch" zh: "重点监管" en: "Watch" subjects: "firm" basis: NORMATIVE_DOCUMENT
  effect: SUPERVISION source { document: "doc" clause: "四" mark: RULE }
}
)"};
  const auto draft = town_.Propose(TextOf(with_list));
  ASSERT_TRUE(draft.ok()) << draft.status();
  EXPECT_EQ(ReasonOf(town_.Consult(draft->digest(), 9)), "CONSULTATION_TOO_SHORT");
  EXPECT_EQ(town_.Consult(draft->digest())->consultation().days(), 10u);
}

TEST_F(PolicyServiceTest, AConsultationNeedsItsNotice) {
  ASSERT_TRUE(town_.Propose(TextOf({})).ok());
  pv::OpenConsultationRequest request;
  request.set_digest(NameOf(TextOf({})));
  request.mutable_document()->set_title("公告");
  EXPECT_EQ(ReasonOf(town_.Call<pv::PackVersion>("OpenConsultation", request, "author")),
            "CONSULTATION_DOCUMENT");
  request.mutable_document()->set_uri("https://example.invalid/notice");
  EXPECT_TRUE(town_.Call<pv::PackVersion>("OpenConsultation", request, "author").ok());
}

TEST_F(PolicyServiceTest, ItIsApprovedTheDayAfterTheLastDayForComments) {
  const std::string digest = town_.Ready();
  // The fake clock goes back: the open day does not.
  town_.SetClock("2026-06-01");
  EXPECT_EQ(town_.Approve(digest).status(), absl::OkStatus());
}

TEST_F(PolicyServiceTest, ADayTooEarlyTheConsultationStillRuns) {
  ASSERT_TRUE(town_.Propose(TextOf({})).ok());
  const std::string digest = NameOf(TextOf({}));
  ASSERT_TRUE(town_.Consult(digest).ok());
  ASSERT_EQ(town_.Store(digest), absl::OkStatus());
  town_.GoTo("2026-06-08");
  const auto refused = town_.Approve(digest);
  EXPECT_EQ(ReasonOf(refused), "CONSULTATION_RUNNING");
  EXPECT_EQ(FactOf(refused, "holds_from"), "2026-06-09");
  town_.GoTo("2026-06-09");
  EXPECT_EQ(town_.Approve(digest).status(), absl::OkStatus());
}

TEST_F(PolicyServiceTest, TheAuthorDoesNotApprove) {
  const std::string digest = town_.Ready();
  EXPECT_EQ(ReasonOf(town_.Approve(digest, "author")), "APPROVER_IS_AUTHOR");
  EXPECT_EQ(ReasonOf(town_.Approve(digest, " Author ")), "APPROVER_IS_AUTHOR");
  EXPECT_EQ(town_.Approve(digest, "approver").status(), absl::OkStatus());
}

TEST_F(PolicyServiceTest, EveryCommentIsAnsweredBeforeApproval) {
  const std::string digest = town_.Ready();
  ASSERT_TRUE(town_.Comment(digest).ok());
  ASSERT_TRUE(town_.Comment(digest).ok());
  ASSERT_TRUE(town_.Answer(digest, 1).ok());
  const auto refused = town_.Approve(digest);
  EXPECT_EQ(ReasonOf(refused), "COMMENTS_UNANSWERED");
  EXPECT_EQ(FactOf(refused, "first"), "2");
  EXPECT_EQ(ReasonOf(town_.Answer(digest, 1)), "COMMENT_ANSWERED");
  EXPECT_EQ(ReasonOf(town_.Answer(digest, 3)), "COMMENT_UNKNOWN");
  ASSERT_TRUE(town_.Answer(digest, 2).ok());
  EXPECT_EQ(town_.Approve(digest).status(), absl::OkStatus());
}

TEST_F(PolicyServiceTest, CommentsBelongToTheConsultation) {
  ASSERT_TRUE(town_.Propose(TextOf({})).ok());
  const std::string digest = NameOf(TextOf({}));
  EXPECT_EQ(ReasonOf(town_.Comment(digest)), "POLICY_NOT_CONSULTED");
  ASSERT_TRUE(town_.Consult(digest).ok());
  pv::RecordCommentRequest request;
  request.set_digest(digest);
  request.set_from("某协会");
  request.set_text("意见");
  request.set_received_on("2026-05-31");
  EXPECT_EQ(ReasonOf(town_.Call<pv::PackComment>("RecordComment", request, "clerk")),
            "COMMENT_BEFORE_CONSULTATION");
  request.set_received_on("2026-06-01");
  EXPECT_TRUE(town_.Call<pv::PackComment>("RecordComment", request, "clerk").ok());
}

TEST_F(PolicyServiceTest, WithoutABacktestNothingIsApproved) {
  ASSERT_TRUE(town_.Propose(TextOf({})).ok());
  const std::string digest = NameOf(TextOf({}));
  // One made before the consultation does not count.
  ASSERT_EQ(town_.Store(digest), absl::OkStatus());
  ASSERT_TRUE(town_.Consult(digest).ok());
  town_.GoTo("2026-06-09");
  EXPECT_EQ(ReasonOf(town_.Approve(digest)), "BACKTEST_STALE");
  const std::string other = NameOf(TextOf({.penalty = "-6"}));
  ASSERT_TRUE(town_.Propose(TextOf({.penalty = "-6"})).ok());
  ASSERT_TRUE(town_.Consult(other).ok());
  town_.GoTo("2026-06-17");
  // The back-test of another text does not count either.
  ASSERT_EQ(town_.Store(digest), absl::OkStatus());
  EXPECT_EQ(ReasonOf(town_.Approve(other)), "BACKTEST_MISSING");
  EXPECT_EQ(town_.Approve(digest).status(), absl::OkStatus());
}

TEST_F(PolicyServiceTest, ABacktestLooksAtADayOfTheLastTwelveMonths) {
  ASSERT_TRUE(town_.Propose(TextOf({})).ok());
  const std::string digest = NameOf(TextOf({}));
  ASSERT_TRUE(town_.Consult(digest).ok());
  town_.GoTo("2026-06-09");
  ASSERT_EQ(town_.Store(digest, "2025-06-08"), absl::OkStatus());
  EXPECT_EQ(ReasonOf(town_.Approve(digest)), "BACKTEST_STALE");
  ASSERT_EQ(town_.Store(digest, "2025-06-09"), absl::OkStatus());
  EXPECT_EQ(town_.Approve(digest).status(), absl::OkStatus());
}

TEST_F(PolicyServiceTest, ABacktestIsBesideTheVersionInForce) {
  const std::string first = town_.Ready({.from = "2026-06-20"});
  ASSERT_TRUE(town_.Approve(first).ok());
  const std::string later = NameOf(TextOf({.from = "2027-02-01"}));
  ASSERT_TRUE(town_.Propose(TextOf({.from = "2027-02-01"})).ok());
  ASSERT_TRUE(town_.Consult(later).ok());
  ASSERT_EQ(town_.Store(later), absl::OkStatus());
  town_.GoTo("2026-06-21");
  // Since yesterday another version is in force.
  EXPECT_EQ(ReasonOf(town_.Approve(later)), "BACKTEST_STALE");
  ASSERT_EQ(town_.Store(later), absl::OkStatus());
  EXPECT_EQ(town_.Approve(later).status(), absl::OkStatus());
}

TEST_F(PolicyServiceTest, WhatIsApprovedIsWhatWasRead) {
  const std::string digest = town_.Ready();
  pv::ApprovePackRequest request;
  request.set_digest(digest);
  request.set_reason("通过");
  EXPECT_EQ(ReasonOf(town_.Call<pv::PackVersion>("ApprovePack", request, "approver")),
            "EXPECTED_REVISION_REQUIRED");
  request.set_expected_revision(town_.Get(digest).version().revision());
  ASSERT_TRUE(town_.Comment(digest).ok());
  ASSERT_TRUE(town_.Answer(digest, 1).ok());
  EXPECT_EQ(ReasonOf(town_.Call<pv::PackVersion>("ApprovePack", request, "approver")),
            "STALE_REVISION");
}

TEST_F(PolicyServiceTest, TwoVersionsOfOneFirstDayAreNotBothApproved) {
  const std::string one = town_.Ready();
  const std::string two = town_.Ready({.penalty = "-6"});
  const std::string early = town_.Ready({.from = "2026-12-01"});
  town_.GoTo("2026-06-17");
  ASSERT_TRUE(town_.Approve(one).ok());
  EXPECT_EQ(ReasonOf(town_.Approve(two)), "POLICY_NEVER_EDITED");
  EXPECT_EQ(ReasonOf(town_.Approve(early)), "POLICY_NOT_LATER");
  // Taken back before its first day, it makes room.
  EXPECT_EQ(town_.Withdraw(one)->state(), pv::PACK_STATE_REFUSED);
  EXPECT_EQ(town_.Approve(two).status(), absl::OkStatus());
}

TEST_F(PolicyServiceTest, TheAuthorWithdrawsAnybodyElseRefuses) {
  ASSERT_TRUE(town_.Propose(TextOf({})).ok());
  EXPECT_EQ(town_.Withdraw(NameOf(TextOf({})))->state(), pv::PACK_STATE_WITHDRAWN);
  EXPECT_EQ(ReasonOf(town_.Withdraw(NameOf(TextOf({})))), "POLICY_CLOSED");
  ASSERT_TRUE(town_.Propose(TextOf({.penalty = "-7"})).ok());
  EXPECT_EQ(town_.Withdraw(NameOf(TextOf({.penalty = "-7"})), "other")->state(),
            pv::PACK_STATE_REFUSED);
}

TEST_F(PolicyServiceTest, WhatHasBegunStays) {
  const std::string digest = town_.Ready({.from = "2026-06-20"});
  ASSERT_TRUE(town_.Approve(digest).ok());
  town_.GoTo("2026-06-20");
  EXPECT_EQ(ReasonOf(town_.Withdraw(digest)), "POLICY_HAS_BEGUN");
  EXPECT_EQ(ReasonOf(town_.Withdraw(NameOf(Town3201::FirstPacks()[1].second))), "POLICY_HAS_BEGUN");
}

TEST_F(PolicyServiceTest, AVersionTakenBackNeverComesIntoForce) {
  const std::string digest = town_.Ready({.from = "2026-06-20", .penalty = "-50"});
  town_.Take({Town3201::Filed(kFirm)});
  town_.Take({Town3201::Penalty(kFirm, "2026-03-01")});
  ASSERT_TRUE(town_.Approve(digest).ok());
  ASSERT_TRUE(town_.Withdraw(digest, "approver").ok());
  town_.GoTo("2026-06-20");
  EXPECT_EQ(town_.Current(kFirm).score_hundredths(), 9000);
  EXPECT_EQ(town_.StateOf(NameOf(Town3201::FirstPacks()[1].second)), pv::PACK_STATE_IN_FORCE);
}

TEST_F(PolicyServiceTest, AStateTakesOnlyItsOwnSteps) {
  struct Row {
    const char* state;
    std::string digest;
    const char* consult;
    const char* comment;
    const char* store;
    const char* approve;
  };
  const auto draft = [this](const char* penalty) {
    const auto proposed = town_.Propose(TextOf({.from = "2028-01-01", .penalty = penalty}));
    EXPECT_TRUE(proposed.ok()) << proposed.status();
    return proposed.ok() ? proposed->digest() : "";
  };
  const std::string approved = town_.Ready();
  ASSERT_TRUE(town_.Approve(approved).ok());
  const std::string consulted = draft("-1");
  ASSERT_TRUE(town_.Consult(consulted).ok());
  const std::string withdrawn = draft("-2");
  ASSERT_TRUE(town_.Withdraw(withdrawn).ok());
  const std::string refused = draft("-3");
  ASSERT_TRUE(town_.Withdraw(refused, "other").ok());
  const std::string in_force = NameOf(Town3201::FirstPacks()[1].second);
  const Row rows[] = {
      {"draft", draft("-4"), nullptr, "POLICY_NOT_CONSULTED", "", "POLICY_NOT_CONSULTED"},
      {"consulted", consulted, "POLICY_NOT_DRAFT", "", "", nullptr},
      {"approved",
       approved,
       "POLICY_NOT_DRAFT",
       "POLICY_NOT_CONSULTED",
       "POLICY_DECIDED",
       "POLICY_NOT_CONSULTED"},
      {"in force",
       in_force,
       "POLICY_NOT_DRAFT",
       "POLICY_NOT_CONSULTED",
       "POLICY_DECIDED",
       "POLICY_NOT_CONSULTED"},
      {"withdrawn",
       withdrawn,
       "POLICY_NOT_DRAFT",
       "POLICY_NOT_CONSULTED",
       "POLICY_DECIDED",
       "POLICY_NOT_CONSULTED"},
      {"refused",
       refused,
       "POLICY_NOT_DRAFT",
       "POLICY_NOT_CONSULTED",
       "POLICY_DECIDED",
       "POLICY_NOT_CONSULTED"},
      {"unknown",
       std::string(64, 'a'),
       "POLICY_UNKNOWN",
       "POLICY_UNKNOWN",
       "POLICY_UNKNOWN",
       nullptr},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.state);
    if (row.consult != nullptr) {
      EXPECT_EQ(ReasonOf(town_.Consult(row.digest)), row.consult);
    }
    EXPECT_EQ(ReasonOf(town_.Comment(row.digest)), row.comment);
    EXPECT_EQ(runtime::ReasonOf(town_.Store(row.digest)), row.store);
    if (row.approve != nullptr) {
      EXPECT_EQ(ReasonOf(town_.Approve(row.digest)), row.approve);
    }
  }
}

TEST_F(PolicyServiceTest, TextsHaveALimit) {
  const auto padded = [](size_t bytes) {
    std::string text = TextOf({});
    while (text.size() + 60 < bytes) text += "# " + std::string(57, 'x') + "\n";
    text += "#" + std::string(bytes - text.size() - 2, 'x') + "\n";
    EXPECT_EQ(text.size(), bytes);
    return text;
  };
  EXPECT_EQ(ReasonOf(town_.Propose(padded(kContentBytesMax + 1))), "POLICY_TOO_LARGE");
  EXPECT_EQ(town_.Propose(padded(kContentBytesMax)).status(), absl::OkStatus());
  pv::LintPackRequest lint;
  lint.set_content(padded(kContentBytesMax + 1));
  EXPECT_EQ(ReasonOf(town_.Call<pv::LintPackResponse>("LintPack", lint, "a")), "POLICY_TOO_LARGE");
}

TEST_F(PolicyServiceTest, CommentsAndConsultationsHaveALimit) {
  const Town late{.from = "2028-01-01"};
  ASSERT_TRUE(town_.Propose(TextOf(late)).ok());
  const std::string digest = NameOf(TextOf(late));
  EXPECT_EQ(ReasonOf(town_.Consult(digest, policy::kConsultationDaysMax + 1)),
            "NUMBER_OUT_OF_RANGE");
  EXPECT_EQ(town_.Consult(digest, policy::kConsultationDaysMax)->consultation().closes_on(),
            "2027-06-01");
  std::string text;
  for (int i = 0; i < 2000; ++i) text += "字";
  EXPECT_EQ(town_.Comment(digest, text).status(), absl::OkStatus());
  EXPECT_EQ(ReasonOf(town_.Comment(digest, text + "字")), "FIELD_TOO_LONG");
}

TEST_F(PolicyServiceTest, OpenDraftsHaveALimit) {
  std::string last;
  for (size_t i = 0; i < kOpenDraftsMax; ++i) {
    last = TextOf({.penalty = absl::StrCat("-", i + 1)});
    ASSERT_EQ(town_.Propose(last).status(), absl::OkStatus());
  }
  const std::string more = TextOf({.penalty = "-99"});
  EXPECT_EQ(ReasonOf(town_.Propose(more)), "DRAFTS_EXHAUSTED");
  ASSERT_TRUE(town_.Withdraw(NameOf(last)).ok());
  EXPECT_EQ(town_.Propose(more).status(), absl::OkStatus());
}

TEST_F(PolicyServiceTest, ReleasesBringTheNationsRulesButNotACitys) {
  auto packs = Town3201::FirstPacks();
  packs.emplace_back("national/2026-07-01.textproto", Nation("2026-07-01", 9));
  packs.emplace_back("town/2026-07-01.textproto", TextOf({.from = "2026-07-01"}));
  packs[1].second += "# changed\n";
  town_.Restart(packs);
  ASSERT_THAT(town_.untaken(), SizeIs(2));
  EXPECT_EQ(town_.untaken()[0].file, "town/2020-01-01.textproto");
  EXPECT_EQ(town_.untaken()[1].file, "town/2026-07-01.textproto");
  EXPECT_EQ(town_.StateOf(NameOf(packs[2].second)), pv::PACK_STATE_APPROVED);
  const auto listed = town_.Call<pv::ListPacksResponse>("ListPacks", pv::ListPacksRequest(), "a");
  ASSERT_TRUE(listed.ok());
  EXPECT_EQ(listed->untaken_size(), 2);
  EXPECT_EQ(listed->versions_size(), 3);
  // A version of the nation's is not edited either.
  packs[2].second = Nation("2026-07-01", 11);
  town_.Restart(packs);
  EXPECT_THAT(town_.untaken(), SizeIs(3));
  // Proposed, it is known.
  ASSERT_TRUE(town_.Propose(packs[3].second).ok());
  town_.Restart(packs);
  EXPECT_THAT(town_.untaken(), SizeIs(2));
}

TEST_F(PolicyServiceTest, VersionsAreListedByPages) {
  ASSERT_TRUE(town_.Propose(TextOf({})).ok());
  pv::ListPacksRequest request;
  request.set_page_size(2);
  auto page = town_.Call<pv::ListPacksResponse>("ListPacks", request, "a");
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->versions_size(), 2);
  EXPECT_EQ(page->versions(0).pack(), "nation");
  request.set_page_token(page->next_page_token());
  page = town_.Call<pv::ListPacksResponse>("ListPacks", request, "a");
  ASSERT_EQ(page->versions_size(), 1);
  EXPECT_EQ(page->versions(0).effective_from(), "2027-01-01");
  EXPECT_TRUE(page->next_page_token().empty());
  request.set_state(pv::PACK_STATE_DRAFT);
  EXPECT_EQ(ReasonOf(town_.Call<pv::ListPacksResponse>("ListPacks", request, "a")),
            "PAGE_TOKEN_ARGUMENTS");
  request.clear_page_token();
  EXPECT_EQ(town_.Call<pv::ListPacksResponse>("ListPacks", request, "a")->versions_size(), 1);
  request.set_page_size(-1);
  EXPECT_EQ(ReasonOf(town_.Call<pv::ListPacksResponse>("ListPacks", request, "a")), "PAGE_SIZE");
  request.set_page_size(0);
  request.set_page_token("!");
  EXPECT_EQ(ReasonOf(town_.Call<pv::ListPacksResponse>("ListPacks", request, "a")), "PAGE_TOKEN");
}

TEST_F(PolicyServiceTest, DifferencesAreSaidInWords) {
  pv::DiffPacksRequest request;
  request.mutable_before()->set_digest(NameOf(Town3201::FirstPacks()[1].second));
  request.mutable_after()->set_content(TextOf({}));
  const auto diff = town_.Call<pv::DiffPacksResponse>("DiffPacks", request, "a");
  ASSERT_TRUE(diff.ok()) << diff.status();
  ASSERT_EQ(diff->differences_size(), 2);
  EXPECT_EQ(diff->differences(1).path(), "subjects[firm].items[penalty].points.fixed");
  EXPECT_EQ(diff->differences(1).before(), "-10");
  EXPECT_EQ(diff->differences(1).after(), "-5");
  request.mutable_after()->set_digest(NameOf(TextOf({})));
  EXPECT_EQ(ReasonOf(town_.Call<pv::DiffPacksResponse>("DiffPacks", request, "a")), "DIFF_SIDE");
}

TEST_F(PolicyServiceTest, ATextIsTriedWithoutBeingProposed) {
  town_.Take({Town3201::Filed(kFirm), Town3201::Filed(kOtherFirm)});
  town_.Take({Town3201::Penalty(kFirm, "2026-03-01")});
  pv::BacktestPackRequest request;
  request.set_content(TextOf({}));
  request.set_from("2026-01-01");
  request.set_until("2026-06-01");
  request.set_every_days(31);
  const auto parts = town_.Backtest(request);
  ASSERT_TRUE(parts.ok()) << parts.status();
  const pv::BacktestSummary& summary = parts->back().part().summary();
  EXPECT_EQ(summary.days_size(), 6);
  EXPECT_EQ(summary.days(5), "2026-06-01");
  EXPECT_EQ(summary.candidate_digest(), NameOf(TextOf({})));
  EXPECT_EQ(town_.StateOf(NameOf(TextOf({}))), pv::PACK_STATE_UNSPECIFIED);
  request.set_store(true);
  EXPECT_EQ(ReasonOf(town_.Backtest(request)), "BACKTEST_TARGET");
  request.set_store(false);
  request.set_from("2026-06-01");
  request.set_until("2026-05-31");
  EXPECT_EQ(ReasonOf(town_.Backtest(request)), "BACKTEST_PERIOD");
  request.clear_content();
  EXPECT_EQ(ReasonOf(town_.Backtest(request)), "BACKTEST_TARGET");
}

TEST_F(PolicyServiceTest, OneBacktestRunsAtATime) {
  // More movers than a connection holds, so that the first waits for whoever reads it.
  std::vector<evidence::v1::Evidence> filed;
  for (int i = 0; i < 5000; ++i) filed.push_back(Town3201::Filed(absl::StrCat("managers/m", i)));
  town_.Take(filed);
  pv::BacktestPackRequest request;
  request.set_lines(true);
  request.set_content(TextOf({.more = R"(
subjects {
  subject: "manager"
  base { points: "100" source { document: "doc" clause: "一" mark: RULE } }
}
)"}));
  auto first = town_.OpenBacktest(request);
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_TRUE(first->Next().ok());
  EXPECT_EQ(ReasonOf(town_.Backtest(request)), "BACKTESTS_BUSY");
  first->Cancel();
  std::string reason = "BACKTESTS_BUSY";
  // The first notices at its next message.
  for (int i = 0; i < 300'000 && reason == "BACKTESTS_BUSY"; ++i) {
    reason = ReasonOf(town_.Backtest(request));
  }
  EXPECT_EQ(reason, "");
}

}  // namespace
}  // namespace xince::rulemaking
