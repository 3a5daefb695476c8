#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/runtime/echo_fixture.h"

/// Server streams at the door, over the network and within the process.
namespace xince::runtime {
namespace {

using namespace testdata;  // NOLINT: the fixture is the subject.
using ::testing::HasSubstr;

const CallOptions kPatient{.timeout = absl::Seconds(50)};

class RpcStreamTest : public ::testing::TestWithParam<bool> {
 protected:
  [[nodiscard]] static ServerOptions Where() {
    ServerOptions options;
    if (GetParam()) options.addresses = {"127.0.0.1:0"};
    return options;
  }
  static ReadStream<EchoReply> Open(Echo& echo, const CallOptions& options = kPatient) {
    auto stream = echo.channel->Read<EchoRequest, EchoReply>(kWatch, EchoRequest(), options);
    EXPECT_TRUE(stream.ok());
    return *std::move(stream);
  }
};

INSTANTIATE_TEST_SUITE_P(Transports, RpcStreamTest, ::testing::Bool(), [](const auto& info) {
  return info.param ? "Tcp" : "InProcess";
});

EchoReply Number(int number, size_t blob_bytes = 0) {
  EchoReply reply;
  reply.set_number(number);
  reply.set_blob(std::string(blob_bytes, 'x'));
  return reply;
}

/// Waits until a writer has begun and nobody takes what it writes any more.
void AwaitStandstill(const std::atomic<int>& written) {
  int before = 0;
  while (before == 0 || before != written) {
    before = written;
    absl::SleepFor(absl::Milliseconds(200));
  }
}

/// Writes numbers from 0 until told to stop.
absl::Status Forever(CallContext&, const EchoRequest&, StreamWriter<EchoReply>& writer) {
  for (int i = 0; writer.Write(Number(i)); ++i) {
  }
  return absl::OkStatus();
}

TEST_P(RpcStreamTest, DeliversManyMessagesInOrderAndTheRevisionAtTheEnd) {
  Echo echo;
  echo.watch = [](CallContext& context, const EchoRequest&, StreamWriter<EchoReply>& writer) {
    for (int i = 0; i < 20'000; ++i) {
      EXPECT_TRUE(writer.Write(Number(i)));
    }
    context.set_revision("r20000");
    return absl::OkStatus();
  };
  ASSERT_TRUE(echo.Start(Where()).ok());
  auto stream = Open(echo);
  for (int i = 0; i < 20'000; ++i) {
    const auto next = stream.Next();
    ASSERT_TRUE(next.ok()) << next.status();
    ASSERT_TRUE(next->has_value());
    ASSERT_EQ((*next)->number(), i);
  }
  const auto end = stream.Next();
  ASSERT_TRUE(end.ok()) << end.status();
  EXPECT_FALSE(end->has_value());
  EXPECT_EQ(stream.revision(), "r20000");
}

TEST_P(RpcStreamTest, WritesWhatIsAlreadySerialized) {
  Echo echo;
  const auto blob = std::make_shared<const std::string>(Number(7, 100'000).SerializeAsString());
  echo.watch = [&](CallContext&, const EchoRequest&, StreamWriter<EchoReply>& writer) {
    for (int i = 0; i < 3; ++i) writer.WriteRaw({Piece(blob)});
    return absl::OkStatus();
  };
  ASSERT_TRUE(echo.Start(Where()).ok());
  auto stream = Open(echo);
  for (int i = 0; i < 3; ++i) {
    const auto next = stream.Next();
    ASSERT_TRUE(next.ok() && next->has_value());
    EXPECT_EQ((*next)->blob().size(), 100'000u);
  }
  EXPECT_FALSE(stream.Next()->has_value());
}

TEST_P(RpcStreamTest, ASlowReaderHoldsTheWriterBack) {
  Echo echo;
  std::atomic<int> written{0};
  echo.watch = [&](CallContext&, const EchoRequest&, StreamWriter<EchoReply>& writer) {
    for (int i = 0; i < 200; ++i) {
      if (!writer.Write(Number(i, 1'000'000))) return absl::OkStatus();
      ++written;
    }
    return absl::OkStatus();
  };
  ASSERT_TRUE(echo.Start(Where()).ok());
  auto stream = Open(echo);
  ASSERT_TRUE(stream.Next().ok());
  // Nobody reads: what the writer gets rid of is bounded by the transport's windows, not by 200 MB.
  AwaitStandstill(written);
  EXPECT_LT(written, 60);
  for (int i = 1; i < 200; ++i) ASSERT_TRUE(stream.Next()->has_value()) << i;
  EXPECT_FALSE(stream.Next()->has_value());
  EXPECT_EQ(written, 200);
}

TEST_P(RpcStreamTest, CancelEndsTheHandlerPromptlyEvenWhileItWaits) {
  Echo echo;
  Gate waiting;
  Gate ended;
  echo.watch = [&](CallContext& context, const EchoRequest&, StreamWriter<EchoReply>& writer) {
    writer.Write(Number(1));
    waiting.Open();
    EXPECT_TRUE(writer.WaitStopped(absl::Seconds(50)));
    EXPECT_TRUE(context.IsCancelled());
    EXPECT_FALSE(writer.Write(Number(2)));
    ended.Open();
    return absl::OkStatus();
  };
  ASSERT_TRUE(echo.Start(Where()).ok());
  auto stream = Open(echo);
  ASSERT_TRUE(stream.Next()->has_value());
  waiting.Wait();
  const absl::Time before = absl::Now();
  stream.Cancel();
  ended.Wait();
  EXPECT_LT(absl::Now() - before, absl::Seconds(10));
  EXPECT_EQ(ReasonOf(stream.Next().status()), "CANCELLED");
}

TEST_P(RpcStreamTest, OnStopWakesAHandlerThatWaitsElsewhere) {
  Echo echo;
  Gate waiting;
  Gate ended;
  echo.watch = [&](CallContext&, const EchoRequest&, StreamWriter<EchoReply>& writer) {
    Mutex mutex;
    CondVar changed;
    writer.OnStop([&] {
      MutexLock lock(mutex);
      changed.NotifyAll();
    });
    waiting.Open();
    {
      MutexLock lock(mutex);
      while (!writer.stopped()) changed.Wait(mutex);
    }
    ended.Open();
    return absl::OkStatus();
  };
  ASSERT_TRUE(echo.Start(Where()).ok());
  auto stream = Open(echo);
  waiting.Wait();
  stream.Cancel();
  ended.Wait();
}

TEST_P(RpcStreamTest, DroppingTheReaderEndsTheHandler) {
  Echo echo;
  Gate ended;
  echo.watch =
      [&](CallContext& context, const EchoRequest& request, StreamWriter<EchoReply>& writer) {
        absl::Status status = Forever(context, request, writer);
        ended.Open();
        return status;
      };
  ASSERT_TRUE(echo.Start(Where()).ok());
  {
    auto stream = Open(echo);
    ASSERT_TRUE(stream.Next()->has_value());
  }
  ended.Wait();
}

TEST_P(RpcStreamTest, ShutdownEndsStreamsWithAReasonToReopen) {
  Echo echo;
  echo.watch = [](CallContext&, const EchoRequest&, StreamWriter<EchoReply>& writer) {
    writer.Write(Number(1));
    writer.WaitStopped(absl::Seconds(50));
    return absl::OkStatus();
  };
  ASSERT_TRUE(echo.Start(Where()).ok());
  auto stream = Open(echo);
  ASSERT_TRUE(stream.Next()->has_value());
  std::thread stopper([&] { echo.server->Stop(absl::ZeroDuration(), absl::Seconds(20)); });
  const auto next = stream.Next();
  stopper.join();
  EXPECT_EQ(next.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(next.status()), "SHUTTING_DOWN");
}

TEST_P(RpcStreamTest, ShutdownCutsOffAReaderThatDoesNotRead) {
  Echo echo;
  std::atomic<int> written{0};
  echo.watch = [&](CallContext&, const EchoRequest&, StreamWriter<EchoReply>& writer) {
    while (writer.Write(Number(0, 1'000'000))) ++written;
    return absl::OkStatus();
  };
  ASSERT_TRUE(echo.Start(Where()).ok());
  auto stream = Open(echo);
  AwaitStandstill(written);
  const absl::Time before = absl::Now();
  echo.server->Stop(absl::ZeroDuration(), absl::Seconds(40));
  EXPECT_LT(absl::Now() - before, absl::Seconds(20));
}

TEST_P(RpcStreamTest, StreamsGetOldAndSaySo) {
  Echo echo({.stream_age_max = absl::Minutes(10)});
  Gate open;
  echo.watch = [&](CallContext&, const EchoRequest&, StreamWriter<EchoReply>& writer) {
    open.Open();
    EXPECT_TRUE(writer.WaitStopped(absl::Seconds(50)));
    return absl::OkStatus();
  };
  ASSERT_TRUE(echo.Start(Where()).ok());
  auto stream = Open(echo, {.timeout = absl::InfiniteDuration()});
  open.Wait();
  echo.clock.AdvanceTime(absl::Minutes(10));
  EXPECT_EQ(ReasonOf(stream.Next().status()), "STREAM_EXPIRED");
}

TEST_P(RpcStreamTest, HandlersEndTheirStreamWithAnError) {
  Echo echo;
  echo.watch = [](CallContext&, const EchoRequest&, StreamWriter<EchoReply>& writer) {
    writer.Write(Number(1));
    return NotFound("FEED_GONE", "feed", "no such feed", "没有该数据源");
  };
  ASSERT_TRUE(echo.Start(Where()).ok());
  auto stream = Open(echo);
  EXPECT_TRUE(stream.Next()->has_value());
  const absl::Status status = stream.Next().status();
  EXPECT_EQ(ReasonOf(status), "FEED_GONE");
  EXPECT_EQ(ReasonOf(stream.Next().status()), "FEED_GONE") << "the end stays the end";
}

TEST_P(RpcStreamTest, RefusesOneStreamMoreThanAllowed) {
  Echo echo({.streams_max = 3});
  echo.watch = Forever;
  ASSERT_TRUE(echo.Start(Where()).ok());
  std::vector<ReadStream<EchoReply>> open;
  for (int i = 0; i < 3; ++i) {
    open.push_back(Open(echo));
    ASSERT_TRUE(open.back().Next()->has_value()) << i;
  }
  const Problem problem = ToProblem(Open(echo).Next().status());
  EXPECT_EQ(problem.code, absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(problem.reason, "STREAMS_EXHAUSTED");
  EXPECT_EQ(problem.metadata.at("streams_max"), "3");
  open.pop_back();
  // The place is free as soon as the handler has noticed.
  while (true) {
    auto again = Open(echo);
    const auto next = again.Next();
    if (next.ok()) break;
    ASSERT_EQ(ReasonOf(next.status()), "STREAMS_EXHAUSTED");
  }
}

TEST_P(RpcStreamTest, RefusesBadRequestsAndOversizedMessages) {
  Echo echo({.reply_bytes_max = 1000});
  echo.watch = [](CallContext&, const EchoRequest&, StreamWriter<EchoReply>& writer) {
    EXPECT_TRUE(writer.Write(Number(0, 1000 - 3)));
    EXPECT_FALSE(writer.Write(Number(0, 1000 - 2)));
    return absl::OkStatus();
  };
  ASSERT_TRUE(echo.Start(Where()).ok());
  auto bad = echo.channel->OpenBytes(kWatch, "\x0A\x7Fshort", kPatient);
  ASSERT_TRUE(bad.ok());
  EXPECT_EQ(ReasonOf((*bad)->Next().status()), "MALFORMED_REQUEST");
  auto stream = Open(echo);
  EXPECT_TRUE(stream.Next()->has_value());
  EXPECT_EQ(ReasonOf(stream.Next().status()), "REPLY_TOO_LARGE");
}

TEST_P(RpcStreamTest, CountsStreamsAndMessages) {
  Echo echo;
  echo.watch = [](CallContext&, const EchoRequest&, StreamWriter<EchoReply>& writer) {
    for (int i = 0; i < 5; ++i) writer.Write(Number(i));
    return absl::OkStatus();
  };
  ASSERT_TRUE(echo.Start(Where()).ok());
  auto stream = Open(echo);
  while (stream.Next()->has_value()) {
  }
  const std::string text = echo.metrics.Text();
  const std::string service = "service=\"xince.runtime.testdata.EchoService\"} ";
  EXPECT_THAT(text, HasSubstr("xince_rpc_stream_messages_total{" + service + "5"));
  EXPECT_THAT(text, HasSubstr("xince_rpc_streams_open{" + service + "0"));
}

}  // namespace
}  // namespace xince::runtime
