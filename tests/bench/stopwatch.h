#ifndef TESTS_BENCH_STOPWATCH_H_
#define TESTS_BENCH_STOPWATCH_H_

#include <chrono>

#include <sys/resource.h>

namespace xince::bench {

/// How long something took.
struct Took {
  /// By the clock.
  double seconds = 0;
  /// Of processors, by all threads of the process: other load on the machine changes it little.
  double cpu_seconds = 0;
};

/// Measures from its making.
class Stopwatch {
 public:
  [[nodiscard]] Took Read() const {
    const auto elapsed = std::chrono::steady_clock::now() - began_;
    return {.seconds = std::chrono::duration<double>(elapsed).count(),
            .cpu_seconds = CpuSeconds() - cpu_began_};
  }

 private:
  static double CpuSeconds() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1e-6;
  }

  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  const double cpu_began_ = CpuSeconds();
};

}  // namespace xince::bench

#endif  // TESTS_BENCH_STOPWATCH_H_
