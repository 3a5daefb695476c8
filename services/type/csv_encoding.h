#ifndef SERVICES_TYPE_CSV_ENCODING_H_
#define SERVICES_TYPE_CSV_ENCODING_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "services/type/csv.h"

namespace xince::type {

/// The text of a file.
struct CsvText {
  CsvEncoding encoding = CsvEncoding::kUtf8;
  /// UTF-8 without a byte-order mark.
  std::string text;
};

/// Decodes a file strictly, as `encoding` or, without one, as the first of UTF-8 and GB18030 that
/// fits. Error: INVALID_ARGUMENT CSV_ENCODING with the `line` that fits neither.
absl::StatusOr<CsvText> DecodeCsv(absl::string_view bytes, std::optional<CsvEncoding> encoding);

}  // namespace xince::type

#endif  // SERVICES_TYPE_CSV_ENCODING_H_
