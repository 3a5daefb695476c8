#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/scoring/listing/listing_fixture.h"
#include "services/scoring/listing/listing_service.h"
#include "services/scoring/query/credit_service.h"
#include "services/type/uscc.h"

// When an entry ends, and what every caller is told on its last day and on the first day after it.
namespace xince::listing {
namespace {

using namespace testdata;  // NOLINT(google-build-using-namespace): the words of the tests.
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string Reason(const absl::Status& status) { return runtime::ToProblem(status).reason; }

constexpr char kExit[] = R"(
    exits {
      id: "not-met" zh: "不再符合条件" en: "The condition is not met any more" no_longer_proposed: true
      source { document: "doc" clause: "八" mark: RULE }
    }
)";

// The town, whose firms of 100 points are on the list of recommended ones and leave it with their points.
std::string WithExits(const std::string& ways = "AUTOMATIC", const std::string& more = kExit) {
  const std::string terms =
      "ways: [AUTOMATIC] deciding_level: LEVEL_CITY months: 1 procedure: \"favourable-listing\"";
  std::string text = TownText();
  EXPECT_NE(text.find(terms), std::string::npos);
  return absl::StrReplaceAll(
      text,
      {{terms,
        absl::StrCat("ways: [",
                     ways,
                     "] deciding_level: LEVEL_CITY months: 12 procedure: \"favourable-listing\"",
                     more)}});
}

evidence::v1::Evidence FindingOf(const std::string& firm, const std::string& id, int version = 1) {
  evidence::v1::Evidence finding =
      ListingTown::Finding(absl::StrCat("inspection/findings/", id, "#finding"));
  finding.set_subject(firm);
  finding.set_version(static_cast<uint32_t>(version));
  return finding;
}

// A credit code of its own for each number.
std::string FirmOfNumber(int number) {
  std::string code = absl::StrFormat("91320104MA%06d00", number);
  for (const auto& problem : type::FindUsccProblems(code)) {
    if (problem.kind == type::UsccProblemKind::kInnerCheckDigit)
      code.replace(problem.position - 1, 1, problem.expected);
  }
  for (const auto& problem : type::FindUsccProblems(code)) {
    if (problem.kind == type::UsccProblemKind::kCheckDigit)
      code.replace(problem.position - 1, 1, problem.expected);
  }
  EXPECT_THAT(type::FindUsccProblems(code), IsEmpty()) << code;
  return absl::StrCat("firms/", code);
}

std::vector<v1::Entry> EntriesOn(ListingTown& town,
                                 const std::string& list,
                                 const std::string& day = "",
                                 bool published = false) {
  v1::ListEntriesRequest request;
  request.set_list(list);
  request.set_as_of(day);
  request.set_published_only(published);
  const auto answer = town.Call<v1::ListEntriesResponse>("ListEntries", request);
  EXPECT_TRUE(answer.ok()) << answer.status();
  if (!answer.ok()) return {};
  return {answer->entries().begin(), answer->entries().end()};
}

TEST(Exits, AnEntryEndsInTheCommandThatEndsTheProposal) {
  ListingTown town(WithExits());
  town.Take({ListingTown::Filed(kOtherFirm)});
  ASSERT_THAT(town.Current(kOtherFirm).memberships(), SizeIs(1));
  const std::string name = town.Current(kOtherFirm).memberships(0).case_();
  town.GoTo("2026-02-26");
  const journal::Revision before = town.machine().durable();
  town.Take({FindingOf(kOtherFirm, "f9")});
  const v1::Case left = town.Get(name);
  EXPECT_EQ(left.state(), "removed");
  EXPECT_FALSE(left.in_force());
  EXPECT_FALSE(left.published());
  EXPECT_EQ(left.in_force_until(), "2026-02-26");
  EXPECT_EQ(left.steps().rbegin()->step(), "leave-by-rule");
  EXPECT_EQ(left.steps().rbegin()->actor(), "xince:rule");
  EXPECT_EQ(left.steps().rbegin()->details().reasons().exit(), "not-met");
  EXPECT_THAT(left.steps().rbegin()->details().reasons().text(), HasSubstr("不再符合条件"));
  EXPECT_THAT(town.Current(kOtherFirm).memberships(), IsEmpty());
  EXPECT_EQ(town.Current(kOtherFirm).score_hundredths(), 9000);
  EXPECT_THAT(EntriesOn(town, "recommended", "2026-02-25"), SizeIs(1)) << "the last day";
  EXPECT_THAT(EntriesOn(town, "recommended", "2026-02-26"), IsEmpty());
  // Evidence, standing, exit, standing: nobody sees one without the others.
  EXPECT_EQ(town.machine().durable(), before + 4);
  EXPECT_EQ(town.Replayed().value_or(""), town.machine().StateDigest());
}

TEST(Exits, ARuleEntersAgainWhomTheOutcomeProposesAgain) {
  ListingTown town(WithExits());
  town.Take({ListingTown::Filed(kOtherFirm)});
  town.Take({FindingOf(kOtherFirm, "f9")});
  ASSERT_THAT(town.Current(kOtherFirm).memberships(), IsEmpty());
  town.GoTo("2026-02-26");
  evidence::v1::Evidence voided = FindingOf(kOtherFirm, "f9", 2);
  voided.set_voided(true);
  town.Take({voided});
  ASSERT_THAT(town.Current(kOtherFirm).memberships(), SizeIs(1));
  EXPECT_EQ(town.Current(kOtherFirm).memberships(0).from(), "2026-02-26");
  EXPECT_EQ(town.Replayed().value_or(""), town.machine().StateDigest());
}

TEST(Exits, WithoutAConditionAnEntryStaysToItsTerm) {
  ListingTown town(WithExits("AUTOMATIC", ""));
  town.Take({ListingTown::Filed(kOtherFirm)});
  town.Take({FindingOf(kOtherFirm, "f9")});
  EXPECT_EQ(town.Current(kOtherFirm).score_hundredths(), 9000);
  EXPECT_THAT(town.Current(kOtherFirm).memberships(), SizeIs(1));
}

v1::StepDetails Praise() {
  v1::StepDetails details;
  details.mutable_proposal()->set_reasons("服务优良");
  return details;
}

// On the recommended list by proposal and decision.
std::string Recommended(ListingTown& town, const std::string& firm) {
  v1::Opening opening = ListingTown::About("recommended", "favourable-listing");
  opening.set_subject(firm);
  const auto opened = town.Open(opening, Recorder(), Praise());
  EXPECT_TRUE(opened.ok()) << opened.status();
  if (!opened.ok()) return "";
  EXPECT_EQ(town.Step(opened->name(), "decide", Decider(), town.Decided(opened->name())).status(),
            absl::OkStatus());
  return opened->name();
}

TEST(Exits, WhomNoOutcomeProposedIsNotRemovedByOne) {
  ListingTown town(WithExits("PROPOSED_BY_PERSON"));
  const std::string name = Recommended(town, kFirm);
  ASSERT_THAT(town.Current().memberships(), SizeIs(1)) << "of 80 points, and a person's choice";
  town.Take({FindingOf(kFirm, "f9")});
  EXPECT_EQ(town.Current().score_hundredths(), 7000);
  EXPECT_TRUE(town.Get(name).in_force());
}

constexpr char kTwoFindings[] = R"(
    exits {
      id: "two-findings" zh: "两次不良行为" en: "Two findings" kinds: "inspection.finding" count: 2
      source { document: "doc" clause: "八" mark: RULE }
    }
)";

TEST(Exits, AnEntryEndsWhenEnoughHappened) {
  ListingTown town(WithExits("PROPOSED_BY_PERSON", kTwoFindings));
  const std::string name = Recommended(town, kFirm);
  const auto finding = [&](const std::string& id, const std::string& occurred) {
    evidence::v1::Evidence one = FindingOf(kFirm, id);
    one.set_occurred_on(occurred);
    one.set_determined_on(occurred);
    return one;
  };
  town.GoTo("2026-03-10");
  town.Take({finding("f6", "2026-02-24"), finding("f7", "2026-02-25")});
  EXPECT_TRUE(town.Get(name).in_force()) << "one after the first day of the entry";
  town.Take({finding("f8", "2026-02-26")});
  EXPECT_EQ(town.Get(name).state(), "removed");
  EXPECT_EQ(town.Get(name).in_force_until(), "2026-03-10") << "the day it became known";
  EXPECT_THAT(town.Current().memberships(), IsEmpty());
  EXPECT_EQ(town.Replayed().value_or(""), town.machine().StateDigest());
}

bool Ends(const journal::Entry& entry) {
  journal::v1::ScoringEntry payload;
  payload.ParseFromString(entry.payload);
  return payload.has_case_steps() && payload.case_steps().events(0).step() == "leave-by-rule";
}

// How often a text holds a word.
int Named(const std::string& text, const std::string& word) {
  int times = 0;
  for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++times;
  return times;
}

TEST(Exits, WhatHappenedIsNotForgottenByARestartAndIsTakenBackWhole) {
  ListingTown town(WithExits());
  town.Take({ListingTown::Filed(kOtherFirm)});
  town.Take({FindingOf(kOtherFirm, "f9")});
  const std::string digest = town.machine().StateDigest();
  town.Restart();
  EXPECT_EQ(town.machine().StateDigest(), digest);
  creditfile::CreditState state("3201");
  state.SetCalendar(&town.calendar());
  int to_leave = 0;
  for (const journal::Entry& entry : town.Entries()) {
    const std::string before = state.SaveSnapshot();
    journal::Undo undo;
    ASSERT_EQ(state.Apply(entry, &undo), absl::OkStatus());
    undo.RollBackTo(0);
    ASSERT_EQ(state.SaveSnapshot(), before) << entry.revision;
    ASSERT_EQ(state.Apply(entry, nullptr), absl::OkStatus());
    const std::string kept = state.SaveSnapshot();
    creditfile::CreditState loaded("3201");
    loaded.SetCalendar(&town.calendar());
    ASSERT_EQ(loaded.LoadSnapshot(kept), absl::OkStatus());
    ASSERT_EQ(loaded.SaveSnapshot(), kept) << entry.revision;
    // What is to end is kept between the entries of a command, and forgotten with its end.
    const auto due = loaded.DueSteps();
    ASSERT_EQ(due.has_value(), state.DueSteps().has_value()) << entry.revision;
    const bool leaves = due.has_value() && due->steps.events(0).step() == "leave-by-rule";
    to_leave += leaves ? 1 : 0;
    if (Ends(entry)) {
      EXPECT_EQ(Named(kept, "not-met"), Named(before, "not-met"))
          << "the step says it now, and the note that said it is gone";
    }
  }
  EXPECT_EQ(to_leave, 1);
  EXPECT_EQ(journal::Sha256Hex(state.SaveSnapshot()), digest);
}

TEST(Exits, AJournalWithAnExitThatDidNotHoldIsRefused) {
  ListingTown town(WithExits());
  town.Take({ListingTown::Filed(kOtherFirm)});
  town.Take({FindingOf(kOtherFirm, "f9")});
  const auto tampered = town.Replayed([](journal::Entry& entry) {
    journal::v1::ScoringEntry payload;
    payload.ParseFromString(entry.payload);
    if (!payload.has_case_steps() || payload.case_steps().events(0).step() != "leave-by-rule")
      return;
    payload.mutable_case_steps()->mutable_events(0)->mutable_details()->mutable_reasons()->set_exit(
        "another");
    entry.payload = payload.SerializeAsString();
  });
  EXPECT_EQ(Reason(tampered.status()), "REPLAY_MISMATCH");
}

// What a caller sees, by every way of asking, the day an entry ends.
TEST(LastDays, AnEntryHoldsThroughItsLastDayAndNotOnTheNext) {
  ListingTown town;
  const std::string name = town.Blacklisted();
  const auto told = [&](const std::string& day, bool in_force) {
    const size_t count = in_force ? 1 : 0;
    EXPECT_THAT(EntriesOn(town, "blacklist", day), SizeIs(count)) << day;
    EXPECT_THAT(EntriesOn(town, "blacklist", day, true), SizeIs(count)) << day;
    EXPECT_THAT(town.AsOf(day).memberships(), SizeIs(count)) << day;
    EXPECT_THAT(town.AsOf(day).restrictions(), SizeIs(count)) << day;
  };
  const auto told_now = [&](bool in_force) {
    const size_t count = in_force ? 1 : 0;
    EXPECT_THAT(EntriesOn(town, "blacklist"), SizeIs(count));
    EXPECT_THAT(town.Current().memberships(), SizeIs(count));
    EXPECT_THAT(town.Current().restrictions(), SizeIs(count));
    EXPECT_EQ(town.Get(name).in_force(), in_force);
    EXPECT_EQ(town.Get(name).published(), in_force);
  };
  // Half a year from 18 March, as told before, on and after the day.
  for (const char* today : {"2026-03-18", "2026-09-17", "2026-09-18", "2026-10-08"}) {
    town.GoTo(today);
    told("2026-03-17", false);
    told("2026-03-18", true);
    told("2026-09-17", true);
    told("2026-09-18", false);
    told_now(std::string(today) <= "2026-09-17");
    EXPECT_EQ(town.Get(name).published_until(), "2026-09-18")
        << "with the entry, and not at the legal maximum of a year";
  }
}

TEST(LastDays, PublicationEndsAtTheMaximumWhereThatComesFirst) {
  ListingTown town(
      absl::StrReplaceAll(TownText(), {{"LEVEL_CITY months: 6", "LEVEL_CITY months: 48"}}));
  const std::string name = town.Blacklisted();
  EXPECT_EQ(town.Current().memberships(0).until(), "2030-03-18");
  EXPECT_EQ(town.Get(name).published_until(), "2029-03-17") << "three years from the decision";
}

TEST(LastDays, ALawThatShortensPublicationEndsWhatItNoLongerAllows) {
  ListingTown town(
      absl::StrReplaceAll(TownText(), {{"LEVEL_CITY months: 6", "LEVEL_CITY months: 48"}}));
  const std::string name = town.Blacklisted();
  town.GoTo("2026-03-31");
  EXPECT_EQ(town.Get(name).published_until(), "2029-03-17");
  // Order 36: a year for a general matter.
  town.GoTo("2026-04-01");
  EXPECT_EQ(town.Get(name).published_until(), "2027-03-17");
  town.GoTo("2027-03-16");
  EXPECT_TRUE(town.Get(name).published()) << "its last day";
  EXPECT_THAT(EntriesOn(town, "blacklist", "", true), SizeIs(1));
  town.GoTo("2027-03-17");
  const v1::Case read = town.Get(name);
  EXPECT_FALSE(read.published());
  EXPECT_TRUE(read.in_force()) << "the entry goes on, unpublished";
  EXPECT_EQ(read.published_until(), "2027-03-17");
  EXPECT_EQ(read.steps().rbegin()->step(), "end-publication");
  EXPECT_EQ(read.steps().rbegin()->actor(), "xince:clock");
  EXPECT_THAT(EntriesOn(town, "blacklist", "", true), IsEmpty());
  EXPECT_THAT(EntriesOn(town, "blacklist"), SizeIs(1));
  for (const v1::ClockState& clock : read.clocks()) {
    if (clock.clock() == "publicity") {
      EXPECT_EQ(clock.status(), v1::ClockState::STOPPED);
    }
  }
  const std::string digest = town.machine().StateDigest();
  EXPECT_EQ(town.Replayed().value_or(""), digest);
  town.Restart();
  EXPECT_EQ(town.machine().StateDigest(), digest);
  EXPECT_EQ(town.Get(name).SerializeAsString(), read.SerializeAsString());
  town.GoTo("2029-03-17");
  EXPECT_EQ(town.Get(name).steps_size(), read.steps_size()) << "ended once";
}

TEST(LastDays, ALawThatComesWithAReleaseIsLookedAtAtOnce) {
  ListingTown town;
  const std::string name = town.Blacklisted();
  town.GoTo("2026-04-20");
  ASSERT_TRUE(town.Get(name).published());
  std::string text = ReadText("policies/national/2026-04-01.textproto");
  const auto replace = [&](const std::string& from, const std::string& to) {
    ASSERT_NE(text.find(from), std::string::npos) << from;
    text = absl::StrReplaceAll(text, {{from, to}});
  };
  replace("effective_from: \"2026-04-01\"", "effective_from: \"2026-04-10\"");
  replace("min_months: 3\n  max_months: 12", "min_months: 1\n  max_months: 1");
  ASSERT_EQ(
      intake::LoadPolicies(town.state(), town.machine(), {{"national/2026-04-10.textproto", text}}),
      absl::OkStatus());
  const v1::Case read = town.Get(name);
  EXPECT_FALSE(read.published());
  EXPECT_TRUE(read.in_force());
  EXPECT_EQ(read.published_until(), "2026-04-20") << "it was lawful until the law was known";
  EXPECT_EQ(town.Replayed().value_or(""), town.machine().StateDigest());
}

TEST(LastDays, ARepairHoldsFromItsInstantAndItsDay) {
  ListingTown town;
  const std::string name = town.Blacklisted();
  town.GoTo("2026-06-17");
  const journal::Revision before = town.machine().durable();
  ASSERT_THAT(EntriesOn(town, "blacklist"), SizeIs(1));
  town.Repaired(name);
  EXPECT_THAT(EntriesOn(town, "blacklist"), IsEmpty());
  EXPECT_THAT(EntriesOn(town, "blacklist", "2026-06-17"), IsEmpty()) << "the day of the decision";
  EXPECT_THAT(EntriesOn(town, "blacklist", "2026-06-16"), SizeIs(1)) << "the day before";
  EXPECT_THAT(town.Current().memberships(), IsEmpty());
  EXPECT_THAT(town.AsOf("2026-06-17").memberships(), IsEmpty());
  EXPECT_THAT(town.AsOf("2026-06-16").memberships(), SizeIs(1));
  EXPECT_THAT(town.AsOf("2026-06-17", before).memberships(), SizeIs(1)) << "as known before";
  EXPECT_EQ(town.Get(name).in_force_until(), "2026-06-17");
  EXPECT_EQ(town.Get(name).published_until(), "2026-06-17");
}

TEST(Effects, ReachWhoeverAsksWithWhoActsOnThem) {
  ListingTown town;
  town.Blacklisted();
  const credit::v1::StandingRecord record = town.Current();
  ASSERT_THAT(record.memberships(0).effects(), SizeIs(1));
  EXPECT_THAT(record.memberships(0).effects(0).consumers(), Contains("procurement"));
  EXPECT_THAT(EntriesOn(town, "blacklist")[0].effects(0).consumers(), Contains("procurement"));
}

struct CityQuota {
  const char* list;
  int quota;
};

class NanjingQuota : public testing::TestWithParam<CityQuota> {
 protected:
  absl::Status Enter(const std::string& firm) {
    v1::Opening opening = ListingTown::About(GetParam().list, "favourable-listing");
    opening.set_subject(firm);
    const auto opened = town_.Open(opening, Recorder(), Praise());
    if (!opened.ok()) return opened.status();
    name_ = opened->name();
    return town_.Step(name_, "decide", Decider(), town_.Decided(name_)).status();
  }

  ListingTown town_{ReadText("policies/nanjing/2022-10-26.textproto")};
  std::string name_;
};

TEST_P(NanjingQuota, TakesAsManyFirmsAsThePlanSaysAndNotOneMore) {
  const int quota = GetParam().quota;
  std::vector<evidence::v1::Evidence> filed;
  for (int i = 0; i <= quota; ++i) filed.push_back(ListingTown::Filed(FirmOfNumber(i)));
  town_.Take(filed);
  for (int i = 0; i < quota; ++i) ASSERT_EQ(Enter(FirmOfNumber(i)), absl::OkStatus()) << i;
  const std::string last = name_;
  const auto full = runtime::ToProblem(Enter(FirmOfNumber(quota)));
  EXPECT_EQ(full.reason, "GUARD_MISSING");
  EXPECT_EQ(full.metadata.at("guards"), "LIST_TAKES");
  EXPECT_THAT(full.zh, HasSubstr(absl::StrCat("名额 ", quota, ",现有 ", quota)));
  EXPECT_EQ(full.metadata.at("holds_on"), "") << "no entry of the list ends by itself";
  EXPECT_THAT(EntriesOn(town_, GetParam().list), SizeIs(quota));
  ASSERT_EQ(town_.Step(last, "remove", Decider(), Because()).status(), absl::OkStatus());
  EXPECT_EQ(Enter(FirmOfNumber(quota)), absl::OkStatus()) << "the place is free again";
  EXPECT_EQ(town_.Replayed().value_or(""), town_.machine().StateDigest());
}

INSTANTIATE_TEST_SUITE_P(Plan,
                         NanjingQuota,
                         testing::Values(CityQuota{"demonstration-firms", 50},
                                         CityQuota{"large-firms", 20}),
                         [](const auto& info) { return absl::StrCat("Of", info.param.quota); });

TEST(Effects, KeepFromSomethingAlsoWithoutARestriction) {
  // The town's restriction goes by the list; here nothing but the list's own effect does.
  std::string text = TownText();
  const size_t begin = text.find("  restrictions {");
  const size_t end = text.find("  list_proposals {");
  ASSERT_NE(begin, std::string::npos);
  text.erase(begin, end - begin);
  for (const auto& [kind, restricted] : {std::pair("EXCLUSION", true),
                                         {"NO_NEW_PROJECTS", true},
                                         {"NO_AWARDS", true},
                                         {"MARKET_EXIT", true},
                                         {"MORE_INSPECTIONS", false},
                                         {"CONTRACT_GUIDANCE", false}}) {
    ListingTown town(
        absl::StrReplaceAll(text, {{"kind: EXCLUSION", absl::StrCat("kind: ", kind)}}));
    EXPECT_FALSE(query::Restricted(town.Current()));
    town.Blacklisted();
    EXPECT_THAT(town.Current().restrictions(), IsEmpty());
    EXPECT_EQ(query::Restricted(town.Current()), restricted) << kind;
  }
  ListingTown town;
  town.Blacklisted();
  EXPECT_TRUE(query::Restricted(town.Current())) << "by the score's own restriction";
}

TEST(Entries, ComeByPageInTheOrderOfTheirCases) {
  ListingTown town;
  town.Take({ListingTown::Filed(FirmOfNumber(1)),
             ListingTown::Filed(FirmOfNumber(2)),
             ListingTown::Filed(FirmOfNumber(3))});
  v1::ListEntriesRequest request;
  request.set_list("recommended");
  request.set_page_size(2);
  std::vector<std::string> cases;
  std::vector<int> sizes;
  do {
    const auto page = town.Call<v1::ListEntriesResponse>("ListEntries", request);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const v1::Entry& entry : page->entries()) cases.push_back(entry.case_());
    sizes.push_back(page->entries_size());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(cases, ::testing::ElementsAre("cases/2026-1", "cases/2026-2", "cases/2026-3"));
  EXPECT_THAT(sizes, ::testing::ElementsAre(2, 1));
}

TEST(Packs, ACaseSaysByWhichItRuns) {
  ListingTown town;
  const std::string name = town.Blacklisted();
  const auto digest = [](const std::string& text) {
    return policy::FormatDigest(policy::DigestOf(text));
  };
  EXPECT_THAT(
      town.Get(name).opening().policy_digests(),
      ::testing::ElementsAre(digest(ReadText("policies/national/procedures/2021-01-01.textproto")),
                             digest(TownText())))
      << "of the procedure, then of the list";
  const auto tampered = town.Replayed([](journal::Entry& entry) {
    journal::v1::ScoringEntry payload;
    payload.ParseFromString(entry.payload);
    if (!payload.has_case_steps() || !payload.case_steps().events(0).has_opening()) return;
    payload.mutable_case_steps()
        ->mutable_events(0)
        ->mutable_opening()
        ->mutable_policy_digests()
        ->DeleteSubrange(0, 1);
    entry.payload = payload.SerializeAsString();
  });
  EXPECT_EQ(Reason(tampered.status()), "REPLAY_MISMATCH");
  const auto opened =
      town.Open(ListingTown::AboutTarget("objection", kFinding), Subject(), Objecting());
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_THAT(opened->opening().policy_digests(), SizeIs(1));
}

}  // namespace
}  // namespace xince::listing
