#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "services/apps/xince/command.h"
#include "services/apps/xince/commands.h"
#include "services/apps/xince/session.h"
#include "services/runtime/errors.h"
#include "services/scoring/policy/kinds.h"
#include "services/scoring/policy/lint.h"
#include "services/scoring/policy/pack.h"

// `xince policy lint`: what keeps a pack from being used, where in which file.
namespace xince::cli {
namespace {

namespace fs = std::filesystem;

// Directories above a pack in which the vocabulary is looked for.
constexpr int kLevelsUp = 4;

struct LintOptions {
  std::vector<std::string> paths;
  std::string kinds;
};

// Packs are named by the day they take effect: `2026-04-01.textproto`.
bool IsPackFile(const fs::path& path) {
  const std::string name = path.filename().string();
  return path.extension() == ".textproto" && name.size() == 20 && name[4] == '-' && name[7] == '-';
}

// The files themselves, and the packs below the directories, in order.
std::vector<std::string> PackFiles(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      files.push_back(path);
      continue;
    }
    std::vector<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(path, error)) {
      if (entry.is_regular_file(error) && IsPackFile(entry.path())) {
        found.push_back(entry.path().string());
      }
    }
    std::sort(found.begin(), found.end());
    files.insert(files.end(), found.begin(), found.end());
  }
  return files;
}

// The vocabulary of kinds: as told, below or beside the packs, or installed beside the program.
std::string KindsFile(const Session& session, const LintOptions& options) {
  if (!options.kinds.empty()) return options.kinds;
  std::error_code error;
  for (const std::string& path : options.paths) {
    fs::path directory = fs::absolute(path, error);
    for (int level = 0; level < kLevelsUp; ++level, directory = directory.parent_path()) {
      const fs::path found = directory / "national" / "kinds.textproto";
      if (fs::exists(found, error)) return found.string();
    }
  }
  return absl::StrCat(session.ShareDirectory(), "/policies/national/kinds.textproto");
}

// A refusal of a whole file as a finding: `file:line:column: error: …`.
std::string FormatRefusal(const absl::Status& status, const std::string& file) {
  const runtime::Problem problem = runtime::ToProblem(status);
  std::string where = file;
  for (const char* key : {"line", "column"}) {
    const auto found = problem.metadata.find(key);
    if (found != problem.metadata.end()) absl::StrAppend(&where, ":", found->second);
  }
  // Messages about a place in a file name it themselves.
  const auto bare = [&where](absl::string_view text) {
    (void)absl::ConsumePrefix(&text, absl::StrCat(where, ":"));
    return absl::StripLeadingAsciiWhitespace(text);
  };
  return absl::StrCat(
      where, ": error: ", problem.reason, ": ", bare(problem.en), " (", bare(problem.zh), ")");
}

// Prints what is wrong or unwise in a file; the number of errors.
size_t Lint(const std::string& file, const policy::Kinds& kinds) {
  const auto bytes = ReadFile(file, policy::kPackBytesMax);
  const auto findings = bytes.ok() ? policy::LintPack(*bytes, file, kinds) : bytes.status();
  if (!findings.ok()) {
    std::cout << FormatRefusal(findings.status(), file) << "\n";
    return 1;
  }
  size_t errors = 0;
  for (const policy::Finding& finding : *findings) {
    std::cout << policy::FormatFinding(finding, file) << " (" << finding.zh << ")\n";
    if (finding.severity == policy::Finding::Severity::kError) ++errors;
  }
  return errors;
}

int LintAll(Session& session, const LintOptions& options) {
  const std::vector<std::string> files = PackFiles(options.paths);
  if (files.empty()) return Misuse("no pack found", "未找到评分标准文件");
  const std::string kinds_file = KindsFile(session, options);
  const auto bytes = ReadFile(kinds_file, policy::kPackBytesMax);
  if (!bytes.ok()) return Refuse(bytes.status());
  const auto kinds = policy::Kinds::Load(*bytes, kinds_file);
  if (!kinds.ok()) {
    std::cout << FormatRefusal(kinds.status(), kinds_file) << "\n";
    return kExitRefused;
  }
  size_t errors = 0;
  for (const std::string& file : files) errors += Lint(file, *kinds);
  std::cerr << files.size() << " 个文件,错误 " << errors << " 处\n";
  return errors == 0 ? kExitDone : kExitRefused;
}

}  // namespace

void AddPolicy(Command& app) {
  const auto options = std::make_shared<LintOptions>();
  app.AddGroup("policy", "policy packs")
      .Add("lint", "checks packs: file:line:column: message")
      .Arguments("PATH", options->paths, "pack files, and directories of them")
      .Option("--kinds", options->kinds, "vocabulary of kinds, kinds.textproto")
      .Run([options](Session& session) { return LintAll(session, *options); });
}

}  // namespace xince::cli
