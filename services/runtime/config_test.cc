#include "services/runtime/config.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/runtime/errors.h"

namespace xince::runtime {
namespace {

using ::testing::HasSubstr;

TEST(ConfigTest, AnEmptyConfigurationHasEveryDefault) {
  Config config;
  ASSERT_TRUE(CompleteConfig(config).ok());
  const auto expected =
      ParseConfig(R"pb(
                    targets: "all"
                    data_dir: "var"
                    register { name: "local" division: "3201" }
                    listen { grpc_address: "127.0.0.1:7300" metrics_address: "127.0.0.1:7301" }
                    feeds {}
                    journal {
                      sqlite { group_max: 64 }
                      snapshot_entries: 50000
                    }
                    limits {
                      worker_threads: 8
                      in_flight_max: 256
                      deadline_max_ms: 30000
                      request_bytes_max: 4194304
                      reply_bytes_max: 16777216
                      streams_max: 64
                      stream_age_max_ms: 600000
                      connection_age_max_ms: 300000
                      drain_ms: 2000
                      grace_ms: 10000
                      memory_bytes_max: 536870912
                    }
                    log_level: "info"
                    documents {
                      register_name: "物业服务信用信息系统"
                      organ: "物业服务信用登记机关"
                      organ_mark: "信册"
                    }
                  )pb",
                  "expected");
  ASSERT_TRUE(expected.ok()) << expected.status();
  EXPECT_EQ(config.DebugString(), expected->DebugString());
}

TEST(ConfigTest, CompletingTwiceChangesNothing) {
  Config once;
  ASSERT_TRUE(CompleteConfig(once).ok());
  Config twice = once;
  ASSERT_TRUE(CompleteConfig(twice).ok());
  EXPECT_EQ(once.DebugString(), twice.DebugString());
}

TEST(ConfigTest, RefusesUnknownFieldsWithTheirPlace) {
  const absl::Status status =
      ParseConfig("data_dir: \"x\"\nlimits {\n  worker_thread: 3\n}\n", "my.textproto").status();
  const Problem problem = ToProblem(status);
  EXPECT_EQ(problem.reason, "CONFIG_INVALID");
  EXPECT_THAT(problem.en, HasSubstr("my.textproto:3:"));
  EXPECT_THAT(problem.en, HasSubstr("worker_thread"));
  EXPECT_THAT(problem.zh, HasSubstr("my.textproto:3:"));
  EXPECT_EQ(problem.metadata.at("line"), "3");
}

TEST(ConfigTest, RefusesWhatIsNoTextProto) {
  for (const char* text :
       {"data_dir", "data_dir: 7", "{", "data_dir: \"a\" data_dir: \"b\"", "data_dir: \"\\377\""}) {
    EXPECT_EQ(ReasonOf(ParseConfig(text, "f").status()), "CONFIG_INVALID") << text;
  }
}

TEST(ConfigTest, ReadsFilesUpToTheLimit) {
  const std::string path =
      (std::filesystem::temp_directory_path() / absl::StrCat("xince-config-", getpid())).string();
  const std::string head = "data_dir: \"here\"\n#";
  const auto write = [&](size_t bytes) {
    std::ofstream(path) << head << std::string(bytes - head.size(), 'x');
  };
  write(kConfigBytesMax);
  const auto config = ReadConfigFile(path);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->data_dir(), "here");
  write(kConfigBytesMax + 1);
  EXPECT_EQ(ReasonOf(ReadConfigFile(path).status()), "CONFIG_INVALID");
  std::filesystem::remove(path);
  EXPECT_EQ(ReasonOf(ReadConfigFile(path).status()), "CONFIG_UNREADABLE");
}

TEST(ConfigTest, FlagsReplaceFields) {
  Config config = *ParseConfig("targets: \"party\" targets: \"scoring\" data_dir: \"file\"", "f");
  ASSERT_TRUE(SetConfigField(config, "targets", "registry,party").ok());
  ASSERT_TRUE(SetConfigField(config, "data_dir", "with \"quotes\"").ok());
  ASSERT_TRUE(SetConfigField(config, "limits.worker_threads", "3").ok());
  ASSERT_TRUE(SetConfigField(config, "reflection_off", "true").ok());
  ASSERT_TRUE(SetConfigField(config, "journal.redis.address", "127.0.0.1:6379").ok());
  EXPECT_THAT(config.targets(), ::testing::ElementsAre("registry", "party"));
  EXPECT_EQ(config.data_dir(), "with \"quotes\"");
  EXPECT_EQ(config.limits().worker_threads(), 3);
  EXPECT_TRUE(config.reflection_off());
  EXPECT_EQ(config.journal().redis().address(), "127.0.0.1:6379");
}

TEST(ConfigTest, FlagsForNoFieldOrOfTheWrongTypeAreRefused) {
  Config config;
  for (const auto& [path, value] :
       std::vector<std::pair<const char*, const char*>>{{"nothing", "1"},
                                                        {"limits", "1"},
                                                        {"data_dir.x", "1"},
                                                        {"", "1"},
                                                        {"limits.worker_threads", "many"},
                                                        {"limits.worker_threads", "99999999999"}}) {
    EXPECT_EQ(ReasonOf(SetConfigField(config, path, value)), "CONFIG_INVALID") << path;
  }
}

struct Range {
  const char* path;
  int64_t min;
  int64_t max;
};

TEST(ConfigTest, NumbersHoldAtTheirLimitsAndNotBeyond) {
  const Range ranges[] = {
      {"limits.worker_threads", 1, 256},
      {"limits.in_flight_max", 1, 65'536},
      {"limits.deadline_max_ms", 100, 600'000},
      {"limits.request_bytes_max", 65'536, 67'108'864},
      {"limits.reply_bytes_max", 65'536, 268'435'456},
      {"limits.streams_max", 1, 1024},
      {"limits.stream_age_max_ms", 1000, 86'400'000},
      {"limits.connection_age_max_ms", 1000, 86'400'000},
      {"limits.drain_ms", 1, 120'000},
      {"limits.grace_ms", 1, 600'000},
      {"limits.memory_bytes_max", 16'777'216, 68'719'476'736},
      {"journal.snapshot_entries", 1000, 10'000'000},
      {"journal.sqlite.group_max", 1, 1024},
      {"journal.redis.replicas", 0, 8},
      {"journal.redis.wait_ms", 10, 60'000},
      {"journal.redis.command_ms", 10, 60'000},
  };
  for (const Range& range : ranges) {
    const auto set = [&](int64_t value) {
      Config config;
      if (absl::StartsWith(range.path, "journal.redis")) {
        config.mutable_journal()->mutable_redis()->set_address("127.0.0.1:1");
      }
      // The two numbers that depend on each other.
      if (absl::string_view(range.path) == "limits.worker_threads") {
        config.mutable_limits()->set_in_flight_max(256);
      }
      if (absl::string_view(range.path) == "limits.in_flight_max") {
        config.mutable_limits()->set_worker_threads(1);
      }
      EXPECT_TRUE(SetConfigField(config, range.path, absl::StrCat(value)).ok());
      return CompleteConfig(config);
    };
    EXPECT_TRUE(set(range.min).ok()) << range.path;
    EXPECT_TRUE(set(range.max).ok()) << range.path;
    // Zero is the default, so one below a minimum of 1 is -1.
    for (const int64_t beyond : {range.min == 1 ? -1 : range.min - 1, range.max + 1}) {
      const Problem problem = ToProblem(set(beyond));
      EXPECT_EQ(problem.reason, "CONFIG_INVALID") << range.path << " " << beyond;
      EXPECT_EQ(problem.field, range.path) << beyond;
    }
  }
}

TEST(ConfigTest, RedisHasOneReplicaUnlessItIsSaidThatThereIsNone) {
  for (const auto& [said, replicas] : std::vector<std::pair<std::optional<std::string>, int>>{
           {std::nullopt, 1}, {"0", 0}, {"2", 2}}) {
    Config config;
    config.mutable_journal()->mutable_redis()->set_address("127.0.0.1:1");
    if (said.has_value()) {
      ASSERT_TRUE(SetConfigField(config, "journal.redis.replicas", *said).ok());
    }
    ASSERT_TRUE(CompleteConfig(config).ok());
    EXPECT_EQ(config.journal().redis().replicas(), replicas);
  }
}

TEST(ConfigTest, TextsAreChecked) {
  const std::pair<const char*, const char*> good[] = {
      {"targets", "scoring,party"},
      {"register.name", "nanjing-1"},
      {"register.division", "320102"},
      {"listen.grpc_address", "unix:/run/x"},
      {"listen.grpc_address", "[::1]:0"},
      {"feeds.party", "party:7300"},
      {"documents.verification_base", "https://credit.example.cn"},
      {"log_level", "debug"}};
  for (const auto& [path, value] : good) {
    Config config;
    ASSERT_TRUE(SetConfigField(config, path, value).ok());
    EXPECT_TRUE(CompleteConfig(config).ok()) << path << "=" << value;
  }
  const std::string long_name(64, 'a');
  const std::pair<const char*, std::string> bad[] = {
      {"targets", "all,scoring"},
      {"targets", "scoring,scoring"},
      {"targets", "everything"},
      {"register.name", "Nanjing"},
      {"register.name", "-x"},
      {"register.name", long_name},
      {"register.division", "320"},
      {"register.division", "32010a"},
      {"listen.grpc_address", "7300"},
      {"listen.grpc_address", "127.0.0.1:65536"},
      {"listen.metrics_address", "unix:/run/x"},
      {"feeds.party", ":7300"},
      {"journal.redis.address", "nowhere"},
      {"log_level", "loud"},
      {"documents.verification_base", "https://credit.example.cn/"},
      {"documents.verification_base", "credit.example.cn"},
      {"documents.verification_base", "https://" + std::string(193, 'a')},
      {"documents.organ_mark", std::string(21, 'a')},
      {"limits.in_flight_max", "7"}};  // Below the default of worker_threads.
  for (const auto& [path, value] : bad) {
    Config config;
    ASSERT_TRUE(SetConfigField(config, path, value).ok());
    const Problem problem = ToProblem(CompleteConfig(config));
    EXPECT_EQ(problem.reason, "CONFIG_INVALID") << path << "=" << value;
    EXPECT_EQ(problem.field, path) << value;
    EXPECT_FALSE(problem.zh.empty());
  }
}

TEST(ConfigTest, AnOfficeIsItsOwnNameUnlessItHasAnother) {
  auto config = ParseConfig(
      R"pb(documents {
             offices { office: "区局" }
             offices { office: "市局" name: "某市住房和城乡建设局" mark: "X住建" }
             offices { office: "市住建局" name: "某市住房和城乡建设局" mark: "X住建" }
           })pb",
      "offices");
  ASSERT_TRUE(config.ok()) << config.status();
  ASSERT_TRUE(CompleteConfig(*config).ok());
  EXPECT_EQ(config->documents().offices(0).name(), "区局");
  EXPECT_EQ(config->documents().offices(0).mark(), "信册");
  EXPECT_EQ(config->documents().offices(1).mark(), "X住建");
}

TEST(ConfigTest, OfficesAreNamedOnceAndMarksAreOfOneOrgan) {
  const std::string long_name(121, 'a');
  const std::pair<std::string, const char*> bad[] = {
      {"offices { name: '某局' }", "documents.offices[0].office"},
      {"offices { office: '区局' } offices { office: '区局' }", "documents.offices[1].office"},
      {"offices { office: '甲' mark: 'X' } offices { office: '乙' mark: 'X' }",
       "documents.offices[1].mark"},
      {"offices { office: '甲' mark: 'abcdefghijklmnopqrstu' }", "documents.offices[0].mark"},
      {"offices { office: '" + long_name + "' }", "documents.offices[0]"}};
  for (const auto& [text, field] : bad) {
    auto config = ParseConfig("documents { " + text + " }", "offices");
    ASSERT_TRUE(config.ok()) << config.status();
    const Problem problem = ToProblem(CompleteConfig(*config));
    EXPECT_EQ(problem.reason, "CONFIG_INVALID") << text;
    EXPECT_EQ(problem.field, field) << text;
  }
  Config many;
  for (int i = 0; i < 2000; ++i)
    many.mutable_documents()->add_offices()->set_office(std::to_string(i));
  EXPECT_TRUE(CompleteConfig(many).ok());
  many.mutable_documents()->add_offices()->set_office("one more");
  EXPECT_EQ(ToProblem(CompleteConfig(many)).field, "documents.offices");
}

TEST(ConfigTest, RedisNeedsItsAddress) {
  Config config;
  config.mutable_journal()->mutable_redis();
  EXPECT_EQ(ToProblem(CompleteConfig(config)).field, "journal.redis.address");
}

}  // namespace
}  // namespace xince::runtime
