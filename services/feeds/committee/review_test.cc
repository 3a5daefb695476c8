#include "services/feeds/committee/review.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/feeds/committee/committee_fixture.h"
#include "services/feeds/committee/correction.h"
#include "services/type/field_rules_limits.h"

namespace xince::committee {
namespace {

using namespace committee::testdata;  // NOLINT: the fixture is the subject.
using namespace feeds::testdata;      // NOLINT: the fixture is the subject.
using v1::Audit;
using v1::CommitteeEvaluation;
using v1::CorrectionOrder;
using v1::DecisionDefect;
using v1::PriorReview;

using ReviewTest = CommitteeTest;

Audit AnAudit() {
  Audit audit = Parse<Audit>(R"pb(
    name: "audits/a"
    committee: "committees/c"
    kind: CHAIR_LEAVING
    period_start_date: "2024-03-01"
    period_end_date: "2026-01-01"
    auditor: "示例会计师事务所"
    report_date: "2026-02-01"
    conclusion: PROBLEMS
    questioned_amount_fen: 1234500
    problems: "支出无凭证"
    corrected_date: "2026-03-01"
  )pb");
  *audit.mutable_document() = ADocument();
  return audit;
}

CommitteeEvaluation AnEvaluation(const std::string& id = "e") {
  CommitteeEvaluation evaluation = Parse<CommitteeEvaluation>(R"pb(
    committee: "committees/c"
    period: "2025"
    evaluator: "示例街道"
    level: LEVEL_STREET
    evaluation_date: "2026-01-31"
    standard: "示例评估标准 2025"
    items { name: "work-rules" value_hundredths: 500 }
    items { name: "accounts-published" value_hundredths: 450 }
    total_hundredths: 8850
    result: QUALIFIED
  )pb");
  evaluation.set_name("committeeEvaluations/" + id);
  *evaluation.mutable_document() = ADocument();
  return evaluation;
}

PriorReview APriorReview() {
  return Parse<PriorReview>(R"pb(
    name: "priorReviews/p"
    committee: "committees/c"
    matter_kind: MATTER_KIND_FIRM_CHANGE
    matter: "更换物业服务企业"
    branch_date: "2025-09-01"
    branch: "示例小区党支部"
    community_date: "2025-09-05"
    opinion: "同意提交表决"
    approved: true
    vote_date: "2025-10-01"
  )pb");
}

DecisionDefect ADefect() {
  DecisionDefect defect = Parse<DecisionDefect>(R"pb(
    name: "decisionDefects/d"
    committee: "committees/c"
    kind: NO_PRIOR_REVIEW
    matter_kind: MATTER_KIND_COMMON_REVENUE
    decision_date: "2026-01-10"
    description: "公共收益分配未经前置审议"
    found_by: "示例街道"
    level: LEVEL_STREET
    corrected_date: "2026-02-10"
  )pb");
  *defect.mutable_document() = ADocument();
  return defect;
}

CorrectionOrder AnOrder() {
  CorrectionOrder order = Parse<CorrectionOrder>(R"pb(
    name: "correctionOrders/o"
    committee: "committees/c"
    cause: NOT_PERFORMING
    demand: "限期召开业主大会"
    order_date: "2026-01-05"
    due_date: "2026-02-05"
    ordered_by: "示例街道"
    level: LEVEL_STREET
    instructor: "党建工作指导员"
    accepted_date: "2026-02-20"
    found_unmet_date: "2026-02-06"
    acting_start_date: "2026-02-10"
  )pb");
  *order.mutable_document() = ADocument();
  *order.mutable_acting_mandate() = ADocument();
  return order;
}

TEST_F(ReviewTest, EveryFieldIsLimited) {
  type::ExpectLimitsHold(AnAudit(), FieldCheck());
  type::ExpectLimitsHold(AnEvaluation(), FieldCheck());
  type::ExpectLimitsHold(APriorReview(), FieldCheck());
  type::ExpectLimitsHold(ADefect(), FieldCheck());
  type::ExpectLimitsHold(AnOrder(), FieldCheck());
}

TEST_F(ReviewTest, WhatIsAboutACommitteeNeedsOneThatIsFiled) {
  EXPECT_EQ(Refusal(Create(AnAudit())), "REFERENCE_UNKNOWN committee");
  EXPECT_EQ(Refusal(Create(AnEvaluation())), "REFERENCE_UNKNOWN committee");
  EXPECT_EQ(Refusal(Create(APriorReview())), "REFERENCE_UNKNOWN committee");
  EXPECT_EQ(Refusal(Create(ADefect())), "REFERENCE_UNKNOWN committee");
  EXPECT_EQ(Refusal(Create(AnOrder())), "REFERENCE_UNKNOWN committee");
  const v1::Committee committee = *Create(ACommittee());
  ASSERT_TRUE(Create(AnAudit()).ok());
  EXPECT_EQ(Said(Void(committee), "referenced_by"), "audits/a");
}

TEST_F(ReviewTest, AnAuditsDatesAndConclusionFit) {
  FileAll();
  Audit audit = AnAudit();
  audit.set_period_end_date("2024-03-01");
  EXPECT_EQ(Refusal(Create(audit)), "AUDIT_DATES period_end_date");
  audit = AnAudit();
  audit.set_report_date("2024-02-29");
  EXPECT_EQ(Refusal(Create(audit)), "DATE_ORDER report_date");
  audit = AnAudit();
  audit.set_corrected_date("2026-01-31");
  EXPECT_EQ(Refusal(Create(audit)), "DATE_ORDER corrected_date");
  audit = AnAudit();
  audit.clear_problems();
  EXPECT_EQ(Refusal(Create(audit)), "FIELD_REQUIRED problems");
  audit = AnAudit();
  audit.set_conclusion(Audit::CLEAN);
  EXPECT_EQ(Refusal(Create(audit)), "FIELD_NOT_APPLICABLE problems");
  audit.clear_problems();
  EXPECT_EQ(Refusal(Create(audit)), "FIELD_NOT_APPLICABLE questioned_amount_fen");
  audit.clear_questioned_amount_fen();
  EXPECT_EQ(Refusal(Create(audit)), "FIELD_NOT_APPLICABLE corrected_date");
  audit.clear_corrected_date();
  EXPECT_EQ(Refusal(Create(audit)), "OK");
}

TEST_F(ReviewTest, AnAuditThatWasOwedIsMissingUntilItIsReported) {
  FileAll();
  Audit audit = AnAudit();
  audit.clear_report_date();
  EXPECT_EQ(Refusal(Create(audit)), "FIELD_REQUIRED report_date");
  audit.set_found_missing_by("示例街道");
  EXPECT_EQ(Refusal(Create(audit)), "FIELD_REQUIRED found_missing_date");
  audit.set_found_missing_date("2026-02-01");
  EXPECT_EQ(Refusal(Create(audit)), "FIELD_REQUIRED due_date");
  audit.set_due_date("2026-02-01");
  EXPECT_EQ(Refusal(Create(audit)), "DATE_ORDER found_missing_date");
  audit.set_due_date("2026-01-31");
  EXPECT_EQ(Refusal(Create(audit)), "FIELD_NOT_APPLICABLE conclusion");
  audit.clear_conclusion();
  EXPECT_EQ(Refusal(Create(audit)), "FIELD_NOT_APPLICABLE document");
  audit.clear_document();
  EXPECT_EQ(Refusal(Create(audit)), "FIELD_NOT_APPLICABLE problems");
  audit.clear_problems();
  EXPECT_EQ(Refusal(Create(audit)), "FIELD_NOT_APPLICABLE questioned_amount_fen");
  audit.clear_questioned_amount_fen();
  EXPECT_EQ(Refusal(Create(audit)), "FIELD_NOT_APPLICABLE corrected_date");
  audit.clear_corrected_date();
  const auto filed = Create(audit);
  ASSERT_EQ(Refusal(filed), "OK");
  auto told = NewestEvidence();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].id(), "committee/audits/a#missing");
  EXPECT_EQ(told[0].kind(), "committee.audit-missing");
  EXPECT_EQ(told[0].occurred_on(), "2026-02-01");
  EXPECT_EQ(told[0].determined_on(), "2026-02-01");
  EXPECT_EQ(told[0].corrected_on(), "");

  Audit reported = AnAudit();
  *reported.mutable_info() = filed->info();
  reported.set_due_date("2026-01-31");
  reported.set_found_missing_by("示例街道");
  reported.set_found_missing_date("2026-02-02");
  reported.set_report_date("2026-02-01");
  EXPECT_EQ(Refusal(Update(reported)), "DATE_ORDER report_date");
  reported.set_report_date("2026-03-01");
  reported.clear_corrected_date();
  EXPECT_EQ(Refusal(Update(reported)), "OK");
  told = NewestEvidence();
  ASSERT_EQ(told.size(), 3u);
  EXPECT_EQ(told[0].id(), "committee/audits/a#committee");
  EXPECT_EQ(told[1].id(), "committee/audits/a#missing");
  EXPECT_EQ(told[1].corrected_on(), "2026-03-01");
  EXPECT_EQ(told[2].id(), "committee/audits/a#problem");
}

TEST_F(ReviewTest, AnAuditThatWasReportedSaysWhoAndWhat) {
  FileAll();
  Audit audit = AnAudit();
  audit.clear_auditor();
  EXPECT_EQ(Refusal(Create(audit)), "FIELD_REQUIRED auditor");
  audit = AnAudit();
  audit.clear_conclusion();
  EXPECT_EQ(Refusal(Create(audit)), "FIELD_REQUIRED conclusion");
  audit = AnAudit();
  audit.clear_document();
  EXPECT_EQ(Refusal(Create(audit)), "FIELD_REQUIRED document");
}

TEST_F(ReviewTest, AnEvaluatorEvaluatesAPeriodOnce) {
  FileAll();
  CommitteeEvaluation evaluation = AnEvaluation();
  evaluation.mutable_items(1)->set_name("work-rules");
  EXPECT_EQ(Refusal(Create(evaluation)), "MEASURE_REPEATED items[1].name");
  evaluation.mutable_items(1)->set_name("score");
  EXPECT_EQ(Refusal(Create(evaluation)), "MEASURE_REPEATED items[1].name");
  ASSERT_TRUE(Create(AnEvaluation()).ok());
  evaluation = AnEvaluation("again");
  EXPECT_EQ(Said(Create(evaluation), "collides_with"), "committeeEvaluations/e");
  evaluation.set_evaluator("示例区房产局");
  EXPECT_EQ(Refusal(Create(evaluation)), "OK");
}

TEST_F(ReviewTest, AMatterIsReviewedBeforeTheVote) {
  FileAll();
  PriorReview review = APriorReview();
  review.set_community_date("2025-08-31");
  EXPECT_EQ(Refusal(Create(review)), "DATE_ORDER community_date");
  review = APriorReview();
  review.set_vote_date("2025-09-04");
  EXPECT_EQ(Refusal(Create(review)), "DATE_ORDER vote_date");
  review.clear_community_date();
  EXPECT_EQ(Refusal(Validate(review)), "OK");
  review.set_vote_date("2025-08-31");
  EXPECT_EQ(Refusal(Create(review)), "DATE_ORDER vote_date");
  ASSERT_TRUE(Create(APriorReview()).ok());
  EXPECT_TRUE(NewestEvidence().empty());
  DecisionDefect defect = ADefect();
  defect.set_corrected_date("2026-01-09");
  EXPECT_EQ(Refusal(Create(defect)), "DATE_ORDER corrected_date");
}

TEST_F(ReviewTest, AnOrderRunsItsCourse) {
  FileAll();
  CorrectionOrder order = AnOrder();
  order.set_due_date("2026-01-05");
  EXPECT_EQ(Refusal(Create(order)), "DATE_ORDER due_date");
  order = AnOrder();
  order.set_found_unmet_date("2026-02-05");
  EXPECT_EQ(Refusal(Create(order)), "DATE_ORDER found_unmet_date");
  order = AnOrder();
  order.set_accepted_date("2026-02-05");
  EXPECT_EQ(Refusal(Create(order)), "DATE_ORDER accepted_date");
  order.set_accepted_date("2026-01-04");
  EXPECT_EQ(Refusal(Create(order)), "DATE_ORDER accepted_date");
  order = AnOrder();
  order.clear_acting_mandate();
  EXPECT_EQ(Refusal(Create(order)), "FIELD_REQUIRED acting_mandate");
  order = AnOrder();
  order.clear_acting_start_date();
  EXPECT_EQ(Refusal(Create(order)), "FIELD_REQUIRED acting_start_date");
  order = AnOrder();
  order.set_acting_start_date("2026-02-05");
  EXPECT_EQ(Refusal(Create(order)), "DATE_ORDER acting_start_date");
  order.clear_found_unmet_date();
  EXPECT_EQ(Refusal(Create(order)), "FIELD_REQUIRED found_unmet_date");
  EXPECT_EQ(Refusal(Create(AnOrder())), "OK");
  // An order that runs, or was met in time, is no order that was not met.
  order = AnOrder();
  order.clear_name();
  order.clear_found_unmet_date();
  order.clear_acting_start_date();
  order.clear_acting_mandate();
  ASSERT_TRUE(Create(order).ok());
  ASSERT_EQ(NewestEvidence().size(), 1u);
  EXPECT_EQ(NewestEvidence()[0].kind(), "committee.order");
}

TEST_F(ReviewTest, TheCauseOfAnOrderIsEvidenceUntilItIsAccepted) {
  FileAll();
  struct Row {
    CorrectionOrder::Cause cause;
    const char* kind;
  };
  for (const Row& row : {Row{CorrectionOrder::NOT_PERFORMING, ""},
                         Row{CorrectionOrder::UNLAWFUL_DECISION, ""},
                         Row{CorrectionOrder::MANY_COMPLAINTS, "committee.in-difficulty"},
                         Row{CorrectionOrder::WEAK, "committee.in-difficulty"},
                         Row{CorrectionOrder::NOT_RUNNING, "committee.in-difficulty"},
                         Row{CorrectionOrder::OVERDUE_ELECTION, "committee.election-overdue"},
                         Row{CorrectionOrder::OTHER, ""},
                         Row{CorrectionOrder::UNTRAINED_MEMBER, "committee.training-missing"}}) {
    CorrectionOrder order = AnOrder();
    order.clear_name();
    order.set_cause(row.cause);
    ASSERT_TRUE(Create(order).ok());
    std::string kind;
    for (const auto& piece : NewestEvidence()) {
      EXPECT_EQ(piece.corrected_on(), "2026-02-20");
      if (piece.id().ends_with("#cause")) kind = piece.kind();
    }
    EXPECT_EQ(kind, row.kind) << row.cause;
  }
}

TEST_F(ReviewTest, FindingsAreEvidenceAboutTheCommittee) {
  FileAll();
  Audit audit = *Create(AnAudit());
  std::string text = NewestEvidenceText();
  audit.set_conclusion(Audit::CLEAN);
  audit.clear_problems();
  audit.clear_questioned_amount_fen();
  audit.clear_corrected_date();
  ASSERT_TRUE(Update(audit).ok());
  text += NewestEvidenceText();
  ASSERT_TRUE(Create(AnEvaluation()).ok());
  text += NewestEvidenceText();
  ASSERT_TRUE(Create(ADefect()).ok());
  text += NewestEvidenceText();
  ASSERT_TRUE(Create(AnOrder()).ok());
  text += NewestEvidenceText();
  ExpectGolden("services/feeds/committee/testdata/review_evidence.txt", text);
}

}  // namespace
}  // namespace xince::committee
