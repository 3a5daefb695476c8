#include "tests/steel/http_get.h"

#include "absl/strings/str_cat.h"

#include "httplib.h"

namespace xince::steel {

absl::StatusOr<std::string> HttpGet(const std::string& address, const std::string& path) {
  httplib::Client client(absl::StrCat("http://", address));
  const httplib::Result answer = client.Get(path);
  if (!answer) return absl::UnavailableError(absl::StrCat("no answer from ", address));
  if (answer->status != 200) return absl::UnavailableError(absl::StrCat("HTTP ", answer->status));
  return answer->body;
}

}  // namespace xince::steel
