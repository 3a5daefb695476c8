#ifndef SERVICES_SCORING_RULEMAKING_GUARDS_H_
#define SERVICES_SCORING_RULEMAKING_GUARDS_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "xince/policy/v1/rulemaking.pb.h"

#include "services/scoring/policy/pack.h"
#include "services/scoring/rulemaking/rule_book.h"
#include "services/type/civil_date.h"

/// What must hold before a step. Pure: the version, who acts, the packs in use and the day in; OK or the
/// one guard that is missing out. Refusals are FAILED_PRECONDITION unless another code is named, say
/// what is missing and, in the metadata `holds_from`, the first day on which it will hold where a day
/// alone is missing.
namespace xince::rulemaking {

/// What the guards look at besides the version.
struct Ground {
  /// Division of the register.
  std::string jurisdiction;
  type::Date today;
  /// The packs in use: installed and approved ones.
  const policy::PackSet* in_use = nullptr;
};

/// Who an actor is as a person: without the word for how the identity was learnt, spaces around it and
/// the case of Latin letters. Empty for nobody.
std::string PersonOf(absl::string_view actor);

/// `ACTOR_REQUIRED` when nobody in particular acts.
absl::Status CheckActor(absl::string_view actor);

/// The consultation a pack needs by the rules of the nation in force.
struct LeastConsultation {
  uint32_t days = 0;
  /// Document and clause, as printed.
  std::string source;
};
/// `RULEMAKING_RULES_MISSING` when the national pack in force says nothing about it.
absl::StatusOr<LeastConsultation> LeastConsultationOf(const policy::v1::Pack& pack,
                                                      const Ground& ground);

/// Whether a text may become a draft: of this register (`POLICY_JURISDICTION`), a version of its pack
/// (`POLICY_PACK_ID`), not in the place of one that was approved (`POLICY_NEVER_EDITED`), later than all
/// of them (`POLICY_NOT_LATER`), and not retroactive (`POLICY_RETROACTIVE`). RESOURCE_EXHAUSTED
/// `DRAFTS_EXHAUSTED`, `VERSIONS_EXHAUSTED`.
absl::Status CheckProposal(const policy::Pack& pack, const RuleBook& book, const Ground& ground);
/// The first two of them: what a back-test needs.
absl::Status CheckOwn(const policy::Pack& pack, const Ground& ground);

/// The consultation as it will be recorded. `days` 0: as many as are needed. `POLICY_NOT_DRAFT`,
/// `CONSULTATION_DOCUMENT`, `RULEMAKING_RULES_MISSING`, `CONSULTATION_TOO_SHORT`, `POLICY_RETROACTIVE`
/// when it would end too late for the first day of the pack.
absl::StatusOr<policy::v1::Consultation> CheckConsultation(const policy::v1::PackVersion& version,
                                                           const policy::v1::Pack& pack,
                                                           const type::v1::Document& document,
                                                           uint32_t days,
                                                           const Ground& ground);

/// `POLICY_NOT_CONSULTED`, `COMMENT_BEFORE_CONSULTATION`; RESOURCE_EXHAUSTED `COMMENTS_EXHAUSTED`.
absl::Status CheckComment(const policy::v1::PackDetails& details, type::Date received_on);
/// `POLICY_NOT_CONSULTED`, `COMMENT_ANSWERED`; NOT_FOUND `COMMENT_UNKNOWN`.
absl::Status CheckAnswer(const policy::v1::PackDetails& details, uint32_t number);

/// `POLICY_DECIDED`; RESOURCE_EXHAUSTED `BACKTESTS_EXHAUSTED`.
absl::Status CheckBacktest(const policy::v1::PackVersion& version);
/// `BACKTEST_OTHER` for the summary of another text, `BACKTEST_TOO_LARGE`.
absl::Status CheckSummary(const policy::v1::PackVersion& version,
                          const policy::v1::BacktestSummary& summary);

/// Everything an approval needs, in this order: `POLICY_NOT_CONSULTED`, `APPROVER_IS_AUTHOR`,
/// `CONSULTATION_RUNNING`, `COMMENTS_UNANSWERED`, `BACKTEST_MISSING`, `BACKTEST_STALE` (made before the
/// consultation was opened, or not beside the version in force on a day of the last 12 months),
/// `POLICY_NEVER_EDITED`, `POLICY_NOT_LATER`, `POLICY_RETROACTIVE`.
absl::Status CheckApproval(const policy::v1::PackDetails& details,
                           absl::string_view actor,
                           const Ground& ground);

/// Whether taking the version back is a refusal (true) or its author's withdrawal. `POLICY_CLOSED`,
/// `POLICY_HAS_BEGUN`.
absl::StatusOr<bool> CheckWithdrawal(const policy::v1::PackVersion& version,
                                     absl::string_view actor,
                                     const Ground& ground);

}  // namespace xince::rulemaking

#endif  // SERVICES_SCORING_RULEMAKING_GUARDS_H_
