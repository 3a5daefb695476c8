#ifndef SERVICES_FEEDS_PARTY_EVALUATION_ANSWERS_H_
#define SERVICES_FEEDS_PARTY_EVALUATION_ANSWERS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "xince/party/v1/party.pb.h"

/// Answers to the items of a form, `{code}={points}`.
namespace xince::party {

/// Sum of the answers in hundredths. Every item of the form is answered once, with at most two
/// decimals and at most its points. Errors, INVALID_ARGUMENT about `answers` or an element of it:
/// `EVALUATION_ANSWER` (metadata `answer` or `code`), `EVALUATION_SCORE` (metadata `code`, `limit`).
absl::StatusOr<int64_t> SumOfAnswers(const v1::Evaluation& evaluation,
                                     const v1::EvaluationForm& form);

/// The score agrees with the answers and the form. Errors, INVALID_ARGUMENT: those of SumOfAnswers;
/// FIELD_REQUIRED about a missing score; `SCORE_MISMATCH` (metadata `sum`); `EVALUATION_SCORE`
/// (metadata `limit`).
absl::Status CheckScore(const v1::Evaluation& evaluation, const v1::EvaluationForm& form);

}  // namespace xince::party

#endif  // SERVICES_FEEDS_PARTY_EVALUATION_ANSWERS_H_
