#include "services/apps/xince/table.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>
#include <utf8proc.h>

namespace xince::cli {
namespace {

constexpr absl::string_view kCut = "…";

// Calls `visit` with every character as it stands in the text and the columns it takes, until it
// returns false. A byte that is no UTF-8 is a character of one column.
template <class Visit>
void ForEachCharacter(absl::string_view text, const Visit& visit) {
  while (!text.empty()) {
    utf8proc_int32_t character = 0;
    const auto taken = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                        static_cast<utf8proc_ssize_t>(text.size()),
                                        &character);
    const size_t bytes = taken > 0 ? static_cast<size_t>(taken) : 1;
    const int width = taken > 0 ? utf8proc_charwidth(character) : 1;
    if (!visit(text.substr(0, bytes), static_cast<size_t>(std::max(width, 0)))) return;
    text.remove_prefix(bytes);
  }
}

}  // namespace

size_t DisplayWidth(absl::string_view text) {
  size_t columns = 0;
  ForEachCharacter(text, [&](absl::string_view, size_t width) {
    columns += width;
    return true;
  });
  return columns;
}

std::string Shortened(absl::string_view text, size_t columns_max) {
  std::string line(text);
  std::replace(line.begin(), line.end(), '\n', ' ');
  if (DisplayWidth(line) <= columns_max) return line;
  std::string cut;
  size_t columns = DisplayWidth(kCut);
  ForEachCharacter(line, [&](absl::string_view character, size_t width) {
    columns += width;
    if (columns > columns_max) return false;
    cut.append(character.data(), character.size());
    return true;
  });
  return cut.append(kCut.data(), kCut.size());
}

std::string FormatHundredths(int64_t hundredths) {
  const uint64_t magnitude =
      hundredths < 0 ? ~static_cast<uint64_t>(hundredths) + 1 : static_cast<uint64_t>(hundredths);
  return fmt::format("{}{}.{:02}", hundredths < 0 ? "-" : "", magnitude / 100, magnitude % 100);
}

std::string Table::ToText() const {
  std::vector<size_t> widths;
  for (const Heading& heading : headings_) widths.push_back(DisplayWidth(heading.text));
  std::vector<std::vector<std::string>> lines(1);
  for (const Heading& heading : headings_) lines[0].push_back(heading.text);
  for (const std::vector<std::string>& row : rows_) {
    std::vector<std::string> line;
    for (size_t i = 0; i < headings_.size(); ++i) {
      line.push_back(Shortened(i < row.size() ? row[i] : "", headings_[i].columns_max));
      widths[i] = std::max(widths[i], DisplayWidth(line[i]));
    }
    lines.push_back(std::move(line));
  }
  std::string text;
  for (const std::vector<std::string>& line : lines) {
    std::string row;
    for (size_t i = 0; i < line.size(); ++i) {
      const std::string space(widths[i] - DisplayWidth(line[i]), ' ');
      row += i == 0 ? "" : "  ";
      row += headings_[i].right ? space + line[i] : line[i] + space;
    }
    row.erase(row.find_last_not_of(' ') + 1);
    text += row + "\n";
  }
  return text;
}

}  // namespace xince::cli
