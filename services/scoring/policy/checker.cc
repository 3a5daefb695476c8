#include "services/scoring/policy/checker.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "services/runtime/errors.h"
#include "services/scoring/policy/decimal.h"
#include "services/type/civil_date.h"

namespace xince::policy {
namespace {

using google::protobuf::FieldDescriptor;

const FieldDescriptor* FieldOf(const Node& node, const char* field) {
  return node.message->GetDescriptor()->FindFieldByName(field);
}

Position PositionOf(const Node& node, const char* field, int index) {
  const FieldDescriptor* descriptor = FieldOf(node, field);
  if (node.tree == nullptr || descriptor == nullptr) return node.at;
  const auto location =
      node.tree->GetLocation(descriptor, descriptor->is_repeated() ? std::max(index, 0) : -1);
  if (location.line < 0) return node.at;
  return {.line = location.line + 1, .column = location.column + 1};
}

}  // namespace

Node Report::Child(const Node& parent,
                   const char* field,
                   int index,
                   const google::protobuf::Message& message) {
  Node child = parent;
  child.message = &message;
  child.at = PositionOf(parent, field, index);
  const FieldDescriptor* descriptor = FieldOf(parent, field);
  child.tree = parent.tree == nullptr || descriptor == nullptr
                   ? nullptr
                   : parent.tree->GetTreeForNested(descriptor, index);
  return child;
}

void Report::Add(const Node& node,
                 const char* field,
                 int index,
                 absl::string_view en,
                 absl::string_view zh,
                 Finding::Severity severity) {
  findings_.push_back({.severity = severity,
                       .at = PositionOf(node, field, index),
                       .id = node.id,
                       .field = field,
                       .en = std::string(en),
                       .zh = std::string(zh)});
}

std::optional<int64_t> Report::Number(const Node& node,
                                      const char* field,
                                      const std::string& text,
                                      int64_t least,
                                      int64_t most,
                                      bool required,
                                      int index) {
  if (text.empty()) {
    if (required)
      Add(node, field, index, absl::StrCat(field, " is missing"), absl::StrCat("缺少 ", field));
    return std::nullopt;
  }
  const std::optional<int64_t> value = ParseHundredths(text);
  if (!value.has_value()) {
    Add(node,
        field,
        index,
        absl::StrCat(field, ": `", text, "` is not a decimal number with at most two places"),
        absl::StrCat(field, ":“", text, "”不是最多两位小数的十进制数"));
    return std::nullopt;
  }
  if (*value < least || *value > most) {
    Add(node,
        field,
        index,
        absl::StrCat(field,
                     ": ",
                     text,
                     " is not between ",
                     FormatHundredths(least),
                     " and ",
                     FormatHundredths(most)),
        absl::StrCat(field,
                     ":",
                     text,
                     " 不在 ",
                     FormatHundredths(least),
                     " 到 ",
                     FormatHundredths(most),
                     " 之间"));
    return std::nullopt;
  }
  return value;
}

std::optional<int32_t> Report::Day(const Node& node,
                                   const char* field,
                                   const std::string& text,
                                   bool required) {
  if (text.empty()) {
    if (required)
      Add(node, field, -1, absl::StrCat(field, " is missing"), absl::StrCat("缺少 ", field));
    return std::nullopt;
  }
  const auto date = type::ParseDate(text, field);
  if (date.ok()) return date->days();
  const runtime::Problem problem = runtime::ToProblem(date.status());
  Add(node, field, -1, problem.en, problem.zh);
  return std::nullopt;
}

void Report::Id(const Node& node, const char* field, const std::string& text) {
  if (IsKebab(text)) return;
  Add(node,
      field,
      -1,
      absl::StrCat(field, ": `", text, "` is not lower-case kebab-case of 1 to 64 characters"),
      absl::StrCat(field, ":“", text, "”应为 1 到 64 个小写字母、数字和连字符"));
}

void Report::Text(const Node& node, const char* field, const std::string& text) {
  if (text.empty())
    Add(node, field, -1, absl::StrCat(field, " is missing"), absl::StrCat("缺少 ", field));
}

void Report::AtMost(const Node& node, const char* field, uint64_t value, uint64_t most) {
  if (value <= most) return;
  Add(node,
      field,
      -1,
      absl::StrCat(field, ": ", value, " is more than ", most),
      absl::StrCat(field, ":", value, " 超过上限 ", most));
}

void Report::Count(const Node& node, const char* field, int count, int most) {
  if (count <= most) return;
  Add(node,
      field,
      most,
      absl::StrCat("more than ", most, " ", field),
      absl::StrCat(field, " 超过 ", most, " 个"));
}

bool IsKebab(absl::string_view text) {
  if (text.empty() || text.size() > 64 || text.front() == '-' || text.back() == '-') return false;
  char last = 0;
  for (char c : text) {
    const bool word = absl::ascii_islower(c) || absl::ascii_isdigit(c);
    if (!word && (c != '-' || last == '-')) return false;
    last = c;
  }
  return true;
}

bool IsKind(absl::string_view text) {
  const size_t dot = text.find('.');
  return dot != absl::string_view::npos && text.size() <= 64 && IsKebab(text.substr(0, dot)) &&
         IsKebab(text.substr(dot + 1));
}

}  // namespace xince::policy
