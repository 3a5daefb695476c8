#include "services/apps/xince/csv_records.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include <openssl/evp.h>
#include <openssl/sha.h>

#include "services/apps/xince/session.h"
#include "services/runtime/errors.h"
#include "services/type/csv_writer.h"

namespace xince::cli {
namespace {

// Hexadecimal digits of the digest that go into a request id: 128 bits.
constexpr size_t kDigestDigits = 32;

std::string LastPart(const std::string& zh) { return zh.substr(zh.rfind('/') + 1); }

// The record's columns as a CSV reader knows them, and behind them those of error files.
std::vector<type::CsvColumn> ReaderColumns(const std::vector<Column>& columns) {
  std::map<std::string, int> uses;
  for (const Column& column : columns) {
    ++uses[column.zh];
    if (LastPart(column.zh) != column.zh) ++uses[LastPart(column.zh)];
  }
  std::vector<type::CsvColumn> known;
  for (const Column& column : columns) {
    type::CsvColumn reader{.name = column.path, .required = column.required};
    if (uses[column.zh] == 1) reader.aliases.push_back(column.zh);
    const std::string last = LastPart(column.zh);
    if (last != column.zh && uses[last] == 1) reader.aliases.push_back(last);
    known.push_back(std::move(reader));
  }
  for (const char* name : kErrorColumns) known.push_back({.name = name});
  return known;
}

// Positions of the record's columns in the file, in the file's order.
std::vector<size_t> InFileOrder(const type::CsvTable& table, size_t columns) {
  std::vector<size_t> present;
  for (size_t i = 0; i < columns; ++i) {
    if (table.positions[i] > 0) present.push_back(i);
  }
  std::sort(present.begin(), present.end(), [&](size_t a, size_t b) {
    return table.positions[a] < table.positions[b];
  });
  return present;
}

// Explanations stand behind the header as comments; quotes and line breaks in them would end one.
std::string CommentCell(const std::string& text) {
  return absl::StrReplaceAll(text, {{"\n", " "}, {"\"", "'"}});
}

}  // namespace

absl::StatusOr<ImportFile> ReadImportFile(absl::string_view bytes,
                                          const google::protobuf::Descriptor& record,
                                          std::optional<type::CsvEncoding> encoding) {
  const std::vector<Column> columns = ColumnsOf(record);
  XINCE_ASSIGN_OR_RETURN(const type::CsvTable table,
                         type::ReadCsv(bytes, ReaderColumns(columns), encoding));
  ImportFile file{.encoding = table.encoding};
  const std::vector<size_t> present = InFileOrder(table, columns.size());
  for (const size_t i : present) file.columns.push_back(columns[i]);
  for (const type::CsvRow& row : table.rows) {
    ImportRow read{.line = row.line, .record = NewMessage(record), .problem = row.problem};
    for (size_t i = 0; i < present.size(); ++i) {
      read.cells.push_back(present[i] < row.cells.size() ? row.cells[present[i]] : "");
      if (read.problem.ok()) {
        read.problem = SetCell(file.columns[i], read.cells.back(), *read.record);
      }
    }
    file.rows.push_back(std::move(read));
  }
  return file;
}

std::string MakeTemplate(const google::protobuf::Descriptor& record, bool chinese) {
  const std::vector<Column> columns = ColumnsOf(record);
  std::vector<std::string> explanations;
  for (const Column& column : columns) {
    const std::string named =
        chinese ? absl::StrCat(column.path, " ", ExplainColumn(column)) : ExplainColumn(column);
    explanations.push_back(CommentCell(explanations.empty() ? absl::StrCat("# ", named) : named));
  }
  std::string text;
  type::CsvWriter writer(&text);
  std::vector<type::CsvCell> header;
  for (const Column& column : columns)
    header.push_back({.text = chinese ? column.zh : column.path});
  writer.AddRow(header);
  writer.AddRow(std::vector<type::CsvCell>(explanations.begin(), explanations.end()));
  return text;
}

std::string MakeErrorFile(const ImportFile& file) {
  std::string text;
  type::CsvWriter writer(&text);
  std::vector<type::CsvCell> header;
  for (const Column& column : file.columns) header.push_back({.text = column.path});
  for (const char* name : kErrorColumns) header.push_back({.text = name});
  writer.AddRow(header);
  for (const ImportRow& row : file.rows) {
    if (row.problem.ok()) continue;
    std::vector<type::CsvCell> cells;
    for (size_t i = 0; i < file.columns.size(); ++i) {
      cells.push_back({.text = row.cells[i], .number = file.columns[i].number});
    }
    const runtime::Problem problem = runtime::ToProblem(row.problem);
    const std::string line = absl::StrCat(row.line);
    const std::string why = problem.zh.empty() ? problem.en : problem.zh;
    cells.push_back({.text = line, .number = true});
    cells.push_back({.text = why});
    cells.push_back({.text = problem.reason});
    writer.AddRow(cells);
  }
  return text;
}

std::string RowRequestId(absl::string_view command, absl::string_view file_bytes, size_t line) {
  const std::string named = absl::StrCat(command, "\n", file_bytes);
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  unsigned int length = 0;
  EVP_Digest(named.data(), named.size(), digest.data(), &length, EVP_sha256(), nullptr);
  const std::string hex = absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
  return absl::StrCat("import-", hex.substr(0, kDigestDigits), "-", line);
}

}  // namespace xince::cli
