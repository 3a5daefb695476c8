#include "tests/steel/process_register.h"

#include <signal.h>

#include <fstream>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "services/runtime/clock.h"
#include "services/runtime/errors.h"
#include "tests/redis/redis_server_fixture.h"
#include "tests/steel/child_process.h"
#include "tests/steel/http_get.h"
#include "tests/steel/test_build.h"

namespace xince::steel {
namespace {

using ::xince::testing_redis::RedisServer;
using ::xince::testing_redis::TemporaryDirectory;

constexpr absl::Duration kServingTimeout = absl::Seconds(30);
constexpr absl::Duration kStopTimeout = absl::Seconds(20);

// One xinced.
struct Process {
  std::unique_ptr<ChildProcess> child;
  std::string address;
  std::string metrics_address;
  std::shared_ptr<runtime::Channel> channel;
};

class ProcessRegister final : public Register {
 public:
  ProcessRegister(const Arrangement& arrangement, Place place)
      : arrangement_(arrangement), place_(std::move(place)) {
    if (arrangement.store != Store::kRedis) return;
    primary_ = RedisServer::Start({.replicas = 1, .tcp = true}).value();
    replica_ = RedisServer::Start({.tcp = true, .replica_of = primary_->port()}).value();
    replicated_ = primary_->WaitUntilReplicated(1);
  }
  ~ProcessRegister() override { (void)Stop(); }

  absl::Status Start() override {
    XINCE_RETURN_IF_ERROR(replicated_);
    if (arrangement_.shape == Shape::kOneProcess) {
      XINCE_ASSIGN_OR_RETURN(Process * process, Launch("all", {}));
      for (const char* service : kServices) process_of_[service] = process;
      return absl::OkStatus();
    }
    std::vector<std::string> feeds;
    for (const char* service : kServices) {
      const bool scoring = std::string(service) == "scoring";
      XINCE_ASSIGN_OR_RETURN(Process * process,
                             Launch(service, scoring ? feeds : std::vector<std::string>()));
      feeds.push_back(absl::StrCat("--feed=", service, "=", process->address));
      process_of_[service] = process;
    }
    return absl::OkStatus();
  }

  absl::Status Stop() override {
    absl::Status status;
    process_of_.clear();
    for (; !processes_.empty(); processes_.pop_back()) {
      // A server that stops waits for its clients to leave.
      processes_.back()->channel.reset();
      processes_.back()->child->Signal(SIGTERM);
      const int code = processes_.back()->child->Wait(kStopTimeout);
      if (code != 0) status.Update(absl::InternalError(absl::StrCat("exit code ", code)));
    }
    return status;
  }

  std::shared_ptr<runtime::Channel> ChannelTo(const std::string& service) override {
    return process_of_.at(service)->channel;
  }
  [[nodiscard]] bool HasClock() const override { return false; }
  void SetClock(absl::Time /*now*/) override {}
  [[nodiscard]] absl::Time Now() const override { return clock_.Now(); }
  absl::StatusOr<std::string> Metrics(const std::string& service) override {
    return HttpGet(process_of_.at(service)->metrics_address, "/metrics");
  }
  std::string Logs() override {
    std::string logs;
    for (const auto& process : processes_) logs += process->child->Log();
    return logs;
  }
  [[nodiscard]] std::vector<std::string> DataDirectories() const override {
    std::vector<std::string> directories = {directory_.path()};
    if (primary_ != nullptr) directories.push_back(primary_->data_directory());
    return directories;
  }

 private:
  absl::StatusOr<Process*> Launch(const std::string& target, const std::vector<std::string>& more) {
    std::vector<std::string> command = {XincedBinary(),
                                        absl::StrCat("--target=", target),
                                        absl::StrCat("--data-dir=", directory_.path(), "/data"),
                                        absl::StrCat("--register=", place_.name),
                                        absl::StrCat("--division=", place_.division),
                                        absl::StrCat("--share-dir=", ShareDirectory()),
                                        "--policies-dir=policies",
                                        "--grpc-address=127.0.0.1:0",
                                        "--metrics-address=127.0.0.1:0",
                                        absl::StrCat("--config=", ConfigFile()),
                                        "--allow-unsafe-filesystem"};
    command.insert(command.end(), more.begin(), more.end());
    if (primary_ != nullptr) {
      command.push_back(absl::StrCat("--redis-address=127.0.0.1:", primary_->port()));
      command.push_back("--redis-replicas=1");
    }
    auto process = std::make_unique<Process>();
    process->child = std::make_unique<ChildProcess>(
        ChildProcess::Options{.command = std::move(command),
                              .log = absl::StrCat(directory_.path(), "/", target, ".log")});
    process->address = process->child->AwaitLogged("listening", "address");
    process->metrics_address = process->child->AwaitLogged("metrics", "address");
    process->channel = runtime::Channel::Create(process->address);
    const bool serving = WaitUntil(kServingTimeout, [&] {
      return process->channel->IsServing("", absl::Seconds(1)).value_or(false);
    });
    if (!serving) return absl::UnavailableError(process->child->Log());
    processes_.push_back(std::move(process));
    return processes_.back().get();
  }

  // No load balancer needs time to notice that a server leaves.
  std::string ConfigFile() {
    std::string path = absl::StrCat(directory_.path(), "/xinced.textproto");
    std::ofstream(path) << "limits { drain_ms: 1 grace_ms: 2000 }\n";
    return path;
  }

  const Arrangement arrangement_;
  const Place place_;
  TemporaryDirectory directory_;
  runtime::SystemClock clock_;
  std::unique_ptr<RedisServer> primary_;
  std::unique_ptr<RedisServer> replica_;
  absl::Status replicated_;
  std::vector<std::unique_ptr<Process>> processes_;
  std::map<std::string, Process*> process_of_;
};

}  // namespace

std::unique_ptr<Register> MakeProcessRegister(const Arrangement& arrangement, const Place& place) {
  return std::make_unique<ProcessRegister>(arrangement, place);
}

}  // namespace xince::steel
