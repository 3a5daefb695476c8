#ifndef SERVICES_DOCUMENTS_TYPESETTER_H_
#define SERVICES_DOCUMENTS_TYPESETTER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include <pango/pango.h>

#include "xince/listing/v1/document.pb.h"

/// Text on the grid of GB/T 9704-2012: rows of one page after another. Inside services/documents only.
namespace xince::documents {

/// A page in points: A4, 22 rows of 28 characters.
inline constexpr double kMillimetre = 72.0 / 25.4;
inline constexpr double kPageWidth = 210 * kMillimetre;
inline constexpr double kPageHeight = 297 * kMillimetre;
inline constexpr double kMarginTop = 37 * kMillimetre;
inline constexpr double kMarginLeft = 28 * kMillimetre;
inline constexpr double kTextWidth = 156 * kMillimetre;
inline constexpr double kTextHeight = 225 * kMillimetre;
inline constexpr int kRowsOfPage = 22;
inline constexpr double kRowHeight = kTextHeight / kRowsOfPage;
/// 三号.
inline constexpr double kBodySize = 16;
/// 二号.
inline constexpr double kTitleSize = 22;
/// 四号.
inline constexpr double kPageNumberSize = 14;

struct ObjectUnref {
  void operator()(void* object) const;
};
template <typename T>
using Ref = std::unique_ptr<T, ObjectUnref>;

/// A row of the grid; a blank one has no line.
struct Row {
  /// Lives as long as the Typesetter.
  PangoLayoutLine* line = nullptr;
  /// From the left margin, in points.
  double x = 0;
  double size = kBodySize;
  bool red = false;
  /// A line of the width of the text below it.
  bool ruled = false;
  /// Stands on the same page as the next row.
  bool glued = false;
};

/// How a text is set.
struct TextStyle {
  double size = kBodySize;
  bool bold = false;
  bool red = false;
  /// In characters.
  int indent = 0;
  bool justified = false;
  PangoAlignment alignment = PANGO_ALIGN_LEFT;
};

/// Sets texts in one family, without a substitute for a missing glyph.
class Typesetter {
 public:
  /// Errors of RenderPdf about the font.
  static absl::StatusOr<std::unique_ptr<Typesetter>> Make(const std::string& family);

  /// FAILED_PRECONDITION DOCUMENT_GLYPH_MISSING for the first character that the font has not.
  absl::Status CheckGlyphs(absl::string_view text) const;
  /// Lines of a text, within the width of the page.
  std::vector<Row> Set(const std::string& text, const TextStyle& style);
  /// One line, and its width.
  struct Line {
    PangoLayoutLine* line = nullptr;
    double width = 0;
  };
  Line SetLine(const std::string& text, const TextStyle& style);

 private:
  Typesetter() = default;
  PangoLayout* NewLayout(const std::string& text, const TextStyle& style);

  std::string family_;
  Ref<PangoFontMap> fonts_;
  Ref<PangoContext> context_;
  std::vector<Ref<PangoCoverage>> coverages_;
  std::vector<Ref<PangoLayout>> layouts_;
};

/// The rows of a document, from the name of the organ to the lines below the signature.
std::vector<Row> RowsOf(const listing::v1::OfficialDocument& document,
                        bool red_line,
                        Typesetter& typesetter);

/// Puts rows on pages: none begins with a blank row, and glued rows are together. A row's page and place
/// are its indices.
std::vector<std::vector<Row>> PagesOf(const std::vector<Row>& rows);

}  // namespace xince::documents

#endif  // SERVICES_DOCUMENTS_TYPESETTER_H_
