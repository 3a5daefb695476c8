#include "services/apps/xince/demo/names.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "services/type/uscc.h"

namespace xince::demo {
namespace {

constexpr char kAuthorityAndDivision[] = "91320100";
// Years of birth 1860 to 1889; the days run through them.
constexpr int kBirthYearFirst = 1860;
constexpr int kBirthYears = 30;

std::string Code(absl::string_view letters, int serial) {
  const auto code =
      type::ComputeCheckDigits(absl::StrCat(kAuthorityAndDivision, letters, Padded(serial, 4)));
  return code.ok() ? *code : "";
}

}  // namespace

std::string FirmCode(int serial) { return Code("DEMX", serial); }
std::string BranchCode(int serial) { return Code("DEMB", serial); }

std::string InventedIdentity(int serial) {
  // Month, day and order within the day follow from the serial: 12 * 28 days, then years, then orders.
  const int month = serial % 12 + 1;
  const int day = serial / 12 % 28 + 1;
  const int year = kBirthYearFirst + serial / (12 * 28) % kBirthYears;
  const int order = serial / (12 * 28 * kBirthYears) + 1;
  const std::string first_17 = absl::StrFormat("329900%04d%02d%02d%03d", year, month, day, order);
  constexpr std::array<int, 17> kWeights = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  int sum = 0;
  for (size_t i = 0; i < kWeights.size(); ++i) sum += (first_17[i] - '0') * kWeights[i];
  return first_17 + "10X98765432"[sum % 11];
}

std::string FirmName(int serial) { return absl::StrCat("firms/", FirmCode(serial)); }

std::string RecordName(absl::string_view collection, absl::string_view letter, int serial) {
  return absl::StrCat(collection, "/demo-", letter, Padded(serial, 4));
}

std::string Padded(int64_t number, int digits) { return absl::StrFormat("%0*d", digits, number); }

}  // namespace xince::demo
