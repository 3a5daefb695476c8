#include "services/scoring/policy/lint_sets.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"

namespace xince::policy {
namespace {

constexpr int64_t kOne = 100;

// The comparison of a condition that is one; null for any other.
const v1::Comparison* ComparisonOf(const v1::Condition& c) {
  switch (c.is_case()) {
    case v1::Condition::kScore:
      return &c.score();
    case v1::Condition::kGroup:
      return &c.group().is();
    case v1::Condition::kItem:
      return &c.item().is();
    case v1::Condition::kDemerits:
      return &c.demerits().is();
    case v1::Condition::kMerits:
      return &c.merits().is();
    case v1::Condition::kNegativeLines:
      return &c.negative_lines();
    case v1::Condition::kDaysSince:
      return &c.days_since().is();
    case v1::Condition::kAttribute:
      return c.attribute().has_is() && c.attribute().of_size() == 0 ? &c.attribute().is() : nullptr;
    default:
      return nullptr;
  }
}

std::string PeriodWord(const char* what, const v1::PeriodPoints& points) {
  return absl::StrCat(
      what, " ", points.span(), " ", points.months(), " ", absl::StrJoin(points.items(), " "));
}

// What counts whole things.
bool IsCount(absl::string_view compared) {
  return absl::StartsWith(compared, "count ") || absl::StartsWith(compared, "open ") ||
         absl::StartsWith(compared, "days-since ") || compared == "negative-lines";
}

// A comparison as a set. Between two counts there is nothing: their intervals reach to the next one.
NumberSet SetOf(const v1::Comparison& is, absl::string_view compared) {
  Bounds bounds = BoundsOf(is);
  if (!IsCount(compared)) return NumberSet(bounds);
  const auto floor = [](int64_t value) {
    return value >= 0 ? value / kOne * kOne : -((-value + kOne - 1) / kOne) * kOne;
  };
  if (bounds.bounded_below()) bounds.least = floor(bounds.least + kOne - 1);
  if (bounds.bounded_above()) bounds.most = floor(bounds.most) + kOne - 1;
  return NumberSet(bounds);
}

HoldsFor Sure(bool holds) {
  return holds ? HoldsFor{NumberSet::All(), NumberSet::All()} : HoldsFor{};
}

HoldsFor Unknown() { return {NumberSet::All(), NumberSet()}; }

bool CanBeUnrated(const v1::SubjectPolicy& subject) {
  return std::any_of(subject.items().begin(),
                     subject.items().end(),
                     [](const auto& item) { return item.veto().not_rated(); }) ||
         std::any_of(subject.groups().begin(), subject.groups().end(), [](const auto& group) {
           return std::any_of(group.raters().begin(), group.raters().end(), [](const auto& rater) {
             return rater.missing() == v1::Rater::NOT_RATED;
           });
         });
}

HoldsFor WhenRated(bool wanted, const ConditionWorld& world) {
  if (world.rated_only || !CanBeUnrated(world.subject)) return Sure(wanted);
  return Unknown();
}

HoldsFor WhenGrade(const v1::AnyOf& grade, const ConditionWorld& world) {
  const bool impossible =
      grade.of_size() > 0 && std::all_of(grade.of().begin(), grade.of().end(), [&](const auto& id) {
        return world.impossible_grades.contains(id);
      });
  return impossible ? Sure(false) : Unknown();
}

HoldsFor WhenCompares(const v1::Condition& leaf,
                      const std::string& compared,
                      const ConditionWorld& world) {
  const std::string own = ComparedIn(leaf);
  const NumberSet holds = SetOf(*ComparisonOf(leaf), own);
  if (own == compared) return {holds, holds};
  const NumberSet domain = DomainOf(own, world);
  if (domain.And(holds).empty()) return Sure(false);
  // Attributes and dates may be missing; then nothing holds.
  const bool always_there =
      !absl::StartsWith(own, "attribute ") && !absl::StartsWith(own, "days-since ");
  if (always_there && domain.Without(holds).empty()) return Sure(true);
  return Unknown();
}

int64_t PeriodMost(const std::string& compared, bool demerits, const ConditionWorld& world) {
  int64_t most = 0;
  // `demerits SPAN MONTHS item item …`; without an item all are meant.
  const std::vector<std::string> words = [&] {
    std::vector<std::string> parts;
    size_t at = 0;
    while (at < compared.size()) {
      const size_t end = std::min(compared.find(' ', at), compared.size());
      if (end > at) parts.push_back(compared.substr(at, end - at));
      at = end + 1;
    }
    return parts;
  }();
  for (const auto& [id, bounds] : world.bounds.items) {
    if (words.size() > 3 && std::find(words.begin() + 3, words.end(), id) == words.end()) continue;
    most = std::min(kUnbounded, most + (demerits ? bounds.demerits : bounds.merits));
  }
  return most;
}

}  // namespace

NumberSet::NumberSet(const Bounds& bounds) {
  if (bounds.least <= bounds.most) intervals_.push_back(bounds);
}

NumberSet NumberSet::Or(const NumberSet& other) const {
  std::vector<Bounds> all = intervals_;
  all.insert(all.end(), other.intervals_.begin(), other.intervals_.end());
  std::sort(
      all.begin(), all.end(), [](const Bounds& a, const Bounds& b) { return a.least < b.least; });
  NumberSet set;
  for (const Bounds& next : all) {
    if (!set.intervals_.empty() && next.least <= set.intervals_.back().most + 1)
      set.intervals_.back().most = std::max(set.intervals_.back().most, next.most);
    else
      set.intervals_.push_back(next);
  }
  return set;
}

NumberSet NumberSet::And(const NumberSet& other) const {
  NumberSet set;
  for (const Bounds& a : intervals_) {
    for (const Bounds& b : other.intervals_)
      set = set.Or(NumberSet({std::max(a.least, b.least), std::min(a.most, b.most)}));
  }
  return set;
}

NumberSet NumberSet::Without(const NumberSet& other) const {
  NumberSet rest = All();
  for (const Bounds& b : other.intervals_) {
    const NumberSet before({-kUnbounded, b.least - 1});
    const NumberSet after({b.most + 1, kUnbounded});
    rest = rest.And(before.Or(after));
  }
  return And(rest);
}

std::string ComparedIn(const v1::Condition& c) {
  if (ComparisonOf(c) == nullptr) return "";
  switch (c.is_case()) {
    case v1::Condition::kScore:
      return "score";
    case v1::Condition::kGroup:
      return absl::StrCat("group ", c.group().id());
    case v1::Condition::kItem:
      return absl::StrCat(c.item().number() == v1::ItemValue::COUNT  ? "count "
                          : c.item().number() == v1::ItemValue::OPEN ? "open "
                                                                     : "item ",
                          c.item().id());
    case v1::Condition::kDemerits:
      return PeriodWord("demerits", c.demerits());
    case v1::Condition::kMerits:
      return PeriodWord("merits", c.merits());
    case v1::Condition::kNegativeLines:
      return "negative-lines";
    case v1::Condition::kDaysSince:
      return absl::StrCat("days-since ", c.days_since().attribute());
    default:
      return absl::StrCat("attribute ", c.attribute().name());
  }
}

std::set<std::string> AllComparedIn(const v1::Condition& condition) {
  std::set<std::string> all;
  const auto add = [&](const v1::Condition& child) { all.merge(AllComparedIn(child)); };
  std::for_each(condition.all().of().begin(), condition.all().of().end(), add);
  std::for_each(condition.any().of().begin(), condition.any().of().end(), add);
  if (condition.has_not_()) add(condition.not_());
  if (std::string own = ComparedIn(condition); !own.empty()) all.insert(std::move(own));
  return all;
}

NumberSet DomainOf(const std::string& compared, const ConditionWorld& world) {
  absl::string_view rest = compared;
  if (compared == "score") return NumberSet(world.bounds.score);
  if (compared == "negative-lines")
    return NumberSet({0, world.bounds.negative_lines ? kUnbounded : kOne - 1});
  if (absl::ConsumePrefix(&rest, "group "))
    return NumberSet(world.bounds.groups.at(std::string(rest)));
  if (absl::ConsumePrefix(&rest, "item "))
    return NumberSet(world.bounds.items.at(std::string(rest)).value).Or(NumberSet({0, 0}));
  if (absl::StartsWith(compared, "count ") || absl::StartsWith(compared, "open "))
    return NumberSet({0, kUnbounded});
  if (absl::StartsWith(compared, "demerits "))
    return NumberSet({0, PeriodMost(compared, true, world)});
  if (absl::StartsWith(compared, "merits "))
    return NumberSet({0, PeriodMost(compared, false, world)});
  return NumberSet::All();
}

HoldsFor WhenHolds(const v1::Condition& condition,
                   const std::string& compared,
                   const ConditionWorld& world) {
  switch (condition.is_case()) {
    case v1::Condition::kAll: {
      HoldsFor all{NumberSet::All(), NumberSet::All()};
      for (const v1::Condition& child : condition.all().of()) {
        const HoldsFor one = WhenHolds(child, compared, world);
        all = {all.may.And(one.may), all.must.And(one.must)};
      }
      return all;
    }
    case v1::Condition::kAny: {
      HoldsFor any;
      for (const v1::Condition& child : condition.any().of()) {
        const HoldsFor one = WhenHolds(child, compared, world);
        any = {any.may.Or(one.may), any.must.Or(one.must)};
      }
      return any;
    }
    case v1::Condition::kNot: {
      const HoldsFor one = WhenHolds(condition.not_(), compared, world);
      return {NumberSet::All().Without(one.must), NumberSet::All().Without(one.may)};
    }
    case v1::Condition::kRated:
      return WhenRated(condition.rated(), world);
    case v1::Condition::kGrade:
      return WhenGrade(condition.grade(), world);
    default:
      return ComparisonOf(condition) == nullptr ? Unknown()
                                                : WhenCompares(condition, compared, world);
  }
}

bool NeverHolds(const v1::Condition& condition, const ConditionWorld& world) {
  std::set<std::string> compared = AllComparedIn(condition);
  compared.insert("score");
  return std::any_of(compared.begin(), compared.end(), [&](const std::string& one) {
    return WhenHolds(condition, one, world).may.And(DomainOf(one, world)).empty();
  });
}

}  // namespace xince::policy
