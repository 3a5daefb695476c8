#include "services/feeds/checks.h"
#include "services/feeds/inspection/inspection_evidence.h"
#include "services/feeds/inspection/inspection_kinds.h"
#include "services/feeds/inspection/inspection_records.h"

// Inspections: by whom, how, by which standard, with what result.
namespace xince::inspection {
namespace {

using v1::Inspection;

// A look-back says whether one correction holds; it comes after the order was settled.
absl::Status CheckLookBack(const Inspection& record, const feeds::CheckContext& context) {
  constexpr char kField[] = "rectification_order";
  if (record.rectification_order().empty()) return absl::OkStatus();
  if (record.method() != Inspection::LOOK_BACK) return feeds::NotApplicable(kField, "method");
  if (record.result() == Inspection::RESULT_UNSPECIFIED) {
    return feeds::RequiredWith("result", kField);
  }
  XINCE_RETURN_IF_ERROR(feeds::CheckReference(record, kField, context));
  const auto found = context.records.Find(record.rectification_order());
  const auto& order = static_cast<const v1::RectificationOrder&>(*found);
  if (order.subject() != record.subject()) {
    return runtime::FailedPrecondition("LOOK_BACK_SUBJECT",
                                       kField,
                                       "the order is about another subject",
                                       "该整改通知的对象与检查对象不一致",
                                       {{"subject", order.subject()}});
  }
  const std::string& settled = order.state() == v1::RectificationOrder::ACCEPTED
                                   ? order.accepted_date()
                                   : order.failed_date();
  if (!settled.empty() && record.inspection_date() >= settled) return absl::OkStatus();
  return runtime::FailedPrecondition(
      "LOOK_BACK_TOO_EARLY",
      "inspection_date",
      "the order was neither accepted nor found not carried out by then",
      "该整改通知当时尚未验收或认定未整改",
      {{"settled", settled}});
}

void GiveEvidence(const Inspection& record, feeds::EvidenceSink& sink) {
  evidence::v1::Evidence& piece = AddEvidence(record, sink, "inspection", kResult);
  piece.set_occurred_on(record.inspection_date());
  piece.add_tags(feeds::TagOf(*Inspection::Method_descriptor(), record.method()));
  if (record.has_score_hundredths()) feeds::AddMeasure(piece, "score", record.score_hundredths());
  if (record.result() != Inspection::RESULT_UNSPECIFIED) {
    feeds::AddCount(piece, "passed", record.result() == Inspection::PASSED ? 1 : 0);
  }
  if (record.inspectors() > 0) feeds::AddCount(piece, "inspectors", record.inspectors());
}

}  // namespace

feeds::RecordType InspectionType() {
  feeds::RecordType type = feeds::MakeRecordType(Inspection::descriptor());
  type.check = feeds::Check<Inspection>(
      [](const Inspection& record, const Inspection*, const feeds::CheckContext& context) {
        XINCE_RETURN_IF_ERROR(feeds::CheckDateOrder(record, "inspection_date", "notice_date"));
        return CheckLookBack(record, context);
      });
  type.evidence = feeds::Of<Inspection>(GiveEvidence);
  type.indexed = {"matter", "issuer"};
  return type;
}

}  // namespace xince::inspection
