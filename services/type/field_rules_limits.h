#ifndef SERVICES_TYPE_FIELD_RULES_LIMITS_H_
#define SERVICES_TYPE_FIELD_RULES_LIMITS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "google/protobuf/message.h"

/// For tests: every limit that a message's field rules state, tried at the limit and one beyond.
namespace xince::type {

/// One message to try.
struct LimitCase {
  /// Path of the field that was changed, as CheckFields names it.
  std::string field;
  /// What was done to it, such as `201 characters`.
  std::string what;
  std::unique_ptr<google::protobuf::Message> message;
  /// The reason it must be refused for; empty when it must be accepted.
  std::string reason;
};

/// The cases of a valid message, each the message with one field changed:
///  - texts at and beyond their length (at the length only where their format allows such a text),
///    identifiers and resource names also at and beyond 63 characters; bytes that have a length;
///  - repeated fields at and beyond their number, by repeating the first element; map fields not;
///  - bounded numbers at and beyond both ends;
///  - required fields cleared.
/// Fields the server sets, members of a oneof that are not chosen, and what lies in google.protobuf
/// messages stay as they are.
std::vector<LimitCase> LimitCasesOf(const google::protobuf::Message& valid);

/// Paths of message fields, single or repeated, that `valid` leaves empty, so that LimitCasesOf cannot
/// look into them. Types within themselves, oneofs, maps and what LimitCasesOf passes over are not
/// listed.
std::vector<std::string> UntriedFields(const google::protobuf::Message& valid);

/// Fails the running test unless `check` accepts `valid` and answers every case as it must, and unless
/// UntriedFields is empty. `check` is what the server does with a request: CheckFields, or more.
void ExpectLimitsHold(const google::protobuf::Message& valid,
                      absl::FunctionRef<absl::Status(const google::protobuf::Message&)> check);

}  // namespace xince::type

#endif  // SERVICES_TYPE_FIELD_RULES_LIMITS_H_
