#ifndef SERVICES_JOURNAL_TESTING_MEMORY_JOURNAL_H_
#define SERVICES_JOURNAL_TESTING_MEMORY_JOURNAL_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/journal/journal.h"
#include "services/journal/journal_errors.h"

/// A journal that forgets: for tests of what stands on the port, by one thread.
namespace xince::journal {

class MemoryJournal final : public Journal {
 public:
  explicit MemoryJournal(std::string name) : name_(std::move(name)) {}

  [[nodiscard]] const std::string& name() const override { return name_; }

  absl::StatusOr<Head> Append(const Head& expected, absl::Span<const Draft> drafts) override {
    if (absl::Status status = CheckDrafts(drafts); !status.ok()) return status;
    const Head head = Last();
    if (head != expected) return ConflictError(expected, head);
    if (!entries_.empty() && drafts[0].record_time_us < entries_.back().record_time_us) {
      return TimeBackwardsError(drafts[0].record_time_us, entries_.back().record_time_us);
    }
    for (const Draft& draft : drafts) {
      const Head before = Last();
      const std::string stored = EncodeEntry(before.revision + 1, draft);
      entries_.push_back(DecodeEntry(stored).value());
      entries_.back().chain = ChainHash(before.chain, stored);
      leaves_.push_back(LeafHash(stored));
    }
    return Last();
  }

  absl::StatusOr<Head> StableHead() override { return Last(); }

  absl::Status Read(Revision after,
                    size_t limit,
                    const std::function<absl::Status(const Entry&)>& visit) override {
    for (size_t i = after; i < entries_.size() && i - after < limit; ++i) {
      if (absl::Status status = visit(entries_[i]); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::StatusOr<Head> HeadAt(Revision revision) override {
    if (revision > entries_.size()) return RevisionUnknownError(revision, entries_.size());
    return revision == 0 ? Head{} : Head{revision, entries_[revision - 1].chain};
  }

  absl::StatusOr<Revision> RevisionAt(absl::Time time) override {
    Revision revision = entries_.size();
    while (revision > 0 && entries_[revision - 1].record_time_us > absl::ToUnixMicros(time)) {
      --revision;
    }
    return revision;
  }

  /// Never waits: nobody else appends.
  absl::StatusOr<Head> WaitBeyond(Revision, absl::Duration) override { return Last(); }
  void Interrupt() override {}

  absl::Status PutSnapshot(const Snapshot& snapshot) override {
    snapshots_[snapshot.format] = snapshot;
    return absl::OkStatus();
  }
  absl::StatusOr<std::optional<Snapshot>> LatestSnapshot(uint32_t format) override {
    const auto found = snapshots_.find(format);
    if (found == snapshots_.end()) return std::optional<Snapshot>();
    return std::optional<Snapshot>(found->second);
  }

  /// Counts its calls and the leaves it gave, for tests of how much is read.
  absl::StatusOr<std::vector<Hash>> LeafHashes(Revision after, size_t limit) override {
    std::vector<Hash> leaves;
    for (size_t i = after; i < leaves_.size() && leaves.size() < limit; ++i) {
      leaves.push_back(leaves_[i]);
    }
    ++leaf_calls_;
    leaves_given_ += leaves.size();
    return leaves;
  }
  [[nodiscard]] int leaf_calls() const { return leaf_calls_; }
  [[nodiscard]] size_t leaves_given() const { return leaves_given_; }

  absl::Status PutCheckpoint(Revision size, absl::string_view note) override {
    notes_[size] = std::string(note);
    return absl::OkStatus();
  }
  absl::StatusOr<std::string> CheckpointAtOrBeyond(Revision size) override {
    if (notes_.empty() || notes_.rbegin()->first < size) return CheckpointUnknownError(size);
    return notes_.rbegin()->second;
  }

 private:
  [[nodiscard]] Head Last() const {
    return entries_.empty() ? Head{} : Head{entries_.size(), entries_.back().chain};
  }

  const std::string name_;
  std::vector<Entry> entries_;
  std::vector<Hash> leaves_;
  std::map<uint32_t, Snapshot> snapshots_;
  std::map<Revision, std::string> notes_;
  int leaf_calls_ = 0;
  size_t leaves_given_ = 0;
};

}  // namespace xince::journal

#endif  // SERVICES_JOURNAL_TESTING_MEMORY_JOURNAL_H_
