#include "services/type/field_rules.h"

#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/util/message_differencer.h"

#include "xince/type/v1/options.pb.h"

#include "services/runtime/errors.h"
#include "services/runtime/mutex.h"
#include "services/type/field_formats.h"
#include "services/type/text.h"

namespace xince::type {
namespace {

using ::google::protobuf::Descriptor;
using ::google::protobuf::DescriptorPool;
using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;
using ::google::protobuf::Reflection;
using ::google::protobuf::util::MessageDifferencer;

struct MessagePlan;

/// A field and its rule, read from the descriptor once.
struct FieldPlan {
  const FieldDescriptor* field;
  const v1::FieldRule* rule;
  size_t chars_max;
  size_t items_max;
  LineBreaks line_breaks;
  /// Of the message in the field, null for other types.
  const MessagePlan* nested;
};

struct MessagePlan {
  std::vector<FieldPlan> fields;
};

/// Plans by descriptor. Plans refer to one another and are made together, so that a recursive type is
/// no special case.
class Plans {
 public:
  const MessagePlan* Find(const Descriptor* type) const {
    const auto found = plans_.find(type);
    return found == plans_.end() ? nullptr : found->second.get();
  }

  const MessagePlan* Make(const Descriptor* type) {
    std::unique_ptr<MessagePlan>& slot = plans_[type];
    if (slot != nullptr) return slot.get();
    slot = std::make_unique<MessagePlan>();
    MessagePlan* plan = slot.get();
    for (int i = 0; i < type->field_count(); ++i) plan->fields.push_back(PlanOf(type->field(i)));
    return plan;
  }

 private:
  FieldPlan PlanOf(const FieldDescriptor* field) {
    const v1::FieldRule& rule = field->options().GetExtension(v1::rule);
    FieldPlan plan{.field = field, .rule = &rule};
    plan.chars_max = rule.max_chars() > 0 ? rule.max_chars() : kFieldCharsDefault;
    if (field->type() == FieldDescriptor::TYPE_BYTES && rule.max_chars() == 0) {
      plan.chars_max = std::numeric_limits<size_t>::max();
    }
    plan.items_max = rule.max_items() > 0 ? rule.max_items() : kFieldItemsDefault;
    plan.line_breaks =
        rule.format() == v1::FORMAT_UNSPECIFIED && plan.chars_max > kFieldCharsDefault
            ? LineBreaks::kAllowed
            : LineBreaks::kRefused;
    plan.nested = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE
                      ? Make(field->message_type())
                      : nullptr;
    return plan;
  }

  std::map<const Descriptor*, std::unique_ptr<MessagePlan>> plans_;
};

/// The plan of a compiled-in type, kept for the life of the process.
const MessagePlan* KeptPlan(const Descriptor* type) {
  static runtime::SharedMutex* const mutex = new runtime::SharedMutex;
  static Plans* const plans = new Plans;
  {
    const runtime::ReaderLock lock(*mutex);
    if (const MessagePlan* plan = plans->Find(type); plan != nullptr) return plan;
  }
  const runtime::WriterLock lock(*mutex);
  return plans->Make(type);
}

/// Where a value stands: a chain of frames on the stack, rendered only for a problem.
struct Place {
  const Place* above;
  const FieldDescriptor* field;
  /// Element of a repeated field, -1 for the field itself.
  int index;
};

std::string Render(const Place* place, absl::string_view prefix) {
  if (place == nullptr) return std::string(prefix);
  std::string path = Render(place->above, prefix);
  absl::StrAppend(&path, path.empty() ? "" : ".", place->field->name());
  if (place->index >= 0) absl::StrAppend(&path, "[", place->index, "]");
  return path;
}

absl::Status Required() {
  return runtime::InvalidArgument("FIELD_REQUIRED", "", "the field is required", "必须填写");
}

absl::Status OutputOnly() {
  return runtime::InvalidArgument("FIELD_OUTPUT_ONLY",
                                  "",
                                  "the server sets this field, leave it empty",
                                  "该字段由系统填写,请留空");
}

absl::Status TooManyItems(size_t limit, size_t found) {
  return runtime::InvalidArgument(
      "TOO_MANY_ITEMS",
      "",
      absl::StrCat("there are ", found, " elements, at most ", limit, " are allowed"),
      absl::StrCat("共 ", found, " 项,最多 ", limit, " 项"),
      {{"limit", absl::StrCat(limit)}, {"found", absl::StrCat(found)}});
}

absl::Status TooManyBytes(size_t limit, size_t found) {
  return runtime::InvalidArgument(
      "FIELD_TOO_LONG",
      "",
      absl::StrCat("there are ", found, " bytes, at most ", limit, " are allowed"),
      absl::StrCat("共 ", found, " 字节,最多 ", limit, " 字节"),
      {{"limit", absl::StrCat(limit)}, {"found", absl::StrCat(found)}});
}

absl::Status TooDeep() {
  return runtime::InvalidArgument(
      "MESSAGE_TOO_DEEP",
      "",
      absl::StrCat("messages are nested more than ", kFieldDepthMax, " deep"),
      absl::StrCat("消息嵌套超过 ", kFieldDepthMax, " 层"),
      {{"limit", absl::StrCat(kFieldDepthMax)}});
}

absl::Status UnknownEnum(int number) {
  return runtime::InvalidArgument(
      "UNKNOWN_ENUM",
      "",
      absl::StrCat("the value ", number, " is not known to this server"),
      absl::StrCat("取值 ", number, " 不是已知选项"),
      {{"found", absl::StrCat(number)}});
}

absl::Status OutOfRange(const v1::FieldRule& rule, const std::string& found) {
  return runtime::InvalidArgument(
      "NUMBER_OUT_OF_RANGE",
      "",
      absl::StrCat("the number is ", found, ", allowed are ", rule.min(), " to ", rule.max()),
      absl::StrCat("数值为 ", found, ",应在 ", rule.min(), " 至 ", rule.max(), " 之间"),
      {{"min", absl::StrCat(rule.min())}, {"max", absl::StrCat(rule.max())}, {"found", found}});
}

template <typename T>
absl::Status CheckRange(T value, const v1::FieldRule& rule) {
  if constexpr (std::is_floating_point_v<T>) {
    // Written so that a NaN is out of every range.
    if (value >= static_cast<T>(rule.min()) && value <= static_cast<T>(rule.max())) {
      return absl::OkStatus();
    }
  } else {
    if (std::cmp_greater_equal(value, rule.min()) && std::cmp_less_equal(value, rule.max())) {
      return absl::OkStatus();
    }
  }
  return OutOfRange(rule, absl::StrCat(value));
}

/// Checks one message and collects what is wrong with it.
class Checker {
 public:
  Checker(const FieldContext& context, absl::string_view prefix, size_t problems_max)
      : context_(context), prefix_(prefix), problems_max_(problems_max) {}

  void Walk(const Message& message, const MessagePlan& plan, const Place* above, size_t depth) {
    for (const FieldPlan& field : plan.fields) {
      if (Full()) return;
      const Place place{.above = above, .field = field.field, .index = -1};
      if (field.field->is_repeated()) {
        CheckRepeated(message, field, place, depth);
      } else {
        CheckSingular(message, field, place, depth);
      }
    }
  }

  std::vector<absl::Status> TakeProblems() { return std::move(problems_); }

 private:
  [[nodiscard]] bool Full() const { return problems_.size() >= problems_max_; }

  void Report(const absl::Status& status, const FieldPlan& plan, const Place& place) {
    if (status.ok() || Full()) return;
    runtime::Problem problem = runtime::ToProblem(status);
    problem.field = Render(&place, prefix_);
    if (!plan.rule->zh().empty())
      problem.zh = absl::StrCat("「", plan.rule->zh(), "」", problem.zh);
    problems_.push_back(runtime::ToStatus(problem));
  }

  void CheckSingular(const Message& message,
                     const FieldPlan& plan,
                     const Place& place,
                     size_t depth) {
    const Reflection& reflection = *message.GetReflection();
    const bool set = reflection.HasField(message, plan.field);
    if (plan.rule->output_only() && context_.refuse_output_only) {
      if (set) Report(OutputOnly(), plan, place);
      return;
    }
    if (!set) {
      if (plan.rule->required()) Report(Required(), plan, place);
      return;
    }
    switch (plan.field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING: {
        std::string scratch;
        Report(CheckString(reflection.GetStringReference(message, plan.field, &scratch),
                           plan,
                           plan.rule->required()),
               plan,
               place);
        return;
      }
      case FieldDescriptor::CPPTYPE_ENUM:
        Report(CheckEnum(reflection.GetEnumValue(message, plan.field), plan, plan.rule->required()),
               plan,
               place);
        return;
      case FieldDescriptor::CPPTYPE_MESSAGE:
        Enter(reflection.GetMessage(message, plan.field), plan, place, depth);
        return;
      default:
        if (plan.rule->bounded()) Report(CheckNumber(message, plan, std::nullopt), plan, place);
    }
  }

  void CheckRepeated(const Message& message,
                     const FieldPlan& plan,
                     const Place& place,
                     size_t depth) {
    const Reflection& reflection = *message.GetReflection();
    const int count = reflection.FieldSize(message, plan.field);
    if (plan.rule->output_only() && context_.refuse_output_only) {
      if (count > 0) Report(OutputOnly(), plan, place);
      return;
    }
    if (count == 0) {
      if (plan.rule->required()) Report(Required(), plan, place);
      return;
    }
    if (static_cast<size_t>(count) > plan.items_max) {
      Report(TooManyItems(plan.items_max, static_cast<size_t>(count)), plan, place);
      return;
    }
    for (int i = 0; i < count && !Full(); ++i) {
      const Place element{.above = place.above, .field = plan.field, .index = i};
      CheckElement(message, plan, element, depth);
    }
  }

  void CheckElement(const Message& message,
                    const FieldPlan& plan,
                    const Place& element,
                    size_t depth) {
    const Reflection& reflection = *message.GetReflection();
    switch (plan.field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING: {
        std::string scratch;
        Report(CheckString(reflection.GetRepeatedStringReference(
                               message, plan.field, element.index, &scratch),
                           plan,
                           /*required=*/true),
               plan,
               element);
        return;
      }
      case FieldDescriptor::CPPTYPE_ENUM:
        Report(CheckEnum(reflection.GetRepeatedEnumValue(message, plan.field, element.index),
                         plan,
                         /*required=*/true),
               plan,
               element);
        return;
      case FieldDescriptor::CPPTYPE_MESSAGE:
        Enter(reflection.GetRepeatedMessage(message, plan.field, element.index),
              plan,
              element,
              depth);
        return;
      default:
        if (plan.rule->bounded()) Report(CheckNumber(message, plan, element.index), plan, element);
    }
  }

  void Enter(const Message& message, const FieldPlan& plan, const Place& place, size_t depth) {
    if (depth >= kFieldDepthMax) {
      Report(TooDeep(), plan, place);
    } else {
      Walk(message, *plan.nested, &place, depth + 1);
    }
  }

  absl::Status CheckString(const std::string& value, const FieldPlan& plan, bool required) const {
    if (plan.field->type() == FieldDescriptor::TYPE_BYTES) {
      return value.size() <= plan.chars_max ? absl::OkStatus()
                                            : TooManyBytes(plan.chars_max, value.size());
    }
    if (required && TrimSpace(value).empty()) return Required();
    if (value.empty()) return absl::OkStatus();
    XINCE_RETURN_IF_ERROR(CheckText(value, plan.chars_max, plan.line_breaks, ""));
    return CheckFormat(value, *plan.rule, context_);
  }

  static absl::Status CheckEnum(int number, const FieldPlan& plan, bool required) {
    if (required && number == 0) return Required();
    const bool known = plan.field->enum_type()->FindValueByNumber(number) != nullptr;
    return known ? absl::OkStatus() : UnknownEnum(number);
  }

  static absl::Status CheckNumber(const Message& message,
                                  const FieldPlan& plan,
                                  std::optional<int> index) {
    const Reflection& r = *message.GetReflection();
    const FieldDescriptor* f = plan.field;
    const v1::FieldRule& rule = *plan.rule;
    switch (f->cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        return CheckRange(index ? r.GetRepeatedInt32(message, f, *index) : r.GetInt32(message, f),
                          rule);
      case FieldDescriptor::CPPTYPE_INT64:
        return CheckRange(index ? r.GetRepeatedInt64(message, f, *index) : r.GetInt64(message, f),
                          rule);
      case FieldDescriptor::CPPTYPE_UINT32:
        return CheckRange(index ? r.GetRepeatedUInt32(message, f, *index) : r.GetUInt32(message, f),
                          rule);
      case FieldDescriptor::CPPTYPE_UINT64:
        return CheckRange(index ? r.GetRepeatedUInt64(message, f, *index) : r.GetUInt64(message, f),
                          rule);
      case FieldDescriptor::CPPTYPE_FLOAT:
        return CheckRange(index ? r.GetRepeatedFloat(message, f, *index) : r.GetFloat(message, f),
                          rule);
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return CheckRange(index ? r.GetRepeatedDouble(message, f, *index) : r.GetDouble(message, f),
                          rule);
      default:
        return absl::OkStatus();
    }
  }

  const FieldContext& context_;
  absl::string_view prefix_;
  size_t problems_max_;
  std::vector<absl::Status> problems_;
};

absl::Status Immutable(const Place& place, absl::string_view prefix, const v1::FieldRule& rule) {
  const std::string label = rule.zh().empty() ? "" : absl::StrCat("「", rule.zh(), "」");
  return runtime::FailedPrecondition("FIELD_IMMUTABLE",
                                     Render(&place, prefix),
                                     "the field cannot change once the record is filed",
                                     absl::StrCat(label, "备案后不可更改"));
}

absl::Status CompareImmutable(const Message& before,
                              const Message& after,
                              const Place* above,
                              absl::string_view prefix,
                              size_t depth) {
  const Descriptor* type = before.GetDescriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    const v1::FieldRule& rule = field->options().GetExtension(v1::rule);
    const Place place{.above = above, .field = field, .index = -1};
    if (rule.immutable()) {
      MessageDifferencer differencer;
      if (!differencer.CompareWithFields(before, after, {field}, {field})) {
        return Immutable(place, prefix, rule);
      }
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field->is_repeated() &&
               depth < kFieldDepthMax) {
      const Reflection& b = *before.GetReflection();
      const Reflection& a = *after.GetReflection();
      if (!b.HasField(before, field) && !a.HasField(after, field)) continue;
      XINCE_RETURN_IF_ERROR(CompareImmutable(
          b.GetMessage(before, field), a.GetMessage(after, field), &place, prefix, depth + 1));
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<absl::Status> CheckAllFields(const Message& message,
                                         const FieldContext& context,
                                         absl::string_view prefix,
                                         size_t problems_max) {
  const Descriptor* type = message.GetDescriptor();
  Checker checker(context, prefix, problems_max);
  if (type->file()->pool() == DescriptorPool::generated_pool()) {
    checker.Walk(message, *KeptPlan(type), nullptr, 1);
  } else {
    // Types of other pools may be destroyed, and their addresses used again.
    Plans plans;
    checker.Walk(message, *plans.Make(type), nullptr, 1);
  }
  return checker.TakeProblems();
}

absl::Status CheckFields(const Message& message,
                         const FieldContext& context,
                         absl::string_view prefix) {
  const std::vector<absl::Status> problems = CheckAllFields(message, context, prefix, 1);
  return problems.empty() ? absl::OkStatus() : problems.front();
}

absl::Status CheckImmutable(const Message& before, const Message& after, absl::string_view prefix) {
  return CompareImmutable(before, after, nullptr, prefix, 1);
}

}  // namespace xince::type
