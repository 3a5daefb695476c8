#ifndef TESTS_BENCH_SERVER_H_
#define TESTS_BENCH_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "xince/inspection/v1/inspection.pb.h"

#include "services/runtime/client.h"
#include "tests/bench/benches.h"
#include "tests/bench/load.h"

namespace xince::bench {

/// A whole register in a child process, with firms filed.
class RegisterProcess {
 public:
  RegisterProcess(const BenchOptions& options, const std::string& name, int firms);
  [[nodiscard]] const std::string& address() const { return address_; }
  [[nodiscard]] const std::vector<std::string>& firms() const { return firms_; }
  [[nodiscard]] runtime::Channel& channel() { return *channel_; }
  [[nodiscard]] const Child& child() const { return *child_; }
  /// Waits until scoring has taken in everything.
  void AwaitScoring(size_t subjects);

 private:
  std::unique_ptr<Child> child_;
  std::string address_;
  std::shared_ptr<runtime::Channel> channel_;
  std::vector<std::string> firms_;
};

/// Resource names of firms with valid, invented codes.
std::vector<std::string> InventFirms(int count);

/// A request to file a conduct about a subject.
inspection::v1::CreateConductRequest ConductAbout(const std::string& subject, long number);

}  // namespace xince::bench

#endif  // TESTS_BENCH_SERVER_H_
