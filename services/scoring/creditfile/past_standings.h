#ifndef SERVICES_SCORING_CREDITFILE_PAST_STANDINGS_H_
#define SERVICES_SCORING_CREDITFILE_PAST_STANDINGS_H_

#include <vector>

#include "absl/container/flat_hash_map.h"

#include "services/journal/flat_bytes.h"
#include "services/journal/machine.h"
#include "services/scoring/creditfile/evidence_book.h"
#include "services/scoring/evaluate/fact.h"
#include "services/scoring/evaluate/symbols.h"

/// The standings that were recorded when scoring years ended (docs/policy-language.md, section 2).
///
/// They are kept as they stood in the register when the next year opened. What becomes known later of a
/// year that has ended changes answers about its days, and leaves them as they are.
namespace xince::creditfile {

/// Most ends of years kept of a subject, the latest: no pack looks back further.
inline constexpr size_t kPastStandingsMax = 100;

/// The standings. Its lock is the machine's.
class PastStandings {
 public:
  /// Keeps the standing of a subject on the last day of a year, known from `revision` on. Days of a
  /// subject ascend.
  void Add(SubjectId subject,
           const evaluate::Recorded& recorded,
           Revision revision,
           journal::Undo* undo);

  /// Those of a subject that were known at a revision, oldest first.
  [[nodiscard]] std::vector<evaluate::Recorded> Of(SubjectId subject, Revision known) const;

  void Save(const EvidenceBook& book,
            const evaluate::Vocabulary& vocabulary,
            journal::FlatWriter& out) const;
  /// Replaces everything, after the book was loaded; false when the bytes cannot be read.
  [[nodiscard]] bool Load(const EvidenceBook& book,
                          evaluate::Vocabulary& vocabulary,
                          journal::FlatReader& in);
  void Clear() { past_.clear(); }

 private:
  struct Past {
    Revision revision = 0;
    evaluate::Recorded recorded;
  };

  absl::flat_hash_map<SubjectId, std::vector<Past>> past_;
};

}  // namespace xince::creditfile

#endif  // SERVICES_SCORING_CREDITFILE_PAST_STANDINGS_H_
