#include "services/scoring/evaluate/evaluate.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "services/scoring/evaluate/engine.h"

namespace xince::evaluate {

std::vector<Use> Evaluator::UsesOf(const CompiledSubjectPolicy& policy, const Fact& fact) {
  return impl_->UsesOf(policy, fact);
}

void CheckSums(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "evaluate: %s\n", what);
  std::abort();
}

const Outcome& Evaluator::Impl::Run(const CompiledSubjectPolicy& policy,
                                    absl::Span<const Fact> facts,
                                    const SubjectFacts& subject,
                                    Day day,
                                    const EvaluateOptions& options) {
  CheckSums(facts.size() <= kFactsMax, "there are more facts than one evaluation takes");
  t_ = &policy.tables();
  facts_ = facts;
  subject_ = &subject;
  calendar_ = Calendar(t_->year_month);
  lean_ = options.explain == Explain::kLean;
  has_runs_ = false;
  carry_.Clear();
  periods_.Clear();
  main_.Reset(*t_, calendar_, {.without_contested = options.without_contested, .day = day});
  main_.with_lines = options.explain == Explain::kYes;
  Grade(main_);

  outcome_.day = day;
  outcome_.score = main_.groups.back().value;
  outcome_.grade = main_.grade;
  outcome_.rated = main_.rated;
  outcome_.rank_pending = main_.rank_pending;
  outcome_.grade_rows = main_.grade_rows;
  outcome_.contested = false;
  outcome_.uncontested_score = outcome_.score;
  outcome_.uncontested_grade = outcome_.grade;
  outcome_.uncontested_rated = outcome_.rated;
  outcome_.next_change = kForever;
  outcome_.items.clear();
  outcome_.groups.clear();
  outcome_.lines.clear();
  Propose(main_, outcome_);
  Restrict(main_, outcome_);
  if (options.explain != Explain::kLean) Complete(options);
  return outcome_;
}

// What a lean evaluation leaves out.
void Evaluator::Impl::Complete(const EvaluateOptions& options) {
  const Day day = outcome_.day;
  outcome_.items.assign(t_->items.size(), {});
  for (const uint16_t item : main_.touched)
    outcome_.items[item] = {main_.items[item].value, main_.items[item].present};
  outcome_.groups = main_.groups;
  if (!outcome_.restrictions.empty()) FindBegins(outcome_, options.without_contested);
  outcome_.contested =
      !options.without_contested && std::any_of(facts_.begin(), facts_.end(), [](const Fact& f) {
        return f.contested && f.reach != 0;
      });
  if (outcome_.contested) {
    uncontested_.Reset(*t_, calendar_, {.without_contested = true, .day = day});
    Grade(uncontested_);
    outcome_.uncontested_score = uncontested_.groups.back().value;
    outcome_.uncontested_grade = uncontested_.grade;
    outcome_.uncontested_rated = uncontested_.rated;
  }
  outcome_.next_change = std::min(main_.next_change, NextOther(day));
  if (options.explain == Explain::kYes) WriteExplanation(main_, outcome_);
}

Evaluator::Evaluator() : impl_(std::make_unique<Impl>()) {}
Evaluator::~Evaluator() = default;

const Outcome& Evaluator::Run(const CompiledSubjectPolicy& policy,
                              absl::Span<const Fact> facts,
                              const SubjectFacts& subject,
                              Day day,
                              const EvaluateOptions& options) {
  return impl_->Run(policy, facts, subject, day, options);
}

Outcome Evaluate(const CompiledSubjectPolicy& policy,
                 absl::Span<const Fact> facts,
                 const SubjectFacts& subject,
                 Day day,
                 Explain explain) {
  Evaluator evaluator;
  return evaluator.Run(policy, facts, subject, day, {.explain = explain});
}

std::vector<Outcome> Ahead(const CompiledSubjectPolicy& policy,
                           absl::Span<const Fact> facts,
                           const SubjectFacts& subject,
                           Day day,
                           Day until,
                           int count_max) {
  Evaluator evaluator;
  Outcome last = evaluator.Run(policy, facts, subject, day);
  std::vector<Outcome> ahead;
  while (static_cast<int>(ahead.size()) < count_max && last.next_change <= until &&
         last.next_change < kForever) {
    const Outcome& next = evaluator.Run(policy, facts, subject, last.next_change);
    const bool differs = next.score != last.score || next.grade != last.grade ||
                         next.rated != last.rated || next.vetoes != last.vetoes ||
                         next.proposals != last.proposals || next.restrictions != last.restrictions;
    last = next;
    if (differs) ahead.push_back(last);
  }
  return ahead;
}

}  // namespace xince::evaluate
