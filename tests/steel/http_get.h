#ifndef TESTS_STEEL_HTTP_GET_H_
#define TESTS_STEEL_HTTP_GET_H_

#include <string>

#include "absl/status/statusor.h"

namespace xince::steel {

/// The body of `http://<address><path>`. UNAVAILABLE for anything but an answer with 200.
absl::StatusOr<std::string> HttpGet(const std::string& address, const std::string& path);

}  // namespace xince::steel

#endif  // TESTS_STEEL_HTTP_GET_H_
