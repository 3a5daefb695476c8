#include <algorithm>

#include "services/scoring/evaluate/engine.h"

namespace xince::evaluate {

using policy::v1::Rater;

Sum Evaluator::Impl::ValueOf(const Pass& pass, const Member& member) const {
  if (member.is_group) return pass.groups[member.index];
  const ItemState& state = pass.items[member.index];
  return {state.value, state.present};
}

void Evaluator::Impl::Groups(Pass& pass) {
  if (pass.has_groups) return;
  Items(pass);
  pass.has_groups = true;
  pass.groups.assign(t_->groups.size(), {});
  const auto add = [&](uint16_t group, Hundredths value, bool present) {
    pass.groups[group].value += value;
    pass.groups[group].present |= present;
  };
  for (const uint16_t item : pass.touched)
    add(t_->items[item].group, pass.items[item].value, pass.items[item].present);
  // Groups come after those under them.
  for (size_t i = 0; i < t_->groups.size(); ++i) {
    const Group& group = t_->groups[i];
    Sum& sum = pass.groups[i];
    if (group.mode == Group::Mode::kHighest) sum = HighestOf(pass, group);
    if (group.mode == Group::Mode::kMix) sum = MixOf(pass, group);
    if (sum.present) sum.value = std::clamp(sum.value, group.limits.least, group.limits.most);
    if (group.parent != kNoIndex) add(group.parent, sum.value, sum.present);
  }
  for (const uint16_t veto : t_->veto_items) {
    if (t_->items[veto].veto == Item::VetoEffect::kNotRated && pass.items[veto].count > 0)
      pass.rated = false;
  }
}

Sum Evaluator::Impl::HighestOf(const Pass& pass, const Group& group) const {
  Sum highest;
  for (uint32_t i = group.members.begin; i < group.members.end; ++i) {
    const Sum member = ValueOf(pass, t_->members[i]);
    if (!member.present) continue;
    const auto size = [](Hundredths v) { return v < 0 ? -v : v; };
    if (!highest.present || size(member.value) > size(highest.value)) highest = member;
  }
  return highest;
}

Sum Evaluator::Impl::MixOf(Pass& pass, const Group& group) {
  Wide weights = 0;
  Wide sum = 0;
  bool present = false;
  for (uint32_t i = group.members.begin; i < group.members.end; ++i) {
    const Member& rater = t_->members[i];
    const Sum value = ValueOf(pass, rater);
    if (value.present) {
      sum += static_cast<Wide>(value.value) * rater.weight;
    } else if (rater.missing == Rater::FULL) {
      ItemState& full = pass.items[rater.full_item];
      pass.touched.push_back(rater.full_item);
      full.own_origin = Origin::kRaterFull;
      full.own_line = full.value = t_->items[rater.full_item].amount;
      full.present = true;
      full.negative_lines = full.value < 0 ? 1 : 0;
      sum += static_cast<Wide>(full.value) * rater.weight;
    } else if (rater.missing != Rater::ZERO) {
      if (rater.missing == Rater::NOT_RATED) pass.rated = false;
      continue;
    } else {
      weights += rater.weight;
      continue;
    }
    weights += rater.weight;
    present = true;
  }
  if (!present) return {};
  return {static_cast<Hundredths>(RoundedQuotient(sum, weights)), true};
}

}  // namespace xince::evaluate
