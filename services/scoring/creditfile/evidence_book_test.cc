#include "services/scoring/creditfile/evidence_book.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "xince/evidence/v1/evidence.pb.h"

#include "services/runtime/errors.h"
#include "services/scoring/creditfile/subject_reach.h"

namespace xince::creditfile {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::xince::evidence::v1::Evidence;

constexpr char kFirm[] = "firms/91350100M000100Y43";
constexpr char kProject[] = "projects/p1";

Evidence Piece(const std::string& id, const std::string& subject, uint32_t version = 1) {
  Evidence evidence;
  evidence.set_id(id);
  evidence.set_version(version);
  evidence.set_subject(subject);
  evidence.set_kind("x.bad");
  evidence.set_occurred_on("2023-05-01");
  return evidence;
}

Evidence Filed(const std::string& subject, uint32_t version = 1) {
  Evidence evidence = Piece(absl::StrCat("registry/", subject), subject, version);
  evidence.mutable_filing()->set_division("320104001");
  evidence.mutable_filing()->set_area_hundredths_m2(500);
  return evidence;
}

Evidence Engaged(uint32_t version, const std::string& from, const std::string& until = "") {
  Evidence evidence = Piece("registry/e1", kProject, version);
  evidence.mutable_engagement()->set_project(kProject);
  evidence.mutable_engagement()->set_firm(kFirm);
  evidence.mutable_engagement()->set_start_date(from);
  evidence.mutable_engagement()->set_end_date(until);
  return evidence;
}

class EvidenceBookTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::optional<PieceId>> TryTake(const Evidence& evidence) {
    return book_.Take(evidence, ++revision_, &undo_);
  }
  Revision Take(const Evidence& evidence) {
    const auto taken = TryTake(evidence);
    EXPECT_TRUE(taken.ok()) << taken.status();
    EXPECT_TRUE(taken.ok() && taken->has_value());
    return revision_;
  }
  // Ids of what counts for a subject, with the ways.
  std::vector<std::string> Facts(const std::string& subject, Revision known) const {
    std::vector<evaluate::Fact> facts;
    GatherFacts(book_, book_.Find(subject), known, facts);
    std::vector<std::string> said;
    for (const evaluate::Fact& fact : facts) {
      said.push_back(absl::StrCat(book_.IdOf(fact.evidence),
                                  "@",
                                  book_.piece(fact.evidence).version,
                                  ":",
                                  int{fact.reach}));
      EXPECT_EQ(fact.order + 1, said.size());
    }
    return said;
  }
  // Everything that can be asked of the book.
  std::vector<std::string> Everything() const {
    std::vector<std::string> all = {absl::StrCat(book_.size(), " ", book_.held())};
    for (SubjectId i = 0; i < book_.subjects(); ++i) {
      const SubjectEvidence& subject = book_.subject(i);
      for (Revision known = 0; known <= revision_ + 1; ++known) {
        const Filing* filing = book_.FilingOf(subject, known);
        all.push_back(absl::StrCat(
            subject.name, " ", known, " ", filing == nullptr ? "" : filing->piece.bytes));
        book_.EachRelation(i, known, [&](const Relation& relation) {
          all.push_back(absl::StrCat(relation.piece, " ", relation.from));
        });
        for (const std::string& fact : Facts(std::string(subject.name), known)) all.push_back(fact);
      }
    }
    return all;
  }

  evaluate::Vocabulary vocabulary_;
  EvidenceBook book_{vocabulary_};
  Revision revision_ = 0;
  journal::Undo undo_;
};

TEST_F(EvidenceBookTest, EveryVersionIsSeenAsItWasKnown) {
  Take(Filed(kFirm));
  const Revision first = Take(Piece("b", kFirm));
  const Revision other = Take(Piece("a", kFirm));
  const Revision second = Take(Piece("b", kFirm, 2));
  Evidence voided = Piece("b", kFirm, 3);
  voided.set_voided(true);
  const Revision third = Take(voided);
  const Revision fourth = Take(Piece("b", kFirm, 4));
  EXPECT_THAT(Facts(kFirm, first - 1), IsEmpty());
  EXPECT_THAT(Facts(kFirm, first), ElementsAre("b@1:1"));
  EXPECT_THAT(Facts(kFirm, other), ElementsAre("a@1:1", "b@1:1"));
  EXPECT_THAT(Facts(kFirm, second), ElementsAre("a@1:1", "b@2:1"));
  EXPECT_THAT(Facts(kFirm, third), ElementsAre("a@1:1"));
  EXPECT_THAT(Facts(kFirm, fourth), ElementsAre("a@1:1", "b@4:1"));
}

TEST_F(EvidenceBookTest, AnEarlierVersionIsNothing) {
  Take(Piece("b", kFirm, 2));
  for (const uint32_t version : {1, 2}) {
    const auto taken = TryTake(Piece("b", kFirm, version));
    ASSERT_TRUE(taken.ok());
    EXPECT_FALSE(taken->has_value());
  }
  EXPECT_EQ(book_.size(), 1);
}

TEST_F(EvidenceBookTest, RelationsChangeVoidAndReviveAsTheyWereKnown) {
  Take(Filed(kFirm));
  Take(Filed(kProject));
  Take(Piece("b", kProject));
  const Revision first = Take(Engaged(1, "2023-06-01"));
  const Revision second = Take(Engaged(2, "2023-01-01"));
  Evidence voided = Engaged(3, "2023-01-01");
  voided.set_voided(true);
  const Revision third = Take(voided);
  const Revision fourth = Take(Engaged(4, "2023-01-01", "2023-05-02"));
  const Revision fifth = Take(Engaged(5, "2023-01-01", "2023-05-01"));
  EXPECT_THAT(Facts(kFirm, first), IsEmpty());
  EXPECT_THAT(Facts(kFirm, second), ElementsAre("b@1:2"));
  EXPECT_THAT(Facts(kFirm, third), IsEmpty());
  EXPECT_THAT(Facts(kFirm, fourth), ElementsAre("b@1:2"));
  EXPECT_THAT(Facts(kFirm, fifth), IsEmpty());
}

TEST_F(EvidenceBookTest, WhatNobodyFiledIsHeld) {
  Take(Filed(kFirm));
  Take(Piece("b", kProject));
  Take(Piece("c", kProject));
  const Revision engaged = Take(Engaged(1, "2023-01-01"));
  EXPECT_EQ(book_.held(), 3);
  EXPECT_THAT(Facts(kFirm, engaged), IsEmpty());
  const Revision filed = Take(Filed(kProject));
  EXPECT_EQ(book_.held(), 0);
  EXPECT_THAT(Facts(kFirm, filed), ElementsAre("b@1:2", "c@1:2"));
  EXPECT_THAT(Facts(kFirm, engaged), IsEmpty());
  Evidence withdrawn = Filed(kProject, 2);
  withdrawn.set_voided(true);
  Take(withdrawn);
  EXPECT_EQ(book_.held(), 3);
}

TEST_F(EvidenceBookTest, AFilingSaysItsDistrictAndWeights) {
  const Revision first = Take(Filed(kProject));
  Evidence coarse = Filed(kProject, 2);
  coarse.mutable_filing()->set_division("32010");
  coarse.mutable_filing()->set_households(7);
  const Revision second = Take(coarse);
  const SubjectEvidence& subject = book_.subject(book_.Find(kProject));
  EXPECT_EQ(book_.FilingOf(subject, first)->district, "320104");
  EXPECT_EQ(book_.FilingOf(subject, first)->area, 500);
  EXPECT_EQ(book_.FilingOf(subject, second)->district, "");
  EXPECT_EQ(book_.FilingOf(subject, second)->households, 7);
}

TEST_F(EvidenceBookTest, AFilingSaysWhatRulesMayAskOfIt) {
  Evidence filed = Filed(kProject);
  filed.mutable_filing()->set_subject_type("project");
  auto& kind = *filed.mutable_filing()->add_attributes();
  kind.set_name("estate-kind");
  kind.set_text("self-managed");
  auto& five = *filed.mutable_filing()->add_attributes();
  five.set_name("five-haves");
  five.set_number_hundredths(400);
  const Revision first = Take(filed);
  Evidence later = Filed(kProject, 2);
  auto& published = *later.mutable_filing()->add_attributes();
  published.set_name("basic-information-published");
  published.set_date("2026-03-01");
  const Revision second = Take(later);
  const auto& subject = book_.subject(book_.Find(kProject));
  const auto& told = book_.FilingOf(subject, first)->attributes;
  ASSERT_EQ(told.size(), 3u);
  EXPECT_EQ(told[0].name, vocabulary_.names.Find(kSubjectType));
  EXPECT_EQ(told[0].text, vocabulary_.names.Find("project"));
  EXPECT_EQ(told[1].text, vocabulary_.names.Find("self-managed"));
  EXPECT_EQ(told[2].text, 0u);
  EXPECT_EQ(told[2].number, 400);
  EXPECT_EQ(told[2].date, evaluate::kNoDay);
  const auto& now = book_.FilingOf(subject, second)->attributes;
  ASSERT_EQ(now.size(), 1u);
  EXPECT_EQ(now[0].date, type::ParseDate("2026-03-01")->days());
}

TEST_F(EvidenceBookTest, UndoGoesBackStepByStep) {
  std::vector<Evidence> pieces = {Filed(kFirm),
                                  Filed(kProject),
                                  Piece("b", kProject),
                                  Engaged(1, "2023-01-01"),
                                  Piece("b", kFirm, 2),
                                  Engaged(2, "2023-02-01"),
                                  Filed(kProject, 2)};
  pieces.push_back(Engaged(3, "2023-02-01"));
  pieces.back().set_voided(true);
  pieces.push_back(Filed(kProject, 3));
  pieces.back().set_voided(true);
  pieces.push_back(Engaged(4, "2023-03-01"));
  pieces.push_back(Piece("b", kFirm, 3));
  pieces.back().set_voided(true);
  for (Evidence& piece : pieces) {
    auto* measure = piece.add_measures();
    measure->set_name("count");
    measure->set_value_hundredths(piece.version());
    piece.add_tags("poll");
  }
  // Take all, so that every subject has its number, and take all back.
  for (const Evidence& piece : pieces) Take(piece);
  const std::vector<std::string> whole = Everything();
  undo_.RollBackTo(0);
  EXPECT_EQ(book_.size(), 0);
  EXPECT_EQ(book_.held(), 0);
  revision_ = 0;
  std::vector<std::vector<std::string>> before;
  std::vector<journal::Undo> undos(pieces.size());
  for (size_t i = 0; i < pieces.size(); ++i) {
    before.push_back(Everything());
    ASSERT_TRUE(book_.Take(pieces[i], ++revision_, &undos[i]).ok());
  }
  EXPECT_EQ(Everything(), whole);
  for (size_t i = pieces.size(); i-- > 0;) {
    undos[i].RollBackTo(0);
    --revision_;
    EXPECT_EQ(Everything(), before[i]) << i;
  }
}

TEST_F(EvidenceBookTest, BytesAndIdsComeBackAsTheyWere) {
  std::vector<Evidence> pieces;
  for (const size_t size : {size_t{1}, size_t{127}, size_t{128}, kEvidenceIdBytesMax}) {
    pieces.push_back(Piece(std::string(size, 'i'), kFirm));
    pieces.back().set_matter("m");
    Take(pieces.back());
  }
  for (PieceId i = 0; i < pieces.size(); ++i) {
    EXPECT_EQ(book_.IdOf(i), pieces[i].id());
    EXPECT_EQ(book_.piece(i).bytes, pieces[i].SerializeAsString());
  }
}

TEST_F(EvidenceBookTest, WhatIsBeyondALimitIsMalformedAndLeavesNothing) {
  const auto what = [&](const Evidence& evidence) {
    const auto taken = TryTake(evidence);
    return taken.ok() ? "" : runtime::ToProblem(taken.status()).metadata.at("what");
  };
  EXPECT_EQ(what(Piece("", kFirm)), "id");
  EXPECT_EQ(what(Piece(std::string(kEvidenceIdBytesMax + 1, 'i'), kFirm)), "id");
  Evidence measures = Piece("m", kFirm);
  for (int i = 0; i < kMeasuresMax; ++i) measures.add_measures()->set_name("count");
  EXPECT_EQ(what(measures), "");
  measures.add_measures()->set_name("count");
  measures.set_version(2);
  EXPECT_EQ(what(measures), "measures");
  Evidence tags = Piece("t", kFirm);
  for (int i = 0; i < kMeasuresMax; ++i) tags.add_tags("poll");
  EXPECT_EQ(what(tags), "");
  tags.add_tags("poll");
  tags.set_version(2);
  EXPECT_EQ(what(tags), "tags");
  Evidence date = Piece("d", kFirm);
  date.set_occurred_on("2023-02-29");
  EXPECT_EQ(what(date), "date");
  EXPECT_EQ(what(Engaged(1, "2023-02-29")), "date of a relation");
  EXPECT_EQ(book_.size(), 2);
}

TEST_F(EvidenceBookTest, FactsComeInTheOrderOfTheirIdsAsBytes) {
  std::vector<std::string> ids = {
      "b", "a", std::string("a\0", 2), std::string("a\0\0", 3), "检查/二", "检查/一"};
  const std::string long_beginning = "inspection/findings/2023-";
  for (const char* end :
       {"", "000012#firm", "000012#project", "000011#firm", "00001", "0000110", "z"})
    ids.push_back(absl::StrCat(long_beginning, end));
  for (int i = 0; i < 200; ++i)
    ids.push_back(absl::StrCat(long_beginning, (i * 7919) % 1009, "#", i % 3));
  for (const std::string& id : ids) Take(Piece(id, kFirm));
  std::sort(ids.begin(), ids.end());
  std::vector<evaluate::Fact> facts;
  GatherFacts(book_, book_.Find(kFirm), revision_, facts);
  ASSERT_EQ(facts.size(), ids.size());
  for (size_t i = 0; i < ids.size(); ++i) {
    EXPECT_EQ(book_.IdOf(facts[i].evidence), ids[i]) << i;
    EXPECT_EQ(facts[i].order, i);
  }
}

TEST_F(EvidenceBookTest, TheLastDayOfAllFindsItsOwnSubject) {
  Evidence last = Piece("b", kFirm);
  last.set_occurred_on("9999-12-31");
  EXPECT_THAT(Facts(kFirm, Take(last)), ElementsAre("b@1:1"));
}

}  // namespace
}  // namespace xince::creditfile
