#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

#include "services/scoring/listing/listing_fixture.h"
#include "services/scoring/listing/upheld_fixture.h"

// Objections that end in every way, between proposals and feeds, in any order.
namespace xince::listing {
namespace {

using testdata::Arbiter;
using testdata::Because;
using testdata::Lessened;
using testdata::ListingTown;
using testdata::Objecting;
using testdata::Proposed;
using testdata::Recorder;
using testdata::Reviewer;
using testdata::Subject;
using testdata::Voided;

// Proposals, objections of every end and feeds in any order.
class Quarrel {
 public:
  explicit Quarrel(ListingTown& town) : town_(town) {
    for (int i = 0; i < kPieces; ++i) town_.Take({ListingTown::Finding(Piece(i))});
  }

  void Step() {
    switch (Roll(4)) {
      case 0:
        return Propose();
      case 1:
        return town_.Take({Sent(Piece(Roll(kPieces)))});
      case 2:
        return Object(ListingTown::AboutTarget("objection", Piece(Roll(kPieces))));
      default:
        if (!cases_.empty())
          Object(
              ListingTown::AboutTarget("objection", cases_[Roll(static_cast<int>(cases_.size()))]));
    }
  }

  // What must hold between two commands.
  void Judge() {
    for (const std::string& name : cases_) {
      const v1::Case read = town_.Get(name);
      const bool by_feed =
          std::any_of(read.facts_gone().begin(), read.facts_gone().end(), [](const auto& gone) {
            return gone.why() == v1::FactGone::VOIDED_BY_FEED;
          });
      EXPECT_TRUE(read.ended() || !read.criteria_unmet() || by_feed)
          << name << " stands on what objections voided";
      const std::string& because = read.steps().rbegin()->details().reasons().because();
      if (because.empty()) continue;
      ++undone_;
      EXPECT_TRUE(read.ended());
      const std::string state = town_.Get(because).state();
      EXPECT_TRUE(state == "upheld" || state == "correcting") << because << " " << state;
    }
    for (const std::string& name : objections_) {
      const v1::Case read = town_.Get(name);
      EXPECT_EQ(read.state() == "correcting", !read.to_tell().empty()) << name;
    }
  }
  int undone() const { return undone_; }

 private:
  static constexpr int kPieces = 4;

  int Roll(int sides) { return static_cast<int>(dice_() % static_cast<uint32_t>(sides)); }
  static std::string Piece(int i) { return absl::StrCat("inspection/findings/q", i, "#finding"); }
  bool Counts(const std::string& piece) {
    const auto fact = town_.state().case_register().Fact(piece);
    return fact.has_value() && fact->counts;
  }

  evidence::v1::Evidence Sent(const std::string& id) {
    evidence::v1::Evidence piece = ListingTown::Finding(id, ++version_);
    piece.set_voided(Roll(2) == 0);
    return piece;
  }

  void Propose() {
    std::vector<std::string> facts;
    for (int i = 0; i < kPieces; ++i) {
      if (Counts(Piece(i)) && Roll(2) == 0) facts.push_back(Piece(i));
    }
    v1::Opening opening = ListingTown::About("blacklist");
    opening.set_matter(absl::StrCat("m", ++version_));
    const auto opened = town_.Open(opening, Recorder(), Proposed(facts));
    if (opened.ok()) cases_.push_back(opened->name());
  }

  void Object(const v1::Opening& opening) {
    v1::StepDetails grounds = Objecting();
    grounds.mutable_objection()->add_new_facts("新证据");
    const auto filed = town_.Open(opening, Subject(), grounds);
    if (!filed.ok()) return;
    const std::string name = filed->name();
    objections_.push_back(name);
    if (Roll(4) == 0) {
      EXPECT_EQ(town_.Step(name, "withdraw", Subject(), Because()).status(), absl::OkStatus());
      return;
    }
    EXPECT_EQ(town_.Step(name, "accept", Reviewer(), Because()).status(), absl::OkStatus());
    v1::StepDetails answers;
    auto& answer = *answers.mutable_answers()->add_answers();
    answer.set_point(1);
    answer.set_adopted(true);
    answer.set_reasons("属实");
    EXPECT_EQ(town_.Step(name, "answer", Reviewer(), answers).status(), absl::OkStatus());
    v1::StepDetails decision = town_.Decided(name);
    const std::string& piece = opening.target().evidence();
    const bool upheld = Roll(3) != 0;
    if (upheld && !piece.empty())
      *decision.mutable_decision()->add_amendments() =
          Roll(3) == 0 ? Lessened(piece, -300) : Voided(piece);
    EXPECT_EQ(town_.Step(name, upheld ? "uphold" : "reject", Arbiter(), decision).status(),
              absl::OkStatus());
  }

  ListingTown& town_;
  std::mt19937 dice_{20261122};
  std::vector<std::string> cases_;
  std::vector<std::string> objections_;
  uint32_t version_ = 1;
  int undone_ = 0;
};

TEST(Objections, HoweverTheyEndNothingStandsOnWhatTheyVoided) {
  ListingTown town;
  Quarrel quarrel(town);
  for (int i = 0; i < 150; ++i) {
    quarrel.Step();
    if (i % 5 == 0) quarrel.Judge();
  }
  EXPECT_GT(quarrel.undone(), 20);
  const std::string digest = town.machine().StateDigest();
  EXPECT_EQ(town.Replayed().value_or(""), digest);
  town.Restart();
  EXPECT_EQ(town.machine().StateDigest(), digest);
}

}  // namespace
}  // namespace xince::listing
