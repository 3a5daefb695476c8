#include "services/type/csv_writer.h"

#include <csv.h>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "services/type/csv_escape.h"

namespace xince::type {
namespace {

constexpr absl::string_view kUtf8Mark = "\xEF\xBB\xBF";
// Spreadsheets read the full-width forms as operators too.
constexpr absl::string_view kWideOperators[] = {"\uff1d", "\uff0b", "\uff0d", "\uff20"};

bool IsDecimal(absl::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  bool digit_before = false;
  bool point = false;
  for (const char c : text) {
    if (c == '.' && digit_before && !point) {
      point = true;
      digit_before = false;
    } else if (absl::ascii_isdigit(c)) {
      digit_before = true;
    } else {
      return false;
    }
  }
  return digit_before;
}

bool NeedsQuotes(absl::string_view text) {
  return text.find_first_of(",\"\r\n") != absl::string_view::npos || text.front() == ' ' ||
         text.back() == ' ' || text.front() == '\t' || text.back() == '\t';
}

}  // namespace

bool LooksLikeFormula(absl::string_view cell) {
  const size_t start = cell.find_first_not_of('\'');
  if (start == absl::string_view::npos) return false;
  cell.remove_prefix(start);
  if (absl::string_view("=+-@\t\r\0", 7).find(cell[0]) != absl::string_view::npos) return true;
  for (const absl::string_view wide : kWideOperators) {
    if (absl::StartsWith(cell, wide)) return true;
  }
  return false;
}

CsvWriter::CsvWriter(std::string* out) : out_(out) { absl::StrAppend(out_, kUtf8Mark); }

void CsvWriter::AddRow(const std::vector<CsvCell>& cells) {
  for (size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) out_->push_back(',');
    AddCell(cells[i], cells.size() == 1);
  }
  absl::StrAppend(out_, "\r\n");
}

void CsvWriter::AddCell(const CsvCell& cell, bool alone) {
  std::string harmless;
  absl::string_view text = cell.text;
  if (LooksLikeFormula(text) && !(cell.number && IsDecimal(text))) {
    harmless = absl::StrCat("'", text);
    text = harmless;
  }
  // An empty cell alone would be an empty line, which readers skip.
  if (text.empty() ? !alone : !NeedsQuotes(text)) {
    absl::StrAppend(out_, text);
    return;
  }
  const size_t start = out_->size();
  const size_t size = csv_write(nullptr, 0, text.data(), text.size());
  out_->resize(start + size);
  csv_write(out_->data() + start, size, text.data(), text.size());
}

}  // namespace xince::type
