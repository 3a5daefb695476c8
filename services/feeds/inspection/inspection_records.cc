#include "services/feeds/inspection/inspection_records.h"

#include <utility>

namespace xince::inspection {

std::vector<feeds::RecordType> RecordTypes(const feeds::KindList& vocabulary, RandomBytes random) {
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
          ConductType(vocabulary),
          InspectionDrawType(std::move(random))};
}

std::vector<feeds::FeedVerb> Verbs() {
  std::vector<feeds::FeedVerb> verbs = RectificationVerbs();
  for (const std::vector<feeds::FeedVerb>& more : {ComplaintVerbs(), ConductVerbs(), DrawVerbs()}) {
    verbs.insert(verbs.end(), more.begin(), more.end());
  }
  return verbs;
}

}  // namespace xince::inspection
