#include "services/scoring/policy/diff.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/text_format.h"

namespace xince::policy {
namespace {

using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;
using Kind = Difference::Kind;

// Fields that name an element among its like.
constexpr const char* kNames[] = {
    "id", "subject", "code", "list", "member", "kind", "level", "basis", "field"};

// Chinese words for fields; a field without one is called by its name.
constexpr std::pair<const char*, const char*> kWords[] = {
    {"subjects", "适用主体"},
    {"items", "评分项"},
    {"groups", "分组"},
    {"grades", "等级"},
    {"restrictions", "限制措施"},
    {"list_proposals", "名单建议"},
    {"lists", "名单"},
    {"repair_classes", "修复类别"},
    {"documents", "依据文件"},
    {"procedures", "程序"},
    {"tie_breaks", "同分排序"},
    {"raters", "评价方"},
    {"bands", "分档"},
    {"rows", "行"},
    {"base", "基础分"},
    {"score_limits", "总分上下限"},
    {"limits", "上下限"},
    {"piece_limits", "单次上下限"},
    {"least", "下限"},
    {"most", "上限"},
    {"points", "分值"},
    {"fixed", "固定分"},
    {"by_level", "按级别"},
    {"by_band", "按分档"},
    {"per_unit", "按数量"},
    {"ratio", "按比例"},
    {"given", "按决定"},
    {"escalation", "累进"},
    {"below", "上界"},
    {"factor", "系数"},
    {"weight", "权重"},
    {"validity", "有效期"},
    {"decay", "衰减"},
    {"counting", "计数方式"},
    {"kinds", "信息类别"},
    {"reach", "归集途径"},
    {"filter", "筛选"},
    {"measures", "指标"},
    {"measure", "指标"},
    {"veto", "一票否决"},
    {"when", "条件"},
    {"quota", "比例名额"},
    {"carry_years", "延续年数"},
    {"source", "依据"},
    {"clause", "条款"},
    {"quote", "原文"},
    {"reason", "理由"},
    {"mark", "依据标记"},
    {"zh", "中文名称"},
    {"en", "英文名称"},
    {"effective_from", "施行日"},
    {"effective_until", "失效日"},
    {"months", "月数"},
    {"scoring_years", "评分年度数"},
    {"min_months", "最短月数"},
    {"max_months", "最长月数"},
    {"repair_class", "修复类别"},
    {"publish_months", "公示月数"},
    {"rulemaking", "制定程序"},
    {"consultation", "征求意见"},
    {"days", "天数"},
};

std::string WordOf(const FieldDescriptor& field) {
  for (const auto& [name, word] : kWords) {
    if (field.name() == name) return word;
  }
  return field.name();
}

std::string Cut(std::string text) {
  if (text.size() <= kDifferenceTextMax) return text;
  size_t end = kDifferenceTextMax - 3;
  // Not within a character.
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  text.resize(end);
  return text + "…";
}

std::string TextOf(const Message& message) {
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  printer.SetUseUtf8StringEscaping(true);
  std::string text;
  printer.PrintToString(message, &text);
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

// A value as the pack writes it, texts without quotes; `index` is -1 for a singular field.
std::string ValueText(const Message& message, const FieldDescriptor& field, int index) {
  const auto* reflection = message.GetReflection();
  std::string text;
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    text = index < 0 ? reflection->GetString(message, &field)
                     : reflection->GetRepeatedString(message, &field, index);
  } else {
    google::protobuf::TextFormat::Printer printer;
    printer.SetSingleLineMode(true);
    printer.SetUseUtf8StringEscaping(true);
    printer.PrintFieldValueToString(message, &field, index, &text);
  }
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

// The field that names elements of a type; null when none does.
const FieldDescriptor* NameField(const google::protobuf::Descriptor& type) {
  for (const char* name : kNames) {
    const FieldDescriptor* field = type.FindFieldByName(name);
    if (field != nullptr && !field->is_repeated() &&
        field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      return field;
    }
  }
  return nullptr;
}

// Names of the elements of a repeated field; nothing when some have none or share one.
std::optional<std::vector<std::string>> NamesOf(const Message& message,
                                                const FieldDescriptor& field) {
  const FieldDescriptor* name = NameField(*field.message_type());
  if (name == nullptr) return std::nullopt;
  std::vector<std::string> names;
  std::set<std::string> known;
  for (int i = 0; i < message.GetReflection()->FieldSize(message, &field); ++i) {
    const Message& element = message.GetReflection()->GetRepeatedMessage(message, &field, i);
    std::string text = ValueText(element, *name, -1);
    if (text.empty() || !known.insert(text).second) return std::nullopt;
    names.push_back(std::move(text));
  }
  return names;
}

// Where a comparison stands.
struct Place {
  std::string path;
  std::string en;
  std::string zh;

  [[nodiscard]] Place Field(const FieldDescriptor& field) const {
    return {.path = path.empty() ? field.name() : absl::StrCat(path, ".", field.name()),
            .en = absl::StrCat(
                en, en.empty() ? "" : " ", absl::StrReplaceAll(field.name(), {{"_", " "}})),
            .zh = absl::StrCat(zh, zh.empty() ? "" : " ", WordOf(field))};
  }
  // An element, by its name or its place.
  [[nodiscard]] Place Element(const std::string& name) const {
    return {.path = absl::StrCat(path, "[", name, "]"),
            .en = absl::StrCat(en, " ", name, ","),
            .zh = absl::StrCat(zh, "“", name, "”")};
  }
  [[nodiscard]] Place Element(int index) const {
    return {.path = absl::StrCat(path, "[", index, "]"),
            .en = absl::StrCat(en, " ", index + 1, ","),
            .zh = absl::StrCat(zh, "第", index + 1, "项")};
  }
};

class Differ {
 public:
  void Compare(const Message& before, const Message& after, const Place& place) {
    const auto* type = before.GetDescriptor();
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor& field = *type->field(i);
      const Place at = place.Field(field);
      if (field.is_repeated()) {
        if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
          CompareElements(before, after, field, at);
        } else {
          CompareLists(Values(before, field), Values(after, field), at);
        }
      } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        CompareMember(before, after, field, at);
      } else {
        CompareTexts(PresentText(before, field), PresentText(after, field), at);
      }
    }
  }

  std::vector<Difference> Take() { return std::move(found_); }

 private:
  void Add(Kind kind, const Place& place, std::string before, std::string after) {
    if (found_.size() >= kDifferencesMax) return;
    Difference difference{.kind = kind,
                          .path = place.path,
                          .before = Cut(std::move(before)),
                          .after = Cut(std::move(after))};
    std::string en = place.en;
    if (!en.empty() && en.back() == ',') en.pop_back();
    switch (kind) {
      case Kind::kAdded:
        difference.en = absl::StrCat(en, ": added: ", difference.after);
        difference.zh = absl::StrCat(place.zh, ":新增:", difference.after);
        break;
      case Kind::kRemoved:
        difference.en = absl::StrCat(en, ": removed: ", difference.before);
        difference.zh = absl::StrCat(place.zh, ":删除:", difference.before);
        break;
      case Kind::kChanged:
        difference.en = absl::StrCat(en, ": ", difference.before, " → ", difference.after);
        difference.zh = absl::StrCat(place.zh, ":", difference.before, " → ", difference.after);
        break;
      case Kind::kReordered:
        difference.en = absl::StrCat(en, ": order: ", difference.before, " → ", difference.after);
        difference.zh =
            absl::StrCat(place.zh, ":顺序:", difference.before, " → ", difference.after);
        break;
    }
    found_.push_back(std::move(difference));
  }

  static std::vector<std::string> Values(const Message& message, const FieldDescriptor& field) {
    std::vector<std::string> values;
    const int count = message.GetReflection()->FieldSize(message, &field);
    values.reserve(static_cast<size_t>(count));
    for (int i = 0; i < count; ++i) {
      values.push_back(ValueText(message, field, i));
    }
    return values;
  }

  // The value of a field that is set; one of a oneof may be set to an empty text or to 0.
  static std::optional<std::string> PresentText(const Message& message,
                                                const FieldDescriptor& field) {
    if (!message.GetReflection()->HasField(message, &field)) return std::nullopt;
    return ValueText(message, field, -1);
  }

  void CompareLists(const std::vector<std::string>& before,
                    const std::vector<std::string>& after,
                    const Place& at) {
    if (before == after) return;
    const Kind kind = before.empty()  ? Kind::kAdded
                      : after.empty() ? Kind::kRemoved
                                      : Kind::kChanged;
    Add(kind, at, absl::StrJoin(before, ", "), absl::StrJoin(after, ", "));
  }

  void CompareTexts(const std::optional<std::string>& before,
                    const std::optional<std::string>& after,
                    const Place& at) {
    if (before == after) return;
    const Kind kind = !before.has_value()  ? Kind::kAdded
                      : !after.has_value() ? Kind::kRemoved
                                           : Kind::kChanged;
    Add(kind, at, before.value_or(""), after.value_or(""));
  }

  void CompareMember(const Message& before,
                     const Message& after,
                     const FieldDescriptor& field,
                     const Place& at) {
    const bool had = before.GetReflection()->HasField(before, &field);
    const bool has = after.GetReflection()->HasField(after, &field);
    const Message& was = before.GetReflection()->GetMessage(before, &field);
    const Message& is = after.GetReflection()->GetMessage(after, &field);
    if (had && has) {
      Compare(was, is, at);
    } else if (had) {
      Add(Kind::kRemoved, at, TextOf(was), "");
    } else if (has) {
      Add(Kind::kAdded, at, "", TextOf(is));
    }
  }

  void CompareElements(const Message& before,
                       const Message& after,
                       const FieldDescriptor& field,
                       const Place& at) {
    const auto was = NamesOf(before, field);
    const auto is = NamesOf(after, field);
    if (was.has_value() && is.has_value()) {
      CompareNamed(before, after, field, at, *was, *is);
      return;
    }
    const int had = before.GetReflection()->FieldSize(before, &field);
    const int has = after.GetReflection()->FieldSize(after, &field);
    for (int i = 0; i < std::max(had, has); ++i) {
      if (i >= has) {
        Add(Kind::kRemoved, at.Element(i), TextOf(Element(before, field, i)), "");
      } else if (i >= had) {
        Add(Kind::kAdded, at.Element(i), "", TextOf(Element(after, field, i)));
      } else {
        Compare(Element(before, field, i), Element(after, field, i), at.Element(i));
      }
    }
  }

  void CompareNamed(const Message& before,
                    const Message& after,
                    const FieldDescriptor& field,
                    const Place& at,
                    const std::vector<std::string>& was,
                    const std::vector<std::string>& is) {
    std::map<std::string, int> places;
    for (size_t i = 0; i < is.size(); ++i) places[is[i]] = static_cast<int>(i);
    const std::set<std::string> known(was.begin(), was.end());
    std::vector<std::string> kept;
    std::vector<std::string> kept_after;
    for (size_t i = 0; i < was.size(); ++i) {
      const auto found = places.find(was[i]);
      const Message& element = Element(before, field, static_cast<int>(i));
      if (found == places.end()) {
        Add(Kind::kRemoved, at.Element(was[i]), TextOf(element), "");
        continue;
      }
      kept.push_back(was[i]);
      Compare(element, Element(after, field, found->second), at.Element(was[i]));
    }
    for (size_t i = 0; i < is.size(); ++i) {
      if (known.contains(is[i])) {
        kept_after.push_back(is[i]);
      } else {
        const Message& element = Element(after, field, static_cast<int>(i));
        Add(Kind::kAdded, at.Element(is[i]), "", TextOf(element));
      }
    }
    if (kept != kept_after) {
      Add(Kind::kReordered, at, absl::StrJoin(kept, ", "), absl::StrJoin(kept_after, ", "));
    }
  }

  static const Message& Element(const Message& message, const FieldDescriptor& field, int index) {
    return message.GetReflection()->GetRepeatedMessage(message, &field, index);
  }

  std::vector<Difference> found_;
};

}  // namespace

std::vector<Difference> DiffPacks(const v1::Pack& before, const v1::Pack& after) {
  Differ differ;
  differ.Compare(before, after, {});
  return differ.Take();
}

}  // namespace xince::policy
