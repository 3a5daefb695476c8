#include "services/type/csv.h"

#include <csv.h>

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "services/runtime/errors.h"
#include "services/type/csv_encoding.h"
#include "services/type/csv_escape.h"
#include "services/type/text.h"

namespace xince::type {
namespace {

// Longest piece of a file that an error repeats, in bytes of whole characters.
constexpr size_t kShownBytesMax = 60;

using Metadata = std::map<std::string, std::string>;

absl::Status Refuse(absl::string_view reason,
                    absl::string_view en,
                    absl::string_view zh,
                    Metadata metadata = {}) {
  return runtime::InvalidArgument(reason, "", en, zh, std::move(metadata));
}

absl::Status TooMany(absl::string_view reason,
                     absl::string_view en_what,
                     absl::string_view zh_what,
                     size_t limit) {
  return Refuse(reason,
                absl::StrCat("the file has more than ", limit, " ", en_what),
                absl::StrCat("文件超过 ", limit, " ", zh_what),
                {{"limit", absl::StrCat(limit)}});
}

absl::Status BadQuote(size_t line, absl::string_view en, absl::string_view zh) {
  return Refuse("CSV_QUOTE",
                absl::StrCat("line ", line, ": ", en),
                absl::StrCat("第 ", line, " 行:", zh),
                {{"line", absl::StrCat(line)}});
}

/// A row as the file has it.
struct RawRow {
  size_t line = 0;
  std::vector<std::string> cells;
};

/// Takes a text apart with libcsv, a line of the file at a time, so that rows know their line.
class Splitter {
 public:
  Splitter() { csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI); }
  ~Splitter() { csv_free(&parser_); }
  Splitter(const Splitter&) = delete;
  Splitter& operator=(const Splitter&) = delete;

  /// The header and the rows below it, without blank lines and comments.
  absl::StatusOr<std::vector<RawRow>> Split(absl::string_view text) {
    while (!text.empty()) {
      const size_t end = std::min(text.find_first_of("\r\n"), text.size() - 1);
      const bool crlf = text[end] == '\r' && end + 1 < text.size() && text[end + 1] == '\n';
      const size_t length = end + (crlf ? 2 : 1);
      ++line_;
      if (!in_row_) row_.line = cell_line_ = line_;
      if (csv_parse(&parser_, text.data(), length, OnCell, OnRow, this) != length) {
        return BadQuote(line_,
                        "a quote stands inside a cell; quote the whole cell and double it",
                        "单元格内有多余的引号,请将整个单元格加引号并把其中的引号写两次");
      }
      // A line with something on it that ends no row ends inside a quoted cell.
      const bool blank = TrimSpace(text.substr(0, length)).empty();
      in_row_ = ended_line_ != line_ && (in_row_ || !blank);
      XINCE_RETURN_IF_ERROR(CheckLimits());
      text.remove_prefix(length);
    }
    if (csv_fini(&parser_, OnCell, OnRow, this) != 0) {
      return BadQuote(cell_line_, "a quote is opened and never closed", "引号没有配对,缺少右引号");
    }
    XINCE_RETURN_IF_ERROR(CheckLimits());
    return std::move(rows_);
  }

 private:
  static void OnCell(void* cell, size_t size, void* self) {
    static_cast<Splitter*>(self)->AddCell({static_cast<const char*>(cell), size});
  }
  static void OnRow(int /*terminator*/, void* self) { static_cast<Splitter*>(self)->EndRow(); }

  void AddCell(absl::string_view cell) {
    cell_line_ = line_;
    if (row_.cells.size() > kCsvColumnsMax) return;
    row_.cells.emplace_back(cell);
  }

  void EndRow() {
    ended_line_ = line_;
    const bool comment = !row_.cells.empty() && absl::StartsWith(TrimSpace(row_.cells[0]), "#");
    const bool blank = std::all_of(row_.cells.begin(), row_.cells.end(), [](const std::string& c) {
      return TrimSpace(c).empty();
    });
    if (!comment && !blank) {
      too_wide_ = too_wide_ || row_.cells.size() > kCsvColumnsMax;
      rows_.push_back(std::move(row_));
    }
    row_ = {};
  }

  [[nodiscard]] absl::Status CheckLimits() const {
    if (too_wide_) return TooMany("CSV_COLUMNS_MAX", "columns", "列", kCsvColumnsMax);
    if (rows_.size() > kCsvRowsMax + 1) return TooMany("CSV_ROWS_MAX", "rows", "行", kCsvRowsMax);
    return absl::OkStatus();
  }

  csv_parser parser_;
  std::vector<RawRow> rows_;
  RawRow row_;
  size_t line_ = 0;
  size_t cell_line_ = 0;
  size_t ended_line_ = 0;
  bool in_row_ = false;
  bool too_wide_ = false;
};

std::string Shown(absl::string_view text) {
  if (text.size() <= kShownBytesMax) return std::string(text);
  size_t end = kShownBytesMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return absl::StrCat(text.substr(0, end), "…");
}

/// The cell as the table gives it.
std::string CleanCell(absl::string_view cell) {
  std::string clean = NormalizeText(cell).value_or(std::string());
  if (!absl::StartsWith(clean, "'") || !LooksLikeFormula(clean)) return clean;
  return std::string(TrimSpace(absl::string_view(clean).substr(1)));
}

bool IsNamed(const CsvColumn& column, absl::string_view name) {
  if (absl::EqualsIgnoreCase(column.name, name)) return true;
  return std::any_of(column.aliases.begin(), column.aliases.end(), [&](const std::string& alias) {
    return absl::EqualsIgnoreCase(alias, name);
  });
}

std::string Nearest(const std::vector<CsvColumn>& columns, absl::string_view name) {
  std::string nearest;
  size_t least = CountCodePoints(name).value_or(0) / 2 + 1;
  const auto consider = [&](absl::string_view candidate, const std::string& column) {
    const size_t distance =
        EditDistance(absl::AsciiStrToLower(candidate), absl::AsciiStrToLower(name));
    if (distance >= least) return;
    least = distance;
    nearest = column;
  };
  for (const CsvColumn& column : columns) {
    consider(column.name, column.name);
    for (const std::string& alias : column.aliases) consider(alias, column.name);
  }
  return nearest;
}

absl::Status UnknownColumn(const std::vector<CsvColumn>& columns,
                           size_t position,
                           absl::string_view name) {
  const std::string nearest = Nearest(columns, name);
  Metadata metadata = {{"column", absl::StrCat(position)}, {"name", Shown(name)}};
  std::string en =
      absl::StrCat("column ", position, " is called ", Shown(name), ", which is unknown");
  std::string zh = absl::StrCat("第 ", position, " 列的列名「", Shown(name), "」无法识别");
  if (!nearest.empty()) {
    metadata["nearest"] = nearest;
    absl::StrAppend(&en, "; did you mean ", nearest, "?");
    absl::StrAppend(&zh, ",是否应为「", nearest, "」");
  }
  return Refuse("CSV_COLUMN_UNKNOWN", en, zh, std::move(metadata));
}

/// For each column, its position in the header from 1, 0 when it is not there.
absl::StatusOr<std::vector<size_t>> FindColumns(const std::vector<std::string>& header,
                                                const std::vector<CsvColumn>& columns) {
  std::vector<size_t> positions(columns.size(), 0);
  for (size_t i = 0; i < header.size(); ++i) {
    const std::string name = CleanCell(header[i]);
    const auto known = std::find_if(columns.begin(), columns.end(), [&](const CsvColumn& column) {
      return IsNamed(column, name);
    });
    if (known == columns.end()) return UnknownColumn(columns, i + 1, name);
    size_t& position = positions[static_cast<size_t>(known - columns.begin())];
    if (position != 0) {
      return Refuse(
          "CSV_COLUMN_TWICE",
          absl::StrCat("column ", i + 1, " is ", Shown(name), " again, as column ", position),
          absl::StrCat("第 ", i + 1, " 列「", Shown(name), "」与第 ", position, " 列重复"),
          {{"column", absl::StrCat(i + 1)}, {"name", Shown(name)}});
    }
    position = i + 1;
  }
  for (size_t i = 0; i < columns.size(); ++i) {
    if (!columns[i].required || positions[i] != 0) continue;
    return Refuse("CSV_COLUMN_MISSING",
                  absl::StrCat("the column ", columns[i].name, " is missing"),
                  absl::StrCat("缺少列「", columns[i].name, "」"),
                  {{"name", columns[i].name}});
  }
  return positions;
}

void DropBlankTail(std::vector<std::string>& cells, size_t keep) {
  while (cells.size() > keep && TrimSpace(cells.back()).empty()) cells.pop_back();
}

absl::Status CheckWidth(const RawRow& row, size_t width) {
  if (row.cells.size() == width) return absl::OkStatus();
  const size_t found = row.cells.size();
  return Refuse("CSV_ROW_WIDTH",
                absl::StrCat("line ", row.line, " has ", found, " cells, the header has ", width),
                absl::StrCat("第 ", row.line, " 行有 ", found, " 列,表头有 ", width, " 列"),
                {{"line", absl::StrCat(row.line)},
                 {"found", absl::StrCat(found)},
                 {"expected", absl::StrCat(width)}});
}

absl::Status CheckCell(absl::string_view cell,
                       size_t line,
                       size_t position,
                       const CsvColumn& column) {
  // No text has more code points than bytes.
  if (cell.size() <= kCsvCellCharsMax) return absl::OkStatus();
  const size_t found = CountCodePoints(cell).value_or(cell.size());
  if (found <= kCsvCellCharsMax) return absl::OkStatus();
  return Refuse("CSV_CELL_TOO_LONG",
                absl::StrCat("line ",
                             line,
                             ", ",
                             column.name,
                             ": the cell has ",
                             found,
                             " characters, at most ",
                             kCsvCellCharsMax,
                             " are allowed"),
                absl::StrCat("第 ",
                             line,
                             " 行「",
                             column.name,
                             "」共 ",
                             found,
                             " 个字符,最多 ",
                             kCsvCellCharsMax,
                             " 个"),
                {{"line", absl::StrCat(line)},
                 {"column", absl::StrCat(position)},
                 {"name", column.name},
                 {"found", absl::StrCat(found)},
                 {"limit", absl::StrCat(kCsvCellCharsMax)}});
}

CsvRow MakeRow(RawRow raw,
               size_t width,
               const std::vector<CsvColumn>& columns,
               const std::vector<size_t>& positions) {
  DropBlankTail(raw.cells, width);
  CsvRow row{.line = raw.line, .problem = CheckWidth(raw, width)};
  row.cells.resize(columns.size());
  for (size_t i = 0; i < columns.size(); ++i) {
    if (positions[i] == 0 || positions[i] > raw.cells.size()) continue;
    row.cells[i] = CleanCell(raw.cells[positions[i] - 1]);
    if (row.problem.ok()) row.problem = CheckCell(row.cells[i], row.line, positions[i], columns[i]);
  }
  return row;
}

}  // namespace

absl::StatusOr<CsvTable> ReadCsv(absl::string_view bytes,
                                 const std::vector<CsvColumn>& columns,
                                 std::optional<CsvEncoding> encoding) {
  if (bytes.size() > kCsvFileBytesMax) {
    return Refuse(
        "CSV_FILE_TOO_LARGE",
        absl::StrCat(
            "the file has ", bytes.size(), " bytes, at most ", kCsvFileBytesMax, " are allowed"),
        absl::StrCat("文件共 ", bytes.size(), " 字节,最多 ", kCsvFileBytesMax, " 字节"),
        {{"limit", absl::StrCat(kCsvFileBytesMax)}, {"found", absl::StrCat(bytes.size())}});
  }
  XINCE_ASSIGN_OR_RETURN(const CsvText decoded, DecodeCsv(bytes, encoding));
  XINCE_ASSIGN_OR_RETURN(std::vector<RawRow> rows, Splitter().Split(decoded.text));
  if (rows.empty()) return Refuse("CSV_EMPTY", "the file has no header", "文件没有表头");
  std::vector<std::string> header = std::move(rows.front().cells);
  DropBlankTail(header, 0);
  CsvTable table{.encoding = decoded.encoding};
  XINCE_ASSIGN_OR_RETURN(table.positions, FindColumns(header, columns));
  if (rows.size() == 1) {
    return Refuse("CSV_EMPTY", "the file has no row below its header", "表头下没有数据行");
  }
  table.rows.reserve(rows.size() - 1);
  for (size_t i = 1; i < rows.size(); ++i) {
    table.rows.push_back(MakeRow(std::move(rows[i]), header.size(), columns, table.positions));
  }
  return table;
}

}  // namespace xince::type
