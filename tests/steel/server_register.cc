#include "tests/steel/server_register.h"

#include <atomic>
#include <map>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

#include "xince/config/v1/config.pb.h"

#include "services/apps/host/register_modules.h"
#include "services/apps/host/stores.h"
#include "services/journal/redis_journal.h"
#include "services/runtime/app.h"
#include "services/runtime/config.h"
#include "services/runtime/errors.h"
#include "services/runtime/log.h"
#include "tests/redis/redis_server_fixture.h"
#include "tests/steel/test_build.h"

namespace xince::steel {
namespace {

using ::xince::testing_redis::RedisServer;
using ::xince::testing_redis::TemporaryDirectory;

// A clock that can be set and goes on from there, so that waits and deadlines end.
class SettableClock final : public runtime::Clock {
 public:
  explicit SettableClock(absl::Time now) { SetTime(now); }
  [[nodiscard]] absl::Time Now() const override {
    return system_.Now() + absl::Microseconds(ahead_us_.load());
  }
  void SetTime(absl::Time now) { ahead_us_ = absl::ToInt64Microseconds(now - system_.Now()); }

 private:
  runtime::SystemClock system_;
  std::atomic<int64_t> ahead_us_{0};
};

// Keeps the channel within the process.
class ChannelModule final : public runtime::Module {
 public:
  explicit ChannelModule(std::shared_ptr<runtime::Channel>& channel) : channel_(channel) {}
  [[nodiscard]] absl::string_view name() const override { return "channel"; }
  std::vector<runtime::RpcService*> services() override { return {}; }
  absl::Status Start(runtime::ModuleHost& host) override {
    channel_ = host.local();
    return absl::OkStatus();
  }
  bool Ready() override { return true; }
  void Stop() override {}

 private:
  std::shared_ptr<runtime::Channel>& channel_;
};

// One server with some of the services.
class Server {
 public:
  explicit Server(host::RegisterOptions options) : options_(std::move(options)) {
    options_.metrics = &metrics_;
  }
  ~Server() { (void)Stop(); }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  absl::Status Start() {
    XINCE_ASSIGN_OR_RETURN(auto modules, host::OpenModules(options_));
    runtime::AppOptions options;
    options.server.addresses = {"127.0.0.1:0"};
    options.drain = absl::ZeroDuration();
    options.on_listening = [this](const runtime::Server& server, const runtime::MetricsServer*) {
      address_ = server.addresses().front();
    };
    options.on_ready = [this] { started_.Request(); };
    app_ = std::make_unique<runtime::App>(std::move(options), metrics_);
    for (auto& module : modules) app_->Add(std::move(module));
    app_->Add(std::make_unique<ChannelModule>(local_));
    thread_ = std::thread([this] {
      exit_code_ = app_->Run(stop_);
      started_.Request();
    });
    (void)started_.WaitFor(absl::Minutes(1));
    if (local_ == nullptr) return absl::UnavailableError("the server did not start");
    return absl::OkStatus();
  }

  absl::Status Stop() {
    if (!thread_.joinable()) return absl::OkStatus();
    stop_.Request();
    thread_.join();
    local_.reset();
    app_.reset();
    if (exit_code_ == runtime::kExitOk) return absl::OkStatus();
    return absl::InternalError(absl::StrCat("exit code ", exit_code_));
  }

  [[nodiscard]] const std::string& address() const { return address_; }
  [[nodiscard]] std::shared_ptr<runtime::Channel> local() const { return local_; }
  [[nodiscard]] std::string Metrics() const { return metrics_.Text(); }

 private:
  host::RegisterOptions options_;
  runtime::Metrics metrics_;
  runtime::StopSignal started_;
  runtime::StopSignal stop_;
  std::string address_;
  std::shared_ptr<runtime::Channel> local_;
  std::unique_ptr<runtime::App> app_;
  std::thread thread_;
  int exit_code_ = 0;
};

const type::Divisions& Divisions() {
  static const auto& divisions = *new absl::StatusOr<type::Divisions>(
      type::Divisions::Load(absl::StrCat(ShareDirectory(), "/divisions.bin")));
  return divisions.value();
}

class ServerRegister final : public Register {
 public:
  ServerRegister(const Arrangement& arrangement, absl::Time now, Place place)
      : arrangement_(arrangement), place_(std::move(place)), clock_(now) {
    if (arrangement.store == Store::kRedis) redis_ = RedisServer::Start({}).value();
  }
  ~ServerRegister() override { (void)Stop(); }

  absl::Status Start() override {
    std::vector<std::set<std::string>> processes;
    if (arrangement_.shape == Shape::kOneServer) {
      processes.emplace_back(std::begin(kServices), std::end(kServices));
    } else {
      for (const char* service : kServices) processes.push_back({service});
    }
    std::map<std::string, std::string> feeds;
    for (const std::set<std::string>& services : processes) {
      XINCE_ASSIGN_OR_RETURN(host::RegisterOptions options, Options(services));
      if (services.size() == 1) options.feed_addresses = feeds;
      servers_.push_back(std::make_unique<Server>(std::move(options)));
      Server& server = *servers_.back();
      XINCE_RETURN_IF_ERROR(server.Start());
      for (const std::string& service : services) {
        server_of_[service] = &server;
        channels_[service] =
            services.size() > 1 ? server.local() : runtime::Channel::Create(server.address());
        feeds[service] = server.address();
      }
    }
    return absl::OkStatus();
  }

  absl::Status Stop() override {
    absl::Status status;
    channels_.clear();
    server_of_.clear();
    while (!servers_.empty()) {
      status.Update(servers_.back()->Stop());
      servers_.pop_back();
    }
    return status;
  }

  std::shared_ptr<runtime::Channel> ChannelTo(const std::string& service) override {
    return channels_.at(service);
  }
  [[nodiscard]] bool HasClock() const override { return true; }
  void SetClock(absl::Time now) override { clock_.SetTime(now); }
  [[nodiscard]] absl::Time Now() const override { return clock_.Now(); }
  absl::StatusOr<std::string> Metrics(const std::string& service) override {
    return server_of_.at(service)->Metrics();
  }
  std::string Logs() override { return logs_.text(); }
  [[nodiscard]] std::vector<std::string> DataDirectories() const override {
    std::vector<std::string> directories = {directory_.path()};
    if (redis_ != nullptr) directories.push_back(redis_->data_directory());
    return directories;
  }

 private:
  absl::StatusOr<host::RegisterOptions> Options(const std::set<std::string>& services) {
    host::RegisterOptions options;
    options.services = services;
    options.register_name = place_.name;
    options.division = place_.division;
    if (redis_ == nullptr) {
      config::v1::Config config;
      config.set_data_dir(directory_.path());
      options.open_journal = host::JournalsOf(config, /*unsafe_filesystem=*/true, clock_);
    } else {
      options.open_journal = [this](const std::string& name,
                                    const std::function<void(const absl::Status&)>&) {
        return journal::OpenRedisJournal(
            {.name = name, .endpoint = redis_->endpoint(), .clock = &clock_});
      };
      options.machine.shared_journal = true;
    }
    options.signing_key = [this](const std::string& journal) {
      return host::SigningKeyOf(directory_.path(), journal);
    };
    XINCE_ASSIGN_OR_RETURN(options.identity_key, host::IdentityKeyOf(directory_.path()));
    XINCE_ASSIGN_OR_RETURN(options.policies, host::ReadPolicies("policies", place_.division));
    XINCE_ASSIGN_OR_RETURN(options.kind_catalogue, host::ReadKindCatalogue("policies"));
    XINCE_ASSIGN_OR_RETURN(options.calendar, host::ReadCalendar("policies"));
    config::v1::Config words;
    XINCE_RETURN_IF_ERROR(runtime::CompleteConfig(words));
    XINCE_ASSIGN_OR_RETURN(
        options.document_words,
        host::ReadDocumentWords("policies", options.policies, words.documents()));
    XINCE_ASSIGN_OR_RETURN(options.kinds, host::ReadKinds("policies"));
    XINCE_ASSIGN_OR_RETURN(options.committee_rules,
                           host::ReadCommitteeRules("policies", place_.division));
    options.divisions = &Divisions();
    options.clock = &clock_;
    options.make_trace = [] { return "trace"; };
    options.workers = {.threads = 4, .in_flight_max = 64};
    return options;
  }

  const Arrangement arrangement_;
  const Place place_;
  TemporaryDirectory directory_;
  SettableClock clock_;
  runtime::LogCapture logs_;
  std::unique_ptr<RedisServer> redis_;
  std::vector<std::unique_ptr<Server>> servers_;
  std::map<std::string, Server*> server_of_;
  std::map<std::string, std::shared_ptr<runtime::Channel>> channels_;
};

}  // namespace

std::unique_ptr<Register> MakeServerRegister(const Arrangement& arrangement,
                                             absl::Time now,
                                             const Place& place) {
  return std::make_unique<ServerRegister>(arrangement, now, place);
}

}  // namespace xince::steel
