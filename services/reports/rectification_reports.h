#ifndef SERVICES_REPORTS_RECTIFICATION_REPORTS_H_
#define SERVICES_REPORTS_RECTIFICATION_REPORTS_H_

#include <string>
#include <vector>

#include "xince/inspection/v1/inspection.pb.h"

#include "services/reports/report.h"

/// The ledger of rectification orders 整改台账 (SN-08).
namespace xince::reports {

/// Records of the inspection feed that were not voided.
struct RectificationRecords {
  std::vector<inspection::v1::RectificationOrder> orders;
  /// Inspections of any method; look-backs at orders are found among them.
  std::vector<inspection::v1::Inspection> inspections;
};

/// What of the ledger is listed.
struct LedgerFilter {
  bool open = true;
  bool overdue = true;
  bool closed = true;
};

/// The orders that were open on the scope's last day, overdue then, or closed out in its period, as they
/// stood on that day, in the order of their names.
Report RectificationLedger(const Scope& scope,
                           const RectificationRecords& records,
                           const LedgerFilter& filter);

/// The same counted by division: issued, closed out, in time, open, overdue, looked back at, relapsed.
Report RectificationSummary(const Scope& scope, const RectificationRecords& records);

}  // namespace xince::reports

#endif  // SERVICES_REPORTS_RECTIFICATION_REPORTS_H_
