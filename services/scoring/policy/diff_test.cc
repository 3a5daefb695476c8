#include "services/scoring/policy/diff.h"

#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xince::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Kind = Difference::Kind;

constexpr char kText[] = R"(
  id: "town" zh: "某市" jurisdiction: "3201" effective_from: "2026-01-01"
  subjects {
    subject: "firm"
    base { points: "100" }
    items {
      id: "honour" zh: "表彰" kinds: "inspection.honour" kinds: "party.honour"
      points { fixed: "5" } validity { scoring_years: 1 }
    }
    items {
      id: "penalty" zh: "处罚" kinds: "inspection.penalty"
      points { by_band { measure: "amount" bands { below: "10" points: "-1" } bands { points: "-2" } } }
      validity { months: 12 }
    }
    grades { id: "A" when { score { at_least: "90" } } }
    grades { id: "B" }
  }
)";

v1::Pack Parse(const std::string& text) {
  v1::Pack pack;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &pack));
  return pack;
}

v1::Pack Town() { return Parse(kText); }

std::vector<Difference> Against(const v1::Pack& after) { return DiffPacks(Town(), after); }

TEST(DiffPacksTest, TheSamePackHasNoDifference) { EXPECT_THAT(Against(Town()), IsEmpty()); }

TEST(DiffPacksTest, PointsAreSaidOldAndNew) {
  v1::Pack after = Town();
  after.mutable_subjects(0)->mutable_items(0)->mutable_points()->set_fixed("4");
  const auto found = Against(after);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].kind, Kind::kChanged);
  EXPECT_EQ(found[0].path, "subjects[firm].items[honour].points.fixed");
  EXPECT_EQ(found[0].before, "5");
  EXPECT_EQ(found[0].after, "4");
  EXPECT_EQ(found[0].en, "subjects firm, items honour, points fixed: 5 → 4");
  EXPECT_EQ(found[0].zh, "适用主体“firm” 评分项“honour” 分值 固定分:5 → 4");
}

TEST(DiffPacksTest, AnAddedAndARemovedItemAreNamedOnce) {
  v1::Pack after = Town();
  after.mutable_subjects(0)->mutable_items(0)->set_id("praise");
  const auto found = Against(after);
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0].kind, Kind::kRemoved);
  EXPECT_EQ(found[0].path, "subjects[firm].items[honour]");
  EXPECT_THAT(found[0].before, HasSubstr("表彰"));
  EXPECT_EQ(found[1].kind, Kind::kAdded);
  EXPECT_EQ(found[1].path, "subjects[firm].items[praise]");
}

TEST(DiffPacksTest, AMovedItemIsAnotherOrderAndNothingElse) {
  v1::Pack after = Town();
  after.mutable_subjects(0)->mutable_items()->SwapElements(0, 1);
  const auto found = Against(after);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].kind, Kind::kReordered);
  EXPECT_EQ(found[0].before, "honour, penalty");
  EXPECT_EQ(found[0].after, "penalty, honour");
}

TEST(DiffPacksTest, AnotherRuleOfPointsIsOneRemovedAndOneAdded) {
  v1::Pack after = Town();
  after.mutable_subjects(0)->mutable_items(0)->mutable_points()->mutable_escalation()->add_rows(
      "1");
  const auto found = Against(after);
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0].path, "subjects[firm].items[honour].points.fixed");
  EXPECT_EQ(found[0].kind, Kind::kRemoved);
  EXPECT_EQ(found[1].path, "subjects[firm].items[honour].points.escalation");
  EXPECT_EQ(found[1].kind, Kind::kAdded);
}

TEST(DiffPacksTest, ElementsWithoutAnIdAreNamedByTheirPlace) {
  v1::Pack after = Town();
  auto* bands = after.mutable_subjects(0)->mutable_items(1)->mutable_points()->mutable_by_band();
  bands->mutable_bands(1)->set_points("-3");
  bands->add_bands()->set_points("-4");
  const auto found = Against(after);
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0].path, "subjects[firm].items[penalty].points.by_band.bands[1].points");
  EXPECT_EQ(found[1].path, "subjects[firm].items[penalty].points.by_band.bands[2]");
}

TEST(DiffPacksTest, ListsOfTextsAreComparedByTheirElements) {
  v1::Pack after = Town();
  auto* item = after.mutable_subjects(0)->mutable_items(0);
  item->clear_kinds();
  item->add_kinds("inspection.honour, party.honour");
  EXPECT_THAT(Against(after), SizeIs(1));
}

TEST(DiffPacksTest, TwoElementsOfOneIdAreComparedByTheirPlace) {
  v1::Pack before = Town();
  *before.mutable_subjects(0)->add_grades() = before.subjects(0).grades(0);
  v1::Pack after = before;
  after.mutable_subjects(0)->mutable_grades(2)->mutable_when()->mutable_score()->set_at_least("80");
  const auto found = DiffPacks(before, after);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].path, "subjects[firm].grades[2].when.score.at_least");
}

TEST(DiffPacksTest, LongTextsAreCutBetweenCharacters) {
  v1::Pack after = Town();
  std::string name = "x";
  while (name.size() <= kDifferenceTextMax) name += "信";
  after.set_zh(name);
  const auto found = Against(after);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_LE(found[0].after.size(), kDifferenceTextMax);
  EXPECT_THAT(found[0].after, ::testing::EndsWith("信…"));
  after.set_zh(std::string(kDifferenceTextMax, 'a'));
  EXPECT_EQ(Against(after)[0].after, std::string(kDifferenceTextMax, 'a'));
}

TEST(DiffPacksTest, DifferencesEndAtTheirLimit) {
  v1::Pack after = Town();
  for (size_t i = 0; i < kDifferencesMax; ++i) {
    after.mutable_subjects(0)->add_items()->set_id(absl::StrCat("i", i));
  }
  EXPECT_THAT(Against(after), SizeIs(kDifferencesMax));
  after.mutable_subjects(0)->add_items()->set_id("one-more");
  EXPECT_THAT(Against(after), SizeIs(kDifferencesMax));
}

TEST(DiffPacksTest, TheVersionsOfACityAreComparedInWords) {
  const auto read = [](const std::string& path) {
    std::ifstream in(path);
    EXPECT_TRUE(in.good()) << path;
    return Parse({std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()});
  };
  const auto found = DiffPacks(read("policies/nanjing/2012-01-01.textproto"),
                               read("policies/nanjing/2022-10-26.textproto"));
  EXPECT_GT(found.size(), 10u);
  for (const Difference& difference : found) {
    EXPECT_FALSE(difference.en.empty());
    EXPECT_THAT(difference.zh, HasSubstr(":"));
  }
}

}  // namespace
}  // namespace xince::policy
