#include "services/reports/dispatch_report.h"

#include <map>
#include <string>

#include "absl/strings/str_cat.h"

#include "gtest/gtest.h"
#include "services/reports/testing.h"

namespace xince::reports {
namespace {

constexpr char kDay[] = "2026-11-22";

// Two committees of a district and one of another, all in office since 2024.
DispatchRecords Sample() {
  DispatchRecords records;
  const auto committee = [&](const char* id, const char* division, const std::string& rest) {
    AddText(records.committees.committees,
            absl::StrCat("name: 'committees/",
                         id,
                         "' kind: OWNERS_COMMITTEE division: '",
                         division,
                         "' term_start_date: '2024-01-01' ",
                         rest));
  };
  committee("a",
            "320104001002",
            "term_end_date: '2029-01-01' party_organization_eligible: true "
            "party_organization_date: '2026-02-01'");
  committee("b",
            "320104002",
            "term_end_date: '2026-05-01' party_organization_eligible: true "
            "party_organization_date: '2024-02-01'");
  committee("c", "320105001", "term_end_date: '2029-01-01' party_organization_eligible: true");
  const auto disclosure = [&](const char* committee, const std::string& dates) {
    AddText(records.committees.disclosures,
            absl::StrCat("committee: 'committees/", committee, "' ", dates));
  };
  disclosure("a", "due_date: '2026-03-31' made_date: '2026-03-31'");
  disclosure("b", "due_date: '2026-03-31' made_date: '2026-06-30'");
  disclosure("c", "due_date: '2026-03-31' made_date: '2026-07-01'");
  disclosure("c", "due_date: '2025-12-31' made_date: '2025-12-31'");
  const auto complaints = [&](const char* subject, const char* division, const std::string& rest) {
    AddText(records.statistics.complaints,
            absl::StrCat("subject: '", subject, "' division: '", division, "' ", rest));
  };
  complaints("projects/p",
             "320104",
             "start_date: '2026-01-01' end_date: '2026-04-01' received: 20 handled: 19");
  complaints("projects/q",
             "320104002",
             "start_date: '2026-04-01' end_date: '2026-07-01' received: 10 handled: 9");
  // A firm's are those of its projects again; days that end later are another period's.
  complaints("firms/f",
             "320104",
             "start_date: '2026-01-01' end_date: '2026-04-01' received: 20 handled: 1");
  complaints("projects/p",
             "320104",
             "start_date: '2026-06-01' end_date: '2026-07-02' received: 7 handled: 1");
  complaints("projects/p",
             "320104",
             "start_date: '2025-07-01' end_date: '2026-01-01' received: 3 handled: 3");
  AddText(records.statistics.services,
          "subject: 'projects/p' division: '320105001' start_date: '2026-01-01' "
          "end_date: '2026-02-01' lifts_due: 8 lifts_inspected: 7 disclosures_due: 4 "
          "disclosures_made: 4");
  AddText(records.rectifications.orders,
          "name: 'rectificationOrders/x' subject: 'projects/p' division: '320105' "
          "issue_date: '2026-02-01' original_deadline: '2026-03-01' deadline: '2026-03-01'");
  return records;
}

std::map<std::string, std::string> Made(const std::string& period, const std::string& division) {
  const Scope now = ScopeOf(period, kDay, division);
  const Scope before = *MakeScope(Previous(now.period), division, *type::ParseDate(kDay));
  std::map<std::string, std::string> lines;
  for (const auto& row : Dispatch(now, before, Sample()).rows) {
    std::string& line = lines[row[0]];
    if (!line.empty()) line += "\n";
    line += absl::StrJoin(row.begin() + 2, row.end(), "|");
  }
  return lines;
}

TEST(Dispatch, TellsEveryFigureByDistrictWithThePeriodBefore) {
  const auto lines = Made("2026-H1", "3201");
  // 2 of 2 in the first district, 1 of 2 the half-year before; none of 1 in the second. 2 of 3 is 66.7,
  // 1 of 3 was 33.3.
  EXPECT_EQ(lines.at("party-coverage"),
            "320104|2|2|100.0|50.0|50.0|0\n"
            "320105|0|1|0.0|0.0|0.0|1\n"
            "合计|2|3|66.7|33.3|33.4|1");
  // On 30 June two of three were made; the one due the year before was made in time.
  EXPECT_EQ(lines.at("disclosure"),
            "320104|2|2|100.0|-|-|0\n"
            "320105|0|1|0.0|100.0|-100.0|1\n"
            "合计|2|3|66.7|100.0|-33.3|1");
  // One of three is past its term since 1 May.
  EXPECT_EQ(lines.at("overdue-elections"),
            "320104|1|2|50.0|0.0|50.0|1\n"
            "320105|0|1|0.0|0.0|0.0|0\n"
            "合计|1|3|33.3|0.0|33.3|1");
  // 19 of 20 and 9 of 10 are 28 of 30, 93.3 %; 3 of 3 the half-year before.
  EXPECT_EQ(lines.at("complaints"), "320104|28|30|93.3|100.0|-6.7|2\n合计|28|30|93.3|100.0|-6.7|2");
  EXPECT_EQ(lines.at("lifts"), "320105|7|8|87.5|-|-|1\n合计|7|8|87.5|-|-|1");
  EXPECT_EQ(lines.at("project-disclosure"), "320105|4|4|100.0|-|-|0\n合计|4|4|100.0|-|-|0");
  EXPECT_EQ(lines.at("overdue-orders"), "320105|1|1|100.0|-|-|1\n合计|1|1|100.0|-|-|1");
  EXPECT_EQ(lines.at("close-outs"), "320105|0|0|-|-|-|0\n合计|0|0|-|-|-|0");
  EXPECT_EQ(lines.count("evaluations"), 0u);
}

TEST(Dispatch, OfADistrictIsByStreet) {
  const auto lines = Made("2026-H1", "320104");
  EXPECT_EQ(lines.at("party-coverage"),
            "320104001|1|1|100.0|0.0|100.0|0\n"
            "320104002|1|1|100.0|100.0|0.0|0\n"
            "合计|2|2|100.0|50.0|50.0|0");
  EXPECT_EQ(lines.at("complaints"),
            "320104|19|20|95.0|100.0|-5.0|1\n"
            "320104002|9|10|90.0|-|-|1\n"
            "合计|28|30|93.3|100.0|-6.7|2");
  EXPECT_EQ(lines.count("lifts"), 0u);
}

TEST(Dispatch, SaysWhatItIsComparedWith) {
  const Scope now = ScopeOf("2026-H1", kDay);
  const Scope before = *MakeScope(Previous(now.period), "", *type::ParseDate(kDay));
  const Report report = Dispatch(now, before, Sample());
  ASSERT_EQ(report.notes.size(), 2u);
  EXPECT_EQ(report.notes[0], "上期: 2025-H2 (至 2025-12-31)");
  // A change below zero stays a number in a spreadsheet.
  EXPECT_NE(ToCsv(report).find(",-33.3,"), std::string::npos);
}

}  // namespace
}  // namespace xince::reports
