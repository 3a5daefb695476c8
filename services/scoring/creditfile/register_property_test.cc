#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include <gtest/gtest.h>

#include "services/scoring/creditfile/test_register.h"

// Laws of a whole register, on random ones: every shape of rule that time or other subjects move, every
// relation, amendments, corrections, objections and voided pieces, from three feeds.
namespace xince::creditfile {
namespace {

using credit::v1::StandingRecord;
using evidence::v1::Evidence;
using Random = std::mt19937;

constexpr char kPack[] = R"(
id: "property" zh: "性质" jurisdiction: "3201" effective_from: "$FROM"
subjects {
  subject: "firm"
  base { points: "100" }
  groups { id: "merits" zh: "加分" limits { most: "10" } }
  groups { id: "raters" zh: "评价" mode: MIX
           raters { member: "projects" weight: "60" missing: RENORMALISE }
           raters { member: "surveys" weight: "40" missing: FULL full: "5" } }
  items { id: "fine" zh: "处罚" kinds: "x.fine" reach: DIRECT reach: VIA_PROJECT reach: VIA_BRANCH
          reach: VIA_BRANCH_PROJECT version_of: OCCURRED
          points { by_level { rows { level: LEVEL_STREET points: "-2" } rows { level: LEVEL_COMMUNITY points: "$FINE" } } }
          validity { months: 6 } decay { from_month: 3 percent: "50" } counting { keep: HIGHEST count: 2 per: MATTER }
          limits { least: "-20" } }
  items { id: "defect" zh: "问题" kinds: "x.defect" reach: DIRECT reach: VIA_PROJECT reach: VIA_MANAGER
          points { escalation { rows: "-1" rows: "-2.5" rows: "-4" } }
          validity { until_corrected { plus_months: 1 min_months: 2 max_months: 5 } } }
  items { id: "praise" zh: "表彰" group: "merits" kinds: "x.praise" reach: DIRECT reach: VIA_PROJECT
          points { given { sign: MERIT } } piece_limits { least: "0" most: "6" }
          validity { until_stated { otherwise_months: 3 } } counting { per: PER_QUARTER keep: LATEST } }
  items { id: "projects" zh: "项目" group: "raters" roll_up { weight: HOUSEHOLDS } factor: "10" }
  items { id: "surveys" zh: "测评" group: "raters" kinds: "x.survey" reach: DIRECT reach: VIA_PROJECT
          points { by_band { measure: "rate" bands { below: "60" points: "-3" } bands { points: "4" } } }
          validity { defer: QUARTER scoring_years: 0 } counting { per: ISSUER keep: LATEST combine: MEAN }
          expected { points: "-1" due_month: 3 due_day: 1 } }
  items { id: "serious" zh: "严重" kinds: "x.serious" validity { months: 2 } veto { grade: "C" } }
  grades { id: "A" zh: "甲" when { score { at_least: "100" } } }
  grades { id: "B" zh: "乙" when { all { of { score { at_least: "92.5" } } of { not { veto {} } } } } }
  grades { id: "C" zh: "丙" }
  restrictions { code: "half-year" zh: "半年" when { demerits { span: LAST_MONTHS months: 6 is { at_least: "6" } } } }
  restrictions { code: "carried" zh: "延续" carry_years: 1 when { score { less_than: "97" } } }
  restrictions { code: "open" zh: "未改" when { item { id: "defect" number: OPEN is { at_least: "1" } } } }
}
subjects {
  subject: "project"
  base { points: "80" }
  items { id: "fine" zh: "处罚" kinds: "x.fine" points { fixed: "-5" } validity { months: 4 } }
  items { id: "survey" zh: "测评" kinds: "x.survey" points { per_unit { points: "0.1" measure: "rate" free: "50" } }
          validity { scoring_years: 0 } counting { keep: LATEST } }
}
subjects {
  subject: "manager"
  base { points: "50" }
  items { id: "praise" zh: "表彰" kinds: "x.praise" reach: DIRECT reach: VIA_PROJECT points { given { sign: MERIT } }
          piece_limits { least: "0" most: "20" } validity { months: 3 } }
  items { id: "defect" zh: "问题" kinds: "x.defect" reach: DIRECT reach: VIA_PROJECT points { fixed: "-3" }
          validity { until_corrected { max_months: 4 } } }
  grades { id: "A" zh: "甲" quota { percent: "40" round_up: true } when { score { at_least: "50" } } }
  grades { id: "B" zh: "乙" }
  tie_breaks { value_of: "defect" }
}
)";

const std::vector<std::string>& Firms() {
  static const auto* firms =
      new std::vector<std::string>{"firms/91350100M000100Y43", "firms/91510000779827684C"};
  return *firms;
}
const std::vector<std::string>& Subjects() {
  static const auto* subjects = new std::vector<std::string>{Firms()[0],
                                                             Firms()[1],
                                                             "managers/m1",
                                                             "managers/m2",
                                                             "managers/m3",
                                                             "projects/p1",
                                                             "projects/p2",
                                                             "projects/p3"};
  return *subjects;
}

std::string DateOf(Day day) { return type::FormatDate(type::Date::FromDays(day)); }

const Day kFirst = type::ParseDate("2023-08-01")->days();
const Day kLast = type::ParseDate("2024-05-15")->days();

// A state without a journal: entries are applied, and what they make due is recorded at once.
class Register {
 public:
  Register() {
    for (const auto& [from, fine] :
         {std::pair("2023-01-01", "-5"), std::pair("2024-01-15", "-8")}) {
      journal::v1::ScoringEntry entry;
      entry.mutable_policy_loaded()->set_file(absl::StrCat(from, ".textproto"));
      entry.mutable_policy_loaded()->set_content(
          absl::StrReplaceAll(kPack, {{"$FROM", from}, {"$FINE", fine}}));
      Apply(entry);
    }
  }

  void OpenDay(Day day) {
    journal::v1::ScoringEntry entry;
    entry.mutable_day_opened()->set_date(DateOf(day));
    Apply(entry);
  }

  void Take(const std::string& feed, const Evidence& evidence) {
    journal::v1::ScoringEntry entry;
    entry.mutable_evidence_taken()->set_feed(feed);
    auto* batch = entry.mutable_evidence_taken()->add_batches();
    batch->set_sequence(++sequences_[feed]);
    *batch->add_evidence() = evidence;
    Apply(entry);
  }

  // Without the day, which alone is no change.
  StandingRecord Current(const std::string& subject) const {
    const SubjectId id = state_.book().Find(subject);
    const Standing* standing = id == kNone ? nullptr : state_.Find(id);
    StandingRecord record = standing == nullptr ? StandingRecord() : standing->record;
    record.clear_day();
    return record;
  }
  StandingRecord AsOf(const std::string& subject, Day day, journal::Revision known) const {
    const SubjectId id = state_.book().Find(subject);
    StandingRecord record = state_.assessor().Record(state_.assessor().Assess(id, day, known), day);
    record.clear_day();
    return record;
  }
  bool Filed(const std::string& subject) const { return state_.filed().contains(subject); }
  journal::Revision revision() const { return revision_; }

 private:
  void Apply(const journal::v1::ScoringEntry& payload) {
    Append(payload);
    while (const auto due = state_.Due()) {
      journal::v1::ScoringEntry changed;
      *changed.mutable_standings_changed() = *due;
      Append(changed);
    }
  }
  void Append(const journal::v1::ScoringEntry& payload) {
    journal::Entry entry;
    entry.revision = ++revision_;
    entry.payload = payload.SerializeAsString();
    const absl::Status applied = state_.Apply(entry, nullptr);
    ASSERT_TRUE(applied.ok()) << applied;
  }

  CreditState state_{"3201"};
  journal::Revision revision_ = 0;
  std::map<std::string, uint64_t> sequences_;
};

// A piece of evidence on its way.
struct Arrival {
  std::string feed;
  Evidence evidence;
};
using Arrivals = std::vector<Arrival>;

// Makes what arrives at a random register, each feed in its order.
class Story {
 public:
  explicit Story(uint32_t seed) : random_(seed) {}

  Arrivals Tell() {
    Arrivals arrivals;
    for (const std::string& subject : Subjects()) {
      Evidence filed = FiledEvidence(subject);
      filed.mutable_filing()->set_households(1 + Below(500));
      arrivals.push_back({"registry", filed});
    }
    for (int i = 0; i < 12; ++i) arrivals.push_back({"registry", Relation(i)});
    for (int i = 0; i < 25; ++i) {
      Evidence piece = Piece(i);
      const std::string feed = Below(2) == 0 ? "inspection" : "party";
      arrivals.push_back({feed, piece});
      while (Below(3) == 0) arrivals.push_back({feed, piece = Amended(piece)});
    }
    return arrivals;
  }

  // A piece or a relation that is taken back later.
  Evidence Mistake(int i) { return Below(3) == 0 ? Relation(1000 + i) : Piece(1000 + i); }

  // The feeds' arrivals in another order between the feeds.
  Arrivals Interleave(const Arrivals& arrivals) {
    std::map<std::string, Arrivals> feeds;
    for (const Arrival& arrival : arrivals) feeds[arrival.feed].push_back(arrival);
    std::vector<std::string> turns;
    for (const auto& [feed, of_feed] : feeds) turns.insert(turns.end(), of_feed.size(), feed);
    std::shuffle(turns.begin(), turns.end(), random_);
    std::map<std::string, size_t> next;
    Arrivals mixed;
    for (const std::string& feed : turns) mixed.push_back(feeds[feed][next[feed]++]);
    return mixed;
  }

  int Below(int end) { return static_cast<int>(random_() % static_cast<uint32_t>(end)); }
  Day AnyDay() { return kFirst + Below(kLast - kFirst + 1); }
  std::string Any(const std::vector<std::string>& of) {
    return of[static_cast<size_t>(Below(static_cast<int>(of.size())))];
  }

 private:
  std::string Project() { return absl::StrCat("projects/p", 1 + Below(3)); }
  std::string Manager() { return absl::StrCat("managers/m", 1 + Below(3)); }

  Evidence Relation(int number) {
    Evidence evidence;
    evidence.set_id(absl::StrCat("registry/relation-", number));
    evidence.set_version(1);
    evidence.set_subject(Project());
    evidence.set_kind("registry.engagement");
    const std::string from = DateOf(kFirst - 100 + Below(250));
    const std::string until = Below(3) == 0 ? DateOf(kFirst + 151 + Below(150)) : "";
    const auto set = [&](auto* relation) {
      relation->set_start_date(from);
      relation->set_end_date(until);
    };
    switch (Below(4)) {
      case 0:
        evidence.mutable_engagement()->set_project(evidence.subject());
        evidence.mutable_engagement()->set_firm(Any(Firms()));
        set(evidence.mutable_engagement());
        break;
      case 1:
        evidence.mutable_charge()->set_project(evidence.subject());
        evidence.mutable_charge()->set_manager(Manager());
        set(evidence.mutable_charge());
        break;
      case 2:
        evidence.set_subject(Firms()[0]);
        evidence.mutable_branch()->set_branch(Firms()[0]);
        evidence.mutable_branch()->set_parent(Firms()[1]);
        set(evidence.mutable_branch());
        break;
      default:
        evidence.set_subject(Manager());
        evidence.mutable_employment()->set_manager(evidence.subject());
        evidence.mutable_employment()->set_firm(Any(Firms()));
        set(evidence.mutable_employment());
    }
    return evidence;
  }

  Evidence Piece(int number) {
    const Day day = AnyDay();
    Evidence evidence =
        PieceEvidence(absl::StrCat("pieces/", number),
                      Any(Subjects()),
                      Any({"x.fine", "x.defect", "x.defect", "x.praise", "x.survey", "x.serious"}),
                      DateOf(day));
    evidence.set_occurred_on(DateOf(day - Below(60)));
    evidence.set_level(Below(2) == 0 ? type::v1::LEVEL_STREET : type::v1::LEVEL_COMMUNITY);
    evidence.set_issuer(Any({"", "a", "b"}));
    evidence.set_matter(Any({"", "m"}));
    evidence.set_contested(Below(6) == 0);
    if (Below(4) != 0) evidence.set_given_points_hundredths(100 * (1 + Below(8)));
    if (Below(3) == 0) evidence.set_valid_until(DateOf(day + 1 + Below(120)));
    auto* rate = evidence.add_measures();
    rate->set_name("rate");
    rate->set_value_hundredths(100 * Below(101));
    return evidence;
  }

  Evidence Amended(Evidence evidence) {
    evidence.set_version(evidence.version() + 1);
    switch (Below(4)) {
      case 0:
        evidence.set_corrected_on(
            DateOf(type::ParseDate(evidence.determined_on())->days() + Below(90)));
        break;
      case 1:
        evidence.set_contested(!evidence.contested());
        break;
      case 2:
        evidence.set_voided(true);
        break;
      default:
        evidence.set_given_points_hundredths(100 * (1 + Below(8)));
    }
    return evidence;
  }

  Random random_;
};

class RegisterProperty : public ::testing::TestWithParam<uint32_t> {
 protected:
  // Both registers say the same of everybody.
  static void ExpectSame(const Register& a, const Register& b) {
    for (const std::string& subject : Subjects())
      EXPECT_EQ(a.Current(subject).ShortDebugString(), b.Current(subject).ShortDebugString())
          << subject;
  }
};

TEST_P(RegisterProperty, TheOrderOfArrivalBetweenFeedsAndDaysDoesNotMatter) {
  Story story(GetParam());
  const Arrivals arrivals = story.Tell();
  Register together;
  for (const Arrival& arrival : arrivals) together.Take(arrival.feed, arrival.evidence);
  together.OpenDay(kLast + 1);

  Register mixed;
  Day today = kFirst - 1;
  for (const Arrival& arrival : story.Interleave(arrivals)) {
    if (story.Below(4) == 0 && today < kLast)
      mixed.OpenDay(today = std::min(kLast, today + 1 + story.Below(20)));
    mixed.Take(arrival.feed, arrival.evidence);
  }
  mixed.OpenDay(kLast + 1);
  ExpectSame(together, mixed);
}

TEST_P(RegisterProperty, WhatIsVoidedIsAsIfItHadNeverBeenAsKnownLater) {
  Story story(GetParam());
  const Arrivals arrivals = story.Tell();
  Register never;
  Register voided;
  never.OpenDay(kFirst);
  voided.OpenDay(kFirst);
  std::vector<Evidence> mistakes;
  for (size_t i = 0; i < arrivals.size(); ++i) {
    if (i % 3 == 0) {
      mistakes.push_back(story.Mistake(static_cast<int>(i)));
      voided.Take("mistakes", mistakes.back());
    }
    never.Take(arrivals[i].feed, arrivals[i].evidence);
    voided.Take(arrivals[i].feed, arrivals[i].evidence);
  }
  const Day middle = kFirst + 150;
  never.OpenDay(middle);
  voided.OpenDay(middle);
  for (Evidence mistake : mistakes) {
    mistake.set_version(2);
    mistake.set_voided(true);
    voided.Take("mistakes", mistake);
  }
  // Rows of rank are given when a day opens.
  never.OpenDay(middle + 1);
  voided.OpenDay(middle + 1);
  ExpectSame(never, voided);
  for (int i = 0; i < 20; ++i) {
    const std::string subject = story.Any(Subjects());
    const Day day = kFirst + story.Below(static_cast<int>(kLast - kFirst));
    StandingRecord a = never.AsOf(subject, day, never.revision());
    StandingRecord b = voided.AsOf(subject, day, voided.revision());
    if (day <= middle && subject.find("managers/") == 0) {
      // The row of an earlier day is the one that was given on it.
      for (StandingRecord* record : {&a, &b}) {
        record->clear_grade();
        record->clear_uncontested_grade();
        record->clear_explanation_digest();
      }
    }
    EXPECT_EQ(a.ShortDebugString(), b.ShortDebugString()) << subject << " on " << DateOf(day);
  }
}

TEST_P(RegisterProperty, AsOfEveryDateIsWhatWasRecordedOnIt) {
  struct Recorded {
    std::string subject;
    Day day;
    journal::Revision revision;
    StandingRecord record;
  };
  Story story(GetParam());
  const Arrivals arrivals = story.Interleave(story.Tell());
  Register years;
  std::vector<Recorded> recorded;
  size_t next = 0;
  for (Day day = kFirst; day <= kLast; ++day) {
    years.OpenDay(day);
    const size_t due = arrivals.size() * static_cast<size_t>(day - kFirst + 1) /
                       static_cast<size_t>(kLast - kFirst + 1);
    for (; next < due; ++next) years.Take(arrivals[next].feed, arrivals[next].evidence);
    for (const std::string& subject : Subjects()) {
      if (years.Filed(subject))
        recorded.push_back({subject, day, years.revision(), years.Current(subject)});
    }
  }
  ASSERT_EQ(next, arrivals.size());
  size_t wrong = 0;
  for (const Recorded& one : recorded) {
    const StandingRecord answer = years.AsOf(one.subject, one.day, one.revision);
    if (answer.SerializeAsString() == one.record.SerializeAsString()) continue;
    if (++wrong > 3) continue;
    EXPECT_EQ(answer.ShortDebugString(), one.record.ShortDebugString())
        << one.subject << " on " << DateOf(one.day);
  }
  EXPECT_EQ(wrong, 0) << "of " << recorded.size();
}

INSTANTIATE_TEST_SUITE_P(Seeds, RegisterProperty, ::testing::Range(1U, 41U));

}  // namespace
}  // namespace xince::creditfile
