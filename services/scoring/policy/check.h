#ifndef SERVICES_SCORING_POLICY_CHECK_H_
#define SERVICES_SCORING_POLICY_CHECK_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/text_format.h"

#include "xince/policy/v1/pack.pb.h"

/// What makes a pack well formed in itself: every number and date can be read, every id it refers to
/// is there, and every rule has a meaning. What is merely unwise is the linter's business (lint.h).
namespace xince::policy {

/// Limits of a pack.
inline constexpr int kSubjectsMax = 5;
inline constexpr int kItemsMax = 2000;
inline constexpr int kGroupsMax = 200;
inline constexpr int kGroupDepthMax = 8;
inline constexpr int kGradesMax = 32;
inline constexpr int kRestrictionsMax = 200;
inline constexpr int kRowsMax = 1000;
inline constexpr int kConditionDepthMax = 16;
inline constexpr int kConditionNodesMax = 2000;
/// Most months and years a pack may state.
inline constexpr int kMonthsMax = 1200;
inline constexpr int kYearsMax = 100;
/// Most scoring years a restriction may be carried.
inline constexpr int kCarryYearsMax = 10;
/// Most working days a deadline of the law may state.
inline constexpr int kLegalDaysMax = 366;
/// Most procedures of a pack.
inline constexpr int kProceduresMax = 32;
/// Most pieces a criterion of a list may ask for.
inline constexpr int kCriterionCountMax = 1000;
/// Most conditions of a list that end an entry.
inline constexpr int kListExitsMax = 20;
/// Longest consultation a pack may ask for or a draft may have, in days.
inline constexpr int kConsultationDaysMax = 365;
/// Greatest factor and decay: 1000 %.
inline constexpr int kPercentMax = 100'000;

/// Where in a file, from 1; 0 when it is not known.
struct Position {
  int line = 0;
  int column = 0;
};

/// Something wrong or unwise.
struct Finding {
  /// Errors keep a pack from being published; notes only tell.
  enum class Severity { kError, kWarning, kNote };
  Severity severity = Severity::kError;
  Position at;
  /// Id of the item, group, grade, … it is about; empty for the pack.
  std::string id;
  /// Field, such as `points.fixed`.
  std::string field;
  /// One sentence without a full stop.
  std::string en;
  std::string zh;
};

/// `error`, `warning` or `note`.
absl::string_view SeverityWord(Finding::Severity severity);

/// `file:line:column: error: id: text`.
std::string FormatFinding(const Finding& finding, absl::string_view file);

/// Everything that keeps a pack from being used, in the order of the file's fields. `tree` gives the
/// positions and may be null.
std::vector<Finding> CheckPack(const v1::Pack& pack,
                               const google::protobuf::TextFormat::ParseInfoTree* tree);

}  // namespace xince::policy

#endif  // SERVICES_SCORING_POLICY_CHECK_H_
