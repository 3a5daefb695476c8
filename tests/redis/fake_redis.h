#ifndef TESTS_REDIS_FAKE_REDIS_H_
#define TESTS_REDIS_FAKE_REDIS_H_

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "services/journal/redis_connection.h"
#include "tests/redis/redis_server_fixture.h"

/// A server that says what a test wants to hear: old versions, errors, nonsense, silence.
namespace xince::testing_redis {

class FakeRedis {
 public:
  /// Closes the connection instead of answering.
  static constexpr char kClose[] = "close";
  /// Does not answer.
  static constexpr char kSilence[] = "";

  /// Each command on a connection gets the next of `answers` (in the wire protocol); after the last
  /// there is silence. Each connection starts with the first.
  explicit FakeRedis(std::vector<std::string> answers);
  ~FakeRedis();
  FakeRedis(const FakeRedis&) = delete;
  FakeRedis& operator=(const FakeRedis&) = delete;

  [[nodiscard]] journal::RedisEndpoint endpoint() const;
  /// How many connections were made.
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void Run();
  void Serve(int fd);

  const std::vector<std::string> answers_;
  TemporaryDirectory directory_;
  int listener_ = -1;
  int stop_[2] = {-1, -1};
  std::atomic<int> connections_ = 0;
  std::thread thread_;
};

/// A bulk string in the wire protocol.
std::string BulkReply(const std::string& text);

}  // namespace xince::testing_redis

#endif  // TESTS_REDIS_FAKE_REDIS_H_
