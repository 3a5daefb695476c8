#ifndef SERVICES_FEEDS_PAGE_TOKEN_H_
#define SERVICES_FEEDS_PAGE_TOKEN_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

#include "services/feeds/feed.h"

/// Pages and filters of lists (AIP-158, AIP-132).
namespace xince::feeds {

/// Where a page begins and how many records it takes.
struct PageStart {
  int size = 0;
  /// Full name of the last record of the page before; empty at the beginning.
  std::string after;
};

/// Size and start of the page asked for. A size of 0 is the default, a size over the limit is the
/// limit, a negative one is refused (`PAGE_SIZE`); a token that is not one of ours is refused
/// (`PAGE_TOKEN`), and so is one of a list with other arguments (`PAGE_TOKEN_ARGUMENTS`).
absl::StatusOr<PageStart> StartOfPage(const RecordType& type, const ListQuery& query);

/// Token of the page after the record named.
std::string NextPageToken(const RecordType& type, const ListQuery& query, absl::string_view last);

/// The filter that an index answers; empty when none does.
struct IndexedFilter {
  std::string field;
  std::string value;
};
IndexedFilter ChooseIndexed(const RecordType& type, const ListQuery& query);

/// Whether a record passes all filters. `division` passes when it is the filter's division or inside
/// it; every other field when it is equal.
bool Matches(const google::protobuf::Message& record, const ListQuery& query);

}  // namespace xince::feeds

#endif  // SERVICES_FEEDS_PAGE_TOKEN_H_
