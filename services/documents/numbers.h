#ifndef SERVICES_DOCUMENTS_NUMBERS_H_
#define SERVICES_DOCUMENTS_NUMBERS_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

/// Numbers of documents, which follow one another without a gap within year and kind.
namespace xince::documents {

/// A number no standing document has.
struct NumberGap {
  uint32_t number = 0;
  /// Why it was voided; empty when nobody said so, which an honest register never shows.
  std::string reason;

  friend bool operator==(const NumberGap&, const NumberGap&) = default;
};

/// The numbers used of each year and kind (id of the template). No lock of its own.
class NumberAllocator {
 public:
  /// A document has the number. ALREADY_EXISTS DOCUMENT_NUMBER_TAKEN when one has it, also one that
  /// was voided; INVALID_ARGUMENT DOCUMENT_NUMBER unless 1 to kDocumentNumberMax.
  absl::Status Take(int year, absl::string_view kind, uint32_t number);

  /// The document of the number does not stand; the number is not given again. FAILED_PRECONDITION
  /// DOCUMENT_NUMBER_UNKNOWN when none has it, or it was voided; INVALID_ARGUMENT FIELD_REQUIRED
  /// without a reason.
  absl::Status Void(int year, absl::string_view kind, uint32_t number, absl::string_view reason);

  /// The number of the next document: one more than the greatest used, 1 for the first. It stays the
  /// same until it is taken. FAILED_PRECONDITION DOCUMENT_NUMBERS_USED_UP beyond kDocumentNumberMax.
  [[nodiscard]] absl::StatusOr<uint32_t> Next(int year, absl::string_view kind) const;

  /// Numbers below the next one that no standing document has, in order.
  [[nodiscard]] std::vector<NumberGap> Gaps(int year, absl::string_view kind) const;

 private:
  // By number: why it was voided, empty while it stands.
  using Series = std::map<uint32_t, std::string>;

  std::map<std::pair<int, std::string>, Series> series_;
};

}  // namespace xince::documents

#endif  // SERVICES_DOCUMENTS_NUMBERS_H_
