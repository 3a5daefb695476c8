#include "services/reports/follow_up_reports.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace xince::reports {
namespace {

using listing::v1::Case;
using listing::v1::ClockState;
using listing::v1::Contact;
using listing::v1::FollowUp;

constexpr char kClock[] = "follow-up";

// A case as its log stood on a day.
struct LogOn {
  std::vector<std::string> contacts;
  const FollowUp* last = nullptr;
  int in_period = 0;
  // Next day and how late it is; kNone where a later line has set it.
  std::string next;
  std::string days_late;
};

LogOn LogOf(const Case& of, const Scope& scope) {
  LogOn log;
  const auto name = [&](const auto& contacts) {
    log.contacts.clear();
    for (const Contact& contact : contacts)
      log.contacts.push_back(absl::StrCat(LevelName(contact.level()), " ", contact.name()));
  };
  for (const auto& step : of.steps()) {
    if (step.day() > scope.as_of) continue;
    const auto& details = step.details();
    if (details.has_proposal()) name(details.proposal().contacts());
    if (details.has_contacts()) name(details.contacts().contacts());
    if (!details.has_follow_up()) continue;
    log.last = &details.follow_up();
    log.in_period += scope.period.Has(step.day()) ? 1 : 0;
  }
  for (const ClockState& clock : of.clocks()) {
    if (clock.clock() != kClock || clock.due().empty()) continue;
    if (clock.from() > scope.as_of) {
      log.next = log.days_late = kNone;
      continue;
    }
    log.next = clock.due();
    const auto due = type::ParseDate(clock.due());
    const auto day = type::ParseDate(scope.as_of);
    if (due.ok() && day.ok()) log.days_late = absl::StrCat(std::max(0, *day - *due));
  }
  return log;
}

bool InForceOn(const Case& of, const std::string& day) {
  return !of.in_force_from().empty() && of.in_force_from() <= day &&
         (of.in_force_until().empty() || day < of.in_force_until());
}

}  // namespace

std::string LevelName(type::v1::Level level) {
  switch (level) {
    case type::v1::LEVEL_NATIONAL:
      return "国家";
    case type::v1::LEVEL_PROVINCE:
      return "省";
    case type::v1::LEVEL_CITY:
      return "市";
    case type::v1::LEVEL_DISTRICT:
      return "区县";
    case type::v1::LEVEL_STREET:
      return "街镇";
    case type::v1::LEVEL_COMMUNITY:
      return "社区";
    default:
      return "";
  }
}

Report FollowUps(const Scope& scope, const FollowUpRecords& records) {
  Report report{.name = "follow-ups", .title = "重点联系跟踪情况", .scope = scope};
  report.columns = {{.key = "case", .zh = "案件"},
                    {.key = "list", .zh = "名单"},
                    {.key = "subject", .zh = "信用主体"},
                    {.key = "since", .zh = "列入日期"},
                    {.key = "contacts", .zh = "联系人"},
                    {.key = "follow_ups", .zh = "期内跟踪次数", .number = true},
                    {.key = "last_day", .zh = "最近跟踪日期"},
                    {.key = "last_contact", .zh = "最近跟踪人"},
                    {.key = "findings", .zh = "发现的情况"},
                    {.key = "next_day", .zh = "下次期限"},
                    {.key = "days_late", .zh = "逾期天数", .number = true}};
  for (auto of = records.cases.rbegin(); of != records.cases.rend(); ++of) {
    const std::string& subject = of->opening().subject();
    if (!InForceOn(*of, scope.as_of)) continue;
    if (!scope.division.empty() && !records.subjects.contains(subject)) continue;
    const LogOn log = LogOf(*of, scope);
    if (log.contacts.empty() && log.last == nullptr) continue;
    const bool logged = log.last != nullptr;
    report.rows.push_back({of->name(),
                           of->opening().list(),
                           subject,
                           of->in_force_from(),
                           absl::StrJoin(log.contacts, "、"),
                           absl::StrCat(log.in_period),
                           logged ? log.last->held_on() : "",
                           logged ? log.last->contact().name() : "",
                           logged ? log.last->findings() : "",
                           log.next,
                           log.days_late});
  }
  return report;
}

}  // namespace xince::reports
