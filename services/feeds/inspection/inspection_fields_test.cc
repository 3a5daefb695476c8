#include <future>

#include "gtest/gtest.h"
#include "services/feeds/inspection/inspection_records.h"
#include "services/feeds/inspection/testing/samples.h"
#include "services/feeds/testing/test_feed.h"
#include "services/runtime/errors.h"
#include "services/type/field_rules_limits.h"

// Every limit that the messages of the feed state, and that every method has what it needs.
namespace xince::inspection {
namespace {

using ::xince::feeds::testdata::Parse;
using ::xince::feeds::testdata::TestFeed;

class InspectionFields : public testing::Test {
 protected:
  void ExpectLimits(const google::protobuf::Message& valid) {
    SCOPED_TRACE(valid.GetDescriptor()->name());
    type::ExpectLimitsHold(valid, [&](const google::protobuf::Message& message) {
      return type::CheckFields(message, feed_.Fields());
    });
  }

  TestFeed feed_{"inspection", RecordTypes(SampleKinds(), SampleRandom()), Verbs(), kSampleDay};
};

TEST_F(InspectionFields, OfRecordsKeepTheirLimits) {
  ExpectLimits(SampleInspection());
  ExpectLimits(SampleFinding());
  ExpectLimits(SamplePenalty());
  ExpectLimits(SampleOrder());
  ExpectLimits(SampleComplaint());
  ExpectLimits(SampleComplaintStatistics());
  ExpectLimits(SampleServiceStatistics());
  ExpectLimits(SampleAssessment());
  ExpectLimits(SampleSurvey());
  ExpectLimits(SampleHonour());
  ExpectLimits(SampleConduct());
  ExpectLimits(SampleDraw());
}

TEST_F(InspectionFields, OfVerbsKeepTheirLimits) {
  ExpectLimits(Parse<v1::ExtendRectificationOrderRequest>(R"(
    name: 'rectificationOrders/o1' expected_revision: 1 deadline: '2026-05-20'
    extend_date: '2026-04-10' reason: '施工需要' document { title: '延期批复' })"));
  ExpectLimits(Parse<v1::AcceptRectificationOrderRequest>(R"(
    name: 'rectificationOrders/o1' expected_revision: 1 corrected_date: '2026-04-10'
    accepted_date: '2026-04-11' accepted_by: '秦淮区房产局' opinion: '合格'
    document { title: '验收记录' })"));
  ExpectLimits(Parse<v1::FailRectificationOrderRequest>(R"(
    name: 'rectificationOrders/o1' expected_revision: 1 failed_date: '2026-04-21'
    reason: '未清理' document { title: '复查记录' })"));
  ExpectLimits(Parse<v1::CloseComplaintRequest>(R"(
    name: 'complaints/c1' expected_revision: 1 resolved: true closed_date: '2026-04-10'
    opinion: '满意')"));
  ExpectLimits(Parse<v1::VerifyConductRequest>(R"(
    name: 'conducts/c1' expected_revision: 1 opinion: '属实' document { title: '核实记录' })"));
  ExpectLimits(Parse<v1::PublishInspectionDrawRequest>(R"(
    name: 'inspectionDraws/d1' expected_revision: 1 publish_date: '2026-11-21'
    publish_uri: 'https://example.invalid/3')"));
}

TEST_F(InspectionFields, OfEveryRecordAreFiledWithADateInTheFutureNever) {
  v1::Inspection tomorrow = SampleInspection();
  tomorrow.set_inspection_date("2026-11-22");
  EXPECT_EQ(runtime::ReasonOf(feed_.Create(tomorrow).status()), "DATE_IN_FUTURE");
  v1::Inspection today = SampleInspection();
  today.set_inspection_date(kSampleDay);
  today.clear_notice_date();
  EXPECT_TRUE(feed_.Create(today).ok());
}

TEST_F(InspectionFields, AVerbRefusesARecordOfAnotherType) {
  const auto finding = feed_.Create(SampleFinding());
  ASSERT_TRUE(finding.ok()) << finding.status();
  const auto refused =
      feed_.Call("VerifyConduct", *finding, Parse<v1::VerifyConductRequest>("opinion: '属实'"));
  EXPECT_EQ(runtime::ReasonOf(refused.status()), "RESOURCE_SYNTAX");
  // Past the door, too.
  for (const feeds::FeedVerb& verb : Verbs()) {
    std::promise<absl::Status> answer;
    feed_.feed().Modify(
        finding->name(),
        finding->info().revision(),
        v1::VerifyConductRequest(),
        [&](google::protobuf::Message& record, const feeds::CheckContext& context) {
          return verb.change(v1::VerifyConductRequest(), record, context);
        },
        {.actor = "officer"},
        [&](const absl::StatusOr<feeds::RecordAnswer>& result) {
          answer.set_value(result.status());
        });
    EXPECT_EQ(runtime::ReasonOf(answer.get_future().get()), "RECORD_UNKNOWN") << verb.method;
  }
}

}  // namespace
}  // namespace xince::inspection
