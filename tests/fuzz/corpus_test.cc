#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

#include "tests/fuzz/mutate.h"
#include "tests/fuzz/targets.h"

namespace xince::fuzz {
namespace {

std::string Read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in.good()) << path;
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<std::filesystem::path> FilesOf(const std::string& directory) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory))
    files.push_back(entry.path());
  return files;
}

// A mistake once found ends the process here, before the fuzzer has to find it again.
TEST(FuzzCorpus, StoredPacksAreReadWithoutAFault) {
  for (const auto& file : FilesOf("tests/fuzz/corpus/pack")) (void)TryPack(Read(file));
}

TEST(FuzzCorpus, StoredWorldsAreEvaluatedWithoutAFault) {
  for (const auto& file : FilesOf("tests/fuzz/corpus/evaluation")) (void)TryEvaluation(Read(file));
}

TEST(FuzzCorpus, AShippedWorldIsEvaluated) {
  const std::string input = JoinSections({Read("policies/nanjing/cases/plan-2022.textproto"),
                                          Read("policies/nanjing/2022-10-26.textproto"),
                                          Read("policies/nanjing/2012-01-01.textproto"),
                                          Read("policies/national/2023-05-01.textproto"),
                                          Read("policies/national/2026-04-01.textproto")});
  ASSERT_EQ(SplitSections(input).size(), 5);
  EXPECT_EQ(JoinSections(SplitSections(input)).substr(0, 100), input.substr(0, 100));
  EXPECT_TRUE(TryEvaluation(input).has_value());
}

TEST(Mutate, ChangesAPackAndOftenLeavesOneThatLoads) {
  const std::string text = Read("policies/nanjing/2012-01-01.textproto");
  int changed = 0;
  int loaded = 0;
  for (uint32_t seed = 1; seed <= 200; ++seed) {
    const std::string mutated = MutatePackText(text, seed);
    ASSERT_FALSE(mutated.empty());
    changed += mutated != MutatePackText(text, seed + 1000) ? 1 : 0;
    loaded += policy::LoadPack(mutated, "pack").ok() ? 1 : 0;
  }
  EXPECT_GT(changed, 150);
  EXPECT_GT(loaded, 20);
  EXPECT_LT(loaded, 200);
}

TEST(Mutate, ChangesCasesAndPacksOfAWorldAndOftenLeavesOneThatIsEvaluated) {
  const std::string input = Read("tests/fuzz/corpus/evaluation/far-days.textproto");
  ASSERT_TRUE(TryEvaluation(input).has_value());
  int evaluated = 0;
  int other_cases = 0;
  int other_pack = 0;
  for (uint32_t seed = 1; seed <= 300; ++seed) {
    const std::string mutated = MutateEvaluation(input, seed * 7919);
    if (mutated.empty()) continue;  // The only case was taken away.
    evaluated += TryEvaluation(mutated).has_value() ? 1 : 0;
    const bool of_cases = SplitSections(mutated)[1] == SplitSections(input)[1];
    other_cases += of_cases ? 1 : 0;
    other_pack += of_cases ? 0 : 1;
  }
  EXPECT_GT(other_cases, 60);
  EXPECT_GT(other_pack, 60);
  EXPECT_GT(evaluated, 100);
  EXPECT_LT(evaluated, 300);
}

TEST(Mutate, IsTheSameForTheSameSeed) {
  const std::string text = Read("policies/nanjing/2012-01-01.textproto");
  EXPECT_EQ(MutatePackText(text, 7), MutatePackText(text, 7));
  EXPECT_EQ(MutatePackText("no pack", 7), "");
}

}  // namespace
}  // namespace xince::fuzz
