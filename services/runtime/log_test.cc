#include "services/runtime/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/runtime/utf8.h"

namespace xince::runtime {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

TEST(LogTest, WritesOneJsonObjectPerLine) {
  LogCapture capture;
  Log(LogLevel::kWarning, "two \"words\"", {{"port", 7300}, {"ok", true}, {"path", "a\nb"}});
  EXPECT_THAT(
      capture.text(),
      MatchesRegex("\\{\"time\":\"[0-9-]{10}T[0-9:.]{12}Z\",\"level\":\"warning\","
                   "\"message\":\"two "
                   "\\\\\"words\\\\\"\",\"port\":7300,\"ok\":true,\"path\":\"a\\\\nb\"\\}\n"));
}

TEST(LogTest, DropsWhatIsBelowTheLevel) {
  LogCapture capture;
  SetLogLevel(LogLevel::kError);
  Log(LogLevel::kWarning, "quiet");
  Log(LogLevel::kError, "loud");
  SetLogLevel(LogLevel::kInfo);
  EXPECT_THAT(capture.text(), HasSubstr("loud"));
  EXPECT_THAT(capture.text(), ::testing::Not(HasSubstr("quiet")));
}

TEST(LogTest, CutsLongValues) {
  LogCapture capture;
  Log(LogLevel::kInfo, "long", {{"value", std::string(kLogValueBytesMax + 1, 'x')}});
  EXPECT_THAT(capture.text(), HasSubstr(std::string(kLogValueBytesMax, 'x') + "…\""));
}

TEST(LogTest, KeepsJsonValidForBytesThatAreNotUtf8) {
  EXPECT_EQ(JsonString("信\xFF\x01"), "\"信\xEF\xBF\xBD\\u0001\"");
}

TEST(LogTest, KnowsItsLevelsByName) {
  LogLevel level = LogLevel::kInfo;
  EXPECT_TRUE(ParseLogLevel("error", level));
  EXPECT_EQ(level, LogLevel::kError);
  EXPECT_FALSE(ParseLogLevel("loud", level));
  EXPECT_EQ(level, LogLevel::kError);
}

TEST(LogDeathTest, CheckEndsTheProcessAndSaysWhy) {
  Check(true, "not this");
  EXPECT_DEATH(Check(false, "the reason"), "the reason");
}

TEST(Utf8Test, KnowsWellFormedText) {
  EXPECT_TRUE(IsUtf8("信册 ok 𠀀"));
  EXPECT_TRUE(IsUtf8(""));
  for (const char* bad : {"\x80",
                          "\xC0\xAF",
                          "\xE0\x80\x80",
                          "\xED\xA0\x80",
                          "\xF4\x90\x80\x80",
                          "\xE4\xBF",
                          "\xF8\x88\x80\x80\x80",
                          "\xC3("}) {
    EXPECT_FALSE(IsUtf8(bad)) << JsonString(bad);
  }
}

TEST(Utf8Test, PrintableTextHasNothingThatHidesOrReorders) {
  EXPECT_TRUE(IsPrintableUtf8("住建局 officer-7"));
  for (const char* bad :
       {"a\nb", "\x7F", "a\xC2\x85", "a\xE2\x80\xAE", "a\xE2\x80\xA8", "a\xE2\x81\xA6", "\xFF"}) {
    EXPECT_FALSE(IsPrintableUtf8(bad)) << JsonString(bad);
  }
}

}  // namespace
}  // namespace xince::runtime
