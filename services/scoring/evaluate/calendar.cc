#include "services/scoring/evaluate/calendar.h"

namespace xince::evaluate {

const MonthTable& MonthTable::Get() {
  static const auto& table = *new MonthTable();
  return table;
}

MonthTable::MonthTable() {
  for (int month = 0; month <= kMonths; ++month)
    starts_[month] = type::Date::FromCivil(kFirstYear + month / 12, month % 12 + 1, 1).days();
  for (int month = 0; month < kMonths; ++month) {
    for (Day day = starts_[month]; day < starts_[month + 1]; ++day)
      month_of_day_[day - starts_.front()] = static_cast<uint16_t>(month);
  }
}

int Calendar::ReckonMonthOf(Day day) const {
  const type::Date date = type::Date::FromDays(day);
  return date.year() * 12 + date.month() - 1 - shift_;
}

Day Calendar::ReckonMonthStart(int month) const {
  const int count = month + shift_;
  if (count < type::Date::kYearMin * 12) return type::kDateMin.days();
  if (count >= (type::Date::kYearMax + 1) * 12) return kForever;
  return type::Date::FromCivil(count / 12, count % 12 + 1, 1).days();
}

Day Calendar::ReckonAddMonths(Day day, int months) {
  return type::AddMonths(type::Date::FromDays(day), months).days();
}

}  // namespace xince::evaluate
