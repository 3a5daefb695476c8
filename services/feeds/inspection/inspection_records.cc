#include "services/feeds/inspection/inspection_records.h"

namespace xince::inspection {

std::vector<feeds::RecordType> RecordTypes() {
  return {InspectionType(),
          FindingType(),
          PenaltyType(),
          RectificationOrderType(),
          ComplaintType(),
          ComplaintStatisticsType(),
          ServiceStatisticsType(),
          AssessmentType(),
          SatisfactionSurveyType(),
          HonourType(),
          ConductType()};
}

std::vector<feeds::FeedVerb> Verbs() {
  std::vector<feeds::FeedVerb> verbs = RectificationVerbs();
  for (const std::vector<feeds::FeedVerb>& more : {ComplaintVerbs(), ConductVerbs()}) {
    verbs.insert(verbs.end(), more.begin(), more.end());
  }
  return verbs;
}

}  // namespace xince::inspection
