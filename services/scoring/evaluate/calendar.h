#ifndef SERVICES_SCORING_EVALUATE_CALENDAR_H_
#define SERVICES_SCORING_EVALUATE_CALENDAR_H_

#include <array>
#include <cstdint>

#include "services/scoring/evaluate/fact.h"

/// Calendar steps of evaluation. The days of 1980 to 2099 are looked up, because an evaluation asks
/// for the months of every piece; others are reckoned by type::Date, with the same result.
namespace xince::evaluate {

/// The months of 1980 to 2099, counted from 0.
class MonthTable {
 public:
  static constexpr int kFirstYear = 1980;
  static constexpr int kMonths = 120 * 12;

  /// The one there is.
  static const MonthTable& Get();

  [[nodiscard]] bool Has(Day day) const { return starts_.front() <= day && day < starts_.back(); }
  /// Month of a day that the table has.
  [[nodiscard]] int MonthOf(Day day) const { return month_of_day_[day - starts_.front()]; }
  /// First day of month 0 to kMonths.
  [[nodiscard]] Day Start(int month) const { return starts_[month]; }

 private:
  MonthTable();

  static constexpr int kDays = 120 * 365 + 30;
  std::array<Day, kMonths + 1> starts_{};
  std::array<uint16_t, kDays> month_of_day_{};
};

/// A scoring year.
struct ScoringYear {
  /// The calendar year in which it begins.
  int number = 0;
  Day start = kNoDay;
  /// First day of the next.
  Day end = kNoDay;
};

/// Scoring years: the year of a day is the calendar year in which its scoring year begins.
class Calendar {
 public:
  /// `year_month` is the first month of the scoring year, 1 to 12.
  explicit Calendar(int year_month) : shift_(year_month - 1) {}

  /// Months since year 0, counted so that scoring years begin at multiples of 12.
  [[nodiscard]] int MonthOf(Day day) const {
    return table_->Has(day) ? table_->MonthOf(day) + MonthTable::kFirstYear * 12 - shift_
                            : ReckonMonthOf(day);
  }
  [[nodiscard]] int YearOf(Day day) const { return MonthOf(day) / 12; }
  /// First day of a month counted as MonthOf does.
  [[nodiscard]] Day MonthStart(int month) const {
    const int at = month + shift_ - MonthTable::kFirstYear * 12;
    return at >= 0 && at <= MonthTable::kMonths ? table_->Start(at) : ReckonMonthStart(month);
  }
  [[nodiscard]] Day YearStart(int year) const { return MonthStart(year * 12); }
  [[nodiscard]] ScoringYear YearHolding(Day day) const {
    const int year = YearOf(day);
    return {.number = year, .start = YearStart(year), .end = YearStart(year + 1)};
  }

  /// The day of the same number `months` later, or the last of a shorter month. `months` is 0 or more.
  [[nodiscard]] Day AddMonths(Day day, int months) const {
    if (!table_->Has(day)) return ReckonAddMonths(day, months);
    const int from = table_->MonthOf(day);
    const int to = from + months;
    if (to >= MonthTable::kMonths) return ReckonAddMonths(day, months);
    const Day first = table_->Start(to);
    const Day last = table_->Start(to + 1) - 1;
    const Day same = first + (day - table_->Start(from));
    return same < last ? same : last;
  }

 private:
  [[nodiscard]] int ReckonMonthOf(Day day) const;
  [[nodiscard]] Day ReckonMonthStart(int month) const;
  [[nodiscard]] static Day ReckonAddMonths(Day day, int months);

  const MonthTable* table_ = &MonthTable::Get();
  int shift_;
};

/// Months of a policy::v1::Period.
constexpr int MonthsOfPeriod(uint8_t period) {
  constexpr int kMonths[] = {0, 1, 3, 6, 12};
  return kMonths[period];
}

}  // namespace xince::evaluate

#endif  // SERVICES_SCORING_EVALUATE_CALENDAR_H_
