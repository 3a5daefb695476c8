#include "services/scoring/creditfile/set_aside.h"

#include <string>

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

#include "xince/journal/v1/scoring.pb.h"

#include "services/runtime/errors.h"

namespace xince::creditfile {
namespace {

journal::v1::EvidenceSetAside Event(uint64_t sequence) {
  journal::v1::EvidenceSetAside event;
  event.set_feed("foreign");
  event.set_sequence(sequence);
  event.set_digest(std::string(64, 'a'));
  event.set_fault("date");
  event.set_reason("理由");
  return event;
}

std::string ReasonOf(const absl::Status& status) { return runtime::ReasonOf(status); }

TEST(SetAsideTest, WhatCannotHaveBeenDecidedIsRefused) {
  SetAsideBook book;
  ASSERT_TRUE(book.Apply(Event(8), {.revision = 1}, 7, nullptr).ok());
  EXPECT_EQ(ReasonOf(book.Apply(Event(8), {.revision = 2}, 7, nullptr)), "REPLAY_MISMATCH");
  EXPECT_EQ(ReasonOf(book.Apply(Event(9), {.revision = 2}, 9, nullptr)), "REPLAY_MISMATCH");
  auto event = Event(10);
  event.clear_reason();
  EXPECT_EQ(ReasonOf(book.Apply(event, {.revision = 2}, 9, nullptr)), "REPLAY_MISMATCH");
  event = Event(10);
  event.set_digest(std::string(64, 'A'));
  EXPECT_EQ(ReasonOf(book.Apply(event, {.revision = 2}, 9, nullptr)), "REPLAY_MISMATCH");
  event = Event(10);
  event.clear_feed();
  EXPECT_EQ(ReasonOf(book.Apply(event, {.revision = 2}, 9, nullptr)), "REPLAY_MISMATCH");
  EXPECT_EQ(book.all().size(), 1);
}

TEST(SetAsideTest, UndoLeavesNoTrace) {
  SetAsideBook book;
  journal::Undo undo;
  ASSERT_TRUE(book.Apply(Event(8), {.revision = 1}, 7, &undo).ok());
  EXPECT_TRUE(book.Touches("foreign", 8));
  EXPECT_FALSE(book.Touches("foreign", 7));
  EXPECT_FALSE(book.Touches("other", 8));
  undo.RollBackTo(0);
  EXPECT_FALSE(book.Touches("foreign", 8));
  EXPECT_TRUE(book.all().empty());
}

TEST(SetAsideTest, ThereIsALimit) {
  SetAsideBook book;
  for (uint64_t i = 1; i <= kSetAsideMax; ++i)
    ASSERT_TRUE(book.Apply(Event(i), {.revision = i}, 0, nullptr).ok());
  EXPECT_EQ(
      ReasonOf(book.Apply(Event(kSetAsideMax + 1), {.revision = kSetAsideMax + 1}, 0, nullptr)),
      "SET_ASIDE_LIMIT");
}

TEST(SetAsideTest, AnIdIsShownWhenItLooksLikeOneAndHoldsNoIdentityNumber) {
  EXPECT_EQ(ShownId("inspection/penalties/p1#firm"), "inspection/penalties/p1#firm");
  EXPECT_EQ(ShownId("x-12345678901234"), "x-12345678901234");
  EXPECT_EQ(ShownId("x-123456789012345"), "") << "fifteen digits";
  EXPECT_EQ(ShownId("32010419800101001X"), "") << "seventeen digits and a letter";
  EXPECT_EQ(ShownId("张三"), "");
  EXPECT_EQ(ShownId("a b"), "");
  EXPECT_EQ(ShownId(std::string(200, 'a')).size(), 200);
  EXPECT_EQ(ShownId(std::string(201, 'a')), "");
}

}  // namespace
}  // namespace xince::creditfile
