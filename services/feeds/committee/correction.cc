#include "services/feeds/committee/correction.h"

#include "absl/strings/strip.h"

#include "xince/committee/v1/correction.pb.h"

#include "services/feeds/checks.h"
#include "services/feeds/record_checks.h"
#include "services/runtime/errors.h"

namespace xince::committee {
namespace {

using ::xince::committee::v1::CorrectionOrder;
using ::xince::committee::v1::DecisionDefect;
using ::xince::committee::v1::MatterKind_descriptor;
using ::xince::committee::v1::PriorReview;
using ::xince::evidence::v1::Evidence;
using ::xince::feeds::CheckContext;
using ::xince::feeds::EvidenceSink;
using ::xince::feeds::RecordType;

absl::Status CheckPriorReview(const PriorReview& review,
                              const PriorReview* /*before*/,
                              const CheckContext& context) {
  XINCE_RETURN_IF_ERROR(feeds::RequireRecord(context, "committee", review.committee()));
  XINCE_RETURN_IF_ERROR(feeds::CheckDateOrder(review, "branch_date", "community_date"));
  XINCE_RETURN_IF_ERROR(feeds::CheckDateOrder(review, "branch_date", "vote_date"));
  return feeds::CheckDateOrder(review, "community_date", "vote_date");
}

absl::Status CheckDefect(const DecisionDefect& defect,
                         const DecisionDefect* /*before*/,
                         const CheckContext& context) {
  XINCE_RETURN_IF_ERROR(feeds::RequireRecord(context, "committee", defect.committee()));
  return feeds::CheckDateOrder(defect, "decision_date", "corrected_date");
}

void DefectEvidence(const DecisionDefect& defect, EvidenceSink& sink) {
  Evidence& piece = sink.Add("committee");
  piece.set_subject(defect.committee());
  piece.set_kind("committee.decision-defect");
  piece.set_matter(defect.name());
  piece.set_occurred_on(defect.decision_date());
  piece.set_determined_on(defect.document().issue_date());
  piece.set_corrected_on(defect.corrected_date());
  piece.set_level(defect.level());
  piece.set_issuer(defect.found_by());
  piece.set_issuer_level(defect.level());
  piece.add_tags(feeds::TagOf(*DecisionDefect::Kind_descriptor(), defect.kind()));
  if (defect.matter_kind() != v1::MATTER_KIND_UNSPECIFIED) {
    const std::string tag = feeds::TagOf(*MatterKind_descriptor(), defect.matter_kind());
    piece.add_tags(std::string(absl::StripPrefix(tag, "matter-kind-")));
  }
  *piece.add_documents() = defect.document();
}

absl::Status CheckOrder(const CorrectionOrder& order,
                        const CorrectionOrder* /*before*/,
                        const CheckContext& context) {
  XINCE_RETURN_IF_ERROR(feeds::RequireRecord(context, "committee", order.committee()));
  XINCE_RETURN_IF_ERROR(feeds::CheckNotBefore(
      "due_date", order.due_date(), "order_date", feeds::DayAfter(order.order_date())));
  XINCE_RETURN_IF_ERROR(feeds::CheckDateOrder(order, "order_date", "accepted_date"));
  if (!order.found_unmet_date().empty()) {
    XINCE_RETURN_IF_ERROR(feeds::CheckNotBefore("found_unmet_date",
                                                order.found_unmet_date(),
                                                "due_date",
                                                feeds::DayAfter(order.due_date())));
    XINCE_RETURN_IF_ERROR(feeds::CheckDateOrder(order, "found_unmet_date", "accepted_date"));
  }
  if (order.acting_start_date().empty()) {
    return order.has_acting_mandate() ? feeds::RequiredWith("acting_start_date", "acting_mandate")
                                      : absl::OkStatus();
  }
  if (!order.has_acting_mandate()) {
    return feeds::RequiredWith("acting_mandate", "acting_start_date");
  }
  if (order.found_unmet_date().empty()) {
    return feeds::RequiredWith("found_unmet_date", "acting_start_date");
  }
  return feeds::CheckDateOrder(order, "found_unmet_date", "acting_start_date");
}

Evidence& About(const CorrectionOrder& order,
                absl::string_view slot,
                absl::string_view kind,
                EvidenceSink& sink) {
  Evidence& piece = sink.Add(slot);
  piece.set_subject(order.committee());
  piece.set_kind(std::string(kind));
  piece.set_matter(order.name());
  piece.set_corrected_on(order.accepted_date());
  piece.set_level(order.level());
  piece.set_issuer(order.ordered_by());
  piece.set_issuer_level(order.level());
  piece.add_tags(feeds::TagOf(*CorrectionOrder::Cause_descriptor(), order.cause()));
  *piece.add_documents() = order.document();
  return piece;
}

// What an order's cause says of the committee, besides that it was ordered; empty for nothing.
absl::string_view CauseKind(CorrectionOrder::Cause cause) {
  switch (cause) {
    case CorrectionOrder::MANY_COMPLAINTS:
    case CorrectionOrder::WEAK:
    case CorrectionOrder::NOT_RUNNING:
      return "committee.in-difficulty";
    case CorrectionOrder::OVERDUE_ELECTION:
      return "committee.election-overdue";
    case CorrectionOrder::UNTRAINED_MEMBER:
      return "committee.training-missing";
    default:
      return "";
  }
}

void OrderEvidence(const CorrectionOrder& order, EvidenceSink& sink) {
  About(order, "committee", "committee.order", sink).set_occurred_on(order.order_date());
  if (const absl::string_view kind = CauseKind(order.cause()); !kind.empty()) {
    About(order, "cause", kind, sink).set_occurred_on(order.order_date());
  }
  if (order.found_unmet_date().empty()) return;
  Evidence& unmet = About(order, "unmet", "committee.order-unmet", sink);
  unmet.set_occurred_on(feeds::DayAfter(order.due_date()));
  unmet.set_determined_on(order.found_unmet_date());
  if (!order.acting_start_date().empty()) {
    unmet.add_tags("community-acts");
    *unmet.add_documents() = order.acting_mandate();
  }
}

}  // namespace

RecordType PriorReviewType() {
  RecordType type = feeds::MakeRecordType(PriorReview::descriptor());
  type.check = feeds::Check<PriorReview>(CheckPriorReview);
  return type;
}

RecordType DecisionDefectType() {
  RecordType type = feeds::MakeRecordType(DecisionDefect::descriptor());
  type.check = feeds::Check<DecisionDefect>(CheckDefect);
  type.evidence = feeds::Of<DecisionDefect>(DefectEvidence);
  return type;
}

RecordType CorrectionOrderType() {
  RecordType type = feeds::MakeRecordType(CorrectionOrder::descriptor());
  type.check = feeds::Check<CorrectionOrder>(CheckOrder);
  type.evidence = feeds::Of<CorrectionOrder>(OrderEvidence);
  return type;
}

}  // namespace xince::committee
