#include "services/reports/report.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/runtime/errors.h"

namespace xince::reports {
namespace {

using ::testing::ElementsAre;
using ::xince::runtime::ReasonOf;

std::string Span(const std::string& label) {
  const auto period = ParsePeriod(label);
  if (!period.ok()) return ReasonOf(period.status());
  EXPECT_EQ(period->label, label);
  return type::FormatDate(period->start) + " " + type::FormatDate(period->end) + " " +
         period->cadence;
}

TEST(ReportPeriods, AreMonthsQuartersHalvesAndYears) {
  EXPECT_EQ(Span("2026"), "2026-01-01 2027-01-01 yearly");
  EXPECT_EQ(Span("2026-H1"), "2026-01-01 2026-07-01 half-yearly");
  EXPECT_EQ(Span("2026-H2"), "2026-07-01 2027-01-01 half-yearly");
  EXPECT_EQ(Span("2026-Q1"), "2026-01-01 2026-04-01 quarterly");
  EXPECT_EQ(Span("2026-Q4"), "2026-10-01 2027-01-01 quarterly");
  EXPECT_EQ(Span("2026-02"), "2026-02-01 2026-03-01 monthly");
  EXPECT_EQ(Span("2026-12"), "2026-12-01 2027-01-01 monthly");
  EXPECT_EQ(Span("9998"), "9998-01-01 9999-01-01 yearly");
}

TEST(ReportPeriods, OfOtherFormsAreRefused) {
  for (const char* label : {"",
                            "26",
                            "1948",
                            "9999",
                            "2026-",
                            "2026-Q0",
                            "2026-Q5",
                            "2026-H0",
                            "2026-H3",
                            "2026-00",
                            "2026-13",
                            "2026-1",
                            "2026-q1",
                            "2026-Q11",
                            "2026/03",
                            "2026-+3",
                            "+026",
                            "2026-03-01"}) {
    EXPECT_EQ(Span(label), "REPORT_PERIOD") << label;
  }
}

TEST(ReportPeriods, HaveOneOfTheSameLengthBeforeThem) {
  const auto before = [](const char* label) { return Previous(*ParsePeriod(label)).label; };
  EXPECT_EQ(before("2026-Q2"), "2026-Q1");
  EXPECT_EQ(before("2026-Q1"), "2025-Q4");
  EXPECT_EQ(before("2026-H1"), "2025-H2");
  EXPECT_EQ(before("2026-01"), "2025-12");
  EXPECT_EQ(before("2026"), "2025");
  EXPECT_EQ(before("1949"), "1949");
}

TEST(ReportScope, EndsWithThePeriodOrToday) {
  const type::Date day = *type::ParseDate("2026-02-10");
  EXPECT_EQ(MakeScope(*ParsePeriod("2026-Q1"), "", day)->as_of, "2026-02-10");
  EXPECT_EQ(MakeScope(*ParsePeriod("2025-Q4"), "", day)->as_of, "2025-12-31");
  EXPECT_EQ(ReasonOf(MakeScope(*ParsePeriod("2026-03"), "", day).status()), "REPORT_PERIOD_AHEAD");
  EXPECT_TRUE(MakeScope(*ParsePeriod("2026-02"), "", *type::ParseDate("2026-02-01")).ok());
}

TEST(ReportNumbers, AreRoundedHalfUp) {
  // 131 of 140 is 93.571…; 1 of 2000 is 0.05, the half; 1 of 2001 is just below.
  EXPECT_EQ(Percent(131, 140), "93.6");
  EXPECT_EQ(Percent(1, 2000), "0.1");
  EXPECT_EQ(Percent(1, 2001), "0.0");
  EXPECT_EQ(Percent(0, 7), "0.0");
  EXPECT_EQ(Percent(7, 7), "100.0");
  EXPECT_EQ(Percent(1999, 2000), "100.0");
  EXPECT_EQ(Percent(0, 0), "-");
  EXPECT_EQ(Percent(1'000'000'000'000, 1'000'000'000'000), "100.0");
  EXPECT_EQ(Mean(5, 2), 3);
  EXPECT_EQ(Mean(4, 3), 1);
  EXPECT_EQ(Mean(5, 3), 2);
  EXPECT_EQ(Mean(-3, 2), -1);
  EXPECT_EQ(Mean(-4, 3), -1);
  EXPECT_EQ(Mean(-5, 3), -2);
  EXPECT_EQ(Hundredths(9357), "93.57");
  EXPECT_EQ(Hundredths(-5), "-0.05");
}

TEST(ReportCounts, AreListedByDivisionWithTheirSum) {
  Counts counts(2);
  counts.Add("320104002", 1, 140);
  counts.Add("320104002", 0, 131);
  counts.Add("320104001", 1, 0);
  Report report;
  counts.Fill({{.key = "part", .zh = "分子"}, {.key = "whole", .zh = "分母"}},
              {{.key = "rate", .zh = "率%", .part = 0, .whole = 1}},
              report);
  EXPECT_THAT(report.rows,
              ElementsAre(ElementsAre("320104001", "0", "0", "-"),
                          ElementsAre("320104002", "131", "140", "93.6"),
                          ElementsAre("合计", "131", "140", "93.6")));
  Report none;
  Counts(2).Fill({}, {}, none);
  EXPECT_TRUE(none.rows.empty());
}

Report Sample() {
  Report report{.name = "r", .title = "报告", .notes = {"依据: \"甲\""}};
  report.scope = *MakeScope(*ParsePeriod("2026-Q1"), "3201", *type::ParseDate("2026-12-01"));
  report.columns = {{.key = "name", .zh = "名称"}, {.key = "score", .zh = "得分", .number = true}};
  report.rows = {{"=1+1", "-5.00"}, {"甲,乙", "-"}, {"-5", "1"}};
  return report;
}

TEST(ReportOutput, InCsvIsHarmlessToSpreadsheets) {
  EXPECT_EQ(ToCsv(Sample()),
            "\xef\xbb\xbf名称,得分\r\n'=1+1,-5.00\r\n\"甲,乙\",'-\r\n'-5,1\r\n\"# 依据: "
            "\"\"甲\"\"\"\r\n");
}

TEST(ReportOutput, InJsonNamesItsCells) {
  EXPECT_EQ(
      ToJson(Sample()),
      R"({"report":"r","title":"报告","period":"2026-Q1","cadence":"quarterly",)"
      R"("asOf":"2026-03-31","division":"3201","truncated":false,"notes":["依据: \"甲\""],)"
      R"("rows":[{"name":"=1+1","score":"-5.00"},{"name":"甲,乙","score":"-"},{"name":"-5","score":"1"}]})"
      "\n");
  Report report = Sample();
  report.truncated = true;
  report.notes = {"a\nb\\"};
  report.rows.clear();
  EXPECT_THAT(ToJson(report),
              ::testing::HasSubstr(R"("truncated":true,"notes":["a\u000ab\\"],"rows":[])"));
}

TEST(ReportDivisions, AreInsideEachOtherByTheirCodes) {
  EXPECT_TRUE(Inside("320104001", ""));
  EXPECT_TRUE(Inside("320104001", "320104"));
  EXPECT_FALSE(Inside("3201", "320104"));
  EXPECT_EQ(StreetOf("320104001002"), "320104001");
  EXPECT_EQ(StreetOf("3201"), "3201");
}

}  // namespace
}  // namespace xince::reports
