#ifndef SERVICES_SCORING_EVALUATE_ARITHMETIC_H_
#define SERVICES_SCORING_EVALUATE_ARITHMETIC_H_

#include <algorithm>
#include <cstdint>

#include "services/scoring/evaluate/fact.h"
#include "services/scoring/evaluate/tables.h"

/// Exact arithmetic of evaluation. Every number that comes in is within kPointsMax,
/// kMeasureMax or 1000 %, so that no product leaves 128 bits.
namespace xince::evaluate {

/// GCC's and Clang's 128-bit integer.
__extension__ using Wide = __int128;

/// An exact fraction; `den` is greater than 0.
struct Exact {
  Wide num = 0;
  Wide den = 1;
};

/// num / den to the nearest integer, halves away from zero. `den` > 0.
constexpr Wide RoundedQuotient(Wide num, Wide den) {
  const Wide size = num < 0 ? -num : num;
  const Wide rounded = (2 * size + den) / (2 * den);
  return num < 0 ? -rounded : rounded;
}

/// The same of numbers small enough that twice their sum is a 64-bit integer.
constexpr int64_t RoundedQuotient(int64_t num, int64_t den) {
  const int64_t size = num < 0 ? -num : num;
  const int64_t rounded = (2 * size + den) / (2 * den);
  return num < 0 ? -rounded : rounded;
}

/// The multiple of `unit` nearest to the fraction, halves away from zero, within kPointsMax.
constexpr Hundredths Rounded(const Exact& exact, Hundredths unit = 1) {
  constexpr Wide kSmall = int64_t{1} << 60;
  const Wide den = exact.den * unit;
  Wide value = exact.num;
  if (den == 1) {
    // Nothing is divided.
  } else if (den < kSmall && -kSmall < value && value < kSmall) {
    value = Wide{RoundedQuotient(static_cast<int64_t>(value), static_cast<int64_t>(den))} * unit;
  } else {
    value = RoundedQuotient(value, den) * unit;
  }
  return static_cast<Hundredths>(std::clamp<Wide>(value, -kPointsMax, kPointsMax));
}

/// The fraction held within an interval. True in `cut` when it was outside.
constexpr Exact Limited(const Exact& exact, const Interval& limits, bool& cut) {
  cut = true;
  if (exact.num < static_cast<Wide>(limits.least) * exact.den) return {limits.least, 1};
  if (exact.num > static_cast<Wide>(limits.most) * exact.den) return {limits.most, 1};
  cut = false;
  return exact;
}

}  // namespace xince::evaluate

#endif  // SERVICES_SCORING_EVALUATE_ARITHMETIC_H_
