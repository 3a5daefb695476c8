#ifndef SERVICES_FEEDS_COMMITTEE_COMMITTEE_FIXTURE_H_
#define SERVICES_FEEDS_COMMITTEE_COMMITTEE_FIXTURE_H_

#include <string>

#include "xince/committee/v1/candidate.pb.h"
#include "xince/committee/v1/correction.pb.h"
#include "xince/committee/v1/duty.pb.h"
#include "xince/committee/v1/filing.pb.h"
#include "xince/committee/v1/review.pb.h"

#include "services/feeds/committee/committee_records.h"
#include "services/feeds/testing/test_feed.h"

/// A committee feed with records in it, for tests.
namespace xince::committee::testdata {

/// A document with everything in it.
inline type::v1::Document ADocument() {
  return feeds::testdata::Parse<type::v1::Document>(R"pb(
    title: "示例文书"
    number: "示例〔2026〕1号"
    issuer: "示例机关"
    issue_date: "2026-01-20"
    sha256: "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    uri: "archive/1"
  )pb");
}

/// The feed `committee` of a test, and records that it accepts.
class CommitteeTest : public ::testing::Test, public feeds::testdata::TestFeed {
 protected:
  explicit CommitteeTest(const Rules& rules = NoRules())
      : TestFeed("committee", CommitteeRecordTypes(rules)) {}

  static v1::Committee ACommittee(const std::string& id = "c") {
    auto committee = feeds::testdata::Parse<v1::Committee>(R"pb(
      display_name: "示例业委会(虚构)"
      kind: OWNERS_COMMITTEE
      estate: "estates/e"
      division: "320104002"
      formed_date: "2024-02-20"
      filing_date: "2024-03-10"
      term_start_date: "2024-03-01"
      term_end_date: "2029-03-01"
    )pb");
    committee.set_name("committees/" + id);
    return committee;
  }
  static v1::Member AMember(const std::string& id = "m",
                            const std::string& number = feeds::testdata::kNumber) {
    auto member = feeds::testdata::Parse<v1::Member>(R"pb(
      committee: "committees/c"
      person { display_name: "张三" }
      post: MEMBER
      start_date: "2024-03-01"
    )pb");
    member.set_name("members/" + id);
    member.mutable_person()->set_identity_number(number);
    return member;
  }
  static v1::NegativeList AList(const std::string& id = "n") {
    auto list = feeds::testdata::Parse<v1::NegativeList>(R"pb(
      division: "320104"
      version: "2024"
      start_date: "2024-01-01"
      end_date: "2025-01-01"
      items {
        id: "serving-firm"
        category: SERVING_FIRM
        severity: BLOCK
        text: "本人或近亲属在为本小区服务的企业任职"
        basis { kind: LOCAL_REGULATION document: "示例条例" clause: "第二十条" }
      }
      items {
        id: "fees"
        category: PROPERTY_FEE_ARREARS
        severity: WARN
        text: "欠缴物业费"
        basis { kind: NORMATIVE_DOCUMENT document: "示例办法" clause: "第八条" }
      }
    )pb");
    list.set_name("negativeLists/" + id);
    *list.mutable_document() = ADocument();
    return list;
  }
  static v1::JointReview AReview(const std::string& id = "r") {
    auto review = feeds::testdata::Parse<v1::JointReview>(R"pb(
      committee: "committees/c"
      division: "320104002"
      candidate { display_name: "张三" identity_number: "11010519491231002X" }
      request_date: "2024-01-10"
      negative_list: "negativeLists/n"
      opinions {
        body: "示例派出所"
        signed_by: "值班所长"
        opinion_date: "2024-01-15"
        stance: AGREES
      }
      opinions {
        body: "示例信访局"
        signed_by: "值班主任"
        opinion_date: "2024-01-16"
        stance: OBJECTS
        comment: "需核实"
      }
      opinions { body: "示例法院" signed_by: "庭长" opinion_date: "2024-01-16" stance: AGREES }
      opinions { body: "示例检察院" signed_by: "主任" opinion_date: "2024-01-16" stance: AGREES }
      opinions { body: "示例房产局" signed_by: "科长" opinion_date: "2024-01-16" stance: AGREES }
      result: PASSED
      result_date: "2024-01-20"
    )pb");
    review.set_name("jointReviews/" + id);
    return review;
  }
  /// Files `committees/c`, `members/m` and `negativeLists/n`.
  void FileAll() {
    ASSERT_TRUE(Create(ACommittee()).ok());
    ASSERT_TRUE(Create(AMember()).ok());
    ASSERT_TRUE(Create(AList()).ok());
  }
  /// What the server answers to the fields of a record.
  auto FieldCheck() {
    return [this](const google::protobuf::Message& record) { return feed().CheckRequest(record); };
  }
};

}  // namespace xince::committee::testdata

#endif  // SERVICES_FEEDS_COMMITTEE_COMMITTEE_FIXTURE_H_
