#include "services/runtime/server.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include <grpc/grpc.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include "services/runtime/client_internal.h"
#include "services/runtime/errors.h"
#include "services/runtime/listener.h"
#include "services/runtime/log.h"
#include "services/runtime/mutex.h"
#include "services/runtime/rpc_internal.h"

namespace xince::runtime {
namespace {

/// How long nothing may happen on a server that shuts down before its connections are closed: clients
/// that are awake have long left by then.
constexpr std::chrono::milliseconds kIdleSettle(400);
constexpr std::chrono::milliseconds kIdlePoll(20);

/// Drops the plug-in that serves descriptors. Linking it in adds it to every server of the process.
class NoReflection final : public grpc::ServerBuilderOption {
 public:
  void UpdateArguments(grpc::ChannelArguments* /*args*/) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    plugins->erase(std::remove_if(plugins->begin(),
                                  plugins->end(),
                                  [](const auto& plugin) {
                                    return plugin->name() == "proto_server_reflection";
                                  }),
                   plugins->end());
  }
};

/// Answers calls to methods nobody serves, with a reason.
class UnknownMethods final : public grpc::CallbackGenericService {
 public:
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    class Refusal final : public grpc::ServerGenericBidiReactor {
     public:
      explicit Refusal(const std::string& method) {
        Finish(ToGrpc(ToStatus(Problem{.code = absl::StatusCode::kUnimplemented,
                                       .reason = "UNKNOWN_METHOD",
                                       .en = "this server has no such method",
                                       .zh = "本服务器没有该方法",
                                       .metadata = {{"method", method.substr(0, 200)}}})));
      }
      void OnDone() override { delete this; }
    };
    return new Refusal(context->method());
  }
};

void SetArguments(const ServerOptions& options, grpc::ServerBuilder& builder) {
  const auto millis = [](absl::Duration d) {
    return static_cast<int>(absl::ToInt64Milliseconds(d));
  };
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, options.streams_per_connection_max);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMetadataBytesMax);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, millis(options.connection_age_max));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS,
                             millis(options.connection_age_grace));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveTimeMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kPingIntervalMinMs);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 2);
  grpc::ResourceQuota quota("xince");
  quota.Resize(options.memory_bytes_max);
  builder.SetResourceQuota(quota);
}

/// The largest of the services' limits, with room for the door to refuse what is somewhat larger.
void SetMessageSizes(const std::vector<RpcService*>& services, grpc::ServerBuilder& builder) {
  size_t receive = kReceiveSlackBytes;
  size_t send = kReceiveSlackBytes;
  for (const RpcService* service : services) {
    receive = std::max(receive, service->limits().request_bytes_max + kReceiveSlackBytes);
    send = std::max(send, service->limits().reply_bytes_max);
  }
  builder.SetMaxReceiveMessageSize(static_cast<int>(receive));
  builder.SetMaxSendMessageSize(static_cast<int>(send));
}

}  // namespace

/// Ends connections on which nothing happens any more, while a server shuts down. The library asks every
/// client for a sign of life before it closes its connection, and a client without a call does not look
/// at it for seconds: the grace, which is for calls that run, would be spent on those without any.
class IdleCloser {
 public:
  IdleCloser(grpc::Server& server, const std::vector<RpcService*>& services)
      : server_(server), services_(services), thread_([this] { Run(); }) {}
  ~IdleCloser() {
    {
      MutexLock lock(mutex_);
      over_ = true;
      changed_.NotifyAll();
    }
    thread_.join();
  }
  IdleCloser(const IdleCloser&) = delete;
  IdleCloser& operator=(const IdleCloser&) = delete;

 private:
  void Run() {
    std::chrono::milliseconds idle(0);
    while (idle < kIdleSettle) {
      {
        MutexLock lock(mutex_);
        if (!over_) changed_.WaitFor(mutex_, kIdlePoll);
        if (over_) return;
      }
      const bool busy = std::any_of(services_.begin(), services_.end(), [](RpcService* service) {
        return service->impl().unfinished.load() > 0;
      });
      idle = busy ? std::chrono::milliseconds(0) : idle + kIdlePoll;
    }
    grpc_server_cancel_all_calls(server_.c_server());
  }

  grpc::Server& server_;
  const std::vector<RpcService*>& services_;
  Mutex mutex_;
  CondVar changed_;
  bool over_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

struct Server::Impl {
  std::vector<RpcService*> services;
  std::vector<std::string> addresses;
  UnknownMethods unknown_local;
  UnknownMethods unknown_network;
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> acceptor;
  /// Two servers over the same services, because the library's in-process transport knows no grace:
  /// calls of the network go on calling within the process while the network's server drains.
  std::unique_ptr<grpc::Server> local;
  std::unique_ptr<grpc::Server> network;  // Null without addresses.
  std::shared_ptr<LocalGate> gate = std::make_shared<LocalGate>();
  std::unique_ptr<AcceptLoop> accept_loop;
  bool stopped = false;

  [[nodiscard]] std::unique_ptr<grpc::Server> Build(const ServerOptions& options, bool listens);
  [[nodiscard]] std::vector<grpc::Server*> servers() const {
    return network == nullptr ? std::vector<grpc::Server*>{local.get()}
                              : std::vector<grpc::Server*>{local.get(), network.get()};
  }
};

std::unique_ptr<grpc::Server> Server::Impl::Build(const ServerOptions& options, bool listens) {
  grpc::ServerBuilder builder;
  SetArguments(options, builder);
  SetMessageSizes(services, builder);
  if (!listens || !options.reflection) builder.SetOption(std::make_unique<NoReflection>());
  if (listens) {
    acceptor = builder.experimental().AddExternalConnectionAcceptor(
        grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
        grpc::InsecureServerCredentials());
  }
  for (RpcService* service : services) builder.RegisterService(&service->impl());
  builder.RegisterCallbackGenericService(listens ? &unknown_network : &unknown_local);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server != nullptr) server->GetHealthCheckService()->SetServingStatus(false);
  return server;
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() { Stop(absl::ZeroDuration(), absl::ZeroDuration()); }

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options,
                                                      const std::vector<RpcService*>& services) {
  RouteLibraryLogs();
  for (const RpcService* service : services) XINCE_RETURN_IF_ERROR(service->Seal());
  std::vector<ListeningSocket> sockets;
  for (const std::string& address : options.addresses) {
    XINCE_ASSIGN_OR_RETURN(ListeningSocket socket, ListeningSocket::Open(address));
    sockets.push_back(std::move(socket));
  }
  auto impl = std::make_unique<Impl>();
  impl->services = services;
  for (const ListeningSocket& socket : sockets) impl->addresses.push_back(socket.address());
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  impl->local = impl->Build(options, /*listens=*/false);
  if (!sockets.empty()) impl->network = impl->Build(options, /*listens=*/true);
  if (impl->local == nullptr || (!sockets.empty() && impl->network == nullptr)) {
    return FailedPrecondition("SERVER_START_FAILED",
                              "",
                              "the RPC server did not start; the log has the library's reason",
                              "RPC 服务器未能启动,原因见日志");
  }
  if (!sockets.empty()) {
    impl->accept_loop =
        std::make_unique<AcceptLoop>(std::move(sockets), [acceptor = impl->acceptor.get()](int fd) {
          grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters connection;
          connection.fd = fd;
          acceptor->HandleNewConnection(&connection);
        });
  }
  return std::make_unique<Server>(std::move(impl));
}

const std::vector<std::string>& Server::addresses() const { return impl_->addresses; }

std::shared_ptr<Channel> Server::InProcess() {
  return std::make_shared<Channel>(std::make_unique<Channel::Impl>(
      impl_->local->InProcessChannel(ClientArguments(Channel::Options{})), impl_->gate));
}

void Server::SetServing(absl::string_view name, bool serving) {
  for (grpc::Server* server : impl_->servers()) {
    server->GetHealthCheckService()->SetServingStatus(std::string(name), serving);
  }
}

void Server::Stop(absl::Duration drain, absl::Duration grace) {
  if (std::exchange(impl_->stopped, true)) return;
  for (grpc::Server* server : impl_->servers()) {
    server->GetHealthCheckService()->SetServingStatus(false);
  }
  absl::SleepFor(drain);
  const absl::Time deadline = absl::Now() + grace;
  for (RpcService* service : impl_->services) service->StopStreams();
  if (impl_->network != nullptr) {
    impl_->accept_loop->Stop();
    const IdleCloser closer(*impl_->network, impl_->services);
    impl_->network->Shutdown(absl::ToChronoTime(deadline));
  }
  impl_->gate->Close(deadline);
  impl_->local->Shutdown(absl::ToChronoTime(deadline));
}

}  // namespace xince::runtime
