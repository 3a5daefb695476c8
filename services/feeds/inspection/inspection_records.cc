#include "services/feeds/inspection/inspection_records.h"

namespace xince::inspection {

std::vector<feeds::RecordType> RecordTypes(const feeds::KindList& vocabulary) {
  return {InspectionType(),
          FindingType(vocabulary),
          PenaltyType(),
          RectificationOrderType(),
          ComplaintType(),
          ComplaintStatisticsType(),
          ServiceStatisticsType(),
          AssessmentType(),
          SatisfactionSurveyType(),
          HonourType(),
          ConductType(vocabulary)};
}

std::vector<feeds::FeedVerb> Verbs() {
  std::vector<feeds::FeedVerb> verbs = RectificationVerbs();
  for (const std::vector<feeds::FeedVerb>& more : {ComplaintVerbs(), ConductVerbs()}) {
    verbs.insert(verbs.end(), more.begin(), more.end());
  }
  return verbs;
}

}  // namespace xince::inspection
