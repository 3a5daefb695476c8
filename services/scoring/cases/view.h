#ifndef SERVICES_SCORING_CASES_VIEW_H_
#define SERVICES_SCORING_CASES_VIEW_H_

#include <array>
#include <cstdint>
#include <vector>

#include "services/scoring/cases/procedure.h"

/// The machine itself: what of a case decides which steps may be taken, and what a step does to it. It
/// knows no dates, no texts and no register, so that every state it can reach can be visited (the model
/// check) by the very functions that run cases.
namespace xince::cases {

/// Most different persons, and offices, of one case.
inline constexpr int kPersonsMax = 64;

/// How a clock stands.
enum class ClockStatus : uint8_t { kIdle, kRunning, kOver, kStopped };

/// What of a case decides.
struct View {
  StateIndex state = kNoIndex;
  bool in_force = false;
  bool published = false;
  bool suspended = false;
  bool contested = false;
  bool repaired = false;
  /// A point of a statement has no answer yet.
  bool points_open = false;
  /// The right to state and defend was waived.
  bool waived = false;
  bool hearing_asked = false;
  bool hearing_held = false;
  /// An inspection found an order to rectify met.
  bool rectified = false;
  /// What rests on the case was undone.
  bool undone = false;
  /// Steps taken at least once.
  Bits taken = 0;
  std::array<ClockStatus, kClocksMax> clocks{};
  /// Persons and offices (numbers within the case) that took each step.
  std::array<Bits, kStepsMax> persons{};
  std::array<Bits, kStepsMax> offices{};

  [[nodiscard]] bool opened() const { return state != kNoIndex; }
  /// What the list brings holds now.
  [[nodiscard]] bool effective() const { return in_force && !suspended; }
  friend bool operator==(const View&, const View&) = default;
};

/// A step as it is attempted.
struct Attempt {
  StepIndex step = kNoIndex;
  policy::v1::CaseStep::Party part = policy::v1::CaseStep::PARTY_UNSPECIFIED;
  /// Numbers within the case; -1 for the clock, a rule, and an unnamed party.
  int person = -1;
  int office = -1;
  /// Guards that the details of the step, or the register, show to hold: bits of StepGuard::Kind.
  /// Only those that the view cannot judge are looked at.
  Bits shown = 0;
  /// STATEMENT: clocks that have run out since, though it came in while they ran.
  Bits in_time = 0;
  /// The list requires a hearing.
  bool hearing_required = false;
  /// STATEMENT: a hearing is asked for.
  bool asks_hearing = false;
  /// ANSWERS: no point is left open.
  bool answers_all = false;
  /// ACCEPTANCE: the order was met.
  bool met = false;
  /// RESUME: another order that suspends stands.
  bool stays_suspended = false;
};

/// Why a step may not be taken at all.
enum class Refusal : uint8_t {
  kNone,
  /// The case is not in a state that allows it.
  kNotHere,
  /// It is another party's.
  kNotByThisParty,
  /// The case is suspended.
  kSuspended,
  /// A guard is missing.
  kGuard,
};

/// Whether the step is one of the state, the party's, and not kept off by a suspension. While a case is
/// suspended only a court's steps go on, and those that end what is in force or published or tell again.
Refusal Fits(const Procedure& procedure, const View& view, const Attempt& attempt);

/// Whether one guard holds.
bool Holds(const GuardRow& guard, const View& view, const Attempt& attempt);

/// Whether the view alone judges guards of the kind, `shown` not being looked at.
bool JudgedByView(policy::v1::StepGuard::Kind kind);

/// The guards that do not hold, in the order of the table; nothing when the step may be taken, as far as
/// guards go.
std::vector<const GuardRow*> Missing(const Procedure& procedure,
                                     const View& view,
                                     const Attempt& attempt);

/// Takes the step: state, marks, clocks, effects. It must fit, and no guard be missing.
void Take(const Procedure& procedure, const Attempt& attempt, View& view);

/// A clock has run out.
void RunOut(ClockIndex clock, View& view);

}  // namespace xince::cases

#endif  // SERVICES_SCORING_CASES_VIEW_H_
