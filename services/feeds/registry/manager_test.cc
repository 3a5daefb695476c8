#include "services/feeds/registry/manager.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/feeds/registry/registry_fixture.h"
#include "services/type/field_rules_limits.h"

namespace xince::registry {
namespace {

using namespace feeds::testdata;     // NOLINT: the fixture is the subject.
using namespace registry::testdata;  // NOLINT: the fixture is the subject.
using v1::Employment;
using v1::Manager;
using v1::ManagerTraining;
using v1::Qualification;

using ManagerTest = RegistryTest;

Manager AFullManager() {
  return Parse<Manager>(R"pb(
    name: "managers/m"
    display_name: "张三"
    identity_number: "11010519491231002X"
    division: "320104"
    filing_date: "2026-01-05"
    education: BACHELOR
    party_member: true
    honour_tags: "示例标签"
    former_names: "张二"
    withdrawn_date: "2026-02-05"
    withdrawn_reason: "退休"
  )pb");
}

Employment AnEmployment() {
  Employment employment = Parse<Employment>(R"pb(
    name: "employments/a"
    manager: "managers/m"
    firm: "firms/91350100M000100Y43"
    start_date: "2025-01-01"
    end_date: "2026-01-01"
    post: "项目经理"
  )pb");
  *employment.mutable_document() = ADocument();
  return employment;
}

ManagerTraining ATraining() {
  ManagerTraining training = Parse<ManagerTraining>(R"pb(
    name: "managerTrainings/t"
    manager: "managers/m"
    title: "示例轮训"
    training_date: "2026-02-01"
    level: LEVEL_CITY
    organizer: "示例市房产局"
    division: "3201"
    hours: 16
    result: PASSED
  )pb");
  *training.mutable_document() = ADocument();
  return training;
}

Qualification AQualification() {
  Qualification qualification = Parse<Qualification>(R"pb(
    name: "qualifications/q"
    manager: "managers/m"
    title: "物业项目负责人评价认定"
    number: "示例-001"
    issuer: "示例协会"
    issuing_division: "5101"
    level: LEVEL_CITY
    issue_date: "2025-05-01"
    end_date: "2028-05-01"
    out_of_area: true
    recognition_date: "2025-06-01"
    recognized_by: "示例市房产局"
  )pb");
  *qualification.mutable_document() = ADocument();
  return qualification;
}

TEST_F(ManagerTest, SinceWhenItsBasicInformationWasPublicIsToldWhereItIsFiled) {
  Manager manager = AManager();
  const auto filed = Create(manager);
  ASSERT_EQ(Refusal(filed), "OK");
  EXPECT_EQ(NewestEvidence().at(0).filing().attributes_size(), 0);
  manager = *filed;
  manager.set_basic_information_publish_date("2026-03-01");
  ASSERT_EQ(Refusal(Update(manager)), "OK");
  const auto told = NewestEvidence();
  ASSERT_EQ(told.size(), 1u);
  ASSERT_EQ(told[0].filing().attributes_size(), 1);
  EXPECT_EQ(told[0].filing().attributes(0).name(), "basic-information-published");
  EXPECT_EQ(told[0].filing().attributes(0).date(), "2026-03-01");
}

TEST_F(ManagerTest, EveryFieldIsLimited) {
  type::ExpectLimitsHold(AFullManager(), FieldCheck());
  type::ExpectLimitsHold(AnEmployment(), FieldCheck());
  type::ExpectLimitsHold(ATraining(), FieldCheck());
  type::ExpectLimitsHold(AQualification(), FieldCheck());
}

TEST_F(ManagerTest, APersonIsFiledOnceByIdentity) {
  Manager manager = AManager();
  manager.clear_identity_number();
  EXPECT_EQ(Refusal(Create(manager)), "FIELD_REQUIRED identity_number");
  manager = *Create(AManager());
  Manager same = AManager("11010519491231002x");
  same.set_display_name("另一个名字");
  const auto refused = Create(same);
  EXPECT_EQ(Refusal(refused), "DUPLICATE_KEY");
  EXPECT_EQ(Said(refused, "collides_with"), manager.name());
  EXPECT_EQ(Refusal(Create(AManager(kOtherNumber))), "OK");
}

TEST_F(ManagerTest, ARecordStaysWithItsPerson) {
  Manager manager = *Create(AManager());
  const std::string hash = manager.identity_hash();
  manager.clear_identity_hash();
  manager.set_display_name("改名");
  manager = *Update(manager);
  EXPECT_EQ(manager.identity_hash(), hash);
  manager.set_identity_number(kNumber);
  manager = *Update(manager);
  manager.set_identity_number(kOtherNumber);
  EXPECT_EQ(Refusal(Update(manager)), "IDENTITY_CHANGED identity_number");
}

TEST_F(ManagerTest, AForeignPermanentResidentCanBeFiled) {
  EXPECT_EQ(Refusal(Create(AManager("932682198501010017"))), "OK");
}

TEST_F(ManagerTest, AClosedFileHasADateAndNeedsNoReason) {
  Manager manager = AFullManager();
  manager.clear_withdrawn_date();
  EXPECT_EQ(Refusal(Create(manager)), "FIELD_REQUIRED withdrawn_date");
  manager.set_withdrawn_date("2026-01-04");
  EXPECT_EQ(Refusal(Create(manager)), "DATE_ORDER withdrawn_date");
  EXPECT_EQ(Refusal(Create(AFullManager())), "OK");
}

TEST_F(ManagerTest, EmploymentsReferToFiledRecordsAndDoNotOverlap) {
  Employment employment = AnEmployment();
  EXPECT_EQ(Refusal(Create(employment)), "REFERENCE_UNKNOWN manager");
  FileAll();
  employment.set_firm("firms/91440300708461136T");
  EXPECT_EQ(Refusal(Create(employment)), "REFERENCE_UNKNOWN firm");
  employment = AnEmployment();
  employment.set_end_date("2025-01-01");
  EXPECT_EQ(Refusal(Create(employment)), "EMPLOYMENT_DATES end_date");
  ASSERT_TRUE(Create(AnEmployment()).ok());
  Employment next = AnEmployment();
  next.set_name("employments/b");
  next.set_start_date("2025-12-31");
  next.clear_end_date();
  const auto refused = Create(next);
  EXPECT_EQ(Refusal(refused), "EMPLOYMENT_OVERLAP start_date");
  EXPECT_EQ(Said(refused, "collides_with"), "employments/a");
  // The end is the first day after: the next period may begin on it.
  next.set_start_date("2026-01-01");
  EXPECT_EQ(Refusal(Create(next)), "OK");
  // Two employers at a time are a fact that is kept.
  next.set_name("employments/c");
  next.set_firm(kOtherFirm);
  EXPECT_EQ(Refusal(Create(next)), "OK");
  // A record does not collide with itself.
  Employment same = *Get<Employment>("employments/a");
  same.set_post("总监");
  EXPECT_EQ(Refusal(Update(same)), "OK");
}

TEST_F(ManagerTest, AQualificationFromElsewhereIsRecognisedByNameAndDate) {
  FileAll();
  Qualification qualification = AQualification();
  qualification.clear_recognition_date();
  EXPECT_EQ(Refusal(Create(qualification)), "FIELD_REQUIRED recognition_date");
  qualification = AQualification();
  qualification.clear_recognized_by();
  EXPECT_EQ(Refusal(Create(qualification)), "FIELD_REQUIRED recognized_by");
  qualification = AQualification();
  qualification.set_out_of_area(false);
  EXPECT_EQ(Refusal(Create(qualification)), "FIELD_NOT_APPLICABLE recognition_date");
  qualification.clear_recognition_date();
  EXPECT_EQ(Refusal(Create(qualification)), "FIELD_NOT_APPLICABLE recognized_by");
  qualification = AQualification();
  qualification.set_recognition_date("2025-04-30");
  EXPECT_EQ(Refusal(Create(qualification)), "DATE_ORDER recognition_date");
  qualification = AQualification();
  qualification.set_end_date("2025-05-01");
  EXPECT_EQ(Refusal(Create(qualification)), "QUALIFICATION_DATES end_date");
  ASSERT_TRUE(Create(AQualification()).ok());
  qualification = AQualification();
  qualification.set_name("qualifications/again");
  EXPECT_EQ(Said(Create(qualification), "collides_with"), "qualifications/q");
}

TEST_F(ManagerTest, AManagerWithRecordsIsNotVoided) {
  FileAll();
  ManagerTraining training = ATraining();
  training.set_manager("managers/n");
  training = *Create(training);
  const auto refused = Void(*Get<Manager>("managers/n"));
  EXPECT_EQ(Refusal(refused), "RECORD_REFERENCED name");
  EXPECT_EQ(Said(refused, "referenced_by"), "managerTrainings/t");
  ASSERT_TRUE(Void(training).ok());
  EXPECT_EQ(Refusal(Void(*Get<Manager>("managers/n"))), "OK");
  EXPECT_EQ(Refusal(Create(ATraining())), "RECORD_EXISTS name");
  training.set_name("managerTrainings/later");
  EXPECT_EQ(Refusal(Create(training)), "REFERENCE_UNKNOWN manager");
}

TEST_F(ManagerTest, AManagerGivesFilingEmploymentTrainingAndQualification) {
  FileAll();
  Manager manager = AFullManager();
  manager.set_name("managers/full");
  manager.set_identity_number("911124198108030024");
  ASSERT_TRUE(Create(manager).ok());
  std::string text = NewestEvidenceText();
  ASSERT_TRUE(Create(AnEmployment()).ok());
  text += NewestEvidenceText();
  ASSERT_TRUE(Create(ATraining()).ok());
  text += NewestEvidenceText();
  Qualification qualification = *Create(AQualification());
  text += NewestEvidenceText();
  qualification.set_out_of_area(false);
  qualification.clear_recognition_date();
  qualification.clear_recognized_by();
  ASSERT_TRUE(Update(qualification).ok());
  text += NewestEvidenceText();
  ExpectGolden("services/feeds/registry/testdata/manager_evidence.txt", text);
}

}  // namespace
}  // namespace xince::registry
