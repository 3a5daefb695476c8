#include "services/scoring/backtest/backtest.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "xince/policy/v1/backtest.pb.h"

#include "services/journal/journal.h"
#include "services/runtime/errors.h"
#include "services/scoring/backtest/tally.h"
#include "services/scoring/evaluate/test_world.h"

namespace xince::backtest {
namespace {

using evaluate::DayOf;
using evaluate::Fact;
using policy::v1::BacktestMover;
using policy::v1::BacktestPart;
using policy::v1::BacktestSummary;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using type::SubjectKind;

constexpr char kPack[] = R"(
id: "small" zh: "小" jurisdiction: "3201" effective_from: "2020-01-01"
lists { id: "watch" zh: "关注名单" subjects: "firm" basis: LAW }
subjects {
  subject: "project"
  base { points: "100" }
  items { id: "bad" zh: "差" kinds: "x.bad" points { fixed: "-5" } validity { never {} } }
}
subjects {
  subject: "firm"
  base { points: "80" }
  items { id: "bad" zh: "差" kinds: "x.bad" reach: [DIRECT, VIA_PROJECT] points { fixed: "-5" } validity { never {} } }
  items { id: "good" zh: "好" kinds: "x.good" points { fixed: "3" } validity { never {} } }
  items { id: "fraud" zh: "假" kinds: "x.fraud" validity { never {} } veto { not_rated: true } }
  grades { id: "A" zh: "甲" when { score { at_least: "85" } } }
  grades { id: "B" zh: "乙" when { score { at_least: "75" } } }
  grades { id: "C" zh: "丙" when { score { at_least: "0" } } }
  restrictions { code: "no-bids" zh: "不得投标" when { score { less_than: "75" } } }
  list_proposals { list: "watch" when { item { id: "bad" number: COUNT is { at_least: "3" } } } }
}
)";

// A finding costs a firm 8 instead of 5, and two are enough for the list.
std::string Harder() {
  std::string text = kPack;
  const size_t firm = text.find("subject: \"firm\"");
  return absl::StrCat(
      text.substr(0, firm),
      absl::StrReplaceAll(text.substr(firm),
                          {{"\"-5\"", "\"-8\""}, {"at_least: \"3\"", "at_least: \"2\""}}));
}

// What came of a back-test.
struct Result {
  std::vector<BacktestMover> movers;
  std::vector<policy::v1::BacktestProgress> progress;
  BacktestSummary summary;
  // All parts but progress, one after the other.
  std::string bytes;
};

class BacktestTest : public ::testing::Test {
 protected:
  // Words that facts are made with, and packs compiled before the population was there.
  evaluate::Symbol Kind(const std::string& kind) { return words_.kinds.Intern(kind); }

  Fact Piece(const std::string& kind, evaluate::ReachMask reach = evaluate::kDirect) {
    const auto id = static_cast<uint32_t>(++pieces_);
    return {.order = id,
            .evidence = id,
            .kind = Kind(kind),
            .occurred = DayOf(2023, 5, 1),
            .determined = DayOf(2023, 5, 1),
            .reach = reach};
  }

  Population& Begin() {
    population_ = std::make_unique<Population>(words_, 7);
    return *population_;
  }

  const evaluate::CompiledPack& Compile(const std::string& text) {
    const auto pack = policy::LoadPack(text, "test");
    EXPECT_TRUE(pack.ok()) << pack.status();
    auto compiled = evaluate::Compile(*pack, {.vocabulary = &population_->vocabulary()});
    EXPECT_TRUE(compiled.ok()) << compiled.status();
    packs_.push_back(std::make_unique<evaluate::CompiledPack>(*std::move(compiled)));
    return *packs_.back();
  }

  Result Run(const std::string& old, const std::string& candidate, Options options = {}) {
    if (options.days.empty()) options.days = {DayOf(2024, 6, 30)};
    options.candidate_digest = "c0ffee";
    if (!options.evidence_id)
      options.evidence_id = [](uint32_t id) { return absl::StrCat("e/", id); };
    Result result;
    const auto summary = backtest::Run(*population_,
                                       RulesOf(Compile(old)),
                                       RulesOf(Compile(candidate)),
                                       options,
                                       [&](BacktestPart& part) {
                                         if (part.has_progress()) {
                                           result.progress.push_back(part.progress());
                                           return true;
                                         }
                                         part.AppendToString(&result.bytes);
                                         if (part.has_mover())
                                           result.movers.push_back(part.mover());
                                         return true;
                                       });
    EXPECT_TRUE(summary.ok()) << summary.status();
    if (summary.ok()) result.summary = *summary;
    return result;
  }

  // Two projects and five firms.
  void Small() {
    const std::vector<Fact> of_p1 = {Piece("x.bad"), Piece("x.bad")};
    std::vector<Fact> via_p1 = of_p1;
    for (Fact& fact : via_p1) fact.reach = evaluate::kViaProject;
    const std::vector<Fact> one_bad = {Piece("x.bad")};
    const std::vector<Fact> good = {Piece("x.good"), Piece("x.good")};
    const std::vector<Fact> fraud = {Piece("x.fraud"), Piece("x.bad")};
    const HadProject p1{.project = 0};
    const std::vector<HadProject> both = {{.project = 0},
                                          {.project = 0, .from = DayOf(2024, 1, 1)},
                                          {.project = 1, .until = DayOf(2024, 7, 1)}};
    const std::vector<HadProject> lapsed = {{.project = 1, .until = DayOf(2024, 6, 30)}};
    Population& population = Begin();
    population.Add({.kind = SubjectKind::kProject,
                    .name = "projects/p1",
                    .district = "320102",
                    .facts = of_p1});
    population.Add({.kind = SubjectKind::kProject, .name = "projects/p2", .district = "320104"});
    population.Add({.kind = SubjectKind::kFirm,
                    .name = "firms/1",
                    .district = "320102",
                    .facts = via_p1,
                    .projects = {&p1, 1}});
    population.Add(
        {.kind = SubjectKind::kFirm, .name = "firms/2", .district = "320102", .projects = lapsed});
    population.Add(
        {.kind = SubjectKind::kFirm, .name = "firms/3", .district = "320104", .facts = one_bad});
    population.Add(
        {.kind = SubjectKind::kFirm, .name = "firms/4", .facts = good, .projects = both});
    population.Add(
        {.kind = SubjectKind::kFirm, .name = "firms/5", .district = "320104", .facts = fraud});
    population.Finish();
  }

  // Subjects under a pack of every shape.
  void Random(size_t firms, uint32_t seed) {
    evaluate::TestPack pack =
        evaluate::CompileFile("services/scoring/evaluate/testdata/shapes.textproto");
    evaluate::RandomFacts random(pack, seed);
    population_ = std::make_unique<Population>(*pack.vocabulary, 7);
    const std::vector<std::string> kinds = {"x.street",
                                            "x.committee",
                                            "x.finding",
                                            "x.award",
                                            "x.late",
                                            "x.penalty",
                                            "x.band",
                                            "x.fatal",
                                            "x.exit"};
    std::vector<Fact> facts;
    for (size_t i = 0; i < firms; ++i) {
      facts.clear();
      for (uint64_t j = random.Below(30); j > 0; --j) {
        facts.push_back(random.Make(kinds));
        facts.back().reach = evaluate::kDirect;
      }
      population_->Add({.kind = SubjectKind::kFirm,
                        .name = absl::StrFormat("firms/%06u", i),
                        .district = absl::StrCat(320100 + random.Below(5)),
                        .facts = facts});
    }
    population_->Finish();
  }

  evaluate::Vocabulary words_;
  std::unique_ptr<Population> population_;
  std::vector<std::unique_ptr<evaluate::CompiledPack>> packs_;
  uint32_t pieces_ = 0;
};

std::string Text(const google::protobuf::Message& message) {
  std::string text;
  google::protobuf::TextFormat::PrintToString(message, &text);
  return text;
}

// The same in the printer's own layout.
template <typename Message>
std::string Expected(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return Text(message);
}

std::string DigestOf(const std::string& text) {
  return policy::FormatDigest(policy::DigestOf(text));
}

TEST_F(BacktestTest, MoversSayWhatMovedThem) {
  Small();
  const Result result = Run(kPack, Harder());
  ASSERT_THAT(result.movers, SizeIs(3));
  EXPECT_EQ(Text(result.movers[0]), Expected<BacktestMover>(R"(
      subject: "firms/1" day: "2024-06-30" district: "320102" projects: 1
      old { rated: true score_hundredths: 7000 grade: "C" }
      new { rated: true score_hundredths: 6400 grade: "C" }
      proposals_gained: "watch"
      lines { item: "bad" evidence: "e/1" old_hundredths: -500 new_hundredths: -800 }
      lines { item: "bad" evidence: "e/2" old_hundredths: -500 new_hundredths: -800 })"));
  EXPECT_EQ(Text(result.movers[1]), Expected<BacktestMover>(R"(
      subject: "firms/3" day: "2024-06-30" district: "320104"
      old { rated: true score_hundredths: 7500 grade: "B" }
      new { rated: true score_hundredths: 7200 grade: "C" }
      restrictions_gained: "no-bids"
      lines { item: "bad" evidence: "e/3" old_hundredths: -500 new_hundredths: -800 })"));
  EXPECT_EQ(result.movers[2].subject(), "firms/5");
  EXPECT_EQ(result.movers[2].old().grade(), "(not-rated)");
  EXPECT_EQ(result.movers[2].new_().score_hundredths(), 7200);
}

TEST_F(BacktestTest, ARestrictionOrAProposalAloneMakesAMover) {
  Small();
  const Result restricted =
      Run(kPack, absl::StrReplaceAll(kPack, {{"less_than: \"75\"", "less_than: \"76\""}}));
  // firms/5 has 75 points as well, though it is not rated.
  ASSERT_THAT(restricted.movers, SizeIs(2));
  EXPECT_EQ(restricted.movers[0].subject(), "firms/3");
  EXPECT_THAT(restricted.movers[0].restrictions_gained(), ElementsAre("no-bids"));
  EXPECT_THAT(restricted.movers[0].lines(), IsEmpty());
  const Result proposed =
      Run(kPack, absl::StrReplaceAll(kPack, {{"at_least: \"3\"", "at_least: \"2\""}}));
  ASSERT_THAT(proposed.movers, SizeIs(1));
  EXPECT_THAT(proposed.movers[0].proposals_gained(), ElementsAre("watch"));
}

TEST_F(BacktestTest, TheOtherWayRoundEverythingGainedIsLost) {
  Small();
  const Result result = Run(Harder(), kPack);
  ASSERT_THAT(result.movers, SizeIs(3));
  EXPECT_THAT(result.movers[0].proposals_lost(), ElementsAre("watch"));
  EXPECT_THAT(result.movers[1].restrictions_lost(), ElementsAre("no-bids"));
  EXPECT_EQ(result.movers[1].lines(0).old_hundredths(), -800);
}

TEST_F(BacktestTest, TheSummaryCountsEverySubjectInEveryPart) {
  Small();
  const Result result = Run(kPack, Harder());
  BacktestSummary summary = result.summary;
  EXPECT_EQ(summary.digest().size(), 64);
  summary.clear_digest();
  // Firms: 1 is C on both sides, 2 and 4 stay, 3 falls from B to C, 5 is not rated on either.
  EXPECT_EQ(Text(summary),
            Expected<BacktestSummary>(absl::StrCat(
                R"say(
      revision: 7
      days: "2024-06-30"
      candidate_digest: "c0ffee"
      compared { id: "small" digest: ")say",
                DigestOf(kPack),
                R"say(" days: "2024-06-30" }
      populations { kind: "projects" subjects: 2 evaluated: 2 }
      populations { kind: "committees" }
      populations { kind: "managers" }
      populations { kind: "firms" subjects: 5 evaluated: 5 movers: 3 }
      populations { kind: "organizations" }
      slices {
      day: "2024-06-30"
      kind: "projects"
      evaluated: 2
      matrix { from: "(no-grade)" to: "(no-grade)" count: 2 }
      movement { least_hundredths: 0 most_hundredths: 0 count: 2 }
      }
      slices {
      day: "2024-06-30"
      kind: "projects"
      district: "320102"
      evaluated: 1
      matrix { from: "(no-grade)" to: "(no-grade)" count: 1 }
      movement { least_hundredths: 0 most_hundredths: 0 count: 1 }
      }
      slices {
      day: "2024-06-30"
      kind: "projects"
      district: "320104"
      evaluated: 1
      matrix { from: "(no-grade)" to: "(no-grade)" count: 1 }
      movement { least_hundredths: 0 most_hundredths: 0 count: 1 }
      }
      slices {
      day: "2024-06-30"
      kind: "projects"
      size: "0"
      evaluated: 2
      matrix { from: "(no-grade)" to: "(no-grade)" count: 2 }
      movement { least_hundredths: 0 most_hundredths: 0 count: 2 }
      }
      slices {
      day: "2024-06-30"
      kind: "firms"
      evaluated: 5
      movers: 3
      matrix { from: "A" to: "A" count: 1 }
      matrix { from: "B" to: "B" count: 1 }
      matrix { from: "B" to: "C" count: 1 }
      matrix { from: "C" to: "C" count: 1 }
      matrix { from: "(not-rated)" to: "(not-rated)" count: 1 }
      movement { least_hundredths: -1000 most_hundredths: -501 count: 1 }
      movement { least_hundredths: -500 most_hundredths: -101 count: 1 }
      movement { least_hundredths: 0 most_hundredths: 0 count: 2 }
      crossings { effect: EFFECT_RESTRICTION code: "no-bids" gained: 2 kept: 1 }
      crossings { effect: EFFECT_PROPOSAL code: "watch" gained: 1 }
      }
      slices {
      day: "2024-06-30"
      kind: "firms"
      district: ""
      evaluated: 1
      matrix { from: "A" to: "A" count: 1 }
      movement { least_hundredths: 0 most_hundredths: 0 count: 1 }
      }
      slices {
      day: "2024-06-30"
      kind: "firms"
      district: "320102"
      evaluated: 2
      movers: 1
      matrix { from: "B" to: "B" count: 1 }
      matrix { from: "C" to: "C" count: 1 }
      movement { least_hundredths: -1000 most_hundredths: -501 count: 1 }
      movement { least_hundredths: 0 most_hundredths: 0 count: 1 }
      crossings { effect: EFFECT_RESTRICTION code: "no-bids" kept: 1 }
      crossings { effect: EFFECT_PROPOSAL code: "watch" gained: 1 }
      }
      slices {
      day: "2024-06-30"
      kind: "firms"
      district: "320104"
      evaluated: 2
      movers: 2
      matrix { from: "B" to: "C" count: 1 }
      matrix { from: "(not-rated)" to: "(not-rated)" count: 1 }
      movement { least_hundredths: -500 most_hundredths: -101 count: 1 }
      crossings { effect: EFFECT_RESTRICTION code: "no-bids" gained: 2 }
      }
      slices {
      day: "2024-06-30"
      kind: "firms"
      size: "0"
      evaluated: 3
      movers: 2
      matrix { from: "B" to: "B" count: 1 }
      matrix { from: "B" to: "C" count: 1 }
      matrix { from: "(not-rated)" to: "(not-rated)" count: 1 }
      movement { least_hundredths: -500 most_hundredths: -101 count: 1 }
      movement { least_hundredths: 0 most_hundredths: 0 count: 1 }
      crossings { effect: EFFECT_RESTRICTION code: "no-bids" gained: 2 }
      }
      slices {
      day: "2024-06-30"
      kind: "firms"
      size: "1"
      evaluated: 1
      movers: 1
      matrix { from: "C" to: "C" count: 1 }
      movement { least_hundredths: -1000 most_hundredths: -501 count: 1 }
      crossings { effect: EFFECT_RESTRICTION code: "no-bids" kept: 1 }
      crossings { effect: EFFECT_PROPOSAL code: "watch" gained: 1 }
      }
      slices {
      day: "2024-06-30"
      kind: "firms"
      size: "2-5"
      evaluated: 1
      matrix { from: "A" to: "A" count: 1 }
      movement { least_hundredths: 0 most_hundredths: 0 count: 1 }
      })say")));
}

TEST_F(BacktestTest, TheDigestIsThatOfTheStream) {
  Small();
  const Result result = Run(kPack, Harder());
  std::string stream;
  const auto append = [&](const google::protobuf::Message& message) {
    const std::string bytes = message.SerializeAsString();
    for (int shift = 24; shift >= 0; shift -= 8)
      stream.push_back(static_cast<char>(bytes.size() >> shift & 0xFF));
    stream += bytes;
  };
  for (const BacktestMover& mover : result.movers) append(mover);
  BacktestSummary summary = result.summary;
  summary.clear_digest();
  append(summary);
  EXPECT_EQ(result.summary.digest(), DigestOf(stream));
}

TEST_F(BacktestTest, TheSameRulesMoveNobody) {
  Random(600, 3);
  const std::string text = [] {
    std::ifstream file("services/scoring/evaluate/testdata/shapes.textproto");
    return std::string(std::istreambuf_iterator<char>(file), {});
  }();
  const Result result = Run(text, text, {.days = {DayOf(2021, 12, 31), DayOf(2022, 12, 31)}});
  EXPECT_THAT(result.movers, IsEmpty());
  ASSERT_FALSE(result.summary.slices().empty());
  int64_t evaluated = 0;
  for (const auto& slice : result.summary.slices()) {
    EXPECT_EQ(slice.movers(), 0);
    for (const auto& cell : slice.matrix()) EXPECT_EQ(cell.from(), cell.to());
    for (const auto& crossing : slice.crossings())
      EXPECT_EQ(crossing.gained() + crossing.lost(), 0);
    if (slice.part_case() == policy::v1::BacktestSlice::PART_NOT_SET)
      evaluated += slice.evaluated();
  }
  EXPECT_EQ(evaluated, 1200);
}

TEST_F(BacktestTest, TheNumberOfThreadsChangesNoByte) {
  Random(2500, 4);
  std::ifstream file("services/scoring/evaluate/testdata/shapes.textproto");
  const std::string old(std::istreambuf_iterator<char>(file), {});
  const std::string candidate = absl::StrReplaceAll(
      old, {{"factor: \"50\"", "factor: \"70\""}, {"points: \"-2\"", "points: \"-3\""}});
  Options options{.days = {DayOf(2021, 3, 31), DayOf(2022, 12, 31)}};
  const Result one = Run(old, candidate, options);
  EXPECT_GT(one.movers.size(), 100);
  for (const int threads : {2, 3}) {
    options.threads = threads;
    const Result several = Run(old, candidate, options);
    EXPECT_EQ(several.summary.digest(), one.summary.digest());
    EXPECT_TRUE(several.bytes == one.bytes) << threads;
  }
}

TEST_F(BacktestTest, ADayBeforeTheRulesSaysThatThereAreNone) {
  Small();
  const evaluate::CompiledPack& pack = Compile(kPack);
  const Rules late{.on = [&](SubjectKind kind, Day day) {
    return day < DayOf(2024, 1, 1) ? nullptr : pack.ForSubject(kind);
  }};
  std::map<std::string, std::string> grades;
  const auto summary = backtest::Run(*population_,
                                     late,
                                     RulesOf(pack),
                                     {.days = {DayOf(2023, 12, 31), DayOf(2024, 1, 1)}},
                                     [&](BacktestPart& part) {
                                       if (part.has_mover())
                                         grades[part.mover().day() + part.mover().subject()] =
                                             part.mover().old().grade();
                                       return true;
                                     });
  ASSERT_TRUE(summary.ok());
  EXPECT_THAT(grades, SizeIs(7));
  EXPECT_EQ(grades["2023-12-31firms/4"], "(no-rules)");
  ASSERT_THAT(summary->compared(), SizeIs(1));
  EXPECT_THAT(summary->compared(0).days(), ElementsAre("2024-01-01"));
}

TEST_F(BacktestTest, FirmsThatRollUpProjectsMoveWithThem) {
  const std::string rolled = absl::StrCat(R"(
      id: "rolled" zh: "汇总" jurisdiction: "3201" effective_from: "2020-01-01"
      subjects { subject: "firm"
        items { id: "projects" zh: "项目" factor: "100" roll_up { weight: AREA } }
        items { id: "own" zh: "自身" kinds: "x.good" points { fixed: "3" } validity { never {} } } }
      subjects { subject: "project" base { points: "100" }
        items { id: "bad" zh: "差" kinds: "x.bad" points { fixed: "-5" } validity { never {} } } })");
  const std::vector<Fact> bad = {Piece("x.bad")};
  const std::vector<HadProject> had = {{.project = 0, .area = 300},
                                       {.project = 0, .from = DayOf(2024, 1, 1), .area = 300},
                                       {.project = 1, .until = DayOf(2024, 6, 30), .area = 1000},
                                       {.project = 2, .area = 100}};
  Population& population = Begin();
  population.Add({.kind = SubjectKind::kProject, .name = "projects/a", .facts = bad});
  population.Add({.kind = SubjectKind::kProject, .name = "projects/b"});
  population.Add({.kind = SubjectKind::kProject, .name = "projects/c"});
  population.Add({.kind = SubjectKind::kFirm, .name = "firms/1", .projects = had});
  population.Finish();
  const Result result = Run(rolled, absl::StrReplaceAll(rolled, {{"\"-5\"", "\"-9\""}}));
  ASSERT_THAT(result.movers, SizeIs(2));
  EXPECT_EQ(result.movers[0].subject(), "projects/a");
  // (95 × 300 + 100 × 100) ÷ 400, and with 91.
  EXPECT_EQ(result.movers[1].old().score_hundredths(), 9625);
  EXPECT_EQ(result.movers[1].new_().score_hundredths(), 9325);
  EXPECT_EQ(result.movers[1].projects(), 2);
  ASSERT_THAT(result.movers[1].lines(), SizeIs(1));
  EXPECT_EQ(result.movers[1].lines(0).item(), "projects");
  EXPECT_EQ(result.movers[1].lines(0).evidence(), "projects/a");
}

TEST_F(BacktestTest, QuotasAreGivenOverTheWholePopulation) {
  const std::string ranked = R"(
      id: "ranked" zh: "名次" jurisdiction: "3201" effective_from: "2020-01-01"
      subjects { subject: "firm" base { points: "50" }
        items { id: "good" zh: "好" kinds: "x.good" points { fixed: "1" } validity { never {} } }
        items { id: "bad" zh: "差" kinds: "x.bad" points { fixed: "-1" } validity { never {} } }
        tie_breaks { value_of: "bad" }
        grades { id: "A" zh: "甲" quota { percent: "20" } }
        grades { id: "B" zh: "乙" } })";
  std::vector<std::vector<Fact>> facts(600);
  for (size_t i = 0; i < facts.size(); ++i) {
    for (size_t j = 0; j < i % 7; ++j) facts[i].push_back(Piece("x.good"));
  }
  Begin();
  for (size_t i = 0; i < facts.size(); ++i)
    population_->Add(
        {.kind = SubjectKind::kFirm, .name = absl::StrFormat("firms/%03u", i), .facts = facts[i]});
  population_->Finish();
  const Result result = Run(ranked,
                            absl::StrReplaceAll(ranked, {{"percent: \"20\"", "percent: \"10\""}}),
                            {.threads = 2});
  EXPECT_THAT(result.movers, SizeIs(60));
  for (const BacktestMover& mover : result.movers) {
    EXPECT_EQ(mover.old().grade(), "A");
    EXPECT_EQ(mover.new_().grade(), "B");
  }
  // 85 firms have six; of those with five, the first 35 by name have A.
  EXPECT_EQ(result.summary.slices(0).matrix(0).count(), 60);
  EXPECT_EQ(result.summary.slices(0).matrix(2).count(), 480);
}

TEST_F(BacktestTest, AMoverHasSoManyLinesAndTheRestIsCounted) {
  for (const size_t lines : {kMoverLinesMax, kMoverLinesMax + 1}) {
    std::vector<Fact> facts;
    for (size_t i = 0; i < lines; ++i) facts.push_back(Piece("x.bad"));
    Begin().Add({.kind = SubjectKind::kFirm, .name = "firms/1", .facts = facts});
    population_->Finish();
    const Result result = Run(kPack, Harder());
    ASSERT_THAT(result.movers, SizeIs(1));
    EXPECT_THAT(result.movers[0].lines(), SizeIs(kMoverLinesMax));
    EXPECT_EQ(result.movers[0].lines_omitted(), static_cast<int>(lines - kMoverLinesMax));
  }
}

TEST_F(BacktestTest, DistrictsBeyondTheLimitAreOnePart) {
  for (const size_t districts : {kDistrictsMax, kDistrictsMax + 2}) {
    Begin();
    // The last but one has two subjects, so that another is left out.
    for (size_t i = 0; i <= districts; ++i) {
      const std::string district = absl::StrCat(320100 + (i == districts ? districts - 2 : i));
      population_->Add({.kind = SubjectKind::kFirm,
                        .name = absl::StrFormat("firms/%03u", i),
                        .district = district});
    }
    population_->Finish();
    std::vector<std::string> said;
    int64_t evaluated = 0;
    const Result result = Run(kPack, Harder());
    for (const auto& slice : result.summary.slices()) {
      if (slice.part_case() != policy::v1::BacktestSlice::kDistrict) continue;
      said.push_back(slice.district());
      evaluated += slice.evaluated();
    }
    EXPECT_EQ(evaluated, static_cast<int64_t>(districts) + 1);
    if (districts == kDistrictsMax) {
      EXPECT_THAT(said, SizeIs(kDistrictsMax));
      EXPECT_EQ(said.back(), "320123");
    } else {
      EXPECT_THAT(said, SizeIs(kDistrictsMax + 1));
      EXPECT_EQ(said[kDistrictsMax - 1], "320124");
      EXPECT_EQ(said.back(), "(other)");
    }
  }
}

TEST_F(BacktestTest, LinesAreLeftOutWhenNobodyAsks) {
  Small();
  const Result result = Run(kPack, Harder(), {.lines = false});
  ASSERT_THAT(result.movers, SizeIs(3));
  EXPECT_THAT(result.movers[0].lines(), IsEmpty());
}

TEST_F(BacktestTest, BandsHoldTheirEdges) {
  const std::vector<Hundredths> ends = {-2001, -1001, -501, -101, -1, 0, 100, 500, 1000, 2000};
  for (size_t band = 0; band < ends.size(); ++band) {
    EXPECT_EQ(MovementBandOf(ends[band]), band);
    EXPECT_EQ(MovementBandOf(ends[band] + 1), band + 1);
  }
  const std::vector<size_t> counts = {0, 1, 5, 20, 100};
  for (size_t band = 0; band < counts.size(); ++band) {
    EXPECT_EQ(SizeBandOf(counts[band]), band);
    EXPECT_EQ(SizeBandOf(counts[band] + 1), band + 1);
  }
}

TEST_F(BacktestTest, ProgressIsToldEverySoManySubjects) {
  Begin();
  for (int i = 0; i < 2 * kProgressSubjects + 1; ++i)
    population_->Add({.kind = SubjectKind::kFirm, .name = absl::StrFormat("firms/%06d", i)});
  population_->Finish();
  const Result result = Run(kPack, Harder());
  ASSERT_THAT(result.progress, SizeIs(2));
  EXPECT_GE(result.progress[0].subjects_done(), kProgressSubjects);
  EXPECT_LT(result.progress[0].subjects_done(),
            kProgressSubjects + static_cast<int64_t>(kBlockSubjectsMax));
  EXPECT_EQ(result.progress[1].subjects_total(), 2 * kProgressSubjects + 1);
  EXPECT_EQ(result.progress[1].kind(), "firms");
  EXPECT_EQ(result.progress[1].day(), "2024-06-30");
}

TEST_F(BacktestTest, ASinkThatSaysNoCancels) {
  Random(2000, 5);
  std::ifstream file("services/scoring/evaluate/testdata/shapes.textproto");
  const std::string old(std::istreambuf_iterator<char>(file), {});
  const evaluate::CompiledPack& before = Compile(old);
  const evaluate::CompiledPack& after =
      Compile(absl::StrReplaceAll(old, {{"otherwise: \"10\"", "otherwise: \"11\""}}));
  int parts = 0;
  const auto summary = backtest::Run(*population_,
                                     RulesOf(before),
                                     RulesOf(after),
                                     {.days = {DayOf(2022, 1, 1)}, .threads = 2},
                                     [&](BacktestPart&) { return ++parts < 3; });
  EXPECT_EQ(summary.status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(runtime::ToProblem(summary.status()).reason, "BACKTEST_CANCELLED");
  EXPECT_EQ(parts, 3);
}

TEST_F(BacktestTest, DaysAndThreadsHaveLimits) {
  Small();
  const Rules rules = RulesOf(Compile(kPack));
  const auto reason = [&](std::vector<Day> days, int threads) {
    const auto summary = backtest::Run(*population_,
                                       rules,
                                       rules,
                                       {.days = std::move(days), .threads = threads},
                                       [](BacktestPart&) { return true; });
    return summary.ok() ? "" : runtime::ToProblem(summary.status()).reason;
  };
  const auto days = [](size_t count) {
    std::vector<Day> days;
    for (size_t i = 0; i < count; ++i) days.push_back(static_cast<Day>(19000 + i));
    return days;
  };
  EXPECT_EQ(reason(days(kDaysMax), 1), "");
  EXPECT_EQ(reason(days(kDaysMax + 1), 1), "BACKTEST_DAYS");
  EXPECT_EQ(reason({}, 1), "BACKTEST_DAYS");
  EXPECT_EQ(reason({19001, 19000}, 1), "BACKTEST_DAYS");
  EXPECT_EQ(reason({19000, 19000}, 1), "BACKTEST_DAYS");
  EXPECT_EQ(reason({19000}, 0), "BACKTEST_THREADS");
  EXPECT_EQ(reason({19000}, kThreadsMax), "");
  EXPECT_EQ(reason({19000}, kThreadsMax + 1), "BACKTEST_THREADS");
}

TEST_F(BacktestTest, SubjectsOutOfOrderEndTheProcess) {
  Begin().Add({.kind = SubjectKind::kFirm, .name = "firms/2"});
  EXPECT_DEATH(population_->Add({.kind = SubjectKind::kFirm, .name = "firms/2"}), "ascending");
  EXPECT_DEATH(population_->Add({.kind = SubjectKind::kManager, .name = "managers/1"}), "order");
}

}  // namespace
}  // namespace xince::backtest
