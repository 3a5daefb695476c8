#ifndef SERVICES_RUNTIME_TEXT_PROTO_H_
#define SERVICES_RUNTIME_TEXT_PROTO_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/text_format.h"

/// Reading protobuf's text form, of which configuration, policy packs and templates are made.
namespace xince::runtime {

/// Deepest nesting of messages in a text.
inline constexpr int kTextNestingMax = 64;

/// Reads a text of UTF-8 whose strings are UTF-8 too, whatever escapes they have. INVALID_ARGUMENT with
/// `reason` and the metadata `file`, `line` and `column` (both from 1) of the first mistake. `tree`, where
/// not null, gets the position of every field.
absl::Status ParseTextProto(absl::string_view bytes,
                            absl::string_view file,
                            absl::string_view reason,
                            google::protobuf::Message& message,
                            google::protobuf::TextFormat::ParseInfoTree* tree = nullptr);

}  // namespace xince::runtime

#endif  // SERVICES_RUNTIME_TEXT_PROTO_H_
