#include "services/documents/document.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/json_util.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "xince/policy/v1/pack.pb.h"

#include "services/documents/testing/samples.h"
#include "services/runtime/errors.h"
#include "services/scoring/policy/pack.h"

namespace xince::documents {
namespace {

using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A template with one paragraph.
constexpr char kPlain[] = R"(
  id: "talk" zh: "约谈通知" en: "Talk" titles { text: "约谈通知" }
  number_format: "{organ_mark}谈〔{year}〕{number}号" addressee: "{subject}："
  paragraphs { text: "{reasons}" }
  signature { organ: "{organ}" date: "{date}" }
  documents { id: "d" title: "t" } sources { document: "d" mark: RULE })";

absl::StatusOr<Template> Plain(const std::string& from = "", const std::string& to = "") {
  const std::string text = absl::StrReplaceAll(kPlain, {{from.empty() ? "\x01" : from, to}});
  EXPECT_TRUE(from.empty() || text != kPlain) << from;
  return Template::Load(text, "talk.textproto");
}

Draft PlainDraft(const std::string& reasons = "理由。") {
  Draft draft{.date = type::Date::FromCivil(2026, 3, 2), .number = 8};
  draft.fields["organ"].text = "X市房屋管理局";
  draft.fields["organ_mark"].text = "X房";
  draft.fields["subject"].text = "示例物业服务有限公司";
  draft.fields["reasons"].text = reasons;
  return draft;
}

std::string Repeat(const std::string& text, size_t count) {
  std::string repeated;
  for (size_t i = 0; i < count; ++i) repeated += text;
  return repeated;
}

std::string ReasonAndField(const absl::Status& status) {
  return absl::StrCat(runtime::ReasonOf(status), " ", runtime::ToProblem(status).field);
}

// ----- Templates -----------------------------------------------------------------------------------

TEST(HasFormOf, KnowsTheRegistersNumbers) {
  policy::v1::DocumentTemplate proto;
  proto.set_number_format("{organ_mark}信决〔{year}〕{number}号");
  EXPECT_TRUE(HasFormOf(proto, "X住建", FormatNumber(proto, "X住建", 2026, 8)));
  EXPECT_TRUE(HasFormOf(proto, "X住建", "X住建信决〔1999〕00012号"));
  for (const std::string other : {"X住建信决〔2026〕号",
                                  "X住建信决〔〕8号",
                                  "X住建信决〔2026〕8号之一",
                                  "Y住建信决〔2026〕8号",
                                  "X住建〔2026〕乙8号",
                                  ""}) {
    EXPECT_FALSE(HasFormOf(proto, "X住建", other)) << other;
  }
}

TEST(NationalTemplatesTest, EveryDocumentOfAProcedureHasOne) {
  policy::v1::Pack pack;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      BytesOf("policies/national/procedures/2021-01-01.textproto"), &pack));
  std::set<std::string> wanted = {"points-notice"};
  for (const auto& procedure : pack.procedures()) {
    for (const auto& step : procedure.steps()) {
      if (!step.document().empty()) wanted.insert(step.document());
    }
  }
  std::set<std::string> there;
  for (const auto& [id, one] : NationalTemplates().all()) there.insert(id);
  EXPECT_EQ(there, wanted);
}

// A step whose title is missing would find out on the day it is taken.
TEST(NationalTemplatesTest, EveryStepThatMakesADocumentHasItsTitle) {
  policy::v1::Pack pack;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      BytesOf("policies/national/procedures/2021-01-01.textproto"), &pack));
  int seen = 0;
  for (const auto& procedure : pack.procedures()) {
    for (const auto& step : procedure.steps()) {
      if (step.document().empty()) continue;
      ++seen;
      const auto& titles = NationalTemplates().Find(step.document())->proto().titles();
      EXPECT_TRUE(std::any_of(titles.begin(),
                              titles.end(),
                              [&step](const auto& title) {
                                return title.steps().empty() || std::count(title.steps().begin(),
                                                                           title.steps().end(),
                                                                           step.id()) > 0;
                              }))
          << procedure.id() << " " << step.id();
    }
  }
  EXPECT_GT(seen, 20);
}

std::vector<std::string> UnusedFields(const policy::v1::DocumentTemplate& proto) {
  const std::vector<std::string> used = NamesUsed(proto);
  std::vector<std::string> unused;
  for (const FieldRow* row : FieldsOf(proto.id())) {
    if (std::count(used.begin(), used.end(), row->name) == 0) unused.emplace_back(row->name);
  }
  return unused;
}

TEST(NationalTemplatesTest, EveryFieldOfAKindOfDocumentIsUsedByItsTemplate) {
  for (const auto& [id, one] : NationalTemplates().all())
    EXPECT_THAT(UnusedFields(one.proto()), IsEmpty()) << id;
  // The check itself can fail.
  auto proto = NationalTemplates().Find("refusal")->proto();
  proto.mutable_paragraphs()->Clear();
  EXPECT_THAT(UnusedFields(proto), ElementsAre("case", "reasons", "subject_code"));
}

TEST(NationalTemplatesTest, ADecisionTellsTheRemedies) {
  for (const char* name : {"decision",
                           "decision.favourable",
                           "repair-decision.decline",
                           "repair-decision.refuse",
                           "objection-decision.decline",
                           "objection-decision.reject",
                           "rectification-order",
                           "refusal",
                           "revocation"}) {
    const auto document = DocumentOf(SampleOf(name));
    const bool told = std::any_of(
        document.paragraphs().begin(), document.paragraphs().end(), [](const auto& paragraph) {
          return absl::StrContains(paragraph.text(), "行政复议") &&
                 absl::StrContains(paragraph.text(), "六十日") &&
                 absl::StrContains(paragraph.text(), "行政诉讼") &&
                 absl::StrContains(paragraph.text(), "六个月");
        });
    EXPECT_TRUE(told) << name;
  }
}

TEST(TemplateTest, WhatIsWrongIsRefusedAndNamed) {
  ASSERT_TRUE(Plain().ok()) << Plain().status();
  const std::vector<std::array<std::string, 3>> wrong = {
      {"\"talk\"", "\"Talk\"", "kebab-case"},
      {"zh: \"约谈通知\"", "", "no name"},
      {"titles { text: \"约谈通知\" }", "", "no title"},
      {"titles { text: \"约谈通知\" }", "titles { }", "a title is empty"},
      {"paragraphs { text: \"{reasons}\" }", "", "no paragraph"},
      {"{reasons}", "", "a paragraph is empty"},
      {"{reasons}", "{reasons", "brace"},
      {"{reasons}", "reasons}", "brace"},
      {"{reasons}", "}reasons}", "brace"},
      {"{reasons}", "{Reasons}", "is no slot"},
      {"{reasons}", "{}", "is no slot"},
      {"{reasons}", "{weather}", "`weather` is no field"},
      {"{reasons}", "{facts}", "`facts` is a list"},
      {"{reasons}", "{item}", "`item` is no field"},
      {"text: \"{reasons}\"", "text: \"{item}\" each: \"reasons\"", "`reasons` is no list"},
      {"text: \"{reasons}\"", "text: \"x\" when: \"weather\"", "a condition names `weather`"},
      {"text: \"{reasons}\"", "text: \"x\" unless: \"weather\"", "a condition names `weather`"},
      {"{year}", "{year}{year}", "number format"},
      {"{organ_mark}", "", "number format"},
      {"organ: \"{organ}\"", "", "nobody signs"},
      {"date: \"{date}\"", "", "nobody signs"},
      {"date: \"{date}\"", "date: \"{date}\" lines: \"{weather}\"", "`weather` is no field"},
      {"sources { document: \"d\"", "sources { document: \"e\"", "is no document"},
      {"sources { document: \"d\" mark: RULE }", "", "no source"},
      {"signature", "copies { id: \"a\" } signature", "a copy has no mark"},
      {"signature", "copies { zh: \"一\" } copies { zh: \"一\" } signature", "a copy has no mark"},
  };
  for (const auto& [from, to, why] : wrong) {
    const auto loaded = Plain(from, to);
    ASSERT_FALSE(loaded.ok()) << from << " → " << to;
    const runtime::Problem problem = runtime::ToProblem(loaded.status());
    EXPECT_EQ(problem.reason, "DOCUMENT_TEMPLATE_INVALID") << from << " → " << to;
    EXPECT_THAT(problem.metadata.at("why"), ::testing::HasSubstr(why));
    EXPECT_EQ(problem.metadata.at("file"), "talk.textproto");
  }
}

TEST(TemplateTest, WhatIsNoTemplateIsRefusedWithItsLine) {
  const auto loaded = Template::Load("id: \"talk\"\nweather: 1\n", "talk.textproto");
  const runtime::Problem problem = runtime::ToProblem(loaded.status());
  EXPECT_EQ(problem.reason, "DOCUMENT_TEMPLATE_SYNTAX");
  EXPECT_EQ(problem.metadata.at("line"), "2");
}

TEST(TemplateTest, SizesAreBounded) {
  const std::string padding(kTemplateBytesMax - sizeof(kPlain), '\n');
  EXPECT_TRUE(Template::Load(absl::StrCat(kPlain, padding, "\n"), "x").ok());
  EXPECT_EQ(runtime::ReasonOf(Template::Load(absl::StrCat(kPlain, padding, "\n\n"), "x").status()),
            "DOCUMENT_TEMPLATE_SYNTAX");
  const std::string paragraph = "paragraphs { text: \"x\" }\n";
  const std::string most = Repeat(paragraph, kTemplateParagraphsMax - 1);
  EXPECT_TRUE(Template::Load(absl::StrCat(kPlain, most), "x").ok());
  EXPECT_FALSE(Template::Load(absl::StrCat(kPlain, most, paragraph), "x").ok());
  std::string copies;
  for (int i = 0; i < kCopiesMax; ++i) absl::StrAppend(&copies, "copies { zh: \"第", i, "联\" }\n");
  EXPECT_TRUE(Template::Load(absl::StrCat(kPlain, copies), "x").ok());
  EXPECT_FALSE(Template::Load(absl::StrCat(kPlain, copies, "copies { zh: \"副本\" }"), "x").ok());
}

TEST(TemplateSetTest, ALaterTemplateStandsForAnEarlierOfItsId) {
  const TemplateSet set = TemplateSet::Make({*Plain(), *Plain("约谈通知", "谈话通知")});
  EXPECT_EQ(set.all().size(), 1);
  EXPECT_EQ((*set.Get("talk"))->proto().zh(), "谈话通知");
  EXPECT_EQ(ReasonAndField(set.Get("tal").status()), "DOCUMENT_TEMPLATE_UNKNOWN template");
}

// ----- Documents -----------------------------------------------------------------------------------

class GoldenDocument : public testing::TestWithParam<Sample> {};

// XINCE_REGENERATE_GOLDEN=1 writes them anew: look at what changed.
TEST_P(GoldenDocument, IsAsItWas) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  std::string made;
  ASSERT_TRUE(
      google::protobuf::util::MessageToJsonString(DocumentOf(GetParam()), &made, options).ok());
  const std::string path = absl::StrCat("services/documents/testdata/", GetParam().name, ".golden");
  if (std::getenv("XINCE_REGENERATE_GOLDEN") != nullptr) std::ofstream(path) << made;
  EXPECT_EQ(made, BytesOf(path));
}

INSTANTIATE_TEST_SUITE_P(All, GoldenDocument, testing::ValuesIn(Samples()), [](const auto& info) {
  return absl::StrReplaceAll(info.param.name, {{"-", "_"}, {".", "_"}});
});

TEST(SamplesTest, EveryTemplateHasOne) {
  std::set<std::string> ids;
  for (const Sample& sample : Samples()) ids.insert(sample.id);
  for (const auto& [id, one] : NationalTemplates().all()) EXPECT_EQ(ids.count(id), 1) << id;
}

TEST(MakeDocumentTest, FieldsFillTheSlots) {
  const auto document = MakeDocument(*Plain(), PlainDraft());
  ASSERT_TRUE(document.ok()) << document.status();
  EXPECT_EQ(document->number(), "X房谈〔2026〕8号");
  EXPECT_EQ(document->addressee(), "示例物业服务有限公司：");
  ASSERT_EQ(document->paragraphs_size(), 1);
  EXPECT_EQ(document->paragraphs(0).text(), "理由。");
  EXPECT_EQ(document->signature_date(), "2026年3月2日");
  EXPECT_EQ(document->date(), "2026-03-02");
  EXPECT_TRUE(document->verification().empty());
}

TEST(MakeDocumentTest, TheOfficesOwnNumberIsPrintedAsItIs) {
  Draft draft = PlainDraft();
  draft.number = 0;
  draft.fields.erase("organ_mark");
  draft.document_number = "X房〔2026〕乙8号";
  EXPECT_EQ(MakeDocument(*Plain(), draft)->number(), "X房〔2026〕乙8号");
}

// Each field that a sample has and its template needs, taken away.
TEST(MakeDocumentTest, AFieldThatIsMissingIsNamed) {
  for (const char* name : {"organ", "organ_mark", "subject", "reasons"}) {
    for (const char* value : {"", " "}) {
      Draft draft = PlainDraft();
      draft.fields[name].text = value;
      EXPECT_EQ(ReasonAndField(MakeDocument(*Plain(), draft).status()),
                absl::StrCat("DOCUMENT_FIELD_MISSING fields.", name));
    }
  }
  Draft draft = PlainDraft();
  draft.number = 0;
  EXPECT_EQ(ReasonAndField(MakeDocument(*Plain(), draft).status()),
            "DOCUMENT_FIELD_MISSING fields.number");
}

TEST(MakeDocumentTest, NationalDocumentsMissNoSlotInSilence) {
  int refused = 0;
  for (const Sample& sample : Samples()) {
    for (const auto& [name, value] : sample.draft.fields) {
      if (!value.given()) continue;
      Draft draft = sample.draft;
      draft.fields.erase(name);
      const auto made = MakeDocument(*NationalTemplates().Find(sample.id), draft);
      if (made.ok()) continue;
      ++refused;
      // Without words of its own a notice tells the term of the procedure.
      const std::string missing = name == "time_limits" ? "defence_term" : name;
      EXPECT_EQ(ReasonAndField(made.status()),
                absl::StrCat("DOCUMENT_FIELD_MISSING fields.", missing))
          << sample.name;
    }
  }
  EXPECT_GT(refused, 100);
}

TEST(MakeDocumentTest, AFieldOfAnotherDocumentOrSortIsRefused) {
  const Template* refusal = NationalTemplates().Find("refusal");
  Draft draft = SampleOf("refusal").draft;
  draft.fields["project"].text = "阳光花园";
  EXPECT_EQ(ReasonAndField(MakeDocument(*refusal, draft).status()),
            "DOCUMENT_FIELD_UNKNOWN fields.project");
  draft = SampleOf("refusal").draft;
  draft.fields["weather"].text = "晴";
  EXPECT_EQ(ReasonAndField(MakeDocument(*refusal, draft).status()),
            "DOCUMENT_FIELD_UNKNOWN fields.weather");
  draft = SampleOf("refusal").draft;
  draft.fields["reasons"].items = {"一"};
  EXPECT_EQ(ReasonAndField(MakeDocument(*refusal, draft).status()),
            "DOCUMENT_FIELD_UNKNOWN fields.reasons");
  draft = SampleOf("decision").draft;
  draft.fields["facts"] = {.text = "一"};
  EXPECT_EQ(ReasonAndField(MakeDocument(*NationalTemplates().Find("decision"), draft).status()),
            "DOCUMENT_FIELD_UNKNOWN fields.facts");
}

TEST(MakeDocumentTest, AStepWithoutATitleIsRefused) {
  Draft draft = SampleOf("repair-decision").draft;
  draft.step = "withdraw";
  EXPECT_EQ(
      ReasonAndField(MakeDocument(*NationalTemplates().Find("repair-decision"), draft).status()),
      "DOCUMENT_STEP_UNKNOWN step");
}

TEST(MakeDocumentTest, ConditionsAndListsChooseParagraphs) {
  const auto conditional = [](const std::string& paragraph) {
    return Plain("paragraphs { text: \"{reasons}\" }", paragraph);
  };
  Draft draft = PlainDraft();
  draft.fields["facts"].items = {"甲", "乙"};
  draft.step = "decide";
  const auto texts = [&](const std::string& paragraph) {
    const auto document = MakeDocument(*conditional(paragraph), draft);
    std::vector<std::string> found;
    for (const auto& one : document->paragraphs()) found.push_back(one.text());
    return found;
  };
  EXPECT_THAT(texts(R"(paragraphs { text: "（{index}）{item}" each: "facts" })"),
              ElementsAre("（1）甲", "（2）乙"));
  EXPECT_THAT(texts(R"(paragraphs { text: "x{item}" each: "measures" })"), IsEmpty());
  EXPECT_THAT(texts(R"(paragraphs { text: "x" when: "facts" when: "reasons" })"), ElementsAre("x"));
  EXPECT_THAT(texts(R"(paragraphs { text: "x" when: "facts" when: "basis" })"), IsEmpty());
  EXPECT_THAT(texts(R"(paragraphs { text: "x" unless: "basis" })"), ElementsAre("x"));
  EXPECT_THAT(texts(R"(paragraphs { text: "x" unless: "reasons" })"), IsEmpty());
  EXPECT_THAT(texts(R"(paragraphs { text: "x" steps: "decide" })"), ElementsAre("x"));
  EXPECT_THAT(texts(R"(paragraphs { text: "x" steps: "refuse" })"), IsEmpty());
  draft.fields["reasons"].text = "一\n\n  二 \n";
  EXPECT_THAT(texts(R"(paragraphs { style: FLUSH text: "{reasons}" })"), ElementsAre("一", "二"));
}

TEST(MakeDocumentTest, TextIsBounded) {
  // Title, number, addressee, signature.
  const size_t others = 4 + 11 + 11 + 7;
  EXPECT_TRUE(MakeDocument(*Plain(), PlainDraft(Repeat("字", kDocumentTextMax - others))).ok());
  const auto over = MakeDocument(*Plain(), PlainDraft(Repeat("字", kDocumentTextMax - others + 1)));
  EXPECT_EQ(ReasonAndField(over.status()), "DOCUMENT_TOO_LONG fields");
  EXPECT_EQ(runtime::ToProblem(over.status()).metadata.at("limit"), absl::StrCat(kDocumentTextMax));
  Draft draft = PlainDraft();
  draft.fields["facts"].items.assign(kItemsMax, "甲");
  EXPECT_TRUE(MakeDocument(*Plain(), draft).ok());
  draft.fields["facts"].items.emplace_back("乙");
  EXPECT_EQ(ReasonAndField(MakeDocument(*Plain(), draft).status()), "DOCUMENT_TOO_LONG fields");
}

TEST(MakeDocumentTest, NumbersAndAddressesAreBounded) {
  Draft draft = PlainDraft();
  draft.number = kDocumentNumberMax;
  EXPECT_EQ(MakeDocument(*Plain(), draft)->number(), "X房谈〔2026〕99999号");
  ++draft.number;
  EXPECT_EQ(ReasonAndField(MakeDocument(*Plain(), draft).status()), "DOCUMENT_NUMBER number");
  draft = PlainDraft();
  const std::string start = "https://";
  draft.verification_base = start + std::string(kVerificationBaseBytesMax - start.size(), 'a');
  const auto document = MakeDocument(*Plain(), draft);
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(document->verification(),
            absl::StrCat(draft.verification_base, "/v/", document->check_code()));
  draft.verification_base += "a";
  EXPECT_EQ(ReasonAndField(MakeDocument(*Plain(), draft).status()),
            "DOCUMENT_ADDRESS verification_base");
  for (const char* base : {"credit.example.cn", "https://x/", "https://x y", "https://市"}) {
    draft.verification_base = base;
    EXPECT_EQ(runtime::ReasonOf(MakeDocument(*Plain(), draft).status()), "DOCUMENT_ADDRESS")
        << base;
  }
}

TEST(MakeDocumentTest, InvisibleCharactersAreRefused) {
  for (const char* text : {"a\u200b", "a\x07", "a\u202e"}) {
    EXPECT_EQ(ReasonAndField(MakeDocument(*Plain(), PlainDraft(text)).status()),
              "CONTROL_CHARACTER fields.reasons");
  }
  EXPECT_EQ(ReasonAndField(MakeDocument(*Plain(), PlainDraft("\xff")).status()),
            "TEXT_ENCODING fields.reasons");
}

// Whatever a reader sees, and what it was made of, is sealed.
TEST(MakeDocumentTest, TheDigestCoversEveryPart) {
  const auto document = DocumentOf(SampleOf("points-notice"));
  EXPECT_EQ(document.sha256(), policy::FormatDigest(policy::DigestOf(ContentBytes(document))));
  EXPECT_EQ(document.check_code(), document.sha256().substr(0, 16));
  std::set<std::string> seen = {ContentBytes(document)};
  const auto changed = [&](auto change) {
    auto other = document;
    change(other);
    EXPECT_TRUE(seen.insert(ContentBytes(other)).second);
  };
  changed([](auto& d) { d.set_template_("x"); });
  changed([](auto& d) { d.set_template_digest("x"); });
  changed([](auto& d) { d.set_kind_zh("x"); });
  changed([](auto& d) { d.set_title("x"); });
  changed([](auto& d) { d.set_number("x"); });
  changed([](auto& d) { d.set_organ("x"); });
  changed([](auto& d) { d.set_addressee("x"); });
  changed([](auto& d) { d.mutable_paragraphs(0)->set_text("x"); });
  changed(
      [](auto& d) { d.mutable_paragraphs(0)->set_style(policy::v1::DocumentParagraph::FLUSH); });
  changed([](auto& d) { d.add_attachments("x"); });
  changed([](auto& d) { d.set_signature("x"); });
  changed([](auto& d) { d.set_signature_date("x"); });
  changed([](auto& d) { d.set_signature_lines(0, "x"); });
  changed([](auto& d) { d.set_date("x"); });
  changed([](auto& d) { d.set_copies(0, "x"); });
  changed([](auto& d) { d.mutable_fields(0)->set_text("x"); });
  changed([](auto& d) { d.mutable_fields(0)->add_items("x"); });
}

TEST(DraftFromJsonTest, WhatIsNoDraftIsRefused) {
  EXPECT_TRUE(DraftFromJson(R"({"date":"2026-03-02","fields":{"a":"b","c":["d"]}})").ok());
  for (const char* json : {"",
                           "[]",
                           R"({"weather":1})",
                           R"({"date":"2026-03-02","fields":{"a":1}})",
                           R"({"date":"2026-03-02","fields":{"a":[1]}})"}) {
    EXPECT_EQ(runtime::ReasonOf(DraftFromJson(json).status()), "DOCUMENT_DRAFT_SYNTAX") << json;
  }
  EXPECT_EQ(ReasonAndField(DraftFromJson(R"({"date":"2.3.2026"})").status()), "DATE_SYNTAX date");
  const std::string start = R"({"date":"2026-03-02"})";
  EXPECT_TRUE(DraftFromJson(start + std::string(kDraftBytesMax - start.size(), ' ')).ok());
  EXPECT_FALSE(DraftFromJson(start + std::string(kDraftBytesMax - start.size() + 1, ' ')).ok());
}

}  // namespace
}  // namespace xince::documents
