#include "services/reports/evaluation_reports.h"

#include <string>

#include "gtest/gtest.h"
#include "services/reports/testing.h"

namespace xince::reports {
namespace {

class EvaluationSubmissionTest : public testing::Test {
 protected:
  void AddWindow(const std::string& id, const std::string& rest) {
    AddText(records_.windows, "name: 'evaluationWindows/" + id + "' title: '窗口' " + rest);
  }
  void Owe(const std::string& division, const std::string& firm, const std::string& project = "") {
    AddText(records_.expected,
            "window: 'evaluationWindows/w' division: '" + division + "' firm: 'firms/" + firm +
                "' project: '" + project + "'");
  }
  void File(const std::string& division,
            const std::string& firm,
            const std::string& project,
            const std::string& rest) {
    AddText(records_.evaluations,
            "window: 'evaluationWindows/w' division: '" + division + "' firm: 'firms/" + firm +
                "' project: '" + project + "' " + rest);
  }
  std::string Made(const std::string& period = "2026-H1", const std::string& division = "") {
    return Lines(EvaluationSubmission(ScopeOf(period, "2026-11-22", division), records_));
  }

  EvaluationRecords records_;
};

TEST_F(EvaluationSubmissionTest, CountsWhatStreetsOweFileAndFileInTime) {
  AddWindow("w", "start_date: '2026-01-01' end_date: '2026-07-01' close_date: '2026-08-01'");
  Owe("320104001", "A");
  Owe("320104001", "B", "projects/p1");
  Owe("320104001", "C");
  Owe("320104002002", "A");
  File("320104001", "A", "projects/p9", "sign_date: '2026-07-31'");
  // About another project than the one owed.
  File("320104001", "B", "projects/p2", "sign_date: '2026-07-31'");
  File("320104002002", "A", "", "sign_date: '2026-08-01'");
  EXPECT_EQ(Made(),
            "320104001|3|1|1|1|2|33.3|33.3\n"
            "320104002|1|1|1|0|0|100.0|0.0\n"
            "合计|4|2|2|1|2|50.0|25.0");
  EXPECT_EQ(Made("2026-Q2", "320104002"),
            "320104002|1|1|1|0|0|100.0|0.0\n合计|1|1|1|0|0|100.0|0.0");
}

TEST_F(EvaluationSubmissionTest, CountsACountersignedOneByTheDayOfTheSecondSignature) {
  AddWindow("w",
            "start_date: '2026-01-01' end_date: '2026-07-01' close_date: '2026-08-01' "
            "countersign_required: true");
  Owe("320104001", "A");
  Owe("320104001", "B");
  Owe("320104001", "C");
  File("320104001", "A", "", "sign_date: '2026-07-01' state: FILED");
  File("320104001",
       "B",
       "",
       "sign_date: '2026-07-01' state: COUNTERSIGNED countersign_date: '2026-08-01'");
  File("320104001",
       "C",
       "",
       "sign_date: '2026-07-01' state: COUNTERSIGNED countersign_date: '2026-07-31'");
  EXPECT_EQ(Made("2026-H1", "320104001"),
            "320104001|3|3|2|1|0|100.0|33.3\n合计|3|3|2|1|0|100.0|33.3");
}

TEST_F(EvaluationSubmissionTest, IsAboutWindowsWhosePeriodEndsInTheReports) {
  AddWindow("w", "start_date: '2026-01-01' end_date: '2026-07-01' close_date: '2026-08-01'");
  Owe("320104001", "A");
  EXPECT_EQ(Made("2026-Q1"), "");
  EXPECT_EQ(Made("2026-07"), "");
  EXPECT_EQ(Made("2026-06"), "320104001|1|0|0|0|1|0.0|0.0\n合计|1|0|0|0|1|0.0|0.0");
}

}  // namespace
}  // namespace xince::reports
