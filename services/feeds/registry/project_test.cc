#include "services/feeds/registry/project.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/feeds/registry/registry_fixture.h"
#include "services/type/field_rules_limits.h"

namespace xince::registry {
namespace {

using namespace feeds::testdata;     // NOLINT: the fixture is the subject.
using namespace registry::testdata;  // NOLINT: the fixture is the subject.
using v1::Charge;
using v1::Engagement;
using v1::Estate;
using v1::Project;

using ProjectTest = RegistryTest;

Estate AFullEstate() {
  Estate estate = Parse<Estate>(R"pb(
    name: "estates/full"
    display_name: "全项小区(虚构)"
    kind: UNATTENDED
    division: "320104002001"
    address: "某路3号"
    service_area_number: "示例-01"
    service_area_boundary: "东至某路"
    has_self_governance: true
    has_protective_facilities: true
    has_basic_service: true
    has_clean_environment: true
    has_lasting_mechanism: true
    five_have_date: "2026-02-01"
    ledger_number: "台账-1"
    built_year: 1988
    building_count: 12
    household_count: 480
    area_hundredths_m2: 4000000
    management_state: "街道托管"
    facilities: "无电梯"
    grid_code: "G01"
  )pb");
  *estate.mutable_service_area_document() = ADocument();
  return estate;
}

Project AFullProject() {
  Project project = Parse<Project>(R"pb(
    name: "projects/full"
    display_name: "全项项目(虚构)"
    estate: "estates/e"
    division: "320104002"
    contract_number: "合同-1"
    web_signed: true
    selection_mode: TENDER
    service_standard: "住宅物业服务等级规范 2024"
    service_grade: "三级"
    fee_mode: TRUST
    area_hundredths_m2: 5000000
    household_count: 600
    grid_code: "G01"
    party_branch: "示例小区党支部"
    start_date: "2025-01-01"
    end_date: "2028-01-01"
  )pb");
  *project.mutable_contract_document() = ADocument();
  return project;
}

Engagement AnEngagement(const std::string& id = "a") {
  Engagement engagement = Parse<Engagement>(R"pb(
    project: "projects/p"
    firm: "firms/91350100M000100Y43"
    start_date: "2025-01-01"
    end_date: "2026-01-01"
    end_reason: EXPIRED
  )pb");
  engagement.set_name("engagements/" + id);
  *engagement.mutable_start_document() = ADocument();
  *engagement.mutable_end_document() = ADocument();
  return engagement;
}

Charge ACharge(const std::string& id = "a") {
  Charge charge = Parse<Charge>(R"pb(
    project: "projects/p"
    manager: "managers/m"
    post: HEAD
    start_date: "2025-01-01"
    end_date: "2026-01-01"
  )pb");
  charge.set_name("charges/" + id);
  *charge.mutable_document() = ADocument();
  return charge;
}

TEST_F(ProjectTest, EveryFieldIsLimited) {
  type::ExpectLimitsHold(AFullEstate(), FieldCheck());
  type::ExpectLimitsHold(AFullProject(), FieldCheck());
  type::ExpectLimitsHold(AnEngagement(), FieldCheck());
  type::ExpectLimitsHold(ACharge(), FieldCheck());
}

TEST_F(ProjectTest, AnEstateLiesInAStreetOrCommunity) {
  Estate estate = AnEstate();
  for (const char* too_large : {"32", "3201", "320104"}) {
    estate.set_division(too_large);
    EXPECT_EQ(Refusal(Create(estate)), "DIVISION_LEVEL division") << too_large;
  }
  EXPECT_EQ(Refusal(Create(AnEstate())), "OK");
  EXPECT_EQ(Refusal(Create(AFullEstate())), "OK");
}

TEST_F(ProjectTest, AnEstateIsFiledOnceByNameAndByLedger) {
  ASSERT_TRUE(Create(AnEstate()).ok());
  Estate again = AnEstate();
  again.set_name("estates/again");
  const auto same_name = Create(again);
  EXPECT_EQ(Refusal(same_name), "DUPLICATE_KEY");
  EXPECT_EQ(Said(same_name, "collides_with"), "estates/e");
  again.set_division("320104003");
  EXPECT_EQ(Refusal(Create(again)), "OK");
  ASSERT_TRUE(Create(AFullEstate()).ok());
  again = AFullEstate();
  again.set_name("estates/third");
  again.set_display_name("第三小区(虚构)");
  again.set_division("320104003");
  EXPECT_EQ(Said(Create(again), "collides_with"), "estates/full");
  again.set_division("320105002");
  EXPECT_EQ(Refusal(Create(again)), "OK");
}

TEST_F(ProjectTest, TheFiveAreAssessedOnADay) {
  Estate estate = AnEstate();
  estate.set_has_clean_environment(true);
  EXPECT_EQ(Refusal(Create(estate)), "FIELD_REQUIRED five_have_date");
}

TEST_F(ProjectTest, AProjectTellsWhatKindItsEstateIsAndHowManyOfTheFiveItHas) {
  Estate estate = AnEstate();
  estate.set_kind(Estate::SELF_MANAGED);
  estate = *Create(estate);
  Project project = AProject();
  project.set_estate_kind(Estate::OTHER);
  project = *Create(project);
  EXPECT_EQ(project.estate_kind(), Estate::SELF_MANAGED);
  EXPECT_FALSE(project.has_estate_five_haves());
  const auto told = NewestEvidence();
  ASSERT_EQ(told.size(), 1u);
  ASSERT_EQ(told[0].filing().attributes_size(), 1);
  EXPECT_EQ(told[0].filing().attributes(0).name(), "estate-kind");
  EXPECT_EQ(told[0].filing().attributes(0).text(), "self-managed");

  estate.set_has_self_governance(true);
  estate.set_has_lasting_mechanism(true);
  estate.set_five_have_date("2026-03-01");
  ASSERT_TRUE(Update(estate).ok());
  project = *Update(project);
  EXPECT_EQ(project.estate_five_haves(), 2);
  const evidence::v1::Filing filing = NewestEvidence().at(0).filing();
  ASSERT_EQ(filing.attributes_size(), 2);
  EXPECT_EQ(filing.attributes(1).name(), "five-haves");
  EXPECT_EQ(filing.attributes(1).number_hundredths(), 200);
}

TEST_F(ProjectTest, AProjectLiesWhereItsEstateLies) {
  EXPECT_EQ(Refusal(Create(AProject())), "REFERENCE_UNKNOWN estate");
  Estate estate = *Create(AnEstate());
  Project project = AProject();
  project.set_division("320104003");
  const auto refused = Create(project);
  EXPECT_EQ(Refusal(refused), "DIVISION_MISMATCH division");
  EXPECT_EQ(Said(refused, "estate_division"), "320104002");
  project.set_division("320104");
  EXPECT_EQ(Refusal(Create(project)), "OK");
  estate.set_division("320105002");
  EXPECT_EQ(Refusal(Update(estate)), "DIVISION_MISMATCH division");
  estate.set_division("320104003");
  EXPECT_EQ(Refusal(Update(estate)), "OK");
}

TEST_F(ProjectTest, AProjectHasDatesAndAContractOfItsOwn) {
  FileAll();
  Project project = AFullProject();
  project.set_end_date("2025-01-01");
  EXPECT_EQ(Refusal(Create(project)), "PROJECT_DATES end_date");
  project = AFullProject();
  project.clear_contract_number();
  EXPECT_EQ(Refusal(Create(project)), "FIELD_REQUIRED contract_number");
  ASSERT_TRUE(Create(AFullProject()).ok());
  project = AFullProject();
  project.set_name("projects/again");
  EXPECT_EQ(Said(Create(project), "collides_with"), "projects/full");
}

TEST_F(ProjectTest, WhatOthersNeedIsNotVoided) {
  FileAll();
  const Engagement engagement = *Create(AnEngagement());
  EXPECT_EQ(Refusal(Void(*Get<Estate>("estates/e"))), "RECORD_REFERENCED name");
  EXPECT_EQ(Said(Void(*Get<Project>("projects/p")), "referenced_by"), "engagements/a");
  EXPECT_EQ(Refusal(Void(*Get<v1::Firm>(kFirm))), "RECORD_REFERENCED name");
  ASSERT_TRUE(Void(engagement).ok());
  ASSERT_TRUE(Void(*Get<Project>("projects/p")).ok());
  EXPECT_EQ(Refusal(Void(*Get<Estate>("estates/e"))), "OK");
}

TEST_F(ProjectTest, EngagementsOfAProjectDoNotOverlap) {
  FileAll();
  Engagement engagement = AnEngagement();
  engagement.set_project("projects/none");
  EXPECT_EQ(Refusal(Create(engagement)), "REFERENCE_UNKNOWN project");
  engagement = AnEngagement();
  engagement.set_firm("firms/91440300708461136T");
  EXPECT_EQ(Refusal(Create(engagement)), "REFERENCE_UNKNOWN firm");
  for (const char* end : {"2025-01-01", "2024-12-31"}) {
    engagement = AnEngagement();
    engagement.set_end_date(end);
    const auto refused = Create(engagement);
    EXPECT_EQ(Refusal(refused), "ENGAGEMENT_DATES end_date");
    EXPECT_EQ(Said(refused, "start"), "2025-01-01");
  }
  ASSERT_TRUE(Create(AnEngagement()).ok());
  struct Row {
    const char* start;
    const char* end;
    const char* refusal;
  };
  for (const Row& row : {Row{"2024-01-01", "2025-01-01", "OK"},
                         Row{"2024-01-01", "2025-01-02", "ENGAGEMENT_OVERLAP start_date"},
                         Row{"2024-01-01", "", "ENGAGEMENT_OVERLAP start_date"},
                         Row{"2025-06-01", "2025-07-01", "ENGAGEMENT_OVERLAP start_date"},
                         Row{"2025-12-31", "", "ENGAGEMENT_OVERLAP start_date"},
                         Row{"2026-01-01", "", "OK"}}) {
    Engagement other = AnEngagement("other");
    other.set_firm(kOtherFirm);
    other.set_start_date(row.start);
    other.set_end_date(row.end);
    if (other.end_date().empty()) other.clear_end_reason();
    const auto validated = Validate(other);
    EXPECT_EQ(Refusal(validated), row.refusal) << row.start << " " << row.end;
    if (!validated.ok()) {
      EXPECT_EQ(Said(validated, "collides_with"), "engagements/a");
    }
  }
  // Another project is another matter.
  Project elsewhere = AProject();
  elsewhere.set_name("projects/q");
  ASSERT_TRUE(Create(elsewhere).ok());
  engagement = AnEngagement("q");
  engagement.set_project("projects/q");
  EXPECT_EQ(Refusal(Create(engagement)), "OK");
}

TEST_F(ProjectTest, AnEngagementThatEndedSaysHow) {
  FileAll();
  Engagement engagement = AnEngagement();
  engagement.clear_end_date();
  EXPECT_EQ(Refusal(Create(engagement)), "FIELD_REQUIRED end_date");
  engagement = AnEngagement();
  engagement.set_end_reason(Engagement::ABANDONED);
  engagement.clear_end_document();
  EXPECT_EQ(Refusal(Create(engagement)), "FIELD_REQUIRED end_document");
}

TEST_F(ProjectTest, AProjectHasOneHeadAtATime) {
  FileAll();
  Charge charge = ACharge();
  charge.set_manager("managers/none");
  EXPECT_EQ(Refusal(Create(charge)), "REFERENCE_UNKNOWN manager");
  charge = ACharge();
  charge.set_project("projects/none");
  EXPECT_EQ(Refusal(Create(charge)), "REFERENCE_UNKNOWN project");
  charge = ACharge();
  charge.set_end_date("2024-12-31");
  EXPECT_EQ(Refusal(Create(charge)), "CHARGE_DATES end_date");
  ASSERT_TRUE(Create(ACharge()).ok());
  Charge second = ACharge("b");
  second.set_manager("managers/n");
  const auto refused = Create(second);
  EXPECT_EQ(Refusal(refused), "CHARGE_OVERLAP start_date");
  EXPECT_EQ(Said(refused, "collides_with"), "charges/a");
  second.set_post(Charge::DEPUTY);
  EXPECT_EQ(Refusal(Create(second)), "OK");
  EXPECT_TRUE(NewestEvidence().empty());
  // The head is not a deputy of the same project as well.
  second = ACharge("c");
  second.set_post(Charge::DEPUTY);
  EXPECT_EQ(Refusal(Create(second)), "CHARGE_OVERLAP start_date");
  second = ACharge("d");
  second.set_manager("managers/n");
  second.set_start_date("2026-01-01");
  second.clear_end_date();
  EXPECT_EQ(Refusal(Create(second)), "OK");
}

TEST_F(ProjectTest, AProjectGivesItsFilingAndItsRelations) {
  FileAll();
  ASSERT_TRUE(Create(AFullEstate()).ok());
  EXPECT_TRUE(NewestEvidence().empty());
  ASSERT_TRUE(Create(AFullProject()).ok());
  std::string text = NewestEvidenceText();
  Engagement engagement = *Create(AnEngagement());
  text += NewestEvidenceText();
  engagement.set_end_reason(Engagement::ABANDONED);
  ASSERT_TRUE(Update(engagement).ok());
  text += NewestEvidenceText();
  Charge charge = *Create(ACharge());
  text += NewestEvidenceText();
  charge.set_post(Charge::DEPUTY);
  ASSERT_TRUE(Update(charge).ok());
  text += NewestEvidenceText();
  ExpectGolden("services/feeds/registry/testdata/project_evidence.txt", text);
}

}  // namespace
}  // namespace xince::registry
