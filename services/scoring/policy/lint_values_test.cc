#include "services/scoring/policy/lint_values.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"

#include "gtest/gtest.h"
#include "services/scoring/policy/lint_sets.h"

namespace xince::policy {
namespace {

v1::Pack PackOf(const std::string& subject) {
  v1::Pack pack;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      absl::StrCat("subjects { subject: \"firm\" ", subject, " }"), &pack))
      << subject;
  return pack;
}

ItemBounds ItemOf(const std::string& item) {
  const v1::Pack pack = PackOf(absl::StrCat("items { id: \"a\" ", item, " }"));
  return BoundsOf(pack, pack.subjects(0)).items.at("a");
}

TEST(Bounds, OfAnItemFollowPointsFactorLimitsDecayAndCounting) {
  EXPECT_EQ(ItemOf("points { fixed: \"-8\" round_to: \"1\" } factor: \"70\"").full,
            (Bounds{-600, -600}));
  EXPECT_EQ(ItemOf("points { fixed: \"5\" }").value, (Bounds{0, kUnbounded}));
  EXPECT_EQ(ItemOf("points { fixed: \"5\" } counting { combine: MEAN }").value, (Bounds{0, 500}));
  EXPECT_EQ(ItemOf("points { fixed: \"5\" } counting { keep: FIRST count: 3 }").value,
            (Bounds{0, 1500}));
  EXPECT_EQ(ItemOf("points { fixed: \"5\" } counting { keep: FIRST per: MATTER }").value,
            (Bounds{0, kUnbounded}));
  EXPECT_EQ(ItemOf("points { fixed: \"5\" } limits { most: \"12\" }").value, (Bounds{0, 1200}));
  EXPECT_EQ(ItemOf("points { given { sign: DEMERIT } } piece_limits { least: \"-3\" most: \"-1\" } "
                   "counting { keep: HIGHEST }")
                .value,
            (Bounds{-300, 0}));
  // Nothing may be decided yet.
  EXPECT_EQ(
      ItemOf("points { given { sign: DEMERIT } } piece_limits { least: \"-3\" most: \"-1\" }").full,
      (Bounds{-300, 0}));
  EXPECT_EQ(ItemOf("points { per_unit { points: \"-1\" } } counting { combine: MEAN }").value,
            (Bounds{-kUnbounded, 0}));
  EXPECT_EQ(ItemOf("points { ratio { points: \"5\" } } piece_limits { most: \"5\" }").full,
            (Bounds{-kUnbounded, 500}));
  EXPECT_EQ(
      ItemOf("points { by_band { bands { points: \"-2\" } bands { points: \"3\" } } } decay { "
             "from_month: 6 percent: \"50\" } counting { combine: MEAN }")
          .value,
      (Bounds{-200, 300}));
  EXPECT_EQ(ItemOf("points { fixed: \"4\" } decay { percent: \"50\" } counting { combine: MEAN }")
                .decayed,
            (Bounds{200, 200}));
  EXPECT_EQ(ItemOf("points { fixed: \"-1\" } counting { keep: LATEST } expected { points: \"-4\" } "
                   "not_applicable { points: \"6\" }")
                .value,
            (Bounds{-400, 600}));
}

TEST(Bounds, OfAPeriodAreHeldByALimitOnlyWhereTheOtherSignIsNotThere) {
  EXPECT_EQ(ItemOf("points { fixed: \"-5\" } limits { least: \"-12\" }").demerits, 1200);
  EXPECT_EQ(ItemOf("points { fixed: \"-5\" } counting { keep: FIRST count: 2 }").demerits, 1000);
  EXPECT_EQ(ItemOf("points { given {} } piece_limits { least: \"-5\" most: \"5\" } limits { least: "
                   "\"-12\" }")
                .demerits,
            kUnbounded);
  EXPECT_EQ(ItemOf("points { fixed: \"5\" } limits { most: \"12\" }").merits, 1200);
  EXPECT_EQ(ItemOf("points { given {} } piece_limits { least: \"-5\" most: \"5\" } limits { most: "
                   "\"12\" }")
                .merits,
            kUnbounded);
}

TEST(Bounds, OfGroupsFollowTheirMode) {
  const auto of = [](const std::string& group) {
    const v1::Pack pack = PackOf(absl::StrCat(
        "groups { id: \"g\" ",
        group,
        " } items { id: \"a\" group: \"g\" points { fixed: \"3\" } counting { keep: LATEST } } ",
        "items { id: \"b\" group: \"g\" points { fixed: \"-2\" } counting { keep: LATEST } } base "
        "{ "
        "points: \"50\" otherwise: \"20\" when { listed {} } } score_limits { most: \"52\" }"));
    return BoundsOf(pack, pack.subjects(0));
  };
  EXPECT_EQ(of("").groups.at("g"), (Bounds{-200, 300}));
  EXPECT_EQ(of("").sum, (Bounds{1800, 5300}));
  EXPECT_EQ(of("").score, (Bounds{1800, 5200}));
  EXPECT_TRUE(of("").negative_lines);
  EXPECT_EQ(of("base: \"10\"").groups.at("g"), (Bounds{800, 1300}));
  EXPECT_EQ(of("limits { least: \"-1\" }").groups.at("g"), (Bounds{-100, 300}));
  EXPECT_EQ(of("mode: HIGHEST").groups.at("g"), (Bounds{-200, 300}));
  EXPECT_EQ(
      of("mode: MIX raters { member: \"a\" weight: \"50\" missing: FULL full: \"9\" } raters { "
         "member: \"b\" weight: \"50\" missing: ZERO }")
          .groups.at("g"),
      (Bounds{-200, 900}));
}

TEST(Bounds, OfARollUpAreThoseOfTheProjects) {
  v1::Pack pack = PackOf("items { id: \"r\" roll_up { weight: AREA } factor: \"50\" }");
  EXPECT_EQ(BoundsOf(pack, pack.subjects(0)).score, kAnything);
  v1::SubjectPolicy& project = *pack.add_subjects();
  project.set_subject("project");
  project.mutable_base()->set_points("100");
  project.mutable_score_limits()->set_least("0");
  EXPECT_EQ(BoundsOf(pack, pack.subjects(0)).score, (Bounds{0, 5000}));
}

TEST(NumberSet, IsAnAlgebra) {
  const NumberSet low({0, 5999});
  const NumberSet high({6000, 10000});
  EXPECT_EQ(low.Or(high).intervals(), (std::vector<Bounds>{{0, 10000}}));
  EXPECT_TRUE(low.And(high).empty());
  EXPECT_EQ(NumberSet::All().Without(low).Without(high).intervals(),
            (std::vector<Bounds>{{-kUnbounded, -1}, {10001, kUnbounded}}));
  EXPECT_EQ(NumberSet({0, 10}).Without(NumberSet({3, 4})).intervals(),
            (std::vector<Bounds>{{0, 2}, {5, 10}}));
  EXPECT_TRUE(NumberSet({1, 0}).empty());
}

}  // namespace
}  // namespace xince::policy
