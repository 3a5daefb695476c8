#ifndef SERVICES_RUNTIME_CONFIG_OPTIONS_H_
#define SERVICES_RUNTIME_CONFIG_OPTIONS_H_

#include "services/runtime/app.h"
#include "services/runtime/config.h"
#include "services/runtime/rpc_service.h"
#include "services/runtime/workers.h"

/// What a completed configuration means for the chassis. `config` has passed CompleteConfig.
namespace xince::runtime {

RpcLimits RpcLimitsOf(const Config& config);

/// The pool of one module.
Workers::Options WorkersOptionsOf(const Config& config);

/// Addresses, connection and stop times. A connection that closes gives its calls the longest
/// deadline there is.
AppOptions AppOptionsOf(const Config& config);

/// Limits of channels to other processes of the same configuration.
Channel::Options ChannelOptionsOf(const Config& config);

}  // namespace xince::runtime

#endif  // SERVICES_RUNTIME_CONFIG_OPTIONS_H_
