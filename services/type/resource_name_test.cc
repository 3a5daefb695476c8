#include "services/type/resource_name.h"

#include <string>

#include "gtest/gtest.h"
#include "services/runtime/errors.h"

namespace xince::type {
namespace {

using ::xince::runtime::ReasonOf;
using ::xince::runtime::ToProblem;

std::string SubjectReason(absl::string_view name) { return ReasonOf(ParseSubject(name).status()); }

TEST(ResourceName, EveryKindOfSubjectGoesThereAndBack) {
  for (const auto* name : {"firms/91350100M000100Y43",
                           "managers/m-1",
                           "projects/2026-0001",
                           "committees/nj-320106-17",
                           "organizations/o"}) {
    const auto subject = ParseSubject(name);
    ASSERT_TRUE(subject.ok()) << name;
    EXPECT_EQ(FormatSubject(*subject), name);
    EXPECT_EQ(KindOfCollection(CollectionOf(subject->kind)), subject->kind);
  }
  EXPECT_EQ(ParseSubject("managers/m-1")->kind, SubjectKind::kManager);
  EXPECT_EQ(ParseSubject("managers/m-1")->id, "m-1");
}

TEST(ResourceName, WhatIsNoSubjectIsRefused) {
  for (const auto* name : {"",
                           "/",
                           "firms",
                           "managers/",
                           "/m-1",
                           "manager/m-1",
                           "estates/e-1",
                           "managers/m-1/x",
                           "managers/M-1",
                           "managers/-m",
                           "managers/m-",
                           "managers/m_1",
                           "Managers/m-1",
                           " managers/m-1",
                           "managers/张"}) {
    EXPECT_EQ(SubjectReason(name), "SUBJECT_SYNTAX") << name;
  }
  EXPECT_EQ(ToProblem(ParseSubject("x", "case.subject").status()).field, "case.subject");
}

TEST(ResourceName, AFirmsCodeIsCheckedButWhatAnOperatorMayAcceptPasses) {
  EXPECT_EQ(SubjectReason("firms/91350100M000100Y44"), "USCC_CHECK_DIGIT");
  EXPECT_EQ(SubjectReason("firms/91350100m000100y43"), "USCC_CHARACTER");
  EXPECT_EQ(SubjectReason("firms/"), "USCC_LENGTH");
  EXPECT_EQ(SubjectReason("firms/123456789012345678"), "");
}

TEST(ResourceName, IdentifiersHaveUpToSixtyThreeCharacters) {
  EXPECT_TRUE(CheckId("a").ok());
  EXPECT_TRUE(CheckId(std::string(kIdLengthMax, 'a')).ok());
  EXPECT_EQ(ReasonOf(CheckId(std::string(kIdLengthMax + 1, 'a'))), "ID_SYNTAX");
  EXPECT_EQ(SubjectReason("managers/" + std::string(kIdLengthMax + 1, 'a')), "SUBJECT_SYNTAX");
  for (const auto* id : {"", "-", "-a", "a-", "A", "a.b", "a b"}) {
    EXPECT_EQ(ReasonOf(CheckId(id)), "ID_SYNTAX") << id;
  }
}

TEST(ResourceName, AResourceIsOfTheCollectionAsked) {
  EXPECT_EQ(*ParseResource("projects/p-1", "projects"), "p-1");
  EXPECT_EQ(*ParseResource("rectificationOrders/r-1", "rectificationOrders"), "r-1");
  EXPECT_EQ(FormatResource("projects", "p-1"), "projects/p-1");
  for (const auto* name : {"", "p-1", "firms/p-1", "projects/P", "projects/p/1", "projects/"}) {
    EXPECT_EQ(ReasonOf(ParseResource(name, "projects").status()), "RESOURCE_SYNTAX") << name;
  }
  auto problem = ToProblem(ParseResource("x", "projects", "a.b").status());
  EXPECT_EQ(problem.metadata["collection"], "projects");
  EXPECT_EQ(problem.field, "a.b");
  EXPECT_EQ(ReasonOf(ParseResource("firms/1", "firms").status()), "USCC_LENGTH");
}

TEST(ResourceName, AnyCollectionMeansAnyWellFormedOne) {
  EXPECT_EQ(*ParseResource("rectificationOrders/r-1", ""), "r-1");
  for (const auto* name : {"/r-1", "Orders/r-1", "rectification-orders/r-1", "1orders/r-1"}) {
    EXPECT_EQ(ReasonOf(ParseResource(name, "").status()), "RESOURCE_SYNTAX") << name;
  }
}

}  // namespace
}  // namespace xince::type
