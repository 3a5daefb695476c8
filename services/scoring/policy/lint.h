#ifndef SERVICES_SCORING_POLICY_LINT_H_
#define SERVICES_SCORING_POLICY_LINT_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "services/scoring/policy/check.h"
#include "services/scoring/policy/kinds.h"

/// What a pack may say but should not: rules that can never take effect, sources that are missing,
/// words no feed knows.
namespace xince::policy {

/// Every finding about a pack, in the order of the file; only those of CheckPack when there are any:
/// - errors: a kind the catalogue does not have; a measure, tag or decided points its kinds do not
///   carry; no source on an item, a base, a grade, a restriction, a proposal, a list or a repair class;
///   a list that takes away rights (a restriction on `listed`) on a normative document alone;
/// - warnings: a limit that can never bind because every piece has the
///   other sign, a grade after one without a condition, an item no feed can reach (its kinds are about
///   other subjects and no way leads there).
/// INVALID_ARGUMENT POLICY_SYNTAX when the text is no pack.
absl::StatusOr<std::vector<Finding>> LintPack(absl::string_view bytes,
                                              absl::string_view file,
                                              const Kinds& kinds);

}  // namespace xince::policy

#endif  // SERVICES_SCORING_POLICY_LINT_H_
