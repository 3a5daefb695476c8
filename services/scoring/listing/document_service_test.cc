#include "services/scoring/listing/document_service.h"

#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <functional>
#include <map>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/runtime/mutex.h"
#include "services/scoring/listing/document_calls.h"

namespace xince::listing {
namespace {

using namespace testdata;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// A case up to its notice, which is not served.
std::string WrittenNotice(ListingTown& town) {
  const auto opened = town.Open(ListingTown::About("blacklist"), Recorder(), Proposed());
  EXPECT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(town.Step(opened->name(), "check", Checker(), Because()).status(), absl::OkStatus());
  EXPECT_EQ(town.Step(opened->name(), "write-notice", Checker(), Noticed()).status(),
            absl::OkStatus());
  return opened->name();
}
v1::StepDetails Ordered(const std::string& until) {
  v1::StepDetails details;
  details.mutable_rectification()->set_until(until);
  details.mutable_rectification()->set_what("清理消防通道");
  return details;
}
v1::StepDetails ByCourt() {
  v1::StepDetails details;
  *details.mutable_order()->mutable_document() = Paper("中止执行裁定书");
  return details;
}

TEST(Documents, AreMadeWithTheStepsThatNameThem) {
  ListingTown town;
  const std::string name = town.Blacklisted();
  EXPECT_EQ(DocumentsOf(town.Get(name)),
            (std::map<std::string, std::string>{{"write-notice", "信册信告〔2026〕1号"},
                                                {"decide", "X住建信决〔2026〕1号"},
                                                {"publish", "信册信公〔2026〕1号"}}));
  const auto decision = GetOf(town, name, "decide");
  ASSERT_TRUE(decision.ok()) << decision.status();
  EXPECT_EQ(decision->content().organ(), "某市住房和城乡建设局");
  EXPECT_EQ(decision->organ_mark(), "X住建");
  EXPECT_EQ(decision->serial(), 1);
  EXPECT_EQ(decision->year(), 2026);
  EXPECT_EQ(decision->case_(), name);
  EXPECT_EQ(decision->subject(), kFirm);
  const std::string text = TextOf(decision->content());
  EXPECT_THAT(text, HasSubstr("列入黑名单决定书"));
  EXPECT_THAT(text, HasSubstr("信册信告〔2026〕1号告知书"));
  EXPECT_THAT(text, HasSubstr("不良行为（2025年11月5日发生，2025年11月20日认定，认定单位：区局"));
  EXPECT_THAT(text, HasSubstr("依据《某市信用管理条例》（1号）六"));
  EXPECT_THAT(text, HasSubstr("不得参加投标"));
  EXPECT_EQ(decision->content().addressee(), "示例：");
  EXPECT_THAT(decision->content().verification(), HasSubstr("https://credit.example.cn/v/"));
}

TEST(Documents, OfClocksAndRulesAreMadeByTheOrganThatDecided) {
  ListingTown town;
  const std::string repaired = town.Blacklisted();
  town.GoTo("2026-06-22");
  ASSERT_NE(town.Repaired(repaired), "");
  EXPECT_EQ(DocumentsOf(town.Get(repaired))["remove"], "X住建信移〔2026〕1号");
  EXPECT_THAT(TextOf(GetOf(town, repaired, "remove")->content()), HasSubstr("信用修复"));

  ListingTown other;
  const std::string expired = other.Blacklisted();
  other.GoTo("2026-10-12");
  const auto removal = GetOf(other, expired, "expire");
  ASSERT_TRUE(removal.ok()) << removal.status();
  EXPECT_EQ(removal->number(), "X住建信移〔2026〕1号");
  EXPECT_EQ(removal->date(), "2026-09-18") << "the day it counts from, not the day it was made";
  EXPECT_EQ(removal->actor(), "xince:clock");
}

TEST(Documents, ARefusedStepUsesUpNoNumber) {
  ListingTown town;
  const std::string name = town.Noticed();
  EXPECT_EQ(ReasonOf(town.Step(name, "decide", Decider(), town.Decided(name)).status()),
            "GUARD_MISSING step");
  town.GoTo("2026-03-17");
  auto nameless = ListingTown::Filed(kFirm);
  nameless.set_version(2);
  nameless.mutable_filing()->clear_display_name();
  town.Take({nameless});
  const v1::Case before = town.Get(name);
  const size_t entries = town.Entries().size();
  const absl::Status refused = town.Step(name, "decide", Decider(), town.Decided(name)).status();
  EXPECT_EQ(ReasonOf(refused), "DOCUMENT_FIELD_MISSING document.fields.subject");
  EXPECT_EQ(town.Get(name).hash(), before.hash());
  EXPECT_EQ(town.Entries().size(), entries);
  auto named = ListingTown::Filed(kFirm);
  named.set_version(3);
  town.Take({named});
  const auto decided = town.Step(name, "decide", Decider(), town.Decided(name));
  ASSERT_TRUE(decided.ok()) << decided.status();
  EXPECT_EQ(decided->steps().rbegin()->document_number(), "X住建信决〔2026〕1号");
}

TEST(Documents, WhatTimeEndsDoesNotWaitForWords) {
  ListingTown town;
  const std::string name = town.Blacklisted();
  auto nameless = ListingTown::Filed(kFirm);
  nameless.set_version(2);
  nameless.mutable_filing()->clear_display_name();
  town.Take({nameless});
  town.GoTo("2026-10-12");
  const v1::Case expired = town.Get(name);
  EXPECT_EQ(expired.state(), "expired");
  EXPECT_EQ(expired.steps().rbegin()->document_number(), "");
  std::string why;
  for (const journal::Entry& entry : town.Entries()) {
    journal::v1::ScoringEntry payload;
    payload.ParseFromString(entry.payload);
    for (const auto& event : payload.case_steps().events()) {
      if (event.step() == "expire") why = event.document_refused();
    }
  }
  EXPECT_EQ(why, "DOCUMENT_FIELD_MISSING");
  EXPECT_TRUE(town.Replayed().ok());
}

TEST(Documents, TheOfficesOwnNumberIsPrintedAndIsOfNoSeries) {
  ListingTown town;
  const std::string name = town.Noticed();
  town.GoTo("2026-03-17");
  v1::StepDetails details = town.Decided(name);
  details.mutable_decision()->set_document_number("X住建信决〔2026〕8号");
  EXPECT_EQ(ReasonOf(town.Step(name, "decide", Decider(), details).status()),
            "DOCUMENT_NUMBER_OWN details.decision.document_number");
  details.mutable_decision()->set_document_number("信册信告〔2026〕1号");
  EXPECT_EQ(ReasonOf(town.Step(name, "decide", Decider(), details).status()),
            "DOCUMENT_NUMBER_TAKEN document_number");
  details.mutable_decision()->set_document_number("市黑〔2026〕1号");
  ASSERT_TRUE(town.Step(name, "decide", Decider(), details).ok());
  const auto decision = Get(town, "市黑〔2026〕1号");
  ASSERT_TRUE(decision.ok()) << decision.status();
  EXPECT_EQ(decision->serial(), 0);
  EXPECT_EQ(decision->organ_mark(), "");
}

TEST(Documents, OfEveryWayThroughAProcedure) {
  ListingTown town;
  const auto make = [&](const std::string& name,
                        const std::string& step,
                        const v1::StepParty& party,
                        const v1::StepDetails& details) {
    const auto taken = town.Step(name, step, party, details);
    EXPECT_TRUE(taken.ok()) << step << ": " << taken.status();
    return taken.ok() ? taken->steps().rbegin()->document_number() : "";
  };
  const std::string adverse = town.Noticed();
  v1::StepDetails heard;
  heard.mutable_hearing()->set_convened_on("2026-03-02");
  heard.mutable_hearing()->set_held_on("2026-03-12");
  *heard.mutable_hearing()->mutable_minutes() = Paper("听证笔录");
  town.GoTo("2026-03-12");
  EXPECT_EQ(make(adverse, "hear", Checker(), heard), "信册信听〔2026〕1号");
  EXPECT_EQ(make(adverse, "refuse", Decider(), Because()), "X住建信不〔2026〕1号");

  const auto watched =
      town.Open(ListingTown::About("watched", "supervisory-listing"), Recorder(), Proposed());
  ASSERT_TRUE(watched.ok()) << watched.status();
  v1::StepDetails posted = Served("2026-03-12");
  posted.mutable_service()->set_method(v1::Service::PUBLIC_NOTICE);
  EXPECT_EQ(make(watched->name(), "serve-notice", Checker(), posted), "信册信告〔2026〕2号");
  EXPECT_EQ(GetOf(town, watched->name())->date(), "2026-03-12")
      << "the day it was put up, not the day on which it counts as served";
  town.GoTo("2026-04-21");
  EXPECT_EQ(make(watched->name(), "decide", Decider(), town.Decided(watched->name())),
            "X住建信决〔2026〕1号");
  EXPECT_EQ(make(watched->name(), "order-rectification", Checker(), Ordered("2026-04-24")),
            "信册信改〔2026〕1号");
  town.GoTo("2026-04-27");
  EXPECT_EQ(make(watched->name(), "fail-rectification", Checker(), Accepted("2026-04-27", false)),
            "");
  EXPECT_EQ(make(watched->name(), "order-again", Checker(), Ordered("2026-05-08")),
            "信册信改〔2026〕2号");
  v1::StepParty court = Party(CaseStep::COURT, "法官", "某区法院");
  EXPECT_EQ(make(watched->name(), "revoke", court, Because("裁定撤销")), "X住建信撤〔2026〕1号");
  EXPECT_EQ(GetOf(town, watched->name(), "revoke")->organ(), "某市住房和城乡建设局")
      << "what a court ordered is carried out by the organ that decided";

  const auto objection =
      town.Open(ListingTown::AboutTarget("objection", kOtherFinding), Subject(), Objecting());
  ASSERT_TRUE(objection.ok()) << objection.status();
  EXPECT_EQ(make(objection->name(), "decline", Clerk(), Because()), "X住建信异〔2026〕1号");
  EXPECT_TRUE(town.Replayed().ok());
}

TEST(Documents, StayAsTheyWereWhateverNamesAndTemplatesBecome) {
  ListingTown town;
  const std::string name = town.Blacklisted();
  const auto before = Get(town, "X住建信决〔2026〕1号", true);
  ASSERT_TRUE(before.ok()) << before.status();
  auto renamed = ListingTown::Filed(kFirm);
  renamed.set_version(2);
  renamed.mutable_filing()->set_display_name("改名物业");
  town.Take({renamed});
  const documents::DocumentWords words = ListingTown::words();
  ListingTown::words() = {};
  town.Restart();
  const auto after = Get(town, "X住建信决〔2026〕1号", true);
  ListingTown::words() = words;
  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_EQ(after->content().SerializeAsString(), before->content().SerializeAsString());
  EXPECT_TRUE(after->pdf() == before->pdf()) << "the same bytes";
  EXPECT_EQ(town.Get(name).steps_size(), 8);
}

TEST(Documents, AJournalWithAnotherNumberOrAnotherTextIsRefused) {
  ListingTown town;
  town.Blacklisted();
  using Change = std::function<void(journal::v1::CaseSteps&)>;
  const std::pair<const char*, Change> changes[] = {
      {"the next but one",
       [](auto& steps) {
         auto& issued = *steps.mutable_documents(0);
         auto& document = *issued.mutable_document();
         issued.set_serial(2);
         document.set_number("X住建信决〔2026〕2号");
         document.set_sha256(documents::DigestOf(document));
         document.set_check_code(document.sha256().substr(0, 16));
         steps.mutable_events(0)->set_document_number(2);
         steps.mutable_events(0)->set_document_printed(document.number());
         steps.mutable_events(0)->set_document_sha256(document.sha256());
       }},
      {"another digest",
       [](auto& steps) { steps.mutable_events(0)->set_document_sha256(std::string(64, '0')); }},
      {"another text",
       [](auto& steps) { steps.mutable_documents(0)->mutable_document()->set_title("不予列入"); }},
      {"another subject", [](auto& steps) { steps.mutable_documents(0)->set_subject(kOtherFirm); }},
      {"no document", [](auto& steps) { steps.clear_documents(); }},
      {"a person's step that had none",
       [](auto& steps) {
         steps.clear_documents();
         steps.mutable_events(0)->clear_document_sha256();
         steps.mutable_events(0)->clear_document_printed();
         steps.mutable_events(0)->clear_document_number();
         steps.mutable_events(0)->set_document_refused("DOCUMENT_FIELD_MISSING");
       }},
      {"one too many", [](auto& steps) { *steps.add_documents() = steps.documents(0); }},
      {"a number without a document", [](auto& steps) {
         steps.clear_documents();
         steps.mutable_events(0)->clear_document_sha256();
       }}};
  for (const auto& [what, change] : changes) {
    int changed = 0;
    const auto replayed = town.Replayed([&, &change = change](journal::Entry& entry) {
      journal::v1::ScoringEntry payload;
      payload.ParseFromString(entry.payload);
      if (!payload.has_case_steps() || payload.case_steps().events(0).step() != "decide") return;
      change(*payload.mutable_case_steps());
      entry.payload = payload.SerializeAsString();
      ++changed;
    });
    EXPECT_EQ(changed, 1);
    EXPECT_EQ(runtime::ReasonOf(replayed.status()), "REPLAY_MISMATCH") << what;
  }
  EXPECT_EQ(town.Replayed().value(), journal::Sha256Hex(town.state().SaveSnapshot()));
}

TEST(GetDocument, IsFoundByNumberOrByItsStep) {
  ListingTown town;
  const std::string name = town.Blacklisted();
  EXPECT_EQ(Get(town, "信册信告〔2026〕1号")->step(), "write-notice");
  EXPECT_EQ(GetOf(town, name)->number(), "信册信公〔2026〕1号") << "the newest";
  EXPECT_EQ(GetOf(town, name, "decide")->step_index(), 4);
  EXPECT_EQ(ReasonOf(Get(town, "信册信告〔2026〕2号").status()), "DOCUMENT_UNKNOWN number");
  EXPECT_EQ(ReasonOf(GetOf(town, name, "propose").status()), "DOCUMENT_UNKNOWN step");
  EXPECT_EQ(ReasonOf(GetOf(town, "cases/2026-9").status()), "CASE_UNKNOWN case");
  EXPECT_EQ(ReasonOf(GetOf(town, "").status()), "DOCUMENT_SELECTOR number");
  v1::GetDocumentRequest both;
  both.set_number("信册信告〔2026〕1号");
  both.set_case_(name);
  EXPECT_EQ(ReasonOf(town.Call<v1::IssuedDocument>("GetDocument", both).status()),
            "DOCUMENT_SELECTOR number");
}

TEST(GetDocument, ThePdfSaysWhatTheDocumentSays) {
  ListingTown town;
  town.Blacklisted();
  EXPECT_EQ(Get(town, "X住建信决〔2026〕1号")->pdf(), "") << "only where it is asked for";
  const auto drawn = Get(town, "X住建信决〔2026〕1号", true);
  ASSERT_TRUE(drawn.ok()) << drawn.status();
  const std::string path = absl::StrCat(testing::TempDir(), "document-", getpid(), ".pdf");
  std::ofstream(path, std::ios::binary) << drawn->pdf();
  FILE* pipe = popen(absl::StrCat("pdftotext -raw -enc UTF-8 ", path, " -").c_str(), "r");
  std::string text;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe))
    text.push_back(static_cast<char>(c));
  EXPECT_EQ(pclose(pipe), 0);
  (void)std::remove(path.c_str());
  text = absl::StrReplaceAll(text, {{" ", ""}, {"\n", ""}, {"　", ""}});
  for (const std::string words :
       {"列入黑名单决定书", "X住建信决〔2026〕1号", "某市住房和城乡建设局", "示例：", "事实清楚"}) {
    EXPECT_THAT(text, HasSubstr(words));
  }
  EXPECT_THAT(text, HasSubstr(drawn->check_code()));
}

TEST(GetDocument, APdfHasAtMostSoManyBytes) {
  ListingTown town;
  WrittenNotice(town);
  size_t bytes = kPdfBytesMax;
  town.draw = [&](const auto&) { return std::string(bytes, 'x'); };
  EXPECT_EQ(Get(town, "信册信告〔2026〕1号", true)->pdf().size(), kPdfBytesMax);
  ++bytes;
  EXPECT_EQ(ReasonOf(Get(town, "信册信告〔2026〕1号", true).status()),
            "DOCUMENT_PDF_TOO_LARGE pdf");
  town.draw = [](const auto&) -> absl::StatusOr<std::string> {
    return runtime::FailedPrecondition("DOCUMENT_FONT_MISSING", "", "no font", "无字体");
  };
  EXPECT_EQ(ReasonOf(Get(town, "信册信告〔2026〕1号", true).status()), "DOCUMENT_FONT_MISSING");
}

TEST(GetDocument, DrawsOnlySoManyAtATimeAndNotUnderTheLock) {
  ListingTown town;
  const std::string name = WrittenNotice(town);
  runtime::Mutex mutex;
  runtime::CondVar changed;
  int drawing = 0;
  bool go_on = false;
  town.draw = [&](const auto&) {
    const runtime::MutexLock lock(mutex);
    ++drawing;
    changed.NotifyAll();
    while (!go_on) changed.Wait(mutex);
    return std::string("pdf");
  };
  std::vector<std::thread> callers;
  for (int i = 0; i < kDrawingsMax; ++i) {
    callers.emplace_back([&] {
      v1::GetDocumentRequest request;
      request.set_number("信册信告〔2026〕1号");
      request.set_pdf(true);
      const auto drawn = town.channel().Call<v1::GetDocumentRequest, v1::IssuedDocument>(
          "xince.listing.v1.ListingService/GetDocument",
          request,
          {.timeout = absl::Seconds(20), .actor = "clerk"});
      EXPECT_TRUE(drawn.ok() && drawn->pdf() == "pdf") << drawn.status();
    });
  }
  {
    const runtime::MutexLock lock(mutex);
    while (drawing < kDrawingsMax) changed.Wait(mutex);
  }
  EXPECT_EQ(ReasonOf(Get(town, "信册信告〔2026〕1号", true).status()), "DOCUMENT_DRAWINGS pdf");
  EXPECT_TRUE(town.Step(name, "withdraw", Checker(), Because()).ok())
      << "the register is written while documents are drawn";
  {
    const runtime::MutexLock lock(mutex);
    go_on = true;
    changed.NotifyAll();
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(Get(town, "信册信告〔2026〕1号", true)->pdf(), "pdf");
}

TEST(ListDocuments, IsTheRegisterOfNumbers) {
  ListingTown town;
  const std::string first = WrittenNotice(town);
  ASSERT_TRUE(town.Step(first, "withdraw", Checker(), Because()).ok());
  ASSERT_TRUE(Void(town, Voiding("信册信告〔2026〕1号")).ok());
  town.Blacklisted();
  EXPECT_THAT(NumbersOf(List(town)),
              ElementsAre("信册信告〔2026〕1号",
                          "信册信告〔2026〕2号",
                          "X住建信决〔2026〕1号",
                          "信册信公〔2026〕1号"));
  v1::ListDocumentsRequest request;
  request.set_kind("notice");
  request.set_year(2026);
  const v1::ListDocumentsResponse notices = List(town, request);
  ASSERT_EQ(notices.documents_size(), 2);
  EXPECT_EQ(notices.documents(0).status(), v1::DOCUMENT_STATUS_VOIDED);
  EXPECT_EQ(notices.documents(0).voiding().reason(), "文书有误");
  EXPECT_EQ(notices.documents(0).voiding().party().person(), "sun");
  EXPECT_EQ(notices.documents(1).status(), v1::DOCUMENT_STATUS_STANDS);
  EXPECT_FALSE(notices.documents(1).has_content());
  request.set_year(2025);
  EXPECT_THAT(NumbersOf(List(town, request)), IsEmpty());
  request = {};
  request.set_voided(true);
  EXPECT_THAT(NumbersOf(List(town, request)), ElementsAre("信册信告〔2026〕1号"));
  request = {};
  request.set_organ_mark("X住建");
  EXPECT_THAT(NumbersOf(List(town, request)), ElementsAre("X住建信决〔2026〕1号"));
  request = {};
  request.set_case_(first);
  EXPECT_THAT(NumbersOf(List(town, request)), ElementsAre("信册信告〔2026〕1号"));
  request = {};
  request.set_subject(kOtherFirm);
  EXPECT_THAT(NumbersOf(List(town, request)), IsEmpty());
}

TEST(ListDocuments, ComesInPages) {
  ListingTown town;
  town.Blacklisted();
  v1::ListDocumentsRequest request;
  request.set_page_size(2);
  const v1::ListDocumentsResponse first = List(town, request);
  EXPECT_THAT(first.documents(), SizeIs(2));
  request.set_page_token(first.next_page_token());
  const v1::ListDocumentsResponse second = List(town, request);
  EXPECT_THAT(NumbersOf(second), ElementsAre("信册信公〔2026〕1号"));
  EXPECT_EQ(second.next_page_token(), "");
  request.set_kind("notice");
  EXPECT_EQ(ReasonOf(town.Call<v1::ListDocumentsResponse>("ListDocuments", request).status()),
            "PAGE_TOKEN_ARGUMENTS page_token");
  request = {};
  request.set_page_size(-1);
  EXPECT_EQ(ReasonOf(town.Call<v1::ListDocumentsResponse>("ListDocuments", request).status()),
            "PAGE_SIZE page_size");
}

TEST(VoidDocument, LeavesAGapWithItsReason) {
  ListingTown town;
  const std::string name = WrittenNotice(town);
  const std::string number = "信册信告〔2026〕1号";
  const absl::Status open = Void(town, Voiding(number)).status();
  EXPECT_EQ(ReasonOf(open), "DOCUMENT_CASE_OPEN number");
  EXPECT_EQ(runtime::ToProblem(open).metadata.at("case"), name);
  ASSERT_TRUE(town.Step(name, "withdraw", Checker(), Because()).ok());
  EXPECT_EQ(ReasonOf(Void(town, Voiding("信册信告〔2026〕2号")).status()),
            "DOCUMENT_UNKNOWN number");
  v1::VoidDocumentRequest silent = Voiding(number);
  silent.clear_reason();
  EXPECT_EQ(ReasonOf(Void(town, silent).status()), "FIELD_REQUIRED reason");
  silent.set_reason("写有身份证号 11010519491231002X");
  EXPECT_EQ(ReasonOf(Void(town, silent).status()), "DOCUMENT_NAMES_IDENTITY reason");
  v1::VoidDocumentRequest by_subject = Voiding(number);
  *by_subject.mutable_party() = Subject();
  EXPECT_EQ(ReasonOf(Void(town, by_subject).status()), "STEP_PARTY party.part");
  v1::VoidDocumentRequest nobody = Voiding(number);
  nobody.mutable_party()->clear_office();
  EXPECT_EQ(ReasonOf(Void(town, nobody).status()), "STEP_PARTY party.office");

  const auto voided = Void(town, Voiding(number, "v1"));
  ASSERT_TRUE(voided.ok()) << voided.status();
  EXPECT_EQ(voided->status(), v1::DOCUMENT_STATUS_VOIDED);
  EXPECT_EQ(voided->voiding().day(), "2026-02-24");
  EXPECT_EQ(Void(town, Voiding(number, "v1"))->SerializeAsString(), voided->SerializeAsString())
      << "the same request id gives the first answer";
  v1::VoidDocumentRequest other = Voiding(number, "v1");
  other.set_reason("另");
  EXPECT_EQ(ReasonOf(Void(town, other).status()), "REQUEST_ID_REUSED request_id");
  EXPECT_EQ(ReasonOf(Void(town, Voiding(number)).status()), "DOCUMENT_VOIDED number");

  const std::string again = WrittenNotice(town);
  EXPECT_EQ(GetOf(town, again)->number(), "信册信告〔2026〕2号");
  const std::string digest = journal::Sha256Hex(town.state().SaveSnapshot());
  EXPECT_EQ(town.Replayed().value(), digest);
  town.Restart();
  EXPECT_EQ(Get(town, number)->voiding().reason(), "文书有误");
}

TEST(VoidDocument, AJournalThatVoidsWhatMayNotBeIsRefused) {
  ListingTown town;
  const std::string name = WrittenNotice(town);
  ASSERT_TRUE(town.Step(name, "withdraw", Checker(), Because()).ok());
  ASSERT_TRUE(Void(town, Voiding("信册信告〔2026〕1号")).ok());
  for (const std::string number : {"信册信告〔2026〕2号", ""}) {
    const auto replayed = town.Replayed([&](journal::Entry& entry) {
      journal::v1::ScoringEntry payload;
      payload.ParseFromString(entry.payload);
      if (!payload.has_document_step()) return;
      payload.mutable_document_step()->mutable_voided()->set_number(number);
      entry.payload = payload.SerializeAsString();
    });
    EXPECT_EQ(runtime::ReasonOf(replayed.status()), "REPLAY_MISMATCH") << number;
  }
}

TEST(VerifyDocument, SaysWhatBecameOfADocument) {
  ListingTown town;
  const std::string name = town.Blacklisted();
  const auto decision = GetOf(town, name, "decide");
  const std::string code = decision->check_code();
  auto verified = Verify(town, code);
  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_EQ(verified->number(), "X住建信决〔2026〕1号");
  EXPECT_EQ(verified->kind_zh(), "列入名单决定书");
  EXPECT_EQ(verified->organ(), "某市住房和城乡建设局");
  EXPECT_EQ(verified->date(), "2026-03-17");
  EXPECT_EQ(verified->status(), v1::DOCUMENT_STATUS_STANDS);
  EXPECT_THAT(verified->DebugString(), Not(HasSubstr("示例")));
  EXPECT_THAT(verified->DebugString(), Not(HasSubstr("91350100M000100Y43")));
  EXPECT_EQ(Verify(town, decision->sha256())->number(), verified->number());
  EXPECT_EQ(
      Verify(town, absl::AsciiStrToUpper(code.substr(0, 8)) + "-" + code.substr(8) + " ")->number(),
      verified->number());

  ASSERT_TRUE(
      town.Step(name, "suspend", Party(CaseStep::COURT, "法官", "某区法院"), ByCourt()).ok());
  EXPECT_EQ(Verify(town, code)->status(), v1::DOCUMENT_STATUS_SUSPENDED);
  ASSERT_TRUE(
      town.Step(name, "resume", Party(CaseStep::COURT, "法官", "某区法院"), ByCourt()).ok());
  ASSERT_TRUE(town.Step(name, "revoke", Decider(), Because()).ok());
  verified = Verify(town, code);
  EXPECT_EQ(verified->status(), v1::DOCUMENT_STATUS_SUPERSEDED);
  EXPECT_EQ(verified->superseded_by(), "X住建信撤〔2026〕1号");
  EXPECT_EQ(verified->superseded_on(), "2026-03-18");
  EXPECT_EQ(Verify(town, GetOf(town, name, "revoke")->check_code())->status(),
            v1::DOCUMENT_STATUS_STANDS);
  EXPECT_EQ(ReasonOf(Void(town, Voiding("X住建信决〔2026〕1号")).status()), "");
  EXPECT_EQ(Verify(town, code)->status(), v1::DOCUMENT_STATUS_VOIDED);
  EXPECT_EQ(Verify(town, code)->voided_on(), "2026-03-18");
}

TEST(VerifyDocument, TakesOnlyCodes) {
  ListingTown town;
  EXPECT_EQ(ReasonOf(Verify(town, std::string(16, 'f')).status()), "DOCUMENT_UNKNOWN code");
  EXPECT_EQ(ReasonOf(Verify(town, std::string(64, 'f')).status()), "DOCUMENT_UNKNOWN code");
  EXPECT_EQ(ReasonOf(Verify(town, std::string(15, 'f')).status()), "DOCUMENT_CODE_SYNTAX code");
  EXPECT_EQ(ReasonOf(Verify(town, std::string(65, 'f')).status()), "DOCUMENT_CODE_SYNTAX code");
  EXPECT_EQ(ReasonOf(Verify(town, "g000000000000000").status()), "DOCUMENT_CODE_SYNTAX code");
  EXPECT_EQ(ReasonOf(Verify(town, "").status()), "FIELD_REQUIRED code");
}

}  // namespace
}  // namespace xince::listing
