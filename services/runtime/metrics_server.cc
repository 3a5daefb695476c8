#include "services/runtime/metrics_server.h"

#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include <sys/socket.h>

#include "httplib.h"
#include "services/runtime/errors.h"

namespace xince::runtime {
namespace {

/// Scrapers come one at a time; more threads would only hold memory.
constexpr size_t kThreads = 2;
/// Requests have no body.
constexpr size_t kBodyBytesMax = 1024;

absl::Status ListenFailed(absl::string_view address) {
  return FailedPrecondition(
      "LISTEN_FAILED",
      "",
      absl::StrCat("cannot serve metrics on ",
                   address,
                   ": the address is in use, not of this machine, or no HOST:PORT"),
      absl::StrCat("无法在 ", address, " 上提供指标:地址被占用、不属于本机或格式有误"),
      {{"address", std::string(address)}});
}

}  // namespace

struct MetricsServer::Impl {
  httplib::Server http;
  std::string address;
  std::thread thread;
};

MetricsServer::MetricsServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

MetricsServer::~MetricsServer() {
  // stop() before the listening loop began would be lost.
  while (!impl_->http.is_running()) std::this_thread::yield();
  impl_->http.stop();
  impl_->thread.join();
}

const std::string& MetricsServer::address() const { return impl_->address; }

absl::StatusOr<std::unique_ptr<MetricsServer>> MetricsServer::Start(absl::string_view address,
                                                                    const Metrics& metrics,
                                                                    std::function<bool()> alive) {
  const size_t colon = address.rfind(':');
  int port = 0;
  if (colon == absl::string_view::npos || !absl::SimpleAtoi(address.substr(colon + 1), &port) ||
      port < 0 || port > 65535) {
    return ListenFailed(address);
  }
  std::string host(address.substr(0, colon));
  if (absl::StartsWith(host, "[") && absl::EndsWith(host, "]")) {
    host = host.substr(1, host.size() - 2);
  }
  auto impl = std::make_unique<Impl>();
  httplib::Server& http = impl->http;
  http.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  http.set_payload_max_length(kBodyBytesMax);
  // The library's default shares the port with other processes.
  http.set_socket_options([](socket_t socket) {
    const int on = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  });
  http.Get("/metrics", [&metrics](const httplib::Request&, httplib::Response& response) {
    response.set_content(metrics.Text(), "text/plain; version=0.0.4; charset=utf-8");
  });
  http.Get("/healthz",
           [alive = std::move(alive)](const httplib::Request&, httplib::Response& response) {
             const bool ok = alive();
             response.status = ok ? 200 : 503;
             response.set_content(ok ? "ok\n" : "not alive\n", "text/plain; charset=utf-8");
           });
  if (port == 0) {
    port = http.bind_to_any_port(host);
    if (port < 0) return ListenFailed(address);
  } else if (!http.bind_to_port(host, port)) {
    return ListenFailed(address);
  }
  impl->address = absl::StrCat(address.substr(0, colon), ":", port);
  impl->thread = std::thread([&http] { http.listen_after_bind(); });
  return std::make_unique<MetricsServer>(std::move(impl));
}

}  // namespace xince::runtime
