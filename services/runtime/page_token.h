#ifndef SERVICES_RUNTIME_PAGE_TOKEN_H_
#define SERVICES_RUNTIME_PAGE_TOKEN_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

/// Tokens of pages (AIP-158): what was asked, as a digest, and the last element of the page before. A
/// token therefore continues no other list. Opaque to callers, in web-safe base64.
namespace xince::runtime {

/// The token of the page after `last`. `arguments` says what the list was asked for, page size and
/// token left out, in bytes that are the same for the same question.
std::string NextPageToken(absl::string_view arguments, absl::string_view last);

/// The element after which the page asked for begins; empty for the first page. INVALID_ARGUMENT:
/// `PAGE_SIZE` for a negative size, `PAGE_TOKEN` for a token that is none, `PAGE_TOKEN_ARGUMENTS` for
/// that of a list with other arguments.
absl::StatusOr<std::string> ReadPageToken(int page_size,
                                          const std::string& token,
                                          absl::string_view arguments);

/// The request without its page size and token.
template <class Request>
Request WithoutPage(Request request) {
  request.clear_page_size();
  request.clear_page_token();
  return request;
}

}  // namespace xince::runtime

#endif  // SERVICES_RUNTIME_PAGE_TOKEN_H_
