#ifndef SERVICES_APPS_XINCE_CASE_FLAGS_H_
#define SERVICES_APPS_XINCE_CASE_FLAGS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "xince/policy/v1/procedure.pb.h"

/// What may be written behind a step of a case on the command line.
namespace xince::cli {

class Command;

/// Everything that may be written behind a step. What a step does not record is not looked at.
struct StepFlags {
  // Who.
  std::string as, person, office, level, division;
  // What.
  std::string details, reason, day, until, what, text, place, basis, measure, rights, time_limits,
      method, receiver, proof, proof_number, proof_date, remedies, hash, confirm, effective_on,
      document_number, findings, next_on, received_on, lifts, how, convened, pledge, keeps, matter,
      list, procedure;
  std::vector<std::string> facts, criteria, measures, points, answers, voids, amends, grounds,
      new_facts, opinions, contacts, told;
  uint64_t months = 0;
  bool met = false;
  bool not_met = false;
  bool duties_done = false;
  bool asks_hearing = false;
};

/// What steps record; none: anything, which is for the step's table to say.
using Records = std::vector<policy::v1::CaseStep::Record>;

/// Adds the options of steps that record this, and those of every step. `as` is who takes the step when
/// nothing is written.
void AddStepFlags(Command& command,
                  StepFlags& flags,
                  const std::string& as,
                  const Records& records);

}  // namespace xince::cli

#endif  // SERVICES_APPS_XINCE_CASE_FLAGS_H_
