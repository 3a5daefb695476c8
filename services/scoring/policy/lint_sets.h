#ifndef SERVICES_SCORING_POLICY_LINT_SETS_H_
#define SERVICES_SCORING_POLICY_LINT_SETS_H_

#include <set>
#include <string>
#include <vector>

#include "xince/policy/v1/pack.pb.h"

#include "services/scoring/policy/lint_values.h"

/// For which numbers conditions hold, by sets of intervals. Used by lint*.cc only.
namespace xince::policy {

/// A set of hundredths: intervals that ascend and neither meet nor overlap.
class NumberSet {
 public:
  /// Nothing.
  NumberSet() = default;
  /// One interval; nothing when its ends cross.
  explicit NumberSet(const Bounds& bounds);
  static NumberSet All() { return NumberSet(kAnything); }

  [[nodiscard]] NumberSet Or(const NumberSet& other) const;
  [[nodiscard]] NumberSet And(const NumberSet& other) const;
  [[nodiscard]] NumberSet Without(const NumberSet& other) const;
  [[nodiscard]] bool empty() const { return intervals_.empty(); }
  [[nodiscard]] const std::vector<Bounds>& intervals() const { return intervals_; }

 private:
  std::vector<Bounds> intervals_;
};

/// Numbers of one thing for which a condition may hold, and for which it certainly does.
struct HoldsFor {
  NumberSet may;
  NumberSet must;
};

/// What is known of a subject's conditions beyond the conditions themselves.
struct ConditionWorld {
  const v1::SubjectPolicy& subject;
  const ValueBounds& bounds;
  /// Where only rated subjects are asked.
  bool rated_only = false;
  /// Grades nobody can have.
  std::set<std::string> impossible_grades;
};

/// A word for what a condition compares, such as `score` or `group g`; empty when it compares nothing.
std::string ComparedIn(const v1::Condition& leaf);
/// The words of everything that a condition compares.
std::set<std::string> AllComparedIn(const v1::Condition& condition);
/// The numbers that what is compared can have at all.
NumberSet DomainOf(const std::string& compared, const ConditionWorld& world);
/// For which numbers of `compared` a condition holds, whatever else there is.
HoldsFor WhenHolds(const v1::Condition& condition,
                   const std::string& compared,
                   const ConditionWorld& world);
/// Whether no subject can fulfil a condition.
bool NeverHolds(const v1::Condition& condition, const ConditionWorld& world);

}  // namespace xince::policy

#endif  // SERVICES_SCORING_POLICY_LINT_SETS_H_
