#ifndef SERVICES_SCORING_BACKTEST_RECORDED_H_
#define SERVICES_SCORING_BACKTEST_RECORDED_H_

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "services/journal/journal.h"
#include "services/scoring/creditfile/assessor.h"
#include "services/scoring/evaluate/compiled.h"

namespace xince::credit::v1 {
class StandingRecord;
}

/// The check that a back-test means something: standings that were recorded, assessed again at their
/// own day and knowledge, give the same bytes.
namespace xince::backtest {

/// Most differences told; the rest is counted.
inline constexpr size_t kDifferencesMax = 100;

/// A recorded standing that is not what is computed now.
struct RecordedDifference {
  std::string subject;
  /// Revision of the StandingsChanged entry.
  creditfile::Revision revision = 0;
  std::string day;
  /// Names of the fields of StandingRecord that differ, in their order.
  std::vector<std::string> fields;
  /// What was recorded and what is computed, each as its fields in text.
  std::string recorded;
  std::string computed;
};

/// Goes over a scoring journal. Give it every entry in order; those that record standings are checked:
/// each subject is assessed again on the day of its record, of what was known at the revision, and the
/// StandingRecord, digest of its explanation included, must have the same bytes.
class RecordedCheck {
 public:
  /// The pack to assess a record under, by the digest in it (hexadecimal; empty: no pack), its day, and
  /// the revision of its entry; null for none.
  using PackOf = std::function<const evaluate::CompiledPack*(
      const std::string& digest, creditfile::Day day, creditfile::Revision known)>;

  /// The book has what the journal recorded. All outlive the check. Hold the machine's shared lock
  /// during Take.
  RecordedCheck(const creditfile::EvidenceBook& book,
                const creditfile::Assessor& assessor,
                PackOf pack_of);

  /// DATA_LOSS `REPLAY_MISMATCH` (metadata `revision`) for an entry that is none of scoring's. A
  /// standing that differs is no error but a difference.
  absl::Status Take(const journal::Entry& entry);

  /// Standings checked.
  [[nodiscard]] int64_t standings() const { return standings_; }
  /// How many of them differ.
  [[nodiscard]] int64_t different() const { return different_; }
  /// The first kDifferencesMax of those.
  [[nodiscard]] const std::vector<RecordedDifference>& differences() const { return differences_; }

 private:
  void Check(const std::string& subject,
             creditfile::Revision revision,
             const credit::v1::StandingRecord& recorded);

  const creditfile::EvidenceBook& book_;
  const creditfile::Assessor& assessor_;
  const PackOf pack_of_;
  int64_t standings_ = 0;
  int64_t different_ = 0;
  std::vector<RecordedDifference> differences_;
};

/// The packs of a book, by their own digest: what was in force is compared with what was recorded. The
/// book outlives it.
RecordedCheck::PackOf PacksOf(const creditfile::PolicyBook& packs);

/// Which pack was in force, by the packs in use at each revision, whatever records say.
class PacksInForce {
 public:
  /// The book outlives it.
  PacksInForce(const creditfile::PolicyBook& packs, std::string jurisdiction)
      : packs_(packs), jurisdiction_(std::move(jurisdiction)) {}

  /// The packs in use are the book's from this revision on. Call it after every entry.
  void Note(creditfile::Revision revision);
  /// Null for none.
  [[nodiscard]] const evaluate::CompiledPack* On(creditfile::Day day,
                                                 creditfile::Revision known) const;

 private:
  const creditfile::PolicyBook& packs_;
  const std::string jurisdiction_;
  std::vector<std::pair<creditfile::Revision, policy::PackSet>> in_use_;
};

/// What a check of a whole journal came to.
struct Recheck {
  /// Where the journal ended.
  creditfile::Revision revision = 0;
  int64_t standings = 0;
  int64_t different = 0;
  /// The first kDifferencesMax.
  std::vector<RecordedDifference> differences;
};

/// Replays a scoring journal from its first entry, standings as recorded, and assesses each again, under
/// the pack that was in force on its day by the packs then in use. `jurisdiction`: division code of the
/// register; empty: of the first pack that is not the nation's. Errors: those of reading and of
/// CreditState::Apply; FAILED_PRECONDITION `JOURNAL_NOT_SCORING` for a journal without entries of
/// scoring. What is appended meanwhile is left out. `done`, unless empty, is told now and then of how
/// many entries of how many: each is gone over twice.
absl::StatusOr<Recheck> RecheckJournal(
    journal::Journal& journal,
    std::string jurisdiction,
    const std::function<void(uint64_t done, uint64_t all)>& done = nullptr);

}  // namespace xince::backtest

#endif  // SERVICES_SCORING_BACKTEST_RECORDED_H_
