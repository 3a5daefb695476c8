#include "services/feeds/committee/day_page.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "services/runtime/errors.h"

namespace xince::committee {

using ::xince::committee::v1::Committee;

type::Date DayAsked(const std::string& asked, type::Date today) {
  return asked.empty() ? today : type::ParseDate(asked).value_or(today);
}

absl::StatusOr<DayPage> PageOfDay(
    feeds::Feed& feed,
    const DayQuery& query,
    journal::Revision at_least,
    absl::Time deadline,
    const std::function<absl::StatusOr<bool>(const Committee&)>& take) {
  const int wanted = query.page_size == 0 ? feeds::kPageSizeDefault
                                          : std::min(query.page_size, feeds::kPageSizeMax);
  const std::string prefix = absl::StrCat(query.list, ".", type::FormatDate(query.day), ".");
  absl::string_view token = query.page_token;
  if (!token.empty() && !absl::ConsumePrefix(&token, prefix)) {
    return runtime::InvalidArgument("PAGE_TOKEN_ARGUMENTS",
                                    "page_token",
                                    "the page token belongs to a list with other arguments",
                                    "翻页凭证属于参数不同的列表");
  }
  feeds::ListQuery records{.page_token = std::string(token), .filters = query.filters};
  const feeds::RecordType& type = *feed.TypeOf(Committee::descriptor()->full_name());
  DayPage page;
  int taken = 0;
  for (int scanned = 0; scanned < query.scan_max;) {
    // A negative size is refused by the list.
    records.page_size = wanted - taken;
    XINCE_ASSIGN_OR_RETURN(feeds::Page found, feed.List(type, records, at_least, deadline));
    page.revision = std::max(page.revision, found.revision);
    scanned += std::max<int>(1, static_cast<int>(found.records.size()));
    for (const auto& record : found.records) {
      XINCE_ASSIGN_OR_RETURN(const bool took, take(static_cast<const Committee&>(*record)));
      if (took) ++taken;
    }
    records.page_token = found.next_page_token;
    if (records.page_token.empty() || taken == wanted) break;
  }
  if (!records.page_token.empty()) {
    page.next_page_token = absl::StrCat(prefix, records.page_token);
  }
  return page;
}

}  // namespace xince::committee
