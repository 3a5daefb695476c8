#ifndef SERVICES_APPS_XINCE_CSV_RECORDS_H_
#define SERVICES_APPS_XINCE_CSV_RECORDS_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

#include "services/apps/xince/columns.h"
#include "services/type/csv.h"

/// CSV files as records, and what was refused as a CSV file again.
namespace xince::cli {

/// Columns that an error file has besides those of the record; an import passes over them.
inline constexpr const char* kErrorColumns[] = {"行号", "错误原因", "错误代码"};

/// A row of a file.
struct ImportRow {
  /// Line of the file, from 1.
  size_t line = 0;
  /// One cell for each of `ImportFile::columns`.
  std::vector<std::string> cells;
  /// The record; incomplete where `problem` is not OK.
  std::unique_ptr<google::protobuf::Message> record;
  /// The first thing wrong with the row; its field is a column's path, or empty for the whole row.
  absl::Status problem;
};

/// A file read for one record type.
struct ImportFile {
  type::CsvEncoding encoding = type::CsvEncoding::kUtf8;
  /// The record type's columns that the file has, in its order.
  std::vector<Column> columns;
  std::vector<ImportRow> rows;
};

/// Reads a file whose header names columns by their paths or in Chinese. A Chinese name that several
/// columns share (the last part of its path, such as 文号) is not accepted for any of them. Errors:
/// those of type::ReadCsv, with the nearest name for a wrong column; rows have their own.
absl::StatusOr<ImportFile> ReadImportFile(absl::string_view bytes,
                                          const google::protobuf::Descriptor& record,
                                          std::optional<type::CsvEncoding> encoding);

/// The template of a record type: the header, and a line of explanation for every column behind `#`.
/// `chinese` writes the header in Chinese.
std::string MakeTemplate(const google::protobuf::Descriptor& record, bool chinese);

/// Refused rows as a CSV file that can be corrected and imported: the file's columns, then
/// kErrorColumns.
std::string MakeErrorFile(const ImportFile& file);

/// Request id of a row: the same for the same record type, file and line, whatever else.
std::string RowRequestId(absl::string_view command, absl::string_view file_bytes, size_t line);

}  // namespace xince::cli

#endif  // SERVICES_APPS_XINCE_CSV_RECORDS_H_
