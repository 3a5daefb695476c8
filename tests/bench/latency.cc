#include <time.h>

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

constexpr int kRounds = 300;
constexpr double kAimMs = 20;
constexpr absl::Duration kTimeout = absl::Seconds(5);

int64_t Score(runtime::Channel& channel, const std::string& subject) {
  credit::v1::GetStandingRequest request;
  request.set_subject(subject);
  const auto standing = channel.Call<credit::v1::GetStandingRequest, credit::v1::Standing>(
      "xince.credit.v1.CreditService/GetStanding", request, {.timeout = kTimeout});
  if (!standing.ok()) Fail(std::string(standing.status().message()));
  return standing->record().score_hundredths();
}

}  // namespace

void BenchLatency(const BenchOptions& options) {
  RegisterProcess reg(options, "latency", kRounds);
  std::vector<double> waits_ms;
  for (int i = 0; i < kRounds; ++i) {
    const std::string& firm = reg.firms()[static_cast<size_t>(i)];
    const int64_t before = Score(reg.channel(), firm);
    const auto filed =
        reg.channel().Call<inspection::v1::CreateConductRequest, inspection::v1::Conduct>(
            "xince.inspection.v1.InspectionService/CreateConduct",
            ConductAbout(firm, i),
            {.timeout = kTimeout});
    if (!filed.ok()) Fail(std::string(filed.status().message()));
    const double acknowledged = Now();
    while (Score(reg.channel(), firm) == before) {
      if (Now() - acknowledged > 5) Fail("the standing does not change");
    }
    waits_ms.push_back((Now() - acknowledged) * 1e3);
  }
  std::sort(waits_ms.begin(), waits_ms.end());
  std::printf(
      "%-44s %12.2f %12s ms at p50, %.2f at p90, %.2f at p99, %.2f at most  (aim p99 < %.0f)\n",
      "acknowledged write to changed standing",
      waits_ms[kRounds / 2],
      "",
      waits_ms[kRounds * 9 / 10],
      waits_ms[kRounds * 99 / 100],
      waits_ms.back(),
      kAimMs);
}

}  // namespace xince::bench
