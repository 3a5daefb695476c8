#ifndef SERVICES_SCORING_POLICY_PARSE_H_
#define SERVICES_SCORING_POLICY_PARSE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/text_format.h"

/// Reading text with a position for every mistake.
namespace xince::policy {

/// Reads a textproto of UTF-8 whose strings are UTF-8 too, whatever escapes they have. INVALID_ARGUMENT
/// with `reason` and the metadata `file`, `line` and `column` (both from 1). `tree`, where not null, gets
/// the position of every field.
absl::Status ParseText(absl::string_view bytes,
                       absl::string_view file,
                       absl::string_view reason,
                       google::protobuf::Message& message,
                       google::protobuf::TextFormat::ParseInfoTree* tree = nullptr);

}  // namespace xince::policy

#endif  // SERVICES_SCORING_POLICY_PARSE_H_
