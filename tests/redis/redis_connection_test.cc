#include "services/journal/redis_connection.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/journal/journal.h"
#include "services/runtime/errors.h"
#include "tests/redis/fake_redis.h"
#include "tests/redis/redis_server_fixture.h"

namespace xince::journal {
namespace {

using runtime::ReasonOf;
using testing::HasSubstr;
using testing::Not;
using testing_redis::BulkReply;
using testing_redis::FakeRedis;
using testing_redis::RedisServer;

std::unique_ptr<RedisConnection> Connect(const RedisEndpoint& endpoint) {
  auto connection = RedisConnection::Connect(endpoint);
  EXPECT_TRUE(connection.ok()) << connection.status();
  return *std::move(connection);
}

/// What the connection makes of one answer in the wire protocol.
absl::Status StatusOfAnswer(const std::string& answer, bool& broken) {
  const FakeRedis redis({answer});
  const auto connection = Connect(redis.endpoint());
  const absl::Status status = connection->Command({"ANY"}).status();
  broken = connection->broken();
  return status;
}

TEST(RedisConnectionTest, ArgumentsAndRepliesAreBinarySafe) {
  const auto server = RedisServer::Start({}).value();
  const auto connection = Connect(server->endpoint());
  const std::string key("k\0%s\r\n", 6);
  std::string value;
  for (int byte = 0; byte < 256; ++byte) value.push_back(static_cast<char>(byte));
  ASSERT_TRUE(connection->Command({"SET", key, value}).ok());
  const RedisReply reply = connection->Command({"GET", key}).value();
  EXPECT_EQ(reply.value().Text().value(), value);
  EXPECT_TRUE(connection->Command({"GET", "nothing"}).value().value().IsNil());
  EXPECT_EQ(connection->Command({"STRLEN", key}).value().value().Integer().value(), 256);
}

TEST(RedisConnectionTest, AnAnswerOfAnotherTypeIsAProtocolError) {
  const FakeRedis redis({"*2\r\n:7\r\n$3\r\nabc\r\n"});
  const RedisReply reply = Connect(redis.endpoint())->Command({"ANY"}).value();
  ASSERT_EQ(reply.value().Size(), 2u);
  EXPECT_EQ(reply.value().At(0).Integer().value(), 7);
  EXPECT_EQ(reply.value().At(1).Text().value(), "abc");
  for (const absl::Status& status : {reply.value().Integer().status(),
                                     reply.value().Text().status(),
                                     reply.value().At(0).Text().status(),
                                     reply.value().At(1).Integer().status(),
                                     reply.value().At(1).Number().status(),
                                     reply.value().At(2).Text().status()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kInternal) << status;
    EXPECT_EQ(ReasonOf(status), "REDIS_PROTOCOL");
  }
}

TEST(RedisConnectionTest, ErrorRepliesBecomeStatusesByTheirCode) {
  struct Row {
    const char* answer;
    absl::StatusCode code;
    const char* reason;
    bool broken;
  };
  const Row rows[] = {
      {"OOM command not allowed", absl::StatusCode::kResourceExhausted, "JOURNAL_DISK_FULL", false},
      {"NOREPLICAS Not enough", absl::StatusCode::kUnavailable, "JOURNAL_UNAVAILABLE", false},
      {"BUSY a script", absl::StatusCode::kUnavailable, "JOURNAL_UNAVAILABLE", false},
      {"MISCONF errors", absl::StatusCode::kUnavailable, "JOURNAL_UNAVAILABLE", false},
      {"READONLY a replica", absl::StatusCode::kUnavailable, "JOURNAL_UNAVAILABLE", true},
      {"LOADING the data", absl::StatusCode::kUnavailable, "JOURNAL_UNAVAILABLE", true},
      {"MASTERDOWN no link", absl::StatusCode::kUnavailable, "JOURNAL_UNAVAILABLE", true},
      {"NOAUTH required", absl::StatusCode::kFailedPrecondition, "REDIS_AUTH", false},
      {"NOPERM no rule", absl::StatusCode::kFailedPrecondition, "REDIS_AUTH", false},
      {"ERR something", absl::StatusCode::kInternal, "REDIS_PROTOCOL", false}};
  for (const Row& row : rows) {
    bool broken = false;
    const absl::Status status = StatusOfAnswer(absl::StrCat("-", row.answer, "\r\n"), broken);
    EXPECT_EQ(status.code(), row.code) << row.answer;
    EXPECT_EQ(ReasonOf(status), row.reason) << row.answer;
    EXPECT_EQ(broken, row.broken) << row.answer;
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr(row.answer)));
    EXPECT_EQ(RedisDetailOf(status), row.answer);
  }
}

TEST(RedisConnectionTest, ABrokenConnectionSendsNothingMore) {
  const FakeRedis redis({"-READONLY\r\n", "+OK\r\n"});
  const auto connection = Connect(redis.endpoint());
  EXPECT_FALSE(connection->Command({"ANY"}).ok());
  EXPECT_EQ(ReasonOf(connection->Command({"ANY"}).status()), "JOURNAL_UNAVAILABLE");
}

TEST(RedisConnectionTest, TheDetailLeavesOutWhatRedisRepeatsOfACommand) {
  bool broken = false;
  const absl::Status status =
      StatusOfAnswer("-ERR unknown command 'X', with args beginning with: 'secret'\r\n", broken);
  EXPECT_EQ(RedisDetailOf(status), "ERR unknown command 'X'");
}

TEST(RedisConnectionTest, WithoutAServerTheDriversWordsAreInTheDetailOnly) {
  const RedisEndpoint endpoint{.unix_socket = "/nonexistent/socket", .label = "test"};
  const absl::Status status = RedisConnection::Connect(endpoint).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(status), "JOURNAL_UNAVAILABLE");
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("No such file")));
  EXPECT_THAT(RedisDetailOf(status), HasSubstr("No such file"));
  const auto rpc = runtime::ToRpcStatus(status).SerializeAsString();
  EXPECT_THAT(rpc, Not(HasSubstr("No such file")));
}

TEST(RedisConnectionTest, SilenceIsUnavailableAndBreaksTheConnection) {
  const FakeRedis redis({FakeRedis::kSilence});
  RedisEndpoint endpoint = redis.endpoint();
  endpoint.command_timeout = absl::Milliseconds(30);
  const auto connection = Connect(endpoint);
  EXPECT_EQ(ReasonOf(connection->Command({"ANY"}).status()), "JOURNAL_UNAVAILABLE");
  EXPECT_TRUE(connection->broken());
  EXPECT_FALSE(connection->closed_by_server());
  EXPECT_EQ(ReasonOf(connection->Command({"ANY"}).status()), "JOURNAL_UNAVAILABLE");
}

TEST(RedisConnectionTest, ABlockingCommandMayTakeLongerThanTheTimeout) {
  const auto server = RedisServer::Start({}).value();
  RedisEndpoint endpoint = server->endpoint();
  endpoint.command_timeout = absl::Seconds(1);
  const auto connection = Connect(endpoint);
  const auto reply = connection->Command({"BLPOP", "nothing", "1.2"}, absl::Milliseconds(1200));
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_TRUE(reply->value().IsNil());
}

TEST(RedisConnectionTest, AClosedConnectionIsUnavailableAndDoesNotKillTheProcess) {
  const FakeRedis redis({FakeRedis::kClose});
  const auto connection = Connect(redis.endpoint());
  EXPECT_EQ(ReasonOf(connection->Command({"ANY"}).status()), "JOURNAL_UNAVAILABLE");
  EXPECT_TRUE(connection->broken());
  EXPECT_TRUE(connection->closed_by_server());
}

TEST(RedisConnectionTest, AScriptTheServerForgotIsSentAgain) {
  const auto server = RedisServer::Start({}).value();
  const auto connection = Connect(server->endpoint());
  const RedisScript script("return {KEYS[1], ARGV[1], ARGV[2]}");
  for (int i = 0; i < 2; ++i) {
    const RedisReply reply = connection->Run(script, {"key"}, {"a", "b"}).value();
    ASSERT_EQ(reply.value().Size(), 3u);
    EXPECT_EQ(reply.value().At(2).Text().value(), "b");
    EXPECT_TRUE(connection->Command({"EVALSHA", script.sha1, "0"}).ok());
    ASSERT_TRUE(server->Command({"SCRIPT", "FLUSH"}).ok());
  }
}

TEST(RedisConnectionTest, UserAndPasswordAreSentAndNeverRepeated) {
  const auto server = RedisServer::Start({}).value();
  ASSERT_TRUE(server->Command({"ACL", "SETUSER", "journal", "on", ">correct", "~*", "+get"}).ok());
  RedisEndpoint endpoint = server->endpoint();
  endpoint.username = "journal";
  endpoint.password = "correct";
  const auto connection = Connect(endpoint);
  EXPECT_TRUE(connection->Command({"GET", "x"}).ok());
  EXPECT_EQ(ReasonOf(connection->Command({"SET", "x", "y"}).status()), "REDIS_AUTH");
  endpoint.password = "wrong-word";
  const absl::Status status = RedisConnection::Connect(endpoint).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(status), "REDIS_AUTH");
  EXPECT_THAT(absl::StrCat(status.ToString(), RedisDetailOf(status)), Not(HasSubstr("wrong-word")));
}

class RedisChannelTest : public testing::Test {
 protected:
  static absl::Status Accept(RedisConnection&) { return absl::OkStatus(); }
  runtime::FakeClock clock_{absl::FromUnixSeconds(1'000'000)};
};

TEST_F(RedisChannelTest, AConnectionIsMadeOnceAndAnewWhenItBroke) {
  const FakeRedis redis({"+OK\r\n", FakeRedis::kClose});
  RedisChannel channel(redis.endpoint(), clock_, Accept);
  RedisConnection* first = channel.Get().value();
  EXPECT_EQ(channel.Get().value(), first);
  EXPECT_TRUE(first->Command({"ANY"}).ok());
  EXPECT_FALSE(first->Command({"ANY"}).ok());
  EXPECT_TRUE(channel.Get().value()->Command({"ANY"}).ok());
  EXPECT_EQ(redis.connections(), 2);
}

TEST_F(RedisChannelTest, FailuresBackOffDoublingUpToTheirMax) {
  int checks = 0;
  const FakeRedis redis({});
  RedisChannel channel(redis.endpoint(), clock_, [&](RedisConnection&) {
    ++checks;
    return absl::UnavailableError("not this one");
  });
  absl::Duration wait = kRedisBackoffMin;
  for (int attempt = 1; attempt <= 9; ++attempt) {
    EXPECT_EQ(channel.Get().status(), absl::UnavailableError("not this one"));
    EXPECT_EQ(checks, attempt);
    clock_.AdvanceTime(wait - absl::Microseconds(1));
    EXPECT_EQ(channel.Get().status(), absl::UnavailableError("not this one"));
    EXPECT_EQ(checks, attempt);
    clock_.AdvanceTime(absl::Microseconds(1));
    wait = std::min(wait * 2, kRedisBackoffMax);
  }
  EXPECT_EQ(wait, kRedisBackoffMax);
}

TEST_F(RedisChannelTest, AClockThatIsSetBackDoesNotStretchTheBackOff) {
  int checks = 0;
  const FakeRedis redis({});
  RedisChannel channel(redis.endpoint(), clock_, [&](RedisConnection&) {
    return ++checks == 1 ? absl::UnavailableError("not yet") : absl::OkStatus();
  });
  EXPECT_FALSE(channel.Get().ok());
  clock_.AdvanceTime(-absl::Hours(1));
  EXPECT_TRUE(channel.Get().ok());
}

}  // namespace
}  // namespace xince::journal
