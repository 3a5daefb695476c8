#include "services/feeds/inspection/inspection_feed.h"

#include "gtest/gtest.h"
#include "services/feeds/inspection/inspection_records.h"
#include "services/feeds/inspection/testing/samples.h"
#include "services/feeds/testing/test_door.h"
#include "services/runtime/errors.h"

// The feed as its callers meet it.
namespace xince::inspection {
namespace {

class InspectionFeedTest : public testing::Test {
 protected:
  feeds::testdata::TestFeed feed_{
      "inspection", RecordTypes(SampleKinds(), SampleRandom()), Verbs(), kSampleDay};
  feeds::testdata::TestDoor door_{InspectionFeed(SampleKinds(), SampleRandom()), feed_};
};

TEST_F(InspectionFeedTest, EveryMethodHasAHandlerAndAnAccessRule) {
  EXPECT_TRUE(door_.service().Seal().ok()) << door_.service().Seal();
}

TEST_F(InspectionFeedTest, AnOrderGoesFromIssueToCloseOut) {
  v1::CreateRectificationOrderRequest create;
  *create.mutable_rectification_order() = SampleOrder();
  const auto order = door_.Call<v1::RectificationOrder>("CreateRectificationOrder", create);
  ASSERT_TRUE(order.ok()) << order.status();

  v1::ListOverdueRectificationOrdersRequest list;
  const auto overdue = door_.Call<v1::ListOverdueRectificationOrdersResponse>(
      "ListOverdueRectificationOrders", list);
  ASSERT_TRUE(overdue.ok()) << overdue.status();
  EXPECT_EQ(overdue->rectification_orders_size(), 1);
  EXPECT_EQ(overdue->today(), kSampleDay);
  EXPECT_NE(door_.revision(), "");

  v1::AcceptRectificationOrderRequest accept;
  accept.set_name(order->name());
  accept.set_expected_revision(order->info().revision());
  accept.set_corrected_date("2026-11-20");
  const auto unsaid = door_.Call<v1::RectificationOrder>("AcceptRectificationOrder", accept);
  EXPECT_EQ(runtime::ToProblem(unsaid.status()).field, "accepted_by");
  accept.set_accepted_by("秦淮区房产局");
  const auto done = door_.Call<v1::RectificationOrder>("AcceptRectificationOrder", accept);
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(done->close_out_number(), "320104-2026-0001");
}

TEST_F(InspectionFeedTest, AVerbOnARecordOfAnotherTypeIsRefused) {
  const auto finding = feed_.Create(SampleFinding());
  ASSERT_TRUE(finding.ok()) << finding.status();
  v1::CloseComplaintRequest close;
  close.set_name(finding->name());
  close.set_expected_revision(finding->info().revision());
  EXPECT_EQ(runtime::ReasonOf(door_.Call<v1::Complaint>("CloseComplaint", close).status()),
            "RESOURCE_SYNTAX");
}

TEST_F(InspectionFeedTest, ABatchOfPenaltiesIsFiledItemByItem) {
  v1::BatchCreatePenaltiesRequest batch;
  batch.set_request_id("b1");
  *batch.add_requests()->mutable_penalty() = SamplePenalty();
  v1::Penalty& wrong = *batch.add_requests()->mutable_penalty();
  wrong = SamplePenalty();
  wrong.set_name("penalties/p2");
  const auto results = door_.Call<v1::BatchCreatePenaltiesResponse>("BatchCreatePenalties", batch);
  ASSERT_TRUE(results.ok()) << results.status();
  ASSERT_EQ(results->results_size(), 2);
  EXPECT_EQ(results->results(0).penalty().name(), "penalties/p1");
  EXPECT_EQ(results->results(1).error().code(), 6);
}

}  // namespace
}  // namespace xince::inspection
