#include "tests/redis/redis_server_fixture.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "gtest/gtest.h"
#include "services/runtime/errors.h"

namespace xince::testing_redis {
namespace {

using journal::RedisConnection;

constexpr int kStartAttempts = 3;
/// How often and how long a starting server is asked whether it answers.
constexpr int kAskEveryMs = 5;
constexpr int kAskTimes = 2000;
/// What the child exits with when the program cannot be executed.
constexpr int kNotExecuted = 127;
/// Long enough for a replica to load and acknowledge on a busy machine.
constexpr absl::Duration kReplicationAllowance = absl::Seconds(20);

std::map<std::string, std::string> StrictSettings(int replicas) {
  return {{"appendonly", "yes"},
          {"appendfsync", "always"},
          {"no-appendfsync-on-rewrite", "no"},
          {"aof-load-truncated", "no"},
          {"maxmemory-policy", "noeviction"},
          {"replica-serve-stale-data", "no"},
          {"min-replicas-to-write", absl::StrCat(replicas)},
          {"min-replicas-max-lag", "2"},
          {"repl-diskless-sync-delay", "0"},
          {"save", ""},
          {"protected-mode", "yes"},
          {"bind", "127.0.0.1"},
          {"daemonize", "no"},
          {"databases", "1"}};
}

/// hiredis raises SIGPIPE when a server goes away; programs ignore it first thing.
const auto kSigpipeIgnored = signal(SIGPIPE, SIG_IGN);

}  // namespace

TemporaryDirectory::TemporaryDirectory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "xince-redis-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) ADD_FAILURE() << "no temporary directory";
  path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

int FreePort() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  const bool bound = bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  close(fd);
  return bound ? ntohs(address.sin_port) : 0;
}

absl::StatusOr<std::unique_ptr<RedisServer>> RedisServer::Start(const Options& options) {
  static_cast<void>(kSigpipeIgnored);
  std::unique_ptr<RedisServer> server(new RedisServer(options));
  std::filesystem::create_directory(server->data_directory());
  absl::Status status;
  for (int attempt = 0; attempt < kStartAttempts; ++attempt) {
    // Another process may take the port between its choice and its use.
    if (options.tcp) server->port_ = FreePort();
    status = server->Launch();
    if (status.ok()) return server;
  }
  return status;
}

RedisServer::~RedisServer() { Kill(); }

journal::RedisEndpoint RedisServer::endpoint() const {
  return {.unix_socket = directory_.path() + "/s", .label = "test"};
}

absl::Status RedisServer::Launch() {
  auto settings = StrictSettings(options_.replicas);
  settings["port"] = absl::StrCat(port_);
  settings["dir"] = data_directory();
  settings["unixsocket"] = endpoint().unix_socket;
  settings["pidfile"] = directory_.path() + "/pid";
  settings["logfile"] = directory_.path() + "/log";
  for (const auto& [name, value] : options_.settings) settings[name] = value;
  std::vector<std::string> words = {"redis-server"};
  for (const auto& [name, value] : settings) {
    words.push_back("--" + name);
    words.push_back(value);
  }
  if (options_.replica_of != 0) {
    words.insert(words.end(), {"--replicaof", "127.0.0.1", absl::StrCat(options_.replica_of)});
  }
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ == 0) {
    // A test that dies takes its servers along.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(kNotExecuted);
    const int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
    dup2(nothing, STDOUT_FILENO);
    execvp(argv[0], argv.data());
    _exit(kNotExecuted);
  }
  if (pid_ < 0) return absl::InternalError("fork failed");
  return AwaitAnswer();
}

absl::Status RedisServer::AwaitAnswer() {
  for (int i = 0; i < kAskTimes; ++i) {
    // INFO is answered while data is loaded or a primary is missing, unlike PING.
    const auto info = Command({"INFO", "persistence"});
    if (info.ok() && absl::StrContains(*info, "\nloading:0")) return absl::OkStatus();
    int how = 0;
    if (waitpid(pid_, &how, WNOHANG) == pid_) {
      pid_ = 0;
      return absl::InternalError(WIFEXITED(how) && WEXITSTATUS(how) == kNotExecuted
                                     ? "redis-server cannot be run: install it (redis-server)"
                                     : "redis-server ended while starting");
    }
    poll(nullptr, 0, kAskEveryMs);
  }
  Kill();
  return absl::InternalError("redis-server does not answer");
}

void RedisServer::Kill() {
  if (pid_ == 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

absl::Status RedisServer::Restart() { return Launch(); }
void RedisServer::Pause() {
  kill(pid_, SIGSTOP);
  waitpid(pid_, nullptr, WUNTRACED);
}
void RedisServer::Resume() { kill(pid_, SIGCONT); }

absl::StatusOr<std::string> RedisServer::Command(
    std::initializer_list<absl::string_view> args) const {
  XINCE_ASSIGN_OR_RETURN(const auto connection, RedisConnection::Connect(endpoint()));
  XINCE_ASSIGN_OR_RETURN(const journal::RedisReply reply,
                         connection->Command(args, kReplicationAllowance));
  if (const auto text = reply.value().Text(); text.ok()) return std::string(*text);
  if (const auto number = reply.value().Integer(); number.ok()) return absl::StrCat(*number);
  return "(array)";
}

void RedisServer::Configure(absl::string_view setting, absl::string_view value) const {
  const auto reply = Command({"CONFIG", "SET", setting, value});
  EXPECT_TRUE(reply.ok()) << setting << ": " << reply.status()
                          << journal::RedisDetailOf(reply.status());
}

absl::Status RedisServer::WaitUntilOnDisk() const {
  for (int i = 0; i < kAskTimes; ++i) {
    XINCE_ASSIGN_OR_RETURN(const std::string info, Command({"INFO", "persistence"}));
    if (absl::StrContains(info, "\naof_enabled:1") &&
        absl::StrContains(info, "\naof_rewrite_in_progress:0") &&
        absl::StrContains(info, "\naof_rewrite_scheduled:0")) {
      return absl::OkStatus();
    }
    poll(nullptr, 0, kAskEveryMs);
  }
  return absl::DeadlineExceededError("the append-only file is not rewritten");
}

absl::Status RedisServer::WaitUntilReplicated(int replicas) const {
  XINCE_ASSIGN_OR_RETURN(const auto connection, RedisConnection::Connect(endpoint()));
  // WAIT is about what was written before the last command of its own connection.
  XINCE_RETURN_IF_ERROR(connection->Command({"PING"}).status());
  XINCE_ASSIGN_OR_RETURN(
      const journal::RedisReply reply,
      connection->Command({"WAIT",
                           absl::StrCat(replicas),
                           absl::StrCat(absl::ToInt64Milliseconds(kReplicationAllowance))},
                          kReplicationAllowance));
  XINCE_ASSIGN_OR_RETURN(const int64_t confirmed, reply.value().Integer());
  if (confirmed >= replicas) return absl::OkStatus();
  return absl::DeadlineExceededError(absl::StrCat(confirmed, " replicas follow"));
}

}  // namespace xince::testing_redis
