#ifndef SERVICES_APPS_XINCE_SERVICES_H_
#define SERVICES_APPS_XINCE_SERVICES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"

/// The services this program can talk to, known by their descriptors alone: it needs no reflection and
/// no code for a single method or record type.
namespace xince::cli {

/// Every service of the suite: the feeds in the order evidence flows, then credit, journal and
/// evidence. A new feed is one line in services.cc.
const std::vector<const google::protobuf::ServiceDescriptor*>& Services();

/// A method by `package.Service/Method`, `Service/Method` or with dots throughout; null for none.
const google::protobuf::MethodDescriptor* FindMethod(absl::string_view name);

/// The name calls are made by, `package.Service/Method`.
std::string MethodPath(const google::protobuf::MethodDescriptor& method);

/// The words above an element in the .proto file, without slashes and final newline; empty when it has
/// none. `full_name` is that of a message, field, enum, enum value, service or method.
std::string CommentOf(absl::string_view full_name);

/// Name of an enum value in Chinese: what the comment above it begins with; empty when it begins
/// otherwise.
std::string LabelOf(const google::protobuf::EnumValueDescriptor& value);

}  // namespace xince::cli

#endif  // SERVICES_APPS_XINCE_SERVICES_H_
