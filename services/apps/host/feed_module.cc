#include "services/apps/host/feed_module.h"

#include <utility>

#include "services/feeds/committee/committee_feed.h"
#include "services/feeds/inspection/inspection_feed.h"
#include "services/feeds/party/party_feed.h"
#include "services/feeds/registry/registry_feed.h"
#include "services/journal/checkpoint.h"
#include "services/runtime/errors.h"

namespace xince::host {

feeds::FeedDefinition DefineFeed(const std::string& name,
                                 const feeds::KindList& kinds,
                                 const committee::Rules& rules) {
  if (name == "registry") return registry::RegistryFeed();
  if (name == "inspection") return inspection::InspectionFeed(kinds, journal::SystemRandomBytes());
  if (name == "party") return party::PartyFeed();
  return committee::CommitteeFeed(rules);
}

absl::StatusOr<std::unique_ptr<FeedModule>> FeedModule::Open(const RegisterOptions& options,
                                                             const std::string& name) {
  auto module = std::unique_ptr<FeedModule>(new FeedModule(name));
  XINCE_ASSIGN_OR_RETURN(module->journal_, JournalHost::Open(options, name));
  feeds::FeedDefinition definition = DefineFeed(name, options.kinds, options.committee_rules);
  module->feed_ =
      std::make_unique<feeds::Feed>(feeds::FeedOptions{.name = name,
                                                       .types = std::move(definition.types),
                                                       .identity_key = options.identity_key,
                                                       .machine = options.machine},
                                    module->journal_->journal(),
                                    *options.clock,
                                    *options.divisions);
  module->journal_->Attach(module->feed_->machine());
  module->workers_ = std::make_unique<runtime::Workers>(options.workers);
  module->service_ = std::make_unique<runtime::RpcService>(definition.service,
                                                           *module->workers_,
                                                           *options.clock,
                                                           *options.metrics,
                                                           options.limits,
                                                           options.make_trace);
  feeds::RegisterFeedMethods(*module->feed_, *module->service_, definition.verbs);
  if (definition.more) {
    definition.more(*module->feed_, *module->service_, *options.divisions, *options.clock);
  }
  return module;
}

absl::Status FeedModule::Start(runtime::ModuleHost& host) {
  XINCE_RETURN_IF_ERROR(feed_->Start());
  journal_->Start(host);
  return absl::OkStatus();
}

void FeedModule::Stop() {
  workers_->Stop();
  feed_->Stop();
  journal_->Stop();
}

}  // namespace xince::host
