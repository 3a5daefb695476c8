#ifndef SERVICES_APPS_XINCE_BATCH_H_
#define SERVICES_APPS_XINCE_BATCH_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"

#include "services/apps/xince/catalog.h"
#include "services/apps/xince/session.h"

/// Filing records in batches, whatever their type.
namespace xince::cli {

/// Most records and bytes of one call: below the server's limits of 500 and 4 MiB.
inline constexpr size_t kBatchRecordsMax = 200;
inline constexpr size_t kBatchBytesMax = 3 * 1024 * 1024;

/// A record to file.
struct BatchItem {
  const google::protobuf::Message* record = nullptr;
  std::string request_id;
};

/// What came of it: the record as the server has it, or why it was refused, about a field of the record.
struct BatchOutcome {
  absl::Status status;
  std::unique_ptr<google::protobuf::Message> record;
};

/// Files, or with `validate_only` only checks, at most kBatchRecordsMax records in one call. The status
/// is that of the whole call; OK when each item has its own outcome.
absl::StatusOr<std::vector<BatchOutcome>> FileBatch(Session& session,
                                                    const RecordEntry& type,
                                                    const std::vector<BatchItem>& items,
                                                    bool validate_only);

/// How many of `items` from `start` one call takes: at least one.
size_t BatchLength(const std::vector<BatchItem>& items, size_t start);

}  // namespace xince::cli

#endif  // SERVICES_APPS_XINCE_BATCH_H_
