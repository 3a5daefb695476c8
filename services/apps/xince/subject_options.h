#ifndef SERVICES_APPS_XINCE_SUBJECT_OPTIONS_H_
#define SERVICES_APPS_XINCE_SUBJECT_OPTIONS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/timestamp.pb.h"

/// How people name a subject and an instant on the command line.
namespace xince::cli {

/// The resource name of what was written: a bare credit code is a firm's. Not checked further.
std::string SubjectName(absl::string_view written);

/// An instant: RFC 3339 (`2026-03-31T09:00:00+08:00`), `2026-03-31 09:00` in Asia/Shanghai, or a date for
/// the last microsecond of that day there. INVALID_ARGUMENT `TIME_SYNTAX`.
absl::StatusOr<google::protobuf::Timestamp> ReadInstant(absl::string_view written);

/// An instant in Asia/Shanghai to the second, `2026-03-31 09:00:00`; empty for none.
std::string FormatInstant(const google::protobuf::Timestamp& instant);

/// Reads the two dates of a question into a request that has `as_of` and `known_at`.
template <class Request>
absl::Status ReadDates(const std::string& as_of, const std::string& known_at, Request& request) {
  request.set_as_of(as_of);
  if (known_at.empty()) return absl::OkStatus();
  absl::StatusOr<google::protobuf::Timestamp> instant = ReadInstant(known_at);
  if (!instant.ok()) return instant.status();
  *request.mutable_known_at() = *std::move(instant);
  return absl::OkStatus();
}

}  // namespace xince::cli

#endif  // SERVICES_APPS_XINCE_SUBJECT_OPTIONS_H_
