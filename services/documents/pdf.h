#ifndef SERVICES_DOCUMENTS_PDF_H_
#define SERVICES_DOCUMENTS_PDF_H_

#include <string>

#include "absl/status/statusor.h"

#include "xince/listing/v1/document.pb.h"

#include "services/documents/fields.h"

/// Documents as PDF, by the measures of GB/T 9704-2012. Links Pango and Cairo: only what renders links
/// this.
namespace xince::documents {

/// Most pages of one copy.
inline constexpr int kPagesMax = 100;

/// How a document is drawn.
struct PdfOptions {
  /// Family of the font, which has a regular and a bold face.
  std::string font = "Noto Serif CJK SC";
  /// The red line below the number.
  bool red_line = true;
};

/// Draws a document: A4, margins 37, 35, 28 and 26 mm, 22 lines of 28 characters of 16 points, each
/// copy with its own pages. The same document gives the same bytes, with the same versions of the font,
/// Pango and Cairo. Errors: INVALID_ARGUMENT DOCUMENT_TOO_LONG (metadata `limit`, kPagesMax),
/// DOCUMENT_ADDRESS; FAILED_PRECONDITION DOCUMENT_FONT_MISSING (`font`), DOCUMENT_GLYPH_MISSING
/// (`font`, `character`). May be called from several threads at a time.
absl::StatusOr<std::string> RenderPdf(const listing::v1::OfficialDocument& document,
                                      const PdfOptions& options = {});

/// A document with its drawing.
struct Rendered {
  listing::v1::OfficialDocument document;
  std::string pdf;
};

/// The document of a step of a case: DraftOfStep, MakeDocument and RenderPdf in one, with their errors.
absl::StatusOr<Rendered> RenderStep(const TemplateSet& templates,
                                    const listing::v1::Case& of,
                                    int step,
                                    const CaseNames& names,
                                    const PdfOptions& options = {});

}  // namespace xince::documents

#endif  // SERVICES_DOCUMENTS_PDF_H_
