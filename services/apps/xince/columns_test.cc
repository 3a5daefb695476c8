#include "services/apps/xince/columns.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/message_differencer.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "xince/inspection/v1/inspection.pb.h"
#include "xince/registry/v1/firm.pb.h"
#include "xince/type/v1/options.pb.h"

#include "services/apps/xince/catalog.h"
#include "services/apps/xince/csv_records.h"
#include "services/apps/xince/services.h"
#include "services/apps/xince/session.h"
#include "services/runtime/errors.h"
#include "services/type/csv_writer.h"

namespace xince::cli {
namespace {

using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;
using ::google::protobuf::Reflection;
using ::google::protobuf::util::MessageDifferencer;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

// A text that the field's form leaves as it is.
std::string TextFor(const FieldDescriptor& field) {
  const type::v1::FieldRule& rule = field.options().GetExtension(type::v1::rule);
  switch (rule.format()) {
    case type::v1::FORMAT_DATE:
    case type::v1::FORMAT_PAST_DATE:
      return "2026-03-31";
    case type::v1::FORMAT_RESOURCE:
      return absl::StrCat(rule.collection(), "/one");
    case type::v1::FORMAT_USCC:
      return "91350100M000100Y43";
    case type::v1::FORMAT_UNSPECIFIED:
      return absl::StrCat("a;b\\c;d\"e,", field.name());
    default:
      return "x1";
  }
}

void Fill(Message& message);

// Sets one element of a field, or adds two.
void FillField(Message& message, const FieldDescriptor* field) {
  const Reflection* reflection = message.GetReflection();
  for (int i = 0; i < (field->is_repeated() ? 2 : 1); ++i) {
    const bool add = field->is_repeated();
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        add ? reflection->AddString(&message, field, TextFor(*field))
            : reflection->SetString(&message, field, TextFor(*field));
        break;
      case FieldDescriptor::CPPTYPE_BOOL:
        reflection->SetBool(&message, field, true);
        break;
      case FieldDescriptor::CPPTYPE_ENUM:
        add ? reflection->AddEnum(&message, field, field->enum_type()->value(1))
            : reflection->SetEnum(&message, field, field->enum_type()->value(1));
        break;
      case FieldDescriptor::CPPTYPE_INT32:
        reflection->SetInt32(&message, field, -7);
        break;
      case FieldDescriptor::CPPTYPE_INT64:
        reflection->SetInt64(&message, field, -1250);
        break;
      case FieldDescriptor::CPPTYPE_UINT32:
        reflection->SetUInt32(&message, field, 7);
        break;
      case FieldDescriptor::CPPTYPE_UINT64:
        reflection->SetUInt64(&message, field, 7);
        break;
      default:
        Fill(add ? *reflection->AddMessage(&message, field)
                 : *reflection->MutableMessage(&message, field));
    }
  }
}

// Every importable field set.
void Fill(Message& message) {
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message.GetDescriptor()->field(i);
    if (field->options().GetExtension(type::v1::rule).output_only()) continue;
    FillField(message, field);
  }
}

const Column& ColumnOf(const std::vector<Column>& columns, const std::string& path) {
  for (const Column& column : columns) {
    if (column.path == path) return column;
  }
  ADD_FAILURE() << "no column " << path;
  return columns.front();
}

template <class Record>
absl::Status Set(Record& record, const std::string& path, absl::string_view cell) {
  return SetCell(ColumnOf(ColumnsOf(*Record::descriptor()), path), cell, record);
}

// ---- Every record type of every feed ---------------------------------------------------------------

class RecordTypeTest : public ::testing::TestWithParam<const RecordEntry*> {};

TEST_P(RecordTypeTest, AFilledRecordComesBackFromItsRow) {
  const std::unique_ptr<Message> record = NewMessage(*GetParam()->message);
  Fill(*record);
  std::string bytes;
  type::CsvWriter writer(&bytes);
  std::vector<type::CsvCell> header;
  std::vector<std::string> texts;
  const std::vector<Column> columns = ColumnsOf(*GetParam()->message);
  for (const Column& column : columns) {
    header.push_back({.text = column.path});
    texts.push_back(CellOf(column, *record));
    EXPECT_FALSE(texts.back().empty()) << column.path;
  }
  writer.AddRow(header);
  writer.AddRow(std::vector<type::CsvCell>(texts.begin(), texts.end()));

  const auto file = ReadImportFile(bytes, *GetParam()->message, std::nullopt);
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_EQ(file->rows.size(), 1);
  EXPECT_TRUE(file->rows[0].problem.ok()) << file->rows[0].problem;
  std::string difference;
  MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&difference);
  EXPECT_TRUE(differencer.Compare(*record, *file->rows[0].record)) << difference;
}

TEST_P(RecordTypeTest, ItsTemplateIsRead) {
  for (const bool chinese : {false, true}) {
    std::string text = MakeTemplate(*GetParam()->message, chinese);
    // A comment is no row: without one the file is refused as empty, not as malformed.
    EXPECT_EQ(runtime::ReasonOf(ReadImportFile(text, *GetParam()->message, std::nullopt).status()),
              "CSV_EMPTY");
    text += "x";
    text += std::string(ColumnsOf(*GetParam()->message).size() - 1, ',') + "\r\n";
    const auto file = ReadImportFile(text, *GetParam()->message, std::nullopt);
    ASSERT_TRUE(file.ok()) << file.status();
    EXPECT_EQ(file->columns.size(), ColumnsOf(*GetParam()->message).size());
    EXPECT_EQ(file->rows.size(), 1);
  }
}

TEST_P(RecordTypeTest, NothingTheServerSetsIsAColumn) {
  for (const Column& column : ColumnsOf(*GetParam()->message)) {
    EXPECT_NE(column.path.substr(0, 5), "info.");
    for (const FieldDescriptor* field : column.fields) {
      EXPECT_FALSE(field->options().GetExtension(type::v1::rule).output_only()) << column.path;
    }
    EXPECT_THAT(ExplainColumn(column), HasSubstr(column.zh));
  }
}

std::vector<const RecordEntry*> AllRecords() {
  std::vector<const RecordEntry*> all;
  for (const RecordEntry& entry : Records()) all.push_back(&entry);
  return all;
}

std::string TestName(const ::testing::TestParamInfo<const RecordEntry*>& info) {
  return info.param->message->name();
}

INSTANTIATE_TEST_SUITE_P(All, RecordTypeTest, ::testing::ValuesIn(AllRecords()), TestName);

// ---- The catalogue ----------------------------------------------------------------------------------

TEST(CatalogTest, EveryFeedHasItsRecordsUnderNamesOfTheirOwn) {
  std::set<std::string> feeds;
  std::set<std::string> commands;
  std::set<std::string> collections;
  for (const RecordEntry& entry : Records()) {
    feeds.insert(entry.feed);
    EXPECT_TRUE(commands.insert(entry.command).second) << entry.command;
    EXPECT_TRUE(collections.insert(entry.collection).second) << entry.collection;
    EXPECT_FALSE(entry.zh.empty()) << entry.command;
  }
  EXPECT_THAT(feeds, UnorderedElementsAre("registry", "inspection", "party", "committee"));
}

TEST(CatalogTest, AnUnknownRecordTypeIsAnsweredWithTheNearest) {
  const absl::Status status = FindRecord("inspection.penaltys").status();
  EXPECT_EQ(runtime::ReasonOf(status), "RECORD_TYPE_UNKNOWN");
  EXPECT_EQ(runtime::ToProblem(status).metadata["nearest"], "inspection.penalty");
  EXPECT_EQ((*FindRecord("inspection.penalty"))->collection, "penalties");
}

TEST(CatalogTest, ARecordTypeIsFoundByAResourceName) {
  EXPECT_EQ((*RecordOfName("firms/1"))->command, "registry.firm");
  EXPECT_EQ(runtime::ReasonOf(RecordOfName("firm/1").status()), "COLLECTION_UNKNOWN");
}

TEST(ServicesTest, MethodsAreFoundByLongAndShortNames) {
  ASSERT_NE(FindMethod("CreditService/GetStanding"), nullptr);
  EXPECT_EQ(FindMethod("xince.credit.v1.CreditService/GetStanding"),
            FindMethod("CreditService.GetStanding"));
  EXPECT_EQ(MethodPath(*FindMethod("CreditService/GetStanding")),
            "xince.credit.v1.CreditService/GetStanding");
  EXPECT_EQ(FindMethod("GetStanding"), nullptr);
}

TEST(ServicesTest, CommentsAndChineseLabelsComeFromTheProtos) {
  EXPECT_THAT(CommentOf("xince.registry.v1.Firm"), HasSubstr("property service firm"));
  EXPECT_EQ(LabelOf(*registry::v1::Firm::ProviderKind_descriptor()->FindValueByName("BRANCH")),
            "分支机构");
  EXPECT_EQ(LabelOf(*registry::v1::Firm::ProviderKind_descriptor()->value(0)), "");
}

// ---- Cells ------------------------------------------------------------------------------------------

TEST(SetCellTest, AnEmptyCellSetsNothing) {
  inspection::v1::Inspection record;
  EXPECT_TRUE(Set(record, "document.number", " ").ok());
  EXPECT_TRUE(Set(record, "score_hundredths", "").ok());
  EXPECT_FALSE(record.has_document());
  EXPECT_FALSE(record.has_score_hundredths());
}

TEST(SetCellTest, AZeroIsNotAnAbsence) {
  inspection::v1::Inspection record;
  EXPECT_TRUE(Set(record, "score_hundredths", "0").ok());
  EXPECT_TRUE(record.has_score_hundredths());
}

TEST(SetCellTest, DatesMayBeWrittenAsSpreadsheetsWriteThem) {
  for (const char* cell : {"2026-03-01", "2026/3/1", "2026.3.1", "2026年3月1日", "2026-3-01"}) {
    inspection::v1::Penalty record;
    EXPECT_TRUE(Set(record, "decision_date", cell).ok());
    EXPECT_EQ(record.decision_date(), "2026-03-01") << cell;
  }
  inspection::v1::Penalty record;
  EXPECT_TRUE(Set(record, "decision_date", "26-3-1").ok());
  EXPECT_EQ(record.decision_date(), "26-3-1") << "what is no date is left to the server's check";
}

TEST(SetCellTest, EnumsAreKnownByShortFullAndChineseNames) {
  for (const char* cell : {"city", "CITY", "level_city", "LEVEL_CITY", "市级", "市"}) {
    inspection::v1::Penalty record;
    EXPECT_TRUE(Set(record, "level", cell).ok()) << cell;
    EXPECT_EQ(record.level(), type::v1::LEVEL_CITY) << cell;
  }
  inspection::v1::Penalty record;
  const absl::Status status = Set(record, "level", "citi");
  EXPECT_EQ(runtime::ReasonOf(status), "CELL_ENUM");
  EXPECT_EQ(runtime::ToProblem(status).field, "level");
  EXPECT_EQ(runtime::ToProblem(status).metadata["nearest"], "city");
  EXPECT_EQ(runtime::ReasonOf(Set(record, "level", "level_unspecified")), "CELL_ENUM");
}

TEST(SetCellTest, TruthsNumbersAndListsAreRefusedWhenTheyAreNone) {
  inspection::v1::Finding finding;
  EXPECT_TRUE(Set(finding, "public_notice", "是").ok());
  EXPECT_TRUE(finding.public_notice());
  EXPECT_EQ(runtime::ReasonOf(Set(finding, "public_notice", "也许")), "CELL_BOOLEAN");
  inspection::v1::Inspection record;
  EXPECT_TRUE(Set(record, "inspectors", "12").ok());
  EXPECT_EQ(record.inspectors(), 12);
  for (const char* cell : {"1.5", "十二", "1,000", "99999999999"}) {
    EXPECT_EQ(runtime::ReasonOf(Set(record, "inspectors", cell)), "CELL_NUMBER") << cell;
  }
}

TEST(SetCellTest, ElementsAreSeparatedBySemicolonsOfEitherWidth) {
  registry::v1::Firm firm;
  EXPECT_TRUE(Set(firm, "former_names", "甲;乙\xef\xbc\x9b 丙 ;;d\\;e").ok());
  EXPECT_THAT(firm.former_names(), ::testing::ElementsAre("甲", "乙", "丙", "d;e"));
}

TEST(SetCellTest, NamesGetTheCollectionTheirFieldIsFor) {
  registry::v1::Firm firm;
  EXPECT_TRUE(Set(firm, "parent_firm", "91350100m000100y43").ok());
  EXPECT_EQ(firm.parent_firm(), "firms/91350100M000100Y43");
  inspection::v1::Finding finding;
  EXPECT_TRUE(Set(finding, "subject", "91350100M000100Y43").ok());
  EXPECT_EQ(finding.subject(), "firms/91350100M000100Y43");
  EXPECT_TRUE(Set(finding, "subject", "projects/p1").ok());
  EXPECT_EQ(finding.subject(), "projects/p1");
}

TEST(ColumnTest, RequiredInsideAnOptionalPartIsNotRequiredByItself) {
  const std::vector<Column> columns = ColumnsOf(*registry::v1::Firm::descriptor());
  EXPECT_TRUE(ColumnOf(columns, "uscc").required);
  const Column& name = ColumnOf(columns, "legal_representative.display_name");
  EXPECT_FALSE(name.required);
  EXPECT_THAT(ExplainColumn(name), HasSubstr("填写该组时必填"));
  EXPECT_EQ(name.zh, "法定代表人/姓名");
}

}  // namespace
}  // namespace xince::cli
