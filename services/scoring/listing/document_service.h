#ifndef SERVICES_SCORING_LISTING_DOCUMENT_SERVICE_H_
#define SERVICES_SCORING_LISTING_DOCUMENT_SERVICE_H_

#include <atomic>
#include <functional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"

#include "xince/journal/v1/scoring.pb.h"
#include "xince/listing/v1/issued.pb.h"

#include "services/journal/machine.h"
#include "services/runtime/rpc_service.h"
#include "services/scoring/creditfile/credit_state.h"

/// The calls of ListingService about official documents.
namespace xince::listing {

/// Largest PDF that is answered, in bytes.
inline constexpr size_t kPdfBytesMax = 8 << 20;
/// Most PDFs that are drawn at a time.
inline constexpr int kDrawingsMax = 2;
/// Fewest and most digits of a code to verify.
inline constexpr size_t kVerifyDigitsMin = 16;
inline constexpr size_t kVerifyDigitsMax = 64;

/// Draws a document as PDF; errors as documents::RenderPdf.
using DrawPdf = std::function<absl::StatusOr<std::string>(const v1::OfficialDocument& document)>;

/// Answers them. Safe from any thread. Documents are read under the machine's lock and drawn without it.
class DocumentService {
 public:
  /// Keeps references; they outlive it. Without `draw` nothing is drawn.
  DocumentService(creditfile::CreditState& state,
                  journal::Machine& machine,
                  const runtime::Clock& clock,
                  DrawPdf draw)
      : state_(state), machine_(machine), clock_(clock), draw_(std::move(draw)) {}

  /// Registers its methods.
  void Register(runtime::RpcService& service);

 private:
  using Booked = documents::NumberBook::Booked;
  /// Decides on an entry, under the machine's lock.
  using Decide = std::function<absl::StatusOr<journal::v1::DocumentStep>()>;

  absl::StatusOr<v1::IssuedDocument> GetDocument(runtime::CallContext& context,
                                                 const v1::GetDocumentRequest& request);
  absl::StatusOr<v1::ListDocumentsResponse> ListDocuments(runtime::CallContext& context,
                                                          const v1::ListDocumentsRequest& request);
  absl::StatusOr<v1::IssuedDocument> VoidDocument(runtime::CallContext& context,
                                                  const v1::VoidDocumentRequest& request);
  absl::StatusOr<v1::VerifyDocumentResponse> VerifyDocument(
      runtime::CallContext& context, const v1::VerifyDocumentRequest& request);
  absl::StatusOr<v1::IssuedDocument> IssuePointsNotice(runtime::CallContext& context,
                                                       const v1::IssuePointsNoticeRequest& request);

  absl::StatusOr<v1::IssuedDocument> Take(runtime::CallContext& context,
                                          const std::string& request_id,
                                          const std::string& request_digest,
                                          const Decide& decide);
  absl::StatusOr<Booked> FindRequested(const v1::GetDocumentRequest& request) const;
  absl::StatusOr<Booked> FindCode(const std::string& digits) const;
  [[nodiscard]] v1::IssuedDocument Describe(const documents::BookedDocument& document,
                                            bool with_content) const;
  absl::Status Draw(v1::IssuedDocument& document);
  absl::Status CheckFields(const google::protobuf::Message& request) const;
  absl::StatusOr<journal::Revision> AtLeast(const runtime::CallContext& context) const;

  creditfile::CreditState& state_;
  journal::Machine& machine_;
  const runtime::Clock& clock_;
  const DrawPdf draw_;
  std::atomic<int> drawings_{0};
};

}  // namespace xince::listing

#endif  // SERVICES_SCORING_LISTING_DOCUMENT_SERVICE_H_
