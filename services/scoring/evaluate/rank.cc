#include "services/scoring/evaluate/rank.h"

#include <algorithm>
#include <numeric>

#include "services/scoring/evaluate/arithmetic.h"

namespace xince::evaluate {
namespace {

// Whether `a` comes before `b`.
bool Before(const Tables& tables, const Ranked& a, const Ranked& b) {
  if (a.score != b.score) return a.score > b.score;
  for (size_t i = 0; i < tables.tie_breaks.size(); ++i) {
    if (a.tie_breaks[i] == b.tie_breaks[i]) continue;
    return (a.tie_breaks[i] < b.tie_breaks[i]) == tables.tie_breaks[i].smaller_first;
  }
  return a.name < b.name;
}

}  // namespace

std::vector<Hundredths> TieBreakValues(const CompiledSubjectPolicy& policy,
                                       const Outcome& outcome,
                                       const SubjectFacts& subject) {
  std::vector<Hundredths> values;
  for (const TieBreakRow& row : policy.tables().tie_breaks) {
    if (row.by == TieBreakRow::By::kItem) {
      values.push_back(outcome.items[row.index].value);
    } else if (row.by == TieBreakRow::By::kGroup) {
      values.push_back(outcome.groups[row.index].value);
    } else {
      const auto found = std::find_if(
          subject.attributes.begin(), subject.attributes.end(), [&](const Attribute& a) {
            return a.name == row.attribute && a.from <= outcome.day && outcome.day < a.until;
          });
      values.push_back(found == subject.attributes.end() ? 0 : found->number);
    }
  }
  return values;
}

std::vector<int> RankGrades(const CompiledSubjectPolicy& policy,
                            absl::Span<const Ranked> population) {
  const Tables& tables = policy.tables();
  std::vector<uint32_t> order(population.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return Before(tables, population[a], population[b]);
  });
  std::vector<int> rows(population.size(), -1);
  for (size_t row = 0; row < tables.grades.size(); ++row) {
    const GradeRow& grade = tables.grades[row];
    const Wide share = static_cast<Wide>(population.size()) * grade.percent;
    Wide left = grade.quota ? (share + (grade.round_up ? 9999 : 0)) / 10000
                            : static_cast<Wide>(population.size());
    for (const uint32_t i : order) {
      if (left == 0) break;
      if (rows[i] >= 0 || (population[i].grade_rows >> row & 1U) == 0) continue;
      rows[i] = static_cast<int>(row);
      --left;
    }
  }
  return rows;
}

}  // namespace xince::evaluate
