#include "services/scoring/backtest/population.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <tuple>

namespace xince::backtest {
namespace {

void CopyTable(const evaluate::SymbolTable& from, evaluate::SymbolTable& to) {
  for (size_t i = 1; i <= from.size(); ++i)
    to.Intern(from.WordOf(static_cast<evaluate::Symbol>(i)));
}

template <typename T>
Stretch Append(absl::Span<const T> values, std::vector<T>& to) {
  const auto begin = static_cast<uint32_t>(to.size());
  to.insert(to.end(), values.begin(), values.end());
  return {begin, static_cast<uint32_t>(to.size())};
}

void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "population: %s\n", what);
  std::abort();
}

}  // namespace

size_t KindIndex(type::SubjectKind kind) {
  return static_cast<size_t>(std::find(kKinds.begin(), kKinds.end(), kind) - kKinds.begin());
}

void CopyWords(const evaluate::Vocabulary& from, evaluate::Vocabulary& to) {
  CopyTable(from.kinds, to.kinds);
  CopyTable(from.names, to.names);
}

Population::Population(const evaluate::Vocabulary& words, uint64_t revision) : revision_(revision) {
  CopyWords(words, vocabulary_);
}

uint32_t Population::DistrictOf(absl::string_view district) {
  const auto found = district_numbers_.find(district);
  if (found != district_numbers_.end()) return found->second;
  const auto number = static_cast<uint32_t>(districts_.size());
  districts_.emplace_back(district);
  district_subjects_.push_back(0);
  district_numbers_.emplace(districts_.back(), number);
  return number;
}

void Population::Close(Block& block) {
  block.subjects.shrink_to_fit();
  block.facts.shrink_to_fit();
  block.determined.shrink_to_fit();
  block.runs.shrink_to_fit();
  block.attributes.shrink_to_fit();
  block.lists.shrink_to_fit();
  block.history.shrink_to_fit();
  block.repairs.shrink_to_fit();
  block.projects.shrink_to_fit();
  std::vector<uint32_t> ends;
  for (const Subject& subject : block.subjects) ends.push_back(subject.facts.end);
  block.columns = evaluate::ColumnsOf(block.facts, ends);
}

Block& Population::BlockFor(type::SubjectKind kind) {
  const size_t index = KindIndex(kind);
  Require(index >= last_kind_, "kinds come in the order of evaluation");
  last_kind_ = index;
  auto& blocks = blocks_[index];
  if (!blocks.empty() && blocks.back()->subjects.size() < kBlockSubjectsMax &&
      blocks.back()->facts.size() < kBlockFacts) {
    return *blocks.back();
  }
  if (!blocks.empty()) Close(*blocks.back());
  auto& block = blocks.emplace_back(std::make_unique<Block>());
  block->kind = kind;
  block->first = counts_[index];
  return *block;
}

// Facts of a kind together and by day: evaluation takes them in any order, and is quickest where what
// happens to one is what happened to the one before.
void Population::CopyFacts(absl::Span<const evaluate::Fact> facts, Block& block) {
  const auto begin = static_cast<std::ptrdiff_t>(block.facts.size());
  block.facts.insert(block.facts.end(), facts.begin(), facts.end());
  std::sort(block.facts.begin() + begin, block.facts.end(), [](const auto& a, const auto& b) {
    return std::tie(a.kind, a.determined, a.order) < std::tie(b.kind, b.determined, b.order);
  });
  for (auto fact = block.facts.begin() + begin; fact != block.facts.end(); ++fact) {
    fact->measures = block.measures.Copy({fact->measures, fact->measure_count});
    fact->tags = block.tags.Copy({fact->tags, fact->tag_count});
    block.determined.push_back(fact->determined);
  }
}

// Where facts of a kind begin and end.
Stretch Population::AddRuns(const Stretch& facts, Block& block) {
  const auto first = static_cast<uint32_t>(block.runs.size());
  for (uint32_t i = facts.begin; i < facts.end; ++i) {
    const evaluate::Symbol kind = block.facts[i].kind;
    const uint32_t at = i - facts.begin;
    if (block.runs.size() == first || block.runs.back().kind != kind)
      block.runs.push_back({.kind = kind, .begin = at, .end = at, .by_day = true});
    ++block.runs.back().end;
  }
  return {first, static_cast<uint32_t>(block.runs.size())};
}

void Population::Add(const NewSubject& subject) {
  const auto& blocks = blocks_[KindIndex(subject.kind)];
  Require(blocks.empty() || blocks.back()->subjects.back().name < subject.name,
          "names of a kind come in ascending order");
  Block& block = BlockFor(subject.kind);
  Subject& added = block.subjects.emplace_back();
  added.name = {block.names.Copy({subject.name.data(), subject.name.size()}), subject.name.size()};
  added.district = DistrictOf(subject.district);
  ++district_subjects_[added.district];
  added.facts.begin = static_cast<uint32_t>(block.facts.size());
  CopyFacts(subject.facts, block);
  added.facts.end = static_cast<uint32_t>(block.facts.size());
  added.runs = AddRuns(added.facts, block);
  added.attributes = Append(subject.attributes, block.attributes);
  added.lists = Append(subject.lists, block.lists);
  added.history = Append(subject.history, block.history);
  added.repairs = Append(subject.repairs, block.repairs);
  added.projects = Append(subject.projects, block.projects);
  facts_ += subject.facts.size();
  ++counts_[KindIndex(subject.kind)];
}

void Population::Finish() {
  for (auto& blocks : blocks_) {
    if (!blocks.empty()) Close(*blocks.back());
  }
}

}  // namespace xince::backtest
