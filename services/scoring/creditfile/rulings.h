#ifndef SERVICES_SCORING_CREDITFILE_RULINGS_H_
#define SERVICES_SCORING_CREDITFILE_RULINGS_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"

#include "services/journal/flat_bytes.h"
#include "services/journal/machine.h"
#include "services/scoring/cases/case_book.h"
#include "services/scoring/creditfile/evidence_book.h"

/// What cases decided about evidence.
///
/// The book keeps evidence as feeds sent it; a ruling stands beside it. It holds from its revision on
/// for the version then known and for every later one, until a newer version says the same: from then
/// on the feed speaks for itself.
namespace xince::creditfile {

/// A ruling about one piece of evidence.
struct Ruling {
  enum class Kind : uint8_t {
    /// It counts as if it had never been.
    kVoided = 1,
    /// Points decided instead, or another day of correction.
    kAmended = 2,
    /// From a day on it keeps these points.
    kRepaired = 3,
  };
  Kind kind = Kind::kVoided;
  /// Name of the case.
  std::string by;
  /// Known from here on.
  Revision revision = 0;
  /// A newer version of the feed said the same: it holds no longer from here on.
  Revision until = Life::kOn;
  /// kAmended: what is given; kNoPoints and kNoDay for nothing.
  evaluate::Hundredths points = evaluate::kNoPoints;
  Day corrected = evaluate::kNoDay;
  /// kRepaired: the first day, and the first day it is taken back; `points` are those it keeps.
  Day from = evaluate::kNoDay;
  Day undone_on = evaluate::kForever;
  /// Revision at which it was taken back.
  Revision undone = Life::kOn;

  [[nodiscard]] bool Holds(Revision known) const { return revision <= known && known < until; }
  /// First day on which a repair no longer holds, as known at a revision.
  [[nodiscard]] Day RepairedUntil(Revision known) const {
    return known < undone ? evaluate::kForever : undone_on;
  }
};

/// All about one piece of evidence.
struct RulingsOf {
  std::string evidence;
  /// Oldest first.
  std::vector<Ruling> rulings;
  /// Names of the cases that contest it, or did.
  std::vector<std::string> contests;
};

/// Why a piece counts no more, or otherwise, and the case that decided it.
struct WhyGone {
  listing::v1::FactGone::Why why = listing::v1::FactGone::WHY_UNSPECIFIED;
  std::string by;
};

/// The rulings. Its lock is the machine's.
class RulingBook {
 public:
  /// Keeps references, which outlive it.
  RulingBook(const EvidenceBook& book, const cases::CaseBook& cases) : book_(book), cases_(cases) {}

  /// Adds a ruling about a piece that is in the book.
  void Rule(const std::string& evidence, const Ruling& ruling, journal::Undo* undo);
  /// Takes back the repair that a case granted.
  void UndoRepair(const std::string& evidence,
                  const std::string& by,
                  Day day,
                  Revision revision,
                  journal::Undo* undo);
  /// A case may contest the piece; on which days is for the case to say.
  void Contest(const std::string& evidence, const std::string& by, journal::Undo* undo);
  /// A version came in after rulings: they apply to it, or it says the same.
  void NoteVersion(PieceId piece, Revision revision, journal::Undo* undo);

  [[nodiscard]] bool empty() const { return by_evidence_.empty(); }
  /// Null when there are none.
  [[nodiscard]] const RulingsOf* Of(absl::string_view evidence) const;
  [[nodiscard]] const RulingsOf* OfPiece(PieceId piece) const;

  /// Applies what is known at a revision to facts, as it stands on a day: voided ones go, others are
  /// amended or contested. Repairs go to `repairs`, by their facts' references.
  void Apply(Day day,
             Revision known,
             std::vector<evaluate::Fact>& facts,
             std::vector<evaluate::Repaired>& repairs) const;
  /// Whether the piece counts on a day: neither voided nor repaired.
  [[nodiscard]] bool Counts(absl::string_view evidence, Day day, Revision known) const;

  /// The gravest of what was decided about it that holds on a day: voided, also where its feed has said
  /// so since; repaired; amended.
  [[nodiscard]] WhyGone WhyGoneOf(absl::string_view evidence, Day day, Revision known) const;

  void Save(journal::FlatWriter& out) const;
  /// Replaces everything, after the book was loaded; false when the bytes cannot be read.
  [[nodiscard]] bool Load(journal::FlatReader& in);
  void Clear();

 private:
  RulingsOf& Entry(const std::string& evidence, journal::Undo* undo);

  const EvidenceBook& book_;
  const cases::CaseBook& cases_;
  std::map<std::string, RulingsOf, std::less<>> by_evidence_;
  /// Versions that rulings may apply to; the rulings' place never moves.
  absl::flat_hash_map<PieceId, RulingsOf*> by_piece_;
};

}  // namespace xince::creditfile

#endif  // SERVICES_SCORING_CREDITFILE_RULINGS_H_
