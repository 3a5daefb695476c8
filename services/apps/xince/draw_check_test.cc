#include "services/apps/xince/draw_check.h"

#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/apps/xince/draw_lists.h"
#include "services/feeds/inspection/draw.h"

namespace xince::cli {
namespace {

using credit::v1::Standing;
using inspection::v1::InspectionDraw;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Outcome = DrawCheck::Outcome;

constexpr char kWhitelist[] = "inspection-whitelist";

// Eight firms of a city, the first on the whitelist and of grade A, the second of grade D; four drawn.
InspectionDraw ADraw() {
  InspectionDraw draw;
  draw.set_name("inspectionDraws/d");
  draw.set_division("5101");
  draw.set_population(InspectionDraw::FIRMS);
  draw.set_seed("the seed of a test");
  draw.set_objects(4);
  draw.set_inspectors_per_object(2);
  for (const char* id : {"I1", "I2", "I3", "I4"}) draw.add_inspectors()->set_id(id);
  for (char c = 'a'; c <= 'h'; ++c) {
    draw.add_candidates()->set_subject(std::string("firms/") + c);
  }
  draw.mutable_candidates(0)->add_lists(kWhitelist);
  draw.mutable_candidates(0)->set_grade("A");
  draw.mutable_candidates(1)->set_grade("D");
  auto& light = *draw.add_factors();
  light.set_list(kWhitelist);
  light.set_factor_hundredths(50);
  light.set_source("保障(四)");
  auto& heavy = *draw.add_factors();
  heavy.set_grade("D");
  heavy.set_factor_hundredths(200);
  heavy.set_source("第六条");
  draw.mutable_basis()->set_as_of("2026-03-01");
  draw.mutable_basis()->set_weights("5101 2026-01-01");
  draw.mutable_basis()->set_weights_sha256("d1");
  inspection::Draw(draw);
  return draw;
}

std::map<std::string, Standing> Known() {
  std::map<std::string, Standing> known;
  for (char c = 'a'; c <= 'h'; ++c) {
    const std::string subject = std::string("firms/") + c;
    Standing& one = known[subject];
    one.set_subject(subject);
    one.set_division("510104");
    one.mutable_record()->set_rated(true);
  }
  known["firms/a"].mutable_record()->set_grade("A");
  known["firms/a"].mutable_record()->add_memberships()->set_list(kWhitelist);
  known["firms/a"].mutable_record()->add_memberships()->set_list("a-list-without-a-factor");
  known["firms/b"].mutable_record()->set_grade("D");
  return known;
}

WeightsFile ATable() {
  WeightsFile table{.path = "policies/x/inspection-draw.textproto", .sha256 = "d1"};
  table.weights.set_jurisdiction("5101");
  table.weights.set_effective_from("2026-01-01");
  *table.weights.mutable_factors() = ADraw().factors();
  return table;
}

// What is wrong with a draw that was changed after it was drawn.
template <class Change>
std::vector<std::string> WrongAfter(Change change) {
  InspectionDraw draw = ADraw();
  change(draw);
  std::vector<std::string> wrong;
  for (const DrawCheck& check : CheckRepeated(draw)) {
    if (check.outcome != Outcome::kRight) wrong.push_back(check.id);
  }
  return wrong;
}

TEST(DrawCheck, ADrawThatWasNotTouchedIsRight) {
  EXPECT_THAT(WrongAfter([](InspectionDraw&) {}), IsEmpty());
  EXPECT_EQ(CheckRepeated(ADraw()).size(), 4u);
}

TEST(DrawCheck, AnotherSeedIsSeen) {
  EXPECT_THAT(WrongAfter([](auto& d) { d.set_seed("the seed of a tesu"); }), ElementsAre("result"));
}

TEST(DrawCheck, AnotherOrderIsSeen) {
  EXPECT_THAT(WrongAfter([](auto& d) { d.mutable_drawn()->SwapElements(0, 1); }),
              ElementsAre("result"));
  EXPECT_THAT(
      WrongAfter([](auto& d) { d.mutable_drawn(0)->mutable_inspectors()->SwapElements(0, 1); }),
      ElementsAre("result"));
  EXPECT_THAT(WrongAfter([](auto& d) { d.mutable_drawn()->RemoveLast(); }), ElementsAre("result"));
}

TEST(DrawCheck, AnotherWeightIsSeen) {
  EXPECT_THAT(WrongAfter([](auto& d) { d.mutable_drawn(0)->set_weight(1); }),
              ElementsAre("weights"));
  const auto wrong =
      WrongAfter([](auto& d) { d.mutable_factors(0)->set_factor_hundredths(10'000); });
  EXPECT_THAT(wrong, testing::Contains("lists"));
}

TEST(DrawCheck, AnotherListOfCandidatesIsSeen) {
  EXPECT_THAT(WrongAfter([](auto& d) { d.mutable_candidates(0)->clear_lists(); }),
              testing::Contains("lists"));
  EXPECT_THAT(WrongAfter([](auto& d) { d.mutable_candidates()->RemoveLast(); }),
              testing::Contains("lists"));
}

TEST(DrawCheck, WhatIsNoDrawIsNotRepeated) {
  EXPECT_THAT(WrongAfter([](auto& d) { d.set_algorithm("xince-draw/2"); }),
              ElementsAre("algorithm"));
  EXPECT_THAT(WrongAfter([](auto& d) { d.clear_candidates(); }), ElementsAre("algorithm"));
}

TEST(DrawCheck, FactorsAreThoseOfTheTableNamed) {
  const WeightsFile table = ATable();
  EXPECT_EQ(CheckTable(ADraw(), &table).outcome, Outcome::kRight);
  EXPECT_EQ(CheckTable(ADraw(), nullptr).outcome, Outcome::kNotChecked);
  WeightsFile other = table;
  other.sha256 = "d2";
  EXPECT_EQ(CheckTable(ADraw(), &other).outcome, Outcome::kWrong);
  InspectionDraw draw = ADraw();
  draw.mutable_factors(0)->set_factor_hundredths(51);
  EXPECT_EQ(CheckTable(draw, &table).outcome, Outcome::kWrong);
  draw = ADraw();
  draw.mutable_basis()->clear_weights();
  EXPECT_EQ(CheckTable(draw, &table).outcome, Outcome::kNotChecked);
  draw.clear_factors();
  EXPECT_EQ(CheckTable(draw, &table).outcome, Outcome::kRight);
}

TEST(DrawCheck, GradesAndListsAreThoseTheRegisterKnew) {
  EXPECT_EQ(CheckStandings(ADraw(), Known()).outcome, Outcome::kRight);
  auto known = Known();
  known["firms/b"].mutable_record()->set_grade("C");
  EXPECT_EQ(CheckStandings(ADraw(), known).outcome, Outcome::kWrong);
  known = Known();
  known["firms/c"].mutable_record()->add_memberships()->set_list(kWhitelist);
  EXPECT_THAT(CheckStandings(ADraw(), known).zh, testing::HasSubstr("firms/c"));
  known = Known();
  known.erase("firms/h");
  EXPECT_THAT(CheckStandings(ADraw(), known).zh, testing::HasSubstr("firms/h"));
  // What is not rated has no grade.
  known = Known();
  known["firms/b"].mutable_record()->set_rated(false);
  EXPECT_EQ(CheckStandings(ADraw(), known).outcome, Outcome::kWrong);
}

TEST(DrawCheck, WhoIsLeftOutIsExcludedWithAReason) {
  EXPECT_EQ(CheckPopulation(ADraw(), Known()).outcome, Outcome::kRight);
  auto known = Known();
  Standing& more = known["firms/x"];
  more.set_subject("firms/x");
  more.set_division("510104");
  EXPECT_THAT(CheckPopulation(ADraw(), known).zh, testing::HasSubstr("firms/x"));
  InspectionDraw draw = ADraw();
  draw.add_exclusions()->set_subject("firms/x");
  EXPECT_EQ(CheckPopulation(draw, known).outcome, Outcome::kRight);
  more.set_withdrawn(true);
  EXPECT_EQ(CheckPopulation(ADraw(), known).outcome, Outcome::kRight);
  more.set_withdrawn(false);
  more.set_division("3201");
  EXPECT_EQ(CheckPopulation(ADraw(), known).outcome, Outcome::kRight);
}

TEST(DrawCheck, TheRegisterHasTheSameDraw) {
  InspectionDraw filed = ADraw();
  filed.mutable_info()->set_revision(7);
  filed.set_published(true);
  EXPECT_EQ(CheckRecord(ADraw(), filed).outcome, Outcome::kRight);
  filed.set_seed("another seed");
  EXPECT_EQ(CheckRecord(ADraw(), filed).outcome, Outcome::kWrong);
  filed = ADraw();
  filed.mutable_info()->mutable_voiding()->set_reason("有误");
  EXPECT_EQ(CheckRecord(ADraw(), filed).outcome, Outcome::kWrong);
}

TEST(DrawWeights, OfTheCitiesCanBeReadAndNameTheirSources) {
  for (const char* city : {"chengdu", "shanghai", "shucheng"}) {
    const auto table = ReadWeights(std::string("policies/") + city + "/inspection-draw.textproto");
    ASSERT_TRUE(table.ok()) << table.status();
    EXPECT_GT(table->weights.factors_size(), 0);
    EXPECT_LE(table->weights.factors_size(), inspection::kFactorsMax);
    EXPECT_EQ(table->sha256.size(), 64u);
  }
  EXPECT_EQ(ReadWeights("policies/chengdu/inspection-draw.textproto")->Label(), "5101 2023-10-01");
}

}  // namespace
}  // namespace xince::cli
