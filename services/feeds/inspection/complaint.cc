#include "absl/strings/str_cat.h"

#include "services/feeds/inspection/inspection_evidence.h"
#include "services/feeds/inspection/inspection_kinds.h"
#include "services/feeds/inspection/inspection_records.h"

// Complaints, from their receipt to the closed loop.
namespace xince::inspection {
namespace {

using v1::CloseComplaintRequest;
using v1::Complaint;

absl::Status Closed() {
  return runtime::FailedPrecondition(
      "COMPLAINT_CLOSED", "name", "the complaint is closed", "该投诉已闭环");
}

absl::Status CompleteComplaint(Complaint& record,
                               const Complaint* before,
                               const feeds::CheckContext&) {
  if (before == nullptr) record.set_state(Complaint::IN_HAND);
  return absl::OkStatus();
}

absl::Status CheckComplaint(const Complaint& record,
                            const Complaint* before,
                            const feeds::CheckContext&) {
  if (before != nullptr && before->state() == Complaint::CLOSED) return Closed();
  XINCE_RETURN_IF_ERROR(feeds::CheckDateOrder(record, "received_date", "accepted_date"));
  XINCE_RETURN_IF_ERROR(feeds::CheckDateOrder(record, "received_date", "due_date"));
  XINCE_RETURN_IF_ERROR(feeds::CheckDateOrder(record, "received_date", "handled_date"));
  XINCE_RETURN_IF_ERROR(feeds::CheckDateOrder(record, "accepted_date", "handled_date"));
  XINCE_RETURN_IF_ERROR(feeds::CheckDateOrder(record, "received_date", "replied_date"));
  XINCE_RETURN_IF_ERROR(feeds::CheckDateOrder(record, "handled_date", "replied_date"));
  return feeds::CheckDateOrder(record, "replied_date", "closed_date");
}

absl::Status Close(const CloseComplaintRequest& request,
                   Complaint& record,
                   const feeds::CheckContext& context) {
  if (record.state() == Complaint::CLOSED) return Closed();
  if (record.replied_date().empty()) {
    return runtime::FailedPrecondition("COMPLAINT_NOT_REPLIED",
                                       "name",
                                       "the complainant was not answered: replied_date is empty",
                                       "尚未答复投诉人:缺少答复日期");
  }
  if (record.verdict() == Complaint::VERDICT_UNSPECIFIED) {
    return runtime::FailedPrecondition("COMPLAINT_NOT_VERIFIED",
                                       "name",
                                       "whether the facts hold is not settled: verdict is empty",
                                       "尚未认定是否属实");
  }
  record.set_resolved(request.resolved());
  record.set_closed_date(request.closed_date().empty() ? type::FormatDate(context.today)
                                                       : request.closed_date());
  record.set_closing_opinion(request.opinion());
  record.set_state(Complaint::CLOSED);
  return absl::OkStatus();
}

void GiveEvidence(const Complaint& record, feeds::EvidenceSink& sink) {
  if (record.verdict() != Complaint::SUBSTANTIATED) return;
  evidence::v1::Evidence& piece = AddEvidence(record, sink, "complaint", kComplaint);
  piece.set_occurred_on(record.received_date());
  piece.add_tags(feeds::TagOf(*Complaint::Channel_descriptor(), record.channel()));
  if (record.repeated()) piece.add_tags("repeated");
  if (record.group()) piece.add_tags("group");
  if (!record.replied_date().empty()) {
    const bool late = !record.due_date().empty() && record.replied_date() > record.due_date();
    if (late) piece.add_tags("late");
    const auto received = type::ParseDate(record.received_date());
    const auto replied = type::ParseDate(record.replied_date());
    if (received.ok() && replied.ok())
      feeds::AddCount(piece, "days-to-reply", *replied - *received);
  }
  feeds::AddCount(piece, "occurrences", record.occurrences() == 0 ? 1 : record.occurrences());
  if (record.state() != Complaint::CLOSED) return;
  piece.add_tags(record.resolved() ? "resolved" : "unresolved");
  if (record.resolved()) piece.set_corrected_on(record.closed_date());
}

}  // namespace

feeds::RecordType ComplaintType() {
  feeds::RecordType type = feeds::MakeRecordType(Complaint::descriptor());
  type.complete = feeds::Complete<Complaint>(CompleteComplaint);
  type.check = feeds::Check<Complaint>(CheckComplaint);
  type.unique_keys = feeds::Of<Complaint>([](const Complaint& record) {
    return std::vector<std::string>{
        absl::StrCat("complaint:", record.channel(), ":", record.complaint_number())};
  });
  type.evidence = feeds::Of<Complaint>(GiveEvidence);
  type.indexed = {"matter", "complaint_number"};
  return type;
}

std::vector<feeds::FeedVerb> ComplaintVerbs() {
  return {{.method = "CloseComplaint",
           .change = feeds::Change<CloseComplaintRequest, Complaint>(Close)}};
}

}  // namespace xince::inspection
