#include "services/type/csv_writer.h"

#include <string>

#include "absl/strings/string_view.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/type/csv.h"
#include "services/type/csv_escape.h"

namespace xince::type {
namespace {

constexpr char kMark[] = "\xEF\xBB\xBF";

std::string Written(const std::vector<CsvCell>& cells) {
  std::string out;
  CsvWriter writer(&out);
  writer.AddRow(cells);
  EXPECT_EQ(out.substr(0, 3), kMark);
  return out.substr(3);
}

TEST(CsvWriter, RowsEndInCrLfAfterOneMark) {
  std::string out;
  CsvWriter writer(&out);
  writer.AddRow({{"企业名称"}, {"备注"}});
  writer.AddRow({{"甲"}, {""}});
  EXPECT_EQ(out, std::string(kMark) + "企业名称,备注\r\n甲,\r\n");
}

TEST(CsvWriter, QuotesWhatNeedsThem) {
  EXPECT_EQ(Written({{"a,b"}, {"say \"x\""}, {"two\nlines"}, {" edge"}, {"plain"}}),
            "\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",\" edge\",plain\r\n");
  EXPECT_EQ(Written({{""}}), "\"\"\r\n");
}

TEST(CsvWriter, NoCellIsAFormula) {
  for (const std::string start :
       {"=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20", "'=", "''+"}) {
    const std::string cell = start + "1";
    EXPECT_TRUE(LooksLikeFormula(cell)) << cell;
    EXPECT_THAT(Written({{cell}, {"x"}}), ::testing::HasSubstr("'" + cell)) << cell;
  }
  EXPECT_TRUE(LooksLikeFormula(absl::string_view("\0", 1)));
  for (const auto* cell : {"", "'", "''", "a=1", "1-2", "'x", "物业"}) {
    EXPECT_FALSE(LooksLikeFormula(cell)) << cell;
  }
}

TEST(CsvWriter, OnlyNumbersOfNumberColumnsStayBare) {
  EXPECT_EQ(Written({{"-5", true}, {"+1.50", true}, {"-5"}}), "-5,+1.50,'-5\r\n");
  for (const auto* text : {"-5+1", "-", "+", "-1.", "-.5", "--1", "-1.2.3", "=1", "-1e5"}) {
    EXPECT_EQ(Written({{text, true}}), std::string("'") + text + "\r\n") << text;
  }
}

TEST(CsvWriter, TheReaderGivesBackWhatWasWritten) {
  const std::vector<std::string> texts = {"甲,乙",
                                          "say \"x\"",
                                          "two\nlines",
                                          "=1+1",
                                          "-5",
                                          "'=1",
                                          "'quoted",
                                          "\uff0b1",
                                          "''@x",
                                          "plain",
                                          "1"};
  std::string out;
  CsvWriter writer(&out);
  writer.AddRow({{"name"}, {"note"}});
  for (const auto& text : texts) writer.AddRow({{"row"}, {text}});
  const auto table = ReadCsv(out, {{.name = "name"}, {.name = "note"}});
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ(table->encoding, CsvEncoding::kUtf8Bom);
  ASSERT_EQ(table->rows.size(), texts.size());
  for (size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(table->rows[i].cells[1], texts[i]);
}

}  // namespace
}  // namespace xince::type
