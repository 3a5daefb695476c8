#ifndef SERVICES_SCORING_LISTING_DOCUMENT_CALLS_H_
#define SERVICES_SCORING_LISTING_DOCUMENT_CALLS_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

#include "services/scoring/listing/listing_fixture.h"

/// The calls about documents as tests make them.
namespace xince::listing::testdata {

/// `REASON field`, empty for OK.
inline std::string ReasonOf(const absl::Status& status) {
  if (status.ok()) return "";
  const runtime::Problem problem = runtime::ToProblem(status);
  return problem.field.empty() ? problem.reason : absl::StrCat(problem.reason, " ", problem.field);
}

inline absl::StatusOr<v1::IssuedDocument> Get(ListingTown& town,
                                              const std::string& number,
                                              bool pdf = false) {
  v1::GetDocumentRequest request;
  request.set_number(number);
  request.set_pdf(pdf);
  return town.Call<v1::IssuedDocument>("GetDocument", request);
}
inline absl::StatusOr<v1::IssuedDocument> GetOf(ListingTown& town,
                                                const std::string& name,
                                                const std::string& step = "") {
  v1::GetDocumentRequest request;
  request.set_case_(name);
  request.set_step(step);
  return town.Call<v1::IssuedDocument>("GetDocument", request);
}
inline absl::StatusOr<v1::VerifyDocumentResponse> Verify(ListingTown& town,
                                                         const std::string& code) {
  v1::VerifyDocumentRequest request;
  request.set_code(code);
  return town.Call<v1::VerifyDocumentResponse>("VerifyDocument", request);
}
inline v1::VoidDocumentRequest Voiding(const std::string& number,
                                       const std::string& request_id = "") {
  v1::VoidDocumentRequest request;
  request.set_number(number);
  request.set_reason("文书有误");
  *request.mutable_party() = Clerk();
  request.set_request_id(request_id);
  return request;
}
inline absl::StatusOr<v1::IssuedDocument> Void(ListingTown& town,
                                               const v1::VoidDocumentRequest& request) {
  return town.Call<v1::IssuedDocument>("VoidDocument", request);
}
inline v1::IssuePointsNoticeRequest Points(const std::vector<std::string>& evidence = {kFinding}) {
  v1::IssuePointsNoticeRequest request;
  request.set_subject(kFirm);
  for (const std::string& one : evidence) request.add_evidence(one);
  *request.mutable_party() = Checker();
  request.set_review_office("市局");
  return request;
}
inline absl::StatusOr<v1::IssuedDocument> Issue(ListingTown& town,
                                                const v1::IssuePointsNoticeRequest& request) {
  return town.Call<v1::IssuedDocument>("IssuePointsNotice", request);
}
inline v1::ListDocumentsResponse List(ListingTown& town,
                                      const v1::ListDocumentsRequest& request = {}) {
  auto listed = town.Call<v1::ListDocumentsResponse>("ListDocuments", request);
  EXPECT_TRUE(listed.ok()) << listed.status();
  return listed.ok() ? *std::move(listed) : v1::ListDocumentsResponse();
}
inline std::vector<std::string> NumbersOf(const v1::ListDocumentsResponse& listed) {
  std::vector<std::string> numbers;
  for (const auto& document : listed.documents()) numbers.push_back(document.number());
  return numbers;
}
/// Steps of a case with the numbers of their documents.
inline std::map<std::string, std::string> DocumentsOf(const v1::Case& found) {
  std::map<std::string, std::string> numbers;
  for (const auto& step : found.steps()) {
    if (!step.document_number().empty()) numbers[step.step()] = step.document_number();
  }
  return numbers;
}
inline std::string TextOf(const v1::OfficialDocument& document) {
  std::string text = document.title();
  for (const auto& paragraph : document.paragraphs())
    absl::StrAppend(&text, "\n", paragraph.text());
  return text;
}

}  // namespace xince::listing::testdata

#endif  // SERVICES_SCORING_LISTING_DOCUMENT_CALLS_H_
