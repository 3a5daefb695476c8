#include <map>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "services/scoring/policy/decimal.h"
#include "services/scoring/policy/lint_sets.h"
#include "services/scoring/policy/lint_values.h"
#include "services/scoring/policy/linter.h"

// Grades as sets of scores: holes, shadows and overlaps; and conditions that can never hold.
namespace xince::policy {
namespace {

using Severity = Finding::Severity;

// An interval in words: `60 to 69.99`, `less than 60`.
std::string Words(const Bounds& b, bool zh) {
  if (!b.bounded_below() && !b.bounded_above()) return zh ? "任何分值" : "any";
  if (!b.bounded_below())
    return absl::StrCat(zh ? "低于 " : "less than ", FormatHundredths(b.most + 1));
  if (!b.bounded_above())
    return absl::StrCat(zh ? "高于 " : "more than ", FormatHundredths(b.least - 1));
  if (b.least == b.most) return FormatHundredths(b.least);
  return absl::StrCat(FormatHundredths(b.least), zh ? " 至 " : " to ", FormatHundredths(b.most));
}

std::string Thing(absl::string_view compared, bool zh) {
  if (compared == "score") return zh ? "总分" : "a score";
  if (absl::ConsumePrefix(&compared, "group "))
    return zh ? absl::StrCat("分组“", compared, "”")
              : absl::StrCat("a value of group `", compared, "`");
  (void)absl::ConsumePrefix(&compared, "item ");
  return zh ? absl::StrCat("评分项“", compared, "”")
            : absl::StrCat("a value of item `", compared, "`");
}

class GradeLinter {
 public:
  GradeLinter(const v1::SubjectPolicy& subject,
              ConditionWorld& world,
              const Node& node,
              Report& report)
      : subject_(subject), world_(world), node_(node), report_(report) {}

  void Run() {
    if (subject_.grades_size() == 0) return;
    std::set<std::string> compared = {"score"};
    for (const v1::Grade& grade : subject_.grades()) {
      for (const std::string& one : AllComparedIn(grade.when())) {
        if (one.starts_with("group ") || one.starts_with("item ")) compared.insert(one);
      }
    }
    FindImpossible(compared);
    for (const std::string& one : compared) {
      if (FindHole(one)) break;
    }
    for (const std::string& one : compared) FindOverlaps(one);
  }

 private:
  Node NodeOf(int row) const {
    return Named(node_, "grades", row, subject_.grades(row), subject_.grades(row).id());
  }

  // What a row may take and what it certainly takes, of what there can be.
  HoldsFor RowOf(int row, const std::string& compared) const {
    const v1::Grade& grade = subject_.grades(row);
    HoldsFor holds{NumberSet::All(), NumberSet::All()};
    if (grade.has_when()) holds = WhenHolds(grade.when(), compared, world_);
    // A row with a quota may be full.
    if (grade.has_quota()) holds.must = NumberSet();
    const NumberSet domain = DomainOf(compared, world_);
    return {holds.may.And(domain), holds.must.And(domain)};
  }

  void FindImpossible(const std::set<std::string>& compared) {
    std::map<std::string, NumberSet> covered;
    for (int row = 0; row < subject_.grades_size(); ++row) {
      const v1::Grade& grade = subject_.grades(row);
      bool never = grade.has_when() && NeverHolds(grade.when(), world_);
      bool shadowed = false;
      for (const std::string& one : compared) {
        const HoldsFor holds = RowOf(row, one);
        shadowed |= holds.may.Without(covered[one]).empty();
        covered[one] = covered[one].Or(holds.must);
      }
      if (!never && !shadowed) continue;
      world_.impossible_grades.insert(grade.id());
      if (never)
        report_.Add(NodeOf(row),
                    "when",
                    -1,
                    "no subject can have this grade: its condition can never hold",
                    "该等级不可达:条件不可能成立");
      else
        report_.Add(NodeOf(row),
                    "id",
                    -1,
                    "no subject can have this grade: the ones before take all",
                    "该等级不可达:前面的等级已全部覆盖");
    }
  }

  // The numbers for which no row may hold. The place is the row just above the hole, which ends where
  // the hole begins.
  bool FindHole(const std::string& compared) {
    NumberSet rest = DomainOf(compared, world_);
    for (int row = 0; row < subject_.grades_size(); ++row)
      rest = rest.Without(RowOf(row, compared).may);
    if (rest.empty()) return false;
    for (const Bounds& hole : rest.intervals()) {
      report_.Add(NodeOf(RowAbove(hole, compared)),
                  "when",
                  -1,
                  absl::StrCat(Thing(compared, false), " of ", Words(hole, false), " has no grade"),
                  absl::StrCat(Thing(compared, true), Words(hole, true), "没有等级"));
    }
    return true;
  }

  int RowAbove(const Bounds& hole, const std::string& compared) const {
    for (int row = 0; row < subject_.grades_size(); ++row) {
      const NumberSet may = RowOf(row, compared).may;
      for (const Bounds& b : may.intervals()) {
        if (b.least == hole.most + 1) return row;
      }
    }
    return subject_.grades_size() - 1;
  }

  // A row that names its upper end means the numbers up to it; what rows before it took of them is a
  // mistake in one of the two.
  void FindOverlaps(const std::string& compared) {
    NumberSet covered;
    for (int row = 0; row < subject_.grades_size(); ++row) {
      const v1::Grade& grade = subject_.grades(row);
      const HoldsFor holds = RowOf(row, compared);
      const bool names_it = AllComparedIn(grade.when()).contains(compared);
      const NumberSet said = names_it ? WhenHolds(grade.when(), compared, world_).may : NumberSet();
      for (const Bounds& b : said.intervals()) {
        const NumberSet twice = NumberSet(b).And(covered);
        if (!b.bounded_above() || twice.empty() || world_.impossible_grades.contains(grade.id()))
          continue;
        const Bounds& first = twice.intervals().front();
        report_.Add(
            NodeOf(row),
            "when",
            -1,
            absl::StrCat(
                Thing(compared, false), " of ", Words(first, false), " has a better grade already"),
            absl::StrCat(Thing(compared, true), Words(first, true), "已由前面的等级覆盖"),
            Severity::kWarning);
      }
      covered = covered.Or(holds.must);
    }
  }

  const v1::SubjectPolicy& subject_;
  ConditionWorld& world_;
  const Node node_;
  Report& report_;
};

void LintNever(const v1::Condition& condition,
               const Node& node,
               const char* en,
               const char* zh,
               const ConditionWorld& world,
               Report& report) {
  if (!NeverHolds(condition, world)) return;
  report.Add(node,
             "when",
             -1,
             absl::StrCat(en, ": its condition can never hold"),
             absl::StrCat(zh, ":条件不可能成立"));
}

}  // namespace

void LintGrades(const v1::Pack& pack,
                const v1::SubjectPolicy& subject,
                const Node& node,
                Report& report) {
  const ValueBounds bounds = BoundsOf(pack, subject);
  ConditionWorld world{.subject = subject, .bounds = bounds, .rated_only = true};
  GradeLinter(subject, world, node, report).Run();
  world.rated_only = false;
  if (subject.base().has_when())
    LintNever(subject.base().when(),
              Report::Child(node, "base", -1, subject.base()),
              "the base is never credited",
              "基础分不可能取得",
              world,
              report);
  for (int i = 0; i < subject.items_size(); ++i) {
    const v1::Item& item = subject.items(i);
    const Node child = Named(node, "items", i, item, item.id());
    if (item.has_not_applicable())
      LintNever(item.not_applicable().when(),
                Report::Child(child, "not_applicable", -1, item.not_applicable()),
                "the item always applies",
                "该项始终适用",
                world,
                report);
    if (item.expected().has_when())
      LintNever(item.expected().when(),
                Report::Child(child, "expected", -1, item.expected()),
                "nothing is ever expected",
                "不可能出现应有而缺的情形",
                world,
                report);
  }
  for (int i = 0; i < subject.restrictions_size(); ++i) {
    const v1::Restriction& one = subject.restrictions(i);
    LintNever(one.when(),
              Named(node, "restrictions", i, one, one.code()),
              "nobody is ever restricted",
              "该限制不可达",
              world,
              report);
  }
  for (int i = 0; i < subject.list_proposals_size(); ++i) {
    const v1::ListProposal& one = subject.list_proposals(i);
    LintNever(one.when(),
              Named(node, "list_proposals", i, one, one.list()),
              "nobody is ever proposed",
              "该名单建议不可达",
              world,
              report);
  }
}

}  // namespace xince::policy
