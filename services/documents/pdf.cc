#include "services/documents/pdf.h"

#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include "services/documents/qr.h"
#include "services/documents/typesetter.h"
#include "services/runtime/errors.h"

namespace xince::documents {
namespace {

using listing::v1::OfficialDocument;

// The foot of a page, below the text: the page's number 7 mm below it, the code in the middle.
constexpr double kTextBottom = kMarginTop + kTextHeight;
constexpr double kPageNumberBaseline = kTextBottom + 7 * kMillimetre;
constexpr double kQrLeft = 60 * kMillimetre;
constexpr double kQrTop = kTextBottom + 5 * kMillimetre;
constexpr double kQrWidth = 18 * kMillimetre;
constexpr double kFootTextLeft = kQrLeft + kQrWidth + 4 * kMillimetre;
constexpr double kFootSize = 9;
constexpr double kFootLine = 13;
constexpr double kMarkBaseline = kMarginTop - 8 * kMillimetre;
constexpr double kMarkSize = 12;
constexpr double kRuleWidth = 1.2;
// Where the baseline lies in a character's square, from its middle.
constexpr double kBaselineBelowMiddle = 0.38;

struct Destroy {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
  void operator()(cairo_t* context) const { cairo_destroy(context); }
};

cairo_status_t AppendBytes(void* to, const unsigned char* data, unsigned int length) {
  static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

// Draws pages.
class Painter {
 public:
  Painter(const OfficialDocument& document, Typesetter& typesetter, cairo_t* cairo)
      : document_(document), typesetter_(typesetter), cairo_(cairo) {}

  void DrawCopy(const std::vector<std::vector<Row>>& pages,
                const std::string& mark,
                const QrCode* qr) {
    const int count = static_cast<int>(pages.size());
    for (int page = 1; page <= count; ++page) {
      if (!mark.empty()) DrawText(mark, kMarkSize, kMarginLeft, kMarkBaseline);
      for (size_t i = 0; i < pages[page - 1].size(); ++i) DrawRow(pages[page - 1][i], i);
      DrawFoot(page, count, qr);
      cairo_show_page(cairo_);
    }
  }

 private:
  void SetColour(bool red) { cairo_set_source_rgb(cairo_, red ? 0.8 : 0, 0, 0); }

  void DrawRow(const Row& row, size_t index) {
    const double top = kMarginTop + kRowHeight * static_cast<double>(index);
    if (row.line != nullptr) {
      SetColour(row.red);
      cairo_move_to(
          cairo_, kMarginLeft + row.x, top + kRowHeight / 2 + kBaselineBelowMiddle * row.size);
      pango_cairo_show_layout_line(cairo_, row.line);
    }
    if (!row.ruled) return;
    SetColour(true);
    cairo_rectangle(
        cairo_, kMarginLeft, top + kRowHeight + 4 * kMillimetre, kTextWidth, kRuleWidth);
    cairo_fill(cairo_);
  }

  void DrawText(const std::string& text, double size, double x, double baseline) {
    SetColour(false);
    cairo_move_to(cairo_, x, baseline);
    pango_cairo_show_layout_line(cairo_, typesetter_.SetLine(text, {.size = size}).line);
  }

  void DrawFoot(int page, int count, const QrCode* qr) {
    const std::string number = absl::StrCat("— ", page, " —");
    const auto line = typesetter_.SetLine(number, {.size = kPageNumberSize});
    const bool odd = page % 2 == 1;
    SetColour(false);
    cairo_move_to(cairo_,
                  odd ? kMarginLeft + kTextWidth - kPageNumberSize - line.width
                      : kMarginLeft + kPageNumberSize,
                  kPageNumberBaseline);
    pango_cairo_show_layout_line(cairo_, line.line);
    double baseline = kQrTop + kFootSize;
    for (const std::string& text : {document_.number(),
                                    absl::StrCat("第 ", page, " 页　共 ", count, " 页"),
                                    absl::StrCat("校验码 ", document_.check_code())}) {
      DrawText(text, kFootSize, kFootTextLeft, baseline);
      baseline += kFootLine;
    }
    if (qr != nullptr) DrawQr(*qr);
  }

  void DrawQr(const QrCode& qr) {
    const double module = kQrWidth / qr.width;
    for (int y = 0; y < qr.width; ++y) {
      for (int x = 0; x < qr.width;) {
        int end = x;
        while (end < qr.width && qr.dark(end, y)) ++end;
        if (end > x) {
          cairo_rectangle(
              cairo_, kQrLeft + x * module, kQrTop + y * module, (end - x) * module, module);
        }
        x = end + 1;
      }
    }
    cairo_fill(cairo_);
  }

  const OfficialDocument& document_;
  Typesetter& typesetter_;
  cairo_t* cairo_;
};

absl::Status CheckGlyphs(const OfficialDocument& document, const Typesetter& typesetter) {
  std::vector<const std::string*> texts = {&document.organ(),
                                           &document.number(),
                                           &document.title(),
                                           &document.addressee(),
                                           &document.signature(),
                                           &document.signature_date()};
  for (const auto& paragraph : document.paragraphs()) texts.push_back(&paragraph.text());
  for (const auto* list :
       {&document.attachments(), &document.signature_lines(), &document.copies()}) {
    for (const std::string& text : *list) texts.push_back(&text);
  }
  for (const std::string* text : texts) XINCE_RETURN_IF_ERROR(typesetter.CheckGlyphs(*text));
  return absl::OkStatus();
}

void SetMetadata(const OfficialDocument& document, cairo_surface_t* surface) {
  const auto set = [surface](cairo_pdf_metadata_t what, const std::string& text) {
    cairo_pdf_surface_set_metadata(surface, what, text.c_str());
  };
  set(CAIRO_PDF_METADATA_TITLE, document.title());
  set(CAIRO_PDF_METADATA_AUTHOR, document.organ());
  set(CAIRO_PDF_METADATA_SUBJECT, document.number());
  set(CAIRO_PDF_METADATA_CREATOR, "Xince");
  // The document's own day: the same document gives the same bytes whenever it is drawn.
  const std::string instant = absl::StrCat(document.date(), "T00:00:00+08:00");
  set(CAIRO_PDF_METADATA_CREATE_DATE, instant);
  set(CAIRO_PDF_METADATA_MOD_DATE, instant);
}

}  // namespace

absl::StatusOr<std::string> RenderPdf(const OfficialDocument& document, const PdfOptions& options) {
  XINCE_ASSIGN_OR_RETURN(const std::unique_ptr<Typesetter> typesetter,
                         Typesetter::Make(options.font));
  XINCE_RETURN_IF_ERROR(CheckGlyphs(document, *typesetter));
  const auto pages = PagesOf(RowsOf(document, options.red_line, *typesetter));
  if (pages.size() > kPagesMax) {
    return runtime::InvalidArgument(
        "DOCUMENT_TOO_LONG",
        "fields",
        absl::StrCat("the document has more than ", kPagesMax, " pages"),
        absl::StrCat("文书超过 ", kPagesMax, " 页"),
        {{"limit", absl::StrCat(kPagesMax)}, {"of", "pages"}});
  }
  QrCode qr;
  if (!document.verification().empty()) {
    XINCE_ASSIGN_OR_RETURN(qr, MakeQr(document.verification()));
  }
  std::string bytes;
  const std::unique_ptr<cairo_surface_t, Destroy> surface(
      cairo_pdf_surface_create_for_stream(AppendBytes, &bytes, kPageWidth, kPageHeight));
  SetMetadata(document, surface.get());
  {
    const std::unique_ptr<cairo_t, Destroy> cairo(cairo_create(surface.get()));
    Painter painter(document, *typesetter, cairo.get());
    const QrCode* drawn = qr.width > 0 ? &qr : nullptr;
    if (document.copies().empty()) painter.DrawCopy(pages, "", drawn);
    for (const std::string& mark : document.copies()) painter.DrawCopy(pages, mark, drawn);
  }
  cairo_surface_finish(surface.get());
  const cairo_status_t status = cairo_surface_status(surface.get());
  if (status != CAIRO_STATUS_SUCCESS) {
    return absl::InternalError(absl::StrCat("cairo: ", cairo_status_to_string(status)));
  }
  return bytes;
}

absl::StatusOr<Rendered> RenderStep(const TemplateSet& templates,
                                    const listing::v1::Case& of,
                                    int step,
                                    const CaseNames& names,
                                    const PdfOptions& options) {
  XINCE_ASSIGN_OR_RETURN(const Draft draft, DraftOfStep(templates, of, step, names));
  XINCE_ASSIGN_OR_RETURN(const Template* from, templates.Get(of.steps(step).document()));
  Rendered rendered;
  XINCE_ASSIGN_OR_RETURN(rendered.document, MakeDocument(*from, draft));
  XINCE_ASSIGN_OR_RETURN(rendered.pdf, RenderPdf(rendered.document, options));
  return rendered;
}

}  // namespace xince::documents
