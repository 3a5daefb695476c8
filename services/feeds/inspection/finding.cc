#include "services/feeds/inspection/inspection_evidence.h"
#include "services/feeds/inspection/inspection_kinds.h"
#include "services/feeds/inspection/inspection_records.h"

// Findings: what is wrong with a subject.
namespace xince::inspection {
namespace {

using v1::Finding;

absl::Status CheckFinding(const Finding& record,
                          const feeds::KindList& open,
                          const feeds::CheckContext& context) {
  XINCE_RETURN_IF_ERROR(CheckOpenKind(record.kind(), open));
  XINCE_RETURN_IF_ERROR(feeds::CheckDateOrder(record, "occurred_date", "determined_date"));
  XINCE_RETURN_IF_ERROR(feeds::CheckDateOrder(record, "occurred_date", "corrected_date"));
  XINCE_RETURN_IF_ERROR(feeds::CheckReference(record, "inspection", context));
  return CheckDecision(record, Sign::kDemerit);
}

void FillIn(const Finding& record, evidence::v1::Evidence& piece) {
  piece.set_occurred_on(record.occurred_date());
  piece.set_determined_on(DeterminedOn(record, record.determined_date(), record.occurred_date()));
  piece.set_corrected_on(record.corrected_date());
  piece.add_tags(feeds::TagOf(*Finding::Severity_descriptor(), record.severity()));
  if (record.public_notice()) piece.add_tags("public-notice");
}

void GiveEvidence(const Finding& record, feeds::EvidenceSink& sink) {
  FillIn(record, AddEvidence(record, sink, "finding", record.kind()));
  if (!record.circular_criticism()) return;
  // The points were decided for the finding, not once more for the circular about it.
  evidence::v1::Evidence& circular = AddEvidence(record, sink, "circular", kCircularCriticism);
  FillIn(record, circular);
  circular.clear_given_points_hundredths();
}

}  // namespace

feeds::RecordType FindingType(const feeds::KindList& vocabulary) {
  feeds::RecordType type = feeds::MakeRecordType(Finding::descriptor());
  type.check = feeds::Check<Finding>(
      [open = OpenKinds(vocabulary)](
          const Finding& record, const Finding*, const feeds::CheckContext& context) {
        return CheckFinding(record, open, context);
      });
  type.evidence = feeds::Of<Finding>(GiveEvidence);
  type.indexed = {"matter", "kind"};
  return type;
}

}  // namespace xince::inspection
