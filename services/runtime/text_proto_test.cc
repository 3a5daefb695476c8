#include "services/runtime/text_proto.h"

#include <string>

#include "google/protobuf/struct.pb.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/runtime/errors.h"

namespace xince::runtime {
namespace {

using google::protobuf::Value;

// A message nested so deep, of two levels for each list.
std::string Nested(int lists) {
  std::string text = "null_value: NULL_VALUE";
  for (int i = 0; i < lists; ++i) text = "list_value { values { " + text + " } }";
  return text;
}

Problem ProblemOf(const std::string& text) {
  Value value;
  return ToProblem(ParseTextProto(text, "some.textproto", "SOME_SYNTAX", value));
}

TEST(TextProtoTest, ReadsAMessageAndItsPlaces) {
  Value value;
  google::protobuf::TextFormat::ParseInfoTree tree;
  ASSERT_TRUE(ParseTextProto("\n  string_value: '物业'", "f", "SYNTAX", value, &tree).ok());
  EXPECT_EQ(value.string_value(), "物业");
  const auto at = tree.GetLocation(Value::descriptor()->FindFieldByName("string_value"), -1);
  EXPECT_EQ(at.line, 1);
  EXPECT_EQ(at.column, 2);
}

TEST(TextProtoTest, TellsReasonFileLineAndColumnOfTheFirstMistake) {
  const Problem problem = ProblemOf("list_value {\n  value {}\n  vaule {}\n}");
  EXPECT_EQ(problem.code, absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(problem.reason, "SOME_SYNTAX");
  EXPECT_THAT(problem.en, ::testing::StartsWith("some.textproto:2:9: "));
  EXPECT_THAT(problem.zh, ::testing::StartsWith("some.textproto:2:9:"));
  EXPECT_EQ(problem.metadata.at("file"), "some.textproto");
  EXPECT_EQ(problem.metadata.at("line"), "2");
  EXPECT_EQ(problem.metadata.at("column"), "9");
}

TEST(TextProtoTest, RefusesBytesAndEscapesThatAreNotUtf8) {
  EXPECT_THAT(ProblemOf("string_value: 'a'\n# \xff").en, ::testing::HasSubstr(":2:3: the text"));
  EXPECT_THAT(ProblemOf("string_value: '\\377'").en, ::testing::HasSubstr(":1:1: the string"));
  EXPECT_THAT(ProblemOf("list_value {\n values { string_value: '\\377' } }").en,
              ::testing::HasSubstr(":2:11: the string"));
}

TEST(TextProtoTest, ReadsNestingUpToItsLimit) {
  Value value;
  EXPECT_TRUE(ParseTextProto(Nested(kTextNestingMax / 2), "f", "SYNTAX", value).ok());
  EXPECT_EQ(ProblemOf(Nested(kTextNestingMax / 2 + 1)).reason, "SOME_SYNTAX");
}

}  // namespace
}  // namespace xince::runtime
