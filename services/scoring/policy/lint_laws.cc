#include "absl/strings/str_cat.h"

#include "services/scoring/policy/decimal.h"
#include "services/scoring/policy/linter.h"

// Rules under which the score may fall although a merit was added (docs/policy-language.md, 13). They
// are lawful; who publishes a pack with one should know.
namespace xince::policy {
namespace {

void Note(const Node& node,
          const char* field,
          int index,
          absl::string_view en,
          absl::string_view zh,
          Report& report) {
  report.Add(node,
             field,
             index,
             absl::StrCat("a merit may lower the score, or a demerit raise it: ", en),
             absl::StrCat("加分信息可能使得分下降,或扣分信息使其上升:", zh),
             Finding::Severity::kNote);
}

void LintItem(const v1::Item& item, const Node& node, Report& report) {
  const Node counting = Report::Child(node, "counting", -1, item.counting());
  if (item.counting().combine() == v1::Counting::MEAN)
    Note(counting, "combine", -1, "the item is a mean", "该项取平均", report);
  if (item.counting().keep() == v1::Counting::LATEST ||
      item.counting().keep() == v1::Counting::FIRST)
    Note(counting,
         "keep",
         -1,
         "another piece may be kept instead of a greater one",
         "保留的可能是分值较小的一条",
         report);
  if (item.counting().min_pieces() > 1)
    Note(counting,
         "min_pieces",
         -1,
         "one piece more may let the others count",
         "多一条信息可能使其余信息开始计分",
         report);
  if (item.has_expected() && ParseHundredths(item.expected().points()).value_or(0) > 0)
    Note(Report::Child(node, "expected", -1, item.expected()),
         "points",
         -1,
         "the points for none may be more than those of a piece",
         "没有信息时的分值可能高于一条信息的分值",
         report);
}

}  // namespace

void LintLaws(const v1::SubjectPolicy& subject, const Node& node, Report& report) {
  for (int i = 0; i < subject.items_size(); ++i) {
    const v1::Item& item = subject.items(i);
    LintItem(item, Named(node, "items", i, item, item.id()), report);
  }
  for (int i = 0; i < subject.groups_size(); ++i) {
    const v1::Group& group = subject.groups(i);
    const Node child = Named(node, "groups", i, group, group.id());
    for (int j = 0; j < group.raters_size(); ++j) {
      const v1::Rater& rater = group.raters(j);
      if (rater.missing() == v1::Rater::ZERO) continue;
      Note(Report::Child(child, "raters", j, rater),
           "missing",
           -1,
           "a rater that was missing may bring the mean down",
           "原先缺项的评价者可能拉低平均",
           report);
    }
  }
}

}  // namespace xince::policy
