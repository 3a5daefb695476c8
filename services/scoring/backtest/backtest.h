#ifndef SERVICES_SCORING_BACKTEST_BACKTEST_H_
#define SERVICES_SCORING_BACKTEST_BACKTEST_H_

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "services/scoring/backtest/population.h"
#include "services/scoring/evaluate/compiled.h"

namespace xince::creditfile {
class PolicyBook;
}
namespace xince::policy::v1 {
class BacktestPart;
class BacktestSummary;
}  // namespace xince::policy::v1

/// The back-test: a candidate beside the rules that were in force, over a population, on chosen days.
/// Pure: the same population, rules and days give the same bytes, whatever the number of threads.
namespace xince::backtest {

/// Most days of one back-test.
inline constexpr size_t kDaysMax = 120;
/// Most threads.
inline constexpr int kThreadsMax = 64;
/// Most lines said of a mover; the rest is counted.
inline constexpr size_t kMoverLinesMax = 20;
/// Districts that are told apart: those with most subjects. The others are one part, kOtherDistricts.
inline constexpr size_t kDistrictsMax = 24;
/// Progress is told whenever this many subjects more were evaluated.
inline constexpr int64_t kProgressSubjects = 10'000;

/// Words for subjects without a grade; no id has parentheses.
inline constexpr absl::string_view kNoGrade = "(no-grade)";
inline constexpr absl::string_view kNotRated = "(not-rated)";
inline constexpr absl::string_view kNoRules = "(no-rules)";
/// Word for districts that are not told apart.
inline constexpr absl::string_view kOtherDistricts = "(other)";

/// Size bands by projects served on the day: band n holds counts below kSizeBelow[n] that no band
/// before it holds; the last has no end.
inline constexpr std::array<int32_t, 5> kSizeBelow = {1, 2, 6, 21, 101};
inline constexpr std::array<absl::string_view, 6> kSizeBands = {
    "0", "1", "2-5", "6-20", "21-100", "101-"};

/// Bands of score movement, new less old in hundredths: band n holds movements up to and including
/// kMovementMost[n] that no band before it holds; the last has no end. The sixth holds no movement
/// alone; up or down, bands end at 1, 5, 10 and 20 points.
inline constexpr std::array<Hundredths, 10> kMovementMost = {
    -2001, -1001, -501, -101, -1, 0, 100, 500, 1000, 2000};

/// The rules of one side.
struct Rules {
  /// Rules for a kind of subject on a day; null for none. Compiled with the population's vocabulary.
  /// Asked once per day and kind.
  std::function<const evaluate::CompiledSubjectPolicy*(type::SubjectKind, Day)> on;
};

/// A pack as if it were in force on every day. It outlives the rules.
Rules RulesOf(const evaluate::CompiledPack& pack);
/// The packs in force by day for a jurisdiction. They outlive the rules.
Rules RulesOf(const creditfile::PolicyBook& packs, std::string jurisdiction);

/// How to back-test.
struct Options {
  /// Days looked at, ascending, 1 to kDaysMax.
  std::vector<Day> days;
  /// Worker threads, 1 to kThreadsMax; the caller's own thread only hands on results.
  int threads = 1;
  /// Say the lines that moved each mover.
  bool lines = true;
  /// SHA-256 of the candidate, hexadecimal, for the summary.
  std::string candidate_digest;
  /// Id of a piece of evidence by Fact::evidence. Called from the worker threads, for lines of movers
  /// only. Without it lines name no evidence.
  std::function<std::string(uint32_t)> evidence_id;
};

/// Takes each message of the stream, on the thread that called Run, in an order that does not depend on
/// threads (but for progress). Returns false to cancel. What it does not take in time makes the workers
/// wait: results do not pile up.
using Sink = std::function<bool(policy::v1::BacktestPart&)>;

/// Runs a back-test; the summary is also the last message to the sink. Errors: INVALID_ARGUMENT
/// `BACKTEST_DAYS` (no day, too many, or not ascending), `BACKTEST_THREADS`; CANCELLED
/// `BACKTEST_CANCELLED` when the sink said so.
absl::StatusOr<policy::v1::BacktestSummary> Run(const Population& population,
                                                const Rules& in_force,
                                                const Rules& candidate,
                                                const Options& options,
                                                const Sink& sink);

}  // namespace xince::backtest

#endif  // SERVICES_SCORING_BACKTEST_BACKTEST_H_
