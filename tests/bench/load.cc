#include "tests/bench/load.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <utility>

#include "absl/strings/str_split.h"
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <sys/wait.h>

#include "services/runtime/mutex.h"

namespace xince::bench {
namespace {

grpc::ByteBuffer Bytes(const std::string& text) {
  const grpc::Slice slice(text);
  return {&slice, 1};
}

// One lane keeps one call in flight.
struct Lane {
  grpc::ByteBuffer reply;
  std::unique_ptr<grpc::ClientContext> context;
  double started = 0;
  std::vector<float> latencies_us;
  long failed = 0;
  size_t next = 0;
};

class Loop {
 public:
  Loop(const std::string& address,
       std::string method,
       const std::vector<std::string>& requests,
       int in_flight,
       double seconds,
       long calls_max)
      : method_(std::move(method)), ends_(Now() + seconds), calls_left_(calls_max) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    stub_ = std::make_unique<grpc::GenericStub>(
        grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
    for (const std::string& request : requests) requests_.push_back(Bytes(request));
    lanes_.resize(static_cast<size_t>(in_flight));
  }

  LoadResult Run() {
    running_ = static_cast<int>(lanes_.size());
    const double began = Now();
    for (size_t i = 0; i < lanes_.size(); ++i) {
      lanes_[i].next = i % requests_.size();
      Next(lanes_[i]);
    }
    {
      const runtime::MutexLock lock(mutex_);
      while (running_ > 0) done_.Wait(mutex_);
    }
    return Summarize(Now() - began);
  }

 private:
  void Next(Lane& lane) {
    if (Now() > ends_ || calls_left_.fetch_sub(1) <= 0) {
      const runtime::MutexLock lock(mutex_);
      if (--running_ == 0) done_.NotifyAll();
      return;
    }
    lane.context = std::make_unique<grpc::ClientContext>();
    lane.context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    lane.started = Now();
    const grpc::ByteBuffer& request = requests_[lane.next];
    lane.next = (lane.next + lanes_.size()) % requests_.size();
    lane.reply.Clear();
    stub_->UnaryCall(
        lane.context.get(),
        method_,
        grpc::StubOptions(),
        &request,
        &lane.reply,
        [this, &lane](const grpc::Status& status) {
          lane.latencies_us.push_back(static_cast<float>((Now() - lane.started) * 1e6));
          if (!status.ok()) ++lane.failed;
          Next(lane);
        });
  }

  LoadResult Summarize(double seconds) {
    std::vector<float> all;
    LoadResult result;
    for (const Lane& lane : lanes_) {
      all.insert(all.end(), lane.latencies_us.begin(), lane.latencies_us.end());
      result.failed += lane.failed;
    }
    std::sort(all.begin(), all.end());
    result.calls = static_cast<long>(all.size());
    result.calls_per_second = static_cast<double>(all.size()) / seconds;
    if (!all.empty()) {
      result.p50_us = all[all.size() / 2];
      result.p99_us = all[all.size() * 99 / 100];
    }
    return result;
  }

  const std::string method_;
  const double ends_;
  std::atomic<long> calls_left_;
  std::unique_ptr<grpc::GenericStub> stub_;
  std::vector<grpc::ByteBuffer> requests_;
  std::vector<Lane> lanes_;
  runtime::Mutex mutex_;
  runtime::CondVar done_;
  int running_ = 0;
};

// Answers in the reaction, without looking at the request.
class FixedAnswer final : public grpc::CallbackGenericService {
 public:
  explicit FixedAnswer(const std::string& answer) : answer_(Bytes(answer)) {}

 private:
  class Reactor final : public grpc::ServerGenericBidiReactor {
   public:
    explicit Reactor(const grpc::ByteBuffer& answer) : answer_(answer) { StartRead(&request_); }
    void OnReadDone(bool ok) override {
      if (!ok) return Finish(grpc::Status::OK);
      StartWriteAndFinish(&answer_, grpc::WriteOptions(), grpc::Status::OK);
    }
    void OnDone() override { delete this; }

   private:
    grpc::ByteBuffer request_;
    grpc::ByteBuffer answer_;
  };
  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext*) override {
    return new Reactor(answer_);
  }
  grpc::ByteBuffer answer_;
};

}  // namespace

double Now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void Fail(const std::string& what) {
  std::fprintf(stderr, "xince_bench: %s\n", what.c_str());
  std::exit(1);
}

LoadResult RunLoad(const std::string& address,
                   const std::string& method,
                   const std::vector<std::string>& requests,
                   int in_flight,
                   double seconds,
                   long calls_max) {
  return Loop(address, method, requests, in_flight, seconds, calls_max).Run();
}

struct BareServer::Impl {
  explicit Impl(const std::string& answer) : service(answer) {}
  FixedAnswer service;
  std::unique_ptr<grpc::Server> server;
};

BareServer::BareServer(std::string answer) : impl_(std::make_unique<Impl>(answer)) {
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterCallbackGenericService(&impl_->service);
  impl_->server = builder.BuildAndStart();
  if (impl_->server == nullptr || port == 0) Fail("the bare server does not start");
  address_ = "127.0.0.1:" + std::to_string(port);
}

BareServer::~BareServer() {
  impl_->server->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(1));
}

Child::Child(const std::vector<std::string>& arguments) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) Fail("pipe");
  pid_ = fork();
  if (pid_ < 0) Fail("fork");
  if (pid_ == 0) {
    dup2(ends[1], STDOUT_FILENO);
    dup2(ends[1], STDERR_FILENO);
    std::vector<char*> argv;
    for (const std::string& argument : arguments)
      argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    execv(argv[0], argv.data());
    _exit(127);
  }
  close(ends[1]);
  output_ = ends[0];
  char c = 0;
  while (read(output_, &c, 1) == 1 && c != '\n') first_line_.push_back(c);
  if (first_line_.empty()) Fail(arguments[0] + " said nothing");
}

Child::~Child() {
  kill(pid_, SIGTERM);
  // Its output is drained so that it cannot block on a full pipe while it stops.
  char buffer[4096];
  while (read(output_, buffer, sizeof buffer) > 0) {
  }
  waitpid(pid_, nullptr, 0);
  close(output_);
}

double Child::CpuSeconds() const {
  std::ifstream stat("/proc/" + std::to_string(pid_) + "/stat");
  std::string line;
  std::getline(stat, line);
  const std::vector<std::string> fields = absl::StrSplit(line.substr(line.rfind(')') + 2), ' ');
  return static_cast<double>(std::stol(fields[11]) + std::stol(fields[12])) /
         static_cast<double>(sysconf(_SC_CLK_TCK));
}

void Report(
    const std::string& name, double ours, double probe, const std::string& unit, double aim) {
  std::printf("%-44s %12.0f %12.0f %-10s ratio %.2f  (aim %.2f)\n",
              name.c_str(),
              ours,
              probe,
              unit.c_str(),
              ours / probe,
              aim);
  std::fflush(stdout);
}

}  // namespace xince::bench
