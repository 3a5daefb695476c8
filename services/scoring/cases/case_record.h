#ifndef SERVICES_SCORING_CASES_CASE_RECORD_H_
#define SERVICES_SCORING_CASES_CASE_RECORD_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "xince/journal/v1/cases.pb.h"
#include "xince/policy/v1/pack.pb.h"

#include "services/scoring/cases/view.h"
#include "services/type/civil_date.h"

/// One case: what happened, and what it adds up to.
namespace xince::cases {

/// Most steps of one case.
inline constexpr size_t kCaseStepsMax = 1000;
/// Most points stated in one case.
inline constexpr uint32_t kPointsMax = 1000;

/// Revision of scoring's journal.
using Revision = uint64_t;

/// A step that was taken.
struct StepRecord {
  journal::v1::CaseEvent event;
  StepIndex step = kNoIndex;
  type::Date day;
  /// The open day when it was recorded.
  type::Date on;
  Revision revision = 0;
  int64_t time_us = 0;
  std::string actor;
};

/// A clock of the case.
struct ClockRun {
  type::Date from;
  /// Its last day; kDateMax when it never runs out.
  type::Date due = type::kDateMax;
  uint32_t extended = 0;
};

/// The date a text says; `otherwise` for an empty one, or one that is no date.
type::Date DayOr(const std::string& text, type::Date otherwise);

/// What a case is named: `cases/{year}-{number}`.
std::string CaseName(uint32_t year, uint32_t number);

/// A case. Copied when it changes: whoever holds one sees it as it was.
struct CaseRecord {
  uint32_t year = 0;
  uint32_t number = 0;
  std::string name;
  listing::v1::Opening opening;
  std::shared_ptr<const Procedure> procedure;
  /// The list as it was when the case was opened; absent without one.
  std::shared_ptr<const policy::v1::ListDefinition> list;
  View view;
  std::array<ClockRun, kClocksMax> clocks{};
  std::vector<StepRecord> steps;
  /// By their numbers in the view.
  std::vector<std::string> persons;
  std::vector<std::string> offices;
  /// Points stated so far, and those that were answered.
  uint32_t points = 0;
  std::set<uint32_t> answered;
  /// Since when it is suspended.
  std::optional<type::Date> suspended_on;
  /// SHA-256 over all its steps, in hexadecimal.
  std::string hash;

  [[nodiscard]] bool ended() const { return view.opened() && procedure->Ended(view.state); }
  [[nodiscard]] Revision revision() const { return steps.empty() ? 0 : steps.back().revision; }
  /// The newest record of a kind; null when there is none.
  [[nodiscard]] const StepRecord* Last(policy::v1::CaseStep::Record record) const;
  /// The newest taking of a step.
  [[nodiscard]] const StepRecord* LastOf(StepIndex step) const;
  /// Key of the matter: of one matter at most one case of a procedure is open.
  [[nodiscard]] std::string MatterKey() const;
};

/// Spans of days in which the list entry held, or rested not, by the steps recorded up to a revision.
struct Span {
  type::Date from;
  type::Date until = type::kDateMax;
};
std::vector<Span> SpansInForce(const CaseRecord& record, Revision known);
/// The same, whether or not it rested.
std::vector<Span> SpansEntered(const CaseRecord& record, Revision known);
/// The same of publication.
std::vector<Span> SpansPublished(const CaseRecord& record, Revision known);
/// The day on which a clock brings the effect by itself, as the case stands: the day after its last.
/// kDateMax when none does. Clocks that rest, and steps that ask for guards, bring nothing by themselves.
type::Date ScheduledDay(const CaseRecord& record, policy::v1::CaseStep::Effect effect);
/// Whether it was contested on a day by the steps recorded up to a revision.
bool ContestedOn(const CaseRecord& record, type::Date day, Revision known);

/// Numbers of the courts' orders that suspend the case and were not lifted, as names are compared.
std::set<std::string> OrdersStanding(const CaseRecord& record);
/// The same once the event is taken as well.
std::set<std::string> OrdersStanding(const CaseRecord& record, const journal::v1::CaseEvent& event);

/// The day before which no statement can have come in: of the newest service, else of the opening.
type::Date StatedFrom(const CaseRecord& record);

/// Number of a person or office in the record's table, added when it is new; -1 for an empty name. The
/// table holds at most kPersonsMax: beyond that kPersonsMax, which no case may use.
int NumberOf(std::vector<std::string>& table, const std::string& name);

/// The key of an opening: procedure, subject and matter.
std::string MatterKeyOf(const listing::v1::Opening& opening);

/// Adds a step that was examined: marks, clocks, hash. `attempt` is what Examine made of the event.
void AddStep(const journal::v1::CaseEvent& event,
             const Attempt& attempt,
             Revision revision,
             int64_t time_us,
             const std::string& actor,
             CaseRecord& record);

/// Clocks that ran out before the day are over from now on.
void RunOutBefore(type::Date day, CaseRecord& record);

}  // namespace xince::cases

#endif  // SERVICES_SCORING_CASES_CASE_RECORD_H_
