// Figures of Xince, each beside a probe that does the same work with nothing added, in the same run on
// the same machine. Only the ratios mean something.
//
//   xince_bench [--only=reads|writes|latency|replay|rules|backtest] [--seconds=3] [--entries=1000000]
//               [--firms=350000] [--pieces=10000000]
#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <string>

#include <CLI/CLI.hpp>
#include <sys/resource.h>

#include "services/runtime/app.h"
#include "tests/bench/benches.h"
#include "tests/bench/load.h"
#include "tests/bench/population.h"

int main(int argc, char** argv) {
  xince::runtime::App::PrepareProcess();
  CLI::App app("Xince's figures beside those of probes");
  xince::bench::BenchOptions options;
  std::string only;
  app.add_option("--only", only)
      ->check(CLI::IsMember({"reads", "writes", "latency", "replay", "rules", "backtest"}));
  app.add_option("--seconds", options.seconds, "length of each measurement")->capture_default_str();
  app.add_option("--entries", options.entries, "entries to replay")->capture_default_str();
  app.add_option("--firms", options.firms, "firms to back-test")
      ->check(CLI::Range(uint32_t{1}, xince::bench::kFirmsMax))
      ->capture_default_str();
  app.add_option("--pieces", options.pieces, "pieces of evidence to back-test")
      ->check(CLI::Range(uint64_t{1}, xince::bench::kPiecesMax))
      ->capture_default_str();
  std::string bare;
  app.add_option("--serve-bare", bare, "serve answers of so many bytes: the probe of the reads");
  CLI11_PARSE(app, argc, argv);
  if (!bare.empty()) return xince::bench::ServeBare(bare);
  options.binary_directory =
      std::filesystem::weakly_canonical(std::filesystem::path(argv[0])).parent_path().string();
  std::string pattern = "/var/tmp/xince-bench-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) xince::bench::Fail("no temporary directory");
  options.directory = pattern;
  std::printf("%-44s %12s %12s\n", "", "xince", "beside");
  if (only.empty() || only == "reads") xince::bench::BenchReads(options);
  if (only.empty() || only == "writes") xince::bench::BenchWrites(options);
  if (only.empty() || only == "latency") xince::bench::BenchLatency(options);
  if (only.empty() || only == "replay") xince::bench::BenchReplay(options);
  if (only.empty() || only == "rules") xince::bench::BenchRules(options);
  if (only.empty() || only == "backtest") xince::bench::BenchBacktest(options);
  std::filesystem::remove_all(options.directory);
  return 0;
}
