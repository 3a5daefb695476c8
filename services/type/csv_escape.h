#ifndef SERVICES_TYPE_CSV_ESCAPE_H_
#define SERVICES_TYPE_CSV_ESCAPE_H_

#include "absl/strings/string_view.h"

namespace xince::type {

/// True when a spreadsheet could take the cell for a formula, or for one that was already made
/// harmless: any apostrophes, then one of `= + - @`, their full-width forms, TAB, CR or NUL. Such a
/// cell is written behind one more apostrophe (OWASP, CSV injection).
bool LooksLikeFormula(absl::string_view cell);

}  // namespace xince::type

#endif  // SERVICES_TYPE_CSV_ESCAPE_H_
