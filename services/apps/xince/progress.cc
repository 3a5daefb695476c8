#include "services/apps/xince/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include <fmt/format.h>

namespace xince::cli {
namespace {

constexpr size_t kBarColumns = 30;
constexpr absl::Duration kDrawEvery = absl::Milliseconds(100);

}  // namespace

Progress::Progress(std::string title, size_t total, const runtime::Clock& clock)
    : title_(std::move(title)), total_(total), clock_(clock), shown_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (shown_) std::fputs("\r\033[K", stderr);
}

void Progress::Add(size_t done) {
  const runtime::MutexLock lock(mutex_);
  done_ = std::min(total_, done_ + done);
  if (!shown_) return;
  const absl::Time now = clock_.Now();
  if (done_ < total_ && now - drawn_ < kDrawEvery) return;
  drawn_ = now;
  Draw();
}

void Progress::Draw() {
  const size_t filled = total_ == 0 ? kBarColumns : done_ * kBarColumns / total_;
  const std::string line = fmt::format("\r{} [{}{}] {}/{}",
                                       title_,
                                       std::string(filled, '#'),
                                       std::string(kBarColumns - filled, '.'),
                                       done_,
                                       total_);
  std::fputs(line.c_str(), stderr);
}

}  // namespace xince::cli
