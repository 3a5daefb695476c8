#include "services/feeds/output_fields.h"

#include <vector>

#include "google/protobuf/descriptor.h"
#include "services/type/resident_id.h"

#include "xince/type/v1/options.pb.h"

namespace xince::feeds {
namespace {

using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;
using ::google::protobuf::Reflection;

bool IsOutputOnly(const FieldDescriptor* field) {
  return field->number() == 2 && field->name() == "info"
             ? true
             : field->options().GetExtension(type::v1::rule).output_only();
}

// Calls `visit` for the message and every message inside it.
template <class Visit>
void EachMessage(Message& message, Visit visit) {
  visit(message);
  const Reflection* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || field->is_map()) continue;
    if (!field->is_repeated()) {
      EachMessage(*reflection->MutableMessage(&message, field), visit);
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      EachMessage(*reflection->MutableRepeatedMessage(&message, field, i), visit);
    }
  }
}

}  // namespace

void ClearOutputOnly(Message& record) {
  EachMessage(record, [](Message& message) {
    const auto* descriptor = message.GetDescriptor();
    for (int i = 0; i < descriptor->field_count(); ++i) {
      if (IsOutputOnly(descriptor->field(i))) {
        message.GetReflection()->ClearField(&message, descriptor->field(i));
      }
    }
  });
}

void ClearInfo(Message& record) {
  record.GetReflection()->ClearField(&record, record.GetDescriptor()->FindFieldByNumber(2));
}

void CarryOutputOnly(const Message& before, Message& after) {
  const Reflection* reflection = after.GetReflection();
  const auto* descriptor = after.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    if (field->is_repeated()) continue;
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      if (!reflection->HasField(before, field)) continue;
      if (IsOutputOnly(field) && field->name() != "info") {
        reflection->MutableMessage(&after, field)->CopyFrom(reflection->GetMessage(before, field));
      } else if (reflection->HasField(after, field)) {
        CarryOutputOnly(reflection->GetMessage(before, field),
                        *reflection->MutableMessage(&after, field));
      }
    } else if (IsOutputOnly(field) && field->cpp_type() == FieldDescriptor::CPPTYPE_STRING &&
               reflection->GetString(after, field).empty()) {
      reflection->SetString(&after, field, reflection->GetString(before, field));
    }
  }
}

absl::Status HashIdentities(absl::string_view key, Message& record) {
  absl::Status status;
  EachMessage(record, [&](Message& message) {
    const auto* descriptor = message.GetDescriptor();
    const Reflection* reflection = message.GetReflection();
    for (int i = 0; i < descriptor->field_count(); ++i) {
      const FieldDescriptor* field = descriptor->field(i);
      if (field->options().GetExtension(type::v1::rule).format() != type::v1::FORMAT_RESIDENT_ID) {
        continue;
      }
      const std::string number = reflection->GetString(message, field);
      if (number.empty()) continue;
      reflection->ClearField(&message, field);
      const absl::StatusOr<std::string> hash = type::KeyedIdentityHash(key, number);
      if (!hash.ok()) {
        status = hash.status();
        continue;
      }
      reflection->SetString(&message, descriptor->FindFieldByName("identity_hash"), *hash);
    }
  });
  return status;
}

}  // namespace xince::feeds
