#include <algorithm>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"

#include "services/scoring/policy/linter.h"

// What lists say of their entries is carried by kinds and procedures there are, and what takes rights
// away goes through the whole chain.
namespace xince::policy {
namespace {

using v1::CaseStep;
using v1::ListTerms;
using v1::StepGuard;

constexpr StepGuard::Kind kChain[] = {StepGuard::BASIS_PERMITTED,
                                      StepGuard::BASIS_IN_FORCE,
                                      StepGuard::CLOCK_OVER_OR_WAIVED,
                                      StepGuard::POINTS_ANSWERED,
                                      StepGuard::OTHER_PERSON,
                                      StepGuard::DECIDING_LEVEL};

const CaseStep* Opening(const v1::Procedure& procedure) {
  const auto found = std::find_if(procedure.steps().begin(),
                                  procedure.steps().end(),
                                  [](const CaseStep& step) { return step.from().empty(); });
  return found == procedure.steps().end() ? nullptr : &*found;
}

// What of the chain a deciding step lacks.
std::set<StepGuard::Kind> Lacking(const v1::Procedure& procedure, const CaseStep& step) {
  std::set<StepGuard::Kind> lacking(std::begin(kChain), std::end(kChain));
  const CaseStep* opening = Opening(procedure);
  for (const StepGuard& guard : step.guards()) {
    // Who decides is another than who proposed.
    if (guard.kind() == StepGuard::OTHER_PERSON &&
        (opening == nullptr || !HasWord(guard.steps(), opening->id())))
      continue;
    lacking.erase(guard.kind());
  }
  return lacking;
}

// What of the chain is missing on the way to an entry in force: of the step itself, or of the step
// with the fewest gaps among those that must be done before.
std::set<StepGuard::Kind> GapsBefore(const v1::Procedure& procedure, const CaseStep& entering) {
  std::set<StepGuard::Kind> fewest = Lacking(procedure, entering);
  for (const StepGuard& guard : entering.guards()) {
    if (guard.kind() != StepGuard::DONE) continue;
    for (const CaseStep& step : procedure.steps()) {
      if (!HasWord(guard.steps(), step.id())) continue;
      std::set<StepGuard::Kind> lacking = Lacking(procedure, step);
      if (lacking.size() < fewest.size()) fewest = std::move(lacking);
    }
  }
  return fewest;
}

std::set<StepGuard::Kind> Gaps(const v1::Procedure& procedure) {
  std::set<StepGuard::Kind> gaps;
  for (const CaseStep& step : procedure.steps()) {
    if (std::find(step.effects().begin(), step.effects().end(), CaseStep::ENTER_FORCE) !=
        step.effects().end())
      gaps.merge(GapsBefore(procedure, step));
  }
  return gaps;
}

class ListLinter {
 public:
  ListLinter(const v1::Pack& pack,
             absl::Span<const v1::Pack* const> national,
             const Kinds& kinds,
             Report& report)
      : pack_(pack), national_(national), kinds_(kinds), report_(report) {}

  void Run(const Node& root) {
    for (int i = 0; i < pack_.lists_size(); ++i) {
      const v1::ListDefinition& list = pack_.lists(i);
      const Node node = Named(root, "lists", i, list, list.id());
      const Node terms = list.has_terms() ? Report::Child(node, "terms", -1, list.terms()) : node;
      if (list.has_terms()) {
        LintTerms(list.terms(), terms);
        LintFollowUp(list.terms(), terms);
        LintExits(list, terms);
      }
      if (list.effect() == v1::ListDefinition::DEPRIVATION) LintAdverse(list, node, terms);
    }
  }

 private:
  // The procedures a list may mean: the pack's own goes before those of the nation.
  [[nodiscard]] std::vector<const v1::Procedure*> Called(const std::string& id) const {
    std::vector<const v1::Procedure*> found;
    const auto add = [&](const v1::Pack& pack) {
      for (const v1::Procedure& procedure : pack.procedures())
        if (procedure.id() == id) found.push_back(&procedure);
    };
    add(pack_);
    if (!found.empty()) return found;
    for (const v1::Pack* one : national_) add(*one);
    return found;
  }

  void LintTerms(const ListTerms& terms, const Node& node) {
    if (terms.ways().empty())
      report_.Add(node, "ways", -1, "there is no way onto the list", "未规定列入方式");
    const bool decided = std::any_of(terms.ways().begin(), terms.ways().end(), [](int way) {
      return way != ListTerms::AUTOMATIC;
    });
    if (decided && terms.deciding_level() == type::v1::LEVEL_UNSPECIFIED)
      report_.Add(node,
                  "deciding_level",
                  -1,
                  "a person decides, and no level is said",
                  "由人决定的名单未规定决定层级");
    LintProcedure(terms.procedure(), node);
    for (int i = 0; i < terms.effects_size(); ++i) {
      const v1::ListEffect& effect = terms.effects(i);
      const Node child = Report::Child(node, "effects", i, effect);
      report_.Text(child, "zh", effect.zh());
      report_.Text(child, "en", effect.en());
      if (!effect.has_source())
        report_.Add(child, "source", -1, "the source is missing", "缺少依据");
    }
    for (int i = 0; i < terms.criteria_size(); ++i)
      LintCriterion(terms.criteria(i), Named(node, "criteria", i, terms.criteria(i), node.id));
  }

  void LintProcedure(const std::string& id, const Node& node) {
    const std::vector<const v1::Procedure*> called = Called(id);
    if (called.empty() && !national_.empty())
      report_.Add(node,
                  "procedure",
                  -1,
                  absl::StrCat("there is no procedure `", id, "`, here or in the nation"),
                  absl::StrCat("本包和国家规则均没有程序“", id, "”"));
    const bool lists =
        std::all_of(called.begin(), called.end(), [](const v1::Procedure* procedure) {
          return procedure->purpose() == v1::Procedure::LISTING;
        });
    if (!lists)
      report_.Add(node,
                  "procedure",
                  -1,
                  absl::StrCat("the procedure `", id, "` puts nobody on a list"),
                  absl::StrCat("程序“", id, "”不是列入名单的程序"));
  }

  void LintKinds(const google::protobuf::RepeatedPtrField<std::string>& kinds,
                 const char* field,
                 const Node& node) {
    for (int i = 0; i < kinds.size(); ++i) {
      if (kinds_.Find(kinds[i]) == nullptr)
        report_.Add(node,
                    field,
                    i,
                    absl::StrCat("no feed emits the kind `", kinds[i], "`"),
                    absl::StrCat("没有数据源提供“", kinds[i], "”"));
    }
  }

  void LintFollowUp(const ListTerms& terms, const Node& node) {
    if (!terms.has_follow_up()) return;
    const Node child = Report::Child(node, "follow_up", -1, terms.follow_up());
    if (!terms.follow_up().has_source())
      report_.Add(child, "source", -1, "the source is missing", "缺少依据");
    for (const v1::Procedure* procedure : Called(terms.procedure())) {
      if (std::none_of(procedure->clocks().begin(),
                       procedure->clocks().end(),
                       [](const v1::CaseClock& clock) {
                         return clock.length() == v1::CaseClock::FOLLOW_UP;
                       }))
        report_.Add(
            child,
            "count",
            -1,
            absl::StrCat("the procedure `", procedure->id(), "` has no clock of follow-ups"),
            absl::StrCat("程序“", procedure->zh(), "”没有跟踪期限"));
    }
  }

  void LintExits(const v1::ListDefinition& list, const Node& node) {
    for (int i = 0; i < list.terms().exits_size(); ++i) {
      const v1::ListExit& exit = list.terms().exits(i);
      const Node child = Named(node, "exits", i, exit, node.id);
      report_.Text(child, "en", exit.en());
      if (!exit.has_source()) report_.Add(child, "source", -1, "the source is missing", "缺少依据");
      LintKinds(exit.kinds(), "kinds", child);
      LintKinds(exit.broken_by(), "broken_by", child);
      if (exit.no_longer_proposed() && !ProposedBySome(list.id()))
        report_.Add(child,
                    "no_longer_proposed",
                    -1,
                    "no outcome proposes anybody for the list",
                    "没有评价结果提出该名单");
    }
    if (list.terms().exits().empty()) return;
    for (const v1::Procedure* procedure : Called(list.terms().procedure())) {
      if (!LeavesByRule(*procedure))
        report_.Add(node,
                    "exits",
                    0,
                    absl::StrCat("the procedure `", procedure->id(), "` has no step EXIT_HOLDS"),
                    absl::StrCat("程序“", procedure->zh(), "”没有依条件移出的步骤"));
    }
  }

  [[nodiscard]] bool ProposedBySome(const std::string& list) const {
    return std::any_of(
        pack_.subjects().begin(), pack_.subjects().end(), [&](const v1::SubjectPolicy& subject) {
          return std::any_of(subject.list_proposals().begin(),
                             subject.list_proposals().end(),
                             [&](const auto& proposal) { return proposal.list() == list; });
        });
  }

  static bool LeavesByRule(const v1::Procedure& procedure) {
    return std::any_of(
        procedure.steps().begin(), procedure.steps().end(), [](const CaseStep& step) {
          return std::any_of(
              step.guards().begin(), step.guards().end(), [](const StepGuard& guard) {
                return guard.kind() == StepGuard::EXIT_HOLDS;
              });
        });
  }

  void LintCriterion(const v1::ListCriterion& criterion, const Node& node) {
    LintKinds(criterion.kinds(), "kinds", node);
    if (!criterion.has_source())
      report_.Add(node, "source", -1, "the source is missing", "缺少依据");
  }

  void LintAdverse(const v1::ListDefinition& list, const Node& node, const Node& terms) {
    if (list.terms().criteria().empty())
      report_.Add(terms,
                  "criteria",
                  -1,
                  "a list that takes rights away names its criteria",
                  "减损权利的名单须列明认定标准");
    if (list.repair_class().empty())
      report_.Add(node,
                  "repair_class",
                  -1,
                  "a list that takes rights away says the class of its publication",
                  "减损权利的名单须注明失信类别");
    for (const v1::Procedure* procedure : Called(list.terms().procedure())) {
      for (const StepGuard::Kind gap : Gaps(*procedure))
        report_.Add(terms,
                    "procedure",
                    -1,
                    absl::StrCat("a city may refine a procedure, not hollow it out: `",
                                 procedure->id(),
                                 "` decides without ",
                                 StepGuard::Kind_Name(gap)),
                    absl::StrCat("地方可以细化程序,不得架空程序:“",
                                 procedure->zh(),
                                 "”决定前缺少 ",
                                 StepGuard::Kind_Name(gap)));
    }
  }

  const v1::Pack& pack_;
  const absl::Span<const v1::Pack* const> national_;
  const Kinds& kinds_;
  Report& report_;
};

}  // namespace

void LintProcedures(const v1::Pack& pack,
                    absl::Span<const v1::Pack* const> national,
                    const Kinds& kinds,
                    const Node& root,
                    Report& report) {
  ListLinter(pack, national, kinds, report).Run(root);
}

}  // namespace xince::policy
