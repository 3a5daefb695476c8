#include "services/feeds/party/late_evaluations.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "gtest/gtest.h"
#include "services/feeds/party/party_records.h"
#include "services/feeds/party/testing/samples.h"
#include "services/feeds/testing/test_feed.h"
#include "services/runtime/errors.h"

// What is owed, what came, and what is late.
namespace xince::party {
namespace {

using ::xince::feeds::testdata::As;
using ::xince::feeds::testdata::kOther;
using ::xince::feeds::testdata::TestFeed;

constexpr char kWindow[] = "evaluationWindows/w1";

class LateEvaluations : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(feed_.Create(SampleForm()).ok());
    ASSERT_TRUE(feed_.Create(SampleWindow()).ok());
  }
  std::string Expect(const std::string& id,
                     const std::string& division,
                     const std::string& project) {
    v1::ExpectedEvaluation record = SampleExpected();
    record.set_name("expectedEvaluations/" + id);
    record.set_division(division);
    record.set_project(project);
    return runtime::ReasonOf(feed_.Create(record).status());
  }
  v1::Evaluation File(const std::string& division, const std::string& project) {
    v1::Evaluation record = SampleEvaluation();
    record.clear_name();
    record.set_division(division);
    record.set_project_division(division);
    record.set_project(project);
    const auto filed = feed_.Create(record);
    EXPECT_TRUE(filed.ok()) << filed.status();
    return filed.value_or(record);
  }
  /// Ids of what is missing, page by page of one, and whether it is late.
  std::string Missing(const std::string& division = "") {
    v1::ListLateEvaluationsRequest request;
    request.set_window(kWindow);
    request.set_division(division);
    request.set_page_size(1);
    std::vector<std::string> words;
    bool late = false;
    do {
      const auto page = ListLate(feed_.feed(), request, feed_.today(), 0, absl::InfiniteFuture());
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) return "";
      late = page->response.late();
      for (const auto& expected : page->response.expected_evaluations()) {
        words.push_back(expected.name().substr(sizeof("expectedEvaluations")));
      }
      request.set_page_token(page->response.next_page_token());
    } while (!request.page_token().empty());
    if (late) words.push_back("late");
    return absl::StrJoin(words, " ");
  }
  /// `division expected/filed/effective/missing rate` of every row and of the total.
  std::vector<std::string> Rows(uint32_t digits, const std::string& division = "") {
    v1::GetEvaluationProgressRequest request;
    request.set_window(kWindow);
    request.set_digits(digits);
    request.set_division(division);
    const auto answer = Progress(feed_.feed(), request, feed_.today(), 0, absl::InfiniteFuture());
    if (!answer.ok()) return {runtime::ReasonOf(answer.status())};
    std::vector<std::string> rows;
    const auto show = [&](const v1::EvaluationProgressRow& row) {
      rows.push_back(absl::StrCat(row.division(),
                                  " ",
                                  row.expected(),
                                  "/",
                                  row.filed(),
                                  "/",
                                  row.effective(),
                                  "/",
                                  row.missing(),
                                  " ",
                                  row.filed_rate_hundredths_percent()));
    };
    for (const auto& row : answer->response.rows()) show(row);
    show(answer->response.total());
    if (answer->response.closed()) rows.push_back("closed");
    return rows;
  }

  TestFeed feed_{"party", RecordTypes(), Verbs(), kSampleDay};
};

TEST_F(LateEvaluations, AreThoseExpectedThatNobodyFiled) {
  EXPECT_EQ(Expect("a", "320104002", "projects/p1"), "");
  EXPECT_EQ(Expect("b", "320104002", "projects/p2"), "");
  EXPECT_EQ(Expect("c", "320106002", "projects/p3"), "");
  EXPECT_EQ(Missing(), "a b c");
  const v1::Evaluation filed = File("320104002", "projects/p1");
  EXPECT_EQ(Missing(), "b c");
  EXPECT_EQ(Missing("320106"), "c");
  // The same firm's project elsewhere is another matter.
  File("320106002", "projects/p9");
  EXPECT_EQ(Missing(), "b c");
  feed_.SetToday("2026-12-10");
  EXPECT_EQ(Missing(), "b c");
  feed_.SetToday("2026-12-11");
  EXPECT_EQ(Missing(), "b c late");
  ASSERT_TRUE(feed_.Void(filed).ok());
  EXPECT_EQ(Missing(), "a b c late");
}

TEST_F(LateEvaluations, AreToldPerFirm) {
  EXPECT_EQ(Expect("a", "320104002", "projects/p1"), "");
  v1::ExpectedEvaluation other = SampleExpected();
  other.set_name("expectedEvaluations/b");
  other.set_firm("organizations/o1");
  ASSERT_TRUE(feed_.Create(other).ok());
  v1::ListLateEvaluationsRequest request;
  request.set_window(kWindow);
  request.set_firm("organizations/o1");
  const auto page = ListLate(feed_.feed(), request, feed_.today(), 0, absl::InfiniteFuture());
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->response.expected_evaluations_size(), 1);
  EXPECT_EQ(page->response.expected_evaluations(0).name(), "expectedEvaluations/b");
  EXPECT_EQ(page->response.today(), kSampleDay);
}

TEST_F(LateEvaluations, AnyProjectWillDoWhereNoneIsNamed) {
  v1::EvaluationWindow window = *feed_.Get<v1::EvaluationWindow>(kWindow);
  ASSERT_TRUE(feed_.Void(window).ok());
  window.set_name("evaluationWindows/w2");
  window.clear_project_required();
  ASSERT_TRUE(feed_.Create(window).ok());
  v1::ExpectedEvaluation expected = SampleExpected();
  expected.set_window("evaluationWindows/w2");
  expected.clear_project();
  ASSERT_TRUE(feed_.Create(expected).ok());
  v1::Evaluation evaluation = SampleEvaluation();
  evaluation.set_window("evaluationWindows/w2");
  ASSERT_TRUE(feed_.Create(evaluation).ok());
  v1::ListLateEvaluationsRequest request;
  request.set_window("evaluationWindows/w2");
  const auto page = ListLate(feed_.feed(), request, feed_.today(), 0, absl::InfiniteFuture());
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(page->response.expected_evaluations_size(), 0);
}

TEST_F(LateEvaluations, ProgressIsCountedByDivision) {
  EXPECT_EQ(Expect("a", "320104002", "projects/p1"), "");
  EXPECT_EQ(Expect("b", "320104002", "projects/p2"), "");
  EXPECT_EQ(Expect("c", "320104003", "projects/p3"), "");
  EXPECT_EQ(Expect("d", "320106002", "projects/p4"), "");
  const v1::Evaluation filed = File("320104002", "projects/p1");
  File("320104003", "projects/p3");
  v1::CountersignEvaluationRequest request;
  ASSERT_TRUE(feed_.Call("CountersignEvaluation", filed, request, As(kOther)).ok());
  EXPECT_EQ(Rows(0),
            (std::vector<std::string>{"320104002 2/1/1/1 5000",
                                      "320104003 1/1/0/0 10000",
                                      "320106002 1/0/0/1 0",
                                      "3201 4/2/1/2 5000"}));
  EXPECT_EQ(Rows(9), Rows(0));
  EXPECT_EQ(
      Rows(6),
      (std::vector<std::string>{"320104 3/2/1/1 6667", "320106 1/0/0/1 0", "3201 4/2/1/2 5000"}));
  EXPECT_EQ(Rows(6, "320106"), (std::vector<std::string>{"320106 1/0/0/1 0", "3201 1/0/0/1 0"}));
  feed_.SetToday("2026-12-11");
  EXPECT_EQ(Rows(6, "320106").back(), "closed");
}

TEST_F(LateEvaluations, ProgressIsNotFinerThanTheEvaluators) {
  EXPECT_EQ(Rows(12), std::vector<std::string>{"PROGRESS_DIGITS"});
  EXPECT_EQ(Rows(4), std::vector<std::string>{"PROGRESS_DIGITS"});
}

TEST_F(LateEvaluations, ProgressEndsAtAnAgreedSizeOfWindow) {
  EXPECT_EQ(Expect("a", "320104002", "projects/p1"), "");
  EXPECT_EQ(Expect("b", "320104002", "projects/p2"), "");
  v1::GetEvaluationProgressRequest request;
  request.set_window(kWindow);
  const auto count = [&](int64_t expected_max) {
    return Progress(feed_.feed(), request, feed_.today(), 0, absl::InfiniteFuture(), expected_max)
        .status();
  };
  EXPECT_TRUE(count(2).ok());
  EXPECT_EQ(runtime::ReasonOf(count(1)), "WINDOW_TOO_LARGE");
  EXPECT_EQ(count(1).code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(LateEvaluations, ReportsOfAWindowNobodyFiledAreRefused) {
  v1::ListLateEvaluationsRequest late;
  late.set_window("evaluationWindows/none");
  EXPECT_EQ(runtime::ReasonOf(
                ListLate(feed_.feed(), late, feed_.today(), 0, absl::InfiniteFuture()).status()),
            "RECORD_UNKNOWN");
  v1::GetEvaluationProgressRequest progress;
  progress.set_window("evaluationWindows/none");
  EXPECT_EQ(
      runtime::ReasonOf(
          Progress(feed_.feed(), progress, feed_.today(), 0, absl::InfiniteFuture()).status()),
      "RECORD_UNKNOWN");
}

TEST_F(LateEvaluations, WhatIsExpectedIsCheckedLikeWhatIsFiled) {
  EXPECT_EQ(Expect("a", "320104002001", "projects/p1"), "EVALUATION_DIVISION");
  EXPECT_EQ(Expect("a", "320205001", "projects/p1"), "EVALUATION_DIVISION");
  EXPECT_EQ(Expect("a", "320104002", ""), "EVALUATION_PROJECT_REQUIRED");
  v1::ExpectedEvaluation record = SampleExpected();
  record.set_firm("managers/m1");
  EXPECT_EQ(runtime::ReasonOf(feed_.Create(record).status()), "EVALUATION_SUBJECT");
  record = SampleExpected();
  record.set_window("evaluationWindows/none");
  EXPECT_EQ(runtime::ReasonOf(feed_.Create(record).status()), "REFERENCE_UNKNOWN");
  EXPECT_EQ(Expect("a", "320104002", "projects/p1"), "");
  EXPECT_EQ(Expect("b", "320104002", "projects/p1"), "DUPLICATE_KEY");
  EXPECT_EQ(feed_.NewEvidence(), "");
  feed_.SetToday("2026-12-21");
  EXPECT_EQ(Expect("c", "320104002", "projects/p2"), "WINDOW_LOCKED");
}

}  // namespace
}  // namespace xince::party
