#ifndef SERVICES_SCORING_CASES_TOLD_H_
#define SERVICES_SCORING_CASES_TOLD_H_

#include <memory>
#include <vector>

#include "xince/listing/v1/case.pb.h"
#include "xince/policy/v1/pack.pb.h"

#include "services/scoring/cases/case_record.h"

/// Whoever was told is told again: who was told of a case, and who has been told again.
namespace xince::cases {

/// What the decision, or the proposal, says the entry brings; all the list brings where neither says,
/// nothing without a list.
std::vector<const policy::v1::ListEffect*> EffectsOf(const CaseRecord& record);

/// Who was told of the cases, in the order in which they were told, each once: receivers of services,
/// places of publications (and of services by public notice), and, once an entry was in force, consumers
/// of its effects. Where a publication names no place, the list's name stands for it.
std::vector<listing::v1::ToldBefore> ToldOf(
    const std::vector<std::shared_ptr<const CaseRecord>>& cases);

/// Those of `told` whom no step of the case has told again.
std::vector<listing::v1::ToldBefore> StillToTell(const CaseRecord& record,
                                                 std::vector<listing::v1::ToldBefore> told);

/// Whether each one named was told before, and it is said how and when: not before the case was decided,
/// not after `today`; and where something was shown, what is shown there now.
bool InformationProved(const CaseRecord& record,
                       const listing::v1::Information& information,
                       const std::vector<listing::v1::ToldBefore>& told,
                       type::Date today);

/// Whether a step of the state asks who was told before.
bool AsksWhoWasTold(const CaseRecord& record);

}  // namespace xince::cases

#endif  // SERVICES_SCORING_CASES_TOLD_H_
