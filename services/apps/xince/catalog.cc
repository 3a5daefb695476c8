#include "services/apps/xince/catalog.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "xince/type/v1/options.pb.h"

#include "services/apps/xince/services.h"
#include "services/runtime/errors.h"
#include "services/type/text.h"

namespace xince::cli {
namespace {

using ::google::protobuf::Descriptor;
using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::ServiceDescriptor;

// The record type of a Get method; nothing for any other method.
void AddRecord(const ServiceDescriptor& service, int method, std::vector<RecordEntry>& records) {
  const auto* get = service.method(method);
  const Descriptor* message = get->output_type();
  const type::v1::RecordRule& rule = message->options().GetExtension(type::v1::record);
  if (rule.command().empty() || get->name() != absl::StrCat("Get", message->name())) return;
  RecordEntry entry{
      .message = message,
      .collection = rule.collection(),
      .zh = rule.zh(),
      .get = get,
      .list = service.FindMethodByName(absl::StrCat("List", rule.plural())),
      .batch_create = service.FindMethodByName(absl::StrCat("BatchCreate", rule.plural())),
      .void_record = service.FindMethodByName("VoidRecord")};
  if (entry.list == nullptr || entry.void_record == nullptr) return;
  // Packages are named `xince.<feed>.v1`.
  entry.feed = std::vector<std::string>(absl::StrSplit(message->file()->package(), '.'))[1];
  entry.command = absl::StrCat(entry.feed, ".", rule.command());
  records.push_back(std::move(entry));
}

absl::Status Unknown(absl::string_view reason,
                     absl::string_view what_en,
                     absl::string_view what_zh,
                     absl::string_view found,
                     const std::vector<std::string>& known) {
  const std::string nearest = Nearest(found, known);
  return runtime::InvalidArgument(
      reason,
      "",
      absl::StrCat("no ", what_en, " is called ", found, "; did you mean ", nearest, "?"),
      absl::StrCat("没有名为 ", found, " 的", what_zh, ",是否为 ", nearest, "?"),
      {{"found", std::string(found)}, {"nearest", nearest}});
}

}  // namespace

const std::vector<RecordEntry>& Records() {
  static const auto* const kRecords = [] {
    auto* records = new std::vector<RecordEntry>;
    for (const ServiceDescriptor* service : Services()) {
      for (int i = 0; i < service->method_count(); ++i) AddRecord(*service, i, *records);
    }
    return records;
  }();
  return *kRecords;
}

absl::StatusOr<const RecordEntry*> FindRecord(absl::string_view command) {
  std::vector<std::string> known;
  for (const RecordEntry& entry : Records()) {
    if (entry.command == command) return &entry;
    known.push_back(entry.command);
  }
  return Unknown("RECORD_TYPE_UNKNOWN", "record type", "记录类型", command, known);
}

absl::StatusOr<const RecordEntry*> FindImportable(absl::string_view command) {
  XINCE_ASSIGN_OR_RETURN(const RecordEntry* entry, FindRecord(command));
  if (entry->batch_create != nullptr) return entry;
  return runtime::InvalidArgument("RECORD_NOT_IMPORTABLE",
                                  "",
                                  absl::StrCat("records of ", command, " are not imported"),
                                  absl::StrCat(entry->zh, "不能由文件导入"),
                                  {{"found", std::string(command)}});
}

absl::StatusOr<const RecordEntry*> RecordOfName(absl::string_view name) {
  const absl::string_view collection = name.substr(0, name.find('/'));
  std::vector<std::string> known;
  for (const RecordEntry& entry : Records()) {
    if (entry.collection == collection) return &entry;
    known.push_back(entry.collection);
  }
  return Unknown("COLLECTION_UNKNOWN", "collection", "资源集合", collection, known);
}

const FieldDescriptor* RecordField(const Descriptor& message, const Descriptor& record) {
  for (int i = 0; i < message.field_count(); ++i) {
    if (message.field(i)->message_type() == &record) return message.field(i);
  }
  return nullptr;
}

std::string Nearest(absl::string_view text, const std::vector<std::string>& candidates) {
  size_t least = std::numeric_limits<size_t>::max();
  std::string nearest;
  for (const std::string& candidate : candidates) {
    const size_t distance = type::EditDistance(text, candidate);
    if (distance >= least) continue;
    least = distance;
    nearest = candidate;
  }
  return nearest;
}

}  // namespace xince::cli
