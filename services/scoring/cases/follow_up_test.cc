#include "services/scoring/cases/follow_up.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/runtime/errors.h"
#include "services/scoring/cases/testing/fake_register.h"

// What happens to an entry while it is in force: its follow-ups, its contacts, the places of its list, and
// what ends it before its term.
namespace xince::cases {
namespace {

using journal::v1::CaseEvent;
using listing::v1::ClockState;
using listing::v1::StepDetails;
using listing::v1::StepParty;
using policy::v1::CaseClock;
using policy::v1::CaseStep;
using policy::v1::ListDefinition;
using policy::v1::ListExit;
using ::testing::HasSubstr;
using type::Date;

constexpr char kFirm[] = "firms/91350100M000100Y43";
constexpr char kWatched[] = "key-contact";
constexpr char kGood[] = "demonstration";

Date On(int month, int day, int year = 2026) { return Date::FromCivil(year, month, day); }

StepParty Party(CaseStep::Party part, const std::string& person, const std::string& office) {
  StepParty party;
  party.set_part(part);
  party.set_person(person);
  party.set_office(office);
  party.set_level(type::v1::LEVEL_DISTRICT);
  return party;
}
StepParty Recorder() { return Party(CaseStep::RECORDER, "li", "street"); }
StepParty Officer() { return Party(CaseStep::OFFICER, "wang", "bureau"); }
StepParty Decider() { return Party(CaseStep::DECIDER, "zhao", "bureau"); }

void Name(NamedContacts& contacts, type::v1::Level level, const std::string& name) {
  auto& contact = *contacts.Add();
  contact.set_level(level);
  contact.set_name(name);
}

StepDetails Because() {
  StepDetails details;
  details.mutable_reasons()->set_text("because");
  return details;
}

StepDetails Visit(Date day,
                  const std::string& name = "chen",
                  type::v1::Level level = type::v1::LEVEL_DISTRICT,
                  std::optional<Date> next = std::nullopt) {
  StepDetails details;
  auto& log = *details.mutable_follow_up();
  log.mutable_contact()->set_level(level);
  log.mutable_contact()->set_name(name);
  log.set_method(listing::v1::FollowUp::VISIT);
  log.set_held_on(FormatDate(day));
  log.set_findings("two lifts stand still");
  if (next.has_value()) log.set_next_on(FormatDate(*next));
  return details;
}

class FollowUpTest : public testing::Test {
 protected:
  FollowUpTest() : book_(register_, register_) {
    auto calendar = type::WorkingDays::Load("policies/national/working-days.txt");
    if (!calendar.ok()) std::abort();
    calendar_.emplace(*std::move(calendar));
    register_.subjects = {kFirm};
    ListDefinition& watched = register_.lists[kWatched];
    watched.set_id(kWatched);
    watched.add_subjects("firm");
    watched.set_effect(ListDefinition::SUPERVISION);
    auto& terms = *watched.mutable_terms();
    terms.set_procedure("supervisory-listing");
    terms.set_deciding_level(type::v1::LEVEL_DISTRICT);
    for (const auto level :
         {type::v1::LEVEL_DISTRICT, type::v1::LEVEL_STREET, type::v1::LEVEL_COMMUNITY})
      terms.add_contacts(level);
    terms.mutable_follow_up()->set_count(1);
    terms.mutable_follow_up()->set_unit(CaseClock::MONTHS);
    ListDefinition& good = register_.lists[kGood];
    good.set_id(kGood);
    good.add_subjects("firm");
    good.add_subjects("manager");
    good.set_effect(ListDefinition::FAVOUR);
    good.mutable_terms()->set_procedure("favourable-listing");
    good.mutable_terms()->set_deciding_level(type::v1::LEVEL_DISTRICT);
    good.mutable_terms()->set_months(12);
  }

  absl::Status Apply(const absl::StatusOr<CaseEvent>& event, Date today) {
    if (!event.ok()) return event.status();
    const auto status = book_.Apply(*event, today, ++revision_, 0, "test", nullptr);
    EXPECT_TRUE(status.ok()) << status;
    return status;
  }

  absl::Status Open(const std::string& list,
                    const std::string& procedure,
                    Date today,
                    const std::string& subject = kFirm,
                    const std::string& matter = "") {
    listing::v1::Opening opening;
    opening.set_procedure(procedure);
    opening.set_subject(subject);
    opening.set_list(list);
    opening.set_matter(matter);
    StepDetails details;
    auto& proposal = *details.mutable_proposal();
    proposal.set_reasons("much is complained of");
    Name(*proposal.mutable_contacts(), type::v1::LEVEL_DISTRICT, "chen");
    Name(*proposal.mutable_contacts(), type::v1::LEVEL_STREET, "lu");
    Name(*proposal.mutable_contacts(), type::v1::LEVEL_COMMUNITY, "he");
    const auto event = book_.DecideOpen(opening, Recorder(), details, today, *calendar_);
    if (event.ok()) case_ = CaseName(event->year(), event->number());
    return Apply(event, today);
  }

  absl::Status Step(const std::string& step,
                    const StepParty& party,
                    const StepDetails& details,
                    Date today) {
    return Apply(book_.DecideStep(case_, step, party, details, 0, today, *calendar_), today);
  }

  absl::Status Decide(Date today) {
    const auto record = book_.Find(case_);
    StepDetails details;
    details.mutable_decision()->set_read_hash(record->hash);
    details.mutable_decision()->set_read_revision(record->revision());
    details.mutable_decision()->set_reasons("because");
    details.mutable_decision()->set_remedies("review");
    return Step("decide", Decider(), details, today);
  }

  // Under key supervision from 2 March on.
  void Watch() {
    ASSERT_TRUE(Open(kWatched, "supervisory-listing", On(3, 2)).ok());
    StepDetails served;
    auto& service = *served.mutable_service();
    service.set_method(listing::v1::Service::IN_PERSON);
    service.set_day("2026-03-02");
    service.set_receiver("the firm");
    service.mutable_proof()->set_title("receipt");
    service.mutable_proof()->set_number("1");
    ASSERT_TRUE(Step("serve-notice", Officer(), served, On(3, 2)).ok());
    StepDetails waiver;
    waiver.mutable_waiver()->mutable_document()->set_title("waiver");
    ASSERT_TRUE(Step("waive", Party(CaseStep::SUBJECT, "the firm", ""), waiver, On(3, 2)).ok());
    ASSERT_TRUE(Decide(On(3, 2)).ok());
  }

  // On the list of good ones from a day on.
  void Praise(Date day) {
    ASSERT_TRUE(Open(kGood, "favourable-listing", day).ok());
    ASSERT_TRUE(Decide(day).ok());
  }

  ListExit& Exit(const std::string& list, const std::string& id) {
    ListExit& exit = *register_.lists[list].mutable_terms()->add_exits();
    exit.set_id(id);
    exit.set_zh("移出");
    return exit;
  }

  void Happens(const std::string& kind, Date day) {
    register_.facts[absl::StrCat("e", register_.facts.size())] = {
        kFirm, FactSeen{.kind = kind, .occurred = day, .determined = day, .counts = true}};
  }

  absl::Status Leave(const std::string& exit, Date today) {
    StepDetails details = Because();
    details.mutable_reasons()->set_exit(exit);
    return Step("leave-by-rule", Party(CaseStep::RULE, "", ""), details, today);
  }

  ClockState Clock(const std::string& id, Date today) {
    const listing::v1::Case of = book_.Describe(*book_.Find(case_), today, *calendar_, false);
    for (const ClockState& clock : of.clocks()) {
      if (clock.clock() == id) return clock;
    }
    ADD_FAILURE() << "no clock " << id;
    return {};
  }

  static std::string Missing(const absl::Status& status) {
    const auto problem = runtime::ToProblem(status);
    return problem.reason == "GUARD_MISSING" ? problem.metadata.at("guards") : problem.reason;
  }

  FakeRegister register_;
  std::optional<type::WorkingDays> calendar_;
  CaseBook book_;
  std::string case_;
  Revision revision_ = 100;
};

TEST_F(FollowUpTest, EachVisitIsLoggedAndSetsTheNextDay) {
  Watch();
  EXPECT_EQ(Clock("follow-up", On(3, 2)).due(), "2026-04-02");
  book_.OpenDay(On(3, 20), nullptr);
  ASSERT_TRUE(Step("follow-up", Officer(), Visit(On(3, 18)), On(3, 20)).ok());
  EXPECT_EQ(Clock("follow-up", On(3, 20)).due(), "2026-04-18") << "a month from the visit";
  EXPECT_EQ(Clock("follow-up", On(3, 20)).from(), "2026-03-18");
  const auto sooner = Visit(On(3, 20), "lu", type::v1::LEVEL_STREET, On(3, 27));
  ASSERT_TRUE(Step("follow-up", Officer(), sooner, On(3, 20)).ok());
  EXPECT_EQ(Clock("follow-up", On(3, 20)).due(), "2026-03-27") << "as they agreed";
  book_.OpenDay(On(3, 27), nullptr);
  EXPECT_EQ(Clock("follow-up", On(3, 27)).status(), ClockState::RUNNING);
  EXPECT_EQ(Clock("follow-up", On(3, 27)).days_left(), 1);
  book_.OpenDay(On(3, 28), nullptr);
  EXPECT_EQ(Clock("follow-up", On(3, 28)).status(), ClockState::OVER)
      << "overdue, and nothing more";
  EXPECT_TRUE(book_.DueSteps(On(3, 28), *calendar_).empty());
  const auto later = Visit(On(3, 28), "he", type::v1::LEVEL_COMMUNITY, On(12, 31));
  ASSERT_TRUE(Step("follow-up", Officer(), later, On(3, 28)).ok());
  EXPECT_EQ(Clock("follow-up", On(3, 28)).status(), ClockState::RUNNING);
  EXPECT_EQ(Clock("follow-up", On(3, 28)).due(), "2026-04-28") << "not later than the list says";
}

TEST_F(FollowUpTest, ACadenceInWorkingDaysFollowsTheCalendar) {
  auto& rule = *register_.lists[kWatched].mutable_terms()->mutable_follow_up();
  rule.set_count(3);
  rule.set_unit(CaseClock::WORKING_DAYS);
  Watch();
  book_.OpenDay(On(4, 1), nullptr);
  ASSERT_TRUE(Step("follow-up", Officer(), Visit(On(4, 1)), On(4, 1)).ok());
  EXPECT_EQ(Clock("follow-up", On(4, 1)).due(), "2026-04-07") << "over Qingming";
}

TEST_F(FollowUpTest, WithoutACadenceNothingIsOverdue) {
  register_.lists[kWatched].mutable_terms()->clear_follow_up();
  Watch();
  EXPECT_EQ(Clock("follow-up", On(3, 2)).due(), "");
  ASSERT_TRUE(Step("follow-up", Officer(), Visit(On(3, 2)), On(3, 2)).ok());
  book_.OpenDay(On(12, 1), nullptr);
  EXPECT_EQ(Clock("follow-up", On(12, 1)).status(), ClockState::RUNNING);
}

struct Log {
  const char* why;
  StepDetails details;
};

TEST_F(FollowUpTest, ALogOutOfOrderIsRefused) {
  Watch();
  book_.OpenDay(On(3, 20), nullptr);
  ASSERT_TRUE(Step("follow-up", Officer(), Visit(On(3, 10)), On(3, 20)).ok());
  const Log wrong[] = {
      {"a person who was not named", Visit(On(3, 20), "somebody")},
      {"a person of another level", Visit(On(3, 20), "chen", type::v1::LEVEL_STREET)},
      {"a day to come", Visit(On(3, 21))},
      {"before the last one", Visit(On(3, 9))},
      {"a next day that is none", Visit(On(3, 20), "chen", type::v1::LEVEL_DISTRICT, On(3, 20))},
  };
  for (const Log& log : wrong)
    EXPECT_EQ(Missing(Step("follow-up", Officer(), log.details, On(3, 20))), "FOLLOW_UP_IN_ORDER")
        << log.why;
  EXPECT_TRUE(Step("follow-up", Officer(), Visit(On(3, 10)), On(3, 20)).ok()) << "the same day";
}

TEST_F(FollowUpTest, NoLogBeforeTheEntryAndNoneAfterIt) {
  Watch();
  EXPECT_EQ(Missing(Step("follow-up", Officer(), Visit(On(3, 1)), On(3, 2))), "FOLLOW_UP_IN_ORDER");
  EXPECT_TRUE(Step("follow-up", Officer(), Visit(On(3, 2)), On(3, 2)).ok()) << "the first day";
  ASSERT_TRUE(Step("remove", Decider(), Because(), On(3, 2)).ok());
  EXPECT_EQ(Missing(Step("follow-up", Officer(), Visit(On(3, 2)), On(3, 2))), "STEP_NOT_HERE");
  EXPECT_EQ(Clock("follow-up", On(3, 2)).status(), ClockState::STOPPED);
}

TEST_F(FollowUpTest, OtherContactsTakeOverOneForEachLevel) {
  Watch();
  StepDetails others;
  Name(*others.mutable_contacts()->mutable_contacts(), type::v1::LEVEL_DISTRICT, "qian");
  Name(*others.mutable_contacts()->mutable_contacts(), type::v1::LEVEL_STREET, "lu");
  EXPECT_EQ(Missing(Step("name-contacts", Officer(), others, On(3, 2))), "CONTACTS_NAMED");
  Name(*others.mutable_contacts()->mutable_contacts(), type::v1::LEVEL_COMMUNITY, "he");
  ASSERT_TRUE(Step("name-contacts", Officer(), others, On(3, 2)).ok());
  EXPECT_EQ(Missing(Step("follow-up", Officer(), Visit(On(3, 2), "chen"), On(3, 2))),
            "FOLLOW_UP_IN_ORDER");
  EXPECT_TRUE(Step("follow-up", Officer(), Visit(On(3, 2), "qian"), On(3, 2)).ok());
}

TEST_F(FollowUpTest, AListWithoutContactsIsFollowedUpByAnybody) {
  register_.lists[kWatched].mutable_terms()->clear_contacts();
  Watch();
  StepDetails none;
  none.mutable_contacts()->set_reasons("nobody is named any more");
  ASSERT_TRUE(Step("name-contacts", Officer(), none, On(3, 2)).ok());
  EXPECT_TRUE(Step("follow-up", Officer(), Visit(On(3, 2), "somebody"), On(3, 2)).ok());
}

TEST_F(FollowUpTest, AnEntryLeavesWhenItsOutcomeNoLongerProposesIt) {
  Exit(kGood, "not-met").set_no_longer_proposed(true);
  register_.proposes = {{kFirm, kGood}};
  Praise(On(3, 2));
  EXPECT_EQ(Missing(Leave("not-met", On(3, 3))), "EXIT_HOLDS");
  register_.proposes.clear();
  EXPECT_EQ(Missing(Leave("another", On(3, 3))), "EXIT_HOLDS") << "not one of the list's";
  StepDetails details = Because();
  details.mutable_reasons()->set_exit("not-met");
  EXPECT_EQ(Missing(Step("leave-by-rule", Decider(), details, On(3, 3))), "STEP_NOT_HERE")
      << "it is the rule's";
  ASSERT_TRUE(Leave("not-met", On(3, 3)).ok());
  EXPECT_FALSE(book_.Find(case_)->view.in_force);
  EXPECT_FALSE(book_.Find(case_)->view.published);
}

TEST_F(FollowUpTest, AnEntryLeavesAfterSoManyInARow) {
  ListExit& exit = Exit(kWatched, "three-good");
  exit.add_kinds("inspection.passed");
  exit.set_count(3);
  exit.add_broken_by("inspection.failed");
  Watch();
  book_.OpenDay(On(6, 1), nullptr);
  const auto holds = [&] { return ExitHolds("three-good", *book_.Find(case_), register_); };
  Happens("inspection.passed", On(3, 2));
  Happens("inspection.passed", On(3, 3));
  Happens("inspection.passed", On(3, 4));
  EXPECT_FALSE(holds()) << "what happened on the first day of the entry is not after it";
  Happens("inspection.failed", On(3, 5));
  Happens("inspection.passed", On(3, 6));
  Happens("inspection.passed", On(3, 7));
  EXPECT_FALSE(holds()) << "the row was broken";
  Happens("inspection.passed", On(3, 8));
  EXPECT_TRUE(holds());
  register_.facts.rbegin()->second.second.counts = false;
  EXPECT_FALSE(holds()) << "a voided one counts no more";
  register_.facts.rbegin()->second.second.counts = true;
  ASSERT_TRUE(Leave("three-good", On(6, 1)).ok());
  EXPECT_FALSE(holds()) << "what has left does not leave again";
  EXPECT_EQ(ExitStep(*book_.Find(case_)), nullptr);
}

TEST_F(FollowUpTest, AReplayedExitIsAskedAgain) {
  Exit(kGood, "not-met").set_no_longer_proposed(true);
  Praise(On(3, 2));
  StepDetails details = Because();
  details.mutable_reasons()->set_exit("not-met");
  const auto event = book_.DecideStep(
      case_, "leave-by-rule", Party(CaseStep::RULE, "", ""), details, 0, On(3, 3), *calendar_);
  ASSERT_TRUE(event.ok()) << event.status();
  register_.proposes = {{kFirm, kGood}};
  EXPECT_EQ(runtime::ReasonOf(book_.Apply(*event, On(3, 3), ++revision_, 0, "xince:rule", nullptr)),
            "REPLAY_MISMATCH");
}

class PlacesTest : public FollowUpTest {
 protected:
  // A subject of a kind, on the list from a day on.
  absl::Status Enter(const std::string& subject, Date day, const std::string& matter = "") {
    register_.subjects.insert(subject);
    const absl::Status opened = Open(kGood, "favourable-listing", day, subject, matter);
    if (!opened.ok()) return opened;
    return Decide(day);
  }
  void SetUp() override {
    register_.lists[kGood].mutable_terms()->set_quota(2);
    book_.OpenDay(On(3, 2), nullptr);
  }
};

TEST_F(PlacesTest, TheLastPlaceIsTakenAndOneMoreIsRefusedWithTheQuota) {
  ASSERT_TRUE(Enter("managers/a", On(3, 2)).ok());
  book_.OpenDay(On(3, 4), nullptr);
  ASSERT_TRUE(Enter("managers/b", On(3, 4)).ok()) << "two of two";
  const absl::Status full = Enter("managers/c", On(3, 4));
  EXPECT_EQ(Missing(full), "LIST_TAKES");
  const auto problem = runtime::ToProblem(full);
  EXPECT_THAT(problem.en, HasSubstr("its quota is 2, and 2 are on it"));
  EXPECT_THAT(problem.zh, HasSubstr("名额 2,现有 2"));
  EXPECT_EQ(problem.metadata.at("holds_on"), "2027-03-02") << "the first entry's term is over";
  EXPECT_TRUE(Enter(kFirm, On(3, 4)).ok()) << "firms have places of their own";
}

TEST_F(PlacesTest, APlaceIsFreeOnceAnEntryEnds) {
  ASSERT_TRUE(Enter("managers/a", On(3, 2)).ok());
  ASSERT_TRUE(Enter("managers/b", On(3, 2)).ok());
  ASSERT_EQ(Missing(Enter("managers/c", On(3, 2))), "LIST_TAKES");
  ASSERT_TRUE(Step("remove", Decider(), Because(), On(3, 2)).ok()) << "that of managers/b";
  EXPECT_TRUE(Enter("managers/c", On(3, 2)).ok());
  book_.OpenDay(On(3, 1, 2027), nullptr);
  EXPECT_EQ(Missing(Enter("managers/d", On(3, 1, 2027))), "LIST_TAKES") << "the last day of a";
  book_.OpenDay(On(3, 2, 2027), nullptr);
  for (const CaseEvent& due : book_.DueSteps(On(3, 2, 2027), *calendar_))
    ASSERT_TRUE(Apply(due, On(3, 2, 2027)).ok());
  EXPECT_TRUE(Enter("managers/d", On(3, 2, 2027)).ok());
}

TEST_F(PlacesTest, OfTwoCasesTheOneDecidedFirstGetsTheLastPlace) {
  ASSERT_TRUE(Enter("managers/a", On(3, 2)).ok());
  register_.subjects.insert("managers/b");
  register_.subjects.insert("managers/c");
  ASSERT_TRUE(Open(kGood, "favourable-listing", On(3, 2), "managers/b").ok());
  const std::string first = case_;
  ASSERT_TRUE(Open(kGood, "favourable-listing", On(3, 2), "managers/c").ok())
      << "an open case holds no place";
  ASSERT_TRUE(Decide(On(3, 2)).ok());
  case_ = first;
  EXPECT_EQ(Missing(Decide(On(3, 2))), "LIST_TAKES");
}

TEST_F(PlacesTest, WhoIsOnTheListTakesNoSecondPlace) {
  ASSERT_TRUE(Enter("managers/a", On(3, 2)).ok());
  ASSERT_TRUE(Enter("managers/b", On(3, 2)).ok());
  ASSERT_TRUE(Open(kGood, "favourable-listing", On(3, 2), "managers/b", "renewal").ok())
      << "the list is full, and it is on it";
  const std::string renewal = case_;
  EXPECT_EQ(Missing(Enter("managers/c", On(3, 2))), "LIST_TAKES");
  case_ = renewal;
  const absl::Status twice = Decide(On(3, 2));
  EXPECT_EQ(Missing(twice), "LIST_TAKES") << "the entry before it stands";
  EXPECT_EQ(runtime::ToProblem(twice).metadata.at("holds_on"), "2027-03-02");
  EXPECT_THAT(runtime::ToProblem(twice).en, HasSubstr("another entry comes into force when"));
  EXPECT_EQ(Missing(Open(kGood, "favourable-listing", On(3, 2), "managers/b", "second renewal")),
            "NO_OPEN_CASE");
  book_.OpenDay(On(3, 2, 2027), nullptr);
  for (const CaseEvent& due : book_.DueSteps(On(3, 2, 2027), *calendar_))
    ASSERT_TRUE(Apply(due, On(3, 2, 2027)).ok());
  case_ = renewal;
  EXPECT_TRUE(Decide(On(3, 2, 2027)).ok());
}

TEST_F(PlacesTest, TheRefusalSaysWhichPartIsMissing) {
  register_.subjects.insert("projects/p");
  const absl::Status kind = Open(kGood, "favourable-listing", On(3, 2), "projects/p");
  EXPECT_THAT(runtime::ToProblem(kind).en, HasSubstr("does not take subjects of this kind"));
  register_.lists[kGood].mutable_terms()->add_ways(policy::v1::ListTerms::PROPOSED_BY_RULE);
  const absl::Status way = Open(kGood, "favourable-listing", On(3, 2));
  EXPECT_THAT(runtime::ToProblem(way).en, HasSubstr("only whom an outcome proposes"));
}

}  // namespace
}  // namespace xince::cases
