#include "services/runtime/request_id.h"

#include <algorithm>

#include "services/runtime/errors.h"

namespace xince::runtime {
namespace {

// Digits of a digest that tell two requests apart in a message.
constexpr size_t kDigitsShown = 16;

}  // namespace

absl::Status CheckRequestId(absl::string_view id) {
  const bool printable =
      std::all_of(id.begin(), id.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (id.size() <= kRequestIdBytesMax && printable) return absl::OkStatus();
  return InvalidArgument(
      "REQUEST_ID_SYNTAX",
      "request_id",
      absl::StrCat("a request id is at most ", kRequestIdBytesMax, " printable ASCII characters"),
      absl::StrCat("request_id 至多", kRequestIdBytesMax, "个可打印的ASCII字符"));
}

absl::Status RequestIdReused(absl::string_view first_digest, absl::string_view digest) {
  return AlreadyExists("REQUEST_ID_REUSED",
                       "request_id",
                       "this request id was used for another request",
                       "该 request_id 已用于另一请求",
                       {{"first", std::string(first_digest.substr(0, kDigitsShown))},
                        {"now", std::string(digest.substr(0, kDigitsShown))}});
}

}  // namespace xince::runtime
