#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "services/feeds/inspection/inspection_evidence.h"
#include "services/feeds/inspection/inspection_kinds.h"
#include "services/feeds/inspection/inspection_records.h"

// Rectification orders, from their issue to their close-out.
//
//   open ----------------------> accepted
//    |  \_ extended              ^
//    |                           |
//    +--> not corrected ---------+
namespace xince::inspection {
namespace {

using v1::AcceptRectificationOrderRequest;
using v1::ExtendRectificationOrderRequest;
using v1::FailRectificationOrderRequest;
using v1::RectificationOrder;

type::Date DateOf(const std::string& date) { return type::ParseDate(date).value_or(type::Date()); }

std::string OrToday(const std::string& date, const feeds::CheckContext& context) {
  return date.empty() ? type::FormatDate(context.today) : date;
}

absl::Status NotOpen() {
  return runtime::FailedPrecondition("RECTIFICATION_NOT_OPEN",
                                     "name",
                                     "the order was accepted, or found not carried out",
                                     "该整改通知已验收销号或已认定未整改");
}

absl::Status Closed(const RectificationOrder& order) {
  return runtime::FailedPrecondition("RECTIFICATION_CLOSED",
                                     "name",
                                     "the order was already accepted and closed out",
                                     "该整改通知已验收销号",
                                     {{"close_out_number", order.close_out_number()}});
}

absl::Status CheckDeadline(const std::string& issue_date, const std::string& deadline) {
  const type::Date latest = type::AddYears(DateOf(issue_date), kDeadlineYearsMax);
  if (DateOf(deadline) <= latest) return absl::OkStatus();
  return runtime::InvalidArgument(
      "DEADLINE_TOO_FAR",
      "deadline",
      absl::StrCat("the deadline is at most ", kDeadlineYearsMax, " years after the order"),
      absl::StrCat("整改期限至多为下达之日起", kDeadlineYearsMax, "年"),
      {{"latest", type::FormatDate(latest)}});
}

absl::Status CompleteOrder(RectificationOrder& order,
                           const RectificationOrder* before,
                           const feeds::CheckContext&) {
  if (before != nullptr) return absl::OkStatus();
  order.set_state(RectificationOrder::OPEN);
  order.set_original_deadline(order.deadline());
  return absl::OkStatus();
}

absl::Status CheckOrder(const RectificationOrder& order,
                        const RectificationOrder* before,
                        const feeds::CheckContext& context) {
  XINCE_RETURN_IF_ERROR(feeds::CheckDateOrder(order, "issue_date", "deadline"));
  XINCE_RETURN_IF_ERROR(CheckDeadline(order.issue_date(), order.deadline()));
  XINCE_RETURN_IF_ERROR(feeds::CheckReference(order, "inspection", context));
  XINCE_RETURN_IF_ERROR(feeds::CheckReference(order, "finding", context));
  if (before != nullptr && before->deadline() != order.deadline() &&
      before->extensions_size() == order.extensions_size()) {
    return runtime::FailedPrecondition("DEADLINE_BY_EXTENSION",
                                       "deadline",
                                       "the deadline is moved by ExtendRectificationOrder only",
                                       "整改期限只能通过延期变更");
  }
  return absl::OkStatus();
}

absl::Status Extend(const ExtendRectificationOrderRequest& request,
                    RectificationOrder& order,
                    const feeds::CheckContext& context) {
  if (order.state() != RectificationOrder::OPEN) return NotOpen();
  const std::string granted = OrToday(request.extend_date(), context);
  if (granted > order.deadline()) {
    return runtime::FailedPrecondition(
        "EXTENSION_AFTER_DEADLINE",
        "extend_date",
        absl::StrCat("the deadline ", order.deadline(), " had passed when it was extended"),
        absl::StrCat("整改期限 ", order.deadline(), " 届满后不得延期"),
        {{"deadline", order.deadline()}, {"extend_date", granted}});
  }
  if (granted < order.issue_date()) {
    return runtime::InvalidArgument("DATE_ORDER",
                                    "extend_date",
                                    "extend_date is before the order",
                                    "「延期批准日期」早于「下达日期」",
                                    {{"earlier", order.issue_date()}, {"later", granted}});
  }
  if (request.deadline() <= order.deadline()) {
    return runtime::InvalidArgument(
        "EXTENSION_NOT_LATER",
        "deadline",
        absl::StrCat("the new deadline must be later than ", order.deadline()),
        absl::StrCat("新期限应晚于 ", order.deadline()),
        {{"deadline", order.deadline()}, {"found", request.deadline()}});
  }
  if (order.extensions_size() >= kExtensionsMax) {
    return runtime::FailedPrecondition(
        "TOO_MANY_EXTENSIONS",
        "name",
        absl::StrCat("an order is extended at most ", kExtensionsMax, " times"),
        absl::StrCat("至多延期", kExtensionsMax, "次"),
        {{"limit", absl::StrCat(kExtensionsMax)}});
  }
  v1::RectificationExtension& extension = *order.add_extensions();
  extension.set_old_deadline(order.deadline());
  extension.set_new_deadline(request.deadline());
  extension.set_extend_date(granted);
  extension.set_reason(request.reason());
  if (request.has_document()) *extension.mutable_document() = request.document();
  order.set_deadline(request.deadline());
  return absl::OkStatus();
}

absl::Status Accept(const AcceptRectificationOrderRequest& request,
                    RectificationOrder& order,
                    const feeds::CheckContext& context) {
  if (order.state() == RectificationOrder::ACCEPTED) return Closed(order);
  order.set_corrected_date(request.corrected_date());
  order.set_accepted_date(OrToday(request.accepted_date(), context));
  XINCE_RETURN_IF_ERROR(feeds::CheckDateOrder(order, "issue_date", "corrected_date"));
  XINCE_RETURN_IF_ERROR(feeds::CheckDateOrder(order, "corrected_date", "accepted_date"));
  order.set_accepted_by(request.accepted_by());
  order.set_acceptance_opinion(request.opinion());
  if (request.has_document()) *order.mutable_acceptance_document() = request.document();
  order.set_state(RectificationOrder::ACCEPTED);
  // A number is one more than how many its series has given. No order loses its number, not even by
  // being voided, so the series has no gap; it follows from the records and so survives any restart.
  const std::string year = order.accepted_date().substr(0, 4);
  const std::string series = absl::StrCat(order.division(), "-", year);
  const size_t given =
      context.records.CountWithVoided("rectificationOrders", "close_out_series", series);
  order.set_close_out_year(year);
  order.set_close_out_series(series);
  order.set_close_out_number(absl::StrFormat("%s-%04d", series, given + 1));
  return absl::OkStatus();
}

absl::Status Fail(const FailRectificationOrderRequest& request,
                  RectificationOrder& order,
                  const feeds::CheckContext& context) {
  if (order.state() != RectificationOrder::OPEN) return NotOpen();
  const std::string found = OrToday(request.failed_date(), context);
  if (found <= order.deadline()) {
    return runtime::FailedPrecondition(
        "RECTIFICATION_NOT_DUE",
        "failed_date",
        absl::StrCat("the order may be carried out until ", order.deadline()),
        absl::StrCat("整改期限 ", order.deadline(), " 尚未届满"),
        {{"deadline", order.deadline()}, {"failed_date", found}});
  }
  order.set_failed_date(found);
  order.set_failure_reason(request.reason());
  if (request.has_document()) *order.mutable_failure_document() = request.document();
  order.set_state(RectificationOrder::NOT_CORRECTED);
  return absl::OkStatus();
}

bool IsOverdue(const RectificationOrder& order) {
  const std::string& corrected = order.corrected_date();
  return corrected.empty() ? !order.failed_date().empty() : corrected > order.deadline();
}

void GiveEvidence(const RectificationOrder& order, feeds::EvidenceSink& sink) {
  const bool overdue = IsOverdue(order);
  evidence::v1::Evidence& issued = AddEvidence(order, sink, "order", kRectificationOrder);
  issued.set_occurred_on(order.issue_date());
  issued.set_determined_on(order.issue_date());
  issued.set_corrected_on(order.corrected_date());
  feeds::AddCount(issued, "days-allowed", DateOf(order.deadline()) - DateOf(order.issue_date()));
  feeds::AddCount(issued, "extensions", order.extensions_size());
  if (overdue) {
    evidence::v1::Evidence& late = AddEvidence(order, sink, "overdue", kRectificationOverdue);
    late.set_occurred_on(feeds::DayAfter(order.deadline()));
    late.set_determined_on(order.failed_date().empty() ? order.accepted_date()
                                                       : order.failed_date());
    late.set_corrected_on(order.corrected_date());
    if (order.has_failure_document()) *late.add_documents() = order.failure_document();
    if (!order.corrected_date().empty()) {
      feeds::AddCount(late, "days-late", DateOf(order.corrected_date()) - DateOf(order.deadline()));
    }
  }
  if (order.state() != RectificationOrder::ACCEPTED) return;
  evidence::v1::Evidence& done = AddEvidence(order, sink, "corrected", kRectificationCorrected);
  done.set_occurred_on(order.corrected_date());
  done.set_determined_on(order.accepted_date());
  done.set_corrected_on(order.corrected_date());
  done.add_tags(overdue ? "late" : "in-time");
  if (order.has_acceptance_document()) *done.add_documents() = order.acceptance_document();
}

}  // namespace

feeds::RecordType RectificationOrderType() {
  feeds::RecordType type = feeds::MakeRecordType(RectificationOrder::descriptor());
  type.complete = feeds::Complete<RectificationOrder>(CompleteOrder);
  type.check = feeds::Check<RectificationOrder>(CheckOrder);
  type.evidence = feeds::Of<RectificationOrder>(GiveEvidence);
  type.indexed = {"matter", "close_out_year", "close_out_number", "close_out_series"};
  return type;
}

std::vector<feeds::FeedVerb> RectificationVerbs() {
  return {
      {.method = "ExtendRectificationOrder",
       .change = feeds::Change<ExtendRectificationOrderRequest, RectificationOrder>(Extend)},
      {.method = "AcceptRectificationOrder",
       .change = feeds::Change<AcceptRectificationOrderRequest, RectificationOrder>(Accept)},
      {.method = "FailRectificationOrder",
       .change = feeds::Change<FailRectificationOrderRequest, RectificationOrder>(Fail)},
  };
}

}  // namespace xince::inspection
