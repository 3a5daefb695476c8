#ifndef SERVICES_FEEDS_COMMITTEE_OVERDUE_ELECTIONS_H_
#define SERVICES_FEEDS_COMMITTEE_OVERDUE_ELECTIONS_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "xince/committee/v1/filing.pb.h"

#include "services/feeds/feed.h"

/// Committees whose term has ended while they still act.
namespace xince::committee {

/// A page of them, and the revision it holds at.
struct OverduePage {
  v1::ListOverdueElectionsResponse response;
  journal::Revision revision = 0;
};

/// The committees overdue on `request.as_of_date`, or on `today` when that is empty. A committee is
/// overdue from `term_end_date` on until before its `ended_date`. Errors: INVALID_ARGUMENT `PAGE_SIZE`,
/// `PAGE_TOKEN`, `PAGE_TOKEN_ARGUMENTS`; those of Feed::List.
absl::StatusOr<OverduePage> ListOverdueElections(feeds::Feed& feed,
                                                 const v1::ListOverdueElectionsRequest& request,
                                                 type::Date today,
                                                 journal::Revision at_least,
                                                 absl::Time deadline);

}  // namespace xince::committee

#endif  // SERVICES_FEEDS_COMMITTEE_OVERDUE_ELECTIONS_H_
