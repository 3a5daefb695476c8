#include "services/runtime/metrics.h"

#include <dirent.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <set>
#include <sstream>
#include <utility>

#include <sys/resource.h>

#include "prometheus/counter.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"
#include "prometheus/text_serializer.h"
#include "services/runtime/mutex.h"

namespace xince::runtime {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

MetricFamily Single(std::string name, std::string help, MetricType type, double value) {
  MetricFamily family{.name = std::move(name), .help = std::move(help), .type = type, .metric = {}};
  ClientMetric metric;
  if (type == MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
  family.metric.push_back(std::move(metric));
  return family;
}

double ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  int64_t total_pages = 0;
  int64_t resident_pages = 0;
  statm >> total_pages >> resident_pages;
  return static_cast<double>(resident_pages) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double OpenFiles() {
  DIR* dir = opendir("/proc/self/fd");
  if (dir == nullptr) return 0;
  // The listing itself holds one, and "." and ".." are none.
  int64_t count = -3;
  while (readdir(dir) != nullptr) ++count;
  closedir(dir);
  return static_cast<double>(count);
}

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double OpenFilesLimit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<double>(limit.rlim_cur);
}

}  // namespace

void Counter::Increment(int64_t by) const { counter_->Increment(static_cast<double>(by)); }
int64_t Counter::value() const { return static_cast<int64_t>(counter_->Value()); }
void Gauge::Set(double value) const { gauge_->Set(value); }
void Gauge::Add(double by) const { gauge_->Increment(by); }
double Gauge::value() const { return gauge_->Value(); }
void Histogram::Observe(double value) const { histogram_->Observe(value); }

std::vector<double> LatencyBucketsSeconds() {
  return {0.0001,
          0.00025,
          0.0005,
          0.001,
          0.0025,
          0.005,
          0.01,
          0.025,
          0.05,
          0.1,
          0.25,
          0.5,
          1,
          2.5,
          5,
          10,
          30};
}

struct Metrics::Impl {
  struct Reading {
    std::string help;
    std::vector<std::pair<Labels, std::function<double()>>> sources;
  };

  [[nodiscard]] std::vector<MetricFamily> Collect() const;

  prometheus::Registry registry;
  double start_seconds =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  mutable Mutex mutex;
  std::map<std::string, Reading> readings ABSL_GUARDED_BY(mutex);
};

std::vector<MetricFamily> Metrics::Impl::Collect() const {
  std::vector<MetricFamily> families = registry.Collect();
  {
    MutexLock lock(mutex);
    for (const auto& [name, reading] : readings) {
      MetricFamily family{
          .name = name, .help = reading.help, .type = MetricType::Gauge, .metric = {}};
      for (const auto& [labels, read] : reading.sources) {
        ClientMetric metric;
        for (const auto& [key, value] : labels) metric.label.push_back({key, value});
        metric.gauge.value = read();
        family.metric.push_back(std::move(metric));
      }
      families.push_back(std::move(family));
    }
  }
  families.push_back(Single("process_start_time_seconds",
                            "When the process started, seconds since 1970.",
                            MetricType::Gauge,
                            start_seconds));
  families.push_back(Single("process_resident_memory_bytes",
                            "Memory the process holds in RAM.",
                            MetricType::Gauge,
                            ResidentBytes()));
  families.push_back(Single("process_cpu_seconds_total",
                            "User and system CPU time used.",
                            MetricType::Counter,
                            CpuSeconds()));
  families.push_back(
      Single("process_open_fds", "Open files and sockets.", MetricType::Gauge, OpenFiles()));
  families.push_back(Single("process_max_fds",
                            "Most files and sockets that may be open.",
                            MetricType::Gauge,
                            OpenFilesLimit()));
  return families;
}

Metrics::Metrics(const BuildInfo& build) : impl_(std::make_unique<Impl>()) {
  AddGauge("xince_build_info",
           "Always 1; the labels say which build runs.",
           {{"version", build.version}, {"commit", build.commit}})
      .Set(1);
}

Metrics::~Metrics() = default;

Counter Metrics::AddCounter(absl::string_view name, absl::string_view help, const Labels& labels) {
  return Counter(&prometheus::BuildCounter()
                      .Name(std::string(name))
                      .Help(std::string(help))
                      .Register(impl_->registry)
                      .Add(labels));
}

Gauge Metrics::AddGauge(absl::string_view name, absl::string_view help, const Labels& labels) {
  return Gauge(&prometheus::BuildGauge()
                    .Name(std::string(name))
                    .Help(std::string(help))
                    .Register(impl_->registry)
                    .Add(labels));
}

Histogram Metrics::AddHistogram(absl::string_view name,
                                absl::string_view help,
                                const Labels& labels,
                                const std::vector<double>& upper_bounds) {
  return Histogram(&prometheus::BuildHistogram()
                        .Name(std::string(name))
                        .Help(std::string(help))
                        .Register(impl_->registry)
                        .Add(labels, upper_bounds));
}

void Metrics::AddReading(absl::string_view name,
                         absl::string_view help,
                         const Labels& labels,
                         std::function<double()> read) {
  MutexLock lock(impl_->mutex);
  Impl::Reading& reading = impl_->readings[std::string(name)];
  reading.help = std::string(help);
  reading.sources.emplace_back(labels, std::move(read));
}

std::string Metrics::Text() const {
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, impl_->Collect());
  return std::move(out).str();
}

std::vector<std::string> Metrics::Names() const {
  std::set<std::string> names;
  for (const MetricFamily& family : impl_->Collect()) names.insert(family.name);
  return {names.begin(), names.end()};
}

}  // namespace xince::runtime
