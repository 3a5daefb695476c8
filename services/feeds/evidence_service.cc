#include "services/feeds/evidence_service.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"

#include "xince/evidence/v1/evidence.pb.h"
#include "xince/journal/v1/entries.pb.h"

#include "services/runtime/errors.h"

namespace xince::feeds {
namespace {

using ::xince::evidence::v1::StreamEvidenceRequest;
using ::xince::evidence::v1::StreamEvidenceResponse;

// Entries read from the journal at a time.
constexpr size_t kReadEntriesMax = 500;
// Longest wait before the stream looks whether it should end.
constexpr absl::Duration kWait = absl::Milliseconds(250);

absl::StatusOr<Feed*> FindFeed(const std::vector<Feed*>& feeds, const std::string& name) {
  if (name.empty() && feeds.size() == 1) return feeds.front();
  for (Feed* feed : feeds) {
    if (feed->name() == name) return feed;
  }
  return runtime::NotFound("FEED_UNKNOWN",
                           "feed",
                           "this process does not serve that feed",
                           "本进程不提供该来源",
                           {{"feed", name}});
}

// The evidence of the entries after `after`, at most kReadEntriesMax of them; entries without
// evidence are passed over. Moves `after` to the last entry read.
absl::StatusOr<std::vector<StreamEvidenceResponse>> NextBatches(Feed& feed,
                                                                journal::Revision& after) {
  std::vector<StreamEvidenceResponse> batches;
  XINCE_RETURN_IF_ERROR(
      feed.machine().journal().Read(after, kReadEntriesMax, [&](const journal::Entry& stored) {
        after = stored.revision;
        journal::v1::FeedEntry entry;
        StreamEvidenceResponse batch;
        if (!entry.ParseFromString(stored.payload) || !batch.ParseFromString(entry.evidence())) {
          return absl::DataLossError("unreadable evidence");
        }
        if (batch.evidence().empty()) return absl::OkStatus();
        batch.set_feed(feed.name());
        batch.set_sequence(stored.revision);
        batch.set_actor(stored.actor);
        *batch.mutable_record_time() =
            google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(stored.record_time_us);
        batches.push_back(std::move(batch));
        return absl::OkStatus();
      }));
  return batches;
}

absl::Status Stream(Feed& feed,
                    const runtime::Clock& clock,
                    journal::Revision after,
                    runtime::StreamWriter<StreamEvidenceResponse>& writer) {
  if (after > feed.machine().durable()) {
    return runtime::ToStatus(runtime::Problem{
        .code = absl::StatusCode::kOutOfRange,
        .reason = "SEQUENCE_UNKNOWN",
        .field = "after_sequence",
        .en = "the feed ends before that sequence: it has lost data, or it is another feed",
        .zh = "来源流水在该序号之前已结束:数据丢失或来源不符",
        .metadata = {{"end", absl::StrCat(feed.machine().durable())}}});
  }
  bool told_caught_up = false;
  absl::Time told = clock.Now();
  while (!writer.stopped()) {
    if (feed.machine().durable() > after) {
      XINCE_ASSIGN_OR_RETURN(const std::vector<StreamEvidenceResponse> batches,
                             NextBatches(feed, after));
      for (const StreamEvidenceResponse& batch : batches) {
        if (!writer.Write(batch)) return absl::OkStatus();
      }
      told_caught_up = false;
      continue;
    }
    if (!told_caught_up || clock.Now() - told >= kHeartbeat) {
      StreamEvidenceResponse heartbeat;
      heartbeat.set_feed(feed.name());
      heartbeat.set_sequence(after);
      heartbeat.set_caught_up(true);
      if (!writer.Write(heartbeat)) return absl::OkStatus();
      told_caught_up = true;
      told = clock.Now();
    }
    feed.machine().WaitBeyond(after, kWait);
  }
  return absl::OkStatus();
}

}  // namespace

void RegisterEvidenceStream(const std::vector<Feed*>& feeds,
                            runtime::RpcService& service,
                            const runtime::Clock& clock) {
  service.Stream<StreamEvidenceRequest, StreamEvidenceResponse>(
      "StreamEvidence",
      [feeds, &clock](runtime::CallContext&,
                      const StreamEvidenceRequest& request,
                      runtime::StreamWriter<StreamEvidenceResponse>& writer) -> absl::Status {
        XINCE_ASSIGN_OR_RETURN(Feed * feed, FindFeed(feeds, request.feed()));
        return Stream(*feed, clock, request.after_sequence(), writer);
      });
}

}  // namespace xince::feeds
