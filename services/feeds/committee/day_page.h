#ifndef SERVICES_FEEDS_COMMITTEE_DAY_PAGE_H_
#define SERVICES_FEEDS_COMMITTEE_DAY_PAGE_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "xince/committee/v1/filing.pb.h"

#include "services/feeds/feed.h"

/// Lists that look at committees on a day, page by page.
namespace xince::committee {

/// What such a list is asked for.
struct DayQuery {
  /// Name of the list, a word: a token of one list is none of another.
  absl::string_view list;
  type::Date day;
  int page_size = 0;
  std::string page_token;
  /// Fields of the committee and their values, as Feed::List takes them.
  std::vector<std::pair<std::string, std::string>> filters;
  /// Most committees looked at for one page.
  int scan_max = feeds::kPageScanMax;
};

/// What a page was taken from.
struct DayPage {
  /// Empty on the last page. The day is part of it: it is an argument as well.
  std::string next_page_token;
  journal::Revision revision = 0;
};

/// The day asked for, `YYYY-MM-DD` as checked by its rule, or `today` when it is empty.
type::Date DayAsked(const std::string& asked, type::Date today);

/// Hands committees to `take` in the order of their names until it took, by returning true, as many as a
/// page has, or until `scan_max` were looked at. Errors: INVALID_ARGUMENT `PAGE_SIZE`, `PAGE_TOKEN`,
/// `PAGE_TOKEN_ARGUMENTS`; those of Feed::List and of `take`.
absl::StatusOr<DayPage> PageOfDay(
    feeds::Feed& feed,
    const DayQuery& query,
    journal::Revision at_least,
    absl::Time deadline,
    const std::function<absl::StatusOr<bool>(const v1::Committee&)>& take);

}  // namespace xince::committee

#endif  // SERVICES_FEEDS_COMMITTEE_DAY_PAGE_H_
