#include "services/runtime/config_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xince::runtime {
namespace {

Config Distinct() {
  Config config = *ParseConfig(R"pb(
                                 listen { grpc_address: "127.0.0.1:0" metrics_address: "[::1]:0" }
                                 limits {
                                   worker_threads: 3
                                   in_flight_max: 44
                                   deadline_max_ms: 5005
                                   request_bytes_max: 66666
                                   reply_bytes_max: 77777
                                   streams_max: 8
                                   stream_age_max_ms: 9009
                                   connection_age_max_ms: 10010
                                   drain_ms: 11
                                   grace_ms: 12
                                   memory_bytes_max: 17000000
                                 }
                                 reflection_off: true
                               )pb",
                               "distinct");
  EXPECT_TRUE(CompleteConfig(config).ok());
  return config;
}

TEST(ConfigOptionsTest, EveryLimitReachesWhatItLimits) {
  const Config config = Distinct();
  const RpcLimits limits = RpcLimitsOf(config);
  EXPECT_EQ(limits.in_flight_max, 44);
  EXPECT_EQ(limits.deadline_max, absl::Milliseconds(5005));
  EXPECT_EQ(limits.request_bytes_max, 66666u);
  EXPECT_EQ(limits.reply_bytes_max, 77777u);
  EXPECT_EQ(limits.streams_max, 8);
  EXPECT_EQ(limits.stream_age_max, absl::Milliseconds(9009));
  EXPECT_EQ(WorkersOptionsOf(config).threads, 3);
  EXPECT_EQ(WorkersOptionsOf(config).in_flight_max, 44);
  const AppOptions app = AppOptionsOf(config);
  EXPECT_THAT(app.server.addresses, ::testing::ElementsAre("127.0.0.1:0"));
  EXPECT_EQ(app.metrics_address, "[::1]:0");
  EXPECT_EQ(app.server.connection_age_max, absl::Milliseconds(10010));
  EXPECT_EQ(app.server.connection_age_grace, absl::Milliseconds(5005));
  EXPECT_EQ(app.server.memory_bytes_max, 17000000u);
  EXPECT_FALSE(app.server.reflection);
  EXPECT_EQ(app.drain, absl::Milliseconds(11));
  EXPECT_EQ(app.grace, absl::Milliseconds(12));
  EXPECT_EQ(ChannelOptionsOf(config).request_bytes_max, 66666u);
  EXPECT_EQ(ChannelOptionsOf(config).reply_bytes_max, 77777u);
}

TEST(ConfigOptionsTest, TheDefaultsAreThoseOfTheChassis) {
  Config config;
  ASSERT_TRUE(CompleteConfig(config).ok());
  const RpcLimits limits = RpcLimitsOf(config);
  const RpcLimits built_in;
  EXPECT_EQ(limits.in_flight_max, built_in.in_flight_max);
  EXPECT_EQ(limits.deadline_max, built_in.deadline_max);
  EXPECT_EQ(limits.request_bytes_max, built_in.request_bytes_max);
  EXPECT_EQ(limits.reply_bytes_max, built_in.reply_bytes_max);
  EXPECT_EQ(limits.streams_max, built_in.streams_max);
  EXPECT_EQ(limits.stream_age_max, built_in.stream_age_max);
  const AppOptions app = AppOptionsOf(config);
  EXPECT_EQ(app.drain, AppOptions().drain);
  EXPECT_EQ(app.grace, AppOptions().grace);
  EXPECT_EQ(app.server.connection_age_max, ServerOptions().connection_age_max);
  EXPECT_EQ(app.server.memory_bytes_max, ServerOptions().memory_bytes_max);
  EXPECT_TRUE(app.server.reflection);
}

}  // namespace
}  // namespace xince::runtime
