#include "services/runtime/clock.h"

#include "absl/time/clock.h"

namespace xince::runtime {

absl::Time SystemClock::Now() const { return absl::Now(); }

}  // namespace xince::runtime
