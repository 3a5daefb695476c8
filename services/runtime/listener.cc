#include "services/runtime/listener.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "services/runtime/errors.h"
#include "services/runtime/log.h"

namespace xince::runtime {
namespace {

constexpr int kBacklog = 1024;
/// Pause after the system ran out of descriptors.
constexpr int kExhaustedPauseMs = 20;

absl::Status ListenFailed(absl::string_view address, absl::string_view why) {
  return FailedPrecondition("LISTEN_FAILED",
                            "",
                            absl::StrCat("cannot listen on ", address, ": ", why),
                            absl::StrCat("无法在 ", address, " 上监听:", why),
                            {{"address", std::string(address)}, {"cause", std::string(why)}});
}

absl::Status ListenFailedErrno(absl::string_view address) {
  return ListenFailed(address, std::strerror(errno));
}

union SocketAddress {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
  sockaddr_un un;
};

/// Size of the parsed address, 0 when `address` is none.
socklen_t ParseInet(absl::string_view address, SocketAddress& out) {
  const size_t colon = address.rfind(':');
  int port = 0;
  if (colon == absl::string_view::npos || !absl::SimpleAtoi(address.substr(colon + 1), &port) ||
      port < 0 || port > 65535) {
    return 0;
  }
  std::string host(address.substr(0, colon));
  if (host == "localhost") host = "127.0.0.1";
  if (absl::StartsWith(host, "[") && absl::EndsWith(host, "]")) {
    out.v6.sin6_family = AF_INET6;
    out.v6.sin6_port = htons(static_cast<uint16_t>(port));
    host = host.substr(1, host.size() - 2);
    return inet_pton(AF_INET6, host.c_str(), &out.v6.sin6_addr) == 1 ? sizeof(out.v6) : 0;
  }
  out.v4.sin_family = AF_INET;
  out.v4.sin_port = htons(static_cast<uint16_t>(port));
  return inet_pton(AF_INET, host.c_str(), &out.v4.sin_addr) == 1 ? sizeof(out.v4) : 0;
}

/// Removes a socket file that a dead process left behind. A live one is kept, and binding fails.
void RemoveStaleSocket(const sockaddr_un& address) {
  const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return;
  const bool refused =
      connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 &&
      errno == ECONNREFUSED;
  close(probe);
  if (refused) unlink(address.sun_path);
}

}  // namespace

absl::StatusOr<ListeningSocket> ListeningSocket::Open(absl::string_view address) {
  SocketAddress where;
  std::memset(&where, 0, sizeof(where));
  socklen_t size = 0;
  absl::string_view path = address;
  const bool is_unix = absl::ConsumePrefix(&path, "unix:");
  if (is_unix) {
    if (path.empty() || path.size() >= sizeof(where.un.sun_path)) {
      return ListenFailed(address, "the path is empty or too long");
    }
    where.un.sun_family = AF_UNIX;
    std::memcpy(where.un.sun_path, path.data(), path.size());
    size = sizeof(where.un);
    RemoveStaleSocket(where.un);
  } else {
    size = ParseInet(address, where);
    if (size == 0)
      return ListenFailed(address, "expected HOST:PORT with an IP address, or unix:PATH");
  }
  ListeningSocket opened;
  opened.fd_ = socket(where.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (opened.fd_ < 0) return ListenFailedErrno(address);
  const int on = 1;
  if (!is_unix) setsockopt(opened.fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (where.any.sa_family == AF_INET6) {
    setsockopt(opened.fd_, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
  }
  if (bind(opened.fd_, &where.any, size) != 0) return ListenFailedErrno(address);
  if (is_unix) opened.unix_path_ = std::string(path);
  if (listen(opened.fd_, kBacklog) != 0) return ListenFailedErrno(address);
  opened.address_ = std::string(address);
  if (!is_unix) {
    getsockname(opened.fd_, &where.any, &size);
    opened.port_ = ntohs(where.any.sa_family == AF_INET6 ? where.v6.sin6_port : where.v4.sin_port);
    opened.address_ = absl::StrCat(address.substr(0, address.rfind(':')), ":", opened.port_);
  }
  return opened;
}

ListeningSocket::ListeningSocket(ListeningSocket&& other) noexcept { *this = std::move(other); }

ListeningSocket& ListeningSocket::operator=(ListeningSocket&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(port_, other.port_);
  std::swap(address_, other.address_);
  std::swap(unix_path_, other.unix_path_);
  return *this;
}

ListeningSocket::~ListeningSocket() {
  if (!unix_path_.empty()) unlink(unix_path_.c_str());
  if (fd_ >= 0) close(fd_);
}

AcceptLoop::AcceptLoop(std::vector<ListeningSocket> sockets, std::function<void(int)> take)
    : sockets_(std::move(sockets)),
      take_(std::move(take)),
      wake_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      thread_([this] { Run(); }) {
  Check(wake_fd_ >= 0, "eventfd failed");
}

AcceptLoop::~AcceptLoop() {
  Stop();
  close(wake_fd_);
}

void AcceptLoop::Stop() {
  if (!thread_.joinable()) return;
  const uint64_t one = 1;
  (void)!write(wake_fd_, &one, sizeof(one));
  thread_.join();
  sockets_.clear();
}

void AcceptLoop::Run() {
  std::vector<pollfd> polled = {{wake_fd_, POLLIN, 0}};
  for (const ListeningSocket& socket : sockets_) polled.push_back({socket.fd(), POLLIN, 0});
  bool exhausted = false;
  while (true) {
    // While exhausted, only the wake-up is waited for: the sockets stay readable and would spin.
    const int ready =
        poll(polled.data(), exhausted ? 1 : polled.size(), exhausted ? kExhaustedPauseMs : -1);
    if (ready < 0 && errno != EINTR) return;
    if (ready > 0 && (polled[0].revents & POLLIN) != 0) return;
    exhausted = false;
    for (size_t i = 1; i < polled.size(); ++i) {
      if (!AcceptAll(polled[i].fd)) exhausted = true;
    }
  }
}

bool AcceptLoop::AcceptAll(int listening_fd) {
  while (true) {
    const int fd = accept4(listening_fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      const int on = 1;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));  // Fails on a unix socket: fine.
      take_(fd);
      continue;
    }
    switch (errno) {
      case EMFILE:
      case ENFILE:
      case ENOBUFS:
      case ENOMEM:
        return false;
      case EINTR:
      case ECONNABORTED:
        continue;
      default:
        return true;
    }
  }
}

}  // namespace xince::runtime
