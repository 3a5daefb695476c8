#ifndef SERVICES_RUNTIME_METRICS_H_
#define SERVICES_RUNTIME_METRICS_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

/// Numbers for operators, in the Prometheus text format.
///
/// Every metric object is made at construction of whoever counts with it, never while a request is
/// served: making one locks and hashes. No label ever holds a subject, a caller or anything else
/// without a small fixed set of values. The names are an interface: services/runtime/testdata/
/// metrics.txt lists those of the chassis, and a test compares.
namespace xince::runtime {

using Labels = std::map<std::string, std::string>;

/// A number that only grows. Copies refer to the same number; they live as long as their Metrics.
class Counter {
 public:
  void Increment(int64_t by = 1) const;
  [[nodiscard]] int64_t value() const;

 private:
  friend class Metrics;
  explicit Counter(prometheus::Counter* counter) : counter_(counter) {}
  prometheus::Counter* counter_;
};

/// A number that goes up and down.
class Gauge {
 public:
  void Set(double value) const;
  void Add(double by) const;
  [[nodiscard]] double value() const;

 private:
  friend class Metrics;
  explicit Gauge(prometheus::Gauge* gauge) : gauge_(gauge) {}
  prometheus::Gauge* gauge_;
};

/// A distribution over fixed buckets.
class Histogram {
 public:
  void Observe(double value) const;

 private:
  friend class Metrics;
  explicit Histogram(prometheus::Histogram* histogram) : histogram_(histogram) {}
  prometheus::Histogram* histogram_;
};

/// Upper bounds, in seconds, for the time a call takes. A read from memory takes 50 µs to 1 ms; a
/// write waits for a disk, 1 to 25 ms; 100 ms and 1 s are where people and other programs notice;
/// 30 s is the longest deadline.
std::vector<double> LatencyBucketsSeconds();

/// What build this is.
struct BuildInfo {
  std::string version;
  std::string commit;
};

/// All metrics of a process, with those of the process itself: start time, resident memory, CPU
/// time, open files and their limit, build.
class Metrics {
 public:
  explicit Metrics(const BuildInfo& build = {});
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  /// Makes, or finds, the metric of this name and these labels. Names are
  /// `xince_<part>_<what>_<unit>`, counters end in `_total`. One name has one kind and one help
  /// text.
  Counter AddCounter(absl::string_view name, absl::string_view help, const Labels& labels = {});
  Gauge AddGauge(absl::string_view name, absl::string_view help, const Labels& labels = {});
  Histogram AddHistogram(absl::string_view name,
                         absl::string_view help,
                         const Labels& labels,
                         const std::vector<double>& upper_bounds);
  /// A gauge whose value is asked for when somebody looks. `read` must be quick, safe from any
  /// thread, and valid until this Metrics is gone.
  void AddReading(absl::string_view name,
                  absl::string_view help,
                  const Labels& labels,
                  std::function<double()> read);

  /// The text exposition format, version 0.0.4.
  [[nodiscard]] std::string Text() const;
  /// The names, sorted, one each.
  [[nodiscard]] std::vector<std::string> Names() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace xince::runtime

#endif  // SERVICES_RUNTIME_METRICS_H_
