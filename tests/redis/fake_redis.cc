#include "tests/redis/fake_redis.h"

#include <poll.h>
#include <unistd.h>

#include <cstring>

#include "absl/strings/str_cat.h"
#include <sys/socket.h>
#include <sys/un.h>

#include "gtest/gtest.h"

namespace xince::testing_redis {
namespace {

/// True when `fd` can be read, false when `stop` can.
bool Readable(int fd, int stop) {
  pollfd both[2] = {{fd, POLLIN, 0}, {stop, POLLIN, 0}};
  poll(both, 2, -1);
  return both[1].revents == 0;
}

}  // namespace

FakeRedis::FakeRedis(std::vector<std::string> answers) : answers_(std::move(answers)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, endpoint().unix_socket.c_str(), sizeof(address.sun_path) - 1);
  listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  EXPECT_EQ(listen(listener_, 16), 0);
  EXPECT_EQ(pipe(stop_), 0);
  thread_ = std::thread([this] { Run(); });
}

FakeRedis::~FakeRedis() {
  close(stop_[1]);
  thread_.join();
  close(stop_[0]);
  close(listener_);
}

journal::RedisEndpoint FakeRedis::endpoint() const {
  return {.unix_socket = directory_.path() + "/s", .label = "test"};
}

void FakeRedis::Run() {
  while (Readable(listener_, stop_[0])) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    ++connections_;
    Serve(fd);
    close(fd);
  }
}

void FakeRedis::Serve(int fd) {
  char buffer[4096];
  for (size_t i = 0; Readable(fd, stop_[0]); ++i) {
    if (recv(fd, buffer, sizeof(buffer), 0) <= 0) return;
    const std::string answer = i < answers_.size() ? answers_[i] : kSilence;
    if (answer == kClose) return;
    send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
  }
}

std::string BulkReply(const std::string& text) {
  return absl::StrCat("$", text.size(), "\r\n", text, "\r\n");
}

}  // namespace xince::testing_redis
