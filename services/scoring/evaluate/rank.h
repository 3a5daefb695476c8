#ifndef SERVICES_SCORING_EVALUATE_RANK_H_
#define SERVICES_SCORING_EVALUATE_RANK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "services/scoring/evaluate/compiled.h"
#include "services/scoring/evaluate/outcome.h"

/// Grades by rank: the pass over a population that grade rows with a quota need.
namespace xince::evaluate {

/// A subject of the population.
struct Ranked {
  /// Resource name; decides last. Must outlive the pass.
  absl::string_view name;
  Hundredths score = 0;
  /// Outcome::grade_rows.
  uint32_t grade_rows = 0;
  /// Values of the policy's tie-breaks (TieBreakValues), in their order.
  std::vector<Hundredths> tie_breaks;
};

/// The values a subject is ordered by after its score.
std::vector<Hundredths> TieBreakValues(const CompiledSubjectPolicy& policy,
                                       const Outcome& outcome,
                                       const SubjectFacts& subject);

/// Grade rows of a population of rated subjects, by index; -1 where no row takes a subject. Names must
/// differ. What a subject gets goes into SubjectFacts::ranked_grade for a second evaluation.
std::vector<int> RankGrades(const CompiledSubjectPolicy& policy,
                            absl::Span<const Ranked> population);

}  // namespace xince::evaluate

#endif  // SERVICES_SCORING_EVALUATE_RANK_H_
