#ifndef SERVICES_SCORING_CASES_CRITERIA_H_
#define SERVICES_SCORING_CASES_CRITERIA_H_

#include <set>
#include <string>
#include <vector>

#include "xince/listing/v1/case.pb.h"

#include "services/scoring/cases/case_record.h"
#include "services/scoring/cases/register_view.h"

/// Whether the facts of a proposal still bear out an entry.
namespace xince::cases {

/// The newest proposal of a case; an empty one where it has none.
const listing::v1::Proposal& ProposalOf(const CaseRecord& record);

/// Whether the newest version of a fact named is another one than was named, and the case is not decided:
/// what was noticed said something else. A fact that is named without a digest never changes.
bool ChangedSince(const CaseRecord& record,
                  const listing::v1::FactNamed& named,
                  const RegisterView& view);

/// Whether the facts that a proposal names fulfil every criterion of the case's list, facts of `without`
/// left out as well as changed ones; where the list has no criteria, whether every fact named
/// counts. False without a list.
bool CriteriaMet(const CaseRecord& record,
                 const listing::v1::Proposal& proposal,
                 const RegisterView& view,
                 const std::set<std::string>& without = {});

/// Facts of the proposal that count no more, or otherwise, or have changed, in its order.
std::vector<listing::v1::FactGone> FactsGone(const CaseRecord& record, const RegisterView& view);

/// Whether an open case for a list names a fact that counts no more, or has changed. An amended one
/// counts.
bool AnyFactGone(const CaseRecord& record, const RegisterView& view);

}  // namespace xince::cases

#endif  // SERVICES_SCORING_CASES_CRITERIA_H_
