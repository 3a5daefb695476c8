#include "services/runtime/config_options.h"

namespace xince::runtime {

RpcLimits RpcLimitsOf(const Config& config) {
  const auto& limits = config.limits();
  return {.in_flight_max = limits.in_flight_max(),
          .deadline_max = absl::Milliseconds(limits.deadline_max_ms()),
          .request_bytes_max = static_cast<size_t>(limits.request_bytes_max()),
          .reply_bytes_max = static_cast<size_t>(limits.reply_bytes_max()),
          .streams_max = limits.streams_max(),
          .stream_age_max = absl::Milliseconds(limits.stream_age_max_ms())};
}

Workers::Options WorkersOptionsOf(const Config& config) {
  return {.threads = config.limits().worker_threads(),
          .in_flight_max = config.limits().in_flight_max()};
}

AppOptions AppOptionsOf(const Config& config) {
  const auto& limits = config.limits();
  AppOptions options;
  options.server.addresses = {config.listen().grpc_address()};
  options.server.connection_age_max = absl::Milliseconds(limits.connection_age_max_ms());
  options.server.connection_age_grace = absl::Milliseconds(limits.deadline_max_ms());
  options.server.memory_bytes_max = static_cast<size_t>(limits.memory_bytes_max());
  options.server.reflection = !config.reflection_off();
  options.metrics_address = config.listen().metrics_address();
  options.drain = absl::Milliseconds(limits.drain_ms());
  options.grace = absl::Milliseconds(limits.grace_ms());
  return options;
}

Channel::Options ChannelOptionsOf(const Config& config) {
  return {.request_bytes_max = static_cast<size_t>(config.limits().request_bytes_max()),
          .reply_bytes_max = static_cast<size_t>(config.limits().reply_bytes_max())};
}

}  // namespace xince::runtime
