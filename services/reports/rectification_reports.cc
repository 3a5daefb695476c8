#include "services/reports/rectification_reports.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"

namespace xince::reports {
namespace {

using ::xince::inspection::v1::Inspection;
using ::xince::inspection::v1::RectificationOrder;

enum class Standing { kOpen, kOverdue, kClosed };

// An order as it stood on a day.
struct OrderOn {
  Standing standing = Standing::kOpen;
  std::string deadline;
  int extensions = 0;
  std::string extension_reason;
  // Days from the deadline to the correction, or to the day while there is none; 0 in time.
  int days_late = 0;
};

bool HappenedBy(const std::string& date, const std::string& day) {
  return !date.empty() && date <= day;
}

int DaysBetween(const std::string& from, const std::string& to) {
  const type::Date start = type::ParseDate(from).value_or(type::Date());
  return type::ParseDate(to).value_or(start) - start;
}

OrderOn StandingOn(const RectificationOrder& order, const std::string& day) {
  OrderOn result{.deadline = order.original_deadline()};
  for (const auto& extension : order.extensions()) {
    if (!HappenedBy(extension.extend_date(), day)) continue;
    result.deadline = extension.new_deadline();
    result.extension_reason = extension.reason();
    ++result.extensions;
  }
  const bool closed = HappenedBy(order.accepted_date(), day);
  const std::string& until = closed ? order.corrected_date() : day;
  if (until > result.deadline) result.days_late = DaysBetween(result.deadline, until);
  if (closed) {
    result.standing = Standing::kClosed;
  } else if (result.days_late > 0) {
    result.standing = Standing::kOverdue;
  }
  return result;
}

// Visits the orders of the scope that had been issued by its last day.
template <class Visit>
void EachOrder(const Scope& scope, const RectificationRecords& records, Visit visit) {
  for (const RectificationOrder& order : records.orders) {
    if (!Inside(order.division(), scope.division) || order.issue_date() > scope.as_of) continue;
    visit(order, StandingOn(order, scope.as_of));
  }
}

// The last look-back at each order by the scope's last day.
std::map<std::string, const Inspection*> LookBacks(const Scope& scope,
                                                   const RectificationRecords& records) {
  std::map<std::string, const Inspection*> last;
  for (const Inspection& visit : records.inspections) {
    if (visit.rectification_order().empty() || visit.inspection_date() > scope.as_of) continue;
    const Inspection*& known = last[visit.rectification_order()];
    const bool later =
        known == nullptr || std::make_pair(visit.inspection_date(), visit.name()) >
                                std::make_pair(known->inspection_date(), known->name());
    if (later) known = &visit;
  }
  return last;
}

bool Listed(const Scope& scope,
            const RectificationOrder& order,
            const OrderOn& on,
            const LedgerFilter& filter) {
  if (on.standing == Standing::kOpen) return filter.open;
  if (on.standing == Standing::kOverdue) return filter.overdue;
  return filter.closed && scope.period.Has(order.accepted_date());
}

const char* NameOf(Standing standing) {
  if (standing == Standing::kOpen) return "整改中";
  return standing == Standing::kOverdue ? "逾期" : "已销号";
}

}  // namespace

Report RectificationLedger(const Scope& scope,
                           const RectificationRecords& records,
                           const LedgerFilter& filter) {
  Report report{.name = "rectification", .title = "整改台账", .scope = scope};
  report.columns = {{.key = "order", .zh = "整改通知"},
                    {.key = "subject", .zh = "信用主体"},
                    {.key = "division", .zh = "区划"},
                    {.key = "facts", .zh = "问题事实"},
                    {.key = "issue_date", .zh = "下达日期"},
                    {.key = "deadline", .zh = "整改期限"},
                    {.key = "extensions", .zh = "延期次数", .number = true},
                    {.key = "extension_reason", .zh = "延期理由"},
                    {.key = "state", .zh = "状态"},
                    {.key = "days_late", .zh = "逾期天数", .number = true},
                    {.key = "corrected_date", .zh = "整改完成日期"},
                    {.key = "accepted_date", .zh = "验收日期"},
                    {.key = "close_out_number", .zh = "销号编号"},
                    {.key = "look_back_date", .zh = "回头看日期"},
                    {.key = "look_back_result", .zh = "回头看结论"}};
  const std::map<std::string, const Inspection*> look_backs = LookBacks(scope, records);
  EachOrder(scope, records, [&](const RectificationOrder& order, const OrderOn& on) {
    if (!Listed(scope, order, on, filter)) return;
    const bool closed = on.standing == Standing::kClosed;
    const auto visit = look_backs.find(order.name());
    const bool looked = visit != look_backs.end();
    const bool held = looked && visit->second->result() == Inspection::PASSED;
    report.rows.push_back({order.name(),
                           order.subject(),
                           order.division(),
                           order.facts(),
                           order.issue_date(),
                           on.deadline,
                           absl::StrCat(on.extensions),
                           on.extension_reason,
                           NameOf(on.standing),
                           absl::StrCat(on.days_late),
                           closed ? order.corrected_date() : "",
                           closed ? order.accepted_date() : "",
                           closed ? order.close_out_number() : "",
                           looked ? visit->second->inspection_date() : "",
                           !looked ? ""
                           : held  ? "合格"
                                   : "不合格"});
  });
  return report;
}

Report RectificationSummary(const Scope& scope, const RectificationRecords& records) {
  Report report{.name = "rectification-summary", .title = "整改销号情况", .scope = scope};
  enum : size_t { kIssued, kClosed, kInTime, kOpen, kOverdue, kLooked, kRelapsed, kColumns };
  Counts counts(kColumns);
  std::map<std::string, std::string> division_of;
  EachOrder(scope, records, [&](const RectificationOrder& order, const OrderOn& on) {
    division_of[order.name()] = order.division();
    const bool closed = on.standing == Standing::kClosed;
    const bool closed_now = closed && scope.period.Has(order.accepted_date());
    counts.Add(order.division(), kIssued, scope.period.Has(order.issue_date()) ? 1 : 0);
    counts.Add(order.division(), kClosed, closed_now ? 1 : 0);
    counts.Add(order.division(), kInTime, closed_now && on.days_late == 0 ? 1 : 0);
    counts.Add(order.division(), kOpen, closed ? 0 : 1);
    counts.Add(order.division(), kOverdue, on.standing == Standing::kOverdue ? 1 : 0);
  });
  for (const Inspection& visit : records.inspections) {
    const auto division = division_of.find(visit.rectification_order());
    if (division == division_of.end() || !scope.period.Has(visit.inspection_date())) continue;
    if (visit.inspection_date() > scope.as_of) continue;
    counts.Add(division->second, kLooked);
    counts.Add(division->second, kRelapsed, visit.result() == Inspection::FAILED ? 1 : 0);
  }
  counts.Fill({{.key = "issued", .zh = "期内下达"},
               {.key = "closed", .zh = "期内销号"},
               {.key = "in_time", .zh = "其中按期"},
               {.key = "open", .zh = "期末未销号"},
               {.key = "overdue", .zh = "其中逾期"},
               {.key = "looked_back", .zh = "期内回头看"},
               {.key = "relapsed", .zh = "其中不合格"}},
              {{.key = "in_time_rate", .zh = "按期销号率%", .part = kInTime, .whole = kClosed},
               {.key = "relapse_rate", .zh = "反弹率%", .part = kRelapsed, .whole = kLooked}},
              report);
  return report;
}

}  // namespace xince::reports
