#ifndef SERVICES_TYPE_CSV_H_
#define SERVICES_TYPE_CSV_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

/// CSV files as officers' spreadsheets write them: RFC 4180, in UTF-8 with or without a byte-order
/// mark, or in GB18030, which spreadsheets on a Chinese Windows write unasked.
namespace xince::type {

/// Largest file, in bytes.
inline constexpr size_t kCsvFileBytesMax = 64 * 1024 * 1024;
/// Most rows below the header; blank lines and comments do not count.
inline constexpr size_t kCsvRowsMax = 200'000;
/// Most columns of a file.
inline constexpr size_t kCsvColumnsMax = 200;
/// Longest cell, in code points.
inline constexpr size_t kCsvCellCharsMax = 4000;

/// How a file is encoded.
enum class CsvEncoding { kUtf8, kUtf8Bom, kGb18030 };

/// A column the reader knows.
struct CsvColumn {
  /// Name in the header.
  std::string name;
  /// Other names for it. Names are compared trimmed and without regard to ASCII case.
  std::vector<std::string> aliases;
  /// The file must have it.
  bool required = false;
};

/// A row below the header.
struct CsvRow {
  /// Line of the file it begins on, counted from 1.
  size_t line = 0;
  /// One cell for each column asked for, in their order; empty where the file lacks the column. Cells
  /// are normalized (NormalizeText), and an apostrophe that CsvWriter put in front is taken off.
  std::vector<std::string> cells;
  /// OK, or what is wrong with this row alone, INVALID_ARGUMENT with metadata `line`: CSV_ROW_WIDTH
  /// (`found`, `expected` cells), CSV_CELL_TOO_LONG (`column` by position, `name`, `found`, `limit`).
  absl::Status problem;
};

/// A file taken apart.
struct CsvTable {
  CsvEncoding encoding = CsvEncoding::kUtf8;
  /// For each column asked for: its position in the file, from 1; 0 when the file lacks it.
  std::vector<size_t> positions;
  std::vector<CsvRow> rows;
};

/// Reads a whole file. The first line that is neither blank nor a comment is the header; a line whose
/// first cell begins with `#` is a comment, a line of blank cells is blank, blank cells beyond the
/// header are dropped. `encoding` overrules what the bytes suggest. Errors, INVALID_ARGUMENT:
///  - CSV_FILE_TOO_LARGE (`limit`, `found`)
///  - CSV_ENCODING (`line`): neither UTF-8 nor GB18030, or with NUL bytes, as UTF-16 has
///  - CSV_QUOTE (`line`): a quote inside an unquoted cell, text after a closing quote, or a quote never
///    closed (the line is that of the cell's beginning)
///  - CSV_EMPTY: no header, or no row below it
///  - CSV_COLUMN_UNKNOWN (`column`, `name`, `nearest`), CSV_COLUMN_TWICE (`column`, `name`),
///    CSV_COLUMN_MISSING (`name`)
///  - CSV_ROWS_MAX, CSV_COLUMNS_MAX (`limit`)
/// What is wrong with single rows is in the rows.
absl::StatusOr<CsvTable> ReadCsv(absl::string_view bytes,
                                 const std::vector<CsvColumn>& columns,
                                 std::optional<CsvEncoding> encoding = std::nullopt);

}  // namespace xince::type

#endif  // SERVICES_TYPE_CSV_H_
