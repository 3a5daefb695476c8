#include "services/apps/host/journal_host.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "services/runtime/errors.h"

namespace xince::host {

JournalHost::JournalHost(const RegisterOptions& options,
                         std::string service,
                         journal::SigningKey key)
    : options_(options), service_(std::move(service)), key_(std::move(key)) {}

absl::StatusOr<std::unique_ptr<JournalHost>> JournalHost::Open(const RegisterOptions& options,
                                                               const std::string& service) {
  const std::string name = absl::StrCat(options.register_name, "/", service);
  XINCE_ASSIGN_OR_RETURN(journal::SigningKey key, options.signing_key(name));
  auto host = std::unique_ptr<JournalHost>(new JournalHost(options, service, std::move(key)));
  XINCE_ASSIGN_OR_RETURN(host->journal_,
                         options.open_journal(name, [host = host.get()](const absl::Status& why) {
                           host->Lost(why);
                         }));
  return host;
}

void JournalHost::Lost(const absl::Status& why) {
  const runtime::MutexLock lock(mutex_);
  if (host_ != nullptr) host_->Die(why);
}

void JournalHost::Attach(journal::Machine& machine) {
  machine_ = &machine;
  checkpointer_ = std::make_unique<journal::Checkpointer>(machine, key_);
  const runtime::Labels labels = {{"service", service_}};
  options_.metrics->AddReading(
      "xince_journal_revision", "Last durable revision of the journal.", labels, [&machine] {
        return static_cast<double>(machine.durable());
      });
  options_.metrics->AddReading(
      "xince_journal_checkpoint_revision",
      "Revision of the newest signed checkpoint.",
      labels,
      [this] { return static_cast<double>(checkpointer_->signed_revision()); });
  options_.metrics->AddReading("xince_journal_healthy",
                               "1 while the journal can be written, 0 once the process must end.",
                               labels,
                               [&machine] { return machine.Health().ok() ? 1.0 : 0.0; });
}

void JournalHost::Start(runtime::ModuleHost& host) {
  {
    const runtime::MutexLock lock(mutex_);
    host_ = &host;
  }
  checkpointer_->Start();
}

void JournalHost::Stop() {
  if (checkpointer_ != nullptr) checkpointer_->Stop();
  const runtime::MutexLock lock(mutex_);
  host_ = nullptr;
}

bool JournalHost::Ready() {
  const absl::Status health = machine_->Health();
  if (!health.ok()) Lost(health);
  return health.ok();
}

}  // namespace xince::host
