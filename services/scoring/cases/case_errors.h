#ifndef SERVICES_SCORING_CASES_CASE_ERRORS_H_
#define SERVICES_SCORING_CASES_CASE_ERRORS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"

#include "xince/journal/v1/cases.pb.h"
#include "xince/listing/v1/case.pb.h"

#include "services/scoring/cases/case_record.h"

/// Refusals of cases. What each means to a caller stands in docs/errors.md.
namespace xince::cases {

absl::Status SubjectUnknown(const std::string& subject);
absl::Status ProcedureUnknown(const std::string& id);
absl::Status ListUnknown(const std::string& id);
absl::Status TargetUnknown(const std::string& what);
absl::Status CaseUnknown(const std::string& name);
absl::Status StepUnknown(const std::string& id);
/// `field` of the opening is missing, or is not what the list or the procedure asks for.
absl::Status OpeningIncomplete(const std::string& field, const std::string& expected);
absl::Status PartyIncomplete(const std::string& field);
/// The details are not those the step records.
absl::Status DetailsMissing(policy::v1::CaseStep::Record record);
/// A field of the details is out of bounds; `expected` is the nearest that would do.
absl::Status DetailsWrong(const std::string& field, const std::string& expected);
absl::Status PointUnknown(uint32_t point);
/// Points decided instead are not between 0 and what the rules ask for, in hundredths.
absl::Status PointsWrong(const std::string& evidence, int64_t least, int64_t most);
absl::Status ExtensionsUsed(uint32_t most);
/// FAILED_PRECONDITION CALENDAR_UNKNOWN_YEAR: the limit has no last day that could be put off.
absl::Status NothingToExtend(const policy::v1::CaseClock& clock);
/// A case has as many steps, points or persons as it may have.
absl::Status CaseFull(const std::string& of, size_t most);
absl::Status TooManyOpen(size_t most);
absl::Status Changed(Revision revision);
/// The state, the party or a suspension does not allow the step.
absl::Status DoesNotFit(Refusal refusal,
                        const CaseRecord& record,
                        const policy::v1::CaseStep& step);
/// Guards are missing: the message names the first, the metadata all of them.
absl::Status GuardMissing(const std::vector<listing::v1::MissingGuard>& missing,
                          const policy::v1::CaseStep& step);
/// A journal holds a step that may not have been taken.
absl::Status Mismatch(const journal::v1::CaseEvent& event, Revision revision);

}  // namespace xince::cases

#endif  // SERVICES_SCORING_CASES_CASE_ERRORS_H_
