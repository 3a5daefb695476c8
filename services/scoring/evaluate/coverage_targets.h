#ifndef SERVICES_SCORING_EVALUATE_COVERAGE_TARGETS_H_
#define SERVICES_SCORING_EVALUATE_COVERAGE_TARGETS_H_

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "xince/policy/v1/case.pb.h"
#include "xince/policy/v1/pack.pb.h"

#include "services/scoring/policy/checker.h"

/// What there is to touch in a pack. Used by coverage.cc only.
namespace xince::evaluate {

/// One evaluation, in the words of a case.
struct Seen {
  const policy::v1::Case& one;
  /// On the day of the case, and on the day before.
  const policy::v1::CaseOutcome& outcome;
  const policy::v1::CaseOutcome& day_before;
  /// Probes whose condition holds on the day of the case, by their number.
  const std::set<int>& probes;
};

/// One thing to touch.
struct Target {
  /// What is said when nothing touches it.
  policy::Finding gap;
  std::function<bool(const Seen&)> touched_by;
  bool touched = false;
};

/// What there is to touch under one kind of subject.
struct SubjectTargets {
  /// `firm`.
  std::string subject;
  std::vector<Target> targets;
  /// Conditions of which it must be known whether they hold; Seen::probes are their indices.
  std::vector<policy::v1::Condition> probes;
};

/// All of it, for a pack that is well formed. `root` is the pack with its parse tree.
std::vector<SubjectTargets> TargetsOf(const policy::v1::Pack& pack, const policy::Node& root);

}  // namespace xince::evaluate

#endif  // SERVICES_SCORING_EVALUATE_COVERAGE_TARGETS_H_
