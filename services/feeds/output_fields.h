#ifndef SERVICES_FEEDS_OUTPUT_FIELDS_H_
#define SERVICES_FEEDS_OUTPUT_FIELDS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

/// Fields that the register sets and callers do not.
namespace xince::feeds {

/// Clears every output-only field, at any depth: what a caller sends in one is ignored (AIP-203), so
/// that a record can be sent back as it was read.
void ClearOutputOnly(google::protobuf::Message& record);

/// Clears `info`.
void ClearInfo(google::protobuf::Message& record);

/// Copies the output-only fields of the record and of its singular messages from an earlier version,
/// where the later one has none. The identity hash of a person inside the record is carried only while
/// the `display_name` beside it stays the same: another name without a number is another person.
void CarryOutputOnly(const google::protobuf::Message& before, google::protobuf::Message& after);

/// Replaces every identity number, at any depth, by its keyed hash: the number's field is cleared and
/// `identity_hash` beside it is set. After OK the record holds no identity number. Errors:
/// FAILED_PRECONDITION `IDENTITY_KEY_TOO_SHORT`.
absl::Status HashIdentities(absl::string_view key, google::protobuf::Message& record);

}  // namespace xince::feeds

#endif  // SERVICES_FEEDS_OUTPUT_FIELDS_H_
