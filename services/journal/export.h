#ifndef SERVICES_JOURNAL_EXPORT_H_
#define SERVICES_JOURNAL_EXPORT_H_

#include <string>

#include "absl/status/statusor.h"

#include "services/journal/audit.h"
#include "services/journal/journal.h"

/// A journal as one portable file that needs no database to be read, for auditors and archives.
///
/// All integers are big-endian. The file is
///
///     `XCJEXP1\n`
///     u32 length, name of the journal
///     for each entry from revision 1: u32 length (at least 29), stored bytes, chain value (32 bytes)
///     u32 0
///     u64 revision and chain value (32 bytes) of the last entry; both 0 for an empty journal
///     u32 length (0 for none), newest checkpoint at or below the last entry, a C2SP note
///     SHA-256 of everything before it (32 bytes)
///
/// Stored bytes are those of EncodeEntry, chain values those of ChainHash.
namespace xince::journal {

/// What was written.
struct ExportSummary {
  Head head;
  /// Entries the checkpoint covers; 0 without one.
  uint64_t checkpoint_size = 0;
  uint64_t bytes = 0;
};

/// Writes all entries up to the stable head to a new file at `path`, durably; entries are verified
/// as they are read. Refuses to replace a file: FAILED_PRECONDITION `EXPORT_FILE`, which also tells
/// of any other trouble with the file; RESOURCE_EXHAUSTED `JOURNAL_DISK_FULL`. Nothing is left
/// behind after an error.
absl::StatusOr<ExportSummary> Export(Journal& journal, const std::string& path);

/// Judges an exported file by the rules of fsck. FAILED_PRECONDITION `EXPORT_FILE` when it cannot be
/// read or is not an export.
absl::StatusOr<AuditReport> VerifyExport(const std::string& path, AuditTrust trust);

}  // namespace xince::journal

#endif  // SERVICES_JOURNAL_EXPORT_H_
