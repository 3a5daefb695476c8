#include "services/type/csv.h"

#include <iconv.h>

#include <string>

#include "absl/strings/str_cat.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/runtime/errors.h"

namespace xince::type {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::xince::runtime::Problem;
using ::xince::runtime::ReasonOf;
using ::xince::runtime::ToProblem;

const std::vector<CsvColumn>& Columns() {
  static const auto* const columns = new std::vector<CsvColumn>{
      {.name = "企业名称", .aliases = {"display_name"}, .required = true},
      {.name = "统一社会信用代码", .aliases = {"uscc"}},
      {.name = "备注", .aliases = {"note"}},
  };
  return *columns;
}

absl::StatusOr<CsvTable> Read(absl::string_view bytes) { return ReadCsv(bytes, Columns()); }

Problem Refusal(absl::string_view bytes) { return ToProblem(Read(bytes).status()); }

std::string ToGb18030(const std::string& text) {
  const iconv_t converter = iconv_open("GB18030", "UTF-8");
  std::string result(text.size() * 2, '\0');
  char* in = const_cast<char*>(text.data());
  char* out = result.data();
  size_t in_left = text.size();
  size_t out_left = result.size();
  iconv(converter, &in, &in_left, &out, &out_left);
  iconv_close(converter);
  result.resize(result.size() - out_left);
  return result;
}

TEST(Csv, CellsComeInTheOrderAskedFor) {
  const auto table = Read("备注,企业名称\r\n一,甲公司\r\n二,乙公司\r\n");
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_THAT(table->positions, ElementsAre(2, 0, 1));
  ASSERT_THAT(table->rows, SizeIs(2));
  EXPECT_THAT(table->rows[0].cells, ElementsAre("甲公司", "", "一"));
  EXPECT_EQ(table->rows[0].line, 2u);
  EXPECT_EQ(table->rows[1].line, 3u);
  EXPECT_TRUE(table->rows[1].problem.ok());
}

TEST(Csv, ColumnsHaveSeveralNames) {
  const auto table = Read("Display_Name , USCC\nx,y");
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_THAT(table->positions, ElementsAre(1, 2, 0));
}

TEST(Csv, QuotedCellsMayHoldCommasQuotesAndLines) {
  const auto table = Read("企业名称,备注\r\n\"甲,乙\",\"他说\"\"好\"\"\r\n\r\n第二行\"\r\n丙,\r\n");
  ASSERT_TRUE(table.ok()) << table.status();
  ASSERT_THAT(table->rows, SizeIs(2));
  EXPECT_THAT(table->rows[0].cells, ElementsAre("甲,乙", "", "他说\"好\"\n\n第二行"));
  EXPECT_EQ(table->rows[0].line, 2u);
  EXPECT_EQ(table->rows[1].line, 5u);
}

TEST(Csv, EveryKindOfLineEndIsCounted) {
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    const auto table =
        Read(absl::StrCat("企业名称", end, end, "  ", end, "甲", end, ",", end, "乙"));
    ASSERT_TRUE(table.ok()) << table.status();
    ASSERT_THAT(table->rows, SizeIs(2));
    EXPECT_EQ(table->rows[0].line, 4u);
    EXPECT_EQ(table->rows[1].line, 6u);
  }
}

TEST(Csv, CommentsAndBlankRowsAreNoRows) {
  const auto table = Read("# 说明,每行一个企业\n企业名称,备注\n#必填,选填\n,\n甲,乙,,\n \n");
  ASSERT_TRUE(table.ok()) << table.status();
  ASSERT_THAT(table->rows, SizeIs(1));
  EXPECT_EQ(table->rows[0].line, 5u);
  EXPECT_TRUE(table->rows[0].problem.ok());
}

TEST(Csv, CellsAreNormalizedAndFreedOfTheWritersApostrophe) {
  const auto table = Read("企业名称,备注,uscc\n\"  甲 \",'=1+1,'it\ne\u0301,''-x,'\uff1d1\n");
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_THAT(table->rows[0].cells, ElementsAre("甲", "'it", "=1+1"));
  EXPECT_THAT(table->rows[1].cells, ElementsAre("\u00e9", "\uff1d1", "'-x"));
}

TEST(Csv, Utf8WithAndWithoutAMarkIsRecognized) {
  EXPECT_EQ(Read("企业名称\n甲")->encoding, CsvEncoding::kUtf8);
  const auto marked = Read("\xEF\xBB\xBF企业名称\n甲");
  ASSERT_TRUE(marked.ok());
  EXPECT_EQ(marked->encoding, CsvEncoding::kUtf8Bom);
  EXPECT_THAT(marked->rows[0].cells[0], "甲");
}

TEST(Csv, Gb18030IsRecognized) {
  const auto table = Read(ToGb18030("企业名称,备注\n甲公司,𠮷㑇\n"));
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ(table->encoding, CsvEncoding::kGb18030);
  EXPECT_THAT(table->rows[0].cells, ElementsAre("甲公司", "", "𠮷㑇"));
}

TEST(Csv, ALargeGb18030FileIsDecodedWhole) {
  std::string text = "企业名称\n";
  for (int i = 0; i < 40000; ++i) absl::StrAppend(&text, "甲", i, "\n");
  const auto table = Read(ToGb18030(text));
  ASSERT_TRUE(table.ok()) << table.status();
  ASSERT_THAT(table->rows, SizeIs(40000));
  EXPECT_EQ(table->rows.back().cells[0], "甲39999");
}

TEST(Csv, TheCallerMayOverruleTheEncoding) {
  // Bytes that both encodings accept.
  const std::string both = "企业名称\n\xC4\xA3\n";
  EXPECT_EQ(ReadCsv(both, Columns())->rows[0].cells[0], "\u0123");
  const std::string gb = ToGb18030("企业名称\n") + "\xC4\xA3\n";
  EXPECT_EQ(ReadCsv(gb, Columns(), CsvEncoding::kGb18030)->rows[0].cells[0], "模");
  EXPECT_EQ(ReasonOf(ReadCsv(gb, Columns(), CsvEncoding::kUtf8).status()), "CSV_ENCODING");
}

TEST(Csv, UndecodableBytesAreRefusedWithTheirLine) {
  for (const auto& [bytes, line] : std::vector<std::pair<std::string, std::string>>{
           {"企业名称\n甲\n\xff\n", "3"},
           {ToGb18030("企业名称\n甲\n") + "\xff\n", "3"},
           {ToGb18030("企业名称\n甲") + "\x81", "2"},
           {"\xEF\xBB\xBF企业名称\n\xC4\xFA\n", "2"},
           {std::string("display_name\na\0b\n", 17), "2"},
           {std::string("\xFF\xFEu\0", 4), "1"},
       }) {
    auto problem = Refusal(bytes);
    EXPECT_EQ(problem.reason, "CSV_ENCODING");
    EXPECT_EQ(problem.metadata["line"], line);
  }
}

TEST(Csv, MisplacedQuotesAreRefusedWithTheirLine) {
  for (const auto& [text, line] : std::vector<std::pair<std::string, std::string>>{
           {"企业名称,备注\n甲,乙\n甲\"乙\",丙\n", "3"},
           {"企业名称,备注\n\"甲\"乙,丙\n", "2"},
           {"企业名称,备注\n甲,\"乙\n丙,丁\n", "2"},
           {"企业名称,备注\n甲,\"乙", "2"},
           {"企业名称,备注\n\"甲\n乙\"丙,丁\n", "3"},
       }) {
    auto problem = Refusal(text);
    EXPECT_EQ(problem.reason, "CSV_QUOTE") << text;
    EXPECT_EQ(problem.metadata["line"], line) << text;
  }
}

TEST(Csv, AFileWithoutHeaderOrRowsIsEmpty) {
  for (const auto* text : {"",
                           "\n\n",
                           "\xEF\xBB\xBF",
                           "# only a comment\n",
                           "企业名称,备注\n",
                           "企业名称,备注\n,\n# 说明\n"}) {
    EXPECT_EQ(Refusal(text).reason, "CSV_EMPTY") << text;
  }
}

TEST(Csv, AnUnknownColumnIsNamedWithTheNearest) {
  auto problem = Refusal("企业名字,备注\n甲,乙\n");
  EXPECT_EQ(problem.reason, "CSV_COLUMN_UNKNOWN");
  EXPECT_EQ(problem.metadata["column"], "1");
  EXPECT_EQ(problem.metadata["name"], "企业名字");
  EXPECT_EQ(problem.metadata["nearest"], "企业名称");
  EXPECT_EQ(Refusal("企业名称,ucsc\n甲,乙\n").metadata["nearest"], "统一社会信用代码");
  EXPECT_EQ(Refusal("企业名称,电话号码\n甲,乙\n").metadata.count("nearest"), 0u);
  EXPECT_EQ(Refusal("企业名称,,备注\n甲,,乙\n").reason, "CSV_COLUMN_UNKNOWN");
}

TEST(Csv, TheNearestColumnIsNotTheLastNearOne) {
  const auto table = ReadCsv("aaaa\nx\n", {{.name = "aaab"}, {.name = "aazz"}});
  EXPECT_EQ(ToProblem(table.status()).metadata["nearest"], "aaab");
}

TEST(Csv, AMissingOrRepeatedColumnIsNamed) {
  auto missing = Refusal("备注\n乙\n");
  EXPECT_EQ(missing.reason, "CSV_COLUMN_MISSING");
  EXPECT_EQ(missing.metadata["name"], "企业名称");
  auto twice = Refusal("企业名称,备注,note\n甲,乙,丙\n");
  EXPECT_EQ(twice.reason, "CSV_COLUMN_TWICE");
  EXPECT_EQ(twice.metadata["column"], "3");
}

TEST(Csv, ARowOfAnotherWidthIsTheRowsProblem) {
  const auto table = Read("企业名称,备注,\n甲\n乙,丙,,\n丁,戊,己\n");
  ASSERT_TRUE(table.ok()) << table.status();
  ASSERT_THAT(table->rows, SizeIs(3));
  auto narrow = ToProblem(table->rows[0].problem);
  EXPECT_EQ(narrow.reason, "CSV_ROW_WIDTH");
  EXPECT_EQ(narrow.metadata["line"], "2");
  EXPECT_EQ(narrow.metadata["found"], "1");
  EXPECT_EQ(narrow.metadata["expected"], "2");
  EXPECT_EQ(table->rows[0].cells[0], "甲");
  EXPECT_TRUE(table->rows[1].problem.ok());
  EXPECT_EQ(ToProblem(table->rows[2].problem).metadata["found"], "3");
}

std::string Repeat(const std::string& text, size_t times) {
  std::string result;
  result.reserve(text.size() * times);
  while (times-- > 0) result += text;
  return result;
}

TEST(Csv, CellsAreLimited) {
  const auto table = Read(absl::StrCat("企业名称,备注\n甲,",
                                       Repeat("乙", kCsvCellCharsMax),
                                       "\n甲,",
                                       Repeat("乙", kCsvCellCharsMax + 1),
                                       "\n"));
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_TRUE(table->rows[0].problem.ok());
  auto problem = ToProblem(table->rows[1].problem);
  EXPECT_EQ(problem.reason, "CSV_CELL_TOO_LONG");
  EXPECT_EQ(problem.metadata["line"], "3");
  EXPECT_EQ(problem.metadata["column"], "2");
  EXPECT_EQ(problem.metadata["name"], "备注");
  EXPECT_EQ(problem.metadata["found"], "4001");
}

TEST(Csv, RowsAreLimited) {
  const std::string full = "企业名称\n#\n" + Repeat("a\n\n", kCsvRowsMax);
  EXPECT_THAT(Read(full)->rows, SizeIs(kCsvRowsMax));
  EXPECT_EQ(Refusal(full + "a").reason, "CSV_ROWS_MAX");
}

TEST(Csv, ColumnsAreLimited) {
  std::vector<CsvColumn> columns;
  std::string header = "c0";
  for (size_t i = 0; i <= kCsvColumnsMax; ++i) columns.push_back({.name = absl::StrCat("c", i)});
  for (size_t i = 1; i < kCsvColumnsMax; ++i) absl::StrAppend(&header, ",c", i);
  const std::string row = absl::StrCat("a", Repeat(",a", kCsvColumnsMax - 1));
  EXPECT_TRUE(ReadCsv(header + "\n" + row, columns).ok());
  EXPECT_EQ(ReasonOf(ReadCsv(header + ",c200\n" + row, columns).status()), "CSV_COLUMNS_MAX");
  EXPECT_EQ(ReasonOf(ReadCsv(header + "\n" + row + Repeat(",a", 1000), columns).status()),
            "CSV_COLUMNS_MAX");
}

TEST(Csv, FilesAreLimited) {
  std::string bytes = "display_name\na\n";
  bytes.resize(kCsvFileBytesMax, '\n');
  EXPECT_TRUE(Read(bytes).ok());
  bytes.push_back('\n');
  EXPECT_EQ(Refusal(bytes).reason, "CSV_FILE_TOO_LARGE");
}

TEST(Csv, LongNamesAreCutInMessages) {
  auto problem = Refusal(Repeat("列", 1000) + "\nx\n");
  EXPECT_EQ(problem.metadata["name"], Repeat("列", 20) + "…");
}

}  // namespace
}  // namespace xince::type
