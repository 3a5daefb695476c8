#ifndef SERVICES_TYPE_FIELD_RULES_H_
#define SERVICES_TYPE_FIELD_RULES_H_

#include <cstddef>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "services/type/civil_date.h"

namespace google::protobuf {
class Message;
}  // namespace google::protobuf

/// The rules that a message carries on its own fields, (xince.type.v1.rule), enforced for any message
/// by its descriptor. Nothing about a single message is known here: a new record type needs no code.
namespace xince::type {

class Divisions;

/// Longest text where a rule names no `max_chars`, in code points.
inline constexpr size_t kFieldCharsDefault = 200;
/// Most elements where a rule names no `max_items`.
inline constexpr size_t kFieldItemsDefault = 100;
/// Deepest nesting of messages that is looked at; deeper ones are refused.
inline constexpr size_t kFieldDepthMax = 32;
/// Most problems CheckAllFields lists unless told otherwise.
inline constexpr size_t kFieldProblemsMax = 100;

/// What the rules are judged against.
struct FieldContext {
  /// The national tree. Without one, FORMAT_DIVISION is checked for its form only.
  const Divisions* divisions = nullptr;
  /// Today's civil date, for FORMAT_PAST_DATE and dates of birth.
  Date today;
  /// Refuses values in `output_only` fields, as for what a caller sends. False for what the server
  /// itself has filled in.
  bool refuse_output_only = true;
  /// Accepts credit codes whose inner check digit or prefix is wrong: an operator has seen the
  /// certificate and says so.
  bool tolerate_uscc = false;
};

/// OK, or the first problem of `message` in the order of its fields' declaration, as INVALID_ARGUMENT
/// about the path of the field (`firm.former_names[2]`, with `prefix` and a dot in front when given).
/// Reasons:
///  - FIELD_REQUIRED: a required field is not set. A text of white space counts as not set, a required
///    number with explicit presence may be 0; elements of repeated strings and enums are required.
///  - TEXT_ENCODING, FIELD_TOO_LONG (`limit`, `found`), CONTROL_CHARACTER: see CheckText. Line breaks
///    are allowed in texts without a format that may have more than kFieldCharsDefault characters.
///    Bytes are limited only where a rule names `max_chars`, and count bytes.
///  - TOO_MANY_ITEMS (`limit`, `found`), also for map fields, which are treated as repeated entries.
///  - FIELD_OUTPUT_ONLY, UNKNOWN_ENUM (`found`), NUMBER_OUT_OF_RANGE (`min`, `max`, `found`; only for
///    numbers that are set), MESSAGE_TOO_DEEP (`limit`).
///  - KIND_SYNTAX, SHA256_SYNTAX, DATE_IN_FUTURE (`today`), and by format those of ParseDate,
///    CheckUscc, Divisions::Validate, ParseSubject, ParseResource, CheckId, CheckResidentId. An empty
///    text that is not required passes every format. Lengths are checked before formats.
/// Where the rule has a Chinese name, the Chinese message begins with it in 「」.
/// Safe from any thread; what is derived from descriptors is kept for the life of the process.
absl::Status CheckFields(const google::protobuf::Message& message,
                         const FieldContext& context,
                         absl::string_view prefix = "");

/// All problems in the same order, at most `problems_max`; empty when there are none. A field has one
/// problem at most, apart from its elements.
std::vector<absl::Status> CheckAllFields(const google::protobuf::Message& message,
                                         const FieldContext& context,
                                         absl::string_view prefix = "",
                                         size_t problems_max = kFieldProblemsMax);

/// OK, or FAILED_PRECONDITION FIELD_IMMUTABLE about the first field whose rule is `immutable` and that
/// differs between the two, filling in an empty one included. Looks into singular messages (one that is
/// not set counts as empty), not into the elements of repeated fields. The two must be of one type.
absl::Status CheckImmutable(const google::protobuf::Message& before,
                            const google::protobuf::Message& after,
                            absl::string_view prefix = "");

}  // namespace xince::type

#endif  // SERVICES_TYPE_FIELD_RULES_H_
