#include "services/scoring/evaluate/cases.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/runtime/errors.h"

namespace xince::evaluate {
namespace {

absl::StatusOr<std::string> Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(path);
  std::stringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

std::vector<std::string> CaseFiles() {
  std::vector<std::string> files;
  for (const char* root : {"policies", "services/scoring/evaluate/testdata"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
      const std::string path = entry.path().string();
      if (path.find("/cases/") != std::string::npos && entry.path().extension() == ".textproto")
        files.push_back(path);
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

class CasesOfPacks : public testing::TestWithParam<std::string> {};

TEST_P(CasesOfPacks, GiveWhatIsExpected) {
  const auto bytes = Read(GetParam());
  ASSERT_TRUE(bytes.ok());
  const auto report = RunCases(*bytes, GetParam(), Read);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_GT(report->outcomes, 0);
  for (const CaseFailure& failure : report->failures)
    ADD_FAILURE() << FormatFailure(failure, GetParam());
}

INSTANTIATE_TEST_SUITE_P(Packs, CasesOfPacks, testing::ValuesIn(CaseFiles()), [](const auto& file) {
  std::string name;
  for (char c : file.param) name.push_back(absl::ascii_isalnum(c) ? c : '_');
  return name;
});

constexpr char kPack[] = R"(
id: "p" zh: "试" jurisdiction: "3201" effective_from: "2020-01-01"
subjects {
  subject: "firm"
  base { points: "100" }
  items {
    id: "a" zh: "甲" kinds: "x.a" points { fixed: "-1" } validity { scoring_years: 0 }
  }
})";

absl::StatusOr<std::string> ReadPack(const std::string&) { return std::string(kPack); }

TEST(RunCases, SaysWhatDiffers) {
  const auto report = RunCases(R"(
    pack: "p"
    cases {
      name: "c" as_of: "2020-06-01"
      evidence { id: "e" subject: "firms/f" kind: "x.a" determined_on: "2020-05-01" }
      expect {
        subject: "firms/f" score: "98" grade: "A" complete: true
        lines { counted: "100" }
        lines { item: "a" evidence: "e2" }
        restrictions { code: "r" }
        vetoes: "v"
      }
    })",
                               "c.textproto",
                               ReadPack);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->pack, "p");
  EXPECT_EQ(report->cases, 1);
  EXPECT_EQ(report->outcomes, 1);
  std::vector<std::string> said;
  for (const CaseFailure& failure : report->failures) said.push_back(FormatFailure(failure, "c"));
  EXPECT_THAT(
      said,
      testing::UnorderedElementsAre("c:6:7: error: c: firms/f: score is 99, expected 98",
                                    "c:6:7: error: c: firms/f: grade is -, expected A",
                                    "c:6:7: error: c: firms/f: line a of e2 is missing",
                                    "c:6:7: error: c: firms/f: line a of e counts -1 and is not "
                                    "expected",
                                    "c:6:7: error: c: firms/f: veto v is missing",
                                    "c:6:7: error: c: firms/f: restriction r is missing"));
}

TEST(RunCases, RefusesWhatItCannotRead) {
  EXPECT_EQ(runtime::ReasonOf(RunCases("cases {", "c", ReadPack).status()), "CASE_SYNTAX");
  const auto reason = [](absl::string_view body) {
    return runtime::ReasonOf(
        RunCases(absl::StrCat("cases { ", body, " }"), "c", ReadPack).status());
  };
  EXPECT_EQ(reason(R"(name: "no day")"), "CASE_INVALID");
  EXPECT_EQ(reason(R"(as_of: "2020-02-30")"), "DATE_SYNTAX");
  EXPECT_EQ(reason(R"(as_of: "2020-01-01" evidence { id: "e" subject: "nobody" })"),
            "CASE_INVALID");
  EXPECT_EQ(reason(R"(as_of: "2020-01-01"
                      evidence { id: "e" subject: "firms/f" determined_on: "2020-01-01" }
                      evidence { id: "e" subject: "firms/f" determined_on: "2020-01-01" })"),
            "CASE_INVALID");
  EXPECT_EQ(reason(R"(as_of: "2020-01-01"
                      evidence { id: "e" subject: "firms/f" determined_on: "2020-01-01" points: "1.234" })"),
            "CASE_INVALID");
  EXPECT_EQ(reason(R"(as_of: "2020-01-01" expect { subject: "managers/m" })"), "POLICY_NO_SUBJECT");
}

}  // namespace
}  // namespace xince::evaluate
