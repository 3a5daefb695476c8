#include "services/feeds/inspection/inspection_evidence.h"
#include "services/feeds/inspection/inspection_records.h"

// Good and bad conduct. What an authority has decided counts at once; what is only reported counts
// when somebody else has verified it.
namespace xince::inspection {
namespace {

using v1::Conduct;
using v1::VerifyConductRequest;

bool IsReport(const Conduct& record) {
  return record.source() == Conduct::ESTATE_BRANCH_REPORT ||
         record.source() == Conduct::FIRM_REPORT || record.source() == Conduct::RESIDENT_REPORT;
}

absl::Status CompleteConduct(Conduct& record,
                             const Conduct* before,
                             const feeds::CheckContext& context) {
  if (before != nullptr) return absl::OkStatus();
  record.set_recorded_by(std::string(context.actor));
  record.set_state(IsReport(record) ? Conduct::REPORTED : Conduct::EFFECTIVE);
  return absl::OkStatus();
}

absl::Status CheckConduct(const Conduct& record, const feeds::KindList& open) {
  XINCE_RETURN_IF_ERROR(CheckOpenKind(record.kind(), open));
  XINCE_RETURN_IF_ERROR(feeds::CheckDateOrder(record, "occurred_date", "determined_date"));
  XINCE_RETURN_IF_ERROR(feeds::CheckDateOrder(record, "occurred_date", "corrected_date"));
  return CheckDecision(record, record.nature() == Conduct::GOOD ? Sign::kMerit : Sign::kDemerit);
}

absl::Status Verify(const VerifyConductRequest& request,
                    Conduct& record,
                    const feeds::CheckContext& context) {
  if (record.state() == Conduct::EFFECTIVE) {
    return runtime::FailedPrecondition(
        "CONDUCT_ALREADY_EFFECTIVE", "name", "the conduct counts already", "该行为已生效,无须核实");
  }
  const auto stored = context.records.Find(record.name());
  const auto& present = static_cast<const Conduct&>(*stored);
  if (record.recorded_by() == context.actor || present.info().actor() == context.actor) {
    return runtime::FailedPrecondition("SAME_ACTOR",
                                       "",
                                       "whoever filed or changed a report does not verify it",
                                       "登记人不得核实本人登记的事项");
  }
  record.set_state(Conduct::EFFECTIVE);
  record.set_verified_by(std::string(context.actor));
  record.set_verified_date(type::FormatDate(context.today));
  record.set_verification_opinion(request.opinion());
  if (request.has_document()) *record.mutable_verification_document() = request.document();
  return absl::OkStatus();
}

void GiveEvidence(const Conduct& record, feeds::EvidenceSink& sink) {
  if (record.state() != Conduct::EFFECTIVE) return;
  evidence::v1::Evidence& piece = AddEvidence(record, sink, "conduct", record.kind());
  piece.set_occurred_on(record.occurred_date());
  const std::string& verified = record.verified_date();
  piece.set_determined_on(DeterminedOn(
      record, record.determined_date(), verified.empty() ? record.occurred_date() : verified));
  piece.set_corrected_on(record.corrected_date());
  piece.add_tags(feeds::TagOf(*Conduct::Nature_descriptor(), record.nature()));
  if (record.has_verification_document()) *piece.add_documents() = record.verification_document();
}

}  // namespace

feeds::RecordType ConductType(const feeds::KindList& vocabulary) {
  feeds::RecordType type = feeds::MakeRecordType(Conduct::descriptor());
  type.complete = feeds::Complete<Conduct>(CompleteConduct);
  type.check =
      feeds::Check<Conduct>([open = OpenKinds(vocabulary)](
                                const Conduct& record, const Conduct*, const feeds::CheckContext&) {
        return CheckConduct(record, open);
      });
  type.evidence = feeds::Of<Conduct>(GiveEvidence);
  type.indexed = {"matter", "kind"};
  return type;
}

std::vector<feeds::FeedVerb> ConductVerbs() {
  return {
      {.method = "VerifyConduct", .change = feeds::Change<VerifyConductRequest, Conduct>(Verify)}};
}

}  // namespace xince::inspection
