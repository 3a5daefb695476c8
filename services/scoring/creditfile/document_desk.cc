#include "services/scoring/creditfile/document_desk.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"

#include "services/runtime/errors.h"
#include "services/scoring/cases/case_errors.h"
#include "services/scoring/creditfile/document_names.h"

namespace xince::creditfile {
namespace {

using cases::CaseRecord;
using cases::StepRecord;
using cases::StepRow;
using documents::BookedDocument;
using documents::Draft;
using documents::NumberPlan;
using documents::Template;
using journal::v1::CaseEvent;
using journal::v1::CaseSteps;
using journal::v1::DocumentStep;
using journal::v1::IssuedDocument;
using policy::v1::CaseStep;

// The kind of document that the newest step makes; empty for none.
const std::string& DocumentOf(const CaseRecord& record) {
  return record.procedure->proto().steps(record.steps.back().step).document();
}

// Whether a later step ends what the document of an earlier one says.
bool Ends(const CaseRecord& record, const StepRecord& later, const StepRecord& earlier) {
  const StepRow& ending = record.procedure->steps()[later.step];
  const StepRow& ended = record.procedure->steps()[earlier.step];
  if (ended.Has(CaseStep::LEAVE_FORCE) || ended.proto->document() == "hearing-minutes")
    return false;
  if (ending.Has(CaseStep::LEAVE_FORCE)) return true;
  if (ending.Has(CaseStep::END_PUBLICATION) && ended.Has(CaseStep::PUBLISH)) return true;
  if (ending.Has(CaseStep::UNDO_REPAIR) && ended.Has(CaseStep::REPAIR_LINE)) return true;
  if (ending.proto->document() == ended.proto->document()) return true;
  // A notice whose case came to nothing.
  const bool of_notice = ended.record == CaseStep::NOTICE || ended.record == CaseStep::SERVICE;
  const CaseStep& proto = *ending.proto;
  for (const auto& state : record.procedure->proto().states()) {
    if (of_notice && state.id() == proto.to() && state.ended()) return true;
  }
  return false;
}

absl::Status Unknown(const std::string& number) {
  return runtime::NotFound("DOCUMENT_UNKNOWN",
                           "number",
                           "no document has this number",
                           "没有该文号的文书",
                           {{"number", number}});
}

}  // namespace

absl::Status DocumentDesk::CheckOwnNumber(const Template& from, const std::string& number) const {
  bool taken = documents::HasFormOf(from.proto(), words_->organ.mark, number);
  for (const auto& [office, organ] : words_->offices)
    taken = taken || documents::HasFormOf(from.proto(), organ.mark, number);
  if (!taken) return absl::OkStatus();
  return runtime::InvalidArgument("DOCUMENT_NUMBER_OWN",
                                  "details.decision.document_number",
                                  "a number of this form is given by the register: leave it empty",
                                  "该格式的文号由系统编制，请留空",
                                  {{"number", number}});
}

absl::StatusOr<IssuedDocument> DocumentDesk::Issue(const Template& from,
                                                   Draft draft,
                                                   NumberPlan& plan) const {
  IssuedDocument issued;
  if (draft.document_number.empty()) {
    const std::string& mark = draft.fields["organ_mark"].text;
    XINCE_ASSIGN_OR_RETURN(
        draft.number,
        plan.Next({.mark = mark, .kind = from.proto().id(), .year = draft.date.year()}));
    issued.set_organ_mark(mark);
    issued.set_serial(draft.number);
  } else {
    XINCE_RETURN_IF_ERROR(CheckOwnNumber(from, draft.document_number));
  }
  auto document = documents::MakeDocument(from, draft);
  if (!document.ok()) return runtime::UnderField(document.status(), "document");
  *issued.mutable_document() = *std::move(document);
  XINCE_RETURN_IF_ERROR(plan.Take(issued));
  return issued;
}

absl::Status DocumentDesk::MakeOne(const CaseRecord& after,
                                   type::Date today,
                                   Revision known,
                                   const type::WorkingDays& calendar,
                                   NumberPlan& plan,
                                   CaseEvent& event,
                                   CaseSteps& steps) const {
  XINCE_ASSIGN_OR_RETURN(const Template* from, words_->templates.Get(DocumentOf(after)));
  const documents::CaseNames names = NamesOf(books_, *words_, after, today, known);
  XINCE_ASSIGN_OR_RETURN(Draft draft,
                         DraftOfStep(words_->templates,
                                     books_.cases.Describe(after, today, calendar, false),
                                     static_cast<int>(after.steps.size()) - 1,
                                     names));
  XINCE_ASSIGN_OR_RETURN(IssuedDocument issued, Issue(*from, std::move(draft), plan));
  issued.set_subject(after.opening.subject());
  event.set_document_number(issued.serial());
  event.set_document_printed(issued.document().number());
  event.set_document_sha256(issued.document().sha256());
  *steps.add_documents() = std::move(issued);
  return absl::OkStatus();
}

absl::Status DocumentDesk::Make(type::Date today,
                                Revision known,
                                const type::WorkingDays& calendar,
                                CaseSteps& steps) const {
  if (words_ == nullptr) return absl::OkStatus();
  NumberPlan plan(numbers_);
  // A later step of the same case follows from the earlier one, which is not kept yet.
  std::map<std::string, CaseRecord> seen;
  for (CaseEvent& event : *steps.mutable_events()) {
    const std::string name = cases::CaseName(event.year(), event.number());
    const auto before = seen.find(name);
    absl::StatusOr<CaseRecord> after = books_.cases.After(
        event, today, 0, 0, "", before == seen.end() ? nullptr : &before->second);
    absl::Status made = after.status();
    if (made.ok() && !DocumentOf(*after).empty())
      made = MakeOne(*after, today, known, calendar, plan, event, steps);
    if (after.ok()) {
      after->steps.back().event = event;
      seen[name] = *std::move(after);
    }
    if (made.ok()) continue;
    const auto part = event.party().part();
    if (part != CaseStep::CLOCK && part != CaseStep::RULE) return made;
    event.set_document_refused(runtime::ReasonOf(made));
  }
  return absl::OkStatus();
}

std::string DocumentDesk::Take(const CaseEvent& event,
                               const CaseSteps& steps,
                               int& next,
                               const journal::Entry& entry,
                               journal::Undo* undo) {
  const auto part = event.party().part();
  if (!event.document_refused().empty() &&
      (!event.document_sha256().empty() || (part != CaseStep::CLOCK && part != CaseStep::RULE)))
    return "a step of a person without its document";
  if (event.document_sha256().empty()) {
    return event.document_printed().empty() && event.document_number() == 0 ? "" : "no document";
  }
  if (next == steps.documents_size()) return "a document that is not there";
  const IssuedDocument& issued = steps.documents(next++);
  const auto record = books_.cases.Find(cases::CaseName(event.year(), event.number()));
  const StepRecord& taken = record->steps.back();
  if (issued.document().sha256() != event.document_sha256() ||
      issued.document().number() != event.document_printed() ||
      issued.serial() != event.document_number() || issued.subject() != record->opening.subject() ||
      issued.document().template_() != DocumentOf(*record))
    return "another document than the step's";
  if (std::string fault = numbers_.FaultOf(issued); !fault.empty()) return fault;
  numbers_.Book({.issued = issued,
                 .case_name = record->name,
                 .step_index = static_cast<uint32_t>(record->steps.size()) - 1,
                 .revision = entry.revision,
                 .time_us = entry.record_time_us,
                 .actor = taken.actor},
                undo);
  return "";
}

absl::Status DocumentDesk::MayVoid(const BookedDocument& document) const {
  if (document.voiding.has_value()) {
    return runtime::FailedPrecondition("DOCUMENT_VOIDED",
                                       "number",
                                       "the document was voided before",
                                       "该文书已作废",
                                       {{"number", document.number()},
                                        {"day", document.voiding->day},
                                        {"reason", document.voiding->reason}});
  }
  const auto record = books_.cases.Find(document.case_name);
  if (record == nullptr || record->ended() ||
      FateOf(document).status == listing::v1::DOCUMENT_STATUS_SUPERSEDED)
    return absl::OkStatus();
  return runtime::FailedPrecondition(
      "DOCUMENT_CASE_OPEN",
      "number",
      "the document's case is open and rests on it: withdraw the case, or revoke the entry, first",
      "该文书所属案件尚未结案：应当先撤回案件或者撤销列入",
      {{"number", document.number()}, {"case", record->name}});
}

absl::StatusOr<DocumentStep> DocumentDesk::DecideVoiding(
    const listing::v1::VoidDocumentRequest& request, type::Date today) const {
  const auto document = numbers_.Find(request.number());
  if (document == nullptr) return Unknown(request.number());
  XINCE_RETURN_IF_ERROR(MayVoid(*document));
  XINCE_RETURN_IF_ERROR(CheckNoIdentity(request, document->issued.subject(), today));
  DocumentStep step;
  *step.mutable_party() = request.party();
  step.mutable_voided()->set_number(request.number());
  step.mutable_voided()->set_reason(request.reason());
  step.mutable_voided()->set_day(FormatDate(today));
  return step;
}

std::string DocumentDesk::Take(const DocumentStep& step,
                               const journal::Entry& entry,
                               journal::Undo* undo) {
  if (step.has_issued()) {
    if (step.issued().document().template_() != kPointsNotice) return "another kind of document";
    if (std::string fault = numbers_.FaultOf(step.issued()); !fault.empty()) return fault;
    numbers_.Book({.issued = step.issued(),
                   .revision = entry.revision,
                   .time_us = entry.record_time_us,
                   .actor = entry.actor},
                  undo);
    return "";
  }
  const auto document = numbers_.Find(step.voided().number());
  if (!step.has_voided() || document == nullptr || step.voided().reason().empty() ||
      !MayVoid(*document).ok())
    return "a document that may not be voided";
  numbers_.Void(step.voided().number(),
                {.reason = step.voided().reason(),
                 .day = step.voided().day(),
                 .party = step.party(),
                 .actor = entry.actor,
                 .revision = entry.revision},
                undo);
  return "";
}

DocumentFate DocumentDesk::FateOf(const BookedDocument& document) const {
  if (document.voiding.has_value()) return {.status = listing::v1::DOCUMENT_STATUS_VOIDED};
  const auto record = books_.cases.Find(document.case_name);
  if (record == nullptr) return {};
  const StepRecord& made = record->steps[document.step_index];
  for (size_t i = document.step_index + 1; i < record->steps.size(); ++i) {
    const StepRecord& later = record->steps[i];
    if (!Ends(*record, later, made)) continue;
    return {.status = listing::v1::DOCUMENT_STATUS_SUPERSEDED,
            .step = later.event.step(),
            .day = FormatDate(later.day),
            .number = later.event.document_printed()};
  }
  if (record->view.suspended && !record->ended())
    return {.status = listing::v1::DOCUMENT_STATUS_SUSPENDED};
  return {};
}

}  // namespace xince::creditfile
