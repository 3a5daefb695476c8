#ifndef SERVICES_TYPE_CIVIL_DATE_H_
#define SERVICES_TYPE_CIVIL_DATE_H_

#include <algorithm>
#include <compare>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

/// Civil dates of Asia/Shanghai: days without a clock time. Everything the register dates (facts,
/// validity, deadlines) is such a date; instants exist only where something was received or signed.
namespace xince::type {

/// True in a Gregorian leap year.
constexpr bool IsLeapYear(int year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/// Days of a month, 28 to 31. `month` is 1 to 12.
constexpr int DaysInMonth(int year, int month) {
  if (month == 2) return IsLeapYear(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/// True when the Gregorian calendar has the day.
constexpr bool IsCivilDay(int year, int month, int day) {
  return month >= 1 && month <= 12 && day >= 1 && day <= DaysInMonth(year, month);
}

/// A day, as the number of days since 1970-01-01. Years 1949 to 9999: arithmetic that would leave
/// them stops at kDateMin or kDateMax, so that "for ever" stays a date.
class Date {
 public:
  /// First and last year a Date can be in.
  static constexpr int kYearMin = 1949;
  static constexpr int kYearMax = 9999;

  /// 1970-01-01.
  constexpr Date() = default;

  /// The date `days` days after 1970-01-01, kept within the range.
  static constexpr Date FromDays(int64_t days);

  /// The date of a day that exists (IsCivilDay) in a year of the range.
  static constexpr Date FromCivil(int year, int month, int day) {
    return Date(DaysOf(year, month, day));
  }

  /// Days since 1970-01-01.
  [[nodiscard]] constexpr int32_t days() const { return days_; }
  [[nodiscard]] constexpr int year() const { return ToCivil().year; }
  /// 1 to 12.
  [[nodiscard]] constexpr int month() const { return ToCivil().month; }
  /// 1 to 31.
  [[nodiscard]] constexpr int day() const { return ToCivil().day; }
  /// 1 for Monday to 7 for Sunday.
  [[nodiscard]] constexpr int weekday() const { return ((days_ + 3) % 7 + 7) % 7 + 1; }

  friend constexpr auto operator<=>(const Date&, const Date&) = default;
  /// The date `days` later.
  friend constexpr Date operator+(Date date, int64_t days) { return FromDays(date.days_ + days); }
  friend constexpr Date operator-(Date date, int64_t days) { return FromDays(date.days_ - days); }
  /// Days from the second to the first.
  friend constexpr int32_t operator-(Date a, Date b) { return a.days_ - b.days_; }

 private:
  struct Civil {
    int year;
    int month;
    int day;
  };

  explicit constexpr Date(int32_t days) : days_(days) {}

  // Years are counted from March, which puts the leap day last, in eras of 400 years = 146097 days.
  static constexpr int32_t DaysOf(int year, int month, int day) {
    const int y = month <= 2 ? year - 1 : year;
    const int era = y / 400;
    const int year_of_era = y - era * 400;
    const int day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
  }

  [[nodiscard]] constexpr Civil ToCivil() const {
    const int shifted = days_ + 719468;
    const int era = shifted / 146097;
    const int day_of_era = shifted - era * 146097;
    const int year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int month_from_march = (5 * day_of_year + 2) / 153;
    const int month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    return {.year = era * 400 + year_of_era + (month <= 2 ? 1 : 0),
            .month = month,
            .day = day_of_year - (153 * month_from_march + 2) / 5 + 1};
  }

  int32_t days_ = 0;
};

/// The first and last day there are.
inline constexpr Date kDateMin = Date::FromCivil(Date::kYearMin, 1, 1);
inline constexpr Date kDateMax = Date::FromCivil(Date::kYearMax, 12, 31);

constexpr Date Date::FromDays(int64_t days) {
  constexpr int32_t kFirst = DaysOf(kYearMin, 1, 1);
  constexpr int32_t kLast = DaysOf(kYearMax, 12, 31);
  return Date(static_cast<int32_t>(std::clamp<int64_t>(days, kFirst, kLast)));
}

/// The same day of the month `months` later (earlier when negative). Where that month is shorter, its
/// last day: 2025-11-30 plus 3 months is 2026-02-28, and 2024-02-29 plus 12 is 2025-02-28. Stops at
/// kDateMin and kDateMax.
constexpr Date AddMonths(Date date, int months) {
  const int64_t month_count = int64_t{date.year()} * 12 + date.month() - 1 + months;
  if (month_count < int64_t{Date::kYearMin} * 12) return kDateMin;
  if (month_count >= int64_t{Date::kYearMax + 1} * 12) return kDateMax;
  const int year = static_cast<int>(month_count / 12);
  const int month = static_cast<int>(month_count % 12) + 1;
  return Date::FromCivil(year, month, std::min(date.day(), DaysInMonth(year, month)));
}

/// The same day `years` later, by the rule of AddMonths.
constexpr Date AddYears(Date date, int years) {
  constexpr int kSpan = Date::kYearMax - Date::kYearMin + 1;
  return AddMonths(date, std::clamp(years, -kSpan, kSpan) * 12);
}

/// 1 January of the date's year.
constexpr Date StartOfYear(Date date) { return Date::FromCivil(date.year(), 1, 1); }

/// 31 December of the date's year.
constexpr Date EndOfYear(Date date) { return Date::FromCivil(date.year(), 12, 31); }

/// Parses `YYYY-MM-DD`. Errors, INVALID_ARGUMENT about `field`: DATE_SYNTAX (another form, or a day
/// the calendar does not have), DATE_RANGE (a year outside 1949 to 9999).
absl::StatusOr<Date> ParseDate(absl::string_view text, absl::string_view field = "date");

/// `YYYY-MM-DD`.
std::string FormatDate(Date date);

/// The civil date in Asia/Shanghai at an instant. China has kept UTC+8 without daylight saving time
/// since September 1991; earlier summers are not modelled.
Date TodayInShanghai(absl::Time now);

}  // namespace xince::type

#endif  // SERVICES_TYPE_CIVIL_DATE_H_
