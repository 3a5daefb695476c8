#ifndef SERVICES_SCORING_EVALUATE_COUNTERFACTUAL_H_
#define SERVICES_SCORING_EVALUATE_COUNTERFACTUAL_H_

#include <optional>
#include <vector>

#include "absl/types/span.h"

#include "services/scoring/evaluate/compiled.h"
#include "services/scoring/evaluate/fact.h"
#include "services/scoring/evaluate/outcome.h"

/// What would help a subject: the cheapest corrections, repairs and merits that reach a better grade or
/// lift a restriction, exactly as docs/policy-language.md, section 12, *Ways up* says. Every way is tried
/// with the evaluator itself; nothing is estimated.
namespace xince::evaluate {

/// Ways given, and steps of one.
inline constexpr size_t kWaysMax = 3;
inline constexpr size_t kStepsMax = 2;
/// Steps that are tried, and those that are tried in pairs: those worth most.
inline constexpr size_t kCandidatesMax = 64;
inline constexpr size_t kPairCandidatesMax = 24;
/// Facts up to which pairs of steps are tried; with more, single steps only.
inline constexpr size_t kPairFactsMax = 1000;
/// Months after the day asked about within which a step is done and has its effect.
inline constexpr int kWayMonths = 36;

/// Something that can be done.
struct Step {
  enum class Kind : uint8_t {
    /// What is found is put right, on the day asked about.
    kCorrect = 0,
    /// Repair is granted: the piece is no longer known from that day on.
    kRepair = 1,
    /// A piece is earned that the subject does not have, on the day asked about.
    kMerit = 2,
  };
  Kind kind = Kind::kCorrect;
  /// The item that takes or would take the points.
  uint16_t item = 0;
  /// The caller's reference of the evidence; kNone for a merit.
  uint32_t evidence = kNone;
  /// Day it is done.
  Day on = kNoDay;
  /// What the piece takes from the score now; what a merit counts in its item, at most.
  Hundredths points = 0;

  friend bool operator==(const Step&, const Step&) = default;
};

/// Steps that together reach the aim.
struct WayUp {
  /// In the order of what is worth most.
  std::vector<Step> steps;
  /// First day on which the aim is reached, not before the last step.
  Day reached_on = kNoDay;
  /// What the subject then has.
  Hundredths score = 0;
  uint16_t grade = kNoIndex;
  /// Restrictions that no longer hold, where the aim is one; by index in the compiled policy.
  std::vector<uint16_t> lifted;
};

/// The ways there are.
struct WaysUp {
  enum class Aim : uint8_t {
    /// Nothing to reach: the best grade, or none, and no restriction; or grades are given by rank.
    kNone,
    kGrade,
    kRestriction,
  };
  Aim aim = Aim::kNone;
  /// Cheapest first, at most kWaysMax.
  std::vector<WayUp> ways;
  /// Not everything was tried that might have been cheaper than what is given, or besides: one of
  /// kCandidatesMax, kPairCandidatesMax and kPairFactsMax was met.
  bool limited = false;
};

/// The ways up from the outcome on `day`. Arguments as for Evaluate; each fact has a reference
/// (`evidence`) of its own.
WaysUp FindWaysUp(const CompiledSubjectPolicy& policy,
                  absl::Span<const Fact> facts,
                  const SubjectFacts& subject,
                  Day day);

/// A piece that does not exist, with what it refers to.
struct SupposedPiece {
  Fact fact;
  std::vector<MeasureValue> measures;
  std::vector<Symbol> tags;

  /// The fact, pointing to this piece's measures and tags.
  [[nodiscard]] Fact Get() const;
};

/// The best single piece that an item could take on `day`; nothing when its rule has no greatest points
/// or no piece can match.
std::optional<SupposedPiece> BestPiece(const CompiledSubjectPolicy& policy, uint16_t item, Day day);

}  // namespace xince::evaluate

#endif  // SERVICES_SCORING_EVALUATE_COUNTERFACTUAL_H_
