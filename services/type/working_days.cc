#include "services/type/working_days.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "services/runtime/errors.h"

namespace xince::type {
namespace {

constexpr absl::string_view kRange = "..";
constexpr int kSaturday = 6;

bool IsWeekend(Date date) { return date.weekday() >= kSaturday; }

absl::Status Unreadable(absl::string_view path, size_t line, absl::string_view why) {
  const std::string where = line > 0 ? absl::StrCat(", line ", line) : "";
  return runtime::FailedPrecondition(
      "CALENDAR_UNREADABLE",
      "",
      absl::StrCat("the calendar of working days cannot be used", where, ": ", why),
      "工作日历数据文件无法使用",
      {{"path", std::string(path)}, {"line", absl::StrCat(line)}, {"why", std::string(why)}});
}

/// What the statements say: the years, and the days that differ from the week's rule.
struct Statements {
  int first_year = 0;
  int last_year = 0;
  /// true for a workday, false for a holiday.
  std::map<Date, bool> exceptions;
};

/// Takes the statement `year YYYY`. Empty when it is sound, else why not.
absl::string_view TakeYear(absl::string_view argument, Statements& statements) {
  const auto first_day = ParseDate(absl::StrCat(argument, "-01-01"));
  if (!first_day.ok()) return "not a year";
  const int year = first_day->year();
  if (statements.first_year == 0) {
    statements.first_year = year;
  } else if (year != statements.last_year + 1) {
    return "years must follow one another";
  } else if (year - statements.first_year >= kWorkingDaysYearsMax) {
    return "too many years";
  }
  statements.last_year = year;
  return "";
}

/// Takes `holiday` or `workday` with a date or a range.
absl::string_view TakeDays(absl::string_view argument, bool workday, Statements& statements) {
  const std::pair<absl::string_view, absl::string_view> ends =
      absl::StrSplit(argument, absl::MaxSplits(kRange, 1));
  const auto first = ParseDate(ends.first);
  const auto last =
      argument.find(kRange) == absl::string_view::npos ? first : ParseDate(ends.second);
  if (!first.ok() || !last.ok() || *last < *first) return "not a date or a range of dates";
  if (first->year() != statements.last_year || last->year() != statements.last_year) {
    return "the day is not in the year above";
  }
  for (Date day = *first; day <= *last; day = day + 1) {
    if (workday && !IsWeekend(day)) return "a workday must be a Saturday or Sunday";
    if (!statements.exceptions.emplace(day, workday).second) return "the day is named twice";
  }
  return "";
}

absl::string_view TakeLine(absl::string_view line, Statements& statements) {
  const std::vector<absl::string_view> words =
      absl::StrSplit(line, absl::ByAnyChar(" \t\r"), absl::SkipEmpty());
  if (words.empty() || words[0][0] == '#') return "";
  if (words.size() != 2) return "a statement is a word and a date";
  if (words[0] == "year") return TakeYear(words[1], statements);
  if (words[0] == "holiday") return TakeDays(words[1], /*workday=*/false, statements);
  if (words[0] == "workday") return TakeDays(words[1], /*workday=*/true, statements);
  return "a statement begins with year, holiday or workday";
}

}  // namespace

absl::StatusOr<WorkingDays> WorkingDays::Load(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kWorkingDaysFileBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || !file.eof()) {
    return Unreadable(path, 0, file.is_open() ? "too large or not readable" : "no such file");
  }
  text.resize(static_cast<size_t>(file.gcount()));
  return Parse(text, path);
}

absl::StatusOr<WorkingDays> WorkingDays::Parse(absl::string_view text, absl::string_view path) {
  Statements statements;
  size_t line_number = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    ++line_number;
    const absl::string_view why = TakeLine(line, statements);
    if (!why.empty()) return Unreadable(path, line_number, why);
  }
  if (statements.first_year == 0) return Unreadable(path, 0, "no year");
  WorkingDays result;
  result.first_day_ = Date::FromCivil(statements.first_year, 1, 1);
  const Date last_day = Date::FromCivil(statements.last_year, 12, 31);
  result.count_through_.reserve(static_cast<size_t>(last_day - result.first_day_) + 1);
  int32_t count = 0;
  for (int32_t i = 0; i <= last_day - result.first_day_; ++i) {
    const Date day = result.first_day_ + i;
    const auto exception = statements.exceptions.find(day);
    const bool works =
        exception != statements.exceptions.end() ? exception->second : !IsWeekend(day);
    count += works ? 1 : 0;
    result.count_through_.push_back(count);
  }
  return result;
}

absl::Status WorkingDays::UnknownYear() const {
  return runtime::FailedPrecondition(
      "CALENDAR_UNKNOWN_YEAR",
      "",
      absl::StrCat("working days are published for ",
                   first_year(),
                   " to ",
                   last_year(),
                   " only, and the days asked for are outside"),
      absl::StrCat("工作日历只公布到 ", first_year(), " 至 ", last_year(), " 年,所求日期超出范围"),
      {{"first_year", absl::StrCat(first_year())}, {"last_year", absl::StrCat(last_year())}});
}

absl::StatusOr<bool> WorkingDays::IsWorkingDay(Date date) const {
  if (!Knows(date)) return UnknownYear();
  return CountThrough(date) != (date == first_day_ ? 0 : CountThrough(date - 1));
}

absl::StatusOr<Date> WorkingDays::NthWorkingDayAfter(Date start, int n) const {
  if (n < 0 || n > kWorkingDaysStepMax) {
    return runtime::InvalidArgument(
        "NUMBER_OUT_OF_RANGE",
        "",
        absl::StrCat("a deadline is 0 to ", kWorkingDaysStepMax, " working days away, not ", n),
        absl::StrCat("期限应为 0 至 ", kWorkingDaysStepMax, " 个工作日,现为 ", n),
        {{"min", "0"}, {"max", absl::StrCat(kWorkingDaysStepMax)}, {"found", absl::StrCat(n)}});
  }
  if (!Knows(start)) return UnknownYear();
  if (n == 0) return start;
  const auto found =
      std::lower_bound(count_through_.begin(), count_through_.end(), CountThrough(start) + n);
  if (found == count_through_.end()) return UnknownYear();
  return first_day_ + (found - count_through_.begin());
}

absl::StatusOr<int> WorkingDays::WorkingDaysBetween(Date from, Date to) const {
  if (!Knows(from) || !Knows(to)) return UnknownYear();
  return CountThrough(to) - CountThrough(from);
}

}  // namespace xince::type
