#ifndef SERVICES_SCORING_BACKTEST_POPULATION_READER_H_
#define SERVICES_SCORING_BACKTEST_POPULATION_READER_H_

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/strings/string_view.h"

#include "services/scoring/backtest/population.h"
#include "services/scoring/creditfile/assessor.h"
#include "services/scoring/creditfile/evidence_book.h"

namespace xince::backtest {

/// Reads a population from the books of a register, as known at a revision, a bounded step at a time:
/// what the assessor knows of each subject, by the assessor's own functions. The books keep everything
/// by revision, so steps taken at different moments agree: hold the machine's shared
/// lock during each call and let go of it in between, and writers never wait long.
///
///     PopulationReader reader(book, assessor, revision);        // under the lock
///     while (!reader.done()) reader.Step(1000);                 // each under the lock
///     std::unique_ptr<Population> population = reader.Take();   // without
class PopulationReader {
 public:
  /// `revision` is durable. Book and assessor outlive the reader; its words are copied at once.
  PopulationReader(const creditfile::EvidenceBook& book,
                   const creditfile::Assessor& assessor,
                   creditfile::Revision revision);

  /// Looks at the next `subjects` subjects at most; at least 1.
  void Step(size_t subjects);
  [[nodiscard]] bool done() const { return kind_ == kKindCount; }
  /// The population, once it is done.
  std::unique_ptr<Population> Take();

 private:
  using Filed = absl::btree_map<absl::string_view, creditfile::SubjectId>;

  void Find(size_t subjects);
  void SkipEmptyKinds();
  void Read(creditfile::SubjectId subject);
  void ReadProjects(creditfile::SubjectId subject);

  const creditfile::EvidenceBook& book_;
  const creditfile::Assessor& assessor_;
  const creditfile::Revision revision_;
  std::unique_ptr<Population> population_;
  /// First the subjects are found, from 0 to `subjects_`; then those filed are read, kind by kind.
  size_t subjects_ = 0;
  size_t looked_at_ = 0;
  bool reading_ = false;
  /// By name, so that no step has to sort them all.
  std::array<Filed, kKindCount> filed_;
  size_t kind_ = 0;
  Filed::const_iterator next_;
  /// Place of each project that was read, by SubjectId; kNone for others.
  std::vector<uint32_t> places_;
  std::vector<evaluate::Fact> facts_;
  std::vector<evaluate::Repaired> repairs_;
  std::vector<HadProject> projects_;
};

}  // namespace xince::backtest

#endif  // SERVICES_SCORING_BACKTEST_POPULATION_READER_H_
