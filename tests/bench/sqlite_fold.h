#ifndef TESTS_BENCH_SQLITE_FOLD_H_
#define TESTS_BENCH_SQLITE_FOLD_H_

#include <memory>
#include <string>
#include <vector>

#include "tests/bench/fold.h"
#include "tests/bench/population.h"
#include "tests/bench/stopwatch.h"

struct sqlite3;

namespace xince::bench {

/// The invented population in an in-memory SQLite database, laid out for the fold: evidence clustered by
/// firm, and partial covering indexes for what is grouped by matter and by street.
class SqliteFold {
 public:
  /// Loads the population. Ends the process on an error.
  explicit SqliteFold(const InventedPopulation& population);

  /// Runs statements of FoldStatements, dropping what an earlier fold left; says how long they took.
  Took Run(const std::vector<std::string>& statements);

  /// What the last Run came to.
  FoldResult Result();

  /// SQLite's version.
  static std::string Version();

 private:
  void Execute(const std::string& sql);

  std::unique_ptr<sqlite3, int (*)(sqlite3*)> database_;
  const uint32_t firms_;
};

}  // namespace xince::bench

#endif  // TESTS_BENCH_SQLITE_FOLD_H_
