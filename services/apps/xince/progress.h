#ifndef SERVICES_APPS_XINCE_PROGRESS_H_
#define SERVICES_APPS_XINCE_PROGRESS_H_

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"

#include "services/runtime/clock.h"
#include "services/runtime/mutex.h"

namespace xince::cli {

/// A bar on standard error, where that is a terminal; nothing anywhere else. Safe from any thread.
class Progress {
 public:
  Progress(std::string title, size_t total, const runtime::Clock& clock);
  /// Clears the line.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Add(size_t done) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Draw() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string title_;
  const size_t total_;
  const runtime::Clock& clock_;
  const bool shown_;
  runtime::Mutex mutex_;
  size_t done_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Time drawn_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace xince::cli

#endif  // SERVICES_APPS_XINCE_PROGRESS_H_
