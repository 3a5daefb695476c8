#include "services/scoring/policy/lint.h"

#include <algorithm>
#include <utility>

#include "services/runtime/errors.h"
#include "services/runtime/text_proto.h"
#include "services/scoring/policy/linter.h"

namespace xince::policy {

const v1::Pack* NationalInForce(const v1::Pack& pack, absl::Span<const v1::Pack* const> national) {
  const v1::Pack* in_force = nullptr;
  // Dates of checked packs are `YYYY-MM-DD`, whose order is that of the days.
  for (const v1::Pack* one : national) {
    // A pack of procedures fixes no law.
    if (!one->has_legal() && one->repair_classes().empty()) continue;
    if (one->effective_from() > pack.effective_from()) continue;
    if (in_force == nullptr || in_force->effective_from() < one->effective_from()) in_force = one;
  }
  if (in_force == nullptr) return nullptr;
  const std::string& until = in_force->effective_until();
  return until.empty() || pack.effective_from() < until ? in_force : nullptr;
}

absl::StatusOr<std::vector<Finding>> LintPack(absl::string_view bytes,
                                              absl::string_view file,
                                              const Kinds& kinds,
                                              absl::Span<const v1::Pack* const> national) {
  v1::Pack pack;
  google::protobuf::TextFormat::ParseInfoTree tree;
  XINCE_RETURN_IF_ERROR(runtime::ParseTextProto(bytes, file, "POLICY_SYNTAX", pack, &tree));
  std::vector<Finding> findings = CheckPack(pack, &tree);
  if (!findings.empty()) return findings;
  Report report;
  const Node root{.message = &pack, .tree = &tree, .at = {}, .id = ""};
  LintSources(pack, root, report);
  LintLists(pack, NationalInForce(pack, national), national, root, report);
  LintProcedures(pack, national, kinds, root, report);
  for (int i = 0; i < pack.subjects_size(); ++i) {
    const v1::SubjectPolicy& subject = pack.subjects(i);
    const Node node = Named(root, "subjects", i, subject, subject.subject());
    LintItems(subject, kinds, node, report);
    LintLimits(pack, subject, node, report);
    LintGrades(pack, subject, node, report);
    LintLaws(subject, node, report);
  }
  findings = report.Take();
  std::stable_sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
    return std::pair(a.at.line, a.at.column) < std::pair(b.at.line, b.at.column);
  });
  return findings;
}

}  // namespace xince::policy
