#ifndef SERVICES_FEEDS_INSPECTION_INSPECTION_RECORDS_H_
#define SERVICES_FEEDS_INSPECTION_INSPECTION_RECORDS_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/types/span.h"

#include "services/feeds/kind_list.h"
#include "services/feeds/record_type.h"

/// The record types of the inspection feed, one function each, and its verbs. What each checks and
/// which evidence it gives is written in inspection.proto.
namespace xince::inspection {

/// Fills a buffer with unpredictable bytes; false when it cannot.
using RandomBytes = std::function<bool(absl::Span<uint8_t>)>;

feeds::RecordType InspectionType();
feeds::RecordType FindingType(const feeds::KindList& vocabulary);
feeds::RecordType PenaltyType();
feeds::RecordType RectificationOrderType();
feeds::RecordType ComplaintType();
feeds::RecordType ComplaintStatisticsType();
feeds::RecordType ServiceStatisticsType();
feeds::RecordType AssessmentType();
feeds::RecordType SatisfactionSurveyType();
feeds::RecordType HonourType();
feeds::RecordType ConductType(const feeds::KindList& vocabulary);
/// Seeds that a draw leaves to the server come from `random`.
feeds::RecordType InspectionDrawType(RandomBytes random);

/// All of them. Findings and conducts name kinds of the vocabulary.
std::vector<feeds::RecordType> RecordTypes(const feeds::KindList& vocabulary, RandomBytes random);

std::vector<feeds::FeedVerb> RectificationVerbs();
std::vector<feeds::FeedVerb> ComplaintVerbs();
std::vector<feeds::FeedVerb> ConductVerbs();
std::vector<feeds::FeedVerb> DrawVerbs();

/// All of them.
std::vector<feeds::FeedVerb> Verbs();

/// Extensions of one rectification order.
inline constexpr int kExtensionsMax = 10;
/// Years from the issue of a rectification order to its deadline, extensions included.
inline constexpr int kDeadlineYearsMax = 3;

}  // namespace xince::inspection

#endif  // SERVICES_FEEDS_INSPECTION_INSPECTION_RECORDS_H_
