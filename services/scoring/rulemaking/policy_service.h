#ifndef SERVICES_SCORING_RULEMAKING_POLICY_SERVICE_H_
#define SERVICES_SCORING_RULEMAKING_POLICY_SERVICE_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "xince/policy/v1/policy.pb.h"

#include "services/journal/machine.h"
#include "services/runtime/clock.h"
#include "services/runtime/rpc_service.h"
#include "services/scoring/creditfile/credit_state.h"
#include "services/scoring/intake/intake.h"
#include "services/scoring/policy/check.h"
#include "services/scoring/policy/kinds.h"
#include "services/scoring/rulemaking/guards.h"

/// PolicyService: every step is checked by the guards under the machine's lock and recorded in the
/// scoring journal.
namespace xince::rulemaking {

/// Versions of one page: the default and the most.
inline constexpr int kPageSizeDefault = 50;
inline constexpr int kPageSizeMax = 200;
/// Findings of one answer of LintPack.
inline constexpr size_t kFindingsShownMax = 1000;
/// Back-tests that run at a time: each holds a population in memory and every core.
inline constexpr int kBacktestsRunningMax = 1;

/// Answers the calls of PolicyService. Safe from any thread.
class PolicyService {
 public:
  struct Options {
    /// These outlive the service.
    creditfile::CreditState* state = nullptr;
    journal::Machine* machine = nullptr;
    const runtime::Clock* clock = nullptr;
    /// The catalogue of kinds; null: nothing can be proposed, KIND_CATALOGUE_MISSING.
    const policy::Kinds* kinds = nullptr;
    /// Threads of a back-test.
    int backtest_threads = 1;
  };
  explicit PolicyService(const Options& options) : options_(options) {}

  /// Registers every method.
  void Register(runtime::RpcService& service);
  /// What this server's release brought and the register did not take up. Once, before calls.
  void SetUntaken(std::vector<intake::UntakenPack> untaken) { untaken_ = std::move(untaken); }

 private:
  using Details = policy::v1::PackDetails;
  /// What a step is asked for.
  struct Asked {
    std::string actor;
    std::string request_id;
    std::string request_digest;
    std::string digest;
    journal::Revision expected_revision = 0;
  };
  /// The version after a step, or after the first of two equal requests.
  struct Answer {
    std::shared_ptr<const Details> details;
    journal::Revision revision = 0;
  };
  /// Checks and fills in the step. `details` is null for a version that is not there.
  using Guard = std::function<absl::Status(
      const Details* details, const Ground& ground, journal::v1::RulemakingStep& step)>;

  template <class Request>
  absl::StatusOr<Asked> Ask(const runtime::CallContext& context,
                            const Request& request,
                            const std::string& digest) const;
  absl::StatusOr<Answer> Take(const Asked& asked, const std::string& reason, const Guard& guard);
  absl::Status Decide(const Asked& asked,
                      const std::string& reason,
                      const Guard& guard,
                      journal::Transaction& transaction,
                      Answer& answer) const;
  absl::StatusOr<policy::v1::PackVersion> AnswerVersion(runtime::CallContext& context,
                                                        const absl::StatusOr<Answer>& answer) const;
  absl::StatusOr<policy::v1::PackComment> AnswerComment(runtime::CallContext& context,
                                                        const absl::StatusOr<Answer>& answer,
                                                        uint32_t number) const;

  absl::StatusOr<policy::v1::PackVersion> Propose(runtime::CallContext& context,
                                                  const policy::v1::ProposePackRequest& request);
  absl::StatusOr<policy::v1::PackVersion> Consult(
      runtime::CallContext& context, const policy::v1::OpenConsultationRequest& request);
  absl::StatusOr<policy::v1::PackComment> Comment(runtime::CallContext& context,
                                                  const policy::v1::RecordCommentRequest& request);
  absl::StatusOr<policy::v1::PackComment> Reply(runtime::CallContext& context,
                                                const policy::v1::AnswerCommentRequest& request);
  absl::StatusOr<policy::v1::PackVersion> Approve(runtime::CallContext& context,
                                                  const policy::v1::ApprovePackRequest& request);
  absl::StatusOr<policy::v1::PackVersion> Withdraw(runtime::CallContext& context,
                                                   const policy::v1::WithdrawPackRequest& request);
  absl::StatusOr<policy::v1::PackDetails> Get(runtime::CallContext& context,
                                              const policy::v1::GetPackRequest& request);
  absl::StatusOr<policy::v1::ListPacksResponse> List(runtime::CallContext& context,
                                                     const policy::v1::ListPacksRequest& request);
  absl::StatusOr<policy::v1::LintPackResponse> Lint(runtime::CallContext& context,
                                                    const policy::v1::LintPackRequest& request);
  absl::StatusOr<policy::v1::DiffPacksResponse> Diff(runtime::CallContext& context,
                                                     const policy::v1::DiffPacksRequest& request);
  absl::Status Backtest(runtime::CallContext& context,
                        const policy::v1::BacktestPackRequest& request,
                        runtime::StreamWriter<policy::v1::BacktestPackResponse>& writer);
  absl::Status Store(const runtime::CallContext& context,
                     const policy::v1::BacktestPackRequest& request,
                     const policy::v1::BacktestSummary& summary,
                     runtime::StreamWriter<policy::v1::BacktestPackResponse>& writer);

  /// What is wrong or unwise in a text, by the nation's packs in use.
  absl::StatusOr<std::vector<policy::Finding>> Findings(const std::string& content,
                                                        const std::string& file) const;
  /// OK, or POLICY_LINT with the first error. Warnings go to `warnings`.
  absl::Status CheckLint(const std::string& content,
                         const std::string& file,
                         google::protobuf::RepeatedPtrField<policy::v1::PackFinding>* warnings);
  /// The text of a version, or the text given; exactly one must be. `reason`: of that refusal.
  absl::StatusOr<policy::Pack> Side(const std::string& digest,
                                    const std::string& content,
                                    const char* reason,
                                    const char* field) const;
  absl::StatusOr<std::shared_ptr<const Details>> Known(const std::string& digest) const;
  absl::Status CheckFields(const google::protobuf::Message& request) const;
  absl::StatusOr<journal::Revision> AtLeast(const runtime::CallContext& context) const;
  [[nodiscard]] Ground GroundAt(int64_t now_us) const;

  const Options options_;
  std::vector<intake::UntakenPack> untaken_;
  std::atomic<int> backtests_{0};
};

}  // namespace xince::rulemaking

#endif  // SERVICES_SCORING_RULEMAKING_POLICY_SERVICE_H_
