#ifndef SERVICES_SCORING_POLICY_DECIMAL_H_
#define SERVICES_SCORING_POLICY_DECIMAL_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

/// Decimal numbers with at most two places, as packs write them, and hundredths, as everything else
/// holds them. Nothing is ever rounded here.
namespace xince::policy {

/// Greatest number of digits before the point.
inline constexpr int kDecimalDigitsMax = 13;

/// Hundredths of `text`: an optional `-`, 1 to kDecimalDigitsMax digits, and optionally a point with
/// one or two digits. Nothing for any other text: no plus sign, no spaces, no exponent, no `-0`
/// written without a digit that is not zero.
std::optional<int64_t> ParseHundredths(absl::string_view text);

/// The shortest text that ParseHundredths reads back: `-0.5`, `12`, `93.57`.
std::string FormatHundredths(int64_t hundredths);

}  // namespace xince::policy

#endif  // SERVICES_SCORING_POLICY_DECIMAL_H_
