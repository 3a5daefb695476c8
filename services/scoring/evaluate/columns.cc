#include "services/scoring/evaluate/columns.h"

#include <algorithm>
#include <tuple>

#include "services/scoring/evaluate/engine.h"

namespace xince::evaluate {
namespace {

// Numbers of the keys of a block's facts, a pair of subject and key having one.
class PairNumbers {
 public:
  void BeginSubject() {
    base_ += static_cast<uint32_t>(keys_.kept().size());
    keys_.Begin();
  }
  uint32_t NumberOf(uint32_t key) {
    bool is_new = false;
    const KeptPiece& known = keys_.Find({.part = key}, is_new);
    return base_ + static_cast<uint32_t>(&known - keys_.kept().data());
  }

 private:
  Keeper keys_;
  uint32_t base_ = 0;
};

void AddMeasures(absl::Span<const Fact> facts, FactColumns& columns) {
  for (KindColumns& kind : columns.kinds) {
    const uint32_t rows = kind.end - kind.begin;
    for (uint32_t row = kind.begin; row < kind.end; ++row) {
      const Fact& fact = facts[columns.fact[row]];
      for (uint16_t i = 0; i < fact.measure_count; ++i) {
        const MeasureValue& measure = fact.measures[i];
        const MeasureColumn* column = kind.Find(measure.name);
        if (column == nullptr) {
          const auto begin = static_cast<uint32_t>(columns.values.size());
          column = &kind.measures.emplace_back(MeasureColumn{measure.name, begin});
          columns.values.resize(begin + rows, kNoMeasure);
        }
        columns.values[column->begin + row - kind.begin] = Held(measure.value);
      }
    }
  }
  columns.values.shrink_to_fit();
}

}  // namespace

FactColumns ColumnsOf(absl::Span<const Fact> facts, absl::Span<const uint32_t> ends) {
  FactColumns columns;
  if (facts.size() > kColumnFactsMax) return columns;
  std::vector<uint8_t> subjects(facts.size());
  std::vector<uint16_t> matters(facts.size());
  std::vector<uint16_t> issuers(facts.size());
  PairNumbers matter_numbers;
  PairNumbers issuer_numbers;
  uint32_t begin = 0;
  for (size_t subject = 0; subject < ends.size(); begin = ends[subject++]) {
    matter_numbers.BeginSubject();
    issuer_numbers.BeginSubject();
    for (uint32_t i = begin; i < ends[subject]; ++i) {
      subjects[i] = static_cast<uint8_t>(subject);
      if (facts[i].matter != 0)
        matters[i] = static_cast<uint16_t>(matter_numbers.NumberOf(facts[i].matter) + 1);
      issuers[i] = static_cast<uint16_t>(issuer_numbers.NumberOf(facts[i].issuer));
    }
  }
  columns.fact.reserve(facts.size());
  for (uint32_t i = 0; i < facts.size(); ++i) {
    if (facts[i].reach != 0) columns.fact.push_back(i);
  }
  std::sort(columns.fact.begin(), columns.fact.end(), [&](uint32_t a, uint32_t b) {
    const Fact& x = facts[a];
    const Fact& y = facts[b];
    return std::tie(x.kind, x.determined, x.order, a) < std::tie(y.kind, y.determined, y.order, b);
  });
  const auto column = [&](auto& of, const auto& value) {
    of.reserve(columns.fact.size());
    for (const uint32_t i : columns.fact) of.push_back(value(i));
  };
  column(columns.determined, [&](uint32_t i) { return facts[i].determined; });
  column(columns.subject, [&](uint32_t i) { return subjects[i]; });
  column(columns.level, [&](uint32_t i) { return facts[i].level; });
  column(columns.issuer_level, [&](uint32_t i) { return facts[i].issuer_level; });
  column(columns.reach, [&](uint32_t i) { return facts[i].reach; });
  column(columns.points, [&](uint32_t i) { return facts[i].points; });
  column(columns.matter, [&](uint32_t i) { return matters[i]; });
  column(columns.issuer, [&](uint32_t i) { return issuers[i]; });
  for (uint32_t row = 0; row < columns.fact.size(); ++row) {
    const Fact& fact = facts[columns.fact[row]];
    if (columns.kinds.empty() || columns.kinds.back().kind != fact.kind) {
      KindColumns& kind = columns.kinds.emplace_back();
      kind.kind = fact.kind;
      kind.begin = row;
      kind.reach_of_all = fact.reach;
    }
    columns.kinds.back().end = row + 1;
    columns.kinds.back().reach_of_all &= fact.reach;
  }
  AddMeasures(facts, columns);
  return columns;
}

}  // namespace xince::evaluate
