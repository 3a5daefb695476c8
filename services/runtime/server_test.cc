#include "services/runtime/server.h"

#include <poll.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "services/runtime/echo_fixture.h"

namespace xince::runtime {
namespace {

using namespace testdata;  // NOLINT: the fixture is the subject.
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const CallOptions kPatient{.timeout = absl::Seconds(20)};

std::string TempSocket(const std::string& name) {
  return (std::filesystem::temp_directory_path() / absl::StrCat("xince-", getpid(), "-", name))
      .string();
}

TEST(ServerTest, ListensOnEveryKindOfAddressAndTellsThePort) {
  const std::string path = TempSocket("listen");
  Echo echo;
  ASSERT_TRUE(echo.Start({.addresses = {"127.0.0.1:0", "localhost:0", "unix:" + path}}).ok());
  ASSERT_EQ(echo.server->addresses().size(), 3u);
  EXPECT_THAT(echo.server->addresses()[0], StartsWith("127.0.0.1:"));
  EXPECT_NE(echo.server->addresses()[0], "127.0.0.1:0");
  for (const std::string& address : echo.server->addresses()) {
    const auto reply =
        Channel::Create(address)->Call<EchoRequest, EchoReply>(kWork, EchoRequest(), kPatient);
    EXPECT_TRUE(reply.ok()) << address << " " << reply.status();
  }
  echo.server->Stop(absl::ZeroDuration(), absl::ZeroDuration());
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(ServerTest, RefusesAnAddressInUse) {
  Echo first;
  ASSERT_TRUE(first.Start({.addresses = {"127.0.0.1:0"}}).ok());
  const std::string taken = first.server->addresses().front();
  Echo second;
  const absl::Status status = second.Start({.addresses = {taken}});
  EXPECT_EQ(ReasonOf(status), "LISTEN_FAILED");
  EXPECT_THAT(std::string(status.message()), HasSubstr(taken));
  EXPECT_THAT(std::string(status.message()), HasSubstr("in use"));
}

TEST(ServerTest, ReplacesASocketFileNobodyListensOnButNotALiveOne) {
  const std::string address = "unix:" + TempSocket("stale");
  Echo first;
  ASSERT_TRUE(first.Start({.addresses = {address}}).ok());
  Echo second;
  EXPECT_EQ(ReasonOf(second.Start({.addresses = {address}})), "LISTEN_FAILED");
  const std::string kept = TempSocket("kept");
  std::filesystem::create_hard_link(TempSocket("stale"), kept);
  first.server->Stop(absl::ZeroDuration(), absl::ZeroDuration());
  std::filesystem::rename(kept, TempSocket("stale"));
  EXPECT_TRUE(second.Start({.addresses = {address}}).ok());
}

TEST(ServerTest, RefusesWhatIsNoAddress) {
  for (const char* address : {"",
                              "7300",
                              "example.com:1",
                              "127.0.0.1:65536",
                              "127.0.0.1:-1",
                              "[::1",
                              "unix:",
                              "127.0.0.1"}) {
    Echo echo;
    EXPECT_EQ(ReasonOf(echo.Start({.addresses = {address}})), "LISTEN_FAILED") << address;
  }
}

TEST(ServerTest, AnswersUnknownMethodsWithAReason) {
  Echo echo;
  ASSERT_TRUE(echo.Start({.addresses = {"127.0.0.1:0"}}).ok());
  for (const auto& channel : {echo.channel, echo.server->InProcess()}) {
    const absl::Status status =
        channel->CallBytes("xince.nobody.v1.Nothing/Do", "", kPatient).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented);
    EXPECT_EQ(ReasonOf(status), "UNKNOWN_METHOD");
  }
}

TEST(ServerTest, ServesHealthByName) {
  Echo echo;
  ASSERT_TRUE(echo.Start({.addresses = {"127.0.0.1:0"}}).ok());
  EXPECT_FALSE(*echo.channel->IsServing("", absl::Seconds(20)));
  EXPECT_EQ(echo.channel->IsServing("echo", absl::Seconds(20)).status().code(),
            absl::StatusCode::kNotFound);
  echo.server->SetServing("echo", true);
  EXPECT_TRUE(*echo.channel->IsServing("echo", absl::Seconds(20)));
  EXPECT_FALSE(*echo.channel->IsServing("", absl::Seconds(20)));
  echo.server->SetServing("", true);
  EXPECT_TRUE(*echo.channel->IsServing("", absl::Seconds(20)));
}

TEST(ServerTest, ReflectionListsServicesAndGivesTheirFiles) {
  Echo echo;
  ASSERT_TRUE(echo.Start({.addresses = {"127.0.0.1:0"}}).ok());
  const auto ask = [&](const ReflectionRequest& request) {
    auto stream = echo.channel->Read<ReflectionRequest, ReflectionReply>(
        "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", request, kPatient);
    const auto next = stream->Next();
    EXPECT_TRUE(next.ok() && next->has_value()) << next.status();
    return next.ok() && next->has_value() ? **next : ReflectionReply();
  };
  ReflectionRequest list;
  list.set_list_services("*");
  std::vector<std::string> names;
  const ReflectionReply listed = ask(list);
  for (const auto& service : listed.list_services_response().service()) {
    names.push_back(service.name());
  }
  EXPECT_THAT(names, Contains("xince.runtime.testdata.EchoService"));
  EXPECT_THAT(names, Contains("grpc.health.v1.Health"));
  ReflectionRequest symbol;
  symbol.set_file_containing_symbol("xince.runtime.testdata.EchoService");
  const ReflectionReply files = ask(symbol);
  ASSERT_GT(files.file_descriptor_response().file_descriptor_proto_size(), 0);
  EXPECT_THAT(files.file_descriptor_response().file_descriptor_proto(0), HasSubstr("LookRaw"));
}

TEST(ServerTest, ReflectionCanBeSwitchedOff) {
  Echo echo;
  ASSERT_TRUE(echo.Start({.addresses = {"127.0.0.1:0"}, .reflection = false}).ok());
  auto stream = echo.channel->Read<ReflectionRequest, ReflectionReply>(
      "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", {}, kPatient);
  EXPECT_EQ(ReasonOf(stream->Next().status()), "UNKNOWN_METHOD");
  EXPECT_TRUE(echo.Call(kWork, "x").ok());
}

TEST(ServerTest, StopServesThroughTheDrainFinishesWhatRunsAndRefusesTheRest) {
  Echo echo;
  Gate gate;
  Counting running;
  echo.work = [&](CallContext&, const EchoRequest& request) {
    running.Add();
    gate.Wait();
    return Echo::Reply(request);
  };
  ASSERT_TRUE(echo.Start({.addresses = {"127.0.0.1:0"}}).ok());
  const std::string address = echo.server->addresses().front();
  echo.server->SetServing("", true);
  absl::Status in_flight;
  std::thread caller([&] { in_flight = echo.Call(kWork, "x").status(); });
  running.Await(1);
  std::thread stopper([&] { echo.server->Stop(absl::Seconds(1), absl::Seconds(20)); });
  while (*echo.channel->IsServing("", absl::Seconds(20))) std::this_thread::yield();
  // The drain has begun: new calls, even on new connections, are served.
  EXPECT_TRUE(echo.Call(kLook, "x").ok());
  const auto fresh = Channel::Create(address)->Call<EchoRequest, EchoReply>(kLook, {}, kPatient);
  EXPECT_TRUE(fresh.ok()) << fresh.status();
  // Once the drain is over, nobody gets in.
  while (true) {
    const absl::Status status =
        Channel::Create(address)
            ->Call<EchoRequest, EchoReply>(kLook, {}, {.timeout = absl::Seconds(20)})
            .status();
    if (status.ok()) continue;
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
    break;
  }
  gate.Open();
  stopper.join();
  caller.join();
  EXPECT_TRUE(in_flight.ok()) << in_flight;
}

TEST(ServerTest, StopCancelsWhatOutlivesTheGrace) {
  Echo echo;
  Counting running;
  echo.work = [&](CallContext& context, const EchoRequest& request) {
    running.Add();
    while (!context.IsCancelled()) std::this_thread::yield();
    return Echo::Reply(request);
  };
  ASSERT_TRUE(echo.Start({.addresses = {"127.0.0.1:0"}}).ok());
  absl::Status status;
  std::thread caller([&] { status = echo.Call(kWork, "x").status(); });
  running.Await(1);
  echo.server->Stop(absl::ZeroDuration(), absl::Milliseconds(100));
  caller.join();
  EXPECT_FALSE(status.ok());
}

// A client that holds a connection and looks at nothing that comes: it only writes what opens one.
class SilentClient {
 public:
  explicit SilentClient(const std::string& path) : fd_(socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{.sun_family = AF_UNIX};
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    EXPECT_EQ(connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    constexpr char kPreface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0";
    const std::string opening(kPreface, sizeof(kPreface) + 1);
    EXPECT_EQ(write(fd_, opening.data(), opening.size()), static_cast<ssize_t>(opening.size()));
    // The server has taken the connection once it sends its settings.
    char settings = 0;
    EXPECT_EQ(read(fd_, &settings, 1), 1);
  }
  ~SilentClient() { close(fd_); }
  [[nodiscard]] bool IsClosedWithin(std::chrono::milliseconds wait) const {
    pollfd closed{.fd = fd_, .events = POLLRDHUP};
    return poll(&closed, 1, static_cast<int>(wait.count())) == 1;
  }
  SilentClient(const SilentClient&) = delete;
  SilentClient& operator=(const SilentClient&) = delete;

 private:
  const int fd_;
};

TEST(ServerTest, StopDoesNotSpendTheGraceOnClientsThatDoNotCall) {
  const std::string path = TempSocket("silent");
  Echo echo;
  ASSERT_TRUE(echo.Start({.addresses = {"unix:" + path}}).ok());
  const SilentClient silent(path);
  // It would be the test's time limit.
  echo.server->Stop(absl::ZeroDuration(), absl::Hours(1));
  EXPECT_TRUE(silent.IsClosedWithin(std::chrono::milliseconds(0)));
}

TEST(ServerTest, StopGivesTheGraceToCallsThatRunBesideClientsThatDoNotCall) {
  const std::string path = TempSocket("beside");
  Echo echo;
  Gate gate;
  Counting running;
  echo.work = [&](CallContext&, const EchoRequest& request) {
    running.Add();
    gate.Wait();
    return Echo::Reply(request);
  };
  ASSERT_TRUE(echo.Start({.addresses = {"unix:" + path}}).ok());
  const SilentClient silent(path);
  absl::Status in_flight;
  std::thread caller([&] { in_flight = echo.Call(kWork, "x").status(); });
  running.Await(1);
  std::thread stopper([&] { echo.server->Stop(absl::ZeroDuration(), absl::Hours(1)); });
  // Longer than connections are kept on which nothing happens.
  EXPECT_FALSE(silent.IsClosedWithin(std::chrono::milliseconds(1500)));
  gate.Open();
  stopper.join();
  caller.join();
  EXPECT_TRUE(in_flight.ok()) << in_flight;
}

TEST(ServerTest, StopLetsNetworkCallsFinishTheirCallsWithinTheProcess) {
  Echo echo;
  Gate gate;
  Counting running;
  std::shared_ptr<Channel> local;
  echo.work = [&](CallContext& context, const EchoRequest& request) -> absl::StatusOr<EchoReply> {
    if (request.name() == "inner") return Echo::Reply(request);
    running.Add();
    gate.Wait();
    EchoRequest inner;
    inner.set_name("inner");
    return local->Call<EchoRequest, EchoReply>(
        kWork, inner, {.timeout = absl::Seconds(20), .parent = &context});
  };
  ASSERT_TRUE(echo.Start({.addresses = {"127.0.0.1:0"}}).ok());
  local = echo.server->InProcess();
  const std::string address = echo.server->addresses().front();
  absl::Status status;
  std::thread caller([&] { status = echo.Call(kWork, "outer").status(); });
  running.Await(1);
  std::thread stopper([&] { echo.server->Stop(absl::ZeroDuration(), absl::Seconds(20)); });
  // The listener is gone, so the shutdown has begun.
  while (Channel::Create(address)->CallBytes(kLook, "", kPatient).ok()) std::this_thread::yield();
  gate.Open();
  caller.join();
  stopper.join();
  EXPECT_TRUE(status.ok()) << status;
}

TEST(ServerTest, StopFinishesCallsWithinTheProcessAndRefusesNewOnes) {
  Echo echo;
  Gate gate;
  Counting running;
  echo.work = [&](CallContext&, const EchoRequest& request) {
    running.Add();
    gate.Wait();
    return Echo::Reply(request);
  };
  ASSERT_TRUE(echo.Start().ok());
  absl::Status in_flight;
  std::thread caller([&] { in_flight = echo.Call(kWork, "x").status(); });
  running.Await(1);
  std::thread stopper([&] { echo.server->Stop(absl::ZeroDuration(), absl::Seconds(20)); });
  while (echo.Call(kLook, "x").ok()) std::this_thread::yield();
  EXPECT_EQ(ReasonOf(echo.Call(kLook, "x").status()), "SHUTTING_DOWN");
  gate.Open();
  caller.join();
  stopper.join();
  EXPECT_TRUE(in_flight.ok()) << in_flight;
  EXPECT_EQ(ReasonOf(echo.Call(kLook, "x").status()), "SHUTTING_DOWN");
}

TEST(ServerTest, StopLetsCallsWithinTheProcessFinishTheirOwnCalls) {
  Echo echo;
  Gate gate;
  Counting running;
  echo.work = [&](CallContext& context, const EchoRequest& request) -> absl::StatusOr<EchoReply> {
    running.Add();
    gate.Wait();
    return echo.channel->Call<EchoRequest, EchoReply>(
        kLook, request, {.timeout = absl::Seconds(20), .parent = &context});
  };
  ASSERT_TRUE(echo.Start().ok());
  absl::Status status;
  std::thread caller([&] { status = echo.Call(kWork, "x").status(); });
  running.Await(1);
  std::thread stopper([&] { echo.server->Stop(absl::ZeroDuration(), absl::Seconds(20)); });
  while (echo.Call(kLook, "x").ok()) std::this_thread::yield();
  gate.Open();
  caller.join();
  stopper.join();
  EXPECT_TRUE(status.ok()) << status;
}

TEST(ServerTest, NestedBlockingCallsBetweenModulesFinish) {
  Echo inner({}, {.threads = 4, .in_flight_max = 64});
  Echo outer({}, {.threads = 16, .in_flight_max = 64});
  ASSERT_TRUE(inner.Start().ok());
  Counting arrived;
  outer.work = [&](CallContext& context, const EchoRequest& request) {
    arrived.Add();
    arrived.Await(16);  // All sixteen block at once.
    return inner.channel->Call<EchoRequest, EchoReply>(
        kWork, request, {.timeout = absl::Seconds(20), .parent = &context});
  };
  ASSERT_TRUE(outer.Start().ok());
  std::vector<std::thread> callers;
  std::atomic<int> ok{0};
  for (int i = 0; i < 16; ++i) {
    callers.emplace_back([&] { ok += outer.Call(kWork, "x").ok() ? 1 : 0; });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(ok, 16);
}

TEST(ServerTest, NestedCallsCarryDeadlineTraceAndCancellation) {
  Echo inner;
  Echo outer;
  absl::Duration left;
  std::string trace;
  Gate cancelled;
  inner.work = [&](CallContext& context, const EchoRequest& request) {
    left = context.time_left();
    trace = context.trace();
    if (request.name() == "wait") {
      while (!context.IsCancelled()) std::this_thread::yield();
      cancelled.Open();
    }
    return Echo::Reply(request);
  };
  ASSERT_TRUE(inner.Start().ok());
  outer.work = [&](CallContext& context, const EchoRequest& request) {
    return inner.channel->Call<EchoRequest, EchoReply>(
        kWork, request, {.timeout = absl::Seconds(25), .parent = &context});
  };
  ASSERT_TRUE(outer.Start().ok());
  ASSERT_TRUE(
      outer.Call(kWork, "x", {.timeout = absl::Seconds(15), .metadata = {{kTraceKey, "abc-123"}}})
          .ok());
  EXPECT_LE(left, absl::Seconds(16));  // The transport rounds up.
  EXPECT_EQ(trace, "abc-123");
  EXPECT_FALSE(outer.Call(kWork, "wait", {.timeout = absl::Milliseconds(100)}).ok());
  cancelled.Wait();
}

TEST(ClientTest, SaysUnreachableWhenNobodyListens) {
  Echo echo;
  ASSERT_TRUE(echo.Start({.addresses = {"127.0.0.1:0"}}).ok());
  const std::string address = echo.server->addresses().front();
  echo.server->Stop(absl::ZeroDuration(), absl::ZeroDuration());
  const absl::Status status = Channel::Create(address)->CallBytes(kWork, "", kPatient).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(status), "UNREACHABLE");
}

TEST(ClientTest, InsistsOnATimeoutAndOnMetadataThatCanBeSent) {
  Echo echo;
  ASSERT_TRUE(echo.Start().ok());
  EXPECT_EQ(ReasonOf(echo.Call(kWork, "x", {}).status()), "NO_TIMEOUT");
  EXPECT_EQ(
      ReasonOf(echo.Call(kWork, "x", {.timeout = absl::Seconds(1), .metadata = {{"key", "信"}}})
                   .status()),
      "BAD_METADATA");
}

TEST(ClientTest, CallsByFullNameWithDotsToo) {
  Echo echo;
  ASSERT_TRUE(echo.Start().ok());
  EXPECT_TRUE(echo.Call("xince.runtime.testdata.EchoService.Look", "x").ok());
}

}  // namespace
}  // namespace xince::runtime
