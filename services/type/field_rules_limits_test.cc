#include "services/type/field_rules_limits.h"

#include <set>
#include <string>

#include "absl/strings/str_cat.h"

#include "field_rules_test.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest-spi.h"
#include "gtest/gtest.h"
#include "services/type/field_rules.h"

namespace xince::type {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using testing::Everything;
using ::testing::IsEmpty;

Everything Filled() {
  Everything m;
  m.set_required_text("x");
  m.add_words(std::string(1, 'a'));
  m.set_uscc("91350100M000100Y43");
  m.add_counts(3);
  m.set_required_number(1);
  m.set_present_number(0);
  m.set_required_colour(testing::COLOUR_RED);
  m.mutable_leaf()->set_name("a");
  m.add_leaves()->set_name("b");
  m.set_left("l");
  return m;
}

absl::Status Check(const google::protobuf::Message& message) {
  return CheckFields(message, {.today = Date::FromCivil(2026, 5, 1)});
}

std::set<std::string> CasesOf(const google::protobuf::Message& message) {
  std::set<std::string> cases;
  for (const auto& limit : LimitCasesOf(message)) {
    cases.insert(absl::StrCat(limit.field, ": ", limit.what, " ", limit.reason));
  }
  return cases;
}

TEST(FieldRulesLimits, EveryRuleOfTheTestMessageHolds) { ExpectLimitsHold(Filled(), Check); }

TEST(FieldRulesLimits, CasesStandAtTheLimitAndOneBeyond) {
  const auto cases = CasesOf(Filled());
  for (const auto* expected : {"short_text: 10 characters ",
                               "short_text: 11 characters FIELD_TOO_LONG",
                               "plain_text: 200 characters ",
                               "plain_text: 201 characters FIELD_TOO_LONG",
                               "uscc: 201 characters FIELD_TOO_LONG",
                               "kind: 64 characters ",
                               "id: 63 characters ",
                               "id: 64 characters ID_SYNTAX",
                               "project: 72 characters ",
                               "project: 73 characters RESOURCE_SYNTAX",
                               "subject: 72 characters ",
                               "words[0]: 4 characters ",
                               "words[0]: 5 characters FIELD_TOO_LONG",
                               "words: 3 elements ",
                               "words: 4 elements TOO_MANY_ITEMS",
                               "many: 101 elements TOO_MANY_ITEMS",
                               "bounded: the number -5 ",
                               "bounded: the number -6 NUMBER_OUT_OF_RANGE",
                               "bounded: the number 100 ",
                               "bounded: the number 101 NUMBER_OUT_OF_RANGE",
                               "counts[0]: the number 0 NUMBER_OUT_OF_RANGE",
                               "counts: 3 elements TOO_MANY_ITEMS",
                               "blob: 8 characters ",
                               "blob: 9 characters FIELD_TOO_LONG",
                               "leaf.name: missing FIELD_REQUIRED",
                               "leaf.name: 6 characters FIELD_TOO_LONG",
                               "leaves[0].name: 5 characters ",
                               "leaves: 5 elements TOO_MANY_ITEMS",
                               "required_number: missing FIELD_REQUIRED",
                               "left: 4 characters FIELD_TOO_LONG"}) {
    EXPECT_THAT(cases, Contains(expected));
  }
  for (const auto& made : cases) {
    EXPECT_TRUE(made.find("output") == std::string::npos && made.find("right") == std::string::npos)
        << made;
  }
}

TEST(FieldRulesLimits, AnEmptyMessageFieldIsReportedAsUntried) {
  EXPECT_THAT(UntriedFields(Filled()), IsEmpty());
  Everything message = Filled();
  message.clear_leaf();
  message.clear_leaves();
  EXPECT_THAT(UntriedFields(message), ElementsAre("leaf", "leaves"));
}

TEST(FieldRulesLimits, ACheckThatAcceptsEverythingFails) {
  ::testing::TestPartResultArray failures;
  {
    const ::testing::ScopedFakeTestPartResultReporter reporter(
        ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &failures);
    ExpectLimitsHold(Filled(), [](const auto&) { return absl::OkStatus(); });
  }
  EXPECT_GT(failures.size(), 20);
}

TEST(FieldRulesLimits, AnInvalidMessageToStartFromFails) {
  ::testing::TestPartResultArray failures;
  {
    const ::testing::ScopedFakeTestPartResultReporter reporter(
        ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &failures);
    ExpectLimitsHold(testing::Leaf(), Check);
  }
  EXPECT_GT(failures.size(), 0);
}

}  // namespace
}  // namespace xince::type
