#ifndef SERVICES_SCORING_CREDITFILE_EVIDENCE_BOOK_H_
#define SERVICES_SCORING_CREDITFILE_EVIDENCE_BOOK_H_

#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "services/journal/journal.h"
#include "services/journal/machine.h"
#include "services/scoring/creditfile/bump.h"
#include "services/scoring/creditfile/word_numbers.h"
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
///
/// What evaluation reads lies apart from the rest: the facts of a subject and when each was known are
/// two contiguous arrays, its relations a third. The bytes a piece came in are kept once, in large
/// chunks, and only read to answer files.
namespace xince::creditfile {

using evaluate::Day;
using evaluate::kNone;
using journal::Revision;

/// Number of a subject within one process.
using SubjectId = uint32_t;
/// Number of a version of a piece within one process, in the order they were taken in.
using PieceId = uint32_t;

/// Longest evidence id in bytes.
inline constexpr size_t kEvidenceIdBytesMax = 1024;
/// Most measures, and most tags, of one piece.
inline constexpr int kMeasuresMax = 1000;

/// What a piece tells besides.
enum class RelationKind : uint8_t { kNone, kFiling, kEngagement, kCharge, kBranch, kEmployment };

/// One version of one piece of evidence. The views live as long as the book has the piece.
struct Piece {
  /// Evidence id; the same for all its versions.
  absl::string_view id;
  /// Serialized xince.evidence.v1.Evidence.
  absl::string_view bytes;
  uint32_t version = 0;
  /// Revision at which it became known.
  Revision known = 0;
  SubjectId about = kNone;
  bool voided = false;
  RelationKind relation = RelationKind::kNone;
};

/// The revisions at which something was known: `from` <= revision < `until`.
struct Life {
  static constexpr Revision kOn = std::numeric_limits<Revision>::max();
  Revision from = 0;
  Revision until = kOn;

  [[nodiscard]] bool Holds(Revision revision) const { return from <= revision && revision < until; }
};

/// A relation between two subjects from a day until before another.
struct Relation {
  RelationKind kind = RelationKind::kNone;
  PieceId piece = kNone;
  /// Project and firm, project and manager, branch and parent, manager and firm.
  SubjectId left = kNone;
  SubjectId right = kNone;
  Day from = evaluate::kNoDay;
  Day until = evaluate::kForever;
  /// Nothing for a voided version.
  Life life;
};

/// The attribute that tells kinds of firms, committees and so on apart.
inline constexpr char kSubjectType[] = "subject-type";

/// A subject as filed.
struct Filing {
  Piece piece;
  PieceId id = kNone;
  /// County-level part of its division, 6 digits; empty when the filing names none.
  std::string district;
  /// Floor area in hundredths of a square metre, and households.
  evaluate::Hundredths area = 0;
  evaluate::Hundredths households = 0;
  /// What it says besides, `subject-type` first where it is filed as a kind within its kind.
  std::vector<evaluate::Attribute> attributes;
};

/// A subject that some evidence names, filed or not.
struct SubjectEvidence {
  absl::string_view name;
  type::SubjectKind kind = type::SubjectKind::kFirm;
  /// Versions of pieces about it that evaluation may count, in the order they were taken in. Ready but
  /// for `order` and `reach`; `evidence` is the PieceId.
  std::vector<evaluate::Fact> facts;
  /// When each of them was known.
  std::vector<Life> lives;
  /// Relations that name it on either side, in the order they were taken in.
  std::vector<Relation> relations;
  /// Versions of its filing.
  std::vector<const Filing*> filings;
  /// Pieces about it whose newest version is not voided.
  int64_t live = 0;
};

/// The book. Its lock is the machine's.
class EvidenceBook {
 public:
  explicit EvidenceBook(evaluate::Vocabulary& vocabulary);
  EvidenceBook(const EvidenceBook&) = delete;
  EvidenceBook& operator=(const EvidenceBook&) = delete;

  /// Takes in a version. Nothing when this or a later version of the piece is already there.
  /// INVALID_ARGUMENT `EVIDENCE_MALFORMED` (metadata `evidence`, `what`) for a piece that cannot be
  /// read: no id or one beyond kEvidenceIdBytesMax, a subject or date that is none, more than
  /// kMeasuresMax measures or tags. Nothing is taken in then.
  absl::StatusOr<std::optional<PieceId>> Take(const evidence::v1::Evidence& evidence,
                                              Revision revision,
                                              journal::Undo* undo);

  [[nodiscard]] Piece piece(PieceId id) const;
  [[nodiscard]] absl::string_view IdOf(PieceId id) const {
    const Row& row = rows_[id];
    return {row.bytes + row.id_at, row.id_size};
  }
  [[nodiscard]] size_t size() const { return rows_.size(); }
  /// Newest version of a piece; kNone when it never came in.
  [[nodiscard]] PieceId NewestOf(absl::string_view evidence) const {
    const auto found = newest_.find(evidence);
    return found == newest_.end() ? kNone : *found;
  }
  /// Number of a subject; kNone when no evidence names it.
  [[nodiscard]] SubjectId Find(absl::string_view name) const;
  [[nodiscard]] const SubjectEvidence& subject(SubjectId id) const { return subjects_[id]; }
  [[nodiscard]] size_t subjects() const { return subjects_.size(); }

  /// Whether this is the version that was known at `revision`, and it was not voided.
  [[nodiscard]] bool Live(PieceId id, Revision revision) const {
    const Row& row = rows_[id];
    return row.known <= revision && !row.voided &&
           (row.next == kNone || rows_[row.next].known > revision);
  }

  /// The filing known at a revision; null when the subject was not filed then.
  [[nodiscard]] const Filing* FilingOf(const SubjectEvidence& subject, Revision revision) const;
  /// The same as a piece.
  [[nodiscard]] const Piece* FilingAt(const SubjectEvidence& subject, Revision revision) const {
    const Filing* filing = FilingOf(subject, revision);
    return filing == nullptr ? nullptr : &filing->piece;
  }

  /// Relations of the subject known at a revision.
  template <class Visit>
  void EachRelation(SubjectId id, Revision revision, Visit visit) const {
    for (const Relation& relation : subjects_[id].relations) {
      if (relation.life.Holds(revision)) visit(relation);
    }
  }

  /// Everybody whom evidence about the subject could find on some day, itself included, by any
  /// relation ever taken in. Ascending.
  [[nodiscard]] std::vector<SubjectId> Upward(SubjectId id) const;

  /// Evidence that counts for nobody, because nobody filed whom it is about.
  [[nodiscard]] int64_t held() const;

  void Clear();

 private:
  // What is kept of every version. Its bytes begin with its id.
  struct Row {
    const char* bytes = nullptr;
    Revision known = 0;
    uint32_t size = 0;
    uint32_t version = 0;
    PieceId next = kNone;
    SubjectId about = kNone;
    uint16_t id_size = 0;
    uint8_t id_at = 0;
    RelationKind relation = RelationKind::kNone;
    bool voided = false;
  };
  static_assert(sizeof(Row) == 40);

  // Newest versions by their evidence id, without a copy of it.
  struct HashId {
    using is_transparent = void;
    const EvidenceBook* book;
    size_t operator()(absl::string_view id) const { return absl::HashOf(id); }
    size_t operator()(PieceId piece) const { return absl::HashOf(book->IdOf(piece)); }
  };
  struct SameId {
    using is_transparent = void;
    const EvidenceBook* book;
    bool operator()(PieceId a, PieceId b) const { return book->IdOf(a) == book->IdOf(b); }
    bool operator()(PieceId a, absl::string_view id) const { return book->IdOf(a) == id; }
  };

  // The subjects of a relation.
  struct Sides {
    SubjectId left = kNone;
    SubjectId right = kNone;
  };

  // A piece read, before anything of it is kept.
  struct Reading {
    evaluate::Fact fact;
    Relation relation;
    absl::string_view left;
    absl::string_view right;
  };

  SubjectId Intern(absl::string_view name);
  static absl::Status ReadDates(const evidence::v1::Evidence& evidence, Reading& reading);
  static absl::Status ReadRelation(const evidence::v1::Evidence& evidence, Reading& reading);
  void AddRow(const evidence::v1::Evidence& evidence, Revision revision, RelationKind relation);
  void AddFact(const evidence::v1::Evidence& evidence, evaluate::Fact fact);
  void AddRelation(const Reading& reading);
  void AddFiling(const evidence::v1::Evidence& evidence);
  void Supersede(PieceId before, PieceId id);
  void RemoveLast(PieceId before);
  void SetUntil(PieceId id, Revision until);

  evaluate::Vocabulary& vocabulary_;
  Bump<char, size_t{1} << 20> bytes_;
  Bump<evaluate::MeasureValue, 4096> measures_;
  Bump<evaluate::Symbol, 4096> tags_;
  StableArray<Row, 8192> rows_;
  std::deque<Filing> filings_;
  std::deque<SubjectEvidence> subjects_;
  WordNumbers subject_ids_;
  absl::flat_hash_set<PieceId, HashId, SameId> newest_;
  absl::flat_hash_map<PieceId, Sides> sides_;
  WordNumbers matters_;
  WordNumbers issuers_;
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
