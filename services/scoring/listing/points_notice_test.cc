#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/scoring/listing/document_calls.h"
#include "services/scoring/listing/document_service.h"

namespace xince::listing {
namespace {

using namespace testdata;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(IssuePointsNotice, TellsTheLinesOfTheFile) {
  ListingTown town;
  v1::IssuePointsNoticeRequest request = Points({kFinding, kOtherFinding});
  request.set_rectify_days(7);
  request.set_request_id("p1");
  const auto issued = Issue(town, request);
  ASSERT_TRUE(issued.ok()) << issued.status();
  EXPECT_EQ(issued->number(), "信册信记〔2026〕1号");
  EXPECT_EQ(issued->case_(), "");
  EXPECT_THAT(issued->evidence(), ElementsAre(kFinding, kOtherFinding));
  EXPECT_THAT(issued->content().copies(), SizeIs(3));
  const std::string text = TextOf(issued->content());
  EXPECT_THAT(text, HasSubstr("1．某市信用管理条例 1号 二：不良行为，记-10分。"));
  EXPECT_THAT(text, HasSubstr("以上合计：-20分。"));
  EXPECT_THAT(text, HasSubstr("根据《某市信用管理条例》"));
  EXPECT_THAT(text, HasSubstr("来源于区局，由本机关于2025年11月20日受理"));
  EXPECT_THAT(text, HasSubstr("不良行为（2025年11月5日）"));
  EXPECT_THAT(text, HasSubstr("7日内完成整改"));
  EXPECT_THAT(text, HasSubstr("10个工作日内向某市住房和城乡建设局书面申请核查"));
  EXPECT_EQ(Issue(town, request)->SerializeAsString(), issued->SerializeAsString());
  request.set_rectify_days(8);
  EXPECT_EQ(ReasonOf(Issue(town, request).status()), "REQUEST_ID_REUSED request_id");
  EXPECT_EQ(Issue(town, Points())->number(), "信册信记〔2026〕2号");
  EXPECT_EQ(Verify(town, issued->check_code())->status(), v1::DOCUMENT_STATUS_STANDS);
  EXPECT_TRUE(Void(town, Voiding("信册信记〔2026〕2号")).ok());
  EXPECT_EQ(town.Replayed().value(), journal::Sha256Hex(town.state().SaveSnapshot()));
}

TEST(IssuePointsNotice, RefusesWhatItCannotTell) {
  ListingTown town;
  const auto refused = [&](const std::function<void(v1::IssuePointsNoticeRequest&)>& change) {
    v1::IssuePointsNoticeRequest request = Points();
    change(request);
    return ReasonOf(Issue(town, request).status());
  };
  EXPECT_EQ(refused([](auto& r) { r.set_subject(kOtherFirm); }), "SUBJECT_UNKNOWN subject");
  EXPECT_EQ(refused([](auto& r) { r.add_evidence("inspection/findings/f9#finding"); }),
            "LINE_UNKNOWN evidence");
  EXPECT_EQ(refused([](auto& r) { r.add_evidence(kFinding); }), "EVIDENCE_TWICE evidence");
  EXPECT_EQ(refused([](auto& r) { r.clear_evidence(); }), "FIELD_REQUIRED evidence");
  EXPECT_EQ(refused([](auto& r) { r.set_review_office("区局"); }),
            "POINTS_REVIEW_OFFICE review_office");
  EXPECT_EQ(refused([](auto& r) { r.clear_review_office(); }), "FIELD_REQUIRED review_office");
  EXPECT_EQ(refused([](auto& r) { *r.mutable_party() = Subject(); }), "STEP_PARTY party.part");
  EXPECT_EQ(refused([](auto& r) { r.mutable_party()->clear_person(); }), "STEP_PARTY party.person");
  EXPECT_EQ(refused([](auto& r) { r.set_rectify_days(366); }), "NUMBER_OUT_OF_RANGE rectify_days");
  EXPECT_EQ(refused([](auto& r) { r.set_content("当事人 11010519491231002X"); }),
            "DOCUMENT_NAMES_IDENTITY content");
  EXPECT_EQ(refused([](auto& r) { r.set_content("统一社会信用代码 91350100M000100Y43"); }), "");
  auto issuerless = ListingTown::Finding(kFinding, 2);
  issuerless.clear_issuer();
  town.Take({issuerless});
  EXPECT_EQ(refused([](auto&) {}), "DOCUMENT_FIELD_MISSING document.fields.source");
  EXPECT_EQ(refused([](auto& r) { r.set_source("日常检查"); }), "");
  EXPECT_EQ(List(town).documents(1).number(), "信册信记〔2026〕2号") << "refusals use up no number";
  std::vector<std::string> many;
  for (int i = 0; i < creditfile::kPointsNoticeEvidenceMax; ++i)
    many.push_back(absl::StrCat("inspection/findings/m", i, "#finding"));
  std::vector<evidence::v1::Evidence> pieces;
  for (const std::string& id : many) pieces.push_back(ListingTown::Finding(id));
  town.Take(pieces);
  EXPECT_EQ(ReasonOf(Issue(town, Points(many)).status()), "");
  many.push_back(kOtherFinding);
  EXPECT_EQ(ReasonOf(Issue(town, Points(many)).status()), "TOO_MANY_ITEMS evidence");
}

TEST(IssuePointsNotice, AJournalWithAnotherNumberIsRefused) {
  ListingTown town;
  ASSERT_TRUE(Issue(town, Points()).ok());
  const auto replayed = town.Replayed([](journal::Entry& entry) {
    journal::v1::ScoringEntry payload;
    payload.ParseFromString(entry.payload);
    if (!payload.has_document_step()) return;
    payload.mutable_document_step()->mutable_issued()->set_serial(2);
    entry.payload = payload.SerializeAsString();
  });
  EXPECT_EQ(runtime::ReasonOf(replayed.status()), "REPLAY_MISMATCH");
  const auto another_kind = town.Replayed([](journal::Entry& entry) {
    journal::v1::ScoringEntry payload;
    payload.ParseFromString(entry.payload);
    if (!payload.has_document_step()) return;
    auto& document = *payload.mutable_document_step()->mutable_issued()->mutable_document();
    document.set_template_("decision");
    document.set_sha256(documents::DigestOf(document));
    document.set_check_code(document.sha256().substr(0, 16));
    entry.payload = payload.SerializeAsString();
  });
  EXPECT_EQ(runtime::ReasonOf(another_kind.status()), "REPLAY_MISMATCH");
}

}  // namespace
}  // namespace xince::listing
