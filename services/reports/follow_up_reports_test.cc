#include "services/reports/follow_up_reports.h"

#include <string>

#include "gtest/gtest.h"
#include "services/reports/testing.h"

namespace xince::reports {
namespace {

constexpr char kProposal[] =
    "steps { day: '2026-01-05' details { proposal { "
    "contacts { level: LEVEL_DISTRICT name: '陈' } contacts { level: LEVEL_STREET name: '陆' } } } "
    "} ";

std::string Log(const std::string& day, const std::string& name, const std::string& found) {
  return "steps { day: '" + day + "' details { follow_up { held_on: '" + day +
         "' contact { name: '" + name + "' } findings: '" + found + "' } } } ";
}

FollowUpRecords Sample() {
  FollowUpRecords records;
  const auto add = [&](const std::string& id, const std::string& rest) {
    AddText(records.cases,
            "name: 'cases/2026-" + id + "' opening { list: 'key-contact' subject: 'projects/p" +
                id + "' } " + rest);
  };
  // Newest first, as they are listed.
  add("5", "in_force_from: '2026-02-01' steps { day: '2026-01-05' details { proposal {} } }");
  add("6", std::string(kProposal) + "in_force_from: '2026-03-31'");
  add("4", std::string(kProposal) + "in_force_from: '2026-04-01'");
  add("3", std::string(kProposal) + "in_force_from: '2026-02-01' in_force_until: '2026-03-31'");
  add("2",
      std::string(kProposal) + "in_force_from: '2026-01-10' " +
          Log("2026-01-20", "陈", "电梯停运") + Log("2026-02-20", "陆", "已修复") +
          "steps { day: '2026-03-01' details { contacts { "
          "contacts { level: LEVEL_DISTRICT name: '钱' } } } } " +
          "clocks { clock: 'follow-up' from: '2026-02-20' due: '2026-03-20' status: OVER } "
          "clocks { clock: 'rectification' from: '2026-02-20' due: '2026-02-21' }");
  add("1",
      std::string(kProposal) + "in_force_from: '2026-01-10' " + Log("2026-03-31", "陈", "整改中") +
          Log("2026-04-20", "陈", "后来") +
          "clocks { clock: 'follow-up' from: '2026-04-20' due: '2026-05-20' status: RUNNING }");
  return records;
}

TEST(FollowUpReport, SaysWhoIsFollowedUpAndWhoIsOverdue) {
  const Scope scope = ScopeOf("2026-Q1", "2026-11-22");
  EXPECT_EQ(Lines(FollowUps(scope, Sample())),
            "cases/2026-1|key-contact|projects/p1|2026-01-10|区县 陈、街镇 陆|1|2026-03-31|陈|"
            "整改中|-|-\n"
            "cases/2026-2|key-contact|projects/p2|2026-01-10|区县 钱|2|2026-02-20|陆|已修复|"
            "2026-03-20|11\n"
            "cases/2026-6|key-contact|projects/p6|2026-03-31|区县 陈、街镇 陆|0|||||");
}

TEST(FollowUpReport, CountsTheLastDayAsInTime) {
  const Scope scope = ScopeOf("2026-03", "2026-03-20");
  const Report report = FollowUps(scope, Sample());
  ASSERT_EQ(report.rows.size(), 3U) << "one was in force then that is not now, one not yet";
  EXPECT_EQ(report.rows[1].back(), "0");
  EXPECT_EQ(report.rows[1][5], "0") << "none in March";
  EXPECT_EQ(FollowUps(ScopeOf("2026-03", "2026-03-21"), Sample()).rows[1].back(), "1");
}

TEST(FollowUpReport, IsOfADivisionWhereOneIsAskedFor) {
  FollowUpRecords records = Sample();
  records.subjects = {"projects/p2"};
  const Report report = FollowUps(ScopeOf("2026-Q1", "2026-11-22", "320104"), records);
  ASSERT_EQ(report.rows.size(), 1U);
  EXPECT_EQ(report.rows[0][0], "cases/2026-2");
}

}  // namespace
}  // namespace xince::reports
