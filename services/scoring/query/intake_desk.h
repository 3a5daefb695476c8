#ifndef SERVICES_SCORING_QUERY_INTAKE_DESK_H_
#define SERVICES_SCORING_QUERY_INTAKE_DESK_H_

#include <memory>
#include <vector>

#include "services/journal/machine.h"
#include "services/runtime/rpc_service.h"
#include "services/scoring/creditfile/credit_state.h"
#include "services/scoring/intake/intake.h"

/// The part of CreditService that is about the intake of evidence.
namespace xince::query {

/// Pieces of one page: the default and the most.
inline constexpr int kSetAsidePageDefault = 50;
inline constexpr int kSetAsidePageMax = 1000;

/// Says how far the feeds were read, and sets evidence aside. Safe from any thread.
class IntakeDesk {
 public:
  /// Keeps references; they outlive it. `readers`: the feeds.
  IntakeDesk(creditfile::CreditState& state,
             journal::Machine& machine,
             const std::vector<std::unique_ptr<intake::FeedReader>>& readers);

  /// Registers GetIntakeStatus, SetEvidenceAside and ListSetAsideEvidence.
  void Register(runtime::RpcService& service);

 private:
  absl::StatusOr<journal::Revision> AtLeast(const runtime::CallContext& context) const;
  absl::StatusOr<credit::v1::IntakeStatus> GetIntakeStatus(
      runtime::CallContext& context, const credit::v1::GetIntakeStatusRequest& request);
  absl::StatusOr<credit::v1::SetAsideEvidence> SetEvidenceAside(
      runtime::CallContext& context, const credit::v1::SetEvidenceAsideRequest& request);
  absl::StatusOr<credit::v1::ListSetAsideEvidenceResponse> ListSetAsideEvidence(
      runtime::CallContext& context, const credit::v1::ListSetAsideEvidenceRequest& request);

  creditfile::CreditState& state_;
  journal::Machine& machine_;
  const std::vector<std::unique_ptr<intake::FeedReader>>& readers_;
};

}  // namespace xince::query

#endif  // SERVICES_SCORING_QUERY_INTAKE_DESK_H_
