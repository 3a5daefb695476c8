#ifndef SERVICES_TYPE_TEXT_H_
#define SERVICES_TYPE_TEXT_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

/// Text as people write it: UTF-8, counted in code points, without characters nobody can see.
namespace xince::type {

/// Longest text NormalizeText accepts, in bytes.
inline constexpr size_t kNormalizeBytesMax = 4 * 1024 * 1024;

/// Whether a text may hold line breaks (U+000A).
enum class LineBreaks { kRefused, kAllowed };

/// A character that may not appear.
struct TextFlaw {
  /// Position in code points, counted from 1.
  size_t position = 0;
  char32_t code_point = 0;
};

/// What one pass over a text finds.
struct TextScan {
  /// The bytes are UTF-8: shortest forms only, no surrogates, nothing above U+10FFFF.
  bool valid_utf8 = false;
  /// Number of code points; up to the first invalid byte when not valid.
  size_t code_points = 0;
  /// The first control character: C0, DEL, C1, line and paragraph separators, bidirectional controls,
  /// zero-width spaces, byte-order marks and noncharacters. U+200C and U+200D are letters' business
  /// in some scripts and pass.
  std::optional<TextFlaw> flaw;
};

/// Scans a text once.
TextScan ScanText(absl::string_view text, LineBreaks line_breaks);

/// Number of code points, nothing when `text` is not UTF-8.
std::optional<size_t> CountCodePoints(absl::string_view text);

/// OK, or INVALID_ARGUMENT: TEXT_ENCODING (not UTF-8), FIELD_TOO_LONG (metadata `limit`, `found` in
/// code points), CONTROL_CHARACTER (metadata `position`, `character` as U+XXXX). The text itself is
/// never repeated.
absl::Status CheckText(absl::string_view text,
                       size_t chars_max,
                       LineBreaks line_breaks,
                       absl::string_view field);

/// `text` without white space at both ends: ASCII white space, U+00A0 and U+3000.
absl::string_view TrimSpace(absl::string_view text);

/// The form texts are stored and compared in: Unicode NFC, CR LF and CR as LF, trimmed. Errors:
/// INVALID_ARGUMENT TEXT_ENCODING, FIELD_TOO_LONG beyond kNormalizeBytesMax.
absl::StatusOr<std::string> NormalizeText(absl::string_view text, absl::string_view field = "");

/// Full-width ASCII (U+FF01 to U+FF5E) and the ideographic space as their half-width forms; other
/// bytes untouched. For codes and numbers typed with a Chinese input method, not for names: the
/// brackets in a firm's name are full-width by right.
std::string ToHalfWidth(absl::string_view text);

/// Smallest number of code points to insert, delete or replace to get from one text to the other.
/// Meant for short names: texts are cut after 64 code points.
size_t EditDistance(absl::string_view a, absl::string_view b);

}  // namespace xince::type

#endif  // SERVICES_TYPE_TEXT_H_
