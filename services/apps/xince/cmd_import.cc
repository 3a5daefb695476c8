#include <unistd.h>

#include <iostream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "google/protobuf/struct.pb.h"

#include "services/apps/xince/catalog.h"
#include "services/apps/xince/command.h"
#include "services/apps/xince/commands.h"
#include "services/apps/xince/importer.h"
#include "services/apps/xince/session.h"
#include "services/apps/xince/table.h"
#include "services/runtime/errors.h"

// `xince import`: a CSV file becomes records, after the server has seen all of it.
namespace xince::cli {
namespace {

// Refused rows that are shown; all of them are in the error file.
constexpr size_t kShownMax = 20;

struct Options {
  std::string record;
  std::string file;
  std::string errors;
  std::string encoding;
  bool preview = false;
  bool yes = false;
};

std::optional<type::CsvEncoding> EncodingOf(const std::string& name) {
  if (name == "utf-8") return type::CsvEncoding::kUtf8;
  if (name == "gb18030") return type::CsvEncoding::kGb18030;
  return std::nullopt;
}

const char* NameOf(type::CsvEncoding encoding) {
  switch (encoding) {
    case type::CsvEncoding::kUtf8:
      return "UTF-8";
    case type::CsvEncoding::kUtf8Bom:
      return "UTF-8 (BOM)";
    case type::CsvEncoding::kGb18030:
      break;
  }
  return "GB18030";
}

void ShowRefused(const ImportFile& file) {
  Table table({{.text = "行号", .right = true},
               {.text = "列", .columns_max = 32},
               {.text = "错误代码", .columns_max = 32},
               {.text = "错误原因", .columns_max = 80}});
  size_t refused = 0;
  for (const ImportRow& row : file.rows) {
    if (row.problem.ok() || ++refused > kShownMax) continue;
    const runtime::Problem problem = runtime::ToProblem(row.problem);
    table.Add({absl::StrCat(row.line),
               problem.field,
               problem.reason,
               problem.zh.empty() ? problem.en : problem.zh});
  }
  if (refused == 0) return;
  std::cerr << table.ToText();
  if (refused > kShownMax) std::cerr << "……另有 " << refused - kShownMax << " 行\n";
}

// Asks on the terminal; false for anything but yes.
bool Confirmed(size_t rows) {
  std::cerr << "登记这 " << rows << " 行? [y/N] ";
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes" || answer == "是";
}

std::string ErrorPath(const Options& options) {
  return options.errors.empty() ? options.file + ".errors.csv" : options.errors;
}

void PrintSummary(const Session& session,
                  const RecordEntry& type,
                  const ImportCounts& counts,
                  bool preview,
                  const std::string& error_file) {
  if (session.json()) {
    google::protobuf::Struct summary;
    auto& fields = *summary.mutable_fields();
    fields["record"].set_string_value(type.command);
    fields["preview"].set_bool_value(preview);
    fields["rows"].set_number_value(static_cast<double>(counts.rows));
    fields["filed"].set_number_value(static_cast<double>(counts.filed));
    fields["alreadyFiled"].set_number_value(static_cast<double>(counts.known));
    fields["refused"].set_number_value(static_cast<double>(counts.refused));
    if (!error_file.empty()) fields["errorFile"].set_string_value(error_file);
    PrintJson(summary);
    return;
  }
  if (preview) {
    std::cout << type.zh << ": 共 " << counts.rows << " 行,可登记 " << counts.rows - counts.refused
              << " 行,拒绝 " << counts.refused << " 行;未登记任何内容\n";
  } else {
    std::cout << type.zh << ": 共 " << counts.rows << " 行,登记 " << counts.filed
              << " 行,此前已由本文件登记 " << counts.known << " 行,拒绝 " << counts.refused
              << " 行\n";
  }
  if (!error_file.empty()) std::cout << "错误表: " << error_file << " (改正后可再次导入)\n";
}

// Writes what was refused, or removes the error file of an earlier attempt that this program named.
absl::StatusOr<std::string> WriteErrors(const Options& options, const ImportFile& file) {
  const std::string path = ErrorPath(options);
  const bool refused = std::any_of(
      file.rows.begin(), file.rows.end(), [](const ImportRow& row) { return !row.problem.ok(); });
  if (!refused) {
    if (options.errors.empty()) (void)unlink(path.c_str());
    return "";
  }
  XINCE_RETURN_IF_ERROR(WriteFile(path, MakeErrorFile(file)));
  return path;
}

int Finish(const Session& session,
           const RecordEntry& type,
           const Options& options,
           const ImportFile& file,
           const ImportCounts& counts) {
  const absl::StatusOr<std::string> errors = WriteErrors(options, file);
  if (!errors.ok()) return Refuse(errors.status());
  PrintSummary(session, type, counts, options.preview, *errors);
  return counts.refused == 0 ? kExitDone : kExitRefused;
}

int Import(Session& session, const Options& options) {
  const auto type = FindImportable(options.record);
  if (!type.ok()) {
    (void)Refuse(type.status());
    return kExitUsage;
  }
  const auto bytes = ReadFile(options.file, type::kCsvFileBytesMax);
  if (!bytes.ok()) return Refuse(bytes.status());
  auto file = ReadImportFile(*bytes, *(*type)->message, EncodingOf(options.encoding));
  if (!file.ok()) return Refuse(file.status());

  Importer importer(session, **type, *bytes, *file);
  if (absl::Status status = importer.Preview(); !status.ok()) return Refuse(status);
  const size_t good = importer.good();
  const size_t pending = importer.pending();
  std::cerr << (*type)->zh << " " << options.file << " (" << NameOf(file->encoding) << "): 共 "
            << file->rows.size() << " 行,将登记 " << good
            << " 行,与已登记内容冲突或引用尚未登记的记录 " << pending << " 行,拒绝 "
            << file->rows.size() - good - pending << " 行\n";
  ShowRefused(*file);
  if (options.preview || good + pending == 0) {
    return Finish(session, **type, options, *file, importer.counts());
  }
  if (!options.yes) {
    if (isatty(STDIN_FILENO) != 1) {
      return Misuse("nobody to ask: say --yes to file the rows, or --preview",
                    "无法询问确认:请加 --yes 登记,或 --preview 仅校验");
    }
    if (!Confirmed(good + pending)) {
      std::cerr << "已取消,未登记任何内容\n";
      return kExitRefused;
    }
  }
  if (absl::Status status = importer.File(); !status.ok()) return Refuse(status);
  if (importer.counts().refused > pending) ShowRefused(*file);
  return Finish(session, **type, options, *file, importer.counts());
}

}  // namespace

void AddImport(Command& app) {
  const auto options = std::make_shared<Options>();
  app.Add("import", "files the rows of a CSV file")
      .Argument("RECORD", options->record, "record type, such as registry.firm")
      .Argument("FILE", options->file, "CSV file: UTF-8, UTF-8 with BOM or GB18030")
      .Flag("--preview", options->preview, "has the server check every row, files nothing")
      .Option("--errors", options->errors, "where refused rows go; FILE.errors.csv unless given")
      .Flag("--yes,-y", options->yes, "files the good rows without asking")
      .Choice(
          "--encoding", options->encoding, {"utf-8", "gb18030"}, "overrules what the bytes suggest")
      .Run([options](Session& session) { return Import(session, *options); });
}

}  // namespace xince::cli
