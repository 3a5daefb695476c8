#include "services/type/text.h"

#include <stdlib.h>

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include <utf8proc.h>

#include "services/runtime/errors.h"

namespace xince::type {
namespace {

constexpr char32_t kInvalid = 0xFFFFFFFF;
constexpr size_t kEditDistanceCharsMax = 64;

/// Takes one code point off the front of `text`; kInvalid, taking nothing, when there is none.
char32_t TakeCodePoint(absl::string_view& text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) {
    text.remove_prefix(1);
    return first;
  }
  size_t length = 0;
  char32_t smallest = 0;
  char32_t value = 0;
  if ((first & 0xE0) == 0xC0) {
    length = 2, smallest = 0x80, value = first & 0x1F;
  } else if ((first & 0xF0) == 0xE0) {
    length = 3, smallest = 0x800, value = first & 0x0F;
  } else if ((first & 0xF8) == 0xF0) {
    length = 4, smallest = 0x10000, value = first & 0x07;
  } else {
    return kInvalid;
  }
  if (text.size() < length) return kInvalid;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return kInvalid;
    value = value << 6 | (byte(i) & 0x3F);
  }
  if (value < smallest || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return kInvalid;
  text.remove_prefix(length);
  return value;
}

bool IsControl(char32_t c) {
  if (c < 0x20 || (c >= 0x7F && c <= 0x9F)) return true;
  if (c < 0x200B) return false;
  return c == 0x200B || c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x2069) || c == 0xFEFF || (c >= 0xFDD0 && c <= 0xFDEF) ||
         (c & 0xFFFE) == 0xFFFE;
}

bool IsSpace(char32_t c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xA0 || c == 0x3000;
}

absl::Status NotUtf8(absl::string_view field) {
  return runtime::InvalidArgument(
      "TEXT_ENCODING", field, "the text is not valid UTF-8", "文字不是有效的 UTF-8 编码");
}

absl::Status TooLong(size_t limit, size_t found, absl::string_view field) {
  return runtime::InvalidArgument(
      "FIELD_TOO_LONG",
      field,
      absl::StrCat("the text has ", found, " characters, at most ", limit, " are allowed"),
      absl::StrCat("文字共 ", found, " 个字符,最多 ", limit, " 个"),
      {{"limit", absl::StrCat(limit)}, {"found", absl::StrCat(found)}});
}

std::vector<char32_t> Decode(absl::string_view text) {
  std::vector<char32_t> points;
  while (!text.empty() && points.size() < kEditDistanceCharsMax) {
    const char32_t c = TakeCodePoint(text);
    if (c == kInvalid) text.remove_prefix(1);
    points.push_back(c);
  }
  return points;
}

}  // namespace

TextScan ScanText(absl::string_view text, LineBreaks line_breaks) {
  TextScan scan;
  while (!text.empty()) {
    const char32_t c = TakeCodePoint(text);
    if (c == kInvalid) return scan;
    ++scan.code_points;
    if (scan.flaw.has_value() || !IsControl(c)) continue;
    if (c == '\n' && line_breaks == LineBreaks::kAllowed) continue;
    scan.flaw = TextFlaw{.position = scan.code_points, .code_point = c};
  }
  scan.valid_utf8 = true;
  return scan;
}

std::optional<size_t> CountCodePoints(absl::string_view text) {
  const TextScan scan = ScanText(text, LineBreaks::kAllowed);
  if (!scan.valid_utf8) return std::nullopt;
  return scan.code_points;
}

absl::Status CheckText(absl::string_view text,
                       size_t chars_max,
                       LineBreaks line_breaks,
                       absl::string_view field) {
  const TextScan scan = ScanText(text, line_breaks);
  if (!scan.valid_utf8) return NotUtf8(field);
  if (scan.code_points > chars_max) return TooLong(chars_max, scan.code_points, field);
  if (!scan.flaw.has_value()) return absl::OkStatus();
  const std::string name = absl::StrFormat("U+%04X", static_cast<uint32_t>(scan.flaw->code_point));
  const std::string position = absl::StrCat(scan.flaw->position);
  return runtime::InvalidArgument(
      "CONTROL_CHARACTER",
      field,
      absl::StrCat("character ", position, " is the control character ", name),
      absl::StrCat("第 ", position, " 个字符是控制字符 ", name),
      {{"position", position}, {"character", name}});
}

absl::string_view TrimSpace(absl::string_view text) {
  while (!text.empty()) {
    absl::string_view rest = text;
    if (!IsSpace(TakeCodePoint(rest))) break;
    text = rest;
  }
  while (!text.empty()) {
    size_t start = text.size() - 1;
    while (start > 0 && (static_cast<unsigned char>(text[start]) & 0xC0) == 0x80) --start;
    absl::string_view last = text.substr(start);
    if (!IsSpace(TakeCodePoint(last)) || !last.empty()) break;
    text = text.substr(0, start);
  }
  return text;
}

absl::StatusOr<std::string> NormalizeText(absl::string_view text, absl::string_view field) {
  if (text.size() > kNormalizeBytesMax) return TooLong(kNormalizeBytesMax, text.size(), field);
  if (!CountCodePoints(text).has_value()) return NotUtf8(field);
  std::string lines;
  lines.reserve(text.size());
  bool ascii = true;
  for (size_t i = 0; i < text.size(); ++i) {
    ascii = ascii && static_cast<unsigned char>(text[i]) < 0x80;
    if (text[i] != '\r') {
      lines.push_back(text[i]);
    } else if (i + 1 == text.size() || text[i + 1] != '\n') {
      lines.push_back('\n');
    }
  }
  if (ascii) return std::string(TrimSpace(lines));
  utf8proc_uint8_t* composed = nullptr;
  const auto size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(lines.data()),
                   static_cast<utf8proc_ssize_t>(lines.size()),
                   &composed,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  if (size < 0) return NotUtf8(field);
  std::string result(TrimSpace(
      absl::string_view(reinterpret_cast<const char*>(composed), static_cast<size_t>(size))));
  free(composed);
  return result;
}

std::string ToHalfWidth(absl::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    absl::string_view rest = text;
    const char32_t c = TakeCodePoint(rest);
    const size_t taken = c == kInvalid ? 1 : text.size() - rest.size();
    if (c >= 0xFF01 && c <= 0xFF5E) {
      result.push_back(static_cast<char>(c - 0xFF01 + '!'));
    } else if (c == 0x3000) {
      result.push_back(' ');
    } else {
      result.append(text.data(), taken);
    }
    text.remove_prefix(taken);
  }
  return result;
}

size_t EditDistance(absl::string_view a, absl::string_view b) {
  const std::vector<char32_t> from = Decode(a);
  const std::vector<char32_t> to = Decode(b);
  std::vector<size_t> row(to.size() + 1);
  for (size_t j = 0; j <= to.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= from.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= to.size(); ++j) {
      const size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (from[i - 1] != to[j - 1])});
      diagonal = above;
    }
  }
  return row[to.size()];
}

}  // namespace xince::type
