#include "services/scoring/rulemaking/guards.h"

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "xince/journal/v1/scoring.pb.h"

#include "services/runtime/errors.h"
#include "services/scoring/rulemaking/rulemaking_fixture.h"

// Guards and the book of versions, without a register around them.
namespace xince::rulemaking {
namespace {

using namespace testdata;  // NOLINT: the texts of the fixture.

journal::v1::RulemakingStep Proposed(const std::string& text) {
  journal::v1::RulemakingStep step;
  step.set_digest(NameOf(text));
  step.mutable_proposed()->set_content(text);
  return step;
}

Stamp At(journal::Revision revision) {
  return {.revision = revision, .time_us = 1, .actor = "claimed:author"};
}

pv::PackDetails Consulted() {
  pv::PackDetails details;
  details.mutable_version()->set_state(pv::PACK_STATE_CONSULTATION);
  details.mutable_version()->mutable_consultation()->set_opened_on("2026-06-01");
  return details;
}

constexpr type::Date kDay = type::Date::FromCivil(2026, 6, 1);

TEST(GuardsTest, APersonIsWhoActsHoweverItIsWritten) {
  EXPECT_EQ(PersonOf("claimed:Li Lei"), "li lei");
  EXPECT_EQ(PersonOf(" claimed"), "claimed");
  EXPECT_EQ(PersonOf("anonymous"), "");
  EXPECT_EQ(PersonOf("claimed: "), "");
  EXPECT_EQ(PersonOf("claimed:李雷"), "李雷");
}

TEST(GuardsTest, CommentsHaveALimit) {
  pv::PackDetails details = Consulted();
  for (int i = 0; i < kCommentsMax - 1; ++i) details.add_comments();
  EXPECT_EQ(CheckComment(details, kDay), absl::OkStatus());
  details.add_comments();
  EXPECT_EQ(runtime::ReasonOf(CheckComment(details, kDay)), "COMMENTS_EXHAUSTED");
}

TEST(GuardsTest, StoredBacktestsHaveALimit) {
  pv::PackDetails details = Consulted();
  for (int i = 0; i < kBacktestsMax - 1; ++i) {
    details.mutable_version()->add_history()->set_action(pv::PACK_ACTION_BACKTESTED);
  }
  EXPECT_EQ(CheckBacktest(details.version()), absl::OkStatus());
  details.mutable_version()->add_history()->set_action(pv::PACK_ACTION_BACKTESTED);
  EXPECT_EQ(runtime::ReasonOf(CheckBacktest(details.version())), "BACKTESTS_EXHAUSTED");
}

TEST(GuardsTest, SummariesHaveALimitAndAreOfTheText) {
  pv::PackVersion version;
  version.set_digest("a");
  pv::BacktestSummary summary;
  summary.set_candidate_digest("b");
  EXPECT_EQ(runtime::ReasonOf(CheckSummary(version, summary)), "BACKTEST_OTHER");
  summary.set_candidate_digest("a");
  const size_t rest = kSummaryBytesMax - summary.ByteSizeLong();
  // Tag and length of the text take four bytes.
  summary.set_digest(std::string(rest - 4, 'x'));
  ASSERT_EQ(summary.ByteSizeLong(), kSummaryBytesMax);
  EXPECT_EQ(CheckSummary(version, summary), absl::OkStatus());
  summary.mutable_digest()->push_back('x');
  EXPECT_EQ(runtime::ReasonOf(CheckSummary(version, summary)), "BACKTEST_TOO_LARGE");
}

TEST(GuardsTest, VersionsHaveALimit) {
  RuleBook book;
  for (size_t i = 0; i < kVersionsMax - 1; ++i) {
    journal::v1::PolicyLoaded loaded;
    loaded.set_content(absl::StrCat(R"(id: "p" zh: "p" en: "p" jurisdiction: "3201"
                                       effective_from: "2020-01-01" # )",
                                    i));
    ASSERT_EQ(book.Install(loaded, At(i + 1), nullptr), absl::OkStatus());
  }
  const policy::PackSet none;
  const Ground ground{.jurisdiction = "3201", .today = kDay, .in_use = &none};
  const auto pack = policy::LoadPack(TextOf({}), "f");
  ASSERT_TRUE(pack.ok());
  EXPECT_EQ(CheckProposal(*pack, book, ground), absl::OkStatus());
  ASSERT_EQ(book.Apply(Proposed(TextOf({.penalty = "-9"})), At(9999), nullptr), absl::OkStatus());
  EXPECT_EQ(runtime::ReasonOf(CheckProposal(*pack, book, ground)), "VERSIONS_EXHAUSTED");
}

TEST(GuardsTest, WithoutNationalRulesNoConsultationIsOpened) {
  const policy::PackSet none;
  const Ground ground{.jurisdiction = "3201", .today = kDay, .in_use = &none};
  EXPECT_EQ(runtime::ReasonOf(LeastConsultationOf({}, ground).status()),
            "RULEMAKING_RULES_MISSING");
}

TEST(RuleBookTest, StepsThatCannotFollowAreRefused) {
  RuleBook book;
  journal::v1::RulemakingStep step;
  step.set_digest(std::string(64, 'a'));
  step.mutable_approved();
  EXPECT_EQ(runtime::ReasonOf(book.Apply(step, At(1), nullptr)), "REPLAY_MISMATCH");
  ASSERT_EQ(book.Apply(Proposed(TextOf({})), At(1), nullptr), absl::OkStatus());
  EXPECT_EQ(runtime::ReasonOf(book.Apply(Proposed(TextOf({})), At(2), nullptr)), "REPLAY_MISMATCH");
  step.set_digest(NameOf(TextOf({})));
  EXPECT_EQ(runtime::ReasonOf(book.Apply(step, At(2), nullptr)), "REPLAY_MISMATCH");
  journal::v1::RulemakingStep other = Proposed(TextOf({.penalty = "-8"}));
  other.set_digest(std::string(64, 'b'));
  EXPECT_EQ(runtime::ReasonOf(book.Apply(other, At(2), nullptr)), "REPLAY_MISMATCH");
  step.Clear();
  step.set_digest(NameOf(TextOf({})));
  EXPECT_EQ(runtime::ReasonOf(book.Apply(step, At(2), nullptr)), "REPLAY_MISMATCH");
}

TEST(RuleBookTest, AVersionIsSaidAsItStoodAfterAStep) {
  RuleBook book;
  const std::string digest = NameOf(TextOf({}));
  ASSERT_EQ(book.Apply(Proposed(TextOf({})), At(1), nullptr), absl::OkStatus());
  std::vector<std::string> answers = {book.Find(digest)->version().SerializeAsString()};
  const auto take = [&](journal::Revision revision, auto fill) {
    journal::v1::RulemakingStep step;
    step.set_digest(digest);
    fill(step);
    ASSERT_EQ(book.Apply(step, At(revision), nullptr), absl::OkStatus());
    answers.push_back(book.Find(digest)->version().SerializeAsString());
  };
  take(3, [](auto& s) {
    s.mutable_consultation_opened()->mutable_consultation()->set_closes_on("2026-06-08");
  });
  take(4, [](auto& s) { s.mutable_comment_recorded()->set_text("甲"); });
  take(6, [](auto& s) { s.mutable_comment_answered()->set_number(1); });
  take(7, [](auto& s) { s.mutable_backtest_stored()->mutable_summary()->set_digest("d"); });
  take(9, [](auto& s) { s.mutable_approved(); });
  take(10, [](auto& s) { s.mutable_closed()->set_refused(true); });
  const journal::Revision revisions[] = {1, 3, 4, 6, 7, 9, 10};
  for (size_t i = 0; i < std::size(revisions); ++i) {
    SCOPED_TRACE(revisions[i]);
    EXPECT_EQ(VersionAt(*book.Find(digest), revisions[i]).SerializeAsString(), answers[i]);
  }
}

}  // namespace
}  // namespace xince::rulemaking
