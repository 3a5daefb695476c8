#include "services/feeds/output_fields.h"

#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "google/protobuf/descriptor.h"

#include "xince/type/v1/options.pb.h"

#include "services/runtime/mutex.h"
#include "services/type/resident_id.h"

namespace xince::feeds {
namespace {

using ::google::protobuf::Descriptor;
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

// What there is to do in messages of a type, found out once: reading options of every field of every
// record costs more than the rest of a write.
struct Plan {
  std::vector<const FieldDescriptor*> output_only;
  std::vector<const FieldDescriptor*> identities;
  // Message fields in which, at some depth, there is something to do.
  std::vector<const FieldDescriptor*> inner;
};

class Plans {
 public:
  const Plan& Of(const Descriptor* descriptor) {
    const runtime::MutexLock lock(mutex_);
    return Make(descriptor);
  }

 private:
  const Plan& Make(const Descriptor* descriptor) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    auto& plan = plans_[descriptor];
    if (plan != nullptr) return *plan;
    plan = std::make_unique<Plan>();
    Plan& made = *plan;
    for (int i = 0; i < descriptor->field_count(); ++i) {
      const FieldDescriptor* field = descriptor->field(i);
      const bool is_message =
          field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field->is_map();
      if (IsOutputOnly(field)) {
        made.output_only.push_back(field);
      } else if (field->options().GetExtension(type::v1::rule).format() ==
                 type::v1::FORMAT_RESIDENT_ID) {
        made.identities.push_back(field);
      } else if (is_message) {
        const Plan& below = Make(field->message_type());
        // A type inside itself is being made: look into it to be sure.
        const bool itself = &below == &made;
        if (itself || !below.output_only.empty() || !below.identities.empty() ||
            !below.inner.empty()) {
          made.inner.push_back(field);
        }
      }
    }
    return made;
  }

  runtime::Mutex mutex_;
  absl::flat_hash_map<const Descriptor*, std::unique_ptr<Plan>> plans_ ABSL_GUARDED_BY(mutex_);
};

const Plan& PlanOf(const Message& message) {
  static auto& plans = *new Plans;
  return plans.Of(message.GetDescriptor());
}

// Calls `visit` for the message and every message inside it in which there is something to do.
template <class Visit>
void EachMessage(Message& message, Visit visit) {
  const Plan& plan = PlanOf(message);
  visit(message, plan);
  const Reflection* reflection = message.GetReflection();
  for (const FieldDescriptor* field : plan.inner) {
    if (!field->is_repeated()) {
      if (!reflection->HasField(message, field)) continue;
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
  EachMessage(record, [](Message& message, const Plan& plan) {
    for (const FieldDescriptor* field : plan.output_only) {
      message.GetReflection()->ClearField(&message, field);
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
  EachMessage(record, [&](Message& message, const Plan& plan) {
    const auto* descriptor = message.GetDescriptor();
    const Reflection* reflection = message.GetReflection();
    for (const FieldDescriptor* field : plan.identities) {
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
