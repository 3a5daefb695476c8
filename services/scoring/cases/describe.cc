#include <algorithm>

#include "google/protobuf/util/time_util.h"

#include "services/scoring/cases/case_book.h"
#include "services/scoring/cases/criteria.h"

// A case as it is told.
namespace xince::cases {
namespace {

using listing::v1::ClockState;
using policy::v1::CaseStep;
using type::Date;

ClockState::Status StatusOf(const CaseRecord& record, size_t index) {
  switch (record.view.clocks[index]) {
    case ClockStatus::kRunning:
      return record.view.suspended && record.procedure->clocks()[index].rests ? ClockState::RESTING
                                                                              : ClockState::RUNNING;
    case ClockStatus::kOver:
      return ClockState::OVER;
    default:
      return ClockState::STOPPED;
  }
}

void AddSteps(const CaseRecord& record, listing::v1::Case& out) {
  for (const StepRecord& taken : record.steps) {
    const CaseStep& proto = record.procedure->proto().steps(taken.step);
    listing::v1::StepTaken& step = *out.add_steps();
    step.set_step(proto.id());
    step.set_zh(proto.zh());
    step.set_en(proto.en());
    *step.mutable_party() = taken.event.party();
    step.set_day(FormatDate(taken.day));
    *step.mutable_details() = taken.event.details();
    *step.mutable_record_time() =
        google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(taken.time_us);
    step.set_actor(taken.actor);
    step.set_revision(taken.revision);
    step.set_document(proto.document());
    step.set_document_number(taken.event.document_printed());
  }
}

void AddClocks(const CaseRecord& record,
               Date today,
               const type::WorkingDays& calendar,
               listing::v1::Case& out) {
  for (size_t i = 0; i < record.procedure->clocks().size(); ++i) {
    if (record.view.clocks[i] == ClockStatus::kIdle) continue;
    const policy::v1::CaseClock& proto = *record.procedure->clocks()[i].proto;
    const ClockRun& run = record.clocks[i];
    // The list shows no draft: there is nothing to wait for.
    if (run.due < run.from && proto.length() == policy::v1::CaseClock::DRAFT_PUBLICITY) continue;
    ClockState& clock = *out.add_clocks();
    clock.set_clock(proto.id());
    clock.set_zh(proto.zh());
    clock.set_en(proto.en());
    clock.set_from(FormatDate(run.from));
    clock.set_status(StatusOf(record, i));
    clock.set_extended(run.extended);
    clock.set_then(proto.then());
    *clock.mutable_source() = proto.source();
    if (run.due == type::kDateMax) continue;
    clock.set_due(FormatDate(run.due));
    const auto left = DaysLeft(proto, run.due, today, calendar);
    if (left.ok()) clock.set_days_left(*left);
  }
}

void SetSpans(const CaseRecord& record, Date published_until, listing::v1::Case& out) {
  const std::vector<Span> force = SpansInForce(record, record.revision());
  if (!force.empty()) {
    out.set_in_force_from(FormatDate(force.front().from));
    if (force.back().until != type::kDateMax)
      out.set_in_force_until(FormatDate(force.back().until));
  }
  const std::vector<Span> shown = SpansPublished(record, record.revision());
  if (shown.empty()) return;
  out.set_published_from(FormatDate(shown.front().from));
  if (published_until != type::kDateMax) out.set_published_until(FormatDate(published_until));
}

}  // namespace

listing::v1::Case CaseBook::Describe(const CaseRecord& record,
                                     Date today,
                                     const type::WorkingDays& calendar,
                                     bool with_next) const {
  listing::v1::Case out;
  const auto& state = record.procedure->proto().states(record.view.state);
  out.set_name(record.name);
  *out.mutable_opening() = record.opening;
  out.set_state(state.id());
  out.set_state_zh(state.zh());
  out.set_state_en(state.en());
  out.set_ended(state.ended());
  out.set_in_force(record.view.effective());
  out.set_published(record.view.published);
  out.set_suspended(record.view.suspended);
  out.set_contested(record.view.contested);
  SetSpans(record, PublishedUntil(record, today), out);
  AddSteps(record, out);
  AddClocks(record, today, calendar, out);
  out.set_revision(record.revision());
  out.set_hash(record.hash);
  DescribeObjections(record, out);
  if (record.list != nullptr && !record.ended()) {
    for (listing::v1::FactGone& gone : FactsGone(record, view_))
      *out.add_facts_gone() = std::move(gone);
    out.set_criteria_unmet(!CriteriaMet(record, ProposalOf(record), view_));
  }
  const Circumstances circumstances = CircumstancesOf(record, today);
  *out.mutable_to_tell() = {circumstances.to_tell.begin(), circumstances.to_tell.end()};
  if (!with_next) return out;
  for (size_t i = 0; i < record.procedure->steps().size(); ++i) {
    const StepRow& row = record.procedure->steps()[i];
    if (row.opens() || (row.from & Bit(record.view.state)) == 0) continue;
    listing::v1::NextStep& next = *out.add_next();
    next.set_step(row.proto->id());
    next.set_zh(row.proto->zh());
    next.set_en(row.proto->en());
    *next.mutable_by() = row.proto->by();
    next.set_record(row.record);
    // Whoever takes it, and what is recorded with it, is not known yet.
    const Attempt attempt{
        .step = static_cast<StepIndex>(i),
        .hearing_required = record.list != nullptr && record.list->terms().hearing_required()};
    for (const GuardRow& guard : row.guards) {
      const bool missing =
          JudgedByView(guard.kind)
              ? !Holds(guard, record.view, attempt)
              : guard.kind == policy::v1::StepGuard::TOLD_AGAIN && !circumstances.to_tell.empty();
      if (missing) *next.add_missing() = cases::Describe(guard, record, circumstances);
    }
  }
  return out;
}

}  // namespace xince::cases
