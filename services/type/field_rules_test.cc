#include "services/type/field_rules.h"

#include <functional>
#include <limits>
#include <string>
#include <thread>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/dynamic_message.h"

#include "field_rules_test.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/runtime/errors.h"
#include "services/type/divisions.h"

namespace xince::type {
namespace {

using ::testing::ElementsAre;
using testing::Everything;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Leaf;
using ::testing::SizeIs;
using ::testing::StartsWith;
using ::xince::runtime::Problem;
using ::xince::runtime::ReasonOf;
using ::xince::runtime::ToProblem;

const Divisions& Tree() {
  static const Divisions* const tree = new Divisions(*Divisions::FromList(
      {{"34", "安徽省"}, {"3415", "六安市"}, {"341523", "舒城县"}, {"341523100", "城关镇"}}));
  return *tree;
}

FieldContext Context() { return {.divisions = &Tree(), .today = Date::FromCivil(2026, 5, 1)}; }

Everything Valid() {
  Everything message;
  message.set_required_text("x");
  message.set_required_number(1);
  message.set_present_number(0);
  message.set_required_colour(testing::COLOUR_RED);
  return message;
}

/// The first problem of a valid message after `change`.
Problem After(const std::function<void(Everything&)>& change) {
  Everything message = Valid();
  change(message);
  const absl::Status status = CheckFields(message, Context());
  return status.ok() ? Problem{.code = absl::StatusCode::kOk} : ToProblem(status);
}

#define EXPECT_PROBLEM(change, wanted_reason, wanted_field)                 \
  do {                                                                      \
    const Problem problem = After([](Everything& m) { change; });           \
    EXPECT_EQ(problem.reason, wanted_reason) << #change;                    \
    EXPECT_EQ(problem.field, wanted_field) << #change;                      \
    EXPECT_EQ(problem.code, absl::StatusCode::kInvalidArgument) << #change; \
  } while (false)

#define EXPECT_ACCEPTED(change)                                                          \
  do {                                                                                   \
    const Problem problem = After([](Everything& m) { change; });                        \
    EXPECT_EQ(problem.code, absl::StatusCode::kOk) << #change << ": " << problem.reason; \
  } while (false)

std::string Repeat(const std::string& text, int times) {
  std::string result;
  while (times-- > 0) result += text;
  return result;
}

TEST(FieldRules, WhatIsRequiredMustBeSet) {
  EXPECT_ACCEPTED(m.set_required_text("x"));
  EXPECT_PROBLEM(m.clear_required_text(), "FIELD_REQUIRED", "required_text");
  EXPECT_PROBLEM(m.set_required_text(" \u3000\t"), "FIELD_REQUIRED", "required_text");
  EXPECT_PROBLEM(m.clear_required_number(), "FIELD_REQUIRED", "required_number");
  EXPECT_PROBLEM(m.clear_present_number(), "FIELD_REQUIRED", "present_number");
  EXPECT_PROBLEM(m.clear_required_colour(), "FIELD_REQUIRED", "required_colour");
  EXPECT_PROBLEM(m.mutable_leaf(), "FIELD_REQUIRED", "leaf.name");
}

TEST(FieldRules, ChineseNamesTheFieldAsTheFormDoes) {
  EXPECT_THAT(After([](Everything& m) { m.clear_required_text(); }).zh, StartsWith("「必填文字」"));
}

TEST(FieldRules, TextIsLimitedInCodePoints) {
  EXPECT_ACCEPTED(m.set_short_text(Repeat("物", 10)));
  EXPECT_PROBLEM(m.set_short_text(Repeat("物", 11)), "FIELD_TOO_LONG", "short_text");
  EXPECT_ACCEPTED(m.set_plain_text(Repeat("物", kFieldCharsDefault)));
  EXPECT_PROBLEM(
      m.set_plain_text(Repeat("物", kFieldCharsDefault + 1)), "FIELD_TOO_LONG", "plain_text");
  auto problem = After([](Everything& m) { m.set_short_text(Repeat("物", 12)); });
  EXPECT_EQ(problem.metadata["limit"], "10");
  EXPECT_EQ(problem.metadata["found"], "12");
}

TEST(FieldRules, LengthIsCheckedBeforeFormat) {
  EXPECT_PROBLEM(m.set_uscc(Repeat("9", kFieldCharsDefault + 1)), "FIELD_TOO_LONG", "uscc");
}

TEST(FieldRules, LineBreaksPassInLongFreeTextOnly) {
  EXPECT_ACCEPTED(m.set_long_text("a\nb"));
  EXPECT_PROBLEM(m.set_long_text("a\tb"), "CONTROL_CHARACTER", "long_text");
  EXPECT_PROBLEM(m.set_plain_text("a\nb"), "CONTROL_CHARACTER", "plain_text");
}

TEST(FieldRules, ElementsAreCheckedUnderTheirIndex) {
  EXPECT_ACCEPTED(m.add_words(Repeat("甲乙丙丁", 1)); m.add_words(Repeat("b", 1));
                  m.add_words(Repeat("c", 1)));
  EXPECT_PROBLEM(
      for (int i = 0; i < 4; ++i) m.add_words(Repeat("a", 1)), "TOO_MANY_ITEMS", "words");
  EXPECT_PROBLEM(m.add_words(Repeat("a", 1));
                 m.add_words(Repeat("甲乙丙丁戊", 1)), "FIELD_TOO_LONG", "words[1]");
  EXPECT_PROBLEM(m.add_words(Repeat("a", 1)); m.add_words(Repeat("b", 1));
                 m.add_words(Repeat("", 1)), "FIELD_REQUIRED", "words[2]");
  EXPECT_PROBLEM(m.add_counts(3); m.add_counts(10), "NUMBER_OUT_OF_RANGE", "counts[1]");
  EXPECT_PROBLEM(m.add_colours(testing::COLOUR_UNSPECIFIED), "FIELD_REQUIRED", "colours[0]");
  EXPECT_PROBLEM(m.add_leaves()->set_name("a");
                 m.add_leaves()->set_name("abcdef"), "FIELD_TOO_LONG", "leaves[1].name");
}

TEST(FieldRules, AHundredElementsUnlessTheRuleSaysOtherwise) {
  EXPECT_ACCEPTED(for (size_t i = 0; i < kFieldItemsDefault; ++i) m.add_many(Repeat("a", 1)));
  EXPECT_PROBLEM(for (size_t i = 0; i <= kFieldItemsDefault; ++i) m.add_many(Repeat("a", 1)),
                 "TOO_MANY_ITEMS",
                 "many");
}

TEST(FieldRules, MapsAreRepeatedEntries) {
  EXPECT_ACCEPTED((*m.mutable_by_name())["a"].set_name("x"));
  EXPECT_PROBLEM((*m.mutable_by_name())["a"], "FIELD_REQUIRED", "by_name[0].value.name");
  EXPECT_PROBLEM(for (const char* key
                      : {"a", "b", "c"})(*m.mutable_by_name())[key]
                     .set_name("x"),
                 "TOO_MANY_ITEMS",
                 "by_name");
}

TEST(FieldRules, EveryFormatIsChecked) {
  EXPECT_ACCEPTED(m.set_date("2030-01-01"));
  EXPECT_PROBLEM(m.set_date("2030-02-30"), "DATE_SYNTAX", "date");
  EXPECT_PROBLEM(m.set_date("1948-01-01"), "DATE_RANGE", "date");
  EXPECT_ACCEPTED(m.set_uscc("91350100M000100Y43"));
  EXPECT_PROBLEM(m.set_uscc("91350100M000100Y44"), "USCC_CHECK_DIGIT", "uscc");
  EXPECT_ACCEPTED(m.set_division("3415"));
  EXPECT_PROBLEM(m.set_division("3416"), "UNKNOWN_DIVISION", "division");
  EXPECT_ACCEPTED(m.set_street("341523100"));
  EXPECT_PROBLEM(m.set_street("341523"), "DIVISION_SYNTAX", "street");
  EXPECT_ACCEPTED(m.set_subject("managers/m-1"));
  EXPECT_PROBLEM(m.set_subject("people/m-1"), "SUBJECT_SYNTAX", "subject");
  EXPECT_ACCEPTED(m.set_project("projects/p-1"));
  EXPECT_PROBLEM(m.set_project("managers/p-1"), "RESOURCE_SYNTAX", "project");
  EXPECT_ACCEPTED(m.set_id("a-1"));
  EXPECT_PROBLEM(m.set_id("A"), "ID_SYNTAX", "id");
  EXPECT_ACCEPTED(m.set_sha256(Repeat("0f", 32)));
  for (const std::string& digest :
       {Repeat("0f", 31) + "0", Repeat("0f", 32) + "0", Repeat("0F", 32), Repeat("0g", 32)}) {
    EXPECT_EQ(After([&](Everything& m) { m.set_sha256(digest); }).reason, "SHA256_SYNTAX");
  }
}

TEST(FieldRules, AnEmptyTextHasNoFormat) {
  EXPECT_ACCEPTED(m.set_present_date(""));
  EXPECT_PROBLEM(m.set_present_date(" "), "DATE_SYNTAX", "present_date");
}

TEST(FieldRules, KindsAreKebabCaseWordsWithDots) {
  for (const auto* kind :
       {"a", "satisfaction-rate", "inspection.overdue-rectification", "complaint.12345-late"}) {
    EXPECT_EQ(After([&](Everything& m) { m.set_kind(kind); }).code, absl::StatusCode::kOk) << kind;
  }
  for (const auto* kind :
       {"A", "1a", "a.", ".a", "a..b", "a--b", "a-.b", "-a", "a_b", "a b", "类别"}) {
    EXPECT_EQ(After([&](Everything& m) { m.set_kind(kind); }).reason, "KIND_SYNTAX") << kind;
  }
}

TEST(FieldRules, APastDateMayBeToday) {
  EXPECT_ACCEPTED(m.set_past_date("2026-05-01"));
  auto problem = After([](Everything& m) { m.set_past_date("2026-05-02"); });
  EXPECT_EQ(problem.reason, "DATE_IN_FUTURE");
  EXPECT_EQ(problem.field, "past_date");
  EXPECT_EQ(problem.metadata["today"], "2026-05-01");
}

TEST(FieldRules, AResidentNumberIsCheckedAndNeverRepeated) {
  EXPECT_ACCEPTED(m.set_resident_id("11010519491231002X"));
  const std::string number = "110105194912310021";
  Everything message = Valid();
  message.set_resident_id(number);
  const absl::Status status = CheckFields(message, Context());
  EXPECT_EQ(ReasonOf(status), "RESIDENT_ID_CHECK_DIGIT");
  EXPECT_EQ(status.ToString().find(number.substr(6, 8)), std::string::npos);
  EXPECT_EQ(ToProblem(status).zh.find(number.substr(6, 8)), std::string::npos);
}

TEST(FieldRules, WithoutATreeADivisionIsCheckedForItsFormOnly) {
  Everything message = Valid();
  FieldContext context = Context();
  context.divisions = nullptr;
  message.set_street("999999999");
  EXPECT_TRUE(CheckFields(message, context).ok());
  message.set_street("99999999");
  EXPECT_EQ(ReasonOf(CheckFields(message, context)), "DIVISION_SYNTAX");
}

TEST(FieldRules, AnOperatorMayTolerateInnerDigitAndPrefix) {
  Everything message = Valid();
  message.set_uscc("123456789012345678");
  EXPECT_EQ(ReasonOf(CheckFields(message, Context())), "USCC_INNER_CHECK_DIGIT");
  FieldContext context = Context();
  context.tolerate_uscc = true;
  EXPECT_TRUE(CheckFields(message, context).ok());
  message.set_uscc("111111111111111111");
  EXPECT_EQ(ReasonOf(CheckFields(message, context)), "USCC_CHECK_DIGIT");
}

TEST(FieldRules, BoundedNumbersHoldTheirBounds) {
  EXPECT_ACCEPTED(m.set_bounded(-5));
  EXPECT_ACCEPTED(m.set_bounded(100));
  EXPECT_PROBLEM(m.set_bounded(-6), "NUMBER_OUT_OF_RANGE", "bounded");
  EXPECT_PROBLEM(m.set_bounded(101), "NUMBER_OUT_OF_RANGE", "bounded");
  EXPECT_ACCEPTED(m.set_big(7));
  EXPECT_PROBLEM(m.set_big(8), "NUMBER_OUT_OF_RANGE", "big");
  EXPECT_PROBLEM(m.set_big(std::numeric_limits<uint64_t>::max()), "NUMBER_OUT_OF_RANGE", "big");
  EXPECT_ACCEPTED(m.set_ratio(0.5));
  EXPECT_PROBLEM(m.set_ratio(1.01), "NUMBER_OUT_OF_RANGE", "ratio");
  EXPECT_PROBLEM(
      m.set_ratio(std::numeric_limits<double>::quiet_NaN()), "NUMBER_OUT_OF_RANGE", "ratio");
  auto problem = After([](Everything& m) { m.set_bounded(101); });
  EXPECT_EQ(problem.metadata["min"], "-5");
  EXPECT_EQ(problem.metadata["max"], "100");
  EXPECT_EQ(problem.metadata["found"], "101");
}

TEST(FieldRules, UnknownEnumNumbersAreRefused) {
  EXPECT_ACCEPTED(m.set_colour(testing::COLOUR_BLUE));
  EXPECT_PROBLEM(m.set_colour(static_cast<testing::Colour>(9)), "UNKNOWN_ENUM", "colour");
  EXPECT_PROBLEM(m.add_colours(static_cast<testing::Colour>(9)), "UNKNOWN_ENUM", "colours[0]");
}

TEST(FieldRules, OutputOnlyFieldsAreTheServers) {
  EXPECT_PROBLEM(m.set_output("x"), "FIELD_OUTPUT_ONLY", "output");
  EXPECT_PROBLEM(m.mutable_output_leaf(), "FIELD_OUTPUT_ONLY", "output_leaf");
  Everything message = Valid();
  message.set_output("x");
  FieldContext context = Context();
  context.refuse_output_only = false;
  EXPECT_TRUE(CheckFields(message, context).ok());
  message.set_output(Repeat("x", kFieldCharsDefault + 1));
  EXPECT_EQ(ReasonOf(CheckFields(message, context)), "FIELD_TOO_LONG");
}

TEST(FieldRules, BytesAreLimitedWhereTheRuleSaysSo) {
  EXPECT_ACCEPTED(m.set_blob(std::string(8, '\xff')));
  EXPECT_PROBLEM(m.set_blob(std::string(9, 'x')), "FIELD_TOO_LONG", "blob");
  EXPECT_ACCEPTED(m.set_free_blob(std::string(100000, '\0')));
}

TEST(FieldRules, TheChosenMemberOfAOneofIsChecked) {
  EXPECT_ACCEPTED(m.set_left("abc"));
  EXPECT_PROBLEM(m.set_left("abcd"), "FIELD_TOO_LONG", "left");
  EXPECT_PROBLEM(m.mutable_right(), "FIELD_REQUIRED", "right.name");
}

TEST(FieldRules, NestingIsFollowedToItsLimit) {
  const auto nested = [](size_t depth) {
    Everything message = Valid();
    Leaf* leaf = message.mutable_leaf();
    leaf->set_name("x");
    for (size_t i = 2; i < depth; ++i) {
      leaf = leaf->mutable_child();
      leaf->set_name("x");
    }
    return message;
  };
  EXPECT_TRUE(CheckFields(nested(kFieldDepthMax), Context()).ok());
  EXPECT_EQ(ReasonOf(CheckFields(nested(kFieldDepthMax + 1), Context())), "MESSAGE_TOO_DEEP");
}

TEST(FieldRules, APrefixStandsBeforeEveryPath) {
  Everything message = Valid();
  message.mutable_leaf();
  EXPECT_EQ(ToProblem(CheckFields(message, Context(), "firm")).field, "firm.leaf.name");
}

TEST(FieldRules, AllProblemsAreListedInOrderUpToTheLimit) {
  Everything message;
  message.set_uscc("1");
  message.add_leaves();
  message.add_leaves();
  std::vector<std::string> fields;
  for (const auto& status : CheckAllFields(message, Context())) {
    fields.push_back(ToProblem(status).field);
  }
  EXPECT_THAT(fields,
              ElementsAre("required_text",
                          "uscc",
                          "required_number",
                          "present_number",
                          "required_colour",
                          "leaves[0].name",
                          "leaves[1].name"));
  EXPECT_THAT(CheckAllFields(message, Context(), "", 6), SizeIs(6));
  EXPECT_THAT(CheckAllFields(Valid(), Context()), IsEmpty());
}

TEST(FieldRules, ImmutableFieldsMayNotChange) {
  Everything before = Valid();
  before.set_fixed("a");
  Everything after = before;
  EXPECT_TRUE(CheckImmutable(before, after).ok());
  after.set_plain_text("other");
  EXPECT_TRUE(CheckImmutable(before, after).ok());
  for (const auto* changed : {"b", ""}) {
    after.set_fixed(changed);
    auto problem = ToProblem(CheckImmutable(before, after, "firm"));
    EXPECT_EQ(problem.reason, "FIELD_IMMUTABLE");
    EXPECT_EQ(problem.field, "firm.fixed");
    EXPECT_EQ(problem.code, absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(problem.zh, HasSubstr("不可更改"));
  }
  EXPECT_EQ(ReasonOf(CheckImmutable(Valid(), before)), "FIELD_IMMUTABLE");
}

TEST(FieldRules, ImmutabilityReachesListsAndNestedMessages) {
  Everything before = Valid();
  before.add_fixed_list("a");
  Everything after = before;
  after.add_fixed_list("b");
  EXPECT_EQ(ToProblem(CheckImmutable(before, after)).field, "fixed_list");
  before.mutable_leaf()->mutable_child()->set_number("1");
  after = before;
  after.mutable_leaf()->mutable_child()->set_number("2");
  EXPECT_EQ(ToProblem(CheckImmutable(before, after)).field, "leaf.child.number");
  after.clear_leaf();
  EXPECT_EQ(ToProblem(CheckImmutable(before, after)).field, "leaf.child.number");
}

TEST(FieldRules, TypesOfAnotherPoolAreCheckedToo) {
  google::protobuf::DescriptorPool pool(google::protobuf::DescriptorPool::generated_pool());
  google::protobuf::FileDescriptorProto file;
  file.set_name("dynamic.proto");
  file.set_syntax("proto3");
  auto* type = file.add_message_type();
  type->set_name("Dynamic");
  auto* field = type->add_field();
  field->set_name("text");
  field->set_number(1);
  field->set_type(google::protobuf::FieldDescriptorProto::TYPE_STRING);
  google::protobuf::DynamicMessageFactory factory(&pool);
  const auto* descriptor = pool.BuildFile(file)->message_type(0);
  std::unique_ptr<google::protobuf::Message> message(factory.GetPrototype(descriptor)->New());
  message->GetReflection()->SetString(
      message.get(), descriptor->field(0), std::string(kFieldCharsDefault + 1, 'x'));
  EXPECT_EQ(ReasonOf(CheckFields(*message, Context())), "FIELD_TOO_LONG");
}

TEST(FieldRules, ThreadsMayCheckTheSameTypeForTheFirstTime) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([] {
      for (int j = 0; j < 100; ++j) EXPECT_TRUE(CheckFields(Valid(), Context()).ok());
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace xince::type
