#include "services/scoring/intake/intake.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/runtime/errors.h"
#include "services/scoring/creditfile/test_register.h"
#include "services/scoring/intake/testing/scripted_feed.h"

namespace xince::intake {
namespace {

using creditfile::DigestOfPiece;
using creditfile::FiledEvidence;
using creditfile::PieceEvidence;
using evidence::v1::Evidence;
using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kFeed[] = "foreign";
constexpr char kFirst[] = "firms/91320104MAX0000156";
constexpr char kSecond[] = "firms/91320104MAX000058K";

Evidence Sound(const std::string& id) {
  return PieceEvidence(id, kFirst, "inspection.penalty", "2024-02-01");
}

Evidence Malformed(const std::string& id) {
  Evidence piece = Sound(id);
  piece.set_occurred_on("2024-02-30");
  return piece;
}

// A feed of four batches, the third with a piece that cannot be read.
class IntakeTest : public ::testing::Test {
 protected:
  IntakeTest() {
    feed_.Send(1, {FiledEvidence(kFirst)});
    feed_.Send(2, {Sound("foreign/a")});
    feed_.Send(3, {Sound("foreign/b"), bad_, Sound("foreign/d")});
    feed_.Send(4, {FiledEvidence(kSecond)});
  }
  ~IntakeTest() override { reader_.reset(); }

  void Start() {
    reader_ = std::make_unique<FeedReader>(kFeed,
                                           feed_.Open(),
                                           register_.state(),
                                           register_.machine(),
                                           [this](const std::string&, const absl::Status& status) {
                                             const runtime::MutexLock lock(mutex_);
                                             reasons_.push_back(runtime::ReasonOf(status));
                                           });
    reader_->Start();
  }
  void AwaitStuck(uint64_t sequence) {
    Await([&] {
      const std::optional<StuckPiece> stuck = reader_->stuck();
      return stuck.has_value() && stuck->sequence == sequence;
    });
  }
  template <class What>
  auto Look(What what) {
    decltype(what(std::as_const(register_.state()))) seen{};
    EXPECT_TRUE(register_.machine()
                    .Read(0,
                          absl::InfiniteFuture(),
                          [&] {
                            seen = what(std::as_const(register_.state()));
                            return register_.machine().applied();
                          })
                    .ok());
    return seen;
  }
  uint64_t Cursor() {
    return Look([](const auto& state) { return state.CursorOf(kFeed); });
  }
  void AwaitCursor(uint64_t sequence) {
    Await([&] { return Cursor() == sequence; });
  }
  bool IsFiled(const std::string& subject) {
    return Look([&](const auto& state) { return state.filed().contains(subject); });
  }
  size_t Pieces() {
    return Look([](const auto& state) { return state.book().size(); });
  }
  std::vector<creditfile::SetAsidePiece> SetAsides() {
    return Look([](const auto& state) { return state.set_aside().all(); });
  }
  absl::Status SetAside(uint64_t sequence, const Evidence& piece) {
    return reader_->SetAside("li", sequence, DigestOfPiece(piece), "来函说明该条作废").status();
  }

  const Evidence bad_ = Malformed("foreign/c");
  creditfile::TestRegister register_{{}, "2024-03-01"};
  runtime::Mutex mutex_;
  std::vector<std::string> reasons_ ABSL_GUARDED_BY(mutex_);
  ScriptedFeed feed_;
  std::unique_ptr<FeedReader> reader_;
};

TEST_F(IntakeTest, TheIntakeStandsStillAtAPieceThatCannotBeReadAndSaysWhich) {
  Start();
  AwaitStuck(3);
  const std::optional<StuckPiece> stuck = reader_->stuck();
  EXPECT_EQ(stuck->place, 1);
  EXPECT_EQ(stuck->digest, DigestOfPiece(bad_));
  EXPECT_EQ(stuck->evidence, "foreign/c");
  EXPECT_EQ(stuck->fault, "date");
  // What came before does not wait for it, what comes after does, however often it is asked for.
  AwaitCursor(2);
  const int opened = feed_.opened();
  Await([&] { return feed_.opened() >= opened + 2; });
  EXPECT_EQ(Cursor(), 2);
  EXPECT_FALSE(IsFiled(kSecond));
  EXPECT_FALSE(reader_->caught_up());
  EXPECT_THAT(SetAsides(), IsEmpty()) << "never by itself";
  const runtime::MutexLock lock(mutex_);
  EXPECT_THAT(reasons_, Contains("EVIDENCE_MALFORMED"));
}

TEST_F(IntakeTest, WhenThePieceIsSetAsideTheIntakeGoesOnWithoutIt) {
  Start();
  AwaitStuck(3);
  ASSERT_EQ(SetAside(3, bad_), absl::OkStatus());
  AwaitCursor(4);
  EXPECT_TRUE(IsFiled(kSecond));
  EXPECT_EQ(Pieces(), 5) << "two filings, and three pieces that can be read";
  Await([&] { return reader_->caught_up(); });
  EXPECT_FALSE(reader_->stuck().has_value());
  ASSERT_THAT(SetAsides(), SizeIs(1));
  const creditfile::SetAsidePiece piece = SetAsides().front();
  EXPECT_EQ(piece.feed, kFeed);
  EXPECT_EQ(piece.sequence, 3);
  EXPECT_EQ(piece.place, 1);
  EXPECT_EQ(piece.digest, DigestOfPiece(bad_));
  EXPECT_EQ(piece.evidence, "foreign/c");
  EXPECT_EQ(piece.fault, "date");
  EXPECT_EQ(piece.reason, "来函说明该条作废");
  EXPECT_EQ(piece.actor, "li");
  EXPECT_GT(piece.record_time_us, 0);
  // Asked again, it is recorded once.
  EXPECT_EQ(SetAside(3, bad_), absl::OkStatus());
  EXPECT_THAT(SetAsides(), SizeIs(1));
}

TEST_F(IntakeTest, ReplayAndSnapshotKnowWhatWasSetAside) {
  Start();
  AwaitStuck(3);
  ASSERT_EQ(SetAside(3, bad_), absl::OkStatus());
  AwaitCursor(4);
  reader_->Stop();
  const std::string digest = register_.machine().StateDigest();
  EXPECT_EQ(register_.ReplayedDigest(), digest);
  reader_.reset();
  register_.machine().Stop();
  register_.Restart();
  EXPECT_EQ(register_.machine().StateDigest(), digest);
  ASSERT_THAT(SetAsides(), SizeIs(1));
  EXPECT_NE(register_.state().set_aside().Find(kFeed, 3, DigestOfPiece(bad_)), nullptr);
}

TEST_F(IntakeTest, NothingButThePieceItStandsStillAtIsSetAside) {
  Start();
  AwaitStuck(3);
  AwaitCursor(2);
  const journal::Revision before = register_.machine().durable();
  for (const auto& [sequence, piece] : std::vector<std::pair<uint64_t, Evidence>>{
           {3, Sound("foreign/b")}, {2, Sound("foreign/a")}, {4, bad_}, {3, Malformed("other")}}) {
    const absl::Status refused = SetAside(sequence, piece);
    EXPECT_EQ(runtime::ReasonOf(refused), "EVIDENCE_NOT_STUCK") << sequence;
    EXPECT_EQ(runtime::ToProblem(refused).metadata["stuck_digest"], DigestOfPiece(bad_));
  }
  EXPECT_EQ(register_.machine().durable(), before);
  // Nor anything where nothing is stuck.
  ASSERT_EQ(SetAside(3, bad_), absl::OkStatus());
  AwaitCursor(4);
  EXPECT_EQ(runtime::ReasonOf(SetAside(4, FiledEvidence(kSecond))), "EVIDENCE_NOT_STUCK");
}

TEST_F(IntakeTest, APieceThatIsSentOtherwiseIsTakenInWithoutSettingAnythingAside) {
  Start();
  AwaitStuck(3);
  feed_.Send(3, {Sound("foreign/b"), Sound("foreign/c"), Sound("foreign/d")});
  AwaitCursor(4);
  EXPECT_EQ(Pieces(), 6);
  EXPECT_THAT(SetAsides(), IsEmpty());
}

TEST_F(IntakeTest, ALaterVersionOfAPieceSetAsideIsTakenIn) {
  Start();
  AwaitStuck(3);
  ASSERT_EQ(SetAside(3, bad_), absl::OkStatus());
  AwaitCursor(4);
  Evidence corrected = Sound("foreign/c");
  corrected.set_version(2);
  feed_.Send(5, {corrected});
  AwaitCursor(5);
  EXPECT_EQ(Pieces(), 6);
}

TEST_F(IntakeTest, TwoPiecesOfOneBatchAreSetAsideOneAfterTheOther) {
  const Evidence second = Malformed("foreign/e");
  feed_.Send(3, {bad_, second});
  Start();
  AwaitStuck(3);
  EXPECT_EQ(runtime::ReasonOf(SetAside(3, second)), "EVIDENCE_NOT_STUCK");
  ASSERT_EQ(SetAside(3, bad_), absl::OkStatus());
  Await([&] {
    const std::optional<StuckPiece> stuck = reader_->stuck();
    return stuck.has_value() && stuck->digest == DigestOfPiece(second);
  });
  EXPECT_EQ(reader_->stuck()->place, 1) << "its place in the batch as it was sent";
  ASSERT_EQ(SetAside(3, second), absl::OkStatus());
  AwaitCursor(4);
  EXPECT_THAT(SetAsides(), SizeIs(2));
  EXPECT_EQ(register_.ReplayedDigest(), register_.machine().StateDigest());
}

}  // namespace
}  // namespace xince::intake
