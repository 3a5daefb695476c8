#ifndef SERVICES_APPS_XINCE_COLUMNS_H_
#define SERVICES_APPS_XINCE_COLUMNS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

/// Records as rows of a table: which columns a record type has, and what stands in a cell. All of it
/// follows from the descriptors and rules of the .proto files.
namespace xince::cli {

/// Deepest nesting of messages that becomes columns.
inline constexpr int kColumnDepthMax = 4;

/// A column of a record type.
struct Column {
  /// Path of the field: `document.number`.
  std::string path;
  /// Name in Chinese, of all fields on the path: `处罚决定书/文号`.
  std::string zh;
  /// A row without it is refused. Columns inside an optional part are never required by themselves.
  bool required = false;
  /// The cell holds a number.
  bool number = false;
  /// From the record to the field.
  std::vector<const google::protobuf::FieldDescriptor*> fields;
};

/// The importable columns of a record type, in the order of its fields: every field but those the
/// server sets. Repeated texts, numbers and enums are one column, elements separated by `;`. Repeated
/// messages are one column that holds a JSON array.
std::vector<Column> ColumnsOf(const google::protobuf::Descriptor& record);

/// What to write in a column, in one line: Chinese name, whether it must be given, form, limits.
std::string ExplainColumn(const Column& column);

/// Reads a cell into the record's field. An empty cell leaves it alone. Dates may be written
/// `2026/3/31` or `2026年3月31日`, credit codes in lower case or full width; a name without a collection
/// gets the one its field is for; truths are true, false, 是, 否, 1, 0; enums are known by their short
/// name (`property-firm`), their full name or their Chinese label.
/// Errors, INVALID_ARGUMENT about the column's path: CELL_NUMBER, CELL_BOOLEAN, CELL_ENUM (metadata
/// `found`, `nearest`, `allowed`), CELL_JSON. What the server checks is not checked here.
absl::Status SetCell(const Column& column,
                     absl::string_view cell,
                     google::protobuf::Message& record);

/// The cell that SetCell reads as the record's field; empty where it is not set or has its default.
std::string CellOf(const Column& column, const google::protobuf::Message& record);

/// Short name of an enum value: `LEVEL_CITY` of Level is `city`.
std::string ShortName(const google::protobuf::EnumValueDescriptor& value);

}  // namespace xince::cli

#endif  // SERVICES_APPS_XINCE_COLUMNS_H_
