#include "services/feeds/record_type.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"

#include "xince/type/v1/options.pb.h"

#include "services/runtime/errors.h"

namespace xince::feeds {
namespace {

using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;

[[noreturn]] void Broken(const google::protobuf::Descriptor* descriptor, const char* what) {
  std::cerr << descriptor->full_name() << ": " << what << "\n";
  std::abort();
}

bool IsReference(const FieldDescriptor* field) {
  const type::v1::Format format = field->options().GetExtension(type::v1::rule).format();
  return format == type::v1::FORMAT_SUBJECT || format == type::v1::FORMAT_RESOURCE;
}

}  // namespace

RecordType MakeRecordType(const google::protobuf::Descriptor* descriptor) {
  if (!descriptor->options().HasExtension(type::v1::record)) Broken(descriptor, "no record option");
  const FieldDescriptor* name = descriptor->FindFieldByNumber(1);
  const FieldDescriptor* info = descriptor->FindFieldByNumber(2);
  if (name == nullptr || name->name() != "name") Broken(descriptor, "field 1 is not `name`");
  if (info == nullptr || info->name() != "info") Broken(descriptor, "field 2 is not `info`");
  const type::v1::RecordRule& rule = descriptor->options().GetExtension(type::v1::record);
  const type::v1::FieldRule& name_rule = name->options().GetExtension(type::v1::rule);
  if (name_rule.format() != type::v1::FORMAT_RESOURCE ||
      name_rule.collection() != rule.collection()) {
    Broken(descriptor, "`name` is not a resource name of the collection");
  }
  RecordType type;
  type.descriptor = descriptor;
  type.collection = rule.collection();
  type.plural = rule.plural();
  type.zh = rule.zh();
  type.command = rule.command();
  return type;
}

std::string StringField(const Message& message, const std::string& field) {
  const FieldDescriptor* descriptor = message.GetDescriptor()->FindFieldByName(field);
  if (descriptor == nullptr || descriptor->is_repeated() ||
      descriptor->cpp_type() != FieldDescriptor::CPPTYPE_STRING) {
    return "";
  }
  return message.GetReflection()->GetString(message, descriptor);
}

std::vector<const FieldDescriptor*> IndexedFields(const RecordType& type) {
  std::vector<const FieldDescriptor*> fields;
  for (int i = 0; i < type.descriptor->field_count(); ++i) {
    const FieldDescriptor* field = type.descriptor->field(i);
    if (field->is_repeated() || field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) continue;
    if (field->number() == 1) continue;
    const bool named =
        std::find(type.indexed.begin(), type.indexed.end(), field->name()) != type.indexed.end();
    if (named || IsReference(field)) fields.push_back(field);
  }
  return fields;
}

absl::Status OtherType(const Message& record) {
  const std::string name = StringField(record, "name");
  return runtime::NotFound("RECORD_UNKNOWN",
                           "name",
                           absl::StrCat("there is no such record ", name, " here"),
                           absl::StrCat("此类记录中没有 ", name),
                           {{"name", name}});
}

std::unique_ptr<Message> NewRecord(const RecordType& type) {
  return std::unique_ptr<Message>(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type.descriptor)->New());
}

}  // namespace xince::feeds
