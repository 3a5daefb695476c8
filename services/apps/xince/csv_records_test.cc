#include "services/apps/xince/csv_records.h"

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "xince/registry/v1/firm.pb.h"

#include "services/apps/xince/importer.h"
#include "services/runtime/errors.h"

namespace xince::cli {
namespace {

using registry::v1::Firm;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// The columns every firm needs.
constexpr char kHeader[] = "uscc,display_name,provider_kind,division,filing_date\n";
constexpr char kGoodRow[] =
    "91350100M000100Y43,示例物业001有限公司,property-firm,320104,2024-01-05\n";

absl::StatusOr<ImportFile> Read(absl::string_view bytes,
                                std::optional<type::CsvEncoding> encoding = std::nullopt) {
  return ReadImportFile(bytes, *Firm::descriptor(), encoding);
}

const Firm& FirmOf(const ImportRow& row) { return static_cast<const Firm&>(*row.record); }

TEST(ReadImportFileTest, ReadsUtf8WithAndWithoutAMark) {
  for (const char* mark : {"", "\xef\xbb\xbf"}) {
    const auto file = Read(absl::StrCat(mark, kHeader, kGoodRow));
    ASSERT_TRUE(file.ok()) << file.status();
    ASSERT_EQ(file->rows.size(), 1);
    EXPECT_EQ(FirmOf(file->rows[0]).display_name(), "示例物业001有限公司");
    EXPECT_EQ(FirmOf(file->rows[0]).provider_kind(), Firm::PROPERTY_FIRM);
  }
}

TEST(ReadImportFileTest, ReadsGb18030AndSaysSo) {
  // 示例物业 in GB18030.
  const std::string row = absl::StrCat("91350100M000100Y43,\xca\xbe\xc0\xfd\xce\xef\xd2\xb5,",
                                       "property-firm,320104,2024-01-05\n");
  const auto file = Read(absl::StrCat(kHeader, row));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->encoding, type::CsvEncoding::kGb18030);
  EXPECT_EQ(FirmOf(file->rows[0]).display_name(), "示例物业");
  EXPECT_EQ(runtime::ReasonOf(Read(absl::StrCat(kHeader, row), type::CsvEncoding::kUtf8).status()),
            "CSV_ENCODING");
}

TEST(ReadImportFileTest, ReadsAHeaderInChineseInAnyOrder) {
  const auto file = Read(
      "企业名称,统一社会信用代码,备案日期,注册地行政区划,类型\n"
      "示例,91350100M000100Y43,2024/1/5,320104,分支机构\n");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(FirmOf(file->rows[0]).provider_kind(), Firm::BRANCH);
  EXPECT_EQ(FirmOf(file->rows[0]).filing_date(), "2024-01-05");
  EXPECT_EQ(file->columns[0].path, "display_name");
}

TEST(ReadImportFileTest, AWrongColumnIsAnsweredWithTheNearest) {
  const absl::Status status =
      Read("uscc,displayname,provider_kind,division,filing_date\n1,2,3,4,5\n").status();
  EXPECT_EQ(runtime::ReasonOf(status), "CSV_COLUMN_UNKNOWN");
  EXPECT_EQ(runtime::ToProblem(status).metadata["nearest"], "display_name");
}

TEST(ReadImportFileTest, AMissingRequiredColumnIsNamed) {
  const absl::Status status = Read("uscc\n91350100M000100Y43\n").status();
  EXPECT_EQ(runtime::ReasonOf(status), "CSV_COLUMN_MISSING");
}

TEST(ReadImportFileTest, ANameThatSeveralColumnsShareIsNotAccepted) {
  // 文号 stands in two documents of a firm.
  const absl::Status status =
      Read("uscc,display_name,provider_kind,division,filing_date,文号\n1,2,3,4,5,6\n").status();
  EXPECT_EQ(runtime::ReasonOf(status), "CSV_COLUMN_UNKNOWN");
  const auto file = Read(
      "uscc,display_name,provider_kind,division,filing_date,备案承诺书/"
      "文号\n1,2,branch,4,5,六号\n");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(FirmOf(file->rows[0]).commitment_document().number(), "六号");
}

TEST(ReadImportFileTest, AWrongRowLeavesTheOthersAlone) {
  const auto file = Read(absl::StrCat(kHeader,
                                      "91350100M000100Y43,短\n",
                                      kGoodRow,
                                      "91350100M000100Y43,示例,shop,320104,2024-01-05\n"));
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_EQ(file->rows.size(), 3);
  EXPECT_EQ(runtime::ReasonOf(file->rows[0].problem), "CSV_ROW_WIDTH");
  EXPECT_EQ(file->rows[0].line, 2);
  EXPECT_TRUE(file->rows[1].problem.ok());
  EXPECT_EQ(runtime::ReasonOf(file->rows[2].problem), "CELL_ENUM");
  EXPECT_EQ(runtime::ToProblem(file->rows[2].problem).field, "provider_kind");
  EXPECT_EQ(file->rows[2].line, 4);
}

TEST(ReadImportFileTest, AStrayQuoteNamesItsLine) {
  const absl::Status status =
      Read(absl::StrCat(kHeader, kGoodRow, "9135\"0100M000100Y43,a,b,c,d\n")).status();
  EXPECT_EQ(runtime::ReasonOf(status), "CSV_QUOTE");
  EXPECT_EQ(runtime::ToProblem(status).metadata["line"], "3");
}

TEST(MakeErrorFileTest, HoldsTheRefusedRowsAndIsReadAgain) {
  auto file = Read(
      absl::StrCat(kHeader, kGoodRow, "91350100M000100Y43,\"示例,二\",shop,320104,2024-01-05\n"));
  ASSERT_TRUE(file.ok()) << file.status();
  std::string errors = MakeErrorFile(*file);
  EXPECT_THAT(errors, HasSubstr("行号,错误原因,错误代码"));
  EXPECT_THAT(errors, HasSubstr("CELL_ENUM"));
  EXPECT_THAT(errors, Not(HasSubstr("示例物业001")));

  // Corrected as an officer does it: the cell, and nothing else.
  errors.replace(errors.find("shop"), 4, "branch");
  const auto corrected = Read(errors);
  ASSERT_TRUE(corrected.ok()) << corrected.status();
  ASSERT_EQ(corrected->rows.size(), 1);
  EXPECT_TRUE(corrected->rows[0].problem.ok()) << corrected->rows[0].problem;
  EXPECT_EQ(FirmOf(corrected->rows[0]).display_name(), "示例,二");
  EXPECT_EQ(corrected->columns.size(), 5);
}

TEST(RowRequestIdTest, FollowsFromRecordFileAndLineAlone) {
  const std::string id = RowRequestId("registry.firm", "bytes", 2);
  EXPECT_EQ(id, RowRequestId("registry.firm", "bytes", 2));
  EXPECT_NE(id, RowRequestId("registry.firm", "bytes", 3));
  EXPECT_NE(id, RowRequestId("registry.firm", "bytes.", 2));
  EXPECT_NE(id, RowRequestId("registry.manager", "bytes", 2));
  EXPECT_LE(RowRequestId("registry.firm", "bytes", 200'000).size(), 100);
  EXPECT_EQ(id, "import-bdf112df04199b15f283e8a1dd3d69b7-2");
}

TEST(DependsOnRegisterTest, IsWhatAnotherRowOrAnotherDayMayChange) {
  EXPECT_TRUE(DependsOnRegister(runtime::AlreadyExists("RECORD_EXISTS", "", "", "")));
  EXPECT_TRUE(DependsOnRegister(runtime::FailedPrecondition("REFERENCE_UNKNOWN", "", "", "")));
  EXPECT_FALSE(DependsOnRegister(runtime::InvalidArgument("USCC_CHECK_DIGIT", "", "", "")));
  EXPECT_FALSE(DependsOnRegister(absl::OkStatus()));
}

}  // namespace
}  // namespace xince::cli
