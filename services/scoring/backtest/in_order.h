#ifndef SERVICES_SCORING_BACKTEST_IN_ORDER_H_
#define SERVICES_SCORING_BACKTEST_IN_ORDER_H_

#include <cstddef>
#include <functional>

namespace xince::backtest {

/// Calls `work(worker, i)` for every i below `count` on `threads` threads, each index once and each
/// worker on one thread; and `done(i)` on the calling thread, in ascending order, after work on i has
/// ended. Work runs at most `ahead` indices before the first that is not done, so that results do not
/// pile up. When `done` returns false no further work is begun; returns whether it never did.
bool InOrder(int threads,
             size_t count,
             size_t ahead,
             const std::function<void(int worker, size_t i)>& work,
             const std::function<bool(size_t i)>& done);

}  // namespace xince::backtest

#endif  // SERVICES_SCORING_BACKTEST_IN_ORDER_H_
