#include "services/scoring/creditfile/contests.h"

#include <string>

namespace xince::creditfile {

std::vector<credit::v1::StandingContest> ContestsOf(const cases::CaseBook& cases,
                                                    absl::string_view subject,
                                                    evaluate::Day day,
                                                    cases::Revision known) {
  std::vector<credit::v1::StandingContest> contests;
  if (cases.all().empty()) return contests;
  const type::Date on = type::Date::FromDays(day);
  // What has no end as known is pending on every later day.
  const type::Date at_last = type::kDateMax - 1;
  for (const auto& record : cases.OfSubject(subject)) {
    const std::string& standing_day = record->opening.target().standing_day();
    const auto about = type::ParseDate(standing_day);
    if (standing_day.empty() || !about.ok()) continue;
    const bool pending_then = ContestedOn(*record, on, known);
    const bool pending_still = *about == on && ContestedOn(*record, at_last, known);
    if (!pending_then && !pending_still) continue;
    credit::v1::StandingContest& contest = contests.emplace_back();
    contest.set_case_(record->name);
    contest.set_standing_day(standing_day);
    contest.set_since(FormatDate(record->steps.front().day));
  }
  return contests;
}

}  // namespace xince::creditfile
