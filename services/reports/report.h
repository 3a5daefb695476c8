#ifndef SERVICES_REPORTS_REPORT_H_
#define SERVICES_REPORTS_REPORT_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "services/type/civil_date.h"

/// Reports by cadence 每月调度、季度通报、半年拉练、年度排名: tables made from records and standings as they
/// were listed. Functions of their arguments alone; docs/reports.md has the formulas.
namespace xince::reports {

/// What stands where a rate has no denominator: neither 0 nor 100.
inline constexpr char kNone[] = "-";

/// A calendar period.
struct Period {
  /// As it was asked for: `2026`, `2026-H1`, `2026-Q1` or `2026-03`.
  std::string label;
  /// `monthly`, `quarterly`, `half-yearly`, `yearly`.
  std::string cadence;
  type::Date start;
  /// First day after it.
  type::Date end;
  int months = 0;

  [[nodiscard]] bool Has(absl::string_view date) const;
};

/// INVALID_ARGUMENT `REPORT_PERIOD` (about `period`) unless it is one of the four forms.
absl::StatusOr<Period> ParsePeriod(absl::string_view label);

/// The period of the same length before it. The first of a calendar has none before it and is its own.
Period Previous(const Period& period);

/// When and of what a report is.
struct Scope {
  Period period;
  /// Only of this division and what is inside it; empty for all.
  std::string division;
  /// What happened later does not count: the last day of the period, or today when that is earlier.
  std::string as_of;
};

/// The scope of a period on a day. FAILED_PRECONDITION `REPORT_PERIOD_AHEAD` when it has not begun.
absl::StatusOr<Scope> MakeScope(Period period, std::string division, type::Date today);

struct Column {
  /// Name for programs.
  std::string key;
  std::string zh;
  bool number = false;
};

/// A report as a table of texts.
struct Report {
  std::string name;
  std::string title;
  Scope scope;
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;
  /// What a reader must know: thresholds and their source, ties, what was left out.
  std::vector<std::string> notes;
  /// More records were on file than were read.
  bool truncated = false;
};

/// `part` of `whole` in percent with one decimal, rounded half up: 131 of 140 is `93.6`. kNone when the
/// whole is 0. Counts are 0 to 10^12, the part at most the whole.
std::string Percent(int64_t part, int64_t whole);

/// `1234` hundredths as `12.34`.
std::string Hundredths(int64_t hundredths);

/// Mean of numbers by their sum, rounded half up, also below zero: a sum of -3 over 2 is -1. `count` is
/// positive.
int64_t Mean(int64_t sum, int64_t count);

/// The street (9 digits) a division lies in; the division itself where it is larger.
std::string StreetOf(absl::string_view division);

/// Whether a division is the outer one or inside it; everything is inside an empty one.
bool Inside(absl::string_view division, absl::string_view outer);

/// Counts per division, such as a street.
class Counts {
 public:
  explicit Counts(size_t columns) : columns_(columns) {}
  /// Counts `by` in a column of a division; 0 to have the division listed.
  void Add(const std::string& division, size_t column, int64_t by = 1);

  struct Rate {
    const char* key;
    const char* zh;
    /// Columns of the counts.
    size_t part;
    size_t whole;
  };
  /// Appends to the report: columns `division`, one per count, one per rate; one row per division in the
  /// order of codes, and, where there is a row, the sums as `合计` with rates of the sums.
  void Fill(const std::vector<Column>& names, const std::vector<Rate>& rates, Report& report) const;

 private:
  size_t columns_;
  std::map<std::string, std::vector<int64_t>> rows_;
};

/// UTF-8 with a byte-order mark, lines ended by CR LF, formulas made harmless (services/type/csv_writer.h).
/// Notes follow as lines whose first cell begins with `#`.
std::string ToCsv(const Report& report);

/// `{"report":…,"title":…,"period":…,"cadence":…,"asOf":…,"division":…,"truncated":…,"notes":[…],
/// "rows":[{"<key>":"…"}]}`; every cell is a text.
std::string ToJson(const Report& report);

}  // namespace xince::reports

#endif  // SERVICES_REPORTS_REPORT_H_
