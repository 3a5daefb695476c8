#ifndef SERVICES_SCORING_CREDITFILE_EVIDENCE_BOOK_H_
#define SERVICES_SCORING_CREDITFILE_EVIDENCE_BOOK_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "services/journal/journal.h"
#include "services/journal/machine.h"
#include "services/scoring/evaluate/fact.h"
#include "services/scoring/evaluate/reach.h"
#include "services/scoring/evaluate/symbols.h"
#include "services/type/resource_name.h"

namespace xince::evidence::v1 {
class Evidence;
}

/// All evidence ever taken in, version by version, by the subject it is about and by the subjects it
/// relates. Nothing is removed: a later version or a voided one hides the earlier from its own
/// revision on, so that what was known at any revision can still be seen.
namespace xince::creditfile {

using evaluate::Day;
using evaluate::kNone;
using journal::Revision;

/// Number of a subject within one process.
using SubjectId = uint32_t;
/// Number of a piece within one process.
using PieceId = uint32_t;

/// What a piece tells besides.
enum class RelationKind : uint8_t { kNone, kFiling, kEngagement, kCharge, kBranch, kEmployment };

/// One version of one piece of evidence.
struct Piece {
  /// Evidence id; the same for all its versions.
  absl::string_view id;
  /// Serialized xince.evidence.v1.Evidence.
  absl::string_view bytes;
  uint32_t version = 0;
  /// The next version, or kNone.
  PieceId next = kNone;
  /// Revision at which it became known.
  Revision known = 0;
  SubjectId about = kNone;
  bool voided = false;
  RelationKind relation = RelationKind::kNone;
  /// The two sides of a relation: project and firm, project and manager, branch and parent, manager
  /// and firm.
  SubjectId left = kNone;
  SubjectId right = kNone;
  Day from = evaluate::kNoDay;
  Day until = evaluate::kForever;
  /// Ready for evaluation but for `order`, `evidence` and `reach`.
  evaluate::Fact fact;
};

/// A subject that some evidence names, filed or not.
struct SubjectEvidence {
  absl::string_view name;
  type::SubjectKind kind = type::SubjectKind::kFirm;
  /// Pieces about it, in the order they were taken in.
  std::vector<PieceId> about;
  /// Relations that name it on either side.
  std::vector<PieceId> relations;
  /// Newest version of its filing, or kNone.
  PieceId filing = kNone;
};

/// The book. Its lock is the machine's.
class EvidenceBook {
 public:
  explicit EvidenceBook(evaluate::Vocabulary& vocabulary) : vocabulary_(vocabulary) {}

  /// Takes in a version. Nothing when this or a later version of the piece is already there.
  /// INVALID_ARGUMENT `EVIDENCE_MALFORMED` (metadata `evidence`) for a piece that cannot be read:
  /// no id, a subject or date that is none.
  absl::StatusOr<std::optional<PieceId>> Take(const evidence::v1::Evidence& evidence,
                                              Revision revision,
                                              journal::Undo* undo);

  [[nodiscard]] const Piece& piece(PieceId id) const { return pieces_[id]; }
  [[nodiscard]] size_t size() const { return pieces_.size(); }
  /// Number of a subject; kNone when no evidence names it.
  [[nodiscard]] SubjectId Find(absl::string_view name) const;
  [[nodiscard]] const SubjectEvidence& subject(SubjectId id) const { return subjects_[id]; }
  [[nodiscard]] size_t subjects() const { return subjects_.size(); }

  /// Whether this is the version that was known at `revision`, and it was not voided.
  [[nodiscard]] bool Live(const Piece& piece, Revision revision) const {
    return piece.known <= revision && !piece.voided &&
           (piece.next == kNone || pieces_[piece.next].known > revision);
  }

  /// The filing known at a revision; null when the subject was not filed then.
  [[nodiscard]] const Piece* FilingAt(const SubjectEvidence& subject, Revision revision) const;

  /// Relations of the subject known at a revision.
  template <class Visit>
  void EachRelation(SubjectId id, Revision revision, Visit visit) const {
    for (const PieceId piece : subjects_[id].relations) {
      if (Live(pieces_[piece], revision)) visit(pieces_[piece]);
    }
  }

  /// Everybody whom evidence about the subject could find on some day, itself included, by any
  /// relation ever taken in. Ascending.
  [[nodiscard]] std::vector<SubjectId> Upward(SubjectId id) const;
  /// Everybody evidence about whom could find the subject, itself included, by relations known at
  /// the revision. Ascending.
  [[nodiscard]] std::vector<SubjectId> Downward(SubjectId id, Revision revision) const;

  /// Evidence that counts for nobody, because nobody filed whom it is about.
  [[nodiscard]] int64_t held() const;

  void Clear();

 private:
  SubjectId Intern(absl::string_view name);
  absl::Status FillFact(const evidence::v1::Evidence& evidence, Piece& piece);
  absl::Status FillRelation(const evidence::v1::Evidence& evidence, Piece& piece);
  void Link(PieceId id);
  void Unlink(PieceId id);
  absl::string_view Keep(std::string text);

  evaluate::Vocabulary& vocabulary_;
  std::deque<std::string> memory_;
  std::deque<std::vector<evaluate::MeasureValue>> measures_;
  std::deque<std::vector<evaluate::Symbol>> tags_;
  std::deque<Piece> pieces_;
  std::deque<SubjectEvidence> subjects_;
  absl::flat_hash_map<absl::string_view, SubjectId> subject_ids_;
  /// Newest version by evidence id.
  absl::flat_hash_map<absl::string_view, PieceId> newest_;
  evaluate::SymbolTable matters_;
  evaluate::SymbolTable issuers_;
};

/// The relations known at a revision, looked up as evaluation asks for them.
class KnownRelations final : public evaluate::Relations {
 public:
  KnownRelations(const EvidenceBook& book, Revision revision) : book_(book), revision_(revision) {}
  absl::Span<const evaluate::Engagement> EngagementsOfProject(uint32_t project) const override;
  absl::Span<const evaluate::Engagement> EngagementsOfManager(uint32_t manager) const override;
  absl::Span<const evaluate::Employment> EmploymentsOf(uint32_t manager) const override;
  absl::Span<const evaluate::BranchLink> ParentsOf(uint32_t branch) const override;

 private:
  const EvidenceBook& book_;
  const Revision revision_;
  // Kept by pointer: a map of vectors may move them when it grows.
  mutable absl::flat_hash_map<uint32_t, std::unique_ptr<std::vector<evaluate::Engagement>>>
      projects_;
  mutable absl::flat_hash_map<uint32_t, std::unique_ptr<std::vector<evaluate::Engagement>>>
      managers_;
  mutable absl::flat_hash_map<uint32_t, std::unique_ptr<std::vector<evaluate::Employment>>>
      employments_;
  mutable absl::flat_hash_map<uint32_t, std::unique_ptr<std::vector<evaluate::BranchLink>>>
      parents_;
};

}  // namespace xince::creditfile

#endif  // SERVICES_SCORING_CREDITFILE_EVIDENCE_BOOK_H_
