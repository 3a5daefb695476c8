#ifndef SERVICES_FEEDS_TESTING_TEST_DOOR_H_
#define SERVICES_FEEDS_TESTING_TEST_DOOR_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "gtest/gtest.h"
#include "services/feeds/feed_service.h"
#include "services/feeds/testing/test_feed.h"
#include "services/runtime/client.h"
#include "services/runtime/server.h"

/// For tests: a feed's service as callers meet it, without a network.
namespace xince::feeds::testdata {

class TestDoor {
 public:
  /// Serves the definition's service over the feed, which outlives the door.
  TestDoor(const FeedDefinition& definition, TestFeed& feed)
      : service_name_(definition.service->full_name()),
        service_(
            definition.service, workers_, system_clock_, metrics_, {}, [] { return "trace"; }) {
    RegisterFeedMethods(feed.feed(), service_, definition.verbs);
    definition.more(feed.feed(), service_, feed.divisions(), feed.clock());
    auto started = runtime::Server::Start({}, {&service_});
    if (!started.ok()) ADD_FAILURE() << started.status();
    server_ = *std::move(started);
    channel_ = server_->InProcess();
  }
  ~TestDoor() {
    server_->Stop(absl::ZeroDuration(), absl::ZeroDuration());
    workers_.Stop();
  }

  /// Calls a method of the service.
  template <class Response, class Request>
  absl::StatusOr<Response> Call(const std::string& method,
                                const Request& request,
                                const std::string& actor = kOfficer) {
    return channel_->Call<Request, Response>(
        service_name_ + "/" + method,
        request,
        {.timeout = absl::Seconds(20), .actor = actor, .revision = &revision_});
  }
  /// Revision token of the last answer.
  [[nodiscard]] const std::string& revision() const { return revision_; }
  [[nodiscard]] const runtime::RpcService& service() const { return service_; }

 private:
  const std::string service_name_;
  runtime::SystemClock system_clock_;
  runtime::Metrics metrics_;
  runtime::Workers workers_{{.threads = 2, .in_flight_max = 16}};
  runtime::RpcService service_;
  std::unique_ptr<runtime::Server> server_;
  std::shared_ptr<runtime::Channel> channel_;
  std::string revision_;
};

}  // namespace xince::feeds::testdata

#endif  // SERVICES_FEEDS_TESTING_TEST_DOOR_H_
