#ifndef SERVICES_FEEDS_PARTY_TESTING_SAMPLES_H_
#define SERVICES_FEEDS_PARTY_TESTING_SAMPLES_H_

#include "xince/party/v1/party.pb.h"

/// For tests: one valid record of every type of the party feed, with every field a caller may set, on
/// 2026-11-21, when the window is open. Filed in this order they refer to each other.
namespace xince::party {

/// The day the samples are made for.
inline constexpr char kSampleDay[] = "2026-11-21";

v1::EvaluationForm SampleForm();
v1::EvaluationWindow SampleWindow();
v1::Evaluation SampleEvaluation();
v1::ExpectedEvaluation SampleExpected();
v1::PartyIndicator SampleIndicator();

}  // namespace xince::party

#endif  // SERVICES_FEEDS_PARTY_TESTING_SAMPLES_H_
