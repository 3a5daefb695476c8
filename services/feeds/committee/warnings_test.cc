#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/feeds/committee/committee_fixture.h"
#include "services/feeds/committee/committee_warnings.h"
#include "services/feeds/committee/taking_office.h"

namespace xince::committee {
namespace {

using namespace committee::testdata;  // NOLINT: the fixture is the subject.
using namespace feeds::testdata;      // NOLINT: the fixture is the subject.
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using v1::Committee;
using v1::CommitteeRule;
using v1::CommitteeRules;
using v1::Disclosure;
using v1::Member;
using v1::Training;
using v1::Warning;

constexpr char kRules[] = R"pb(
  jurisdiction: "3201"
  effective_from: "2020-01-01"
  pledge { gate: WARN clause: "二(三)3" }
  training_before_term { gate: WARN levels: LEVEL_CITY clause: "二(一)2" }
  training_in_term {
    gate: WARN
    value: 1
    levels: LEVEL_DISTRICT
    levels: LEVEL_STREET
    clause: "二(一)2"
  }
  joint_review { gate: WARN value: 6 clause: "三(二)5" }
  party_share { gate: WARN value: 60 clause: "三(二)5" }
  re_election_call { gate: WARN value: 90 clause: "换届" }
  filing { gate: WARN value: 30 clause: "备案" }
  filing_documents { gate: WARN documents: "管理规约" clause: "备案" }
  decision_publication { gate: WARN value: 7 clause: "公布" }
)pb";

CommitteeRules SomeRules(CommitteeRule::Gate gate) {
  auto rules = Parse<CommitteeRules>(kRules);
  rules.mutable_pledge()->set_gate(gate);
  rules.mutable_training_before_term()->set_gate(gate);
  rules.mutable_filing()->set_gate(gate);
  rules.mutable_filing_documents()->set_gate(gate);
  return rules;
}

class WarningsTest : public CommitteeTest {
 protected:
  explicit WarningsTest(CommitteeRule::Gate gate = CommitteeRule::WARN)
      : CommitteeTest(std::make_shared<const CommitteeRules>(SomeRules(gate))) {}
  static Training ATraining(type::v1::Level level = type::v1::LEVEL_CITY) {
    auto training = Parse<Training>(R"pb(
      name: "trainings/t"
      committee: "committees/c"
      audience: MEMBER_BEFORE_TERM
      trainee { display_name: "张三" identity_number: "11010519491231002X" }
      title: "示例任前培训"
      organizer: "示例市房产局"
      training_date: "2024-02-25"
      hours: 8
    )pb");
    training.set_level(level);
    return training;
  }
  static Committee AComplete() {
    Committee committee = ACommittee();
    committee.add_filed_documents("管理规约");
    return committee;
  }
};

class BlockingTest : public WarningsTest {
 protected:
  BlockingTest() : WarningsTest(CommitteeRule::BLOCK) {}
};

template <class Warnings>
std::vector<std::string> Kinds(const Warnings& warnings) {
  std::vector<std::string> kinds;
  for (const Warning& warning : warnings) kinds.push_back(Warning::Kind_Name(warning.kind()));
  return kinds;
}

TEST_F(BlockingTest, AMemberWithoutPledgeOrTrainingDoesNotTakeOffice) {
  ASSERT_TRUE(Create(AComplete()).ok());
  Member member = AMember();
  const auto refused = Create(member);
  EXPECT_EQ(Refusal(refused), "PLEDGE_MISSING pledge_date");
  EXPECT_EQ(Said(refused, "clause"), "二(三)3");
  EXPECT_EQ(Said(refused, "due_date"), "2024-03-01");
  member.set_pledge_date("2024-03-02");
  EXPECT_EQ(Refusal(Create(member)), "PLEDGE_MISSING pledge_date");
  member.set_pledge_date("2024-03-01");
  EXPECT_EQ(Refusal(Create(member)), "TRAINING_MISSING start_date");
  // An alternate holds no seat.
  member.set_post(Member::ALTERNATE);
  EXPECT_EQ(Refusal(Validate(member)), "OK");
  member.set_post(Member::MEMBER);
  // Another level's, another day's or another person's training is not it.
  Training training = *Create(ATraining(type::v1::LEVEL_STREET));
  EXPECT_EQ(Refusal(Create(member)), "TRAINING_MISSING start_date");
  training.set_level(type::v1::LEVEL_CITY);
  training.set_training_date("2024-03-01");
  training = *Update(training);
  EXPECT_EQ(Refusal(Create(member)), "TRAINING_MISSING start_date");
  training.set_training_date("2024-02-29");
  ASSERT_TRUE(Update(training).ok());
  Member other = AMember("other", kOtherNumber);
  other.set_pledge_date("2024-03-01");
  EXPECT_EQ(Refusal(Create(other)), "TRAINING_MISSING start_date");
  member = *Create(member);
  EXPECT_THAT(member.warnings(), IsEmpty());
  // What was there may not be taken away.
  member.clear_pledge_date();
  EXPECT_EQ(Refusal(Update(member)), "PLEDGE_MISSING pledge_date");
}

TEST_F(BlockingTest, AMemberFromBeforeTheRulesIsNotHeldToThem) {
  ASSERT_TRUE(Create(AComplete()).ok());
  Member member = AMember();
  member.set_start_date("2019-12-31");
  EXPECT_EQ(Refusal(Validate(member)), "OK");
  member.set_start_date("2020-01-01");
  EXPECT_EQ(Refusal(Validate(member)), "PLEDGE_MISSING pledge_date");
}

TEST_F(BlockingTest, AFilingIsInTimeAndComplete) {
  Committee committee = AComplete();
  committee.set_filing_date("2024-03-22");
  const auto refused = Create(committee);
  EXPECT_EQ(Refusal(refused), "FILING_LATE filing_date");
  EXPECT_EQ(Said(refused, "due_date"), "2024-03-21");
  committee.set_filing_date("2024-03-21");
  EXPECT_EQ(Refusal(Validate(committee)), "OK");
  committee.clear_filed_documents();
  EXPECT_EQ(Said(Create(committee), "item"), "管理规约");
  EXPECT_EQ(Refusal(Create(committee)), "FILING_DOCUMENT_MISSING filed_documents");
}

TEST_F(WarningsTest, WhatARuleWarnsOfStandsInTheRecord) {
  Committee committee = ACommittee();
  committee.set_filing_date("2024-03-22");
  committee = *Create(committee);
  EXPECT_THAT(Kinds(committee.warnings()), ElementsAre("FILED_LATE", "FILING_DOCUMENT_MISSING"));
  EXPECT_EQ(committee.warnings(0).days_late(), 1);
  Member member = *Create(AMember());
  EXPECT_THAT(Kinds(member.warnings()),
              ElementsAre("PLEDGE_MISSING", "TRAINING_BEFORE_TERM_MISSING"));
  ASSERT_TRUE(Create(ATraining()).ok());
  member.set_pledge_date("2024-03-01");
  EXPECT_THAT(Update(member)->warnings(), IsEmpty());
}

TEST_F(WarningsTest, RulesMayAskForMoreOpinionsThanFive) {
  FileAll();
  const auto refused = Create(AReview());
  EXPECT_EQ(Refusal(refused), "REVIEW_OPINIONS_MISSING opinions");
  EXPECT_EQ(Said(refused, "required"), "6");
}

TEST_F(WarningsTest, ATraineeIsTheMemberAndOnlyBeforeTheTerm) {
  FileAll();
  Training training = ATraining();
  training.set_audience(Training::MEMBER_IN_TERM);
  EXPECT_EQ(Refusal(Create(training)), "FIELD_NOT_APPLICABLE trainee");
  training = ATraining();
  training.mutable_trainee()->clear_identity_number();
  EXPECT_EQ(Refusal(Create(training)), "FIELD_REQUIRED trainee.identity_number");
  training = ATraining();
  training.mutable_trainee()->set_identity_number(kOtherNumber);
  training.set_member("members/m");
  EXPECT_EQ(Refusal(Create(training)), "MEMBER_MISMATCH member");
  training = *Create(ATraining());
  for (const auto& piece : NewestEvidence()) {
    EXPECT_THAT(piece.SerializeAsString(), Not(HasSubstr("张三")));
  }
  training.mutable_trainee()->set_identity_number(kOtherNumber);
  EXPECT_EQ(Refusal(Update(training)), "IDENTITY_CHANGED trainee.identity_number");
}

// What is told of a file on a day.
v1::CommitteeWarnings Told(const CommitteeFile& file, const char* day) {
  return Tell(file, Parse<CommitteeRules>(kRules), *type::ParseDate(day));
}

Member Seated(const std::string& id, bool party) {
  auto member = Parse<Member>(
      R"pb(
        committee: "committees/c" post: MEMBER start_date: "2024-03-01" pledge_date: "2024-03-01"
      )pb");
  member.set_name("members/" + id);
  member.set_party_member(party);
  return member;
}

CommitteeFile AFile() {
  CommitteeFile file;
  file.committee = Parse<Committee>(R"pb(
    name: "committees/c"
    formed_date: "2024-02-20"
    term_start_date: "2024-03-01"
    term_end_date: "2029-03-01"
  )pb");
  return file;
}

Training Held(const std::string& member, Training::Audience audience, type::v1::Level level) {
  Training training;
  training.set_member(member);
  training.set_audience(audience);
  training.set_level(level);
  training.set_training_date(audience == Training::MEMBER_IN_TERM ? "2025-01-01" : "2024-02-01");
  return training;
}

TEST(CommitteeWarnings, TheShareOfPartyMembersWarnsBelowSixtyPercent) {
  CommitteeFile file = AFile();
  for (int i = 0; i < 5; ++i) {
    file.members.push_back(Seated(absl::StrCat("m", i), i < 3));
    file.trainings.push_back(
        Held(absl::StrCat("members/m", i), Training::MEMBER_BEFORE_TERM, type::v1::LEVEL_CITY));
  }
  file.members[0].set_public_office(Member::PEOPLES_DEPUTY);
  // Neither an alternate nor one who left is counted.
  file.members.push_back(Seated("alternate", false));
  file.members.back().set_post(Member::ALTERNATE);
  const auto at = Told(file, "2026-01-01");
  EXPECT_EQ(at.members(), 5);
  EXPECT_EQ(at.party_members(), 3);
  EXPECT_EQ(at.party_share_hundredths(), 6000);
  EXPECT_EQ(at.public_offices(), 1);
  EXPECT_THAT(at.warnings(), IsEmpty());
  file.members[2].set_party_member(false);
  EXPECT_THAT(Kinds(Told(file, "2026-01-01").warnings()), ElementsAre("PARTY_SHARE_LOW"));
}

TEST_F(WarningsTest, TheCompositionComesBackWithTheCommitteeAndFollowsItsMembers) {
  Committee committee = AComplete();
  committee.set_seat_count(2);
  committee = *Create(committee);
  EXPECT_THAT(committee.warnings(), IsEmpty());
  Training training = ATraining();
  ASSERT_TRUE(Create(training).ok());
  Member first = AMember();
  first.set_pledge_date("2024-03-01");
  // One seat of two is taken: nothing can be said about the whole yet.
  first = *Create(first);
  EXPECT_THAT(first.warnings(), IsEmpty());
  EXPECT_THAT(Kinds(Get<Committee>("committees/c")->warnings()), ElementsAre("PARTY_SHARE_LOW"));
  Member second = AMember("n", kOtherNumber);
  second.set_pledge_date("2024-03-01");
  second.set_party_member(true);
  second = *Create(second);
  ASSERT_THAT(Kinds(second.warnings()),
              ElementsAre("TRAINING_BEFORE_TERM_MISSING", "PARTY_SHARE_LOW"));
  EXPECT_EQ(second.warnings(1).record(), "committees/c");
  EXPECT_EQ(second.warnings(1).text_zh(), "委员2人中党员1人,一般不低于60%");
  EXPECT_EQ(second.warnings(1).clause(), "三(二)5");
  // A change of the committee is answered with what holds now, and recorded so.
  committee.set_party_branch("示例党支部");
  committee = *Update(committee);
  EXPECT_THAT(Kinds(committee.warnings()), ElementsAre("PARTY_SHARE_LOW"));
  EXPECT_THAT(Kinds(Get<Committee>("committees/c", 2)->warnings()), ElementsAre("PARTY_SHARE_LOW"));
  first.set_party_member(true);
  first = *Update(first);
  EXPECT_THAT(first.warnings(), IsEmpty());
  // What the newest version says follows the members; what was recorded does not.
  EXPECT_THAT(Get<Committee>("committees/c")->warnings(), IsEmpty());
  committee.set_party_branch("");
  committee = *Update(committee);
  EXPECT_THAT(committee.warnings(), IsEmpty());
  EXPECT_THAT(Kinds(Get<Committee>("committees/c", 2)->warnings()), ElementsAre("PARTY_SHARE_LOW"));
  // The list tells it once, whatever was recorded.
  first.set_party_member(false);
  ASSERT_TRUE(Update(first).ok());
  ASSERT_TRUE(Update(committee).ok());
  const auto page = ListCommitteeWarnings(feed(),
                                          {},
                                          SomeRules(CommitteeRule::WARN),
                                          type::Date::FromCivil(2026, 3, 10),
                                          0,
                                          absl::InfiniteFuture());
  ASSERT_EQ(page->response.committees_size(), 1);
  EXPECT_THAT(Kinds(page->response.committees(0).warnings()),
              ElementsAre("TRAINING_BEFORE_TERM_MISSING", "PARTY_SHARE_LOW"));
}

TEST(CommitteeWarnings, TheAssemblyIsCalledNinetyDaysBeforeTheTermEnds) {
  CommitteeFile file = AFile();
  EXPECT_THAT(Told(file, "2028-11-30").warnings(), IsEmpty());
  EXPECT_THAT(Kinds(Told(file, "2028-12-01").warnings()), ElementsAre("RE_ELECTION_DUE"));
  EXPECT_THAT(Kinds(Told(file, "2029-03-01").warnings()),
              ElementsAre("RE_ELECTION_DUE", "ELECTION_OVERDUE"));
  file.committee.set_re_election_called_date("2028-12-01");
  EXPECT_THAT(Told(file, "2029-02-28").warnings(), IsEmpty());
  file.committee.set_re_election_called_date("2028-12-04");
  ASSERT_EQ(Told(file, "2029-02-28").warnings_size(), 1);
  EXPECT_EQ(Told(file, "2029-02-28").warnings(0).days_late(), 3);
  file.committee.set_ended_date("2028-12-01");
  EXPECT_THAT(Told(file, "2029-03-01").warnings(), IsEmpty());
}

TEST(CommitteeWarnings, ATermWithoutTrainingIsToldWhenItEnds) {
  CommitteeFile file = AFile();
  file.committee.set_ended_date("2028-06-01");
  file.members = {Seated("m", true), Seated("left", true)};
  file.members[1].set_end_date("2026-01-01");
  for (const char* member : {"members/m", "members/left"}) {
    file.trainings.push_back(Held(member, Training::MEMBER_BEFORE_TERM, type::v1::LEVEL_CITY));
  }
  EXPECT_THAT(Told(file, "2028-05-31").warnings(), IsEmpty());
  const auto told = Told(file, "2028-06-01");
  ASSERT_THAT(Kinds(told.warnings()), ElementsAre("TRAINING_IN_TERM_MISSING"));
  EXPECT_EQ(told.warnings(0).record(), "members/m");
  file.trainings.push_back(Held("members/m", Training::MEMBER_IN_TERM, type::v1::LEVEL_CITY));
  EXPECT_EQ(Told(file, "2028-06-01").warnings_size(), 1);
  file.trainings.push_back(Held("members/m", Training::MEMBER_IN_TERM, type::v1::LEVEL_STREET));
  EXPECT_THAT(Told(file, "2028-06-01").warnings(), IsEmpty());
}

TEST(CommitteeWarnings, ADecisionIsPublicWithinSevenDays) {
  CommitteeFile file = AFile();
  Disclosure decision;
  decision.set_name("disclosures/d");
  decision.set_category(Disclosure::DECISIONS);
  decision.set_decision_date("2026-01-01");
  decision.set_due_date("2026-02-01");
  file.disclosures = {decision};
  EXPECT_THAT(Told(file, "2026-01-08").warnings(), IsEmpty());
  EXPECT_THAT(Kinds(Told(file, "2026-01-09").warnings()), ElementsAre("DECISION_LATE"));
  file.disclosures[0].set_made_date("2026-01-08");
  EXPECT_THAT(Told(file, "2026-03-01").warnings(), IsEmpty());
  file.disclosures[0].set_made_date("2026-01-10");
  EXPECT_EQ(Told(file, "2026-03-01").warnings(0).days_late(), 2);
}

TEST_F(WarningsTest, APageTellsCommitteesAndNoPersonAndNoConduct) {
  FileAll();
  v1::MemberConduct conduct;
  conduct.set_member("members/m");
  conduct.set_conduct_date("2025-05-01");
  conduct.set_description("示例内部行为");
  conduct.set_clause("示例条款");
  conduct.set_determined_by("示例区房产局");
  *conduct.mutable_document() = ADocument();
  ASSERT_TRUE(Create(conduct).ok());
  const auto rules = SomeRules(CommitteeRule::WARN);
  const auto ask = [&](const v1::ListCommitteeWarningsRequest& request) {
    return ListCommitteeWarnings(
        feed(), request, rules, type::Date::FromCivil(2026, 3, 10), 0, absl::InfiniteFuture());
  };
  v1::ListCommitteeWarningsRequest request;
  const auto page = ask(request);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->response.committees_size(), 1);
  EXPECT_THAT(Kinds(page->response.committees(0).warnings()),
              ElementsAre("PLEDGE_MISSING",
                          "TRAINING_BEFORE_TERM_MISSING",
                          "PARTY_SHARE_LOW",
                          "FILING_DOCUMENT_MISSING"));
  const std::string told = page->response.SerializeAsString();
  EXPECT_THAT(told, Not(HasSubstr("张三")));
  EXPECT_THAT(told, Not(HasSubstr("示例内部行为")));
  EXPECT_THAT(told, Not(HasSubstr("memberConducts")));
  request.set_division("320105");
  EXPECT_EQ(ask(request)->response.committees_size(), 0);
  request.set_page_token("2026-03-10.x");
  EXPECT_EQ(Refusal(ask(request)), "PAGE_TOKEN_ARGUMENTS page_token");
  request.clear_page_token();
  request.set_page_size(-1);
  EXPECT_EQ(Refusal(ask(request)), "PAGE_SIZE page_size");
}

TEST(CommitteeRules, ARuleThatMayOnlyWarnDoesNotBlock) {
  EXPECT_TRUE(CheckRules(Parse<CommitteeRules>(kRules)).ok());
  const auto refusal = [](auto change) {
    auto rules = Parse<CommitteeRules>(kRules);
    change(rules);
    return Refusal(
        absl::StatusOr<int>(CheckRules(rules).ok() ? absl::StatusOr<int>(0) : CheckRules(rules)));
  };
  EXPECT_EQ(refusal([](auto& r) { r.mutable_party_share()->set_gate(CommitteeRule::BLOCK); }),
            "RULE_CANNOT_BLOCK party_share.gate");
  EXPECT_EQ(refusal([](auto& r) { r.mutable_joint_review()->set_value(4); }),
            "COMMITTEE_RULES_VALUE joint_review.value");
  EXPECT_EQ(refusal([](auto& r) { r.mutable_joint_review()->set_value(21); }),
            "COMMITTEE_RULES_VALUE joint_review.value");
  EXPECT_EQ(refusal([](auto& r) { r.mutable_joint_review()->set_value(20); }), "OK");
  EXPECT_EQ(refusal([](auto& r) { r.mutable_filing()->set_value(365); }), "OK");
  EXPECT_EQ(refusal([](auto& r) { r.mutable_filing()->set_value(366); }),
            "COMMITTEE_RULES_VALUE filing.value");
  EXPECT_EQ(refusal([](auto& r) { r.mutable_pledge()->clear_clause(); }),
            "COMMITTEE_RULES_VALUE pledge.clause");
  EXPECT_EQ(refusal([](auto& r) { r.set_jurisdiction("32010"); }),
            "COMMITTEE_RULES_VALUE jurisdiction");
  EXPECT_EQ(refusal([](auto& r) { r.set_effective_from("2026-02-30"); }),
            "COMMITTEE_RULES_VALUE effective_from");
  EXPECT_EQ(refusal([](auto& r) { r.mutable_filing_documents()->clear_documents(); }),
            "COMMITTEE_RULES_VALUE filing_documents.documents");
}

TEST(CommitteeRules, ATextWithAFaultIsRefusedWithItsLine) {
  const auto refused = ParseRules("jurisdiction: \"3201\"\noops: 1\n", "x/committee.textproto");
  EXPECT_EQ(Refusal(refused), "COMMITTEE_RULES_SYNTAX");
  EXPECT_EQ(Said(refused, "line"), "2");
}

TEST(CommitteeRules, WhatTheCitiesAskCanBeRead) {
  std::set<std::string> jurisdictions;
  for (const auto& entry : std::filesystem::directory_iterator("policies")) {
    std::ifstream file(entry.path() / "committee.textproto");
    if (!file) continue;
    std::stringstream text;
    text << file.rdbuf();
    const auto rules = ParseRules(text.str(), entry.path().string());
    ASSERT_TRUE(rules.ok()) << rules.status();
    EXPECT_TRUE(jurisdictions.insert(rules->jurisdiction()).second) << entry.path();
  }
  EXPECT_EQ(jurisdictions, (std::set<std::string>{"31", "3201", "341523"}));
}

}  // namespace
}  // namespace xince::committee
