#ifndef SERVICES_RUNTIME_LISTENER_H_
#define SERVICES_RUNTIME_LISTENER_H_

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace xince::runtime {

/// One listening socket.
class ListeningSocket {
 public:
  /// Binds and listens. `address` is `HOST:PORT` with an IPv4 address, an IPv6 address in brackets
  /// or `localhost` (127.0.0.1), or `unix:PATH`. Port 0 takes a free one. No other process can bind
  /// the same address meanwhile. A unix socket that nobody listens on any more is replaced. Errors:
  /// LISTEN_FAILED with the address and the system's reason.
  static absl::StatusOr<ListeningSocket> Open(absl::string_view address);

  ListeningSocket(ListeningSocket&& other) noexcept;
  ListeningSocket& operator=(ListeningSocket&& other) noexcept;
  /// Closes, and removes the file of a unix socket.
  ~ListeningSocket();

  [[nodiscard]] int fd() const { return fd_; }
  /// The address with the port chosen.
  [[nodiscard]] const std::string& address() const { return address_; }
  /// The port; 0 for a unix socket.
  [[nodiscard]] int port() const { return port_; }

 private:
  ListeningSocket() = default;
  int fd_ = -1;
  int port_ = 0;
  std::string address_;
  std::string unix_path_;
};

/// Accepts connections on a thread of its own and hands them on.
///
/// When the process has no file descriptors left, it waits a little and goes on: those who wait in
/// the kernel's queue are served once some are free.
class AcceptLoop {
 public:
  /// `take` owns the connection's descriptor, which is non-blocking and closed on exec; it must be
  /// quick.
  AcceptLoop(std::vector<ListeningSocket> sockets, std::function<void(int fd)> take);
  /// As Stop().
  ~AcceptLoop();
  AcceptLoop(const AcceptLoop&) = delete;
  AcceptLoop& operator=(const AcceptLoop&) = delete;

  /// Ends the thread and closes the sockets: whoever connects from now on is refused.
  void Stop();

 private:
  void Run();
  /// False when the system has no descriptors or memory left.
  bool AcceptAll(int listening_fd);

  std::vector<ListeningSocket> sockets_;
  const std::function<void(int)> take_;
  int wake_fd_;
  std::thread thread_;
};

}  // namespace xince::runtime

#endif  // SERVICES_RUNTIME_LISTENER_H_
