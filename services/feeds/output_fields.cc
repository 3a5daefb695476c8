#include "services/feeds/output_fields.h"

#include <memory>
#include <vector>

#include "google/protobuf/descriptor.h"

#include "xince/type/v1/options.pb.h"

#include "services/type/resident_id.h"

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

// Whether a singular message names another person than before.
bool NamesAnother(const Message& before, const Message& after) {
  const auto* descriptor = before.GetDescriptor();
  const FieldDescriptor* name = descriptor->FindFieldByName("display_name");
  if (name == nullptr || descriptor->FindFieldByName("identity_hash") == nullptr) return false;
  return before.GetReflection()->GetString(before, name) !=
         after.GetReflection()->GetString(after, name);
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
  std::vector<const FieldDescriptor*> carried;
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    const bool is_message = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    const bool is_set = field->is_repeated() ? reflection->FieldSize(after, field) > 0
                                             : reflection->HasField(after, field);
    if (IsOutputOnly(field)) {
      if (!is_set && field->name() != "info") carried.push_back(field);
    } else if (is_message && !field->is_repeated() && is_set &&
               reflection->HasField(before, field)) {
      const Message& earlier = reflection->GetMessage(before, field);
      Message& later = *reflection->MutableMessage(&after, field);
      if (!NamesAnother(earlier, later)) CarryOutputOnly(earlier, later);
    }
  }
  if (carried.empty()) return;
  const std::unique_ptr<Message> source(before.New());
  source->CopyFrom(before);
  reflection->SwapFields(&after, source.get(), carried);
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
