#include "services/feeds/registry/firm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/feeds/registry/registry_fixture.h"
#include "services/type/field_rules_limits.h"

namespace xince::registry {
namespace {

using namespace feeds::testdata;     // NOLINT: the fixture is the subject.
using namespace registry::testdata;  // NOLINT: the fixture is the subject.
using v1::FilingBreach;
using v1::Firm;
using v1::Organization;

using FirmTest = RegistryTest;

Firm AFullFirm() {
  Firm firm = Parse<Firm>(R"pb(
    name: "firms/91350100M000100Y43"
    uscc: "91350100M000100Y43"
    display_name: "示例物业(虚构)"
    former_names: "旧名物业(虚构)"
    provider_kind: PROPERTY_FIRM
    parent_firm: "firms/91110000600037341L"
    parent_start_date: "2024-01-01"
    parent_end_date: "2025-01-01"
    legal_representative { display_name: "李四" identity_number: "11010519491231002X" }
    division: "320104"
    address: "某路1号"
    ownership: PRIVATE
    employee_count: 120
    project_count: 8
    managed_area_hundredths_m2: 123456789
    registered_capital_fen: 1000000000
    scale_date: "2025-12-31"
    filing_date: "2026-01-05"
    commitment_date: "2026-01-04"
    party_organization_date: "2025-06-01"
    volunteer_registration_date: "2025-06-02"
    party_assessment_date: "2025-12-03"
    office_phone: "025-00000000"
    withdrawn_date: "2026-03-01"
    withdrawn_reason: "注销"
  )pb");
  *firm.mutable_commitment_document() = ADocument();
  *firm.mutable_uscc_confirmed_document() = ADocument();
  return firm;
}

FilingBreach ABreach() {
  FilingBreach breach = Parse<FilingBreach>(R"pb(
    name: "filingBreaches/b"
    firm: "firms/91350100M000100Y43"
    breach_date: "2026-02-01"
    determined_date: "2026-02-10"
    found_by: "示例区房产局"
    level: LEVEL_DISTRICT
    division: "320104"
    description: "未按承诺公示收费"
    corrected_date: "2026-02-20"
  )pb");
  *breach.mutable_document() = ADocument();
  return breach;
}

Organization AnOrganization() {
  return Parse<Organization>(R"pb(
    name: "organizations/o"
    display_name: "示例组织(虚构)"
    former_names: "旧名组织(虚构)"
    uscc: "52440111MJK9980480"
    division: "320104"
    filing_date: "2026-01-05"
    service_scope: "业主大会筹备咨询"
    office_phone: "025-00000000"
    withdrawn_date: "2026-02-05"
  )pb");
}

TEST_F(FirmTest, SinceWhenItsBasicInformationWasPublicIsToldWhereItIsFiled) {
  Firm firm = AFirm();
  const auto filed = Create(firm);
  ASSERT_EQ(Refusal(filed), "OK");
  EXPECT_EQ(NewestEvidence().at(0).filing().attributes_size(), 0);
  firm = *filed;
  firm.set_basic_information_publish_date("2026-03-01");
  ASSERT_EQ(Refusal(Update(firm)), "OK");
  const auto told = NewestEvidence();
  ASSERT_EQ(told.size(), 1u);
  ASSERT_EQ(told[0].filing().attributes_size(), 1);
  EXPECT_EQ(told[0].filing().attributes(0).name(), "basic-information-published");
  EXPECT_EQ(told[0].filing().attributes(0).date(), "2026-03-01");
}

TEST_F(FirmTest, EveryFieldIsLimited) {
  type::ExpectLimitsHold(AFullFirm(), FieldCheck());
  type::ExpectLimitsHold(ABreach(), FieldCheck());
  type::ExpectLimitsHold(AnOrganization(), FieldCheck());
}

TEST_F(FirmTest, TheNameFollowsFromTheCode) {
  Firm firm = AFirm();
  firm.set_name(kOtherFirm);
  const auto refused = Create(firm);
  EXPECT_EQ(Refusal(refused), "RECORD_NAME name");
  EXPECT_EQ(Said(refused, "expected"), kFirm);
  firm.clear_name();
  EXPECT_EQ(Create(firm)->name(), kFirm);
  const auto twice = Create(AFirm());
  EXPECT_EQ(Refusal(twice), "RECORD_EXISTS name");
  EXPECT_EQ(Said(twice, "collides_with"), kFirm);
}

TEST_F(FirmTest, ACodeThatIsUnusualNeedsItsCertificate) {
  // The outer check holds by accident; the inner digit should be 8.
  Firm firm = AFirm();
  firm.set_uscc("123456789012345678");
  const auto refused = Create(firm);
  EXPECT_EQ(Refusal(refused), "USCC_INNER_CHECK_DIGIT uscc");
  EXPECT_EQ(Said(refused, "expected"), "8");
  EXPECT_EQ(Said(refused, "position"), "17");
  firm.mutable_uscc_confirmed_document()->set_title("营业执照");
  EXPECT_EQ(Refusal(Create(firm)), "USCC_INNER_CHECK_DIGIT uscc");
  firm.mutable_uscc_confirmed_document()->set_issuer("示例市场监管局");
  EXPECT_EQ(Refusal(Create(firm)), "OK");
  // The certificate does not help a code whose own check digit is wrong.
  firm.set_uscc("91350200M000000510");
  EXPECT_EQ(Refusal(Create(firm)), "USCC_CHECK_DIGIT uscc");
}

TEST_F(FirmTest, AResidentIdIsNoCodeThoughItsCheckDigitFits) {
  Firm firm = AFirm();
  firm.set_uscc("362322198709086409");
  EXPECT_EQ(Refusal(Create(firm)), "USCC_INNER_CHECK_DIGIT uscc");
}

TEST_F(FirmTest, ABranchBelongsToAFirmThatIsFiledAndNoBranch) {
  Firm branch = AFirm();
  branch.set_provider_kind(Firm::BRANCH);
  EXPECT_EQ(Refusal(Create(branch)), "FIELD_REQUIRED parent_firm");
  branch.set_parent_firm(kOtherFirm);
  EXPECT_EQ(Refusal(Create(branch)), "FIELD_REQUIRED parent_start_date");
  branch.set_parent_start_date("2026-02-01");
  EXPECT_EQ(Refusal(Create(branch)), "REFERENCE_UNKNOWN parent_firm");
  const Firm parent = *Create(AFirm(kOtherFirm));
  branch.set_parent_end_date("2026-02-01");
  EXPECT_EQ(Refusal(Create(branch)), "BRANCH_DATES parent_end_date");
  branch.clear_parent_end_date();
  branch = *Create(branch);
  EXPECT_EQ(Refusal(Void(parent)), "RECORD_REFERENCED name");

  Firm below = AFirm("firms/91440300708461136T");
  below.set_provider_kind(Firm::BRANCH);
  below.set_parent_firm(kFirm);
  below.set_parent_start_date("2026-02-01");
  EXPECT_EQ(Refusal(Create(below)), "PARENT_IS_BRANCH parent_firm");
  below.set_parent_firm(below.name().empty() ? "firms/" + below.uscc() : below.name());
  EXPECT_EQ(Refusal(Create(below)), "PARENT_IS_BRANCH parent_firm");

  // A firm with branches does not become one.
  ASSERT_TRUE(Create(AFirm("firms/91510000779827684C")).ok());
  Firm turned = parent;
  turned.set_provider_kind(Firm::BRANCH);
  turned.set_parent_firm("firms/91510000779827684C");
  turned.set_parent_start_date("2026-02-01");
  EXPECT_EQ(Refusal(Update(turned)), "FIRM_HAS_BRANCHES provider_kind");
}

TEST_F(FirmTest, OnlyABranchHasAParent) {
  ASSERT_TRUE(Create(AFirm(kOtherFirm)).ok());
  Firm firm = AFirm();
  firm.set_parent_firm(kOtherFirm);
  EXPECT_EQ(Refusal(Create(firm)), "FIELD_NOT_APPLICABLE parent_firm");
  firm.clear_parent_firm();
  firm.set_parent_start_date("2026-01-01");
  EXPECT_EQ(Refusal(Create(firm)), "FIELD_NOT_APPLICABLE parent_start_date");
  firm.clear_parent_start_date();
  firm.set_parent_end_date("2026-01-01");
  EXPECT_EQ(Refusal(Create(firm)), "FIELD_NOT_APPLICABLE parent_end_date");
}

TEST_F(FirmTest, WhatGoesTogetherIsSetTogether) {
  Firm firm = AFirm();
  *firm.mutable_commitment_document() = ADocument();
  EXPECT_EQ(Refusal(Create(firm)), "FIELD_REQUIRED commitment_date");
  firm = AFirm();
  firm.set_withdrawn_reason("注销");
  EXPECT_EQ(Refusal(Create(firm)), "FIELD_REQUIRED withdrawn_date");
  firm.set_withdrawn_date("2026-01-04");
  EXPECT_EQ(Refusal(Create(firm)), "DATE_ORDER withdrawn_date");
  firm.set_withdrawn_date("2026-01-05");
  EXPECT_EQ(Refusal(Create(firm)), "OK");
}

TEST_F(FirmTest, FiguresAndUnknownEnumsAreRefused) {
  Firm firm = AFirm();
  firm.set_employee_count(-1);
  EXPECT_EQ(Refusal(Create(firm)), "NUMBER_OUT_OF_RANGE employee_count");
  firm = AFirm();
  firm.set_ownership(static_cast<Firm::Ownership>(99));
  EXPECT_EQ(Refusal(Create(firm)), "UNKNOWN_ENUM ownership");
  firm = AFirm();
  firm.set_division("320199");
  EXPECT_EQ(Refusal(Create(firm)), "UNKNOWN_DIVISION division");
}

TEST_F(FirmTest, ABreachNeedsACommitmentThatWasOnFile) {
  FilingBreach breach = ABreach();
  EXPECT_EQ(Refusal(Create(breach)), "REFERENCE_UNKNOWN firm");
  Firm firm = *Create(AFirm());
  EXPECT_EQ(Refusal(Create(breach)), "COMMITMENT_MISSING firm");
  firm.set_commitment_date("2026-02-02");
  firm = *Update(firm);
  EXPECT_EQ(Refusal(Create(breach)), "COMMITMENT_MISSING firm");
  firm.set_commitment_date("2026-02-01");
  firm = *Update(firm);
  breach.set_determined_date("2026-01-31");
  EXPECT_EQ(Refusal(Create(breach)), "DATE_ORDER determined_date");
  breach = ABreach();
  breach.set_corrected_date("2026-01-31");
  EXPECT_EQ(Refusal(Create(breach)), "DATE_ORDER corrected_date");
  EXPECT_EQ(Refusal(Create(ABreach())), "OK");
  EXPECT_EQ(Refusal(Void(firm)), "RECORD_REFERENCED name");
}

TEST_F(FirmTest, OneCodeIsFiledOnce) {
  ASSERT_TRUE(Create(AnOrganization()).ok());
  Organization again = AnOrganization();
  again.set_name("organizations/again");
  EXPECT_EQ(Said(Create(again), "collides_with"), "organizations/o");
  const auto as_firm = Create(AFirm("firms/52440111MJK9980480"));
  EXPECT_EQ(Refusal(as_firm), "DUPLICATE_KEY");
  EXPECT_EQ(Said(as_firm, "collides_with"), "organizations/o");
  again.clear_uscc();
  again.set_withdrawn_date("2026-01-01");
  EXPECT_EQ(Refusal(Create(again)), "DATE_ORDER withdrawn_date");
}

TEST_F(FirmTest, AFirmGivesItsFilingItsBranchAndItsCommitment) {
  ASSERT_TRUE(Create(AFirm(kOtherFirm)).ok());
  Firm firm = AFullFirm();
  firm.set_provider_kind(Firm::BRANCH);
  const auto filed = Create(firm);
  ASSERT_TRUE(filed.ok()) << filed.status();
  std::string text = NewestEvidenceText();
  ASSERT_TRUE(Create(ABreach()).ok());
  text += NewestEvidenceText();
  ASSERT_TRUE(Create(AnOrganization()).ok());
  text += NewestEvidenceText();
  ExpectGolden("services/feeds/registry/testdata/firm_evidence.txt", text);
}

}  // namespace
}  // namespace xince::registry
