#ifndef SERVICES_FEEDS_PARTY_LATE_EVALUATIONS_H_
#define SERVICES_FEEDS_PARTY_LATE_EVALUATIONS_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "xince/party/v1/party.pb.h"

#include "services/feeds/feed.h"

/// What is owed in a window, and what came.
///
/// An expected evaluation is filed when its window has an evaluation by the organisation of the same
/// division, of the same firm, and of the same project where it names one.
namespace xince::party {

/// Expected evaluations of one window that GetEvaluationProgress counts.
inline constexpr int64_t kExpectedMax = 200000;

/// An answer and the revision it holds at.
template <class Response>
struct Answer {
  Response response;
  journal::Revision revision = 0;
};

/// ListLateEvaluations on a day. Errors: NOT_FOUND `RECORD_UNKNOWN` for the window; those of
/// Feed::List.
absl::StatusOr<Answer<v1::ListLateEvaluationsResponse>> ListLate(
    feeds::Feed& feed,
    const v1::ListLateEvaluationsRequest& request,
    type::Date today,
    journal::Revision at_least,
    absl::Time deadline);

/// GetEvaluationProgress on a day. Errors besides: INVALID_ARGUMENT `PROGRESS_DIGITS`;
/// RESOURCE_EXHAUSTED `WINDOW_TOO_LARGE` beyond `expected_max`.
absl::StatusOr<Answer<v1::EvaluationProgress>> Progress(
    feeds::Feed& feed,
    const v1::GetEvaluationProgressRequest& request,
    type::Date today,
    journal::Revision at_least,
    absl::Time deadline,
    int64_t expected_max = kExpectedMax);

}  // namespace xince::party

#endif  // SERVICES_FEEDS_PARTY_LATE_EVALUATIONS_H_
