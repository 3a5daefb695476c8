#ifndef SERVICES_APPS_XINCE_CASE_DETAILS_H_
#define SERVICES_APPS_XINCE_CASE_DETAILS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "xince/listing/v1/case.pb.h"

/// What a step of a case records, and who takes it, as written on the command line.
namespace xince::cli {

class Command;

/// Largest file of details.
inline constexpr size_t kDetailsBytesMax = size_t{1} << 20;

/// Everything that may be written behind a step. What a step does not record is not looked at.
struct StepFlags {
  // Who.
  std::string as, person, office, level, division;
  // What.
  std::string details, reason, day, until, what, text, place, basis, measure, rights, time_limits,
      method, receiver, proof, proof_number, proof_date, remedies, hash, confirm, effective_on,
      document_number, findings, next_on, how, convened, pledge, keeps, matter, list, procedure;
  std::vector<std::string> facts, criteria, measures, points, answers, voids, amends, grounds,
      new_facts, opinions, contacts, told;
  uint64_t months = 0;
  bool met = false;
  bool not_met = false;
  bool duties_done = false;
  bool asks_hearing = false;
};

/// Adds the options to a command; `as` is who takes the step when nothing is written.
void AddStepFlags(Command& command, StepFlags& flags, const std::string& as);

/// Who takes the step. INVALID_ARGUMENT `CASE_FLAGS` for a word that is none.
absl::StatusOr<listing::v1::StepParty> PartyOf(const StepFlags& flags);

/// What the step records: the file of `--details` where one is named, else the options. INVALID_ARGUMENT
/// `CASE_FLAGS`, `FILE_UNREADABLE`, `FILE_TOO_LARGE`.
absl::StatusOr<listing::v1::StepDetails> DetailsOf(policy::v1::CaseStep::Record record,
                                                   const StepFlags& flags);

}  // namespace xince::cli

#endif  // SERVICES_APPS_XINCE_CASE_DETAILS_H_
