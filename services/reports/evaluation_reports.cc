#include "services/reports/evaluation_reports.h"

#include <map>
#include <string>
#include <tuple>

#include "absl/strings/str_cat.h"

namespace xince::reports {
namespace {

using ::xince::party::v1::Evaluation;
using ::xince::party::v1::EvaluationWindow;
using ::xince::party::v1::ExpectedEvaluation;

// Window, evaluating division, firm and, where one is asked for, project.
using Key = std::tuple<std::string, std::string, std::string, std::string>;

// What became of one evaluation owed; the best of several.
struct Outcome {
  bool filed = false;
  bool counts = false;
  bool in_time = false;
};

bool EvaluatesIn(const EvaluationWindow& window, const Period& period) {
  const type::Date end = type::ParseDate(window.end_date()).value_or(type::Date());
  return period.Has(type::FormatDate(end - 1));
}

void Note(const Evaluation& evaluation, const EvaluationWindow& window, Outcome& outcome) {
  const bool counts =
      !window.countersign_required() || evaluation.state() == Evaluation::COUNTERSIGNED;
  const std::string& last =
      window.countersign_required() ? evaluation.countersign_date() : evaluation.sign_date();
  outcome.filed = true;
  outcome.counts = outcome.counts || counts;
  outcome.in_time = outcome.in_time || (counts && last < window.close_date());
}

}  // namespace

Report EvaluationSubmission(const Scope& scope, const EvaluationRecords& records) {
  Report report{.name = "evaluations", .title = "党组织评价报送情况", .scope = scope};
  enum : size_t { kExpected, kFiled, kCounting, kInTime, kMissing, kColumns };
  std::map<std::string, const EvaluationWindow*> windows;
  for (const EvaluationWindow& window : records.windows) {
    if (EvaluatesIn(window, scope.period)) windows[window.name()] = &window;
  }
  std::map<Key, Outcome> outcomes;
  for (const Evaluation& one : records.evaluations) {
    const auto window = windows.find(one.window());
    if (window == windows.end()) continue;
    Note(one, *window->second, outcomes[{one.window(), one.division(), one.firm(), ""}]);
    if (one.project().empty()) continue;
    Note(one, *window->second, outcomes[{one.window(), one.division(), one.firm(), one.project()}]);
  }
  Counts counts(kColumns);
  for (const ExpectedEvaluation& owed : records.expected) {
    if (windows.count(owed.window()) == 0 || !Inside(owed.division(), scope.division)) continue;
    const std::string street = StreetOf(owed.division());
    const auto found = outcomes.find({owed.window(), owed.division(), owed.firm(), owed.project()});
    const Outcome outcome = found == outcomes.end() ? Outcome{} : found->second;
    counts.Add(street, kExpected);
    counts.Add(street, outcome.filed ? kFiled : kMissing);
    counts.Add(street, kCounting, outcome.counts ? 1 : 0);
    counts.Add(street, kInTime, outcome.in_time ? 1 : 0);
  }
  counts.Fill({{.key = "expected", .zh = "应评价"},
               {.key = "filed", .zh = "已报送"},
               {.key = "counting", .zh = "已生效"},
               {.key = "in_time", .zh = "截止前生效"},
               {.key = "missing", .zh = "未报送"}},
              {{.key = "filed_rate", .zh = "报送率%", .part = kFiled, .whole = kExpected},
               {.key = "in_time_rate", .zh = "及时率%", .part = kInTime, .whole = kExpected}},
              report);
  for (const auto& [name, window] : windows) {
    report.notes.push_back(
        absl::StrCat(window->title(), ": 截止 ", window->close_date(), "(不含)"));
  }
  return report;
}

}  // namespace xince::reports
