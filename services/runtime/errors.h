#ifndef SERVICES_RUNTIME_ERRORS_H_
#define SERVICES_RUNTIME_ERRORS_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/rpc/status.pb.h"

/// Errors with a stable reason.
///
/// Every error that leaves a service is an absl::Status that carries a reason (UPPER_SNAKE_CASE,
/// never reworded), the field it is about, a message in English (the status message) and one in
/// Chinese, and whatever the messages mention as key and value. The RPC door turns it into
/// google.rpc.Status with ErrorInfo, BadRequest and LocalizedMessage. Nothing here links gRPC.
namespace xince::runtime {

/// Domain of every ErrorInfo.
inline constexpr char kErrorDomain[] = "xince";

/// What went wrong, for machines and people.
struct Problem {
  absl::StatusCode code = absl::StatusCode::kInternal;
  /// Stable, UPPER_SNAKE_CASE, such as `USCC_CHECK_DIGIT`. docs/errors.md lists all of them.
  std::string reason;
  /// Path of the request field, such as `firm.uscc`; empty when no field is at fault.
  std::string field;
  /// Message in English, one sentence without a full stop. No personal data.
  std::string en;
  /// The same in Chinese.
  std::string zh;
  /// Facts the messages mention, such as {"expected", "3"}.
  std::map<std::string, std::string> metadata;
  /// When to try again, in milliseconds; 0 for never unless something changes.
  int64_t retry_after_ms = 0;
};

/// The problem as a status. `problem.code` must not be kOk.
absl::Status ToStatus(const Problem& problem);

/// The problem a status carries. A status without one (made by a library) becomes INTERNAL,
/// UNAVAILABLE, … with the reason `UNCLASSIFIED` and a message that reveals nothing.
Problem ToProblem(const absl::Status& status);

/// Reason of a status; empty for OK and for a status that carries none.
std::string ReasonOf(const absl::Status& status);

/// `status` with its field prefixed: `uscc` under `firm` becomes `firm.uscc`.
absl::Status UnderField(const absl::Status& status, absl::string_view prefix);

/// The wire form: google.rpc.Status with ErrorInfo, BadRequest (when a field is named),
/// RetryInfo (when a retry helps) and LocalizedMessage zh-CN.
google::rpc::Status ToRpcStatus(const absl::Status& status);

/// The reverse, for clients. Details that are missing leave the problem's fields empty.
absl::Status FromRpcStatus(const google::rpc::Status& status);

/// Shorthands for the common codes.
absl::Status InvalidArgument(absl::string_view reason,
                             absl::string_view field,
                             absl::string_view en,
                             absl::string_view zh,
                             std::map<std::string, std::string> metadata = {});
absl::Status NotFound(absl::string_view reason,
                      absl::string_view field,
                      absl::string_view en,
                      absl::string_view zh,
                      std::map<std::string, std::string> metadata = {});
absl::Status AlreadyExists(absl::string_view reason,
                           absl::string_view field,
                           absl::string_view en,
                           absl::string_view zh,
                           std::map<std::string, std::string> metadata = {});
absl::Status FailedPrecondition(absl::string_view reason,
                                absl::string_view field,
                                absl::string_view en,
                                absl::string_view zh,
                                std::map<std::string, std::string> metadata = {});
absl::Status Aborted(absl::string_view reason,
                     absl::string_view field,
                     absl::string_view en,
                     absl::string_view zh,
                     std::map<std::string, std::string> metadata = {});

}  // namespace xince::runtime

/// Returns the status of `expr` from the enclosing function unless it is OK.
#define XINCE_RETURN_IF_ERROR(expr)                                                     \
  do {                                                                                  \
    if (absl::Status xince_status_ = (expr); !xince_status_.ok()) return xince_status_; \
  } while (false)

#define XINCE_STATUS_CONCAT_INNER_(a, b) a##b
#define XINCE_STATUS_CONCAT_(a, b) XINCE_STATUS_CONCAT_INNER_(a, b)

/// Assigns the value of a StatusOr, or returns its status from the enclosing function.
#define XINCE_ASSIGN_OR_RETURN(lhs, expr) \
  XINCE_ASSIGN_OR_RETURN_(XINCE_STATUS_CONCAT_(xince_status_or_, __LINE__), lhs, expr)
#define XINCE_ASSIGN_OR_RETURN_(statusor, lhs, expr)       \
  auto statusor = (expr);                                  \
  if (!statusor.ok()) return std::move(statusor).status(); \
  lhs = *std::move(statusor)

#endif  // SERVICES_RUNTIME_ERRORS_H_
