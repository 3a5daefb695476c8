#ifndef SERVICES_TYPE_USCC_H_
#define SERVICES_TYPE_USCC_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

/// Unified social credit codes 统一社会信用代码, GB 32100-2015 with amendment 1.
///
/// Position 1 is the registering authority, 2 the kind of organisation, 3 to 8 the division of the
/// authority, 9 to 17 the organisation code of GB 11714 with its own check digit, 18 the check digit
/// over all. Letters are upper case: a lower-case code is refused, NormalizeUscc makes one acceptable.
/// An unknown division is not an error, because real codes carry divisions that no table lists. Never
/// guess from the digits whether a number is such a code: some resident identity numbers pass.
namespace xince::type {

/// Characters of a code.
inline constexpr size_t kUsccLength = 18;

/// What can be wrong with a code.
enum class UsccProblemKind {
  /// Not 18 characters.
  kLength,
  /// A character outside `0-9A-HJ-NP-RTUW-Y`.
  kCharacter,
  /// Position 18 does not follow from the others.
  kCheckDigit,
  /// Position 17 does not follow from positions 9 to 16.
  kInnerCheckDigit,
  /// Positions 1 and 2 are no pair of authority and kind of the standard.
  kPrefix,
};

/// One thing wrong with a code.
struct UsccProblem {
  UsccProblemKind kind = UsccProblemKind::kLength;
  /// Position of the character at fault, 1 to 18; 0 for kLength.
  size_t position = 0;
  /// What stands there: a character, the pair for kPrefix, the number of characters for kLength.
  std::string found;
  /// What should stand there; empty when there is no single answer.
  std::string expected;
};

/// True when an operator who has seen the certificate may accept a code in spite of the problem: its
/// inner check digit or its prefix. A few real codes have either.
bool IsTolerable(const UsccProblem& problem);

/// Everything wrong with `code`, nothing when it is sound. Length and characters come alone; then the
/// check digit, the inner check digit, the prefix, in this order.
std::vector<UsccProblem> FindUsccProblems(absl::string_view code);

/// A problem as INVALID_ARGUMENT: USCC_LENGTH, USCC_CHARACTER, USCC_CHECK_DIGIT,
/// USCC_INNER_CHECK_DIGIT or USCC_PREFIX with metadata `position`, `found`, `expected` where known.
absl::Status ToStatus(const UsccProblem& problem, absl::string_view field);

/// OK, or the first problem of `code` as a status about `field`.
absl::Status CheckUscc(absl::string_view code, absl::string_view field = "uscc");

/// OK, or the first problem that is not tolerable.
absl::Status CheckUsccTolerantly(absl::string_view code, absl::string_view field = "uscc");

/// `text` trimmed, half-width and in upper case, as forms and files are read. Not checked.
std::string NormalizeUscc(absl::string_view text);

/// The whole code that begins with `first_16`: positions 17 and 18 computed. Errors: USCC_LENGTH
/// (not 16 characters), USCC_CHARACTER, USCC_PREFIX.
absl::StatusOr<std::string> ComputeCheckDigits(absl::string_view first_16);

}  // namespace xince::type

#endif  // SERVICES_TYPE_USCC_H_
