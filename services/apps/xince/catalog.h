#ifndef SERVICES_APPS_XINCE_CATALOG_H_
#define SERVICES_APPS_XINCE_CATALOG_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"

/// The record types of all feeds, found by the option xince.type.v1.record and the names of methods.
namespace xince::cli {

/// A record type and the methods a feed serves for it.
struct RecordEntry {
  const google::protobuf::Descriptor* message = nullptr;
  /// `<feed>.<command>`, such as `inspection.penalty`.
  std::string command;
  /// Name of the feed, and of its journal: `inspection`.
  std::string feed;
  /// Collection of resource names: `penalties`.
  std::string collection;
  /// Name in Chinese.
  std::string zh;
  /// Never null.
  const google::protobuf::MethodDescriptor* get = nullptr;
  const google::protobuf::MethodDescriptor* list = nullptr;
  /// Null for a record that comes about otherwise than by being filed, as a draw does.
  const google::protobuf::MethodDescriptor* batch_create = nullptr;
  /// Never null.
  const google::protobuf::MethodDescriptor* void_record = nullptr;
};

/// All record types, by feed and in the order their services declare them. Made once.
const std::vector<RecordEntry>& Records();

/// The record type a command line names. INVALID_ARGUMENT `RECORD_TYPE_UNKNOWN` with metadata `found`
/// and `nearest`.
absl::StatusOr<const RecordEntry*> FindRecord(absl::string_view command);

/// The same of a record type that can be imported. INVALID_ARGUMENT `RECORD_NOT_IMPORTABLE` besides.
absl::StatusOr<const RecordEntry*> FindImportable(absl::string_view command);

/// The record type of a resource name such as `penalties/p1`. INVALID_ARGUMENT `COLLECTION_UNKNOWN`
/// with metadata `found` and `nearest`.
absl::StatusOr<const RecordEntry*> RecordOfName(absl::string_view name);

/// The field of a request or result that holds a record of the type; null for none.
const google::protobuf::FieldDescriptor* RecordField(const google::protobuf::Descriptor& message,
                                                     const google::protobuf::Descriptor& record);

/// `text` of `candidates` that differs least; empty when there are none.
std::string Nearest(absl::string_view text, const std::vector<std::string>& candidates);

}  // namespace xince::cli

#endif  // SERVICES_APPS_XINCE_CATALOG_H_
