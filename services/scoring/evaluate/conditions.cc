#include <algorithm>

#include "services/scoring/evaluate/engine.h"

namespace xince::evaluate {

using Op = ConditionNode::Op;
using Span = policy::v1::PeriodPoints;

bool Evaluator::Impl::InSet(const Range& set, Symbol symbol) const {
  const auto begin = t_->symbols.begin();
  return std::find(begin + set.begin, begin + set.end, symbol) != begin + set.end;
}

const Recorded* Evaluator::Impl::RecordedAt(Day on) const {
  for (const Recorded& recorded : subject_->history) {
    if (recorded.on == on) return &recorded;
  }
  return nullptr;
}

bool Evaluator::Impl::Holds(uint32_t root, Pass& pass) {
  const ConditionNode& node = t_->conditions[root];
  switch (node.op) {
    case Op::kAll:
      for (uint32_t child = root + 1; child < node.next; child = t_->conditions[child].next) {
        if (!Holds(child, pass)) return false;
      }
      return true;
    case Op::kAny:
      for (uint32_t child = root + 1; child < node.next; child = t_->conditions[child].next) {
        if (Holds(child, pass)) return true;
      }
      return false;
    case Op::kNot:
      return !Holds(root + 1, pass);
    default:
      return HoldsNode(node, pass);
  }
}

bool Evaluator::Impl::HoldsNode(const ConditionNode& node, Pass& pass) {
  switch (node.op) {
    case Op::kScore:
      Groups(pass);
      return node.is.Holds(pass.groups.back().value);
    case Op::kGroup:
      Groups(pass);
      return node.is.Holds(pass.groups[node.index].value);
    case Op::kItemPoints:
      Items(pass);
      return node.is.Holds(pass.items[node.index].value);
    case Op::kItemCount:
      Items(pass);
      return node.is.Holds(static_cast<Hundredths>(pass.items[node.index].count) * 100);
    case Op::kItemOpen:
      Items(pass);
      return node.is.Holds(static_cast<Hundredths>(pass.items[node.index].open) * 100);
    case Op::kDemerits:
      return node.is.Holds(-PointsOfPeriod(node.index, pass).demerits);
    case Op::kMerits:
      return node.is.Holds(PointsOfPeriod(node.index, pass).merits);
    case Op::kNegativeLines: {
      Groups(pass);
      Hundredths lines = 0;
      for (const uint16_t item : pass.touched) lines += pass.items[item].negative_lines;
      return node.is.Holds(lines * 100);
    }
    case Op::kVeto:
      Items(pass);
      return std::any_of(t_->veto_items.begin(), t_->veto_items.end(), [&](uint16_t item) {
        return pass.items[item].count > 0 && (node.set.empty() || InSet(node.set, item));
      });
    case Op::kGrade:
      Grade(pass);
      return pass.grade != kNoIndex && (node.set.empty() || InSet(node.set, pass.grade));
    case Op::kRated:
      Groups(pass);
      return pass.rated == node.wanted;
    default:
      return HoldsEarly(node, pass.selection.day, pass.selection.without_contested);
  }
}

bool Evaluator::Impl::HoldsEarly(const ConditionNode& node, Day day, bool without_contested) const {
  switch (node.op) {
    case Op::kPastGrade: {
      const Recorded* recorded =
          RecordedAt(calendar_.YearStart(calendar_.YearOf(day) - node.count + 1) - 1);
      return recorded != nullptr && recorded->grade != 0 &&
             (node.set.empty() || InSet(node.set, recorded->grade));
    }
    case Op::kStreak:
      return HoldsStreak(node, day);
    case Op::kListed:
      return std::any_of(subject_->lists.begin(), subject_->lists.end(), [&](const Listed& listed) {
        return listed.from <= day && day < listed.until &&
               (node.set.empty() || InSet(node.set, listed.list));
      });
    case Op::kDaysSince:
      for (const Attribute& attribute : subject_->attributes) {
        if (attribute.name == node.name && attribute.from <= day && day < attribute.until &&
            attribute.date != kNoDay)
          return node.is.Holds(static_cast<Hundredths>(day - attribute.date) * 100);
      }
      return false;
    case Op::kAttribute:
      return HoldsAttribute(node, day);
    case Op::kMeasure:
      return HoldsMeasure(node, day, without_contested);
    default:
      return false;
  }
}

bool Evaluator::Impl::HoldsStreak(const ConditionNode& node, Day day) const {
  const int year = calendar_.YearOf(day);
  for (int back = 0; back < node.count; ++back) {
    const Recorded* recorded = RecordedAt(calendar_.YearStart(year - back) - 1);
    if (recorded == nullptr) return false;
    if (!node.set.empty() && (recorded->grade == 0 || !InSet(node.set, recorded->grade)))
      return false;
    if (node.compares && !node.is.Holds(recorded->score)) return false;
  }
  return true;
}

bool Evaluator::Impl::HoldsAttribute(const ConditionNode& node, Day day) const {
  for (const Attribute& attribute : subject_->attributes) {
    if (attribute.name != node.name || attribute.from > day || day >= attribute.until) continue;
    if (!node.set.empty() && (attribute.text == 0 || !InSet(node.set, attribute.text)))
      return false;
    return !node.compares || node.is.Holds(attribute.number);
  }
  return false;
}

bool Evaluator::Impl::HoldsMeasure(const ConditionNode& node,
                                   Day day,
                                   bool without_contested) const {
  const Fact* latest = nullptr;
  for (const Fact& fact : facts_) {
    if (fact.kind != node.name || (fact.reach & kDirect) == 0 || fact.determined > day) continue;
    if (fact.contested && without_contested) continue;
    const Repaired* repair = subject_->repairs.empty() ? nullptr : RepairOf(fact, day);
    if (repair != nullptr && repair->points == 0) continue;
    if (latest == nullptr || fact.determined > latest->determined ||
        (fact.determined == latest->determined && fact.order > latest->order))
      latest = &fact;
  }
  if (latest == nullptr) return false;
  for (uint16_t i = 0; i < latest->measure_count; ++i) {
    if (latest->measures[i].name == node.measure)
      return node.is.Holds(std::clamp(latest->measures[i].value, -kMeasureMax, kMeasureMax));
  }
  return false;
}

Selection Evaluator::Impl::SelectionOf(const PeriodRow& row, const Pass& pass) const {
  Selection selection{.by = Selection::By::kStarted,
                      .without_contested = pass.selection.without_contested,
                      .day = pass.selection.day};
  if (row.span == Span::LAST_MONTHS) {
    selection.by = Selection::By::kLastMonths;
    selection.months = row.months;
  } else if (row.span == Span::THIS_YEAR) {
    selection.from = pass.year.start;
    selection.until = pass.selection.day + 1;
  } else {
    selection.from = calendar_.YearStart(pass.year.number - 1);
    selection.until = pass.year.start;
  }
  return selection;
}

// What pieces that started in the period took and earned.
const PeriodPoints& Evaluator::Impl::PointsOfPeriod(uint32_t index, Pass& pass) {
  PeriodPoints& points = pass.periods[index];
  if (points.known) return points;
  const PeriodRow& row = t_->periods[index];
  Pass& source = row.active_says && pass.selection.by == Selection::By::kActive
                     ? pass
                     : periods_.For(*t_, calendar_, SelectionOf(row, pass));
  Items(source);
  const auto add = [&](uint32_t item) {
    if (t_->items[item].source != Item::Source::kEvidence) return;
    points.demerits += source.items[item].demerits;
    points.merits += source.items[item].merits;
  };
  if (row.items.empty()) {
    for (const uint16_t item : source.touched) add(item);
  } else {
    for (uint32_t i = row.items.begin; i < row.items.end; ++i) add(t_->symbols[i]);
  }
  points.known = true;
  return points;
}

void Evaluator::Impl::Grade(Pass& pass) {
  if (pass.has_grade) return;
  Groups(pass);
  pass.has_grade = true;
  if (!pass.rated) return;
  bool decided = false;
  for (uint16_t row = 0; row < t_->grades.size() && !(decided && !t_->has_quota); ++row) {
    const GradeRow& grade = t_->grades[row];
    if (grade.when != kNone && !Holds(grade.when, pass)) continue;
    if (t_->has_quota) pass.grade_rows |= 1U << row;
    if (decided) continue;
    decided = true;
    if (grade.quota) {
      pass.rank_pending = true;
    } else {
      pass.grade = row;
    }
  }
  if (t_->has_quota && subject_->ranked_grade >= 0) {
    pass.rank_pending = false;
    pass.grade = static_cast<uint16_t>(subject_->ranked_grade);
  }
  for (const uint16_t veto : t_->veto_items) {
    const Item& item = t_->items[veto];
    if (item.veto != Item::VetoEffect::kGrade || pass.items[veto].count == 0 || pass.rank_pending)
      continue;
    if (pass.grade != kNoIndex) pass.grade = std::max(pass.grade, item.veto_grade);
  }
}

}  // namespace xince::evaluate
