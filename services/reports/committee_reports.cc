#include "services/reports/committee_reports.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace xince::reports {
namespace {

using ::xince::committee::v1::Committee;
using ::xince::committee::v1::Disclosure;
using ::xince::committee::v1::Member;
using ::xince::committee::v1::Training;
using ::xince::type::v1::LEVEL_CITY;
using ::xince::type::v1::LEVEL_DISTRICT;
using ::xince::type::v1::LEVEL_STREET;

bool HappenedBy(const std::string& date, const std::string& day) {
  return !date.empty() && date <= day;
}

bool ActsOn(const Committee& committee, const std::string& day) {
  const std::string& start =
      committee.term_start_date().empty() ? committee.formed_date() : committee.term_start_date();
  return start <= day && !HappenedBy(committee.ended_date(), day);
}

// Streets of the committees inside the scope's division, by resource name.
std::map<std::string, std::string> Streets(const Scope& scope, const CommitteeRecords& records) {
  std::map<std::string, std::string> streets;
  for (const Committee& committee : records.committees) {
    if (!Inside(committee.division(), scope.division)) continue;
    streets[committee.name()] = StreetOf(committee.division());
  }
  return streets;
}

// Members who had the training by the day.
std::set<std::string> Trained(const CommitteeRecords& records,
                              Training::Audience audience,
                              const std::set<type::v1::Level>& levels,
                              const std::string& day) {
  std::set<std::string> members;
  for (const Training& training : records.trainings) {
    if (training.audience() != audience || levels.count(training.level()) == 0) continue;
    if (HappenedBy(training.training_date(), day)) members.insert(training.member());
  }
  return members;
}

}  // namespace

Report DisclosureRate(const Scope& scope, const CommitteeRecords& records) {
  Report report{.name = "disclosure", .title = "信息公开率", .scope = scope};
  enum : size_t { kDue, kInTime, kMade, kMissing, kColumns };
  Counts counts(kColumns);
  const std::map<std::string, std::string> streets = Streets(scope, records);
  for (const Disclosure& disclosure : records.disclosures) {
    const auto street = streets.find(disclosure.committee());
    if (street == streets.end() || !scope.period.Has(disclosure.due_date())) continue;
    // What is due later is not missing yet.
    if (disclosure.due_date() > scope.as_of) continue;
    const bool made = HappenedBy(disclosure.made_date(), scope.as_of);
    counts.Add(street->second, kDue);
    counts.Add(street->second, made ? kMade : kMissing);
    if (made && disclosure.made_date() <= disclosure.due_date()) {
      counts.Add(street->second, kInTime);
    }
  }
  counts.Fill({{.key = "due", .zh = "应公开"},
               {.key = "in_time", .zh = "按时公开"},
               {.key = "made", .zh = "已公开"},
               {.key = "missing", .zh = "未公开"}},
              {{.key = "rate", .zh = "公开率%", .part = kMade, .whole = kDue},
               {.key = "in_time_rate", .zh = "按时公开率%", .part = kInTime, .whole = kDue}},
              report);
  return report;
}

Report TrainingRate(const Scope& scope, const CommitteeRecords& records) {
  Report report{.name = "training", .title = "委员培训率", .scope = scope};
  enum : size_t { kStarted, kBefore, kInOffice, kDuring, kColumns };
  Counts counts(kColumns);
  const std::map<std::string, std::string> streets = Streets(scope, records);
  const std::set<std::string> before =
      Trained(records, Training::MEMBER_BEFORE_TERM, {LEVEL_CITY}, scope.as_of);
  const std::set<std::string> during =
      Trained(records, Training::MEMBER_IN_TERM, {LEVEL_DISTRICT, LEVEL_STREET}, scope.as_of);
  for (const Member& member : records.members) {
    const auto street = streets.find(member.committee());
    if (street == streets.end() || member.post() == Member::ALTERNATE) continue;
    if (member.start_date() > scope.as_of) continue;
    if (scope.period.Has(member.start_date())) {
      counts.Add(street->second, kStarted);
      counts.Add(street->second, kBefore, before.count(member.name()) > 0 ? 1 : 0);
    }
    if (HappenedBy(member.end_date(), scope.as_of)) continue;
    counts.Add(street->second, kInOffice);
    counts.Add(street->second, kDuring, during.count(member.name()) > 0 ? 1 : 0);
  }
  counts.Fill({{.key = "started", .zh = "期内任职"},
               {.key = "trained_before", .zh = "任前已培训"},
               {.key = "in_office", .zh = "期末在任"},
               {.key = "trained_during", .zh = "任中已轮训"}},
              {{.key = "before_rate", .zh = "任前培训率%", .part = kBefore, .whole = kStarted},
               {.key = "during_rate", .zh = "任中轮训率%", .part = kDuring, .whole = kInOffice}},
              report);
  return report;
}

Report PartyCoverage(const Scope& scope, const CommitteeRecords& records) {
  Report report{.name = "party-coverage", .title = "业(管)委会党组织覆盖率", .scope = scope};
  enum : size_t { kActing, kEligible, kCovered, kColumns };
  Counts counts(kColumns);
  for (const Committee& committee : records.committees) {
    const bool counted = committee.kind() == Committee::OWNERS_COMMITTEE ||
                         committee.kind() == Committee::MANAGEMENT_COMMITTEE;
    if (!counted || !Inside(committee.division(), scope.division)) continue;
    if (!ActsOn(committee, scope.as_of)) continue;
    const std::string street = StreetOf(committee.division());
    counts.Add(street, kActing);
    if (!committee.party_organization_eligible()) continue;
    counts.Add(street, kEligible);
    counts.Add(
        street, kCovered, HappenedBy(committee.party_organization_date(), scope.as_of) ? 1 : 0);
  }
  counts.Fill({{.key = "acting", .zh = "在任"},
               {.key = "eligible", .zh = "符合条件"},
               {.key = "covered", .zh = "已建党组织"}},
              {{.key = "rate", .zh = "覆盖率%", .part = kCovered, .whole = kEligible}},
              report);
  return report;
}

Report OverdueElections(const Scope& scope, const CommitteeRecords& records) {
  Report report{.name = "overdue-elections", .title = "换届逾期", .scope = scope};
  report.columns = {{.key = "committee", .zh = "业主自治组织"},
                    {.key = "display_name", .zh = "名称"},
                    {.key = "division", .zh = "区划"},
                    {.key = "term_end_date", .zh = "任期届满日"},
                    {.key = "days_overdue", .zh = "逾期天数", .number = true}};
  std::vector<std::pair<int, const Committee*>> overdue;
  for (const Committee& committee : records.committees) {
    if (!Inside(committee.division(), scope.division) || !ActsOn(committee, scope.as_of)) continue;
    if (!HappenedBy(committee.term_end_date(), scope.as_of)) continue;
    const type::Date as_of = type::ParseDate(scope.as_of).value_or(scope.period.start);
    const int days = as_of - type::ParseDate(committee.term_end_date()).value_or(as_of);
    overdue.emplace_back(days, &committee);
  }
  std::sort(overdue.begin(), overdue.end(), [](const auto& a, const auto& b) {
    return std::make_pair(-a.first, a.second->name()) < std::make_pair(-b.first, b.second->name());
  });
  for (const auto& [days, committee] : overdue) {
    report.rows.push_back({committee->name(),
                           committee->display_name(),
                           committee->division(),
                           committee->term_end_date(),
                           absl::StrCat(days)});
  }
  return report;
}

}  // namespace xince::reports
