#ifndef SERVICES_FEEDS_INSPECTION_DRAW_H_
#define SERVICES_FEEDS_INSPECTION_DRAW_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "services/journal/journal.h"
#include "services/type/civil_date.h"

namespace xince::inspection::v1 {
class InspectionDraw;
}

/// The random draw of objects and inspectors, exactly as docs/inspection-draw.md defines it: a function
/// of the recorded seed and the lists, integers only.
namespace xince::inspection {

/// Name of these rules, as a draw records it.
inline constexpr char kDrawAlgorithm[] = "xince-draw/1";
/// Lists of one draw. The record of the largest is smaller than an entry may be.
inline constexpr int kCandidatesMax = 3000;
inline constexpr int kDrawObjectsMax = 500;
inline constexpr int kInspectorsMax = 500;
inline constexpr int kInspectorsPerObjectMax = 5;
inline constexpr int kConflictsMax = 500;
inline constexpr int kFactorsMax = 20;
inline constexpr int kExclusionsMax = 500;
/// Length of a seed.
inline constexpr size_t kSeedCharsMin = 8;
inline constexpr size_t kSeedCharsMax = 128;
/// What a candidate without a factor weighs.
inline constexpr int64_t kWeightUnit = 10'000;

/// Random numbers that follow from a seed: the blocks SHA-256(algorithm, NUL, seed, NUL, block number as
/// eight bytes, highest first), numbered from 0, each read as four numbers of eight bytes, highest first.
class SeededNumbers {
 public:
  explicit SeededNumbers(absl::string_view seed);
  /// The next number below `bound`, every one equally likely. `bound` is positive.
  uint64_t Below(uint64_t bound);

 private:
  uint64_t Next();

  const std::string prefix_;
  journal::Hash block_ = {};
  uint64_t blocks_ = 0;
  size_t at_ = 0;
};

/// Whether the lists can be drawn from `today`, whatever the seed. Fields have been checked by their
/// rules. Errors, INVALID_ARGUMENT about the field: `DRAW_SEED`, `DRAW_BASIS`, `DRAW_INSPECTOR_ID`,
/// `DRAW_DUPLICATE`, `DRAW_POPULATION`, `DRAW_TOO_FEW`, `DRAW_FACTOR`, `DRAW_CONFLICT`,
/// `DRAW_INSPECTORS_TOO_FEW`.
absl::Status CheckDraw(const v1::InspectionDraw& draw, type::Date today);

/// Fills in `algorithm`, `input_digest` and `drawn`. The draw has passed CheckDraw and has a seed.
void Draw(v1::InspectionDraw& draw);

}  // namespace xince::inspection

#endif  // SERVICES_FEEDS_INSPECTION_DRAW_H_
