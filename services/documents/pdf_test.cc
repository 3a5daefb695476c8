#include "services/documents/pdf.h"

#include <unistd.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/documents/qr.h"
#include "services/documents/testing/samples.h"
#include "services/documents/typesetter.h"
#include "services/runtime/errors.h"

namespace xince::documents {
namespace {

using listing::v1::OfficialDocument;
using policy::v1::DocumentParagraph;
using ::testing::Each;
using ::testing::HasSubstr;

// What a program writes to its standard output.
std::string OutputOf(const std::string& command) {
  FILE* pipe = popen(absl::StrCat(command, " 2>/dev/null").c_str(), "r");
  std::string output;
  std::array<char, 4096> buffer;
  size_t read = 0;
  while ((read = fread(buffer.data(), 1, buffer.size(), pipe)) > 0)
    output.append(buffer.data(), read);
  EXPECT_EQ(pclose(pipe), 0) << command;
  return output;
}

// A PDF on disk while it lives.
class PdfFile {
 public:
  explicit PdfFile(const std::string& bytes)
      : path_(absl::StrCat(testing::TempDir(), "document-", getpid(), "-", ++count_, ".pdf")) {
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  ~PdfFile() { (void)std::remove(path_.c_str()); }
  PdfFile(const PdfFile&) = delete;
  PdfFile& operator=(const PdfFile&) = delete;

  const std::string& path() const { return path_; }
  // Text of a band of all pages, in points from the top, without white space; pages end with a form
  // feed.
  std::string Text(int top, int bottom) const {
    const std::string text = OutputOf(absl::StrCat("pdftotext -raw -enc UTF-8 -r 72 -x 0 -y ",
                                                   top,
                                                   " -W 596 -H ",
                                                   bottom - top,
                                                   " ",
                                                   path_,
                                                   " -"));
    return absl::StrReplaceAll(text, {{" ", ""}, {"\n", ""}, {"　", ""}});
  }
  // The text of the grid, all pages as one.
  std::string Body() const { return absl::StrReplaceAll(Text(100, 745), {{"\f", ""}}); }
  std::vector<std::string> Pages(int top, int bottom) const {
    std::vector<std::string> pages = absl::StrSplit(Text(top, bottom), '\f');
    pages.pop_back();
    return pages;
  }

 private:
  static inline int count_ = 0;
  std::string path_;
};

std::string Render(const OfficialDocument& document) {
  const auto bytes = RenderPdf(document);
  EXPECT_TRUE(bytes.ok()) << bytes.status();
  return bytes.value_or("");
}

std::string Dense(const std::string& text) {
  return absl::StrReplaceAll(text, {{" ", ""}, {"　", ""}});
}

// What stands in the grid of one copy.
std::string ExpectedBody(const OfficialDocument& document) {
  std::string text =
      absl::StrCat(document.organ(), document.number(), document.title(), document.addressee());
  for (const auto& paragraph : document.paragraphs()) text += paragraph.text();
  for (const std::string& attachment : document.attachments())
    absl::StrAppend(&text, "附件：", attachment);
  absl::StrAppend(&text, document.signature(), document.signature_date());
  for (const std::string& line : document.signature_lines()) text += line;
  return Dense(text);
}

std::string Repeat(const std::string& text, size_t count) {
  std::string repeated;
  for (size_t i = 0; i < count; ++i) repeated += text;
  return repeated;
}

OfficialDocument WithParagraphs(size_t count, const std::string& text) {
  OfficialDocument document = DocumentOf(SampleOf("refusal"));
  document.clear_paragraphs();
  for (size_t i = 0; i < count; ++i) {
    auto& paragraph = *document.add_paragraphs();
    paragraph.set_style(DocumentParagraph::FLUSH);
    paragraph.set_text(text);
  }
  return document;
}

class PdfOfSample : public testing::TestWithParam<Sample> {};

TEST_P(PdfOfSample, HasEveryPartOnceInItsOrder) {
  const OfficialDocument document = DocumentOf(GetParam());
  const PdfFile pdf(Render(document));
  const size_t copies = std::max(document.copies_size(), 1);
  EXPECT_EQ(pdf.Body(), Repeat(ExpectedBody(document), copies));
  for (const auto& field : document.fields()) {
    for (const absl::string_view line : absl::StrSplit(field.text(), '\n'))
      EXPECT_THAT(ExpectedBody(document), HasSubstr(Dense(std::string(line)))) << field.name();
    for (const std::string& item : field.items())
      EXPECT_THAT(ExpectedBody(document), HasSubstr(Dense(item))) << field.name();
  }
}

// Real fonts, so that text can be searched and copied.
TEST_P(PdfOfSample, EmbedsFontsOfCharacters) {
  const PdfFile pdf(Render(DocumentOf(GetParam())));
  const std::vector<std::string> lines = absl::StrSplit(OutputOf("pdffonts " + pdf.path()), '\n');
  std::vector<std::string> fonts(lines.begin() + 2, lines.end() - 1);
  EXPECT_EQ(fonts.size(), 2);
  EXPECT_THAT(fonts, Each(HasSubstr("NotoSerifCJKsc")));
  for (const std::string& font : fonts)
    EXPECT_TRUE(std::regex_search(font, std::regex("CID Type 0C +Identity-H +yes yes yes")))
        << font;
}

INSTANTIATE_TEST_SUITE_P(All, PdfOfSample, testing::ValuesIn(Samples()), [](const auto& info) {
  return absl::StrReplaceAll(info.param.name, {{"-", "_"}, {".", "_"}});
});

// A line of text as poppler measures it.
struct Measured {
  double left = 0;
  double right = 0;
  double middle = 0;
  std::string text;
};

// The lines of the grid, by page.
std::vector<std::vector<Measured>> Measure(const PdfFile& pdf) {
  std::vector<std::vector<Measured>> pages;
  const std::regex line(
      R"re(<line xMin="([0-9.]+)" yMin="([0-9.]+)" xMax="([0-9.]+)" yMax="([0-9.]+)")re");
  const std::regex word(R"re(<word [^>]*>([^<]*)</word>)re");
  for (const absl::string_view row :
       absl::StrSplit(OutputOf(absl::StrCat("pdftotext -bbox-layout ", pdf.path(), " -")), '\n')) {
    const std::string text(row);
    std::smatch found;
    if (absl::StrContains(row, "<page ")) {
      EXPECT_THAT(text, HasSubstr("width=\"595.27")) << "A4";
      EXPECT_THAT(text, HasSubstr("height=\"841.88")) << "A4";
      pages.emplace_back();
    } else if (std::regex_search(text, found, line)) {
      const double top = std::stod(found[2]);
      const double bottom = std::stod(found[4]);
      pages.back().push_back({.left = std::stod(found[1]),
                              .right = std::stod(found[3]),
                              .middle = (top + bottom) / 2});
    } else if (std::regex_search(text, found, word)) {
      pages.back().back().text += found[1];
    }
  }
  // The mark and the foot are no rows.
  for (auto& page : pages) {
    std::erase_if(page, [](const Measured& one) {
      return one.middle < kMarginTop || one.middle > kMarginTop + kTextHeight;
    });
  }
  return pages;
}

int RowOf(const Measured& line) {
  return static_cast<int>((line.middle - kMarginTop) / kRowHeight);
}

// Characters that are three bytes long are a whole one wide.
size_t WideCharacters(const std::string& text) {
  size_t count = 0;
  for (const char byte : text) count += (static_cast<unsigned char>(byte) >> 4) == 0xE ? 1 : 0;
  return count;
}

TEST(GeometryTest, APageHas22LinesOf28CharactersWithinItsMargins) {
  Draft draft = SampleOf("notice").draft;
  draft.fields["reasons"].text = Repeat("责令整改", 700);
  const auto document = MakeDocument(*NationalTemplates().Find("notice"), draft);
  const PdfFile pdf(Render(*document));
  const auto pages = Measure(pdf);
  ASSERT_GE(pages.size(), 5);
  for (const auto& page : pages) {
    std::set<int> rows;
    for (const Measured& line : page) {
      EXPECT_TRUE(rows.insert(RowOf(line)).second) << line.text;
      EXPECT_GT(line.left, kMarginLeft - 0.5) << line.text;
      EXPECT_LT(line.right, kMarginLeft + kTextWidth + 0.5) << line.text;
      EXPECT_LE(WideCharacters(line.text), 28) << line.text;
    }
    EXPECT_LE(rows.size(), 22);
  }
  // The second page is full: every line is.
  ASSERT_EQ(pages[1].size(), 22);
  for (int i = 0; i < 22; ++i) {
    const Measured& line = pages[1][i];
    EXPECT_EQ(RowOf(line), i);
    EXPECT_EQ(WideCharacters(line.text), 28);
    EXPECT_NEAR(line.left, kMarginLeft, 0.3);
    EXPECT_NEAR(line.right, kMarginLeft + kTextWidth, 0.5);
    if (i > 0) {
      EXPECT_NEAR(line.middle - pages[1][i - 1].middle, kRowHeight, 0.05);
    }
  }
  // A paragraph begins two characters in.
  const auto& first = pages[0][4];
  EXPECT_NEAR(first.left, kMarginLeft + 2 * kTextWidth / 28, 0.5) << first.text;
}

TEST(GeometryTest, AWordThatGoesToTheNextLineStretchesNothing) {
  Draft draft = SampleOf("notice").draft;
  draft.fields["reasons"].text = "本机关查询的统一社会信用代码为：91320100DEM000011A，已核对无误。";
  const PdfFile pdf(Render(*MakeDocument(*NationalTemplates().Find("notice"), draft)));
  int seen = 0;
  for (const auto& page : Measure(pdf)) {
    for (const Measured& line : page) {
      if (!absl::StrContains(line.text, "本机关查询")) continue;
      ++seen;
      EXPECT_LT(line.right, kMarginLeft + kTextWidth - 2 * kBodySize);
    }
  }
  EXPECT_EQ(seen, 1);
}

TEST(GeometryTest, TheSignatureStandsRight) {
  const OfficialDocument document = DocumentOf(SampleOf("refusal"));
  const PdfFile pdf(Render(document));
  int seen = 0;
  for (const auto& page : Measure(pdf)) {
    for (const Measured& line : page) {
      if (line.text != document.signature_date()) continue;
      ++seen;
      // Four characters from the right edge.
      EXPECT_NEAR(line.right, kMarginLeft + kTextWidth - 4 * kTextWidth / 28, 0.5);
    }
  }
  EXPECT_EQ(seen, 1);
}

TEST(FootTest, EveryPageTellsItsNumberTheDocumentsAndTheCode) {
  OfficialDocument document = WithParagraphs(50, "责令整改。");
  const PdfFile pdf(Render(document));
  const std::vector<std::string> feet = pdf.Pages(745, 842);
  ASSERT_EQ(feet.size(), 3);
  for (size_t i = 0; i < feet.size(); ++i) {
    EXPECT_THAT(feet[i], HasSubstr(absl::StrCat("—", i + 1, "—")));
    EXPECT_THAT(feet[i], HasSubstr(absl::StrCat("第", i + 1, "页共3页")));
    EXPECT_THAT(feet[i], HasSubstr(document.number()));
    EXPECT_THAT(feet[i], HasSubstr("校验码" + document.check_code()));
  }
}

TEST(FootTest, TheCodeOnEveryPageIsTheAddress) {
  const OfficialDocument document = DocumentOf(SampleOf("points-notice"));
  const PdfFile pdf(Render(document));
  const size_t pages = pdf.Pages(0, 842).size();
  const std::string root = pdf.path() + "-page";
  OutputOf(absl::StrCat("pdftoppm -r 150 -png ", pdf.path(), " ", root));
  const std::string read = OutputOf(absl::StrCat("zbarimg -q --raw ", root, "-*.png"));
  OutputOf(absl::StrCat("rm ", root, "-*.png"));
  EXPECT_EQ(read, Repeat(document.verification() + "\n", pages));
}

TEST(FootTest, WithoutAnAddressThereIsNoCode) {
  OfficialDocument document = DocumentOf(SampleOf("refusal"));
  const size_t with = Render(document).size();
  document.clear_verification();
  EXPECT_LT(Render(document).size(), with);
}

TEST(QrTest, TheLongestAddressFits) {
  const auto longest = MakeQr(std::string(kVerificationBaseBytesMax + 19, 'a'));
  ASSERT_TRUE(longest.ok());
  EXPECT_EQ(longest->modules.size(), static_cast<size_t>(longest->width) * longest->width);
  EXPECT_EQ(runtime::ReasonOf(MakeQr("").status()), "DOCUMENT_ADDRESS");
  EXPECT_EQ(runtime::ReasonOf(MakeQr(std::string(3000, 'a')).status()), "DOCUMENT_ADDRESS");
}

TEST(CopiesTest, EachHasItsOwnMarkedPages) {
  const OfficialDocument document = DocumentOf(SampleOf("points-notice"));
  ASSERT_EQ(document.copies_size(), 3);
  const PdfFile pdf(Render(document));
  const std::vector<std::string> marks = pdf.Pages(50, 100);
  const std::vector<std::string> feet = pdf.Pages(745, 842);
  const size_t each = marks.size() / 3;
  ASSERT_EQ(marks.size(), each * 3);
  for (size_t i = 0; i < marks.size(); ++i) {
    EXPECT_EQ(marks[i], Dense(document.copies(static_cast<int>(i / each))));
    EXPECT_THAT(feet[i], HasSubstr(absl::StrCat("第", i % each + 1, "页共", each, "页")));
  }
}

TEST(RenderPdfTest, TheSameDocumentGivesTheSameBytes) {
  const OfficialDocument document = DocumentOf(SampleOf("decision"));
  const std::string bytes = Render(document);
  EXPECT_EQ(Render(document), bytes);
  std::vector<std::string> drawn(4);
  std::vector<std::thread> threads;
  for (std::string& one : drawn) threads.emplace_back([&] { one = Render(document); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(std::all_of(
      drawn.begin(), drawn.end(), [&bytes](const std::string& one) { return one == bytes; }));
  const PdfFile pdf(bytes);
  EXPECT_THAT(OutputOf("TZ=UTC pdfinfo -isodates " + pdf.path()),
              HasSubstr("CreationDate:    2026-03-17"));
}

TEST(RenderPdfTest, AFontThatIsMissingIsAnError) {
  const auto drawn = RenderPdf(DocumentOf(SampleOf("refusal")), {.font = "No Such Family"});
  EXPECT_EQ(drawn.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(runtime::ReasonOf(drawn.status()), "DOCUMENT_FONT_MISSING");
  EXPECT_EQ(runtime::ToProblem(drawn.status()).metadata.at("font"), "No Such Family");
}

TEST(RenderPdfTest, ACharacterTheFontHasNotIsAnError) {
  for (const auto set :
       {+[](OfficialDocument&d, const std::string&t) { d.set_title(t); },
        +[](OfficialDocument&d, const std::string&t) { d.set_organ(t); },
        +[](OfficialDocument&d, const std::string&t) { d.set_addressee(t); },
        +[](OfficialDocument&d, const std::string&t) { d.set_number(t); },
        +[](OfficialDocument&d, const std::string&t) { d.set_signature(t); },
        +[](OfficialDocument&d, const std::string&t) { d.add_attachments(t); },
        +[](OfficialDocument&d, const std::string&t) { d.add_copies(t); },
        +[](OfficialDocument&d, const std::string&t) { d.mutable_paragraphs(0)->set_text(t); }}) {
    OfficialDocument document = DocumentOf(SampleOf("refusal"));
    set(document, "字\U0001F600");
    const runtime::Problem problem = runtime::ToProblem(RenderPdf(document).status());
    ASSERT_EQ(problem.reason, "DOCUMENT_GLYPH_MISSING");
    EXPECT_EQ(problem.metadata.at("character"), "U+1F600");
  }
}

// Seven rows stand above the paragraphs, two free ones and two of the signature below.
TEST(RenderPdfTest, PagesAreBounded) {
  const size_t most = static_cast<size_t>(kPagesMax) * kRowsOfPage - 7 - 4;
  const PdfFile pdf(Render(WithParagraphs(most, "一")));
  EXPECT_THAT(OutputOf("pdfinfo " + pdf.path()),
              HasSubstr(absl::StrCat("Pages:           ", kPagesMax)));
  const auto over = RenderPdf(WithParagraphs(most + 1, "一"));
  EXPECT_EQ(runtime::ReasonOf(over.status()), "DOCUMENT_TOO_LONG");
  EXPECT_EQ(runtime::ToProblem(over.status()).metadata.at("of"), "pages");
}

TEST(RenderPdfTest, TheLongestTextIsDrawn) {
  EXPECT_TRUE(RenderPdf(WithParagraphs(1, Repeat("字", kDocumentTextMax))).ok());
}

TEST(PagesOfTest, ASignatureIsNeverAloneAndNoPageBeginsEmpty) {
  const auto typesetter = Typesetter::Make("Noto Serif CJK SC");
  ASSERT_TRUE(typesetter.ok());
  for (size_t count = 1; count < 60; ++count) {
    const auto rows = RowsOf(WithParagraphs(count, "一"), true, **typesetter);
    const auto pages = PagesOf(rows);
    size_t lines = 0;
    for (const auto& page : pages) {
      EXPECT_LE(page.size(), kRowsOfPage);
      EXPECT_NE(page.front().line, nullptr);
      for (const Row& row : page) lines += row.line != nullptr ? 1 : 0;
    }
    EXPECT_EQ(lines, 4 + count + 2) << "nothing is lost";
    EXPECT_GE(pages.back().size(), 5) << "a line of text, the seal, the organ and the date";
  }
}

TEST(PagesOfTest, APageBeginsWithText) {
  const auto typesetter = Typesetter::Make("Noto Serif CJK SC");
  ASSERT_TRUE(typesetter.ok());
  // Below the signature a free row and two lines of a form follow.
  for (size_t count = 1; count < 30; ++count) {
    OfficialDocument document = WithParagraphs(count, "一");
    for (const char* text : {"经办人：", "签收人："}) document.add_signature_lines(text);
    for (const auto& page : PagesOf(RowsOf(document, true, **typesetter)))
      EXPECT_NE(page.front().line, nullptr) << count;
  }
}

TEST(PagesOfTest, AHeadingStandsWithItsText) {
  const auto typesetter = Typesetter::Make("Noto Serif CJK SC");
  ASSERT_TRUE(typesetter.ok());
  for (size_t before = 5; before < 25; ++before) {
    OfficialDocument document = WithParagraphs(before, "一");
    for (const char* text : {"标题", "正文", "正文"}) document.add_paragraphs()->set_text(text);
    document.mutable_paragraphs(static_cast<int>(before))->set_style(DocumentParagraph::HEADING);
    const auto rows = RowsOf(document, true, **typesetter);
    for (const auto& page : PagesOf(rows)) EXPECT_NE(page.back().line, rows[7 + before].line);
  }
}

}  // namespace
}  // namespace xince::documents
