#include "services/type/civil_date.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"

#include "services/runtime/errors.h"

namespace xince::type {
namespace {

constexpr int64_t kShanghaiOffsetSeconds = 8 * 3600;
constexpr int64_t kDaySeconds = 86400;

int Number(absl::string_view digits) {
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

bool HasShape(absl::string_view text) {
  if (text.size() != 10) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (i == 4 || i == 7 ? text[i] != '-' : !absl::ascii_isdigit(text[i])) return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<Date> ParseDate(absl::string_view text, absl::string_view field) {
  if (!HasShape(text)) {
    return runtime::InvalidArgument("DATE_SYNTAX",
                                    field,
                                    "a date is written YYYY-MM-DD, such as 2026-03-01",
                                    "日期应写作 YYYY-MM-DD,例如 2026-03-01");
  }
  const int year = Number(text.substr(0, 4));
  const int month = Number(text.substr(5, 2));
  const int day = Number(text.substr(8, 2));
  if (!IsCivilDay(year, month, day)) {
    return runtime::InvalidArgument("DATE_SYNTAX",
                                    field,
                                    "the calendar has no such day",
                                    "日历上没有这一天",
                                    {{"found", std::string(text)}});
  }
  if (year < Date::kYearMin) {
    return runtime::InvalidArgument("DATE_RANGE",
                                    field,
                                    "the year of a date is 1949 to 9999",
                                    "日期的年份应在 1949 至 9999 之间",
                                    {{"found", std::string(text)},
                                     {"min", FormatDate(kDateMin)},
                                     {"max", FormatDate(kDateMax)}});
  }
  return Date::FromCivil(year, month, day);
}

std::string FormatDate(Date date) {
  return absl::StrFormat("%04d-%02d-%02d", date.year(), date.month(), date.day());
}

Date TodayInShanghai(absl::Time now) {
  const int64_t seconds = absl::ToUnixSeconds(now);
  if (seconds > int64_t{kDateMax.days()} * kDaySeconds) return kDateMax;
  if (seconds < int64_t{kDateMin.days()} * kDaySeconds) return kDateMin;
  const int64_t local = seconds + kShanghaiOffsetSeconds;
  const int64_t days = local / kDaySeconds - (local % kDaySeconds < 0 ? 1 : 0);
  return Date::FromDays(days);
}

}  // namespace xince::type
