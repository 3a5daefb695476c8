#include <algorithm>

#include "services/scoring/evaluate/engine.h"

namespace xince::evaluate {

using Op = ConditionNode::Op;
using policy::v1::PeriodPoints;

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
      return node.is.Holds(-PeriodPoints(node, pass));
    case Op::kMerits:
      return node.is.Holds(PeriodPoints(node, pass));
    case Op::kNegativeLines: {
      Groups(pass);
      Hundredths lines = 0;
      for (const ItemState& item : pass.items) lines += item.negative_lines;
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

// Sum of what pieces that started in the period took (demerits, not above 0) or earned (merits).
Hundredths Evaluator::Impl::PeriodPoints(const ConditionNode& node, Pass& pass) {
  const Day day = pass.selection.day;
  const int year = calendar_.YearOf(day);
  Selection wanted{.by = Selection::By::kStarted,
                   .without_contested = pass.selection.without_contested,
                   .day = day};
  const bool this_year = node.span == PeriodPoints::THIS_YEAR;
  if (node.span == PeriodPoints::LAST_MONTHS) {
    wanted.by = Selection::By::kLastMonths;
    wanted.months = node.count;
  } else {
    wanted.from = calendar_.YearStart(this_year ? year : year - 1);
    wanted.until = this_year ? day + 1 : calendar_.YearStart(year);
  }
  const auto sum_of = [&](const ItemState& item) {
    return node.op == Op::kDemerits ? item.demerits : item.merits;
  };
  const auto each = [&](const auto& take) {
    if (node.set.empty()) {
      for (uint32_t i = 0; i < t_->items.size(); ++i) take(i);
    } else {
      for (uint32_t i = node.set.begin; i < node.set.end; ++i) take(t_->symbols[i]);
    }
  };
  bool from_pass = this_year && pass.selection.by == Selection::By::kActive;
  each([&](uint32_t i) {
    const Item& item = t_->items[i];
    if (item.source == Item::Source::kEvidence && !item.year_is_active) from_pass = false;
  });
  Pass* source = &pass;
  if (from_pass) {
    Items(pass);
  } else {
    source = &period_;
    if (!period_.has_items || period_.selection != wanted) period_.Reset(wanted);
    Items(period_);
  }
  Hundredths sum = 0;
  each([&](uint32_t i) {
    if (t_->items[i].source == Item::Source::kEvidence) sum += sum_of(source->items[i]);
  });
  return sum;
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
