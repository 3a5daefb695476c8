#include "services/apps/xince/columns.h"

#include <algorithm>
#include <cstdint>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/json_util.h"

#include "xince/type/v1/options.pb.h"

#include "services/apps/xince/catalog.h"
#include "services/apps/xince/services.h"
#include "services/runtime/errors.h"
#include "services/type/field_rules.h"
#include "services/type/text.h"
#include "services/type/uscc.h"

namespace xince::cli {
namespace {

using ::google::protobuf::Descriptor;
using ::google::protobuf::EnumDescriptor;
using ::google::protobuf::EnumValueDescriptor;
using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;
using ::google::protobuf::Reflection;
using type::v1::FieldRule;

// U+FF1B.
constexpr absl::string_view kWideSemicolon = "\xef\xbc\x9b";

const FieldRule& RuleOf(const FieldDescriptor& field) {
  return field.options().GetExtension(type::v1::rule);
}

std::string LabelOfField(const FieldDescriptor& field) {
  const FieldRule& rule = RuleOf(field);
  return rule.zh().empty() ? field.name() : rule.zh();
}

void AddColumns(const Descriptor& message, const Column& parent, std::vector<Column>& columns) {
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor* field = message.field(i);
    if (RuleOf(*field).output_only()) continue;
    Column column = parent;
    column.fields.push_back(field);
    const bool nested = !parent.fields.empty();
    column.path = nested ? absl::StrCat(parent.path, ".", field->name()) : field->name();
    column.zh = nested ? absl::StrCat(parent.zh, "/", LabelOfField(*field)) : LabelOfField(*field);
    column.required = RuleOf(*field).required() && (!nested || parent.required);
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field->is_repeated()) {
      if (column.fields.size() < kColumnDepthMax)
        AddColumns(*field->message_type(), column, columns);
      continue;
    }
    column.number =
        !field->is_repeated() && (field->cpp_type() == FieldDescriptor::CPPTYPE_INT32 ||
                                  field->cpp_type() == FieldDescriptor::CPPTYPE_INT64 ||
                                  field->cpp_type() == FieldDescriptor::CPPTYPE_UINT32 ||
                                  field->cpp_type() == FieldDescriptor::CPPTYPE_UINT64);
    columns.push_back(std::move(column));
  }
}

std::string EnumChoices(const EnumDescriptor& type) {
  std::vector<std::string> choices;
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() == 0) continue;
    const std::string label = LabelOf(*type.value(i));
    choices.push_back(label.empty() ? ShortName(*type.value(i))
                                    : absl::StrCat(ShortName(*type.value(i)), "(", label, ")"));
  }
  return absl::StrJoin(choices, "、");
}

std::string FormOf(const FieldDescriptor& field) {
  const FieldRule& rule = RuleOf(field);
  switch (rule.format()) {
    case type::v1::FORMAT_DATE:
      return "日期,如 2026-03-31";
    case type::v1::FORMAT_PAST_DATE:
      return "日期,如 2026-03-31,不晚于今天";
    case type::v1::FORMAT_USCC:
      return "18位统一社会信用代码";
    case type::v1::FORMAT_DIVISION:
      return rule.digits() > 0 ? absl::StrCat(rule.digits(), "位行政区划代码") : "行政区划代码";
    case type::v1::FORMAT_SUBJECT:
      return "信用主体,如 firms/统一社会信用代码";
    case type::v1::FORMAT_KIND:
      return "小写英文类别,如 inspection.inaction";
    case type::v1::FORMAT_SHA256:
      return "64位十六进制摘要";
    case type::v1::FORMAT_RESOURCE:
      return absl::StrCat("资源名称,如 ", rule.collection(), "/编号");
    case type::v1::FORMAT_ID:
      return "编号:小写字母、数字和 -";
    case type::v1::FORMAT_RESIDENT_ID:
      return "18位身份证号";
    default:
      break;
  }
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return "是 或 否";
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumChoices(*field.enum_type());
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return "JSON 数组";
    case FieldDescriptor::CPPTYPE_STRING:
      return absl::StrCat(
          "文本,至多", rule.max_chars() > 0 ? rule.max_chars() : type::kFieldCharsDefault, "字");
    default:
      return rule.bounded() ? absl::StrCat("整数,", rule.min(), " 至 ", rule.max()) : "整数";
  }
}

absl::Status BadCell(absl::string_view reason,
                     const Column& column,
                     absl::string_view cell,
                     absl::string_view wants_en,
                     absl::string_view wants_zh) {
  return runtime::InvalidArgument(reason,
                                  column.path,
                                  absl::StrCat("the cell must hold ", wants_en),
                                  absl::StrCat("「", column.zh, "」应填", wants_zh),
                                  {{"found", std::string(cell)}});
}

// The same name whatever separates its words.
std::string Folded(absl::string_view name) {
  return absl::AsciiStrToLower(absl::StrReplaceAll(name, {{"_", "-"}, {" ", "-"}}));
}

bool HasLabel(const EnumValueDescriptor& value, absl::string_view cell) {
  const std::string label = LabelOf(value);
  if (label.empty()) return false;
  // 市级 and 市 are the same level.
  return cell == label || (absl::EndsWith(label, "级") && absl::StrCat(cell, "级") == label);
}

const EnumValueDescriptor* FindValue(const EnumDescriptor& type, absl::string_view cell) {
  for (int i = 0; i < type.value_count(); ++i) {
    const EnumValueDescriptor* value = type.value(i);
    if (value->number() == 0) continue;
    if (Folded(cell) == Folded(value->name()) || Folded(cell) == ShortName(*value)) return value;
  }
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() != 0 && HasLabel(*type.value(i), cell)) return type.value(i);
  }
  return nullptr;
}

absl::Status UnknownEnum(const Column& column, const EnumDescriptor& type, absl::string_view cell) {
  std::vector<std::string> allowed;
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() != 0) allowed.push_back(ShortName(*type.value(i)));
  }
  const std::string nearest = Nearest(Folded(cell), allowed);
  return runtime::InvalidArgument(
      "CELL_ENUM",
      column.path,
      absl::StrCat("must be one of ", absl::StrJoin(allowed, ", ")),
      absl::StrCat("「", column.zh, "」应为 ", EnumChoices(type), " 之一"),
      {{"found", std::string(cell)},
       {"nearest", nearest},
       {"allowed", absl::StrJoin(allowed, ", ")}});
}

std::string NormalizedDate(absl::string_view cell) {
  const std::string dashed = absl::StrReplaceAll(
      type::ToHalfWidth(cell), {{"年", "-"}, {"月", "-"}, {"日", ""}, {"/", "-"}, {".", "-"}});
  const std::vector<std::string> parts = absl::StrSplit(dashed, '-');
  int year = 0;
  int month = 0;
  int day = 0;
  if (parts.size() != 3 || parts[0].size() != 4 || !absl::SimpleAtoi(parts[0], &year) ||
      !absl::SimpleAtoi(parts[1], &month) || !absl::SimpleAtoi(parts[2], &day) || month < 1 ||
      month > 12 || day < 1 || day > 31) {
    return std::string(cell);
  }
  const auto two = [](int number) { return absl::StrCat(number < 10 ? "0" : "", number); };
  return absl::StrCat(parts[0], "-", two(month), "-", two(day));
}

std::string NormalizedText(const FieldDescriptor& field, absl::string_view cell) {
  const FieldRule& rule = RuleOf(field);
  switch (rule.format()) {
    case type::v1::FORMAT_DATE:
    case type::v1::FORMAT_PAST_DATE:
      return NormalizedDate(cell);
    case type::v1::FORMAT_USCC:
      return type::NormalizeUscc(cell);
    case type::v1::FORMAT_DIVISION:
    case type::v1::FORMAT_KIND:
    case type::v1::FORMAT_RESIDENT_ID:
      return type::ToHalfWidth(cell);
    case type::v1::FORMAT_RESOURCE:
      if (rule.collection().empty() || absl::StrContains(cell, "/")) return std::string(cell);
      return absl::StrCat(
          rule.collection(),
          "/",
          rule.collection() == "firms" ? type::NormalizeUscc(cell) : std::string(cell));
    case type::v1::FORMAT_SUBJECT: {
      const std::string code = type::NormalizeUscc(cell);
      return type::CheckUsccTolerantly(code).ok() ? absl::StrCat("firms/", code)
                                                  : std::string(cell);
    }
    default:
      return std::string(cell);
  }
}

template <class Int>
absl::StatusOr<Int> ReadNumber(const Column& column, absl::string_view cell) {
  Int value = 0;
  if (absl::SimpleAtoi(type::ToHalfWidth(cell), &value)) return value;
  return BadCell("CELL_NUMBER", column, cell, "a whole number", "整数");
}

absl::StatusOr<bool> ReadTruth(const Column& column, absl::string_view cell) {
  const std::string folded = Folded(type::ToHalfWidth(cell));
  if (folded == "true" || folded == "1" || folded == "yes" || folded == "是") return true;
  if (folded == "false" || folded == "0" || folded == "no" || folded == "否") return false;
  return BadCell("CELL_BOOLEAN", column, cell, "true or false", "是或否");
}

// One element into a field, set or added.
absl::Status PutElement(const Column& column, absl::string_view cell, Message& message) {
  const FieldDescriptor* field = column.fields.back();
  const Reflection* reflection = message.GetReflection();
  const bool add = field->is_repeated();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string text = NormalizedText(*field, cell);
      add ? reflection->AddString(&message, field, std::move(text))
          : reflection->SetString(&message, field, std::move(text));
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_BOOL: {
      XINCE_ASSIGN_OR_RETURN(const bool truth, ReadTruth(column, cell));
      add ? reflection->AddBool(&message, field, truth)
          : reflection->SetBool(&message, field, truth);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      const EnumValueDescriptor* value = FindValue(*field->enum_type(), cell);
      if (value == nullptr) return UnknownEnum(column, *field->enum_type(), cell);
      add ? reflection->AddEnum(&message, field, value)
          : reflection->SetEnum(&message, field, value);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_INT32: {
      XINCE_ASSIGN_OR_RETURN(const auto number, ReadNumber<int32_t>(column, cell));
      add ? reflection->AddInt32(&message, field, number)
          : reflection->SetInt32(&message, field, number);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_INT64: {
      XINCE_ASSIGN_OR_RETURN(const auto number, ReadNumber<int64_t>(column, cell));
      add ? reflection->AddInt64(&message, field, number)
          : reflection->SetInt64(&message, field, number);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_UINT32: {
      XINCE_ASSIGN_OR_RETURN(const auto number, ReadNumber<uint32_t>(column, cell));
      add ? reflection->AddUInt32(&message, field, number)
          : reflection->SetUInt32(&message, field, number);
      return absl::OkStatus();
    }
    default: {
      XINCE_ASSIGN_OR_RETURN(const auto number, ReadNumber<uint64_t>(column, cell));
      add ? reflection->AddUInt64(&message, field, number)
          : reflection->SetUInt64(&message, field, number);
      return absl::OkStatus();
    }
  }
}

// Elements are separated by `;`, also by the one of a Chinese keyboard; behind a backslash either is
// an ordinary character.
std::vector<std::string> SplitElements(absl::string_view cell) {
  std::vector<std::string> elements(1);
  for (size_t i = 0; i < cell.size();) {
    const bool wide = absl::StartsWith(cell.substr(i), kWideSemicolon);
    if (cell[i] == '\\' && i + 1 < cell.size()) {
      const size_t taken =
          absl::StartsWith(cell.substr(i + 1), kWideSemicolon) ? kWideSemicolon.size() : 1;
      absl::StrAppend(&elements.back(), cell.substr(i + 1, taken));
      i += 1 + taken;
    } else if (cell[i] == ';' || wide) {
      elements.emplace_back();
      i += wide ? kWideSemicolon.size() : 1;
    } else {
      elements.back() += cell[i++];
    }
  }
  std::vector<std::string> kept;
  for (const std::string& element : elements) {
    const absl::string_view trimmed = type::TrimSpace(element);
    if (!trimmed.empty()) kept.emplace_back(trimmed);
  }
  return kept;
}

std::string EscapedElement(absl::string_view element) {
  return absl::StrReplaceAll(
      element,
      {{"\\", "\\\\"}, {";", "\\;"}, {kWideSemicolon, absl::StrCat("\\", kWideSemicolon)}});
}

// Elements of a message type: read as a message of this one field.
absl::Status PutJson(const Column& column, absl::string_view cell, Message& message) {
  const FieldDescriptor* field = column.fields.back();
  const std::unique_ptr<Message> read(message.New());
  const auto status = google::protobuf::util::JsonStringToMessage(
      absl::StrCat("{\"", field->json_name(), "\":", cell, "}"), read.get());
  if (!status.ok()) {
    return BadCell("CELL_JSON", column, cell, "a JSON array of objects", "由对象组成的 JSON 数组");
  }
  message.MergeFrom(*read);
  return absl::OkStatus();
}

std::string JsonCell(const FieldDescriptor& field, const Message& message) {
  const std::unique_ptr<Message> only(message.New());
  const Reflection* reflection = message.GetReflection();
  for (int i = 0; i < reflection->FieldSize(message, &field); ++i) {
    reflection->AddMessage(only.get(), &field)
        ->CopyFrom(reflection->GetRepeatedMessage(message, &field, i));
  }
  std::string json;
  (void)google::protobuf::util::MessageToJsonString(*only, &json);
  // Between the name with its colon and the closing brace.
  const size_t start = json.find(':') + 1;
  return json.substr(start, json.size() - start - 1);
}

std::string ElementOf(const FieldDescriptor& field, const Message& message, int index) {
  const Reflection* reflection = message.GetReflection();
  const bool one = index < 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return one ? reflection->GetString(message, &field)
                 : reflection->GetRepeatedString(message, &field, index);
    case FieldDescriptor::CPPTYPE_BOOL:
      return (one ? reflection->GetBool(message, &field)
                  : reflection->GetRepeatedBool(message, &field, index))
                 ? "true"
                 : "false";
    case FieldDescriptor::CPPTYPE_ENUM:
      return ShortName(one ? *reflection->GetEnum(message, &field)
                           : *reflection->GetRepeatedEnum(message, &field, index));
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(one ? reflection->GetInt32(message, &field)
                              : reflection->GetRepeatedInt32(message, &field, index));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(one ? reflection->GetInt64(message, &field)
                              : reflection->GetRepeatedInt64(message, &field, index));
    case FieldDescriptor::CPPTYPE_UINT32:
      return absl::StrCat(one ? reflection->GetUInt32(message, &field)
                              : reflection->GetRepeatedUInt32(message, &field, index));
    default:
      return absl::StrCat(one ? reflection->GetUInt64(message, &field)
                              : reflection->GetRepeatedUInt64(message, &field, index));
  }
}

}  // namespace

std::vector<Column> ColumnsOf(const Descriptor& record) {
  std::vector<Column> columns;
  AddColumns(record, {}, columns);
  return columns;
}

std::string ExplainColumn(const Column& column) {
  const FieldDescriptor& field = *column.fields.back();
  const FieldRule& rule = RuleOf(field);
  const bool in_part = column.fields.size() > 1 && rule.required() && !column.required;
  std::string text = absl::StrCat(column.zh,
                                  ":",
                                  column.required ? "必填"
                                  : in_part       ? "填写该组时必填"
                                                  : "可空",
                                  ",",
                                  FormOf(field));
  const bool many = field.is_repeated() && field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE;
  if (many) absl::StrAppend(&text, ",多项用 ; 分隔");
  if (!rule.note().empty()) absl::StrAppend(&text, ",", rule.note());
  return text;
}

absl::Status SetCell(const Column& column, absl::string_view cell, Message& record) {
  if (type::TrimSpace(cell).empty()) return absl::OkStatus();
  Message* message = &record;
  for (size_t i = 0; i + 1 < column.fields.size(); ++i) {
    message = message->GetReflection()->MutableMessage(message, column.fields[i]);
  }
  const FieldDescriptor* field = column.fields.back();
  if (!field->is_repeated()) return PutElement(column, cell, *message);
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) return PutJson(column, cell, *message);
  for (const std::string& element : SplitElements(cell)) {
    XINCE_RETURN_IF_ERROR(PutElement(column, element, *message));
  }
  return absl::OkStatus();
}

std::string CellOf(const Column& column, const Message& record) {
  const Message* message = &record;
  for (size_t i = 0; i + 1 < column.fields.size(); ++i) {
    message = &message->GetReflection()->GetMessage(*message, column.fields[i]);
  }
  const FieldDescriptor& field = *column.fields.back();
  const Reflection* reflection = message->GetReflection();
  if (!field.is_repeated()) {
    return reflection->HasField(*message, &field) ? ElementOf(field, *message, -1) : "";
  }
  const int size = reflection->FieldSize(*message, &field);
  if (size == 0) return "";
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) return JsonCell(field, *message);
  std::vector<std::string> elements;
  for (int i = 0; i < size; ++i) elements.push_back(EscapedElement(ElementOf(field, *message, i)));
  return absl::StrJoin(elements, ";");
}

std::string ShortName(const EnumValueDescriptor& value) {
  // LEVEL_CITY of Level, MATTER_KIND_MEMBERS of MatterKind.
  std::string prefix;
  for (const char c : value.type()->name()) {
    if (absl::ascii_isupper(c) && !prefix.empty()) prefix += '_';
    prefix += absl::ascii_toupper(c);
  }
  prefix += '_';
  absl::string_view name = value.name();
  if (absl::StartsWith(name, prefix)) name.remove_prefix(prefix.size());
  return Folded(name);
}

}  // namespace xince::cli
