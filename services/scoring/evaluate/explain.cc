#include <algorithm>

#include "services/scoring/evaluate/engine.h"

namespace xince::evaluate {

// Writes the lines in the order (item, start, id), then takes each group's rule to its lines, from the
// innermost group out, and checks that they still sum to the group's value.
void Evaluator::Impl::WriteExplanation(const Pass& pass, Outcome& outcome) {
  WriteLines(pass, outcome);
  for (uint16_t i = 0; i < t_->groups.size(); ++i) {
    const Group& group = t_->groups[i];
    if (group.mode == Group::Mode::kMix) DistributeMix(pass, i, outcome);
    if (group.mode == Group::Mode::kHighest) DropLosers(pass, i, outcome);
    if (group.limits.limits()) CutGroup(i, outcome);
    const Range lines = LinesOf(group.items);
    Hundredths sum = 0;
    for (uint32_t line = lines.begin; line < lines.end; ++line) sum += outcome.lines[line].counted;
    CheckSums(sum == pass.groups[i].value, "the lines of a group do not sum to its value");
  }
}

void Evaluator::Impl::WriteLines(const Pass& pass, Outcome& outcome) {
  outcome.lines.clear();
  outcome.lines.reserve(pass.found.size() + 4);
  line_order_.clear();
  line_begin_.resize(t_->items.size() + 1);
  for (uint16_t i = 0; i < t_->items.size(); ++i) {
    line_begin_[i] = static_cast<uint32_t>(outcome.lines.size());
    const Item& item = t_->items[i];
    const ItemState& state = pass.items[i];
    if (state.own_origin != Origin::kEvidence) {
      outcome.lines.push_back({.item = i,
                               .origin = state.own_origin,
                               .cut = state.value == state.own_line ? Cut::kNone : Cut::kItemLimits,
                               .asked = state.own_line,
                               .decayed = state.own_line,
                               .in_item = state.value,
                               .counted = state.value});
      line_order_.push_back(0);
    }
    const bool projects = item.source == Item::Source::kProjects;
    Hundredths sum = 0;
    for (uint32_t p = state.pieces.begin; p < state.pieces.end; ++p) {
      const Piece& piece = pass.pieces[p];
      Line& line = outcome.lines.emplace_back();
      line.item = i;
      line.cut = piece.cut;
      line.asked = piece.asked;
      line.decayed = piece.value;
      line.in_item = line.counted = piece.in_item;
      line.start = piece.start;
      line.end = piece.end;
      line_order_.push_back(piece.order);
      sum += piece.in_item;
      if (projects) {
        line.origin = Origin::kProject;
        line.project = subject_->projects[piece.source].project;
        continue;
      }
      const Fact& fact = facts_[piece.source];
      line.evidence = fact.evidence;
      line.contested = fact.contested;
      if (!t_->rules[piece.rule].repairs.empty())
        line.repair_from = RepairFrom(piece, pass.selection.day);
    }
    CheckSums(state.own_origin != Origin::kEvidence || sum == state.value,
              "the lines of an item do not sum to its value");
  }
  line_begin_[t_->items.size()] = static_cast<uint32_t>(outcome.lines.size());
}

// A repair may be asked for when the class in force on the day says so, reckoned from determination.
Day Evaluator::Impl::RepairFrom(const Piece& piece, Day day) const {
  const Rule& rule = t_->rules[piece.rule];
  for (uint32_t i = rule.repairs.begin; i < rule.repairs.end; ++i) {
    const Repair& repair = t_->repairs[i];
    if (repair.from <= day && day < repair.until)
      return calendar_.AddMonths(facts_[piece.source].determined, repair.min_months);
  }
  return kNoDay;
}

Range Evaluator::Impl::LinesOf(const Range& items) const {
  return {line_begin_[items.begin], line_begin_[items.end]};
}

Range Evaluator::Impl::ItemsOf(const Member& member) const {
  Range items = member.is_group ? t_->groups[member.index].items
                                : Range{member.index, member.index + uint32_t{1}};
  if (member.full_item != kNoIndex) items.end = member.full_item + uint32_t{1};
  return items;
}

// Puts the numbers of the lines of some items into scratch_, in the order (start, id, item): lines
// without a start come first.
void Evaluator::Impl::OrderLines(const Range& items) {
  const Range lines = LinesOf(items);
  scratch_.clear();
  for (uint32_t i = lines.begin; i < lines.end; ++i) scratch_.push_back(i);
  std::stable_sort(scratch_.begin(), scratch_.end(), [&](uint32_t a, uint32_t b) {
    const Line& x = outcome_.lines[a];
    const Line& y = outcome_.lines[b];
    return x.start != y.start ? x.start < y.start : line_order_[a] < line_order_[b];
  });
}

void Evaluator::Impl::DistributeMix(const Pass& pass, uint16_t index, Outcome& outcome) {
  const Group& group = t_->groups[index];
  std::vector<int32_t> weight_of_line(outcome.lines.size(), 0);
  Wide weights = 0;
  for (uint32_t m = group.members.begin; m < group.members.end; ++m) {
    const Member& rater = t_->members[m];
    const Range lines = LinesOf(ItemsOf(rater));
    for (uint32_t i = lines.begin; i < lines.end; ++i) weight_of_line[i] = rater.weight;
    const bool counts = ValueOf(pass, rater).present || rater.missing == policy::v1::Rater::FULL ||
                        rater.missing == policy::v1::Rater::ZERO;
    if (counts) weights += rater.weight;
  }
  OrderLines(group.items);
  Wide sum = 0;
  Wide given = 0;
  for (const uint32_t i : scratch_) {
    Line& line = outcome.lines[i];
    sum += static_cast<Wide>(line.counted) * weight_of_line[i];
    const Wide total = RoundedQuotient(sum, weights);
    const auto counted = static_cast<Hundredths>(total - given);
    given = total;
    if (counted == line.counted) continue;
    line.counted = counted;
    line.cut = Cut::kWeight;
    line.cut_group = index;
  }
}

void Evaluator::Impl::DropLosers(const Pass& pass, uint16_t index, Outcome& outcome) {
  const Group& group = t_->groups[index];
  const Member* winner = nullptr;
  const auto size = [](Hundredths v) { return v < 0 ? -v : v; };
  for (uint32_t m = group.members.begin; m < group.members.end; ++m) {
    const Member& member = t_->members[m];
    const Sum value = ValueOf(pass, member);
    if (value.present &&
        (winner == nullptr || size(value.value) > size(ValueOf(pass, *winner).value)))
      winner = &member;
  }
  for (uint32_t m = group.members.begin; m < group.members.end; ++m) {
    if (&t_->members[m] == winner) continue;
    const Range lines = LinesOf(ItemsOf(t_->members[m]));
    for (uint32_t i = lines.begin; i < lines.end; ++i) {
      Line& line = outcome.lines[i];
      if (line.counted == 0) continue;
      line.counted = 0;
      line.cut = Cut::kNotCumulative;
      line.cut_group = index;
    }
  }
}

void Evaluator::Impl::CutGroup(uint16_t index, Outcome& outcome) {
  const Group& group = t_->groups[index];
  const Range lines = LinesOf(group.items);
  Hundredths sum = 0;
  for (uint32_t i = lines.begin; i < lines.end; ++i) sum += outcome.lines[i].counted;
  if (lines.empty() || group.limits.Holds(sum)) return;
  OrderLines(group.items);
  CutToLimits(
      scratch_.size(),
      group.limits,
      [&](size_t i) -> Hundredths& { return outcome.lines[scratch_[i]].counted; },
      [&](size_t i) {
        Line& line = outcome.lines[scratch_[i]];
        line.cut = Cut::kGroupLimits;
        line.cut_group = index;
      });
}

}  // namespace xince::evaluate
