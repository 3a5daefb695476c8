// The server: one binary for every service of a register.
//
//   xinced --target=all --data-dir=var/data
//   xinced --target=scoring --feed=registry=10.0.0.1:7300 ...
//   xinced healthcheck --grpc-address=127.0.0.1:7300
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include <CLI/CLI.hpp>

#include "xince/config/v1/config.pb.h"

#include "services/apps/host/register_modules.h"
#include "services/apps/host/stores.h"
#include "services/journal/checkpoint.h"
#include "services/runtime/app.h"
#include "services/runtime/client.h"
#include "services/runtime/config.h"
#include "services/runtime/config_options.h"
#include "services/runtime/errors.h"
#include "services/runtime/log.h"
#include "services/runtime/metrics.h"

namespace xince {
namespace {

constexpr int kExitUsage = 2;
constexpr int kExitUnhealthy = 1;
constexpr char kDefaultAddress[] = "127.0.0.1:7300";
constexpr absl::Duration kHealthTimeout = absl::Seconds(5);

// What the command line says; empty where it says nothing.
struct Flags {
  std::string config_file;
  // Path of a field of the configuration → value.
  std::map<std::string, std::string> fields;
  std::string target;
  std::vector<std::string> feeds;
  std::string redis;
  bool unsafe_filesystem = false;
};

std::string RandomTrace() {
  std::array<uint8_t, 8> bytes{};
  (void)journal::SystemRandomBytes()(absl::MakeSpan(bytes));
  return journal::HexEncode(bytes);
}

int Fail(const absl::Status& status, int code) {
  const runtime::Problem problem = runtime::ToProblem(status);
  std::cerr << problem.reason << ": " << (problem.field.empty() ? "" : problem.field + ": ")
            << problem.en << "\n"
            << problem.zh << "\n";
  for (const auto& [key, value] : problem.metadata)
    std::cerr << "  " << key << ": " << value << "\n";
  return code;
}

absl::StatusOr<runtime::Config> MakeConfig(const Flags& flags) {
  runtime::Config config;
  if (!flags.config_file.empty()) {
    XINCE_ASSIGN_OR_RETURN(config, runtime::ReadConfigFile(flags.config_file));
  }
  for (const auto& [path, value] : flags.fields) {
    if (value.empty()) continue;
    XINCE_RETURN_IF_ERROR(runtime::SetConfigField(config, path, value));
  }
  if (!flags.target.empty()) {
    XINCE_RETURN_IF_ERROR(runtime::SetConfigField(config, "targets", flags.target));
  }
  for (const std::string& feed : flags.feeds) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(feed, absl::MaxSplits('=', 1));
    XINCE_RETURN_IF_ERROR(
        runtime::SetConfigField(config, absl::StrCat("feeds.", parts.first), parts.second));
  }
  if (!flags.redis.empty()) {
    XINCE_RETURN_IF_ERROR(runtime::SetConfigField(config, "journal.redis.address", flags.redis));
  }
  XINCE_RETURN_IF_ERROR(runtime::CompleteConfig(config));
  return config;
}

std::set<std::string> ServicesOf(const runtime::Config& config) {
  std::set<std::string> services;
  for (const std::string& target : config.targets()) {
    if (target != "all") {
      services.insert(target);
      continue;
    }
    services.insert(std::begin(host::kFeeds), std::end(host::kFeeds));
    services.insert(host::kScoring);
  }
  return services;
}

std::map<std::string, std::string> FeedAddresses(const runtime::Config& config) {
  std::map<std::string, std::string> addresses = {{"registry", config.feeds().registry()},
                                                  {"inspection", config.feeds().inspection()},
                                                  {"party", config.feeds().party()},
                                                  {"committee", config.feeds().committee()}};
  std::erase_if(addresses, [](const auto& address) { return address.second.empty(); });
  return addresses;
}

// The configuration's options, with what a log should say of the life of the process.
runtime::AppOptions LoggedOptions(const runtime::Config& config) {
  runtime::AppOptions options = runtime::AppOptionsOf(config);
  options.on_listening = [](const runtime::Server&, const runtime::MetricsServer* metrics) {
    if (metrics == nullptr) return;
    runtime::Log(runtime::LogLevel::kInfo, "metrics", {{"address", metrics->address()}});
  };
  options.on_ready = [] { runtime::Log(runtime::LogLevel::kInfo, "ready"); };
  return options;
}

absl::StatusOr<host::RegisterOptions> RegisterOptionsOf(const runtime::Config& config,
                                                        const std::string& share) {
  host::RegisterOptions options;
  options.services = ServicesOf(config);
  options.register_name = config.register_().name();
  options.division = config.register_().division();
  options.feed_addresses = FeedAddresses(config);
  std::error_code error;
  std::filesystem::create_directories(config.data_dir(), error);
  options.signing_key = [data_dir = config.data_dir()](const std::string& journal) {
    return host::SigningKeyOf(data_dir, journal);
  };
  XINCE_ASSIGN_OR_RETURN(options.identity_key, host::IdentityKeyOf(config.data_dir()));
  const std::string directory =
      config.policies_dir().empty() ? absl::StrCat(share, "/policies") : config.policies_dir();
  if (options.services.contains("inspection")) {
    XINCE_ASSIGN_OR_RETURN(options.kinds, host::ReadKinds(directory));
  }
  if (options.services.contains("committee")) {
    XINCE_ASSIGN_OR_RETURN(options.committee_rules,
                           host::ReadCommitteeRules(directory, options.division));
  }
  if (options.services.contains(host::kScoring)) {
    XINCE_ASSIGN_OR_RETURN(options.policies, host::ReadPolicies(directory, options.division));
    XINCE_ASSIGN_OR_RETURN(options.calendar, host::ReadCalendar(directory));
    XINCE_ASSIGN_OR_RETURN(
        options.document_words,
        host::ReadDocumentWords(directory, options.policies, config.documents()));
    XINCE_ASSIGN_OR_RETURN(options.kind_catalogue, host::ReadKindCatalogue(directory));
  }
  options.make_trace = RandomTrace;
  options.limits = runtime::RpcLimitsOf(config);
  options.workers = runtime::WorkersOptionsOf(config);
  options.machine.snapshot_every =
      static_cast<journal::Revision>(config.journal().snapshot_entries());
  options.machine.shared_journal = config.journal().has_redis();
  return options;
}

// What whoever runs this should know it promises less than it could.
void WarnOfWhatIsChosen(const runtime::Config& config) {
  if (config.journal().has_redis() && config.journal().redis().replicas() == 0) {
    runtime::Log(
        runtime::LogLevel::kWarning,
        "the journals are in Redis without replicas: an acknowledged write is on one machine "
        "only and is lost with it",
        {{"field", "journal.redis.replicas"}});
  }
}

int Serve(const Flags& flags, const std::string& binary) {
  const absl::StatusOr<runtime::Config> config = MakeConfig(flags);
  if (!config.ok()) return Fail(config.status(), kExitUsage);
  runtime::LogLevel level = runtime::LogLevel::kInfo;
  (void)runtime::ParseLogLevel(config->log_level(), level);
  runtime::SetLogLevel(level);
  WarnOfWhatIsChosen(*config);

  const std::string share = host::ShareDirectory(config->share_dir(), binary);
  const absl::StatusOr<type::Divisions> divisions =
      type::Divisions::Load(absl::StrCat(share, "/divisions.bin"));
  if (!divisions.ok()) return Fail(divisions.status(), runtime::kExitNotStarted);

  const runtime::SystemClock clock;
  runtime::Metrics metrics({.version = XINCE_VERSION});
  absl::StatusOr<host::RegisterOptions> options = RegisterOptionsOf(*config, share);
  if (!options.ok()) return Fail(options.status(), runtime::kExitNotStarted);
  options->open_journal = host::JournalsOf(*config, flags.unsafe_filesystem, clock);
  options->divisions = &*divisions;
  options->clock = &clock;
  options->metrics = &metrics;
  auto modules = host::OpenModules(*options);
  if (!modules.ok()) return Fail(modules.status(), runtime::kExitNotStarted);
  runtime::App app(LoggedOptions(*config), metrics);
  for (std::unique_ptr<runtime::Module>& module : *modules) app.Add(std::move(module));
  return app.RunUntilSignal();
}

// Alive means that the listener answers at all: a server that replays or drains is not ready, and
// must not be restarted for it.
int HealthCheck(const std::string& address, const std::string& service, bool alive) {
  const absl::StatusOr<bool> serving =
      runtime::Channel::Create(address)->IsServing(service, kHealthTimeout);
  if (!serving.ok()) return Fail(serving.status(), kExitUnhealthy);
  std::cout << (*serving ? "SERVING" : "NOT_SERVING") << "\n";
  return *serving || alive ? runtime::kExitOk : kExitUnhealthy;
}

void AddFlags(CLI::App& app, Flags& flags) {
  app.add_option("--config", flags.config_file, "configuration, a text proto; flags win over it");
  app.add_option("--target",
                 flags.target,
                 "what runs here: all, or of registry,inspection,party,committee,scoring");
  app.add_option("--data-dir", flags.fields["data_dir"], "directory of journals and keys");
  app.add_option("--grpc-address", flags.fields["listen.grpc_address"], "HOST:PORT or unix:PATH");
  app.add_option("--metrics-address", flags.fields["listen.metrics_address"], "HOST:PORT");
  app.add_option("--register", flags.fields["register.name"], "name of the register");
  app.add_option("--division", flags.fields["register.division"], "division of the register");
  app.add_option("--policies-dir", flags.fields["policies_dir"], "directory of policy packs");
  app.add_option("--share-dir", flags.fields["share_dir"], "directory of divisions.bin");
  app.add_option("--log-level", flags.fields["log_level"], "debug, info, warning or error");
  app.add_option("--feed", flags.feeds, "NAME=ADDRESS of a feed that runs elsewhere");
  app.add_option("--redis-address", flags.redis, "journals in Redis: HOST:PORT of the primary");
  app.add_option("--redis-replicas",
                 flags.fields["journal.redis.replicas"],
                 "replicas that must have every write; 0: it is on one machine only");
  app.add_flag("--allow-unsafe-filesystem",
               flags.unsafe_filesystem,
               "open journals on filesystems that may lose them");
}

int Main(int argc, char** argv) {
  runtime::App::PrepareProcess();
  CLI::App app("Xince: the credit register of property management");
  app.set_version_flag("--version", XINCE_VERSION);
  Flags flags;
  AddFlags(app, flags);
  std::string service;
  CLI::App* health = app.add_subcommand("healthcheck", "asks a serving listener how it is");
  std::string address = kDefaultAddress;
  health->add_option("--grpc-address", address, "HOST:PORT or unix:PATH")->capture_default_str();
  health->add_option("--service", service, "a module's name; empty for the whole server");
  bool alive = false;
  health->add_flag("--alive", alive, "0 as soon as it answers, serving or not");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitUsage;
  }
  if (health->parsed()) return HealthCheck(address, service, alive);
  return Serve(flags, argv[0]);
}

}  // namespace
}  // namespace xince

int main(int argc, char** argv) { return xince::Main(argc, argv); }
