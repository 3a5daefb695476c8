#include "services/feeds/inspection/inspection_evidence.h"
#include "services/feeds/inspection/inspection_kinds.h"
#include "services/feeds/inspection/inspection_records.h"

// Inspections: by whom, how, by which standard, with what result.
namespace xince::inspection {
namespace {

using v1::Inspection;

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
      [](const Inspection& record, const Inspection*, const feeds::CheckContext&) {
        return feeds::CheckDateOrder(record, "inspection_date", "notice_date");
      });
  type.evidence = feeds::Of<Inspection>(GiveEvidence);
  type.indexed = {"matter", "issuer"};
  return type;
}

}  // namespace xince::inspection
