#include "services/scoring/evaluate/block.h"

#include <algorithm>

#include "services/scoring/evaluate/block_engine.h"

namespace xince::evaluate {

using policy::v1::Rater;

void BlockLook::Begin(const Selection& with, size_t gatherings, size_t finishes) {
  selection = with;
  if (gathered.size() < gatherings) gathered.resize(gatherings);
  if (finished.size() < finishes) finished.resize(finishes);
  has_gathered.assign(gatherings, 0);
  has_finished.assign(finishes, 0);
}

void BlockPass::Begin(size_t of_side, BlockLook& with, const Calendar& calendar) {
  side = of_side;
  look = &with;
  head.selection = with.selection;
  head.year = calendar.YearHolding(with.selection.day);
  has_items = has_groups = has_grade = false;
}

BlockEvaluator::BlockEvaluator() : impl_(std::make_unique<Impl>()) {}
BlockEvaluator::~BlockEvaluator() = default;

void BlockEvaluator::Run(const BlockRules& rules, const BlockFacts& block, Day day) {
  impl_->Run(rules, block, day);
}

const BlockOutcome& BlockEvaluator::outcome(size_t side) const { return impl_->outcome(side); }

void BlockEvaluator::Impl::Run(const BlockRules& rules, const BlockFacts& block, Day day) {
  rules_ = &rules;
  block_ = &block;
  columns_ = block.columns;
  subjects_ = block.subjects;
  used_looks_ = used_passes_ = 0;
  IndexKinds();
  for (size_t side = 0; side < 2; ++side) {
    if (!rules.Covers(side)) continue;
    Use(TablesOf(side));
    BlockPass& pass = PassOf(side, {.day = day});
    BlockOutcome& outcome = outcomes_[side];
    Grade(pass);
    outcome.score = pass.groups.back();
    outcome.grade = pass.grade;
    outcome.rated = pass.rated;
    Effects(pass, outcome);
  }
}

void BlockEvaluator::Impl::Use(const Tables& tables) {
  engine_.t_ = &tables;
  engine_.calendar_ = Calendar(tables.year_month);
  engine_.subject_ = &nobody_;
}

BlockLook& BlockEvaluator::Impl::LookAt(const Selection& selection) {
  for (size_t i = 0; i < used_looks_; ++i) {
    if (looks_[i].selection == selection) return looks_[i];
  }
  if (used_looks_ == looks_.size()) looks_.emplace_back();
  BlockLook& look = looks_[used_looks_++];
  look.Begin(selection, rules_->gatherings_.size(), rules_->finishes_.size());
  return look;
}

BlockPass& BlockEvaluator::Impl::PassOf(size_t side, const Selection& selection) {
  for (size_t i = 0; i < used_passes_; ++i) {
    if (passes_[i].side == side && passes_[i].head.selection == selection) return passes_[i];
  }
  if (used_passes_ == passes_.size()) passes_.emplace_back();
  BlockPass& pass = passes_[used_passes_++];
  pass.Begin(side, LookAt(selection), Calendar(TablesOf(side).year_month));
  return pass;
}

void BlockEvaluator::Impl::Items(BlockPass& pass) {
  if (pass.has_items) return;
  pass.has_items = true;
  const Tables& tables = TablesOf(pass.side);
  pass.items.assign(tables.items.size(), nullptr);
  if (pass.head.selection.by == Selection::By::kActive) AddConstants(pass, tables);
  const std::vector<uint16_t>& finish_of_item = rules_->sides_[pass.side].finish_of_item;
  for (size_t i = 0; i < finish_of_item.size(); ++i) {
    if (finish_of_item[i] != kNoIndex) pass.items[i] = FinishItem(pass, finish_of_item[i]);
  }
}

// Bases have their own lines; full marks get one where a rater is missing.
void BlockEvaluator::Impl::AddConstants(BlockPass& pass, const Tables& tables) {
  size_t count = 0;
  for (const Item& item : tables.items) count += item.source == Item::Source::kEvidence ? 0 : 1;
  pass.constants.resize(count);
  size_t next = 0;
  for (uint16_t i = 0; i < tables.items.size(); ++i) {
    if (tables.items[i].source == Item::Source::kEvidence) continue;
    BlockItems& items = pass.constants[next++];
    std::fill(items.begin(), items.begin() + subjects_, BlockItem());
    if (tables.items[i].source == Item::Source::kBase) OwnLines(pass, tables, i, items);
    pass.items[i] = &items;
  }
}

// What an item comes to under the look of the pass; the same for everybody who asks alike.
const BlockItems* BlockEvaluator::Impl::FinishItem(BlockPass& pass, uint16_t finish) {
  BlockLook& look = *pass.look;
  const Finish& of = rules_->finishes_[finish];
  BlockItems& items = look.finished[finish];
  if (look.has_finished[finish] != 0) return &items;
  look.has_finished[finish] = 1;
  const Gathering& gathering = rules_->gatherings_[of.gathering];
  if (gathering.users == 1) {
    GatherItem(gathering, look.selection, items);
  } else {
    BlockItems& gathered = look.gathered[of.gathering];
    if (look.has_gathered[of.gathering] == 0) GatherItem(gathering, look.selection, gathered);
    look.has_gathered[of.gathering] = 1;
    std::copy(gathered.begin(), gathered.begin() + subjects_, items.begin());
  }
  CountItem(pass, *of.tables, of.item, items);
  return &items;
}

// What Evaluator::Impl::CountItem does, for all subjects.
void BlockEvaluator::Impl::CountItem(BlockPass& pass,
                                     const Tables& tables,
                                     uint16_t index,
                                     BlockItems& items) {
  const Item& item = tables.items[index];
  for (size_t s = 0; s < subjects_; ++s) {
    items[s].value = items[s].demerits + items[s].merits;
    items[s].present = items[s].count > 0;
  }
  for (size_t s = 0; s < subjects_ && item.min_pieces > 1; ++s) {
    if (items[s].count < item.min_pieces) items[s] = BlockItem();
  }
  // Shares of a mean that a period asks for sum to it already.
  for (size_t s = 0; s < subjects_ && item.mean && !item.period_asked; ++s) {
    BlockItem& of = items[s];
    const uint32_t pieces = item.keep == Item::Keep::kEach ? of.count : of.kept;
    if (pieces > 1) of.value = RoundedQuotient(of.value, int64_t{pieces});
  }
  if (item.not_applicable != kNone || item.expects) OwnLines(pass, tables, index, items);
  if (!item.limits.limits()) return;
  for (size_t s = 0; s < subjects_; ++s) {
    BlockItem& of = items[s];
    if (of.count == 0) continue;
    const Hundredths value = std::clamp(of.value, item.limits.least, item.limits.most);
    of.merits -= std::max<Hundredths>(of.value - value, 0);
    of.demerits += std::max<Hundredths>(value - of.value, 0);
    of.value = value;
  }
}

// What Evaluator::Impl::OwnLine does, for the subjects without pieces and those the item is not for.
void BlockEvaluator::Impl::OwnLines(BlockPass& pass,
                                    const Tables& tables,
                                    uint16_t index,
                                    BlockItems& items) {
  const Item& item = tables.items[index];
  const bool active = pass.head.selection.by == Selection::By::kActive;
  const bool is_base = item.source == Item::Source::kBase;
  Truth spared{};
  Truth credited{};
  if (item.not_applicable != kNone) Holds(item.not_applicable, pass, spared);
  const uint32_t when = is_base ? item.when : item.expected;
  if (when == kNone) {
    credited.fill(1);
  } else {
    Holds(when, pass, credited);
  }
  const bool due = item.expects && engine_.IsDue(item, pass.head.selection.day);
  for (size_t s = 0; s < subjects_; ++s) {
    BlockItem& of = items[s];
    if (spared[s] == 0 && of.count > 0) continue;
    of = BlockItem();
    if (!active) continue;
    Hundredths line = 0;
    if (is_base) {
      line = credited[s] != 0 ? item.amount : item.otherwise;
    } else if (spared[s] != 0) {
      line = item.not_applicable_points;
    } else if (due && credited[s] != 0) {
      line = item.expected_points;
    } else {
      continue;
    }
    of.present = true;
    of.negative_lines = line < 0 ? 1 : 0;
    of.value = std::clamp(line, item.limits.least, item.limits.most);
  }
}

Sum BlockEvaluator::Impl::ValueOf(const BlockPass& pass,
                                  const Member& member,
                                  size_t subject) const {
  if (member.is_group)
    return {pass.groups[member.index][subject], pass.groups_present[member.index][subject] != 0};
  const BlockItems* items = pass.items[member.index];
  if (items == nullptr) return {};
  return {(*items)[subject].value, (*items)[subject].present};
}

// What Evaluator::Impl::Groups does, for all subjects.
void BlockEvaluator::Impl::Groups(BlockPass& pass) {
  if (pass.has_groups) return;
  Items(pass);
  pass.has_groups = true;
  const Tables& tables = TablesOf(pass.side);
  const size_t count = tables.groups.size();
  pass.groups.resize(count);
  pass.groups_present.resize(count);
  pass.rated.fill(1);
  pass.negative_full_marks.fill(0);
  for (size_t g = 0; g < count; ++g) {
    pass.groups[g].fill(0);
    pass.groups_present[g].fill(0);
  }
  for (uint16_t g = 0; g < count; ++g) {
    const Group& group = tables.groups[g];
    BySubject<Hundredths>& values = pass.groups[g];
    Truth& present = pass.groups_present[g];
    for (const uint16_t item : rules_->sides_[pass.side].items_of_group[g]) {
      if (pass.items[item] == nullptr) continue;
      const BlockItems& items = *pass.items[item];
      for (size_t s = 0; s < subjects_; ++s) {
        values[s] += items[s].value;
        present[s] |= items[s].present ? 1 : 0;
      }
    }
    for (size_t s = 0; s < subjects_ && group.mode != Group::Mode::kSum; ++s) {
      const Sum sum =
          group.mode == Group::Mode::kMix ? MixOf(pass, group, s) : HighestOf(pass, group, s);
      values[s] = sum.value;
      present[s] = sum.present ? 1 : 0;
    }
    const bool has_parent = group.parent != kNoIndex;
    for (size_t s = 0; s < subjects_; ++s) {
      const Hundredths held = std::clamp(values[s], group.limits.least, group.limits.most);
      values[s] = present[s] != 0 ? held : values[s];
      if (!has_parent) continue;
      pass.groups[group.parent][s] += values[s];
      pass.groups_present[group.parent][s] |= present[s];
    }
  }
  for (const uint16_t veto : tables.veto_items) {
    if (tables.items[veto].veto != Item::VetoEffect::kNotRated) continue;
    for (size_t s = 0; s < subjects_; ++s) {
      if ((*pass.items[veto])[s].count > 0) pass.rated[s] = 0;
    }
  }
}

Sum BlockEvaluator::Impl::HighestOf(const BlockPass& pass,
                                    const Group& group,
                                    size_t subject) const {
  const Tables& tables = TablesOf(pass.side);
  const auto size = [](Hundredths v) { return v < 0 ? -v : v; };
  Sum highest;
  for (uint32_t i = group.members.begin; i < group.members.end; ++i) {
    const Sum member = ValueOf(pass, tables.members[i], subject);
    if (!member.present) continue;
    if (!highest.present || size(member.value) > size(highest.value)) highest = member;
  }
  return highest;
}

Sum BlockEvaluator::Impl::MixOf(BlockPass& pass, const Group& group, size_t subject) const {
  const Tables& tables = TablesOf(pass.side);
  Wide weights = 0;
  Wide sum = 0;
  bool present = false;
  for (uint32_t i = group.members.begin; i < group.members.end; ++i) {
    const Member& rater = tables.members[i];
    const Sum value = ValueOf(pass, rater, subject);
    if (!value.present && rater.missing == Rater::NOT_RATED) pass.rated[subject] = 0;
    const bool full = !value.present && rater.missing == Rater::FULL;
    if (value.present || full || rater.missing == Rater::ZERO) weights += rater.weight;
    if (!value.present && !full) continue;
    present = true;
    const Hundredths counted = full ? tables.items[rater.full_item].amount : value.value;
    sum += static_cast<Wide>(counted) * rater.weight;
    // A negative line of its own, which conditions may count.
    if (full && counted < 0) pass.negative_full_marks[subject] += 1;
  }
  if (!present) return {};
  return {static_cast<Hundredths>(RoundedQuotient(sum, weights)), true};
}

// What Evaluator::Impl::Grade does where no grade is by rank.
void BlockEvaluator::Impl::Grade(BlockPass& pass) {
  if (pass.has_grade) return;
  Groups(pass);
  pass.has_grade = true;
  const Tables& tables = TablesOf(pass.side);
  pass.grade.fill(kNoIndex);
  size_t undecided = subjects_;
  Truth holds;
  for (uint16_t row = 0; row < tables.grades.size() && undecided > 0; ++row) {
    const GradeRow& grade = tables.grades[row];
    if (grade.when == kNone) {
      holds.fill(1);
    } else {
      Holds(grade.when, pass, holds);
    }
    for (size_t s = 0; s < subjects_; ++s) {
      const bool takes = holds[s] != 0 && pass.grade[s] == kNoIndex;
      pass.grade[s] = takes ? row : pass.grade[s];
      undecided -= takes ? 1 : 0;
    }
  }
  for (const uint16_t veto : tables.veto_items) {
    const Item& item = tables.items[veto];
    if (item.veto != Item::VetoEffect::kGrade) continue;
    for (size_t s = 0; s < subjects_; ++s) {
      if ((*pass.items[veto])[s].count > 0 && pass.grade[s] != kNoIndex)
        pass.grade[s] = std::max(pass.grade[s], item.veto_grade);
    }
  }
  for (size_t s = 0; s < subjects_; ++s) {
    if (pass.rated[s] == 0) pass.grade[s] = kNoIndex;
  }
}

void BlockEvaluator::Impl::Effects(BlockPass& pass, BlockOutcome& outcome) {
  const Tables& tables = TablesOf(pass.side);
  outcome.restrictions.resize(tables.restrictions.size());
  outcome.proposals.resize(tables.proposals.size() + tables.veto_items.size());
  outcome.has_effects.fill(0);
  const auto note = [&](const Truth& holds) {
    for (size_t s = 0; s < subjects_; ++s) outcome.has_effects[s] |= holds[s];
  };
  for (size_t i = 0; i < tables.restrictions.size(); ++i) {
    Restrict(pass, tables.restrictions[i], outcome.restrictions[i]);
    note(outcome.restrictions[i]);
  }
  for (size_t i = 0; i < tables.proposals.size(); ++i) {
    Holds(tables.proposals[i].when, pass, outcome.proposals[i]);
    note(outcome.proposals[i]);
  }
  for (size_t i = 0; i < tables.veto_items.size(); ++i) {
    const uint16_t veto = tables.veto_items[i];
    Truth& proposed = outcome.proposals[tables.proposals.size() + i];
    const bool proposes = tables.items[veto].veto == Item::VetoEffect::kList;
    for (size_t s = 0; s < subjects_; ++s)
      proposed[s] = proposes && (*pass.items[veto])[s].count > 0 ? 1 : 0;
    note(proposed);
  }
}

// Whether the restriction holds because of the day, or of what an earlier year came to.
void BlockEvaluator::Impl::Restrict(BlockPass& pass, const RestrictionRow& row, Truth& holds) {
  Holds(row.when, pass, holds);
  for (int back = 1; back <= row.carry_years; ++back) {
    const Day last = engine_.calendar_.YearStart(pass.head.year.number - back + 1) - 1;
    Truth held;
    Holds(row.when, PassOf(pass.side, {.day = last}), held);
    for (size_t s = 0; s < subjects_; ++s) holds[s] |= held[s];
  }
}

}  // namespace xince::evaluate
