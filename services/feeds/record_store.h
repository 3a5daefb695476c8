#ifndef SERVICES_FEEDS_RECORD_STORE_H_
#define SERVICES_FEEDS_RECORD_STORE_H_

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"

#include "services/feeds/record_type.h"
#include "services/journal/machine.h"

/// A feed's state: the newest version of every record, found by name, by reference and by key, and
/// the requests that were carried out.
namespace xince::feeds {

/// 128 bits of SHA-256 over actor and request id: two requests share one only if they are the same.
using RequestKey = std::array<uint8_t, 16>;
RequestKey MakeRequestKey(absl::string_view actor, absl::string_view request_id);

/// A record as kept. The views point into the store's own memory.
struct StoredRecord {
  const RecordType* type = nullptr;
  absl::string_view name;
  /// Serialized, without `info`.
  absl::string_view record;
  uint32_t version = 0;
  int64_t create_time_us = 0;
  int64_t update_time_us = 0;
  absl::string_view actor;
  /// Serialized xince.type.v1.Voiding; empty while the record counts.
  absl::string_view voiding;
  /// Revisions of all versions, oldest first.
  absl::InlinedVector<journal::Revision, 1> revisions;
  /// Unique keys, each ending in NUL; then the index keys, each ending in NUL.
  absl::string_view unique_keys;
  absl::string_view index_keys;

  [[nodiscard]] bool voided() const { return !voiding.empty(); }
  [[nodiscard]] journal::Revision revision() const { return revisions.back(); }
};

/// The state machine of a feed. Its lock is the machine's.
class RecordStore final : public journal::State {
 public:
  /// `types` outlive the store.
  explicit RecordStore(const std::vector<RecordType>& types);

  absl::Status Apply(const journal::Entry& entry, journal::Undo* undo) override;
  [[nodiscard]] uint32_t SnapshotFormat() const override;
  [[nodiscard]] std::string SaveSnapshot() const override;
  absl::Status LoadSnapshot(absl::string_view bytes) override;
  void Clear() override;

  /// The record of that name, voided or not; null when there is none.
  [[nodiscard]] const StoredRecord* Find(absl::string_view name) const;
  /// Name of the record that has the key; empty when none has.
  [[nodiscard]] absl::string_view FindKey(absl::string_view key) const;
  /// Revision of the entry that a request made; 0 when it is not known.
  [[nodiscard]] journal::Revision FindRequest(const RequestKey& key) const;

  /// Calls `visit` for the records of a collection in the order of their names, beginning after
  /// `after` (a full name, or empty), until it returns false.
  void Scan(absl::string_view collection,
            absl::string_view after,
            absl::FunctionRef<bool(const StoredRecord&)> visit) const;
  /// The same for those with `field == value`, for indexed fields.
  void ScanWhere(absl::string_view collection,
                 absl::string_view field,
                 absl::string_view value,
                 absl::string_view after,
                 absl::FunctionRef<bool(const StoredRecord&)> visit) const;

  [[nodiscard]] size_t size() const { return records_.size(); }
  [[nodiscard]] const RecordType* TypeOf(absl::string_view full_name) const;

 private:
  using IndexEntry = std::pair<absl::string_view, absl::string_view>;

  absl::string_view Keep(std::string text);
  absl::string_view Intern(absl::string_view actor);
  void Link(const StoredRecord& record);
  void Unlink(const StoredRecord& record);
  void Put(StoredRecord record);
  void Drop(absl::string_view name);
  void ComputeKeys(const google::protobuf::Message& message, StoredRecord& record);

  absl::flat_hash_map<std::string, const RecordType*> types_;
  absl::flat_hash_map<const RecordType*, std::vector<const google::protobuf::FieldDescriptor*>>
      indexed_fields_;

  /// Backs every view. Old versions stay until the next start: they are few.
  std::deque<std::string> memory_;
  absl::flat_hash_map<std::string, absl::string_view> actors_;

  absl::btree_map<absl::string_view, StoredRecord> records_;
  absl::flat_hash_map<absl::string_view, absl::string_view> keys_;
  absl::btree_set<IndexEntry> index_;
  absl::flat_hash_map<RequestKey, journal::Revision> requests_;
};

}  // namespace xince::feeds

#endif  // SERVICES_FEEDS_RECORD_STORE_H_
