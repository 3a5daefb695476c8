#include <set>

#include "services/scoring/policy/checker.h"

namespace xince::policy {

void CheckRulemaking(const v1::Pack& pack, const Node& node, Report& report) {
  if (!pack.has_rulemaking()) return;
  if (pack.jurisdiction() != "0")
    report.Add(node,
               "rulemaking",
               -1,
               "only a pack of the nation says how packs come about",
               "只有国家规则包可以载明制定程序");
  const v1::RulemakingRules& rules = pack.rulemaking();
  const Node child = Report::Child(node, "rulemaking", -1, rules);
  bool for_all = false;
  for (int i = 0; i < rules.consultation_size(); ++i) {
    const v1::ConsultationRule& rule = rules.consultation(i);
    const Node at = Report::Child(child, "consultation", i, rule);
    if (rule.days() == 0) report.Add(at, "days", -1, "days is missing", "缺少 days");
    report.AtMost(at, "days", rule.days(), kConsultationDaysMax);
    std::set<int> effects;
    for (int j = 0; j < rule.list_effects_size(); ++j) {
      if (rule.list_effects(j) == v1::ListDefinition::EFFECT_UNSPECIFIED)
        report.Add(at, "list_effects", j, "the effect is not said", "效果未说明");
      if (!effects.insert(rule.list_effects(j)).second)
        report.Add(at, "list_effects", j, "the effect is named already", "效果重复");
    }
    for_all |= rule.list_effects().empty();
    if (rule.has_source())
      CheckSource(pack, rule.source(), Report::Child(at, "source", -1, rule.source()), report);
    else
      report.Add(at, "source", -1, "the source is missing", "缺少依据");
  }
  if (!for_all)
    report.Add(
        child, "consultation", -1, "no rule is for every pack", "缺少适用于所有规则包的期限");
}

}  // namespace xince::policy
