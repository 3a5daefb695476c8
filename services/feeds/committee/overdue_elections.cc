#include "services/feeds/committee/overdue_elections.h"

#include <utility>

#include "services/feeds/committee/day_page.h"
#include "services/runtime/errors.h"

namespace xince::committee {
namespace {

using ::xince::committee::v1::Committee;

bool IsOverdue(const Committee& committee, absl::string_view day) {
  return committee.term_end_date() <= day &&
         (committee.ended_date().empty() || committee.ended_date() > day);
}

}  // namespace

absl::StatusOr<OverduePage> ListOverdueElections(feeds::Feed& feed,
                                                 const v1::ListOverdueElectionsRequest& request,
                                                 type::Date today,
                                                 journal::Revision at_least,
                                                 absl::Time deadline) {
  const type::Date day = DayAsked(request.as_of_date(), today);
  const std::string day_text = type::FormatDate(day);
  DayQuery query{.list = "overdue",
                 .day = day,
                 .page_size = request.page_size(),
                 .page_token = request.page_token()};
  if (!request.division().empty()) query.filters.emplace_back("division", request.division());
  OverduePage page;
  XINCE_ASSIGN_OR_RETURN(
      DayPage taken,
      PageOfDay(
          feed, query, at_least, deadline, [&](const Committee& committee) -> absl::StatusOr<bool> {
            if (!IsOverdue(committee, day_text)) return false;
            auto& overdue = *page.response.add_overdue_elections();
            *overdue.mutable_committee() = committee;
            overdue.set_days_overdue(day -
                                     type::ParseDate(committee.term_end_date()).value_or(day));
            return true;
          }));
  page.revision = taken.revision;
  page.response.set_next_page_token(std::move(taken.next_page_token));
  return page;
}

}  // namespace xince::committee
