#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/scoring/policy/check.h"
#include "services/scoring/policy/pack.h"

namespace xince::policy {
namespace {

using ::testing::HasSubstr;

std::string PackWith(const std::string& consultation, const std::string& jurisdiction = "0") {
  return absl::StrCat(R"(
    id: "nation" zh: "国" en: "Nation" jurisdiction: ")",
                      jurisdiction,
                      R"(" effective_from: "2020-01-01"
    documents { id: "d" title: "文件" }
    rulemaking { )",
                      consultation,
                      " }");
}

constexpr char kForAll[] =
    R"(consultation { days: 7 source { document: "d" clause: "一" mark: RULE } })";

std::string Refusal(const std::string& text) {
  const auto pack = LoadPack(text, "f");
  return pack.ok() ? "" : std::string(pack.status().message());
}

TEST(CheckRulemakingTest, ANationalPackMaySayHowLongAConsultationRuns) {
  EXPECT_EQ(Refusal(PackWith(kForAll)), "");
}

TEST(CheckRulemakingTest, AnyOtherPackMayNot) {
  EXPECT_THAT(Refusal(PackWith(kForAll, "3201")), HasSubstr("only a pack of the nation"));
}

TEST(CheckRulemakingTest, DaysHaveALimit) {
  const auto of = [](int days) {
    return PackWith(absl::StrCat(
        "consultation { days: ", days, R"( source { document: "d" clause: "一" mark: RULE } })"));
  };
  EXPECT_THAT(Refusal(of(0)), HasSubstr("days is missing"));
  EXPECT_EQ(Refusal(of(kConsultationDaysMax)), "");
  EXPECT_NE(Refusal(of(kConsultationDaysMax + 1)), "");
}

TEST(CheckRulemakingTest, ARuleNamesItsSourceAndEachEffectOnce) {
  EXPECT_THAT(Refusal(PackWith("consultation { days: 7 }")), HasSubstr("the source is missing"));
  EXPECT_THAT(Refusal(PackWith(
                  absl::StrCat(kForAll,
                               R"(consultation { days: 9 list_effects: [DEPRIVATION, DEPRIVATION]
                     source { document: "d" clause: "一" mark: RULE } })"))),
              HasSubstr("named already"));
}

TEST(CheckRulemakingTest, OneRuleIsForEveryPack) {
  EXPECT_THAT(Refusal(PackWith(R"(consultation { days: 9 list_effects: DEPRIVATION
                                   source { document: "d" clause: "一" mark: RULE } })")),
              HasSubstr("no rule is for every pack"));
}

TEST(CheckRulemakingTest, TheNationAsksForThirtyDaysWhereListsAreDefined) {
  std::ifstream in("policies/national/2026-04-01.textproto");
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const auto pack = LoadPack(text, "f");
  ASSERT_TRUE(pack.ok()) << pack.status();
  ASSERT_EQ(pack->proto().rulemaking().consultation_size(), 2);
  EXPECT_EQ(pack->proto().rulemaking().consultation(0).days(), 30u);
  EXPECT_EQ(pack->proto().rulemaking().consultation(0).source().mark(), v1::RULE);
  EXPECT_EQ(pack->proto().rulemaking().consultation(1).source().mark(), v1::ASSUMPTION);
}

}  // namespace
}  // namespace xince::policy
