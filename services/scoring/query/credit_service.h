#ifndef SERVICES_SCORING_QUERY_CREDIT_SERVICE_H_
#define SERVICES_SCORING_QUERY_CREDIT_SERVICE_H_

#include <memory>
#include <string>
#include <vector>

#include "services/journal/machine.h"
#include "services/runtime/clock.h"
#include "services/runtime/rpc_service.h"
#include "services/scoring/creditfile/credit_state.h"
#include "services/scoring/intake/intake.h"

/// CreditService: answers from memory.
namespace xince::query {

/// Subjects of one batch.
inline constexpr int kBatchSubjectsMax = 500;
/// Standings of one page: the default, the most, and the most looked at.
inline constexpr int kPageSizeDefault = 50;
inline constexpr int kPageSizeMax = 1000;
inline constexpr int kPageScanMax = 20000;

/// Answers the calls of CreditService. Safe from any thread.
class CreditQueries {
 public:
  /// Keeps references; they outlive it. `readers`: the feeds, for GetIntakeStatus.
  CreditQueries(creditfile::CreditState& state,
                journal::Machine& machine,
                const runtime::Clock& clock,
                const std::vector<std::unique_ptr<intake::FeedReader>>& readers);

  /// Registers every method.
  void Register(runtime::RpcService& service);

 private:
  // What an answer is asked for, resolved.
  struct Question {
    std::string subject;
    creditfile::Day day = evaluate::kNoDay;  // kNoDay: the open day
    bool known_given = false;
    creditfile::Revision known = 0;
  };

  template <class Request>
  absl::StatusOr<Question> Ask(const Request& request) const;
  absl::StatusOr<journal::Revision> AtLeast(const runtime::CallContext& context) const;
  std::string TokenFor(journal::Revision revision) const;

  std::optional<absl::StatusOr<runtime::Pieces>> GetStanding(
      runtime::CallContext& context, const credit::v1::GetStandingRequest& request);
  std::optional<runtime::Pieces> QuickStanding(runtime::CallContext& context,
                                               journal::Revision at_least,
                                               const std::string& subject);
  absl::StatusOr<credit::v1::BatchGetStandingsResponse> BatchGetStandings(
      runtime::CallContext& context, const credit::v1::BatchGetStandingsRequest& request);
  absl::StatusOr<credit::v1::CreditFile> GetCreditFile(
      runtime::CallContext& context, const credit::v1::GetCreditFileRequest& request);
  absl::StatusOr<credit::v1::ListStandingsResponse> ListStandings(
      runtime::CallContext& context, const credit::v1::ListStandingsRequest& request);
  absl::StatusOr<credit::v1::IntakeStatus> GetIntakeStatus(
      runtime::CallContext& context, const credit::v1::GetIntakeStatusRequest& request);

  // Under the machine's lock: the standing asked for and the revision looked at.
  absl::StatusOr<credit::v1::Standing> Answer(const Question& question,
                                              journal::Revision* touched) const;
  absl::StatusOr<creditfile::SubjectId> Filed(const std::string& subject,
                                              journal::Revision known) const;

  creditfile::CreditState& state_;
  journal::Machine& machine_;
  const runtime::Clock& clock_;
  const std::vector<std::unique_ptr<intake::FeedReader>>& readers_;
};

}  // namespace xince::query

#endif  // SERVICES_SCORING_QUERY_CREDIT_SERVICE_H_
