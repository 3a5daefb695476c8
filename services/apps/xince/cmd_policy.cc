#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <set>

#include "absl/strings/str_cat.h"

#include "services/apps/xince/command.h"
#include "services/apps/xince/commands.h"
#include "services/apps/xince/policy_files.h"
#include "services/apps/xince/session.h"
#include "services/scoring/evaluate/cases.h"
#include "services/scoring/evaluate/coverage.h"
#include "services/scoring/policy/diff.h"
#include "services/scoring/policy/kinds.h"
#include "services/scoring/policy/lint.h"

// `xince policy`: what is wrong with packs, what their cases say, and how two versions differ. None of
// it needs a server.
namespace xince::cli {
namespace {

namespace fs = std::filesystem;

using ::google::protobuf::Struct;

struct LintOptions {
  std::vector<std::string> paths;
  std::string kinds;
};

// What is wrong or unwise in packs, as it is found.
class LintRun {
 public:
  LintRun(const policy::Kinds& kinds, const std::vector<policy::Pack>& national) : kinds_(kinds) {
    for (const policy::Pack& pack : national) national_.push_back(&pack.proto());
  }

  void Lint(const std::string& file) {
    const auto bytes = ReadFile(file, policy::kPackBytesMax);
    const auto findings =
        bytes.ok() ? policy::LintPack(*bytes, file, kinds_, national_) : bytes.status();
    ++files_;
    if (!findings.ok()) {
      ++errors_;
      FillJson(findings.status(), file, list_.Add());
      text_.push_back(FormatRefusal(findings.status(), file));
      return;
    }
    for (const policy::Finding& finding : *findings) {
      FillJson(finding, file, list_.Add());
      text_.push_back(absl::StrCat(policy::FormatFinding(finding, file), " (", finding.zh, ")"));
      if (finding.severity == policy::Finding::Severity::kError) ++errors_;
    }
  }

  int Print(const Session& session) {
    if (session.json()) {
      SetJson(answer_, "files", files_);
      SetJson(answer_, "errors", errors_);
      PrintJson(answer_);
    } else {
      for (const std::string& line : text_) std::cout << line << "\n";
    }
    std::cerr << files_ << " 个文件,错误 " << errors_ << " 处\n";
    return errors_ == 0 ? kExitDone : kExitRefused;
  }

 private:
  const policy::Kinds& kinds_;
  std::vector<const policy::v1::Pack*> national_;
  Struct answer_;
  JsonList list_{answer_, "findings"};
  std::vector<std::string> text_;
  int files_ = 0;
  int errors_ = 0;
};

int LintAll(Session& session, const LintOptions& options) {
  const std::vector<std::string> files = PackFiles(options.paths);
  if (files.empty()) return Misuse("no pack found", "未找到评分标准文件");
  const std::string kinds_file =
      options.kinds.empty() ? KindsFile(session, options.paths) : options.kinds;
  const auto bytes = ReadFile(kinds_file, policy::kPackBytesMax);
  if (!bytes.ok()) return Refuse(bytes.status());
  const auto kinds = policy::Kinds::Load(*bytes, kinds_file);
  if (!kinds.ok()) {
    std::cout << FormatRefusal(kinds.status(), kinds_file) << "\n";
    return kExitRefused;
  }
  const std::vector<policy::Pack> national = NationalPacks(kinds_file);
  LintRun run(*kinds, national);
  for (const std::string& file : files) run.Lint(file);
  return run.Print(session);
}

struct TestOptions {
  std::vector<std::string> paths;
};

// Cases that fail, and what no case of the packs touches.
class TestRun {
 public:
  void Run(const std::string& file) {
    const auto read = [&file](const std::string& path) {
      return ReadFile(FromRootOf(file, path), policy::kPackBytesMax);
    };
    ++files_;
    const auto bytes = ReadFile(file, policy::kPackBytesMax);
    const auto report =
        bytes.ok() ? evaluate::RunCases(*bytes, file, read, &book_) : bytes.status();
    if (!report.ok()) {
      ++failed_;
      FillJson(report.status(), file, failures_.Add());
      text_.push_back(FormatRefusal(report.status(), file));
      return;
    }
    cases_ += report->cases;
    // Gaps are told of the packs as they lie on disk.
    places_[report->pack] = FromRootOf(file, report->pack);
    for (const evaluate::CaseFailure& failure : report->failures) {
      ++failed_;
      Struct& object = failures_.Add();
      SetJson(object, "file", file);
      SetJson(object, "line", failure.at.line);
      SetJson(object, "column", failure.at.column);
      SetJson(object, "case", failure.name);
      SetJson(object, "subject", failure.subject);
      SetJson(object, "en", failure.en);
      text_.push_back(evaluate::FormatFailure(failure, file));
    }
  }

  // A pack that is asked about although no case may name it.
  void Cover(const std::string& file) {
    std::error_code error;
    for (const auto& [pack, place] : places_) {
      if (fs::equivalent(place, file, error)) return;
    }
    const auto bytes = ReadFile(file, policy::kPackBytesMax);
    const auto coverage = bytes.ok() ? book_.For(file, *bytes) : bytes.status();
    if (coverage.ok()) {
      places_[file] = file;
      return;
    }
    ++failed_;
    FillJson(coverage.status(), file, failures_.Add());
    text_.push_back(FormatRefusal(coverage.status(), file));
  }

  // Notes the gaps of the packs at these places.
  void FindGaps(const std::set<std::string>& covered) {
    for (const auto& [pack, coverage] : book_.packs()) {
      const std::string& place = places_.at(pack);
      if (!covered.contains(fs::weakly_canonical(place).string())) continue;
      for (const policy::Finding& gap : coverage.Gaps()) {
        ++untouched_;
        FillJson(gap, place, gaps_.Add());
        text_.push_back(absl::StrCat(policy::FormatFinding(gap, place), " (", gap.zh, ")"));
      }
    }
  }

  int Print(const Session& session) {
    if (session.json()) {
      SetJson(answer_, "files", files_);
      SetJson(answer_, "cases", cases_);
      PrintJson(answer_);
    } else {
      for (const std::string& line : text_) std::cout << line << "\n";
    }
    std::cerr << files_ << " 个文件," << cases_ << " 个案例,不符 " << failed_ << " 处,未覆盖 "
              << untouched_ << " 处\n";
    return failed_ == 0 && untouched_ == 0 ? kExitDone : kExitRefused;
  }

 private:
  evaluate::CoverageBook book_;
  // Where a pack lies that cases name.
  std::map<std::string, std::string> places_;
  Struct answer_;
  JsonList failures_{answer_, "failures"};
  JsonList gaps_{answer_, "gaps"};
  std::vector<std::string> text_;
  int files_ = 0;
  int cases_ = 0;
  int failed_ = 0;
  int untouched_ = 0;
};

int TestAll(Session& session, const TestOptions& options) {
  std::vector<std::string> paths = options.paths;
  std::error_code error;
  if (paths.empty()) {
    paths.push_back(fs::is_directory("policies", error)
                        ? "policies"
                        : absl::StrCat(session.ShareDirectory(), "/policies"));
  }
  const std::vector<std::string> files = CaseFiles(paths);
  // Of single files nobody expects that they touch everything.
  std::vector<std::string> directories;
  for (const std::string& path : paths) {
    if (fs::is_directory(path, error)) directories.push_back(path);
  }
  const std::vector<std::string> packs = PackFiles(directories);
  if (files.empty() && packs.empty()) return Misuse("no case found", "未找到案例文件");
  TestRun run;
  for (const std::string& file : files) run.Run(file);
  std::set<std::string> covered;
  for (const std::string& file : packs) {
    run.Cover(file);
    covered.insert(fs::weakly_canonical(file).string());
  }
  run.FindGaps(covered);
  return run.Print(session);
}

struct DiffOptions {
  std::string before;
  std::string after;
};

absl::string_view KindWord(policy::Difference::Kind kind, bool zh) {
  switch (kind) {
    case policy::Difference::Kind::kAdded:
      return zh ? "新增" : "ADDED";
    case policy::Difference::Kind::kRemoved:
      return zh ? "删除" : "REMOVED";
    case policy::Difference::Kind::kReordered:
      return zh ? "调整顺序" : "REORDERED";
    default:
      return zh ? "修改" : "CHANGED";
  }
}

int Diff(Session& session, const DiffOptions& options) {
  const auto before = ReadPack(options.before);
  if (!before.ok()) return Refuse(before.status());
  const auto after = ReadPack(options.after);
  if (!after.ok()) return Refuse(after.status());
  const std::vector<policy::Difference> differences =
      policy::DiffPacks(before->proto(), after->proto());
  Struct answer;
  JsonList list(answer, "differences");
  for (const policy::Difference& one : differences) {
    if (!session.json()) {
      std::cout << KindWord(one.kind, true) << " " << one.path << ": " << one.zh << " (" << one.en
                << ")\n";
      continue;
    }
    Struct& object = list.Add();
    SetJson(object, "kind", KindWord(one.kind, false));
    SetJson(object, "path", one.path);
    SetJson(object, "before", one.before);
    SetJson(object, "after", one.after);
    SetJson(object, "en", one.en);
    SetJson(object, "zh", one.zh);
  }
  if (session.json()) PrintJson(answer);
  std::cerr << "差异 " << differences.size() << " 处\n";
  return kExitDone;
}

}  // namespace

void AddPolicy(Command& app) {
  Command group = app.AddGroup("policy", "policy packs");
  const auto lint = std::make_shared<LintOptions>();
  group.Add("lint", "checks packs: file:line:column: message; 1 when there is an error")
      .Arguments("PATH", lint->paths, "pack files, and directories of them")
      .Option("--kinds", lint->kinds, "vocabulary of kinds, kinds.textproto")
      .Run([lint](Session& session) { return LintAll(session, *lint); });
  const auto test = std::make_shared<TestOptions>();
  group.Add("test", "runs cases; 1 when one fails, or when a pack has something no case touches")
      .OptionalArguments("PATH",
                         test->paths,
                         "files of cases, and directories of packs with their cases; all cities "
                         "when none is given")
      .Run([test](Session& session) { return TestAll(session, *test); });
  const auto diff = std::make_shared<DiffOptions>();
  group.Add("diff", "what one pack says differently from another")
      .Argument("BEFORE", diff->before, "pack file")
      .Argument("AFTER", diff->after, "pack file")
      .Run([diff](Session& session) { return Diff(session, *diff); });
  AddRulemaking(group);
}

}  // namespace xince::cli
