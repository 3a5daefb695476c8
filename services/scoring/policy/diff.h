#ifndef SERVICES_SCORING_POLICY_DIFF_H_
#define SERVICES_SCORING_POLICY_DIFF_H_

#include <string>
#include <vector>

#include "xince/policy/v1/pack.pb.h"

/// What two versions of a pack say differently, for those who decide about the later one.
namespace xince::policy {

/// Most differences that are listed; a pack that is another altogether has more.
inline constexpr size_t kDifferencesMax = 5000;
/// Longest text of a value, in bytes; a longer one is cut and ends in `…`.
inline constexpr size_t kDifferenceTextMax = 400;

/// One difference.
struct Difference {
  enum class Kind { kAdded, kRemoved, kChanged, kReordered };
  Kind kind = Kind::kChanged;
  /// Where, such as `subjects[firm].items[survey].points.fixed`. What has an id is named by it, the
  /// rest by its place, from 0.
  std::string path;
  /// What stood there and what stands there now, as the pack writes it; empty where there is none.
  std::string before;
  std::string after;
  /// One sentence without a full stop, such as `firm, item survey: points fixed: 5 → 4`.
  std::string en;
  std::string zh;
};

/// The differences in the order of the fields of pack.proto, at most kDifferencesMax; none exactly
/// when the packs are the same message. Elements with an id (items, groups, grades, lists, …) are
/// compared with the element of the same id wherever it stands; a changed order is a difference of
/// its own. Pure.
std::vector<Difference> DiffPacks(const v1::Pack& before, const v1::Pack& after);

}  // namespace xince::policy

#endif  // SERVICES_SCORING_POLICY_DIFF_H_
