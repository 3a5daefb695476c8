#ifndef TESTS_STEEL_CHILD_PROCESS_H_
#define TESTS_STEEL_CHILD_PROCESS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include <sys/types.h>

/// A program as a child of the test, its standard error in a file.
namespace xince::steel {

class ChildProcess {
 public:
  struct Options {
    /// Program and arguments.
    std::vector<std::string> command;
    /// File that receives standard error; appended to.
    std::string log;
  };

  explicit ChildProcess(Options options);
  /// Kills it.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  void Signal(int signal) const;
  /// Sets the limit of the size of files it writes, in bytes; 0 for none. A write beyond it fails as
  /// one to a full disk does, because the child ignores the signal.
  void LimitFiles(uint64_t bytes_max) const;
  /// Waits for the end: exit code, or minus the signal. After `limit` it is killed.
  int Wait(absl::Duration limit);
  /// Whether it has ended.
  [[nodiscard]] bool ended() { return Reap(false); }
  /// What it has written to standard error since it was started.
  [[nodiscard]] std::string Log() const;
  /// Value of `field` in the log line with this message, such as the address of "listening", once the
  /// line is there; empty when it does not come or the process ends.
  std::string AwaitLogged(const std::string& message, const std::string& field);

 private:
  bool Reap(bool block);

  const Options options_;
  uint64_t log_begins_ = 0;
  pid_t pid_ = 0;
  bool ended_ = false;
  int exit_code_ = 0;
};

}  // namespace xince::steel

#endif  // TESTS_STEEL_CHILD_PROCESS_H_
