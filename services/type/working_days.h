#ifndef SERVICES_TYPE_WORKING_DAYS_H_
#define SERVICES_TYPE_WORKING_DAYS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "services/type/civil_date.h"

/// Working days 工作日 by the State Council's yearly notices, read from a file like
/// policies/national/working-days.txt, which explains its format.
namespace xince::type {

/// Largest file, in bytes.
inline constexpr size_t kWorkingDaysFileBytesMax = 1024 * 1024;
/// Most years of a calendar.
inline constexpr int kWorkingDaysYearsMax = 200;
/// Most working days a deadline may be away.
inline constexpr int kWorkingDaysStepMax = 1000;

/// A calendar of whole years without a gap. It knows nothing about other years and refuses them:
/// every function that meets one answers FAILED_PRECONDITION CALENDAR_UNKNOWN_YEAR (metadata
/// `first_year`, `last_year`). Immutable; safe to use from any thread.
class WorkingDays {
 public:
  /// Reads a file. Error: FAILED_PRECONDITION CALENDAR_UNREADABLE (metadata `path`, `line`, `why`) for
  /// a file that cannot be read, a line that is no statement, a day outside its year, a day named
  /// twice, a workday from Monday to Friday, a gap between years, or no year at all.
  static absl::StatusOr<WorkingDays> Load(const std::string& path);

  /// Reads the text of a file; `path` is for messages.
  static absl::StatusOr<WorkingDays> Parse(absl::string_view text, absl::string_view path = "");

  [[nodiscard]] int first_year() const { return first_day_.year(); }
  [[nodiscard]] int last_year() const { return LastDay().year(); }

  /// Whether offices work on the day.
  [[nodiscard]] absl::StatusOr<bool> IsWorkingDay(Date date) const;

  /// The `n`-th working day after `start`, which is not counted itself, working day or not; `start` for
  /// n = 0. Errors: CALENDAR_UNKNOWN_YEAR, INVALID_ARGUMENT NUMBER_OUT_OF_RANGE for n outside 0 to
  /// kWorkingDaysStepMax.
  [[nodiscard]] absl::StatusOr<Date> NthWorkingDayAfter(Date start, int n) const;

  /// Number of working days after `from` up to and including `to`; negative when `to` is earlier.
  /// WorkingDaysBetween(d, NthWorkingDayAfter(d, n)) is n.
  [[nodiscard]] absl::StatusOr<int> WorkingDaysBetween(Date from, Date to) const;

 private:
  WorkingDays() = default;

  [[nodiscard]] bool Knows(Date date) const { return date >= first_day_ && date <= LastDay(); }
  [[nodiscard]] Date LastDay() const {
    return first_day_ + static_cast<int64_t>(count_through_.size()) - 1;
  }
  /// Working days from first_day_ to a known day, both included.
  [[nodiscard]] int32_t CountThrough(Date date) const {
    return count_through_[static_cast<size_t>(date - first_day_)];
  }
  [[nodiscard]] absl::Status UnknownYear() const;

  Date first_day_;
  std::vector<int32_t> count_through_;
};

}  // namespace xince::type

#endif  // SERVICES_TYPE_WORKING_DAYS_H_
