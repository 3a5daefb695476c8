#ifndef SERVICES_SCORING_BACKTEST_POPULATION_H_
#define SERVICES_SCORING_BACKTEST_POPULATION_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "services/scoring/creditfile/bump.h"
#include "services/scoring/evaluate/columns.h"
#include "services/scoring/evaluate/fact.h"
#include "services/scoring/evaluate/symbols.h"
#include "services/type/resource_name.h"

/// Back-tests: two sets of rules over all subjects of a register.
namespace xince::backtest {

using evaluate::Day;
using evaluate::Hundredths;
using evaluate::kNone;

/// Kinds of subject in the order they are evaluated: projects before those who roll them up.
inline constexpr std::array<type::SubjectKind, 5> kKinds = {type::SubjectKind::kProject,
                                                            type::SubjectKind::kCommittee,
                                                            type::SubjectKind::kManager,
                                                            type::SubjectKind::kFirm,
                                                            type::SubjectKind::kOrganization};
inline constexpr size_t kKindCount = kKinds.size();

/// Place of a kind in kKinds.
size_t KindIndex(type::SubjectKind kind);

/// A block holds at most this many subjects, and is closed when it holds this many facts: what two sets of
/// rules read and write for it stays in a core's cache.
using evaluate::kBlockSubjectsMax;
inline constexpr size_t kBlockFacts = 8192;

/// A project that a firm or manager had from a day until before another.
struct HadProject {
  /// Place of the project among the population's projects.
  uint32_t project = kNone;
  Day from = evaluate::kNoDay;
  Day until = evaluate::kForever;
  /// Weights of roll-ups.
  Hundredths area = 0;
  Hundredths households = 0;
};

/// A stretch of one of a block's arrays.
struct Stretch {
  uint32_t begin = 0;
  uint32_t end = 0;

  [[nodiscard]] bool empty() const { return begin == end; }
};

/// A subject within its block.
struct Subject {
  absl::string_view name;
  Stretch facts;
  Stretch runs;
  Stretch attributes;
  Stretch lists;
  Stretch history;
  Stretch repairs;
  Stretch projects;
  /// Index in Population::districts().
  uint32_t district = 0;
};

/// Subjects that follow one another, everything about them in a few contiguous arrays.
struct Block {
  type::SubjectKind kind = type::SubjectKind::kFirm;
  /// Place of the first subject among those of its kind.
  size_t first = 0;
  std::vector<Subject> subjects;
  std::vector<evaluate::Fact> facts;
  /// By fact: when it was determined, so that what has long ended is not touched.
  std::vector<Day> determined;
  /// Facts of a kind of each subject.
  std::vector<evaluate::KindRun> runs;
  std::vector<evaluate::Attribute> attributes;
  std::vector<evaluate::Listed> lists;
  std::vector<evaluate::Recorded> history;
  std::vector<evaluate::Repaired> repairs;
  std::vector<HadProject> projects;
  /// The facts once more, as evaluation of the whole block reads them.
  evaluate::FactColumns columns;
  creditfile::Bump<evaluate::MeasureValue, 256> measures;
  creditfile::Bump<evaluate::Symbol, 256> tags;
  creditfile::Bump<char, 4096> names;

  [[nodiscard]] absl::Span<const evaluate::Fact> FactsOf(const Subject& subject) const {
    return {facts.data() + subject.facts.begin, subject.facts.end - subject.facts.begin};
  }
  [[nodiscard]] absl::Span<const HadProject> ProjectsOf(const Subject& subject) const {
    return {projects.data() + subject.projects.begin,
            subject.projects.end - subject.projects.begin};
  }
};

/// What is told of a subject that joins a population. Everything is copied.
struct NewSubject {
  type::SubjectKind kind = type::SubjectKind::kFirm;
  /// Resource name.
  absl::string_view name;
  /// County-level division of its filing, 6 digits; empty for none.
  absl::string_view district;
  /// All evidence that reaches it, `reach` and `order` filled in as evaluate::Fact says.
  absl::Span<const evaluate::Fact> facts;
  absl::Span<const evaluate::Attribute> attributes;
  absl::Span<const evaluate::Listed> lists;
  absl::Span<const evaluate::Recorded> history;
  absl::Span<const evaluate::Repaired> repairs;
  /// By project; several stretches of one project follow one another.
  absl::Span<const HadProject> projects;
};

/// All subjects of a register with all that is known of them at one revision, ready to be evaluated on
/// any day under any rules. It keeps nothing of where it came from: words, names and measures are its
/// own.
///
/// Fill it from a register with PopulationReader, or subject by subject with Add. Then it is not
/// changed any more, and any number of threads may read it.
class Population {
 public:
  /// `words` are copied: facts made with them, and symbols found in them, mean the same here.
  /// `revision` is the knowledge it holds.
  Population(const evaluate::Vocabulary& words, uint64_t revision);
  Population(const Population&) = delete;
  Population& operator=(const Population&) = delete;

  /// What rules are compiled with for this population.
  [[nodiscard]] evaluate::Vocabulary& vocabulary() { return vocabulary_; }
  [[nodiscard]] uint64_t revision() const { return revision_; }

  /// Adds a subject. Kinds come in the order of kKinds, names of a kind in ascending byte order; ends
  /// the process otherwise, since results would be wrong.
  void Add(const NewSubject& subject);
  /// Gives back what Add reserved ahead. Call once after the last.
  void Finish();

  /// Blocks of a kind, in the order of names.
  [[nodiscard]] absl::Span<const std::unique_ptr<Block>> blocks(type::SubjectKind kind) const {
    return blocks_[KindIndex(kind)];
  }
  /// Subjects of a kind.
  [[nodiscard]] size_t subjects(type::SubjectKind kind) const { return counts_[KindIndex(kind)]; }
  /// Facts of all subjects.
  [[nodiscard]] size_t facts() const { return facts_; }
  /// Districts, in the order they came, and how many subjects each has.
  [[nodiscard]] const std::vector<std::string>& districts() const { return districts_; }
  [[nodiscard]] const std::vector<size_t>& district_subjects() const { return district_subjects_; }

 private:
  Block& BlockFor(type::SubjectKind kind);
  void CopyFacts(absl::Span<const evaluate::Fact> facts, Block& block);
  static Stretch AddRuns(const Stretch& facts, Block& block);
  uint32_t DistrictOf(absl::string_view district);
  static void Close(Block& block);

  evaluate::Vocabulary vocabulary_;
  const uint64_t revision_;
  std::array<std::vector<std::unique_ptr<Block>>, kKindCount> blocks_;
  std::array<size_t, kKindCount> counts_{};
  size_t facts_ = 0;
  size_t last_kind_ = 0;
  std::vector<std::string> districts_;
  std::vector<size_t> district_subjects_;
  absl::flat_hash_map<std::string, uint32_t> district_numbers_;
};

/// The words of a vocabulary with the same numbers, as a vocabulary of its own.
void CopyWords(const evaluate::Vocabulary& from, evaluate::Vocabulary& to);

}  // namespace xince::backtest

#endif  // SERVICES_SCORING_BACKTEST_POPULATION_H_
