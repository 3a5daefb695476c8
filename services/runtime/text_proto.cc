#include "services/runtime/text_proto.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/tokenizer.h"

#include "services/runtime/errors.h"
#include "services/runtime/utf8.h"

namespace xince::runtime {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::TextFormat;

// Keeps the first error of the parser.
class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& message) override {
    if (!message_.empty()) return;
    line_ = line + 1;
    column_ = column + 1;
    message_ = message;
  }
  void AddWarning(int, int, const std::string&) override {}

  [[nodiscard]] absl::Status ToStatus(absl::string_view file, absl::string_view reason) const {
    const std::string where = absl::StrCat(file, ":", line_, ":", column_);
    return InvalidArgument(reason,
                           "",
                           absl::StrCat(where, ": ", message_),
                           absl::StrCat(where, ":文本格式错误:", message_),
                           {{"file", std::string(file)},
                            {"line", absl::StrCat(line_)},
                            {"column", absl::StrCat(column_)}});
  }

 private:
  int line_ = 0;
  int column_ = 0;
  std::string message_;
};

/// The text before its first byte that is not UTF-8.
absl::string_view ReadablePart(absl::string_view bytes) {
  absl::string_view left = bytes;
  while (!left.empty() && TakeRune(left).has_value()) {
  }
  return bytes.substr(0, bytes.size() - left.size());
}

/// Finds strings that escapes made something else than UTF-8.
class StringCheck {
 public:
  explicit StringCheck(FirstError& error) : error_(error) {}

  /// Whether every string of a message is UTF-8; tells the place of the first that is not.
  bool Holds(const Message& message, const TextFormat::ParseInfoTree& tree) {
    std::vector<const FieldDescriptor*> fields;
    const google::protobuf::Reflection& access = *message.GetReflection();
    access.ListFields(message, &fields);
    for (const FieldDescriptor* field : fields) {
      const int count = field->is_repeated() ? access.FieldSize(message, field) : 1;
      for (int i = 0; i < count; ++i) {
        if (!FieldHolds(message, tree, *field, field->is_repeated() ? i : -1)) return false;
      }
    }
    return true;
  }

 private:
  bool FieldHolds(const Message& message,
                  const TextFormat::ParseInfoTree& tree,
                  const FieldDescriptor& field,
                  int index) {
    const google::protobuf::Reflection& access = *message.GetReflection();
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      const TextFormat::ParseInfoTree* nested = tree.GetTreeForNested(&field, index);
      return nested == nullptr ||
             Holds(index < 0 ? access.GetMessage(message, &field)
                             : access.GetRepeatedMessage(message, &field, index),
                   *nested);
    }
    if (field.type() != FieldDescriptor::TYPE_STRING) return true;
    std::string scratch;
    const std::string& text =
        index < 0 ? access.GetStringReference(message, &field, &scratch)
                  : access.GetRepeatedStringReference(message, &field, index, &scratch);
    if (IsUtf8(text)) return true;
    const TextFormat::ParseLocation at = tree.GetLocation(&field, index);
    error_.AddError(at.line, at.column, "the string is not UTF-8");
    return false;
  }

  FirstError& error_;
};

}  // namespace

absl::Status ParseTextProto(absl::string_view bytes,
                            absl::string_view file,
                            absl::string_view reason,
                            google::protobuf::Message& message,
                            google::protobuf::TextFormat::ParseInfoTree* tree) {
  FirstError error;
  if (!IsUtf8(bytes)) {
    // Its strings would end in messages and answers, which carry UTF-8 alone.
    const absl::string_view before = ReadablePart(bytes);
    const size_t line_start = before.rfind('\n') == before.npos ? 0 : before.rfind('\n') + 1;
    error.AddError(static_cast<int>(std::count(before.begin(), before.end(), '\n')),
                   static_cast<int>(before.size() - line_start),
                   "the text is not UTF-8");
    return error.ToStatus(file, reason);
  }
  TextFormat::Parser parser;
  parser.SetRecursionLimit(kTextNestingMax);
  parser.RecordErrorsTo(&error);
  TextFormat::ParseInfoTree own;
  if (tree == nullptr) tree = &own;
  parser.WriteLocationsTo(tree);
  if (parser.ParseFromString(std::string(bytes), &message) &&
      StringCheck(error).Holds(message, *tree))
    return absl::OkStatus();
  return error.ToStatus(file, reason);
}

}  // namespace xince::runtime
