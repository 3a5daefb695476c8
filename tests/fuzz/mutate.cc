#include "tests/fuzz/mutate.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/text_format.h"

#include "xince/policy/v1/case.pb.h"
#include "xince/policy/v1/pack.pb.h"

#include "services/runtime/text_proto.h"
#include "services/scoring/policy/decimal.h"
#include "services/type/civil_date.h"
#include "tests/fuzz/targets.h"

namespace xince::fuzz {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr int kDepthMax = 20;

/// Numbers and dates on edges: of limits, months, leap years, and of what can be read at all.
constexpr const char* kTexts[] = {"0",
                                  "1",
                                  "-1",
                                  "0.01",
                                  "-0.01",
                                  "0.5",
                                  "100",
                                  "33.33",
                                  "12",
                                  "10000000",
                                  "-10000000",
                                  "10000000.01",
                                  "99999999999999.99",
                                  "1000",
                                  "",
                                  "x",
                                  "2024-02-29",
                                  "2025-02-28",
                                  "2020-01-01",
                                  "2024-12-31",
                                  "0001-01-01",
                                  "9999-12-31",
                                  "9999-12-30",
                                  "1970-01-01",
                                  "2025-11-30",
                                  "1e3",
                                  "00.10"};
constexpr uint32_t kNumbers[] = {
    0, 1, 2, 3, 4, 7, 12, 13, 28, 31, 100, 101, 1200, 1201, 65535, 65536, 2147483647, 4294967295};

uint32_t Below(Random& random, size_t end) {
  return static_cast<uint32_t>(random() % std::max<size_t>(end, 1));
}

void Collect(Message& message, int depth, std::vector<Message*>& out) {
  out.push_back(&message);
  if (depth == kDepthMax) return;
  const Reflection& access = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  access.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      Collect(*access.MutableMessage(&message, field), depth + 1, out);
      continue;
    }
    for (int i = 0; i < access.FieldSize(message, field); ++i)
      Collect(*access.MutableRepeatedMessage(&message, field, i), depth + 1, out);
  }
}

class Mutator {
 public:
  Mutator(Message& root, Random& random) : root_(root), random_(random) {}

  void Step() {
    all_.clear();
    Collect(root_, 0, all_);
    Message& message = *all_[Below(random_, all_.size())];
    const Descriptor& type = *message.GetDescriptor();
    if (type.field_count() == 0) return;
    const FieldDescriptor& field =
        *type.field(static_cast<int>(Below(random_, static_cast<size_t>(type.field_count()))));
    if (field.is_repeated()) {
      ChangeRepeated(message, field);
    } else if (Below(random_, 8) == 0) {
      message.GetReflection()->ClearField(&message, &field);
    } else {
      Set(message, field, 0);
    }
  }

 private:
  void ChangeRepeated(Message& message, const FieldDescriptor& field) {
    const Reflection& access = *message.GetReflection();
    const int size = access.FieldSize(message, &field);
    const uint32_t which = Below(random_, 5);
    if (size == 0 || which == 0) {
      Add(message, field, 0);
    } else if (which == 1) {
      access.SwapElements(&message, &field, static_cast<int>(Below(random_, size)), size - 1);
      access.RemoveLast(&message, &field);
    } else if (which == 2) {
      access.SwapElements(&message,
                          &field,
                          static_cast<int>(Below(random_, size)),
                          static_cast<int>(Below(random_, size)));
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      // The same again: what counts each, keeps some, or must be unique.
      Message* copy = access.AddMessage(&message, &field);
      copy->CopyFrom(access.GetRepeatedMessage(
          message, &field, static_cast<int>(Below(random_, static_cast<size_t>(size)))));
    } else {
      Add(message, field, 0);
    }
  }

  std::string Text(const std::string& now) {
    switch (Below(random_, 5)) {
      case 0:
        return kTexts[Below(random_, std::size(kTexts))];
      case 1:
        return Borrowed();
      case 2: {
        const auto number = policy::ParseHundredths(now);
        if (!number.has_value()) return Borrowed();
        static constexpr int64_t kSteps[] = {1, -1, 100, -100, 37, -5000};
        return policy::FormatHundredths(*number + kSteps[Below(random_, std::size(kSteps))]);
      }
      case 3: {
        const auto date = type::ParseDate(now);
        if (!date.ok()) return Borrowed();
        static constexpr int kSteps[] = {1, -1, 30, -31, 365, -366};
        const auto moved =
            type::Date::FromDays(date->days() + kSteps[Below(random_, std::size(kSteps))]);
        return type::FormatDate(moved);
      }
      default:
        return now.empty() ? Borrowed() : absl::StrCat("-", now);
    }
  }

  /// A text some other field has: ids, kinds and names meet.
  std::string Borrowed() {
    for (int tries = 0; tries < 20; ++tries) {
      const Message& message = *all_[Below(random_, all_.size())];
      const Reflection& access = *message.GetReflection();
      std::vector<const FieldDescriptor*> fields;
      access.ListFields(message, &fields);
      if (fields.empty()) continue;
      const FieldDescriptor& field = *fields[Below(random_, fields.size())];
      if (field.cpp_type() != FieldDescriptor::CPPTYPE_STRING) continue;
      if (!field.is_repeated()) return access.GetString(message, &field);
      return access.GetRepeatedString(
          message,
          &field,
          static_cast<int>(Below(random_, static_cast<size_t>(access.FieldSize(message, &field)))));
    }
    return "a";
  }

  void Fill(Message& message, int depth) {
    std::vector<Message*> same;
    for (Message* other : all_) {
      if (other != &message && other->GetDescriptor() == message.GetDescriptor())
        same.push_back(other);
    }
    if (!same.empty() && Below(random_, 4) != 0) {
      message.CopyFrom(*same[Below(random_, same.size())]);
      return;
    }
    const Descriptor& type = *message.GetDescriptor();
    for (int i = 0; i < type.field_count() && depth < 4; ++i) {
      if (Below(random_, 2) == 0) continue;
      if (type.field(i)->is_repeated()) {
        Add(message, *type.field(i), depth + 1);
      } else {
        Set(message, *type.field(i), depth + 1);
      }
    }
  }

  std::unique_ptr<Message> Made(const FieldDescriptor& field, int depth) {
    std::unique_ptr<Message> made(google::protobuf::MessageFactory::generated_factory()
                                      ->GetPrototype(field.message_type())
                                      ->New());
    Fill(*made, depth);
    return made;
  }

  int Enum(const FieldDescriptor& field) {
    const auto& type = *field.enum_type();
    return type.value(static_cast<int>(Below(random_, static_cast<size_t>(type.value_count()))))
        ->number();
  }

  void Set(Message& message, const FieldDescriptor& field, int depth) {
    const Reflection& access = *message.GetReflection();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        access.SetString(&message, &field, Text(access.GetString(message, &field)));
        return;
      case FieldDescriptor::CPPTYPE_UINT32:
        access.SetUInt32(&message,
                         &field,
                         Below(random_, 3) == 0 ? kNumbers[Below(random_, std::size(kNumbers))]
                                                : Below(random_, 30));
        return;
      case FieldDescriptor::CPPTYPE_BOOL:
        access.SetBool(&message, &field, Below(random_, 2) == 0);
        return;
      case FieldDescriptor::CPPTYPE_ENUM:
        access.SetEnumValue(&message, &field, Enum(field));
        return;
      case FieldDescriptor::CPPTYPE_MESSAGE: {
        // Made apart, for it may copy what it goes into.
        const std::unique_ptr<Message> made = Made(field, depth);
        access.MutableMessage(&message, &field)->CopyFrom(*made);
        return;
      }
      default:
        return;
    }
  }

  void Add(Message& message, const FieldDescriptor& field, int depth) {
    const Reflection& access = *message.GetReflection();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        access.AddString(&message, &field, Text(""));
        return;
      case FieldDescriptor::CPPTYPE_ENUM:
        access.AddEnumValue(&message, &field, Enum(field));
        return;
      case FieldDescriptor::CPPTYPE_MESSAGE: {
        const std::unique_ptr<Message> made = Made(field, depth);
        access.AddMessage(&message, &field)->CopyFrom(*made);
        return;
      }
      default:
        return;
    }
  }

  Message& root_;
  Random& random_;
  std::vector<Message*> all_;
};

/// The text of a message of the type of `message`, changed.
std::string MutateText(absl::string_view text, Message& message, Random& random) {
  if (!runtime::ParseTextProto(text, "input", "INPUT_SYNTAX", message).ok()) return "";
  Mutate(message, random);
  google::protobuf::TextFormat::Printer printer;
  printer.SetUseUtf8StringEscaping(true);
  std::string out;
  printer.PrintToString(message, &out);
  return out;
}

}  // namespace

void Mutate(Message& message, Random& random) {
  Mutator mutator(message, random);
  for (uint32_t steps = 1 + Below(random, 4); steps > 0; --steps) mutator.Step();
}

std::string MutatePackText(absl::string_view text, uint32_t seed) {
  Random random(seed);
  policy::v1::Pack pack;
  return MutateText(text, pack, random);
}

std::string MutateEvaluation(absl::string_view input, uint32_t seed) {
  Random random(seed);
  std::vector<std::string> sections = SplitSections(input);
  // The cases and their pack mostly, then the packs beside.
  size_t which = Below(random, 2);
  if (Below(random, 8) == 0 || which >= sections.size()) which = Below(random, sections.size());
  policy::v1::CaseFile cases;
  policy::v1::Pack pack;
  Message& message = which == 0 ? static_cast<Message&>(cases) : pack;
  sections[which] = MutateText(sections[which], message, random);
  return sections[which].empty() ? "" : JoinSections(sections);
}

std::string CrossEvaluations(absl::string_view cases, absl::string_view packs) {
  std::vector<std::string> sections = SplitSections(packs);
  sections[0] = SplitSections(cases)[0];
  return JoinSections(sections);
}

}  // namespace xince::fuzz
