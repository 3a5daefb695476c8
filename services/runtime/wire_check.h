#ifndef SERVICES_RUNTIME_WIRE_CHECK_H_
#define SERVICES_RUNTIME_WIRE_CHECK_H_

#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"

namespace xince::runtime {

/// Messages nested deeper than this are malformed, as protobuf's own parser has it.
inline constexpr int kNestingMax = 100;

/// Why bytes are not a message.
struct WireFault {
  enum class Kind { kNone, kMalformed, kBadUtf8 };
  Kind kind = Kind::kNone;
  /// With kBadUtf8: the field, such as `firm.names[2]`.
  std::string path;
};

/// Looks for the first string of `bytes`, read as a message of `descriptor`, that is not UTF-8.
/// Where the bytes end too early or make no sense before that, they are malformed. Protobuf's
/// parser says only that something is wrong; this says what, once it did.
WireFault FindWireFault(absl::string_view bytes, const google::protobuf::Descriptor& descriptor);

}  // namespace xince::runtime

#endif  // SERVICES_RUNTIME_WIRE_CHECK_H_
