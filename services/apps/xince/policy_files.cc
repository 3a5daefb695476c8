#include "services/apps/xince/policy_files.h"

#include <algorithm>
#include <filesystem>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "services/apps/xince/session.h"
#include "services/runtime/errors.h"

namespace xince::cli {
namespace {

namespace fs = std::filesystem;

// Directories above a pack in which the vocabulary, and the root of the tree, are looked for.
constexpr int kLevelsUp = 8;

// Packs are named by the day they take effect: `2026-04-01.textproto`.
bool IsPackFile(const fs::path& path) {
  const std::string name = path.filename().string();
  return path.extension() == ".textproto" && name.size() == 20 && name[4] == '-' && name[7] == '-';
}

bool IsCaseFile(const fs::path& path) {
  return path.extension() == ".textproto" && path.parent_path().filename() == "cases";
}

std::vector<std::string> Files(const std::vector<std::string>& paths,
                               bool (*wanted)(const fs::path&)) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      files.push_back(path);
      continue;
    }
    std::vector<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(path, error)) {
      if (entry.is_regular_file(error) && wanted(entry.path())) {
        found.push_back(entry.path().string());
      }
    }
    std::sort(found.begin(), found.end());
    files.insert(files.end(), found.begin(), found.end());
  }
  return files;
}

int Place(const runtime::Problem& problem, const char* key) {
  const auto found = problem.metadata.find(key);
  int place = 0;
  if (found == problem.metadata.end() || !absl::SimpleAtoi(found->second, &place)) return 0;
  return place;
}

// Messages about a place in a file name it themselves.
std::string Bare(absl::string_view text, const std::string& where) {
  (void)absl::ConsumePrefix(&text, absl::StrCat(where, ":"));
  return std::string(absl::StripLeadingAsciiWhitespace(text));
}

std::string Where(const runtime::Problem& problem, const std::string& file) {
  std::string where = file;
  for (const char* key : {"line", "column"}) {
    if (Place(problem, key) > 0) absl::StrAppend(&where, ":", Place(problem, key));
  }
  return where;
}

}  // namespace

std::vector<std::string> PackFiles(const std::vector<std::string>& paths) {
  return Files(paths, IsPackFile);
}

std::vector<std::string> CaseFiles(const std::vector<std::string>& paths) {
  return Files(paths, IsCaseFile);
}

std::string KindsFile(const Session& session, const std::vector<std::string>& paths) {
  std::error_code error;
  for (const std::string& path : paths) {
    fs::path directory = fs::absolute(path, error);
    for (int level = 0; level < kLevelsUp; ++level, directory = directory.parent_path()) {
      const fs::path found = directory / "national" / "kinds.textproto";
      if (fs::exists(found, error)) return found.string();
    }
  }
  return absl::StrCat(session.ShareDirectory(), "/policies/national/kinds.textproto");
}

std::vector<policy::Pack> NationalPacks(const std::string& kinds_file) {
  std::vector<policy::Pack> packs;
  for (const std::string& file : PackFiles({fs::path(kinds_file).parent_path().string()})) {
    auto pack = ReadPack(file);
    if (pack.ok() && pack->proto().jurisdiction() == "0") packs.push_back(*std::move(pack));
  }
  return packs;
}

absl::StatusOr<policy::Pack> ReadPack(const std::string& path) {
  XINCE_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path, policy::kPackBytesMax));
  return policy::LoadPack(bytes, path);
}

std::string FromRootOf(const std::string& file, const std::string& path) {
  std::error_code error;
  if (fs::exists(path, error)) return path;
  fs::path directory = fs::absolute(file, error).parent_path();
  for (int level = 0; level < kLevelsUp; ++level, directory = directory.parent_path()) {
    if (fs::exists(directory / path, error)) return (directory / path).string();
  }
  return path;
}

std::string FormatRefusal(const absl::Status& status, const std::string& file) {
  const runtime::Problem problem = runtime::ToProblem(status);
  const std::string where = Where(problem, file);
  return absl::StrCat(where,
                      ": error: ",
                      problem.reason,
                      ": ",
                      Bare(problem.en, where),
                      " (",
                      Bare(problem.zh, where),
                      ")");
}

void SetJson(google::protobuf::Struct& object, const std::string& name, absl::string_view text) {
  (*object.mutable_fields())[name].set_string_value(std::string(text));
}

void SetJson(google::protobuf::Struct& object, const std::string& name, double number) {
  (*object.mutable_fields())[name].set_number_value(number);
}

void FillJson(const policy::Finding& finding,
              const std::string& file,
              google::protobuf::Struct& object) {
  SetJson(object, "file", file);
  SetJson(object, "line", finding.at.line);
  SetJson(object, "column", finding.at.column);
  SetJson(object, "severity", policy::SeverityWord(finding.severity));
  SetJson(object, "id", finding.id);
  SetJson(object, "field", finding.field);
  SetJson(object, "en", finding.en);
  SetJson(object, "zh", finding.zh);
}

void FillJson(const absl::Status& status,
              const std::string& file,
              google::protobuf::Struct& object) {
  const runtime::Problem problem = runtime::ToProblem(status);
  const std::string where = Where(problem, file);
  FillJson(policy::Finding{.at = {Place(problem, "line"), Place(problem, "column")},
                           .id = problem.reason,
                           .field = problem.field,
                           .en = Bare(problem.en, where),
                           .zh = Bare(problem.zh, where)},
           file,
           object);
}

}  // namespace xince::cli
