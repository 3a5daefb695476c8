#include "services/feeds/inspection/inspection_records.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "services/feeds/inspection/testing/samples.h"
#include "services/feeds/testing/test_feed.h"
#include "services/runtime/errors.h"

// What the record types without verbs refuse, and the evidence they give.
namespace xince::inspection {
namespace {

using ::xince::feeds::testdata::TestFeed;

class InspectionRecords : public testing::Test {
 protected:
  /// The evidence of a record when it is filed.
  template <class Record>
  std::string EvidenceOf(const Record& record) {
    const auto filed = feed_.Create(record);
    EXPECT_TRUE(filed.ok()) << filed.status();
    return feed_.NewEvidence();
  }
  /// `reason about field` of the refusal of a record; empty when it is filed.
  template <class Record>
  std::string Refusal(const Record& record) {
    const absl::Status status = feed_.Create(record).status();
    if (status.ok()) return "";
    return runtime::ToProblem(status).reason + " " + runtime::ToProblem(status).field;
  }

  TestFeed feed_{"inspection", RecordTypes(SampleKinds(), SampleRandom()), Verbs(), kSampleDay};
};

TEST_F(InspectionRecords, AnInspectionTellsItsMethodScoreAndResult) {
  EXPECT_EQ(EvidenceOf(SampleInspection()),
            "inspection/inspections/i1#inspection v1 inspection.result projects/p1 2026-03-10 "
            "秦淮区房产局(district) 320104 [m1] {mystery-visit} score=92.50 passed=1 inspectors=2 "
            "\"文书8号\"");
}

TEST_F(InspectionRecords, AnInspectionWithoutScoreOrResultGivesNoSuchMeasure) {
  v1::Inspection plain = SampleInspection();
  plain.clear_score_hundredths();
  plain.clear_result();
  plain.clear_inspectors();
  plain.clear_matter();
  EXPECT_EQ(EvidenceOf(plain),
            "inspection/inspections/i1#inspection v1 inspection.result projects/p1 2026-03-10 "
            "秦淮区房产局(district) 320104 [inspections/i1] {mystery-visit} \"文书8号\"");
}

TEST_F(InspectionRecords, AnInspectionIsNotPublishedBeforeItIsMade) {
  v1::Inspection record = SampleInspection();
  record.set_notice_date("2026-03-09");
  EXPECT_EQ(Refusal(record), "DATE_ORDER notice_date");
}

TEST_F(InspectionRecords, AFindingGivesItsKindAndTheCircularAboutItWithoutItsPoints) {
  EXPECT_EQ(EvidenceOf(SampleFinding()),
            "inspection/findings/f1#circular v1 inspection.circular-criticism projects/p1 "
            "2026-03-10>2026-03-15 corrected 2026-04-01 秦淮区房产局(district) 320104 [m1] "
            "{general public-notice} \"文书8号\" \"信用信息评审会纪要2\"\n"
            "inspection/findings/f1#finding v1 inspection.inaction projects/p1 "
            "2026-03-10>2026-03-15 corrected 2026-04-01 秦淮区房产局(district) 320104 [m1] "
            "{general public-notice} decided=-0.50 \"文书8号\" \"信用信息评审会纪要2\"");
}

TEST_F(InspectionRecords, ACorrectionAmendsTheEvidenceAndVoidingTakesItAway) {
  v1::Finding record = *feed_.Create(SampleFinding());
  feed_.NewEvidence();
  record.set_circular_criticism(false);
  record.clear_corrected_date();
  const auto changed = feed_.Update(record);
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_EQ(feed_.NewEvidence(),
            "inspection/findings/f1#finding v2 inspection.inaction projects/p1 "
            "2026-03-10>2026-03-15 秦淮区房产局(district) 320104 [m1] {general public-notice} "
            "decided=-0.50 \"文书8号\" \"信用信息评审会纪要2\"\n"
            "inspection/findings/f1#circular v2 gone");
  EXPECT_TRUE(feed_.Void(*changed).ok());
  EXPECT_EQ(feed_.NewEvidence(), "inspection/findings/f1#finding v3 gone");
}

TEST_F(InspectionRecords, AFindingRefersToAnInspectionThatIsFiled) {
  v1::Finding record = SampleFinding();
  record.set_inspection("inspections/i1");
  EXPECT_EQ(Refusal(record), "REFERENCE_UNKNOWN inspection");
  const auto inspection = feed_.Create(SampleInspection());
  EXPECT_EQ(Refusal(record), "");
  ASSERT_TRUE(feed_.Void(*inspection).ok());
  record.set_name("findings/f2");
  EXPECT_EQ(Refusal(record), "REFERENCE_UNKNOWN inspection");
}

TEST_F(InspectionRecords, AMisspeltKindIsRefused) {
  v1::Finding finding = SampleFinding();
  finding.set_kind("inspection.inactoin");
  EXPECT_EQ(Refusal(finding), "KIND_UNKNOWN kind");
  v1::Conduct conduct = SampleConduct();
  conduct.set_kind("inspection.handover");
  EXPECT_EQ(Refusal(conduct), "KIND_UNKNOWN kind");
  const runtime::Problem problem = runtime::ToProblem(feed_.Create(finding).status());
  EXPECT_EQ(problem.metadata.at("nearest"), "inspection.inaction");
}

TEST_F(InspectionRecords, AKindOfTheVocabularyIsFiledWithoutAnyCode) {
  TestFeed wider(
      "inspection",
      RecordTypes(feeds::KindList({"inspection.inaction", "inspection.new-word"}), SampleRandom()),
      Verbs(),
      kSampleDay);
  v1::Finding record = SampleFinding();
  record.set_kind("inspection.new-word");
  EXPECT_EQ(Refusal(record), "KIND_UNKNOWN kind");
  EXPECT_TRUE(wider.Create(record).ok());
}

TEST_F(InspectionRecords, KindsOfOtherFeedsAndOfOtherRecordTypesAreRefused) {
  for (const char* kind : {"registry.commitment-breached", "inaction", "inspections.inaction"}) {
    v1::Finding record = SampleFinding();
    record.set_kind(kind);
    EXPECT_EQ(Refusal(record), "KIND_OF_OTHER_FEED kind") << kind;
  }
  for (const char* kind : {"inspection.penalty", "inspection.rectification-overdue"}) {
    v1::Finding finding = SampleFinding();
    finding.set_kind(kind);
    EXPECT_EQ(Refusal(finding), "KIND_RESERVED kind") << kind;
    v1::Conduct conduct = SampleConduct();
    conduct.set_kind(kind);
    EXPECT_EQ(Refusal(conduct), "KIND_RESERVED kind") << kind;
  }
}

TEST_F(InspectionRecords, AFindingIsNotDeterminedOrCorrectedBeforeItOccurred) {
  v1::Finding record = SampleFinding();
  record.set_determined_date("2026-03-09");
  EXPECT_EQ(Refusal(record), "DATE_ORDER determined_date");
  record = SampleFinding();
  record.set_corrected_date("2026-03-09");
  EXPECT_EQ(Refusal(record), "DATE_ORDER corrected_date");
}

TEST_F(InspectionRecords, DecidedPointsNeedTheMeetingsDocument) {
  v1::Finding record = SampleFinding();
  record.clear_decision();
  EXPECT_EQ(Refusal(record), "DECISION_DOCUMENT_REQUIRED decision");
  record.mutable_decision()->set_title("信用信息评审会纪要");
  EXPECT_EQ(Refusal(record), "DECISION_DOCUMENT_REQUIRED decision");
  record.mutable_decision()->set_issue_date("2026-06-30");
  EXPECT_EQ(Refusal(record), "");
  v1::Penalty penalty = SamplePenalty();
  penalty.clear_decision();
  EXPECT_EQ(Refusal(penalty), "DECISION_DOCUMENT_REQUIRED decision");
  v1::Honour honour = SampleHonour();
  honour.clear_decision();
  EXPECT_EQ(Refusal(honour), "DECISION_DOCUMENT_REQUIRED decision");
}

TEST_F(InspectionRecords, DecidedPointsHaveTheSignOfWhatTheyAreFor) {
  v1::Finding finding = SampleFinding();
  finding.set_decided_points_hundredths(50);
  EXPECT_EQ(Refusal(finding), "DECIDED_POINTS_SIGN decided_points_hundredths");
  v1::Penalty penalty = SamplePenalty();
  penalty.set_decided_points_hundredths(700);
  EXPECT_EQ(Refusal(penalty), "DECIDED_POINTS_SIGN decided_points_hundredths");
  v1::Honour honour = SampleHonour();
  honour.set_decided_points_hundredths(-1);
  EXPECT_EQ(Refusal(honour), "DECIDED_POINTS_SIGN decided_points_hundredths");
  honour.set_decided_points_hundredths(0);
  EXPECT_EQ(Refusal(honour), "");
}

TEST_F(InspectionRecords, DecidedPointsEndAtAHundred) {
  v1::Finding finding = SampleFinding();
  finding.set_decided_points_hundredths(-10001);
  EXPECT_EQ(Refusal(finding), "NUMBER_OUT_OF_RANGE decided_points_hundredths");
  finding.set_decided_points_hundredths(-10000);
  EXPECT_EQ(Refusal(finding), "");
}

TEST_F(InspectionRecords, APenaltyTellsItsClassSortAmountAndCases) {
  EXPECT_EQ(EvidenceOf(SamplePenalty()),
            "inspection/penalties/p1#penalty v1 inspection.penalty firms/91350100M000100Y43 "
            "2026-02-01>2026-03-20 corrected 2026-04-02 秦淮区房产局(district) 320104 [m2] "
            "{general fine} amount=10000 cases=2 decided=-7 \"文书8号\" \"信用信息评审会纪要2\"");
}

TEST_F(InspectionRecords, APenaltyWithoutMoreOccurredOnTheDayOfItsDecisionAndIsOneCase) {
  v1::Penalty record = SamplePenalty();
  record.clear_occurred_date();
  record.clear_cases();
  record.clear_decided_points_hundredths();
  record.clear_decision();
  EXPECT_EQ(EvidenceOf(record),
            "inspection/penalties/p1#penalty v1 inspection.penalty firms/91350100M000100Y43 "
            "2026-03-20 corrected 2026-04-02 秦淮区房产局(district) 320104 [m2] {general fine} "
            "amount=10000 cases=1 \"文书8号\"");
}

TEST_F(InspectionRecords, APenaltyKeepsItsDatesInOrder) {
  v1::Penalty record = SamplePenalty();
  record.set_occurred_date("2026-03-21");
  EXPECT_EQ(Refusal(record), "DATE_ORDER decision_date");
  record = SamplePenalty();
  record.set_publish_date("2026-03-19");
  EXPECT_EQ(Refusal(record), "DATE_ORDER publish_date");
  record = SamplePenalty();
  record.set_corrected_date("2026-01-31");
  EXPECT_EQ(Refusal(record), "DATE_ORDER corrected_date");
}

TEST_F(InspectionRecords, ADecisionIsFiledOncePerSubject) {
  ASSERT_TRUE(feed_.Create(SamplePenalty()).ok());
  v1::Penalty record = SamplePenalty();
  record.set_name("penalties/p2");
  const absl::Status status = feed_.Create(record).status();
  EXPECT_EQ(runtime::ReasonOf(status), "DUPLICATE_KEY");
  EXPECT_EQ(runtime::ToProblem(status).metadata.at("collides_with"), "penalties/p1");
  record.set_subject("managers/m1");
  EXPECT_EQ(Refusal(record), "");
}

TEST_F(InspectionRecords, TwoSubjectsOfOneCaseCarryTheirOwnDecidedPoints) {
  v1::Conduct firm = SampleConduct();
  v1::Conduct manager = SampleConduct();
  manager.set_name("conducts/c2");
  manager.set_subject("managers/m1");
  manager.set_decided_points_hundredths(-800);
  EXPECT_EQ(EvidenceOf(firm),
            "inspection/conducts/c1#conduct v1 inspection.handover-refused "
            "firms/91350100M000100Y43 2026-03-10>2026-06-30 corrected 2026-07-15 "
            "秦淮区房产局(district) 320104 [m7] {bad} decided=-12 \"文书8号\" "
            "\"信用信息评审会纪要2\"");
  EXPECT_EQ(EvidenceOf(manager),
            "inspection/conducts/c2#conduct v1 inspection.handover-refused managers/m1 "
            "2026-03-10>2026-06-30 corrected 2026-07-15 秦淮区房产局(district) 320104 [m7] {bad} "
            "decided=-8 \"文书8号\" \"信用信息评审会纪要2\"");
}

TEST_F(InspectionRecords, ComplaintStatisticsRoundTheirRatesHalfUp) {
  EXPECT_EQ(EvidenceOf(SampleComplaintStatistics()),
            "inspection/complaintStatistics/s1#statistics v1 inspection.complaint-statistics "
            "projects/p1 2026-03-31 秦淮区房产局(district) 320104 {hotline-12345} "
            "complaints-received=140 complaints-handled=131 complaints-on-time=120 "
            "complaints-repeated=5 complaints-group=1 complaint-disposal-rate=93.57 "
            "complaint-on-time-rate=85.71 \"文书8号\"");
}

TEST_F(InspectionRecords, NoComplaintsHaveNoRate) {
  v1::ComplaintStatistics record = SampleComplaintStatistics();
  record.clear_channel();
  record.clear_received();
  record.clear_handled();
  record.clear_on_time();
  record.clear_repeated();
  record.clear_group();
  EXPECT_EQ(EvidenceOf(record),
            "inspection/complaintStatistics/s1#statistics v1 inspection.complaint-statistics "
            "projects/p1 2026-03-31 秦淮区房产局(district) 320104 complaints-received=0 "
            "complaints-handled=0 complaints-on-time=0 complaints-repeated=0 complaints-group=0 "
            "\"文书8号\"");
}

TEST_F(InspectionRecords, StatisticsCountNoPartBeyondItsWhole) {
  using Change = std::function<void(v1::ComplaintStatistics&)>;
  const std::vector<std::pair<Change, std::string>> cases = {
      {[](auto& r) { r.set_handled(141); }, "handled"},
      {[](auto& r) { r.set_on_time(132); }, "on_time"},
      {[](auto& r) { r.set_repeated(141); }, "repeated"},
      {[](auto& r) { r.set_group(141); }, "group"},
  };
  for (const auto& [change, field] : cases) {
    v1::ComplaintStatistics record = SampleComplaintStatistics();
    change(record);
    EXPECT_EQ(Refusal(record), "COUNT_EXCEEDS_TOTAL " + field);
  }
  v1::ServiceStatistics record = SampleServiceStatistics();
  record.set_fees_collected_cents(300001);
  EXPECT_EQ(Refusal(record), "COUNT_EXCEEDS_TOTAL fees_collected_cents");
  record = SampleServiceStatistics();
  record.set_lifts_inspected(9);
  EXPECT_EQ(Refusal(record), "COUNT_EXCEEDS_TOTAL lifts_inspected");
  record = SampleServiceStatistics();
  record.set_repairs_on_time(4);
  EXPECT_EQ(Refusal(record), "COUNT_EXCEEDS_TOTAL repairs_on_time");
  record = SampleServiceStatistics();
  record.set_disclosures_made(5);
  EXPECT_EQ(Refusal(record), "COUNT_EXCEEDS_TOTAL disclosures_made");
}

TEST_F(InspectionRecords, APeriodIsOverWhenItIsCounted) {
  v1::ComplaintStatistics record = SampleComplaintStatistics();
  record.set_end_date("2026-11-23");
  EXPECT_EQ(Refusal(record), "PERIOD_NOT_OVER end_date");
  record.set_end_date("2026-11-22");
  EXPECT_EQ(Refusal(record), "");
  record.set_name("complaintStatistics/s2");
  record.set_end_date(record.start_date());
  EXPECT_EQ(Refusal(record), "DATE_ORDER end_date");
}

TEST_F(InspectionRecords, APeriodIsCountedOncePerChannel) {
  ASSERT_TRUE(feed_.Create(SampleComplaintStatistics()).ok());
  v1::ComplaintStatistics record = SampleComplaintStatistics();
  record.set_name("complaintStatistics/s2");
  EXPECT_EQ(Refusal(record), "DUPLICATE_KEY ");
  record.clear_channel();
  EXPECT_EQ(Refusal(record), "");
  ASSERT_TRUE(feed_.Create(SampleServiceStatistics()).ok());
  v1::ServiceStatistics service = SampleServiceStatistics();
  service.set_name("serviceStatistics/s2");
  EXPECT_EQ(Refusal(service), "DUPLICATE_KEY ");
}

TEST_F(InspectionRecords, ServiceStatisticsGiveARatePerPairThatWasCounted) {
  v1::ServiceStatistics record = SampleServiceStatistics();
  record.clear_disclosures_due();
  record.clear_disclosures_made();
  EXPECT_EQ(EvidenceOf(record),
            "inspection/serviceStatistics/s1#statistics v1 inspection.service-statistics "
            "projects/p1 2026-01-31 秦淮区房产局(district) 320104 fee-collection-rate=66.67 "
            "lift-inspection-rate=87.50 repair-on-time-rate=33.33 \"文书8号\"");
}

TEST_F(InspectionRecords, AnAssessmentTellsItsPurposeScoreAndEnd) {
  EXPECT_EQ(EvidenceOf(SampleAssessment()),
            "inspection/assessments/a1#assessment v1 inspection.assessment projects/p1 2026-03-15 "
            "until 2027-03-15 秦淮区房产局(district) 320104 [m5] {service-quality} score=88.50 "
            "\"文书8号\"");
}

TEST_F(InspectionRecords, AnAssessmentMayBeOfAServiceOrganisation) {
  v1::Assessment record = SampleAssessment();
  record.set_subject("organizations/o2");
  EXPECT_EQ(EvidenceOf(record),
            "inspection/assessments/a1#assessment v1 inspection.assessment organizations/o2 "
            "2026-03-15 until 2027-03-15 秦淮区房产局(district) 320104 [m5] {service-quality} "
            "score=88.50 \"文书8号\"");
}

TEST_F(InspectionRecords, AnAssessmentHasAResultAndAnOutsideAssessor) {
  v1::Assessment record = SampleAssessment();
  record.clear_score_hundredths();
  record.clear_grade();
  EXPECT_EQ(Refusal(record), "RESULT_REQUIRED score_hundredths");
  record = SampleAssessment();
  record.set_assessor_subject(record.subject());
  EXPECT_EQ(Refusal(record), "ASSESSOR_IS_SUBJECT assessor_subject");
  record = SampleAssessment();
  record.set_valid_until("2026-03-14");
  EXPECT_EQ(Refusal(record), "DATE_ORDER valid_until");
  record = SampleAssessment();
  record.clear_end_date();
  EXPECT_EQ(Refusal(record), "FIELD_REQUIRED end_date");
  record = SampleAssessment();
  record.set_end_date("2025-01-01");
  EXPECT_EQ(Refusal(record), "DATE_ORDER end_date");
  record = SampleAssessment();
  record.set_assessment_date("2024-12-31");
  EXPECT_EQ(Refusal(record), "DATE_ORDER assessment_date");
  ASSERT_TRUE(feed_.Create(SampleAssessment()).ok());
  record = SampleAssessment();
  record.set_name("assessments/a2");
  EXPECT_EQ(Refusal(record), "DUPLICATE_KEY ");
}

TEST_F(InspectionRecords, ASurveyTellsItsRateAndSample) {
  EXPECT_EQ(EvidenceOf(SampleSurvey()),
            "inspection/satisfactionSurveys/s1#survey v1 inspection.satisfaction projects/p1 "
            "2026-03-10 秦淮区房产局(district) 320104 {telephone} satisfaction-rate=93.57 "
            "sample-size=200 sample-rate=16.67 \"文书8号\"");
}

TEST_F(InspectionRecords, ASurveyAsksNoMoreThanThereAre) {
  v1::SatisfactionSurvey record = SampleSurvey();
  record.set_households(199);
  EXPECT_EQ(Refusal(record), "COUNT_EXCEEDS_TOTAL sample_size");
  record.set_households(200);
  EXPECT_EQ(Refusal(record), "");
  record.set_name("satisfactionSurveys/s2");
  EXPECT_EQ(Refusal(record), "DUPLICATE_KEY ");
  record.set_publish_date("2026-02-28");
  EXPECT_EQ(Refusal(record), "DATE_ORDER publish_date");
}

TEST_F(InspectionRecords, AnHonourTellsItsLevelCategoryAndEnd) {
  EXPECT_EQ(EvidenceOf(SampleHonour()),
            "inspection/honours/h1#honour v1 inspection.honour projects/p1 2026-05-01 until "
            "2029-05-01 秦淮区房产局(district) 320104 [m6] {demonstration-project} decided=7 "
            "\"文书8号\" \"信用信息评审会纪要2\"");
}

TEST_F(InspectionRecords, AnHonourIsFiledOncePerLevelAndDay) {
  ASSERT_TRUE(feed_.Create(SampleHonour()).ok());
  v1::Honour record = SampleHonour();
  record.set_name("honours/h2");
  EXPECT_EQ(Refusal(record), "DUPLICATE_KEY ");
  record.set_level(type::v1::LEVEL_CITY);
  EXPECT_EQ(Refusal(record), "");
  record.set_name("honours/h3");
  record.set_valid_until("2026-04-30");
  EXPECT_EQ(Refusal(record), "DATE_ORDER valid_until");
}

TEST_F(InspectionRecords, ASubjectNobodyFiledIsKept) {
  v1::Penalty record = SamplePenalty();
  record.set_subject("committees/nobody-filed-it");
  EXPECT_EQ(Refusal(record), "");
}

}  // namespace
}  // namespace xince::inspection
