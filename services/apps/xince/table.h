#ifndef SERVICES_APPS_XINCE_TABLE_H_
#define SERVICES_APPS_XINCE_TABLE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

/// Texts for people on a terminal, where a Chinese character takes two columns.
namespace xince::cli {

/// Columns of a terminal that a text takes.
size_t DisplayWidth(absl::string_view text);

/// `text` cut to at most `columns_max`, with `…` at its end when it was cut. Line breaks become spaces.
std::string Shortened(absl::string_view text, size_t columns_max);

/// `1234` hundredths as `12.34`, `-50` as `-0.50`.
std::string FormatHundredths(int64_t hundredths);

/// A table with a header.
class Table {
 public:
  struct Heading {
    std::string text;
    bool right = false;
    /// Longest cell shown, in columns.
    size_t columns_max = 60;
  };
  explicit Table(std::vector<Heading> headings) : headings_(std::move(headings)) {}

  /// A row of as many cells as there are headings.
  void Add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  /// Takes every row out.
  void Clear() { rows_.clear(); }
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  /// Lines ended by a line break, columns two spaces apart, nothing behind the last.
  [[nodiscard]] std::string ToText() const;

 private:
  std::vector<Heading> headings_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace xince::cli

#endif  // SERVICES_APPS_XINCE_TABLE_H_
