#include <algorithm>
#include <filesystem>
#include <iostream>

#include "absl/strings/str_cat.h"
#include <CLI/CLI.hpp>

#include "services/apps/xince/commands.h"
#include "services/apps/xince/session.h"
#include "services/runtime/errors.h"
#include "services/scoring/policy/pack.h"

// `xince policy lint`: what keeps a pack from being used, where in which file.
namespace xince::cli {
namespace {

namespace fs = std::filesystem;

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

// Prints `file:line:column: REASON: message` unless the file is a sound pack.
bool Lint(const std::string& file) {
  absl::Status status;
  const auto bytes = ReadFile(file, policy::kPackBytesMax + 1);
  if (!bytes.ok()) {
    status = bytes.status();
  } else {
    status = policy::LoadPack(*bytes, file).status();
  }
  if (status.ok()) return true;
  const runtime::Problem problem = runtime::ToProblem(status);
  std::string where = file;
  for (const char* key : {"line", "column"}) {
    const auto found = problem.metadata.find(key);
    if (found != problem.metadata.end()) absl::StrAppend(&where, ":", found->second);
  }
  std::cout << where << ": " << problem.reason << ": " << problem.zh << " (" << problem.en << ")\n";
  return false;
}

int LintAll(const std::vector<std::string>& paths) {
  const std::vector<std::string> files = PackFiles(paths);
  if (files.empty()) return Misuse("no pack found", "未找到评分标准文件");
  const auto bad = std::count_if(
      files.begin(), files.end(), [](const std::string& file) { return !Lint(file); });
  std::cerr << files.size() << " 个文件,有误 " << bad << " 个\n";
  return bad == 0 ? kExitDone : kExitRefused;
}

}  // namespace

void AddPolicy(CLI::App& app, Session& session) {
  CLI::App* group = app.add_subcommand("policy", "policy packs");
  group->require_subcommand(1);
  CLI::App* lint = group->add_subcommand("lint", "checks packs: file:line:column: message");
  const auto paths = std::make_shared<std::vector<std::string>>();
  lint->add_option("PATH", *paths, "pack files, and directories of them")->required();
  lint->callback(
      [paths, &session] { session.run = [paths](Session&) { return LintAll(*paths); }; });
}

}  // namespace xince::cli
