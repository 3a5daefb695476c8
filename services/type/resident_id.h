#ifndef SERVICES_TYPE_RESIDENT_ID_H_
#define SERVICES_TYPE_RESIDENT_ID_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "services/type/civil_date.h"

/// Resident identity numbers 公民身份号码, GB 11643, and the numbers of the same form on the permanent
/// residence cards of foreigners (first digit 9). A number is personal data: nothing here repeats it
/// in an error, and nobody stores or logs it. What is kept is KeyedIdentityHash.
namespace xince::type {

/// Characters of a number.
inline constexpr size_t kResidentIdLength = 18;
/// Fewest bytes a hashing key may have.
inline constexpr size_t kIdentityKeyBytesMin = 32;
/// Hexadecimal digits of a keyed hash.
inline constexpr size_t kIdentityHashLength = 32;

/// OK, or INVALID_ARGUMENT about `field`: RESIDENT_ID_LENGTH, RESIDENT_ID_CHARACTER (metadata
/// `position`), RESIDENT_ID_DATE (no such day, before 1800 or after `today`),
/// RESIDENT_ID_CHECK_DIGIT. The division at the front is not looked up: numbers outlive divisions.
/// A final `x` passes as `X`.
absl::Status CheckResidentId(absl::string_view number,
                             Date today,
                             absl::string_view field = "resident_id");

/// `text` trimmed, half-width, with a capital X: the form that is checked and hashed.
std::string NormalizeResidentId(absl::string_view text);

/// True when a valid number belongs to a foreign permanent resident.
bool IsForeignPermanentResident(absl::string_view number);

/// HMAC-SHA-256 of the number under `key`, its first 16 bytes as 32 lower-case hexadecimal digits. The
/// number is normalized first. Under one key, equal persons have equal hashes; without the key the hash
/// says nothing. Errors: FAILED_PRECONDITION IDENTITY_KEY_TOO_SHORT below kIdentityKeyBytesMin.
absl::StatusOr<std::string> KeyedIdentityHash(absl::string_view key, absl::string_view number);

/// The last four characters behind asterisks: `**************002X`. Anything that has not the form
/// of a number is all asterisks.
std::string MaskedResidentId(absl::string_view number);

}  // namespace xince::type

#endif  // SERVICES_TYPE_RESIDENT_ID_H_
