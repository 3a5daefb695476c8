#ifndef SERVICES_SCORING_CASES_CLOCKS_H_
#define SERVICES_SCORING_CASES_CLOCKS_H_

#include <cstdint>

#include "absl/status/statusor.h"

#include "xince/policy/v1/procedure.pb.h"

#include "services/type/civil_date.h"
#include "services/type/working_days.h"

/// When time limits end. docs/procedures.md, *Clocks*.
namespace xince::cases {

/// Lengths that do not stand in the procedure.
struct Lengths {
  /// Months of the list's entries; 0 for none.
  int list_months = 0;
  /// Publicity of the matter's class, in months; a maximum of 0 is none.
  int publicity_min_months = 0;
  int publicity_max_months = 0;
  /// Working days a draft is shown; 0 for none.
  int draft_days = 0;
  /// How often an entry is followed up; null where no number is fixed.
  const policy::v1::FollowUpRule* follow_up = nullptr;
  /// FOLLOW_UP: the next day that was agreed.
  type::Date next_follow_up = type::kDateMax;
  /// AS_STATED: the last day.
  type::Date stated = type::kDateMax;
};

/// Last day of a clock that starts with an event of the day `from`; kDateMax when it never runs out.
/// CALENDAR_UNKNOWN_YEAR (FAILED_PRECONDITION) when the calendar does not reach so far.
absl::StatusOr<type::Date> LastDay(const policy::v1::CaseClock& clock,
                                   type::Date from,
                                   const Lengths& lengths,
                                   const type::WorkingDays& calendar);

/// Last day of a clock that stood still from `since` and goes on on `day`, with as many days left as
/// it had: working days for a clock in working days, calendar days for others.
absl::StatusOr<type::Date> Resumed(const policy::v1::CaseClock& clock,
                                   type::Date due,
                                   type::Date since,
                                   type::Date day,
                                   const type::WorkingDays& calendar);

/// The latest last day an extension may give: `extension_most` units beyond `due`.
absl::StatusOr<type::Date> LatestExtension(const policy::v1::CaseClock& clock,
                                           type::Date due,
                                           const type::WorkingDays& calendar);

/// Days left on a day, that day and the last one included: working days for a clock in working days,
/// calendar days for others; 0 or less when it has run out.
absl::StatusOr<int> DaysLeft(const policy::v1::CaseClock& clock,
                             type::Date due,
                             type::Date day,
                             const type::WorkingDays& calendar);

}  // namespace xince::cases

#endif  // SERVICES_SCORING_CASES_CLOCKS_H_
