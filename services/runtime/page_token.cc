#include "services/runtime/page_token.h"

#include <array>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include <openssl/sha.h>

#include "services/runtime/errors.h"

namespace xince::runtime {
namespace {

constexpr size_t kDigestDigits = 16;

// The first digits of the SHA-256, in hexadecimal.
std::string DigestOf(absl::string_view arguments) {
  std::array<char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(arguments.data()),
         arguments.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
  return absl::BytesToHexString(absl::string_view(digest.data(), kDigestDigits / 2));
}

}  // namespace

std::string NextPageToken(absl::string_view arguments, absl::string_view last) {
  return absl::WebSafeBase64Escape(absl::StrCat(DigestOf(arguments), last));
}

absl::StatusOr<std::string> ReadPageToken(int page_size,
                                          const std::string& token,
                                          absl::string_view arguments) {
  if (page_size < 0) {
    return InvalidArgument(
        "PAGE_SIZE", "page_size", "a page size is not negative", "每页条数不得为负");
  }
  if (token.empty()) return std::string();
  std::string plain;
  if (!absl::WebSafeBase64Unescape(token, &plain) || plain.size() < kDigestDigits) {
    return InvalidArgument("PAGE_TOKEN",
                           "page_token",
                           "send next_page_token back as it was received",
                           "请原样送回 next_page_token");
  }
  if (plain.substr(0, kDigestDigits) != DigestOf(arguments)) {
    return InvalidArgument("PAGE_TOKEN_ARGUMENTS",
                           "page_token",
                           "the page token belongs to a list with other arguments",
                           "翻页凭证属于参数不同的列表");
  }
  return plain.substr(kDigestDigits);
}

}  // namespace xince::runtime
