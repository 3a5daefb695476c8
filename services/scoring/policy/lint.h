#ifndef SERVICES_SCORING_POLICY_LINT_H_
#define SERVICES_SCORING_POLICY_LINT_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "services/scoring/policy/check.h"
#include "services/scoring/policy/kinds.h"

/// What a pack may say but should not: rules that can never take effect, holes in grades, sources that
/// are missing, words no feed knows, measures the law does not allow.
namespace xince::policy {

/// Every finding about a pack, in the order of the file; only those of CheckPack when there are any.
/// docs/policy-testing.md lists the rules; in short:
/// - errors: a kind, measure, tag or decided points that the catalogue does not have; a source that is
///   missing, or marked SEED without a quote; scores without a grade, grades and measures whose
///   condition can never hold; a list or restriction that its basis does not allow; publication beyond
///   the legal maximum, repair before the legal minimum; terms of a list whose procedure or kinds are
///   not there, and a list that takes rights away by a procedure without the chain of guards;
/// - warnings: limits that can never bind, rows, bands and occurrences nothing can reach, grades that
///   cover a score again, an item no feed can reach;
/// - notes: what may lower a score although a merit was added.
/// `national` are packs of the nation; the version in force on the pack's first day says what the law
/// allows. Without one in force, a restriction or list that takes rights away needs a basis, and one
/// other than a normative document.
/// INVALID_ARGUMENT POLICY_SYNTAX when the text is no pack.
absl::StatusOr<std::vector<Finding>> LintPack(absl::string_view bytes,
                                              absl::string_view file,
                                              const Kinds& kinds,
                                              absl::Span<const v1::Pack* const> national = {});

/// The version of the nation's rules (packs with legal rules or repair classes) in force on the first
/// day of a pack; null when there is none.
const v1::Pack* NationalInForce(const v1::Pack& pack, absl::Span<const v1::Pack* const> national);

}  // namespace xince::policy

#endif  // SERVICES_SCORING_POLICY_LINT_H_
