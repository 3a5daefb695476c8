#include "services/runtime/utf8.h"

namespace xince::runtime {
namespace {

struct Shape {
  size_t bytes;
  char32_t smallest;
  char32_t bits;
};

std::optional<Shape> ShapeOf(unsigned char first) {
  if (first < 0x80) return Shape{1, 0, first};
  if (first >= 0xC2 && first < 0xE0) return Shape{2, 0x80, first & 0x1Fu};
  if (first >= 0xE0 && first < 0xF0) return Shape{3, 0x800, first & 0x0Fu};
  if (first >= 0xF0 && first < 0xF5) return Shape{4, 0x10000, first & 0x07u};
  return std::nullopt;
}

}  // namespace

std::optional<char32_t> TakeRune(absl::string_view& text) {
  const std::optional<Shape> shape = ShapeOf(static_cast<unsigned char>(text.front()));
  if (!shape.has_value() || text.size() < shape->bytes) return std::nullopt;
  char32_t rune = shape->bits;
  for (size_t i = 1; i < shape->bytes; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0) != 0x80) return std::nullopt;
    rune = (rune << 6) | (next & 0x3Fu);
  }
  const bool surrogate = rune >= 0xD800 && rune <= 0xDFFF;
  if (rune < shape->smallest || rune > 0x10FFFF || surrogate) return std::nullopt;
  text.remove_prefix(shape->bytes);
  return rune;
}

bool IsUtf8(absl::string_view text) {
  while (!text.empty()) {
    if (!TakeRune(text).has_value()) return false;
  }
  return true;
}

bool IsPrintableUtf8(absl::string_view text) {
  while (!text.empty()) {
    const std::optional<char32_t> rune = TakeRune(text);
    if (!rune.has_value()) return false;
    const bool control = *rune < 0x20 || (*rune >= 0x7F && *rune < 0xA0);
    const bool separator = *rune == 0x2028 || *rune == 0x2029;
    const bool reorders = *rune == 0x200E || *rune == 0x200F ||
                          (*rune >= 0x202A && *rune <= 0x202E) ||
                          (*rune >= 0x2066 && *rune <= 0x2069);
    if (control || separator || reorders) return false;
  }
  return true;
}

}  // namespace xince::runtime
