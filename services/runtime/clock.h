#ifndef SERVICES_RUNTIME_CLOCK_H_
#define SERVICES_RUNTIME_CLOCK_H_

#include <atomic>

#include "absl/time/time.h"

/// Time as an argument. Nothing outside this directory asks the operating system what time it is.
namespace xince::runtime {

/// Source of the present instant. Implementations are safe to call from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual absl::Time Now() const = 0;
};

/// The operating system's clock.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] absl::Time Now() const override;
};

/// A clock that moves only when told to.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(absl::Time now) : now_us_(absl::ToUnixMicros(now)) {}
  [[nodiscard]] absl::Time Now() const override { return absl::FromUnixMicros(now_us_.load()); }
  void SetTime(absl::Time now) { now_us_ = absl::ToUnixMicros(now); }
  void AdvanceTime(absl::Duration by) { now_us_ += absl::ToInt64Microseconds(by); }

 private:
  std::atomic<int64_t> now_us_;
};

}  // namespace xince::runtime

#endif  // SERVICES_RUNTIME_CLOCK_H_
