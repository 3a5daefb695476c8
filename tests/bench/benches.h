#ifndef TESTS_BENCH_BENCHES_H_
#define TESTS_BENCH_BENCHES_H_

#include <cstdint>
#include <string>

/// The benchmarks. Each prints rows: what, ours, the probe's, their ratio, the aim.
namespace xince::bench {

struct BenchOptions {
  /// Where xinced is.
  std::string binary_directory;
  /// An empty directory on a disk.
  std::string directory;
  /// Length of each measurement.
  double seconds = 3;
  /// Entries of the replayed journal.
  long entries = 1000000;
  /// Firms and pieces of evidence of the back-tested register.
  uint32_t firms = 350000;
  uint64_t pieces = 10000000;
};

/// Serves fixed answers of a size until SIGTERM; prints the address.
int ServeBare(const std::string& answer_bytes);

/// GetStanding at 64 in flight over loopback beside a bare gRPC server that answers with as many bytes;
/// CPU time per request of either server.
void BenchReads(const BenchOptions& options);

/// Durable writes of a feed at 1 and 64 in flight beside raw SQLite doing the same transactions.
void BenchWrites(const BenchOptions& options);

/// From a feed's acknowledgement to the changed standing, on an idle register.
void BenchLatency(const BenchOptions& options);

/// Start from a snapshot, and replay from nothing, of a feed's and of the scoring journal.
void BenchReplay(const BenchOptions& options);

/// A candidate pack beside the one in force over an invented register, beside the same fold as SQL in
/// DuckDB and in SQLite. Ends the process when the results differ.
void BenchBacktest(const BenchOptions& options);

/// One firm with 20 lines: plain, with explanation, and beside two rule engines with their traces.
void BenchRules(const BenchOptions& options);

}  // namespace xince::bench

#endif  // TESTS_BENCH_BENCHES_H_
