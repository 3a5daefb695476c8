#ifndef SERVICES_JOURNAL_AUDIT_H_
#define SERVICES_JOURNAL_AUDIT_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

#include "services/journal/checkpoint.h"
#include "services/journal/journal.h"
#include "services/journal/merkle.h"

/// The rules by which a stored journal is judged, wherever its bytes come from: a database (fsck.h)
/// or an exported file (export.h). tests/journal/verify_journal.py judges by the same rules and
/// shares no code.
namespace xince::journal {

/// Problems that are listed; the rest are counted.
inline constexpr size_t kAuditProblemsMax = 100;

/// What can be wrong. Names are stable: tools print them.
enum class AuditKind {
  /// No entry at this revision although later ones exist.
  kEntryMissing,
  /// The stored bytes are not those the chain and the leaf were made of, or not an entry.
  kEntryChanged,
  kChainChanged,
  kLeafChanged,
  kTimeBackwards,
  /// A checkpoint is malformed, of another origin, badly signed, or of another root.
  kCheckpointWrong,
  /// A checkpoint or snapshot lies beyond the last entry.
  kRolledBack,
  /// A snapshot cannot be read or is not of this history. Nothing is lost: delete it.
  kSnapshotWrong,
  /// The file itself is damaged.
  kFileDamaged,
};

/// `ENTRY_MISSING`, `ENTRY_CHANGED`, …
absl::string_view AuditKindName(AuditKind kind);

struct AuditProblem {
  AuditKind kind = AuditKind::kFileDamaged;
  /// Of the entry; for a checkpoint or snapshot the one it ends at; 0 when no entry is at fault.
  Revision revision = 0;
  std::string en;
  std::string zh;
};

struct AuditReport {
  std::string name;
  /// The last entry, as the stored bytes give it.
  Head head;
  /// Root of the tree over all entries.
  Hash root{};
  uint64_t checkpoints = 0;
  /// Checkpoints whose signature was verified by one of the keys given.
  uint64_t checkpoints_verified = 0;
  uint64_t snapshots = 0;
  /// In the order of revisions, at most `kAuditProblemsMax`.
  std::vector<AuditProblem> problems;
  uint64_t problem_count = 0;

  [[nodiscard]] bool ok() const { return problem_count == 0; }
  /// The first problem that names a revision, or else the first; null when all is well.
  [[nodiscard]] const AuditProblem* First() const;
};

/// What the auditor knows from elsewhere.
struct AuditTrust {
  /// Keys whose signature a checkpoint must bear, when one of them has the journal's name. Without
  /// one, checkpoints are compared with the entries, but anybody may have made them.
  std::vector<VerifyingKey> keys;
  /// Checkpoints (notes) kept outside of the journal. Each must fit the entries: this finds a
  /// journal that was cut off or written anew from its beginning.
  std::vector<std::string> anchors;
};

/// Judges entries in the order of their revisions.
class Auditor {
 public:
  Auditor(std::string name, AuditTrust trust);

  /// A checkpoint (`note`) that is stored for `size`. Before the first entry.
  void AddCheckpoint(uint64_t size, std::string note);
  /// The head a snapshot claims. Before the first entry.
  void AddSnapshot(const Head& at);
  /// Something wrong that the reader of the bytes found.
  void AddProblem(AuditKind kind, Revision revision, std::string en, std::string zh);

  /// The next entry. `chain` and `leaf` are what is stored with it; nothing when the form has none.
  void AddEntry(Revision revision,
                absl::string_view stored,
                std::optional<absl::string_view> chain,
                std::optional<absl::string_view> leaf);

  /// The verdict. `claimed` is the head the form claims to have, if it claims one.
  AuditReport Finish(std::optional<Head> claimed);

 private:
  /// A checkpoint, read and ready to be compared when its size is reached.
  struct Expectation {
    uint64_t size = 0;
    Checkpoint checkpoint;
    bool anchor = false;
  };

  void Expect(uint64_t size, absl::string_view note, bool anchor);
  void CompareRoots();
  void JudgeEntry(Revision revision,
                  absl::string_view stored,
                  std::optional<absl::string_view> chain,
                  std::optional<absl::string_view> leaf,
                  const Hash& computed_leaf);

  AuditReport report_;
  AuditTrust trust_;
  std::vector<Expectation> expectations_;
  std::vector<Head> snapshots_;
  bool prepared_ = false;
  size_t next_expectation_ = 0;
  size_t next_snapshot_ = 0;
  bool entries_bad_ = false;
  /// Chain value that the bytes give, and the one that is stored: they differ after a change, and
  /// the next entry tells which of bytes and chain value was changed.
  Hash computed_chain_{};
  Hash stored_chain_{};
  std::optional<int64_t> last_time_us_;
  MerkleFrontier frontier_;
};

}  // namespace xince::journal

#endif  // SERVICES_JOURNAL_AUDIT_H_
