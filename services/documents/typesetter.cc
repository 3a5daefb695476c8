#include "services/documents/typesetter.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include <pango/pangocairo.h>

#include "services/runtime/errors.h"

namespace xince::documents {
namespace {

using listing::v1::OfficialDocument;
using policy::v1::DocumentParagraph;

// A line that misses more than this, because a long word went to the next one, is not stretched.
constexpr double kSlackMax = 1.5;
// 28 characters of 16 points are wider than the 156 mm of a line: they stand that much closer.
constexpr int kLetterSpacing = -220;
constexpr double kCharWidth = kTextWidth / 28;
constexpr double kOrganSize = 26;
// Rows left free for the seal, above the signature.
constexpr int kSealRows = 2;

struct FontRelease {
  void operator()(PangoFontDescription* font) const { pango_font_description_free(font); }
};
using FontDescription = std::unique_ptr<PangoFontDescription, FontRelease>;

FontDescription Describe(const std::string& family, double size, bool bold) {
  FontDescription font(pango_font_description_new());
  pango_font_description_set_family(font.get(), family.c_str());
  pango_font_description_set_weight(font.get(), bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_font_description_set_absolute_size(font.get(), size * PANGO_SCALE);
  return font;
}

absl::Status FontMissing(const std::string& family) {
  return runtime::FailedPrecondition("DOCUMENT_FONT_MISSING",
                                     "",
                                     absl::StrCat("the font ", family, " is not installed"),
                                     absl::StrCat("未安装字体 ", family),
                                     {{"font", family}});
}

void AddBlank(int count, std::vector<Row>& rows) { rows.resize(rows.size() + count); }

void Append(std::vector<Row> more, std::vector<Row>& rows) {
  rows.insert(rows.end(), more.begin(), more.end());
}

TextStyle StyleOf(DocumentParagraph::Style style) {
  return {.bold = style == DocumentParagraph::HEADING,
          .indent = style == DocumentParagraph::FLUSH ? 0 : 2,
          .justified = style != DocumentParagraph::FLUSH};
}

// Whether every line but the last reaches the right edge, or nearly so.
bool FullLines(PangoLayout* layout) {
  bool full = true;
  PangoLayoutIter* at = pango_layout_get_iter(layout);
  while (full && pango_layout_iter_at_last_line(at) == FALSE) {
    PangoRectangle box;
    pango_layout_iter_get_line_extents(at, nullptr, &box);
    full =
        kTextWidth - static_cast<double>(box.x + box.width) / PANGO_SCALE <= kSlackMax * kCharWidth;
    pango_layout_iter_next_line(at);
  }
  pango_layout_iter_free(at);
  return full;
}

// The date ends four characters from the right edge, the organ is centred above it.
void AddSignature(const OfficialDocument& document,
                  Typesetter& typesetter,
                  std::vector<Row>& rows) {
  // A signature never stands alone on a page.
  rows.back().glued = true;
  AddBlank(kSealRows, rows);
  const auto organ = typesetter.SetLine(document.signature(), {});
  const auto date = typesetter.SetLine(document.signature_date(), {});
  if (organ.width > kTextWidth - 2 * kCharWidth) {
    Append(typesetter.Set(document.signature(), {.alignment = PANGO_ALIGN_RIGHT}), rows);
  } else {
    const double middle = kTextWidth - 4 * kCharWidth - date.width / 2;
    const double x = std::min(middle - organ.width / 2, kTextWidth - kCharWidth - organ.width);
    rows.push_back({.line = organ.line, .x = std::max(x, 0.0)});
  }
  rows.push_back({.line = date.line, .x = kTextWidth - 4 * kCharWidth - date.width});
  const auto last_text =
      std::find_if(rows.rbegin() + 1, rows.rend(), [](const Row& row) { return row.glued; });
  for (auto row = rows.rbegin() + 1; row != last_text; ++row) row->glued = true;
}

}  // namespace

void ObjectUnref::operator()(void* object) const { g_object_unref(object); }

absl::StatusOr<std::unique_ptr<Typesetter>> Typesetter::Make(const std::string& family) {
  std::unique_ptr<Typesetter> made(new Typesetter);
  made->family_ = family;
  made->fonts_.reset(pango_cairo_font_map_new());
  made->context_.reset(pango_font_map_create_context(made->fonts_.get()));
  PangoContext* context = made->context_.get();
  // Nothing of the surroundings: neither its language nor its hinting.
  pango_context_set_language(context, pango_language_from_string("zh-cn"));
  pango_context_set_round_glyph_positions(context, FALSE);
  cairo_font_options_t* options = cairo_font_options_create();
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options(context, options);
  cairo_font_options_destroy(options);
  for (const bool bold : {false, true}) {
    const FontDescription wanted = Describe(family, kBodySize, bold);
    const Ref<PangoFont> font(pango_context_load_font(context, wanted.get()));
    if (font == nullptr) return FontMissing(family);
    const FontDescription found(pango_font_describe(font.get()));
    const char* name = pango_font_description_get_family(found.get());
    if (name == nullptr || family != name ||
        (pango_font_description_get_weight(found.get()) >= PANGO_WEIGHT_BOLD) != bold) {
      return FontMissing(family);
    }
    made->coverages_.emplace_back(
        pango_font_get_coverage(font.get(), pango_language_from_string("zh-cn")));
  }
  return made;
}

absl::Status Typesetter::CheckGlyphs(absl::string_view text) const {
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); at < end; at = g_utf8_next_char(at)) {
    const gunichar character = g_utf8_get_char(at);
    for (const auto& coverage : coverages_) {
      if (pango_coverage_get(coverage.get(), static_cast<int>(character)) == PANGO_COVERAGE_EXACT) {
        continue;
      }
      const std::string code = absl::StrFormat("U+%04X", character);
      return runtime::FailedPrecondition(
          "DOCUMENT_GLYPH_MISSING",
          "",
          absl::StrCat("the font ", family_, " has no glyph for ", code),
          absl::StrCat("字体 ", family_, " 缺少字符 ", code),
          {{"font", family_}, {"character", code}});
    }
  }
  return absl::OkStatus();
}

PangoLayout* Typesetter::NewLayout(const std::string& text, const TextStyle& style) {
  layouts_.emplace_back(pango_layout_new(context_.get()));
  PangoLayout* layout = layouts_.back().get();
  pango_layout_set_font_description(layout, Describe(family_, style.size, style.bold).get());
  PangoAttrList* attributes = pango_attr_list_new();
  pango_attr_list_insert(attributes, pango_attr_fallback_new(FALSE));
  if (style.size == kBodySize) {
    pango_attr_list_insert(attributes, pango_attr_letter_spacing_new(kLetterSpacing));
  }
  pango_layout_set_attributes(layout, attributes);
  pango_attr_list_unref(attributes);
  pango_layout_set_text(layout, text.data(), static_cast<int>(text.size()));
  return layout;
}

std::vector<Row> Typesetter::Set(const std::string& text, const TextStyle& style) {
  PangoLayout* layout = NewLayout(text, style);
  pango_layout_set_width(layout, static_cast<int>(kTextWidth * PANGO_SCALE));
  pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_alignment(layout, style.alignment);
  pango_layout_set_indent(layout, static_cast<int>(style.indent * kCharWidth * PANGO_SCALE));
  if (style.justified && FullLines(layout)) pango_layout_set_justify(layout, TRUE);
  std::vector<Row> rows;
  PangoLayoutIter* at = pango_layout_get_iter(layout);
  do {
    PangoRectangle box;
    pango_layout_iter_get_line_extents(at, nullptr, &box);
    rows.push_back({.line = pango_layout_iter_get_line_readonly(at),
                    .x = static_cast<double>(box.x) / PANGO_SCALE,
                    .size = style.size,
                    .red = style.red});
  } while (pango_layout_iter_next_line(at) != FALSE);
  pango_layout_iter_free(at);
  return rows;
}

Typesetter::Line Typesetter::SetLine(const std::string& text, const TextStyle& style) {
  PangoLayout* layout = NewLayout(text, style);
  pango_layout_set_single_paragraph_mode(layout, TRUE);
  int width = 0;
  pango_layout_get_size(layout, &width, nullptr);
  return {.line = pango_layout_get_line_readonly(layout, 0),
          .width = static_cast<double>(width) / PANGO_SCALE};
}

std::vector<Row> RowsOf(const OfficialDocument& document, bool red_line, Typesetter& typesetter) {
  std::vector<Row> rows;
  const TextStyle centred{.alignment = PANGO_ALIGN_CENTER};
  Append(typesetter.Set(
             document.organ(),
             {.size = kOrganSize, .bold = true, .red = true, .alignment = PANGO_ALIGN_CENTER}),
         rows);
  AddBlank(1, rows);
  Append(typesetter.Set(document.number(), centred), rows);
  rows.back().ruled = red_line;
  AddBlank(1, rows);
  Append(typesetter.Set(document.title(),
                        {.size = kTitleSize, .bold = true, .alignment = PANGO_ALIGN_CENTER}),
         rows);
  AddBlank(1, rows);
  if (!document.addressee().empty()) Append(typesetter.Set(document.addressee(), {}), rows);
  for (const auto& paragraph : document.paragraphs()) {
    Append(typesetter.Set(paragraph.text(), StyleOf(paragraph.style())), rows);
    rows.back().glued = paragraph.style() == DocumentParagraph::HEADING;
  }
  if (!document.attachments().empty()) AddBlank(1, rows);
  int index = 0;
  for (const std::string& text : document.attachments()) {
    const std::string number = document.attachments_size() > 1 ? absl::StrCat(++index, "．") : "";
    Append(typesetter.Set(absl::StrCat("附件：", number, text), {.indent = 2}), rows);
  }
  AddSignature(document, typesetter, rows);
  if (!document.signature_lines().empty()) AddBlank(1, rows);
  for (const std::string& text : document.signature_lines()) Append(typesetter.Set(text, {}), rows);
  return rows;
}

std::vector<std::vector<Row>> PagesOf(const std::vector<Row>& rows) {
  std::vector<std::vector<Row>> pages(1);
  for (size_t first = 0; first < rows.size();) {
    size_t last = first;
    while (rows[last].glued && last + 1 < rows.size()) ++last;
    const size_t count = last - first + 1;
    const bool breakable = count > kRowsOfPage;
    if (!breakable && pages.back().size() + count > kRowsOfPage) pages.emplace_back();
    for (; first <= last; ++first) {
      if (pages.back().size() == kRowsOfPage) pages.emplace_back();
      const bool first_of_page = pages.back().empty();
      if (first_of_page && rows[first].line == nullptr) continue;
      pages.back().push_back(rows[first]);
    }
  }
  if (pages.back().empty()) pages.pop_back();
  return pages;
}

}  // namespace xince::documents
