#ifndef SERVICES_SCORING_RULEMAKING_TRIAL_H_
#define SERVICES_SCORING_RULEMAKING_TRIAL_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "xince/policy/v1/backtest.pb.h"

#include "services/journal/machine.h"
#include "services/scoring/creditfile/credit_state.h"
#include "services/scoring/policy/pack.h"

/// A back-test of a version over the register as it is.
namespace xince::rulemaking {

/// Subjects read from the register under one hold of its lock.
inline constexpr size_t kSubjectsPerHold = 500;

/// What to try.
struct Trial {
  /// The candidate.
  policy::Pack pack;
  /// Days looked at, ascending.
  std::vector<evaluate::Day> days;
  int threads = 1;
  /// Say the lines that moved each mover.
  bool lines = false;
};

/// Takes each part; false to cancel.
using TrialSink = std::function<bool(const policy::v1::BacktestPart&)>;

/// Evaluates everything known at the newest revision by the candidate beside the versions in use. The
/// lock is held for moments: the register goes on meanwhile. The summary is the last part as well.
/// Errors: those of backtest::Run and evaluate::Compile; UNAVAILABLE when the register stops.
absl::StatusOr<policy::v1::BacktestSummary> RunTrial(const creditfile::CreditState& state,
                                                     journal::Machine& machine,
                                                     const Trial& trial,
                                                     const TrialSink& sink);

/// The days from one to another in steps, and the last; only the two for a step of 0. INVALID_ARGUMENT
/// `BACKTEST_PERIOD` when they are in the wrong order, or more than a back-test may look at.
absl::StatusOr<std::vector<evaluate::Day>> TrialDays(type::Date from,
                                                     type::Date until,
                                                     uint32_t every_days);

}  // namespace xince::rulemaking

#endif  // SERVICES_SCORING_RULEMAKING_TRIAL_H_
