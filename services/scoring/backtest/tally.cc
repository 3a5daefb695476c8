#include "services/scoring/backtest/tally.h"

#include <algorithm>

#include "xince/policy/v1/backtest.pb.h"

namespace xince::backtest {
namespace {

using evaluate::CompiledSubjectPolicy;
using policy::v1::BacktestCrossing;

// Codes of a policy's restrictions, and lists of its proposals, by index.
std::vector<std::string> CodesOf(const CompiledSubjectPolicy* policy) {
  std::vector<std::string> codes;
  if (policy == nullptr) return codes;
  for (size_t i = 0; i < policy->tables().restrictions.size(); ++i)
    codes.push_back(policy->restriction(static_cast<uint16_t>(i)).code());
  return codes;
}

std::vector<std::string> ListsOf(const CompiledSubjectPolicy* policy) {
  std::vector<std::string> lists;
  if (policy == nullptr) return lists;
  const auto& tables = policy->tables();
  const size_t proposals = tables.proposals.size() + tables.veto_items.size();
  for (size_t i = 0; i < proposals; ++i) {
    // A veto that proposes nothing has a place of its own that no outcome names.
    const bool proposes = i < tables.proposals.size() ||
                          tables.items[tables.veto_items[i - tables.proposals.size()]].veto ==
                              evaluate::Item::VetoEffect::kList;
    lists.emplace_back(proposes ? policy->proposal_list(static_cast<uint16_t>(i)) : "");
  }
  return lists;
}

std::vector<std::string> Union(const std::vector<std::string>& a,
                               const std::vector<std::string>& b) {
  std::vector<std::string> both;
  for (const auto* words : {&a, &b}) {
    for (const std::string& word : *words) {
      if (!word.empty()) both.push_back(word);
    }
  }
  std::sort(both.begin(), both.end());
  both.erase(std::unique(both.begin(), both.end()), both.end());
  return both;
}

std::vector<uint16_t> NumbersOf(const std::vector<std::string>& words,
                                const std::vector<std::string>& all,
                                size_t offset) {
  std::vector<uint16_t> numbers;
  for (const std::string& word : words) {
    const auto at = std::lower_bound(all.begin(), all.end(), word) - all.begin();
    numbers.push_back(static_cast<uint16_t>(static_cast<size_t>(at) + offset));
  }
  return numbers;
}

void AddGrades(const CompiledSubjectPolicy* policy, Words& words, std::vector<uint16_t>& numbers) {
  if (policy == nullptr) return;
  for (size_t row = 0; row < policy->tables().grades.size(); ++row) {
    const std::string id(policy->grade_id(static_cast<uint16_t>(row)));
    const auto found = std::find(words.grades.begin(), words.grades.end(), id);
    numbers.push_back(static_cast<uint16_t>(found - words.grades.begin()));
    if (found == words.grades.end()) words.grades.push_back(id);
  }
}

}  // namespace

Words WordsOf(const CompiledSubjectPolicy* before, const CompiledSubjectPolicy* after) {
  Words words;
  AddGrades(before, words, words.sides[0].grades);
  AddGrades(after, words, words.sides[1].grades);
  for (const absl::string_view none : {kNoGrade, kNotRated, kNoRules})
    words.grades.emplace_back(none);
  const std::array<std::vector<std::string>, 2> codes = {CodesOf(before), CodesOf(after)};
  const std::array<std::vector<std::string>, 2> lists = {ListsOf(before), ListsOf(after)};
  const std::vector<std::string> restrictions = Union(codes[0], codes[1]);
  const std::vector<std::string> proposals = Union(lists[0], lists[1]);
  words.restrictions = restrictions.size();
  words.effects = restrictions;
  words.effects.insert(words.effects.end(), proposals.begin(), proposals.end());
  for (size_t side = 0; side < 2; ++side) {
    words.sides[side].restrictions = NumbersOf(codes[side], restrictions, 0);
    words.sides[side].proposals = NumbersOf(lists[side], proposals, words.restrictions);
  }
  return words;
}

size_t SizeBandOf(size_t projects) {
  size_t band = 0;
  while (band < kSizeBelow.size() && projects >= static_cast<size_t>(kSizeBelow[band])) ++band;
  return band;
}

size_t MovementBandOf(Hundredths movement) {
  size_t band = 0;
  while (band < kMovementMost.size() && movement > kMovementMost[band]) ++band;
  return band;
}

void Tally::Begin(const Words& words) {
  evaluated = movers = 0;
  cells.assign(words.grades.size() * words.grades.size(), 0);
  movement.fill(0);
  crossings.assign(words.effects.size(), {});
}

void Tally::Count(const Words& words, const Verdict& before, const Verdict& after, bool moved) {
  ++evaluated;
  ++cells[before.grade * words.grades.size() + after.grade];
  if (before.rated && after.rated) ++movement[MovementBandOf(after.score - before.score)];
  if (moved) ++movers;
  if (before.effects.empty() && after.effects.empty()) return;
  for (const uint16_t effect : after.effects) {
    const bool kept = std::binary_search(before.effects.begin(), before.effects.end(), effect);
    ++crossings[effect][kept ? 2 : 0];
  }
  for (const uint16_t effect : before.effects) {
    if (!std::binary_search(after.effects.begin(), after.effects.end(), effect))
      ++crossings[effect][1];
  }
}

void Tally::Add(const Tally& other) {
  evaluated += other.evaluated;
  movers += other.movers;
  for (size_t i = 0; i < cells.size(); ++i) cells[i] += other.cells[i];
  for (size_t i = 0; i < movement.size(); ++i) movement[i] += other.movement[i];
  for (size_t i = 0; i < crossings.size(); ++i) {
    for (size_t j = 0; j < 3; ++j) crossings[i][j] += other.crossings[i][j];
  }
}

void Tally::Write(const Words& words, policy::v1::BacktestSlice& slice) const {
  slice.set_evaluated(evaluated);
  slice.set_movers(movers);
  for (size_t i = 0; i < cells.size(); ++i) {
    if (cells[i] == 0) continue;
    auto* cell = slice.add_matrix();
    cell->set_from(words.grades[i / words.grades.size()]);
    cell->set_to(words.grades[i % words.grades.size()]);
    cell->set_count(cells[i]);
  }
  for (size_t i = 0; i < kMovementBands; ++i) {
    if (movement[i] == 0) continue;
    auto* band = slice.add_movement();
    if (i > 0) band->set_least_hundredths(kMovementMost[i - 1] + 1);
    if (i < kMovementMost.size()) band->set_most_hundredths(kMovementMost[i]);
    band->set_count(movement[i]);
  }
  for (size_t i = 0; i < crossings.size(); ++i) {
    if (crossings[i] == std::array<int64_t, 3>{}) continue;
    auto* crossing = slice.add_crossings();
    crossing->set_effect(i < words.restrictions ? BacktestCrossing::EFFECT_RESTRICTION
                                                : BacktestCrossing::EFFECT_PROPOSAL);
    crossing->set_code(words.effects[i]);
    crossing->set_gained(crossings[i][0]);
    crossing->set_lost(crossings[i][1]);
    crossing->set_kept(crossings[i][2]);
  }
}

}  // namespace xince::backtest
