#ifndef SERVICES_SCORING_CASES_PROCEDURE_H_
#define SERVICES_SCORING_CASES_PROCEDURE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "xince/policy/v1/procedure.pb.h"

/// A procedure compiled into flat tables. The words are those of docs/procedures.md.
namespace xince::cases {

/// Limits of a procedure.
inline constexpr int kStatesMax = 32;
inline constexpr int kStepsMax = 63;
inline constexpr int kClocksMax = 16;
inline constexpr int kGuardsMax = 24;
inline constexpr int kEffectsMax = 8;

/// Index of a state, step or clock.
using StateIndex = uint8_t;
using StepIndex = uint8_t;
using ClockIndex = uint8_t;
/// No state, step or clock.
inline constexpr uint8_t kNoIndex = 255;
/// A set of states, steps or clocks, or of policy::v1::CaseStep::Party, as bits.
using Bits = uint64_t;

constexpr Bits Bit(int index) { return Bits{1} << index; }

/// A guard of a step.
struct GuardRow {
  policy::v1::StepGuard::Kind kind = policy::v1::StepGuard::KIND_UNSPECIFIED;
  ClockIndex clock = kNoIndex;
  Bits steps = 0;
  uint32_t count = 0;
  /// For words and sources.
  const policy::v1::StepGuard* proto = nullptr;
};

/// A step.
struct StepRow {
  /// States it may be taken in; 0 for the opening step.
  Bits from = 0;
  /// kNoIndex: the state stays.
  StateIndex to = kNoIndex;
  /// Parties, as bits of policy::v1::CaseStep::Party.
  Bits by = 0;
  std::vector<GuardRow> guards;
  std::vector<policy::v1::CaseStep::Effect> effects;
  policy::v1::CaseStep::Record record = policy::v1::CaseStep::RECORD_UNSPECIFIED;
  /// Clocks it starts, stops, extends.
  Bits starts = 0;
  Bits stops = 0;
  ClockIndex extends = kNoIndex;
  const policy::v1::CaseStep* proto = nullptr;

  [[nodiscard]] bool opens() const { return from == 0; }
  /// One of its guards is of the kind.
  [[nodiscard]] bool Asks(policy::v1::StepGuard::Kind kind) const;
  [[nodiscard]] bool Has(policy::v1::CaseStep::Effect effect) const;
  [[nodiscard]] bool MayBeBy(policy::v1::CaseStep::Party party) const {
    return (by & Bit(party)) != 0;
  }
};

/// A clock.
struct ClockRow {
  /// Step it takes when it has run out; kNoIndex for none.
  StepIndex then = kNoIndex;
  bool rests = false;
  /// Nothing follows from it: it takes no step, and no guard asks for it.
  bool only_reports = true;
  const policy::v1::CaseClock* proto = nullptr;
};

/// The tables. Immutable; copies share the proto.
class Procedure {
 public:
  /// Compiles. INVALID_ARGUMENT `PROCEDURE_INVALID` (metadata `procedure`, `id`, `why`) for the first
  /// of: an id that is none or is taken, a reference that leads nowhere, more than a limit above, a
  /// guard without what it asks for, no or several opening steps, a state that no step leads to, an
  /// open state without a step, a clock that takes a step which is not the clock's, a clock's step
  /// without a clock, a state after the end.
  static absl::StatusOr<Procedure> Compile(const policy::v1::Procedure& proto);

  [[nodiscard]] const policy::v1::Procedure& proto() const { return *proto_; }
  [[nodiscard]] const std::vector<StepRow>& steps() const { return steps_; }
  [[nodiscard]] const std::vector<ClockRow>& clocks() const { return clocks_; }
  [[nodiscard]] int states() const { return proto_->states_size(); }
  [[nodiscard]] bool Ended(StateIndex state) const { return proto_->states(state).ended(); }
  /// The one step that opens a case.
  [[nodiscard]] StepIndex opening() const { return opening_; }
  /// Index by id; kNoIndex when there is none.
  [[nodiscard]] StepIndex FindStep(absl::string_view id) const;
  [[nodiscard]] StateIndex FindState(absl::string_view id) const;
  [[nodiscard]] ClockIndex FindClock(absl::string_view id) const;

 private:
  Procedure() = default;
  absl::Status CompileStep(int index);
  absl::Status CompileGuards(int index);
  absl::Status CompileClock(int index);
  absl::Status CheckWhole() const;
  [[nodiscard]] absl::Status Wrong(absl::string_view id, absl::string_view why) const;
  absl::StatusOr<Bits> StepSet(const google::protobuf::RepeatedPtrField<std::string>& ids,
                               absl::string_view owner) const;

  std::shared_ptr<const policy::v1::Procedure> proto_;
  std::vector<StepRow> steps_;
  std::vector<ClockRow> clocks_;
  StepIndex opening_ = kNoIndex;
};

}  // namespace xince::cases

#endif  // SERVICES_SCORING_CASES_PROCEDURE_H_
