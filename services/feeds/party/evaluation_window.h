#ifndef SERVICES_FEEDS_PARTY_EVALUATION_WINDOW_H_
#define SERVICES_FEEDS_PARTY_EVALUATION_WINDOW_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "xince/party/v1/party.pb.h"

#include "services/feeds/record_type.h"

/// What evaluations ask of their window.
namespace xince::party {

/// The window that is filed under the name; null when none is, or it was voided.
std::unique_ptr<v1::EvaluationWindow> FindWindow(const feeds::CheckContext& context,
                                                 const std::string& name);

/// OK while evaluations are taken; else FAILED_PRECONDITION `EVALUATION_WINDOW_CLOSED` about `window`
/// (metadata `open_date`, `close_date`, `today`).
absl::Status CheckOpen(const v1::EvaluationWindow& window, type::Date today);

/// OK until the lock date; else FAILED_PRECONDITION `WINDOW_LOCKED` about `field` (metadata
/// `lock_date`, `today`).
absl::Status CheckNotLocked(const v1::EvaluationWindow& window,
                            type::Date today,
                            absl::string_view field);

/// Digits of the codes of the divisions whose organisations evaluate: 9 or 12.
size_t EvaluatorDigits(const v1::EvaluationWindow& window);

/// OK when an organisation of the division evaluates in the window: its level, and inside its
/// division. Else INVALID_ARGUMENT `EVALUATION_DIVISION` about `division`.
absl::Status CheckEvaluatorDivision(const v1::EvaluationWindow& window,
                                    const std::string& division);

/// OK for a firm or a service organisation; else INVALID_ARGUMENT `EVALUATION_SUBJECT` about `firm`.
absl::Status CheckEvaluated(const std::string& firm);

/// OK when a project is named or need not be; else INVALID_ARGUMENT `EVALUATION_PROJECT_REQUIRED`.
absl::Status CheckProject(const v1::EvaluationWindow& window, const std::string& project);

}  // namespace xince::party

#endif  // SERVICES_FEEDS_PARTY_EVALUATION_WINDOW_H_
