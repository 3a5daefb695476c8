#include "services/scoring/cases/names.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include <utf8proc.h>

#include "services/type/resident_id.h"

namespace xince::cases {
namespace {

using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;

constexpr size_t kNumberChars = 18;

// Radicals of the supplement that look like an ideograph and have no compatibility form in Unicode:
// U+2E80 to U+2EF3 by its property Equivalent_Unified_Ideograph.
constexpr int32_t kRadicalsFrom = 0x2E80;
constexpr std::array<int32_t, 116> kRadicals = {
    0x0000,  0x5382,  0x4E5B,  0x4E5A, 0x4E59, 0x4EBB,  0x5182,  0x20628, 0x5200,  0x5202,  0x535C,
    0x353E,  0x5C0F,  0x5C0F,  0x5140, 0x5C23, 0x5C22,  0x21BC2, 0x5DF3,  0x5E7A,  0x5F51,  0x5F50,
    0x5FC4,  0x5FC3,  0x624C,  0x6535, 0x0000, 0x65E1,  0x65E5,  0x6708,  0x6B7A,  0x6BCD,  0x6C11,
    0x6C35,  0x6C3A,  0x706C,  0x722B, 0x722B, 0x4E2C,  0x725B,  0x72AD,  0x738B,  0x24D14, 0x76EE,
    0x793A,  0x793B,  0x25AD7, 0x7CF9, 0x7E9F, 0x7F53,  0x7F52,  0x34C1,  0x5197,  0x2626B, 0x7F8A,
    0x2634C, 0x2634B, 0x8002,  0x8080, 0x807F, 0x8089,  0x26951, 0x8279,  0x8279,  0x8279,  0x864E,
    0x8864,  0x8980,  0x897F,  0x89C1, 0x89D2, 0x278B2, 0x8BA0,  0x8D1D,  0x27FB7, 0x8F66,  0x8FB6,
    0x8FB6,  0x8FB6,  0x9091,  0x9485, 0x9577, 0x9578,  0x957F,  0x95E8,  0x28E0F, 0x961D,  0x96E8,
    0x9752,  0x97E6,  0x9875,  0x98CE, 0x98DE, 0x98DF,  0x2967F, 0x98E0,  0x9963,  0x29810, 0x9A6C,
    0x9AA8,  0x9B3C,  0x9C7C,  0x9E1F, 0x5364, 0x9EA6,  0x9EC4,  0x9EFE,  0x6589,  0x9F50,  0x6B6F,
    0x9F7F,  0x7ADC,  0x9F99,  0x9F9C, 0x4E80, 0x9F9F};

int32_t Plain(int32_t point) {
  const auto at = static_cast<size_t>(point - kRadicalsFrom);
  if (point < kRadicalsFrom || at >= kRadicals.size() || kRadicals[at] == 0) return point;
  return kRadicals[at];
}

bool Speaks(int32_t point) {
  switch (utf8proc_category(point)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return true;
    case UTF8PROC_CATEGORY_SO:
      // Radicals are symbols to Unicode, and ideographs to the eye.
      return Plain(point) != point;
    default:
      return false;
  }
}

// Code points in compatibility form, folded, without those nobody sees. Bytes that are no UTF-8 give
// nothing: texts are checked where they come in.
std::vector<int32_t> Folded(absl::string_view text) {
  constexpr auto kOptions = static_cast<utf8proc_option_t>(
      UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
  utf8proc_uint8_t* folded = nullptr;
  const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                 static_cast<utf8proc_ssize_t>(text.size()),
                                 &folded,
                                 kOptions);
  std::vector<int32_t> points;
  for (utf8proc_ssize_t at = 0; at < size;) {
    utf8proc_int32_t point = 0;
    at += utf8proc_iterate(folded + at, size - at, &point);
    points.push_back(point);
  }
  free(folded);
  return points;
}

// A run of digits, whether an X stands after it, and whether it follows the run before it with no more
// than one space, hyphen or dot between.
struct Group {
  std::string digits;
  bool x = false;
  bool goes_on = false;
};

bool Separates(int32_t point) {
  return point == ' ' || point == '-' || point == '.' || point == 0x00B7 || point == 0x2212 ||
         (point >= 0x2010 && point <= 0x2015);
}

std::vector<Group> Groups(absl::string_view text) {
  std::vector<Group> groups;
  const std::vector<int32_t> points = Folded(text);
  const auto at = [&](size_t i) { return i < points.size() ? points[i] : 0; };
  size_t ended = 0;
  for (size_t i = 0; i < points.size(); ++i) {
    Group group;
    const size_t from = i;
    while (at(i) >= '0' && at(i) <= '9') group.digits.push_back(static_cast<char>(points[i++]));
    if (group.digits.empty()) continue;
    group.x = at(i) == 'x' || (Separates(at(i)) && at(i + 1) == 'x');
    group.goes_on = !groups.empty() && from == ended + 1 && Separates(points[ended]);
    groups.push_back(std::move(group));
    ended = i;
  }
  return groups;
}

// Looks for an identity number in the texts of a message, at any depth.
class TextWalk {
 public:
  TextWalk(absl::string_view own, type::Date today) : own_(own), today_(today) {}

  // Path of the first one; empty for none.
  std::string Find(const Message& message, const std::string& path) const {
    std::vector<const FieldDescriptor*> fields;
    message.GetReflection()->ListFields(message, &fields);
    for (const FieldDescriptor* field : fields) {
      if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE &&
          field->type() != FieldDescriptor::TYPE_STRING)
        continue;
      const std::string name = absl::StrCat(path, path.empty() ? "" : ".", field->name());
      const int count =
          field->is_repeated() ? message.GetReflection()->FieldSize(message, field) : 0;
      if (!field->is_repeated()) {
        std::string found = InValue(message, field, -1, name);
        if (!found.empty()) return found;
      }
      for (int i = 0; i < count; ++i) {
        std::string found = InValue(message, field, i, absl::StrCat(name, "[", i, "]"));
        if (!found.empty()) return found;
      }
    }
    return "";
  }

 private:
  // `index` is -1 for a field that is not repeated.
  std::string InValue(const Message& message,
                      const FieldDescriptor* field,
                      int index,
                      const std::string& path) const {
    const auto& reflection = *message.GetReflection();
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE)
      return Find(index < 0 ? reflection.GetMessage(message, field)
                            : reflection.GetRepeatedMessage(message, field, index),
                  path);
    std::string scratch;
    const std::string& text =
        index < 0 ? reflection.GetStringReference(message, field, &scratch)
                  : reflection.GetRepeatedStringReference(message, field, index, &scratch);
    return NamesAnIdentity(text, own_, today_) ? path : "";
  }

  const absl::string_view own_;
  const type::Date today_;
};

}  // namespace

std::string NameKey(absl::string_view name) {
  std::string key;
  for (const int32_t point : Folded(name)) {
    if (!Speaks(point)) continue;
    std::array<utf8proc_uint8_t, 4> bytes{};
    const auto size = utf8proc_encode_char(Plain(point), bytes.data());
    key.append(reinterpret_cast<const char*>(bytes.data()), static_cast<size_t>(size));
  }
  return key;
}

bool SameName(absl::string_view a, absl::string_view b) { return NameKey(a) == NameKey(b); }

bool Says(absl::string_view text) {
  const std::vector<int32_t> points = Folded(text);
  return std::any_of(points.begin(), points.end(), Speaks);
}

bool NamesAnIdentity(absl::string_view text, absl::string_view own, type::Date today) {
  if (text.size() < kNumberChars) return false;
  const std::vector<Group> groups = Groups(text);
  const auto is_one = [&](const std::string& number) {
    return number.size() == kNumberChars && number != own &&
           type::CheckResidentId(number, today, "").ok();
  };
  for (size_t first = 0; first < groups.size(); ++first) {
    std::string number = groups[first].digits;
    size_t last = first;
    while (number.size() + 1 < kNumberChars && last + 1 < groups.size() && groups[last + 1].goes_on)
      number += groups[++last].digits;
    if (is_one(number) || (groups[last].x && is_one(number + "X"))) return true;
    // Seventeen digits, and the last of them in a group of its own.
    if (number.size() + 1 == kNumberChars && last + 1 < groups.size() && groups[last + 1].goes_on &&
        is_one(number + groups[last + 1].digits))
      return true;
  }
  return false;
}

std::string IdentityIn(const Message& message, absl::string_view own, type::Date today) {
  return TextWalk(own, today).Find(message, "");
}

}  // namespace xince::cases
