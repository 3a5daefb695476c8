#ifndef SERVICES_SCORING_EVALUATE_OUTCOME_H_
#define SERVICES_SCORING_EVALUATE_OUTCOME_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

#include "services/scoring/evaluate/fact.h"

/// What an evaluation says. Items, groups, grades and restrictions are named by their index in the
/// compiled policy, which knows their ids, names and sources.
namespace xince::evaluate {

class CompiledSubjectPolicy;

/// No item, no group, no grade.
inline constexpr uint16_t kNoIndex = 0xFFFF;

/// Where a line comes from.
enum class Origin : uint8_t {
  /// A piece of evidence.
  kEvidence = 0,
  /// The base everybody begins with, or the one a group begins with.
  kBase = 1,
  /// The item does not apply: full marks.
  kNotApplicable = 2,
  /// A piece is expected and there is none.
  kMissing = 3,
  /// The score of a project.
  kProject = 4,
  /// A missing rater taken as full marks.
  kRaterFull = 5,
};

/// The last rule that changed the points of a line.
enum class Cut : uint8_t {
  kNone = 0,
  /// No points were decided in the evidence.
  kUndecided = 1,
  /// Limits of one piece.
  kPieceLimits = 2,
  /// Age.
  kDecay = 3,
  /// Another piece of the same part of the counting is kept.
  kNotKept = 4,
  /// The item is the mean of its pieces.
  kMean = 5,
  /// Limits of the item.
  kItemLimits = 6,
  /// Another member of the group counts (not cumulative).
  kNotCumulative = 7,
  /// Weight of a rater.
  kWeight = 8,
  /// Limits of a group or of the score; `Line::cut_group` says which.
  kGroupLimits = 9,
  /// It was repaired, and keeps less.
  kRepaired = 10,
  /// An upheld objection decided less than the rule asks for.
  kAmended = 11,
};

/// A word for a cut, such as `item-limits`; `-` for kNone.
absl::string_view CutWord(Cut cut);

/// A line of the credit file.
struct Line {
  /// Item. Bases and full marks of missing raters have items of their own, without a proto.
  uint16_t item = 0;
  /// The group that cut it, with kNotCumulative, kWeight and kGroupLimits; else kNoIndex.
  uint16_t cut_group = kNoIndex;
  Origin origin = Origin::kEvidence;
  Cut cut = Cut::kNone;
  bool contested = false;
  /// The caller's reference of the evidence, or kNone.
  uint32_t evidence = kNone;
  /// The caller's reference of the project, with Origin::kProject; else kNone.
  uint32_t project = kNone;
  /// Points by the rule of the item, rounded once.
  Hundredths asked = 0;
  /// After the limits of the piece and the decay.
  Hundredths decayed = 0;
  /// After counting and the limits of the item. Sums to the item's value.
  Hundredths in_item = 0;
  /// What reaches the score. Sums to the score.
  Hundredths counted = 0;
  /// Active when start <= day < end; kNoDay and kForever for lines without evidence.
  Day start = kNoDay;
  Day end = kForever;
  /// Earliest day a repair may be asked for; kNoDay for none.
  Day repair_from = kNoDay;
};

/// The value of an item or group in its own scale.
struct Sum {
  Hundredths value = 0;
  /// There is at least one line.
  bool present = false;

  friend bool operator==(const Sum&, const Sum&) = default;
};

/// A restriction that holds.
struct ActiveRestriction {
  /// Index in the compiled policy.
  uint16_t restriction = 0;
  /// First day of the unbroken run of days on which it held; kNoDay with Explain::kLean.
  Day from = kNoDay;
  /// First day it no longer holds by its carry; kForever: while its condition holds.
  Day until = kForever;

  friend bool operator==(const ActiveRestriction&, const ActiveRestriction&) = default;
};

/// The outcome for one subject on one day. Explain::kLean says which fields it leaves out.
struct Outcome {
  Day day = kNoDay;
  Hundredths score = 0;
  /// Row of the grade; kNoIndex for none.
  uint16_t grade = kNoIndex;
  /// Some mix or veto says the subject is not rated; there is no grade then.
  bool rated = true;
  /// The grade depends on rank: run the population pass and evaluate again.
  bool rank_pending = false;
  /// Grade rows whose condition holds, bit n for row n; filled when the policy has quotas.
  uint32_t grade_rows = 0;
  /// Values by index, in the compiled policy's order.
  std::vector<Sum> items;
  std::vector<Sum> groups;
  /// Veto items with an active piece.
  std::vector<uint16_t> vetoes;
  std::vector<ActiveRestriction> restrictions;
  /// Proposals that follow, by index in the compiled policy.
  std::vector<uint16_t> proposals;
  /// A contested piece reaches the subject; score and grade without contested pieces follow.
  bool contested = false;
  Hundredths uncontested_score = 0;
  uint16_t uncontested_grade = kNoIndex;
  bool uncontested_rated = true;
  /// Earliest later day on which the outcome may change if nothing else happens; kForever for none.
  Day next_change = kForever;
  /// Only when an explanation was asked for: sorted by item, then start, then order.
  std::vector<Line> lines;
};

/// Names for references, so that bytes do not depend on how a process numbers things.
struct Namer {
  /// Id of a piece of evidence.
  absl::FunctionRef<absl::string_view(uint32_t)> evidence;
  /// Resource name of a project.
  absl::FunctionRef<absl::string_view(uint32_t)> project;
};

/// The outcome as bytes: the same outcome under the same pack gives the same bytes in every process.
/// Includes the digest of the pack, but not the day: an explanation that is the same on another day
/// has the same bytes. Lines must be there.
std::string CanonicalBytes(const Outcome& outcome,
                           const CompiledSubjectPolicy& policy,
                           const Namer& namer);

/// SHA-256 of CanonicalBytes.
std::array<uint8_t, 32> ExplanationDigest(const Outcome& outcome,
                                          const CompiledSubjectPolicy& policy,
                                          const Namer& namer);

}  // namespace xince::evaluate

#endif  // SERVICES_SCORING_EVALUATE_OUTCOME_H_
