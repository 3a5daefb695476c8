#ifndef SERVICES_SCORING_CASES_STEP_RULES_H_
#define SERVICES_SCORING_CASES_STEP_RULES_H_

#include "absl/status/status.h"

#include "xince/journal/v1/cases.pb.h"
#include "xince/listing/v1/case.pb.h"

#include "services/scoring/cases/case_record.h"

/// What holds of every opening and every step, whatever a table says: an opening is about what its
/// purpose asks for, days are in their order, texts say something and name no identity number, and nobody
/// can fill a case so that others cannot go on with it.
namespace xince::cases {

/// Most steps, persons and bytes of details of a case that are its subject's: the rest is for offices.
inline constexpr size_t kSubjectStepsMax = 200;
inline constexpr int kSubjectPersonsMax = 32;
inline constexpr size_t kSubjectBytesMax = 2 * 1024 * 1024;
/// Most bytes of details of a case: it can always be read in one answer.
inline constexpr size_t kCaseBytesMax = 6 * 1024 * 1024;
/// Most open cases that a subject opened: the rest of kOpenCasesOfSubjectMax is for offices.
inline constexpr size_t kOpenCasesBySubjectMax = 50;

/// Checks what an opening is about. `contested` is the case it targets, null without one.
/// OPENING_INCOMPLETE, TARGET_UNKNOWN.
absl::Status CheckOpening(const listing::v1::Opening& opening,
                          policy::v1::Procedure::Purpose purpose,
                          const CaseRecord* contested,
                          type::Date today);

/// Whether the case has room for the step. What ends a case, an effect or a publication, and what clocks
/// and rules do, always has. CASE_FULL.
absl::Status CheckRoom(const CaseRecord& record,
                       const StepRow& step,
                       const journal::v1::CaseEvent& event);

/// Checks days and words of the details. STEP_DETAILS.
absl::Status CheckWords(const CaseRecord& record,
                        const StepRow& step,
                        const journal::v1::CaseEvent& event,
                        type::Date today);

/// Refuses an identity number in any text of the step or its opening. IDENTITY_IN_TEXT, with the field
/// and without the text.
absl::Status CheckIdentities(const CaseRecord& record,
                             const journal::v1::CaseEvent& event,
                             type::Date today);

}  // namespace xince::cases

#endif  // SERVICES_SCORING_CASES_STEP_RULES_H_
