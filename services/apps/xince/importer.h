#ifndef SERVICES_APPS_XINCE_IMPORTER_H_
#define SERVICES_APPS_XINCE_IMPORTER_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"

#include "services/apps/xince/catalog.h"
#include "services/apps/xince/csv_records.h"
#include "services/apps/xince/session.h"

/// The two passes of an import: the server checks every row and files nothing, then files what is good.
namespace xince::cli {

/// What an import comes to.
struct ImportCounts {
  /// Rows that the file has.
  size_t rows = 0;
  /// Rows filed now.
  size_t filed = 0;
  /// Rows that this file had filed before.
  size_t known = 0;
  /// Rows that were refused.
  size_t refused = 0;
};

/// One import of one file.
class Importer {
 public:
  /// `file` outlives the importer; problems found are put into its rows. `bytes` are the file's.
  Importer(Session& session, const RecordEntry& type, std::string bytes, ImportFile& file);

  /// Has the server check every row that could be read. What is wrong is in the rows from then on. Error:
  /// that of a call as a whole.
  absl::Status Preview();

  /// Rows that are good, and rows that collide with what is on file or need a record that is not. The
  /// latter may become good by the former, or have been filed by an earlier import of the same file.
  [[nodiscard]] size_t good() const;
  [[nodiscard]] size_t pending() const;

  /// Files the good rows, then tries the pending ones. Error: that of a call as a whole; what was filed
  /// by then stays filed, and importing the same file again goes on from there.
  absl::Status File();

  [[nodiscard]] ImportCounts counts() const;

 private:
  absl::Status Send(const std::vector<size_t>& rows, bool validate_only, const std::string& title);
  absl::Status LearnStart();

  Session& session_;
  const RecordEntry& type_;
  const std::string bytes_;
  ImportFile& file_;
  /// Revision of the feed's journal before anything was filed.
  uint64_t start_ = 0;
  size_t filed_ = 0;
  size_t known_ = 0;
};

/// True when the server's refusal depends on what else is on file.
bool DependsOnRegister(const absl::Status& status);

}  // namespace xince::cli

#endif  // SERVICES_APPS_XINCE_IMPORTER_H_
