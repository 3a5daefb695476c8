#include "services/scoring/policy/decimal.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace xince::policy {

std::optional<int64_t> ParseHundredths(absl::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  const size_t point = text.find('.');
  const absl::string_view whole = text.substr(0, point);
  if (whole.empty() || whole.size() > kDecimalDigitsMax) return std::nullopt;
  absl::string_view part = point == absl::string_view::npos ? "0" : text.substr(point + 1);
  if (part.empty() || part.size() > 2) return std::nullopt;
  int64_t value = 0;
  for (char c : whole) {
    if (!absl::ascii_isdigit(c)) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  for (char c : part) {
    if (!absl::ascii_isdigit(c)) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  if (part.size() == 1) value *= 10;
  if (negative && value == 0) return std::nullopt;
  return negative ? -value : value;
}

std::string FormatHundredths(int64_t hundredths) {
  const bool negative = hundredths < 0;
  const uint64_t size =
      negative ? ~static_cast<uint64_t>(hundredths) + 1 : static_cast<uint64_t>(hundredths);
  std::string text = absl::StrCat(negative ? "-" : "", size / 100);
  if (size % 100 == 0) return text;
  absl::StrAppend(&text, ".", size % 100 / 10);
  if (size % 10 != 0) absl::StrAppend(&text, size % 10);
  return text;
}

}  // namespace xince::policy
