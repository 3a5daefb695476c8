#include <algorithm>
#include <map>
#include <utility>

#include "services/scoring/evaluate/counterfactual.h"

namespace xince::evaluate {
namespace {

// Makes the best piece of one rule. Measures are taken within what the filter asks of them.
class PieceMaker {
 public:
  PieceMaker(const Tables& tables, const Rule& rule) : t_(tables), rule_(rule) {
    for (uint32_t i = rule.measures.begin; i < rule.measures.end; ++i) {
      const MeasureTest& test = t_.measure_tests[i];
      Interval& allowed = allowed_.try_emplace(test.name, Everything()).first->second;
      allowed.least = std::max(allowed.least, test.is.least);
      allowed.most = std::min(allowed.most, test.is.most);
    }
  }

  std::optional<SupposedPiece> Make(Day day) {
    Fact& fact = piece_.fact;
    fact.kind = rule_.kind;
    fact.occurred = fact.determined = day;
    // What does not exist has no id: it comes after what does.
    fact.order = std::numeric_limits<uint32_t>::max();
    fact.reach = static_cast<ReachMask>(rule_.reach & -rule_.reach);
    fact.level = LowestOf(rule_.levels);
    fact.issuer_level = LowestOf(rule_.issuer_levels);
    if (!ChoosePoints()) return std::nullopt;
    for (const auto& [name, allowed] : allowed_) {
      if (allowed.least > allowed.most) return std::nullopt;
      chosen_.try_emplace(name, NearestToZero(allowed));
    }
    for (const auto& [name, value] : chosen_) piece_.measures.push_back({name, value});
    if (!rule_.tags.empty()) piece_.tags.push_back(t_.symbols[rule_.tags.begin]);
    return std::move(piece_);
  }

 private:
  static Interval Everything() { return {-kMeasureMax, kMeasureMax}; }
  static uint8_t LowestOf(uint8_t mask) {
    uint8_t level = 0;
    while (mask != 0 && (mask >> level & 1) == 0) ++level;
    return level;
  }
  static Hundredths NearestToZero(const Interval& allowed) {
    return std::clamp<Hundredths>(0, allowed.least, allowed.most);
  }
  [[nodiscard]] Interval Allowed(Symbol measure) const {
    const auto found = allowed_.find(measure);
    return found == allowed_.end() ? Everything() : found->second;
  }

  bool ChoosePoints() {
    switch (rule_.points) {
      case PointsRule::kByLevel:
        return ChooseLevel();
      case PointsRule::kByBand:
        return ChooseBand();
      case PointsRule::kPerUnit:
        return ChooseUnits();
      case PointsRule::kRatio:
        return ChooseRatio();
      case PointsRule::kGiven:
        return ChooseGiven();
      default:
        return true;
    }
  }

  bool ChooseLevel() {
    const uint8_t mask = rule_.level_of_issuer ? rule_.issuer_levels : rule_.levels;
    Hundredths best = kNoPoints;
    uint8_t& level = rule_.level_of_issuer ? piece_.fact.issuer_level : piece_.fact.level;
    for (uint32_t row = rule_.rows.begin; row < rule_.rows.end; ++row) {
      const uint32_t at = row - rule_.rows.begin;
      if (t_.level_points[row] <= best || (mask != 0 && (mask >> at & 1) == 0)) continue;
      best = t_.level_points[row];
      level = static_cast<uint8_t>(at);
    }
    return best != kNoPoints;
  }

  bool ChooseBand() {
    bool found = false;
    Hundredths best = 0;
    Interval band = Allowed(rule_.measure);
    const Interval allowed = band;
    for (uint32_t row = rule_.rows.begin; row < rule_.rows.end; ++row) {
      const bool last = row + 1 == rule_.rows.end;
      band.most = last ? allowed.most : std::min(allowed.most, t_.bands[row].below - 1);
      if (band.least <= band.most && (!found || t_.bands[row].points > best)) {
        found = true;
        best = t_.bands[row].points;
        chosen_[rule_.measure] = NearestToZero(band);
      }
      band.least = std::max(allowed.least, t_.bands[row].below);
    }
    return found;
  }

  bool ChooseUnits() {
    const Interval allowed = Allowed(rule_.measure);
    const bool bounded = allowed.most < kMeasureMax || rule_.piece_limits.most <= kPointsMax ||
                         t_.items[rule_.item].limits.most <= kPointsMax;
    if (rule_.amount > 0 && !bounded) return false;
    chosen_[rule_.measure] = rule_.amount > 0 ? allowed.most : NearestToZero(allowed);
    return true;
  }

  // A ratio is taken to be 1 at most.
  bool ChooseRatio() {
    Interval below = Allowed(rule_.denominator);
    below.least = std::max<Hundredths>(below.least, 1);
    const Interval above = Allowed(rule_.measure);
    if (rule_.amount > 0) {
      below.least = std::max(below.least, above.least);
      below.most = std::min(below.most, above.most);
    }
    if (below.least > below.most) return false;
    chosen_[rule_.denominator] = below.least;
    chosen_[rule_.measure] = rule_.amount > 0 ? below.least : NearestToZero(above);
    return true;
  }

  bool ChooseGiven() {
    const bool least = rule_.sign == Rule::Sign::kDemerit;
    if (rule_.measure == 0) {
      piece_.fact.points = least ? 0 : Decided(kPointsMax);
      return true;
    }
    const Interval allowed = Allowed(rule_.measure);
    chosen_[rule_.measure] = least ? NearestToZero(allowed) : allowed.most;
    return true;
  }

  const Tables& t_;
  const Rule& rule_;
  SupposedPiece piece_;
  std::map<Symbol, Interval> allowed_;
  std::map<Symbol, Hundredths> chosen_;
};

}  // namespace

Fact SupposedPiece::Get() const {
  Fact made = fact;
  made.measures = measures.data();
  made.measure_count = static_cast<uint16_t>(measures.size());
  made.tags = tags.data();
  made.tag_count = static_cast<uint16_t>(tags.size());
  return made;
}

std::optional<SupposedPiece> BestPiece(const CompiledSubjectPolicy& policy,
                                       uint16_t item,
                                       Day day) {
  const Tables& tables = policy.tables();
  for (const Rule& rule : tables.rules) {
    if (rule.item != item) continue;
    if (rule.own_dated && (day < rule.own_from || day >= rule.own_until)) continue;
    return PieceMaker(tables, rule).Make(day);
  }
  return std::nullopt;
}

}  // namespace xince::evaluate
