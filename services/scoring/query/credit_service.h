#ifndef SERVICES_SCORING_QUERY_CREDIT_SERVICE_H_
#define SERVICES_SCORING_QUERY_CREDIT_SERVICE_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "services/journal/machine.h"
#include "services/runtime/rpc_service.h"
#include "services/scoring/creditfile/credit_state.h"

/// CreditService: answers from memory. What it says of the intake is in intake_desk.h.
namespace xince::query {

/// Subjects of one batch.
inline constexpr int kBatchSubjectsMax = 500;
/// Standings of one page: the default, the most, and the most looked at.
inline constexpr int kPageSizeDefault = 50;
inline constexpr int kPageSizeMax = 1000;
inline constexpr int kPageScanMax = 20000;

/// Whether the score or a list keeps the subject from something: a restriction holds, or an entry in force
/// brings NO_NEW_PROJECTS, NO_AWARDS, EXCLUSION or MARKET_EXIT. What `restricted` of ListStandings asks.
bool Restricted(const credit::v1::StandingRecord& record);

/// Answers the calls of CreditService. Safe from any thread.
class CreditQueries {
 public:
  /// Keeps references; they outlive it.
  CreditQueries(creditfile::CreditState& state, journal::Machine& machine);

  /// Registers every method that asks for standings.
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
  absl::StatusOr<Question> Ask(const Request& request, absl::Time deadline) const;
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

  // Under the machine's lock: the standing asked for and the revision looked at.
  absl::StatusOr<credit::v1::Standing> Answer(const Question& question,
                                              journal::Revision* touched) const;
  absl::StatusOr<creditfile::SubjectId> Filed(const std::string& subject,
                                              journal::Revision known) const;

  creditfile::CreditState& state_;
  journal::Machine& machine_;
};

}  // namespace xince::query

#endif  // SERVICES_SCORING_QUERY_CREDIT_SERVICE_H_
