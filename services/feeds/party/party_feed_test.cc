#include "services/feeds/party/party_feed.h"

#include "gtest/gtest.h"
#include "services/feeds/party/party_records.h"
#include "services/feeds/party/testing/samples.h"
#include "services/feeds/testing/test_door.h"
#include "services/runtime/errors.h"

// The feed as its callers meet it.
namespace xince::party {
namespace {

using ::xince::feeds::testdata::kOther;

class PartyFeedTest : public testing::Test {
 protected:
  feeds::testdata::TestFeed feed_{"party", RecordTypes(), Verbs(), kSampleDay};
  feeds::testdata::TestDoor door_{PartyFeed(), feed_};
};

TEST_F(PartyFeedTest, EveryMethodHasAHandlerAndAnAccessRule) {
  EXPECT_TRUE(door_.service().Seal().ok()) << door_.service().Seal();
}

TEST_F(PartyFeedTest, AWindowIsFilledCountersignedAndReported) {
  ASSERT_TRUE(feed_.Create(SampleForm()).ok());
  ASSERT_TRUE(feed_.Create(SampleWindow()).ok());
  ASSERT_TRUE(feed_.Create(SampleExpected()).ok());
  v1::ListLateEvaluationsRequest late;
  late.set_window("evaluationWindows/w1");
  EXPECT_EQ(door_.Call<v1::ListLateEvaluationsResponse>("ListLateEvaluations", late)
                ->expected_evaluations_size(),
            1);

  v1::CreateEvaluationRequest create;
  *create.mutable_evaluation() = SampleEvaluation();
  const auto filed = door_.Call<v1::Evaluation>("CreateEvaluation", create);
  ASSERT_TRUE(filed.ok()) << filed.status();
  v1::CountersignEvaluationRequest countersign;
  countersign.set_name(filed->name());
  countersign.set_expected_revision(filed->info().revision());
  EXPECT_EQ(
      runtime::ReasonOf(door_.Call<v1::Evaluation>("CountersignEvaluation", countersign).status()),
      "SAME_ACTOR");
  const auto done = door_.Call<v1::Evaluation>("CountersignEvaluation", countersign, kOther);
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(done->state(), v1::Evaluation::COUNTERSIGNED);

  v1::GetEvaluationProgressRequest progress;
  progress.set_window("evaluationWindows/w1");
  const auto report = door_.Call<v1::EvaluationProgress>("GetEvaluationProgress", progress);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->total().effective(), 1);
  EXPECT_NE(door_.revision(), "");
}

TEST_F(PartyFeedTest, AReportWithoutAWindowIsRefused) {
  const auto refused = door_.Call<v1::EvaluationProgress>("GetEvaluationProgress",
                                                          v1::GetEvaluationProgressRequest());
  EXPECT_EQ(runtime::ReasonOf(refused.status()), "FIELD_REQUIRED");
  EXPECT_EQ(runtime::ToProblem(refused.status()).field, "window");
}

}  // namespace
}  // namespace xince::party
