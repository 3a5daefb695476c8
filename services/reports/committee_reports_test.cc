#include "services/reports/committee_reports.h"

#include <string>

#include "gtest/gtest.h"
#include "services/reports/testing.h"

namespace xince::reports {
namespace {

constexpr char kC1[] =
    "name: 'committees/c1' kind: OWNERS_COMMITTEE division: '320104001002' "
    "term_start_date: '2024-01-01' term_end_date: '2029-01-01' ";
constexpr char kC2[] =
    "name: 'committees/c2' kind: MANAGEMENT_COMMITTEE division: '320104002' "
    "term_start_date: '2023-02-01' term_end_date: '2026-02-01' ";

CommitteeRecords TwoCommittees() {
  CommitteeRecords records;
  AddText(records.committees, kC1);
  AddText(records.committees, kC2);
  return records;
}

void AddDisclosure(CommitteeRecords& records,
                   const std::string& committee,
                   const std::string& text) {
  AddText(records.disclosures, "committee: 'committees/" + committee + "' " + text);
}

TEST(DisclosureRate, CountsWhatWasDueInThePeriodAndMadeByItsEnd) {
  CommitteeRecords records = TwoCommittees();
  AddDisclosure(records, "c1", "due_date: '2026-01-31' made_date: '2026-01-31'");
  AddDisclosure(records, "c1", "due_date: '2026-02-28' made_date: '2026-03-01'");
  AddDisclosure(records, "c1", "due_date: '2026-03-31' made_date: '2026-04-01'");
  AddDisclosure(records, "c1", "due_date: '2025-12-31' made_date: '2026-01-05'");
  AddDisclosure(records, "c1", "due_date: '2026-04-01'");
  AddDisclosure(records, "c2", "due_date: '2026-03-31'");
  AddDisclosure(records, "gone", "due_date: '2026-03-31'");
  EXPECT_EQ(Lines(DisclosureRate(ScopeOf("2026-Q1", "2026-11-22"), records)),
            "320104001|3|1|2|1|66.7|33.3\n"
            "320104002|1|0|0|1|0.0|0.0\n"
            "合计|4|1|2|2|50.0|25.0");
  EXPECT_EQ(Lines(DisclosureRate(ScopeOf("2026-Q1", "2026-11-22", "320104002"), records)),
            "320104002|1|0|0|1|0.0|0.0\n合计|1|0|0|1|0.0|0.0");
  // Before the end of the period only what is due by then counts.
  EXPECT_EQ(Lines(DisclosureRate(ScopeOf("2026-Q1", "2026-03-30", "320104001"), records)),
            "320104001|2|1|2|0|100.0|50.0\n合计|2|1|2|0|100.0|50.0");
}

TEST(DisclosureRate, OfTheCheckIs936) {
  CommitteeRecords records = TwoCommittees();
  for (int i = 0; i < 140; ++i) {
    AddDisclosure(
        records,
        "c1",
        i < 131 ? "due_date: '2026-01-31' made_date: '2026-01-31'" : "due_date: '2026-01-31'");
  }
  const Report report = DisclosureRate(ScopeOf("2026-01", "2026-11-22"), records);
  EXPECT_EQ(Lines(report), "320104001|140|131|131|9|93.6|93.6\n合计|140|131|131|9|93.6|93.6");
}

TEST(DisclosureRate, OfNothingHasNoRows) {
  EXPECT_EQ(Lines(DisclosureRate(ScopeOf("2026", "2026-11-22"), TwoCommittees())), "");
}

TEST(TrainingRate, CountsCityTrainingBeforeAndLocalTrainingDuringTheTerm) {
  CommitteeRecords records = TwoCommittees();
  AddText(records.members, "name: 'members/a' committee: 'committees/c1' start_date: '2026-01-10'");
  AddText(records.members, "name: 'members/b' committee: 'committees/c1' start_date: '2026-03-31'");
  AddText(records.members,
          "name: 'members/c' committee: 'committees/c1' start_date: '2024-01-01' "
          "end_date: '2026-03-31'");
  AddText(records.members,
          "name: 'members/d' committee: 'committees/c1' start_date: '2024-01-01' post: ALTERNATE");
  AddText(records.members, "name: 'members/e' committee: 'committees/c2' start_date: '2023-02-01'");
  AddText(records.members, "name: 'members/f' committee: 'committees/c2' start_date: '2026-04-01'");
  const auto train = [&](const char* member, const char* rest) {
    AddText(records.trainings, std::string("member: 'members/") + member + "' " + rest);
  };
  train("a", "audience: MEMBER_BEFORE_TERM level: LEVEL_CITY training_date: '2026-01-09'");
  train("b", "audience: MEMBER_BEFORE_TERM level: LEVEL_STREET training_date: '2026-01-09'");
  train("c", "audience: MEMBER_IN_TERM level: LEVEL_STREET training_date: '2025-01-09'");
  train("e", "audience: MEMBER_IN_TERM level: LEVEL_DISTRICT training_date: '2026-03-31'");
  train("a", "audience: MEMBER_IN_TERM level: LEVEL_STREET training_date: '2026-04-01'");
  EXPECT_EQ(Lines(TrainingRate(ScopeOf("2026-Q1", "2026-11-22"), records)),
            "320104001|2|1|2|0|50.0|0.0\n"
            "320104002|0|0|1|1|-|100.0\n"
            "合计|2|1|3|1|50.0|33.3");
}

TEST(PartyCoverage, HasOnlyTheEligibleAsDenominator) {
  CommitteeRecords records;
  AddText(
      records.committees,
      std::string(kC1) + "party_organization_eligible: true party_organization_date: '2026-03-31'");
  AddText(records.committees, std::string(kC1) + "party_organization_eligible: true");
  AddText(records.committees, kC1);
  AddText(records.committees,
          std::string(kC1) + "party_organization_eligible: true ended_date: '2026-03-31'");
  AddText(records.committees,
          "kind: SUPERVISORY_BODY division: '320104001' term_start_date: '2024-01-01' "
          "party_organization_eligible: true");
  AddText(records.committees, kC2);
  EXPECT_EQ(Lines(PartyCoverage(ScopeOf("2026-Q1", "2026-11-22"), records)),
            "320104001|3|2|1|50.0\n"
            "320104002|1|0|0|-\n"
            "合计|4|2|1|50.0");
  // The day before the organisation was set up.
  EXPECT_EQ(Lines(PartyCoverage(ScopeOf("2026-Q1", "2026-03-30", "320104001"), records)),
            "320104001|4|3|0|0.0\n合计|4|3|0|0.0");
}

TEST(OverdueElectionReport, ListsTheLongestFirst) {
  CommitteeRecords records = TwoCommittees();
  AddText(records.committees,
          "name: 'committees/c3' display_name: '丙' division: '320104001' "
          "term_start_date: '2020-01-01' term_end_date: '2026-01-31'");
  AddText(records.committees,
          "name: 'committees/c4' division: '320104001' term_start_date: '2020-01-01' "
          "term_end_date: '2025-01-01' ended_date: '2026-03-31'");
  EXPECT_EQ(Lines(OverdueElections(ScopeOf("2026-Q1", "2026-11-22"), records)),
            "committees/c3|丙|320104001|2026-01-31|59\n"
            "committees/c2||320104002|2026-02-01|58");
  EXPECT_EQ(Lines(OverdueElections(ScopeOf("2026-01", "2026-11-22", "320104002"), records)), "");
}

}  // namespace
}  // namespace xince::reports
