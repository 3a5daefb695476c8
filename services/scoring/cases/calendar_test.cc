#include <algorithm>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/scoring/cases/testing/desk.h"

// Cases where the calendar of working days ends, on the last day of 2026.
namespace xince::cases {
namespace {

using namespace desk;  // NOLINT(google-build-using-namespace): the words of the tests.

class CalendarTest : public testing::Test {
 protected:
  CalendarTest() { desk_.list("blacklist").mutable_terms()->clear_basis_until(); }

  std::string Refusal(const Try& attempt) const {
    return runtime::ReasonOf(desk_.Decide(attempt).status());
  }
  std::string Due(const std::string& clock) const {
    const auto told = desk_.book.Describe(desk_.record(), desk_.today, *desk_.calendar_, false);
    const auto found = std::find_if(told.clocks().begin(),
                                    told.clocks().end(),
                                    [&](const auto& one) { return one.clock() == clock; });
    return found == told.clocks().end() ? "no clock" : found->due();
  }

  Desk desk_;
};

TEST_F(CalendarTest, ADeadlineBeyondItThatSomethingFollowsFromIsRefused) {
  desk_.GoTo(On(12, 1));
  Noticed(desk_);
  desk_.GoTo(On(12, 30));
  EXPECT_EQ(Refusal(Serve("serve-notice", "2026-12-30")), "CALENDAR_UNKNOWN_YEAR");
}

TEST_F(CalendarTest, ALimitThatIsOnlyReportedKeepsNothingOff) {
  desk_.GoTo(On(11, 3));
  Noticed(desk_);
  desk_.Do(Serve("serve-notice", "2026-11-03"));
  EXPECT_EQ(Due("decision-due"), "") << "60 working days reach 2027";
  EXPECT_EQ(Due("defence"), "2026-11-17");
}

TEST_F(CalendarTest, AnObjectionIsTakenUpAtItsEnd) {
  desk_.GoTo(On(12, 30));
  desk_.Do(Object());
  desk_.Do(Because("accept", Clerk()));
  EXPECT_EQ(Due("decision-due"), "") << "15 working days reach 2027";
  Try extension = Order("extend", "2026-12-31");
  extension.party = Decider();
  EXPECT_EQ(Refusal(extension), "CALENDAR_UNKNOWN_YEAR") << "nothing can be put off";
  desk_.Do(Answer(Clerk()));
  desk_.Do(DecideCase(desk_, "reject"));
}

TEST_F(CalendarTest, ALimitThatIsKnownIsExtended) {
  desk_.GoTo(On(11, 3));
  desk_.Do(Object());
  desk_.Do(Because("accept", Clerk()));
  EXPECT_EQ(Due("decision-due"), "2026-11-24");
  Try extension = Order("extend", "2026-12-15");
  extension.party = Decider();
  desk_.Do(extension);
  EXPECT_EQ(Due("decision-due"), "2026-12-15");
}

}  // namespace
}  // namespace xince::cases
