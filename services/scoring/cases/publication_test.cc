#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/scoring/cases/testing/desk.h"

// The longest publication when the law changes while a case is shown.
namespace xince::cases {
namespace {

using namespace desk;  // NOLINT(google-build-using-namespace): the words of the tests.

class PublicationTest : public testing::Test {
 protected:
  // Decided and published on 17 March, in force for six months; at most a year by the law of the day.
  void SetUp() override { desk_.Do(ToPublish(desk_)); }

  std::vector<CaseEvent> Due() { return desk_.book.DueSteps(desk_.today, *desk_.calendar_); }
  std::string Until() {
    return desk_.book.Describe(desk_.record(), desk_.today, *desk_.calendar_, false)
        .published_until();
  }

  Desk desk_;
};

TEST_F(PublicationTest, EndsOnTheDayFromWhichTheLawNoLongerAllowsIt) {
  desk_.GoTo(On(3, 18));
  EXPECT_EQ(Until(), "2026-09-17") << "with the entry";
  desk_.register_.classes["general"].max_months = 3;
  EXPECT_EQ(Until(), "2026-06-17");
  desk_.GoTo(On(6, 16));
  EXPECT_TRUE(desk_.record().view.published) << "its last day";
  desk_.GoTo(On(6, 17));
  EXPECT_FALSE(desk_.record().view.published);
  EXPECT_TRUE(desk_.record().view.in_force);
  EXPECT_EQ(SpansPublished(desk_.record(), 1000)[0].until, On(6, 17));
  EXPECT_EQ(Until(), "2026-06-17");
  EXPECT_TRUE(Due().empty()) << "ended once";
}

TEST_F(PublicationTest, EndsTodayWhereTheLawAlreadyForbidsIt) {
  desk_.GoTo(On(8, 3));
  desk_.register_.classes["general"].max_months = 3;
  EXPECT_TRUE(Due().empty()) << "nobody looked yet";
  desk_.book.LookAtLaw(desk_.today);
  ASSERT_EQ(Due().size(), 1U);
  EXPECT_EQ(Due()[0].day(), "2026-08-03") << "it was lawful until then";
  ASSERT_EQ(desk_.Apply(Due()[0]), absl::OkStatus());
  EXPECT_FALSE(desk_.record().view.published);
  EXPECT_TRUE(Due().empty());
}

TEST_F(PublicationTest, TheClockDoesNotEndWhatTheLawAllows) {
  desk_.GoTo(On(8, 3));
  desk_.register_.classes["general"].max_months = 3;
  desk_.book.LookAtLaw(desk_.today);
  const std::vector<CaseEvent> due = Due();
  ASSERT_EQ(due.size(), 1U);
  desk_.register_.classes["general"].max_months = 12;
  EXPECT_TRUE(Due().empty());
  EXPECT_EQ(runtime::ReasonOf(desk_.Apply(due[0])), "REPLAY_MISMATCH");
}

TEST_F(PublicationTest, ALongerMaximumDoesNotMoveTheClock) {
  desk_.register_.classes["general"].max_months = 120;
  EXPECT_EQ(Until(), "2026-09-17") << "as long as the entry, as before";
  desk_.GoTo(On(9, 17));
  EXPECT_FALSE(desk_.record().view.published);
}

TEST_F(PublicationTest, WhatWasCutShortIsKeptSo) {
  desk_.GoTo(On(8, 3));
  desk_.register_.classes["general"].max_months = 3;
  // Kept before the law was looked at, and read on the same day.
  CaseBook again(desk_.register_, desk_.register_);
  ASSERT_TRUE(again.Restore(desk_.record(), desk_.today));
  EXPECT_EQ(again.DueSteps(desk_.today, *desk_.calendar_).size(), 1U);
  desk_.GoTo(On(8, 4));
  CaseBook later(desk_.register_, desk_.register_);
  ASSERT_TRUE(later.Restore(desk_.record(), desk_.today));
  EXPECT_EQ(later.Find(desk_.case_)->view, desk_.record().view);
  EXPECT_TRUE(later.DueSteps(desk_.today, *desk_.calendar_).empty());
}

}  // namespace
}  // namespace xince::cases
