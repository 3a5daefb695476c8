#include "services/runtime/app.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/runtime/echo_fixture.h"
#include "services/runtime/log.h"

namespace xince::runtime {
namespace {

using namespace testdata;  // NOLINT: the fixture is the subject.
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// What happened, in order.
class Diary {
 public:
  void Write(const std::string& what) {
    MutexLock lock(mutex_);
    lines_.push_back(what);
  }
  std::vector<std::string> lines() {
    MutexLock lock(mutex_);
    return lines_;
  }

 private:
  Mutex mutex_;
  std::vector<std::string> lines_ ABSL_GUARDED_BY(mutex_);
};

/// A module around the echo service, without a server of its own.
class EchoModule final : public Module {
 public:
  EchoModule(std::string name, Diary& diary, bool serves)
      : name_(std::move(name)), diary_(diary), serves_(serves) {}
  [[nodiscard]] absl::string_view name() const override { return name_; }
  std::vector<RpcService*> services() override {
    return serves_ ? std::vector<RpcService*>{&echo.service} : std::vector<RpcService*>{};
  }
  absl::Status Start(ModuleHost& host) override {
    diary_.Write("start " + name_);
    return on_start ? on_start(host) : absl::OkStatus();
  }
  bool Ready() override { return ready; }
  void Stop() override {
    diary_.Write("stop " + name_);
    echo.workers.Stop();
  }

  Echo echo;
  std::atomic<bool> ready{true};
  std::function<absl::Status(ModuleHost&)> on_start;

 private:
  const std::string name_;
  Diary& diary_;
  const bool serves_;
};

/// An app of two modules that runs on a thread of its own.
class AppTest : public ::testing::Test {
 protected:
  AppTest()
      : first_(new EchoModule("first", diary_, true)),
        second_(new EchoModule("second", diary_, false)) {}
  ~AppTest() override { Stop(); }

  void Run(AppOptions options = {}) {
    options.server.addresses = {"127.0.0.1:0"};
    options.metrics_address = "127.0.0.1:0";
    options.drain = absl::ZeroDuration();
    options.on_listening = [this](const Server& server, const MetricsServer* metrics) {
      address_ = server.addresses().front();
      metrics_address_ = metrics->address();
      listening_.Open();
    };
    options.on_ready = [this] { ready_.Open(); };
    app_ = std::make_unique<App>(options, metrics_);
    app_->Add(std::unique_ptr<Module>(first_));
    app_->Add(std::unique_ptr<Module>(second_));
    thread_ = std::thread([this] { code_ = app_->Run(stop_); });
  }
  int Stop() {
    stop_.Request();
    return Join();
  }
  int Join() {
    if (thread_.joinable()) thread_.join();
    return code_;
  }
  bool IsServing(absl::string_view name) {
    return *Channel::Create(address_)->IsServing(name, absl::Seconds(20));
  }

  Diary diary_;
  Metrics metrics_;
  EchoModule* first_;  // Owned by the app once it runs.
  EchoModule* second_;
  std::string address_;
  std::string metrics_address_;
  Gate listening_;
  Gate ready_;
  StopSignal stop_;
  std::unique_ptr<App> app_;
  std::thread thread_;
  int code_ = -1;
};

TEST_F(AppTest, StartsInOrderServesAndStopsInReverse) {
  Run();
  ready_.Wait();
  EXPECT_TRUE(IsServing(""));
  const auto reply = Channel::Create(address_)->Call<EchoRequest, EchoReply>(
      kWork, EchoRequest(), {.timeout = absl::Seconds(20)});
  EXPECT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(Stop(), kExitOk);
  EXPECT_THAT(diary_.lines(),
              ElementsAre("start first", "start second", "stop second", "stop first"));
}

TEST_F(AppTest, HealthFollowsTheModules) {
  second_->ready = false;
  Run();
  listening_.Wait();
  while (!IsServing("first")) std::this_thread::yield();
  EXPECT_TRUE(IsServing("xince.runtime.testdata.EchoService"));
  EXPECT_FALSE(IsServing("second"));
  EXPECT_FALSE(IsServing(""));
  second_->ready = true;
  while (!IsServing("")) std::this_thread::yield();
  first_->ready = false;
  while (IsServing("first")) std::this_thread::yield();
  EXPECT_FALSE(IsServing(""));
}

TEST_F(AppTest, CallsAreRefusedUntilTheModuleHasStarted) {
  Gate go;
  first_->on_start = [&](ModuleHost&) {
    go.Wait();
    return absl::OkStatus();
  };
  Run();
  listening_.Wait();
  const auto call = [&] {
    return Channel::Create(address_)
        ->Call<EchoRequest, EchoReply>(kWork, EchoRequest(), {.timeout = absl::Seconds(20)})
        .status();
  };
  EXPECT_EQ(ReasonOf(call()), "NOT_READY");
  EXPECT_FALSE(IsServing(""));
  go.Open();
  ready_.Wait();
  EXPECT_TRUE(call().ok());
}

TEST_F(AppTest, ModulesCallEachOtherWithinTheProcess) {
  absl::Status inner = absl::UnknownError("not called");
  second_->on_start = [&](ModuleHost& host) {
    inner = host.local()
                ->Call<EchoRequest, EchoReply>(kWork, EchoRequest(), {.timeout = absl::Seconds(20)})
                .status();
    return absl::OkStatus();
  };
  Run();
  ready_.Wait();
  EXPECT_TRUE(inner.ok()) << inner;
}

TEST_F(AppTest, AModuleThatDoesNotStartEndsTheProcessInOrder) {
  second_->on_start = [](ModuleHost&) {
    return FailedPrecondition("ROLLBACK_DETECTED", "", "the journal went backwards", "流水倒退");
  };
  LogCapture log;
  Run();
  EXPECT_EQ(Join(), kExitNotStarted);
  EXPECT_THAT(diary_.lines(),
              ElementsAre("start first", "start second", "stop second", "stop first"));
  EXPECT_THAT(log.text(), HasSubstr("\"reason\":\"ROLLBACK_DETECTED\""));
}

TEST_F(AppTest, AnAddressInUseEndsTheProcessBeforeAnyModuleStarts) {
  Run();
  ready_.Wait();
  AppOptions options;
  options.server.addresses = {address_};
  App second(options, metrics_);
  StopSignal stop;
  EXPECT_EQ(second.Run(stop), kExitNotStarted);
}

TEST_F(AppTest, ADeadProcessRefusesCallsStopsAndSaysSo) {
  ModuleHost* host = nullptr;
  first_->on_start = [&](ModuleHost& its) {
    host = &its;
    return absl::OkStatus();
  };
  LogCapture log;
  Run();
  ready_.Wait();
  host->Die(ToStatus(Problem{.code = absl::StatusCode::kDataLoss,
                             .reason = "JOURNAL_FSYNC_FAILED",
                             .en = "the disk refused a write",
                             .zh = "磁盘写入失败"}));
  EXPECT_EQ(Join(), kExitDead);
  EXPECT_THAT(log.text(), HasSubstr("\"reason\":\"JOURNAL_FSYNC_FAILED\""));
  EXPECT_THAT(diary_.lines(),
              ElementsAre("start first", "start second", "stop second", "stop first"));
}

TEST_F(AppTest, StoppingWhileModulesStartSkipsTheRest) {
  first_->on_start = [&](ModuleHost&) {
    stop_.Request();
    return absl::OkStatus();
  };
  Run();
  EXPECT_EQ(Join(), kExitOk);
  EXPECT_THAT(diary_.lines(), ElementsAre("start first", "stop second", "stop first"));
}

TEST(StopSignalTest, WaitsUntilRequested) {
  StopSignal stop;
  EXPECT_FALSE(stop.WaitFor(absl::Milliseconds(1)));
  std::thread other([&] { stop.Request(); });
  EXPECT_TRUE(stop.WaitFor(absl::Hours(1)));
  other.join();
  EXPECT_TRUE(stop.requested());
}

}  // namespace
}  // namespace xince::runtime
