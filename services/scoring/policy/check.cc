#include "services/scoring/policy/check.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "services/scoring/policy/checker.h"
#include "services/scoring/policy/decimal.h"

namespace xince::policy {
namespace {

constexpr int64_t kPointsLimit = 1'000'000'000;
constexpr int64_t kWeightsSum = 10'000;

bool IsSubjectWord(absl::string_view word) {
  return word == "firm" || word == "manager" || word == "project" || word == "committee" ||
         word == "organization";
}

// Checks the groups and the tree they make with the items.
class TreeCheck {
 public:
  TreeCheck(const v1::Pack& pack,
            const v1::SubjectPolicy& subject,
            const Node& node,
            Report& report)
      : pack_(pack), subject_(subject), node_(node), report_(report) {
    for (const v1::Group& group : subject.groups()) groups_.emplace(group.id(), &group);
    for (const v1::Item& item : subject.items()) items_.emplace(item.id(), &item);
  }

  void Run() {
    report_.Count(node_, "groups", subject_.groups_size(), kGroupsMax);
    std::set<std::string> seen;
    for (int i = 0; i < subject_.groups_size(); ++i) {
      const v1::Group& group = subject_.groups(i);
      Node child = Report::Child(node_, "groups", i, group);
      child.id = group.id();
      if (!seen.insert(group.id()).second)
        report_.Add(child, "id", -1, "the id is taken", "编号重复");
      CheckGroup(group, child);
    }
    for (int i = 0; i < subject_.items_size(); ++i) {
      const v1::Item& item = subject_.items(i);
      Node child = Report::Child(node_, "items", i, item);
      child.id = item.id();
      if (!seen.insert(item.id()).second)
        report_.Add(child, "id", -1, "the id is taken", "编号重复");
      if (!item.group().empty() && groups_.count(item.group()) == 0)
        NoGroup(child, "group", item.group());
    }
  }

 private:
  void NoGroup(const Node& node, const char* field, const std::string& id) {
    report_.Add(node,
                field,
                -1,
                absl::StrCat("there is no group `", id, "`"),
                absl::StrCat("没有分组“", id, "”"));
  }

  void CheckGroup(const v1::Group& group, const Node& node) {
    report_.Id(node, "id", group.id());
    report_.Text(node, "zh", group.zh());
    CheckParents(group, node);
    const auto base =
        report_.Number(node, "base", group.base(), -kPointsLimit, kPointsLimit, false).value_or(0);
    const bool sums = group.mode() == v1::Group::MODE_UNSPECIFIED || group.mode() == v1::Group::SUM;
    if (!sums && !group.base().empty())
      report_.Add(node, "base", -1, "only a group that sums has a base", "仅合计分组可设基础分");
    CheckLimits(group.limits(),
                Report::Child(node, "limits", -1, group.limits()),
                base,
                base,
                false,
                report_);
    if (group.mode() == v1::Group::MIX) {
      CheckRaters(group, node);
    } else if (group.raters_size() > 0) {
      report_.Add(node, "raters", 0, "raters go with the mode MIX", "raters 仅用于 MIX 分组");
    }
    if (group.has_source())
      CheckSource(
          pack_, group.source(), Report::Child(node, "source", -1, group.source()), report_);
  }

  void CheckParents(const v1::Group& group, const Node& node) {
    const v1::Group* at = &group;
    for (int depth = 0; !at->parent().empty(); ++depth) {
      const auto found = groups_.find(at->parent());
      if (found == groups_.end()) {
        if (at == &group) NoGroup(node, "parent", group.parent());
        return;
      }
      if (depth >= kGroupDepthMax) {
        report_.Add(node,
                    "parent",
                    -1,
                    absl::StrCat("the group is in a circle or deeper than ", kGroupDepthMax),
                    absl::StrCat("分组成环或嵌套超过 ", kGroupDepthMax, " 层"));
        return;
      }
      at = found->second;
    }
  }

  bool IsMember(const v1::Group& group, const std::string& id) const {
    const auto item = items_.find(id);
    if (item != items_.end() && item->second->group() == group.id()) return true;
    const auto child = groups_.find(id);
    return child != groups_.end() && child->second->parent() == group.id();
  }

  void CheckRaters(const v1::Group& group, const Node& node) {
    int64_t sum = 0;
    std::set<std::string> raters;
    for (int i = 0; i < group.raters_size(); ++i) {
      const v1::Rater& rater = group.raters(i);
      const Node child = Report::Child(node, "raters", i, rater);
      if (!IsMember(group, rater.member()))
        report_.Add(child,
                    "member",
                    -1,
                    absl::StrCat("`", rater.member(), "` is not an item or group of the mix"),
                    absl::StrCat("“", rater.member(), "”不属于该加权分组"));
      if (!raters.insert(rater.member()).second)
        report_.Add(child, "member", -1, "the member has a weight already", "成员权重重复");
      sum += report_.Number(child, "weight", rater.weight(), 1, kWeightsSum, true).value_or(0);
      if (rater.missing() == v1::Rater::MISSING_UNSPECIFIED)
        report_.Add(child, "missing", -1, "missing says nothing", "未说明缺项如何处理");
      report_.Number(child,
                     "full",
                     rater.full(),
                     -kPointsLimit,
                     kPointsLimit,
                     rater.missing() == v1::Rater::FULL);
    }
    if (sum != kWeightsSum)
      report_.Add(node,
                  "raters",
                  0,
                  absl::StrCat("the weights sum to ", FormatHundredths(sum), ", not 100"),
                  absl::StrCat("权重合计为 ", FormatHundredths(sum), ",应为 100"));
    for (const auto& [id, item] : items_) {
      if (item->group() == group.id() && raters.count(id) == 0) NoWeight(node, id);
    }
    for (const auto& [id, child] : groups_) {
      if (child->parent() == group.id() && raters.count(id) == 0) NoWeight(node, id);
    }
  }

  void NoWeight(const Node& node, const std::string& id) {
    report_.Add(node,
                "mode",
                -1,
                absl::StrCat("member `", id, "` of the mix has no weight"),
                absl::StrCat("加权分组成员“", id, "”没有权重"));
  }

  const v1::Pack& pack_;
  const v1::SubjectPolicy& subject_;
  const Node node_;
  Report& report_;
  std::map<std::string, const v1::Group*> groups_;
  std::map<std::string, const v1::Item*> items_;
};

void CheckBase(const v1::Pack& pack,
               const v1::SubjectPolicy& subject,
               const Node& node,
               Report& report) {
  int64_t least = 0;
  int64_t most = 0;
  if (subject.has_base()) {
    const v1::Base& base = subject.base();
    const Node child = Report::Child(node, "base", -1, base);
    const int64_t points =
        report.Number(child, "points", base.points(), -kPointsLimit, kPointsLimit, true)
            .value_or(0);
    const int64_t otherwise =
        report.Number(child, "otherwise", base.otherwise(), -kPointsLimit, kPointsLimit, false)
            .value_or(0);
    least = base.has_when() ? std::min(points, otherwise) : points;
    most = base.has_when() ? std::max(points, otherwise) : points;
    if (base.has_when())
      CheckCondition(subject,
                     base.when(),
                     Report::Child(child, "when", -1, base.when()),
                     Stage::kEarly,
                     0,
                     report);
    if (base.has_source())
      CheckSource(pack, base.source(), Report::Child(child, "source", -1, base.source()), report);
  }
  CheckLimits(subject.score_limits(),
              Report::Child(node, "score_limits", -1, subject.score_limits()),
              least,
              most,
              false,
              report);
}

void CheckGrades(const v1::Pack& pack,
                 const v1::SubjectPolicy& subject,
                 const Node& node,
                 Report& report) {
  report.Count(node, "grades", subject.grades_size(), kGradesMax);
  std::set<std::string> seen;
  for (int i = 0; i < subject.grades_size(); ++i) {
    const v1::Grade& grade = subject.grades(i);
    Node child = Report::Child(node, "grades", i, grade);
    child.id = grade.id();
    report.Text(child, "id", grade.id());
    report.Text(child, "zh", grade.zh());
    if (!seen.insert(grade.id()).second)
      report.Add(child, "id", -1, "the grade is there already", "等级重复");
    if (grade.has_when())
      CheckCondition(subject,
                     grade.when(),
                     Report::Child(child, "when", -1, grade.when()),
                     Stage::kScored,
                     0,
                     report);
    if (grade.has_quota())
      report.Number(Report::Child(child, "quota", -1, grade.quota()),
                    "percent",
                    grade.quota().percent(),
                    0,
                    kWeightsSum,
                    true);
    if (grade.has_source())
      CheckSource(pack, grade.source(), Report::Child(child, "source", -1, grade.source()), report);
  }
  for (int i = 0; i < subject.tie_breaks_size(); ++i) {
    const v1::TieBreak& tie = subject.tie_breaks(i);
    const Node child = Report::Child(node, "tie_breaks", i, tie);
    if (tie.by_case() == v1::TieBreak::BY_NOT_SET)
      report.Add(child, "value_of", -1, "the tie-break compares nothing", "并列规则为空");
    if (tie.by_case() != v1::TieBreak::kValueOf) continue;
    const auto same = [&](const auto& part) { return part.id() == tie.value_of(); };
    if (std::none_of(subject.items().begin(), subject.items().end(), same) &&
        std::none_of(subject.groups().begin(), subject.groups().end(), same))
      report.Add(child,
                 "value_of",
                 -1,
                 absl::StrCat("there is no item or group `", tie.value_of(), "`"),
                 absl::StrCat("没有评分项或分组“", tie.value_of(), "”"));
  }
}

void CheckEffects(const v1::Pack& pack,
                  const v1::SubjectPolicy& subject,
                  const Node& node,
                  Report& report) {
  report.Count(node, "restrictions", subject.restrictions_size(), kRestrictionsMax);
  report.Count(node, "list_proposals", subject.list_proposals_size(), kRestrictionsMax);
  std::set<std::string> codes;
  for (int i = 0; i < subject.restrictions_size(); ++i) {
    const v1::Restriction& restriction = subject.restrictions(i);
    Node child = Report::Child(node, "restrictions", i, restriction);
    child.id = restriction.code();
    report.Id(child, "code", restriction.code());
    report.Text(child, "zh", restriction.zh());
    if (!codes.insert(restriction.code()).second)
      report.Add(child, "code", -1, "the code is taken", "限制措施编号重复");
    report.AtMost(child, "carry_years", restriction.carry_years(), kCarryYearsMax);
    CheckCondition(subject,
                   restriction.when(),
                   Report::Child(child, "when", -1, restriction.when()),
                   Stage::kGraded,
                   0,
                   report);
    if (restriction.has_source())
      CheckSource(pack,
                  restriction.source(),
                  Report::Child(child, "source", -1, restriction.source()),
                  report);
    if (restriction.has_basis_source())
      CheckSource(pack,
                  restriction.basis_source(),
                  Report::Child(child, "basis_source", -1, restriction.basis_source()),
                  report);
  }
  for (int i = 0; i < subject.list_proposals_size(); ++i) {
    const v1::ListProposal& proposal = subject.list_proposals(i);
    Node child = Report::Child(node, "list_proposals", i, proposal);
    child.id = proposal.list();
    const auto list = std::find_if(pack.lists().begin(), pack.lists().end(), [&](const auto& l) {
      return l.id() == proposal.list();
    });
    if (list == pack.lists().end()) {
      report.Add(child,
                 "list",
                 -1,
                 absl::StrCat("there is no list `", proposal.list(), "`"),
                 absl::StrCat("没有名单“", proposal.list(), "”"));
    } else if (std::count(list->subjects().begin(), list->subjects().end(), subject.subject()) ==
               0) {
      report.Add(child,
                 "list",
                 -1,
                 absl::StrCat("the list does not take a ", subject.subject()),
                 absl::StrCat("该名单不适用于 ", subject.subject()));
    }
    report.AtMost(child, "months", proposal.months(), kMonthsMax);
    CheckCondition(subject,
                   proposal.when(),
                   Report::Child(child, "when", -1, proposal.when()),
                   Stage::kGraded,
                   0,
                   report);
    if (proposal.has_source())
      CheckSource(
          pack, proposal.source(), Report::Child(child, "source", -1, proposal.source()), report);
  }
}

void CheckSubject(const v1::Pack& pack,
                  const v1::SubjectPolicy& subject,
                  const Node& node,
                  Report& report) {
  if (!IsSubjectWord(subject.subject()))
    report.Add(node,
               "subject",
               -1,
               absl::StrCat("`", subject.subject(), "` is not a kind of subject"),
               absl::StrCat("“", subject.subject(), "”不是信用主体类型"));
  report.AtMost(node, "year_starts_month", subject.year_starts_month(), 12);
  report.Count(node, "items", subject.items_size(), kItemsMax);
  CheckBase(pack, subject, node, report);
  TreeCheck(pack, subject, node, report).Run();
  for (int i = 0; i < subject.items_size(); ++i) {
    Node child = Report::Child(node, "items", i, subject.items(i));
    child.id = subject.items(i).id();
    CheckItem(pack, subject, subject.items(i), child, report);
  }
  CheckGrades(pack, subject, node, report);
  CheckEffects(pack, subject, node, report);
}

void CheckHeader(const v1::Pack& pack, const Node& node, Report& report) {
  report.Id(node, "id", pack.id());
  report.Text(node, "zh", pack.zh());
  const bool digits = !pack.jurisdiction().empty() && pack.jurisdiction().size() <= 12 &&
                      std::all_of(pack.jurisdiction().begin(),
                                  pack.jurisdiction().end(),
                                  [](char c) { return absl::ascii_isdigit(c); });
  if (!digits)
    report.Add(node,
               "jurisdiction",
               -1,
               "jurisdiction is not a division code",
               "jurisdiction 不是行政区划代码");
  const auto from = report.Day(node, "effective_from", pack.effective_from(), true);
  const auto until = report.Day(node, "effective_until", pack.effective_until(), false);
  if (from.has_value() && until.has_value() && *until <= *from)
    report.Add(node,
               "effective_until",
               -1,
               "effective_until is not after effective_from",
               "失效日不晚于生效日");
  std::set<std::string> documents;
  for (int i = 0; i < pack.documents_size(); ++i) {
    const v1::SourceDocument& document = pack.documents(i);
    Node child = Report::Child(node, "documents", i, document);
    child.id = document.id();
    report.Id(child, "id", document.id());
    report.Text(child, "title", document.title());
    report.Day(child, "date", document.date(), false);
    if (!documents.insert(document.id()).second)
      report.Add(child, "id", -1, "the id is taken", "编号重复");
  }
}

void CheckRegisters(const v1::Pack& pack, const Node& node, Report& report) {
  std::set<std::string> lists;
  for (int i = 0; i < pack.lists_size(); ++i) {
    const v1::ListDefinition& list = pack.lists(i);
    Node child = Report::Child(node, "lists", i, list);
    child.id = list.id();
    report.Id(child, "id", list.id());
    report.Text(child, "zh", list.zh());
    if (!lists.insert(list.id()).second) report.Add(child, "id", -1, "the id is taken", "编号重复");
    for (int j = 0; j < list.subjects_size(); ++j) {
      if (!IsSubjectWord(list.subjects(j)))
        report.Add(child,
                   "subjects",
                   j,
                   absl::StrCat("`", list.subjects(j), "` is not a kind of subject"),
                   absl::StrCat("“", list.subjects(j), "”不是信用主体类型"));
    }
    if (list.has_source())
      CheckSource(pack, list.source(), Report::Child(child, "source", -1, list.source()), report);
    if (list.has_basis_source())
      CheckSource(pack,
                  list.basis_source(),
                  Report::Child(child, "basis_source", -1, list.basis_source()),
                  report);
    if (!list.repair_class().empty()) report.Id(child, "repair_class", list.repair_class());
    report.AtMost(child, "publish_months", list.publish_months(), kMonthsMax);
  }
  std::set<std::string> classes;
  for (int i = 0; i < pack.repair_classes_size(); ++i) {
    const v1::RepairClass& repair = pack.repair_classes(i);
    Node child = Report::Child(node, "repair_classes", i, repair);
    child.id = repair.id();
    report.Id(child, "id", repair.id());
    report.Text(child, "zh", repair.zh());
    report.AtMost(child, "min_months", repair.min_months(), kMonthsMax);
    report.AtMost(child, "max_months", repair.max_months(), kMonthsMax);
    if (repair.max_months() > 0 && repair.max_months() < repair.min_months())
      report.Add(child,
                 "max_months",
                 -1,
                 "max_months is less than min_months",
                 "max_months 小于 min_months");
    if (!repair.national_class().empty()) {
      report.Id(child, "national_class", repair.national_class());
      if (pack.jurisdiction() == "0")
        report.Add(child,
                   "national_class",
                   -1,
                   "a class of the nation is a kind of no other",
                   "国家失信类别不再归入其他类别");
    }
    if (!classes.insert(repair.id()).second)
      report.Add(child, "id", -1, "the id is taken", "编号重复");
    if (repair.has_source())
      CheckSource(
          pack, repair.source(), Report::Child(child, "source", -1, repair.source()), report);
  }
}

}  // namespace

void CheckSource(const v1::Pack& pack, const v1::Source& source, const Node& node, Report& report) {
  const bool known = std::any_of(
      pack.documents().begin(), pack.documents().end(), [&](const v1::SourceDocument& d) {
        return d.id() == source.document();
      });
  if (!known && (source.mark() != v1::ASSUMPTION || !source.document().empty()))
    report.Add(node,
               "document",
               -1,
               absl::StrCat("there is no document `", source.document(), "`"),
               absl::StrCat("没有文件“", source.document(), "”"));
  if (source.mark() == v1::MARK_UNSPECIFIED)
    report.Add(node, "mark", -1, "mark is missing", "缺少依据标记 mark");
  if (source.mark() == v1::ASSUMPTION && source.reason().empty())
    report.Add(node, "reason", -1, "an assumption needs its reason", "设定值须说明理由");
}

std::vector<Finding> CheckPack(const v1::Pack& pack,
                               const google::protobuf::TextFormat::ParseInfoTree* tree) {
  Report report;
  const Node node{.message = &pack, .tree = tree, .at = {}, .id = ""};
  CheckHeader(pack, node, report);
  report.Count(node, "subjects", pack.subjects_size(), kSubjectsMax);
  std::set<std::string> subjects;
  for (int i = 0; i < pack.subjects_size(); ++i) {
    Node child = Report::Child(node, "subjects", i, pack.subjects(i));
    child.id = pack.subjects(i).subject();
    if (!subjects.insert(pack.subjects(i).subject()).second)
      report.Add(child, "subject", -1, "the subject has rules already", "同一主体类型重复");
    CheckSubject(pack, pack.subjects(i), child, report);
  }
  CheckRegisters(pack, node, report);
  CheckLegal(pack, node, report);
  CheckRulemaking(pack, node, report);
  CheckProcedures(pack, node, report);
  return report.Take();
}

absl::string_view SeverityWord(Finding::Severity severity) {
  switch (severity) {
    case Finding::Severity::kWarning:
      return "warning";
    case Finding::Severity::kNote:
      return "note";
    default:
      return "error";
  }
}

std::string FormatFinding(const Finding& finding, absl::string_view file) {
  return absl::StrCat(file,
                      ":",
                      finding.at.line,
                      ":",
                      finding.at.column,
                      ": ",
                      SeverityWord(finding.severity),
                      ": ",
                      finding.id.empty() ? "" : absl::StrCat(finding.id, ": "),
                      finding.en);
}

}  // namespace xince::policy
