#include <algorithm>
#include <utility>

#include "services/runtime/errors.h"
#include "services/scoring/creditfile/credit_state.h"
#include "services/type/civil_date.h"

// Documents in the state of scoring: made with the steps that name them, and by themselves.
namespace xince::creditfile {

using journal::v1::CaseSteps;
using journal::v1::DocumentStep;

absl::StatusOr<CaseSteps> CreditState::WithDocuments(absl::StatusOr<CaseSteps> steps) const {
  if (!steps.ok()) return steps;
  XINCE_RETURN_IF_ERROR(desk_.Make(type::Date::FromDays(today_), revision_, *calendar_, *steps));
  return steps;
}

std::optional<CreditState::StepsDue> CreditState::DueSteps() const {
  std::optional<StepsDue> due = StepsThatAreDue();
  if (!due.has_value()) return due;
  const CaseSteps bare = due->steps;
  // What a rule does because of a step stays with it.
  const bool each_alone =
      std::all_of(bare.events().begin(), bare.events().end(), [](const auto& event) {
        return event.party().part() == policy::v1::CaseStep::CLOCK;
      });
  for (int size = bare.events_size(); size > 0; size /= 2) {
    CaseSteps steps = bare;
    steps.mutable_events()->DeleteSubrange(size, bare.events_size() - size);
    absl::StatusOr<CaseSteps> with = WithDocuments(std::move(steps));
    // What time ends does not wait for a document.
    if (!with.ok()) return due;
    due->steps = *std::move(with);
    if (due->steps.ByteSizeLong() <= kClockStepsBytesMax || !each_alone) break;
  }
  return due;
}

absl::StatusOr<DocumentStep> CreditState::DecidePointsNotice(
    const listing::v1::IssuePointsNoticeRequest& request) const {
  XINCE_RETURN_IF_ERROR(MayDecide());
  return desk_.DecidePointsNotice(request, type::Date::FromDays(today_), revision_);
}

absl::StatusOr<DocumentStep> CreditState::DecideVoiding(
    const listing::v1::VoidDocumentRequest& request) const {
  XINCE_RETURN_IF_ERROR(MayDecide());
  return desk_.DecideVoiding(request, type::Date::FromDays(today_));
}

absl::Status CreditState::TakeDocumentStep(const DocumentStep& step,
                                           const journal::Entry& entry,
                                           journal::Undo* undo) {
  const std::string fault = desk_.Take(step, entry, undo);
  if (!fault.empty()) {
    return runtime::ToStatus(runtime::Problem{
        .code = absl::StatusCode::kDataLoss,
        .reason = "REPLAY_MISMATCH",
        .en = absl::StrCat("replaying the journal does not give what it records: ", fault),
        .zh = "重放流水的结果与记录不一致",
        .metadata = {{"revision", absl::StrCat(entry.revision)}}});
  }
  NoteRequest(step.request_digest(),
              step.has_issued() ? step.issued().document().number() : step.voided().number(),
              entry,
              undo);
  return absl::OkStatus();
}

}  // namespace xince::creditfile
