#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/ascii.h"

#include "gtest/gtest.h"
#include "services/runtime/errors.h"
#include "services/scoring/evaluate/cases.h"
#include "services/scoring/evaluate/coverage.h"

// Every directory of packs has cases for everything its packs say. A new city is a new directory.
namespace xince::evaluate {
namespace {

namespace fs = std::filesystem;

absl::StatusOr<std::string> Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(path);
  std::stringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

std::vector<std::string> Cities() {
  std::vector<std::string> cities;
  for (const auto& entry : fs::directory_iterator("policies")) {
    if (entry.is_directory()) cities.push_back(entry.path().filename().string());
  }
  std::sort(cities.begin(), cities.end());
  return cities;
}

// Files of a directory whose names end in `.textproto`, in order; of packs only those named by a day.
std::vector<std::string> FilesIn(const fs::path& directory, bool packs) {
  std::vector<std::string> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    if (entry.path().extension() != ".textproto") continue;
    if (packs && !absl::ascii_isdigit(name.front())) continue;
    files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class CoverageOfPolicies : public testing::TestWithParam<std::string> {};

TEST_P(CoverageOfPolicies, LeavesNothingUntouched) {
  const fs::path directory = fs::path("policies") / GetParam();
  CoverageBook book;
  for (const std::string& file : FilesIn(directory / "cases", /*packs=*/false)) {
    const auto bytes = Read(file);
    ASSERT_TRUE(bytes.ok()) << file;
    const auto report = RunCases(*bytes, file, Read, &book);
    ASSERT_TRUE(report.ok()) << runtime::ToProblem(report.status()).en;
  }
  for (const std::string& file : FilesIn(directory, /*packs=*/true)) {
    const auto bytes = Read(file);
    ASSERT_TRUE(bytes.ok()) << file;
    const auto coverage = book.For(file, *bytes);
    ASSERT_TRUE(coverage.ok()) << runtime::ToProblem(coverage.status()).en;
  }
  EXPECT_FALSE(book.packs().empty());
  for (const auto& [path, coverage] : book.packs()) {
    for (const policy::Finding& gap : coverage.Gaps())
      ADD_FAILURE() << policy::FormatFinding(gap, path);
  }
}

INSTANTIATE_TEST_SUITE_P(Cities,
                         CoverageOfPolicies,
                         testing::ValuesIn(Cities()),
                         [](const auto& city) {
                           std::string name;
                           for (char c : city.param)
                             name.push_back(absl::ascii_isalnum(c) ? c : '_');
                           return name;
                         });

}  // namespace
}  // namespace xince::evaluate
