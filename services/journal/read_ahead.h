#ifndef SERVICES_JOURNAL_READ_AHEAD_H_
#define SERVICES_JOURNAL_READ_AHEAD_H_

#include <cstddef>
#include <functional>

#include "absl/status/status.h"

#include "services/journal/journal.h"

namespace xince::journal {

/// Entries handed over at once, and batches on their way: so far the reading runs ahead.
inline constexpr size_t kReadAheadEntries = 256;
inline constexpr size_t kReadAheadBatches = 4;

/// Calls `visit` as Journal::Read does, with the same entries, checks, order and result, on the caller's
/// thread, while a thread of its own reads and checks what comes next: a replay takes as long as the
/// longer of the two instead of both. `visit` is not called again after an error of its own.
absl::Status ReadAhead(Journal& journal,
                       Revision after,
                       const std::function<absl::Status(const Entry&)>& visit);

}  // namespace xince::journal

#endif  // SERVICES_JOURNAL_READ_AHEAD_H_
