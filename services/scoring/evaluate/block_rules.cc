#include <algorithm>

#include "absl/strings/str_cat.h"

#include "services/scoring/evaluate/block.h"

namespace xince::evaluate {
namespace {

// Words that are the same for what means the same: every number with a comma after it.
template <typename... Numbers>
void Say(std::string& words, const Numbers&... numbers) {
  (absl::StrAppend(&words, static_cast<int64_t>(numbers), ","), ...);
}

void SayPoints(const Tables& tables, const Rule& rule, std::string& words) {
  Say(words, rule.points, rule.part, rule.sign, rule.level_of_issuer, rule.amount, rule.measure);
  Say(words, rule.denominator, rule.unit, rule.free, rule.factor, rule.round_to, rule.whole);
  Say(words, rule.piece_limits.least, rule.piece_limits.most);
  for (uint32_t i = rule.rows.begin; i < rule.rows.end; ++i) {
    if (rule.points == PointsRule::kByLevel) Say(words, tables.level_points[i]);
    if (rule.points == PointsRule::kByBand)
      Say(words, tables.bands[i].below, tables.bands[i].points);
  }
}

// Everything that makes a piece of a fact.
void SayRule(const Tables& tables, const Rule& rule, std::string& words) {
  Say(words, rule.levels, rule.issuer_levels, rule.own_dated, rule.own_by_occurred, rule.own_from);
  Say(words, rule.own_until, rule.filtered, rule.start_occurred, rule.defer, rule.end);
  Say(words, rule.end_count, rule.min_months, rule.max_months);
  for (uint32_t i = rule.measures.begin; i < rule.measures.end; ++i) {
    const MeasureTest& test = tables.measure_tests[i];
    Say(words, test.name, test.is.least, test.is.most);
  }
  absl::StrAppend(&words, "tags ");
  for (uint32_t i = rule.tags.begin; i < rule.tags.end; ++i) Say(words, tables.symbols[i]);
  absl::StrAppend(&words, "decay ");
  for (uint32_t i = rule.decay.begin; i < rule.decay.end; ++i)
    Say(words, tables.decays[i].from_month, tables.decays[i].percent);
  absl::StrAppend(&words, "points ");
  SayPoints(tables, rule, words);
}

// The number of what is said so; a new one when nobody has said it.
uint16_t NumberOf(std::string words, std::vector<std::string>& known) {
  const auto found = std::find(known.begin(), known.end(), words);
  const auto number = static_cast<uint16_t>(found - known.begin());
  if (found == known.end()) known.push_back(std::move(words));
  return number;
}

}  // namespace

BlockRules::BlockRules(const CompiledSubjectPolicy* before, const CompiledSubjectPolicy* after) {
  sides_[0].policy = before;
  sides_[1].policy = after;
  std::vector<std::string> gatherings;
  std::vector<std::string> finishes;
  for (size_t side = 0; side < 2; ++side) {
    covers_[side] = CanCover(sides_[side].policy);
    if (covers_[side]) AddItems(side, gatherings, finishes);
  }
}

bool BlockRules::CanCover(const CompiledSubjectPolicy* policy) {
  if (policy == nullptr) return false;
  const Tables& tables = policy->tables();
  return !tables.has_quota && tables.project_items.empty() &&
         std::none_of(tables.items.begin(), tables.items.end(), [](const Item& item) {
           return item.escalates || (item.keep != Item::Keep::kEach && item.keep_count > 1);
         });
}

std::vector<BlockRules::Entry> BlockRules::EntriesOf(const Tables& tables, uint16_t item) {
  std::vector<Entry> entries;
  for (Symbol kind = 0; kind + size_t{1} < tables.kind_begin.size(); ++kind) {
    for (uint32_t r = tables.kind_begin[kind]; r < tables.kind_begin[kind + 1]; ++r) {
      const KindRule& rule = tables.rule_of_kind[r];
      if (rule.item == item) entries.push_back({kind, rule.rule, rule.reach});
    }
  }
  return entries;
}

// Finds out which items both sides add up alike, and which even come to the same.
void BlockRules::AddItems(size_t side,
                          std::vector<std::string>& gatherings,
                          std::vector<std::string>& ends) {
  const Tables& tables = sides_[side].policy->tables();
  sides_[side].items_of_group.resize(tables.groups.size());
  for (uint16_t i = 0; i < tables.items.size(); ++i) {
    const Item& item = tables.items[i];
    sides_[side].items_of_group[item.group].push_back(i);
    sides_[side].finish_of_item.push_back(kNoIndex);
    if (item.source != Item::Source::kEvidence) continue;
    std::vector<Entry> entries = EntriesOf(tables, i);
    std::string words;
    Say(words, tables.year_month, item.per, item.keep, item.period_asked, item.open_asked);
    Say(words, item.mean && item.period_asked);
    for (const Entry& entry : entries) {
      Say(words, entry.kind, entry.reach);
      SayRule(tables, tables.rules[entry.rule], words);
    }
    const uint16_t gathering = NumberOf(words, gatherings);
    if (gathering == gatherings_.size())
      gatherings_.push_back({.tables = &tables, .item = i, .entries = std::move(entries)});
    absl::StrAppend(&words, "ends ");
    Say(words, item.mean, item.min_pieces, item.limits.least, item.limits.most);
    // What depends on conditions of one's own is shared with nobody.
    if (item.not_applicable != kNone || item.expects) Say(words, side, i);
    const uint16_t finish = NumberOf(std::move(words), ends);
    if (finish == finishes_.size()) {
      finishes_.push_back({.tables = &tables, .item = i, .gathering = gathering});
      ++gatherings_[gathering].users;
    }
    sides_[side].finish_of_item.back() = finish;
  }
}

}  // namespace xince::evaluate
