#include "services/scoring/creditfile/subject_reach.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

#include "xince/evidence/v1/evidence.pb.h"

#include "services/type/civil_date.h"

namespace xince::creditfile {
namespace {

using ::xince::evidence::v1::Evidence;

constexpr const char* kFirms[] = {
    "firms/91350100M000100Y43", "firms/91510000779827684C", "firms/91110000600037341L"};

// Relations drawn by a small generator: every subject is asked about every other on many days.
class SubjectReachTest : public ::testing::Test {
 protected:
  uint64_t Draw(uint64_t below) {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return (state_ >> 33) % below;
  }
  std::string Day2020(uint64_t days) {
    return type::FormatDate(type::Date::FromCivil(2020, 1, 1) + static_cast<int64_t>(days));
  }
  Evidence Relation() {
    Evidence evidence;
    evidence.set_id(absl::StrCat("registry/", ++count_));
    evidence.set_version(1);
    const std::string project = absl::StrCat("projects/p", Draw(4));
    const std::string manager = absl::StrCat("managers/m", Draw(3));
    const std::string firm = kFirms[Draw(3)];
    const uint64_t from = Draw(300);
    const std::string start = Day2020(from);
    const std::string end = Draw(3) == 0 ? "" : Day2020(from + 1 + Draw(200));
    const auto dates = [&](auto* relation) {
      relation->set_start_date(start);
      relation->set_end_date(end);
      return relation;
    };
    switch (Draw(5)) {
      case 0:
        evidence.set_subject(project);
        dates(evidence.mutable_engagement())->set_project(project);
        evidence.mutable_engagement()->set_firm(firm);
        break;
      case 1:
        evidence.set_subject(project);
        dates(evidence.mutable_charge())->set_project(project);
        evidence.mutable_charge()->set_manager(manager);
        break;
      case 2:
        evidence.set_subject(manager);
        dates(evidence.mutable_employment())->set_manager(manager);
        evidence.mutable_employment()->set_firm(firm);
        break;
      case 3:
        // Branches of branches, and now and then a ring of them.
        evidence.set_subject(firm);
        dates(evidence.mutable_branch())->set_branch(firm);
        evidence.mutable_branch()->set_parent(kFirms[Draw(3)]);
        break;
      default:
        // What fits no kind of relation leads nowhere.
        evidence.set_subject(project);
        dates(evidence.mutable_engagement())->set_project(Draw(2) == 0 ? firm : project);
        evidence.mutable_engagement()->set_firm(manager);
    }
    return evidence;
  }

  uint64_t state_ = 7;
  int count_ = 0;
};

TEST_F(SubjectReachTest, AnswersAsTheGeneralSearchDoes) {
  int found = 0;
  int rings = 0;
  for (int world = 0; world < 60; ++world) {
    evaluate::Vocabulary vocabulary;
    EvidenceBook book(vocabulary);
    for (Revision revision = 1; revision <= 12; ++revision) {
      ASSERT_TRUE(book.Take(Relation(), revision, nullptr).ok());
    }
    for (const Revision known : {Revision{4}, Revision{12}}) {
      for (SubjectId subject = 0; subject < book.subjects(); ++subject) {
        const SubjectReach reach(book, subject, known);
        const KnownRelations relations(book, known);
        for (SubjectId about = 0; about < book.subjects(); ++about) {
          for (int64_t day = -5; day < 520; day += 21) {
            const Day occurred = (type::Date::FromCivil(2020, 1, 1) + day).days();
            const evaluate::ReachMask expected =
                evaluate::ReachOf({.kind = book.subject(subject).kind, .id = subject},
                                  {.kind = book.subject(about).kind, .id = about},
                                  occurred,
                                  relations);
            if (expected != 0 && about != subject) ++found;
            if (about == subject && expected != evaluate::kDirect) ++rings;
            ASSERT_EQ(reach.Of(about, occurred), expected)
                << book.subject(subject).name << " " << book.subject(about).name << " " << day;
          }
        }
      }
    }
  }
  EXPECT_GT(found, 1000);
  EXPECT_GT(rings, 10);
}

}  // namespace
}  // namespace xince::creditfile
