#ifndef SERVICES_RUNTIME_MODULE_H_
#define SERVICES_RUNTIME_MODULE_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "services/runtime/client.h"
#include "services/runtime/rpc_service.h"

namespace xince::runtime {

/// What a process offers to the modules in it.
class ModuleHost {
 public:
  virtual ~ModuleHost() = default;
  /// Calls to the modules of this process.
  virtual std::shared_ptr<Channel> local() = 0;
  /// Declares the process dead: something it promised can no longer be kept, such as a journal that
  /// does not reach the disk. The process refuses further calls, stops within seconds, and exits
  /// with kExitDead. From any thread; returns at once; the first reason counts.
  virtual void Die(const absl::Status& why) = 0;
};

/// One part of a process: a service with its workers, stores and threads.
///
/// Life: constructed; served, its calls refused with NOT_READY; Start(); calls admitted; Ready()
/// asked now and then; the server stops; Stop(); destroyed. Modules start in the order of the list,
/// stop in reverse, and are destroyed after the server.
class Module {
 public:
  virtual ~Module() = default;
  /// Lower-case, such as `scoring`: the name of the module in health checks.
  [[nodiscard]] virtual absl::string_view name() const = 0;
  /// Constant from construction on. They stay valid until destruction.
  virtual std::vector<RpcService*> services() = 0;
  /// Opens what the module needs; may take long (replaying a journal). An error ends the process
  /// with kExitNotStarted. `host` outlives Stop().
  virtual absl::Status Start(ModuleHost& host) = 0;
  /// Whether calls can be answered well just now. Asked several times a second; must not block.
  virtual bool Ready() = 0;
  /// Ends the module's threads and closes its stores. Called once, also when Start failed or was
  /// not reached; no call is in flight any more.
  virtual void Stop() = 0;
};

}  // namespace xince::runtime

#endif  // SERVICES_RUNTIME_MODULE_H_
