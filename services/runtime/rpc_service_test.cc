#include "services/runtime/rpc_service.h"

#include <stdexcept>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/runtime/echo_fixture.h"
#include "services/runtime/log.h"

namespace xince::runtime {
namespace {

using namespace testdata;  // NOLINT: the fixture is the subject.
using ::testing::HasSubstr;
using ::testing::Not;

const CallOptions kPatient{.timeout = absl::Seconds(20)};

/// Calls from threads of their own, for handlers that wait.
class Callers {
 public:
  explicit Callers(Echo& echo) : echo_(echo) {}
  ~Callers() { Join(); }
  void Call(absl::string_view method, CallOptions options = kPatient) {
    threads_.emplace_back([this, method = std::string(method), options] {
      const absl::Status status = echo_.Call(method, "x", options).status();
      MutexLock lock(mutex_);
      reasons_.push_back(status.ok() ? "OK" : ReasonOf(status));
    });
  }
  std::vector<std::string> Join() {
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    MutexLock lock(mutex_);
    return reasons_;
  }

 private:
  Echo& echo_;
  std::vector<std::thread> threads_;
  Mutex mutex_;
  std::vector<std::string> reasons_ ABSL_GUARDED_BY(mutex_);
};

TEST(RpcServiceTest, AnswersOnEveryPath) {
  Echo echo;
  echo.pieces = {std::string("\x0A\x04"), std::string("four"), std::string("\x18\x2A")};
  ASSERT_TRUE(echo.Start().ok());
  for (const char* method : {kWork, kLook, kWrite}) {
    const auto reply = echo.Call(method, "信册");
    ASSERT_TRUE(reply.ok()) << method << reply.status();
    EXPECT_EQ(reply->name(), "信册") << method;
  }
  const auto raw = echo.Call(kLookRaw, "x");
  ASSERT_TRUE(raw.ok()) << raw.status();
  EXPECT_EQ(raw->name(), "four");
  EXPECT_EQ(raw->number(), 42);
}

TEST(RpcServiceTest, AnswersAnEmptyReply) {
  Echo echo;
  ASSERT_TRUE(echo.Start().ok());
  for (const char* method : {kWork, kLook, kLookRaw, kWrite}) {
    EXPECT_TRUE(echo.Call(method, "").ok()) << method;
  }
}

TEST(RpcServiceTest, SendsLargePiecesAsTheyAre) {
  Echo echo;
  const auto shared = std::make_shared<const std::string>(3'000'000, 'x');
  ASSERT_TRUE(echo.Start({.addresses = {"127.0.0.1:0"}}).ok());
  EchoReply head;
  head.set_blob(*shared);
  const std::string bytes = head.SerializeAsString();
  echo.pieces = {bytes.substr(0, bytes.size() - shared->size()), Piece(shared)};
  const auto reply = echo.Call(kLookRaw, "x");
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->blob(), *shared);
}

TEST(RpcServiceTest, InlineRunsWhereNothingMayBlockUntilItHops) {
  Echo echo;
  std::vector<bool> may_block;
  std::vector<std::thread::id> threads;
  echo.look = [&](CallContext& context, const EchoRequest& request) {
    may_block.push_back(context.may_block());
    return Echo::Reply(request);
  };
  ASSERT_TRUE(echo.Start().ok());
  ASSERT_TRUE(echo.Call(kLook, "x").ok());
  echo.hop = true;
  ASSERT_TRUE(echo.Call(kLook, "x").ok());
  EXPECT_EQ(may_block, (std::vector<bool>{false, true}));
}

TEST(RpcServiceTest, LargeRequestsOfInlineMethodsGoToTheWorkers) {
  Echo echo({.inline_bytes_max = 100});
  std::vector<bool> may_block;
  echo.look = [&](CallContext& context, const EchoRequest& request) {
    may_block.push_back(context.may_block());
    return Echo::Reply(request);
  };
  ASSERT_TRUE(echo.Start().ok());
  ASSERT_TRUE(echo.Call(kLook, std::string(98, 'x')).ok());  // 100 bytes with tag and length.
  ASSERT_TRUE(echo.Call(kLook, std::string(99, 'x')).ok());
  EXPECT_EQ(may_block, (std::vector<bool>{false, true}));
}

TEST(RpcServiceTest, ABlockingCallInAReactionIsRefusedInsteadOfStoppingTheProcess) {
  Echo echo;
  absl::Status inner;
  echo.look = [&](CallContext& context, const EchoRequest& request) {
    inner = echo.Call(kWork, "x", {.timeout = absl::Seconds(1), .parent = &context}).status();
    return Echo::Reply(request);
  };
  ASSERT_TRUE(echo.Start().ok());
  ASSERT_TRUE(echo.Call(kLook, "x").ok());
  EXPECT_EQ(ReasonOf(inner), "BLOCKING_IN_REACTION");
}

TEST(RpcServiceTest, CarriesErrorsWithEverythingTheySay) {
  Echo echo;
  Problem sent{.code = absl::StatusCode::kFailedPrecondition,
               .reason = "CASE_NOT_HEARD",
               .field = "case.name",
               .en = "not heard yet",
               .zh = "尚未听取陈述申辩",
               .metadata = {{"step", "hearing"}},
               .retry_after_ms = 1500};
  echo.work = echo.look = [&](CallContext&, const EchoRequest&) { return ToStatus(sent); };
  echo.write = [&](CallContext&, const EchoRequest&, Done<EchoReply> done) {
    done(ToStatus(sent));
  };
  ASSERT_TRUE(echo.Start().ok());
  for (const char* method : {kWork, kLook, kWrite}) {
    const Problem got = ToProblem(echo.Call(method, "x").status());
    EXPECT_EQ(got.code, sent.code);
    EXPECT_EQ(got.reason, sent.reason);
    EXPECT_EQ(got.field, sent.field);
    EXPECT_EQ(got.en, sent.en);
    EXPECT_EQ(got.zh, sent.zh);
    EXPECT_EQ(got.metadata, sent.metadata);
    EXPECT_EQ(got.retry_after_ms, sent.retry_after_ms);
  }
}

TEST(RpcServiceTest, ErrorsTooLargeForMetadataKeepTheirReason) {
  Echo echo;
  echo.work = [](CallContext&, const EchoRequest&) {
    return InvalidArgument(
        "BIG", "f", std::string(900, 'e'), "大", {{"list", std::string(100'000, 'x')}});
  };
  ASSERT_TRUE(echo.Start({.addresses = {"127.0.0.1:0"}}).ok());
  const absl::Status status = echo.Call(kWork, "x").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(status), "BIG");
}

TEST(RpcServiceTest, HidesWhatLibrariesSayFromCallersAndTellsTheOperator) {
  Echo echo;
  echo.work = [](CallContext&, const EchoRequest&) {
    return absl::DataLossError("disk /secret/path is gone");
  };
  ASSERT_TRUE(echo.Start().ok());
  LogCapture log;
  const absl::Status status = echo.Call(kWork, "x").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(ReasonOf(status), "UNCLASSIFIED");
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("secret")));
  EXPECT_THAT(log.text(), HasSubstr("/secret/path"));
}

TEST(RpcServiceTest, FencesExceptionsOnEveryPath) {
  Echo echo;
  echo.work = echo.look = [](CallContext&, const EchoRequest&) -> absl::StatusOr<EchoReply> {
    throw std::runtime_error("boom");
  };
  echo.write = [](CallContext&, const EchoRequest&, Done<EchoReply>) { throw 7; };
  echo.watch = [](CallContext&, const EchoRequest&, StreamWriter<EchoReply>&) -> absl::Status {
    throw std::runtime_error("boom");
  };
  ASSERT_TRUE(echo.Start().ok());
  LogCapture log;
  for (const char* method : {kWork, kLook, kWrite}) {
    const absl::Status status = echo.Call(method, "x").status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInternal) << method;
    EXPECT_EQ(ReasonOf(status), "INTERNAL") << method;
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("boom")));
  }
  auto stream = echo.channel->Read<EchoRequest, EchoReply>(kWatch, EchoRequest(), kPatient);
  ASSERT_TRUE(stream.ok());
  EXPECT_EQ(ReasonOf(stream->Next().status()), "INTERNAL");
  EXPECT_THAT(log.text(), HasSubstr("boom"));
  EXPECT_THAT(
      echo.metrics.Text(),
      HasSubstr("xince_rpc_exceptions_total{service=\"xince.runtime.testdata.EchoService\"} 4"));
}

TEST(RpcServiceTest, RefusesBytesThatAreNoRequest) {
  Echo echo;
  echo.work = echo.look = [](CallContext&, const EchoRequest& request) {
    ADD_FAILURE() << "the handler ran";
    return Echo::Reply(request);
  };
  ASSERT_TRUE(echo.Start().ok());
  for (const char* method : {kWork, kLook, kWrite}) {
    const absl::Status status = echo.channel->CallBytes(method, "\x0A\x7Fshort", kPatient).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << method;
    EXPECT_EQ(ReasonOf(status), "MALFORMED_REQUEST") << method;
  }
}

TEST(RpcServiceTest, NamesTheFieldWhoseTextIsNotUtf8) {
  Echo echo;
  ASSERT_TRUE(echo.Start().ok());
  EchoRequest request;
  request.add_parts()->add_names("ok");
  request.mutable_parts(0)->add_names("\xFF");
  for (const char* method : {kWork, kLook, kWrite}) {
    const Problem problem =
        ToProblem(echo.channel->CallBytes(method, request.SerializeAsString(), kPatient).status());
    EXPECT_EQ(problem.reason, "BAD_UTF8") << method;
    EXPECT_EQ(problem.field, "parts[0].names[1]") << method;
  }
}

TEST(RpcServiceTest, RefusesRequestsBeyondTheLimitWithAReason) {
  Echo echo({.request_bytes_max = 100'000});
  ASSERT_TRUE(echo.Start({.addresses = {"127.0.0.1:0"}}).ok());
  EchoRequest request;
  request.set_blob(std::string(100'000 - 4, 'x'));
  ASSERT_EQ(request.ByteSizeLong(), 100'000u);
  for (const char* method : {kWork, kLook}) {
    EXPECT_TRUE(echo.Call(method, request).ok()) << method;
  }
  request.set_blob(std::string(100'000 - 3, 'x'));
  for (const char* method : {kWork, kLook, kWrite}) {
    const absl::Status status = echo.Call(method, request).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << method;
    EXPECT_EQ(ReasonOf(status), "REQUEST_TOO_LARGE") << method;
  }
}

TEST(RpcServiceTest, RefusesWhatIsFarTooLargeAtTheTransport) {
  Echo echo({.request_bytes_max = 100'000});
  ASSERT_TRUE(echo.Start({.addresses = {"127.0.0.1:0"}}).ok());
  EchoRequest request;
  request.set_blob(std::string(3'000'000, 'x'));
  const absl::Status status = echo.Call(kWork, request).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(status), "MESSAGE_TOO_LARGE");
}

TEST(RpcServiceTest, RefusesToSendRepliesBeyondTheLimit) {
  Echo echo({.reply_bytes_max = 1000});
  echo.work = [](CallContext&, const EchoRequest& request) {
    EchoReply reply;
    reply.set_blob(std::string(static_cast<size_t>(request.number()), 'x'));
    return reply;
  };
  ASSERT_TRUE(echo.Start().ok());
  EchoRequest request;
  request.set_number(1000 - 3);
  EXPECT_TRUE(echo.Call(kWork, request).ok());
  request.set_number(1000 - 2);
  EXPECT_EQ(ReasonOf(echo.Call(kWork, request).status()), "REPLY_TOO_LARGE");
}

TEST(RpcServiceTest, ShedsExactlyWhatIsBeyondInFlightMax) {
  Echo echo({.in_flight_max = 6}, {.threads = 2, .in_flight_max = 100});
  Gate gate;
  Counting running;
  echo.work = [&](CallContext&, const EchoRequest& request) {
    running.Add();
    gate.Wait();
    return Echo::Reply(request);
  };
  ASSERT_TRUE(echo.Start().ok());
  Callers callers(echo);
  for (int i = 0; i < 16; ++i) callers.Call(kWork);
  running.Await(2);
  // The ten that are shed return while the six are held.
  const Gauge in_flight =
      echo.metrics.AddGauge("xince_rpc_in_flight",
                            "Calls admitted and not answered.",
                            {{"service", "xince.runtime.testdata.EchoService"}});
  const Counter shed = echo.metrics.AddCounter(
      "xince_rpc_shed_total",
      "Calls refused because a limit was reached, by limit.",
      {{"service", "xince.runtime.testdata.EchoService"}, {"limit", "in_flight_max"}});
  while (shed.value() < 10) std::this_thread::yield();
  EXPECT_EQ(in_flight.value(), 6);
  gate.Open();
  const std::vector<std::string> reasons = callers.Join();
  EXPECT_EQ(std::count(reasons.begin(), reasons.end(), "OK"), 6);
  EXPECT_EQ(std::count(reasons.begin(), reasons.end(), "OVERLOADED"), 10);
  EXPECT_EQ(in_flight.value(), 0);
}

TEST(RpcServiceTest, OverloadSaysWhenToRetryAndWhichLimit) {
  Echo echo({.in_flight_max = 8}, {.threads = 1, .in_flight_max = 1});
  Gate gate;
  Counting running;
  echo.work = [&](CallContext&, const EchoRequest& request) {
    running.Add();
    gate.Wait();
    return Echo::Reply(request);
  };
  ASSERT_TRUE(echo.Start().ok());
  Callers callers(echo);
  callers.Call(kWork);
  running.Await(1);
  const Problem problem = ToProblem(echo.Call(kWork, "x").status());
  gate.Open();
  EXPECT_EQ(problem.code, absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(problem.reason, "OVERLOADED");
  EXPECT_EQ(problem.metadata.at("limit"), "workers");
  EXPECT_GT(problem.retry_after_ms, 0);
}

TEST(RpcServiceTest, GivesADeadlineToCallsWithoutOneAndCutsLongOnes) {
  Echo echo({.deadline_max = absl::Seconds(30)});
  std::vector<absl::Duration> left;
  echo.work = [&](CallContext& context, const EchoRequest& request) {
    left.push_back(context.time_left());
    return Echo::Reply(request);
  };
  ASSERT_TRUE(echo.Start().ok());
  ASSERT_TRUE(echo.Call(kWork, "x", {.timeout = absl::InfiniteDuration()}).ok());
  ASSERT_TRUE(echo.Call(kWork, "x", {.timeout = absl::Hours(1)}).ok());
  ASSERT_TRUE(echo.Call(kWork, "x", {.timeout = absl::Seconds(20)}).ok());
  EXPECT_EQ(left[0], absl::Seconds(30));
  EXPECT_EQ(left[1], absl::Seconds(30));
  EXPECT_GT(left[2], absl::Seconds(10));
  EXPECT_LE(left[2], absl::Seconds(21));  // The transport rounds up.
}

TEST(RpcServiceTest, DropsWorkWhoseDeadlinePassedInTheQueue) {
  Echo echo({.deadline_max = absl::Seconds(30)}, {.threads = 1, .in_flight_max = 8});
  Gate gate;
  Counting running;
  echo.work = [&](CallContext&, const EchoRequest& request) {
    running.Add();
    gate.Wait();
    return Echo::Reply(request);
  };
  ASSERT_TRUE(echo.Start().ok());
  Callers callers(echo);
  callers.Call(kWork, {.timeout = absl::InfiniteDuration()});
  running.Await(1);
  callers.Call(kWork, {.timeout = absl::InfiniteDuration()});
  while (echo.workers.in_flight() < 2) std::this_thread::yield();
  echo.clock.AdvanceTime(absl::Seconds(30));
  gate.Open();
  EXPECT_THAT(callers.Join(), ::testing::UnorderedElementsAre("OK", "DEADLINE_EXCEEDED"));
  EXPECT_EQ(running.count(), 1);
}

TEST(RpcServiceTest, HandlersSeeThatTheCallerLeft) {
  Echo echo;
  Gate seen;
  echo.work = [&](CallContext& context, const EchoRequest& request) {
    while (!context.IsCancelled()) std::this_thread::yield();
    seen.Open();
    return Echo::Reply(request);
  };
  ASSERT_TRUE(echo.Start().ok());
  const absl::Status status = echo.Call(kWork, "x", {.timeout = absl::Milliseconds(50)}).status();
  EXPECT_EQ(ReasonOf(status), "DEADLINE_EXCEEDED");
  seen.Wait();
}

TEST(RpcServiceTest, TellsHandlersWhoCalls) {
  Echo echo;
  std::vector<std::string> actors;
  echo.work = [&](CallContext& context, const EchoRequest& request) {
    actors.push_back(context.actor());
    return Echo::Reply(request);
  };
  ASSERT_TRUE(echo.Start({.addresses = {"127.0.0.1:0"}}).ok());
  const auto as = [](const std::string& actor) {
    return CallOptions{.timeout = absl::Seconds(20), .actor = actor};
  };
  ASSERT_TRUE(echo.Call(kWork, "x").ok());
  ASSERT_TRUE(echo.Call(kWork, "x", as("officer-7")).ok());
  ASSERT_TRUE(echo.Call(kWork, "x", as("住建局 科员")).ok());
  ASSERT_TRUE(echo.Call(kWork, "x", as(std::string(kActorBytesMax, 'a'))).ok());
  EXPECT_THAT(actors,
              ::testing::ElementsAre("anonymous",
                                     "claimed:officer-7",
                                     "claimed:住建局 科员",
                                     "claimed:" + std::string(kActorBytesMax, 'a')));
  EXPECT_EQ(ReasonOf(echo.Call(kWork, "x", as(std::string(kActorBytesMax + 1, 'a'))).status()),
            "BAD_ACTOR");
  EXPECT_EQ(ReasonOf(echo.Call(kWork, "x", as("line\nbreak")).status()), "BAD_ACTOR");
  EXPECT_EQ(ReasonOf(echo.Call(kWork,
                               "x",
                               {.timeout = absl::Seconds(20),
                                .actor = "two",
                                .metadata = {{kActorBinaryKey, "names"}}})
                         .status()),
            "BAD_ACTOR");
}

TEST(RpcServiceTest, CarriesRevisionsBothWaysWithRepliesAndErrors) {
  Echo echo;
  echo.work = [&](CallContext& context, const EchoRequest& request) -> absl::StatusOr<EchoReply> {
    context.set_revision(absl::StrCat(context.min_revision(), "+1"));
    if (request.name() == "missing") return NotFound("MISSING", "name", "no", "无");
    return Echo::Reply(request);
  };
  ASSERT_TRUE(echo.Start({.addresses = {"127.0.0.1:0"}}).ok());
  for (const char* name : {"there", "missing"}) {
    std::string revision;
    echo.Call(kWork,
              name,
              {.timeout = absl::Seconds(20), .min_revision = "r41", .revision = &revision})
        .IgnoreError();
    EXPECT_EQ(revision, "r41+1") << name;
  }
  std::string revision = "stale";
  ASSERT_TRUE(echo.Call(kLook, "x", {.timeout = absl::Seconds(20), .revision = &revision}).ok());
  EXPECT_EQ(revision, "");
}

TEST(RpcServiceTest, RefusesRevisionTokensThatCannotBeOurs) {
  Echo echo;
  ASSERT_TRUE(echo.Start().ok());
  const auto at = [](size_t bytes) {
    return CallOptions{.timeout = absl::Seconds(20), .min_revision = std::string(bytes, 'r')};
  };
  EXPECT_TRUE(echo.Call(kWork, "x", at(kRevisionBytesMax)).ok());
  EXPECT_EQ(ReasonOf(echo.Call(kWork, "x", at(kRevisionBytesMax + 1)).status()),
            "BAD_MIN_REVISION");
}

TEST(RpcServiceTest, LogsFailedCallsWithoutTheirContents) {
  Echo echo;
  echo.work = [](CallContext&, const EchoRequest&) {
    return NotFound("MISSING", "name", "no such thing", "没有");
  };
  ASSERT_TRUE(echo.Start().ok());
  LogCapture log;
  echo.Call(kWork, "private words", {.timeout = absl::Seconds(20), .actor = "officer-7"})
      .IgnoreError();
  EXPECT_THAT(log.text(), HasSubstr("\"method\":\"/xince.runtime.testdata.EchoService/Work\""));
  EXPECT_THAT(log.text(), HasSubstr("\"code\":\"NOT_FOUND\",\"reason\":\"MISSING\""));
  EXPECT_THAT(log.text(), HasSubstr("\"actor\":\"claimed:officer-7\",\"trace\":\"trace-0\""));
  EXPECT_THAT(log.text(), Not(HasSubstr("private words")));
}

TEST(RpcServiceTest, LimitsTheLinesAboutFailedCalls) {
  Echo echo;
  echo.look = [](CallContext&, const EchoRequest&) {
    return NotFound("MISSING", "name", "no such thing", "没有");
  };
  ASSERT_TRUE(echo.Start().ok());
  echo.clock.AdvanceTime(absl::Hours(1));
  LogCapture log;
  for (int i = 0; i < 60; ++i) echo.Call(kLook, "x").IgnoreError();
  echo.clock.AdvanceTime(absl::Seconds(1));
  echo.Call(kLook, "x").IgnoreError();
  const std::string lines = log.text();
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 51);
  EXPECT_THAT(lines, HasSubstr("\"suppressed\":10"));
}

TEST(RpcServiceTest, AsyncAnswersFromAnyThreadAndOnlyOnce) {
  Echo echo;
  std::vector<std::thread> committers;
  echo.write = [&](CallContext& context, const EchoRequest& request, Done<EchoReply> done) {
    context.set_revision("r7");
    committers.emplace_back([request, done] {
      done(Echo::Reply(request));
      done(absl::StatusOr<EchoReply>(absl::InternalError("second")));
    });
  };
  ASSERT_TRUE(echo.Start().ok());
  LogCapture log;
  std::string revision;
  const auto reply =
      echo.Call(kWrite, "kept", {.timeout = absl::Seconds(20), .revision = &revision});
  for (std::thread& committer : committers) committer.join();
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->name(), "kept");
  EXPECT_EQ(revision, "r7");
  EXPECT_THAT(log.text(), HasSubstr("answered twice"));
}

TEST(RpcServiceTest, AsyncThatForgetsItsCallerAnswersInternal) {
  Echo echo;
  echo.write = [](CallContext&, const EchoRequest&, Done<EchoReply>) {};
  ASSERT_TRUE(echo.Start().ok());
  EXPECT_EQ(ReasonOf(echo.Call(kWrite, "x").status()), "INTERNAL");
}

TEST(RpcServiceTest, ClosedServicesSayThatTheyAreNotReady) {
  Echo echo;
  echo.service.SetOpen(false);
  ASSERT_TRUE(echo.Start().ok());
  const Problem problem = ToProblem(echo.Call(kLook, "x").status());
  EXPECT_EQ(problem.code, absl::StatusCode::kUnavailable);
  EXPECT_EQ(problem.reason, "NOT_READY");
  EXPECT_GT(problem.retry_after_ms, 0);
  auto stream = echo.channel->Read<EchoRequest, EchoReply>(kWatch, EchoRequest(), kPatient);
  EXPECT_EQ(ReasonOf(stream->Next().status()), "NOT_READY");
  echo.service.SetOpen(true);
  EXPECT_TRUE(echo.Call(kLook, "x").ok());
}

TEST(RpcServiceTest, CountsEveryCallByMethodAndCode) {
  Echo echo;
  echo.work = [](CallContext&, const EchoRequest& request) -> absl::StatusOr<EchoReply> {
    if (request.name() == "missing") return NotFound("MISSING", "name", "no", "无");
    return Echo::Reply(request);
  };
  ASSERT_TRUE(echo.Start().ok());
  for (const char* name : {"a", "missing", "b"}) echo.Call(kWork, name).IgnoreError();
  const std::string text = echo.metrics.Text();
  const std::string labels = "method=\"Work\",service=\"xince.runtime.testdata.EchoService\"} ";
  EXPECT_THAT(text, HasSubstr("xince_rpc_started_total{" + labels + "3"));
  EXPECT_THAT(text, HasSubstr("xince_rpc_handled_total{code=\"OK\"," + labels + "2"));
  EXPECT_THAT(text, HasSubstr("xince_rpc_handled_total{code=\"NOT_FOUND\"," + labels + "1"));
  EXPECT_THAT(text, HasSubstr("xince_rpc_duration_seconds_count{" + labels + "3"));
}

TEST(RpcServiceTest, SealNamesEverythingThatIsMissing) {
  Echo echo;
  RpcService careless(EchoRequest::descriptor()->file()->FindServiceByName("CarelessService"),
                      echo.workers,
                      echo.clock,
                      echo.metrics,
                      {},
                      [] { return "t"; });
  careless.Unary<EchoRequest, EchoReply>(
      "Half", [](CallContext&, const EchoRequest& r) { return Echo::Reply(r); });
  const absl::Status status = Server::Start({}, {&careless}).status();
  EXPECT_EQ(ReasonOf(status), "SERVICE_INCOMPLETE");
  EXPECT_THAT(std::string(status.message()), HasSubstr("Bare: no complete"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("Half: no complete"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("Upload: client streaming"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("Bare: no handler"));
}

TEST(RpcServiceDeathTest, WrongRegistrationsEndTheProcess) {
  Echo echo;
  const auto unary = [](CallContext&, const EchoRequest& r) { return Echo::Reply(r); };
  const auto wrong = [](CallContext&, const EchoReply&) { return EchoReply(); };
  using Wrong = std::function<absl::StatusOr<EchoReply>(CallContext&, const EchoReply&)>;
  RpcService service(EchoRequest::descriptor()->file()->FindServiceByName("EchoService"),
                     echo.workers,
                     echo.clock,
                     echo.metrics,
                     {},
                     [] { return "t"; });
  service.Unary<EchoRequest, EchoReply>("Work", unary);
  EXPECT_DEATH((service.Unary<EchoRequest, EchoReply>("Work", unary)), "has a handler already");
  EXPECT_DEATH((service.Unary<EchoRequest, EchoReply>("Nope", unary)), "no such method");
  EXPECT_DEATH((service.Unary<EchoRequest, EchoReply>("Watch", unary)), "wrong kind");
  EXPECT_DEATH((service.Unary<EchoReply, EchoReply>("Look", Wrong(wrong))), "takes");
}

}  // namespace
}  // namespace xince::runtime
