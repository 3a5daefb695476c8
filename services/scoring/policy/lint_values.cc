#include "services/scoring/policy/lint_values.h"

#include <algorithm>

#include "services/scoring/policy/decimal.h"

namespace xince::policy {
namespace {

constexpr int64_t kWhole = 10'000;

int64_t Number(const std::string& text, int64_t otherwise = 0) {
  return text.empty() ? otherwise : ParseHundredths(text).value_or(otherwise);
}

int64_t Held(__int128 value) {
  if (value >= kUnbounded) return kUnbounded;
  if (value <= -kUnbounded) return -kUnbounded;
  return static_cast<int64_t>(value);
}

Bounds Sum(const Bounds& a, const Bounds& b) {
  return {a.bounded_below() && b.bounded_below() ? Held(__int128{a.least} + b.least) : -kUnbounded,
          a.bounded_above() && b.bounded_above() ? Held(__int128{a.most} + b.most) : kUnbounded};
}

Bounds Hull(const Bounds& a, const Bounds& b) {
  return {std::min(a.least, b.least), std::max(a.most, b.most)};
}

Bounds WithNothing(const Bounds& a) { return Hull(a, {0, 0}); }

Bounds Clamped(const Bounds& a, const v1::Limits& limits) {
  const int64_t least = Number(limits.least(), -kUnbounded);
  const int64_t most = Number(limits.most(), kUnbounded);
  return {std::clamp(a.least, least, most), std::clamp(a.most, least, most)};
}

// num / den, halves away from zero, to a multiple of `unit`. `den` > 0.
int64_t Rounded(__int128 num, __int128 den, int64_t unit) {
  const __int128 step = den * unit;
  const __int128 twice = 2 * (num < 0 ? -num : num) + step;
  const __int128 count = twice / (2 * step);
  return Held((num < 0 ? -count : count) * unit);
}

// An end times a percent in hundredths, rounded to `unit`; what is not bounded stays so.
int64_t Times(int64_t end, int64_t percent, int64_t unit) {
  if (end >= kUnbounded || end <= -kUnbounded) return percent == 0 ? 0 : end;
  return Rounded(__int128{end} * percent, kWhole, unit);
}

Bounds Table(const std::vector<std::string>& rows) {
  Bounds bounds{kUnbounded, -kUnbounded};
  for (const std::string& row : rows) bounds = Hull(bounds, {Number(row), Number(row)});
  return bounds;
}

// The points of one piece by the rule alone.
Bounds RulePoints(const v1::Points& points) {
  std::vector<std::string> rows;
  switch (points.rule_case()) {
    case v1::Points::kFixed:
      return Table({points.fixed()});
    case v1::Points::kByLevel:
      for (const auto& row : points.by_level().rows()) rows.push_back(row.points());
      return Table(rows);
    case v1::Points::kByBand:
      for (const auto& band : points.by_band().bands()) rows.push_back(band.points());
      return Table(rows);
    case v1::Points::kEscalation:
      rows.assign(points.escalation().rows().begin(), points.escalation().rows().end());
      return Table(rows);
    case v1::Points::kPerUnit: {
      const int64_t each = Number(points.per_unit().points());
      return {each < 0 ? -kUnbounded : 0, each > 0 ? kUnbounded : 0};
    }
    case v1::Points::kRatio:
      return Number(points.ratio().points()) == 0 ? Bounds{} : kAnything;
    case v1::Points::kGiven:
      if (points.given().sign() == v1::Given::MERIT) return {0, kUnbounded};
      if (points.given().sign() == v1::Given::DEMERIT) return {-kUnbounded, 0};
      return kAnything;
    default:
      return {};
  }
}

// By how much of its points a piece counts, over its ages.
Bounds DecayPercent(const v1::Item& item) {
  Bounds percent{kWhole, kWhole};
  bool first = true;
  for (const v1::DecayStep& step : item.decay()) {
    const int64_t p = Number(step.percent());
    // A first step from month 0 leaves no time at which all counts.
    percent = first && step.from_month() == 0 ? Bounds{p, p} : Hull(percent, {p, p});
    first = false;
  }
  return percent;
}

// Most pieces that are kept; 0 for any number.
int64_t KeptMost(const v1::Item& item) {
  if (item.counting().keep() == v1::Counting::KEEP_UNSPECIFIED ||
      item.counting().per() != v1::Counting::PER_UNSPECIFIED)
    return 0;
  return std::max<uint32_t>(item.counting().count(), 1);
}

int64_t Many(int64_t end, int64_t count) {
  if (end == 0) return 0;
  if (count == 0 || end >= kUnbounded || end <= -kUnbounded)
    return end < 0 ? -kUnbounded : kUnbounded;
  return Held(__int128{end} * count);
}

// The sum, or mean, of any number of pieces of which each is within `piece`.
Bounds Combined(const v1::Item& item, const Bounds& piece) {
  if (item.counting().combine() == v1::Counting::MEAN) return WithNothing(piece);
  const int64_t count = KeptMost(item);
  return {Many(std::min<int64_t>(piece.least, 0), count),
          Many(std::max<int64_t>(piece.most, 0), count)};
}

// What the pieces of a period take in all, as a number of 0 or more. Limits hold the difference of
// merits and demerits, so that they say something about one of them only where the other is not there.
int64_t Taken(const Bounds& sum, const Bounds& full, const v1::Limits& limits) {
  const int64_t least =
      full.most <= 0 ? std::max(sum.least, Number(limits.least(), -kUnbounded)) : sum.least;
  return -std::min<int64_t>(least, 0);
}

int64_t Earned(const Bounds& sum, const Bounds& full, const v1::Limits& limits) {
  const int64_t most =
      full.least >= 0 ? std::min(sum.most, Number(limits.most(), kUnbounded)) : sum.most;
  return std::max<int64_t>(most, 0);
}

class Analysis {
 public:
  Analysis(const v1::Pack& pack, const v1::SubjectPolicy& subject)
      : pack_(pack), subject_(subject) {}

  ValueBounds Run() {
    for (const v1::Item& item : subject_.items()) values_.items[item.id()] = OfItem(item);
    values_.sum = Members("");
    if (subject_.has_base()) values_.sum = Sum(values_.sum, OfBase(subject_.base()));
    values_.score = Clamped(values_.sum, subject_.score_limits());
    return std::move(values_);
  }

 private:
  Bounds OfBase(const v1::Base& base) {
    const int64_t points = Number(base.points());
    Bounds bounds{points, points};
    if (base.has_when())
      bounds = Hull(bounds, {Number(base.otherwise()), Number(base.otherwise())});
    values_.negative_lines |= bounds.least < 0;
    return bounds;
  }

  ItemBounds OfItem(const v1::Item& item) {
    ItemBounds bounds;
    if (item.has_roll_up()) {
      bounds.sum = WithNothing(OfProjects(item));
      values_.negative_lines |= bounds.sum.least < 0;
    } else {
      const int64_t unit = Number(item.points().round_to(), 1);
      const int64_t factor = Number(item.factor(), kWhole);
      const Bounds exact = RulePoints(item.points());
      bounds.asked = {Times(exact.least, factor, unit), Times(exact.most, factor, unit)};
      bounds.full = Clamped(bounds.asked, item.piece_limits());
      if (item.points().has_given()) bounds.full = WithNothing(bounds.full);
      const Bounds percent = DecayPercent(item);
      bounds.decayed = {
          Times(bounds.full.least, bounds.full.least < 0 ? percent.most : percent.least, unit),
          Times(bounds.full.most, bounds.full.most > 0 ? percent.most : percent.least, unit)};
      bounds.sum = Combined(item, bounds.decayed);
      values_.negative_lines |= bounds.asked.least < 0;
      const Bounds period = Combined(item, bounds.full);
      bounds.demerits = Taken(period, bounds.full, item.limits());
      bounds.merits = Earned(period, bounds.full, item.limits());
    }
    if (item.has_not_applicable()) AddLine(item.not_applicable().points(), bounds);
    if (item.has_expected()) AddLine(item.expected().points(), bounds);
    bounds.value = Clamped(bounds.sum, item.limits());
    return bounds;
  }

  void AddLine(const std::string& points, ItemBounds& bounds) {
    bounds.sum = Hull(bounds.sum, {Number(points), Number(points)});
    values_.negative_lines |= Number(points) < 0;
  }

  Bounds OfProjects(const v1::Item& item) {
    for (const v1::SubjectPolicy& other : pack_.subjects()) {
      if (other.subject() != "project" || &other == &subject_) continue;
      const Bounds score = Analysis(pack_, other).Run().score;
      const int64_t factor = Number(item.factor(), kWhole);
      return {Times(score.least, factor, 1), Times(score.most, factor, 1)};
    }
    return kAnything;
  }

  // The sum of the items and groups of a group; of those at the root for "".
  Bounds Members(const std::string& group) {
    Bounds sum;
    for (const v1::Item& item : subject_.items()) {
      if (item.group() == group) sum = Sum(sum, WithNothing(values_.items.at(item.id()).value));
    }
    for (const v1::Group& child : subject_.groups()) {
      if (child.parent() == group) sum = Sum(sum, OfGroup(child));
    }
    return sum;
  }

  Bounds Member(const std::string& id) {
    const auto item = values_.items.find(id);
    if (item != values_.items.end()) return item->second.value;
    const auto group = values_.groups.find(id);
    return group == values_.groups.end() ? Bounds{} : group->second;
  }

  Bounds OfGroup(const v1::Group& group) {
    // Members first: a mix and a highest look at what they come to.
    Bounds bounds = Members(group.id());
    if (group.mode() == v1::Group::HIGHEST) {
      bounds = {};
      for (const v1::Item& item : subject_.items()) {
        if (item.group() == group.id()) bounds = Hull(bounds, Member(item.id()));
      }
      for (const v1::Group& child : subject_.groups()) {
        if (child.parent() == group.id()) bounds = Hull(bounds, Member(child.id()));
      }
    }
    if (group.mode() == v1::Group::MIX) bounds = OfMix(group);
    const int64_t base = Number(group.base());
    values_.negative_lines |= base < 0;
    bounds = Sum(bounds, {base, base});
    values_.sums[group.id()] = bounds;
    // A group without any line is 0, whatever its limits.
    const Bounds value = Clamped(bounds, group.limits());
    return values_.groups[group.id()] = group.base().empty() ? WithNothing(value) : value;
  }

  // A mean lies between the least and the greatest of what it is the mean of.
  Bounds OfMix(const v1::Group& group) {
    Bounds bounds;
    for (const v1::Rater& rater : group.raters()) {
      bounds = Hull(bounds, Member(rater.member()));
      if (rater.missing() != v1::Rater::FULL) continue;
      bounds = Hull(bounds, {Number(rater.full()), Number(rater.full())});
      values_.negative_lines |= Number(rater.full()) < 0;
    }
    return bounds;
  }

  const v1::Pack& pack_;
  const v1::SubjectPolicy& subject_;
  ValueBounds values_;
};

}  // namespace

ValueBounds BoundsOf(const v1::Pack& pack, const v1::SubjectPolicy& subject) {
  return Analysis(pack, subject).Run();
}

Bounds BoundsOf(const v1::Comparison& is) {
  Bounds bounds = kAnything;
  const auto at_least = [&](int64_t end) { bounds.least = std::max(bounds.least, end); };
  const auto at_most = [&](int64_t end) { bounds.most = std::min(bounds.most, end); };
  if (!is.at_least().empty()) at_least(Number(is.at_least()));
  if (!is.more_than().empty()) at_least(Number(is.more_than()) + 1);
  if (!is.at_most().empty()) at_most(Number(is.at_most()));
  if (!is.less_than().empty()) at_most(Number(is.less_than()) - 1);
  if (!is.equals().empty()) {
    at_least(Number(is.equals()));
    at_most(Number(is.equals()));
  }
  return bounds;
}

}  // namespace xince::policy
