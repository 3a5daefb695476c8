#ifndef SERVICES_DOCUMENTS_DOCUMENT_H_
#define SERVICES_DOCUMENTS_DOCUMENT_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "xince/listing/v1/document.pb.h"

#include "services/documents/field_table.h"
#include "services/documents/template.h"
#include "services/type/civil_date.h"

/// A template and its fields make a document, as structured data.
namespace xince::documents {

/// Most code points of the texts of a document, all paragraphs together.
inline constexpr size_t kDocumentTextMax = 50'000;
/// Most items of a list.
inline constexpr size_t kItemsMax = 1'000;
/// Largest number of a document within year and kind.
inline constexpr uint32_t kDocumentNumberMax = 99'999;
/// Longest base of a verification address in bytes.
inline constexpr size_t kVerificationBaseBytesMax = 200;
/// Digits of a check code.
inline constexpr size_t kCheckCodeDigits = 16;
/// Largest draft as JSON in bytes.
inline constexpr size_t kDraftBytesMax = 4 << 20;

/// What a document is made of.
struct Draft {
  /// Step of the procedure; empty for none.
  std::string step;
  type::Date date;
  /// Number within year and kind, from 1; 0 with `document_number`.
  uint32_t number = 0;
  /// The number as printed, instead.
  std::string document_number;
  /// Where documents can be compared with the register, `https://…` or `http://…` without a slash at
  /// its end; empty: no address is printed.
  std::string verification_base;
  /// `date`, `year` and `number` are made from the above.
  Fields fields;
};

/// Makes a document. Errors: INVALID_ARGUMENT DOCUMENT_FIELD_MISSING (`fields.NAME`: a slot has no
/// field, or `number`), DOCUMENT_FIELD_UNKNOWN (`fields.NAME`: it is no field of this kind of
/// document, or a list where a text stands, or the reverse), DOCUMENT_NUMBER (beyond
/// kDocumentNumberMax), DOCUMENT_TOO_LONG (metadata `limit`: beyond kDocumentTextMax or kItemsMax),
/// DOCUMENT_ADDRESS (the base of the address), and those of type::CheckText for a text that is not UTF-8
/// or has a control character; NOT_FOUND DOCUMENT_STEP_UNKNOWN (the template has no title for the step).
absl::StatusOr<listing::v1::OfficialDocument> MakeDocument(const Template& from,
                                                           const Draft& draft);

/// The number as printed, such as `X住建信告〔2026〕8号`.
std::string FormatNumber(const policy::v1::DocumentTemplate& proto,
                         absl::string_view organ_mark,
                         int year,
                         uint32_t number);

/// Whether FormatNumber gives the number to a mark, for some year and number.
bool HasFormOf(const policy::v1::DocumentTemplate& proto,
               absl::string_view organ_mark,
               absl::string_view number);

/// A day as documents write it: `2026年3月2日`.
std::string FormatDay(type::Date date);

/// The bytes whose SHA-256 is `OfficialDocument.sha256`: for each part, in the order of the proto, a
/// line `name=LENGTH:TEXT` with the length in bytes, as docs/documents.md says.
std::string ContentBytes(const listing::v1::OfficialDocument& document);

/// Their SHA-256, in hexadecimal.
std::string DigestOf(const listing::v1::OfficialDocument& document);

/// Reads a draft from JSON of listing.v1.DocumentDraft. INVALID_ARGUMENT DOCUMENT_DRAFT_SYNTAX when it
/// is none, or a field is neither a text nor a list of texts; DATE_SYNTAX, DATE_RANGE.
absl::StatusOr<Draft> DraftFromJson(absl::string_view json);

}  // namespace xince::documents

#endif  // SERVICES_DOCUMENTS_DOCUMENT_H_
