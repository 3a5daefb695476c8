#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "tests/steel/explained.h"
#include "tests/steel/register.h"
#include "tests/steel/thread.h"

// The steel threads, each on every arrangement of a register, with the same golden results.
// XINCE_REGENERATE=1 writes the results anew, from the first arrangement.
namespace xince::steel {
namespace {

const Arrangement kArrangements[] = {{Shape::kOneServer, Store::kSqlite},
                                     {Shape::kFiveServers, Store::kSqlite},
                                     {Shape::kOneServer, Store::kRedis},
                                     {Shape::kFiveServers, Store::kRedis},
                                     {Shape::kFiveProcesses, Store::kSqlite},
                                     {Shape::kOneProcess, Store::kRedis}};

class SteelThread : public ::testing::TestWithParam<std::tuple<Arrangement, std::string>> {};

TEST_P(SteelThread, ComesOutAsItMust) {
  const auto& [arrangement, name] = GetParam();
  Thread thread(name);
  const auto services = MakeRegister(arrangement, thread.clock());
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
                         ::testing::Combine(::testing::ValuesIn(kArrangements),
                                            ::testing::ValuesIn(Thread::Names())),
                         [](const auto& info) {
                           std::string name =
                               NameOf(std::get<0>(info.param)) + "_" + std::get<1>(info.param);
                           for (char& c : name) {
                             if (c == '-') c = '_';
                           }
                           return name;
                         });

}  // namespace
}  // namespace xince::steel
