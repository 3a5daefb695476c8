#include "services/type/working_days.h"

#include <string>

#include "absl/strings/numbers.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/runtime/errors.h"
#include "services/type/test_data.h"

namespace xince::type {
namespace {

using ::testing::SizeIs;
using ::xince::runtime::ReasonOf;
using ::xince::runtime::ToProblem;

const WorkingDays& National() {
  static const WorkingDays* const calendar =
      new WorkingDays(*WorkingDays::Load("policies/national/working-days.txt"));
  return *calendar;
}

Date Day(const std::string& text) { return *ParseDate(text); }

TEST(WorkingDays, PublishedYearsAreTwentyEighteenToTwentySix) {
  EXPECT_EQ(National().first_year(), 2018);
  EXPECT_EQ(National().last_year(), 2026);
}

TEST(WorkingDays, DeadlinesFallWhereTheNoticesPutThem) {
  const auto rows = ReadFixture("working_day_cases.csv");
  ASSERT_THAT(rows, SizeIs(10));
  for (const auto& row : rows) {
    int n = 0;
    ASSERT_TRUE(absl::SimpleAtoi(row[1], &n));
    const auto day = National().NthWorkingDayAfter(Day(row[0]), n);
    ASSERT_TRUE(day.ok()) << row[0];
    EXPECT_EQ(FormatDate(*day), row[2]) << row[0] << " + " << n;
    EXPECT_EQ(*National().WorkingDaysBetween(Day(row[0]), Day(row[2])), n);
  }
}

TEST(WorkingDays, HolidaysMakeUpDaysAndWeekends) {
  EXPECT_TRUE(*National().IsWorkingDay(Day("2024-02-09")));  // New Year's Eve, worked by the notice
  EXPECT_FALSE(*National().IsWorkingDay(Day("2024-02-12")));  // Monday in the Spring Festival
  EXPECT_TRUE(*National().IsWorkingDay(Day("2024-02-18")));   // make-up Sunday
  EXPECT_FALSE(*National().IsWorkingDay(Day("2024-03-02")));  // Saturday
  EXPECT_TRUE(*National().IsWorkingDay(Day("2024-03-04")));   // Monday
  EXPECT_FALSE(*National().IsWorkingDay(Day("2018-01-01")));  // the first day there is
}

// Counting days one by one is the definition; the calendar counts by search.
TEST(WorkingDays, SearchingAgreesWithCounting) {
  for (Date start = Day("2025-09-01"); start < Day("2026-03-01"); start = start + 1) {
    Date day = start;
    for (int n = 1; n <= 30; ++n) {
      do day = day + 1;
      while (!*National().IsWorkingDay(day));
      ASSERT_EQ(*National().NthWorkingDayAfter(start, n), day) << FormatDate(start) << n;
      ASSERT_EQ(*National().WorkingDaysBetween(start, day), n);
      ASSERT_EQ(*National().WorkingDaysBetween(day, start), -n);
    }
  }
}

TEST(WorkingDays, NothingBeyondThePublishedYearsIsGuessed) {
  EXPECT_EQ(FormatDate(*National().NthWorkingDayAfter(Day("2026-12-30"), 1)), "2026-12-31");
  auto beyond = ToProblem(National().NthWorkingDayAfter(Day("2026-12-30"), 2).status());
  EXPECT_EQ(beyond.reason, "CALENDAR_UNKNOWN_YEAR");
  EXPECT_EQ(beyond.code, absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(beyond.metadata["last_year"], "2026");
  for (const auto* day : {"2017-12-31", "2027-01-01"}) {
    EXPECT_EQ(ReasonOf(National().IsWorkingDay(Day(day)).status()), "CALENDAR_UNKNOWN_YEAR");
    EXPECT_EQ(ReasonOf(National().NthWorkingDayAfter(Day(day), 0).status()),
              "CALENDAR_UNKNOWN_YEAR");
    EXPECT_EQ(ReasonOf(National().WorkingDaysBetween(Day(day), Day("2020-01-01")).status()),
              "CALENDAR_UNKNOWN_YEAR");
    EXPECT_EQ(ReasonOf(National().WorkingDaysBetween(Day("2020-01-01"), Day(day)).status()),
              "CALENDAR_UNKNOWN_YEAR");
  }
}

TEST(WorkingDays, StepsAreLimited) {
  const Date start = Day("2018-01-02");
  EXPECT_EQ(*National().NthWorkingDayAfter(start, 0), start);
  EXPECT_TRUE(National().NthWorkingDayAfter(start, kWorkingDaysStepMax).ok());
  EXPECT_EQ(ReasonOf(National().NthWorkingDayAfter(start, kWorkingDaysStepMax + 1).status()),
            "NUMBER_OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(National().NthWorkingDayAfter(start, -1).status()), "NUMBER_OUT_OF_RANGE");
}

TEST(WorkingDays, ABadCalendarIsRefusedAtItsLine) {
  const auto refused_at = [](absl::string_view text) {
    auto problem = ToProblem(WorkingDays::Parse(text, "days.txt").status());
    return problem.reason == "CALENDAR_UNREADABLE" ? problem.metadata["line"] : problem.reason;
  };
  EXPECT_EQ(refused_at(""), "0");
  EXPECT_EQ(refused_at("# nothing\n"), "0");
  EXPECT_EQ(refused_at("year 2026\nyear 2028\n"), "2");
  EXPECT_EQ(refused_at("year 2026\nyear 2026\n"), "2");
  EXPECT_EQ(refused_at("year x\n"), "1");
  EXPECT_EQ(refused_at("holiday 2026-01-01\n"), "1");
  EXPECT_EQ(refused_at("year 2026\nholiday 2025-12-31\n"), "2");
  EXPECT_EQ(refused_at("year 2026\nholiday 2026-12-31..2027-01-01\n"), "2");
  EXPECT_EQ(refused_at("year 2026\nholiday 2026-01-02..2026-01-01\n"), "2");
  EXPECT_EQ(refused_at("year 2026\n\nholiday 2026-01-01..\n"), "3");
  EXPECT_EQ(refused_at("year 2026\nholiday 2026-01-01..2026-01-03\nholiday 2026-01-03\n"), "3");
  EXPECT_EQ(refused_at("year 2026\nholiday 2026-01-03\nworkday 2026-01-03\n"), "3");
  EXPECT_EQ(refused_at("year 2026\nworkday 2026-01-05\n"), "2");
  EXPECT_EQ(refused_at("year 2026\nfestival 2026-01-05\n"), "2");
  EXPECT_EQ(refused_at("year 2026\nholiday 2026-01-05 new year\n"), "2");
  EXPECT_TRUE(WorkingDays::Parse("year 2026\r\nholiday 2026-01-01\r\n").ok());
}

TEST(WorkingDays, YearsAndBytesAreLimited) {
  std::string text;
  for (int year = 2000; year < 2000 + kWorkingDaysYearsMax; ++year) {
    text += "year " + std::to_string(year) + "\n";
  }
  EXPECT_TRUE(WorkingDays::Parse(text).ok());
  EXPECT_FALSE(WorkingDays::Parse(text + "year 2200\n").ok());
  EXPECT_EQ(ReasonOf(WorkingDays::Load("tests/fixtures/none.txt").status()), "CALENDAR_UNREADABLE");
  const std::string path = ::testing::TempDir() + "working_days_test.txt";
  const std::string line = "year 2026\n";
  for (const size_t size : {kWorkingDaysFileBytesMax, kWorkingDaysFileBytesMax + 1}) {
    std::ofstream(path, std::ios::binary) << line << std::string(size - line.size(), '\n');
    EXPECT_EQ(WorkingDays::Load(path).ok(), size == kWorkingDaysFileBytesMax);
  }
}

}  // namespace
}  // namespace xince::type
