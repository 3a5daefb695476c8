#ifndef SERVICES_RUNTIME_REQUEST_ID_H_
#define SERVICES_RUNTIME_REQUEST_ID_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

/// Request ids: the same actor and id give the first answer again, and are refused with another request.
namespace xince::runtime {

/// Longest request id, in printable ASCII characters.
inline constexpr size_t kRequestIdBytesMax = 100;

/// OK for an empty id, which asks nothing. INVALID_ARGUMENT REQUEST_ID_SYNTAX for one that is too long
/// or has other characters than printable ones without a space.
absl::Status CheckRequestId(absl::string_view id);

/// ALREADY_EXISTS REQUEST_ID_REUSED, with the first digits of both requests' digests.
absl::Status RequestIdReused(absl::string_view first_digest, absl::string_view digest);

/// The request as bytes, with its name: what repeats it has the same, and no other kind of request.
template <class Request>
std::string RequestBytes(Request request) {
  request.DiscardUnknownFields();
  return absl::StrCat(Request::descriptor()->full_name(), " ", request.SerializeAsString());
}

}  // namespace xince::runtime

#endif  // SERVICES_RUNTIME_REQUEST_ID_H_
