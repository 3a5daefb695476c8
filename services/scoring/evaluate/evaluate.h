#ifndef SERVICES_SCORING_EVALUATE_EVALUATE_H_
#define SERVICES_SCORING_EVALUATE_EVALUATE_H_

#include <memory>
#include <vector>

#include "absl/types/span.h"

#include "services/scoring/evaluate/compiled.h"
#include "services/scoring/evaluate/fact.h"
#include "services/scoring/evaluate/outcome.h"

/// The pure function from (policy, evidence, subject, day) to an outcome, exactly as
/// docs/policy-language.md says. Integers only; no clock, no I/O; the order of the facts does not
/// matter. Every evaluation checks that its sums hold and ends the process when they do not.
namespace xince::evaluate {

/// Most facts that one evaluation takes.
inline constexpr size_t kFactsMax = 1'000'000;

/// How much is said of an outcome.
enum class Explain : uint8_t {
  /// Everything but lines.
  kNo,
  /// Everything.
  kYes,
  /// What folding over a register asks for, in a fraction of the time. Filled as ever: day, score,
  /// grade, rated, rank_pending, grade_rows, vetoes, proposals, and of each restriction that holds
  /// which it is and until when. Not looked for: `from` of a restriction (kNoDay), the values of items
  /// and groups (empty), whether a contested piece reaches the subject (`contested` is false and the
  /// uncontested figures are the same as the others), next_change (kForever), lines (empty).
  kLean,
};

/// How to evaluate.
struct EvaluateOptions {
  Explain explain = Explain::kNo;
  /// Leave contested pieces out altogether.
  bool without_contested = false;
};

/// An item that takes a piece of evidence, with the points that the piece may have there: what it asks
/// for, by its place among others where the rule escalates; where the rule takes decided points, those,
/// and all that its limits let be where nothing is decided yet.
struct Use {
  uint16_t item = 0;
  Hundredths least = 0;
  Hundredths most = 0;
  /// The rule gives decided points their sign.
  bool signs = false;
};

/// Evaluates, keeping its working memory from one call to the next. One per thread.
class Evaluator {
 public:
  Evaluator();
  ~Evaluator();
  Evaluator(const Evaluator&) = delete;
  Evaluator& operator=(const Evaluator&) = delete;

  /// The outcome on `day`; what it refers to stays valid until the next call. The policy and the
  /// facts must have been made with one Vocabulary. At most kFactsMax facts.
  const Outcome& Run(const CompiledSubjectPolicy& policy,
                     absl::Span<const Fact> facts,
                     const SubjectFacts& subject,
                     Day day,
                     const EvaluateOptions& options = {});

  /// The items that take a piece by its kind, reach, filter and dates of version, on whatever day it is
  /// active, in the order of the policy. Nothing that was decided anew about its points is looked at.
  std::vector<Use> UsesOf(const CompiledSubjectPolicy& policy, const Fact& fact);

 private:
  friend class BlockEvaluator;
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// The same, once.
Outcome Evaluate(const CompiledSubjectPolicy& policy,
                 absl::Span<const Fact> facts,
                 const SubjectFacts& subject,
                 Day day,
                 Explain explain = Explain::kYes);

/// The outcomes after `day` and up to `until`, each on the day it begins to differ in score, grade,
/// restrictions, vetoes or proposals from the one before, if nothing else happens; at most `count_max`.
std::vector<Outcome> Ahead(const CompiledSubjectPolicy& policy,
                           absl::Span<const Fact> facts,
                           const SubjectFacts& subject,
                           Day day,
                           Day until,
                           int count_max);

}  // namespace xince::evaluate

#endif  // SERVICES_SCORING_EVALUATE_EVALUATE_H_
