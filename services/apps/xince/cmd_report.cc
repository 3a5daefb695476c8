#include <algorithm>
#include <functional>
#include <iostream>
#include <map>
#include <memory>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "services/apps/xince/command.h"
#include "services/apps/xince/commands.h"
#include "services/apps/xince/report_records.h"
#include "services/apps/xince/session.h"
#include "services/apps/xince/table.h"
#include "services/reports/committee_reports.h"
#include "services/reports/dispatch_report.h"
#include "services/reports/evaluation_reports.h"
#include "services/reports/ranking_reports.h"
#include "services/reports/rectification_reports.h"
#include "services/runtime/errors.h"

// `xince report`: tables by cadence, from what any caller may list.
namespace xince::cli {
namespace {

using reports::Report;
using reports::Scope;

constexpr size_t kTableCellMax = 40;

struct Options {
  std::string name, period, division, source, satisfaction_below;
  std::string output = "table";
  std::string of = "firms";
  std::string by = "projects";
  std::string level = "street";
  std::string only = "all";
  std::vector<std::string> poor_grades;
};

// What a report is made from.
struct Making {
  const Options& options;
  Scope scope;
  RecordReader reader;
};

// ---- The reports --------------------------------------------------------------------------------

absl::StatusOr<Report> Ranking(Making& making) {
  static const auto* const kNames =
      new std::map<std::string, std::string>{{"firms", "企业"},
                                             {"managers", "项目经理"},
                                             {"projects", "项目"},
                                             {"committees", "业主自治组织"}};
  const bool streets = making.options.of == "streets";
  const std::string& collection = streets ? making.options.by : making.options.of;
  XINCE_ASSIGN_OR_RETURN(
      const std::vector<credit::v1::Standing> standings,
      making.reader.Standings(collection, making.scope.division, making.scope.as_of));
  const std::string& what = kNames->at(collection);
  return streets ? reports::StreetRanking(making.scope, what, standings)
                 : reports::SubjectRanking(making.scope, what, standings);
}

// A percentage with at most two decimals.
absl::StatusOr<int64_t> ReadPercent(const std::string& written) {
  const std::pair<std::string, std::string> parts =
      absl::StrSplit(written, absl::MaxSplits('.', 1));
  std::string decimals = parts.second;
  decimals.resize(std::max<size_t>(decimals.size(), 2), '0');
  const std::string digits = absl::StrCat(parts.first, decimals);
  constexpr int64_t kMost = 10'000;
  int64_t hundredths = 0;
  const bool plain = !parts.first.empty() && decimals.size() == 2 &&
                     std::all_of(digits.begin(), digits.end(), absl::ascii_isdigit);
  if (plain && absl::SimpleAtoi(digits, &hundredths) && hundredths <= kMost) return hundredths;
  return runtime::InvalidArgument("REPORT_THRESHOLD",
                                  "satisfaction_below",
                                  "a percentage is 0 to 100 with at most two decimals",
                                  "百分比为0至100,至多两位小数",
                                  {{"found", written}});
}

absl::StatusOr<reports::PoorEstate> ReadPoorEstate(const Options& options) {
  reports::PoorEstate poor{.grades = options.poor_grades, .source = options.source};
  if (!options.satisfaction_below.empty()) {
    XINCE_ASSIGN_OR_RETURN(poor.satisfaction_below, ReadPercent(options.satisfaction_below));
  }
  if ((poor.satisfaction_below.has_value() || !poor.grades.empty()) && !poor.source.empty()) {
    return poor;
  }
  return runtime::InvalidArgument(
      "REPORT_THRESHOLD",
      "source",
      "say what a poor estate is, by --satisfaction-below or --poor-grade, and by which --source",
      "请以 --satisfaction-below 或 --poor-grade 说明何为较差小区,并以 --source 注明依据");
}

absl::Status AddGrades(Making& making, reports::PoorPeriod& period) {
  if (making.options.poor_grades.empty()) return absl::OkStatus();
  XINCE_ASSIGN_OR_RETURN(
      const std::vector<credit::v1::Standing> standings,
      making.reader.Standings("projects", period.scope.division, period.scope.as_of));
  for (const credit::v1::Standing& one : standings) {
    if (one.record().rated()) period.grades[one.subject()] = one.record().grade();
  }
  return absl::OkStatus();
}

absl::StatusOr<Report> BottomThree(Making& making) {
  XINCE_ASSIGN_OR_RETURN(const reports::PoorEstate poor, ReadPoorEstate(making.options));
  XINCE_ASSIGN_OR_RETURN(const reports::EstateRecords records, making.reader.Estates());
  reports::PoorPeriod now{.scope = making.scope};
  reports::PoorPeriod before;
  XINCE_ASSIGN_OR_RETURN(
      before.scope,
      reports::MakeScope(
          reports::Previous(making.scope.period), making.scope.division, making.reader.today()));
  XINCE_RETURN_IF_ERROR(AddGrades(making, now));
  XINCE_RETURN_IF_ERROR(AddGrades(making, before));
  const size_t digits =
      making.options.level == "street" ? reports::kStreetCode : reports::kCommunityCode;
  return reports::BottomThree(now, before, digits, poor, records);
}

// A report about committees, by its function.
auto OfCommittees(Report (*make)(const Scope&, const reports::CommitteeRecords&)) {
  return [make](Making& making) -> absl::StatusOr<Report> {
    XINCE_ASSIGN_OR_RETURN(const reports::CommitteeRecords records, making.reader.Committees());
    return make(making.scope, records);
  };
}

absl::StatusOr<Report> Evaluations(Making& making) {
  XINCE_ASSIGN_OR_RETURN(const reports::EvaluationRecords records, making.reader.Evaluations());
  return reports::EvaluationSubmission(making.scope, records);
}

absl::StatusOr<Report> Ledger(Making& making) {
  XINCE_ASSIGN_OR_RETURN(const reports::RectificationRecords records,
                         making.reader.Rectifications());
  const std::string& only = making.options.only;
  const bool all = only == "all";
  return reports::RectificationLedger(making.scope,
                                      records,
                                      {.open = all || only == "open",
                                       .overdue = all || only == "overdue",
                                       .closed = all || only == "closed"});
}

absl::StatusOr<Report> LedgerSummary(Making& making) {
  XINCE_ASSIGN_OR_RETURN(const reports::RectificationRecords records,
                         making.reader.Rectifications());
  return reports::RectificationSummary(making.scope, records);
}

absl::StatusOr<Report> Contacts(Making& making) {
  XINCE_ASSIGN_OR_RETURN(const reports::FollowUpRecords records, making.reader.FollowUps());
  return reports::FollowUps(making.scope, records);
}

absl::StatusOr<Report> HalfYearDispatch(Making& making) {
  reports::DispatchRecords records;
  XINCE_ASSIGN_OR_RETURN(records.committees, making.reader.Committees());
  XINCE_ASSIGN_OR_RETURN(records.evaluations, making.reader.Evaluations());
  XINCE_ASSIGN_OR_RETURN(records.rectifications, making.reader.Rectifications());
  XINCE_ASSIGN_OR_RETURN(records.statistics, making.reader.Statistics());
  XINCE_ASSIGN_OR_RETURN(
      const Scope before,
      reports::MakeScope(
          reports::Previous(making.scope.period), making.scope.division, making.reader.today()));
  return reports::Dispatch(making.scope, before, records);
}

using Make = std::function<absl::StatusOr<Report>(Making&)>;

struct Maker {
  const char* description;
  Make make;
};

const std::map<std::string, Maker>& Makers() {
  static const auto* const kMakers = new std::map<std::string, Maker>{
      {"ranking", {"subjects by score, or streets by their mean", Ranking}},
      {"bottom-three", {"streets with the most poor estates, twice in a row", BottomThree}},
      {"dispatch", {"what the joint conference goes through every half-year", HalfYearDispatch}},
      {"disclosure",
       {"what committees had to disclose and did", OfCommittees(reports::DisclosureRate)}},
      {"training",
       {"members trained before and in their term", OfCommittees(reports::TrainingRate)}},
      {"party-coverage",
       {"committees with a party organisation", OfCommittees(reports::PartyCoverage)}},
      {"overdue-elections",
       {"committees past their term", OfCommittees(reports::OverdueElections)}},
      {"evaluations", {"evaluations owed and filed", Evaluations}},
      {"follow-ups", {"entries under direct contact, and who is overdue", Contacts}},
      {"rectification", {"the ledger of orders to rectify", Ledger}},
      {"rectification-summary", {"close-outs in time and relapses", LedgerSummary}}};
  return *kMakers;
}

// ---- Output -------------------------------------------------------------------------------------

void PrintReport(const Report& report, const std::string& output) {
  if (output == "csv") {
    std::cout << reports::ToCsv(report);
  } else if (output == "json") {
    std::cout << reports::ToJson(report);
  } else {
    std::vector<Table::Heading> headings;
    for (const reports::Column& column : report.columns) {
      headings.push_back({.text = column.zh, .right = column.number, .columns_max = kTableCellMax});
    }
    Table table(std::move(headings));
    for (const std::vector<std::string>& row : report.rows) table.Add(row);
    std::cout << report.title << "  " << report.scope.period.label << " (至 " << report.scope.as_of
              << ")\n"
              << table.ToText();
    for (const std::string& note : report.notes) std::cout << "注: " << note << "\n";
  }
  if (report.truncated) std::cerr << "数据超出读取上限,报告不完整\n";
}

// The period a report is of unless one is given.
std::string PresentPeriod(const std::string& report, type::Date today) {
  const std::string day = type::FormatDate(today);
  const std::string year = day.substr(0, 4);
  if (report != "dispatch") return year;
  return absl::StrCat(year, day.substr(5, 2) <= "06" ? "-H1" : "-H2");
}

absl::StatusOr<Report> MakeReport(Session& session, const Options& options) {
  const type::Date today = type::TodayInShanghai(session.clock.Now());
  const std::string label =
      options.period.empty() ? PresentPeriod(options.name, today) : options.period;
  XINCE_ASSIGN_OR_RETURN(reports::Period period, reports::ParsePeriod(label));
  XINCE_ASSIGN_OR_RETURN(Scope scope,
                         reports::MakeScope(std::move(period), options.division, today));
  Making making{.options = options,
                .scope = std::move(scope),
                .reader = RecordReader(session, today, options.division)};
  XINCE_ASSIGN_OR_RETURN(Report report, Makers().at(options.name).make(making));
  report.truncated = making.reader.truncated();
  if (report.truncated) report.notes.push_back("数据超出读取上限,报告不完整");
  return report;
}

}  // namespace

void AddReport(Command& app) {
  const auto options = std::make_shared<Options>();
  Command group = app.AddGroup("report", "reports by month, quarter, half-year and year");
  for (const auto& [name, maker] : Makers()) {
    Command report = group.Add(name, maker.description);
    report
        .Option("--period",
                options->period,
                "2026, 2026-H1, 2026-Q1 or 2026-03; this year unless given, for dispatch this half")
        .Option("--division", options->division, "only this division and what is inside it")
        .Choice("--output,-o", options->output, {"table", "csv", "json"}, "how it is written");
    if (name == "ranking") {
      report
          .Choice("--of",
                  options->of,
                  {"firms", "managers", "projects", "committees", "streets"},
                  "who is ranked")
          .Choice("--by",
                  options->by,
                  {"firms", "managers", "projects", "committees"},
                  "whose mean score ranks streets");
    }
    if (name == "rectification") {
      report.Choice("--only", options->only, {"all", "open", "overdue", "closed"}, "part of it");
    }
    if (name == "bottom-three") {
      report.Choice("--level", options->level, {"street", "community"}, "who is ranked")
          .Option("--satisfaction-below",
                  options->satisfaction_below,
                  "an estate is poor below this percentage")
          .Options("--poor-grade", options->poor_grades, "an estate is poor with this grade")
          .Option("--source", options->source, "document and clause that say so");
    }
    report.Run([options, name = name](Session& session) {
      options->name = name;
      const auto made = MakeReport(session, *options);
      if (!made.ok()) return Refuse(made.status());
      PrintReport(*made, options->output);
      return made->truncated ? kExitRefused : kExitDone;
    });
  }
}

}  // namespace xince::cli
