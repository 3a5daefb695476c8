#ifndef TESTS_BENCH_PEER_H_
#define TESTS_BENCH_PEER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "google/protobuf/struct.pb.h"

/// Programs of others that are measured beside ours, under tests/bench/peers. They measure themselves and
/// print lines of JSON.
namespace xince::bench {

/// A line of JSON that a peer printed. Ends the process when something asked for is not there.
class PeerResult {
 public:
  explicit PeerResult(const std::string& line);

  [[nodiscard]] double Number(const std::string& name) const;
  [[nodiscard]] std::string Text(const std::string& name) const;
  [[nodiscard]] std::vector<uint64_t> Numbers(const std::string& name) const;

 private:
  [[nodiscard]] const google::protobuf::Value& Field(const std::string& name) const;

  google::protobuf::Struct fields_;
};

/// Runs `node` with a script of tests/bench/peers and its arguments (no apostrophes in them), and returns
/// the `count` lines it prints. Ends the process when it fails or prints another number of lines.
std::vector<PeerResult> RunPeer(const std::vector<std::string>& arguments, size_t count);

/// Writes a file; ends the process when it cannot.
void WriteFile(const std::string& path, const std::string& text);

/// Prints a row: name, our seconds, and the aim for them (0 for none).
void ReportSeconds(const std::string& name, double ours, double aim);

/// Prints a row: name, our figure and the peer's in `unit`, how many times ours is faster, and the aim
/// for that (0 for none).
void ReportTimes(
    const std::string& name, double ours, double peer, const std::string& unit, double aim);

}  // namespace xince::bench

#endif  // TESTS_BENCH_PEER_H_
