#ifndef SERVICES_APPS_XINCE_CASE_DETAILS_H_
#define SERVICES_APPS_XINCE_CASE_DETAILS_H_

#include "absl/status/statusor.h"

#include "xince/listing/v1/case.pb.h"

#include "services/apps/xince/case_flags.h"

/// What a step of a case records, and who takes it, as written on the command line.
namespace xince::cli {

/// Largest file of details.
inline constexpr size_t kDetailsBytesMax = size_t{1} << 20;

/// Who takes the step. INVALID_ARGUMENT `CASE_FLAGS` for a word that is none.
absl::StatusOr<listing::v1::StepParty> PartyOf(const StepFlags& flags);

/// What the step records: the file of `--details` where one is named, else the options. INVALID_ARGUMENT
/// `CASE_FLAGS`, `FILE_UNREADABLE`, `FILE_TOO_LARGE`.
absl::StatusOr<listing::v1::StepDetails> DetailsOf(policy::v1::CaseStep::Record record,
                                                   const StepFlags& flags);

}  // namespace xince::cli

#endif  // SERVICES_APPS_XINCE_CASE_DETAILS_H_
