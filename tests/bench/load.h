#ifndef TESTS_BENCH_LOAD_H_
#define TESTS_BENCH_LOAD_H_

#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

/// Load for benchmarks: a closed loop of unary calls over loopback, bounded in count and time, and the
/// processes it is sent to.
namespace xince::bench {

/// What a loop of calls saw.
struct LoadResult {
  double calls_per_second = 0;
  double p50_us = 0;
  double p99_us = 0;
  long calls = 0;
  long failed = 0;
};

/// Keeps `in_flight` calls of `method` going for `seconds`, at most `calls_max` in all. The requests are
/// serialized messages, taken in turn.
LoadResult RunLoad(const std::string& address,
                   const std::string& method,
                   const std::vector<std::string>& requests,
                   int in_flight,
                   double seconds,
                   long calls_max);

/// A gRPC server that answers every call with the same bytes: what the transport alone can do.
class BareServer {
 public:
  explicit BareServer(std::string answer);
  ~BareServer();
  [[nodiscard]] const std::string& address() const { return address_; }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  std::string address_;
};

/// A child process whose standard output's first line is read; ended by SIGTERM when it goes.
class Child {
 public:
  /// Starts `arguments[0]`; waits for the first line.
  explicit Child(const std::vector<std::string>& arguments);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  [[nodiscard]] const std::string& first_line() const { return first_line_; }
  /// CPU seconds used so far.
  [[nodiscard]] double CpuSeconds() const;
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  int output_ = -1;
  std::string first_line_;
};

/// Prints an error and ends the process.
[[noreturn]] void Fail(const std::string& what);

/// Monotonic seconds.
double Now();

/// Prints one row: name, our figure, the probe's, the ratio, and the aim.
void Report(
    const std::string& name, double ours, double probe, const std::string& unit, double aim);

}  // namespace xince::bench

#endif  // TESTS_BENCH_LOAD_H_
