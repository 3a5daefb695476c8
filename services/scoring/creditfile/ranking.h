#ifndef SERVICES_SCORING_CREDITFILE_RANKING_H_
#define SERVICES_SCORING_CREDITFILE_RANKING_H_

#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "services/journal/flat_bytes.h"
#include "services/journal/machine.h"
#include "services/scoring/creditfile/evidence_book.h"
#include "services/scoring/policy/pack.h"

/// Grades by rank in a register: which grade row the passes over the population gave each subject.
///
/// A pass goes over every filed and rated subject of a kind whose policy has quotas. It is part of
/// opening a day and of taking up a policy, from the state of that moment, and its rows stay until the
/// next one: between two passes a changed score keeps its row, and a subject filed meanwhile has none.
/// A row belongs to the version of the policy it was given under.
namespace xince::creditfile {

class Assessor;

/// The rows. Its lock is the machine's.
class RankBook {
 public:
  /// The row for a subject on a day, of what was known at a revision, under the policy with this
  /// digest: that of the last pass until then. -1 when that pass gave none or was under another
  /// version.
  [[nodiscard]] int RowOf(SubjectId subject,
                          Day day,
                          Revision known,
                          const policy::Digest& digest) const;

  /// Passes over the filed subjects as they stand on `day`. Those whose row changed, ascending.
  std::vector<SubjectId> Pass(const absl::btree_map<absl::string_view, SubjectId>& filed,
                              const EvidenceBook& book,
                              const Assessor& assessor,
                              Day day,
                              Revision revision,
                              journal::Undo* undo);

  void Save(const EvidenceBook& book, journal::FlatWriter& out) const;
  /// DATA_LOSS SNAPSHOT_UNREADABLE for a subject the book does not have.
  absl::Status Load(const EvidenceBook& book, journal::FlatReader& in);
  void Clear() { rows_.clear(); }

 private:
  /// What a pass gave a subject, from then on.
  struct Given {
    Revision revision = 0;
    Day day = evaluate::kNoDay;
    int row = -1;
    policy::Digest digest{};
  };

  bool Give(SubjectId subject, const Given& given, journal::Undo* undo);

  /// By pass, oldest first; only what differs from the one before.
  absl::flat_hash_map<SubjectId, std::vector<Given>> rows_;
};

}  // namespace xince::creditfile

#endif  // SERVICES_SCORING_CREDITFILE_RANKING_H_
