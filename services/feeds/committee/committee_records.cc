#include "services/feeds/committee/committee_records.h"

#include "services/feeds/committee/candidate.h"
#include "services/feeds/committee/correction.h"
#include "services/feeds/committee/duty.h"
#include "services/feeds/committee/filing.h"
#include "services/feeds/committee/review.h"

namespace xince::committee {

std::vector<feeds::RecordType> CommitteeRecordTypes(const Rules& rules) {
  return {CommitteeType(rules),
          NegativeListType(),
          JointReviewType(rules),
          MemberType(rules),
          MemberConductType(),
          TrainingType(),
          DisclosureType(),
          DutyReportType(),
          AuditType(),
          CommitteeEvaluationType(),
          PriorReviewType(),
          DecisionDefectType(),
          CorrectionOrderType()};
}

}  // namespace xince::committee
