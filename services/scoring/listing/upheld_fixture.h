#ifndef SERVICES_SCORING_LISTING_UPHELD_FIXTURE_H_
#define SERVICES_SCORING_LISTING_UPHELD_FIXTURE_H_

#include <string>

#include "services/scoring/listing/listing_fixture.h"

/// Who decides objections in the town, and what is decided about pieces.
namespace xince::listing::testdata {

/// An office that neither recorded nor decided anything.
inline v1::StepParty Reviewer() {
  return Party(CaseStep::OFFICER, "qian", "省厅", type::v1::LEVEL_PROVINCE);
}
inline v1::StepParty Arbiter() {
  return Party(CaseStep::DECIDER, "wu", "省厅", type::v1::LEVEL_PROVINCE);
}

inline v1::Amendment Voided(const std::string& evidence) {
  v1::Amendment amendment;
  amendment.set_evidence(evidence);
  amendment.set_voided(true);
  return amendment;
}
inline v1::Amendment Lessened(const std::string& evidence, int64_t points) {
  v1::Amendment amendment;
  amendment.set_evidence(evidence);
  amendment.set_given_points_hundredths(points);
  return amendment;
}

}  // namespace xince::listing::testdata

#endif  // SERVICES_SCORING_LISTING_UPHELD_FIXTURE_H_
