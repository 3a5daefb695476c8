#ifndef SERVICES_REPORTS_RANKING_REPORTS_H_
#define SERVICES_REPORTS_RANKING_REPORTS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "xince/credit/v1/credit.pb.h"
#include "xince/inspection/v1/inspection.pb.h"
#include "xince/registry/v1/registry.pb.h"

#include "services/reports/report.h"

/// Rankings by standings (CD-15), and the three worst twice in a row (CD-16).
namespace xince::reports {

/// Subjects by score, best first; equal scores share a rank and the next one is skipped. Unrated ones
/// follow without a rank, withdrawn ones are left out. `what` names them in Chinese, such as 企业.
Report SubjectRanking(const Scope& scope,
                      const std::string& what,
                      const std::vector<credit::v1::Standing>& standings);

/// Streets by the mean score of the rated subjects filed in them, best first, with ranks as above.
/// Streets without one have the mean kNone and no rank. Subjects filed in a larger division than a street
/// are left out, and a note says how many.
Report StreetRanking(const Scope& scope,
                     const std::string& what,
                     const std::vector<credit::v1::Standing>& standings);

/// What makes an estate poor: one of its projects was surveyed with a satisfaction below the threshold, or
/// has one of the grades. At least one of them is set.
struct PoorEstate {
  /// Hundredths of a percent.
  std::optional<int64_t> satisfaction_below;
  std::vector<std::string> grades;
  /// Document and clause it follows from.
  std::string source;
};

/// Records of the registry and the inspection feed that were not voided.
struct EstateRecords {
  std::vector<registry::v1::Estate> estates;
  std::vector<registry::v1::Project> projects;
  std::vector<inspection::v1::SatisfactionSurvey> surveys;
};

/// Grades of rated projects on a day, by resource name.
using ProjectGrades = std::map<std::string, std::string>;

/// A period to count poor estates in.
struct PoorPeriod {
  Scope scope;
  /// On the scope's last day; not read without PoorEstate::grades.
  ProjectGrades grades;
};

/// Digits of a code that are ranked.
inline constexpr size_t kStreetCode = 9;
inline constexpr size_t kCommunityCode = 12;

/// Streets or communities by the share of poor estates among those judged, worst first, in a period and the
/// one before it. A division is among the bottom three when it has a poor estate and fewer than three have
/// a larger share; the last column says whether it was in both.
Report BottomThree(const PoorPeriod& now,
                   const PoorPeriod& before,
                   size_t code_digits,
                   const PoorEstate& poor,
                   const EstateRecords& records);

}  // namespace xince::reports

#endif  // SERVICES_REPORTS_RANKING_REPORTS_H_
