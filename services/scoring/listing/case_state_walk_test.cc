#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

#include "services/scoring/listing/listing_fixture.h"

// A random walk through every procedure at once. In each state it comes to: what is kept is read back the
// same and goes on the same, and an entry that is taken back leaves no trace.
namespace xince::listing {
namespace {

using namespace testdata;  // NOLINT: the words of the register

constexpr int kCommands = 2500;
constexpr int kCommandsPerDay = 25;
constexpr int kKeptEvery = 5;
constexpr int kPieces = 40;
constexpr int kMatters = 4;

std::string PieceId(int i) { return absl::StrCat("inspection/findings/f", i, "#finding"); }

class Walk {
 public:
  explicit Walk(ListingTown& town) : town_(town) {}

  void Run() {
    for (int i = 3; i <= kPieces; ++i) town_.Take({ListingTown::Finding(PieceId(i))});
    day_ = *type::ParseDate("2026-02-24");
    OrderTwice();
    for (int i = 1; i <= kCommands; ++i) {
      if (Roll(12) == 0 || names_.empty()) {
        Open();
      } else {
        Step();
      }
      if (i % kCommandsPerDay == 0) town_.GoTo(FormatDate(day_ = day_ + (1 + Roll(4))));
      if (Roll(200) == 0) Evidence();
    }
  }

  const std::map<std::string, int>& taken() const { return taken_; }

 private:
  int Roll(int sides) { return static_cast<int>(dice_() % static_cast<uint32_t>(sides)); }
  std::string Today() const { return FormatDate(day_); }

  void Open() {
    static const std::pair<const char*, const char*> kLists[] = {
        {"blacklist", "adverse-listing"}, {"watched", "supervisory-listing"}};
    absl::StatusOr<v1::Case> opened = absl::UnknownError("");
    const std::string piece = PieceId(1 + Roll(kPieces));
    if (Roll(2) == 0) {
      const auto& [list, procedure] = kLists[Roll(2)];
      v1::StepDetails proposal = Proposed({piece, PieceId(1 + Roll(kPieces))});
      if (Roll(2) == 0) proposal.mutable_proposal()->set_months(1);
      v1::Opening opening = ListingTown::About(list, procedure);
      opening.set_matter(absl::StrCat("m", Roll(kMatters)));
      opened = town_.Open(opening, Recorder(), proposal);
    } else if (Roll(2) == 0) {
      v1::StepDetails objecting = Objecting();
      objecting.mutable_objection()->add_new_facts("新的材料");
      const bool entry = Roll(3) == 0 && !names_.empty();
      opened = town_.Open(
          ListingTown::AboutTarget("objection", entry ? Some() : piece), Subject(), objecting);
    } else {
      v1::StepDetails application;
      v1::RepairApplication& repair = *application.mutable_repair();
      repair.set_corrected_on(Today());
      *repair.add_proofs() = Paper("整改证明");
      repair.set_duties_done(true);
      *repair.mutable_pledge() = Paper("信用承诺书");
      opened = town_.Open(
          ListingTown::AboutTarget("repair", Roll(3) == 0 && !names_.empty() ? Some() : piece),
          Subject(),
          application);
    }
    if (!opened.ok()) return;
    names_.push_back(opened->name());
    if (!opened->opening().list().empty()) listings_.push_back(opened->name());
    ++taken_["open"];
  }

  // A court lets an entry rest, an order that is not met is given again, and the entry is revoked: of a
  // list one case at a time is prepared, and chance hardly comes that far.
  void OrderTwice() {
    const auto opened = town_.Open(
        ListingTown::About("watched", "supervisory-listing"), Recorder(), Proposed({PieceId(1)}));
    ASSERT_TRUE(opened.ok()) << opened.status();
    names_.push_back(opened->name());
    for (const char* step :
         {"serve-notice", "waive", "decide", "suspend", "resume", "order-rectification"})
      Take(opened->name(), step);
    town_.GoTo(FormatDate(day_ = day_ + 6));
    Take(opened->name(), "fail-rectification");
    Take(opened->name(), "order-again");
    Take(opened->name(), "revoke");
  }

  void Take(const std::string& name, const std::string& step) {
    const v1::Case read = town_.Get(name);
    const auto next = std::find_if(read.next().begin(), read.next().end(), [&](const auto& one) {
      return one.step() == step;
    });
    ASSERT_NE(next, read.next().end()) << step;
    v1::StepDetails details = Details(read, *next);
    if (details.has_acceptance()) details.mutable_acceptance()->set_met(false);
    const auto taken =
        town_.Step(name, step, By(static_cast<CaseStep::Party>(next->by(0))), details);
    ASSERT_TRUE(taken.ok()) << step << ": " << taken.status();
    ++taken_[step];
  }

  std::string Some() { return Recent(names_); }

  std::string Recent(const std::vector<std::string>& names) {
    const auto back = static_cast<size_t>(Roll(Roll(12) + 1));
    return names[names.size() - 1 - std::min(back, names.size() - 1)];
  }

  void Step() {
    // One case in four at random, else one of the last listings: chance alone hardly brings one far.
    const bool listing = Roll(4) != 0 && !listings_.empty();
    const v1::Case read = town_.Get(listing ? Recent(listings_) : Recent(names_));
    if (read.next().empty()) return;
    const v1::NextStep& next = read.next(Roll(read.next_size()));
    static const std::set<std::string> kEnds = {
        "withdraw", "refuse", "revoke", "remove", "decline", "accept-rectification"};
    if (kEnds.contains(next.step()) && Roll(4) != 0) return;
    if (!next.missing().empty() && Roll(20) != 0) return;
    const auto part = static_cast<CaseStep::Party>(next.by(Roll(next.by_size())));
    if (town_.Step(read.name(), next.step(), By(part), Details(read, next)).ok())
      ++taken_[next.step()];
  }

  v1::StepParty By(CaseStep::Party part) {
    switch (part) {
      case CaseStep::RECORDER:
        return Recorder();
      case CaseStep::OFFICER:
        return Roll(2) == 0 ? Checker() : Clerk();
      case CaseStep::SUBJECT:
        return Subject();
      case CaseStep::COURT:
        return Party(CaseStep::COURT, "judge", "法院");
      default:
        return Decider();
    }
  }

  v1::StepDetails Details(const v1::Case& read, const v1::NextStep& next) {
    v1::StepDetails details;
    switch (next.record()) {
      case CaseStep::NOTICE:
        return testdata::Noticed();
      case CaseStep::SERVICE:
        return Served(Today());
      case CaseStep::STATEMENT:
        details.mutable_statement()->add_points("已整改");
        details.mutable_statement()->set_asks_hearing(Roll(4) == 0);
        return details;
      case CaseStep::WAIVER:
        *details.mutable_waiver()->mutable_document() = Paper("放弃声明");
        return details;
      case CaseStep::HEARING:
        details.mutable_hearing()->set_convened_on(FormatDate(day_ - 1));
        details.mutable_hearing()->set_held_on(Today());
        *details.mutable_hearing()->mutable_minutes() = Paper("笔录");
        return details;
      case CaseStep::ANSWERS:
        for (uint32_t point = 1; point <= Points(read); ++point) {
          auto& answer = *details.mutable_answers()->add_answers();
          answer.set_point(point);
          answer.set_reasons("不采纳");
        }
        return details;
      case CaseStep::DECISION:
        return Decision(read);
      case CaseStep::PUBLICATION:
        return Published();
      case CaseStep::ORDER:
        *details.mutable_order()->mutable_document() = Paper("裁定书");
        return details;
      case CaseStep::RECTIFICATION:
        details.mutable_rectification()->set_until(FormatDate(day_ + 5));
        details.mutable_rectification()->set_what("整改");
        return details;
      case CaseStep::ACCEPTANCE:
        return Accepted(Today(), Roll(2) == 0);
      case CaseStep::INFORMATION:
        for (const auto& before : read.to_tell()) {
          auto& told = *details.mutable_information()->add_told();
          told.set_kind(before.kind());
          told.set_who(before.who());
          told.set_how("信函");
          told.set_day(Today());
          told.set_text("更正");
        }
        return details;
      default:
        return Because();
    }
  }

  static uint32_t Points(const v1::Case& read) {
    uint32_t points = 0;
    for (const auto& taken : read.steps())
      points += static_cast<uint32_t>(taken.details().statement().points_size() +
                                      taken.details().objection().points_size());
    return points;
  }

  v1::StepDetails Decision(const v1::Case& read) {
    v1::StepDetails details = town_.Decided(read.name());
    v1::Decision& decision = *details.mutable_decision();
    const std::string& piece = read.opening().target().evidence();
    if (Roll(4) == 0) decision.set_effective_on(FormatDate(day_ + Roll(5)));
    if (read.opening().procedure() == "repair") decision.set_repaired_points_hundredths(-Roll(900));
    if (read.opening().procedure() != "objection" || piece.empty()) return details;
    v1::Amendment& amendment = *decision.add_amendments();
    amendment.set_evidence(piece);
    if (Roll(3) == 0) {
      amendment.set_voided(true);
    } else {
      amendment.set_given_points_hundredths(-Roll(900));
    }
    return details;
  }

  // A later version, as the feed sends it.
  void Evidence() {
    evidence::v1::Evidence piece = ListingTown::Finding(PieceId(1 + Roll(kPieces)), ++version_);
    piece.set_voided(version_ % 3 == 0);
    town_.Take({piece});
  }

  ListingTown& town_;
  std::mt19937 dice_{20261122};
  type::Date day_;
  std::vector<std::string> names_;
  std::vector<std::string> listings_;
  std::map<std::string, int> taken_;
  uint32_t version_ = 1;
};

TEST(CaseStateWalk, EveryStateIsKeptReadBackAndTakenBackExactly) {
  ListingTown town;
  Walk walk(town);
  walk.Run();
  for (const char* step : {"open",
                           "decide",
                           "publish",
                           "suspend",
                           "resume",
                           "hear",
                           "uphold",
                           "grant",
                           "reopen",
                           "revoke",
                           "order-again",
                           "waive",
                           "fail-rectification"})
    EXPECT_GT(walk.taken().count(step), 0) << step;

  creditfile::CreditState state("3201");
  auto kept = std::make_unique<creditfile::CreditState>("3201");
  for (const journal::Entry& entry : town.Entries()) {
    const std::string before = state.SaveSnapshot();
    journal::Undo undo;
    ASSERT_EQ(state.Apply(entry, &undo), absl::OkStatus()) << entry.revision;
    undo.RollBackTo(0);
    ASSERT_EQ(state.SaveSnapshot(), before) << "taken back at " << entry.revision;
    ASSERT_EQ(state.Apply(entry, nullptr), absl::OkStatus());
    // One that was read back from what was kept before goes on as the other does.
    ASSERT_EQ(kept->Apply(entry, nullptr), absl::OkStatus()) << entry.revision;
    if (entry.revision % kKeptEvery != 0) continue;
    const std::string after = state.SaveSnapshot();
    ASSERT_EQ(kept->SaveSnapshot(), after) << entry.revision;
    kept = std::make_unique<creditfile::CreditState>("3201");
    ASSERT_EQ(kept->LoadSnapshot(after), absl::OkStatus());
    ASSERT_EQ(kept->SaveSnapshot(), after) << "read back at " << entry.revision;
  }
  EXPECT_EQ(journal::Sha256Hex(state.SaveSnapshot()), town.machine().StateDigest());
}

}  // namespace
}  // namespace xince::listing
