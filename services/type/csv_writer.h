#ifndef SERVICES_TYPE_CSV_WRITER_H_
#define SERVICES_TYPE_CSV_WRITER_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace xince::type {

/// A cell to write.
struct CsvCell {
  absl::string_view text;
  /// The column holds numbers: `-5` stays a number instead of becoming text. Has no effect on a text
  /// that is not a decimal number.
  bool number = false;
};

/// Writes CSV as spreadsheets on a Chinese Windows open it by a double click: UTF-8 with a byte-order
/// mark, lines ended by CR LF, RFC 4180. A cell that could be taken for a formula gets an apostrophe
/// in front, which ReadCsv takes off again. Write the header as the first row.
class CsvWriter {
 public:
  /// Appends to `out`, beginning with the byte-order mark. `out` must outlive the writer; it may be
  /// emptied between rows.
  explicit CsvWriter(std::string* out);

  /// Appends a row of at least one cell. Texts are UTF-8 of any content.
  void AddRow(const std::vector<CsvCell>& cells);

 private:
  void AddCell(const CsvCell& cell, bool alone);

  std::string* out_;
};

}  // namespace xince::type

#endif  // SERVICES_TYPE_CSV_WRITER_H_
