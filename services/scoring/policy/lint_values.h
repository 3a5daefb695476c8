#ifndef SERVICES_SCORING_POLICY_LINT_VALUES_H_
#define SERVICES_SCORING_POLICY_LINT_VALUES_H_

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "xince/policy/v1/pack.pb.h"

/// What values a pack can bring about at all, by interval analysis: bounds that hold for every evidence,
/// possibly wider than needed, never narrower. Used by lint*.cc only.
namespace xince::policy {

/// What is not bounded; so far from any number that sums of them stay apart from numbers.
inline constexpr int64_t kUnbounded = int64_t{1} << 60;

/// Hundredths from `least` to `most`, both inclusive.
struct Bounds {
  int64_t least = 0;
  int64_t most = 0;

  [[nodiscard]] bool bounded_below() const { return least > -kUnbounded; }
  [[nodiscard]] bool bounded_above() const { return most < kUnbounded; }
  friend bool operator==(const Bounds&, const Bounds&) = default;
};

/// Everything.
inline constexpr Bounds kAnything{-kUnbounded, kUnbounded};

/// What may come out of one item.
struct ItemBounds {
  /// One piece before the limits of a piece, and its points after them, without decay and with it.
  Bounds asked;
  Bounds full;
  Bounds decayed;
  /// The item before its limits, and after.
  Bounds sum;
  Bounds value;
  /// What the pieces of a period take and earn, both as numbers of 0 or more.
  int64_t demerits = 0;
  int64_t merits = 0;
};

/// What may come out of one kind of subject.
struct ValueBounds {
  std::map<std::string, ItemBounds> items;
  /// Groups before their limits, and after.
  std::map<std::string, Bounds> sums;
  std::map<std::string, Bounds> groups;
  /// The score before its limits, and after.
  Bounds sum;
  Bounds score;
  /// Some line may ask for less than 0.
  bool negative_lines = false;
};

/// The bounds under one kind of subject of a well-formed pack.
ValueBounds BoundsOf(const v1::Pack& pack, const v1::SubjectPolicy& subject);

/// Bounds of a comparison: what fulfils it.
Bounds BoundsOf(const v1::Comparison& is);

}  // namespace xince::policy

#endif  // SERVICES_SCORING_POLICY_LINT_VALUES_H_
