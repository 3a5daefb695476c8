#include "services/scoring/policy/lint.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"

#include "services/runtime/errors.h"
#include "services/scoring/policy/checker.h"
#include "services/scoring/policy/decimal.h"
#include "services/scoring/policy/parse.h"

namespace xince::policy {
namespace {

using Severity = Finding::Severity;

template <typename List>
bool Contains(const List& list, absl::string_view word) {
  return std::any_of(
      list.begin(), list.end(), [&](const auto& element) { return element == word; });
}

// Lints one pack.
class Linter {
 public:
  Linter(const v1::Pack& pack, const Kinds& kinds, Report& report)
      : pack_(pack), kinds_(kinds), report_(report) {}

  void Run(const Node& root) {
    for (int i = 0; i < pack_.subjects_size(); ++i) {
      Node node = Report::Child(root, "subjects", i, pack_.subjects(i));
      node.id = pack_.subjects(i).subject();
      LintSubject(pack_.subjects(i), node);
    }
    for (int i = 0; i < pack_.lists_size(); ++i) {
      Node node = Report::Child(root, "lists", i, pack_.lists(i));
      node.id = pack_.lists(i).id();
      NeedSource(pack_.lists(i).has_source(), node);
      if (pack_.lists(i).basis() == v1::ListDefinition::BASIS_UNSPECIFIED)
        report_.Add(node, "basis", -1, "the list says no legal basis", "名单未说明法律依据");
    }
    for (int i = 0; i < pack_.repair_classes_size(); ++i) {
      Node node = Report::Child(root, "repair_classes", i, pack_.repair_classes(i));
      node.id = pack_.repair_classes(i).id();
      NeedSource(pack_.repair_classes(i).has_source(), node);
    }
  }

 private:
  void NeedSource(bool has, const Node& node) {
    if (!has) report_.Add(node, "source", -1, "the source is missing", "缺少依据");
  }

  void LintSubject(const v1::SubjectPolicy& subject, const Node& node) {
    if (subject.has_base())
      NeedSource(subject.base().has_source(), Report::Child(node, "base", -1, subject.base()));
    for (int i = 0; i < subject.items_size(); ++i) {
      Node child = Report::Child(node, "items", i, subject.items(i));
      child.id = subject.items(i).id();
      LintItem(subject, subject.items(i), child);
    }
    for (int i = 0; i < subject.grades_size(); ++i) {
      Node child = Report::Child(node, "grades", i, subject.grades(i));
      child.id = subject.grades(i).id();
      NeedSource(subject.grades(i).has_source(), child);
      const bool open =
          i > 0 && !subject.grades(i - 1).has_when() && !subject.grades(i - 1).has_quota();
      if (open)
        report_.Add(child,
                    "id",
                    -1,
                    "no subject can have this grade: the one before takes all",
                    "该等级不可达:前一等级无条件",
                    Severity::kWarning);
    }
    for (int i = 0; i < subject.restrictions_size(); ++i) {
      Node child = Report::Child(node, "restrictions", i, subject.restrictions(i));
      child.id = subject.restrictions(i).code();
      NeedSource(subject.restrictions(i).has_source(), child);
      LintListed(subject.restrictions(i).when(),
                 Report::Child(child, "when", -1, subject.restrictions(i).when()));
    }
    for (int i = 0; i < subject.list_proposals_size(); ++i) {
      Node child = Report::Child(node, "list_proposals", i, subject.list_proposals(i));
      child.id = subject.list_proposals(i).list();
      NeedSource(subject.list_proposals(i).has_source(), child);
    }
  }

  // A list that rests on a department's document alone may note, but not take away rights.
  void LintListed(const v1::Condition& condition, const Node& node) {
    for (const v1::Condition& child : condition.all().of()) LintListed(child, node);
    for (const v1::Condition& child : condition.any().of()) LintListed(child, node);
    if (condition.has_not_()) LintListed(condition.not_(), node);
    for (const std::string& id : condition.listed().of()) {
      const auto list = std::find_if(
          pack_.lists().begin(), pack_.lists().end(), [&](const auto& l) { return l.id() == id; });
      if (list != pack_.lists().end() && list->basis() == v1::ListDefinition::NORMATIVE_DOCUMENT)
        report_.Add(
            node,
            "listed",
            -1,
            absl::StrCat("list `", id, "` rests on a normative document and may restrict nobody"),
            absl::StrCat("名单“", id, "”仅依据规范性文件,不得据以限制权利"));
    }
  }

  void LintItem(const v1::SubjectPolicy& subject, const v1::Item& item, const Node& node) {
    NeedSource(item.has_source(), node);
    bool reachable = item.kinds_size() == 0;
    for (int i = 0; i < item.kinds_size(); ++i) {
      const v1::EvidenceKind* kind = kinds_.Find(item.kinds(i));
      if (kind == nullptr) {
        report_.Add(node,
                    "kinds",
                    i,
                    absl::StrCat("no feed emits the kind `", item.kinds(i), "`"),
                    absl::StrCat("没有来源产生信息类别“", item.kinds(i), "”"));
        reachable = true;
        continue;
      }
      LintCarried(item, *kind, node);
      reachable |= Reaches(subject, item, *kind);
    }
    if (!reachable)
      report_.Add(node,
                  "reach",
                  -1,
                  "its kinds are about other subjects and no way leads here",
                  "信息类别针对其他主体,且无归集途径",
                  Severity::kWarning);
    LintLimits(item, node);
  }

  static bool Reaches(const v1::SubjectPolicy& subject,
                      const v1::Item& item,
                      const v1::EvidenceKind& kind) {
    const auto way = [&](v1::Way w) { return Contains(item.reach(), w); };
    const bool direct = item.reach_size() == 0 || way(v1::DIRECT);
    if (direct && Contains(kind.subjects(), subject.subject())) return true;
    if ((way(v1::VIA_PROJECT) || way(v1::VIA_BRANCH_PROJECT)) &&
        Contains(kind.subjects(), "project"))
      return true;
    if ((way(v1::VIA_MANAGER) || way(v1::VIA_BRANCH_MANAGER)) &&
        Contains(kind.subjects(), "manager"))
      return true;
    return way(v1::VIA_BRANCH) && Contains(kind.subjects(), "firm");
  }

  static bool Contains(const google::protobuf::RepeatedField<int>& ways, v1::Way way) {
    return std::find(ways.begin(), ways.end(), way) != ways.end();
  }
  template <typename List>
  static bool Contains(const List& list, absl::string_view word) {
    return policy::Contains(list, word);
  }

  void LintCarried(const v1::Item& item, const v1::EvidenceKind& kind, const Node& node) {
    const auto need = [&](const std::string& measure, const char* field) {
      if (measure.empty() || Contains(kind.measures(), measure)) return;
      report_.Add(
          node,
          field,
          -1,
          absl::StrCat("kind `", kind.kind(), "` does not carry the measure `", measure, "`"),
          absl::StrCat("信息类别“", kind.kind(), "”没有指标“", measure, "”"));
    };
    const v1::Points& points = item.points();
    need(points.by_band().measure(), "points");
    need(points.per_unit().measure(), "points");
    need(points.ratio().numerator(), "points");
    need(points.ratio().denominator(), "points");
    need(points.given().measure(), "points");
    for (const v1::MeasureFilter& filter : item.filter().measures())
      need(filter.measure(), "filter");
    for (const std::string& tag : item.filter().tags()) {
      if (!Contains(kind.tags(), tag))
        report_.Add(node,
                    "filter",
                    -1,
                    absl::StrCat("kind `", kind.kind(), "` has no tag `", tag, "`"),
                    absl::StrCat("信息类别“", kind.kind(), "”没有标签“", tag, "”"));
    }
    if (points.has_given() && points.given().measure().empty() && !kind.carries_points())
      report_.Add(node,
                  "points",
                  -1,
                  absl::StrCat("kind `", kind.kind(), "` carries no decided points"),
                  absl::StrCat("信息类别“", kind.kind(), "”不带评定分值"));
    if (item.validity().has_until_corrected() && !kind.correctable())
      report_.Add(node,
                  "validity",
                  -1,
                  absl::StrCat("kind `", kind.kind(), "` is never corrected"),
                  absl::StrCat("信息类别“", kind.kind(), "”不会被纠正"),
                  Severity::kWarning);
  }

  // The least and greatest points of one piece, where the rule bounds them.
  static void Bounds(const v1::Item& item, int64_t& least, int64_t& most) {
    least = most = 0;
    const auto take = [&](const std::string& text) {
      const int64_t value = ParseHundredths(text).value_or(0);
      least = std::min(least, value);
      most = std::max(most, value);
    };
    const v1::Points& points = item.points();
    take(points.fixed());
    for (const auto& row : points.by_level().rows()) take(row.points());
    for (const auto& band : points.by_band().bands()) take(band.points());
    for (const auto& row : points.escalation().rows()) take(row);
    take(points.per_unit().points());
    take(item.piece_limits().least());
    take(item.piece_limits().most());
    take(item.expected().points());
    take(item.not_applicable().points());
    if (!points.has_ratio() && !item.has_roll_up()) return;
    least = std::numeric_limits<int64_t>::min();
    most = std::numeric_limits<int64_t>::max();
  }

  void LintLimits(const v1::Item& item, const Node& node) {
    int64_t least = 0;
    int64_t most = 0;
    Bounds(item, least, most);
    if (!item.limits().most().empty() && most <= 0)
      report_.Add(node,
                  "limits",
                  -1,
                  "the upper limit can never bind: no piece is above 0",
                  "上限不起作用:没有正分",
                  Severity::kWarning);
    if (!item.limits().least().empty() && least >= 0)
      report_.Add(node,
                  "limits",
                  -1,
                  "the lower limit can never bind: no piece is below 0",
                  "下限不起作用:没有负分",
                  Severity::kWarning);
  }

  const v1::Pack& pack_;
  const Kinds& kinds_;
  Report& report_;
};

}  // namespace

absl::StatusOr<std::vector<Finding>> LintPack(absl::string_view bytes,
                                              absl::string_view file,
                                              const Kinds& kinds) {
  v1::Pack pack;
  google::protobuf::TextFormat::ParseInfoTree tree;
  XINCE_RETURN_IF_ERROR(ParseText(bytes, file, "POLICY_SYNTAX", pack, &tree));
  std::vector<Finding> findings = CheckPack(pack, &tree);
  if (!findings.empty()) return findings;
  Report report;
  Linter(pack, kinds, report).Run({.message = &pack, .tree = &tree, .at = {}, .id = ""});
  findings = report.Take();
  std::stable_sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
    return a.at.line < b.at.line;
  });
  return findings;
}

}  // namespace xince::policy
