#ifndef SERVICES_SCORING_CASES_FOLLOW_UP_H_
#define SERVICES_SCORING_CASES_FOLLOW_UP_H_

#include <string>

#include "google/protobuf/repeated_ptr_field.h"

#include "xince/listing/v1/case.pb.h"
#include "xince/policy/v1/procedure.pb.h"

#include "services/scoring/cases/case_record.h"
#include "services/scoring/cases/register_view.h"

/// What happens while an entry is in force: who follows it up, and what ends it before its term.
namespace xince::cases {

using NamedContacts = google::protobuf::RepeatedPtrField<listing::v1::Contact>;

/// Who follows the entry up: those named last, else those of the proposal.
const NamedContacts& ContactsOf(const CaseRecord& record);

/// Whether one is named for each level that the list's terms ask for. True without a list.
bool EveryLevelHas(const NamedContacts& contacts, const CaseRecord& record);

/// Whether a line may go into the log: it is by one of the contacts (any, where none were named), on a
/// day in force that is not after `today` nor before the newest line, and the next day it says is later.
bool FollowUpInOrder(const listing::v1::FollowUp& follow_up,
                     const CaseRecord& record,
                     type::Date today);

/// The step by which a rule ends the entry for a condition of the list's terms; null when the state has
/// none.
const StepRow* ExitStep(const CaseRecord& record);

/// Whether the condition ends the entry now. Of an outcome it asks whether it proposes the subject; that
/// it did before is for who acts on it. False for an id that the list's terms do not have.
bool ExitHolds(const std::string& id, const CaseRecord& record, const RegisterView& view);

}  // namespace xince::cases

#endif  // SERVICES_SCORING_CASES_FOLLOW_UP_H_
