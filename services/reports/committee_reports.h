#ifndef SERVICES_REPORTS_COMMITTEE_REPORTS_H_
#define SERVICES_REPORTS_COMMITTEE_REPORTS_H_

#include <vector>

#include "xince/committee/v1/committee.pb.h"

#include "services/reports/report.h"

/// Reports about owners' committees and other bodies of self-government, by street.
namespace xince::reports {

/// Records of the committee feed that were not voided.
struct CommitteeRecords {
  std::vector<committee::v1::Committee> committees;
  std::vector<committee::v1::Member> members;
  std::vector<committee::v1::Training> trainings;
  std::vector<committee::v1::Disclosure> disclosures;
};

/// Of disclosures due in the period: how many were made, in time and at all (NJ-13).
Report DisclosureRate(const Scope& scope, const CommitteeRecords& records);

/// Of members whose term began in the period: how many the city trained before it; of members in office:
/// how many a district or street trained during it (NJ-09). Alternates hold no seat and do not count.
Report TrainingRate(const Scope& scope, const CommitteeRecords& records);

/// Of committees in office that meet the conditions: how many have a party organisation (NJ-08).
Report PartyCoverage(const Scope& scope, const CommitteeRecords& records);

/// Committees whose term is over and that go on, longest first.
Report OverdueElections(const Scope& scope, const CommitteeRecords& records);

}  // namespace xince::reports

#endif  // SERVICES_REPORTS_COMMITTEE_REPORTS_H_
