#ifndef SERVICES_TYPE_FIELD_FORMATS_H_
#define SERVICES_TYPE_FIELD_FORMATS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace xince::type::v1 {
class FieldRule;
}  // namespace xince::type::v1

namespace xince::type {

struct FieldContext;

/// OK when the non-empty `text` has the format of `rule`; else the status of the format's reason, about
/// no field. FORMAT_UNSPECIFIED accepts everything. The reasons are those of CheckFields.
absl::Status CheckFormat(absl::string_view text,
                         const v1::FieldRule& rule,
                         const FieldContext& context);

/// True for 1 or more dot-separated kebab-case words that begin with a letter:
/// `inspection.overdue-rectification`, `complaint.12345-late`.
bool IsKind(absl::string_view text);

/// True for 64 lower-case hexadecimal digits.
bool IsSha256(absl::string_view text);

}  // namespace xince::type

#endif  // SERVICES_TYPE_FIELD_FORMATS_H_
