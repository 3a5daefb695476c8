#ifndef SERVICES_SCORING_CREDITFILE_SUBJECT_REACH_H_
#define SERVICES_SCORING_CREDITFILE_SUBJECT_REACH_H_

#include <limits>
#include <vector>

#include "services/scoring/creditfile/evidence_book.h"
#include "services/scoring/evaluate/reach.h"

namespace xince::creditfile {

/// By which ways evidence finds one subject, of what was known at a revision: the same answers as
/// evaluate::ReachOf, found from the subject down, once, instead of from each piece up.
class SubjectReach {
 public:
  /// Evidence about a subject finds this one, by a way, when it occurred from a day until before another.
  struct Way {
    SubjectId about = kNone;
    evaluate::ReachMask mask = 0;
    Day from = evaluate::kNoDay;
    /// The greatest number for what has no end: the last day of all has a piece's own day in it.
    Day until = std::numeric_limits<Day>::max();
  };

  SubjectReach(const EvidenceBook& book, SubjectId subject, Revision known);

  /// All ways, by whom the evidence is about.
  [[nodiscard]] const std::vector<Way>& ways() const { return ways_; }
  /// The ways for evidence about `about` on a day; 0 for none.
  [[nodiscard]] evaluate::ReachMask Of(SubjectId about, Day occurred) const;

 private:
  // Days on which what leads from below leads on to the subject.
  struct Span {
    Day from = evaluate::kNoDay;
    Day until = std::numeric_limits<Day>::max();
  };

  void OfFirm(const EvidenceBook& book, SubjectId firm, Revision known, Span on, int links);
  void OfManagers(const EvidenceBook& book, SubjectId project, Revision known, Span on, int links);
  void OfManager(const EvidenceBook& book, SubjectId manager, Revision known);

  std::vector<Way> ways_;
};

/// All facts that find a subject of what was known at a revision, `reach` and `order` filled in, in the
/// order of their evidence ids; evidence about whom nobody filed is held and left out. Measures and tags
/// live as long as the book. `facts` is written over.
void GatherFacts(const EvidenceBook& book,
                 SubjectId subject,
                 Revision known,
                 std::vector<evaluate::Fact>& facts);

/// Projects that a firm or manager had at any time, of what was known at a revision, those that were
/// filed then: `visit(const Relation&, const Filing&)`.
template <class Visit>
void EachProjectHad(const EvidenceBook& book, SubjectId subject, Revision known, Visit visit) {
  book.EachRelation(subject, known, [&](const Relation& relation) {
    if (relation.right != subject ||
        (relation.kind != RelationKind::kEngagement && relation.kind != RelationKind::kCharge)) {
      return;
    }
    const SubjectEvidence& project = book.subject(relation.left);
    if (project.kind != type::SubjectKind::kProject) return;
    const Filing* filing = book.FilingOf(project, known);
    if (filing != nullptr) visit(relation, *filing);
  });
}

}  // namespace xince::creditfile

#endif  // SERVICES_SCORING_CREDITFILE_SUBJECT_REACH_H_
