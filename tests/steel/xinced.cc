#include "tests/steel/xinced.h"

#include <signal.h>

#include <fstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "tests/steel/register.h"
#include "tests/steel/test_build.h"

namespace xince::steel {
namespace {

constexpr absl::Duration kServingTimeout = absl::Seconds(30);
constexpr absl::Duration kStopTimeout = absl::Seconds(20);

// The flag unless one of `given` sets the same.
void AddUnless(const std::vector<std::string>& given,
               const std::string& name,
               const std::string& value,
               std::vector<std::string>& command) {
  const std::string flag = absl::StrCat("--", name, "=");
  for (const std::string& other : given) {
    if (absl::StartsWith(other, flag)) return;
  }
  command.push_back(absl::StrCat(flag, value));
}

}  // namespace

Xinced::Xinced(const XincedOptions& options) {
  const std::string config = absl::StrCat(options.data_dir, ".textproto");
  std::ofstream(config) << "limits { drain_ms: 100 grace_ms: 5000 }\n";
  std::vector<std::string> command = {XincedBinary(), "--allow-unsafe-filesystem"};
  AddUnless(options.flags, "target", "all", command);
  AddUnless(options.flags, "data-dir", options.data_dir, command);
  AddUnless(options.flags, "register", kRegisterName, command);
  AddUnless(options.flags, "division", kDivision, command);
  AddUnless(options.flags, "share-dir", ShareDirectory(), command);
  AddUnless(options.flags, "policies-dir", "policies", command);
  AddUnless(options.flags, "grpc-address", "127.0.0.1:0", command);
  AddUnless(options.flags, "metrics-address", "127.0.0.1:0", command);
  AddUnless(options.flags, "config", config, command);
  command.insert(command.end(), options.flags.begin(), options.flags.end());
  child_ = std::make_unique<ChildProcess>(ChildProcess::Options{
      .command = std::move(command), .log = absl::StrCat(options.data_dir, ".log")});
}

bool Xinced::AwaitServing() {
  address_ = child_->AwaitLogged("listening", "address");
  if (address_.empty()) return false;
  metrics_address_ = child_->AwaitLogged("metrics", "address");
  channel_ = runtime::Channel::Create(address_);
  return WaitUntil(kServingTimeout,
                   [&] {
                     return child_->ended() ||
                            channel_->IsServing("", absl::Seconds(1)).value_or(false);
                   }) &&
         !child_->ended();
}

int Xinced::Stop() {
  // A server that stops waits for its clients to leave.
  channel_.reset();
  child_->Signal(SIGTERM);
  return child_->Wait(kStopTimeout);
}

void Xinced::Kill() {
  child_->Signal(SIGKILL);
  (void)child_->Wait(kStopTimeout);
}

}  // namespace xince::steel
