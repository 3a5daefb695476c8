#ifndef TESTS_REDIS_REDIS_SERVER_FIXTURE_H_
#define TESTS_REDIS_REDIS_SERVER_FIXTURE_H_

#include <initializer_list>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include <sys/types.h>

#include "services/journal/redis_connection.h"

/// A private redis-server for a test: its own temporary directory, pid file and unix socket, ended
/// by its pid. A test that needs one fails, and does not skip, where the program is missing.
///
///     auto server = RedisServer::Start({}).value();
///     auto journal = OpenRedisJournal({.name = "test/journal", .endpoint = server->endpoint(), ...});
namespace xince::testing_redis {

/// A directory that goes with the object.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// A port of 127.0.0.1 that was free a moment ago.
int FreePort();

/// One server process.
class RedisServer {
 public:
  struct Options {
    /// `min-replicas-to-write`: what a journal declares as its replicas.
    int replicas = 0;
    /// Also listens on 127.0.0.1, on a free port, so that replicas can reach it.
    bool tcp = false;
    /// Port of the primary on 127.0.0.1; 0 for a primary.
    int replica_of = 0;
    /// Settings beside or instead of the strict ones (services/journal/redis_settings.h).
    std::map<std::string, std::string> settings;
  };

  /// Starts a server with strict settings and waits until it answers.
  static absl::StatusOr<std::unique_ptr<RedisServer>> Start(const Options& options);
  /// Kills it.
  ~RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  /// By unix socket.
  [[nodiscard]] journal::RedisEndpoint endpoint() const;
  /// 0 without `tcp`.
  [[nodiscard]] int port() const { return port_; }
  /// Where the append-only files are. May be replaced while the server is not running.
  [[nodiscard]] std::string data_directory() const { return directory_.path() + "/data"; }

  /// kill -9, and waits for the end. Also ends a paused server; what its sockets held is lost.
  void Kill();
  /// Starts it again on its data, after Kill.
  absl::Status Restart();
  /// Holds the process (SIGSTOP): connections stay open, nothing is answered.
  void Pause();
  void Resume();

  /// Runs a command on a connection of its own. Returns its reply if that is a string or number, or
  /// `(array)`.
  absl::StatusOr<std::string> Command(std::initializer_list<absl::string_view> args) const;
  /// CONFIG SET; fails the test on an error.
  void Configure(absl::string_view setting, absl::string_view value) const;
  /// Waits until the append-only files hold everything. A replica that was just synchronized keeps
  /// its data in memory until its first rewrite is done, and acknowledges meanwhile.
  absl::Status WaitUntilOnDisk() const;
  /// Waits until `replicas` replicas have everything this primary has.
  absl::Status WaitUntilReplicated(int replicas) const;

 private:
  explicit RedisServer(const Options& options) : options_(options) {}
  absl::Status Launch();
  absl::Status AwaitAnswer();

  const Options options_;
  TemporaryDirectory directory_;
  int port_ = 0;
  pid_t pid_ = 0;
};

}  // namespace xince::testing_redis

#endif  // TESTS_REDIS_REDIS_SERVER_FIXTURE_H_
