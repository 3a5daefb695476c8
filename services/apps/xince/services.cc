#include "services/apps/xince/services.h"

#include <algorithm>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/descriptor.pb.h"

#include "xince/committee/v1/committee.pb.h"
#include "xince/credit/v1/credit.pb.h"
#include "xince/evidence/v1/evidence.pb.h"
#include "xince/inspection/v1/inspection.pb.h"
#include "xince/journal/v1/journal.pb.h"
#include "xince/listing/v1/listing.pb.h"
#include "xince/party/v1/party.pb.h"
#include "xince/policy/v1/policy.pb.h"
#include "xince/registry/v1/registry.pb.h"

// The descriptors of all services with their comments, as protoc wrote them: a FileDescriptorSet with
// source information. Generated code leaves the comments out.
asm(".section .rodata\n"
    ".balign 16\n"
    "xince_api_begin:\n"
    ".incbin \"" XINCE_API_DESCRIPTORS
    "\"\n"
    "xince_api_end:\n"
    ".previous\n");
extern "C" const char xince_api_begin[];  // NOLINT(readability-identifier-naming): a symbol's name.
extern "C" const char xince_api_end[];    // NOLINT(readability-identifier-naming)

namespace xince::cli {
namespace {

using ::google::protobuf::DescriptorPool;
using ::google::protobuf::MethodDescriptor;
using ::google::protobuf::ServiceDescriptor;

// Bytes of the first character of a Chinese text: the ideographs are U+3400 to U+9FFF.
bool HasIdeograph(absl::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0xe3 && byte <= 0xe9;
  });
}

// Never destroyed: descriptors are used until the process ends.
const DescriptorPool& CommentedPool() {
  static const DescriptorPool* const kPool = [] {
    auto* pool = new DescriptorPool;
    google::protobuf::FileDescriptorSet files;
    files.ParseFromArray(xince_api_begin, static_cast<int>(xince_api_end - xince_api_begin));
    for (const auto& file : files.file()) pool->BuildFile(file);
    return pool;
  }();
  return *kPool;
}

template <class Descriptor>
std::string LeadingComment(const Descriptor* descriptor) {
  google::protobuf::SourceLocation location;
  if (descriptor == nullptr || !descriptor->GetSourceLocation(&location)) return "";
  std::string text = absl::StrReplaceAll(location.leading_comments, {{"\n ", "\n"}});
  absl::StripAsciiWhitespace(&text);
  return text;
}

}  // namespace

const std::vector<const ServiceDescriptor*>& Services() {
  static const auto* const kServices = new std::vector<const ServiceDescriptor*>{
      registry::v1::VoidRecordRequest::descriptor()->file()->service(0),
      inspection::v1::VoidRecordRequest::descriptor()->file()->service(0),
      party::v1::VoidRecordRequest::descriptor()->file()->service(0),
      committee::v1::VoidRecordRequest::descriptor()->file()->service(0),
      credit::v1::Standing::descriptor()->file()->service(0),
      policy::v1::ProposePackRequest::descriptor()->file()->service(0),
      listing::v1::OpenCaseRequest::descriptor()->file()->service(0),
      journal::v1::JournalStatus::descriptor()->file()->service(0),
      evidence::v1::Evidence::descriptor()->file()->service(0),
  };
  return *kServices;
}

const MethodDescriptor* FindMethod(absl::string_view name) {
  const std::string dotted = absl::StrReplaceAll(name, {{"/", "."}});
  for (const ServiceDescriptor* service : Services()) {
    for (int i = 0; i < service->method_count(); ++i) {
      const MethodDescriptor* method = service->method(i);
      if (dotted == method->full_name() ||
          dotted == absl::StrCat(service->name(), ".", method->name())) {
        return method;
      }
    }
  }
  return nullptr;
}

std::string MethodPath(const MethodDescriptor& method) {
  return absl::StrCat(method.service()->full_name(), "/", method.name());
}

std::string CommentOf(absl::string_view full_name) {
  const DescriptorPool& pool = CommentedPool();
  const std::string name(full_name);
  if (const auto* message = pool.FindMessageTypeByName(name)) return LeadingComment(message);
  if (const auto* field = pool.FindFieldByName(name)) return LeadingComment(field);
  if (const auto* service = pool.FindServiceByName(name)) return LeadingComment(service);
  if (const auto* method = pool.FindMethodByName(name)) return LeadingComment(method);
  if (const auto* type = pool.FindEnumTypeByName(name)) return LeadingComment(type);
  return LeadingComment(pool.FindEnumValueByName(name));
}

std::string LabelOf(const google::protobuf::EnumValueDescriptor& value) {
  const std::string comment = CommentOf(value.full_name());
  const std::string label = comment.substr(0, comment.find_first_of(".,:;("));
  return HasIdeograph(label) ? std::string(absl::StripAsciiWhitespace(label)) : "";
}

}  // namespace xince::cli
