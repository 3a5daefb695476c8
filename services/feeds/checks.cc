#include "services/feeds/checks.h"

#include "absl/strings/str_cat.h"

#include "services/runtime/errors.h"

namespace xince::feeds {

absl::Status RequireRecord(const CheckContext& context,
                           absl::string_view field,
                           const std::string& name) {
  if (name.empty() || context.records.Find(name) != nullptr) return absl::OkStatus();
  return runtime::FailedPrecondition("REFERENCE_UNKNOWN",
                                     field,
                                     absl::StrCat(name, " is not filed here"),
                                     absl::StrCat(name, " 尚未登记"),
                                     {{"name", name}});
}

absl::Status RequiredWith(absl::string_view field, absl::string_view because) {
  return runtime::InvalidArgument("FIELD_REQUIRED",
                                  field,
                                  absl::StrCat("the field is required with ", because),
                                  absl::StrCat("填写 ", because, " 时必须填写"),
                                  {{"because", std::string(because)}});
}

absl::Status NotApplicable(absl::string_view field, absl::string_view needs) {
  return runtime::InvalidArgument("FIELD_NOT_APPLICABLE",
                                  field,
                                  absl::StrCat("the field goes with ", needs, " only"),
                                  absl::StrCat("仅在 ", needs, " 时填写"),
                                  {{"needs", std::string(needs)}});
}

absl::Status CheckNotBefore(absl::string_view later_field,
                            absl::string_view later,
                            absl::string_view earlier_field,
                            absl::string_view earlier) {
  if (later.empty() || earlier.empty() || later >= earlier) return absl::OkStatus();
  return runtime::InvalidArgument(
      "DATE_ORDER",
      later_field,
      absl::StrCat("the date is ", later, ", before ", earlier_field, " ", earlier),
      absl::StrCat("日期 ", later, " 早于 ", earlier_field, " ", earlier),
      {{"earlier_field", std::string(earlier_field)}, {"earlier", std::string(earlier)}});
}

absl::Status CheckPeriod(const Period& period,
                         absl::string_view reason,
                         absl::string_view end_field) {
  if (period.end.empty() || period.end > period.start) return absl::OkStatus();
  return runtime::InvalidArgument(
      reason,
      end_field,
      absl::StrCat(
          "the first day after is ", period.end, ", not after the first day ", period.start),
      absl::StrCat("终止日 ", period.end, " 应晚于起始日 ", period.start),
      {{"start", std::string(period.start)}, {"end", std::string(period.end)}});
}

bool Overlap(const Period& a, const Period& b) {
  return (a.end.empty() || b.start < a.end) && (b.end.empty() || a.start < b.end);
}

absl::Status Collides(absl::string_view reason,
                      absl::string_view field,
                      absl::string_view other,
                      const Period& period) {
  const std::string en_end = period.end.empty() ? "on" : absl::StrCat("until before ", period.end);
  const std::string zh_end = period.end.empty() ? "至今" : absl::StrCat("至 ", period.end, " 前");
  return runtime::FailedPrecondition(
      reason,
      field,
      absl::StrCat("overlaps ", other, ", which holds from ", period.start, " ", en_end),
      absl::StrCat("与 ", other, " (", period.start, " ", zh_end, ") 重叠"),
      {{"collides_with", std::string(other)},
       {"start", std::string(period.start)},
       {"end", std::string(period.end)}});
}

absl::Status RefuseOverlap(const google::protobuf::Message& record,
                           const CheckContext& context,
                           const Reference& among,
                           absl::string_view reason,
                           absl::FunctionRef<bool(const google::protobuf::Message&)> concerns) {
  const std::string name = StringField(record, "name");
  const std::string start = StringField(record, "start_date");
  const std::string end = StringField(record, "end_date");
  for (const auto& other :
       context.records.Where(among.collection, among.field, StringField(record, among.field))) {
    const std::string other_name = StringField(*other, "name");
    if (other_name == name || !concerns(*other)) continue;
    const std::string other_start = StringField(*other, "start_date");
    const std::string other_end = StringField(*other, "end_date");
    const Period period{.start = other_start, .end = other_end};
    if (!Overlap(Period{.start = start, .end = end}, period)) continue;
    return Collides(reason, "start_date", other_name, period);
  }
  return absl::OkStatus();
}

absl::Status RefuseWhileReferenced(const google::protobuf::Message& record,
                                   const CheckContext& context,
                                   std::initializer_list<Reference> places) {
  const std::string name = StringField(record, "name");
  for (const Reference& place : places) {
    const auto found = context.records.Where(place.collection, place.field, name);
    if (found.empty()) continue;
    const std::string by = StringField(*found.front(), "name");
    return runtime::FailedPrecondition(
        "RECORD_REFERENCED",
        "name",
        absl::StrCat(name, " is needed by ", by, ": void that first"),
        absl::StrCat(name, " 被 ", by, " 引用,请先作废后者"),
        {{"referenced_by", by}, {"count", absl::StrCat(found.size())}});
  }
  return absl::OkStatus();
}

}  // namespace xince::feeds
