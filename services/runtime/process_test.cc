// What only a process of its own can show: signals, exit codes, and running out of descriptors. The
// test program runs itself as the server, `process_test serve MODE`.

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <thread>

#include "absl/strings/numbers.h"
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "services/runtime/app.h"
#include "services/runtime/echo_fixture.h"

namespace xince::runtime {
namespace {

using namespace testdata;  // NOLINT: the fixture is the subject.

/// The server's side.
class ServedModule final : public Module {
 public:
  explicit ServedModule(std::string mode) : mode_(std::move(mode)) {}
  [[nodiscard]] absl::string_view name() const override { return "echo"; }
  std::vector<RpcService*> services() override { return {&echo_.service}; }
  absl::Status Start(ModuleHost& host) override {
    echo_.work = [this, &host](CallContext&, const EchoRequest& request) {
      if (request.name() == "die") {
        host.Die(ToStatus(Problem{.code = absl::StatusCode::kDataLoss,
                                  .reason = "JOURNAL_FSYNC_FAILED",
                                  .en = "the disk refused a write",
                                  .zh = "磁盘写入失败"}));
      }
      if (request.name() == "die stuck") {
        host.Die(absl::DataLossError("stuck"));
        Gate().Wait();
      }
      return Echo::Reply(request);
    };
    return absl::OkStatus();
  }
  bool Ready() override { return true; }
  void Stop() override { echo_.workers.Stop(); }

 private:
  const std::string mode_;
  Echo echo_;
};

int Serve(const std::string& mode) {
  App::PrepareProcess();
  if (mode == "few-files") {
    const rlimit few{.rlim_cur = 48, .rlim_max = 48};
    setrlimit(RLIMIT_NOFILE, &few);
  }
  Metrics metrics;
  AppOptions options;
  options.server.addresses = {"127.0.0.1:0"};
  options.drain = absl::ZeroDuration();
  options.death_max = absl::Milliseconds(500);
  std::string address;
  options.on_listening = [&](const Server& server, const MetricsServer*) {
    address = server.addresses().front();
  };
  options.on_ready = [&] {
    std::printf("%s\n", address.c_str());
    std::fflush(stdout);
  };
  App app(options, metrics);
  app.Add(std::make_unique<ServedModule>(mode));
  return app.RunUntilSignal();
}

/// The test's side: a child process that serves.
class Process {
 public:
  explicit Process(const std::string& mode) {
    int out[2];
    EXPECT_EQ(pipe2(out, O_CLOEXEC), 0);
    pid_ = fork();
    if (pid_ == 0) {
      dup2(out[1], STDOUT_FILENO);
      execl("/proc/self/exe", "process_test", "serve", mode.c_str(), nullptr);
      _exit(127);
    }
    close(out[1]);
    char c = 0;
    while (read(out[0], &c, 1) == 1 && c != '\n') address_ += c;
    close(out[0]);
  }
  ~Process() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    Wait();
  }
  [[nodiscard]] const std::string& address() const { return address_; }
  /// CPU time used so far, in clock ticks.
  [[nodiscard]] int64_t CpuTicks() const {
    std::ifstream stat("/proc/" + std::to_string(pid_) + "/stat");
    std::string word;
    int64_t user = 0;
    int64_t system = 0;
    for (int i = 1; i < 14; ++i) stat >> word;
    stat >> user >> system;
    return user + system;
  }
  void Signal(int signal) const { kill(pid_, signal); }
  /// Exit code, or minus the signal.
  int Wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  absl::Status Call(absl::string_view name) {
    EchoRequest request;
    request.set_name(std::string(name));
    return Channel::Create(address_)
        ->Call<EchoRequest, EchoReply>(kWork, request, {.timeout = absl::Seconds(20)})
        .status();
  }

 private:
  pid_t pid_ = -1;
  std::string address_;
};

TEST(ProcessTest, StopsInOrderOnSigtermAndSigint) {
  for (const int signal : {SIGTERM, SIGINT}) {
    Process process("plain");
    ASSERT_TRUE(process.Call("x").ok());
    process.Signal(signal);
    EXPECT_EQ(process.Wait(), kExitOk);
  }
}

TEST(ProcessTest, SurvivesSigpipe) {
  Process process("plain");
  process.Signal(SIGPIPE);
  EXPECT_TRUE(process.Call("x").ok());
}

TEST(ProcessTest, ExitsWithSeventyWhenAModuleDeclaresItDead) {
  Process process("plain");
  process.Call("die").IgnoreError();
  EXPECT_EQ(process.Wait(), kExitDead);
}

TEST(ProcessTest, ADeadProcessLeavesEvenWhenAHandlerIsStuck) {
  Process process("plain");
  process.Call("die stuck").IgnoreError();
  EXPECT_EQ(process.Wait(), kExitDead);
}

int Connect(const std::string& address) {
  const size_t colon = address.rfind(':');
  int port = 0;
  EXPECT_TRUE(absl::SimpleAtoi(address.substr(colon + 1), &port));
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(static_cast<uint16_t>(port));
  inet_pton(AF_INET, address.substr(0, colon).c_str(), &where.sin_addr);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&where), sizeof(where)), 0);
  return fd;
}

TEST(ProcessTest, ServesAgainAfterRunningOutOfDescriptors) {
  Process process("few-files");
  ASSERT_TRUE(process.Call("before").ok());
  std::vector<int> connections;
  for (int i = 0; i < 100; ++i) connections.push_back(Connect(process.address()));
  // The server has 48 descriptors for a hundred connections: a new caller waits in the kernel's
  // queue.
  const int64_t ticks_before = process.CpuTicks();
  EchoRequest request;
  const auto channel = Channel::Create(process.address());
  const absl::Status starved =
      channel->Call<EchoRequest, EchoReply>(kWork, request, {.timeout = absl::Seconds(1)}).status();
  EXPECT_FALSE(starved.ok());
  // It waits for descriptors, it does not spin: well below the second that has passed.
  EXPECT_LT(process.CpuTicks() - ticks_before, sysconf(_SC_CLK_TCK) / 3);
  for (const int fd : connections) close(fd);
  absl::Status status = absl::UnknownError("");
  const absl::Time give_up = absl::Now() + absl::Seconds(30);
  while (!status.ok() && absl::Now() < give_up) status = process.Call("after");
  EXPECT_TRUE(status.ok()) << status;
  process.Signal(SIGTERM);
  EXPECT_EQ(process.Wait(), kExitOk);
}

}  // namespace
}  // namespace xince::runtime

int main(int argc, char** argv) {
  if (argc == 3 && std::string(argv[1]) == "serve") return xince::runtime::Serve(argv[2]);
  ::testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
