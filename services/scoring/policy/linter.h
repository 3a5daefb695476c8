#ifndef SERVICES_SCORING_POLICY_LINTER_H_
#define SERVICES_SCORING_POLICY_LINTER_H_

#include <algorithm>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "services/scoring/policy/checker.h"
#include "services/scoring/policy/kinds.h"

/// The parts of the linter, by subject. Every one may count on a pack that CheckPack has nothing to say
/// about. Used by lint*.cc only.
namespace xince::policy {

/// The node of an element that has an id.
inline Node Named(const Node& parent,
                  const char* field,
                  int index,
                  const google::protobuf::Message& message,
                  const std::string& id) {
  Node node = Report::Child(parent, field, index, message);
  node.id = id;
  return node;
}

/// Whether a list of words has a word.
template <typename List>
bool HasWord(const List& list, absl::string_view word) {
  return std::any_of(
      list.begin(), list.end(), [&](const auto& element) { return element == word; });
}

/// What items look at is carried by a kind of the catalogue that can reach the subject.
void LintItems(const v1::SubjectPolicy& subject,
               const Kinds& kinds,
               const Node& node,
               Report& report);
/// Sources are there, and what is cited word for word has its words.
void LintSources(const v1::Pack& pack, const Node& root, Report& report);
/// Limits bind, and rows, bands and occurrences can be reached.
void LintLimits(const v1::Pack& pack,
                const v1::SubjectPolicy& subject,
                const Node& node,
                Report& report);
/// Grades leave no hole and cover no score twice; every condition can hold.
void LintGrades(const v1::Pack& pack,
                const v1::SubjectPolicy& subject,
                const Node& node,
                Report& report);
/// Lists, restrictions and publication are what the law allows. `in_force` may be null; `national` are
/// all versions of the nation's rules.
void LintLists(const v1::Pack& pack,
               const v1::Pack* in_force,
               absl::Span<const v1::Pack* const> national,
               const Node& root,
               Report& report);
/// Terms of lists: procedures and kinds that are there, and for a list that takes rights away the whole
/// chain before its decision. `national` are all versions of the nation's packs.
void LintProcedures(const v1::Pack& pack,
                    absl::Span<const v1::Pack* const> national,
                    const Kinds& kinds,
                    const Node& root,
                    Report& report);
/// Rules under which a merit may lower a score.
void LintLaws(const v1::SubjectPolicy& subject, const Node& node, Report& report);

}  // namespace xince::policy

#endif  // SERVICES_SCORING_POLICY_LINTER_H_
