#ifndef SERVICES_JOURNAL_FSCK_H_
#define SERVICES_JOURNAL_FSCK_H_

#include <string>

#include "absl/status/statusor.h"

#include "services/journal/audit.h"

namespace xince::journal {

/// Judges a journal's database and the snapshots beside it, without changing them. Takes the
/// journal's lock for as long as it runs, so that no service can open it meanwhile; reads about half
/// a million entries a second.
///
/// The report holds what is wrong with the content. A status says that the content could not be
/// judged: FAILED_PRECONDITION `JOURNAL_LOCKED` (a service has it open), `JOURNAL_PATH` (no such
/// file), `JOURNAL_FORMAT` (not a journal).
absl::StatusOr<AuditReport> Fsck(const std::string& path, AuditTrust trust);

}  // namespace xince::journal

#endif  // SERVICES_JOURNAL_FSCK_H_
