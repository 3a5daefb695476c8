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
using v1::LawfulBasis;
using v1::NegativeList;
using v1::NegativeListItem;

using CandidateTest = CommitteeTest;

TEST_F(CandidateTest, EveryFieldIsLimited) {
  type::ExpectLimitsHold(AList(), FieldCheck());
  JointReview review = AReview();
  review.mutable_opinions(0)->add_items("serving-firm");
  type::ExpectLimitsHold(review, FieldCheck());
}

TEST_F(CandidateTest, EveryItemOfTheListHasItsBasis) {
  NegativeList list = AList();
  list.mutable_items(0)->clear_basis();
  EXPECT_EQ(Refusal(Create(list)), "FIELD_REQUIRED items[0].basis");
  list = AList();
  list.mutable_items(1)->set_id("serving-firm");
  EXPECT_EQ(Refusal(Create(list)), "ITEM_REPEATED items[1].id");
}

TEST_F(CandidateTest, OnlyLawAndRegulationsBlock) {
  for (const auto& [kind, refusal] :
       {std::pair{LawfulBasis::LAW, "OK"},
        std::pair{LawfulBasis::ADMINISTRATIVE_REGULATION, "OK"},
        std::pair{LawfulBasis::LOCAL_REGULATION, "OK"},
        std::pair{LawfulBasis::RULE, "ITEM_BASIS_KIND items[0].basis.kind"},
        std::pair{LawfulBasis::NORMATIVE_DOCUMENT, "ITEM_BASIS_KIND items[0].basis.kind"}}) {
    NegativeList list = AList();
    list.mutable_items(0)->mutable_basis()->set_kind(kind);
    EXPECT_EQ(Refusal(Validate(list)), refusal) << kind;
    list.mutable_items(0)->set_severity(NegativeListItem::WARN);
    EXPECT_EQ(Refusal(Validate(list)), "OK") << kind;
  }
}

TEST_F(CandidateTest, ArrearsOfPropertyFeesNeverBlockWhateverTheBasis) {
  NegativeList list = AList();
  list.mutable_items(1)->mutable_basis()->set_kind(LawfulBasis::LAW);
  EXPECT_EQ(Refusal(Validate(list)), "OK");
  list.mutable_items(1)->set_severity(NegativeListItem::BLOCK);
  const auto refused = Create(list);
  EXPECT_EQ(Refusal(refused), "ARREARS_NEVER_BLOCK items[1].severity");
  const runtime::Problem problem = runtime::ToProblem(refused.status());
  EXPECT_THAT(problem.en, ::testing::HasSubstr("write WARN"));
  EXPECT_THAT(problem.zh, ::testing::HasSubstr("欠缴物业费"));
  // An item of another category that only words it so is not told apart by its text.
  list.mutable_items(1)->set_category(NegativeListItem::MAINTENANCE_FUND_UNPAID);
  EXPECT_EQ(Refusal(Validate(list)), "OK");
}

TEST_F(CandidateTest, ItemsThatCandidatesWereHeldAgainstStayAsTheyWere) {
  FileAll();
  NegativeList list = *Get<NegativeList>("negativeLists/n");
  list.mutable_items(0)->set_text("改写");
  EXPECT_EQ(Refusal(Update(list)), "OK");
  ASSERT_TRUE(Create(AReview()).ok());
  list = *Get<NegativeList>("negativeLists/n");
  list.mutable_items(0)->set_severity(NegativeListItem::WARN);
  const auto refused = Update(list);
  EXPECT_EQ(Refusal(refused), "NEGATIVE_LIST_IN_USE items");
  EXPECT_EQ(Said(refused, "referenced_by"), "jointReviews/r");
}

TEST_F(CandidateTest, AReviewUsesTheListThatHeldThereAndThen) {
  FileAll();
  JointReview review = AReview();
  review.set_request_date("2023-12-31");
  EXPECT_EQ(Refusal(Create(review)), "REVIEW_LIST negative_list");
  review = AReview();
  review.set_division("320105002");
  EXPECT_EQ(Refusal(Create(review)), "REVIEW_LIST negative_list");
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
  EXPECT_EQ(Refusal(Create(review)), "OPINION_REPEATED opinions[5].body");
  review = AReview();
  review.mutable_opinions(1)->clear_comment();
  EXPECT_EQ(Refusal(Create(review)), "FIELD_REQUIRED opinions[1].comment");
  review = AReview();
  review.mutable_opinions(1)->clear_signed_by();
  EXPECT_EQ(Refusal(Create(review)), "FIELD_REQUIRED opinions[1].signed_by");
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
  review.mutable_opinions()->RemoveLast();
  const auto four = Create(review);
  EXPECT_EQ(Refusal(four), "REVIEW_OPINIONS_MISSING opinions");
  EXPECT_EQ(Said(four, "found"), "4");
  EXPECT_EQ(Said(four, "required"), "5");
  review.clear_opinions();
  review.set_result_date("2024-01-09");
  EXPECT_EQ(Refusal(Create(review)), "DATE_ORDER result_date");
  review.set_result_date("2024-01-20");
  review.set_result(JointReview::WITHDRAWN);
  EXPECT_EQ(Refusal(Validate(review)), "OK");
}

TEST_F(CandidateTest, AResultFollowsFromTheItemsThatOpinionsName) {
  FileAll();
  JointReview review = AReview();
  review.set_result(JointReview::FAILED);
  auto refused = Create(review);
  EXPECT_EQ(Refusal(refused), "REVIEW_RESULT result");
  EXPECT_EQ(Said(refused, "follows"), "PASSED");
  // An item that blocks: the candidate does not stand.
  review = AReview();
  review.mutable_opinions(1)->add_items("serving-firm");
  refused = Create(review);
  EXPECT_EQ(Refusal(refused), "REVIEW_RESULT result");
  EXPECT_EQ(Said(refused, "follows"), "FAILED");
  EXPECT_EQ(Said(refused, "items"), "serving-firm");
  review.set_result(JointReview::FAILED);
  const auto failed = Validate(review);
  ASSERT_TRUE(failed.ok()) << failed.status();
  EXPECT_THAT(failed->barring_items(), ::testing::ElementsAre("serving-firm"));
  // What is not on the list bars nobody, and a body without objection names nothing.
  review.mutable_opinions(1)->set_items(0, "arrears");
  EXPECT_EQ(Refusal(Create(review)), "REVIEW_ITEM_UNKNOWN opinions[1].items[0]");
  review.mutable_opinions(1)->set_items(0, "fees");
  review.mutable_opinions(0)->add_items("fees");
  EXPECT_EQ(Refusal(Create(review)), "FIELD_NOT_APPLICABLE opinions[0].items");
}

TEST_F(CandidateTest, AWarningItemLetsThePersonStandWithTheWarningShown) {
  FileAll();
  JointReview review = AReview();
  review.mutable_opinions(1)->add_items("fees");
  review.set_result(JointReview::FAILED);
  EXPECT_EQ(Refusal(Create(review)), "REVIEW_RESULT result");
  review.set_result(JointReview::PASSED);
  review = *Create(review);
  ASSERT_EQ(review.warnings_size(), 1);
  EXPECT_EQ(review.warnings(0).kind(), v1::Warning::WARNING_ITEM);
  EXPECT_EQ(review.warnings(0).item(), "fees");
  EXPECT_EQ(review.warnings(0).clause(), "示例办法 第八条");
  EXPECT_TRUE(review.barring_items().empty());
  v1::Member member = *Get<v1::Member>("members/m");
  EXPECT_TRUE(member.warnings().empty());
  member.set_joint_review(review.name());
  member = *Update(member);
  ASSERT_EQ(member.warnings_size(), 1);
  EXPECT_EQ(member.warnings(0).item(), "fees");
  EXPECT_EQ(member.warnings(0).record(), "jointReviews/r");
}

TEST_F(CandidateTest, AnObjectionWithoutAnItemIsShownAndBarsNobody) {
  FileAll();
  const JointReview review = *Create(AReview());
  ASSERT_EQ(review.warnings_size(), 1);
  EXPECT_EQ(review.warnings(0).kind(), v1::Warning::OBJECTION);
  EXPECT_EQ(review.warnings(0).item(), "示例信访局");
}

}  // namespace
}  // namespace xince::committee
