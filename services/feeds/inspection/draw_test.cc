#include "services/feeds/inspection/draw.h"

#include <map>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"

#include "gtest/gtest.h"
#include "services/feeds/inspection/inspection_feed.h"
#include "services/feeds/inspection/testing/samples.h"
#include "services/feeds/testing/test_door.h"
#include "services/runtime/errors.h"

namespace xince::inspection {
namespace {

using v1::InspectionDraw;
using ::xince::runtime::ReasonOf;

type::Date Today() { return type::ParseDate(kSampleDay).value(); }

std::string Reason(const InspectionDraw& draw) { return ReasonOf(CheckDraw(draw, Today())); }

// Candidates p0, p1, … and inspectors i0, i1, …, without factors and conflicts.
InspectionDraw Plain(int candidates, int objects, int inspectors, int each) {
  InspectionDraw draw;
  draw.set_population(InspectionDraw::PROJECTS);
  draw.set_seed("a seed of the test");
  draw.set_seed_source("the test");
  draw.set_objects(objects);
  draw.set_inspectors_per_object(each);
  for (int i = 0; i < candidates; ++i) {
    draw.add_candidates()->set_subject(absl::StrCat("projects/p", i));
  }
  for (int i = 0; i < inspectors; ++i) draw.add_inspectors()->set_id(absl::StrCat("i", i));
  return draw;
}

TEST(SeededNumbers, AreThoseOfTheDefinition) {
  // printf 'xince-draw/1\0lottery 1\0\0\0\0\0\0\0\0\0' | sha256sum, and the same with block 1.
  SeededNumbers numbers("lottery 1");
  constexpr uint64_t kAll = uint64_t{1} << 63;
  const uint64_t expected[] = {0x7dafceca67036f73,
                               0x751d7bffa4342243,
                               0x87d707aee4aa2551,
                               0x03e96cf19b4ce24b,
                               0xdf70651ab142ec89};
  for (uint64_t number : expected) EXPECT_EQ(numbers.Below(kAll), number % kAll);
}

TEST(SeededNumbers, BelowRejectsWhatWouldFavourSmallNumbers) {
  // Of the 2^64 numbers only the first 2^63 + 1 are taken for a bound of as many: the others would be
  // folded back to the small ones.
  constexpr uint64_t kBound = (uint64_t{1} << 63) + 1;
  SeededNumbers numbers("lottery 1");
  for (uint64_t number : {0x7dafceca67036f73,
                          0x751d7bffa4342243,
                          0x03e96cf19b4ce24b,
                          0x542c7cf24a5a3eb0,
                          0x3542690e1fbcf26f}) {
    EXPECT_EQ(numbers.Below(kBound), number);
  }
  EXPECT_EQ(numbers.Below(1), 0u);
}

TEST(SeededNumbers, BelowIsEven) {
  SeededNumbers numbers("even");
  std::map<uint64_t, int> seen;
  for (int i = 0; i < 60'000; ++i) ++seen[numbers.Below(6)];
  ASSERT_EQ(seen.size(), 6u);
  for (const auto& [number, count] : seen) EXPECT_NEAR(count, 10'000, 500) << number;
}

TEST(InspectionDraws, TheSameListsInAnyOrderGiveTheSameResult) {
  InspectionDraw draw = SampleDraw();
  Draw(draw);
  InspectionDraw turned = SampleDraw();
  turned.mutable_candidates()->SwapElements(0, 2);
  turned.mutable_inspectors()->SwapElements(0, 1);
  turned.mutable_factors()->SwapElements(0, 1);
  Draw(turned);
  EXPECT_EQ(turned.input_digest(), draw.input_digest());
  ASSERT_EQ(turned.drawn_size(), 2);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(turned.drawn(i).SerializeAsString(), draw.drawn(i).SerializeAsString());
  }
  EXPECT_EQ(draw.algorithm(), "xince-draw/1");
}

TEST(InspectionDraws, EveryWeightIsTheProductOfItsFactors) {
  InspectionDraw draw = SampleDraw();
  draw.set_objects(3);
  draw.add_factors()->set_grade("A");
  draw.mutable_factors(2)->set_factor_hundredths(90);
  Draw(draw);
  std::map<std::string, int64_t> weights;
  for (const v1::DrawnObject& one : draw.drawn()) weights[one.subject()] = one.weight();
  // 50 × 90 for the whitelisted one of grade A, 100 × 200 for grade C, 100 × 100 without both.
  EXPECT_EQ(weights,
            (std::map<std::string, int64_t>{
                {"projects/p1", 4'500}, {"projects/p2", 20'000}, {"projects/p3", kWeightUnit}}));
}

TEST(InspectionDraws, OfSeveralListsTheGreatestFactorCounts) {
  InspectionDraw draw = Plain(3, 3, 1, 1);
  for (const auto& [list, factor] : {std::pair("inspection-whitelist", 50), {"supervision", 300}}) {
    v1::DrawFactor& one = *draw.add_factors();
    one.set_list(list);
    one.set_factor_hundredths(factor);
  }
  // Whichever comes first.
  draw.mutable_candidates(0)->add_lists("supervision");
  draw.mutable_candidates(0)->add_lists("inspection-whitelist");
  draw.mutable_candidates(1)->add_lists("inspection-whitelist");
  draw.mutable_candidates(1)->add_lists("a-list-without-a-factor");
  draw.mutable_candidates(2)->add_lists("a-list-without-a-factor");
  Draw(draw);
  std::map<std::string, int64_t> weights;
  for (const v1::DrawnObject& one : draw.drawn()) weights[one.subject()] = one.weight();
  EXPECT_EQ(weights,
            (std::map<std::string, int64_t>{
                {"projects/p0", 30'000}, {"projects/p1", 5'000}, {"projects/p2", kWeightUnit}}));
}

TEST(InspectionDraws, NobodyIsDrawnTwiceNorInspectedByOneInConflict) {
  for (int round = 0; round < 200; ++round) {
    InspectionDraw draw = Plain(20, 20, 4, 3);
    draw.set_seed(absl::StrCat("round number ", round));
    v1::DrawConflict& conflict = *draw.add_conflicts();
    conflict.set_inspector("i2");
    conflict.set_subject("projects/p7");
    ASSERT_TRUE(CheckDraw(draw, Today()).ok());
    Draw(draw);
    std::set<std::string> drawn;
    for (const v1::DrawnObject& one : draw.drawn()) {
      drawn.insert(one.subject());
      const std::set<std::string> inspectors(one.inspectors().begin(), one.inspectors().end());
      EXPECT_EQ(inspectors.size(), 3u);
      EXPECT_TRUE(one.subject() != "projects/p7" || inspectors.count("i2") == 0);
    }
    EXPECT_EQ(drawn.size(), 20u);
  }
}

TEST(InspectionDraws, WhoWeighsHalfIsDrawnHalfAsOften) {
  int light = 0;
  int plain = 0;
  for (int round = 0; round < 6000; ++round) {
    InspectionDraw draw = Plain(3, 1, 1, 1);
    draw.set_seed(absl::StrCat("frequency ", round));
    draw.mutable_candidates(0)->add_lists("inspection-whitelist");
    draw.add_factors()->set_list("inspection-whitelist");
    draw.mutable_factors(0)->set_factor_hundredths(50);
    Draw(draw);
    light += draw.drawn(0).subject() == "projects/p0" ? 1 : 0;
    plain += draw.drawn(0).subject() == "projects/p1" ? 1 : 0;
  }
  // One fifth and two fifths of 6000, within six standard deviations.
  EXPECT_NEAR(light, 1200, 190);
  EXPECT_NEAR(plain, 2400, 230);
}

TEST(InspectionDraws, WhatCannotBeDrawnFromIsRefused) {
  const auto with = [](auto change) {
    InspectionDraw draw = SampleDraw();
    change(draw);
    return Reason(draw);
  };
  EXPECT_EQ(Reason(SampleDraw()), "");
  EXPECT_EQ(with([](auto& d) { d.set_seed("1234567"); }), "DRAW_SEED");
  EXPECT_EQ(with([](auto& d) { d.set_seed("12345678"); }), "");
  EXPECT_EQ(with([](auto& d) { d.set_seed(std::string(kSeedCharsMax, 'x')); }), "");
  EXPECT_EQ(with([](auto& d) { d.set_seed(std::string(kSeedCharsMax + 1, 'x')); }), "DRAW_SEED");
  EXPECT_EQ(with([](auto& d) { d.set_seed("种子种子"); }), "DRAW_SEED");
  EXPECT_EQ(with([](auto& d) { d.clear_seed_source(); }), "DRAW_SEED");
  EXPECT_EQ(with([](auto& d) { d.set_population(InspectionDraw::FIRMS); }), "DRAW_POPULATION");
  EXPECT_EQ(with([](auto& d) { d.mutable_candidates(1)->set_subject("projects/p1"); }),
            "DRAW_DUPLICATE");
  EXPECT_EQ(with([](auto& d) { d.set_objects(3); }), "");
  EXPECT_EQ(with([](auto& d) { d.set_objects(4); }), "DRAW_TOO_FEW");
  EXPECT_EQ(with([](auto& d) { d.mutable_factors(0)->set_grade("A"); }), "DRAW_FACTOR");
  EXPECT_EQ(with([](auto& d) { d.mutable_factors(1)->clear_grade(); }), "DRAW_FACTOR");
  EXPECT_EQ(with([](auto& d) { *d.add_factors() = d.factors(0); }), "DRAW_DUPLICATE");
  EXPECT_EQ(with([](auto& d) { *d.add_factors() = d.factors(1); }), "DRAW_DUPLICATE");
  EXPECT_EQ(with([](auto& d) { d.mutable_candidates(0)->add_lists("inspection-whitelist"); }),
            "DRAW_DUPLICATE");
  EXPECT_EQ(with([](auto& d) { d.mutable_exclusions(0)->set_subject("projects/p1"); }),
            "DRAW_DUPLICATE");
  EXPECT_EQ(with([](auto& d) { d.mutable_basis()->set_known_at("2026-11-20 10:00"); }),
            "DRAW_BASIS");
  EXPECT_EQ(with([](auto& d) { d.mutable_basis()->set_known_at("2026-11-21T15:59:59Z"); }), "");
  EXPECT_EQ(with([](auto& d) { d.mutable_basis()->set_known_at("2026-11-21T16:00:00Z"); }),
            "DRAW_BASIS");
  EXPECT_EQ(with([](auto& d) { d.mutable_basis()->clear_weights_sha256(); }), "DRAW_BASIS");
  EXPECT_EQ(with([](auto& d) { d.clear_basis(); }), "");
  EXPECT_EQ(with([](auto& d) { d.mutable_inspectors(0)->set_id("A 1"); }), "DRAW_INSPECTOR_ID");
  EXPECT_EQ(with([](auto& d) { d.mutable_inspectors(0)->set_id("A002"); }), "DRAW_DUPLICATE");
  EXPECT_EQ(with([](auto& d) { d.mutable_conflicts(0)->set_inspector("A9"); }), "DRAW_CONFLICT");
  EXPECT_EQ(with([](auto& d) { d.mutable_conflicts(0)->set_subject("projects/p9"); }),
            "DRAW_CONFLICT");
  EXPECT_EQ(with([](auto& d) { *d.add_conflicts() = d.conflicts(0); }), "DRAW_DUPLICATE");
  EXPECT_EQ(with([](auto& d) { d.set_inspectors_per_object(3); }), "DRAW_INSPECTORS_TOO_FEW");
}

class FiledDraw : public testing::Test {
 protected:
  static RandomBytes Counting(int& calls) {
    return [&calls](absl::Span<uint8_t> bytes) {
      ++calls;
      for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(calls);
      return calls < 100;
    };
  }
  absl::StatusOr<InspectionDraw> File(const InspectionDraw& draw, const std::string& id = "") {
    v1::DrawInspectionsRequest request;
    request.set_request_id(id);
    *request.mutable_inspection_draw() = draw;
    return door_.Call<InspectionDraw>("DrawInspections", request);
  }

  int calls_ = 0;
  feeds::testdata::TestFeed feed_{
      "inspection", RecordTypes(SampleKinds(), Counting(calls_)), Verbs(), kSampleDay};
  feeds::testdata::TestDoor door_{InspectionFeed(SampleKinds(), SampleRandom()), feed_};
};

TEST_F(FiledDraw, IsOneEntryWithItsSeedAndItsResult) {
  const auto filed = File(SampleDraw());
  ASSERT_TRUE(filed.ok()) << filed.status();
  InspectionDraw repeated = SampleDraw();
  Draw(repeated);
  EXPECT_EQ(filed->input_digest(), repeated.input_digest());
  EXPECT_EQ(filed->drawn_size(), 2);
  EXPECT_EQ(filed->drawn(0).SerializeAsString(), repeated.drawn(0).SerializeAsString());
  EXPECT_EQ(filed->draw_date(), kSampleDay);
  EXPECT_FALSE(filed->seed_by_server());
  EXPECT_EQ(filed->info().revision(), 1u);
  EXPECT_EQ(calls_, 0);
  EXPECT_EQ(feed_.NewEvidence(), "");
  feed_.Restart(/*forget_snapshots=*/true);
  EXPECT_EQ(feed_.Get<InspectionDraw>(filed->name())->SerializeAsString(),
            filed->SerializeAsString());
}

TEST_F(FiledDraw, WithoutASeedTakesOneOnceAndRepeatsUnderTheSameRequest) {
  InspectionDraw draw = SampleDraw();
  draw.clear_seed();
  draw.clear_seed_source();
  const auto first = File(draw, "r1");
  ASSERT_TRUE(first.ok()) << first.status();
  std::string expected;
  for (int i = 0; i < 32; ++i) expected += "01";
  EXPECT_EQ(first->seed(), expected);
  EXPECT_TRUE(first->seed_by_server());
  const auto again = File(draw, "r1");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
  EXPECT_EQ(calls_, 1);
  draw.set_objects(1);
  EXPECT_EQ(ReasonOf(File(draw, "r1").status()), "REQUEST_ID_REUSED");
}

TEST_F(FiledDraw, WithoutRandomBytesIsRefused) {
  calls_ = 99;
  InspectionDraw draw = SampleDraw();
  draw.clear_seed();
  EXPECT_EQ(ReasonOf(File(draw).status()), "RANDOM_UNAVAILABLE");
  EXPECT_TRUE(File(SampleDraw()).ok());
}

TEST_F(FiledDraw, OfARoundIsDrawnAgainOnlyOnceTheFirstIsVoided) {
  const auto first = File(SampleDraw());
  ASSERT_TRUE(first.ok()) << first.status();
  InspectionDraw second = SampleDraw();
  second.set_name("inspectionDraws/d2");
  EXPECT_EQ(ReasonOf(File(second).status()), "DUPLICATE_KEY");
  ASSERT_TRUE(feed_.Void(*first).ok());
  EXPECT_TRUE(File(second).ok());
  second.set_name("inspectionDraws/d3");
  second.set_round(2);
  EXPECT_TRUE(File(second).ok());
}

TEST_F(FiledDraw, SaysWhereItWasRefused) {
  InspectionDraw draw = SampleDraw();
  draw.set_objects(4);
  EXPECT_EQ(runtime::ToProblem(File(draw).status()).field, "inspection_draw.objects");
  EXPECT_EQ(
      ReasonOf(
          door_.Call<InspectionDraw>("DrawInspections", v1::DrawInspectionsRequest()).status()),
      "FIELD_REQUIRED");
}

TEST_F(FiledDraw, IsPublishedOnceOnADayAfterTheDraw) {
  const auto filed = File(SampleDraw());
  ASSERT_TRUE(filed.ok()) << filed.status();
  v1::PublishInspectionDrawRequest publish;
  publish.set_publish_date("2026-11-20");
  EXPECT_EQ(ReasonOf(feed_.Call("PublishInspectionDraw", *filed, publish).status()), "DATE_ORDER");
  publish.clear_publish_date();
  publish.set_publish_uri("https://example.invalid/3");
  const auto published = feed_.Call("PublishInspectionDraw", *filed, publish);
  ASSERT_TRUE(published.ok()) << published.status();
  EXPECT_TRUE(published->published());
  EXPECT_EQ(published->publish_date(), kSampleDay);
  EXPECT_EQ(published->publish_uri(), "https://example.invalid/3");
  EXPECT_EQ(published->drawn_size(), 2);
  EXPECT_EQ(ReasonOf(feed_.Call("PublishInspectionDraw", *published, publish).status()),
            "DRAW_PUBLISHED");
}

TEST_F(FiledDraw, OfTheLargestListsFitsIntoAnEntry) {
  InspectionDraw draw = Plain(kCandidatesMax, kDrawObjectsMax, kInspectorsMax, 5);
  draw.set_title("最大的抽取");
  draw.set_division("320104");
  draw.set_issuer("秦淮区房产局");
  draw.set_year(2026);
  draw.set_round(1);
  const std::string wide(57, 'x');
  for (v1::DrawCandidate& one : *draw.mutable_candidates()) {
    one.set_subject(absl::StrCat(one.subject(), "-", wide).substr(0, 72));
    one.set_grade("一级一级一级一级一级");
    one.add_lists("inspection-whitelist");
  }
  for (v1::DrawInspector& one : *draw.mutable_inspectors()) {
    one.set_id(absl::StrCat(one.id(), "-", std::string(40, 'y')).substr(0, 40));
    one.set_display_name(std::string(60, 'n'));
  }
  for (int i = 0; i < kConflictsMax; ++i) {
    v1::DrawConflict& conflict = *draw.add_conflicts();
    conflict.set_inspector(draw.inspectors(i).id());
    conflict.set_subject(draw.candidates(i).subject());
    conflict.set_reason(std::string(60, 'r'));
  }
  const auto filed = File(draw);
  ASSERT_TRUE(filed.ok()) << filed.status();
  EXPECT_EQ(filed->drawn_size(), kDrawObjectsMax);
  draw.set_name("inspectionDraws/more");
  draw.set_round(2);
  draw.add_candidates()->set_subject("projects/one-more");
  EXPECT_EQ(ReasonOf(File(draw).status()), "TOO_MANY_ITEMS");
}

}  // namespace
}  // namespace xince::inspection
