#include "services/scoring/cases/procedure.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "services/runtime/errors.h"

namespace xince::cases {
namespace {

using policy::v1::CaseClock;
using policy::v1::CaseStep;
using policy::v1::StepGuard;

constexpr size_t kIdCharsMax = 64;

bool IsId(absl::string_view text) {
  if (text.empty() || text.size() > kIdCharsMax || text.front() == '-' || text.back() == '-')
    return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
  });
}

template <typename Rows>
uint8_t IndexOf(const Rows& rows, absl::string_view id) {
  for (int i = 0; i < rows.size(); ++i) {
    if (rows[i].id() == id) return static_cast<uint8_t>(i);
  }
  return kNoIndex;
}

// The first id that is none, or is taken; empty when all are well.
template <typename Rows>
std::string BadId(const Rows& rows) {
  std::set<std::string> ids;
  for (const auto& row : rows) {
    if (!IsId(row.id()) || !ids.insert(row.id()).second) return absl::StrCat("“", row.id(), "”");
  }
  return "";
}

bool AsksForClock(StepGuard::Kind kind) {
  return kind == StepGuard::CLOCK_RUNNING || kind == StepGuard::CLOCK_OVER ||
         kind == StepGuard::CLOCK_OVER_OR_WAIVED || kind == StepGuard::RECTIFICATION_FAILED;
}

bool AsksForSteps(StepGuard::Kind kind) {
  return kind == StepGuard::DONE || kind == StepGuard::OTHER_PERSON ||
         kind == StepGuard::OTHER_OFFICE;
}

}  // namespace

bool StepRow::Has(CaseStep::Effect effect) const {
  return std::find(effects.begin(), effects.end(), effect) != effects.end();
}

bool StepRow::Asks(StepGuard::Kind kind) const {
  return std::any_of(
      guards.begin(), guards.end(), [&](const GuardRow& guard) { return guard.kind == kind; });
}

absl::Status Procedure::Wrong(absl::string_view id, absl::string_view why) const {
  return runtime::InvalidArgument(
      "PROCEDURE_INVALID",
      "procedures",
      absl::StrCat("procedure ", proto_->id(), ", ", id, ": ", why),
      absl::StrCat("程序 ", proto_->id(), " 的 ", id, " 有误"),
      {{"procedure", proto_->id()}, {"id", std::string(id)}, {"why", std::string(why)}});
}

StepIndex Procedure::FindStep(absl::string_view id) const { return IndexOf(proto_->steps(), id); }
StateIndex Procedure::FindState(absl::string_view id) const {
  return IndexOf(proto_->states(), id);
}
ClockIndex Procedure::FindClock(absl::string_view id) const {
  return IndexOf(proto_->clocks(), id);
}

absl::StatusOr<Bits> Procedure::StepSet(const google::protobuf::RepeatedPtrField<std::string>& ids,
                                        absl::string_view owner) const {
  Bits set = 0;
  for (const std::string& id : ids) {
    const StepIndex step = FindStep(id);
    if (step == kNoIndex) return Wrong(owner, absl::StrCat("there is no step ", id));
    set |= Bit(step);
  }
  return set;
}

absl::Status Procedure::CompileGuards(int index) {
  const CaseStep& proto = proto_->steps(index);
  StepRow& step = steps_[index];
  if (proto.guards_size() > kGuardsMax) return Wrong(proto.id(), "too many guards");
  if ((proto.record() == CaseStep::SERVICE) != (proto.public_notice_days() > 0))
    return Wrong(proto.id(), "a service says after how many days a public notice counts");
  for (const StepGuard& guard : proto.guards()) {
    GuardRow row{.kind = guard.kind(), .count = guard.count(), .proto = &guard};
    if (row.kind == StepGuard::KIND_UNSPECIFIED) return Wrong(proto.id(), "a guard without a kind");
    row.clock = FindClock(guard.clock());
    if (AsksForClock(row.kind) != (row.clock != kNoIndex) ||
        guard.clock().empty() != !AsksForClock(row.kind))
      return Wrong(proto.id(), "a guard that asks for a clock names one, another none");
    XINCE_ASSIGN_OR_RETURN(row.steps, StepSet(guard.steps(), proto.id()));
    if (AsksForSteps(row.kind) != (row.steps != 0))
      return Wrong(proto.id(), "a guard that asks for steps names some, another none");
    if ((row.kind == StepGuard::OPINIONS) != (row.count > 0))
      return Wrong(proto.id(), "a guard that asks for opinions says how many");
    // That a limit may be extended while it runs lets nothing follow from it.
    const bool extends = row.kind == StepGuard::CLOCK_RUNNING && row.clock != kNoIndex &&
                         proto_->clocks(row.clock).extended_by() == proto.id();
    if (row.clock != kNoIndex && !extends) clocks_[row.clock].only_reports = false;
    step.guards.push_back(row);
  }
  return absl::OkStatus();
}

absl::Status Procedure::CompileStep(int index) {
  const CaseStep& proto = proto_->steps(index);
  StepRow& step = steps_[index];
  step.proto = &proto;
  step.record = proto.record();
  for (const std::string& from : proto.from()) {
    const StateIndex state = FindState(from);
    if (state == kNoIndex) return Wrong(proto.id(), absl::StrCat("there is no state ", from));
    if (Ended(state)) return Wrong(proto.id(), absl::StrCat("nothing follows the state ", from));
    step.from |= Bit(state);
  }
  if (!proto.to().empty()) {
    step.to = FindState(proto.to());
    if (step.to == kNoIndex)
      return Wrong(proto.id(), absl::StrCat("there is no state ", proto.to()));
  }
  if (step.opens()) {
    if (opening_ != kNoIndex) return Wrong(proto.id(), "a second step opens the case");
    if (step.to == kNoIndex) return Wrong(proto.id(), "the opening step leads to no state");
    opening_ = static_cast<StepIndex>(index);
  }
  if (proto.by().empty()) return Wrong(proto.id(), "nobody may take it");
  for (const int party : proto.by()) {
    if (party == CaseStep::PARTY_UNSPECIFIED) return Wrong(proto.id(), "a party is missing");
    step.by |= Bit(party);
  }
  if (proto.effects_size() > kEffectsMax) return Wrong(proto.id(), "too many effects");
  for (const int effect : proto.effects()) {
    if (effect == CaseStep::EFFECT_UNSPECIFIED) return Wrong(proto.id(), "an effect is missing");
    step.effects.push_back(static_cast<CaseStep::Effect>(effect));
  }
  return CompileGuards(index);
}

absl::Status Procedure::CompileClock(int index) {
  const CaseClock& proto = proto_->clocks(index);
  ClockRow& clock = clocks_[index];
  clock.proto = &proto;
  clock.rests = proto.rests_while_suspended();
  if (proto.length() == CaseClock::LENGTH_UNSPECIFIED) return Wrong(proto.id(), "no length");
  const bool fixed = proto.length() == CaseClock::FIXED;
  if (fixed != (proto.unit() != CaseClock::UNIT_UNSPECIFIED) || fixed != (proto.count() > 0))
    return Wrong(proto.id(), "a fixed length has a count and a unit, another none");
  XINCE_ASSIGN_OR_RETURN(const Bits starts, StepSet(proto.from(), proto.id()));
  XINCE_ASSIGN_OR_RETURN(const Bits stops, StepSet(proto.until(), proto.id()));
  if (starts == 0) return Wrong(proto.id(), "no step starts it");
  for (size_t step = 0; step < steps_.size(); ++step) {
    if ((starts & Bit(static_cast<int>(step))) != 0) steps_[step].starts |= Bit(index);
    if ((stops & Bit(static_cast<int>(step))) != 0) steps_[step].stops |= Bit(index);
  }
  if (!proto.then().empty()) {
    clock.then = FindStep(proto.then());
    if (clock.then == kNoIndex || !steps_[clock.then].MayBeBy(CaseStep::CLOCK))
      return Wrong(proto.id(), "it takes a step that is not the clock's");
    clock.only_reports = false;
  }
  if ((proto.extensions() > 0) != !proto.extended_by().empty())
    return Wrong(proto.id(), "a clock that may be extended names the step that does it");
  if (!proto.extended_by().empty()) {
    const StepIndex step = FindStep(proto.extended_by());
    if (step == kNoIndex || steps_[step].extends != kNoIndex)
      return Wrong(proto.id(), "no step of its own extends it");
    steps_[step].extends = static_cast<ClockIndex>(index);
  }
  return absl::OkStatus();
}

absl::Status Procedure::CheckWhole() const {
  if (opening_ == kNoIndex) return Wrong(proto_->id(), "no step opens a case");
  Bits reached = 0;
  Bits left = 0;
  Bits taken_by_clocks = 0;
  Bits undone = 0;
  for (const StepRow& step : steps_) {
    if (step.to != kNoIndex) reached |= Bit(step.to);
    left |= step.from;
  }
  for (const ClockRow& clock : clocks_) {
    if (clock.then != kNoIndex) taken_by_clocks |= Bit(clock.then);
  }
  for (int i = 0; i < states(); ++i) {
    if ((reached & Bit(i)) == 0) return Wrong(proto_->states(i).id(), "no step leads to it");
    if (!Ended(static_cast<StateIndex>(i)) && (left & Bit(i)) == 0)
      return Wrong(proto_->states(i).id(), "no step leads out of it");
  }
  const auto recorded = [&](CaseStep::Record record) {
    return std::any_of(
        steps_.begin(), steps_.end(), [&](const StepRow& step) { return step.record == record; });
  };
  // Whoever asks for a hearing, or states a point, would keep off what waits for it for ever.
  for (const StepRow& step : steps_) {
    for (const GuardRow& guard : step.guards) {
      if (guard.kind == StepGuard::HEARING_HELD_IF_DUE && !recorded(CaseStep::HEARING))
        return Wrong(step.proto->id(), "it waits for a hearing, and no step holds one");
      if (guard.kind == StepGuard::POINTS_ANSWERED && !recorded(CaseStep::ANSWERS))
        return Wrong(step.proto->id(), "it waits for answers, and no step gives them");
    }
  }
  for (size_t i = 0; i < steps_.size(); ++i) {
    const bool only_clock = steps_[i].by == Bit(CaseStep::CLOCK);
    if (steps_[i].proto->undoes() &&
        (!steps_[i].MayBeBy(CaseStep::RULE) || steps_[i].to == kNoIndex || !Ended(steps_[i].to) ||
         (undone & steps_[i].from) != 0))
      return Wrong(steps_[i].proto->id(), "what undoes is one rule's step of a state, to an end");
    if (steps_[i].proto->undoes()) undone |= steps_[i].from;
    if (only_clock && (taken_by_clocks & Bit(static_cast<int>(i))) == 0)
      return Wrong(steps_[i].proto->id(), "it is the clock's, and no clock takes it");
  }
  return absl::OkStatus();
}

absl::StatusOr<Procedure> Procedure::Compile(const policy::v1::Procedure& proto) {
  Procedure procedure;
  procedure.proto_ = std::make_shared<const policy::v1::Procedure>(proto);
  const policy::v1::Procedure& own = *procedure.proto_;
  if (!IsId(own.id())) return procedure.Wrong(own.id(), "no id");
  if (own.purpose() == policy::v1::Procedure::PURPOSE_UNSPECIFIED)
    return procedure.Wrong(own.id(), "no purpose");
  if (own.states_size() > kStatesMax || own.steps_size() > kStepsMax ||
      own.clocks_size() > kClocksMax)
    return procedure.Wrong(own.id(), "more states, steps or clocks than a procedure may have");
  for (const std::string& bad : {BadId(own.states()), BadId(own.steps()), BadId(own.clocks())}) {
    if (!bad.empty()) return procedure.Wrong(bad, "no id, or one that is taken");
  }
  procedure.steps_.resize(own.steps_size());
  procedure.clocks_.resize(own.clocks_size());
  for (int i = 0; i < own.steps_size(); ++i) XINCE_RETURN_IF_ERROR(procedure.CompileStep(i));
  for (int i = 0; i < own.clocks_size(); ++i) XINCE_RETURN_IF_ERROR(procedure.CompileClock(i));
  XINCE_RETURN_IF_ERROR(procedure.CheckWhole());
  return procedure;
}

}  // namespace xince::cases
