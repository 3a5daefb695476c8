#include "services/journal/audit.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "services/runtime/errors.h"

namespace xince::journal {

absl::string_view AuditKindName(AuditKind kind) {
  switch (kind) {
    case AuditKind::kEntryMissing:
      return "ENTRY_MISSING";
    case AuditKind::kEntryChanged:
      return "ENTRY_CHANGED";
    case AuditKind::kChainChanged:
      return "CHAIN_CHANGED";
    case AuditKind::kLeafChanged:
      return "LEAF_CHANGED";
    case AuditKind::kTimeBackwards:
      return "TIME_BACKWARDS";
    case AuditKind::kCheckpointWrong:
      return "CHECKPOINT_WRONG";
    case AuditKind::kRolledBack:
      return "ROLLED_BACK";
    case AuditKind::kSnapshotWrong:
      return "SNAPSHOT_WRONG";
    case AuditKind::kFileDamaged:
      return "FILE_DAMAGED";
  }
  return "";
}

const AuditProblem* AuditReport::First() const {
  const auto named = std::find_if(problems.begin(),
                                  problems.end(),
                                  [](const AuditProblem& problem) { return problem.revision > 0; });
  if (named != problems.end()) return &*named;
  return problems.empty() ? nullptr : &problems.front();
}

Auditor::Auditor(std::string name, AuditTrust trust) : trust_(std::move(trust)) {
  report_.name = std::move(name);
  for (const std::string& anchor : trust_.anchors) {
    const auto checkpoint = ParseCheckpointUnverified(anchor);
    Expect(checkpoint.ok() ? checkpoint->size : 0, anchor, true);
  }
}

void Auditor::AddProblem(AuditKind kind, Revision revision, std::string en, std::string zh) {
  ++report_.problem_count;
  if (report_.problems.size() < kAuditProblemsMax) {
    report_.problems.push_back({kind, revision, std::move(en), std::move(zh)});
  }
}

void Auditor::AddCheckpoint(uint64_t size, std::string note) {
  ++report_.checkpoints;
  Expect(size, note, false);
}

void Auditor::Expect(uint64_t size, absl::string_view note, bool anchor) {
  bool have_key = false;
  bool verified = false;
  absl::StatusOr<Checkpoint> checkpoint = ParseCheckpointUnverified(note);
  for (const VerifyingKey& key : trust_.keys) {
    if (key.name() != report_.name || verified) continue;
    have_key = true;
    checkpoint = VerifyCheckpoint(note, key);
    verified = checkpoint.ok();
  }
  std::string what;
  if (!checkpoint.ok()) {
    what = runtime::ToProblem(checkpoint.status()).metadata["what"];
  } else if (checkpoint->origin != report_.name) {
    what = "it is of another journal";
  } else if (checkpoint->size != size) {
    what = absl::StrCat("it is stored for another size than its own, ", checkpoint->size);
  }
  if (!what.empty()) {
    AddProblem(AuditKind::kCheckpointWrong,
               size,
               absl::StrCat("the checkpoint for ", size, " entries is not valid: ", what),
               absl::StrCat("规模为 ", size, " 的检查点无效"));
    return;
  }
  if (have_key && !anchor) ++report_.checkpoints_verified;
  expectations_.push_back({size, *std::move(checkpoint), anchor});
}

void Auditor::AddSnapshot(const Head& at) {
  ++report_.snapshots;
  snapshots_.push_back(at);
}

void Auditor::CompareRoots() {
  if (!prepared_) {
    prepared_ = true;
    std::stable_sort(expectations_.begin(),
                     expectations_.end(),
                     [](const Expectation& a, const Expectation& b) { return a.size < b.size; });
    std::stable_sort(snapshots_.begin(), snapshots_.end(), [](const Head& a, const Head& b) {
      return a.revision < b.revision;
    });
  }
  for (; next_expectation_ < expectations_.size() &&
         expectations_[next_expectation_].size == frontier_.size();
       ++next_expectation_) {
    const Expectation& expectation = expectations_[next_expectation_];
    // Once an entry is known to be changed, every later root differs for that reason.
    if (entries_bad_ || expectation.checkpoint.root == frontier_.Root()) continue;
    AddProblem(AuditKind::kCheckpointWrong,
               expectation.size,
               absl::StrCat("the ",
                            expectation.anchor ? "anchor" : "checkpoint",
                            " for ",
                            expectation.size,
                            " entries has another root than the entries have: one of them, or the "
                            "history before it, was replaced"),
               absl::StrCat("规模为 ", expectation.size, " 的检查点与日志内容不符,历史可能被替换"));
  }
  for (; next_snapshot_ < snapshots_.size() &&
         snapshots_[next_snapshot_].revision <= frontier_.size();
       ++next_snapshot_) {
    const Head& at = snapshots_[next_snapshot_];
    if (entries_bad_ || at.revision < frontier_.size() || at.chain == stored_chain_) continue;
    AddProblem(AuditKind::kSnapshotWrong,
               at.revision,
               absl::StrCat(
                   "the snapshot at revision ", at.revision, " is not of this history; delete it"),
               absl::StrCat("修订号 ", at.revision, " 的快照不属于该历史,可删除"));
  }
}

void Auditor::AddEntry(Revision revision,
                       absl::string_view stored,
                       std::optional<absl::string_view> chain,
                       std::optional<absl::string_view> leaf) {
  if (frontier_.size() == 0) CompareRoots();
  const Revision expected = report_.head.revision + 1;
  const Hash computed_leaf = LeafHash(stored);
  if (revision != expected) {
    AddProblem(
        AuditKind::kEntryMissing,
        expected,
        absl::StrCat("the entries from revision ", expected, " to ", revision - 1, " are missing"),
        absl::StrCat("缺少修订号 ", expected, " 至 ", revision - 1, " 的记录"));
    entries_bad_ = true;
    const std::optional<Hash> resumed = chain.has_value() ? HashFromBytes(*chain) : std::nullopt;
    stored_chain_ = computed_chain_ = resumed.value_or(ChainHash(computed_chain_, stored));
  } else {
    JudgeEntry(revision, stored, chain, leaf, computed_leaf);
  }
  report_.head = {revision, stored_chain_};
  frontier_.Append(computed_leaf);
  CompareRoots();
}

void Auditor::JudgeEntry(Revision revision,
                         absl::string_view stored,
                         std::optional<absl::string_view> chain,
                         std::optional<absl::string_view> leaf,
                         const Hash& computed_leaf) {
  const Hash from_stored = ChainHash(stored_chain_, stored);
  const Hash from_computed = ChainHash(computed_chain_, stored);
  const Hash stated = chain.has_value() ? HashFromBytes(*chain).value_or(Hash{}) : from_stored;
  const bool chain_good = stated == from_stored || stated == from_computed;
  const bool leaf_good = !leaf.has_value() || *leaf == HashBytes(computed_leaf);
  const absl::StatusOr<Entry> entry = DecodeEntry(stored);
  const bool bytes_good = entry.ok() && entry->revision == revision;
  computed_chain_ = chain_good ? stated : from_stored;
  stored_chain_ = stated;
  if (!bytes_good || (!chain_good && (!leaf_good || !leaf.has_value()))) {
    entries_bad_ = true;
    AddProblem(AuditKind::kEntryChanged,
               revision,
               absl::StrCat("the entry at revision ",
                            revision,
                            bytes_good ? " is not the one that was appended"
                                       : " is not an entry of this revision"),
               absl::StrCat("修订号 ", revision, " 的记录已被改动"));
    return;
  }
  if (!chain_good) {
    AddProblem(
        AuditKind::kChainChanged,
        revision,
        absl::StrCat(
            "the chain value at revision ", revision, " is not that of the entries up to it"),
        absl::StrCat("修订号 ", revision, " 的链值与记录不符"));
  }
  if (!leaf_good) {
    AddProblem(AuditKind::kLeafChanged,
               revision,
               absl::StrCat("the leaf hash at revision ", revision, " is not that of its entry"),
               absl::StrCat("修订号 ", revision, " 的叶哈希与记录不符"));
  }
  if (last_time_us_.has_value() && entry->record_time_us < *last_time_us_) {
    AddProblem(
        AuditKind::kTimeBackwards,
        revision,
        absl::StrCat("the entry at revision ", revision, " was recorded before its predecessor"),
        absl::StrCat("修订号 ", revision, " 的记录时间早于前一条"));
  }
  last_time_us_ = entry->record_time_us;
}

AuditReport Auditor::Finish(std::optional<Head> claimed) {
  CompareRoots();
  report_.root = frontier_.Root();
  const Revision head = report_.head.revision;
  const auto rolled_back = [&](Revision revision, absl::string_view what) {
    AddProblem(
        AuditKind::kRolledBack,
        revision,
        absl::StrCat("the journal ends at revision ", head, ", but ", what, " covers ", revision),
        absl::StrCat("日志止于修订号 ", head, ",但已有凭据覆盖到 ", revision));
  };
  for (; next_expectation_ < expectations_.size(); ++next_expectation_) {
    const Expectation& expectation = expectations_[next_expectation_];
    if (expectation.size > head) {
      rolled_back(expectation.size, expectation.anchor ? "an anchor" : "a checkpoint");
    }
  }
  for (; next_snapshot_ < snapshots_.size(); ++next_snapshot_) {
    if (snapshots_[next_snapshot_].revision > head) {
      rolled_back(snapshots_[next_snapshot_].revision, "a snapshot");
    }
  }
  if (claimed.has_value() && *claimed != report_.head && !entries_bad_) {
    AddProblem(AuditKind::kFileDamaged,
               claimed->revision,
               absl::StrCat("the file says that it ends at revision ",
                            claimed->revision,
                            ", but its entries end at ",
                            head,
                            " or in another chain value"),
               "文件声明的末尾与其内容不符");
  }
  std::stable_sort(
      report_.problems.begin(),
      report_.problems.end(),
      [](const AuditProblem& a, const AuditProblem& b) { return a.revision < b.revision; });
  return std::move(report_);
}

}  // namespace xince::journal
