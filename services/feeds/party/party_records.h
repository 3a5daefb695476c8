#ifndef SERVICES_FEEDS_PARTY_PARTY_RECORDS_H_
#define SERVICES_FEEDS_PARTY_PARTY_RECORDS_H_

#include <string>
#include <vector>

#include "services/feeds/record_type.h"

/// The record types of the party feed, one function each, and its verb. What each checks and which
/// evidence it gives is written in party.proto.
namespace xince::party {

feeds::RecordType EvaluationFormType();
feeds::RecordType EvaluationWindowType();
feeds::RecordType EvaluationType();
feeds::RecordType ExpectedEvaluationType();
feeds::RecordType PartyIndicatorType();

/// All of them.
std::vector<feeds::RecordType> RecordTypes();

std::vector<feeds::FeedVerb> Verbs();

/// Kinds of evidence the feed gives.
inline constexpr char kEvaluation[] = "party.evaluation";
inline constexpr char kProjectEvaluation[] = "party.project-evaluation";
inline constexpr char kIndicator[] = "party.indicator";

/// Full score of a form, in hundredths of a point.
inline constexpr int64_t kFullScoreHundredthsMax = 100000;

}  // namespace xince::party

#endif  // SERVICES_FEEDS_PARTY_PARTY_RECORDS_H_
