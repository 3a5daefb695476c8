#include "services/type/resident_id.h"

#include <string>

#include "gtest/gtest.h"
#include "services/runtime/errors.h"

namespace xince::type {
namespace {

using ::xince::runtime::ReasonOf;
using ::xince::runtime::ToProblem;

constexpr Date kToday = Date::FromCivil(2026, 5, 1);
// The standard's two examples: they belong to nobody.
constexpr char kExample[] = "11010519491231002X";
constexpr char kOldExample[] = "440524188001010014";

std::string ReasonFor(absl::string_view number, Date today = kToday) {
  return ReasonOf(CheckResidentId(number, today));
}

/// `first_17` with its check digit, computed apart from the code under test.
std::string Number(const std::string& first_17) {
  int sum = 0;
  int weight = 1;
  for (int i = 16; i >= 0; --i) {
    weight = weight * 2 % 11;
    sum += (first_17[static_cast<size_t>(i)] - '0') * weight;
  }
  return first_17 + "10X98765432"[sum % 11];
}

TEST(ResidentId, TheStandardsExamplesPass) {
  EXPECT_EQ(ReasonFor(kExample), "");
  EXPECT_EQ(ReasonFor(kOldExample), "");
  EXPECT_EQ(ReasonFor("11010519491231002x"), "");
}

TEST(ResidentId, ForeignPermanentResidentsPass) {
  for (const auto* number : {"932682198501010017", "911124198108030024"}) {
    EXPECT_EQ(ReasonFor(number), "");
    EXPECT_TRUE(IsForeignPermanentResident(number));
  }
  EXPECT_FALSE(IsForeignPermanentResident(kExample));
  EXPECT_FALSE(IsForeignPermanentResident(""));
}

TEST(ResidentId, EachFlawHasItsReason) {
  EXPECT_EQ(ReasonFor(""), "RESIDENT_ID_LENGTH");
  EXPECT_EQ(ReasonFor("1101051949123100"), "RESIDENT_ID_LENGTH");
  EXPECT_EQ(ReasonFor("11010519491231002X0"), "RESIDENT_ID_LENGTH");
  EXPECT_EQ(ReasonFor("1101051949123I002X"), "RESIDENT_ID_CHARACTER");
  EXPECT_EQ(ReasonFor("X1010519491231002X"), "RESIDENT_ID_CHARACTER");
  EXPECT_EQ(ReasonFor("01010519491231002X"), "RESIDENT_ID_CHARACTER");
  EXPECT_EQ(ReasonFor(Number("11010519491331002")), "RESIDENT_ID_DATE");
  EXPECT_EQ(ReasonFor(Number("11010519490230002")), "RESIDENT_ID_DATE");
  EXPECT_EQ(ReasonFor(Number("11010517991231002")), "RESIDENT_ID_DATE");
  EXPECT_EQ(ReasonFor("110105194912310020"), "RESIDENT_ID_CHECK_DIGIT");
}

TEST(ResidentId, BirthMayBeTodayButNotTomorrow) {
  const std::string born = Number("11010520260501002");
  EXPECT_EQ(ReasonFor(born), "");
  EXPECT_EQ(ReasonFor(born, kToday - 1), "RESIDENT_ID_DATE");
}

TEST(ResidentId, LeapDaysAreOfTheCalendar) {
  EXPECT_EQ(ReasonFor(Number("11010520000229002")), "");
  EXPECT_EQ(ReasonFor(Number("11010519000229002")), "RESIDENT_ID_DATE");
}

TEST(ResidentId, EverySingleChangedDigitIsNoticed) {
  for (size_t i = 0; i < 17; ++i) {
    for (char c = '0'; c <= '9'; ++c) {
      std::string number = kExample;
      if (number[i] == c) continue;
      number[i] = c;
      EXPECT_NE(ReasonFor(number), "") << "position " << i;
    }
  }
}

TEST(ResidentId, NoErrorRepeatsTheNumber) {
  for (const std::string& number : {std::string("110105194912310020"),
                                    std::string("1101051949123I002X"),
                                    Number("11010519491331002"),
                                    std::string("1101051949123100")}) {
    const absl::Status status = CheckResidentId(number, kToday, "member.resident_id");
    const auto problem = ToProblem(status);
    std::string all = problem.en + problem.zh + status.ToString();
    for (const auto& [key, value] : problem.metadata) all += key + value;
    EXPECT_EQ(problem.field, "member.resident_id");
    EXPECT_EQ(all.find(number), std::string::npos);
    EXPECT_EQ(all.find("19491231"), std::string::npos);
    EXPECT_EQ(all.find("110105"), std::string::npos);
  }
}

// HMAC-SHA-256 computed with another library.
TEST(ResidentId, KeyedHashIsTheFirstHalfOfTheHmac) {
  const std::string key(kIdentityKeyBytesMin, 'k');
  const auto hash = KeyedIdentityHash(key, kExample);
  ASSERT_TRUE(hash.ok());
  EXPECT_EQ(*hash, "6baaf2c3cf3a29a4ac710aeeffadb8c0");
  EXPECT_EQ(*KeyedIdentityHash(key, " 11010519491231002x "), *hash);
  EXPECT_NE(*KeyedIdentityHash(std::string(kIdentityKeyBytesMin, 'l'), kExample), *hash);
  EXPECT_NE(*KeyedIdentityHash(key, kOldExample), *hash);
}

TEST(ResidentId, AShortKeyIsRefused) {
  const auto hash = KeyedIdentityHash(std::string(kIdentityKeyBytesMin - 1, 'k'), kExample);
  EXPECT_EQ(ReasonOf(hash.status()), "IDENTITY_KEY_TOO_SHORT");
  EXPECT_EQ(hash.status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(ResidentId, MaskShowsTheLastFourOfANumberOnly) {
  EXPECT_EQ(MaskedResidentId(kExample), "**************002X");
  EXPECT_EQ(MaskedResidentId("002X"), "******************");
  EXPECT_EQ(MaskedResidentId("an office's telephone"), "******************");
}

TEST(ResidentId, NormalizedNumbersAreHalfWidthAndUpperCase) {
  EXPECT_EQ(NormalizeResidentId("\u30001１0105x "), "110105X");
}

}  // namespace
}  // namespace xince::type
