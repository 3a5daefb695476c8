#ifndef SERVICES_RUNTIME_CLIENT_INTERNAL_H_
#define SERVICES_RUNTIME_CLIENT_INTERNAL_H_

#include <memory>
#include <utility>

#include <grpcpp/channel.h>
#include <grpcpp/support/channel_arguments.h>

#include "services/runtime/client.h"

namespace xince::runtime {

/// The channel as gRPC knows it. Included by server.cc and client.cc only.
struct Channel::Impl {
  explicit Impl(std::shared_ptr<grpc::Channel> channel) : channel(std::move(channel)) {}
  const std::shared_ptr<grpc::Channel> channel;
};

/// Limits and keepalive of a channel.
grpc::ChannelArguments ClientArguments(const Channel::Options& options);

}  // namespace xince::runtime

#endif  // SERVICES_RUNTIME_CLIENT_INTERNAL_H_
