#include <algorithm>

#include "services/scoring/evaluate/block_engine.h"

namespace xince::evaluate {

using Op = ConditionNode::Op;

template <typename Value>
void BlockEvaluator::Impl::Compare(const Interval& is, Truth& holds, const Value& value) const {
  for (size_t s = 0; s < subjects_; ++s) holds[s] = is.Holds(value(s)) ? 1 : 0;
}

// What Evaluator::Impl::Holds says, for all subjects.
void BlockEvaluator::Impl::Holds(uint32_t root, BlockPass& pass, Truth& holds) {
  const std::vector<ConditionNode>& nodes = TablesOf(pass.side).conditions;
  const ConditionNode& node = nodes[root];
  if (node.op == Op::kNot) {
    Holds(root + 1, pass, holds);
    for (size_t s = 0; s < subjects_; ++s) holds[s] ^= 1;
    return;
  }
  if (node.op != Op::kAll && node.op != Op::kAny) return HoldsNode(node, pass, holds);
  holds.fill(node.op == Op::kAll ? 1 : 0);
  Truth one;
  for (uint32_t child = root + 1; child < node.next; child = nodes[child].next) {
    Holds(child, pass, one);
    for (size_t s = 0; s < subjects_; ++s)
      holds[s] = node.op == Op::kAll ? holds[s] & one[s] : holds[s] | one[s];
  }
}

void BlockEvaluator::Impl::HoldsNode(const ConditionNode& node, BlockPass& pass, Truth& holds) {
  switch (node.op) {
    case Op::kScore:
      Groups(pass);
      return Compare(node.is, holds, [&](size_t s) { return pass.groups.back()[s]; });
    case Op::kGroup:
      Groups(pass);
      return Compare(node.is, holds, [&](size_t s) { return pass.groups[node.index][s]; });
    case Op::kItemPoints:
    case Op::kItemCount:
    case Op::kItemOpen:
      return HoldsItem(node, pass, holds);
    case Op::kDemerits:
    case Op::kMerits:
      return HoldsPeriod(node, pass, holds);
    case Op::kNegativeLines:
      Groups(pass);
      return Compare(node.is, holds, [&](size_t s) {
        Hundredths lines = pass.negative_full_marks[s];
        for (const BlockItems* items : pass.items)
          lines += items == nullptr ? 0 : (*items)[s].negative_lines;
        return lines * 100;
      });
    case Op::kVeto:
      return HoldsVeto(node, pass, holds);
    case Op::kGrade:
      Grade(pass);
      for (size_t s = 0; s < subjects_; ++s) {
        const uint16_t grade = pass.grade[s];
        holds[s] =
            grade != kNoIndex && (node.set.empty() || engine_.InSet(node.set, grade)) ? 1 : 0;
      }
      return;
    case Op::kRated:
      Groups(pass);
      for (size_t s = 0; s < subjects_; ++s) holds[s] = (pass.rated[s] != 0) == node.wanted ? 1 : 0;
      return;
    default:
      return HoldsEarly(node, pass, holds);
  }
}

void BlockEvaluator::Impl::HoldsItem(const ConditionNode& node, BlockPass& pass, Truth& holds) {
  Items(pass);
  const BlockItems* const of = pass.items[node.index];
  Compare(node.is, holds, [&](size_t s) -> Hundredths {
    if (of == nullptr) return 0;
    const BlockItem& item = (*of)[s];
    if (node.op == Op::kItemPoints) return item.value;
    return Hundredths{node.op == Op::kItemCount ? item.count : item.open} * 100;
  });
}

// What Evaluator::Impl::PointsOfPeriod says, for all subjects.
void BlockEvaluator::Impl::HoldsPeriod(const ConditionNode& node, BlockPass& pass, Truth& holds) {
  const Tables& tables = TablesOf(pass.side);
  const PeriodRow& row = tables.periods[node.index];
  const bool here = row.active_says && pass.head.selection.by == Selection::By::kActive;
  BlockPass& source = here ? pass : PassOf(pass.side, engine_.SelectionOf(row, pass.head));
  Items(source);
  BySubject<Hundredths> points{};
  const auto add = [&](uint32_t item) {
    if (tables.items[item].source != Item::Source::kEvidence) return;
    const BlockItems& items = *source.items[item];
    for (size_t s = 0; s < subjects_; ++s)
      points[s] += node.op == Op::kDemerits ? -items[s].demerits : items[s].merits;
  };
  if (row.items.empty()) {
    for (uint32_t item = 0; item < tables.items.size(); ++item) add(item);
  } else {
    for (uint32_t i = row.items.begin; i < row.items.end; ++i) add(tables.symbols[i]);
  }
  Compare(node.is, holds, [&](size_t s) { return points[s]; });
}

void BlockEvaluator::Impl::HoldsVeto(const ConditionNode& node, BlockPass& pass, Truth& holds) {
  Items(pass);
  holds.fill(0);
  for (const uint16_t veto : TablesOf(pass.side).veto_items) {
    if (!node.set.empty() && !engine_.InSet(node.set, veto)) continue;
    for (size_t s = 0; s < subjects_; ++s) holds[s] |= (*pass.items[veto])[s].count > 0 ? 1 : 0;
  }
}

// Conditions about the subject itself and its measures, one subject at a time.
void BlockEvaluator::Impl::HoldsEarly(const ConditionNode& node, BlockPass& pass, Truth& holds) {
  for (size_t s = 0; s < subjects_; ++s) {
    const SubjectFacts subject = block_->subject(s);
    engine_.subject_ = &subject;
    if (node.op == Op::kMeasure) engine_.facts_ = block_->facts_of(s);
    holds[s] = engine_.HoldsEarly(node, pass.head.selection.day, false) ? 1 : 0;
  }
  engine_.subject_ = &nobody_;
}

}  // namespace xince::evaluate
