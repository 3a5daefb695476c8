#ifndef SERVICES_APPS_HOST_SCORING_MODULE_H_
#define SERVICES_APPS_HOST_SCORING_MODULE_H_

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "services/apps/host/journal_host.h"
#include "services/scoring/creditfile/credit_state.h"
#include "services/scoring/intake/intake.h"
#include "services/scoring/listing/document_service.h"
#include "services/scoring/listing/listing_service.h"
#include "services/scoring/query/credit_service.h"
#include "services/scoring/query/intake_desk.h"
#include "services/scoring/rulemaking/policy_service.h"

/// Scoring as a module.
namespace xince::host {

class ScoringModule final : public runtime::Module {
 public:
  /// Opens the journal. `options` outlives the module.
  static absl::StatusOr<std::unique_ptr<ScoringModule>> Open(const RegisterOptions& options);

  [[nodiscard]] absl::string_view name() const override { return kScoring; }
  std::vector<runtime::RpcService*> services() override {
    return {service_.get(), policy_rpc_.get(), listing_rpc_.get()};
  }
  /// Replays, takes up the policies, opens the day, and begins to read the feeds: those that run
  /// here within the process, the others over the network.
  absl::Status Start(runtime::ModuleHost& host) override;
  bool Ready() override { return journal_->Ready(); }
  void Stop() override;

  [[nodiscard]] journal::Machine& machine() { return *machine_; }
  [[nodiscard]] JournalHost& journal() { return *journal_; }

 private:
  explicit ScoringModule(const RegisterOptions& options)
      : options_(options), state_(options.division) {}
  absl::Status AddPolicyService();
  void AddListingService();
  absl::Status TakeUpPolicies();
  void AddReadings();

  const RegisterOptions& options_;
  std::unique_ptr<JournalHost> journal_;
  creditfile::CreditState state_;
  std::unique_ptr<journal::Machine> machine_;
  std::unique_ptr<intake::DayKeeper> days_;
  runtime::ModuleHost* host_ = nullptr;
  std::vector<std::unique_ptr<intake::FeedReader>> readers_;
  std::unique_ptr<query::CreditQueries> queries_;
  std::unique_ptr<query::IntakeDesk> intake_desk_;
  std::unique_ptr<runtime::Workers> workers_;
  std::unique_ptr<runtime::RpcService> service_;
  std::optional<policy::Kinds> kinds_;
  std::unique_ptr<rulemaking::PolicyService> rulemaking_;
  std::unique_ptr<runtime::RpcService> policy_rpc_;
  std::unique_ptr<listing::ListingService> listing_;
  std::unique_ptr<listing::DocumentService> documents_;
  std::unique_ptr<runtime::RpcService> listing_rpc_;
  std::atomic<size_t> untaken_{0};
};

}  // namespace xince::host

#endif  // SERVICES_APPS_HOST_SCORING_MODULE_H_
