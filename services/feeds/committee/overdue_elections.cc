#include "services/feeds/committee/overdue_elections.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

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
  const type::Date day_asked =
      request.as_of_date().empty() ? today : type::ParseDate(request.as_of_date()).value_or(today);
  const std::string day = type::FormatDate(day_asked);
  const int wanted = request.page_size() <= 0 ? feeds::kPageSizeDefault
                                              : std::min(request.page_size(), feeds::kPageSizeMax);
  // The day is an argument as well: a token carries it.
  const std::string prefix = absl::StrCat(day, ".");
  absl::string_view token = request.page_token();
  if (!token.empty() && !absl::ConsumePrefix(&token, prefix)) {
    return runtime::InvalidArgument("PAGE_TOKEN_ARGUMENTS",
                                    "page_token",
                                    "the page token belongs to a list with other arguments",
                                    "翻页凭证属于参数不同的列表");
  }
  feeds::ListQuery query{.page_size = std::min(request.page_size(), 0),
                         .page_token = std::string(token)};
  if (!request.division().empty()) query.filters.emplace_back("division", request.division());
  const feeds::RecordType& type = *feed.TypeOf(Committee::descriptor()->full_name());
  OverduePage page;
  for (int scanned = 0; scanned < feeds::kPageScanMax;) {
    const int found = page.response.overdue_elections_size();
    if (query.page_size >= 0) query.page_size = wanted - found;
    XINCE_ASSIGN_OR_RETURN(feeds::Page records, feed.List(type, query, at_least, deadline));
    page.revision = std::max(page.revision, records.revision);
    scanned += std::max<int>(1, static_cast<int>(records.records.size()));
    for (const auto& record : records.records) {
      const auto& committee = static_cast<const Committee&>(*record);
      if (!IsOverdue(committee, day)) continue;
      auto& overdue = *page.response.add_overdue_elections();
      *overdue.mutable_committee() = committee;
      overdue.set_days_overdue(day_asked -
                               type::ParseDate(committee.term_end_date()).value_or(day_asked));
    }
    query.page_token = records.next_page_token;
    if (query.page_token.empty() || page.response.overdue_elections_size() == wanted) break;
  }
  if (!query.page_token.empty()) {
    page.response.set_next_page_token(absl::StrCat(prefix, query.page_token));
  }
  return page;
}

}  // namespace xince::committee
