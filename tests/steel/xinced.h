#ifndef TESTS_STEEL_XINCED_H_
#define TESTS_STEEL_XINCED_H_

#include <memory>
#include <string>
#include <vector>

#include "services/runtime/client.h"
#include "tests/steel/child_process.h"

/// One xinced with everything in it, for tests of the process itself.
namespace xince::steel {

struct XincedOptions {
  /// Directory of its data; its log lies beside, `<data_dir>.log`.
  std::string data_dir;
  /// Flags besides the usual ones, which they win over.
  std::vector<std::string> flags;
};

class Xinced {
 public:
  explicit Xinced(const XincedOptions& options);

  /// Waits until it serves; false when it does not, or ended.
  bool AwaitServing();
  /// SIGTERM, and waits: exit code, or minus the signal.
  int Stop();
  /// kill -9, and waits.
  void Kill();

  [[nodiscard]] ChildProcess& child() { return *child_; }
  /// Where it serves; after AwaitServing.
  [[nodiscard]] const std::string& address() const { return address_; }
  [[nodiscard]] const std::string& metrics_address() const { return metrics_address_; }
  [[nodiscard]] const std::shared_ptr<runtime::Channel>& channel() const { return channel_; }

 private:
  std::unique_ptr<ChildProcess> child_;
  std::string address_;
  std::string metrics_address_;
  std::shared_ptr<runtime::Channel> channel_;
};

}  // namespace xince::steel

#endif  // TESTS_STEEL_XINCED_H_
