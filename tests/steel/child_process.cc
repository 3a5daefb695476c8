#include "tests/steel/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include <sys/resource.h>
#include <sys/wait.h>

#include "tests/steel/register.h"

namespace xince::steel {
namespace {

constexpr absl::Duration kLineTimeout = absl::Seconds(20);

rlimit FileLimit(uint64_t bytes_max) {
  return {.rlim_cur = bytes_max == 0 ? RLIM_INFINITY : bytes_max, .rlim_max = RLIM_INFINITY};
}

// In the child, where only what is safe after a fork may be called.
[[noreturn]] void Become(char* const* arguments, int log) {
  dup2(log, STDERR_FILENO);
  // The new program keeps an ignored signal ignored: writes beyond the limit then return EFBIG.
  signal(SIGXFSZ, SIG_IGN);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execv(arguments[0], arguments);
  _exit(127);
}

}  // namespace

ChildProcess::ChildProcess(Options options) : options_(std::move(options)) {
  std::error_code error;
  log_begins_ = std::filesystem::exists(options_.log, error)
                    ? std::filesystem::file_size(options_.log, error)
                    : 0;
  const int log = open(options_.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  std::vector<char*> arguments;
  for (const std::string& argument : options_.command) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  pid_ = fork();
  if (pid_ == 0) Become(arguments.data(), log);
  close(log);
}

ChildProcess::~ChildProcess() {
  if (Reap(false)) return;
  Signal(SIGKILL);
  (void)Reap(true);
}

bool ChildProcess::Reap(bool block) {
  int status = 0;
  if (ended_ || waitpid(pid_, &status, block ? 0 : WNOHANG) != pid_) return ended_;
  ended_ = true;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  return true;
}

void ChildProcess::Signal(int signal) const {
  if (!ended_) kill(pid_, signal);
}

void ChildProcess::LimitFiles(uint64_t bytes_max) const {
  const rlimit limit = FileLimit(bytes_max);
  prlimit(pid_, RLIMIT_FSIZE, &limit, nullptr);
}

int ChildProcess::Wait(absl::Duration limit) {
  if (!WaitUntil(limit, [this] { return Reap(false); })) {
    Signal(SIGKILL);
    (void)Reap(true);
  }
  return exit_code_;
}

std::string ChildProcess::Log() const {
  std::ifstream in(options_.log, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(log_begins_));
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string ChildProcess::AwaitLogged(const std::string& message, const std::string& field) {
  const std::string line = absl::StrCat("\"message\":\"", message, "\"");
  const std::string key = absl::StrCat("\"", field, "\":\"");
  std::string value;
  (void)WaitUntil(kLineTimeout, [&] {
    const bool ended = Reap(false);
    const std::string log = Log();
    const size_t at = log.find(line);
    const size_t end = at == std::string::npos ? at : log.find('\n', at);
    if (end == std::string::npos) return ended;
    const size_t begin = log.find(key, at);
    if (begin < end) {
      const size_t from = begin + key.size();
      value = log.substr(from, log.find('"', from) - from);
    }
    return true;
  });
  return value;
}

}  // namespace xince::steel
