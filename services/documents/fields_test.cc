#include "services/documents/fields.h"

#include <fstream>

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "xince/policy/v1/pack.pb.h"

#include "services/documents/testing/samples.h"
#include "services/runtime/errors.h"

namespace xince::documents {
namespace {

using listing::v1::Case;
using listing::v1::StepTaken;
using policy::v1::CaseStep;
using policy::v1::ListEffect;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const policy::v1::Pack& Procedures() {
  static const auto* const kPack = [] {
    auto* pack = new policy::v1::Pack;
    if (!google::protobuf::TextFormat::ParseFromString(
            BytesOf("policies/national/procedures/2021-01-01.textproto"), pack))
      std::abort();
    return pack;
  }();
  return *kPack;
}

const policy::v1::Procedure& ProcedureOf(const std::string& id) {
  for (const auto& procedure : Procedures().procedures()) {
    if (procedure.id() == id) return procedure;
  }
  std::abort();
}

// A case as a test tells it, step by step; documents are those of the procedure's table.
class FieldsTest : public testing::Test {
 protected:
  FieldsTest() {
    names_.subject = "示例物业服务有限公司";
    names_.subject_code = "91320100DEM000011A";
    names_.list = "失信名单";
    names_.basis = "《X市物业管理条例》第三十条";
    names_.register_name = "X市物业服务信用信息系统";
    names_.organs["district"] = {.name = "X区住房和建设局", .mark = "X区住建"};
    names_.organs["city"] = {.name = "X市住房和城乡建设局", .mark = "X住建"};
    names_.facts["e1"] = "2026年1月5日未按期整改";
    names_.terms = &terms_;
    terms_.set_months(12);
    AddEffect(ListEffect::EXCLUSION, "取消评选资格");
    AddEffect(ListEffect::MORE_INSPECTIONS, "增加检查频次");
    case_.set_name("cases/2026-12");
  }

  void AddEffect(ListEffect::Kind kind, const std::string& zh) {
    auto& effect = *terms_.add_effects();
    effect.set_kind(kind);
    effect.set_zh(zh);
  }

  void Run(const std::string& procedure) {
    names_.procedure = &ProcedureOf(procedure);
    case_.mutable_opening()->set_procedure(procedure);
  }

  // `details` is the text of a StepDetails.
  int Take(const std::string& id,
           const std::string& office,
           const std::string& day,
           const std::string& details = "",
           uint32_t number = 0) {
    StepTaken& step = *case_.add_steps();
    for (const CaseStep& row : names_.procedure->steps()) {
      if (row.id() != id) continue;
      step.set_step(id);
      step.set_document(row.document());
    }
    EXPECT_EQ(step.step(), id);
    step.set_day(day);
    step.mutable_party()->set_office(office);
    step.mutable_party()->set_part(office.empty() ? CaseStep::CLOCK : CaseStep::OFFICER);
    step.mutable_party()->set_person("经办人甲");
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(details, step.mutable_details()));
    names_.numbers.push_back(number);
    return case_.steps_size() - 1;
  }

  // The draft of a step; it also makes a document.
  Draft DraftOf(int step) {
    const auto draft = DraftOfStep(NationalTemplates(), case_, step, names_);
    EXPECT_TRUE(draft.ok()) << draft.status();
    if (!draft.ok()) return {};
    const auto document =
        MakeDocument(*NationalTemplates().Find(case_.steps(step).document()), *draft);
    EXPECT_TRUE(document.ok()) << document.status();
    return *draft;
  }

  static std::string Text(const Draft& draft, const std::string& name) {
    const auto found = draft.fields.find(name);
    return found == draft.fields.end() ? "(none)" : found->second.text;
  }
  static std::vector<std::string> Items(const Draft& draft, const std::string& name) {
    const auto found = draft.fields.find(name);
    return found == draft.fields.end() ? std::vector<std::string>{} : found->second.items;
  }

  void Propose() {
    Run("adverse-listing");
    Take(
        "propose",
        "district",
        "2026-02-24",
        R"(proposal { reasons: "两份整改通知书未履行" facts { evidence: "e1" } facts { evidence: "e2" } })");
    Take("check", "district", "2026-02-25", R"(reasons { text: "属实" })");
  }

  int Notice() {
    Propose();
    const int notice = Take(
        "write-notice",
        "district",
        "2026-02-27",
        R"(notice { reasons: "理由" basis: "依据" measure: "措施" rights: "权利" time_limits: "期限" })",
        8);
    Take("serve-notice",
         "district",
         "2026-03-02",
         R"(service { method: IN_PERSON day: "2026-03-02" receiver: "x" })");
    return notice;
  }

  Case case_;
  CaseNames names_;
  policy::v1::ListTerms terms_;
};

TEST_F(FieldsTest, ANoticeSaysWhatWasRecordedWithIt) {
  const Draft draft = DraftOf(Notice());
  EXPECT_EQ(type::FormatDate(draft.date), "2026-02-27");
  EXPECT_EQ(draft.number, 8);
  EXPECT_EQ(draft.step, "write-notice");
  EXPECT_EQ(Text(draft, "organ"), "X区住房和建设局");
  EXPECT_EQ(Text(draft, "organ_mark"), "X区住建");
  EXPECT_EQ(Text(draft, "case"), "2026年第12号");
  EXPECT_EQ(Text(draft, "list"), "失信名单");
  EXPECT_EQ(Text(draft, "reasons"), "理由");
  EXPECT_EQ(Text(draft, "basis"), "依据");
  EXPECT_EQ(Text(draft, "measure"), "措施");
  EXPECT_EQ(Text(draft, "rights"), "权利");
  EXPECT_EQ(Text(draft, "time_limits"), "期限");
  EXPECT_THAT(Items(draft, "facts"), ElementsAre("2026年1月5日未按期整改", "信用信息（编号：e2）"));
}

TEST_F(FieldsTest, ANoticeOfASupervisoryListSaysWhatWasProposedAndTheTermOfTheProcedure) {
  Run("supervisory-listing");
  Take(
      "propose",
      "district",
      "2026-02-24",
      R"(proposal { reasons: "评价低于60分" facts { evidence: "e1" } measures: MORE_INSPECTIONS })");
  const Draft draft = DraftOf(Take("serve-notice",
                                   "district",
                                   "2026-03-02",
                                   R"(service { method: MAIL day: "2026-03-02" })",
                                   9));
  EXPECT_EQ(Text(draft, "reasons"), "评价低于60分");
  EXPECT_EQ(Text(draft, "basis"), "《X市物业管理条例》第三十条");
  EXPECT_EQ(Text(draft, "defence_term"), "5个工作日");
  EXPECT_THAT(Items(draft, "measures"), ElementsAre("增加检查频次"));
}

TEST_F(FieldsTest, ADecisionTellsNoticeServiceAndEveryAnswer) {
  Notice();
  Take("defend",
       "",
       "2026-03-05",
       R"(statement { points: "已清理" points: "已移交" asks_hearing: true })");
  Take(
      "hear",
      "district",
      "2026-03-10",
      R"(hearing { convened_on: "2026-03-05" held_on: "2026-03-10" minutes { title: "听证记录" } })",
      1);
  Take(
      "answer",
      "district",
      "2026-03-11",
      R"(answers { answers { point: 2 adopted: true reasons: "属实" } answers { point: 1 reasons: "仍被占用" } })");
  const Draft draft = DraftOf(Take(
      "decide",
      "city",
      "2026-03-17",
      R"(decision { reasons: "事实清楚" remedies: "可以申请复议" effective_on: "2026-03-18" measures: EXCLUSION })",
      3));
  EXPECT_EQ(Text(draft, "organ_mark"), "X住建");
  EXPECT_EQ(Text(draft, "notice_number"), "X区住建信告〔2026〕8号");
  EXPECT_EQ(Text(draft, "notice_served"), "2026年3月2日");
  EXPECT_EQ(Text(draft, "service_method"), "直接送达");
  EXPECT_THAT(Items(draft, "answers"),
              ElementsAre("意见：已清理\n答复：不予采纳。理由：仍被占用",
                          "意见：已移交\n答复：予以采纳。理由：属实"));
  EXPECT_EQ(Text(draft, "hearing_on"), "2026年3月10日");
  EXPECT_EQ(Text(draft, "defence_until"), "(none)");
  EXPECT_EQ(Text(draft, "reasons"), "事实清楚");
  EXPECT_EQ(Text(draft, "remedies"), "可以申请复议");
  EXPECT_EQ(Text(draft, "effective_on"), "2026年3月18日");
  EXPECT_EQ(Text(draft, "term"), "12个月");
  EXPECT_THAT(Items(draft, "measures"), ElementsAre("取消评选资格"));
}

TEST_F(FieldsTest, ADecisionTellsThatNothingWasStatedOrThatItWasWaived) {
  Notice();
  auto& clock = *case_.add_clocks();
  clock.set_clock("defence");
  clock.set_due("2026-03-16");
  clock.set_status(listing::v1::ClockState::OVER);
  const int decided =
      Take("decide", "city", "2026-03-17", R"(decision { reasons: "x" remedies: "y" })", 3);
  EXPECT_EQ(Text(DraftOf(decided), "defence_until"), "2026年3月16日");
  EXPECT_EQ(Text(DraftOf(decided), "effective_on"), "");
  // The same, waived.
  Case other = case_;
  case_.mutable_steps(decided)->set_step("waive");
  case_.mutable_steps(decided)->clear_document();
  case_.mutable_steps(decided)->mutable_details()->mutable_waiver();
  case_.mutable_steps(decided)->set_day("2026-03-04");
  const Draft draft = DraftOf(
      Take("decide", "city", "2026-03-05", R"(decision { reasons: "x" remedies: "y" })", 3));
  EXPECT_EQ(Text(draft, "waived_on"), "2026年3月4日");
  EXPECT_EQ(Text(draft, "defence_until"), "(none)");
}

TEST_F(FieldsTest, MinutesTellTheNoticeAndThePointsStated) {
  Notice();
  Take("defend", "", "2026-03-05", R"(statement { points: "已清理" })");
  const Draft draft = DraftOf(Take(
      "hear",
      "district",
      "2026-03-10",
      R"(hearing { convened_on: "2026-03-05" held_on: "2026-03-10" minutes { title: "听证记录" } })",
      1));
  EXPECT_EQ(Text(draft, "convened_on"), "2026年3月5日");
  EXPECT_EQ(Text(draft, "held_on"), "2026年3月10日");
  EXPECT_EQ(Text(draft, "minutes"), "听证记录");
  EXPECT_EQ(Text(draft, "handler"), "经办人甲");
  EXPECT_EQ(Text(draft, "reasons"), "理由");
  EXPECT_THAT(Items(draft, "points_stated"), ElementsAre("已清理"));
}

class AfterADecision : public FieldsTest {
 protected:
  void Decide(const std::string& own_number = "") {
    Notice();
    Take(
        "decide",
        "city",
        "2026-03-17",
        absl::StrCat("decision { reasons: 'x' remedies: 'y' document_number: '", own_number, "' }"),
        3);
    Take("serve-decision", "city", "2026-03-18", R"(service { method: LEFT day: "2026-03-18" })");
  }
};

TEST_F(AfterADecision, APublicationNamesTheDecisionAndItsOwnTerm) {
  Decide();
  case_.set_published_until("2027-03-17");
  const Draft draft = DraftOf(Take(
      "publish", "city", "2026-03-19", R"(publication { place: "门户网站" text: "内容" })", 1));
  EXPECT_EQ(Text(draft, "decision_number"), "X住建信决〔2026〕3号");
  EXPECT_EQ(Text(draft, "decided_on"), "2026年3月17日");
  EXPECT_EQ(Text(draft, "published_from"), "2026年3月19日");
  EXPECT_EQ(Text(draft, "published_until"), "2027年3月17日");
  EXPECT_EQ(Text(draft, "place"), "门户网站");
  EXPECT_EQ(Text(draft, "text"), "内容");
}

TEST_F(AfterADecision, TheOfficesOwnNumberOfADecisionIsNamed) {
  Decide("X住建〔2026〕乙3号");
  EXPECT_EQ(DraftOf(4).document_number, "X住建〔2026〕乙3号");
  const Draft draft =
      DraftOf(Take("revoke", "city", "2026-05-08", R"(reasons { text: "更正" })", 1));
  EXPECT_EQ(Text(draft, "decision_number"), "X住建〔2026〕乙3号");
  EXPECT_EQ(Text(draft, "reasons"), "更正");
  EXPECT_EQ(Text(draft, "ended_on"), "2026年5月8日");
}

// The calendar has no office: the one that acted before it signs.
TEST_F(AfterADecision, WhatTheClockEndsIsSignedByTheOfficeBeforeIt) {
  Decide();
  case_.set_in_force_from("2026-03-18");
  const Draft draft = DraftOf(Take("expire", "", "2027-03-18", "", 1));
  EXPECT_EQ(draft.step, "expire");
  EXPECT_EQ(Text(draft, "organ"), "X市住房和城乡建设局");
  EXPECT_EQ(Text(draft, "entered_on"), "2026年3月18日");
  EXPECT_EQ(Text(draft, "ended_on"), "2027年3月18日");
  EXPECT_EQ(Text(draft, "decision_number"), "X住建信决〔2026〕3号");
}

// What a court orders, or the subject asks for, is carried out by who decided.
TEST_F(AfterADecision, WhatNoOfficerTakesIsSignedByWhoDecided) {
  Decide();
  case_.mutable_steps(4)->mutable_party()->set_part(CaseStep::DECIDER);
  Take("publish", "district", "2026-03-19", R"(publication { place: "门户网站" text: "内容" })", 1);
  const int revoked =
      Take("revoke", "某法院", "2026-05-08", R"(reasons { text: "依裁定撤销" })", 1);
  for (const auto part : {CaseStep::COURT, CaseStep::SUBJECT, CaseStep::RULE, CaseStep::CLOCK}) {
    case_.mutable_steps(revoked)->mutable_party()->set_part(part);
    EXPECT_EQ(Text(DraftOf(revoked), "organ"), "X市住房和城乡建设局") << part;
  }
  case_.mutable_steps(4)->mutable_party()->set_part(CaseStep::OFFICER);
  EXPECT_EQ(Text(DraftOf(revoked), "organ"), "X区住房和建设局") << "nobody decided";
}

TEST_F(FieldsTest, WithoutAnyOfficeTheRegistersOrganSigns) {
  names_.organ = {.name = "登记机关", .mark = "信册"};
  Run("favourable-listing");
  Take("propose", "", "2026-02-24", R"(proposal { reasons: "评价结果" })");
  const int removed =
      Take("remove", "", "2026-03-02", R"(reasons { text: "信用修复：cases/2026-7" })", 1);
  const Draft draft = DraftOf(removed);
  EXPECT_EQ(Text(draft, "organ"), "登记机关");
  EXPECT_EQ(Text(draft, "organ_mark"), "信册");
  EXPECT_EQ(Text(draft, "reasons"), "信用修复：2026年第7号案") << "cases as people name them";
  names_.organs.clear();
  case_.mutable_steps(removed)->mutable_party()->set_part(CaseStep::DECIDER);
  case_.mutable_steps(removed)->mutable_party()->set_office("某局");
  EXPECT_EQ(Text(DraftOf(removed), "organ"), "某局") << "an office that is not listed";
  EXPECT_EQ(Text(DraftOf(removed), "organ_mark"), "信册");
}

TEST_F(FieldsTest, ANoticeThatIsPutUpIsOfThatDay) {
  Run("supervisory-listing");
  Take("propose", "district", "2026-02-24", R"(proposal { reasons: "评价低于60分" })");
  const int posted = Take("serve-notice",
                          "district",
                          "2026-04-01",
                          R"(service { method: PUBLIC_NOTICE day: "2026-03-02" })",
                          1);
  EXPECT_EQ(FormatDate(DraftOf(posted).date), "2026-03-02");
  case_.mutable_steps(posted)->mutable_details()->mutable_service()->set_method(
      listing::v1::Service::MAIL);
  EXPECT_EQ(FormatDate(DraftOf(posted).date), "2026-04-01");
}

TEST_F(AfterADecision, ANumberThatWasPrintedIsNamedAsItWas) {
  Decide();
  case_.mutable_steps(4)->set_document_number("旧代字信决〔2026〕3号");
  const Draft draft =
      DraftOf(Take("revoke", "city", "2026-05-08", R"(reasons { text: "更正" })", 1));
  EXPECT_EQ(Text(draft, "decision_number"), "旧代字信决〔2026〕3号");
}

TEST_F(FieldsTest, ARefusalGivesItsOwnReasons) {
  Propose();
  const Draft draft =
      DraftOf(Take("refuse", "city", "2026-03-17", R"(reasons { text: "不符合标准" })", 1));
  EXPECT_EQ(Text(draft, "reasons"), "不符合标准");
}

TEST_F(FieldsTest, AnOrderToRectifyNamesTheOneBefore) {
  Run("supervisory-listing");
  Take("propose", "district", "2026-02-24", R"(proposal { reasons: "评价低于60分" })");
  const char kOrder[] = R"(rectification { until: "2026-03-25" what: "清理" order: "o1" })";
  const int first = Take("order-rectification", "district", "2026-03-05", kOrder, 1);
  EXPECT_EQ(Text(DraftOf(first), "earlier_order_on"), "(none)");
  EXPECT_EQ(Text(DraftOf(first), "until"), "2026年3月25日");
  EXPECT_EQ(Text(DraftOf(first), "what"), "清理");
  EXPECT_EQ(Text(DraftOf(first), "order"), "o1");
  EXPECT_EQ(Text(DraftOf(first), "reasons"), "评价低于60分");
  Take("fail-rectification",
       "district",
       "2026-03-26",
       R"(acceptance { inspected_on: "2026-03-26" findings: "未完成" })");
  const int again = Take("order-again", "district", "2026-03-27", kOrder, 2);
  EXPECT_EQ(Text(DraftOf(again), "earlier_order_on"), "2026年3月5日");
  const Draft removal =
      DraftOf(Take("accept-rectification",
                   "district",
                   "2026-04-02",
                   R"(acceptance { met: true inspected_on: "2026-04-01" findings: "完成" })",
                   1));
  EXPECT_EQ(Text(removal, "inspected_on"), "2026年4月1日");
  EXPECT_EQ(Text(removal, "findings"), "完成");
}

TEST_F(FieldsTest, ADecisionOnARepairTellsTheCheckAndThePointsKept) {
  Run("repair");
  case_.mutable_opening()->mutable_target()->set_evidence("e1");
  Take("apply", "", "2026-06-25", R"(repair { corrected_on: "2026-05-06" duties_done: true })");
  Take("accept", "district", "2026-06-26", R"(reasons { text: "受理" })");
  Take("check",
       "district",
       "2026-07-02",
       R"(acceptance { met: true inspected_on: "2026-07-01" findings: "已完成" })");
  const Draft draft =
      DraftOf(Take("grant",
                   "city",
                   "2026-07-06",
                   R"(decision { reasons: "符合条件" repaired_points_hundredths: -150 })",
                   2));
  EXPECT_EQ(Text(draft, "applied_on"), "2026年6月25日");
  EXPECT_EQ(Text(draft, "corrected_on"), "2026年5月6日");
  EXPECT_EQ(Text(draft, "matter"), "2026年1月5日未按期整改");
  EXPECT_EQ(Text(draft, "inspected_on"), "2026年7月1日");
  EXPECT_EQ(Text(draft, "findings"), "已完成");
  EXPECT_EQ(Text(draft, "points_kept"), "-1.5");
  EXPECT_EQ(Text(draft, "reasons"), "符合条件");
}

TEST_F(FieldsTest, WhatTakesARepairBackSaysNothingOfTheDecisionThatGrantedIt) {
  Run("repair");
  case_.mutable_opening()->mutable_target()->set_evidence("e1");
  Take("apply", "", "2026-06-25", R"(repair { corrected_on: "2026-05-06" })");
  Take("grant",
       "city",
       "2026-07-06",
       R"(decision {
    reasons: "符合条件" remedies: "旧的救济途径" repaired_points_hundredths: -150 })",
       2);
  const Draft draft =
      DraftOf(Take("reopen", "city", "2026-11-02", R"(reasons { text: "违背承诺" })", 3));
  EXPECT_EQ(Text(draft, "reasons"), "违背承诺");
  EXPECT_EQ(Text(draft, "remedies"), "(none)");
  EXPECT_EQ(Text(draft, "points_kept"), "(none)");
}

TEST_F(FieldsTest, WhatTheSubjectAskedForIsSignedByTheOffice) {
  Run("favourable-listing");
  Take("propose", "district", "2026-02-24", R"(proposal { reasons: "优秀" })");
  Take("decide", "city", "2026-03-17", R"(decision { reasons: "x" remedies: "y" })", 3);
  const int removed =
      Take("remove", "the-firm", "2026-06-01", R"(reasons { text: "申请退出" })", 1);
  case_.mutable_steps(removed)->mutable_party()->set_part(CaseStep::SUBJECT);
  EXPECT_EQ(Text(DraftOf(removed), "organ"), "X市住房和城乡建设局");
}

TEST_F(FieldsTest, ADecisionOnAnObjectionAnswersItsPointsAndTellsTheAmendments) {
  Run("objection");
  case_.mutable_opening()->mutable_target()->set_case_("cases/2026-7");
  Take("file",
       "",
       "2026-03-30",
       R"(objection { grounds: FACTS grounds: SUBJECT points: "已移交" })");
  Take("accept", "city", "2026-04-01", R"(reasons { text: "受理" })");
  Take("answer",
       "city",
       "2026-04-10",
       R"(answers { answers { point: 1 adopted: true reasons: "属实" } })");
  const Draft draft = DraftOf(Take("uphold",
                                   "city",
                                   "2026-04-20",
                                   R"(decision {
    reasons: "已经移交"
    amendments { evidence: "e1" voided: true }
    amendments { evidence: "e2" given_points_hundredths: -300 corrected_on: "2026-03-01" } })",
                                   5));
  EXPECT_EQ(Text(draft, "filed_on"), "2026年3月30日");
  EXPECT_EQ(Text(draft, "contested"), "2026年第7号案件的决定");
  EXPECT_EQ(Text(draft, "grounds"), "事实错误、主体错误");
  EXPECT_THAT(Items(draft, "answers"), ElementsAre("意见：已移交\n答复：予以采纳。理由：属实"));
  EXPECT_THAT(Items(draft, "amendments"),
              ElementsAre("2026年1月5日未按期整改：自始不予计入。",
                          "信用信息（编号：e2）：记分更正为-3分。改正日期更正为2026年3月1日。"));
}

TEST_F(FieldsTest, WhoStatesAtLengthKeepsOffNoDecision) {
  Run("objection");
  case_.mutable_opening()->mutable_target()->set_case_("cases/2026-7");
  const int file = Take("file", "", "2026-03-30", "objection { grounds: FACTS }");
  auto& points = *case_.mutable_steps(file)->mutable_details()->mutable_objection();
  const std::string point(2000, 'p');
  for (int i = 0; i < 5; ++i) points.add_points(point);
  Take("accept", "city", "2026-04-01", R"(reasons { text: "受理" })");
  const int answer = Take("answer", "city", "2026-04-10");
  auto& answers = *case_.mutable_steps(answer)->mutable_details()->mutable_answers();
  for (uint32_t i = 1; i <= 5; ++i) {
    answers.add_answers()->set_point(i);
    answers.mutable_answers(static_cast<int>(i) - 1)->set_reasons(point);
  }
  const int reject =
      Take("reject", "city", "2026-04-20", R"(decision { reasons: "r" remedies: "r" })", 5);
  EXPECT_EQ(Items(DraftOf(reject), "answers").size(), 5) << "20,000 characters are quoted";
  points.add_points("p");
  EXPECT_THAT(Items(DraftOf(reject), "answers"),
              ElementsAre("共6条意见，逐条意见和答复篇幅较长，全文附后。"));
  for (int i = 0; i < 1000; ++i) points.add_points(point);
  EXPECT_EQ(Items(DraftOf(reject), "answers").size(), 1);
}

TEST_F(FieldsTest, LaterStepsChangeNoEarlierDocument) {
  const int notice = Notice();
  const auto before = DraftOf(notice).fields;
  Take("defend", "", "2026-03-05", R"(statement { points: "已清理" })");
  Take("decide", "city", "2026-03-17", R"(decision { reasons: "x" remedies: "y" })", 3);
  const auto after = DraftOf(notice).fields;
  ASSERT_EQ(before.size(), after.size());
  for (const auto& [name, value] : before) {
    EXPECT_EQ(after.at(name).text, value.text) << name;
    EXPECT_EQ(after.at(name).items, value.items) << name;
  }
}

TEST_F(FieldsTest, AStepWithoutADocumentIsRefused) {
  Propose();
  for (const int step : {-1, 0, 2}) {
    EXPECT_EQ(runtime::ReasonOf(DraftOfStep(NationalTemplates(), case_, step, names_).status()),
              "DOCUMENT_STEP_UNKNOWN");
  }
  case_.mutable_steps(0)->set_document("weather-report");
  EXPECT_EQ(runtime::ReasonOf(DraftOfStep(NationalTemplates(), case_, 0, names_).status()),
            "DOCUMENT_TEMPLATE_UNKNOWN");
}

PointsNotice Points() {
  return {.organ = {.name = "X区住房和建设局", .mark = "X区住建"},
          .subject = "示例物业服务有限公司",
          .project = "阳光花园",
          .content = "消防通道被占用。",
          .source = "街道巡查",
          .accepted_on = type::Date::FromCivil(2026, 2, 26),
          .basis = "《记分标准》",
          .lines = {{.rule = "未劝阻", .points_hundredths = -250},
                    {.rule = "未报告", .points_hundredths = -105}},
          .rectify_days = "7日",
          .objection_days = "10个工作日",
          .review_organ = "X市住房和城乡建设局",
          .handler = "李某",
          .register_name = "信用信息系统",
          .date = type::Date::FromCivil(2026, 3, 2),
          .number = 4};
}

TEST(PointsNoticeTest, LinesAreAddedUp) {
  const Draft draft = DraftOfPoints(Points());
  EXPECT_THAT(draft.fields.at("scores").items,
              ElementsAre("未劝阻，记-2.5分。", "未报告，记-1.05分。"));
  EXPECT_EQ(draft.fields.at("points").text, "-3.55");
  const auto document = MakeDocument(*NationalTemplates().Find("points-notice"), draft);
  ASSERT_TRUE(document.ok()) << document.status();
  EXPECT_EQ(document->number(), "X区住建信记〔2026〕4号");
  EXPECT_EQ(document->copies_size(), 3);
}

TEST(PointsNoticeTest, WithoutALineThereIsNothingToTell) {
  PointsNotice notice = Points();
  notice.lines.clear();
  const auto document =
      MakeDocument(*NationalTemplates().Find("points-notice"), DraftOfPoints(notice));
  EXPECT_EQ(runtime::ToProblem(document.status()).field, "fields.points");
}

TEST(FormatHundredthsTest, IsADecimalNumber) {
  EXPECT_EQ(FormatHundredths(0), "0");
  EXPECT_EQ(FormatHundredths(300), "3");
  EXPECT_EQ(FormatHundredths(-250), "-2.5");
  EXPECT_EQ(FormatHundredths(-5), "-0.05");
  EXPECT_EQ(FormatHundredths(1025), "10.25");
  EXPECT_EQ(FormatHundredths(INT64_MIN), "-92233720368547758.08");
}

}  // namespace
}  // namespace xince::documents
