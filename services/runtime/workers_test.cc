#include "services/runtime/workers.h"

#include <atomic>
#include <set>
#include <thread>

#include <gtest/gtest.h>

namespace xince::runtime {
namespace {

/// Blocks the workers until opened.
class Gate {
 public:
  void Open() {
    MutexLock lock(mutex_);
    open_ = true;
    changed_.NotifyAll();
  }
  void Pass() {
    MutexLock lock(mutex_);
    ++waiting_;
    changed_.NotifyAll();
    while (!open_) changed_.Wait(mutex_);
  }
  void AwaitWaiting(int count) {
    MutexLock lock(mutex_);
    while (waiting_ < count) changed_.Wait(mutex_);
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  bool open_ ABSL_GUARDED_BY(mutex_) = false;
  int waiting_ ABSL_GUARDED_BY(mutex_) = 0;
};

TEST(WorkersTest, AdmitsExactlyInFlightMax) {
  Gate gate;
  Workers workers({.threads = 2, .in_flight_max = 5});
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(workers.Submit([&] { gate.Pass(); })) << i;
  EXPECT_EQ(workers.in_flight(), 5);
  EXPECT_FALSE(workers.Submit([] { FAIL() << "ran beyond the limit"; }));
  gate.Open();
}

TEST(WorkersTest, RunsThreadsTogetherAndNoMore) {
  Gate gate;
  std::atomic<int> ran{0};
  Workers workers({.threads = 3, .in_flight_max = 10});
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(workers.Submit([&] {
      ++ran;
      gate.Pass();
    }));
  }
  gate.AwaitWaiting(3);
  EXPECT_EQ(ran, 3);
  gate.Open();
  workers.Stop();
  EXPECT_EQ(ran, 4);
}

TEST(WorkersTest, StopRunsWhatWasAdmittedAndRefusesTheRest) {
  Gate gate;
  std::atomic<int> ran{0};
  Workers workers({.threads = 1, .in_flight_max = 100});
  ASSERT_TRUE(workers.Submit([&] { gate.Pass(); }));
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(workers.Submit([&] { ++ran; }));
  gate.Open();
  workers.Stop();
  EXPECT_EQ(ran, 50);
  EXPECT_FALSE(workers.Submit([&] { ++ran; }));
  EXPECT_EQ(workers.in_flight(), 0);
}

TEST(WorkersTest, StartsNoMoreThreadsThanWorkNeeds) {
  Mutex mutex;
  std::set<std::thread::id> seen;
  Workers workers({.threads = 8, .in_flight_max = 8});
  for (int i = 0; i < 100; ++i) {
    Gate done;
    ASSERT_TRUE(workers.Submit([&] {
      MutexLock lock(mutex);
      seen.insert(std::this_thread::get_id());
      done.Open();
    }));
    done.Pass();
    while (workers.in_flight() != 0) std::this_thread::yield();
  }
  // One after the other: a second thread may start while the first is on its way back to idle.
  EXPECT_LE(seen.size(), 2u);
}

TEST(WorkersDeathTest, RefusesOptionsOutOfRange) {
  EXPECT_DEATH(Workers({.threads = 0, .in_flight_max = 1}), "threads");
  EXPECT_DEATH(Workers({.threads = 1025, .in_flight_max = 2000}), "threads");
  EXPECT_DEATH(Workers({.threads = 4, .in_flight_max = 3}), "in_flight_max");
}

}  // namespace
}  // namespace xince::runtime
