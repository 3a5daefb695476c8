#include "services/scoring/evaluate/reach.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace xince::evaluate {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using type::SubjectKind;

constexpr SubjectRef Firm(uint32_t id) { return {SubjectKind::kFirm, id}; }
constexpr SubjectRef Manager(uint32_t id) { return {SubjectKind::kManager, id}; }
constexpr SubjectRef Project(uint32_t id) { return {SubjectKind::kProject, id}; }

TEST(Reach, HoldsFromTheFirstDayUntilTheDayBeforeTheEnd) {
  RelationTable table;
  table.Add(Engagement{.project = 1, .firm = 10, .manager = 20, .from = 100, .until = 200});
  EXPECT_EQ(ReachOf(Firm(10), Project(1), 99, table), 0);
  EXPECT_EQ(ReachOf(Firm(10), Project(1), 100, table), kViaProject);
  EXPECT_EQ(ReachOf(Firm(10), Project(1), 199, table), kViaProject);
  EXPECT_EQ(ReachOf(Firm(10), Project(1), 200, table), 0);
  EXPECT_EQ(ReachOf(Manager(20), Project(1), 150, table), kViaProject);
  EXPECT_EQ(ReachOf(Firm(11), Project(1), 150, table), 0);
}

TEST(Reach, FindsTheSubjectItself) {
  const RelationTable table;
  EXPECT_THAT(FindSubjects({SubjectKind::kCommittee, 5}, 1, table),
              ElementsAre(Found{{SubjectKind::kCommittee, 5}, kDirect}));
  EXPECT_THAT(FindSubjects(Project(5), 1, table), ElementsAre(Found{Project(5), kDirect}));
}

TEST(Reach, GoesOnFromBranchToParent) {
  RelationTable table;
  table.Add(BranchLink{.branch = 10, .parent = 11, .from = 0, .until = 500});
  table.Add(BranchLink{.branch = 11, .parent = 12});
  table.Add(Engagement{.project = 1, .firm = 10});
  table.Add(Employment{.manager = 20, .firm = 10});
  EXPECT_THAT(
      FindSubjects(Firm(10), 100, table),
      ElementsAre(
          Found{Firm(10), kDirect}, Found{Firm(11), kViaBranch}, Found{Firm(12), kViaBranch}));
  EXPECT_THAT(FindSubjects(Project(1), 100, table),
              ElementsAre(Found{Firm(10), kViaProject},
                          Found{Firm(11), kViaBranchProject},
                          Found{Firm(12), kViaBranchProject},
                          Found{Project(1), kDirect}));
  EXPECT_THAT(FindSubjects(Manager(20), 100, table),
              ElementsAre(Found{Firm(10), kViaManager},
                          Found{Firm(11), kViaBranchManager},
                          Found{Firm(12), kViaBranchManager},
                          Found{Manager(20), kDirect}));
  EXPECT_EQ(ReachOf(Firm(12), Firm(10), 500, table), 0);
}

TEST(Reach, JoinsFirmAndManagerOfAProjectOnTheDay) {
  RelationTable table;
  table.Add(Engagement{.project = 1, .firm = 10, .from = 0, .until = 100});
  table.Add(Engagement{.project = 1, .firm = 11, .from = 100});
  table.Add(Engagement{.project = 1, .manager = 20, .from = 50, .until = 150});
  EXPECT_EQ(ReachOf(Firm(10), Manager(20), 99, table), kViaManager);
  EXPECT_EQ(ReachOf(Firm(10), Manager(20), 100, table), 0);
  EXPECT_EQ(ReachOf(Firm(11), Manager(20), 100, table), kViaManager);
  EXPECT_EQ(ReachOf(Firm(11), Manager(20), 150, table), 0);
  EXPECT_EQ(ReachOf(Manager(20), Project(1), 149, table), kViaProject);
}

TEST(Reach, JoinsTheWaysThatLeadToOneSubject) {
  RelationTable table;
  table.Add(Engagement{.project = 1, .firm = 10, .manager = 20});
  table.Add(Engagement{.project = 1, .firm = 11});
  table.Add(BranchLink{.branch = 11, .parent = 10});
  EXPECT_EQ(ReachOf(Firm(10), Project(1), 1, table), kViaProject | kViaBranchProject);
}

TEST(Reach, FollowsAChainToItsLimitAndNoFurther) {
  RelationTable table;
  for (uint32_t i = 0; i <= kBranchDepthMax; ++i)
    table.Add(BranchLink{.branch = i, .parent = i + 1});
  EXPECT_EQ(ReachOf(Firm(kBranchDepthMax), Firm(0), 1, table), kViaBranch);
  EXPECT_EQ(ReachOf(Firm(kBranchDepthMax + 1), Firm(0), 1, table), 0);
  // Firms that are each other's branches do not hold it up.
  table.Add(BranchLink{.branch = 100, .parent = 101});
  table.Add(BranchLink{.branch = 101, .parent = 100});
  EXPECT_EQ(ReachOf(Firm(100), Firm(100), 1, table), kDirect | kViaBranch);
}

TEST(RelationTable, ForgetsWhatItIsTold) {
  RelationTable table;
  table.Add(Engagement{.project = 1, .firm = 10, .manager = 20});
  table.Add(Engagement{.project = 2, .firm = 10, .manager = 20});
  table.Add(BranchLink{.branch = 10, .parent = 11});
  table.Add(Employment{.manager = 20, .firm = 12});
  table.ForgetProject(1);
  EXPECT_THAT(table.EngagementsOfProject(1), IsEmpty());
  EXPECT_EQ(table.EngagementsOfProject(2).size(), 1);
  EXPECT_EQ(table.EngagementsOfManager(20).size(), 1);
  table.ForgetBranch(10);
  table.ForgetEmployments(20);
  EXPECT_THAT(table.ParentsOf(10), IsEmpty());
  EXPECT_THAT(table.EmploymentsOf(20), IsEmpty());
  table.ForgetProject(99);
}

}  // namespace
}  // namespace xince::evaluate
