#ifndef SERVICES_SCORING_CASES_EXAMINE_H_
#define SERVICES_SCORING_CASES_EXAMINE_H_

#include <string>
#include <vector>

#include "xince/journal/v1/cases.pb.h"
#include "xince/listing/v1/case.pb.h"

#include "services/scoring/cases/case_record.h"
#include "services/scoring/cases/register_view.h"

/// What the details of a step and the register show: which guards hold that the case alone cannot judge.
namespace xince::cases {

/// What is looked at besides the case itself.
struct Circumstances {
  const RegisterView* view = nullptr;
  /// The open day.
  type::Date today;
  /// Another case of the same matter is open, or one for the same list that is not in force yet.
  bool another_open = false;
  /// A case of the same matter was decided before.
  bool decided_before = false;
  /// Another entry of the subject on the same list is in force, and the day on which it ends by itself,
  /// kDateMax for never.
  bool on_it_already = false;
  type::Date off_it_on = type::kDateMax;
  /// With a quota: other subjects on the list now, of the kind of the case's subject.
  int on_list = 0;
  /// With a list that is full: the day on which a place becomes free by itself, kDateMax for never.
  type::Date place_free_on = type::kDateMax;
  /// The case that is contested or repaired; null for none.
  const CaseRecord* target = nullptr;
  /// Where the state tells again: who was told before, and who is still to be told.
  std::vector<listing::v1::ToldBefore> told;
  std::vector<listing::v1::ToldBefore> to_tell;
};

/// The attempt that an event is, in a case as it is before it. `record` may gain persons and offices in
/// its tables.
Attempt Examine(const journal::v1::CaseEvent& event,
                const Circumstances& circumstances,
                CaseRecord& record);

/// The same without looking at guards: who takes the step, and what it says of points, hearings and
/// orders.
Attempt AttemptOf(const journal::v1::CaseEvent& event, CaseRecord& record);

/// Takes a step again that was recorded, asking no guard: with the days that opened until then.
void Replay(const StepRecord& step, CaseRecord& record);

/// A case as it was after its first `steps` steps.
CaseRecord AfterSteps(const CaseRecord& record, size_t steps);

/// Words for a guard, in Chinese and English.
struct GuardWords {
  const char* zh;
  const char* en;
};
GuardWords WordsOf(policy::v1::StepGuard::Kind kind);

/// The guard as a missing one, with the day on which it will hold by itself where there is one.
listing::v1::MissingGuard Describe(const GuardRow& guard,
                                   const CaseRecord& record,
                                   const Circumstances& circumstances);

/// Day from which a repair may be applied for, kDateMax for never by itself; of the line or the list
/// entry that the case is about.
type::Date RepairFrom(const CaseRecord& record, const Circumstances& circumstances);

/// What LIST_TAKES asks, part by part.
struct Taking {
  /// The list takes subjects of the kind.
  bool kind = false;
  /// Persons may propose for it, or an outcome proposes the subject. Only asked of who opens the case.
  bool way = false;
  /// The quota is not reached by others.
  bool room = false;
  /// No other entry of the subject is in force. Only asked of what puts the entry in force.
  bool once = false;
};
Taking TakingOf(const CaseRecord& record, const Circumstances& circumstances);

/// Publicity of the matter of a case on a day: of the list's class, or of the gravest fact proposed.
PublicitySeen PublicityOfCase(const CaseRecord& record, const RegisterView& view, type::Date day);

}  // namespace xince::cases

#endif  // SERVICES_SCORING_CASES_EXAMINE_H_
