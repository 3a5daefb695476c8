#ifndef TESTS_STEEL_JSON_H_
#define TESTS_STEEL_JSON_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "google/protobuf/struct.pb.h"

/// JSON as threads write it and replies are compared in.
namespace xince::steel {

using Json = google::protobuf::Value;

/// Parses, or fails the test naming `what`.
Json ParseJson(absl::string_view text, absl::string_view what);
std::string ToText(const Json& json);
/// A message as JSON under its proto field names.
Json ToJson(const google::protobuf::Message& message);
/// A message with what changes from run to run left out (times, revisions and digests, and history),
/// as text.
std::string Golden(const google::protobuf::Message& message);

/// The member of an object; null when there is none.
const Json* Find(const Json& json, const std::string& name);
/// The member's string; empty when there is none.
std::string StringOf(const Json& json, const std::string& name);
/// What is at a path such as `results.0.firm.info.revision`; null when nothing is.
const Json* FindPath(const Json& json, absl::string_view path);

/// How `found` differs from `wanted`, which is a part of it: objects may have more members, lists have
/// as many elements. A wanted "" or 0 matches what is missing. Paths with what was wanted and found;
/// empty for a match.
std::vector<std::string> Differences(const Json& wanted, const Json& found);

}  // namespace xince::steel

#endif  // TESTS_STEEL_JSON_H_
