#include "services/type/civil_date.h"

#include <string>

#include "gtest/gtest.h"
#include "services/runtime/errors.h"

namespace xince::type {
namespace {

using ::xince::runtime::ReasonOf;
using ::xince::runtime::ToProblem;

constexpr Date Day(int year, int month, int day) { return Date::FromCivil(year, month, day); }

static_assert(Day(1970, 1, 1).days() == 0);
static_assert(Day(2000, 3, 1).days() == 11017);
static_assert(kDateMin.days() == -7670);
static_assert(kDateMax.days() == 2932896);
static_assert(AddMonths(Day(2025, 11, 30), 3) == Day(2026, 2, 28));

TEST(CivilDate, EveryDayOfTheRangeGoesThereAndBack) {
  int32_t days = kDateMin.days();
  int weekday = 6;  // 1949-01-01 was a Saturday.
  for (int year = Date::kYearMin; year <= Date::kYearMax; ++year) {
    for (int month = 1; month <= 12; ++month) {
      for (int day = 1; day <= DaysInMonth(year, month); ++day, ++days) {
        const Date date = Date::FromDays(days);
        ASSERT_EQ(Date::FromCivil(year, month, day), date);
        ASSERT_TRUE(date.year() == year && date.month() == month && date.day() == day) << days;
        ASSERT_EQ(date.weekday(), weekday);
        weekday = weekday % 7 + 1;
      }
    }
  }
  EXPECT_EQ(days, kDateMax.days() + 1);
}

TEST(CivilDate, LeapYearsFollowTheGregorianRule) {
  EXPECT_TRUE(IsLeapYear(2024));
  EXPECT_FALSE(IsLeapYear(2026));
  EXPECT_TRUE(IsLeapYear(2000));
  EXPECT_FALSE(IsLeapYear(2100));
  EXPECT_EQ(DaysInMonth(2024, 2), 29);
  EXPECT_EQ(DaysInMonth(2026, 2), 28);
  EXPECT_FALSE(IsCivilDay(2026, 2, 29));
  EXPECT_FALSE(IsCivilDay(2026, 0, 1));
  EXPECT_FALSE(IsCivilDay(2026, 13, 1));
  EXPECT_FALSE(IsCivilDay(2026, 1, 0));
}

TEST(CivilDate, ParsesWhatItFormats) {
  for (const auto* text : {"1949-01-01", "2024-02-29", "2026-12-31", "9999-12-31"}) {
    const auto date = ParseDate(text);
    ASSERT_TRUE(date.ok()) << text;
    EXPECT_EQ(FormatDate(*date), text);
  }
}

TEST(CivilDate, AnotherFormOrAMissingDayIsASyntaxError) {
  for (const auto* text : {"",
                           "2026-1-1",
                           "2026/01/01",
                           "20260101",
                           "2026-01-01 ",
                           " 2026-01-01",
                           "2026-13-01",
                           "2026-02-29",
                           "2026-04-31",
                           "2026-00-10",
                           "2026-01-00",
                           "2026-01-0a",
                           "-026-01-01",
                           "二〇二六年",
                           "2026-01-01T00:00:00"}) {
    EXPECT_EQ(ReasonOf(ParseDate(text, "penalty.date").status()), "DATE_SYNTAX") << text;
  }
  EXPECT_EQ(ToProblem(ParseDate("x", "penalty.date").status()).field, "penalty.date");
}

TEST(CivilDate, YearsBeforeTheRangeAreRefused) {
  EXPECT_EQ(ReasonOf(ParseDate("1948-12-31").status()), "DATE_RANGE");
  EXPECT_EQ(ReasonOf(ParseDate("0000-01-01").status()), "DATE_RANGE");
  EXPECT_TRUE(ParseDate("1949-01-01").ok());
}

TEST(CivilDate, AddingMonthsKeepsTheDayOrTakesTheLastOfTheMonth) {
  EXPECT_EQ(AddMonths(Day(2026, 1, 15), 1), Day(2026, 2, 15));
  EXPECT_EQ(AddMonths(Day(2025, 11, 30), 3), Day(2026, 2, 28));
  EXPECT_EQ(AddMonths(Day(2023, 11, 30), 3), Day(2024, 2, 29));
  EXPECT_EQ(AddMonths(Day(2026, 1, 31), 1), Day(2026, 2, 28));
  EXPECT_EQ(AddMonths(Day(2026, 3, 31), -1), Day(2026, 2, 28));
  EXPECT_EQ(AddMonths(Day(2026, 1, 31), -2), Day(2025, 11, 30));
  EXPECT_EQ(AddMonths(Day(2026, 12, 1), 1), Day(2027, 1, 1));
  EXPECT_EQ(AddMonths(Day(2026, 5, 5), 0), Day(2026, 5, 5));
  EXPECT_EQ(AddYears(Day(2024, 2, 29), 1), Day(2025, 2, 28));
  EXPECT_EQ(AddYears(Day(2024, 2, 29), 4), Day(2028, 2, 29));
  EXPECT_EQ(AddYears(Day(2026, 6, 1), -3), Day(2023, 6, 1));
}

TEST(CivilDate, ArithmeticStopsAtTheEndsOfTheRange) {
  EXPECT_EQ(kDateMax + 1, kDateMax);
  EXPECT_EQ(kDateMin - 1, kDateMin);
  EXPECT_EQ(kDateMax + INT64_C(5000000000), kDateMax);
  EXPECT_EQ(AddMonths(Day(9999, 11, 30), 1), Day(9999, 12, 30));
  EXPECT_EQ(AddMonths(Day(9999, 12, 1), 1), kDateMax);
  EXPECT_EQ(AddMonths(Day(1949, 1, 31), -1), kDateMin);
  EXPECT_EQ(AddMonths(Day(1949, 2, 3), -1), Day(1949, 1, 3));
  EXPECT_EQ(AddYears(Day(2026, 1, 1), 2000000000), kDateMax);
  EXPECT_EQ(AddYears(Day(2026, 1, 1), -2000000000), kDateMin);
}

TEST(CivilDate, YearsStartAndEnd) {
  EXPECT_EQ(StartOfYear(Day(2026, 7, 1)), Day(2026, 1, 1));
  EXPECT_EQ(EndOfYear(Day(2026, 7, 1)), Day(2026, 12, 31));
  EXPECT_EQ(Day(2026, 3, 1) - Day(2026, 2, 1), 28);
  EXPECT_LT(Day(2026, 2, 28), Day(2026, 3, 1));
}

TEST(CivilDate, TodayChangesAtMidnightInShanghai) {
  // 2026-03-31T16:00:00Z is midnight in Shanghai.
  constexpr int64_t kMidnight = 1774972800;
  EXPECT_EQ(TodayInShanghai(absl::FromUnixSeconds(kMidnight - 1)), Day(2026, 3, 31));
  EXPECT_EQ(TodayInShanghai(absl::FromUnixSeconds(kMidnight)), Day(2026, 4, 1));
  EXPECT_EQ(TodayInShanghai(absl::FromUnixSeconds(-8 * 3600)), Day(1970, 1, 1));
  EXPECT_EQ(TodayInShanghai(absl::FromUnixSeconds(-8 * 3600 - 1)), Day(1969, 12, 31));
  EXPECT_EQ(TodayInShanghai(absl::InfiniteFuture()), kDateMax);
  EXPECT_EQ(TodayInShanghai(absl::InfinitePast()), kDateMin);
}

}  // namespace
}  // namespace xince::type
