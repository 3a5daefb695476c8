#include "services/type/resident_id.h"

#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "services/runtime/errors.h"
#include "services/type/text.h"

namespace xince::type {
namespace {

constexpr std::array<int, 17> kWeights = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
constexpr absl::string_view kCheckDigits = "10X98765432";
constexpr size_t kBirthStart = 6;
constexpr size_t kCheckIndex = 17;
// The standard's second example was born in 1880.
constexpr int kBirthYearMin = 1800;
constexpr size_t kShownDigits = 4;

int Number(absl::string_view digits) {
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

char CheckDigit(absl::string_view number) {
  int sum = 0;
  for (size_t i = 0; i < kWeights.size(); ++i) sum += (number[i] - '0') * kWeights[i];
  return kCheckDigits[static_cast<size_t>(sum % 11)];
}

/// The position of the first character that cannot stand where it does, 0 when all can.
size_t ForeignPosition(absl::string_view number) {
  if (number[0] == '0') return 1;
  for (size_t i = 0; i < number.size(); ++i) {
    if (absl::ascii_isdigit(number[i])) continue;
    if (i == kCheckIndex && absl::ascii_toupper(number[i]) == 'X') continue;
    return i + 1;
  }
  return 0;
}

bool IsBirthDate(absl::string_view number, Date today) {
  const int year = Number(number.substr(kBirthStart, 4));
  const int month = Number(number.substr(kBirthStart + 4, 2));
  const int day = Number(number.substr(kBirthStart + 6, 2));
  if (year < kBirthYearMin || !IsCivilDay(year, month, day)) return false;
  return year < Date::kYearMin || Date::FromCivil(year, month, day) <= today;
}

}  // namespace

absl::Status CheckResidentId(absl::string_view number, Date today, absl::string_view field) {
  if (CountCodePoints(number).value_or(number.size()) != kResidentIdLength) {
    return runtime::InvalidArgument("RESIDENT_ID_LENGTH",
                                    field,
                                    "an identity number has 18 characters",
                                    "身份证号码应为 18 位");
  }
  if (const size_t position = ForeignPosition(number); position > 0) {
    return runtime::InvalidArgument(
        "RESIDENT_ID_CHARACTER",
        field,
        absl::StrCat("character ", position, " of the identity number cannot stand there"),
        absl::StrCat("身份证号码第 ", position, " 位的字符有误"),
        {{"position", absl::StrCat(position)}});
  }
  if (!IsBirthDate(number, today)) {
    return runtime::InvalidArgument("RESIDENT_ID_DATE",
                                    field,
                                    "the date of birth in the identity number (characters 7 to 14) "
                                    "is not possible",
                                    "身份证号码中的出生日期(第 7 至 14 位)有误");
  }
  if (absl::ascii_toupper(number[kCheckIndex]) != CheckDigit(number)) {
    return runtime::InvalidArgument("RESIDENT_ID_CHECK_DIGIT",
                                    field,
                                    "the check digit of the identity number does not fit, a "
                                    "character was mistyped",
                                    "身份证号码的校验码不符,请核对全部数字");
  }
  return absl::OkStatus();
}

std::string NormalizeResidentId(absl::string_view text) {
  return absl::AsciiStrToUpper(TrimSpace(ToHalfWidth(TrimSpace(text))));
}

bool IsForeignPermanentResident(absl::string_view number) {
  return !number.empty() && number[0] == '9';
}

absl::StatusOr<std::string> KeyedIdentityHash(absl::string_view key, absl::string_view number) {
  if (key.size() < kIdentityKeyBytesMin) {
    return runtime::FailedPrecondition(
        "IDENTITY_KEY_TOO_SHORT",
        "",
        "the key that hashes identity numbers needs 32 bytes or more",
        "身份证号码哈希密钥至少需要 32 字节",
        {{"min_bytes", absl::StrCat(kIdentityKeyBytesMin)}});
  }
  const std::string normalized = NormalizeResidentId(number);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  const bool done = HMAC(EVP_sha256(),
                         key.data(),
                         static_cast<int>(key.size()),
                         reinterpret_cast<const unsigned char*>(normalized.data()),
                         normalized.size(),
                         digest.data(),
                         &size) != nullptr;
  if (!done || size < kIdentityHashLength / 2) {
    return absl::InternalError("HMAC-SHA-256 is not available");
  }
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), kIdentityHashLength / 2));
}

std::string MaskedResidentId(absl::string_view number) {
  if (number.size() != kResidentIdLength || !CountCodePoints(number).has_value() ||
      ForeignPosition(number) != 0) {
    return std::string(kResidentIdLength, '*');
  }
  return absl::StrCat(std::string(kResidentIdLength - kShownDigits, '*'),
                      number.substr(kResidentIdLength - kShownDigits));
}

}  // namespace xince::type
