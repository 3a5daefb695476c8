#ifndef SERVICES_FEEDS_COMMITTEE_RULES_H_
#define SERVICES_FEEDS_COMMITTEE_RULES_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "xince/committee/v1/basis.pb.h"
#include "xince/committee/v1/rules.pb.h"
#include "xince/committee/v1/warning.pb.h"

/// What a city asks of committees, as data, and what the checks of the feed make of it.
namespace xince::committee {

/// Bodies whose opinions a joint review needs whatever the rules say, and the most they may ask.
inline constexpr int32_t kOpinionsMin = 5;
inline constexpr int32_t kOpinionsMax = 20;
/// Most days a rule may name.
inline constexpr int32_t kRuleDaysMax = 365;
/// Most trainings a rule may ask for in a term.
inline constexpr int32_t kRuleTrainingsMax = 100;
/// Most documents a filing may be asked for, and the longest title and clause, in code points.
inline constexpr int kRuleDocumentsMax = 20;
inline constexpr size_t kRuleDocumentCharsMax = 80;
inline constexpr size_t kRuleClauseCharsMax = 200;

/// Rules shared by the record types of a feed; never null.
using Rules = std::shared_ptr<const v1::CommitteeRules>;

/// Rules that ask for nothing but the bodies of a joint review.
Rules NoRules();

/// Reads rules from their text form. `file` is named in errors. Errors: INVALID_ARGUMENT
/// `COMMITTEE_RULES_SYNTAX` (metadata `file`, `line`); those of CheckRules, metadata `file` besides.
absl::StatusOr<v1::CommitteeRules> ParseRules(const std::string& text, const std::string& file);

/// OK when every value is within its limits, every rule asked names its clause, and nothing blocks that
/// may only warn. Errors: INVALID_ARGUMENT `COMMITTEE_RULES_VALUE`, `RULE_CANNOT_BLOCK`.
absl::Status CheckRules(const v1::CommitteeRules& rules);

/// Whether the rule is asked of what began on `date`, `YYYY-MM-DD`.
bool Asked(const v1::CommitteeRules& rules, const v1::CommitteeRule& rule, absl::string_view date);

/// Whether a training by an organiser of this level counts for the rule.
bool LevelCounts(const v1::CommitteeRule& rule, int level);

/// Bodies whose opinions a joint review needs.
int32_t OpinionsNeeded(const v1::CommitteeRules& rules);

/// Whether a basis of this kind may bar a person or count against one: a law, an administrative or a
/// local regulation.
bool MayLimitRights(v1::LawfulBasis::Kind kind);

/// The basis as one line: document and clause.
std::string BasisText(const v1::LawfulBasis& basis);

/// A warning with what every warning has.
v1::Warning MakeWarning(v1::Warning::Kind kind,
                        const std::string& clause,
                        const std::string& text,
                        const std::string& text_zh);

/// FAILED_PRECONDITION `reason` about `field`, saying what the warning says: metadata `clause`, and
/// `due_date` and `item` where it has them.
absl::Status Refused(const v1::Warning& warning, absl::string_view reason, absl::string_view field);

}  // namespace xince::committee

#endif  // SERVICES_FEEDS_COMMITTEE_RULES_H_
