#include "services/feeds/party/party_records.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "gtest/gtest.h"
#include "services/feeds/party/evaluation_answers.h"
#include "services/feeds/party/testing/samples.h"
#include "services/feeds/testing/test_feed.h"
#include "services/runtime/errors.h"
#include "services/type/field_rules_limits.h"

// Forms, windows, evaluations and indicators: what is refused, and the evidence they give.
namespace xince::party {
namespace {

using v1::Evaluation;
using v1::EvaluationForm;
using v1::EvaluationWindow;
using v1::PartyIndicator;
using ::xince::feeds::testdata::As;
using ::xince::feeds::testdata::kOfficer;
using ::xince::feeds::testdata::kOther;
using ::xince::feeds::testdata::Parse;
using ::xince::feeds::testdata::TestFeed;

class PartyRecords : public testing::Test {
 protected:
  void ExpectLimits(const google::protobuf::Message& valid) {
    SCOPED_TRACE(valid.GetDescriptor()->name());
    type::ExpectLimitsHold(valid, [&](const google::protobuf::Message& message) {
      return type::CheckFields(message, feed_.Fields());
    });
  }
  void FileFormAndWindow() {
    const auto form = feed_.Create(SampleForm());
    ASSERT_TRUE(form.ok()) << form.status();
    const auto window = feed_.Create(SampleWindow());
    ASSERT_TRUE(window.ok()) << window.status();
  }
  /// `reason about field` of the refusal of a record; empty when it is filed.
  template <class Record>
  std::string Refusal(const Record& record) {
    const absl::Status status = feed_.Create(record).status();
    if (status.ok()) return "";
    return runtime::ToProblem(status).reason + " " + runtime::ToProblem(status).field;
  }
  absl::StatusOr<Evaluation> Countersign(const Evaluation& evaluation, const std::string& actor) {
    v1::CountersignEvaluationRequest request;
    request.set_opinion("同意");
    return feed_.Call("CountersignEvaluation", evaluation, request, As(actor));
  }

  TestFeed feed_{"party", RecordTypes(), Verbs(), kSampleDay};
};

TEST_F(PartyRecords, FieldsKeepTheirLimits) {
  ExpectLimits(SampleForm());
  ExpectLimits(SampleWindow());
  ExpectLimits(SampleEvaluation());
  ExpectLimits(SampleExpected());
  ExpectLimits(SampleIndicator());
  ExpectLimits(Parse<v1::CountersignEvaluationRequest>(
      "name: 'evaluations/e1' expected_revision: 1 opinion: '同意'"));
  ExpectLimits(Parse<v1::ListLateEvaluationsRequest>("window: 'evaluationWindows/w1'"));
  ExpectLimits(Parse<v1::GetEvaluationProgressRequest>("window: 'evaluationWindows/w1'"));
}

TEST_F(PartyRecords, AFormsItemsHaveCodesOfTheirOwnAndSumToItsFullScore) {
  EvaluationForm form = SampleForm();
  form.mutable_items(1)->set_code("A1");
  EXPECT_EQ(Refusal(form), "FORM_ITEMS items");
  form = SampleForm();
  form.mutable_items(1)->set_code("A=2");
  EXPECT_EQ(Refusal(form), "FORM_ITEMS items");
  form = SampleForm();
  form.set_max_hundredths(9999);
  EXPECT_EQ(Refusal(form), "FORM_ITEMS items");
  form = SampleForm();
  form.mutable_items(0)->set_max_hundredths(kFullScoreHundredthsMax);
  form.clear_max_hundredths();
  EXPECT_EQ(Refusal(form), "FORM_ITEMS items");
  form = SampleForm();
  form.clear_items();
  form.clear_max_hundredths();
  EXPECT_EQ(Refusal(form), "FORM_EMPTY max_hundredths");
  form = SampleForm();
  form.clear_max_hundredths();
  const auto filed = feed_.Create(form);
  ASSERT_TRUE(filed.ok()) << filed.status();
  EXPECT_EQ(filed->max_hundredths(), 10000);
}

TEST_F(PartyRecords, AFormNoLongerChangesOnceAWindowUsesIt) {
  EvaluationForm form = *feed_.Create(SampleForm());
  form.set_title("评价表");
  form = *feed_.Update(form);
  const auto window = feed_.Create(SampleWindow());
  ASSERT_TRUE(window.ok()) << window.status();
  EXPECT_EQ(runtime::ReasonOf(feed_.Update(form).status()), "FORM_IN_USE");
  EXPECT_EQ(runtime::ReasonOf(feed_.Void(form).status()), "RECORD_REFERENCED");
  ASSERT_TRUE(feed_.Void(*window).ok());
  EXPECT_TRUE(feed_.Update(form).ok());
}

TEST_F(PartyRecords, AWindowIsOfACityOrCountyAndOfStreetsOrCommunities) {
  ASSERT_TRUE(feed_.Create(SampleForm()).ok());
  EvaluationWindow window = SampleWindow();
  window.set_division("320104002");
  EXPECT_EQ(Refusal(window), "WINDOW_DIVISION division");
  window = SampleWindow();
  window.set_division("32");
  EXPECT_EQ(Refusal(window), "WINDOW_DIVISION division");
  window = SampleWindow();
  window.set_evaluator_level(type::v1::LEVEL_DISTRICT);
  EXPECT_EQ(Refusal(window), "EVALUATOR_LEVEL evaluator_level");
  window = SampleWindow();
  window.clear_countersigner();
  EXPECT_EQ(Refusal(window), "FIELD_REQUIRED countersigner");
  window = SampleWindow();
  window.set_division("320104");
  window.set_evaluator_level(type::v1::LEVEL_COMMUNITY);
  EXPECT_EQ(Refusal(window), "");
}

TEST_F(PartyRecords, AWindowKeepsItsDatesInOrder) {
  ASSERT_TRUE(feed_.Create(SampleForm()).ok());
  EvaluationWindow window = SampleWindow();
  window.set_end_date("2026-01-01");
  EXPECT_EQ(Refusal(window), "DATE_ORDER end_date");
  window = SampleWindow();
  window.set_close_date("2026-11-20");
  EXPECT_EQ(Refusal(window), "DATE_ORDER close_date");
  window = SampleWindow();
  window.set_lock_date("2026-12-10");
  EXPECT_EQ(Refusal(window), "DATE_ORDER lock_date");
}

TEST_F(PartyRecords, AWindowUsesAFormInForceInItsDivision) {
  EXPECT_EQ(Refusal(SampleWindow()), "REFERENCE_UNKNOWN form");
  EvaluationForm form = SampleForm();
  form.set_effective_date("2026-11-21");
  form.set_name("evaluationForms/f2");
  ASSERT_TRUE(feed_.Create(form).ok());
  EvaluationWindow window = SampleWindow();
  window.set_form("evaluationForms/f2");
  EXPECT_EQ(Refusal(window), "FORM_NOT_EFFECTIVE form");
  form.set_name("evaluationForms/f3");
  form.set_effective_date("2026-11-20");
  form.set_division("3202");
  ASSERT_TRUE(feed_.Create(form).ok());
  window.set_form("evaluationForms/f3");
  EXPECT_EQ(Refusal(window), "FORM_OTHER_DIVISION form");
}

TEST_F(PartyRecords, APeriodIsEvaluatedOncePerDivisionAndLevel) {
  FileFormAndWindow();
  EvaluationWindow window = SampleWindow();
  window.set_name("evaluationWindows/w2");
  EXPECT_EQ(Refusal(window), "DUPLICATE_KEY ");
  window.set_evaluator_level(type::v1::LEVEL_COMMUNITY);
  EXPECT_EQ(Refusal(window), "");
}

TEST_F(PartyRecords, AWindowMovesUntilItIsLocked) {
  FileFormAndWindow();
  EvaluationWindow window = *feed_.Get<EvaluationWindow>("evaluationWindows/w1");
  feed_.SetToday("2026-12-20");
  window.set_lock_date("2026-12-22");
  window = *feed_.Update(window);
  feed_.SetToday("2026-12-22");
  window.set_lock_date("2026-12-31");
  const absl::Status status = feed_.Update(window).status();
  EXPECT_EQ(runtime::ReasonOf(status), "WINDOW_LOCKED");
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(PartyRecords, AWindowWithEvaluationsIsNotVoided) {
  FileFormAndWindow();
  const EvaluationWindow window = *feed_.Get<EvaluationWindow>("evaluationWindows/w1");
  const auto evaluation = feed_.Create(SampleEvaluation());
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  EXPECT_EQ(runtime::ReasonOf(feed_.Void(window).status()), "RECORD_REFERENCED");
  ASSERT_TRUE(feed_.Void(*evaluation).ok());
  EXPECT_TRUE(feed_.Void(window).ok());
}

TEST_F(PartyRecords, AnEvaluationCountsOnceItIsCountersigned) {
  FileFormAndWindow();
  const auto filed = feed_.Create(SampleEvaluation());
  ASSERT_TRUE(filed.ok()) << filed.status();
  EXPECT_EQ(filed->state(), Evaluation::FILED);
  EXPECT_EQ(filed->recorded_by(), kOfficer);
  EXPECT_EQ(filed->full_score_hundredths(), 10000);
  EXPECT_EQ(feed_.NewEvidence(), "");
  feed_.SetToday("2026-12-20");
  const auto signed_twice = Countersign(*filed, kOther);
  ASSERT_TRUE(signed_twice.ok()) << signed_twice.status();
  EXPECT_EQ(signed_twice->countersigned_by(), kOther);
  EXPECT_EQ(signed_twice->countersign_opinion(), "同意");
  EXPECT_EQ(feed_.NewEvidence(),
            "party/evaluations/e1#firm v2 party.evaluation firms/91350100M000100Y43 "
            "2026-11-20>2026-12-20 五老村街道党工委(street) 320104002 [evaluations/e1] "
            "{street-party-committee} score=87.75 full-score=100 \"评价意见书3号\"\n"
            "party/evaluations/e1#project v2 party.project-evaluation projects/p1 "
            "2026-11-20>2026-12-20 五老村街道党工委(street) 320104002 [evaluations/e1] "
            "{street-party-committee} score=87.75 full-score=100 \"评价意见书3号\"");
  ASSERT_TRUE(feed_.Void(*signed_twice).ok());
  EXPECT_EQ(feed_.NewEvidence(),
            "party/evaluations/e1#firm v3 gone\nparty/evaluations/e1#project v3 gone");
}

TEST_F(PartyRecords, AnEvaluationOfAFirmCountsAtOnceWhereNoCountersignatureIsAsked) {
  ASSERT_TRUE(feed_.Create(SampleForm()).ok());
  EvaluationWindow window = SampleWindow();
  window.clear_countersign_required();
  window.clear_project_required();
  window.set_end_date("2026-07-01");
  window.set_evaluator_level(type::v1::LEVEL_COMMUNITY);
  ASSERT_TRUE(feed_.Create(window).ok());
  Evaluation evaluation = SampleEvaluation();
  evaluation.clear_project();
  evaluation.set_firm("organizations/o1");
  evaluation.set_division("320104002001");
  evaluation.set_evaluator("甲社区党委");
  evaluation.set_evaluator_type(Evaluation::COMMUNITY_PARTY_ORGANISATION);
  const auto filed = feed_.Create(evaluation);
  ASSERT_TRUE(filed.ok()) << filed.status();
  // It is about the half year that ended before it was signed.
  EXPECT_EQ(feed_.NewEvidence(),
            "party/evaluations/e1#firm v1 party.evaluation organizations/o1 2026-06-30>2026-11-20 "
            "甲社区党委(community) 320104002001 [evaluations/e1] {community-party-organisation} "
            "score=87.75 full-score=100 \"评价意见书3号\"");
  EXPECT_EQ(runtime::ReasonOf(Countersign(*filed, kOther).status()), "COUNTERSIGN_NOT_REQUIRED");
}

TEST_F(PartyRecords, EvaluationsAreTakenWhileTheWindowIsOpen) {
  FileFormAndWindow();
  const Evaluation filed = *feed_.Create(SampleEvaluation());
  Evaluation another = SampleEvaluation();
  another.set_name("evaluations/e2");
  another.set_project("projects/p2");
  feed_.SetToday("2026-12-10");
  EXPECT_EQ(Refusal(another), "");
  feed_.SetToday("2026-12-11");
  another.set_name("evaluations/e3");
  another.set_project("projects/p3");
  const absl::Status closed = feed_.Create(another).status();
  EXPECT_EQ(closed.code(), absl::StatusCode::kFailedPrecondition);
  const runtime::Problem problem = runtime::ToProblem(closed);
  EXPECT_EQ(problem.reason, "EVALUATION_WINDOW_CLOSED");
  EXPECT_EQ(problem.field, "window");
  EXPECT_EQ(problem.metadata.at("open_date"), "2026-11-20");
  EXPECT_EQ(problem.metadata.at("close_date"), "2026-12-11");
  EXPECT_EQ(problem.metadata.at("today"), "2026-12-11");
  EXPECT_EQ(problem.zh, "评价窗口开放时间为 2026-11-20 至 2026-12-10,今天是 2026-12-11");
  EXPECT_EQ(runtime::ReasonOf(feed_.Update(filed).status()), "EVALUATION_WINDOW_CLOSED");
}

TEST_F(PartyRecords, EvaluationsAreNotTakenBeforeTheWindowOpens) {
  ASSERT_TRUE(feed_.Create(SampleForm()).ok());
  EvaluationWindow window = SampleWindow();
  window.set_open_date("2026-11-22");
  ASSERT_TRUE(feed_.Create(window).ok());
  EXPECT_EQ(Refusal(SampleEvaluation()), "EVALUATION_WINDOW_CLOSED window");
  feed_.SetToday("2026-11-22");
  EXPECT_EQ(Refusal(SampleEvaluation()), "");
}

TEST_F(PartyRecords, AnOrganisationEvaluatesAtItsLevelAndInItsDivisionOnly) {
  EXPECT_EQ(Refusal(SampleEvaluation()), "REFERENCE_UNKNOWN window");
  FileFormAndWindow();
  using Change = std::function<void(Evaluation&)>;
  const std::vector<std::pair<Change, std::string>> cases = {
      {[](auto& e) { e.set_division("320104002001"); }, "EVALUATION_DIVISION division"},
      {[](auto& e) { e.set_division("320104"); }, "EVALUATION_DIVISION division"},
      {[](auto& e) { e.set_division("320205001"); }, "EVALUATION_DIVISION division"},
      {[](auto& e) { e.set_division("320104003"); }, "EVALUATION_OTHER_DIVISION project_division"},
      {[](auto& e) { e.set_project_division("320106002001"); },
       "EVALUATION_OTHER_DIVISION project_division"},
      {[](auto& e) { e.set_project_division("320104"); },
       "EVALUATION_OTHER_DIVISION project_division"},
      {[](auto& e) { e.set_evaluator_type(Evaluation::COMMUNITY_PARTY_ORGANISATION); },
       "EVALUATOR_TYPE evaluator_type"},
      {[](auto& e) { e.set_firm("projects/p1"); }, "EVALUATION_SUBJECT firm"},
      {[](auto& e) { e.set_firm("managers/m1"); }, "EVALUATION_SUBJECT firm"},
      {[](auto& e) { e.clear_project(); }, "EVALUATION_PROJECT_REQUIRED project"},
      {[](auto& e) { e.set_project_division("320104002"); }, ""},
  };
  for (const auto& [change, refusal] : cases) {
    Evaluation evaluation = SampleEvaluation();
    change(evaluation);
    EXPECT_EQ(Refusal(evaluation), refusal);
  }
}

TEST_F(PartyRecords, AnIndustryCommitteeEvaluatesAtAnyLevelAndACommitteeOfAStreetInStreets) {
  ASSERT_TRUE(feed_.Create(SampleForm()).ok());
  EvaluationWindow window = SampleWindow();
  window.set_evaluator_level(type::v1::LEVEL_COMMUNITY);
  ASSERT_TRUE(feed_.Create(window).ok());
  Evaluation evaluation = SampleEvaluation();
  evaluation.set_division("320104002001");
  EXPECT_EQ(Refusal(evaluation), "EVALUATOR_TYPE evaluator_type");
  evaluation.set_evaluator_type(Evaluation::INDUSTRY_PARTY_COMMITTEE);
  EXPECT_EQ(Refusal(evaluation), "");
}

TEST_F(PartyRecords, AnOrganisationEvaluatesAFirmsProjectOnce) {
  FileFormAndWindow();
  EXPECT_EQ(Refusal(SampleEvaluation()), "");
  Evaluation again = SampleEvaluation();
  again.set_name("evaluations/e2");
  EXPECT_EQ(Refusal(again), "DUPLICATE_KEY ");
  again.set_evaluator_type(Evaluation::INDUSTRY_PARTY_COMMITTEE);
  EXPECT_EQ(Refusal(again), "");
}

TEST_F(PartyRecords, AnswersMakeTheScore) {
  FileFormAndWindow();
  Evaluation evaluation = SampleEvaluation();
  evaluation.clear_score_hundredths();
  const auto filed = feed_.Create(evaluation);
  ASSERT_TRUE(filed.ok()) << filed.status();
  EXPECT_EQ(filed->score_hundredths(), 8775);
  Evaluation changed = *filed;
  changed.set_answers(0, "A1=40");
  EXPECT_EQ(runtime::ReasonOf(feed_.Update(changed).status()), "SCORE_MISMATCH");
  changed.clear_score_hundredths();
  const auto updated = feed_.Update(changed);
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->score_hundredths(), 9225);
  EXPECT_EQ(updated->state(), Evaluation::FILED);
}

TEST_F(PartyRecords, EveryItemIsAnsweredOnceWithinItsPoints) {
  FileFormAndWindow();
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"A1=40", "A2=60.01"}, "EVALUATION_SCORE answers[1]"},
      {{"A1=40.01", "A2=60"}, "EVALUATION_SCORE answers[0]"},
      {{"A1=40"}, "EVALUATION_ANSWER answers"},
      {{}, "EVALUATION_ANSWER answers"},
      {{"A1=40", "A1=40"}, "EVALUATION_ANSWER answers[1]"},
      {{"A1=40", "B1=40"}, "EVALUATION_ANSWER answers[1]"},
      {{"A1", "A2=1"}, "EVALUATION_ANSWER answers[0]"},
      {{"A1=", "A2=1"}, "EVALUATION_ANSWER answers[0]"},
      {{"A1=-1", "A2=1"}, "EVALUATION_ANSWER answers[0]"},
      {{"A1=1.", "A2=1"}, "EVALUATION_ANSWER answers[0]"},
      {{"A1=.5", "A2=1"}, "EVALUATION_ANSWER answers[0]"},
      {{"A1=1.005", "A2=1"}, "EVALUATION_ANSWER answers[0]"},
      {{"A1=00001", "A2=1"}, "EVALUATION_ANSWER answers[0]"},
      {{"A1= 1", "A2=1"}, "EVALUATION_ANSWER answers[0]"},
      {{"A1=1e1", "A2=1"}, "EVALUATION_ANSWER answers[0]"},
      {{"A1=0", "A2=0"}, ""},
  };
  for (const auto& [answers, refusal] : cases) {
    Evaluation evaluation = SampleEvaluation();
    evaluation.clear_score_hundredths();
    evaluation.clear_answers();
    for (const std::string& answer : answers) evaluation.add_answers(answer);
    EXPECT_EQ(Refusal(evaluation), refusal) << absl::StrCat(evaluation.ShortDebugString());
  }
}

TEST_F(PartyRecords, AFormWithoutItemsAsksForATotalWithinItsFullScore) {
  EvaluationForm form = SampleForm();
  form.clear_items();
  ASSERT_TRUE(feed_.Create(form).ok());
  ASSERT_TRUE(feed_.Create(SampleWindow()).ok());
  Evaluation evaluation = SampleEvaluation();
  EXPECT_EQ(Refusal(evaluation), "EVALUATION_ANSWER answers[0]");
  evaluation.clear_answers();
  evaluation.clear_score_hundredths();
  EXPECT_EQ(Refusal(evaluation), "FIELD_REQUIRED score_hundredths");
  evaluation.set_score_hundredths(10001);
  EXPECT_EQ(Refusal(evaluation), "EVALUATION_SCORE score_hundredths");
  evaluation.set_score_hundredths(10000);
  EXPECT_EQ(Refusal(evaluation), "");
}

TEST_F(PartyRecords, ACountersignatureComesFromSomebodyElseOnceAndBeforeTheLock) {
  FileFormAndWindow();
  const Evaluation filed = *feed_.Create(SampleEvaluation());
  EXPECT_EQ(runtime::ReasonOf(Countersign(filed, kOfficer).status()), "SAME_ACTOR");
  Evaluation changed = filed;
  changed.set_opinion("服务较好");
  changed = *feed_.Update(changed, As(kOther));
  EXPECT_EQ(runtime::ReasonOf(Countersign(changed, kOther).status()), "SAME_ACTOR");
  EXPECT_EQ(runtime::ReasonOf(Countersign(changed, kOfficer).status()), "SAME_ACTOR");
  feed_.SetToday("2026-12-21");
  EXPECT_EQ(runtime::ReasonOf(Countersign(changed, "officer-c").status()), "WINDOW_LOCKED");
}

TEST_F(PartyRecords, ACountersignedEvaluationDoesNotChange) {
  FileFormAndWindow();
  const Evaluation filed = *feed_.Create(SampleEvaluation());
  Evaluation done = *Countersign(filed, kOther);
  EXPECT_EQ(runtime::ReasonOf(Countersign(done, "officer-c").status()), "EVALUATION_COUNTERSIGNED");
  done.set_opinion("服务较差");
  EXPECT_EQ(runtime::ReasonOf(feed_.Update(done).status()), "EVALUATION_COUNTERSIGNED");
}

TEST_F(PartyRecords, IndicatorsTellTheYearsPartyWork) {
  const auto filed = feed_.Create(SampleIndicator());
  ASSERT_TRUE(filed.ok()) << filed.status();
  EXPECT_EQ(feed_.NewEvidence(),
            "party/partyIndicators/i1#firm v1 party.indicator firms/91350100M000100Y43 "
            "2025-12-31>2026-01-10 甲社区党委(unspecified) 320104002001 three-sync=3 "
            "double-entry=2 cross-appointments=1 party-members=9 claimed-projects=2 "
            "completed-projects=1 checked-in=1 joint-agreement=1 in-charter=1 "
            "secretary-consulted=1 \"指标表4号\"");
}

TEST_F(PartyRecords, IndicatorsOfARunningYearAreOfTheDayTheyWereReported) {
  PartyIndicator record = SampleIndicator();
  record.set_year(2026);
  record.set_report_date("2026-06-30");
  record.clear_volunteers_date();
  record.clear_check_in_date();
  record.clear_agreement_date();
  record.clear_charter_date();
  record.clear_secretary_consulted();
  ASSERT_TRUE(feed_.Create(record).ok());
  EXPECT_EQ(feed_.NewEvidence(),
            "party/partyIndicators/i1#firm v1 party.indicator firms/91350100M000100Y43 2026-06-30 "
            "甲社区党委(unspecified) 320104002001 three-sync=2 double-entry=2 "
            "cross-appointments=1 party-members=9 claimed-projects=2 completed-projects=1 "
            "checked-in=0 joint-agreement=0 in-charter=0 secretary-consulted=0 \"指标表4号\"");
}

TEST_F(PartyRecords, IndicatorsAreReportedOncePerYearAndDivisionAndNotBeforeTheYear) {
  PartyIndicator record = SampleIndicator();
  record.set_report_date("2024-12-31");
  EXPECT_EQ(Refusal(record), "DATE_ORDER report_date");
  record = SampleIndicator();
  record.set_completed_projects(3);
  EXPECT_EQ(Refusal(record), "COUNT_EXCEEDS_TOTAL completed_projects");
  record = SampleIndicator();
  record.set_firm("projects/p1");
  EXPECT_EQ(Refusal(record), "EVALUATION_SUBJECT firm");
  EXPECT_EQ(Refusal(SampleIndicator()), "");
  record = SampleIndicator();
  record.set_name("partyIndicators/i2");
  EXPECT_EQ(Refusal(record), "DUPLICATE_KEY ");
  record.set_division("320104002002");
  EXPECT_EQ(Refusal(record), "");
}

}  // namespace
}  // namespace xince::party
