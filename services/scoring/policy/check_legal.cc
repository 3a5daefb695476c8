#include <algorithm>
#include <array>
#include <set>

#include "absl/strings/str_cat.h"

#include "services/scoring/policy/checker.h"

namespace xince::policy {
namespace {

bool IsIdentifier(absl::string_view word) {
  constexpr std::array<absl::string_view, 5> kWords = {
      "uscc", "organization-code", "registration-number", "tax-number", "resident-id"};
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

// What the law fixes stands on a source each.
template <typename Message>
void NeedSource(const v1::Pack& pack, const Message& message, const Node& node, Report& report) {
  if (message.has_source())
    CheckSource(
        pack, message.source(), Report::Child(node, "source", -1, message.source()), report);
  else
    report.Add(node, "source", -1, "the source is missing", "缺少依据");
}

void CheckBases(const v1::Pack& pack,
                const v1::LegalRules& legal,
                const Node& node,
                Report& report) {
  std::set<int> seen;
  for (int i = 0; i < legal.bases_size(); ++i) {
    const v1::LawfulBasis& basis = legal.bases(i);
    Node child = Report::Child(node, "bases", i, basis);
    child.id = v1::ListDefinition::Basis_Name(basis.basis());
    if (basis.basis() == v1::ListDefinition::BASIS_UNSPECIFIED)
      report.Add(child, "basis", -1, "basis is missing", "缺少依据类别 basis");
    if (!seen.insert(basis.basis()).second)
      report.Add(child, "basis", -1, "the basis has a row already", "该依据类别重复");
    if (basis.effects_size() == 0)
      report.Add(child, "effects", -1, "the basis permits no effect", "该依据类别未列出可有的效果");
    std::set<int> effects;
    for (int j = 0; j < basis.effects_size(); ++j) {
      if (basis.effects(j) == v1::ListDefinition::EFFECT_UNSPECIFIED)
        report.Add(child, "effects", j, "the effect is not said", "效果未说明");
      if (!effects.insert(basis.effects(j)).second)
        report.Add(child, "effects", j, "the effect is named already", "效果重复");
    }
    NeedSource(pack, basis, child, report);
  }
}

void CheckDays(const v1::Pack& pack, const v1::LegalDays& days, const Node& node, Report& report) {
  if (days.working_days() == 0)
    report.Add(node, "working_days", -1, "working_days is missing", "缺少 working_days");
  report.AtMost(node, "working_days", days.working_days(), kLegalDaysMax);
  NeedSource(pack, days, node, report);
}

void CheckProcurement(const v1::Pack& pack,
                      const v1::ProcurementRules& rules,
                      const Node& node,
                      Report& report) {
  std::set<std::string> lists;
  for (int i = 0; i < rules.rejection_lists_size(); ++i) {
    const v1::RejectionList& list = rules.rejection_lists(i);
    Node child = Report::Child(node, "rejection_lists", i, list);
    child.id = list.id();
    report.Id(child, "id", list.id());
    report.Text(child, "zh", list.zh());
    if (!lists.insert(list.id()).second) report.Add(child, "id", -1, "the id is taken", "编号重复");
    NeedSource(pack, list, child, report);
  }
  std::set<bool> persons;
  for (int i = 0; i < rules.identifiers_size(); ++i) {
    const v1::SupplierIdentifiers& row = rules.identifiers(i);
    const Node child = Report::Child(node, "identifiers", i, row);
    if (!persons.insert(row.person()).second)
      report.Add(child, "person", -1, "the kind of supplier has a row already", "供应商类型重复");
    if (row.identifiers_size() == 0)
      report.Add(child, "identifiers", -1, "there is no identifier", "没有识别代码");
    for (int j = 0; j < row.identifiers_size(); ++j) {
      if (IsIdentifier(row.identifiers(j))) continue;
      report.Add(child,
                 "identifiers",
                 j,
                 absl::StrCat("`", row.identifiers(j), "` is not an identifier"),
                 absl::StrCat("“", row.identifiers(j), "”不是识别代码"));
    }
    NeedSource(pack, row, child, report);
  }
  if (rules.has_query()) {
    const v1::ProcurementQuery& query = rules.query();
    const Node child = Report::Child(node, "query", -1, query);
    const bool said = query.from() != v1::ProcurementQuery::MOMENT_UNSPECIFIED &&
                      query.from() <= query.until() &&
                      query.prevails() != v1::ProcurementQuery::MOMENT_UNSPECIFIED;
    if (!said)
      report.Add(child,
                 "from",
                 -1,
                 "the moments of the query are missing or out of order",
                 "查询时点缺失或次序颠倒");
    NeedSource(pack, query, child, report);
  }
  if (rules.has_local_credit())
    NeedSource(pack,
               rules.local_credit(),
               Report::Child(node, "local_credit", -1, rules.local_credit()),
               report);
}

}  // namespace

void CheckLegal(const v1::Pack& pack, const Node& node, Report& report) {
  if (!pack.has_legal()) return;
  const v1::LegalRules& legal = pack.legal();
  const Node child = Report::Child(node, "legal", -1, legal);
  if (pack.jurisdiction() != "0")
    report.Add(node,
               "legal",
               -1,
               "only a pack of the nation says what the law fixes",
               "只有国家规则包可以载明法定规则");
  CheckBases(pack, legal, child, report);
  const Node publication = Report::Child(child, "publication", -1, legal.publication());
  if (legal.publication().has_penalty())
    CheckDays(pack,
              legal.publication().penalty(),
              Report::Child(publication, "penalty", -1, legal.publication().penalty()),
              report);
  if (legal.publication().has_removal())
    CheckDays(pack,
              legal.publication().removal(),
              Report::Child(publication, "removal", -1, legal.publication().removal()),
              report);
  if (legal.has_procurement())
    CheckProcurement(pack,
                     legal.procurement(),
                     Report::Child(child, "procurement", -1, legal.procurement()),
                     report);
}

}  // namespace xince::policy
