#include "services/feeds/record_checks.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"

#include "xince/type/v1/options.pb.h"

#include "services/feeds/checks.h"
#include "services/runtime/errors.h"

namespace xince::feeds {
namespace {

using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;

int64_t NumberField(const Message& record, const std::string& name) {
  return record.GetReflection()->GetInt64(record, record.GetDescriptor()->FindFieldByName(name));
}

std::string Shifted(const std::string& date, int days) {
  const absl::StatusOr<type::Date> parsed = type::ParseDate(date);
  return parsed.ok() ? type::FormatDate(*parsed + days) : date;
}

}  // namespace

std::string LabelOf(const Message& record, const std::string& field) {
  const FieldDescriptor* descriptor = record.GetDescriptor()->FindFieldByName(field);
  if (descriptor == nullptr) return field;
  const std::string& zh = descriptor->options().GetExtension(type::v1::rule).zh();
  return zh.empty() ? field : zh;
}

absl::Status CheckDateOrder(const Message& record,
                            const std::string& earlier,
                            const std::string& later) {
  const std::string first = StringField(record, earlier);
  const std::string last = StringField(record, later);
  if (first.empty() || last.empty() || last >= first) return absl::OkStatus();
  return runtime::InvalidArgument(
      "DATE_ORDER",
      later,
      absl::StrCat("the date is ", last, ", before ", earlier, " ", first),
      absl::StrCat("「",
                   LabelOf(record, later),
                   "」",
                   last,
                   "早于「",
                   LabelOf(record, earlier),
                   "」",
                   first),
      {{"earlier_field", earlier}, {"earlier", first}});
}

absl::Status CheckPeriod(const Message& record) {
  const std::string start = StringField(record, "start_date");
  const std::string end = StringField(record, "end_date");
  if (start.empty() && !end.empty()) return RequiredWith("start_date", "end_date");
  if (end.empty() && !start.empty()) return RequiredWith("end_date", "start_date");
  return CheckPeriod(Period{.start = start, .end = end}, "DATE_ORDER", "end_date");
}

absl::Status CheckPastPeriod(const Message& record, type::Date today) {
  XINCE_RETURN_IF_ERROR(CheckPeriod(record));
  const std::string tomorrow = type::FormatDate(today + 1);
  if (StringField(record, "end_date") <= tomorrow) return absl::OkStatus();
  return runtime::InvalidArgument(
      "PERIOD_NOT_OVER",
      "end_date",
      "the period has not ended: end_date is at most tomorrow",
      "期间尚未结束:止日(不含)最晚为明日",
      {{"end_date", StringField(record, "end_date")}, {"latest", tomorrow}});
}

absl::Status CheckPart(const Message& record, const std::string& part, const std::string& whole) {
  const int64_t few = NumberField(record, part);
  const int64_t all = NumberField(record, whole);
  if (few <= all) return absl::OkStatus();
  return runtime::InvalidArgument(
      "COUNT_EXCEEDS_TOTAL",
      part,
      absl::StrCat(part, " is ", few, ", more than ", whole, ", which is ", all),
      absl::StrCat(
          "「", LabelOf(record, part), "」", few, "超过「", LabelOf(record, whole), "」", all),
      {{"found", absl::StrCat(few)}, {"limit", absl::StrCat(all)}});
}

absl::Status CheckReference(const Message& record,
                            const std::string& field,
                            const CheckContext& context) {
  return RequireRecord(context, field, StringField(record, field));
}

int64_t PercentHundredths(int64_t part, int64_t whole) {
  return (part * 20000 + whole) / (2 * whole);
}

std::string TagOf(const google::protobuf::EnumDescriptor& type, int number) {
  const auto* value = type.FindValueByNumber(number);
  if (value == nullptr) return "";
  std::string tag = absl::AsciiStrToLower(value->name());
  std::replace(tag.begin(), tag.end(), '_', '-');
  return tag;
}

std::string DayBefore(const std::string& date) { return Shifted(date, -1); }

std::string DayAfter(const std::string& date) { return Shifted(date, 1); }

void AddMeasure(evidence::v1::Evidence& piece, absl::string_view name, int64_t value_hundredths) {
  type::v1::Measure& measure = *piece.add_measures();
  measure.set_name(std::string(name));
  measure.set_value_hundredths(value_hundredths);
}

void AddCount(evidence::v1::Evidence& piece, absl::string_view name, int64_t value) {
  AddMeasure(piece, name, value * 100);
}

}  // namespace xince::feeds
