#include "services/apps/xince/table.h"

#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

#include "services/apps/xince/subject_options.h"
#include "services/runtime/errors.h"

namespace xince::cli {
namespace {

TEST(TableTest, ChineseTakesTwoColumns) {
  Table table({{.text = "名称"}, {.text = "得分", .right = true}});
  table.Add({"示例物业", "88.00"});
  table.Add({"abc", "-12.50"});
  EXPECT_EQ(table.ToText(),
            "名称        得分\n"
            "示例物业   88.00\n"
            "abc       -12.50\n");
}

TEST(TableTest, RowsMayBeShorterThanTheHeading) {
  Table table({{.text = "a"}, {.text = "b"}});
  table.Add({"x"});
  EXPECT_EQ(table.ToText(), "a  b\nx\n");
}

TEST(ShortenedTest, CutsAtColumnsAndNotWithinCharacters) {
  EXPECT_EQ(Shortened("示例物业", 8), "示例物业");
  EXPECT_EQ(Shortened("示例物业", 7), "示例物…");
  EXPECT_EQ(Shortened("示例物业", 6), "示例…");
  EXPECT_EQ(Shortened("a\nb", 8), "a b");
  EXPECT_EQ(Shortened("\xff\xff", 8), "\xff\xff") << "bytes that are no text do no harm";
}

TEST(FormatHundredthsTest, HasTwoDecimalsAndASign) {
  EXPECT_EQ(FormatHundredths(8800), "88.00");
  EXPECT_EQ(FormatHundredths(-50), "-0.50");
  EXPECT_EQ(FormatHundredths(0), "0.00");
  EXPECT_EQ(FormatHundredths(std::numeric_limits<int64_t>::min()), "-92233720368547758.08");
}

TEST(SubjectNameTest, ABareCodeIsAFirm) {
  EXPECT_EQ(SubjectName("91350100m000100y43"), "firms/91350100M000100Y43");
  EXPECT_EQ(SubjectName("managers/m1"), "managers/m1");
}

TEST(ReadInstantTest, ADateIsTheEndOfItsDayInShanghai) {
  EXPECT_EQ(FormatInstant(*ReadInstant("2026-03-31")), "2026-03-31 23:59:59");
  EXPECT_EQ(FormatInstant(*ReadInstant("2026-03-31 09:05")), "2026-03-31 09:05:00");
  EXPECT_EQ(FormatInstant(*ReadInstant("2026-03-31T01:05:07Z")), "2026-03-31 09:05:07");
  EXPECT_EQ(runtime::ReasonOf(ReadInstant("tomorrow").status()), "TIME_SYNTAX");
  EXPECT_EQ(FormatInstant({}), "");
}

}  // namespace
}  // namespace xince::cli
