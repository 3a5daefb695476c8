#include "services/apps/host/register_modules.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "xince/evidence/v1/evidence.pb.h"
#include "xince/journal/v1/journal.pb.h"

#include "services/apps/host/feed_module.h"
#include "services/apps/host/scoring_module.h"
#include "services/feeds/evidence_service.h"
#include "services/journal/journal_service.h"
#include "services/runtime/errors.h"

namespace xince::host {
namespace {

absl::Status CheckTargets(const RegisterOptions& options) {
  for (const std::string& service : options.services) {
    const bool known = service == kScoring ||
                       std::find(std::begin(kFeeds), std::end(kFeeds), service) != std::end(kFeeds);
    if (known) continue;
    return runtime::InvalidArgument("TARGET_UNKNOWN",
                                    "target",
                                    absl::StrCat("there is no service ", service),
                                    absl::StrCat("没有服务 ", service),
                                    {{"found", service}});
  }
  if (options.services.contains("inspection") && options.kinds.words().empty()) {
    return runtime::InvalidArgument("KINDS_MISSING",
                                    "kinds",
                                    "inspection needs the vocabulary of kinds of evidence",
                                    "检查数据源需要信用信息类别表");
  }
  if (!options.services.contains(kScoring)) return absl::OkStatus();
  for (const char* feed : kFeeds) {
    if (options.services.contains(feed) || options.feed_addresses.contains(feed)) continue;
    return runtime::InvalidArgument(
        "FEED_ADDRESS_MISSING",
        "feed_addresses",
        absl::StrCat("scoring needs the address of ", feed, ", which does not run here"),
        absl::StrCat("评分服务需要 ", feed, " 的地址"),
        {{"feed", feed}});
  }
  return absl::OkStatus();
}

// What is served once per process, whatever runs in it: the streams of evidence and the proofs.
class SharedModule final : public runtime::Module {
 public:
  SharedModule(const RegisterOptions& options,
               const std::vector<feeds::Feed*>& feeds,
               const std::vector<journal::Checkpointer*>& journals)
      : workers_(options.workers) {
    const auto add = [&](const google::protobuf::ServiceDescriptor* descriptor) {
      owned_.push_back(std::make_unique<runtime::RpcService>(descriptor,
                                                             workers_,
                                                             *options.clock,
                                                             *options.metrics,
                                                             options.limits,
                                                             options.make_trace));
      return owned_.back().get();
    };
    if (!feeds.empty()) {
      feeds::RegisterEvidenceStream(
          feeds,
          *add(evidence::v1::StreamEvidenceRequest::descriptor()->file()->service(0)),
          *options.clock);
    }
    journal::RegisterJournalMethods(
        journals, *add(journal::v1::ListJournalsRequest::descriptor()->file()->service(0)));
  }

  [[nodiscard]] absl::string_view name() const override { return "shared"; }
  std::vector<runtime::RpcService*> services() override {
    std::vector<runtime::RpcService*> services;
    for (const auto& service : owned_) services.push_back(service.get());
    return services;
  }
  absl::Status Start(runtime::ModuleHost&) override { return absl::OkStatus(); }
  bool Ready() override { return true; }
  void Stop() override { workers_.Stop(); }

 private:
  runtime::Workers workers_;
  std::vector<std::unique_ptr<runtime::RpcService>> owned_;
};

}  // namespace

absl::StatusOr<std::vector<std::unique_ptr<runtime::Module>>> OpenModules(
    const RegisterOptions& options) {
  XINCE_RETURN_IF_ERROR(CheckTargets(options));
  std::vector<std::unique_ptr<runtime::Module>> modules;
  std::vector<feeds::Feed*> feeds;
  std::vector<journal::Checkpointer*> journals;
  for (const char* name : kFeeds) {
    if (!options.services.contains(name)) continue;
    XINCE_ASSIGN_OR_RETURN(std::unique_ptr<FeedModule> feed, FeedModule::Open(options, name));
    feeds.push_back(&feed->feed());
    journals.push_back(&feed->journal().checkpointer());
    modules.push_back(std::move(feed));
  }
  std::unique_ptr<ScoringModule> scoring;
  if (options.services.contains(kScoring)) {
    XINCE_ASSIGN_OR_RETURN(scoring, ScoringModule::Open(options));
    journals.push_back(&scoring->journal().checkpointer());
  }
  // Scoring reads the streams that the shared module serves: it starts last and stops first.
  modules.push_back(std::make_unique<SharedModule>(options, feeds, journals));
  if (scoring != nullptr) modules.push_back(std::move(scoring));
  return modules;
}

}  // namespace xince::host
