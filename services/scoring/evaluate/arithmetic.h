#ifndef SERVICES_SCORING_EVALUATE_ARITHMETIC_H_
#define SERVICES_SCORING_EVALUATE_ARITHMETIC_H_

#include <algorithm>
#include <cstdint>

#include "services/scoring/evaluate/fact.h"
#include "services/scoring/evaluate/tables.h"

/// Exact arithmetic and calendar steps of evaluation. Every number that comes in is within kPointsMax,
/// kMeasureMax or 1000 %, so that no product leaves 128 bits.
namespace xince::evaluate {

/// GCC's and Clang's 128-bit integer.
__extension__ using Wide = __int128;

/// An exact fraction; `den` is greater than 0.
struct Exact {
  Wide num = 0;
  Wide den = 1;
};

/// num / den to the nearest integer, halves away from zero. `den` > 0.
constexpr Wide RoundedQuotient(Wide num, Wide den) {
  const Wide size = num < 0 ? -num : num;
  const Wide rounded = (2 * size + den) / (2 * den);
  return num < 0 ? -rounded : rounded;
}

/// The multiple of `unit` nearest to the fraction, halves away from zero, within kPointsMax.
constexpr Hundredths Rounded(const Exact& exact, Hundredths unit = 1) {
  const Wide value =
      exact.den == 1 && unit == 1 ? exact.num : RoundedQuotient(exact.num, exact.den * unit) * unit;
  return static_cast<Hundredths>(std::clamp<Wide>(value, -kPointsMax, kPointsMax));
}

/// The fraction held within an interval. True in `cut` when it was outside.
constexpr Exact Limited(const Exact& exact, const Interval& limits, bool& cut) {
  cut = true;
  if (exact.num < static_cast<Wide>(limits.least) * exact.den) return {limits.least, 1};
  if (exact.num > static_cast<Wide>(limits.most) * exact.den) return {limits.most, 1};
  cut = false;
  return exact;
}

/// The day of the same number `months` later, or the last of a shorter month.
inline Day AddMonths(Day day, int months) {
  return type::AddMonths(type::Date::FromDays(day), months).days();
}

/// Scoring years: the year of a day is the calendar year in which its scoring year begins.
class Calendar {
 public:
  /// `year_month` is the first month of the scoring year, 1 to 12.
  explicit Calendar(int year_month) : shift_(year_month - 1) {}

  /// Months since year 0, counted so that scoring years begin at multiples of 12.
  [[nodiscard]] int MonthOf(Day day) const {
    const type::Date date = type::Date::FromDays(day);
    return date.year() * 12 + date.month() - 1 - shift_;
  }
  [[nodiscard]] int YearOf(Day day) const { return MonthOf(day) / 12; }
  /// First day of a month counted as MonthOf does.
  [[nodiscard]] Day MonthStart(int month) const {
    const int count = month + shift_;
    if (count < type::Date::kYearMin * 12) return type::kDateMin.days();
    if (count >= (type::Date::kYearMax + 1) * 12) return kForever;
    return type::Date::FromCivil(count / 12, count % 12 + 1, 1).days();
  }
  [[nodiscard]] Day YearStart(int year) const { return MonthStart(year * 12); }

 private:
  int shift_;
};

/// Months of a policy::v1::Period.
constexpr int MonthsOfPeriod(uint8_t period) {
  constexpr int kMonths[] = {0, 1, 3, 6, 12};
  return kMonths[period];
}

}  // namespace xince::evaluate

#endif  // SERVICES_SCORING_EVALUATE_ARITHMETIC_H_
