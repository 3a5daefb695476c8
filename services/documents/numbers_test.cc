#include "services/documents/numbers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/documents/document.h"
#include "services/runtime/errors.h"

namespace xince::documents {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(NumberAllocatorTest, NumbersFollowOneAnotherWithinYearAndKind) {
  NumberAllocator numbers;
  for (uint32_t i = 1; i <= 3; ++i) {
    EXPECT_EQ(*numbers.Next(2026, "notice"), i);
    EXPECT_EQ(*numbers.Next(2026, "notice"), i) << "asking takes nothing";
    ASSERT_TRUE(numbers.Take(2026, "notice", i).ok());
  }
  EXPECT_EQ(*numbers.Next(2026, "decision"), 1);
  EXPECT_EQ(*numbers.Next(2027, "notice"), 1);
  EXPECT_THAT(numbers.Gaps(2026, "notice"), IsEmpty());
  EXPECT_THAT(numbers.Gaps(2026, "decision"), IsEmpty());
}

TEST(NumberAllocatorTest, ANumberIsGivenOnceAlsoWhenItIsVoided) {
  NumberAllocator numbers;
  ASSERT_TRUE(numbers.Take(2026, "notice", 1).ok());
  EXPECT_EQ(runtime::ReasonOf(numbers.Take(2026, "notice", 1)), "DOCUMENT_NUMBER_TAKEN");
  ASSERT_TRUE(numbers.Void(2026, "notice", 1, "当事人名称有误").ok());
  EXPECT_EQ(runtime::ReasonOf(numbers.Take(2026, "notice", 1)), "DOCUMENT_NUMBER_TAKEN");
  EXPECT_EQ(*numbers.Next(2026, "notice"), 2);
}

TEST(NumberAllocatorTest, GapsAreListedWithTheirReason) {
  NumberAllocator numbers;
  for (const uint32_t number : {1, 2, 5}) ASSERT_TRUE(numbers.Take(2026, "notice", number).ok());
  ASSERT_TRUE(numbers.Void(2026, "notice", 2, "重复制作").ok());
  EXPECT_THAT(numbers.Gaps(2026, "notice"),
              ElementsAre(NumberGap{2, "重复制作"}, NumberGap{3, ""}, NumberGap{4, ""}));
  EXPECT_EQ(*numbers.Next(2026, "notice"), 6);
}

TEST(NumberAllocatorTest, OnlyAStandingDocumentIsVoidedAndForAReason) {
  NumberAllocator numbers;
  EXPECT_EQ(runtime::ReasonOf(numbers.Void(2026, "notice", 1, "x")), "DOCUMENT_NUMBER_UNKNOWN");
  ASSERT_TRUE(numbers.Take(2026, "notice", 1).ok());
  EXPECT_EQ(runtime::ReasonOf(numbers.Void(2026, "notice", 1, "")), "FIELD_REQUIRED");
  EXPECT_EQ(runtime::ReasonOf(numbers.Void(2026, "notice", 2, "x")), "DOCUMENT_NUMBER_UNKNOWN");
  ASSERT_TRUE(numbers.Void(2026, "notice", 1, "x").ok());
  EXPECT_EQ(runtime::ReasonOf(numbers.Void(2026, "notice", 1, "y")), "DOCUMENT_NUMBER_UNKNOWN");
}

TEST(NumberAllocatorTest, NumbersAreBounded) {
  NumberAllocator numbers;
  EXPECT_EQ(runtime::ReasonOf(numbers.Take(2026, "notice", 0)), "DOCUMENT_NUMBER");
  EXPECT_EQ(runtime::ReasonOf(numbers.Take(2026, "notice", kDocumentNumberMax + 1)),
            "DOCUMENT_NUMBER");
  ASSERT_TRUE(numbers.Take(2026, "notice", kDocumentNumberMax - 1).ok());
  EXPECT_EQ(*numbers.Next(2026, "notice"), kDocumentNumberMax);
  ASSERT_TRUE(numbers.Take(2026, "notice", kDocumentNumberMax).ok());
  EXPECT_EQ(runtime::ReasonOf(numbers.Next(2026, "notice").status()), "DOCUMENT_NUMBERS_USED_UP");
}

}  // namespace
}  // namespace xince::documents
