#ifndef SERVICES_SCORING_LISTING_LISTING_SERVICE_H_
#define SERVICES_SCORING_LISTING_LISTING_SERVICE_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"

#include "xince/journal/v1/scoring.pb.h"
#include "xince/listing/v1/listing.pb.h"

#include "services/journal/machine.h"
#include "services/runtime/rpc_service.h"
#include "services/scoring/creditfile/credit_state.h"

/// ListingService: every step is decided by the cases under the machine's lock and recorded in the
/// scoring journal, together with what rules and clocks do because of it.
namespace xince::listing {

/// Cases or entries of one page: the default, the most, and the most looked at.
inline constexpr int kPageSizeDefault = 50;
inline constexpr int kPageSizeMax = 500;
inline constexpr int kPageScanMax = 20000;
/// Bytes of cases with which a page ends, be it shorter than was asked for.
inline constexpr size_t kPageBytesMax = 4 * 1024 * 1024;

/// Answers the calls of ListingService. Safe from any thread.
class ListingService {
 public:
  /// Keeps references; they outlive it. The state's calendar is set before calls.
  ListingService(creditfile::CreditState& state,
                 journal::Machine& machine,
                 const runtime::Clock& clock)
      : state_(state), machine_(machine), clock_(clock) {}

  /// Registers every method.
  void Register(runtime::RpcService& service);

 private:
  /// Decides on the steps, under the machine's lock.
  using Decide = std::function<absl::StatusOr<journal::v1::CaseSteps>()>;

  absl::StatusOr<v1::Case> Take(runtime::CallContext& context,
                                const std::string& request_id,
                                const std::string& request_digest,
                                const Decide& decide);
  absl::StatusOr<v1::Case> OpenCase(runtime::CallContext& context,
                                    const v1::OpenCaseRequest& request);
  absl::StatusOr<v1::Case> TakeStep(runtime::CallContext& context,
                                    const v1::TakeStepRequest& request);
  absl::StatusOr<v1::Case> GetCase(runtime::CallContext& context,
                                   const v1::GetCaseRequest& request);
  absl::StatusOr<v1::ListCasesResponse> ListCases(runtime::CallContext& context,
                                                  const v1::ListCasesRequest& request);
  absl::StatusOr<v1::ListEntriesResponse> ListEntries(runtime::CallContext& context,
                                                      const v1::ListEntriesRequest& request);
  absl::StatusOr<v1::ListDefinitionsResponse> ListDefinitions(
      runtime::CallContext& context, const v1::ListDefinitionsRequest& request);

  /// Under the lock.
  [[nodiscard]] v1::Case Describe(const cases::CaseRecord& record, bool with_next) const;
  /// The case as the request that took its step at a revision was answered.
  [[nodiscard]] v1::Case DescribeAt(const creditfile::CarriedStep& carried) const;
  [[nodiscard]] v1::StepDetails WithDigests(const v1::StepDetails& details) const;
  /// Places that a case takes on the page: 0 for none, all of them to end the page with it.
  using OnPage = std::function<int(const std::shared_ptr<const cases::CaseRecord>&)>;
  /// Looks at cases after the one of the name (empty: from the first) until a page is full, or
  /// kPageScanMax were looked at. The name of the last one looked at when there are more; empty else.
  [[nodiscard]] std::string Walk(const std::string& after,
                                 bool newest_first,
                                 int page_size,
                                 const OnPage& on_page) const;
  [[nodiscard]] bool Passes(const cases::CaseRecord& record,
                            const v1::ListCasesRequest& request,
                            type::Date due_until) const;
  bool AddEntry(const std::shared_ptr<const cases::CaseRecord>& record,
                const v1::ListEntriesRequest& request,
                type::Date day,
                v1::ListEntriesResponse& response) const;
  [[nodiscard]] std::string BasisOf(const cases::CaseRecord& record) const;

  absl::Status CheckFields(const google::protobuf::Message& request) const;
  absl::StatusOr<journal::Revision> AtLeast(const runtime::CallContext& context) const;
  /// The day asked for, else the open one; DAY_NOT_OPEN before the first.
  absl::StatusOr<type::Date> DayOr(const std::string& text) const;
  absl::Status Ready() const;

  creditfile::CreditState& state_;
  journal::Machine& machine_;
  const runtime::Clock& clock_;
};

}  // namespace xince::listing

#endif  // SERVICES_SCORING_LISTING_LISTING_SERVICE_H_
