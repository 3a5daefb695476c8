#ifndef SERVICES_APPS_HOST_JOURNAL_HOST_H_
#define SERVICES_APPS_HOST_JOURNAL_HOST_H_

#include <memory>
#include <string>

#include "services/apps/host/register_modules.h"
#include "services/journal/checkpointer.h"

/// What every service has around its state: a journal, the machine's checkpoints, the numbers for
/// operators, and somebody to tell when the journal is lost.
namespace xince::host {

class JournalHost {
 public:
  /// Opens the journal of the service. `options` outlives it.
  static absl::StatusOr<std::unique_ptr<JournalHost>> Open(const RegisterOptions& options,
                                                           const std::string& service);

  [[nodiscard]] journal::Journal& journal() { return *journal_; }
  /// The checkpointer of the machine that Attach was given.
  [[nodiscard]] journal::Checkpointer& checkpointer() { return *checkpointer_; }

  /// Takes note of the machine over this journal, which outlives the host. Once, before Start.
  void Attach(journal::Machine& machine);
  /// Begins to sign. From now on the loss of the journal ends the process.
  void Start(runtime::ModuleHost& host);
  /// Signs the rest.
  void Stop();
  /// Whether the journal can be written; declares the process dead when it cannot.
  bool Ready();

 private:
  JournalHost(const RegisterOptions& options, std::string service, journal::SigningKey key);
  void Lost(const absl::Status& why);

  const RegisterOptions& options_;
  const std::string service_;
  const journal::SigningKey key_;
  std::unique_ptr<journal::Journal> journal_;
  journal::Machine* machine_ = nullptr;
  std::unique_ptr<journal::Checkpointer> checkpointer_;
  runtime::Mutex mutex_;
  runtime::ModuleHost* host_ ABSL_GUARDED_BY(mutex_) = nullptr;
};

}  // namespace xince::host

#endif  // SERVICES_APPS_HOST_JOURNAL_HOST_H_
