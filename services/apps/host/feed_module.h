#ifndef SERVICES_APPS_HOST_FEED_MODULE_H_
#define SERVICES_APPS_HOST_FEED_MODULE_H_

#include <memory>
#include <string>

#include "services/apps/host/journal_host.h"
#include "services/feeds/committee/rules.h"
#include "services/feeds/feed.h"
#include "services/feeds/feed_service.h"
#include "services/feeds/kind_list.h"

/// A feed as a module.
namespace xince::host {

/// The feeds this server knows. A new feed is one line in the .cc. `kinds` is the vocabulary of kinds of
/// evidence, `rules` what the register's division asks of committees.
feeds::FeedDefinition DefineFeed(const std::string& name,
                                 const feeds::KindList& kinds,
                                 const committee::Rules& rules);

class FeedModule final : public runtime::Module {
 public:
  /// Opens the journal of the feed called `name`, one of kFeeds. `options` outlives the module.
  static absl::StatusOr<std::unique_ptr<FeedModule>> Open(const RegisterOptions& options,
                                                          const std::string& name);

  [[nodiscard]] absl::string_view name() const override { return name_; }
  std::vector<runtime::RpcService*> services() override { return {service_.get()}; }
  absl::Status Start(runtime::ModuleHost& host) override;
  bool Ready() override { return journal_->Ready(); }
  void Stop() override;

  [[nodiscard]] feeds::Feed& feed() { return *feed_; }
  [[nodiscard]] JournalHost& journal() { return *journal_; }

 private:
  explicit FeedModule(std::string name) : name_(std::move(name)) {}

  const std::string name_;
  std::unique_ptr<JournalHost> journal_;
  std::unique_ptr<feeds::Feed> feed_;
  std::unique_ptr<runtime::Workers> workers_;
  std::unique_ptr<runtime::RpcService> service_;
};

}  // namespace xince::host

#endif  // SERVICES_APPS_HOST_FEED_MODULE_H_
