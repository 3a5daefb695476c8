#ifndef SERVICES_RUNTIME_UTF8_H_
#define SERVICES_RUNTIME_UTF8_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace xince::runtime {

/// Takes the first code point off `text`. Empty when `text` does not begin with well-formed UTF-8
/// (Unicode 15, table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF); `text` is
/// then unchanged. `text` must not be empty.
std::optional<char32_t> TakeRune(absl::string_view& text);

/// Whether all of `text` is well-formed UTF-8.
bool IsUtf8(absl::string_view text);

/// Whether `text` is well-formed UTF-8 without control characters (C0, C1, DEL), line and paragraph
/// separators, or the marks that reorder text (bidirectional embeddings, overrides and isolates).
bool IsPrintableUtf8(absl::string_view text);

}  // namespace xince::runtime

#endif  // SERVICES_RUNTIME_UTF8_H_
