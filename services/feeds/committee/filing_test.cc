#include "services/feeds/committee/filing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "xince/journal/v1/entries.pb.h"

#include "services/feeds/committee/committee_fixture.h"
#include "services/feeds/committee/overdue_elections.h"
#include "services/type/field_rules_limits.h"

namespace xince::committee {
namespace {

using namespace committee::testdata;  // NOLINT: the fixture is the subject.
using namespace feeds::testdata;      // NOLINT: the fixture is the subject.
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using v1::Committee;
using v1::ListOverdueElectionsRequest;
using v1::Member;
using v1::MemberConduct;

using FilingTest = CommitteeTest;

Committee AFullCommittee() {
  Committee committee = Parse<Committee>(R"pb(
    name: "committees/full"
    display_name: "全项业委会(虚构)"
    kind: OWNERS_COMMITTEE
    uscc: "51610700305332460K"
    estate: "estates/full"
    division: "320104002001"
    formed_date: "2024-02-20"
    filing_date: "2024-03-31"
    filing_number: "示例-7"
    filed_documents: "管理规约"
    filed_documents: "业主大会议事规则"
    term_start_date: "2024-03-01"
    term_end_date: "2029-03-01"
    ended_date: "2026-02-01"
    seat_count: 7
    party_organization_eligible: true
    party_organization_date: "2024-05-01"
    party_branch: "示例小区党支部"
    grid_code: "G01"
    predecessor: "committees/before"
    succession_reason: ELECTED
    account_mode: JOINT_ACCOUNT
    supervises: "committees/before"
    has_common_revenue: true
  )pb");
  *committee.mutable_filing_receipt() = ADocument();
  return committee;
}

Member AFullMember() {
  Member member = Parse<Member>(R"pb(
    name: "members/full"
    committee: "committees/c"
    person { display_name: "李四" identity_number: "440524188001010014" }
    post: CHAIR
    start_date: "2024-03-01"
    end_date: "2025-03-01"
    end_reason: RESIGNED
    party_member: true
    public_office: PARTY_DELEGATE
    pledge_date: "2024-02-25"
    joint_review: "jointReviews/r"
    cross_post: "社区两委委员"
  )pb");
  *member.mutable_pledge_document() = ADocument();
  return member;
}

MemberConduct AConduct() {
  MemberConduct conduct = Parse<MemberConduct>(R"pb(
    name: "memberConducts/x"
    member: "members/m"
    conduct_date: "2025-05-01"
    description: "擅自改变共有部分用途"
    clause: "示例条例第六十一条"
    determined_by: "示例区房产局"
    lawful_basis { kind: LOCAL_REGULATION document: "示例条例" clause: "第七十条" }
  )pb");
  *conduct.mutable_document() = ADocument();
  return conduct;
}

TEST_F(FilingTest, EveryFieldIsLimited) {
  type::ExpectLimitsHold(AFullCommittee(), FieldCheck());
  type::ExpectLimitsHold(AFullMember(), FieldCheck());
  type::ExpectLimitsHold(AConduct(), FieldCheck());
}

TEST_F(FilingTest, ACommitteeBelongsToAStreetAndAnEstate) {
  Committee committee = ACommittee();
  committee.set_division("320104");
  EXPECT_EQ(Refusal(Create(committee)), "DIVISION_LEVEL division");
  committee = ACommittee();
  committee.clear_estate();
  EXPECT_EQ(Refusal(Create(committee)), "FIELD_REQUIRED estate");
  committee.set_kind(Committee::ENVIRONMENT_COMMITTEE);
  EXPECT_EQ(Refusal(Create(committee)), "OK");
}

TEST_F(FilingTest, DatesOfAFilingAreInOrder) {
  Committee committee = ACommittee();
  committee.set_filing_date("2024-02-19");
  EXPECT_EQ(Refusal(Create(committee)), "DATE_ORDER filing_date");
  committee = ACommittee();
  committee.set_term_end_date("2024-03-01");
  EXPECT_EQ(Refusal(Create(committee)), "TERM_DATES term_end_date");
  committee = ACommittee();
  committee.set_ended_date("2024-02-29");
  EXPECT_EQ(Refusal(Create(committee)), "DATE_ORDER ended_date");
  committee = ACommittee();
  committee.set_party_organization_date("2024-05-01");
  EXPECT_EQ(Refusal(Create(committee)), "FIELD_REQUIRED party_organization_eligible");
}

TEST_F(FilingTest, ACommitteeIsFiledOnceByCodeAndByNumber) {
  Committee committee = ACommittee("a");
  committee.set_uscc("51610700305332460K");
  committee.set_filing_number("7");
  ASSERT_TRUE(Create(committee).ok());
  Committee other = ACommittee("b");
  other.set_estate("estates/other");
  other.set_uscc("51610700305332460K");
  EXPECT_EQ(Said(Create(other), "collides_with"), "committees/a");
  other.clear_uscc();
  other.set_filing_number("7");
  EXPECT_EQ(Said(Create(other), "collides_with"), "committees/a");
  other.set_division("320104003");
  EXPECT_EQ(Refusal(Create(other)), "OK");
}

TEST_F(FilingTest, AnEstateHasOneBodyOfAKindAtATime) {
  ASSERT_TRUE(Create(ACommittee()).ok());
  const auto refused = Create(ACommittee("second"));
  EXPECT_EQ(Refusal(refused), "COMMITTEE_OVERLAP estate");
  EXPECT_EQ(Said(refused, "collides_with"), "committees/c");
  Committee supervisors = ACommittee("supervisors");
  supervisors.set_kind(Committee::SUPERVISORY_BODY);
  supervisors.set_supervises("committees/none");
  EXPECT_EQ(Refusal(Create(supervisors)), "REFERENCE_UNKNOWN supervises");
  supervisors.set_supervises("committees/c");
  EXPECT_EQ(Refusal(Create(supervisors)), "OK");
  Committee next = ACommittee("next");
  next.set_term_start_date("2029-03-01");
  next.set_term_end_date("2034-03-01");
  EXPECT_EQ(Refusal(Validate(next)), "OK");
  next.set_term_start_date("2029-02-28");
  EXPECT_EQ(Refusal(Validate(next)), "COMMITTEE_OVERLAP estate");
  // The body that takes over may overlap the one that hands over, and has a reason.
  next.set_predecessor("committees/c");
  EXPECT_EQ(Refusal(Validate(next)), "FIELD_REQUIRED succession_reason");
  next.set_succession_reason(Committee::ELECTED);
  EXPECT_EQ(Refusal(Validate(next)), "OK");
  Committee ordinary = ACommittee("ordinary");
  ordinary.set_estate("estates/f");
  ordinary.set_supervises("committees/c");
  EXPECT_EQ(Refusal(Create(ordinary)), "FIELD_NOT_APPLICABLE supervises");
}

TEST_F(FilingTest, ABodyEndsWhereTheNextBegins) {
  Committee before = ACommittee();
  before.set_ended_date("2026-03-01");
  ASSERT_TRUE(Create(before).ok());
  Committee next = ACommittee("next");
  next.set_formed_date("2026-02-20");
  next.set_filing_date("2026-03-05");
  next.set_term_start_date("2026-03-01");
  next.set_term_end_date("2031-03-01");
  EXPECT_EQ(Refusal(Create(next)), "OK");
}

TEST_F(FilingTest, ASuccessorIsAnotherBodyOfTheSameEstate) {
  ASSERT_TRUE(Create(ACommittee()).ok());
  Committee next = ACommittee("next");
  next.set_succession_reason(Committee::UNABLE_TO_PERFORM);
  EXPECT_EQ(Refusal(Create(next)), "FIELD_NOT_APPLICABLE succession_reason");
  next.set_predecessor("committees/none");
  EXPECT_EQ(Refusal(Create(next)), "REFERENCE_UNKNOWN predecessor");
  next.set_predecessor("committees/next");
  EXPECT_EQ(Refusal(Create(next)), "SUCCESSION predecessor");
  next.set_predecessor("committees/c");
  next.set_estate("estates/other");
  EXPECT_EQ(Refusal(Create(next)), "SUCCESSION predecessor");
  next.set_estate("estates/e");
  next.set_kind(Committee::MANAGEMENT_COMMITTEE);
  EXPECT_EQ(Refusal(Create(next)), "OK");
  EXPECT_EQ(Said(Void(*Get<Committee>("committees/c")), "referenced_by"), "committees/next");
}

TEST_F(FilingTest, AMemberIsAPersonWithOneSeatAtATime) {
  Member member = AMember();
  EXPECT_EQ(Refusal(Create(member)), "REFERENCE_UNKNOWN committee");
  ASSERT_TRUE(Create(ACommittee()).ok());
  member.mutable_person()->clear_identity_number();
  EXPECT_EQ(Refusal(Create(member)), "FIELD_REQUIRED person.identity_number");
  member = *Create(AMember());
  EXPECT_EQ(member.person().identity_number(), "");
  const auto twice = Create(AMember("again"));
  EXPECT_EQ(Refusal(twice), "MEMBER_OVERLAP start_date");
  EXPECT_EQ(Said(twice, "collides_with"), "members/m");
  member.mutable_person()->set_identity_number(kOtherNumber);
  EXPECT_EQ(Refusal(Update(member)), "IDENTITY_CHANGED person.identity_number");
  member = *Get<Member>("members/m");
  member.set_end_date("2024-03-01");
  EXPECT_EQ(Refusal(Update(member)), "MEMBER_DATES end_date");
  member.set_end_date("2025-03-01");
  member.set_end_reason(Member::RESIGNED);
  ASSERT_TRUE(Update(member).ok());
  member = AMember("again");
  member.set_start_date("2025-03-01");
  EXPECT_EQ(Refusal(Create(member)), "OK");
  member = AMember("other", kOtherNumber);
  member.set_end_reason(Member::REMOVED);
  EXPECT_EQ(Refusal(Create(member)), "FIELD_REQUIRED end_date");
  member = AMember("other", kOtherNumber);
  *member.mutable_pledge_document() = ADocument();
  EXPECT_EQ(Refusal(Create(member)), "FIELD_REQUIRED pledge_date");
}

TEST_F(FilingTest, ACommitteeHasOneChairAtATime) {
  ASSERT_TRUE(Create(ACommittee()).ok());
  Member chair = AMember();
  chair.set_post(Member::CHAIR);
  ASSERT_TRUE(Create(chair).ok());
  Member second = AMember("second", kOtherNumber);
  second.set_post(Member::CHAIR);
  const auto refused = Create(second);
  EXPECT_EQ(Refusal(refused), "CHAIR_OVERLAP start_date");
  EXPECT_EQ(Said(refused, "collides_with"), "members/m");
  second.set_post(Member::VICE_CHAIR);
  EXPECT_EQ(Refusal(Create(second)), "OK");
}

TEST_F(FilingTest, AMembersReviewIsThePersonsOwnAndPassed) {
  ASSERT_TRUE(Create(ACommittee()).ok());
  ASSERT_TRUE(Create(AList()).ok());
  Member member = AMember();
  member.set_joint_review("jointReviews/r");
  EXPECT_EQ(Refusal(Create(member)), "REFERENCE_UNKNOWN joint_review");
  v1::JointReview review = AReview();
  review.clear_result();
  review.clear_result_date();
  review = *Create(review);
  EXPECT_EQ(Refusal(Create(member)), "REVIEW_MISMATCH joint_review");
  review.set_result(v1::JointReview::PASSED);
  review.set_result_date("2024-01-20");
  review = *Update(review);
  Member other = AMember("other", kOtherNumber);
  other.set_joint_review("jointReviews/r");
  EXPECT_EQ(Refusal(Create(other)), "REVIEW_MISMATCH joint_review");
  EXPECT_EQ(Refusal(Create(member)), "OK");
  EXPECT_EQ(Said(Void(review), "referenced_by"), "members/m");
}

TEST_F(FilingTest, NothingAboutAMemberLeavesTheFeed) {
  FileAll();
  MemberConduct conduct = AConduct();
  conduct.clear_lawful_basis();
  EXPECT_EQ(Refusal(Create(conduct)), "OK");
  EXPECT_TRUE(NewestEvidence().empty());
  conduct.set_name("memberConducts/y");
  conduct.set_member("members/none");
  EXPECT_EQ(Refusal(Create(conduct)), "REFERENCE_UNKNOWN member");
  for (const journal::Entry& entry : Entries()) {
    journal::v1::FeedEntry payload;
    ASSERT_TRUE(payload.ParseFromString(entry.payload));
    EXPECT_THAT(payload.evidence(), Not(HasSubstr("张三"))) << payload.name();
    EXPECT_THAT(payload.evidence(), Not(HasSubstr("members/"))) << payload.name();
    EXPECT_THAT(entry.payload, Not(HasSubstr("110105194912310"))) << payload.name();
  }
}

TEST_F(FilingTest, AConductCountsOnlyByALawfulBasisAndNamesNobody) {
  FileAll();
  MemberConduct conduct = AConduct();
  for (const auto kind : {v1::LawfulBasis::RULE, v1::LawfulBasis::NORMATIVE_DOCUMENT}) {
    conduct.mutable_lawful_basis()->set_kind(kind);
    EXPECT_EQ(Refusal(Create(conduct)), "LAWFUL_BASIS_KIND lawful_basis.kind");
  }
  conduct = AConduct();
  conduct.mutable_document()->set_title("关于张三的处理决定");
  conduct = *Create(conduct);
  EXPECT_EQ(conduct.committee(), "committees/c");
  const auto evidence = NewestEvidence();
  ASSERT_EQ(evidence.size(), 1u);
  EXPECT_EQ(evidence[0].kind(), "committee.member-conduct");
  EXPECT_EQ(evidence[0].subject(), "committees/c");
  EXPECT_THAT(evidence[0].tags(), ElementsAre("local-regulation"));
  EXPECT_THAT(evidence[0].SerializeAsString(), Not(HasSubstr("张三")));
  EXPECT_THAT(evidence[0].SerializeAsString(), Not(HasSubstr("members/")));
  // The basis falls: so does the evidence.
  conduct.clear_lawful_basis();
  ASSERT_TRUE(Update(conduct).ok());
  ASSERT_EQ(NewestEvidence().size(), 1u);
  EXPECT_TRUE(NewestEvidence()[0].voided());
}

TEST_F(FilingTest, ACommitteeGivesItsFilingAndWhetherItHasAPartyOrganisation) {
  Committee before = ACommittee("before");
  before.set_estate("estates/full");
  before.set_party_organization_eligible(true);
  before.set_ended_date("2024-03-01");
  ASSERT_TRUE(Create(before).ok());
  std::string text = NewestEvidenceText();
  Committee committee = AFullCommittee();
  committee.clear_supervises();
  const auto filed = Create(committee);
  ASSERT_TRUE(filed.ok()) << filed.status();
  text += NewestEvidenceText();
  ExpectGolden("services/feeds/committee/testdata/filing_evidence.txt", text);
}

// Ids of a page of overdue elections, each with its days.
std::vector<std::string> Overdue(feeds::Feed& feed,
                                 const ListOverdueElectionsRequest& request,
                                 std::string* next = nullptr) {
  const auto page = ListOverdueElections(
      feed, request, type::Date::FromCivil(2026, 3, 10), 0, absl::InfiniteFuture());
  if (!page.ok()) return {Refusal(page)};
  std::vector<std::string> found;
  for (const auto& overdue : page->response.overdue_elections()) {
    found.push_back(absl::StrCat(overdue.committee().name(), " ", overdue.days_overdue()));
  }
  if (next != nullptr) *next = page->response.next_page_token();
  return found;
}

TEST_F(FilingTest, AnElectionIsOverdueFromTheDayAfterTheTerm) {
  const auto file =
      [&](const std::string& id, const std::string& term_end, const std::string& ended) {
        Committee committee = ACommittee(id);
        committee.set_estate("estates/" + id);
        committee.set_term_end_date(term_end);
        committee.set_ended_date(ended);
        ASSERT_TRUE(Create(committee).ok());
      };
  file("a", "2026-03-10", "");
  file("b", "2026-03-11", "");
  file("c", "2026-01-01", "");
  file("d", "2026-01-01", "2026-02-01");
  file("e", "2026-01-01", "2026-03-10");
  EXPECT_THAT(Overdue(feed(), {}), ElementsAre("committees/a 0", "committees/c 68"));
  ListOverdueElectionsRequest request;
  request.set_as_of_date("2026-01-31");
  EXPECT_THAT(Overdue(feed(), request),
              ElementsAre("committees/c 30", "committees/d 30", "committees/e 30"));
  request.set_division("320105");
  EXPECT_THAT(Overdue(feed(), request), IsEmpty());
  request.set_division("320104");
  request.set_page_size(2);
  std::string next;
  EXPECT_THAT(Overdue(feed(), request, &next), ElementsAre("committees/c 30", "committees/d 30"));
  request.set_page_token(next);
  EXPECT_THAT(Overdue(feed(), request, &next), ElementsAre("committees/e 30"));
  EXPECT_EQ(next, "");
  request.set_as_of_date("2026-01-30");
  EXPECT_THAT(Overdue(feed(), request), ElementsAre("PAGE_TOKEN_ARGUMENTS page_token"));
  request.clear_page_token();
  request.set_page_size(-1);
  EXPECT_THAT(Overdue(feed(), request), ElementsAre("PAGE_SIZE page_size"));
}

}  // namespace
}  // namespace xince::committee
