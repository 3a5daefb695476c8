#include "services/feeds/committee/candidate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/feeds/committee/committee_fixture.h"
#include "services/type/field_rules_limits.h"

namespace xince::committee {
namespace {

using namespace committee::testdata;  // NOLINT: the fixture is the subject.
using namespace feeds::testdata;      // NOLINT: the fixture is the subject.
using v1::JointReview;
using v1::NegativeList;

using CandidateTest = CommitteeTest;

TEST_F(CandidateTest, EveryFieldIsLimited) {
  type::ExpectLimitsHold(AList(), FieldCheck());
  JointReview review = AReview();
  review.set_failed_item("本人或近亲属在为本小区服务的企业任职");
  type::ExpectLimitsHold(review, FieldCheck());
}

TEST_F(CandidateTest, EveryItemOfTheListHasItsBasis) {
  NegativeList list = AList();
  list.add_items("另一情形");
  const auto refused = Create(list);
  EXPECT_EQ(Refusal(refused), "BASIS_MISSING bases");
  EXPECT_EQ(Said(refused, "items"), "2");
  list.clear_bases();
  EXPECT_EQ(Refusal(Create(list)), "FIELD_REQUIRED bases");
}

TEST_F(CandidateTest, ADistrictHasOneListAtATime) {
  NegativeList list = AList();
  list.set_division("320104002");
  EXPECT_EQ(Refusal(Create(list)), "DIVISION_SYNTAX division");
  list = AList();
  list.set_end_date("2024-01-01");
  EXPECT_EQ(Refusal(Create(list)), "LIST_DATES end_date");
  ASSERT_TRUE(Create(AList()).ok());
  list = AList("next");
  list.set_version("2025");
  list.set_start_date("2024-12-31");
  list.clear_end_date();
  const auto refused = Create(list);
  EXPECT_EQ(Refusal(refused), "NEGATIVE_LIST_OVERLAP start_date");
  EXPECT_EQ(Said(refused, "collides_with"), "negativeLists/n");
  list.set_start_date("2025-01-01");
  EXPECT_EQ(Refusal(Validate(list)), "OK");
  list.set_version("2024");
  EXPECT_EQ(Refusal(Create(list)), "DUPLICATE_KEY");
  list.set_division("320105");
  EXPECT_EQ(Refusal(Create(list)), "OK");
}

TEST_F(CandidateTest, AReviewIsOfAPersonAgainstAList) {
  JointReview review = AReview();
  EXPECT_EQ(Refusal(Create(review)), "REFERENCE_UNKNOWN committee");
  review.clear_committee();
  EXPECT_EQ(Refusal(Create(review)), "REFERENCE_UNKNOWN negative_list");
  ASSERT_TRUE(Create(AList()).ok());
  review.mutable_candidate()->clear_identity_number();
  EXPECT_EQ(Refusal(Create(review)), "FIELD_REQUIRED candidate.identity_number");
  review = AReview();
  review.clear_committee();
  review = *Create(review);
  EXPECT_TRUE(NewestEvidence().empty());
  EXPECT_EQ(review.candidate().identity_hash().size(), 32u);
  review.mutable_candidate()->set_identity_number(kOtherNumber);
  EXPECT_EQ(Refusal(Update(review)), "IDENTITY_CHANGED candidate.identity_number");
  EXPECT_EQ(Said(Void(*Get<NegativeList>("negativeLists/n")), "referenced_by"), "jointReviews/r");
}

TEST_F(CandidateTest, EachBodyGivesOneDatedOpinion) {
  FileAll();
  JointReview review = AReview();
  *review.add_opinions() = review.opinions(0);
  EXPECT_EQ(Refusal(Create(review)), "OPINION_REPEATED opinions[2].body");
  review = AReview();
  review.mutable_opinions(1)->clear_comment();
  EXPECT_EQ(Refusal(Create(review)), "FIELD_REQUIRED opinions[1].comment");
  review = AReview();
  review.mutable_opinions(1)->set_opinion_date("2024-01-09");
  EXPECT_EQ(Refusal(Create(review)), "DATE_ORDER opinions[1].opinion_date");
  review.mutable_opinions(1)->set_opinion_date("2024-01-21");
  EXPECT_EQ(Refusal(Create(review)), "DATE_ORDER result_date");
}

TEST_F(CandidateTest, AResultHasItsDateItsOpinionsAndItsItem) {
  FileAll();
  JointReview review = AReview();
  review.clear_result_date();
  EXPECT_EQ(Refusal(Create(review)), "FIELD_REQUIRED result_date");
  review = AReview();
  review.clear_result();
  EXPECT_EQ(Refusal(Create(review)), "FIELD_NOT_APPLICABLE result_date");
  review = AReview();
  review.clear_opinions();
  EXPECT_EQ(Refusal(Create(review)), "REVIEW_OPINIONS_MISSING opinions");
  review.set_result_date("2024-01-09");
  EXPECT_EQ(Refusal(Create(review)), "DATE_ORDER result_date");
  review.set_result_date("2024-01-20");
  review.set_result(JointReview::WITHDRAWN);
  EXPECT_EQ(Refusal(Validate(review)), "OK");
  review = AReview();
  review.set_failed_item("本人或近亲属在为本小区服务的企业任职");
  EXPECT_EQ(Refusal(Create(review)), "FIELD_NOT_APPLICABLE failed_item");
  review.set_result(JointReview::FAILED);
  EXPECT_EQ(Refusal(Validate(review)), "OK");
  review.clear_failed_item();
  EXPECT_EQ(Refusal(Create(review)), "FIELD_REQUIRED failed_item");
  // Arrears are no item of the list.
  review.set_failed_item("欠缴物业费");
  EXPECT_EQ(Refusal(Create(review)), "REVIEW_ITEM_UNKNOWN failed_item");
}

}  // namespace
}  // namespace xince::committee
