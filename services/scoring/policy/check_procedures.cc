#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"

#include "services/runtime/errors.h"
#include "services/scoring/cases/procedure.h"
#include "services/scoring/policy/checker.h"

// Procedures can be run, and what lists say of their entries has a meaning.
namespace xince::policy {
namespace {

using v1::ListTerms;

template <typename Message>
void CheckSourceOf(const v1::Pack& pack, const Message& message, const Node& node, Report& report) {
  if (message.has_source())
    CheckSource(
        pack, message.source(), Report::Child(node, "source", -1, message.source()), report);
}

void CheckProcedureSources(const v1::Pack& pack,
                           const v1::Procedure& procedure,
                           const Node& node,
                           Report& report) {
  CheckSourceOf(pack, procedure, node, report);
  for (int i = 0; i < procedure.steps_size(); ++i) {
    const v1::CaseStep& step = procedure.steps(i);
    const Node child = Report::Child(node, "steps", i, step);
    CheckSourceOf(pack, step, child, report);
    for (int j = 0; j < step.guards_size(); ++j)
      CheckSourceOf(
          pack, step.guards(j), Report::Child(child, "guards", j, step.guards(j)), report);
  }
  for (int i = 0; i < procedure.clocks_size(); ++i)
    CheckSourceOf(
        pack, procedure.clocks(i), Report::Child(node, "clocks", i, procedure.clocks(i)), report);
}

// Where the part with an id stands; the procedure itself when there is none.
Node PartOf(const v1::Procedure& procedure, const std::string& id, const Node& node) {
  for (int i = 0; i < procedure.steps_size(); ++i)
    if (procedure.steps(i).id() == id) return Report::Child(node, "steps", i, procedure.steps(i));
  for (int i = 0; i < procedure.clocks_size(); ++i)
    if (procedure.clocks(i).id() == id)
      return Report::Child(node, "clocks", i, procedure.clocks(i));
  for (int i = 0; i < procedure.states_size(); ++i)
    if (procedure.states(i).id() == id)
      return Report::Child(node, "states", i, procedure.states(i));
  return node;
}

void CheckCompiles(const v1::Procedure& procedure, const Node& node, Report& report) {
  const auto compiled = cases::Procedure::Compile(procedure);
  if (compiled.ok()) return;
  const runtime::Problem problem = runtime::ToProblem(compiled.status());
  const std::string& id = problem.metadata.at("id");
  report.Add(PartOf(procedure, id, node),
             "id",
             -1,
             absl::StrCat("the procedure cannot be run: ", id, ": ", problem.metadata.at("why")),
             absl::StrCat("程序无法运行:", id));
}

class TermsCheck {
 public:
  TermsCheck(const v1::Pack& pack, const v1::ListDefinition& list, const Node& node, Report& report)
      : pack_(pack), list_(list), terms_(list.terms()), node_(node), report_(report) {}

  void Run() {
    report_.Id(node_, "procedure", terms_.procedure());
    report_.AtMost(node_, "months", terms_.months(), kMonthsMax);
    report_.AtMost(node_, "draft_publicity_days", terms_.draft_publicity_days(), kLegalDaysMax);
    CheckWays();
    CheckNext();
    CheckContacts();
    CheckBasis();
    CheckCriteria();
    CheckFollowUp();
    CheckExits();
    for (int i = 0; i < terms_.effects_size(); ++i) {
      const v1::ListEffect& effect = terms_.effects(i);
      const Node child = Report::Child(node_, "effects", i, effect);
      if (effect.kind() == v1::ListEffect::KIND_UNSPECIFIED)
        report_.Add(child, "kind", -1, "the effect has no kind", "效果未说明类型");
      CheckSourceOf(pack_, effect, child, report_);
    }
  }

 private:
  [[nodiscard]] bool favours() const { return list_.effect() == v1::ListDefinition::FAVOUR; }

  void CheckWays() {
    std::set<int> ways;
    for (int i = 0; i < terms_.ways_size(); ++i) {
      if (terms_.ways(i) == ListTerms::WAY_UNSPECIFIED)
        report_.Add(node_, "ways", i, "the way is not said", "列入方式未说明");
      if (!ways.insert(terms_.ways(i)).second)
        report_.Add(node_, "ways", i, "the way is named already", "列入方式重复");
      if (terms_.ways(i) == ListTerms::AUTOMATIC && !favours())
        report_.Add(node_,
                    "ways",
                    i,
                    "only a favourable list is entered without a person's decision",
                    "只有激励类名单可以不经人决定自动列入");
    }
    if (terms_.quota() > 0 && !favours())
      report_.Add(
          node_, "quota", -1, "only a favourable list has a quota", "只有激励类名单可以设名额");
  }

  void CheckNext() {
    const std::string& next = terms_.next();
    const auto found = std::find_if(pack_.lists().begin(),
                                    pack_.lists().end(),
                                    [&](const auto& one) { return one.id() == next; });
    const bool there = found != pack_.lists().end();
    if (!next.empty() && (!there || next == list_.id()))
      report_.Add(node_,
                  "next",
                  -1,
                  absl::StrCat("there is no other list `", next, "`"),
                  absl::StrCat("没有另一名单“", next, "”"));
    if (next.empty() && !terms_.next_subjects().empty())
      report_.Add(node_, "next_subjects", 0, "there is no next list", "未规定后续名单");
    if (!there) return;
    for (int i = 0; i < terms_.next_subjects_size(); ++i) {
      const std::string& subject = terms_.next_subjects(i);
      if (std::count(found->subjects().begin(), found->subjects().end(), subject) > 0 &&
          std::count(list_.subjects().begin(), list_.subjects().end(), subject) > 0)
        continue;
      report_.Add(node_,
                  "next_subjects",
                  i,
                  absl::StrCat("not both lists take a ", subject),
                  absl::StrCat("两个名单并非都适用于 ", subject));
    }
  }

  void CheckContacts() {
    std::set<int> levels;
    for (int i = 0; i < terms_.contacts_size(); ++i) {
      const bool said = terms_.contacts(i) != type::v1::LEVEL_UNSPECIFIED;
      if (!said || !levels.insert(terms_.contacts(i)).second)
        report_.Add(node_,
                    "contacts",
                    i,
                    "a contact's level is missing, or named already",
                    "联系人层级未说明或者重复");
    }
  }

  void CheckBasis() {
    const auto from = report_.Day(node_, "basis_from", terms_.basis_from(), false);
    const auto until = report_.Day(node_, "basis_until", terms_.basis_until(), false);
    if (from.has_value() && until.has_value() && *until <= *from)
      report_.Add(node_,
                  "basis_until",
                  -1,
                  "basis_until is not after basis_from",
                  "依据失效日不晚于生效日");
  }

  void CheckCriteria() {
    std::set<std::string> ids;
    for (int i = 0; i < terms_.criteria_size(); ++i) {
      const v1::ListCriterion& criterion = terms_.criteria(i);
      Node child = Report::Child(node_, "criteria", i, criterion);
      child.id = criterion.id();
      report_.Id(child, "id", criterion.id());
      report_.Text(child, "zh", criterion.zh());
      report_.AtMost(child, "count", criterion.count(), kCriterionCountMax);
      if (!ids.insert(criterion.id()).second)
        report_.Add(child, "id", -1, "the id is taken", "编号重复");
      if (criterion.kinds().empty())
        report_.Add(child, "kinds", -1, "the criterion names no kind", "认定标准未列信息类别");
      CheckSourceOf(pack_, criterion, child, report_);
    }
  }

  void CheckFollowUp() {
    if (!terms_.has_follow_up()) return;
    const v1::FollowUpRule& rule = terms_.follow_up();
    const Node child = Report::Child(node_, "follow_up", -1, rule);
    report_.AtMost(child, "count", rule.count(), kLegalDaysMax);
    if (rule.count() == 0 || rule.unit() == v1::CaseClock::UNIT_UNSPECIFIED)
      report_.Add(child, "count", -1, "it says no number of a unit", "跟踪周期未说明数量和单位");
    CheckSourceOf(pack_, rule, child, report_);
  }

  void CheckExits() {
    report_.Count(node_, "exits", terms_.exits_size(), kListExitsMax);
    std::set<std::string> ids;
    for (int i = 0; i < terms_.exits_size(); ++i) {
      const v1::ListExit& exit = terms_.exits(i);
      Node child = Report::Child(node_, "exits", i, exit);
      child.id = exit.id();
      report_.Id(child, "id", exit.id());
      report_.Text(child, "zh", exit.zh());
      report_.AtMost(child, "count", exit.count(), kCriterionCountMax);
      if (!ids.insert(exit.id()).second)
        report_.Add(child, "id", -1, "the id is taken", "编号重复");
      if (exit.no_longer_proposed() == !exit.kinds().empty())
        report_.Add(child,
                    "kinds",
                    -1,
                    "either the outcome or kinds of evidence decide",
                    "移出条件须在评价结果与信息类别中择一");
      if (exit.no_longer_proposed() && (exit.count() > 0 || !exit.broken_by().empty()))
        report_.Add(
            child, "count", -1, "an outcome is not counted", "以评价结果移出的条件不计次数");
      CheckSourceOf(pack_, exit, child, report_);
    }
  }

  const v1::Pack& pack_;
  const v1::ListDefinition& list_;
  const ListTerms& terms_;
  const Node node_;
  Report& report_;
};

}  // namespace

void CheckProcedures(const v1::Pack& pack, const Node& node, Report& report) {
  report.Count(node, "procedures", pack.procedures_size(), kProceduresMax);
  std::set<std::string> ids;
  for (int i = 0; i < pack.procedures_size(); ++i) {
    const v1::Procedure& procedure = pack.procedures(i);
    Node child = Report::Child(node, "procedures", i, procedure);
    child.id = procedure.id();
    report.Text(child, "zh", procedure.zh());
    if (!ids.insert(procedure.id()).second)
      report.Add(child, "id", -1, "the id is taken", "编号重复");
    CheckCompiles(procedure, child, report);
    CheckProcedureSources(pack, procedure, child, report);
  }
  for (int i = 0; i < pack.lists_size(); ++i) {
    const v1::ListDefinition& list = pack.lists(i);
    if (!list.has_terms()) continue;
    Node child = Report::Child(node, "lists", i, list);
    child.id = list.id();
    TermsCheck(pack, list, Report::Child(child, "terms", -1, list.terms()), report).Run();
  }
}

}  // namespace xince::policy
