#include "tests/steel/register.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"

#include "xince/credit/v1/credit.pb.h"
#include "xince/evidence/v1/evidence.pb.h"

#include "services/runtime/app.h"
#include "services/runtime/errors.h"
#include "tests/steel/process_register.h"
#include "tests/steel/server_register.h"

namespace xince::steel {
namespace {

using ::xince::credit::v1::GetIntakeStatusRequest;
using ::xince::credit::v1::IntakeStatus;
using ::xince::evidence::v1::StreamEvidenceRequest;
using ::xince::evidence::v1::StreamEvidenceResponse;

constexpr absl::Duration kCallTimeout = absl::Seconds(20);
constexpr absl::Duration kScoringTimeout = absl::Seconds(30);

// Whether the feed has nothing after `sequence`: then its stream begins with a heartbeat.
absl::StatusOr<bool> EndsAt(Register& services, const std::string& feed, uint64_t sequence) {
  StreamEvidenceRequest request;
  request.set_feed(feed);
  request.set_after_sequence(sequence);
  XINCE_ASSIGN_OR_RETURN(
      auto stream,
      (services.ChannelTo(feed)->Read<StreamEvidenceRequest, StreamEvidenceResponse>(
          "xince.evidence.v1.EvidenceFeedService/StreamEvidence",
          request,
          {.timeout = kCallTimeout})));
  const auto first = stream.Next();
  stream.Cancel();
  // The server closes the streams of those who left a moment later.
  if (runtime::ReasonOf(first.status()) == "STREAMS_EXHAUSTED") return false;
  XINCE_RETURN_IF_ERROR(first.status());
  return first->has_value() && (*first)->evidence().empty() && (*first)->caught_up();
}

absl::StatusOr<bool> IsCaughtUp(Register& services) {
  XINCE_ASSIGN_OR_RETURN(
      const IntakeStatus status,
      (services.ChannelTo("scoring")->Call<GetIntakeStatusRequest, IntakeStatus>(
          "xince.credit.v1.CreditService/GetIntakeStatus", {}, {.timeout = kCallTimeout})));
  if (status.feeds_size() != 4) return absl::InternalError("scoring does not read four feeds");
  for (const auto& feed : status.feeds()) {
    XINCE_ASSIGN_OR_RETURN(const bool ends, EndsAt(services, feed.feed(), feed.sequence()));
    if (!ends) return false;
  }
  return true;
}

}  // namespace

std::string NameOf(const Arrangement& arrangement) {
  constexpr const char* kShapes[] = {"OneServer", "FiveServers", "OneProcess", "FiveProcesses"};
  return absl::StrCat(kShapes[static_cast<int>(arrangement.shape)],
                      arrangement.store == Store::kSqlite ? "Sqlite" : "Redis");
}

bool HasClock(const Arrangement& arrangement) {
  return arrangement.shape == Shape::kOneServer || arrangement.shape == Shape::kFiveServers;
}

std::unique_ptr<Register> MakeRegister(const Arrangement& arrangement,
                                       absl::Time now,
                                       const Place& place) {
  switch (arrangement.shape) {
    case Shape::kOneServer:
    case Shape::kFiveServers:
      return MakeServerRegister(arrangement, now, place);
    default:
      return MakeProcessRegister(arrangement, place);
  }
}

void Pause(absl::Duration wait) { (void)runtime::StopSignal().WaitFor(wait); }

absl::Duration Elapsed() {
  return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

absl::Status AwaitScoring(Register& services) {
  absl::Status status;
  const bool reached = WaitUntil(kScoringTimeout, [&] {
    const absl::StatusOr<bool> caught_up = IsCaughtUp(services);
    status = caught_up.status();
    return !status.ok() || *caught_up;
  });
  if (!reached) return absl::DeadlineExceededError("scoring does not catch up");
  return status;
}

}  // namespace xince::steel
