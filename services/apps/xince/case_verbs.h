#ifndef SERVICES_APPS_XINCE_CASE_VERBS_H_
#define SERVICES_APPS_XINCE_CASE_VERBS_H_

#include <string>
#include <vector>

#include "services/apps/xince/case_flags.h"

/// The commands that take a step which the shipped procedures have; `xince case step` takes any other.
namespace xince::cli {

/// A command that takes one of these steps, the first that the case's state has.
struct CaseVerb {
  /// `case`, `objection` or `repair`.
  std::string group;
  std::string name;
  std::string description;
  /// Who takes the step when nothing is written.
  std::string as;
  std::vector<std::string> steps;
  /// What these steps record: which options the command has.
  Records records;
};

/// All of them, in the order in which help tells them.
std::vector<CaseVerb> CaseVerbs();

}  // namespace xince::cli

#endif  // SERVICES_APPS_XINCE_CASE_VERBS_H_
