#include "services/scoring/listing/document_service.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"

#include "services/runtime/errors.h"
#include "services/runtime/page_token.h"
#include "services/runtime/request_id.h"
#include "services/scoring/cases/case_errors.h"
#include "services/scoring/intake/intake.h"
#include "services/scoring/listing/listing_service.h"
#include "services/type/field_rules.h"

namespace xince::listing {
namespace {

using creditfile::DocumentFate;
using documents::BookedDocument;
using journal::v1::ScoringEntry;
using policy::v1::CaseStep;
using runtime::CallContext;

absl::Status CheckOfficer(const v1::StepParty& party) {
  const auto part = party.part();
  if (part != CaseStep::RECORDER && part != CaseStep::OFFICER && part != CaseStep::DECIDER)
    return cases::PartyIncomplete("part");
  if (party.person().empty()) return cases::PartyIncomplete("person");
  return party.office().empty() ? cases::PartyIncomplete("office") : absl::OkStatus();
}

absl::Status Unknown(absl::string_view field, const std::string& value) {
  return runtime::NotFound("DOCUMENT_UNKNOWN",
                           field,
                           "there is no such document",
                           "没有该文书",
                           {{std::string(field), value}});
}

template <class Request>
std::string Arguments(const Request& request) {
  return runtime::RequestBytes(runtime::WithoutPage(request));
}

// The digits of a code as somebody types it.
absl::StatusOr<std::string> DigitsOf(const std::string& code) {
  std::string digits;
  bool wrong = false;
  for (const char c : code) {
    if (c == '-' || absl::ascii_isspace(c)) continue;
    wrong |= !absl::ascii_isxdigit(c);
    digits.push_back(absl::ascii_tolower(c));
  }
  if (!wrong && digits.size() >= kVerifyDigitsMin && digits.size() <= kVerifyDigitsMax)
    return digits;
  return runtime::InvalidArgument(
      "DOCUMENT_CODE_SYNTAX",
      "code",
      absl::StrCat(
          "a code has ", kVerifyDigitsMin, " to ", kVerifyDigitsMax, " hexadecimal digits"),
      absl::StrCat("校验码为 ", kVerifyDigitsMin, " 至 ", kVerifyDigitsMax, " 位十六进制数字"));
}

bool Passes(const BookedDocument& document, const v1::ListDocumentsRequest& request) {
  const journal::v1::IssuedDocument& issued = document.issued;
  const auto is = [](const std::string& asked, const std::string& value) {
    return asked.empty() || asked == value;
  };
  const auto date = type::ParseDate(issued.document().date());
  return is(request.kind(), issued.document().template_()) &&
         (request.year() == 0 ||
          (date.ok() && static_cast<uint32_t>(date->year()) == request.year())) &&
         is(request.organ_mark(), issued.organ_mark()) && is(request.subject(), issued.subject()) &&
         is(request.case_(), document.case_name) &&
         (!request.voided() || document.voiding.has_value());
}

}  // namespace

void DocumentService::Register(runtime::RpcService& service) {
  service.Unary("GetDocument", this, &DocumentService::GetDocument);
  service.Unary("ListDocuments", this, &DocumentService::ListDocuments);
  service.Unary("VoidDocument", this, &DocumentService::VoidDocument);
  service.Unary("VerifyDocument", this, &DocumentService::VerifyDocument);
  service.Unary("IssuePointsNotice", this, &DocumentService::IssuePointsNotice);
}

absl::Status DocumentService::CheckFields(const google::protobuf::Message& request) const {
  return type::CheckFields(request, {.today = type::TodayInShanghai(clock_.Now())});
}

absl::StatusOr<journal::Revision> DocumentService::AtLeast(const CallContext& context) const {
  if (context.min_revision().empty()) return journal::Revision{0};
  return machine_.ParseToken(context.min_revision());
}

v1::IssuedDocument DocumentService::Describe(const BookedDocument& document,
                                             bool with_content) const {
  const v1::OfficialDocument& content = document.issued.document();
  v1::IssuedDocument out;
  out.set_number(content.number());
  out.set_kind(content.template_());
  out.set_kind_zh(content.kind_zh());
  out.set_organ(content.organ());
  out.set_organ_mark(document.issued.organ_mark());
  if (const auto date = type::ParseDate(content.date()); date.ok())
    out.set_year(static_cast<uint32_t>(date->year()));
  out.set_serial(document.issued.serial());
  out.set_date(content.date());
  out.set_title(content.title());
  out.set_sha256(content.sha256());
  out.set_check_code(content.check_code());
  out.set_subject(document.issued.subject());
  out.set_case_(document.case_name);
  if (const auto record = state_.cases().Find(document.case_name); record != nullptr) {
    out.set_step(record->steps[document.step_index].event.step());
    out.set_step_index(document.step_index);
  }
  *out.mutable_evidence() = document.issued.evidence();
  const DocumentFate fate = state_.desk().FateOf(document);
  out.set_status(fate.status);
  out.set_superseded_step(fate.step);
  out.set_superseded_by(fate.number);
  out.set_superseded_on(fate.day);
  if (document.voiding.has_value()) {
    v1::DocumentVoiding& voiding = *out.mutable_voiding();
    voiding.set_reason(document.voiding->reason);
    voiding.set_day(document.voiding->day);
    *voiding.mutable_party() = document.voiding->party;
    voiding.set_actor(document.voiding->actor);
    voiding.set_revision(document.voiding->revision);
  }
  *out.mutable_record_time() =
      google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(document.time_us);
  out.set_actor(document.actor);
  out.set_revision(document.revision);
  if (with_content) *out.mutable_content() = content;
  return out;
}

absl::StatusOr<DocumentService::Booked> DocumentService::FindRequested(
    const v1::GetDocumentRequest& request) const {
  if (!request.number().empty()) {
    Booked found = state_.desk().numbers().Find(request.number());
    if (found == nullptr) return Unknown("number", request.number());
    return found;
  }
  const auto record = state_.cases().Find(request.case_());
  if (record == nullptr) return cases::CaseUnknown(request.case_());
  const std::vector<Booked> of = state_.desk().numbers().OfCase(record->name);
  const auto found = std::find_if(of.rbegin(), of.rend(), [&](const Booked& document) {
    return request.step().empty() ||
           record->steps[document->step_index].event.step() == request.step();
  });
  if (found == of.rend())
    return Unknown(request.step().empty() ? "case" : "step",
                   request.step().empty() ? request.case_() : request.step());
  return *found;
}

absl::StatusOr<v1::IssuedDocument> DocumentService::GetDocument(
    CallContext& context, const v1::GetDocumentRequest& request) {
  XINCE_RETURN_IF_ERROR(CheckFields(request));
  if (request.number().empty() == request.case_().empty()) {
    return runtime::InvalidArgument("DOCUMENT_SELECTOR",
                                    "number",
                                    "a document is named either by its number or by its case",
                                    "请填写文号或者程序编号其中一项");
  }
  XINCE_ASSIGN_OR_RETURN(const journal::Revision at_least, AtLeast(context));
  v1::IssuedDocument answer;
  absl::Status status;
  XINCE_ASSIGN_OR_RETURN(const journal::Revision revision,
                         machine_.Read(at_least, context.deadline(), [&]() -> journal::Revision {
                           const absl::StatusOr<Booked> found = FindRequested(request);
                           status = found.status();
                           if (found.ok()) answer = Describe(**found, true);
                           return machine_.applied();
                         }));
  XINCE_RETURN_IF_ERROR(status);
  if (request.pdf()) XINCE_RETURN_IF_ERROR(Draw(answer));
  context.set_revision(machine_.Token(revision));
  return answer;
}

absl::Status DocumentService::Draw(v1::IssuedDocument& document) {
  if (draw_ == nullptr) {
    return runtime::FailedPrecondition(
        "DOCUMENT_DRAWING_OFF", "pdf", "this server draws no documents", "本服务器不制作 PDF");
  }
  if (drawings_.fetch_add(1) >= kDrawingsMax) {
    --drawings_;
    return runtime::ToStatus(
        runtime::Problem{.code = absl::StatusCode::kResourceExhausted,
                         .reason = "DOCUMENT_DRAWINGS",
                         .field = "pdf",
                         .en = absl::StrCat(kDrawingsMax, " documents are being drawn"),
                         .zh = absl::StrCat("正在制作 ", kDrawingsMax, " 份文书,请稍后再试"),
                         .metadata = {{"limit", absl::StrCat(kDrawingsMax)}},
                         .retry_after_ms = 500});
  }
  absl::StatusOr<std::string> pdf = draw_(document.content());
  --drawings_;
  XINCE_RETURN_IF_ERROR(pdf.status());
  if (pdf->size() > kPdfBytesMax) {
    return runtime::ToStatus(
        runtime::Problem{.code = absl::StatusCode::kResourceExhausted,
                         .reason = "DOCUMENT_PDF_TOO_LARGE",
                         .field = "pdf",
                         .en = absl::StrCat("the PDF has more than ", kPdfBytesMax, " bytes"),
                         .zh = absl::StrCat("PDF 超过 ", kPdfBytesMax, " 字节"),
                         .metadata = {{"limit", absl::StrCat(kPdfBytesMax)}}});
  }
  document.set_pdf(*std::move(pdf));
  return absl::OkStatus();
}

absl::StatusOr<v1::ListDocumentsResponse> DocumentService::ListDocuments(
    CallContext& context, const v1::ListDocumentsRequest& request) {
  XINCE_RETURN_IF_ERROR(CheckFields(request));
  XINCE_ASSIGN_OR_RETURN(const journal::Revision at_least, AtLeast(context));
  XINCE_ASSIGN_OR_RETURN(
      const std::string after,
      runtime::ReadPageToken(request.page_size(), request.page_token(), Arguments(request)));
  const int page_size =
      request.page_size() == 0 ? kPageSizeDefault : std::min(request.page_size(), kPageSizeMax);
  uint64_t from = 0;
  if (!after.empty() && !absl::SimpleAtoi(after, &from)) from = 0;
  v1::ListDocumentsResponse response;
  XINCE_ASSIGN_OR_RETURN(
      const journal::Revision revision,
      machine_.Read(at_least, context.deadline(), [&]() -> journal::Revision {
        response.Clear();
        const auto& all = state_.desk().numbers().all();
        size_t at = from;
        for (int scanned = 0; at < all.size(); ++at, ++scanned) {
          if (response.documents_size() == page_size || scanned == kPageScanMax) {
            response.set_next_page_token(
                runtime::NextPageToken(Arguments(request), absl::StrCat(at)));
            break;
          }
          if (Passes(*all[at], request)) *response.add_documents() = Describe(*all[at], false);
        }
        return machine_.applied();
      }));
  response.set_revision(machine_.Token(revision));
  context.set_revision(response.revision());
  return response;
}

absl::StatusOr<DocumentService::Booked> DocumentService::FindCode(const std::string& digits) const {
  const std::vector<Booked> found = state_.desk().numbers().OfDigest(digits);
  if (found.empty()) return Unknown("code", digits);
  if (found.size() == 1) return found.front();
  return runtime::FailedPrecondition(
      "DOCUMENT_CODE_AMBIGUOUS",
      "code",
      "several documents begin with this code: give the whole SHA-256",
      "该校验码对应多份文书，请填写完整的 SHA-256");
}

absl::StatusOr<v1::VerifyDocumentResponse> DocumentService::VerifyDocument(
    CallContext& context, const v1::VerifyDocumentRequest& request) {
  XINCE_RETURN_IF_ERROR(CheckFields(request));
  XINCE_ASSIGN_OR_RETURN(const std::string digits, DigitsOf(request.code()));
  XINCE_ASSIGN_OR_RETURN(const journal::Revision at_least, AtLeast(context));
  v1::VerifyDocumentResponse response;
  absl::Status status;
  XINCE_ASSIGN_OR_RETURN(const journal::Revision revision,
                         machine_.Read(at_least, context.deadline(), [&]() -> journal::Revision {
                           const absl::StatusOr<Booked> found = FindCode(digits);
                           status = found.status();
                           if (!found.ok()) return machine_.applied();
                           const BookedDocument& document = **found;
                           const DocumentFate fate = state_.desk().FateOf(document);
                           response.set_number(document.number());
                           response.set_kind_zh(document.issued.document().kind_zh());
                           response.set_organ(document.issued.document().organ());
                           response.set_date(document.issued.document().date());
                           response.set_check_code(document.issued.document().check_code());
                           response.set_status(fate.status);
                           if (document.voiding.has_value())
                             response.set_voided_on(document.voiding->day);
                           response.set_superseded_on(fate.day);
                           response.set_superseded_by(fate.number);
                           return machine_.applied();
                         }));
  XINCE_RETURN_IF_ERROR(status);
  response.set_revision(machine_.Token(revision));
  context.set_revision(response.revision());
  return response;
}

absl::StatusOr<v1::IssuedDocument> DocumentService::Take(CallContext& context,
                                                         const std::string& request_id,
                                                         const std::string& request_digest,
                                                         const Decide& decide) {
  v1::IssuedDocument answer;
  XINCE_ASSIGN_OR_RETURN(
      const journal::Revision revision,
      machine_.Execute([&](journal::Transaction& transaction) -> absl::Status {
        std::string number;
        if (const creditfile::CarriedStep* carried =
                state_.FindStepRequest(context.actor(), request_id);
            carried != nullptr) {
          if (carried->request_digest != request_digest)
            return runtime::RequestIdReused(carried->request_digest, request_digest);
          number = carried->name;
        } else {
          ScoringEntry entry;
          XINCE_ASSIGN_OR_RETURN(*entry.mutable_document_step(), decide());
          entry.mutable_document_step()->set_request_digest(request_digest);
          const journal::v1::DocumentStep& step = entry.document_step();
          number = step.has_issued() ? step.issued().document().number() : step.voided().number();
          XINCE_RETURN_IF_ERROR(
              transaction.Append(context.actor(), request_id, entry.SerializeAsString()));
        }
        answer = Describe(*state_.desk().numbers().Find(number), true);
        return absl::OkStatus();
      }));
  context.set_revision(machine_.Token(revision));
  return answer;
}

absl::StatusOr<v1::IssuedDocument> DocumentService::VoidDocument(
    CallContext& context, const v1::VoidDocumentRequest& request) {
  XINCE_RETURN_IF_ERROR(CheckFields(request));
  XINCE_RETURN_IF_ERROR(runtime::CheckRequestId(request.request_id()));
  XINCE_RETURN_IF_ERROR(CheckOfficer(request.party()));
  return Take(
      context, request.request_id(), journal::Sha256Hex(runtime::RequestBytes(request)), [&] {
        return state_.DecideVoiding(request);
      });
}

absl::StatusOr<v1::IssuedDocument> DocumentService::IssuePointsNotice(
    CallContext& context, const v1::IssuePointsNoticeRequest& request) {
  XINCE_RETURN_IF_ERROR(CheckFields(request));
  XINCE_RETURN_IF_ERROR(runtime::CheckRequestId(request.request_id()));
  XINCE_RETURN_IF_ERROR(CheckOfficer(request.party()));
  return Take(
      context, request.request_id(), journal::Sha256Hex(runtime::RequestBytes(request)), [&] {
        return state_.DecidePointsNotice(request);
      });
}

}  // namespace xince::listing
