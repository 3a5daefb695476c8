#include "services/scoring/creditfile/subject_reach.h"

#include <algorithm>

namespace xince::creditfile {

SubjectReach::SubjectReach(const EvidenceBook& book, SubjectId subject, Revision known)
    : book_(book),
      self_{.kind = book.subject(subject).kind, .id = subject},
      relations_(book, known) {
  book.EachRelation(subject, known, [&](const Piece& piece) {
    if (piece.right != subject) return;
    if (piece.relation == RelationKind::kBranch) has_branches_ = true;
    if (piece.relation == RelationKind::kEngagement || piece.relation == RelationKind::kCharge) {
      had_.push_back({.project = piece.left, .from = piece.from, .until = piece.until});
    }
  });
}

evaluate::ReachMask SubjectReach::Of(SubjectId about, Day occurred) const {
  if (about == self_.id) return evaluate::kDirect;
  const type::SubjectKind kind = book_.subject(about).kind;
  if (kind != type::SubjectKind::kProject || has_branches_) {
    return evaluate::ReachOf(self_, {.kind = kind, .id = about}, occurred, relations_);
  }
  const bool had = std::any_of(had_.begin(), had_.end(), [&](const Had& project) {
    return project.project == about && project.from <= occurred && occurred < project.until;
  });
  return had ? evaluate::kViaProject : evaluate::ReachMask{0};
}

}  // namespace xince::creditfile
