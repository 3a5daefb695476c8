#ifndef SERVICES_JOURNAL_CONFORMANCE_H_
#define SERVICES_JOURNAL_CONFORMANCE_H_

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "gtest/gtest.h"
#include "services/journal/journal.h"

/// The port's contract as tests. An engine's test links xince::journal_conformance and says
///
///     INSTANTIATE_TEST_SUITE_P(Sqlite, JournalConformance, testing::Values(ConformanceParam{
///         .engine = "Sqlite", .make = [] { return std::make_unique<SqliteUnderTest>(); }}),
///         ConformanceName);
namespace xince::journal {

/// One journal's data, empty at first. Made anew for each test and destroyed after its handles.
class EngineUnderTest {
 public:
  virtual ~EngineUnderTest() = default;

  /// Opens the data; the first call creates it. The suite destroys the handle before it opens
  /// another, except where `ManyHandles` is tested.
  virtual absl::StatusOr<std::unique_ptr<Journal>> Open() = 0;

  /// Whether two handles may be open on the same data. If not, the second Open must give
  /// FAILED_PRECONDITION `JOURNAL_LOCKED`.
  [[nodiscard]] virtual bool ManyHandles() const = 0;

  /// Changes one byte of the stored bytes of the entry at `revision` behind the engine's back, and
  /// leaves its chain value as it is. Called while no handle is open.
  virtual absl::Status CorruptEntry(Revision revision) = 0;
};

/// What the suite is instantiated with.
struct ConformanceParam {
  /// Name of the engine in test names: letters and digits.
  std::string engine;
  std::function<std::unique_ptr<EngineUnderTest>()> make;
};

/// Prints the engine's name instead of bytes.
inline void PrintTo(const ConformanceParam& param, std::ostream* out) { *out << param.engine; }

/// Names instances by their engine.
inline std::string ConformanceName(const testing::TestParamInfo<ConformanceParam>& info) {
  return info.param.engine;
}

/// The suite: each test opens `journal_` on fresh data.
class JournalConformance : public testing::TestWithParam<ConformanceParam> {
 protected:
  JournalConformance();
  ~JournalConformance() override;
  void SetUp() override;

  /// Closes the journal and opens the same data again.
  void Reopen();
  /// Appends `count` entries one by one, or fails the test. Returns the head.
  Head Fill(int count);

  std::unique_ptr<EngineUnderTest> engine_;
  std::unique_ptr<Journal> journal_;
};

}  // namespace xince::journal

#endif  // SERVICES_JOURNAL_CONFORMANCE_H_
