#include "services/scoring/cases/clocks.h"

#include <algorithm>

#include "services/runtime/errors.h"

namespace xince::cases {
namespace {

using policy::v1::CaseClock;
using type::Date;
using type::WorkingDays;

constexpr int kMonthsPerYear = 12;

absl::StatusOr<Date> OnWorkingDay(Date day, const WorkingDays& calendar) {
  XINCE_ASSIGN_OR_RETURN(const bool works, calendar.IsWorkingDay(day));
  if (works) return day;
  return calendar.NthWorkingDayAfter(day, 1);
}

absl::StatusOr<Date> After(CaseClock::Unit unit,
                           Date from,
                           int count,
                           const WorkingDays& calendar) {
  switch (unit) {
    case CaseClock::WORKING_DAYS:
      return calendar.NthWorkingDayAfter(from, count);
    case CaseClock::MONTHS:
      return AddMonths(from, count);
    case CaseClock::YEARS:
      return AddMonths(from, count * kMonthsPerYear);
    default:
      return from + count;
  }
}

// A period of months from a day ends on the day before.
Date PeriodEnd(Date from, int months) {
  return months == 0 ? type::kDateMax : AddMonths(from, months) - 1;
}

}  // namespace

absl::StatusOr<Date> LastDay(const CaseClock& clock,
                             Date from,
                             const Lengths& lengths,
                             const WorkingDays& calendar) {
  Date due = type::kDateMax;
  switch (clock.length()) {
    case CaseClock::FIXED: {
      XINCE_ASSIGN_OR_RETURN(due,
                             After(clock.unit(), from, static_cast<int>(clock.count()), calendar));
      break;
    }
    case CaseClock::AS_STATED:
      due = lengths.stated;
      break;
    case CaseClock::LIST_DURATION:
      due = PeriodEnd(from, lengths.list_months);
      break;
    case CaseClock::PUBLICITY_MINIMUM:
      due = lengths.publicity_min_months == 0 ? from - 1
                                              : PeriodEnd(from, lengths.publicity_min_months);
      break;
    case CaseClock::PUBLICITY_MAXIMUM:
      due = PeriodEnd(from, lengths.publicity_max_months);
      break;
    case CaseClock::DRAFT_PUBLICITY:
      if (lengths.draft_days == 0) return from - 1;
      return calendar.NthWorkingDayAfter(from, lengths.draft_days);
    case CaseClock::FOLLOW_UP:
      due = lengths.next_follow_up;
      if (lengths.follow_up != nullptr) {
        XINCE_ASSIGN_OR_RETURN(const Date by_rule,
                               After(lengths.follow_up->unit(),
                                     from,
                                     static_cast<int>(lengths.follow_up->count()),
                                     calendar));
        due = std::min(due, by_rule);
      }
      break;
    default:
      break;
  }
  if (!clock.ends_on_working_day() || due == type::kDateMax) return due;
  return OnWorkingDay(due, calendar);
}

absl::StatusOr<Date> Resumed(
    const CaseClock& clock, Date due, Date since, Date day, const WorkingDays& calendar) {
  if (due == type::kDateMax || due < since) return due;
  if (clock.unit() == CaseClock::WORKING_DAYS || clock.length() == CaseClock::DRAFT_PUBLICITY) {
    XINCE_ASSIGN_OR_RETURN(const int left, calendar.WorkingDaysBetween(since, due));
    return calendar.NthWorkingDayAfter(day, left);
  }
  return due + (day - since);
}

absl::StatusOr<Date> LatestExtension(const CaseClock& clock,
                                     Date due,
                                     const WorkingDays& calendar) {
  return After(clock.unit(), due, static_cast<int>(clock.extension_most()), calendar);
}

absl::StatusOr<int> DaysLeft(const CaseClock& clock,
                             Date due,
                             Date day,
                             const WorkingDays& calendar) {
  if (clock.unit() == CaseClock::WORKING_DAYS) return calendar.WorkingDaysBetween(day - 1, due);
  return due - day + 1;
}

}  // namespace xince::cases
