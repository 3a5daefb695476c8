#ifndef SERVICES_SCORING_CREDITFILE_SUBJECT_REACH_H_
#define SERVICES_SCORING_CREDITFILE_SUBJECT_REACH_H_

#include <vector>

#include "services/scoring/creditfile/evidence_book.h"
#include "services/scoring/evaluate/reach.h"

namespace xince::creditfile {

/// By which ways evidence finds one subject, of what was known at a revision: the same answers as
/// evaluate::ReachOf, with what is asked for again and again found out once.
class SubjectReach {
 public:
  /// `book` outlives it.
  SubjectReach(const EvidenceBook& book, SubjectId subject, Revision known);

  /// The ways for evidence about `about` on a day; 0 for none.
  [[nodiscard]] evaluate::ReachMask Of(SubjectId about, Day occurred) const;

 private:
  // The subject had a project from a day until before another.
  struct Had {
    SubjectId project = kNone;
    Day from = evaluate::kNoDay;
    Day until = evaluate::kForever;
  };

  const EvidenceBook& book_;
  const evaluate::SubjectRef self_;
  const KnownRelations relations_;
  std::vector<Had> had_;
  /// Branches lead to it: then a project may find it through one of them too.
  bool has_branches_ = false;
};

}  // namespace xince::creditfile

#endif  // SERVICES_SCORING_CREDITFILE_SUBJECT_REACH_H_
