#include "absl/strings/str_cat.h"

#include "services/feeds/inspection/inspection_evidence.h"
#include "services/feeds/inspection/inspection_kinds.h"
#include "services/feeds/inspection/inspection_records.h"

// Administrative penalties, with the fields of the double publicity.
namespace xince::inspection {
namespace {

using v1::Penalty;

absl::Status CheckPenalty(const Penalty& record, const Penalty*, const feeds::CheckContext&) {
  XINCE_RETURN_IF_ERROR(feeds::CheckDateOrder(record, "occurred_date", "decision_date"));
  XINCE_RETURN_IF_ERROR(feeds::CheckDateOrder(record, "occurred_date", "corrected_date"));
  XINCE_RETURN_IF_ERROR(feeds::CheckDateOrder(record, "decision_date", "publish_date"));
  return CheckDecision(record, Sign::kDemerit);
}

void GiveEvidence(const Penalty& record, feeds::EvidenceSink& sink) {
  evidence::v1::Evidence& piece = AddEvidence(record, sink, "penalty", kPenalty);
  const std::string& occurred = record.occurred_date();
  piece.set_occurred_on(occurred.empty() ? record.decision_date() : occurred);
  piece.set_determined_on(record.decision_date());
  piece.set_corrected_on(record.corrected_date());
  piece.add_tags(feeds::TagOf(*Penalty::RepairClass_descriptor(), record.repair_class()));
  piece.add_tags(feeds::TagOf(*Penalty::Sort_descriptor(), record.sort()));
  feeds::AddMeasure(piece, "amount", record.amount_cents());
  feeds::AddCount(piece, "cases", record.cases() == 0 ? 1 : record.cases());
}

}  // namespace

feeds::RecordType PenaltyType() {
  feeds::RecordType type = feeds::MakeRecordType(Penalty::descriptor());
  type.check = feeds::Check<Penalty>(CheckPenalty);
  type.unique_keys = feeds::Of<Penalty>([](const Penalty& record) {
    return std::vector<std::string>{
        absl::StrCat("penalty:", record.subject(), ":", record.decision_number())};
  });
  type.evidence = feeds::Of<Penalty>(GiveEvidence);
  type.indexed = {"matter", "decision_number"};
  return type;
}

}  // namespace xince::inspection
