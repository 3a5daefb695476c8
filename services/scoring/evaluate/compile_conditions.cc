#include <algorithm>

#include "services/scoring/evaluate/compiler.h"

namespace xince::evaluate {

namespace v1 = policy::v1;
using Op = ConditionNode::Op;

uint32_t Compiler::Condition(const v1::Condition* condition) {
  if (condition == nullptr) return kNone;
  const auto root = static_cast<uint32_t>(tables_->conditions.size());
  AddNode(*condition);
  return root;
}

void Compiler::AddNode(const v1::Condition& condition) {
  const size_t at = tables_->conditions.size();
  tables_->conditions.emplace_back();
  ConditionNode node;
  switch (condition.is_case()) {
    case v1::Condition::kAll:
      node.op = Op::kAll;
      for (const v1::Condition& child : condition.all().of()) AddNode(child);
      break;
    case v1::Condition::kAny:
      node.op = Op::kAny;
      for (const v1::Condition& child : condition.any().of()) AddNode(child);
      break;
    case v1::Condition::kNot:
      node.op = Op::kNot;
      AddNode(condition.not_());
      break;
    default:
      FillNode(condition, node);
  }
  node.next = static_cast<uint32_t>(tables_->conditions.size());
  tables_->conditions[at] = node;
}

Range Compiler::Words(const google::protobuf::RepeatedPtrField<std::string>& words) {
  Range range;
  range.begin = static_cast<uint32_t>(tables_->symbols.size());
  for (const std::string& word : words)
    tables_->symbols.push_back(context_.vocabulary->names.Intern(word));
  range.end = static_cast<uint32_t>(tables_->symbols.size());
  return range;
}

void Compiler::FillPeriod(const v1::PeriodPoints& points, ConditionNode& node) {
  node.is = IntervalOf(points.is());
  PeriodRow row{.span = static_cast<uint8_t>(points.span()),
                .active_says = points.span() == v1::PeriodPoints::THIS_YEAR,
                .months = static_cast<uint16_t>(points.months())};
  if (points.span() != v1::PeriodPoints::LAST_MONTHS) {
    tables_->year_matters = true;
  } else if (std::count(tables_->last_months.begin(), tables_->last_months.end(), row.months) ==
             0) {
    tables_->last_months.push_back(row.months);
  }
  std::vector<Symbol> items;
  for (const std::string& item : points.items()) items.push_back(item_index_.at(item));
  const auto [known, added] =
      period_index_.try_emplace({row.span, row.months, items}, tables_->periods.size());
  node.index = known->second;
  if (!added) return;
  std::vector<Symbol>& symbols = tables_->symbols;
  row.items.begin = static_cast<uint32_t>(symbols.size());
  symbols.insert(symbols.end(), items.begin(), items.end());
  row.items.end = static_cast<uint32_t>(symbols.size());
  for (Symbol i = 0; items.empty() && i < tables_->items.size(); ++i)
    row.active_says &= tables_->items[i].year_is_active;
  for (const Symbol i : items) row.active_says &= tables_->items[i].year_is_active;
  tables_->periods.push_back(row);
}

void Compiler::FillNode(const v1::Condition& c, ConditionNode& node) {
  SymbolTable& names = context_.vocabulary->names;
  const auto indices = [&](const auto& ids, const auto& find) {
    node.set.begin = static_cast<uint32_t>(tables_->symbols.size());
    for (const std::string& id : ids) tables_->symbols.push_back(find(id));
    node.set.end = static_cast<uint32_t>(tables_->symbols.size());
  };
  switch (c.is_case()) {
    case v1::Condition::kScore:
      node.op = Op::kScore;
      node.is = IntervalOf(c.score());
      break;
    case v1::Condition::kGroup:
      node.op = Op::kGroup;
      node.index = group_index_.at(c.group().id());
      node.is = IntervalOf(c.group().is());
      break;
    case v1::Condition::kItem:
      node.op = c.item().number() == v1::ItemValue::COUNT  ? Op::kItemCount
                : c.item().number() == v1::ItemValue::OPEN ? Op::kItemOpen
                                                           : Op::kItemPoints;
      node.index = item_index_.at(c.item().id());
      node.is = IntervalOf(c.item().is());
      break;
    case v1::Condition::kDemerits:
      node.op = Op::kDemerits;
      FillPeriod(c.demerits(), node);
      break;
    case v1::Condition::kMerits:
      node.op = Op::kMerits;
      FillPeriod(c.merits(), node);
      break;
    case v1::Condition::kNegativeLines:
      node.op = Op::kNegativeLines;
      node.is = IntervalOf(c.negative_lines());
      break;
    case v1::Condition::kVeto:
      node.op = Op::kVeto;
      indices(c.veto().of(), [&](const std::string& id) { return item_index_.at(id); });
      break;
    case v1::Condition::kGrade:
      node.op = Op::kGrade;
      indices(c.grade().of(), [&](const std::string& id) { return GradeRowOf(id); });
      break;
    case v1::Condition::kPastGrade:
      node.op = Op::kPastGrade;
      node.count = static_cast<uint16_t>(c.past_grade().years_back());
      node.set = Words(c.past_grade().of());
      tables_->year_matters = true;
      break;
    case v1::Condition::kStreak:
      node.op = Op::kStreak;
      node.count = static_cast<uint16_t>(c.streak().years());
      node.set = Words(c.streak().grades());
      node.compares = c.streak().has_score();
      node.is = IntervalOf(c.streak().score());
      tables_->year_matters = true;
      break;
    case v1::Condition::kListed:
      node.op = Op::kListed;
      node.set = Words(c.listed().of());
      break;
    case v1::Condition::kDaysSince:
      node.op = Op::kDaysSince;
      node.name = names.Intern(c.days_since().attribute());
      node.is = IntervalOf(c.days_since().is());
      tables_->days_since.push_back({node.name, node.is});
      break;
    case v1::Condition::kAttribute:
      node.op = Op::kAttribute;
      node.name = names.Intern(c.attribute().name());
      node.set = Words(c.attribute().of());
      node.compares = c.attribute().has_is();
      node.is = IntervalOf(c.attribute().is());
      break;
    case v1::Condition::kMeasure:
      node.op = Op::kMeasure;
      node.name = context_.vocabulary->kinds.Intern(c.measure().kind());
      node.measure = names.Intern(c.measure().measure());
      node.is = IntervalOf(c.measure().is());
      break;
    default:
      node.op = Op::kRated;
      node.wanted = c.rated();
  }
}

// Marks the items that a node asks about; false when it may be any.
bool Compiler::AskItemsOf(const ConditionNode& node, std::vector<uint8_t>& asked) const {
  const std::vector<Symbol>& symbols = tables_->symbols;
  const auto ask = [&](const Range& items) {
    for (uint32_t i = items.begin; i < items.end; ++i) asked[symbols[i]] = 1;
    return !items.empty();
  };
  switch (node.op) {
    case Op::kItemPoints:
    case Op::kItemCount:
    case Op::kItemOpen:
      asked[node.index] = 1;
      return true;
    case Op::kDemerits:
    case Op::kMerits:
      return ask(tables_->periods[node.index].items);
    case Op::kVeto:
      if (!ask(node.set)) {
        for (const uint16_t item : tables_->veto_items) asked[item] = 1;
      }
      return true;
    case Op::kGroup: {
      const Range& items = tables_->groups[node.index].items;
      std::fill(asked.begin() + items.begin, asked.begin() + items.end, uint8_t{1});
      return true;
    }
    case Op::kScore:
    case Op::kGrade:
    case Op::kNegativeLines:
    case Op::kRated:
      return false;
    default:
      return true;
  }
}

// What restrictions depend on, so that the search for their first day looks at nothing else.
void Compiler::FindAskedItems() {
  Tables& tables = *tables_;
  for (const ConditionNode& node : tables.conditions) {
    tables.measures_asked |= node.op == Op::kMeasure;
    if (node.op == Op::kItemOpen) tables.items[node.index].open_asked = true;
  }
  for (const Item& item : tables.items)
    tables.items_by_condition |= item.not_applicable != kNone || item.expects || item.when != kNone;
  for (const Member& member : tables.members)
    tables.items_by_condition |= member.full_item != kNoIndex;
  for (RestrictionRow& row : tables.restrictions) {
    std::vector<uint8_t> asked(tables.items.size(), 0);
    bool known = !tables.items_by_condition;
    for (uint32_t i = row.when; i < tables.conditions[row.when].next; ++i)
      known &= AskItemsOf(tables.conditions[i], asked);
    row.asked.begin = static_cast<uint32_t>(tables.symbols.size());
    for (Symbol item = 0; item < asked.size(); ++item) {
      if (!known || asked[item] != 0) tables.symbols.push_back(item);
    }
    row.asked.end = static_cast<uint32_t>(tables.symbols.size());
  }
}

}  // namespace xince::evaluate
