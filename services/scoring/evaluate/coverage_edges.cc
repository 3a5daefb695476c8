#include "services/scoring/evaluate/coverage_edges.h"

#include "absl/strings/str_cat.h"

#include "services/scoring/policy/decimal.h"

namespace xince::evaluate {

namespace v1 = policy::v1;

namespace {

using policy::Node;
using policy::Report;

constexpr int64_t kOne = 100;
// The greatest number that can be written.
constexpr int64_t kNumberMost = 999'999'999'999'999;

// The comparison of a condition that is one, with its place; null for any other.
v1::Comparison* ComparisonOf(v1::Condition& c) {
  switch (c.is_case()) {
    case v1::Condition::kScore:
      return c.mutable_score();
    case v1::Condition::kGroup:
      return c.mutable_group()->mutable_is();
    case v1::Condition::kItem:
      return c.mutable_item()->mutable_is();
    case v1::Condition::kDemerits:
      return c.mutable_demerits()->mutable_is();
    case v1::Condition::kMerits:
      return c.mutable_merits()->mutable_is();
    case v1::Condition::kNegativeLines:
      return c.mutable_negative_lines();
    case v1::Condition::kStreak:
      return c.streak().has_score() ? c.mutable_streak()->mutable_score() : nullptr;
    case v1::Condition::kDaysSince:
      return c.mutable_days_since()->mutable_is();
    case v1::Condition::kAttribute:
      return c.attribute().has_is() ? c.mutable_attribute()->mutable_is() : nullptr;
    case v1::Condition::kMeasure:
      return c.mutable_measure()->mutable_is();
    default:
      return nullptr;
  }
}

// The node of that comparison.
Node ComparisonNode(const v1::Condition& c, const Node& node) {
  const google::protobuf::Reflection& reflection = *c.GetReflection();
  const auto* oneof = c.GetDescriptor()->FindOneofByName("is");
  const auto* field = reflection.GetOneofFieldDescriptor(c, oneof);
  const google::protobuf::Message& inner = reflection.GetMessage(c, field);
  const Node child = Report::Child(node, field->name().c_str(), -1, inner);
  if (inner.GetDescriptor() == v1::Comparison::descriptor()) return child;
  for (const char* name : {"is", "score"}) {
    const auto* is = inner.GetDescriptor()->FindFieldByName(name);
    if (is != nullptr)
      return Report::Child(child, name, -1, inner.GetReflection()->GetMessage(inner, is));
  }
  return child;
}

v1::Condition With(const v1::Condition& leaf, const v1::Comparison& is) {
  v1::Condition condition = leaf;
  *ComparisonOf(condition) = is;
  return condition;
}

v1::Condition Within(const v1::Condition& leaf, const Span& span) {
  v1::Condition any;
  const auto add = [&](int64_t least, int64_t most) {
    if (least > most) return;
    v1::Comparison is;
    is.set_at_least(policy::FormatHundredths(least));
    is.set_at_most(policy::FormatHundredths(most));
    *any.mutable_any()->add_of() = With(leaf, is);
  };
  if (span.except < span.least || span.except > span.most) {
    add(span.least, span.most);
  } else {
    add(span.least, span.except - 1);
    add(span.except + 1, span.most);
  }
  return any;
}

}  // namespace

std::string BesideEn(const ComparisonEnd& end) {
  const std::string number = policy::FormatHundredths(end.number);
  return end.beside.most == kNumberMost ? absl::StrCat("other than ", number)
                                        : absl::StrCat("just beside ", number, ", within 1,");
}

std::string BesideZh(const ComparisonEnd& end) {
  const std::string number = policy::FormatHundredths(end.number);
  return end.beside.most == kNumberMost ? absl::StrCat("不等于 ", number)
                                        : absl::StrCat("紧邻 ", number, "(相差不超过1)");
}

std::vector<ComparisonEnd> EndsOf(const v1::Comparison& is) {
  std::vector<ComparisonEnd> ends;
  const auto add = [&](const char* field, const std::string& text, int64_t below, int64_t above) {
    if (text.empty()) return;
    const int64_t number = policy::ParseHundredths(text).value_or(0);
    ends.push_back({field, number, {number - below, number + above, number}});
  };
  add("at_least", is.at_least(), kOne, 0);
  add("more_than", is.more_than(), 0, kOne);
  add("at_most", is.at_most(), 0, kOne);
  add("less_than", is.less_than(), kOne, 0);
  if (!is.equals().empty()) {
    const int64_t number = policy::ParseHundredths(is.equals()).value_or(0);
    ends.push_back({"equals", number, {-kNumberMost, kNumberMost, number}});
  }
  return ends;
}

void ForEachEdge(const v1::Condition& condition,
                 const Node& node,
                 const std::function<void(const Edge&)>& each) {
  const auto many = [&](const v1::Conditions& conditions, const char* field) {
    const Node child = Report::Child(node, field, -1, conditions);
    for (int i = 0; i < conditions.of_size(); ++i)
      ForEachEdge(conditions.of(i), Report::Child(child, "of", i, conditions.of(i)), each);
  };
  if (condition.has_all()) many(condition.all(), "all");
  if (condition.has_any()) many(condition.any(), "any");
  if (condition.has_not_())
    ForEachEdge(condition.not_(), Report::Child(node, "not", -1, condition.not_()), each);
  v1::Condition leaf = condition;
  const v1::Comparison* is = ComparisonOf(leaf);
  if (is == nullptr) return;
  for (const ComparisonEnd& end : EndsOf(*is)) {
    v1::Comparison equals;
    equals.set_equals(policy::FormatHundredths(end.number));
    Edge edge{.node = ComparisonNode(condition, node),
              .field = end.field,
              .number = policy::FormatHundredths(end.number),
              .en = BesideEn(end),
              .zh = BesideZh(end),
              .at = With(leaf, equals),
              .beside = Within(leaf, end.beside),
              .key = ""};
    edge.key = absl::StrCat(edge.beside.SerializeAsString(), "@", edge.number);
    each(edge);
  }
}

}  // namespace xince::evaluate
