#ifndef SERVICES_JOURNAL_JOURNAL_ERRORS_H_
#define SERVICES_JOURNAL_JOURNAL_ERRORS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "services/journal/journal.h"

/// The errors of the port, one maker each, so that every engine says the same thing the same way.
/// Messages name journals, revisions and limits, never the content of an entry.
namespace xince::journal {

/// ABORTED `JOURNAL_CONFLICT`. Metadata `expected`, `head` (revisions).
absl::Status ConflictError(const Head& expected, const Head& head);

/// INVALID_ARGUMENT `JOURNAL_LIMIT`. `what` is the field, such as `drafts[0].payload`. Metadata
/// `limit` (what was asked for), `max`.
absl::Status LimitError(absl::string_view what, uint64_t asked, uint64_t max);

/// INVALID_ARGUMENT `JOURNAL_TIME_BACKWARDS`. Metadata `record_time_us`, `previous_us`.
absl::Status TimeBackwardsError(int64_t record_time_us, int64_t previous_us);

/// DATA_LOSS `JOURNAL_CORRUPT`. Metadata `revision`. `what` is what is wrong, in English.
absl::Status CorruptError(Revision revision, absl::string_view what);

/// DATA_LOSS `ROLLBACK_DETECTED`. Metadata `head`, `acknowledged` (revisions).
absl::Status RollbackError(Revision head, Revision acknowledged);

/// OUT_OF_RANGE `REVISION_UNKNOWN`. Metadata `revision`, `head`.
absl::Status RevisionUnknownError(Revision revision, Revision head);

/// NOT_FOUND `CHECKPOINT_UNKNOWN`. Metadata `size`.
absl::Status CheckpointUnknownError(Revision size);

/// RESOURCE_EXHAUSTED `JOURNAL_DISK_FULL`. Metadata `journal`. Retry after a second.
absl::Status DiskFullError(absl::string_view journal);

/// UNAVAILABLE `JOURNAL_UNAVAILABLE`. `why` in English. Retry after `retry_after_ms`.
absl::Status UnavailableError(absl::string_view journal,
                              absl::string_view why,
                              int64_t retry_after_ms = 200);

/// UNAVAILABLE `JOURNAL_DEAD`: the disk failed a write or a sync, so nothing more is promised by
/// this process. `why` in English.
absl::Status DeadError(absl::string_view journal, absl::string_view why);

/// FAILED_PRECONDITION `JOURNAL_LOCKED`. `holder` is who has it, such as a process id; may be
/// empty.
absl::Status LockedError(absl::string_view path, absl::string_view holder);

}  // namespace xince::journal

#endif  // SERVICES_JOURNAL_JOURNAL_ERRORS_H_
