#include "services/reports/report.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"

#include "services/runtime/errors.h"
#include "services/type/csv_writer.h"

namespace xince::reports {
namespace {

constexpr int kMonthsOfYear = 12;

Period MakePeriod(int year, int first_month, int months) {
  Period period{.months = months};
  period.start = type::Date::FromCivil(year, first_month, 1);
  const int next = first_month + months;
  period.end = next > kMonthsOfYear ? type::Date::FromCivil(year + 1, 1, 1)
                                    : type::Date::FromCivil(year, next, 1);
  const std::string text = absl::StrFormat("%04d", year);
  switch (months) {
    case 1:
      period.cadence = "monthly";
      period.label = absl::StrFormat("%s-%02d", text, first_month);
      break;
    case 3:
      period.cadence = "quarterly";
      period.label = absl::StrCat(text, "-Q", (first_month + 2) / 3);
      break;
    case 6:
      period.cadence = "half-yearly";
      period.label = absl::StrCat(text, "-H", (first_month + 5) / 6);
      break;
    default:
      period.cadence = "yearly";
      period.label = text;
  }
  return period;
}

absl::Status BadPeriod(absl::string_view label) {
  return runtime::InvalidArgument("REPORT_PERIOD",
                                  "period",
                                  "a period is written 2026, 2026-H1, 2026-Q1 or 2026-03",
                                  "报告期写作 2026、2026-H1、2026-Q1 或 2026-03",
                                  {{"found", std::string(label)}});
}

// A number of digits only, as many as the text is long.
bool ReadNumber(absl::string_view text, int* number) {
  const bool digits =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits && absl::SimpleAtoi(text, number);
}

void AppendJsonText(absl::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      absl::StrAppend(&out, "\\", absl::string_view(&c, 1));
    } else if (static_cast<unsigned char>(c) < 0x20) {
      absl::StrAppendFormat(&out, "\\u%04x", c);
    } else {
      out += c;
    }
  }
  out += '"';
}

void AppendMember(absl::string_view key, absl::string_view value, std::string& out) {
  AppendJsonText(key, out);
  out += ':';
  AppendJsonText(value, out);
  out += ',';
}

}  // namespace

bool Period::Has(absl::string_view date) const {
  return date >= type::FormatDate(start) && date < type::FormatDate(end);
}

absl::StatusOr<Period> ParsePeriod(absl::string_view label) {
  // The year after the last has to be a date too.
  constexpr int kYearMax = type::Date::kYearMax - 1;
  int year = 0;
  if (label.size() < 4 || !ReadNumber(label.substr(0, 4), &year)) return BadPeriod(label);
  if (year < type::Date::kYearMin || year > kYearMax) return BadPeriod(label);
  absl::string_view rest = label.substr(4);
  if (rest.empty()) return MakePeriod(year, 1, kMonthsOfYear);
  if (!absl::ConsumePrefix(&rest, "-") || rest.size() != 2) return BadPeriod(label);
  int number = 0;
  if (ReadNumber(rest, &number)) {
    if (number < 1 || number > kMonthsOfYear) return BadPeriod(label);
    return MakePeriod(year, number, 1);
  }
  const int months = rest[0] == 'Q' ? 3 : rest[0] == 'H' ? 6 : 0;
  if (months == 0 || !ReadNumber(rest.substr(1), &number)) return BadPeriod(label);
  if (number < 1 || number > kMonthsOfYear / months) return BadPeriod(label);
  return MakePeriod(year, (number - 1) * months + 1, months);
}

Period Previous(const Period& period) {
  const int year = period.start.year();
  const int month = period.start.month() - period.months;
  if (month >= 1) return MakePeriod(year, month, period.months);
  if (year == type::Date::kYearMin) return period;
  return MakePeriod(year - 1, month + kMonthsOfYear, period.months);
}

absl::StatusOr<Scope> MakeScope(Period period, std::string division, type::Date today) {
  if (period.start > today) {
    return runtime::FailedPrecondition("REPORT_PERIOD_AHEAD",
                                       "period",
                                       absl::StrCat(period.label, " has not begun"),
                                       absl::StrCat("报告期 ", period.label, " 尚未开始"),
                                       {{"start", type::FormatDate(period.start)}});
  }
  Scope scope{.division = std::move(division)};
  scope.as_of = type::FormatDate(std::min(period.end - 1, today));
  scope.period = std::move(period);
  return scope;
}

std::string Percent(int64_t part, int64_t whole) {
  if (whole == 0) return kNone;
  // Tenths of a percent, half up.
  const int64_t tenths = (2 * part * 1000 + whole) / (2 * whole);
  return absl::StrCat(tenths / 10, ".", tenths % 10);
}

std::string Hundredths(int64_t hundredths) {
  const int64_t size = hundredths < 0 ? -hundredths : hundredths;
  return absl::StrFormat("%s%d.%02d", hundredths < 0 ? "-" : "", size / 100, size % 100);
}

int64_t Mean(int64_t sum, int64_t count) {
  const int64_t numerator = 2 * sum + count;
  const int64_t denominator = 2 * count;
  const int64_t quotient = numerator / denominator;
  return numerator % denominator < 0 ? quotient - 1 : quotient;
}

std::string StreetOf(absl::string_view division) {
  constexpr size_t kStreetDigits = 9;
  return std::string(division.substr(0, kStreetDigits));
}

bool Inside(absl::string_view division, absl::string_view outer) {
  return division.substr(0, outer.size()) == outer;
}

void Counts::Add(const std::string& division, size_t column, int64_t by) {
  std::vector<int64_t>& row = rows_[division];
  row.resize(columns_);
  row[column] += by;
}

void Counts::Fill(const std::vector<Column>& names,
                  const std::vector<Rate>& rates,
                  Report& report) const {
  report.columns.push_back({.key = "division", .zh = "区划"});
  for (const Column& name : names) {
    report.columns.push_back({.key = name.key, .zh = name.zh, .number = true});
  }
  for (const Rate& rate : rates) {
    report.columns.push_back({.key = rate.key, .zh = rate.zh, .number = true});
  }
  std::vector<int64_t> sums(columns_);
  const auto add = [&](const std::string& division, const std::vector<int64_t>& counts) {
    std::vector<std::string> cells = {division};
    for (int64_t count : counts) cells.push_back(absl::StrCat(count));
    for (const Rate& rate : rates) cells.push_back(Percent(counts[rate.part], counts[rate.whole]));
    report.rows.push_back(std::move(cells));
  };
  for (const auto& [division, counts] : rows_) {
    add(division, counts);
    for (size_t i = 0; i < columns_; ++i) sums[i] += counts[i];
  }
  if (!rows_.empty()) add("合计", sums);
}

std::string ToCsv(const Report& report) {
  std::string out;
  type::CsvWriter writer(&out);
  std::vector<type::CsvCell> cells;
  for (const Column& column : report.columns) cells.push_back({.text = column.zh});
  writer.AddRow(cells);
  for (const std::vector<std::string>& row : report.rows) {
    cells.clear();
    for (size_t i = 0; i < row.size(); ++i) {
      cells.push_back({.text = row[i], .number = report.columns[i].number});
    }
    writer.AddRow(cells);
  }
  for (const std::string& note : report.notes) {
    const std::string line = absl::StrCat("# ", note);
    writer.AddRow({{.text = line}});
  }
  return out;
}

std::string ToJson(const Report& report) {
  std::string out = "{";
  AppendMember("report", report.name, out);
  AppendMember("title", report.title, out);
  AppendMember("period", report.scope.period.label, out);
  AppendMember("cadence", report.scope.period.cadence, out);
  AppendMember("asOf", report.scope.as_of, out);
  AppendMember("division", report.scope.division, out);
  absl::StrAppend(&out, "\"truncated\":", report.truncated ? "true" : "false", ",\"notes\":[");
  for (size_t i = 0; i < report.notes.size(); ++i) {
    if (i > 0) out += ',';
    AppendJsonText(report.notes[i], out);
  }
  out += "],\"rows\":[";
  for (size_t i = 0; i < report.rows.size(); ++i) {
    out += i > 0 ? ",{" : "{";
    for (size_t j = 0; j < report.columns.size(); ++j) {
      AppendMember(report.columns[j].key, report.rows[i][j], out);
    }
    out.back() = '}';
  }
  return out + "]}\n";
}

}  // namespace xince::reports
