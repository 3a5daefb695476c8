#include "services/reports/dispatch_report.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace xince::reports {
namespace {

using ::xince::inspection::v1::ComplaintStatistics;
using ::xince::inspection::v1::ServiceStatistics;

// Digits of a city, a district and a street.
constexpr size_t kCityCode = 4;
constexpr size_t kDistrictCode = 6;
constexpr size_t kStreetCode = 9;

struct Part {
  int64_t part = 0;
  int64_t whole = 0;
};

// By division.
using Parts = std::map<std::string, Part>;

// A figure of the conference.
struct Figure {
  const char* key;
  const char* zh;
  // A higher rate is what is wanted; else a lower one.
  bool higher = true;
  std::function<Parts(const Scope&, const DispatchRecords&)> of;
};

size_t ColumnOf(const Report& report, absl::string_view key) {
  const auto found = std::find_if(report.columns.begin(),
                                  report.columns.end(),
                                  [&](const Column& column) { return column.key == key; });
  return static_cast<size_t>(found - report.columns.begin());
}

// Two columns of a report by street, its sums left out.
Parts PartsOf(const Report& report, absl::string_view part, absl::string_view whole) {
  Parts parts;
  if (report.rows.empty()) return parts;
  const size_t part_at = ColumnOf(report, part);
  const size_t whole_at = ColumnOf(report, whole);
  for (size_t i = 0; i + 1 < report.rows.size(); ++i) {
    const std::vector<std::string>& row = report.rows[i];
    Part& one = parts[row[0]];
    (void)absl::SimpleAtoi(row[part_at], &one.part);
    (void)absl::SimpleAtoi(row[whole_at], &one.whole);
  }
  return parts;
}

auto OfCommittees(Report (*make)(const Scope&, const CommitteeRecords&),
                  const char* part,
                  const char* whole) {
  return [=](const Scope& scope, const DispatchRecords& records) {
    return PartsOf(make(scope, records.committees), part, whole);
  };
}

// Committees past their term, of all in office.
Parts Elections(const Scope& scope, const DispatchRecords& records) {
  Parts parts;
  for (const auto& committee : records.committees.committees) {
    const std::string& start =
        committee.term_start_date().empty() ? committee.formed_date() : committee.term_start_date();
    const bool ended = !committee.ended_date().empty() && committee.ended_date() <= scope.as_of;
    if (!Inside(committee.division(), scope.division) || start > scope.as_of || ended) continue;
    ++parts[committee.division()].whole;
  }
  const Report overdue = OverdueElections(scope, records.committees);
  const size_t division = ColumnOf(overdue, "division");
  for (const auto& row : overdue.rows) ++parts[row[division]].part;
  return parts;
}

Parts Orders(const Scope& scope,
             const DispatchRecords& records,
             const char* part,
             const char* whole) {
  return PartsOf(RectificationSummary(scope, records.rectifications), part, whole);
}

// Whether the statistics are of a project, and of days that end in the period.
template <class Statistics>
bool Counts(const Scope& scope, const Statistics& one) {
  const absl::StatusOr<type::Date> end = type::ParseDate(one.end_date());
  if (!end.ok() || one.subject().rfind("projects/", 0) != 0) return false;
  const std::string last = type::FormatDate(*end - 1);
  return Inside(one.division(), scope.division) && scope.period.Has(last) && last <= scope.as_of;
}

Parts Complaints(const Scope& scope, const DispatchRecords& records) {
  Parts parts;
  for (const ComplaintStatistics& one : records.statistics.complaints) {
    if (!Counts(scope, one)) continue;
    Part& sum = parts[one.division()];
    sum.part += one.handled();
    sum.whole += one.received();
  }
  return parts;
}

auto OfServices(int64_t (ServiceStatistics::*part)() const,
                int64_t (ServiceStatistics::*whole)() const) {
  return [=](const Scope& scope, const DispatchRecords& records) {
    Parts parts;
    for (const ServiceStatistics& one : records.statistics.services) {
      if (!Counts(scope, one)) continue;
      Part& sum = parts[one.division()];
      sum.part += (one.*part)();
      sum.whole += (one.*whole)();
    }
    return parts;
  };
}

const std::vector<Figure>& Figures() {
  static const auto* const kFigures = new std::vector<Figure>{
      {"party-coverage",
       "业(管)委会党组织覆盖率",
       true,
       OfCommittees(PartyCoverage, "covered", "eligible")},
      {"disclosure", "业(管)委会信息公开率", true, OfCommittees(DisclosureRate, "made", "due")},
      {"training-before-term",
       "委员任前培训率",
       true,
       OfCommittees(TrainingRate, "trained_before", "started")},
      {"training-in-term",
       "委员任中轮训率",
       true,
       OfCommittees(TrainingRate, "trained_during", "in_office")},
      {"overdue-elections", "换届逾期率", false, Elections},
      {"project-disclosure",
       "项目信息公示率",
       true,
       OfServices(&ServiceStatistics::disclosures_made, &ServiceStatistics::disclosures_due)},
      {"complaints", "投诉处置率", true, Complaints},
      {"lifts",
       "电梯年检及时率",
       true,
       OfServices(&ServiceStatistics::lifts_inspected, &ServiceStatistics::lifts_due)},
      {"evaluations",
       "党组织评价报送率",
       true,
       [](const Scope& scope, const DispatchRecords& records) {
         return PartsOf(EvaluationSubmission(scope, records.evaluations), "filed", "expected");
       }},
      {"close-outs",
       "整改按期销号率",
       true,
       [](const Scope& scope, const DispatchRecords& records) {
         return Orders(scope, records, "in_time", "closed");
       }},
      {"overdue-orders",
       "整改逾期率",
       false,
       [](const Scope& scope, const DispatchRecords& records) {
         return Orders(scope, records, "overdue", "open");
       }}};
  return *kFigures;
}

// Sums by the divisions of `digits`, and as 合计.
Parts Grouped(const Parts& parts, size_t digits) {
  Parts grouped;
  Part sum;
  for (const auto& [division, one] : parts) {
    Part& of = grouped[division.substr(0, digits)];
    of.part += one.part;
    of.whole += one.whole;
    sum.part += one.part;
    sum.whole += one.whole;
  }
  // Sorts behind all codes.
  if (!grouped.empty()) grouped["合计"] = sum;
  return grouped;
}

// Tenths of a percent, as Percent rounds them.
int64_t Tenths(const Part& one) { return (2000 * one.part + one.whole) / (2 * one.whole); }

std::string Change(const Part& now, const Part& before) {
  if (now.whole == 0 || before.whole == 0) return kNone;
  const int64_t change = Tenths(now) - Tenths(before);
  const int64_t size = change < 0 ? -change : change;
  return absl::StrFormat("%s%d.%d", change < 0 ? "-" : "", size / 10, size % 10);
}

}  // namespace

Report Dispatch(const Scope& now, const Scope& before, const DispatchRecords& records) {
  Report report{.name = "dispatch", .title = "联席会议半年调度", .scope = now};
  report.columns = {{.key = "figure", .zh = "指标代码"},
                    {.key = "name", .zh = "指标"},
                    {.key = "division", .zh = "区划"},
                    {.key = "part", .zh = "完成数", .number = true},
                    {.key = "whole", .zh = "总数", .number = true},
                    {.key = "rate", .zh = "本期%", .number = true},
                    {.key = "before", .zh = "上期%", .number = true},
                    {.key = "change", .zh = "变化(百分点)", .number = true},
                    {.key = "left", .zh = "待办数", .number = true}};
  const size_t digits = now.division.size() <= kCityCode ? kDistrictCode : kStreetCode;
  for (const Figure& figure : Figures()) {
    const Parts current = Grouped(figure.of(now, records), digits);
    const Parts earlier = Grouped(figure.of(before, records), digits);
    for (const auto& [division, one] : current) {
      const auto found = earlier.find(division);
      const Part then = found == earlier.end() ? Part{} : found->second;
      report.rows.push_back({figure.key,
                             figure.zh,
                             division,
                             absl::StrCat(one.part),
                             absl::StrCat(one.whole),
                             Percent(one.part, one.whole),
                             Percent(then.part, then.whole),
                             Change(one, then),
                             absl::StrCat(figure.higher ? one.whole - one.part : one.part)});
    }
  }
  report.notes.push_back(absl::StrCat("上期: ", before.period.label, " (至 ", before.as_of, ")"));
  report.notes.push_back("换届逾期率、整改逾期率以低为好,完成数为逾期数");
  return report;
}

}  // namespace xince::reports
