#include <algorithm>

#include "services/scoring/evaluate/engine.h"

// Which items take a piece, and what they may ask for it.
namespace xince::evaluate {

bool Evaluator::Impl::AsksOf(const Rule& rule, const Fact& fact, Use& use) const {
  Piece piece;
  if (rule.points == PointsRule::kEscalation) {
    for (uint32_t row = rule.rows.begin; row < rule.rows.end; ++row) {
      SetPoints(rule, {t_->rows[row], 1}, piece);
      use.least =
          row == rule.rows.begin ? piece.asked : std::min<Hundredths>(use.least, piece.asked);
      use.most = row == rule.rows.begin ? piece.asked : std::max<Hundredths>(use.most, piece.asked);
    }
    return true;
  }
  if (rule.points != PointsRule::kGiven || rule.measure != 0) {
    if (!PointsOf(rule, fact, piece)) return false;
    use.least = use.most = piece.asked;
    return true;
  }
  Hundredths points = 0;
  bool decided = true;
  if (!WholePoints(rule, fact, points, decided)) return false;
  use.signs = rule.sign != Rule::Sign::kAsWritten;
  use.least = decided ? points : rule.piece_limits.least;
  use.most = decided ? points : rule.piece_limits.most;
  if (!decided && rule.sign == Rule::Sign::kDemerit) use.most = std::min<Hundredths>(use.most, 0);
  if (!decided && rule.sign == Rule::Sign::kMerit) use.least = std::max<Hundredths>(use.least, 0);
  return true;
}

std::vector<Use> Evaluator::Impl::UsesOf(const CompiledSubjectPolicy& policy, const Fact& fact) {
  const SubjectFacts nothing;
  t_ = &policy.tables();
  subject_ = &nothing;
  calendar_ = Calendar(t_->year_month);
  std::vector<Use> uses;
  if (fact.kind + size_t{1} < t_->kind_begin.size()) {
    for (uint32_t r = t_->kind_begin[fact.kind]; r < t_->kind_begin[fact.kind + 1]; ++r) {
      const KindRule& entry = t_->rule_of_kind[r];
      const Rule& rule = t_->rules[entry.rule];
      if ((entry.reach & fact.reach) == 0 || (rule.filtered && !Matches(rule, fact))) continue;
      Use use{.item = rule.item};
      if (AsksOf(rule, fact, use)) uses.push_back(use);
    }
  }
  subject_ = nullptr;
  std::stable_sort(
      uses.begin(), uses.end(), [](const Use& a, const Use& b) { return a.item < b.item; });
  return uses;
}

}  // namespace xince::evaluate
