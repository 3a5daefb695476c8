#ifndef SERVICES_SCORING_CREDITFILE_CREDIT_STATE_H_
#define SERVICES_SCORING_CREDITFILE_CREDIT_STATE_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"

#include "xince/credit/v1/credit.pb.h"
#include "xince/journal/v1/scoring.pb.h"

#include "services/journal/machine.h"
#include "services/scoring/creditfile/assessor.h"
#include "services/scoring/creditfile/evidence_book.h"
#include "services/scoring/creditfile/ranking.h"
#include "services/scoring/rulemaking/rule_book.h"

/// The state of the scoring service: evidence, policies, and the standing of every subject.
///
/// An entry that brings evidence, a day or a policy makes standings due; entries of StandingsChanged
/// that follow record them, and are refused when they do not say what is computed. A standing is due
/// when it would differ from the one recorded.
namespace xince::creditfile {

/// Most changes of one StandingsChanged entry.
inline constexpr size_t kChangesPerEntryMax = 300;
/// Most bytes of them, unless one change alone has more: well below journal::kPayloadBytesMax.
inline constexpr size_t kChangesBytesMax = 512 * 1024;
/// Most causes recorded with a change.
inline constexpr size_t kCausesMax = 20;

/// The recorded standing of a subject.
struct Standing {
  credit::v1::StandingRecord record;
  /// Revision of the StandingsChanged entry; 0 before the first.
  Revision revision = 0;
  /// Everything of the answer but the revision token, serialized as xince.credit.v1.Standing.
  std::shared_ptr<const std::string> answer;
  /// Revisions of all StandingsChanged entries of the subject, oldest first.
  std::vector<Revision> history;
};

/// The state machine. Its lock is the machine's.
class CreditState final : public journal::State {
 public:
  /// `jurisdiction`: division code of the register.
  explicit CreditState(std::string jurisdiction);

  absl::Status Apply(const journal::Entry& entry, journal::Undo* undo) override;
  [[nodiscard]] uint32_t SnapshotFormat() const override;
  [[nodiscard]] std::string SaveSnapshot() const override;
  absl::Status LoadSnapshot(absl::string_view bytes) override;
  void Clear() override;

  /// The next changes that are due, at most kChangesPerEntryMax and kChangesBytesMax; nothing when
  /// none is.
  [[nodiscard]] std::optional<journal::v1::StandingsChanged> Due() const;
  [[nodiscard]] bool due() const { return !due_.empty(); }
  /// Whether the subject's recorded standing is behind.
  [[nodiscard]] bool IsDue(SubjectId subject) const;

  /// Sequence up to which a feed was taken in.
  [[nodiscard]] uint64_t CursorOf(const std::string& feed) const;
  /// The open day; kNoDay before the first.
  [[nodiscard]] Day today() const { return today_; }
  [[nodiscard]] const EvidenceBook& book() const { return book_; }
  [[nodiscard]] const PolicyBook& policies() const { return policies_; }
  /// Every version of a pack the register has heard of; those in use are also in policies().
  [[nodiscard]] const rulemaking::RuleBook& rules() const { return rules_; }
  /// The words that policies and evidence meet in.
  [[nodiscard]] const evaluate::Vocabulary& vocabulary() const { return vocabulary_; }
  [[nodiscard]] const Assessor& assessor() const { return assessor_; }
  /// Null when the subject is not filed.
  [[nodiscard]] const Standing* Find(SubjectId subject) const;
  /// Filed subjects by name.
  [[nodiscard]] const absl::btree_map<absl::string_view, SubjectId>& filed() const {
    return filed_;
  }
  /// The newest revision at which anything happened.
  [[nodiscard]] Revision revision() const { return revision_; }

 private:
  struct DueChange {
    SubjectId subject = kNone;
    credit::v1::StandingRecord after;
    std::vector<std::string> causes;
  };
  using Causes = std::map<SubjectId, std::vector<std::string>>;

  absl::Status Take(const journal::v1::EvidenceTaken& taken,
                    Revision revision,
                    journal::Undo* undo);
  absl::Status OpenDay(const journal::v1::DayOpened& opened,
                       Revision revision,
                       journal::Undo* undo);
  absl::Status LoadPolicy(const journal::v1::PolicyLoaded& loaded,
                          const journal::Entry& entry,
                          journal::Undo* undo);
  absl::Status MakeRules(const journal::v1::RulemakingStep& step,
                         const journal::Entry& entry,
                         journal::Undo* undo);
  /// `policy:<digest>` of the versions that came into force for the register between two days.
  [[nodiscard]] std::vector<std::string> ComeIntoForce(Day before, Day after) const;
  absl::Status Settle(const journal::v1::StandingsChanged& changed,
                      Revision revision,
                      journal::Undo* undo);
  /// Passes over the populations whose policy has quotas; adds those whose row changed to `causes`.
  void Rank(Revision revision, journal::Undo* undo, Causes& causes);
  void Reassess(const Causes& causes, Revision revision, journal::Undo* undo);
  void MakeDue(SubjectId subject, std::optional<DueChange> change, journal::Undo* undo);
  void NoteFiling(PieceId piece, journal::Undo* undo);
  void RefreshAnswer(PieceId piece, journal::Undo* undo);
  void Restore(SubjectId subject, std::optional<Standing> standing);
  void Schedule(SubjectId subject, const std::string& before, const std::string& after);
  [[nodiscard]] std::string AnswerOf(SubjectId subject,
                                     const credit::v1::StandingRecord& record,
                                     Revision revision) const;

  evaluate::Vocabulary vocabulary_;
  EvidenceBook book_;
  PolicyBook policies_;
  rulemaking::RuleBook rules_;
  RankBook ranks_;
  Assessor assessor_;
  Day today_ = evaluate::kNoDay;
  Revision revision_ = 0;
  std::map<std::string, uint64_t> cursors_;
  absl::btree_map<absl::string_view, SubjectId> filed_;
  absl::flat_hash_map<SubjectId, Standing> standings_;
  /// By name, as StandingsChanged records them.
  absl::btree_map<absl::string_view, DueChange> due_;
  /// Subjects by the day on which their standing may change by itself.
  std::set<std::pair<std::string, SubjectId>> scheduled_;
};

/// Answer for a subject as filed at a revision: everything of a Standing but `record` and tokens.
credit::v1::Standing DescribeSubject(const EvidenceBook& book, SubjectId subject, Revision known);

}  // namespace xince::creditfile

#endif  // SERVICES_SCORING_CREDITFILE_CREDIT_STATE_H_
