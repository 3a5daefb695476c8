#include "services/journal/redis_settings.h"

#include <map>
#include <string>

#include "absl/strings/str_cat.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/runtime/errors.h"
#include "tests/redis/fake_redis.h"
#include "tests/redis/redis_test_journal.h"

namespace xince::journal {
namespace {

using testing::HasSubstr;
using testing_redis::BulkReply;
using testing_redis::FakeRedis;
using testing_redis::FreePort;
using testing_redis::JournalOptions;
using testing_redis::RedisServer;

using Differences = std::map<std::string, std::string>;

/// What OpenRedisJournal objects to; empty when it opens.
Differences Objections(const RedisJournalOptions& options) {
  const absl::Status status = OpenRedisJournal(options).status();
  if (status.ok()) return {};
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_EQ(runtime::ReasonOf(status), "REDIS_SETTINGS");
  return runtime::ToProblem(status).metadata;
}

struct Row {
  const char* setting;
  const char* wrong;
  const char* right;
  const char* objection;
};

constexpr Row kRows[] = {
    {"appendonly", "no", "yes", "found no, wanted yes"},
    {"appendfsync", "everysec", "always", "found everysec, wanted always"},
    {"no-appendfsync-on-rewrite", "yes", "no", "found yes, wanted no"},
    {"aof-load-truncated", "yes", "no", "found yes, wanted no"},
    {"min-replicas-to-write", "0", "1", "found 0, wanted 1"},
    {"min-replicas-to-write", "2", "1", "found 2, wanted 1"},
    {"min-replicas-max-lag", "3", "2", "found 3, wanted 1 to 2"},
    {"min-replicas-max-lag", "0", "2", "found 0, wanted 1 to 2"},
    {"maxmemory-policy", "allkeys-lru", "noeviction", "found allkeys-lru, wanted noeviction"},
    {"replica-serve-stale-data", "yes", "no", "found yes, wanted no"},
};

TEST(RedisSettingsTest, EachWrongSettingIsNamed) {
  const auto server = RedisServer::Start({.replicas = 1}).value();
  const RedisJournalOptions options = JournalOptions(*server, 1);
  EXPECT_EQ(Objections(options), Differences{});
  for (const Row& row : kRows) {
    server->Configure(row.setting, row.wrong);
    EXPECT_EQ(Objections(options), (Differences{{row.setting, row.objection}}));
    server->Configure(row.setting, row.right);
  }
  EXPECT_EQ(Objections(options), Differences{});
}

TEST(RedisSettingsTest, AllWrongSettingsAreInOneError) {
  const auto server = RedisServer::Start({.replicas = 1}).value();
  Differences expected;
  for (const Row& row : kRows) {
    server->Configure(row.setting, row.wrong);
    expected[row.setting] = row.objection;
  }
  EXPECT_EQ(Objections(JournalOptions(*server, 1)), expected);
  const absl::Status status = OpenRedisJournal(JournalOptions(*server, 1)).status();
  for (const auto& [setting, objection] : expected) {
    EXPECT_THAT(std::string(status.message()), HasSubstr(absl::StrCat(setting, ": ", objection)));
    EXPECT_THAT(runtime::ToProblem(status).zh, HasSubstr(setting));
  }
}

TEST(RedisSettingsTest, TheDefaultsOfRedisAreRefused) {
  const auto server = RedisServer::Start({.settings = {{"appendonly", "no"},
                                                       {"appendfsync", "everysec"},
                                                       {"aof-load-truncated", "yes"},
                                                       {"replica-serve-stale-data", "yes"},
                                                       {"min-replicas-max-lag", "10"}}})
                          .value();
  const Differences objections = Objections(JournalOptions(*server));
  EXPECT_EQ(objections.size(), 4u);
  EXPECT_EQ(objections.count("min-replicas-max-lag"), 0u) << "means nothing without replicas";
}

TEST(RedisSettingsTest, AReplicaIsRefused) {
  const auto server = RedisServer::Start({}).value();
  ASSERT_TRUE(server->Command({"REPLICAOF", "127.0.0.1", absl::StrCat(FreePort())}).ok());
  EXPECT_EQ(Objections(JournalOptions(*server)),
            (Differences{{"role", "found slave, wanted master"}}));
}

TEST(RedisSettingsTest, AnOldServerIsRefused) {
  const FakeRedis redis({BulkReply("# Server\r\nredis_version:6.2.14\r\nrole:master\r\n")});
  EXPECT_EQ(
      Objections(
          {.name = "test", .endpoint = redis.endpoint(), .clock = &testing_redis::TestClock()}),
      (Differences{{"redis_version", "found 6.2.14, wanted 7 or later"}}));
}

TEST(RedisSettingsTest, AServerThatLoadsIsUnavailable) {
  const FakeRedis redis({BulkReply("redis_version:7.0.15\r\nloading:1\r\n"), "-ERR\r\n"});
  const absl::Status status =
      OpenRedisJournal(
          {.name = "test", .endpoint = redis.endpoint(), .clock = &testing_redis::TestClock()})
          .status();
  EXPECT_EQ(runtime::ReasonOf(status), "JOURNAL_UNAVAILABLE");
}

TEST(RedisSettingsTest, SettingsAreAssertedAtEveryReconnect) {
  const auto server = RedisServer::Start({}).value();
  const auto journal = testing_redis::OpenOrFail(JournalOptions(*server));
  testing_redis::Fill(*journal, 1);
  server->Configure("appendfsync", "everysec");
  ASSERT_TRUE(server->Command({"CLIENT", "KILL", "TYPE", "normal"}).ok());
  EXPECT_EQ(runtime::ReasonOf(journal->StableHead().status()), "REDIS_SETTINGS");
}

TEST(RedisSettingsTest, OptionsAtTheirLimitsAreTakenAndOneBeyondIsNot) {
  const auto server = RedisServer::Start({.replicas = kRedisReplicasMax}).value();
  const RedisJournalOptions good = [&] {
    RedisJournalOptions options = JournalOptions(*server, kRedisReplicasMax);
    options.name = std::string(kRedisNameBytesMax, 'n');
    return options;
  }();
  EXPECT_TRUE(OpenRedisJournal(good).ok());
  const auto field = [&](const std::function<void(RedisJournalOptions&)>& change) {
    RedisJournalOptions options = good;
    change(options);
    const absl::Status status = OpenRedisJournal(options).status();
    EXPECT_EQ(runtime::ReasonOf(status), "REDIS_OPTIONS") << status;
    return runtime::ToProblem(status).field;
  };
  EXPECT_EQ(field([](auto& o) { o.name += 'n'; }), "name");
  EXPECT_EQ(field([](auto& o) { o.name = ""; }), "name");
  EXPECT_EQ(field([](auto& o) { o.name = "a}b"; }), "name");
  EXPECT_EQ(field([](auto& o) { o.replicas = kRedisReplicasMax + 1; }), "replicas");
  EXPECT_EQ(field([](auto& o) { o.replicas = -1; }), "replicas");
  EXPECT_EQ(field([](auto& o) { o.endpoint.unix_socket = std::string(108, 's'); }), "unix_socket");
  EXPECT_EQ(field([](auto& o) { o.endpoint = {.port = 0}; }), "port");
  EXPECT_EQ(field([](auto& o) { o.endpoint = {.port = 65536}; }), "port");
  EXPECT_EQ(field([](auto& o) { o.clock = nullptr; }), "clock");
}

}  // namespace
}  // namespace xince::journal
