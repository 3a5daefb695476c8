#include "services/scoring/listing/listing_service.h"

#include <algorithm>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/runtime/request_id.h"
#include "services/scoring/listing/listing_fixture.h"
#include "services/scoring/query/credit_file.h"

namespace xince::listing {
namespace {

using namespace testdata;  // NOLINT(google-build-using-namespace): the words of the tests.
using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string Reason(const absl::Status& status) { return runtime::ToProblem(status).reason; }

class ListingServiceTest : public testing::Test {
 protected:
  ListingTown town_;
};

TEST_F(ListingServiceTest, AnEntryInForceBarsTheFirmFromItsDayOn) {
  EXPECT_EQ(town_.Current().score_hundredths(), 8000);
  const std::string name = town_.Blacklisted();
  EXPECT_EQ(name, "cases/2026-1");
  const v1::Case read = town_.Get(name);
  EXPECT_EQ(read.state(), "in-effect");
  EXPECT_TRUE(read.in_force());
  EXPECT_TRUE(read.published());
  EXPECT_EQ(read.in_force_from(), "2026-03-18");

  const credit::v1::StandingRecord record = town_.Current();
  ASSERT_THAT(record.restrictions(), SizeIs(1));
  EXPECT_EQ(record.restrictions(0).code(), "no-tender");
  EXPECT_EQ(record.restrictions(0).from(), "2026-03-18");
  ASSERT_THAT(record.memberships(), SizeIs(1));
  const credit::v1::Membership& entry = record.memberships(0);
  EXPECT_EQ(entry.list(), "blacklist");
  EXPECT_EQ(entry.zh(), "黑名单");
  EXPECT_EQ(entry.case_(), name);
  EXPECT_EQ(entry.from(), "2026-03-18");
  EXPECT_TRUE(entry.published());
  EXPECT_FALSE(entry.contested());
  ASSERT_THAT(entry.effects(), SizeIs(1));
  EXPECT_EQ(entry.effects(0).kind(), policy::v1::ListEffect::EXCLUSION);
  EXPECT_THAT(town_.Causes(), Contains("case:" + name));

  EXPECT_THAT(town_.AsOf("2026-03-17").restrictions(), IsEmpty());
  EXPECT_THAT(town_.AsOf("2026-03-17").memberships(), IsEmpty());
}

TEST_F(ListingServiceTest, WhatWasKnownBeforeTheStepIsStillAnswered) {
  const std::string name = town_.Noticed();
  const journal::Revision before = town_.machine().durable();
  town_.GoTo("2026-03-17");
  ASSERT_EQ(town_.Step(name, "decide", Decider(), town_.Decided(name)).status(), absl::OkStatus());
  town_.GoTo("2026-03-18");
  ASSERT_EQ(town_.Step(name, "serve-decision", Checker(), Served("2026-03-18")).status(),
            absl::OkStatus());
  ASSERT_EQ(town_.Step(name, "publish", Checker(), Published()).status(), absl::OkStatus());
  EXPECT_THAT(town_.AsOf("2026-03-18").memberships(), SizeIs(1));
  EXPECT_THAT(town_.AsOf("2026-03-18", before).memberships(), IsEmpty());
}

TEST_F(ListingServiceTest, ARefusalNamesEveryMissingGuardAndTheDay) {
  const std::string name = town_.Noticed();
  v1::StepDetails decision = town_.Decided(name);
  decision.mutable_decision()->clear_remedies();
  const auto refused = town_.Step(name, "decide", Decider(), decision);
  const auto problem = runtime::ToProblem(refused.status());
  EXPECT_EQ(problem.reason, "GUARD_MISSING");
  EXPECT_EQ(problem.metadata.at("guards"), "CLOCK_OVER_OR_WAIVED,REMEDIES_STATED");
  EXPECT_EQ(problem.metadata.at("holds_on_1"), "2026-03-17");
  EXPECT_EQ(problem.metadata.at("guard_2"), "REMEDIES_STATED");
  EXPECT_FALSE(problem.metadata.at("zh_2").empty());
  EXPECT_EQ(problem.metadata.at("document_1"), "lists-2020");
}

TEST_F(ListingServiceTest, ClocksAndRulesAreNotTakenByCallers) {
  const std::string name = town_.Blacklisted();
  for (const auto part : {CaseStep::CLOCK, CaseStep::RULE}) {
    EXPECT_EQ(Reason(town_.Step(name, "expire", Party(part, ""), {}).status()), "STEP_PARTY");
    EXPECT_EQ(
        Reason(town_.Open(ListingTown::About("watched", "supervisory-listing"), Party(part, ""), {})
                   .status()),
        "STEP_PARTY");
  }
}

TEST_F(ListingServiceTest, TheSameRequestGetsTheFirstAnswerAgain) {
  const auto opening = ListingTown::About("blacklist");
  const auto first = town_.Open(opening, Recorder(), Proposed(), "r1");
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_EQ(town_.Step(first->name(), "check", Checker(), Because()).status(), absl::OkStatus());
  const auto again = town_.Open(opening, Recorder(), Proposed(), "r1");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
  EXPECT_EQ(Reason(town_.Open(opening, Recorder(), Proposed({kOtherFinding}), "r1").status()),
            "REQUEST_ID_REUSED");
  town_.Restart();
  const auto later = town_.Open(opening, Recorder(), Proposed(), "r1");
  ASSERT_TRUE(later.ok()) << later.status();
  EXPECT_EQ(later->SerializeAsString(), first->SerializeAsString());
}

TEST_F(ListingServiceTest, AnEntryExpiresOnItsDayByTheClock) {
  const std::string name = town_.Blacklisted();
  EXPECT_EQ(town_.Current().memberships(0).until(), "2026-09-18");
  EXPECT_THAT(town_.AsOf("2026-09-17").memberships(), SizeIs(1));
  EXPECT_THAT(town_.AsOf("2026-09-18").memberships(), IsEmpty());
  town_.GoTo("2026-09-17");
  EXPECT_TRUE(town_.Get(name).in_force());
  town_.GoTo("2026-09-18");
  const v1::Case read = town_.Get(name);
  EXPECT_EQ(read.state(), "expired");
  EXPECT_FALSE(read.in_force());
  EXPECT_FALSE(read.published());
  EXPECT_EQ(read.in_force_until(), "2026-09-18");
  EXPECT_EQ(read.steps().rbegin()->actor(), "xince:clock");
  EXPECT_THAT(town_.Current().restrictions(), IsEmpty());
  EXPECT_THAT(town_.Current().memberships(), IsEmpty());
}

TEST_F(ListingServiceTest, WhileAnObjectionIsPendingTheLineIsContested) {
  const auto filed =
      town_.Open(ListingTown::AboutTarget("objection", kFinding), Subject(), Objecting());
  ASSERT_TRUE(filed.ok()) << filed.status();
  EXPECT_TRUE(filed->contested());
  EXPECT_TRUE(town_.Current().contested());
  EXPECT_EQ(town_.Current().score_hundredths(), 8000);
  EXPECT_EQ(town_.Current().uncontested_score_hundredths(), 9000);
  EXPECT_FALSE(town_.AsOf("2026-02-23").contested());
  ASSERT_EQ(town_.Step(filed->name(), "withdraw", Subject(), Because()).status(), absl::OkStatus());
  EXPECT_FALSE(town_.Current().contested());
}

TEST_F(ListingServiceTest, AnObjectionToAnEntryIsToldWithTheEntry) {
  const std::string name = town_.Blacklisted();
  ASSERT_EQ(
      town_.Open(ListingTown::AboutTarget("objection", name), Subject(), Objecting()).status(),
      absl::OkStatus());
  EXPECT_TRUE(town_.Current().memberships(0).contested());
}

// An objection upheld by the city's bureau, with an amendment.
void Uphold(ListingTown& town, const v1::Amendment& amendment) {
  const auto filed = town.Open(
      ListingTown::AboutTarget("objection", amendment.evidence()), Subject(), Objecting());
  ASSERT_TRUE(filed.ok()) << filed.status();
  ASSERT_EQ(town.Step(filed->name(), "accept", Clerk(), Because()).status(), absl::OkStatus());
  v1::StepDetails answers;
  auto& answer = *answers.mutable_answers()->add_answers();
  answer.set_point(1);
  answer.set_adopted(true);
  answer.set_reasons("属实");
  ASSERT_EQ(town.Step(filed->name(), "answer", Clerk(), answers).status(), absl::OkStatus());
  v1::StepDetails decision = town.Decided(filed->name());
  *decision.mutable_decision()->add_amendments() = amendment;
  ASSERT_EQ(town.Step(filed->name(), "uphold", Decider(), decision).status(), absl::OkStatus());
}

TEST_F(ListingServiceTest, AnUpheldObjectionVoidsThePieceAndRecomputes) {
  const journal::Revision before = town_.machine().durable();
  v1::Amendment amendment;
  amendment.set_evidence(kFinding);
  amendment.set_voided(true);
  Uphold(town_, amendment);
  EXPECT_EQ(town_.Current().score_hundredths(), 9000);
  EXPECT_FALSE(town_.Current().contested());
  EXPECT_EQ(town_.AsOf("2026-01-01").score_hundredths(), 9000);
  EXPECT_EQ(town_.AsOf("2026-02-24", before).score_hundredths(), 8000);
  EXPECT_THAT(town_.Causes(), Contains("case:cases/2026-1"));
}

TEST_F(ListingServiceTest, ARulingStandsAboveLaterVersionsUntilOneSaysTheSame) {
  v1::Amendment amendment;
  amendment.set_evidence(kFinding);
  amendment.set_voided(true);
  Uphold(town_, amendment);
  town_.Take({ListingTown::Finding(kFinding, 2)});
  EXPECT_EQ(town_.Current().score_hundredths(), 9000);
  evidence::v1::Evidence voided = ListingTown::Finding(kFinding, 3);
  voided.set_voided(true);
  town_.Take({voided});
  EXPECT_EQ(town_.Current().score_hundredths(), 9000);
  // The feed speaks for itself again.
  town_.Take({ListingTown::Finding(kFinding, 4)});
  EXPECT_EQ(town_.Current().score_hundredths(), 8000);
}

TEST_F(ListingServiceTest, AnAmendmentNamesWhatIsOnTheFile) {
  const auto filed =
      town_.Open(ListingTown::AboutTarget("objection", kFinding), Subject(), Objecting());
  ASSERT_TRUE(filed.ok()) << filed.status();
  ASSERT_EQ(town_.Step(filed->name(), "accept", Clerk(), Because()).status(), absl::OkStatus());
  v1::StepDetails decision = town_.Decided(filed->name());
  decision.mutable_decision()->add_amendments()->set_evidence("inspection/findings/none#finding");
  EXPECT_EQ(Reason(town_.Step(filed->name(), "uphold", Decider(), decision).status()),
            "TARGET_UNKNOWN");
}

TEST_F(ListingServiceTest, ARepairLiftsTheLineAndTheEntryInOneRevision) {
  const std::string name = town_.Blacklisted({kFinding});
  town_.GoTo("2026-04-01");
  const journal::Revision before = town_.machine().durable();
  const std::string repair = town_.Repaired(kFinding);
  EXPECT_EQ(town_.Current().score_hundredths(), 9000);
  EXPECT_THAT(town_.Current().memberships(), IsEmpty());
  EXPECT_THAT(town_.Current().restrictions(), IsEmpty());
  const v1::Case entry = town_.Get(name);
  EXPECT_EQ(entry.state(), "removed");
  EXPECT_FALSE(entry.published());
  EXPECT_EQ(entry.steps().rbegin()->party().part(), CaseStep::RULE);
  EXPECT_EQ(entry.revision(), town_.Get(repair).revision());
  // The line counted until then.
  EXPECT_EQ(town_.AsOf("2026-03-31").score_hundredths(), 8000);
  EXPECT_THAT(town_.AsOf("2026-03-31").memberships(), SizeIs(1));
  EXPECT_EQ(town_.AsOf("2026-04-01", before).score_hundredths(), 8000);
}

TEST_F(ListingServiceTest, AnEntryThatRestsOnMoreOutlivesTheRepairOfOnePiece) {
  const std::string name = town_.Blacklisted({kFinding, kOtherFinding});
  town_.GoTo("2026-04-01");
  town_.Repaired(kFinding);
  EXPECT_TRUE(town_.Get(name).in_force());
  town_.Repaired(kOtherFinding);
  EXPECT_FALSE(town_.Get(name).in_force());
}

TEST_F(ListingServiceTest, ARepairedLineKeepsWhatTheDecisionSaysAndNoMore) {
  town_.GoTo("2026-04-01");
  town_.Repaired(kFinding, -300);
  EXPECT_EQ(town_.Current().score_hundredths(), 8700);
  town_.Repaired(kOtherFinding, -5000);
  EXPECT_EQ(town_.Current().score_hundredths(), 8700);
}

TEST_F(ListingServiceTest, TheFileTellsWhatWasRepairedAndByWhom) {
  town_.GoTo("2026-04-01");
  const std::string repair = town_.Repaired(kFinding);
  const creditfile::CreditState& state = town_.state();
  const credit::v1::CreditFile file =
      query::WriteFile(state, state.book().Find(kFirm), state.today(), town_.machine().durable());
  const auto of = [&](const auto& rows, const std::string& evidence) {
    return *std::find_if(
        rows.begin(), rows.end(), [&](const auto& row) { return row.evidence() == evidence; });
  };
  const credit::v1::Line line = of(file.lines(), kFinding);
  EXPECT_EQ(line.asked_hundredths(), -1000);
  EXPECT_EQ(line.counted_hundredths(), 0);
  EXPECT_EQ(line.cut(), "repaired");
  EXPECT_EQ(line.repaired_from(), "2026-04-01");
  EXPECT_EQ(of(file.lines(), kOtherFinding).repaired_from(), "");
  int64_t sum = 0;
  for (const auto& one : file.lines()) sum += one.counted_hundredths();
  EXPECT_EQ(sum, file.standing().record().score_hundredths());
  ASSERT_THAT(file.evidence(), SizeIs(2));
  ASSERT_THAT(file.evidence(0).rulings(), SizeIs(1));
  EXPECT_EQ(file.evidence(0).rulings(0).case_(), repair);
  EXPECT_EQ(file.evidence(0).rulings(0).kind(), "repaired");
}

TEST_F(ListingServiceTest, WhatACaseVoidedStaysOnFile) {
  v1::Amendment amendment;
  amendment.set_evidence(kFinding);
  amendment.set_voided(true);
  Uphold(town_, amendment);
  const creditfile::CreditState& state = town_.state();
  const credit::v1::CreditFile file =
      query::WriteFile(state, state.book().Find(kFirm), state.today(), town_.machine().durable());
  ASSERT_THAT(file.evidence(), SizeIs(2));
  EXPECT_EQ(file.evidence(0).rulings(0).kind(), "voided");
  EXPECT_EQ(std::count_if(file.lines().begin(),
                          file.lines().end(),
                          [](const auto& line) { return line.evidence() == kFinding; }),
            0);
}

TEST_F(ListingServiceTest, ARepairTakenBackCountsAgain) {
  town_.GoTo("2026-04-01");
  const std::string repair = town_.Repaired(kFinding);
  EXPECT_EQ(town_.Current().score_hundredths(), 9000);
  town_.GoTo("2026-05-06");
  ASSERT_EQ(town_.Step(repair, "reopen", Decider(), Because()).status(), absl::OkStatus());
  EXPECT_EQ(town_.Current().score_hundredths(), 8000);
  EXPECT_EQ(town_.AsOf("2026-05-05").score_hundredths(), 9000);
  EXPECT_EQ(town_.AsOf("2026-03-31").score_hundredths(), 8000);
}

TEST_F(ListingServiceTest, AFavourableEntryIsMadeByRuleAndAgainAfterItsTerm) {
  town_.Take({ListingTown::Filed(kOtherFirm)});
  const auto on = [&] { return town_.Current(kOtherFirm).memberships_size(); };
  ASSERT_EQ(on(), 1);
  EXPECT_EQ(town_.Current(kOtherFirm).memberships(0).list(), "recommended");
  EXPECT_EQ(town_.Current(kOtherFirm).memberships(0).until(), "2026-03-24");
  const std::string name = town_.Current(kOtherFirm).memberships(0).case_();
  EXPECT_EQ(town_.Get(name).steps(0).actor(), "xince:rule");
  town_.GoTo("2026-03-24");
  EXPECT_EQ(town_.Get(name).state(), "expired");
  ASSERT_EQ(on(), 1);
  EXPECT_NE(town_.Current(kOtherFirm).memberships(0).case_(), name);
  // What a person ends, no rule begins again.
  const std::string second = town_.Current(kOtherFirm).memberships(0).case_();
  ASSERT_EQ(town_.Step(second, "remove", Decider(), Because()).status(), absl::OkStatus());
  town_.GoTo("2026-03-25");
  EXPECT_EQ(on(), 0);
  EXPECT_EQ(town_.Replayed().value_or(""), town_.machine().StateDigest());
}

TEST_F(ListingServiceTest, AnOrderThatIsNotMetProposesTheNextList) {
  v1::StepDetails proposal = Proposed();
  proposal.mutable_proposal()->clear_criteria();
  const auto opened =
      town_.Open(ListingTown::About("watched", "supervisory-listing"), Recorder(), proposal);
  ASSERT_TRUE(opened.ok()) << opened.status();
  const std::string name = opened->name();
  ASSERT_EQ(town_.Step(name, "serve-notice", Checker(), Served("2026-02-24")).status(),
            absl::OkStatus());
  v1::StepDetails waiver;
  *waiver.mutable_waiver()->mutable_document() = Paper("放弃声明");
  ASSERT_EQ(town_.Step(name, "waive", Subject(), waiver).status(), absl::OkStatus());
  ASSERT_EQ(town_.Step(name, "decide", Decider(), town_.Decided(name)).status(), absl::OkStatus());
  v1::StepDetails order;
  order.mutable_rectification()->set_until("2026-03-02");
  order.mutable_rectification()->set_what("修复消防设施");
  ASSERT_EQ(town_.Step(name, "order-rectification", Checker(), order).status(), absl::OkStatus());
  town_.GoTo("2026-03-03");
  ASSERT_EQ(
      town_.Step(name, "fail-rectification", Checker(), Accepted("2026-03-03", false)).status(),
      absl::OkStatus());
  const v1::Case next = town_.Get("cases/2026-2");
  EXPECT_EQ(next.opening().list(), "blacklist");
  EXPECT_EQ(next.state(), "proposed");
  EXPECT_EQ(next.steps(0).party().part(), CaseStep::RULE);
  EXPECT_EQ(next.revision(), town_.Get(name).revision());
}

TEST_F(ListingServiceTest, ReplayAndSnapshotGiveTheSameState) {
  town_.Blacklisted();
  town_.GoTo("2026-04-01");
  town_.Repaired(kOtherFinding, -300);
  ASSERT_EQ(
      town_.Open(ListingTown::AboutTarget("objection", kFinding), Subject(), Objecting()).status(),
      absl::OkStatus());
  const std::string digest = town_.machine().StateDigest();
  EXPECT_EQ(town_.Replayed().value_or(""), digest);
  const credit::v1::StandingRecord before = town_.Current();
  town_.Restart();
  EXPECT_EQ(town_.machine().StateDigest(), digest);
  EXPECT_EQ(town_.Current().SerializeAsString(), before.SerializeAsString());
  EXPECT_EQ(town_.AsOf("2026-04-01").SerializeAsString(), before.SerializeAsString());
  town_.GoTo("2026-09-18");
  EXPECT_EQ(town_.Get("cases/2026-1").state(), "expired");
  EXPECT_EQ(town_.Replayed().value_or(""), town_.machine().StateDigest());
}

TEST_F(ListingServiceTest, EveryEntryIsTakenBackAsIfItHadNeverBeen) {
  town_.Take({ListingTown::Filed(kOtherFirm)});
  town_.Blacklisted();
  town_.GoTo("2026-04-01");
  town_.Repaired(kFinding);
  v1::Amendment amendment;
  amendment.set_evidence(kOtherFinding);
  amendment.set_given_points_hundredths(-200);
  Uphold(town_, amendment);
  evidence::v1::Evidence voided = ListingTown::Finding(kFinding, 2);
  voided.set_voided(true);
  town_.Take({voided});
  town_.GoTo("2026-04-30");

  creditfile::CreditState state("3201");
  for (const journal::Entry& entry : town_.Entries()) {
    const std::string before = state.SaveSnapshot();
    journal::Undo undo;
    ASSERT_EQ(state.Apply(entry, &undo), absl::OkStatus());
    undo.RollBackTo(0);
    ASSERT_EQ(state.SaveSnapshot(), before) << entry.revision;
    ASSERT_EQ(state.Apply(entry, nullptr), absl::OkStatus());
  }
  EXPECT_EQ(journal::Sha256Hex(state.SaveSnapshot()), town_.machine().StateDigest());
}

TEST_F(ListingServiceTest, WhileACourtSuspendsTheEntryItBringsNothing) {
  const std::string name = town_.Blacklisted();
  v1::StepDetails order;
  *order.mutable_order()->mutable_document() = Paper("行政裁定书");
  const v1::StepParty court = Party(CaseStep::COURT, "chen", "中级人民法院");
  town_.GoTo("2026-04-01");
  ASSERT_EQ(town_.Step(name, "suspend", court, order).status(), absl::OkStatus());
  EXPECT_THAT(town_.Current().memberships(), IsEmpty());
  EXPECT_THAT(town_.Current().restrictions(), IsEmpty());
  v1::ListEntriesRequest request;
  request.set_list("blacklist");
  const auto entries = town_.Call<v1::ListEntriesResponse>("ListEntries", request);
  ASSERT_THAT(entries->entries(), SizeIs(1));
  EXPECT_FALSE(entries->entries(0).in_force());
  town_.GoTo("2026-04-11");
  ASSERT_EQ(town_.Step(name, "resume", court, order).status(), absl::OkStatus());
  ASSERT_THAT(town_.Current().memberships(), SizeIs(1));
  EXPECT_EQ(town_.Current().memberships(0).from(), "2026-03-18");
  // The ten days are added.
  EXPECT_EQ(town_.Current().memberships(0).until(), "2026-09-28");
  EXPECT_THAT(town_.AsOf("2026-04-05").memberships(), IsEmpty());
}

TEST_F(ListingServiceTest, ARepairOfAnEntryEndsItAndLeavesTheLine) {
  const std::string name = town_.Blacklisted();
  town_.GoTo("2026-06-17");
  town_.Repaired(name);
  EXPECT_EQ(town_.Get(name).state(), "removed");
  EXPECT_THAT(town_.Current().memberships(), IsEmpty());
  EXPECT_EQ(town_.Current().score_hundredths(), 8000);
}

TEST_F(ListingServiceTest, RequestIdsAndPagesHaveLimits) {
  const auto opening = ListingTown::About("blacklist");
  EXPECT_EQ(Reason(town_.Open(opening, Recorder(), Proposed(), "a b").status()),
            "REQUEST_ID_SYNTAX");
  EXPECT_EQ(
      town_.Open(opening, Recorder(), Proposed(), std::string(runtime::kRequestIdBytesMax, 'r'))
          .status(),
      absl::OkStatus());
  EXPECT_FALSE(
      town_.Open(opening, Recorder(), Proposed(), std::string(runtime::kRequestIdBytesMax + 1, 'r'))
          .ok());
  v1::ListCasesRequest request;
  request.set_page_size(-1);
  EXPECT_EQ(Reason(town_.Call<v1::ListCasesResponse>("ListCases", request).status()), "PAGE_SIZE");
  request.set_page_size(kPageSizeMax + 1);
  EXPECT_EQ(town_.Call<v1::ListCasesResponse>("ListCases", request).status(), absl::OkStatus());
  request.set_page_token("?");
  EXPECT_EQ(Reason(town_.Call<v1::ListCasesResponse>("ListCases", request).status()), "PAGE_TOKEN");
}

// Replays with one change to the first entry in which a step of this id was taken.
absl::Status Tampered(ListingTown& town,
                      const std::string& step,
                      const std::function<void(journal::v1::CaseSteps&)>& change) {
  return town
      .Replayed([&](journal::Entry& entry) {
        journal::v1::ScoringEntry payload;
        payload.ParseFromString(entry.payload);
        if (!payload.has_case_steps() || payload.case_steps().events(0).step() != step) return;
        change(*payload.mutable_case_steps());
        entry.payload = payload.SerializeAsString();
      })
      .status();
}

TEST_F(ListingServiceTest, AJournalWhoseGuardDidNotHoldIsRefusedAtReplay) {
  town_.Blacklisted();
  const auto decider_is_recorder = Tampered(town_, "decide", [](auto& steps) {
    *steps.mutable_events(0)->mutable_party() = Recorder();
    steps.mutable_events(0)->mutable_party()->set_part(CaseStep::DECIDER);
  });
  EXPECT_EQ(Reason(decider_is_recorder), "REPLAY_MISMATCH");
  EXPECT_EQ(runtime::ToProblem(decider_is_recorder).metadata.at("step"), "decide");
  EXPECT_EQ(
      Reason(Tampered(
          town_, "take-effect", [](auto& steps) { steps.mutable_events(0)->set_step("expire"); })),
      "REPLAY_MISMATCH");
  EXPECT_EQ(Tampered(town_, "none", [](auto&) {}), absl::OkStatus());
}

TEST_F(ListingServiceTest, AJournalWhoseRepairLeavesTheEntryInForceIsRefusedAtReplay) {
  town_.Blacklisted();
  town_.GoTo("2026-04-01");
  town_.Repaired(kFinding);
  EXPECT_EQ(
      Reason(Tampered(town_, "grant", [](auto& steps) { steps.mutable_events()->RemoveLast(); })),
      "REPLAY_MISMATCH");
}

TEST_F(ListingServiceTest, CasesAreListedNewestFirstByPageAndByDueDay) {
  ASSERT_EQ(town_.Noticed(), "cases/2026-1");
  ASSERT_EQ(
      town_.Open(ListingTown::AboutTarget("objection", kFinding), Subject(), Objecting()).status(),
      absl::OkStatus());
  v1::ListCasesRequest request;
  request.set_page_size(1);
  auto page = town_.Call<v1::ListCasesResponse>("ListCases", request);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_THAT(page->cases(), SizeIs(1));
  EXPECT_EQ(page->cases(0).name(), "cases/2026-2");
  request.set_page_token(page->next_page_token());
  page = town_.Call<v1::ListCasesResponse>("ListCases", request);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_THAT(page->cases(), SizeIs(1));
  EXPECT_EQ(page->cases(0).name(), "cases/2026-1");
  EXPECT_EQ(page->next_page_token(), "");
  request.set_list("blacklist");
  EXPECT_EQ(Reason(town_.Call<v1::ListCasesResponse>("ListCases", request).status()),
            "PAGE_TOKEN_ARGUMENTS");

  // The objection is to be accepted by 9 March, the defence ends on 16 March.
  v1::ListCasesRequest due;
  for (const auto& [until, count] :
       {std::pair("2026-03-08", 0), {"2026-03-09", 1}, {"2026-03-16", 2}}) {
    due.set_due_until(until);
    const auto found = town_.Call<v1::ListCasesResponse>("ListCases", due);
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_THAT(found->cases(), SizeIs(count)) << until;
  }
}

TEST_F(ListingServiceTest, EntriesSayWhoIsOnAListOnADay) {
  const std::string name = town_.Blacklisted();
  v1::ListEntriesRequest request;
  request.set_list("blacklist");
  const auto now = town_.Call<v1::ListEntriesResponse>("ListEntries", request);
  ASSERT_TRUE(now.ok()) << now.status();
  ASSERT_THAT(now->entries(), SizeIs(1));
  const v1::Entry& entry = now->entries(0);
  EXPECT_EQ(entry.case_(), name);
  EXPECT_EQ(entry.subject(), kFirm);
  EXPECT_EQ(entry.until(), "2026-09-18");
  EXPECT_TRUE(entry.in_force());
  EXPECT_EQ(entry.decision(), "X住建信决〔2026〕1号");
  EXPECT_EQ(entry.basis(), "某市信用管理条例 1号 六");
  EXPECT_EQ(entry.repair_from(), "2026-06-17");
  request.set_as_of("2026-03-17");
  EXPECT_THAT(town_.Call<v1::ListEntriesResponse>("ListEntries", request)->entries(), IsEmpty());
  request.set_list("no-such-list");
  EXPECT_EQ(Reason(town_.Call<v1::ListEntriesResponse>("ListEntries", request).status()),
            "LIST_UNKNOWN");

  const auto definitions =
      town_.Call<v1::ListDefinitionsResponse>("ListDefinitions", v1::ListDefinitionsRequest());
  ASSERT_TRUE(definitions.ok()) << definitions.status();
  EXPECT_EQ(definitions->lists(0).id(), "blacklist");
  EXPECT_EQ(definitions->lists(0).entries(), 1);
  EXPECT_THAT(definitions->procedures(), SizeIs(::testing::Ge(6)));
}

TEST_F(ListingServiceTest, WhatIsNotThereIsSaidToBeUnknown) {
  v1::GetCaseRequest get;
  get.set_case_("cases/2026-9");
  EXPECT_EQ(Reason(town_.Call<v1::Case>("GetCase", get).status()), "CASE_UNKNOWN");
  EXPECT_EQ(Reason(town_.Step("cases/2026-9", "check", Checker(), Because()).status()),
            "CASE_UNKNOWN");
  EXPECT_EQ(Reason(town_.Open(ListingTown::About("none"), Recorder(), Proposed()).status()),
            "LIST_UNKNOWN");
  EXPECT_EQ(
      Reason(town_.Open(ListingTown::About("blacklist", "none"), Recorder(), Proposed()).status()),
      "PROCEDURE_UNKNOWN");
  EXPECT_EQ(Reason(town_
                       .Open(ListingTown::AboutTarget("objection", "inspection/none#x"),
                             Subject(),
                             Objecting())
                       .status()),
            "TARGET_UNKNOWN");
}

}  // namespace
}  // namespace xince::listing
