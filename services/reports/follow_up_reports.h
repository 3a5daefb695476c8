#ifndef SERVICES_REPORTS_FOLLOW_UP_REPORTS_H_
#define SERVICES_REPORTS_FOLLOW_UP_REPORTS_H_

#include <set>
#include <string>
#include <vector>

#include "xince/listing/v1/case.pb.h"

#include "services/reports/report.h"

/// Who is followed up by named contacts, how often, and who is overdue (SC-29).
namespace xince::reports {

/// A level in Chinese; empty for none.
std::string LevelName(type::v1::Level level);

/// What the report is made from.
struct FollowUpRecords {
  /// Cases of every state, newest first.
  std::vector<listing::v1::Case> cases;
  /// Subjects filed in the scope's division; not looked at where the scope is of all divisions.
  std::set<std::string> subjects;
};

/// Entries in force on the scope's last day that have contacts or a log, in the order of their cases: how
/// often they were followed up in the period, when last and by whom, what was found, and how many days the
/// next one is overdue. Of a next day that was set by a later line nothing is said.
Report FollowUps(const Scope& scope, const FollowUpRecords& records);

}  // namespace xince::reports

#endif  // SERVICES_REPORTS_FOLLOW_UP_REPORTS_H_
