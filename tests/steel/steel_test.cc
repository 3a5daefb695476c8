#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/steel/explained.h"
#include "tests/steel/register.h"
#include "tests/steel/thread.h"

// The steel threads, each on every arrangement of a register, with the same golden results; those that
// cannot do without a clock on two.
// XINCE_REGENERATE=1 writes the results anew, from the first arrangement.
namespace xince::steel {
namespace {

const Arrangement kArrangements[] = {{Shape::kOneServer, Store::kSqlite},
                                     {Shape::kFiveServers, Store::kSqlite},
                                     {Shape::kOneServer, Store::kRedis},
                                     {Shape::kFiveServers, Store::kRedis},
                                     {Shape::kFiveProcesses, Store::kSqlite},
                                     {Shape::kOneProcess, Store::kRedis}};

using Run = std::pair<Arrangement, std::string>;

// The two with a clock that are least alike: a thread that lives by days takes seconds.
bool RunsByDays(const Arrangement& arrangement) {
  return HasClock(arrangement) &&
         (arrangement.shape == Shape::kOneServer) == (arrangement.store == Store::kSqlite);
}

std::vector<Run> Runs() {
  std::vector<Run> runs;
  for (const Arrangement& arrangement : kArrangements) {
    for (const std::string& name : Thread::Names()) {
      if (RunsByDays(arrangement) || !Thread(name).NeedsClock())
        runs.emplace_back(arrangement, name);
    }
  }
  return runs;
}

class SteelThread : public ::testing::TestWithParam<Run> {};

TEST_P(SteelThread, ComesOutAsItMust) {
  const auto& [arrangement, name] = GetParam();
  Thread thread(name);
  const auto services = MakeRegister(arrangement, thread.clock(), thread.place());
  ASSERT_EQ(services->Start(), absl::OkStatus());
  thread.Run(*services);
  if (!HasFatalFailure()) CheckAllExplained(*services);
  if (!HasFatalFailure()) CheckVocabulary(*services);
  const bool first = arrangement.shape == Shape::kOneServer && arrangement.store == Store::kSqlite;
  if (first && std::getenv("XINCE_REGENERATE") != nullptr) thread.WriteGoldens();
  thread.CompareGoldens();
  if (HasFailure()) std::fprintf(stderr, "%s\n", services->Logs().c_str());
  EXPECT_EQ(services->Stop(), absl::OkStatus());
}

INSTANTIATE_TEST_SUITE_P(Everywhere,
                         SteelThread,
                         ::testing::ValuesIn(Runs()),
                         [](const auto& info) {
                           std::string name = NameOf(info.param.first) + "_" + info.param.second;
                           for (char& c : name) {
                             if (c == '-') c = '_';
                           }
                           return name;
                         });

}  // namespace
}  // namespace xince::steel
