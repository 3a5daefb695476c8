#include "services/feeds/committee/duty.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/feeds/committee/committee_fixture.h"
#include "services/type/field_rules_limits.h"

namespace xince::committee {
namespace {

using namespace committee::testdata;  // NOLINT: the fixture is the subject.
using namespace feeds::testdata;      // NOLINT: the fixture is the subject.
using v1::Disclosure;
using v1::DutyReport;
using v1::Training;

using DutyTest = CommitteeTest;

Training ATraining(const std::string& id = "t") {
  Training training = Parse<Training>(R"pb(
    committee: "committees/c"
    audience: MEMBER_IN_TERM
    member: "members/m"
    title: "示例轮训"
    level: LEVEL_DISTRICT
    organizer: "示例区房产局"
    training_date: "2025-05-01"
    hours: 8
  )pb");
  training.set_name("trainings/" + id);
  *training.mutable_document() = ADocument();
  return training;
}

Disclosure ADisclosure(const std::string& id = "d") {
  Disclosure disclosure = Parse<Disclosure>(R"pb(
    committee: "committees/c"
    category: COMMON_REVENUE
    period: "2025-Q4"
    due_date: "2026-01-31"
    made_date: "2026-01-31"
    online: true
    offline: true
  )pb");
  disclosure.set_name("disclosures/" + id);
  *disclosure.mutable_document() = ADocument();
  return disclosure;
}

DutyReport AReport(const std::string& id = "r") {
  DutyReport report = Parse<DutyReport>(R"pb(
    committee: "committees/c"
    year: 2025
    report_date: "2026-01-15"
    heard_by: "示例社区党委"
    member: "members/m"
    score_hundredths: 9250
  )pb");
  report.set_name("dutyReports/" + id);
  *report.mutable_document() = ADocument();
  return report;
}

TEST_F(DutyTest, EveryFieldIsLimited) {
  Training training = ATraining();
  training.set_attendee_count(5);
  training.mutable_trainee()->set_display_name("张三");
  training.mutable_trainee()->set_identity_number(kNumber);
  type::ExpectLimitsHold(training, FieldCheck());
  Disclosure disclosure = ADisclosure();
  disclosure.set_found_missing_date("2026-02-01");
  disclosure.set_found_missing_by("示例街道");
  type::ExpectLimitsHold(disclosure, FieldCheck());
  type::ExpectLimitsHold(AReport(), FieldCheck());
}

TEST_F(DutyTest, ATrainingIsForThePreparatoryGroupOrForAMember) {
  EXPECT_EQ(Refusal(Create(ATraining())), "REFERENCE_UNKNOWN committee");
  FileAll();
  Training training = ATraining();
  training.clear_member();
  EXPECT_EQ(Refusal(Create(training)), "FIELD_REQUIRED member");
  training.set_audience(Training::PREPARATORY_GROUP);
  training.set_attendee_count(9);
  EXPECT_EQ(Refusal(Validate(training)), "OK");
  training.set_member("members/m");
  EXPECT_EQ(Refusal(Create(training)), "FIELD_NOT_APPLICABLE member");
  training = ATraining();
  training.set_attendee_count(9);
  EXPECT_EQ(Refusal(Create(training)), "FIELD_NOT_APPLICABLE attendee_count");
  training = ATraining();
  training.set_member("members/none");
  EXPECT_EQ(Refusal(Create(training)), "REFERENCE_UNKNOWN member");
  v1::Committee other = ACommittee("other");
  other.set_estate("estates/other");
  ASSERT_TRUE(Create(other).ok());
  training = ATraining();
  training.set_committee("committees/other");
  const auto refused = Create(training);
  EXPECT_EQ(Refusal(refused), "MEMBER_MISMATCH member");
  EXPECT_EQ(Said(refused, "committee"), "committees/c");
}

TEST_F(DutyTest, ATrainingIsBeforeTheTermOrInIt) {
  FileAll();
  v1::Member member = *Get<v1::Member>("members/m");
  member.set_end_date("2025-06-01");
  ASSERT_TRUE(Update(member).ok());
  struct Row {
    Training::Audience audience;
    const char* date;
    const char* refusal;
  };
  for (const Row& row :
       {Row{Training::MEMBER_BEFORE_TERM, "2024-02-29", "OK"},
        Row{Training::MEMBER_BEFORE_TERM, "2024-03-01", "TRAINING_DATE training_date"},
        Row{Training::MEMBER_IN_TERM, "2024-02-29", "TRAINING_DATE training_date"},
        Row{Training::MEMBER_IN_TERM, "2024-03-01", "OK"},
        Row{Training::MEMBER_IN_TERM, "2025-05-31", "OK"},
        Row{Training::MEMBER_IN_TERM, "2025-06-01", "TRAINING_DATE training_date"}}) {
    Training training = ATraining();
    training.set_audience(row.audience);
    training.set_training_date(row.date);
    EXPECT_EQ(Refusal(Validate(training)), row.refusal) << row.date;
  }
}

TEST_F(DutyTest, ADisclosureIsMadeSomewhere) {
  EXPECT_EQ(Refusal(Create(ADisclosure())), "REFERENCE_UNKNOWN committee");
  FileAll();
  Disclosure disclosure = ADisclosure();
  disclosure.clear_online();
  EXPECT_EQ(Refusal(Validate(disclosure)), "OK");
  disclosure.clear_offline();
  EXPECT_EQ(Refusal(Create(disclosure)), "CHANNEL_MISSING online");
  disclosure = ADisclosure();
  disclosure.clear_made_date();
  EXPECT_EQ(Refusal(Create(disclosure)), "FIELD_NOT_APPLICABLE online");
  disclosure.clear_online();
  EXPECT_EQ(Refusal(Create(disclosure)), "FIELD_NOT_APPLICABLE offline");
  disclosure.clear_offline();
  EXPECT_EQ(Refusal(Validate(disclosure)), "OK");
}

TEST_F(DutyTest, ADisclosureIsMissingOnlyAfterItIsDue) {
  FileAll();
  Disclosure disclosure = ADisclosure();
  disclosure.set_made_date("2026-02-10");
  disclosure.set_found_missing_date("2026-02-05");
  EXPECT_EQ(Refusal(Create(disclosure)), "FIELD_REQUIRED found_missing_by");
  disclosure.set_found_missing_by("示例街道");
  EXPECT_EQ(Refusal(Validate(disclosure)), "OK");
  disclosure.set_found_missing_date("2026-01-31");
  EXPECT_EQ(Refusal(Create(disclosure)), "DATE_ORDER found_missing_date");
  disclosure.set_found_missing_date("2026-02-11");
  EXPECT_EQ(Refusal(Create(disclosure)), "DATE_ORDER made_date");
  disclosure.clear_found_missing_date();
  EXPECT_EQ(Refusal(Create(disclosure)), "FIELD_REQUIRED found_missing_date");
}

TEST_F(DutyTest, ACategoryIsDisclosedOnceForAPeriod) {
  FileAll();
  ASSERT_TRUE(Create(ADisclosure()).ok());
  Disclosure again = ADisclosure("again");
  EXPECT_EQ(Said(Create(again), "collides_with"), "disclosures/d");
  again.set_period("2026-Q1");
  EXPECT_EQ(Refusal(Create(again)), "OK");
  // Meetings decide more than once in a quarter.
  for (const char* id : {"x", "y"}) {
    Disclosure decision = ADisclosure(id);
    decision.set_category(Disclosure::DECISIONS);
    EXPECT_EQ(Refusal(Create(decision)), "OK") << id;
  }
}

TEST_F(DutyTest, AYearIsReportedOnOnce) {
  EXPECT_EQ(Refusal(Create(AReport())), "REFERENCE_UNKNOWN committee");
  FileAll();
  DutyReport report = AReport();
  report.set_member("members/none");
  EXPECT_EQ(Refusal(Create(report)), "REFERENCE_UNKNOWN member");
  report = AReport();
  report.set_report_date("2024-12-31");
  EXPECT_EQ(Refusal(Create(report)), "DATE_ORDER report_date");
  ASSERT_TRUE(Create(AReport()).ok());
  EXPECT_EQ(Said(Create(AReport("again")), "collides_with"), "dutyReports/r");
}

TEST_F(DutyTest, DutiesDoneAndMissedAreEvidenceAboutTheCommittee) {
  FileAll();
  ASSERT_TRUE(Create(ATraining()).ok());
  std::string text = NewestEvidenceText();
  Disclosure disclosure = ADisclosure();
  disclosure.clear_made_date();
  disclosure.clear_online();
  disclosure.clear_offline();
  disclosure = *Create(disclosure);
  EXPECT_TRUE(NewestEvidence().empty());
  disclosure.set_found_missing_date("2026-02-05");
  disclosure.set_found_missing_by("示例街道");
  disclosure = *Update(disclosure);
  text += NewestEvidenceText();
  disclosure.set_made_date("2026-02-10");
  disclosure.set_online(true);
  ASSERT_TRUE(Update(disclosure).ok());
  text += NewestEvidenceText();
  Disclosure late = ADisclosure("late");
  late.set_category(Disclosure::MAINTENANCE_FUND);
  late = *Create(late);
  text += NewestEvidenceText();
  late.set_made_date("2026-02-03");
  ASSERT_TRUE(Update(late).ok());
  text += NewestEvidenceText();
  ASSERT_TRUE(Create(AReport()).ok());
  text += NewestEvidenceText();
  ExpectGolden("services/feeds/committee/testdata/duty_evidence.txt", text);
}

}  // namespace
}  // namespace xince::committee
