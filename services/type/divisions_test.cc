#include "services/type/divisions.h"

#include <stdlib.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/runtime/errors.h"
#include "services/type/test_data.h"

namespace xince::type {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::xince::runtime::ReasonOf;
using ::xince::runtime::ToProblem;

std::string NationalPath() {
  return absl::StrCat(
      getenv("XINCE_BUILD_DIR") != nullptr ? getenv("XINCE_BUILD_DIR") : "build/release",
      "/share/xince/divisions.bin");
}

const Divisions& National() {
  static const Divisions* const divisions = new Divisions(*Divisions::Load(NationalPath()));
  return *divisions;
}

std::vector<std::pair<std::string, std::string>> Sample() {
  return {{"341523100", "城关镇"},
          {"34", "安徽省"},
          {"3415", "六安市"},
          {"341523", "舒城县"},
          {"341523101", "晓天镇"},
          {"32", "江苏省"},
          {"341502", "金安区"},
          {"341523100001", "城关社区"}};
}

std::vector<std::string> Codes(const std::vector<Division>& divisions) {
  std::vector<std::string> codes;
  for (const Division& division : divisions) codes.push_back(division.code);
  return codes;
}

void Walk(const Divisions& tree,
          const std::string& code,
          std::vector<std::pair<std::string, std::string>>& all) {
  for (const Division& child : tree.Children(code)) {
    all.emplace_back(child.code, std::string(child.name));
    Walk(tree, child.code, all);
  }
}

TEST(Divisions, TheNationalTreeHasEveryLevel) {
  EXPECT_EQ(National().Count(DivisionLevel::kProvince), 31u);
  EXPECT_EQ(National().Count(DivisionLevel::kCity), 342u);
  EXPECT_EQ(National().Count(DivisionLevel::kDistrict), 2978u);
  EXPECT_EQ(National().Count(DivisionLevel::kStreet), 41352u);
  EXPECT_EQ(National().Count(DivisionLevel::kCommunity), 620573u);
}

TEST(Divisions, TheNationalTreeHasTheDivisionsOfTheTables) {
  size_t count = 0;
  for (const auto* file : {"divisions_districts.csv", "divisions_streets.csv"}) {
    for (const auto& row : ReadFixture(file)) {
      const auto division = National().Find(row[0]);
      ASSERT_TRUE(division.has_value()) << row[0];
      EXPECT_EQ(division->name, row[1]);
      EXPECT_EQ(division->code, row[0]);
      EXPECT_TRUE(National().Validate(row[0], static_cast<uint32_t>(row[0].size())).ok());
      ++count;
    }
  }
  EXPECT_EQ(count, 150u);
}

TEST(Divisions, TheScriptAndTheLibraryWriteTheSameBytes) {
  std::vector<std::pair<std::string, std::string>> all;
  Walk(National(), "", all);
  EXPECT_THAT(all, SizeIs(31 + 342 + 2978 + 41352 + 620573));
  std::ifstream file(NationalPath(), std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  EXPECT_TRUE(*BuildDivisionsImage(all) == bytes.str());
}

TEST(Divisions, TheNationalTreeLoadsInMilliseconds) {
  National();
  auto best = std::chrono::steady_clock::duration::max();
  for (int i = 0; i < 5; ++i) {
    const auto start = std::chrono::steady_clock::now();
    ASSERT_TRUE(Divisions::Load(NationalPath()).ok());
    best = std::min(best, std::chrono::steady_clock::now() - start);
  }
  EXPECT_LT(best, std::chrono::milliseconds(50));
}

TEST(Divisions, FindTellsNameLevelAndParent) {
  const auto town = National().Find("341523100");
  ASSERT_TRUE(town.has_value());
  EXPECT_EQ(town->name, "城关镇");
  EXPECT_EQ(town->level, DivisionLevel::kStreet);
  EXPECT_EQ(town->parent, "341523");
  EXPECT_EQ(National().Find("34")->parent, "");
  EXPECT_EQ(National().Find("34")->level, DivisionLevel::kProvince);
  for (const auto* code :
       {"", "3", "341", "3415231", "341523999", "99", "０1", "341523100 ", "-1"}) {
    EXPECT_FALSE(National().Find(code).has_value()) << code;
  }
}

TEST(Divisions, FullNamesReadLikeAnEnvelope) {
  EXPECT_EQ(National().FullName("320104002"), "江苏省南京市秦淮区夫子庙街道");
  EXPECT_EQ(National().FullName("310106006"), "上海市静安区江宁路街道");
  EXPECT_EQ(National().FullName("3101"), "上海市市辖区");
  EXPECT_EQ(National().FullName("441900"), "广东省东莞市");
  EXPECT_EQ(National().FullName("999999"), "");
  EXPECT_THAT(Codes(National().Path("320104002")),
              ElementsAre("32", "3201", "320104", "320104002"));
}

TEST(Divisions, ChildrenAreThoseDirectlyBelow) {
  const auto tree = Divisions::FromList(Sample());
  ASSERT_TRUE(tree.ok());
  EXPECT_THAT(Codes(tree->Children("")), ElementsAre("32", "34"));
  EXPECT_THAT(Codes(tree->Children("34")), ElementsAre("3415"));
  EXPECT_THAT(Codes(tree->Children("3415")), ElementsAre("341502", "341523"));
  EXPECT_THAT(Codes(tree->Children("341523")), ElementsAre("341523100", "341523101"));
  EXPECT_THAT(Codes(tree->Children("341523100")), ElementsAre("341523100001"));
  EXPECT_THAT(tree->Children("341523100001"), IsEmpty());
  EXPECT_THAT(tree->Children("32"), IsEmpty());
  EXPECT_THAT(tree->Children("341"), IsEmpty());
}

TEST(Divisions, NamesAreFoundExactlyAndWithin) {
  EXPECT_THAT(Codes(National().FindByName("舒城县", "")), ElementsAre("341523"));
  EXPECT_THAT(Codes(National().FindByName("舒城县", "3415")), ElementsAre("341523"));
  EXPECT_THAT(National().FindByName("舒城县", "3201"), IsEmpty());
  EXPECT_THAT(National().FindByName("舒城", ""), IsEmpty());
  EXPECT_THAT(Codes(National().FindByName("城关镇", "341523")), ElementsAre("341523100"));
  EXPECT_THAT(National().FindByName("城关镇", "", 7), SizeIs(7));
  EXPECT_THAT(Codes(National().FindByName("安徽省", "34")), ElementsAre("34"));
  EXPECT_THAT(National().FindByName("舒城县", "341"), IsEmpty());
}

TEST(Divisions, ContainmentFollowsLegalLengthsOnly) {
  EXPECT_TRUE(DivisionContains("34", "341523100001"));
  EXPECT_TRUE(DivisionContains("3415", "3415"));
  EXPECT_TRUE(DivisionContains("341523", "341523100"));
  EXPECT_FALSE(DivisionContains("3415", "34"));
  EXPECT_FALSE(DivisionContains("3415", "341623"));
  EXPECT_FALSE(DivisionContains("341", "341523"));
  EXPECT_FALSE(DivisionContains("34", "34152"));
  EXPECT_FALSE(DivisionContains("", "34"));
  EXPECT_FALSE(DivisionContains("", ""));
  EXPECT_FALSE(DivisionContains("3x", "3x15"));
}

TEST(Divisions, ParentAndLevelFollowTheLength) {
  EXPECT_EQ(ParentOfDivision("341523100001"), "341523100");
  EXPECT_EQ(ParentOfDivision("341523100"), "341523");
  EXPECT_EQ(ParentOfDivision("3415"), "34");
  EXPECT_EQ(ParentOfDivision("34"), "");
  EXPECT_EQ(ParentOfDivision("341"), "");
  EXPECT_EQ(LevelOfDivision("341523100001"), DivisionLevel::kCommunity);
  EXPECT_FALSE(LevelOfDivision("04").has_value());
  EXPECT_FALSE(LevelOfDivision("34152310000").has_value());
}

TEST(Divisions, ValidateTellsFormFromExistence) {
  const auto tree = Divisions::FromList(Sample());
  ASSERT_TRUE(tree.ok());
  EXPECT_TRUE(tree->Validate("341523", 0).ok());
  EXPECT_TRUE(tree->Validate("341523", 6).ok());
  auto wrong = ToProblem(tree->Validate("341523", 9, "firm.division"));
  EXPECT_EQ(wrong.reason, "DIVISION_SYNTAX");
  EXPECT_EQ(wrong.metadata["digits"], "9");
  EXPECT_EQ(wrong.field, "firm.division");
  auto unknown = ToProblem(tree->Validate("341524", 6));
  EXPECT_EQ(unknown.reason, "UNKNOWN_DIVISION");
  EXPECT_EQ(unknown.metadata["code"], "341524");
  for (const auto* code : {"", "3", "34a5", "3415230", "３４"}) {
    EXPECT_EQ(ReasonOf(tree->Validate(code, 0)), "DIVISION_SYNTAX") << code;
  }
}

TEST(Divisions, AListIsRefusedForABadCodeOrNameAndAMissingParent) {
  const auto reason = [](std::vector<std::pair<std::string, std::string>> list) {
    return ReasonOf(BuildDivisionsImage(list).status());
  };
  EXPECT_EQ(reason({{"341", "x"}}), "DIVISION_SYNTAX");
  EXPECT_EQ(reason({{"34", "x"}, {"34", "y"}}), "DIVISION_SYNTAX");
  EXPECT_EQ(reason({{"34", ""}}), "DIVISION_SYNTAX");
  EXPECT_EQ(reason({{"34", std::string(kDivisionNameBytesMax, 'x')}}), "");
  EXPECT_EQ(reason({{"34", std::string(kDivisionNameBytesMax + 1, 'x')}}), "DIVISION_SYNTAX");
  EXPECT_EQ(reason({{"3415", "x"}}), "UNKNOWN_DIVISION");
  EXPECT_EQ(reason({}), "");
}

TEST(Divisions, NoDamagedFileIsReadOutOfBounds) {
  const std::string image = *BuildDivisionsImage(Sample());
  for (size_t length = 0; length < image.size(); ++length) {
    EXPECT_EQ(ReasonOf(Divisions::Parse(image.substr(0, length)).status()), "DIVISIONS_UNREADABLE");
  }
  for (size_t i = 0; i < image.size(); ++i) {
    for (const char flip : {'\x01', '\x80', '\xff'}) {
      std::string damaged = image;
      damaged[i] = static_cast<char>(damaged[i] ^ flip);
      const auto tree = Divisions::Parse(damaged);
      if (!tree.ok()) continue;
      std::vector<std::pair<std::string, std::string>> all;
      Walk(*tree, "", all);
      EXPECT_LE(tree->FindByName("舒城县", "").size(), Sample().size());
    }
  }
}

TEST(Divisions, AFileThatIsNoTableIsRefusedWithItsPath) {
  auto missing = ToProblem(Divisions::Load("tests/fixtures/none.bin").status());
  EXPECT_EQ(missing.reason, "DIVISIONS_UNREADABLE");
  EXPECT_EQ(missing.code, absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(missing.metadata["path"], "tests/fixtures/none.bin");
  EXPECT_EQ(ReasonOf(Divisions::Load("tests/fixtures/uscc_valid.csv").status()),
            "DIVISIONS_UNREADABLE");
  EXPECT_EQ(ReasonOf(Divisions::Load("tests").status()), "DIVISIONS_UNREADABLE");
}

}  // namespace
}  // namespace xince::type
