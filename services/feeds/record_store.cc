#include "services/feeds/record_store.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "xince/journal/v1/entries.pb.h"

#include "services/journal/flat_bytes.h"
#include "services/runtime/errors.h"

namespace xince::feeds {
namespace {

using ::xince::journal::v1::FeedEntry;

constexpr uint32_t kSnapshotFormat = 1;

absl::Status Mismatch(const journal::Entry& entry, absl::string_view what) {
  return runtime::ToStatus(runtime::Problem{
      .code = absl::StatusCode::kDataLoss,
      .reason = "REPLAY_MISMATCH",
      .en =
          absl::StrCat("the journal holds an entry that this service cannot have written: ", what),
      .zh = "流水中有本服务不可能写入的记录",
      .metadata = {{"revision", absl::StrCat(entry.revision)}}});
}

absl::Status Unreadable() {
  return runtime::ToStatus(runtime::Problem{.code = absl::StatusCode::kDataLoss,
                                            .reason = "SNAPSHOT_UNREADABLE",
                                            .en = "the snapshot cannot be read",
                                            .zh = "快照无法读取"});
}

template <class Visit>
void EachKey(absl::string_view keys, Visit visit) {
  while (!keys.empty()) {
    const size_t end = keys.find('\0');
    visit(keys.substr(0, end));
    keys.remove_prefix(end + 1);
  }
}

std::string IndexKey(absl::string_view collection,
                     absl::string_view field,
                     absl::string_view value) {
  return absl::StrCat(collection, "/", field, "=", value);
}

}  // namespace

RequestKey MakeRequestKey(absl::string_view actor, absl::string_view request_id) {
  const journal::Hash hash = journal::Sha256({actor, absl::string_view("\0", 1), request_id});
  RequestKey key{};
  std::copy_n(hash.begin(), key.size(), key.begin());
  return key;
}

RecordStore::RecordStore(const std::vector<RecordType>& types) {
  for (const RecordType& type : types) {
    types_[type.descriptor->full_name()] = &type;
    indexed_fields_[&type] = IndexedFields(type);
  }
}

const RecordType* RecordStore::TypeOf(absl::string_view full_name) const {
  const auto found = types_.find(std::string(full_name));
  return found == types_.end() ? nullptr : found->second;
}

absl::string_view RecordStore::Keep(std::string text) {
  if (text.empty()) return {};
  memory_.push_back(std::move(text));
  return memory_.back();
}

absl::string_view RecordStore::Intern(absl::string_view actor) {
  const auto found = actors_.find(actor);
  if (found != actors_.end()) return found->second;
  const absl::string_view kept = Keep(std::string(actor));
  actors_.emplace(std::string(actor), kept);
  return kept;
}

void RecordStore::ComputeKeys(const google::protobuf::Message& message, StoredRecord& record) {
  std::string unique;
  if (record.type->unique_keys && !record.voided()) {
    for (const std::string& key : record.type->unique_keys(message)) {
      absl::StrAppend(&unique, key, absl::string_view("\0", 1));
    }
  }
  std::string index;
  for (const auto* field : indexed_fields_.at(record.type)) {
    const std::string value = message.GetReflection()->GetString(message, field);
    if (value.empty()) continue;
    absl::StrAppend(&index,
                    IndexKey(record.type->collection, field->name(), value),
                    absl::string_view("\0", 1));
  }
  record.unique_keys = Keep(std::move(unique));
  record.index_keys = Keep(std::move(index));
}

void RecordStore::Link(const StoredRecord& record) {
  EachKey(record.unique_keys, [&](absl::string_view key) { keys_[key] = record.name; });
  EachKey(record.index_keys, [&](absl::string_view key) { index_.emplace(key, record.name); });
}

void RecordStore::Unlink(const StoredRecord& record) {
  EachKey(record.unique_keys, [&](absl::string_view key) {
    const auto found = keys_.find(key);
    if (found != keys_.end() && found->second == record.name) keys_.erase(found);
  });
  EachKey(record.index_keys, [&](absl::string_view key) { index_.erase({key, record.name}); });
}

void RecordStore::Put(StoredRecord record) {
  const auto found = records_.find(record.name);
  if (found != records_.end()) {
    Unlink(found->second);
    record.name = found->first;
    found->second = std::move(record);
    Link(found->second);
    return;
  }
  const absl::string_view name = record.name;
  Link(records_.emplace(name, std::move(record)).first->second);
}

void RecordStore::Drop(absl::string_view name) {
  const auto found = records_.find(name);
  if (found == records_.end()) return;
  Unlink(found->second);
  records_.erase(found);
}

absl::Status RecordStore::Apply(const journal::Entry& entry, journal::Undo* undo) {
  FeedEntry payload;
  if (!payload.ParseFromString(entry.payload)) return Mismatch(entry, "unreadable payload");
  const RecordType* type = TypeOf(payload.type());
  if (type == nullptr) return Mismatch(entry, "unknown record type");
  const std::unique_ptr<google::protobuf::Message> message = NewRecord(*type);
  if (!message->ParseFromString(payload.record())) return Mismatch(entry, "unreadable record");

  const auto found = records_.find(payload.name());
  const bool is_new = found == records_.end();
  if (payload.version() != (is_new ? 1 : found->second.version + 1)) {
    return Mismatch(entry, "version out of order");
  }
  StoredRecord record;
  if (is_new) {
    record.name = Keep(payload.name());
    record.create_time_us = entry.record_time_us;
  } else {
    record = found->second;
  }
  record.type = type;
  record.version = payload.version();
  record.update_time_us = entry.record_time_us;
  record.actor = Intern(entry.actor);
  record.revisions.push_back(entry.revision);
  record.voiding = payload.has_voiding() ? Keep(payload.voiding().SerializeAsString()) : "";
  record.record = Keep(std::move(*payload.mutable_record()));
  ComputeKeys(*message, record);

  if (undo != nullptr) {
    if (is_new) {
      undo->Add([this, name = record.name] { Drop(name); });
    } else {
      undo->Add([this, before = found->second] { Put(before); });
    }
  }
  Put(std::move(record));
  if (!entry.request_id.empty()) {
    const RequestKey key = MakeRequestKey(entry.actor, entry.request_id);
    requests_[key] = entry.revision;
    if (undo != nullptr) undo->Add([this, key] { requests_.erase(key); });
  }
  return absl::OkStatus();
}

const StoredRecord* RecordStore::Find(absl::string_view name) const {
  const auto found = records_.find(name);
  return found == records_.end() ? nullptr : &found->second;
}

absl::string_view RecordStore::FindKey(absl::string_view key) const {
  const auto found = keys_.find(key);
  return found == keys_.end() ? absl::string_view() : found->second;
}

journal::Revision RecordStore::FindRequest(const RequestKey& key) const {
  const auto found = requests_.find(key);
  return found == requests_.end() ? 0 : found->second;
}

void RecordStore::Scan(absl::string_view collection,
                       absl::string_view after,
                       absl::FunctionRef<bool(const StoredRecord&)> visit) const {
  const std::string prefix = absl::StrCat(collection, "/");
  auto next = after.empty() ? records_.lower_bound(prefix) : records_.upper_bound(after);
  for (; next != records_.end() && absl::StartsWith(next->first, prefix); ++next) {
    if (!visit(next->second)) return;
  }
}

void RecordStore::ScanWhere(absl::string_view collection,
                            absl::string_view field,
                            absl::string_view value,
                            absl::string_view after,
                            absl::FunctionRef<bool(const StoredRecord&)> visit) const {
  const std::string key = IndexKey(collection, field, value);
  auto next = index_.upper_bound({key, after});
  for (; next != index_.end() && next->first == key; ++next) {
    if (!visit(*Find(next->second))) return;
  }
}

uint32_t RecordStore::SnapshotFormat() const { return kSnapshotFormat; }

std::string RecordStore::SaveSnapshot() const {
  journal::FlatWriter out;
  out.U64(records_.size());
  for (const auto& [name, record] : records_) {
    out.Text(name);
    out.Text(record.type->descriptor->full_name());
    out.U32(record.version);
    out.U64(static_cast<uint64_t>(record.create_time_us));
    out.U64(static_cast<uint64_t>(record.update_time_us));
    out.Text(record.actor);
    out.Text(record.voiding);
    out.Text(record.record);
    out.Text(record.unique_keys);
    out.Text(record.index_keys);
    out.U32(static_cast<uint32_t>(record.revisions.size()));
    for (const journal::Revision revision : record.revisions) out.U64(revision);
  }
  std::vector<std::pair<RequestKey, journal::Revision>> requests(requests_.begin(),
                                                                 requests_.end());
  std::sort(requests.begin(), requests.end());
  out.U64(requests.size());
  for (const auto& [key, revision] : requests) {
    out.Raw(absl::string_view(reinterpret_cast<const char*>(key.data()), key.size()));
    out.U64(revision);
  }
  return std::move(out).Finish();
}

absl::Status RecordStore::LoadSnapshot(absl::string_view bytes) {
  Clear();
  journal::FlatReader in(Keep(std::string(bytes)));
  const uint64_t count = in.U64();
  const RecordType* type = nullptr;
  for (uint64_t i = 0; i < count && in.ok(); ++i) {
    StoredRecord record;
    record.name = in.Text();
    const absl::string_view type_name = in.Text();
    if (type == nullptr || type->descriptor->full_name() != type_name) type = TypeOf(type_name);
    if (type == nullptr) return Unreadable();
    record.type = type;
    record.version = in.U32();
    record.create_time_us = static_cast<int64_t>(in.U64());
    record.update_time_us = static_cast<int64_t>(in.U64());
    record.actor = Intern(in.Text());
    record.voiding = in.Text();
    record.record = in.Text();
    record.unique_keys = in.Text();
    record.index_keys = in.Text();
    const uint32_t revisions = in.U32();
    if (revisions == 0) return Unreadable();
    for (uint32_t j = 0; j < revisions && in.ok(); ++j) record.revisions.push_back(in.U64());
    const absl::string_view name = record.name;
    Link(records_.emplace_hint(records_.end(), name, std::move(record))->second);
  }
  const uint64_t requests = in.U64();
  if (!in.ok() || requests > in.left()) return Unreadable();
  requests_.reserve(requests);
  for (uint64_t i = 0; i < requests && in.ok(); ++i) {
    RequestKey key{};
    const absl::string_view raw = in.Raw(key.size());
    if (!in.ok()) return Unreadable();
    std::memcpy(key.data(), raw.data(), key.size());
    requests_[key] = in.U64();
  }
  return in.ok() && in.left() == 0 ? absl::OkStatus() : Unreadable();
}

void RecordStore::Clear() {
  records_.clear();
  keys_.clear();
  index_.clear();
  requests_.clear();
  actors_.clear();
  memory_.clear();
}

}  // namespace xince::feeds
