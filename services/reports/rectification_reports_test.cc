#include "services/reports/rectification_reports.h"

#include <string>

#include "gtest/gtest.h"
#include "services/reports/testing.h"

namespace xince::reports {
namespace {

RectificationRecords Sample() {
  RectificationRecords records;
  const auto add = [&](const std::string& id, const std::string& rest) {
    AddText(records.orders,
            "name: 'rectificationOrders/" + id + "' subject: 'projects/p' facts: '事实' " + rest);
  };
  add("closed",
      "division: '320104' issue_date: '2026-01-05' original_deadline: '2026-02-01' "
      "deadline: '2026-02-20' extensions { new_deadline: '2026-02-20' extend_date: '2026-01-30' "
      "reason: '施工' } corrected_date: '2026-02-20' accepted_date: '2026-02-25' "
      "close_out_number: '320104-2026-0001'");
  add("late",
      "division: '320104' issue_date: '2026-01-05' original_deadline: '2026-02-01' "
      "deadline: '2026-02-01' corrected_date: '2026-02-03' accepted_date: '2026-02-25' "
      "close_out_number: '320104-2026-0002'");
  add("next",
      "division: '320105' issue_date: '2026-03-05' original_deadline: '2026-03-31' "
      "deadline: '2026-05-01' extensions { new_deadline: '2026-05-01' extend_date: '2026-04-02' "
      "reason: '后来' } corrected_date: '2026-04-20' accepted_date: '2026-04-25' "
      "close_out_number: '320105-2026-0001'");
  add("overdue",
      "division: '320105' issue_date: '2025-12-05' original_deadline: '2026-03-30' "
      "deadline: '2026-03-30' failed_date: '2026-03-31'");
  add("after", "division: '320105' issue_date: '2026-04-01' original_deadline: '2026-05-01'");
  const auto look = [&](const std::string& id, const std::string& rest) {
    AddText(records.inspections,
            "name: 'inspections/" + id + "' rectification_order: 'rectificationOrders/" + rest);
  };
  look("1", "closed' inspection_date: '2026-03-01' result: PASSED");
  look("2", "closed' inspection_date: '2026-03-20' result: FAILED");
  look("3", "closed' inspection_date: '2026-04-20' result: PASSED");
  AddText(records.inspections,
          "name: 'inspections/4' inspection_date: '2026-03-01' result: FAILED");
  return records;
}

TEST(RectificationLedgerReport, IsTheLedgerAsItStoodAtTheEndOfThePeriod) {
  const Scope scope = ScopeOf("2026-Q1", "2026-11-22");
  EXPECT_EQ(
      Lines(RectificationLedger(scope, Sample(), {})),
      "rectificationOrders/closed|projects/p|320104|事实|2026-01-05|2026-02-20|1|施工|已销号|0|"
      "2026-02-20|2026-02-25|320104-2026-0001|2026-03-20|不合格\n"
      "rectificationOrders/late|projects/p|320104|事实|2026-01-05|2026-02-01|0||已销号|2|"
      "2026-02-03|2026-02-25|320104-2026-0002||\n"
      "rectificationOrders/next|projects/p|320105|事实|2026-03-05|2026-03-31|0||整改中|0|||||\n"
      "rectificationOrders/overdue|projects/p|320105|事实|2025-12-05|2026-03-30|0||逾期|1|||||");
}

TEST(RectificationLedgerReport, CanBeNarrowed) {
  const auto names = [](const LedgerFilter& filter, const std::string& division) {
    std::string all;
    const Scope scope = ScopeOf("2026-Q1", "2026-11-22", division);
    for (const auto& row : RectificationLedger(scope, Sample(), filter).rows) all += row[0] + " ";
    return all;
  };
  EXPECT_EQ(names({.open = true, .overdue = false, .closed = false}, ""),
            "rectificationOrders/next ");
  EXPECT_EQ(names({.open = false, .overdue = true, .closed = false}, ""),
            "rectificationOrders/overdue ");
  EXPECT_EQ(names({.open = false, .overdue = false, .closed = true}, "320104"),
            "rectificationOrders/closed rectificationOrders/late ");
}

TEST(RectificationLedgerReport, ListsAClosedOrderOnlyInThePeriodOfItsAcceptance) {
  const Report report =
      RectificationLedger(ScopeOf("2026-Q2", "2026-11-22", "320104"), Sample(), {});
  EXPECT_EQ(Lines(report), "");
}

TEST(RectificationSummaryReport, CountsByDivision) {
  EXPECT_EQ(Lines(RectificationSummary(ScopeOf("2026-Q1", "2026-11-22"), Sample())),
            "320104|2|2|1|0|0|2|1|50.0|50.0\n"
            "320105|1|0|0|2|1|0|0|-|-\n"
            "合计|3|2|1|2|1|2|1|50.0|50.0");
}

}  // namespace
}  // namespace xince::reports
