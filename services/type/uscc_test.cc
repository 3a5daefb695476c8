#include "services/type/uscc.h"

#include <string>

#include "absl/strings/str_split.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/runtime/errors.h"
#include "services/type/test_data.h"

namespace xince::type {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using ::xince::runtime::ReasonOf;
using ::xince::runtime::ToProblem;

TEST(Uscc, EveryRealCodePasses) {
  const auto rows = ReadFixture("uscc_valid.csv");
  ASSERT_THAT(rows, SizeIs(37));
  for (const auto& row : rows) EXPECT_THAT(FindUsccProblems(row[0]), IsEmpty()) << row[0];
}

TEST(Uscc, EveryBadCodeIsRefusedForItsReasonAtItsCharacter) {
  const auto rows = ReadFixture("uscc_invalid.csv");
  ASSERT_THAT(rows, SizeIs(12));
  for (const auto& row : rows) {
    auto problem = ToProblem(CheckUscc(row[0], "firm.uscc"));
    EXPECT_EQ(problem.reason, row[1]) << row[0];
    EXPECT_EQ(problem.metadata["position"], row[2]) << row[0];
    EXPECT_EQ(problem.metadata["expected"], row[3]) << row[0];
    EXPECT_EQ(problem.field, "firm.uscc");
    EXPECT_EQ(problem.code, absl::StatusCode::kInvalidArgument);
    const auto problems = FindUsccProblems(row[0]);
    ASSERT_THAT(problems, SizeIs(row[4].empty() ? 1 : 2)) << row[0];
    if (row[4].empty()) continue;
    const std::vector<std::string> also = absl::StrSplit(row[4], '=');
    EXPECT_EQ(ReasonOf(ToStatus(problems[1], "")), also[0]) << row[0];
    EXPECT_EQ(problems[1].expected, also[1]) << row[0];
  }
}

TEST(Uscc, EverySingleChangedCharacterIsNoticed) {
  const std::string alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
  for (const auto& row : ReadFixture("uscc_valid.csv")) {
    for (size_t i = 0; i < kUsccLength; ++i) {
      for (const char c : alphabet) {
        std::string code = row[0];
        if (code[i] == c) continue;
        code[i] = c;
        EXPECT_FALSE(CheckUscc(code).ok()) << code;
      }
    }
  }
}

// Remainder 0 makes the check digit 0, which needs the outer modulus.
TEST(Uscc, RemainderZeroMakesTheCheckDigitZero) {
  EXPECT_THAT(FindUsccProblems("52440111MJK9980480"), IsEmpty());
  const auto problems = FindUsccProblems("52440111MJK9980481");
  ASSERT_THAT(problems, SizeIs(1));
  EXPECT_EQ(problems[0].expected, "0");
}

// The whole number satisfies mod 31; only the inner digit and the prefix show that it is a person's.
TEST(Uscc, AResidentNumberThatSatisfiesTheCheckIsRefused) {
  const auto problems = FindUsccProblems("362322198709086409");
  ASSERT_THAT(problems, SizeIs(2));
  EXPECT_EQ(problems[0].kind, UsccProblemKind::kInnerCheckDigit);
  EXPECT_EQ(problems[0].expected, "5");
  EXPECT_EQ(problems[1].kind, UsccProblemKind::kPrefix);
  EXPECT_EQ(problems[1].found, "36");
}

TEST(Uscc, CountingDigitsFailOnlyTheInnerCheck) {
  const auto problems = FindUsccProblems("123456789012345678");
  ASSERT_THAT(problems, SizeIs(1));
  EXPECT_EQ(problems[0].kind, UsccProblemKind::kInnerCheckDigit);
  EXPECT_EQ(problems[0].position, 17u);
  EXPECT_EQ(problems[0].expected, "8");
}

TEST(Uscc, EighteenOnesHaveTheFormButNotTheCheckDigit) {
  EXPECT_EQ(FindUsccProblems("111111111111111111")[0].expected, "5");
}

TEST(Uscc, AnUnknownDivisionIsNoError) { EXPECT_TRUE(CheckUscc("92141127MA0KD1Y64A").ok()); }

TEST(Uscc, SampleCodesFromTheWebAreRefusedAndNotTolerable) {
  for (const auto* code : {"91350200M000000510", "91350128M00000019A"}) {
    EXPECT_EQ(ReasonOf(CheckUsccTolerantly(code)), "USCC_CHECK_DIGIT") << code;
  }
}

// A published example adds up to 1495; the true sum is 1505.
TEST(Uscc, TheCodeWithTheMiscalculatedSumPasses) {
  EXPECT_THAT(FindUsccProblems("91512081MA62K0260E"), IsEmpty());
}

TEST(Uscc, OnlyInnerDigitAndPrefixAreTolerable) {
  EXPECT_TRUE(CheckUsccTolerantly("362322198709086409").ok());
  EXPECT_TRUE(CheckUsccTolerantly("123456789012345678").ok());
  EXPECT_EQ(ReasonOf(CheckUsccTolerantly("91310115077567433M")), "USCC_CHECK_DIGIT");
  EXPECT_EQ(ReasonOf(CheckUsccTolerantly("9135010M000100Y43")), "USCC_LENGTH");
  EXPECT_EQ(ReasonOf(CheckUsccTolerantly("91350100O000100Y43")), "USCC_CHARACTER");
}

TEST(Uscc, EveryPairOfTheStandardIsKnownAndNoOther) {
  const std::string alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
  std::string known;
  for (const char authority : alphabet) {
    for (const char kind : alphabet) {
      const std::string front = {authority, kind};
      if (ComputeCheckDigits(front + "350100M000100Y").ok()) known += front + " ";
    }
  }
  EXPECT_EQ(known,
            "11 12 13 19 21 29 31 32 33 34 35 39 41 49 51 52 53 59 61 62 69 71 72 79 81 89 "
            "91 92 93 A1 A9 N1 N2 N3 N9 Y1 ");
}

TEST(Uscc, LengthCountsCharactersAtTheLimitAndBeyond) {
  EXPECT_EQ(FindUsccProblems("")[0].found, "0");
  EXPECT_EQ(FindUsccProblems("91350100M000100Y4")[0].found, "17");
  EXPECT_EQ(FindUsccProblems("91350100M000100Y433")[0].found, "19");
  EXPECT_THAT(ToProblem(CheckUscc("统一社会信用代码")).metadata,
              UnorderedElementsAre(Pair("found", "8"), Pair("expected", "18")));
}

TEST(Uscc, AForeignCharacterIsNamedWholeAndCounted) {
  const auto wide = FindUsccProblems("9135010０M000100Y43");
  ASSERT_THAT(wide, SizeIs(1));
  EXPECT_EQ(wide[0].position, 8u);
  EXPECT_EQ(wide[0].found, "０");
  const auto control = FindUsccProblems(std::string("9135010\0M000100Y43", 18));
  ASSERT_THAT(control, SizeIs(1));
  EXPECT_EQ(control[0].found, "?");
  EXPECT_EQ(FindUsccProblems("9135010\xff"
                             "M000100Y43")[0]
                .found,
            "?");
}

TEST(Uscc, LowerCaseIsRefusedWithTheCapitalToWriteAndNormalizedOnRequest) {
  const auto problems = FindUsccProblems("91350100m000100y43");
  ASSERT_THAT(problems, SizeIs(1));
  EXPECT_EQ(problems[0].position, 9u);
  EXPECT_EQ(problems[0].expected, "M");
  EXPECT_EQ(NormalizeUscc(" \u300091350100m０00100y43\t"), "91350100M000100Y43");
}

TEST(Uscc, ComputedCheckDigitsMakeTheRealCode) {
  for (const auto& row : ReadFixture("uscc_valid.csv")) {
    const auto code = ComputeCheckDigits(row[0].substr(0, 16));
    ASSERT_TRUE(code.ok()) << row[0];
    EXPECT_EQ(*code, row[0]);
  }
}

TEST(Uscc, CheckDigitsAreComputedForSixteenGoodCharactersOnly) {
  EXPECT_EQ(ReasonOf(ComputeCheckDigits("91350100M000100").status()), "USCC_LENGTH");
  EXPECT_EQ(ReasonOf(ComputeCheckDigits("91350100M000100Y4").status()), "USCC_LENGTH");
  EXPECT_EQ(ReasonOf(ComputeCheckDigits("91350100M000100S").status()), "USCC_CHARACTER");
  EXPECT_EQ(ReasonOf(ComputeCheckDigits("95350100M000100Y").status()), "USCC_PREFIX");
}

}  // namespace
}  // namespace xince::type
