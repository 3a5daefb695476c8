#ifndef SERVICES_SCORING_EVALUATE_COLUMNS_H_
#define SERVICES_SCORING_EVALUATE_COLUMNS_H_

#include <cstdint>
#include <limits>
#include <vector>

#include "absl/types/span.h"

#include "services/scoring/evaluate/fact.h"

/// Facts about many subjects laid out by kind and day in columns, so that what a rule takes on a day is
/// one stretch, and what it reads of each piece are a few bytes that follow one another.
namespace xince::evaluate {

/// Most subjects of one block.
inline constexpr size_t kBlockSubjectsMax = 256;

/// A measure that a fact does not have.
inline constexpr Hundredths kNoMeasure = std::numeric_limits<Hundredths>::min();

/// A column of values of one measure.
struct MeasureColumn {
  Symbol name = 0;
  /// Where in FactColumns::values the value of the first row of the kind is.
  uint32_t begin = 0;
};

/// The rows of one kind, by day of determination and then by Fact::order.
struct KindColumns {
  Symbol kind = 0;
  uint32_t begin = 0;
  uint32_t end = 0;
  /// Ways by which each of them finds its subject.
  ReachMask reach_of_all = 0;
  /// Every measure that one of them has.
  std::vector<MeasureColumn> measures;

  /// Where the values of a measure begin; null when no row has it.
  [[nodiscard]] const MeasureColumn* Find(Symbol name) const {
    for (const MeasureColumn& column : measures) {
      if (column.name == name) return &column;
    }
    return nullptr;
  }
};

/// The facts of a block in columns. What is not here is read from the facts.
struct FactColumns {
  /// In ascending order of kinds.
  std::vector<KindColumns> kinds;

  // By row.
  std::vector<Day> determined;
  /// Place of the subject in the block.
  std::vector<uint8_t> subject;
  std::vector<uint8_t> level;
  std::vector<uint8_t> issuer_level;
  std::vector<ReachMask> reach;
  std::vector<DecidedPoints> points;
  /// Index of the fact in the block.
  std::vector<uint32_t> fact;
  /// A number of the pair of subject and matter, from 1; 0 for no matter.
  std::vector<uint16_t> matter;
  /// A number of the pair of subject and issuer, from 0.
  std::vector<uint16_t> issuer;

  /// Held within kMeasureMax, or kNoMeasure.
  std::vector<Hundredths> values;
};

/// Most facts of a block that is laid out: the numbers of pairs have 16 bits.
inline constexpr size_t kColumnFactsMax = 65'535;

/// Lays out the facts of a block. `ends` has for each subject, at most kBlockSubjectsMax, the index after
/// its last fact. More than kColumnFactsMax facts are not laid out: then there are no rows.
FactColumns ColumnsOf(absl::Span<const Fact> facts, absl::Span<const uint32_t> ends);

}  // namespace xince::evaluate

#endif  // SERVICES_SCORING_EVALUATE_COLUMNS_H_
