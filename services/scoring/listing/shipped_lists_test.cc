#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/scoring/listing/listing_fixture.h"
#include "services/scoring/policy/pack.h"

// What the lists of the shipped packs say of themselves, run: how each ends before its term, how often it is
// followed up, and on what it may rest on which day.
namespace xince::listing {
namespace {

using namespace testdata;  // NOLINT(google-build-using-namespace): the words of the tests.
using policy::v1::ListDefinition;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// A city's pack, as if it were the fixture's.
std::string AsTown(const std::string& path) {
  std::string text = ReadText(path);
  const size_t at = text.find("jurisdiction: \"");
  EXPECT_NE(at, std::string::npos);
  const size_t end = text.find('\n', at);
  return text.replace(at, end - at, "jurisdiction: \"3201\"");
}

evidence::v1::Evidence Happened(const std::string& kind, const std::string& day) {
  evidence::v1::Evidence evidence =
      ListingTown::Finding(absl::StrCat("inspection/x/", day, "#", kind));
  evidence.set_kind(kind);
  evidence.set_occurred_on(day);
  evidence.set_determined_on(day);
  return evidence;
}

// On a favourable list by proposal and decision.
std::string Entered(ListingTown& town, const std::string& list) {
  v1::StepDetails details;
  details.mutable_proposal()->set_reasons("积极参与");
  const auto opened =
      town.Open(ListingTown::About(list, "favourable-listing"), Recorder(), details);
  EXPECT_TRUE(opened.ok()) << opened.status();
  if (!opened.ok()) return "";
  EXPECT_EQ(town.Step(opened->name(), "decide", Decider(), town.Decided(opened->name())).status(),
            absl::OkStatus());
  EXPECT_TRUE(town.Get(opened->name()).in_force());
  return opened->name();
}

void ExpectLeft(ListingTown& town, const std::string& name, const std::string& exit) {
  const v1::Case left = town.Get(name);
  EXPECT_EQ(left.state(), "removed");
  EXPECT_EQ(left.steps().rbegin()->step(), "leave-by-rule");
  EXPECT_EQ(left.steps().rbegin()->details().reasons().exit(), exit);
  EXPECT_THAT(town.Current().memberships(), IsEmpty());
  EXPECT_EQ(town.Replayed().value_or(""), town.machine().StateDigest());
}

// The exits that a test of this file runs.
const char* const kTested[] = {"chengdu/inspection-whitelist/order-not-met",
                               "shucheng/exit-review/market-exit",
                               "suining/basic-service-providers/not-eligible"};

TEST(ShippedExits, AreAllTested) {
  std::set<std::string> shipped;
  for (const auto& file : std::filesystem::recursive_directory_iterator("policies")) {
    const std::string path = file.path().string();
    if (!file.is_regular_file() || file.path().extension() != ".textproto") continue;
    const std::string text = ReadText(path);
    if (!absl::StrContains(text, "proto-message: xince.policy.v1.Pack\n")) continue;
    const auto pack = policy::LoadPack(text, path);
    ASSERT_TRUE(pack.ok()) << pack.status();
    for (const auto& list : pack->proto().lists()) {
      for (const auto& exit : list.terms().exits())
        shipped.insert(absl::StrCat(
            file.path().parent_path().filename().string(), "/", list.id(), "/", exit.id()));
    }
  }
  EXPECT_THAT(shipped, ::testing::UnorderedElementsAreArray(kTested));
}

TEST(ShippedExits, AnOrderNotMetInTimeEndsTheWhitelistOfChengdu) {
  ListingTown town(AsTown("policies/chengdu/2023-10-01.textproto"));
  const std::string name = Entered(town, "inspection-whitelist");
  const std::string other = Entered(town, "preferred-suppliers");
  town.GoTo("2026-03-10");
  town.Take({Happened("inspection.rectification-overdue", "2026-02-24")});
  EXPECT_TRUE(town.Get(name).in_force()) << "on its first day: whoever decided knew";
  town.Take({Happened("inspection.rectification-overdue", "2026-03-09")});
  EXPECT_EQ(town.Get(name).state(), "removed");
  EXPECT_EQ(town.Get(name).steps().rbegin()->details().reasons().exit(), "order-not-met");
  EXPECT_TRUE(town.Get(other).in_force()) << "of this list the plan says nothing";
  EXPECT_EQ(town.Replayed().value_or(""), town.machine().StateDigest());
}

TEST(ShippedExits, WhoIsNoLongerEligibleLeavesTheProvidersOfSuining) {
  ListingTown town(AsTown("policies/suining/2022-07-08.textproto"));
  const std::string name = Entered(town, "basic-service-providers");
  ASSERT_EQ(town.Current().grade(), "E");
  town.GoTo("2026-03-10");
  town.Take({Happened("inspection.rectification-overdue", "2026-03-09")});
  ASSERT_EQ(town.Current().grade(), "N");
  ExpectLeft(town, name, "not-eligible");
}

TEST(ShippedExits, AReferralOfShuchengEndsWithTheExitItAskedFor) {
  ListingTown town(AsTown("policies/shucheng/2023-03-06.textproto"));
  const evidence::v1::Evidence charge = Happened("inspection.illegal-charge", "2026-01-05");
  town.Take({charge});
  v1::StepDetails proposal = Proposed({charge.id()});
  proposal.mutable_proposal()->mutable_criteria(0)->set_criterion("severe-violation");
  const auto opened = town.Open(ListingTown::About("exit-review"), Recorder(), proposal);
  ASSERT_TRUE(opened.ok()) << opened.status();
  const std::string name = opened->name();
  const auto step =
      [&](const std::string& id, const v1::StepParty& party, const v1::StepDetails& d) {
        ASSERT_EQ(town.Step(name, id, party, d).status(), absl::OkStatus()) << id;
      };
  step("check", Checker(), Because());
  step("write-notice", Checker(), Noticed());
  town.GoTo("2026-03-02");
  step("serve-notice", Checker(), Served("2026-03-02"));
  town.GoTo("2026-03-17");
  step("decide", Decider(), town.Decided(name));
  town.GoTo("2026-03-18");
  step("serve-decision", Checker(), Served("2026-03-18"));
  step("publish", Checker(), Published("提请研究市场退出"));
  ASSERT_TRUE(town.Get(name).in_force());
  town.GoTo("2026-04-20");
  town.Take({Happened("inspection.market-exit", "2026-04-20")});
  ExpectLeft(town, name, "market-exit");
  EXPECT_FALSE(town.Get(name).published());
}

TEST(ShippedFollowUps, AreMonthlyInShucheng) {
  ListingTown town(AsTown("policies/shucheng/2023-03-06.textproto"));
  v1::StepDetails proposal = Proposed();
  proposal.mutable_proposal()->clear_criteria();
  for (const auto& [level, name] : {std::pair(type::v1::LEVEL_DISTRICT, "县甲"),
                                    {type::v1::LEVEL_STREET, "镇乙"},
                                    {type::v1::LEVEL_COMMUNITY, "社区丙"}}) {
    v1::Contact& contact = *proposal.mutable_proposal()->add_contacts();
    contact.set_level(level);
    contact.set_name(name);
  }
  const auto opened =
      town.Open(ListingTown::About("key-contact", "supervisory-listing"), Recorder(), proposal);
  ASSERT_TRUE(opened.ok()) << opened.status();
  const std::string name = opened->name();
  ASSERT_EQ(town.Step(name, "serve-notice", Checker(), Served("2026-02-24")).status(),
            absl::OkStatus());
  v1::StepDetails waiver;
  *waiver.mutable_waiver()->mutable_document() = Paper("放弃声明");
  ASSERT_EQ(town.Step(name, "waive", Subject(), waiver).status(), absl::OkStatus());
  ASSERT_EQ(town.Step(name, "decide", Decider(), town.Decided(name)).status(), absl::OkStatus());
  town.GoTo("2026-03-12");
  v1::StepDetails visit;
  v1::FollowUp& log = *visit.mutable_follow_up();
  log.mutable_contact()->set_level(type::v1::LEVEL_STREET);
  log.mutable_contact()->set_name("镇乙");
  log.set_method(v1::FollowUp::VISIT);
  log.set_held_on("2026-03-11");
  log.set_findings("电梯停运");
  const auto logged = town.Step(name, "follow-up", Checker(), visit);
  ASSERT_TRUE(logged.ok()) << logged.status();
  const auto due = [](const v1::Case& of) {
    for (const v1::ClockState& clock : of.clocks()) {
      if (clock.clock() == "follow-up") return absl::StrCat(clock.due(), " ", clock.status());
    }
    return std::string();
  };
  EXPECT_EQ(due(*logged), absl::StrCat("2026-04-11 ", v1::ClockState::RUNNING));
  v1::ListCasesRequest overdue;
  overdue.set_due_until("2026-04-11");
  const auto none = [&](const std::string& today) {
    town.GoTo(today);
    return due(town.Get(name));
  };
  EXPECT_EQ(none("2026-04-11"), absl::StrCat("2026-04-11 ", v1::ClockState::RUNNING));
  EXPECT_EQ(none("2026-04-12"), absl::StrCat("2026-04-11 ", v1::ClockState::OVER));
  const auto listed = town.Call<v1::ListCasesResponse>("ListCases", overdue);
  ASSERT_TRUE(listed.ok()) << listed.status();
  EXPECT_THAT(listed->cases(), SizeIs(1)) << "whoever asks for what is due is told";
}

// The nation's rows of lawful bases, by the day.
class BasisByDay : public testing::TestWithParam<const char*> {};

TEST_P(BasisByDay, IsPermittedAsTheLawOfTheDaySays) {
  ListingTown town;
  const auto permits = [&](ListDefinition::Basis basis, ListDefinition::Effect effect) {
    return town.state().case_register().BasisPermits(basis, effect, *type::ParseDate(GetParam()));
  };
  EXPECT_TRUE(permits(ListDefinition::LOCAL_REGULATION, ListDefinition::DEPRIVATION));
  EXPECT_TRUE(permits(ListDefinition::LAW, ListDefinition::DEPRIVATION));
  EXPECT_FALSE(permits(ListDefinition::NORMATIVE_DOCUMENT, ListDefinition::DEPRIVATION));
  EXPECT_TRUE(permits(ListDefinition::NORMATIVE_DOCUMENT, ListDefinition::SUPERVISION));
  EXPECT_FALSE(permits(ListDefinition::BASIS_UNSPECIFIED, ListDefinition::NOTE));
}

INSTANTIATE_TEST_SUITE_P(Days,
                         BasisByDay,
                         testing::Values("2019-07-01",
                                         "2020-12-31",
                                         "2021-01-01",
                                         "2023-04-30",
                                         "2023-05-01",
                                         "2026-03-31",
                                         "2026-04-01"),
                         [](const auto& info) {
                           std::string name = "On";
                           for (const char c : std::string(info.param)) {
                             if (c != '-') name += c;
                           }
                           return name;
                         });

TEST(Basis, IsNotKnownBeforeTheFirstVersion) {
  ListingTown town;
  EXPECT_FALSE(town.state().case_register().BasisPermits(
      ListDefinition::LAW, ListDefinition::NOTE, *type::ParseDate("2019-06-30")));
}

}  // namespace
}  // namespace xince::listing
