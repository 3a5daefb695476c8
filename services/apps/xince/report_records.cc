#include "services/apps/xince/report_records.h"

#include <utility>

#include "xince/listing/v1/listing.pb.h"

#include "services/apps/xince/session.h"
#include "services/runtime/errors.h"

namespace xince::cli {
namespace {

constexpr int kPageSize = 1000;

template <class Request>
Request InDivision(const std::string& division) {
  Request request;
  request.set_division(division);
  return request;
}

}  // namespace

RecordReader::RecordReader(Session& session, type::Date today, std::string division)
    : session_(session), today_(today), division_(std::move(division)) {}

template <class Response, class Request, class Record>
absl::Status RecordReader::Read(const char* method,
                                Request request,
                                google::protobuf::RepeatedPtrField<Record>* (Response::*rows)(),
                                std::vector<Record>& out) {
  request.set_page_size(kPageSize);
  for (;;) {
    Response page;
    XINCE_RETURN_IF_ERROR(session_.Call(method, request, page));
    for (auto& record : *(page.*rows)()) {
      if (out.size() == kReportRecordsMax) {
        truncated_ = true;
        return absl::OkStatus();
      }
      out.push_back(std::move(record));
    }
    if (page.next_page_token().empty()) return absl::OkStatus();
    request.set_page_token(page.next_page_token());
  }
}

absl::StatusOr<reports::CommitteeRecords> RecordReader::Committees() {
  namespace v1 = committee::v1;
  reports::CommitteeRecords records;
  XINCE_RETURN_IF_ERROR(
      Read<v1::ListCommitteesResponse>("xince.committee.v1.CommitteeService/ListCommittees",
                                       InDivision<v1::ListCommitteesRequest>(division_),
                                       &v1::ListCommitteesResponse::mutable_committees,
                                       records.committees));
  XINCE_RETURN_IF_ERROR(
      Read<v1::ListMembersResponse>("xince.committee.v1.CommitteeService/ListMembers",
                                    v1::ListMembersRequest(),
                                    &v1::ListMembersResponse::mutable_members,
                                    records.members));
  XINCE_RETURN_IF_ERROR(
      Read<v1::ListTrainingsResponse>("xince.committee.v1.CommitteeService/ListTrainings",
                                      v1::ListTrainingsRequest(),
                                      &v1::ListTrainingsResponse::mutable_trainings,
                                      records.trainings));
  XINCE_RETURN_IF_ERROR(
      Read<v1::ListDisclosuresResponse>("xince.committee.v1.CommitteeService/ListDisclosures",
                                        v1::ListDisclosuresRequest(),
                                        &v1::ListDisclosuresResponse::mutable_disclosures,
                                        records.disclosures));
  return records;
}

absl::StatusOr<reports::EvaluationRecords> RecordReader::Evaluations() {
  namespace v1 = party::v1;
  reports::EvaluationRecords records;
  XINCE_RETURN_IF_ERROR(Read<v1::ListEvaluationWindowsResponse>(
      "xince.party.v1.PartyEvaluationService/ListEvaluationWindows",
      v1::ListEvaluationWindowsRequest(),
      &v1::ListEvaluationWindowsResponse::mutable_evaluation_windows,
      records.windows));
  XINCE_RETURN_IF_ERROR(Read<v1::ListExpectedEvaluationsResponse>(
      "xince.party.v1.PartyEvaluationService/ListExpectedEvaluations",
      InDivision<v1::ListExpectedEvaluationsRequest>(division_),
      &v1::ListExpectedEvaluationsResponse::mutable_expected_evaluations,
      records.expected));
  XINCE_RETURN_IF_ERROR(
      Read<v1::ListEvaluationsResponse>("xince.party.v1.PartyEvaluationService/ListEvaluations",
                                        InDivision<v1::ListEvaluationsRequest>(division_),
                                        &v1::ListEvaluationsResponse::mutable_evaluations,
                                        records.evaluations));
  return records;
}

absl::StatusOr<reports::RectificationRecords> RecordReader::Rectifications() {
  namespace v1 = inspection::v1;
  reports::RectificationRecords records;
  XINCE_RETURN_IF_ERROR(Read<v1::ListRectificationOrdersResponse>(
      "xince.inspection.v1.InspectionService/ListRectificationOrders",
      InDivision<v1::ListRectificationOrdersRequest>(division_),
      &v1::ListRectificationOrdersResponse::mutable_rectification_orders,
      records.orders));
  // Another organ may look back.
  XINCE_RETURN_IF_ERROR(
      Read<v1::ListInspectionsResponse>("xince.inspection.v1.InspectionService/ListInspections",
                                        v1::ListInspectionsRequest(),
                                        &v1::ListInspectionsResponse::mutable_inspections,
                                        records.inspections));
  return records;
}

absl::StatusOr<reports::FollowUpRecords> RecordReader::FollowUps() {
  namespace v1 = listing::v1;
  reports::FollowUpRecords records;
  XINCE_RETURN_IF_ERROR(Read<v1::ListCasesResponse>("xince.listing.v1.ListingService/ListCases",
                                                    v1::ListCasesRequest(),
                                                    &v1::ListCasesResponse::mutable_cases,
                                                    records.cases));
  if (division_.empty()) return records;
  std::vector<credit::v1::Standing> standings;
  XINCE_RETURN_IF_ERROR(Read<credit::v1::ListStandingsResponse>(
      "xince.credit.v1.CreditService/ListStandings",
      InDivision<credit::v1::ListStandingsRequest>(division_),
      &credit::v1::ListStandingsResponse::mutable_standings,
      standings));
  for (const credit::v1::Standing& standing : standings)
    records.subjects.insert(standing.subject());
  return records;
}

absl::StatusOr<reports::StatisticsRecords> RecordReader::Statistics() {
  namespace v1 = inspection::v1;
  reports::StatisticsRecords records;
  XINCE_RETURN_IF_ERROR(Read<v1::ListComplaintStatisticsResponse>(
      "xince.inspection.v1.InspectionService/ListComplaintStatistics",
      InDivision<v1::ListComplaintStatisticsRequest>(division_),
      &v1::ListComplaintStatisticsResponse::mutable_complaint_statistics,
      records.complaints));
  XINCE_RETURN_IF_ERROR(Read<v1::ListServiceStatisticsResponse>(
      "xince.inspection.v1.InspectionService/ListServiceStatistics",
      InDivision<v1::ListServiceStatisticsRequest>(division_),
      &v1::ListServiceStatisticsResponse::mutable_service_statistics,
      records.services));
  return records;
}

absl::StatusOr<reports::EstateRecords> RecordReader::Estates() {
  namespace v1 = registry::v1;
  reports::EstateRecords records;
  XINCE_RETURN_IF_ERROR(
      Read<v1::ListEstatesResponse>("xince.registry.v1.RegistryService/ListEstates",
                                    InDivision<v1::ListEstatesRequest>(division_),
                                    &v1::ListEstatesResponse::mutable_estates,
                                    records.estates));
  XINCE_RETURN_IF_ERROR(
      Read<v1::ListProjectsResponse>("xince.registry.v1.RegistryService/ListProjects",
                                     v1::ListProjectsRequest(),
                                     &v1::ListProjectsResponse::mutable_projects,
                                     records.projects));
  XINCE_RETURN_IF_ERROR(Read<inspection::v1::ListSatisfactionSurveysResponse>(
      "xince.inspection.v1.InspectionService/ListSatisfactionSurveys",
      inspection::v1::ListSatisfactionSurveysRequest(),
      &inspection::v1::ListSatisfactionSurveysResponse::mutable_satisfaction_surveys,
      records.surveys));
  return records;
}

absl::StatusOr<std::vector<credit::v1::Standing>> RecordReader::Standings(
    const std::string& collection, const std::string& division, const std::string& day) {
  namespace v1 = credit::v1;
  v1::ListStandingsRequest request;
  request.set_collection(collection);
  request.set_division(division);
  std::vector<v1::Standing> standings;
  XINCE_RETURN_IF_ERROR(
      Read<v1::ListStandingsResponse>("xince.credit.v1.CreditService/ListStandings",
                                      request,
                                      &v1::ListStandingsResponse::mutable_standings,
                                      standings));
  if (day == type::FormatDate(today_)) return standings;
  if (standings.size() > kReportStandingsMax) {
    standings.resize(kReportStandingsMax);
    truncated_ = true;
  }
  for (v1::Standing& standing : standings) {
    v1::GetStandingRequest one;
    one.set_subject(standing.subject());
    one.set_as_of(day);
    XINCE_RETURN_IF_ERROR(
        session_.Call("xince.credit.v1.CreditService/GetStanding", one, standing));
  }
  return standings;
}

}  // namespace xince::cli
