#ifndef SERVICES_REPORTS_DISPATCH_REPORT_H_
#define SERVICES_REPORTS_DISPATCH_REPORT_H_

#include <vector>

#include "xince/inspection/v1/inspection.pb.h"

#include "services/reports/committee_reports.h"
#include "services/reports/evaluation_reports.h"
#include "services/reports/rectification_reports.h"
#include "services/reports/report.h"

/// What the joint conference goes through at least every half-year 联席会议半年调度.
namespace xince::reports {

/// Counts that bureaus file about projects.
struct StatisticsRecords {
  std::vector<inspection::v1::ComplaintStatistics> complaints;
  std::vector<inspection::v1::ServiceStatistics> services;
};

/// Everything the figures are of.
struct DispatchRecords {
  CommitteeRecords committees;
  EvaluationRecords evaluations;
  RectificationRecords rectifications;
  StatisticsRecords statistics;
};

/// One row for each figure and division, and its sum: what was done, of how many, the rate now and in the
/// period before, the change in percentage points, and what is left to do. Divisions are those one level
/// below the scope's: districts of a city, else streets. `before` is the scope of the period
/// before. Figures are those of the reports of the same name; docs/reports.md has them.
Report Dispatch(const Scope& now, const Scope& before, const DispatchRecords& records);

}  // namespace xince::reports

#endif  // SERVICES_REPORTS_DISPATCH_REPORT_H_
