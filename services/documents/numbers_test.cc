#include "services/documents/numbers.h"

#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/documents/document.h"
#include "services/runtime/errors.h"

namespace xince::documents {
namespace {

using journal::v1::IssuedDocument;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kDay[] = "2026-03-02";

void Seal(IssuedDocument& issued) {
  auto& document = *issued.mutable_document();
  document.set_sha256(DigestOf(document));
  document.set_check_code(document.sha256().substr(0, kCheckCodeDigits));
}

IssuedDocument Issued(uint32_t serial,
                      const std::string& mark = "X住建",
                      const std::string& kind = "notice",
                      const std::string& date = kDay) {
  IssuedDocument issued;
  issued.set_organ_mark(mark);
  issued.set_serial(serial);
  issued.set_subject("firms/91350100M000100Y43");
  auto& document = *issued.mutable_document();
  document.set_template_(kind);
  document.set_date(date);
  document.set_title("告知书");
  document.set_number(absl::StrCat(mark, kind, "〔", date.substr(0, 4), "〕", serial, "号"));
  Seal(issued);
  return issued;
}

IssuedDocument Own(const std::string& number) {
  IssuedDocument issued = Issued(0);
  issued.clear_organ_mark();
  issued.mutable_document()->set_number(number);
  Seal(issued);
  return issued;
}

void Put(NumberBook& book,
         const IssuedDocument& issued,
         journal::Undo* undo = nullptr,
         const std::string& of_case = "cases/2026-1") {
  ASSERT_EQ(book.FaultOf(issued), "");
  book.Book({.issued = issued, .case_name = of_case, .revision = 7, .actor = "clerk"}, undo);
}

std::string Saved(const NumberBook& book) {
  journal::FlatWriter out;
  book.Save(out);
  return std::move(out).Finish();
}

TEST(NumberBookTest, NumbersFollowOneAnotherWithinMarkKindAndYear) {
  NumberBook book;
  const SeriesKey series{.mark = "X住建", .kind = "notice", .year = 2026};
  for (uint32_t i = 1; i <= 3; ++i) {
    EXPECT_EQ(*book.Next(series), i);
    EXPECT_EQ(*book.Next(series), i) << "asking takes nothing";
    Put(book, Issued(i));
  }
  EXPECT_EQ(*book.Next({.mark = "Y房", .kind = "notice", .year = 2026}), 1);
  EXPECT_EQ(*book.Next({.mark = "X住建", .kind = "decision", .year = 2026}), 1);
  EXPECT_EQ(*book.Next({.mark = "X住建", .kind = "notice", .year = 2027}), 1);
  Put(book, Issued(1, "Y房"));
  Put(book, Issued(1, "X住建", "decision"));
  Put(book, Issued(1, "X住建", "notice", "2027-01-04"));
  Put(book, Issued(4));
}

TEST(NumberBookTest, ANumberThatIsNotTheNextIsAFault) {
  NumberBook book;
  EXPECT_EQ(book.FaultOf(Issued(2)), "another number than the next");
  Put(book, Issued(1));
  EXPECT_EQ(book.FaultOf(Issued(1)), "a number that is taken");
  EXPECT_EQ(book.FaultOf(Issued(3)), "another number than the next");
  IssuedDocument other = Issued(2);
  other.mutable_document()->set_number("X住建notice〔2026〕9号");
  Seal(other);
  EXPECT_EQ(book.FaultOf(other), "another number than is printed");
}

TEST(NumberBookTest, ADocumentThatDoesNotHaveItsDigestIsAFault) {
  const NumberBook book;
  const std::pair<const char*, std::function<void(listing::v1::OfficialDocument&)>> changes[] = {
      {"title", [](auto& document) { document.set_title("决定书"); }},
      {"paragraph", [](auto& document) { document.add_paragraphs()->set_text("另"); }},
      {"field", [](auto& document) { document.add_fields()->set_name("subject"); }},
      {"sha256", [](auto& document) { document.set_sha256(std::string(64, '0')); }},
      {"check_code", [](auto& document) { document.set_check_code("0123456789abcdef"); }}};
  for (const auto& [name, change] : changes) {
    IssuedDocument issued = Issued(1);
    change(*issued.mutable_document());
    EXPECT_EQ(book.FaultOf(issued), "a document that does not have its digest") << name;
  }
}

TEST(NumberBookTest, AVoidedDocumentKeepsItsNumber) {
  NumberBook book;
  for (uint32_t i = 1; i <= 2; ++i) Put(book, Issued(i));
  const std::string number = Issued(2).document().number();
  book.Void(number, {.reason = "作废", .day = kDay}, nullptr);
  EXPECT_EQ(book.Find(number)->voiding->reason, "作废");
  EXPECT_EQ(book.FaultOf(Issued(2)), "a number that is taken");
  EXPECT_EQ(*book.Next(*SeriesOf(Issued(2))), 3);
}

TEST(NumberBookTest, ANumberOfTheOfficesOwnIsOfNoSeries) {
  NumberBook book;
  Put(book, Own("市黑〔2026〕1号"));
  EXPECT_EQ(book.FaultOf(Own("市黑〔2026〕1号")), "a number that is taken");
  EXPECT_EQ(*book.Next(*SeriesOf(Issued(1))), 1);
  EXPECT_FALSE(SeriesOf(Own("x")).has_value());
}

TEST(NumberBookTest, NumbersEnd) {
  NumberBook book;
  for (uint32_t i = 1; i < kDocumentNumberMax; ++i) book.Book({.issued = Issued(i)}, nullptr);
  EXPECT_EQ(*book.Next(*SeriesOf(Issued(1))), kDocumentNumberMax);
  book.Book({.issued = Issued(kDocumentNumberMax)}, nullptr);
  EXPECT_EQ(runtime::ReasonOf(book.Next(*SeriesOf(Issued(1))).status()),
            "DOCUMENT_NUMBERS_USED_UP");
}

TEST(NumberBookTest, IsFoundByNumberDigestAndCase) {
  NumberBook book;
  Put(book, Issued(1));
  Put(book, Issued(2), nullptr, "cases/2026-2");
  Put(book, Issued(3));
  EXPECT_EQ(book.Find(Issued(3).document().number())->issued.serial(), 3);
  EXPECT_EQ(book.Find("none"), nullptr);
  const std::string sha256 = Issued(2).document().sha256();
  ASSERT_EQ(book.OfDigest(sha256).size(), 1);
  EXPECT_EQ(book.OfDigest(sha256.substr(0, 16)).front()->issued.serial(), 2);
  EXPECT_THAT(book.OfDigest(std::string(16, 'f')), IsEmpty());
  EXPECT_EQ(book.OfDigest("").size(), 2) << "more than one is enough to say that it is ambiguous";
  std::vector<uint32_t> serials;
  for (const auto& document : book.OfCase("cases/2026-1"))
    serials.push_back(document->issued.serial());
  EXPECT_THAT(serials, ElementsAre(1, 3));
}

TEST(NumberBookTest, WhatWasDoneIsUndone) {
  NumberBook book;
  Put(book, Issued(1));
  const std::string before = Saved(book);
  journal::Undo undo;
  Put(book, Issued(2), &undo);
  Put(book, Own("市黑〔2026〕1号"), &undo);
  Put(book, Issued(1, "Y房"), &undo);
  book.Void(Issued(1).document().number(), {.reason = "作废", .day = kDay}, &undo);
  EXPECT_NE(Saved(book), before);
  undo.RollBackTo(0);
  EXPECT_EQ(Saved(book), before);
  EXPECT_EQ(*book.Next(*SeriesOf(Issued(1))), 2);
  EXPECT_EQ(*book.Next(*SeriesOf(Issued(1, "Y房"))), 1);
  EXPECT_EQ(book.OfCase("cases/2026-1").size(), 1);
  Put(book, Issued(2));
}

TEST(NumberBookTest, IsReadAsItWasSaved) {
  NumberBook book;
  Put(book, Issued(1));
  Put(book, Issued(2));
  Put(book, Own("市黑〔2026〕1号"));
  listing::v1::StepParty party;
  party.set_person("li");
  book.Void(Issued(1).document().number(),
            {.reason = "作废", .day = kDay, .party = party, .actor = "clerk", .revision = 9},
            nullptr);
  const std::string saved = Saved(book);
  NumberBook read;
  journal::FlatReader in(saved);
  ASSERT_TRUE(read.Load(in));
  EXPECT_EQ(Saved(read), saved);
  EXPECT_EQ(*read.Next(*SeriesOf(Issued(1))), 3);
  EXPECT_EQ(read.Find(Issued(1).document().number())->voiding->party.person(), "li");

  std::string wrong = saved;
  const size_t at = wrong.find("告知书");
  ASSERT_NE(at, std::string::npos);
  wrong[at + 2] ^= 1;
  NumberBook refuses;
  journal::FlatReader tampered(wrong);
  EXPECT_FALSE(refuses.Load(tampered));
}

TEST(NumberPlanTest, PlansOnTopOfTheBook) {
  NumberBook book;
  Put(book, Issued(1));
  NumberPlan plan(book);
  const SeriesKey series = *SeriesOf(Issued(1));
  EXPECT_EQ(*plan.Next(series), 2);
  ASSERT_TRUE(plan.Take(Issued(2)).ok());
  EXPECT_EQ(*plan.Next(series), 3);
  EXPECT_EQ(*book.Next(series), 2) << "the book is as it was";
  EXPECT_EQ(*plan.Next({.mark = "Y房", .kind = "notice", .year = 2026}), 1);
  ASSERT_TRUE(plan.Take(Own("市黑〔2026〕1号")).ok());
  EXPECT_EQ(runtime::ReasonOf(plan.Take(Own("市黑〔2026〕1号"))), "DOCUMENT_NUMBER_TAKEN");
  EXPECT_EQ(runtime::ReasonOf(plan.Take(Issued(1))), "DOCUMENT_NUMBER_TAKEN");
}

}  // namespace
}  // namespace xince::documents
