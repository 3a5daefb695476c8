#include "services/feeds/kind_list.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xince::feeds {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(KindList, KnowsItsWordsAndNoOthers) {
  const KindList kinds({"a.two", "a.one", "b.three", "a.one"});
  EXPECT_THAT(kinds.words(), ElementsAre("a.one", "a.two", "b.three"));
  EXPECT_TRUE(kinds.Contains("a.two"));
  EXPECT_FALSE(kinds.Contains("a.tw"));
  EXPECT_FALSE(kinds.Contains("a.two "));
  EXPECT_FALSE(KindList().Contains(""));
}

TEST(KindList, NamesTheNearestWord) {
  const KindList kinds({"inspection.inaction", "inspection.lift-unsafe"});
  EXPECT_EQ(kinds.Nearest("inspection.inactoin"), "inspection.inaction");
  EXPECT_EQ(kinds.Nearest("lift-safe"), "inspection.lift-unsafe");
  EXPECT_EQ(KindList().Nearest("inspection.inaction"), "");
}

TEST(KindList, IsNarrowedByPrefixAndByWhatIsTaken) {
  const KindList kinds({"a.one", "a.two", "ab.one", "b.one"});
  EXPECT_THAT(kinds.BeginningWith("a.").words(), ElementsAre("a.one", "a.two"));
  EXPECT_THAT(kinds.Without({"a.one", "c.one"}).words(), ElementsAre("a.two", "ab.one", "b.one"));
  EXPECT_THAT(kinds.BeginningWith("c.").words(), IsEmpty());
}

}  // namespace
}  // namespace xince::feeds
