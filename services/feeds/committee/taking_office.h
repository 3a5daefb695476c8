#ifndef SERVICES_FEEDS_COMMITTEE_TAKING_OFFICE_H_
#define SERVICES_FEEDS_COMMITTEE_TAKING_OFFICE_H_

#include <optional>
#include <vector>

#include "absl/status/status.h"

#include "xince/committee/v1/duty.pb.h"
#include "xince/committee/v1/filing.pb.h"

#include "services/feeds/committee/rules.h"
#include "services/feeds/record_type.h"

/// What a member owes before the first day in office: the pledge and the training before the term.
/// Alternates hold no seat and owe neither.
namespace xince::committee {

/// The pledge was not signed by the member's first day though the rules ask for it.
std::optional<v1::Warning> PledgeWarning(const v1::Member& member, const v1::CommitteeRules& rules);

/// None of the trainings is one before the term, of this person, by an organiser that counts, before
/// the member's first day, though the rules ask for one.
std::optional<v1::Warning> BeforeTermWarning(const v1::Member& member,
                                             const std::vector<v1::Training>& trainings,
                                             const v1::CommitteeRules& rules);

/// The trainings filed for the committee of the member.
std::vector<v1::Training> TrainingsOf(const v1::Member& member, const feeds::RecordView& records);

/// Sets `warnings`: the pledge, the training, and what the joint review leaves open.
void TellOffice(v1::Member& member,
                const feeds::RecordView& records,
                const v1::CommitteeRules& rules);

/// OK unless a rule that blocks is broken now and was not by `before`. Errors: FAILED_PRECONDITION
/// `PLEDGE_MISSING` about `pledge_date`, `TRAINING_MISSING` about `start_date`.
absl::Status CheckOffice(const v1::Member& member,
                         const v1::Member* before,
                         const feeds::CheckContext& context,
                         const v1::CommitteeRules& rules);

}  // namespace xince::committee

#endif  // SERVICES_FEEDS_COMMITTEE_TAKING_OFFICE_H_
