#include "absl/strings/str_cat.h"

#include "services/feeds/inspection/inspection_evidence.h"
#include "services/feeds/inspection/inspection_kinds.h"
#include "services/feeds/inspection/inspection_records.h"

// Complaints and services counted over a period.
namespace xince::inspection {
namespace {

using v1::ComplaintStatistics;
using v1::ServiceStatistics;

// A rate of nothing is no rate: the measure is left out, and a rule may treat it as not applicable.
void AddRate(evidence::v1::Evidence& piece, absl::string_view name, int64_t part, int64_t whole) {
  if (whole > 0) feeds::AddMeasure(piece, name, feeds::PercentHundredths(part, whole));
}

absl::Status CheckComplaintStatistics(const ComplaintStatistics& record,
                                      const ComplaintStatistics*,
                                      const feeds::CheckContext& context) {
  XINCE_RETURN_IF_ERROR(feeds::CheckPastPeriod(record, context.today));
  XINCE_RETURN_IF_ERROR(feeds::CheckPart(record, "handled", "received"));
  XINCE_RETURN_IF_ERROR(feeds::CheckPart(record, "on_time", "handled"));
  XINCE_RETURN_IF_ERROR(feeds::CheckPart(record, "repeated", "received"));
  return feeds::CheckPart(record, "group", "received");
}

void GiveComplaintEvidence(const ComplaintStatistics& record, feeds::EvidenceSink& sink) {
  evidence::v1::Evidence& piece = AddEvidence(record, sink, "statistics", kComplaintStatistics);
  piece.set_occurred_on(feeds::DayBefore(record.end_date()));
  if (record.channel() != v1::Complaint::CHANNEL_UNSPECIFIED) {
    piece.add_tags(feeds::TagOf(*v1::Complaint::Channel_descriptor(), record.channel()));
  }
  feeds::AddCount(piece, "complaints-received", record.received());
  feeds::AddCount(piece, "complaints-handled", record.handled());
  feeds::AddCount(piece, "complaints-on-time", record.on_time());
  feeds::AddCount(piece, "complaints-repeated", record.repeated());
  feeds::AddCount(piece, "complaints-group", record.group());
  AddRate(piece, "complaint-disposal-rate", record.handled(), record.received());
  AddRate(piece, "complaint-on-time-rate", record.on_time(), record.received());
}

absl::Status CheckServiceStatistics(const ServiceStatistics& record,
                                    const ServiceStatistics*,
                                    const feeds::CheckContext& context) {
  XINCE_RETURN_IF_ERROR(feeds::CheckPastPeriod(record, context.today));
  XINCE_RETURN_IF_ERROR(feeds::CheckPart(record, "fees_collected_cents", "fees_due_cents"));
  XINCE_RETURN_IF_ERROR(feeds::CheckPart(record, "lifts_inspected", "lifts_due"));
  XINCE_RETURN_IF_ERROR(feeds::CheckPart(record, "repairs_on_time", "repairs_requested"));
  return feeds::CheckPart(record, "disclosures_made", "disclosures_due");
}

void GiveServiceEvidence(const ServiceStatistics& record, feeds::EvidenceSink& sink) {
  evidence::v1::Evidence& piece = AddEvidence(record, sink, "statistics", kServiceStatistics);
  piece.set_occurred_on(feeds::DayBefore(record.end_date()));
  AddRate(piece, "fee-collection-rate", record.fees_collected_cents(), record.fees_due_cents());
  AddRate(piece, "lift-inspection-rate", record.lifts_inspected(), record.lifts_due());
  AddRate(piece, "repair-on-time-rate", record.repairs_on_time(), record.repairs_requested());
  AddRate(piece, "disclosure-rate", record.disclosures_made(), record.disclosures_due());
}

}  // namespace

feeds::RecordType ComplaintStatisticsType() {
  feeds::RecordType type = feeds::MakeRecordType(ComplaintStatistics::descriptor());
  type.check = feeds::Check<ComplaintStatistics>(CheckComplaintStatistics);
  type.unique_keys = feeds::Of<ComplaintStatistics>([](const ComplaintStatistics& record) {
    return std::vector<std::string>{absl::StrCat("complaint-statistics:",
                                                 record.subject(),
                                                 ":",
                                                 record.channel(),
                                                 ":",
                                                 record.start_date(),
                                                 ":",
                                                 record.end_date())};
  });
  type.evidence = feeds::Of<ComplaintStatistics>(GiveComplaintEvidence);
  return type;
}

feeds::RecordType ServiceStatisticsType() {
  feeds::RecordType type = feeds::MakeRecordType(ServiceStatistics::descriptor());
  type.check = feeds::Check<ServiceStatistics>(CheckServiceStatistics);
  type.unique_keys = feeds::Of<ServiceStatistics>([](const ServiceStatistics& record) {
    return std::vector<std::string>{absl::StrCat(
        "service-statistics:", record.subject(), ":", record.start_date(), ":", record.end_date())};
  });
  type.evidence = feeds::Of<ServiceStatistics>(GiveServiceEvidence);
  return type;
}

}  // namespace xince::inspection
