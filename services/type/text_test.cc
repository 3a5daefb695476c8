#include "services/type/text.h"

#include <string>

#include "gtest/gtest.h"
#include "services/runtime/errors.h"

namespace xince::type {
namespace {

using ::xince::runtime::ReasonOf;
using ::xince::runtime::ToProblem;

TEST(Text, LengthCountsCodePoints) {
  EXPECT_EQ(CountCodePoints(""), 0u);
  EXPECT_EQ(CountCodePoints("abc"), 3u);
  EXPECT_EQ(CountCodePoints("物业é"), 3u);
  EXPECT_EQ(CountCodePoints("𠮷"), 1u);
}

TEST(Text, WhatIsNotShortestUtf8IsNoText) {
  for (const auto* bytes : {"\xff",
                            "\x80",
                            "\xc0\x80",
                            "\xc1\xbf",
                            "\xe0\x80\x80",
                            "\xed\xa0\x80",
                            "\xf4\x90\x80\x80",
                            "\xf0\x80\x80\x80",
                            "\xe7\x89",
                            "\xe7",
                            "a\xe7z\x80",
                            "\xf8\x88\x80\x80\x80"}) {
    EXPECT_FALSE(CountCodePoints(bytes).has_value());
    EXPECT_EQ(ReasonOf(CheckText(bytes, 10, LineBreaks::kAllowed, "name")), "TEXT_ENCODING");
  }
  EXPECT_EQ(CountCodePoints("\xf4\x8f\xbf\xbf"), 1u);
}

TEST(Text, ControlCharactersAreFoundWithTheirPosition) {
  for (const char32_t c : {0x00,
                           0x01,
                           0x09,
                           0x0D,
                           0x1F,
                           0x7F,
                           0x85,
                           0x200B,
                           0x200E,
                           0x2028,
                           0x202E,
                           0x2066,
                           0xFEFF,
                           0xFDD0,
                           0xFFFE,
                           0x10FFFF}) {
    std::string text = "物";
    if (c < 0x80) {
      text.push_back(static_cast<char>(c));
    } else if (c < 0x800) {
      text += {static_cast<char>(0xC0 | c >> 6), static_cast<char>(0x80 | (c & 0x3F))};
    } else if (c < 0x10000) {
      text += {static_cast<char>(0xE0 | c >> 12),
               static_cast<char>(0x80 | (c >> 6 & 0x3F)),
               static_cast<char>(0x80 | (c & 0x3F))};
    } else {
      text += {static_cast<char>(0xF0 | c >> 18),
               static_cast<char>(0x80 | (c >> 12 & 0x3F)),
               static_cast<char>(0x80 | (c >> 6 & 0x3F)),
               static_cast<char>(0x80 | (c & 0x3F))};
    }
    const TextScan scan = ScanText(text + "业", LineBreaks::kAllowed);
    EXPECT_TRUE(scan.valid_utf8);
    EXPECT_EQ(scan.code_points, 3u);
    ASSERT_TRUE(scan.flaw.has_value()) << static_cast<uint32_t>(c);
    EXPECT_EQ(scan.flaw->position, 2u);
    EXPECT_EQ(scan.flaw->code_point, c);
  }
  auto problem = ToProblem(CheckText("a\x7f", 10, LineBreaks::kAllowed, "name"));
  EXPECT_EQ(problem.reason, "CONTROL_CHARACTER");
  EXPECT_EQ(problem.metadata["position"], "2");
  EXPECT_EQ(problem.metadata["character"], "U+007F");
}

TEST(Text, LineBreaksPassWhereTheyAreAllowed) {
  EXPECT_TRUE(CheckText("a\nb", 10, LineBreaks::kAllowed, "").ok());
  EXPECT_EQ(ReasonOf(CheckText("a\nb", 10, LineBreaks::kRefused, "")), "CONTROL_CHARACTER");
}

TEST(Text, OrdinaryWritingPasses) {
  for (const auto* text : {"南京市某某物业\uff08集团\uff09有限公司",
                           "ئۇيغۇرچە",
                           "བོད་ཡིག",
                           "a\u200cb\u200dc",
                           "12〔2026〕8号",
                           "𠮷"}) {
    EXPECT_TRUE(CheckText(text, 40, LineBreaks::kRefused, "").ok()) << text;
  }
}

TEST(Text, LengthIsLimitedAtTheLimit) {
  EXPECT_TRUE(CheckText("物业服务", 4, LineBreaks::kRefused, "").ok());
  auto problem = ToProblem(CheckText("物业服务费", 4, LineBreaks::kRefused, "name"));
  EXPECT_EQ(problem.reason, "FIELD_TOO_LONG");
  EXPECT_EQ(problem.metadata["limit"], "4");
  EXPECT_EQ(problem.metadata["found"], "5");
}

TEST(Text, TrimsAsciiAndIdeographicSpace) {
  EXPECT_EQ(TrimSpace(" \t\r\n\u3000\u00a0物 业\u3000 "), "物 业");
  EXPECT_EQ(TrimSpace("\u3000"), "");
  EXPECT_EQ(TrimSpace(""), "");
  EXPECT_EQ(TrimSpace("\x80\x80"), "\x80\x80");
  EXPECT_EQ(TrimSpace("a\xe3"), "a\xe3");
}

TEST(Text, NormalizesToNfcWithPlainLineBreaks) {
  EXPECT_EQ(*NormalizeText("e\u0301\r\nb\rc "), "\u00e9\nb\nc");
  EXPECT_EQ(*NormalizeText(" plain\r\n"), "plain");
  EXPECT_EQ(*NormalizeText("物业\uff08集团\uff09"), "物业\uff08集团\uff09");
  EXPECT_EQ(ReasonOf(NormalizeText("\xff", "name").status()), "TEXT_ENCODING");
}

TEST(Text, NormalizesUpToItsLimit) {
  EXPECT_TRUE(NormalizeText(std::string(kNormalizeBytesMax, 'a')).ok());
  EXPECT_EQ(ReasonOf(NormalizeText(std::string(kNormalizeBytesMax + 1, 'a')).status()),
            "FIELD_TOO_LONG");
}

TEST(Text, FullWidthFormsBecomeHalfWidth) {
  EXPECT_EQ(ToHalfWidth("ＡＢ１２～！\u3000物\xff"), "AB12~! 物\xff");
}

TEST(Text, EditDistanceCountsCodePoints) {
  EXPECT_EQ(EditDistance("", ""), 0u);
  EXPECT_EQ(EditDistance("企业名称", "企业名"), 1u);
  EXPECT_EQ(EditDistance("uscc", "ucsc"), 2u);
  EXPECT_EQ(EditDistance("", "物业"), 2u);
}

}  // namespace
}  // namespace xince::type
