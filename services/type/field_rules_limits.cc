#include "services/type/field_rules_limits.h"

#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"

#include "xince/type/v1/options.pb.h"

#include "gtest/gtest.h"
#include "services/runtime/errors.h"
#include "services/type/field_rules.h"
#include "services/type/resource_name.h"

namespace xince::type {
namespace {

using ::google::protobuf::Descriptor;
using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;
using ::google::protobuf::Reflection;

/// A step from a message to one in it.
struct Step {
  const FieldDescriptor* field;
  /// Element of a repeated field, -1 otherwise.
  int index;
};

std::string Render(const std::vector<Step>& steps) {
  std::string path;
  for (const Step& step : steps) {
    absl::StrAppend(&path, path.empty() ? "" : ".", step.field->name());
    if (step.index >= 0) absl::StrAppend(&path, "[", step.index, "]");
  }
  return path;
}

const v1::FieldRule& RuleOf(const FieldDescriptor* field) {
  return field->options().GetExtension(v1::rule);
}

bool IsForeign(const Descriptor* type) { return type->file()->package() == "google.protobuf"; }

bool IsMessage(const FieldDescriptor* field) {
  return field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
}

/// False for fields whose rules cannot be tried on `message`.
bool IsTried(const Message& message, const FieldDescriptor* field) {
  if (RuleOf(field).output_only()) return false;
  return field->real_containing_oneof() == nullptr ||
         message.GetReflection()->HasField(message, field);
}

std::string Repeat(absl::string_view text, size_t times) {
  std::string result;
  result.reserve(text.size() * times);
  while (times-- > 0) absl::StrAppend(&result, text);
  return result;
}

class CaseMaker {
 public:
  explicit CaseMaker(const Message& root) : root_(root) {}

  void Walk(const Message& message) {
    if (steps_.size() >= kFieldDepthMax) return;
    const Descriptor* type = message.GetDescriptor();
    for (int i = 0; i < type->field_count(); ++i) {
      if (IsTried(message, type->field(i))) TryField(message, type->field(i));
    }
  }

  std::vector<LimitCase> TakeCases() { return std::move(cases_); }

 private:
  void TryField(const Message& message, const FieldDescriptor* field) {
    const Reflection& reflection = *message.GetReflection();
    if (RuleOf(field).required()) {
      Add({field, -1}, "missing", "FIELD_REQUIRED", [field](Message& m) {
        m.GetReflection()->ClearField(&m, field);
      });
    }
    if (field->is_map()) return;
    if (field->is_repeated()) {
      TryCounts(message, field);
      if (reflection.FieldSize(message, field) == 0) return;
      if (IsMessage(field)) {
        Enter(reflection.GetRepeatedMessage(message, field, 0), {field, 0});
      } else {
        TryValue(field, 0);
      }
    } else if (!IsMessage(field)) {
      TryValue(field, -1);
    } else if (reflection.HasField(message, field)) {
      Enter(reflection.GetMessage(message, field), {field, -1});
    }
  }

  void Enter(const Message& message, const Step& step) {
    if (IsForeign(message.GetDescriptor())) return;
    steps_.push_back(step);
    Walk(message);
    steps_.pop_back();
  }

  void TryValue(const FieldDescriptor* field, int index) {
    if (field->type() == FieldDescriptor::TYPE_BYTES) {
      const size_t max = RuleOf(field).max_chars();
      if (max == 0) return;
      AddText(field, index, std::string(max, 'x'), max, "");
      AddText(field, index, std::string(max + 1, 'x'), max + 1, "FIELD_TOO_LONG");
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      TryText(field, index);
    } else if (RuleOf(field).bounded()) {
      TryNumber(field, index);
    }
  }

  void TryText(const FieldDescriptor* field, int index) {
    const v1::FieldRule& rule = RuleOf(field);
    const size_t max = rule.max_chars() > 0 ? rule.max_chars() : kFieldCharsDefault;
    AddText(field, index, Repeat("汉", max + 1), max + 1, "FIELD_TOO_LONG");
    switch (rule.format()) {
      case v1::FORMAT_UNSPECIFIED:
        AddText(field, index, Repeat("汉", max), max, "");
        return;
      case v1::FORMAT_KIND:
        AddText(field, index, std::string(max, 'a'), max, "");
        return;
      case v1::FORMAT_ID:
        TryId(field, index, "", max, "ID_SYNTAX");
        return;
      case v1::FORMAT_RESOURCE:
        if (rule.collection().empty() || rule.collection() == "firms") return;
        TryId(field, index, absl::StrCat(rule.collection(), "/"), max, "RESOURCE_SYNTAX");
        return;
      case v1::FORMAT_SUBJECT:
        TryId(field, index, "managers/", max, "SUBJECT_SYNTAX");
        return;
      default:
        return;
    }
  }

  /// An identifier behind `front`, as long as it and the text's length allow, and one longer.
  void TryId(const FieldDescriptor* field,
             int index,
             const std::string& front,
             size_t max,
             const std::string& reason) {
    if (max <= front.size()) return;
    const size_t longest = std::min(kIdLengthMax, max - front.size());
    AddText(field, index, front + std::string(longest, 'a'), front.size() + longest, "");
    if (longest < kIdLengthMax || front.size() + longest == max) return;
    AddText(
        field, index, front + std::string(longest + 1, 'a'), front.size() + longest + 1, reason);
  }

  void AddText(const FieldDescriptor* field,
               int index,
               const std::string& text,
               size_t length,
               const std::string& reason) {
    Add({field, index}, absl::StrCat(length, " characters"), reason, [&](Message& m) {
      const Reflection& r = *m.GetReflection();
      index < 0 ? r.SetString(&m, field, text) : r.SetRepeatedString(&m, field, index, text);
    });
  }

  void TryNumber(const FieldDescriptor* field, int index) {
    const v1::FieldRule& rule = RuleOf(field);
    AddNumber(field, index, rule.min(), "");
    AddNumber(field, index, rule.max(), "");
    if (rule.min() > std::numeric_limits<int64_t>::min()) {
      AddNumber(field, index, rule.min() - 1, "NUMBER_OUT_OF_RANGE");
    }
    if (rule.max() < std::numeric_limits<int64_t>::max()) {
      AddNumber(field, index, rule.max() + 1, "NUMBER_OUT_OF_RANGE");
    }
  }

  void AddNumber(const FieldDescriptor* field,
                 int index,
                 int64_t value,
                 const std::string& reason) {
    // A 0 that nobody can tell from an unset field has no bounds.
    if (value == 0 && index < 0 && !field->has_presence()) return;
    if (!Fits(field, value)) return;
    Add({field, index}, absl::StrCat("the number ", value), reason, [&](Message& m) {
      SetNumber(m, field, index, value);
    });
  }

  static bool Fits(const FieldDescriptor* field, int64_t value) {
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        return std::in_range<int32_t>(value);
      case FieldDescriptor::CPPTYPE_UINT32:
        return std::in_range<uint32_t>(value);
      case FieldDescriptor::CPPTYPE_UINT64:
        return value >= 0;
      case FieldDescriptor::CPPTYPE_INT64:
        return true;
      default:
        return false;
    }
  }

  static void SetNumber(Message& m, const FieldDescriptor* f, int index, int64_t value) {
    const Reflection& r = *m.GetReflection();
    switch (f->cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32: {
        const auto v = static_cast<int32_t>(value);
        return index < 0 ? r.SetInt32(&m, f, v) : r.SetRepeatedInt32(&m, f, index, v);
      }
      case FieldDescriptor::CPPTYPE_UINT32: {
        const auto v = static_cast<uint32_t>(value);
        return index < 0 ? r.SetUInt32(&m, f, v) : r.SetRepeatedUInt32(&m, f, index, v);
      }
      case FieldDescriptor::CPPTYPE_UINT64: {
        const auto v = static_cast<uint64_t>(value);
        return index < 0 ? r.SetUInt64(&m, f, v) : r.SetRepeatedUInt64(&m, f, index, v);
      }
      default:
        return index < 0 ? r.SetInt64(&m, f, value) : r.SetRepeatedInt64(&m, f, index, value);
    }
  }

  void TryCounts(const Message& message, const FieldDescriptor* field) {
    const v1::FieldRule& rule = RuleOf(field);
    const size_t max = rule.max_items() > 0 ? rule.max_items() : kFieldItemsDefault;
    const bool has_element = message.GetReflection()->FieldSize(message, field) > 0;
    if (has_element) AddCount(field, max, "");
    // Without an element to repeat, one that breaks other rules serves: the number is checked first.
    AddCount(field, max + 1, "TOO_MANY_ITEMS");
  }

  void AddCount(const FieldDescriptor* field, size_t count, const std::string& reason) {
    Add({field, -1}, absl::StrCat(count, " elements"), reason, [&](Message& m) {
      const Reflection& r = *m.GetReflection();
      while (static_cast<size_t>(r.FieldSize(m, field)) > count) r.RemoveLast(&m, field);
      while (static_cast<size_t>(r.FieldSize(m, field)) < count) AddElement(m, field);
    });
  }

  /// Appends a copy of the first element, or a default one.
  static void AddElement(Message& m, const FieldDescriptor* f) {
    const Reflection& r = *m.GetReflection();
    const bool copy = r.FieldSize(m, f) > 0;
    switch (f->cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE: {
        Message* added = r.AddMessage(&m, f);
        if (copy) added->CopyFrom(r.GetRepeatedMessage(m, f, 0));
        return;
      }
      case FieldDescriptor::CPPTYPE_STRING:
        return r.AddString(&m, f, copy ? r.GetRepeatedString(m, f, 0) : "");
      case FieldDescriptor::CPPTYPE_ENUM:
        return r.AddEnumValue(&m, f, copy ? r.GetRepeatedEnumValue(m, f, 0) : 0);
      case FieldDescriptor::CPPTYPE_BOOL:
        return r.AddBool(&m, f, copy && r.GetRepeatedBool(m, f, 0));
      case FieldDescriptor::CPPTYPE_INT32:
        return r.AddInt32(&m, f, copy ? r.GetRepeatedInt32(m, f, 0) : 0);
      case FieldDescriptor::CPPTYPE_INT64:
        return r.AddInt64(&m, f, copy ? r.GetRepeatedInt64(m, f, 0) : 0);
      case FieldDescriptor::CPPTYPE_UINT32:
        return r.AddUInt32(&m, f, copy ? r.GetRepeatedUInt32(m, f, 0) : 0);
      case FieldDescriptor::CPPTYPE_UINT64:
        return r.AddUInt64(&m, f, copy ? r.GetRepeatedUInt64(m, f, 0) : 0);
      case FieldDescriptor::CPPTYPE_FLOAT:
        return r.AddFloat(&m, f, copy ? r.GetRepeatedFloat(m, f, 0) : 0);
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return r.AddDouble(&m, f, copy ? r.GetRepeatedDouble(m, f, 0) : 0);
    }
  }

  /// Adds a copy of the root in which the message under way has been changed.
  void Add(const Step& last,
           std::string what,
           const std::string& reason,
           absl::FunctionRef<void(Message&)> change) {
    std::unique_ptr<Message> copy(root_.New());
    copy->CopyFrom(root_);
    Message* message = copy.get();
    for (const Step& step : steps_) {
      const Reflection& r = *message->GetReflection();
      message = step.index < 0 ? r.MutableMessage(message, step.field)
                               : r.MutableRepeatedMessage(message, step.field, step.index);
    }
    change(*message);
    std::vector<Step> path = steps_;
    path.push_back(last);
    cases_.push_back({Render(path), std::move(what), std::move(copy), reason});
  }

  const Message& root_;
  std::vector<Step> steps_;
  std::vector<LimitCase> cases_;
};

void FindUntried(const Message& message,
                 std::vector<Step>& steps,
                 std::set<const Descriptor*>& above,
                 std::vector<std::string>& untried) {
  const Descriptor* type = message.GetDescriptor();
  if (!above.insert(type).second) return;
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    if (!IsMessage(field) || field->is_map() || IsForeign(field->message_type()) ||
        !IsTried(message, field) || above.count(field->message_type()) > 0) {
      continue;
    }
    const Reflection& r = *message.GetReflection();
    const bool repeated = field->is_repeated();
    const bool filled = repeated ? r.FieldSize(message, field) > 0 : r.HasField(message, field);
    steps.push_back({field, filled && repeated ? 0 : -1});
    if (!filled) {
      untried.push_back(Render(steps));
    } else {
      FindUntried(repeated ? r.GetRepeatedMessage(message, field, 0) : r.GetMessage(message, field),
                  steps,
                  above,
                  untried);
    }
    steps.pop_back();
  }
  above.erase(type);
}

}  // namespace

std::vector<LimitCase> LimitCasesOf(const Message& valid) {
  CaseMaker maker(valid);
  maker.Walk(valid);
  return maker.TakeCases();
}

std::vector<std::string> UntriedFields(const Message& valid) {
  std::vector<Step> steps;
  std::set<const Descriptor*> above;
  std::vector<std::string> untried;
  FindUntried(valid, steps, above, untried);
  return untried;
}

void ExpectLimitsHold(const Message& valid, absl::FunctionRef<absl::Status(const Message&)> check) {
  const absl::Status status = check(valid);
  EXPECT_TRUE(status.ok()) << "the message to start from is refused: " << status;
  for (const std::string& field : UntriedFields(valid)) {
    ADD_FAILURE() << field << " is empty in the message to start from, its limits go untried";
  }
  for (const LimitCase& limit : LimitCasesOf(valid)) {
    const runtime::Problem problem = runtime::ToProblem(check(*limit.message));
    EXPECT_EQ(problem.code == absl::StatusCode::kOk ? "" : problem.reason, limit.reason)
        << limit.field << ", " << limit.what;
    if (limit.reason.empty()) continue;
    EXPECT_EQ(problem.field, limit.field) << limit.what;
  }
}

}  // namespace xince::type
