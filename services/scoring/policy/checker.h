#ifndef SERVICES_SCORING_POLICY_CHECKER_H_
#define SERVICES_SCORING_POLICY_CHECKER_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/text_format.h"

#include "services/scoring/policy/check.h"

/// Tools of the checks: where a message stands in the file, and readings that report what is wrong.
/// Used by check*.cc and lint*.cc, and by the coverage of cases (services/scoring/evaluate).
namespace xince::policy {

/// A message and where it stands.
struct Node {
  const google::protobuf::Message* message = nullptr;
  const google::protobuf::TextFormat::ParseInfoTree* tree = nullptr;
  Position at;
  /// Id of what is being checked, kept while going down.
  std::string id;
};

/// Collects findings.
class Report {
 public:
  /// The message in a field of `parent`; `index` is -1 for a singular field.
  static Node Child(const Node& parent,
                    const char* field,
                    int index,
                    const google::protobuf::Message& message);

  /// Adds a finding about a field of `node`.
  void Add(const Node& node,
           const char* field,
           int index,
           absl::string_view en,
           absl::string_view zh,
           Finding::Severity severity = Finding::Severity::kError);

  /// Hundredths of a decimal in [least, most]; reports another text. An empty one gives nothing, and
  /// is reported when required.
  std::optional<int64_t> Number(const Node& node,
                                const char* field,
                                const std::string& text,
                                int64_t least,
                                int64_t most,
                                bool required,
                                int index = -1);
  /// Days of a date; the same.
  std::optional<int32_t> Day(const Node& node,
                             const char* field,
                             const std::string& text,
                             bool required);
  /// Reports an id that is not kebab-case of 1 to 64 characters.
  void Id(const Node& node, const char* field, const std::string& text);
  /// Reports an empty text.
  void Text(const Node& node, const char* field, const std::string& text);
  /// Reports a number beyond its maximum.
  void AtMost(const Node& node, const char* field, uint64_t value, uint64_t most);
  /// Reports more elements than allowed.
  void Count(const Node& node, const char* field, int count, int most);

  [[nodiscard]] std::vector<Finding> Take() { return std::move(findings_); }
  [[nodiscard]] const std::vector<Finding>& findings() const { return findings_; }

 private:
  std::vector<Finding> findings_;
};

/// True for `[a-z0-9]+(-[a-z0-9]+)*`, 1 to 64 characters.
bool IsKebab(absl::string_view text);

/// True for `feed.kebab-word`.
bool IsKind(absl::string_view text);

/// What is known at a place where a condition stands.
enum class Stage {
  /// Attributes, lists, time and history.
  kEarly,
  /// And the score.
  kScored,
  /// And the grade.
  kGraded,
};

/// Checks of the parts. `subject` is the policy the part belongs to.
void CheckSource(const v1::Pack& pack, const v1::Source& source, const Node& node, Report& report);
void CheckCondition(const v1::SubjectPolicy& subject,
                    const v1::Condition& condition,
                    const Node& node,
                    Stage stage,
                    int depth,
                    Report& report);
/// What a pack of the nation says the law fixes.
void CheckLegal(const v1::Pack& pack, const Node& node, Report& report);
void CheckRulemaking(const v1::Pack& pack, const Node& node, Report& report);
/// Procedures compile, and the terms of lists refer to what is there.
void CheckProcedures(const v1::Pack& pack, const Node& node, Report& report);
void CheckItem(const v1::Pack& pack,
               const v1::SubjectPolicy& subject,
               const v1::Item& item,
               const Node& node,
               Report& report);
void CheckLimits(const v1::Limits& limits,
                 const Node& node,
                 int64_t base_least,
                 int64_t base_most,
                 bool pieces,
                 Report& report);

}  // namespace xince::policy

#endif  // SERVICES_SCORING_POLICY_CHECKER_H_
