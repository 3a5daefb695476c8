#ifndef SERVICES_FEEDS_INSPECTION_TESTING_SAMPLES_H_
#define SERVICES_FEEDS_INSPECTION_TESTING_SAMPLES_H_

#include "xince/inspection/v1/inspection.pb.h"

#include "services/feeds/inspection/inspection_records.h"
#include "services/feeds/kind_list.h"

/// For tests: one valid record of every type of the inspection feed, with every field a caller may set,
/// on 2026-11-21. References to other records are left to the test where they would have to be filed.
namespace xince::inspection {

/// The day the samples are made for.
inline constexpr char kSampleDay[] = "2026-11-21";

/// Random bytes that are not: 0, 1, 2 … in every buffer.
RandomBytes SampleRandom();

/// A vocabulary with the kinds of the samples and a few more, of this and of another feed.
feeds::KindList SampleKinds();

v1::Inspection SampleInspection();
v1::Finding SampleFinding();
v1::Penalty SamplePenalty();
v1::RectificationOrder SampleOrder();
v1::Complaint SampleComplaint();
v1::ComplaintStatistics SampleComplaintStatistics();
v1::ServiceStatistics SampleServiceStatistics();
v1::Assessment SampleAssessment();
v1::SatisfactionSurvey SampleSurvey();
v1::Honour SampleHonour();
v1::Conduct SampleConduct();
v1::InspectionDraw SampleDraw();

}  // namespace xince::inspection

#endif  // SERVICES_FEEDS_INSPECTION_TESTING_SAMPLES_H_
