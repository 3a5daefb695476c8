#ifndef SERVICES_SCORING_BACKTEST_TALLY_H_
#define SERVICES_SCORING_BACKTEST_TALLY_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

#include "services/scoring/backtest/backtest.h"

namespace xince::policy::v1 {
class BacktestSlice;
}

/// What a back-test counts. Used by the sources of this directory only.
namespace xince::backtest {

inline constexpr size_t kMovementBands = kMovementMost.size() + 1;

/// Words of two sides brought together: restrictions and lists by code, grades by id, so that what
/// means the same under both packs has one number.
struct Words {
  /// Restrictions, sorted, then lists, sorted.
  std::vector<std::string> effects;
  size_t restrictions = 0;
  /// Grades of both packs, those of the old one first, then the three words for none.
  std::vector<std::string> grades;

  /// Numbers in `grades` and `effects` by a side's own indices.
  struct Side {
    std::vector<uint16_t> grades;
    std::vector<uint16_t> restrictions;
    std::vector<uint16_t> proposals;
  };
  std::array<Side, 2> sides;

  [[nodiscard]] uint16_t no_grade() const { return static_cast<uint16_t>(grades.size() - 3); }
  [[nodiscard]] uint16_t not_rated() const { return static_cast<uint16_t>(grades.size() - 2); }
  [[nodiscard]] uint16_t no_rules() const { return static_cast<uint16_t>(grades.size() - 1); }
};

/// The words of two policies; either may be null.
Words WordsOf(const evaluate::CompiledSubjectPolicy* before,
              const evaluate::CompiledSubjectPolicy* after);

/// What one side says of a subject, in common numbers.
struct Verdict {
  bool rated = false;
  uint16_t grade = 0;
  Hundredths score = 0;
  /// Numbers of Words::effects, ascending.
  std::vector<uint16_t> effects;
};

/// Counts of one slice.
struct Tally {
  int64_t evaluated = 0;
  int64_t movers = 0;
  /// Old grade × number of grades + new grade.
  std::vector<int64_t> cells;
  std::array<int64_t, kMovementBands> movement{};
  /// By effect: gained, lost, kept.
  std::vector<std::array<int64_t, 3>> crossings;

  void Begin(const Words& words);
  void Count(const Words& words, const Verdict& before, const Verdict& after, bool moved);
  void Add(const Tally& other);
  /// Writes what was counted; day, kind and part are the caller's.
  void Write(const Words& words, policy::v1::BacktestSlice& slice) const;
};

/// Index of the band of a number of projects, and of a movement.
size_t SizeBandOf(size_t projects);
size_t MovementBandOf(Hundredths movement);

}  // namespace xince::backtest

#endif  // SERVICES_SCORING_BACKTEST_TALLY_H_
