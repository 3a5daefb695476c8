#ifndef SERVICES_SCORING_EVALUATE_COVERAGE_EDGES_H_
#define SERVICES_SCORING_EVALUATE_COVERAGE_EDGES_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "xince/policy/v1/pack.pb.h"

#include "services/scoring/policy/checker.h"

/// Thresholds of comparisons and conditions. Used by coverage_targets.cc only.
namespace xince::evaluate {

/// Hundredths from `least` to `most`, but not `except`.
struct Span {
  int64_t least = 0;
  int64_t most = 0;
  int64_t except = 0;

  [[nodiscard]] bool Holds(int64_t value) const {
    return least <= value && value <= most && value != except;
  }
};

/// An end of a comparison: its field, its number, and what is just beside it: within 1 on the side where
/// the comparison turns; beside `equals` is every other number.
struct ComparisonEnd {
  const char* field;
  int64_t number;
  Span beside;
};

/// What is beside an end, in words: `just beside 15, within 1,`.
std::string BesideEn(const ComparisonEnd& end);
std::string BesideZh(const ComparisonEnd& end);

/// The ends of a comparison.
std::vector<ComparisonEnd> EndsOf(const policy::v1::Comparison& is);

/// A threshold of a condition: conditions that hold exactly at it and just beside it.
struct Edge {
  /// The comparison, and the field of its end.
  policy::Node node;
  const char* field;
  std::string number;
  /// What is beside it, in words.
  std::string en;
  std::string zh;
  policy::v1::Condition at;
  policy::v1::Condition beside;
  /// The same for the same threshold of the same thing.
  std::string key;
};

/// Calls `each` for every threshold in a condition.
void ForEachEdge(const policy::v1::Condition& condition,
                 const policy::Node& node,
                 const std::function<void(const Edge&)>& each);

}  // namespace xince::evaluate

#endif  // SERVICES_SCORING_EVALUATE_COVERAGE_EDGES_H_
