#include "tests/steel/json.h"

#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/json_util.h"
#include <gtest/gtest.h>

namespace xince::steel {
namespace {

using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;

bool IsVolatile(const FieldDescriptor& field) {
  static const auto& names = *new std::set<std::string>{"revision",
                                                        "taken_at_revision",
                                                        "changed_at_revision",
                                                        "sequence",
                                                        "explanation_digest",
                                                        "policy_digest",
                                                        "policy_digests",
                                                        "hash",
                                                        "read_hash",
                                                        "read_revision",
                                                        "digest",
                                                        "history"};
  return names.contains(field.name()) ||
         (field.message_type() != nullptr &&
          field.message_type()->full_name() == "google.protobuf.Timestamp");
}

void ClearVolatile(Message& message) {
  std::vector<const FieldDescriptor*> fields;
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (IsVolatile(*field)) {
      reflection.ClearField(&message, field);
    } else if (field->message_type() == nullptr) {
      continue;
    } else if (field->is_repeated()) {
      for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
        ClearVolatile(*reflection.MutableRepeatedMessage(&message, field, i));
      }
    } else {
      ClearVolatile(*reflection.MutableMessage(&message, field));
    }
  }
}

// Numbers of 64 bits are strings in protobuf's JSON; here they are equal to numbers.
std::string Scalar(const Json* json) {
  if (json == nullptr) return "";
  switch (json->kind_case()) {
    case Json::kStringValue:
      return json->string_value() == "0" ? "" : json->string_value();
    case Json::kNumberValue:
      return json->number_value() == 0 ? ""
                                       : absl::StrCat(static_cast<int64_t>(json->number_value()));
    case Json::kBoolValue:
      return json->bool_value() ? "true" : "";
    default:
      return "";
  }
}

void Compare(const Json& wanted,
             const Json* found,
             const std::string& path,
             std::vector<std::string>& differences) {
  const auto differ = [&](absl::string_view why) {
    differences.push_back(absl::StrCat(path,
                                       ": ",
                                       why,
                                       ", wanted ",
                                       ToText(wanted),
                                       ", found ",
                                       found == nullptr ? "nothing" : ToText(*found)));
  };
  if (wanted.has_struct_value()) {
    if (found == nullptr || !found->has_struct_value()) return differ("no object");
    for (const auto& [name, value] : wanted.struct_value().fields()) {
      Compare(value, Find(*found, name), absl::StrCat(path, ".", name), differences);
    }
  } else if (wanted.has_list_value()) {
    const int size = found == nullptr ? 0 : found->list_value().values_size();
    if (size != wanted.list_value().values_size()) return differ("another length");
    for (int i = 0; i < size; ++i) {
      Compare(wanted.list_value().values(i),
              &found->list_value().values(i),
              absl::StrCat(path, ".", i),
              differences);
    }
  } else if (Scalar(&wanted) != Scalar(found)) {
    differ("another value");
  }
}

}  // namespace

Json ParseJson(absl::string_view text, absl::string_view what) {
  Json json;
  const auto status =
      google::protobuf::util::JsonStringToMessage({text.data(), text.size()}, &json);
  EXPECT_TRUE(status.ok()) << what << ": " << status.ToString();
  return json;
}

std::string ToText(const Json& json) {
  std::string text;
  (void)google::protobuf::util::MessageToJsonString(json, &text);
  return text;
}

Json ToJson(const Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string text;
  const auto status = google::protobuf::util::MessageToJsonString(message, &text, options);
  EXPECT_TRUE(status.ok()) << status.ToString();
  return ParseJson(text, message.GetTypeName());
}

std::string Golden(const Message& message) {
  const std::unique_ptr<Message> stable(message.New());
  stable->CopyFrom(message);
  ClearVolatile(*stable);
  google::protobuf::TextFormat::Printer printer;
  printer.SetUseUtf8StringEscaping(true);
  printer.SetUseShortRepeatedPrimitives(true);
  std::string text;
  printer.PrintToString(*stable, &text);
  return text;
}

const Json* Find(const Json& json, const std::string& name) {
  const auto found = json.struct_value().fields().find(name);
  return found == json.struct_value().fields().end() ? nullptr : &found->second;
}

std::string StringOf(const Json& json, const std::string& name) {
  const Json* found = Find(json, name);
  return found == nullptr ? "" : found->string_value();
}

const Json* FindPath(const Json& json, absl::string_view path) {
  const Json* at = &json;
  for (const absl::string_view step : absl::StrSplit(path, '.')) {
    int index = 0;
    if (at->has_list_value() && absl::SimpleAtoi(step, &index)) {
      at = index < at->list_value().values_size() ? &at->list_value().values(index) : nullptr;
    } else {
      at = Find(*at, std::string(step));
    }
    if (at == nullptr) return nullptr;
  }
  return at;
}

std::vector<std::string> Differences(const Json& wanted, const Json& found) {
  std::vector<std::string> differences;
  Compare(wanted, &found, "reply", differences);
  return differences;
}

}  // namespace xince::steel
