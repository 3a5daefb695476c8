#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "xince/credit/v1/credit.pb.h"

#include "services/runtime/errors.h"
#include "tests/bench/benches.h"
#include "tests/bench/load.h"
#include "tests/bench/server.h"

namespace xince::bench {
namespace {

constexpr char kGetStanding[] = "xince.credit.v1.CreditService/GetStanding";
constexpr int kInFlight = 64;
constexpr int kRounds = 5;
constexpr int kFirms = 2000;

// Median by throughput.
LoadResult Median(std::vector<LoadResult> results) {
  std::sort(results.begin(), results.end(), [](const LoadResult& a, const LoadResult& b) {
    return a.calls_per_second < b.calls_per_second;
  });
  return results[results.size() / 2];
}

}  // namespace

int ServeBare(const std::string& answer_bytes) {
  const BareServer server(std::string(std::stoul(answer_bytes), 'x'));
  std::printf("%s\n", server.address().c_str());
  std::fflush(stdout);
  int signal = 0;
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigwait(&stop, &signal);
  return 0;
}

void BenchReads(const BenchOptions& options) {
  RegisterProcess reg(options, "reads", kFirms);
  std::vector<std::string> requests;
  for (const std::string& firm : reg.firms()) {
    credit::v1::GetStandingRequest request;
    request.set_subject(firm);
    requests.push_back(request.SerializeAsString());
  }
  const auto answer =
      reg.channel().CallBytes(kGetStanding, requests.front(), {.timeout = absl::Seconds(5)});
  if (!answer.ok()) Fail(std::string(answer.status().message()));
  // Of its own process too, so that both have the machine to themselves as much.
  const Child bare({options.binary_directory + "/xince_bench",
                    "--serve-bare=" + std::to_string(answer->size())});
  const std::string method = std::string("/") + kGetStanding;
  std::vector<LoadResult> ours;
  std::vector<LoadResult> probe;
  double our_cpu = 0;
  double probe_cpu = 0;
  long our_calls = 0;
  long probe_calls = 0;
  for (int round = 0; round < kRounds; ++round) {
    const double cpu_before = reg.child().CpuSeconds();
    ours.push_back(
        RunLoad(reg.address(), method, requests, kInFlight, options.seconds, 10'000'000));
    our_cpu += reg.child().CpuSeconds() - cpu_before;
    our_calls += ours.back().calls;
    const double probe_before = bare.CpuSeconds();
    probe.push_back(
        RunLoad(bare.first_line(), method, requests, kInFlight, options.seconds, 10'000'000));
    probe_cpu += bare.CpuSeconds() - probe_before;
    probe_calls += probe.back().calls;
    if (ours.back().failed + probe.back().failed > 0) Fail("calls failed");
  }
  const LoadResult mine = Median(ours);
  const LoadResult theirs = Median(probe);
  Report(
      "GetStanding, 64 in flight", mine.calls_per_second, theirs.calls_per_second, "calls/s", 0.8);
  std::printf("%-44s %12.0f %12.0f us at p50; %.0f and %.0f us at p99; answers of %zu bytes\n",
              "",
              mine.p50_us,
              theirs.p50_us,
              mine.p99_us,
              theirs.p99_us,
              answer->size());
  std::printf("%-44s %12.1f %12.1f us of the server's CPU per call\n",
              "",
              our_cpu * 1e6 / static_cast<double>(our_calls),
              probe_cpu * 1e6 / static_cast<double>(probe_calls));
}

}  // namespace xince::bench
