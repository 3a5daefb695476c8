#ifndef SERVICES_SCORING_EVALUATE_TABLES_H_
#define SERVICES_SCORING_EVALUATE_TABLES_H_

#include <cstdint>
#include <limits>
#include <vector>

#include "services/scoring/evaluate/fact.h"
#include "services/scoring/evaluate/outcome.h"

/// The flat form of a subject policy that the evaluator runs on. Made by Compile only; every index in
/// it is in range, and every number within kPointsMax.
///
/// Items and groups are in the order of a walk through the tree, so that the items of a group and of
/// everything under it are one range, and a group comes after all groups under it. Bases and the full
/// marks of missing raters are items of their own (constants), so that every line has an item.
namespace xince::evaluate {

/// A closed interval. Every comparison of a pack is one, since numbers are whole hundredths.
struct Interval {
  Hundredths least = std::numeric_limits<Hundredths>::min();
  Hundredths most = std::numeric_limits<Hundredths>::max();

  [[nodiscard]] bool Holds(Hundredths value) const { return least <= value && value <= most; }
  [[nodiscard]] bool limits() const {
    return least != std::numeric_limits<Hundredths>::min() ||
           most != std::numeric_limits<Hundredths>::max();
  }
};

/// A stretch of one of the tables.
struct Range {
  uint32_t begin = 0;
  uint32_t end = 0;

  [[nodiscard]] bool empty() const { return begin == end; }
};

/// A node of a condition. Children follow their parent; `next` is the first node after the subtree.
struct ConditionNode {
  enum class Op : uint8_t {
    kAll,
    kAny,
    kNot,
    kScore,
    kGroup,
    kItemPoints,
    kItemCount,
    kItemOpen,
    kDemerits,
    kMerits,
    kNegativeLines,
    kVeto,
    kGrade,
    kPastGrade,
    kStreak,
    kListed,
    kDaysSince,
    kAttribute,
    kMeasure,
    kRated,
  };

  Op op = Op::kAll;
  /// The condition asks for a number besides a set.
  bool compares = false;
  /// kRated: the value asked for.
  bool wanted = true;
  /// Item, group, or row of Tables::periods.
  uint32_t index = 0;
  /// Years.
  uint16_t count = 0;
  uint32_t next = 0;
  /// Attribute or kind, and measure.
  Symbol name = 0;
  Symbol measure = 0;
  /// In Tables::symbols: words of names, or indices of items or grades.
  Range set;
  Interval is;
};

/// How the points of a piece are found.
enum class PointsRule : uint8_t {
  kNone,
  kFixed,
  kByLevel,
  kByBand,
  kPerUnit,
  kRatio,
  kGiven,
  kEscalation,
};

/// Half-open bands: `below` is the first value outside, kForeverBand in the last.
struct Band {
  Hundredths below = std::numeric_limits<Hundredths>::max();
  Hundredths points = 0;
};

/// A measure that must be there and compare.
struct MeasureTest {
  Symbol name = 0;
  Interval is;
};

/// From `from_month` full months on, `percent` hundredths of a percent.
struct Decay {
  uint16_t from_month = 0;
  int32_t percent = 0;
};

/// How a piece of evidence becomes a piece of an item.
struct Rule {
  enum class End : uint8_t { kScoringYears, kMonths, kUntilCorrected, kUntilStated, kNever };
  enum class Part : uint8_t { kProportional, kComplete, kBegun };
  enum class Sign : int8_t { kDemerit = -1, kAsWritten = 0, kMerit = 1 };

  // Matching.
  uint16_t item = 0;
  /// The first of the kinds it takes.
  Symbol kind = 0;
  ReachMask reach = kDirect;
  /// Bit n for level n; 0 for any.
  uint8_t levels = 0;
  uint8_t issuer_levels = 0;
  Range measures;
  Range tags;
  /// Whether, and which of, the evidence's own dates must be in [own_from, own_until).
  bool own_dated = false;
  bool own_by_occurred = false;
  Day own_from = kNoDay;
  Day own_until = kForever;

  // Points.
  PointsRule points = PointsRule::kNone;
  Part part = Part::kProportional;
  Sign sign = Sign::kAsWritten;
  bool level_of_issuer = false;
  Hundredths amount = 0;
  Symbol measure = 0;
  Symbol denominator = 0;
  Hundredths unit = 100;
  Hundredths free = 0;
  /// Rows: Tables::level_points (7 per table), Tables::bands, or Tables::rows.
  Range rows;
  /// Hundredths of a percent.
  int32_t factor = 10000;
  Hundredths round_to = 1;
  Interval piece_limits;

  /// Something is asked of the evidence besides kind and reach.
  bool filtered = false;
  /// The points need no division: they are asked, and held within the limits of a piece.
  bool whole = false;

  // Validity.
  /// Active in the scoring year of the start and in no other.
  bool this_year_only = false;
  bool start_occurred = false;
  /// policy::v1::Period, 0 for no deferral.
  uint8_t defer = 0;
  End end = End::kScoringYears;
  uint16_t end_count = 0;
  uint16_t min_months = 0;
  uint16_t max_months = 0;
  Range decay;

  /// In Tables::repairs.
  Range repairs;
};

/// A rule that takes a kind, with what most pieces fail on.
struct KindRule {
  uint16_t rule = 0;
  ReachMask reach = 0;
  bool this_year_only = false;
  bool start_occurred = false;
  /// Item of the rule.
  uint16_t item = 0;
};

/// Points of a period that conditions ask for.
struct PeriodRow {
  /// policy::v1::PeriodPoints::Span.
  uint8_t span = 0;
  /// What is active says it: every item asked about is so (Item::year_is_active), in this year.
  bool active_says = false;
  uint16_t months = 0;
  /// Items in Tables::symbols; none for every item that takes evidence.
  Range items;
};

/// A version of a repair class.
struct Repair {
  Day from = kNoDay;
  Day until = kForever;
  uint16_t min_months = 0;
};

/// An item.
struct Item {
  enum class Source : uint8_t { kEvidence, kProjects, kBase, kRaterFull };
  enum class Per : uint8_t { kAll, kMatter, kIssuer, kMonth, kQuarter, kHalfYear, kYear };
  enum class Keep : uint8_t { kEach, kHighest, kLatest, kFirst };
  enum class VetoEffect : uint8_t { kNone, kGrade, kNotRated, kList };
  /// How an evaluation that is asked for no lines comes to the item's value: from its pieces in order,
  /// by adding up or averaging as they come, or by adding up what each part keeps.
  enum class Lean : uint8_t { kPieces, kSum, kKeep };

  Source source = Source::kEvidence;
  Per per = Per::kAll;
  Keep keep = Keep::kEach;
  bool mean = false;
  bool escalates = false;
  /// Each piece counts what it is worth, within the limits of the item: in any order.
  bool sums = false;
  /// Conditions ask what its pieces took or earned in a period.
  bool period_asked = false;
  /// Conditions ask how many of its pieces are not corrected.
  bool open_asked = false;
  Lean lean = Lean::kPieces;
  /// With Lean::kKeep: which of Tables::keepers it is.
  uint16_t keeper = 0;
  uint32_t keep_count = 1;
  uint32_t min_pieces = 0;
  Interval limits;

  /// Index in the proto, or kNoIndex for constants.
  uint16_t proto = kNoIndex;
  /// Group it belongs to (for kBase and kRaterFull: the group they are made for).
  uint16_t group = 0;

  /// Condition roots, kNone for none.
  uint32_t not_applicable = kNone;
  Hundredths not_applicable_points = 0;
  bool expects = false;
  uint32_t expected = kNone;
  Hundredths expected_points = 0;
  uint8_t due_month = 0;
  uint8_t due_day = 0;

  /// Constants: points; for a base the condition under which they are credited, and its points when
  /// it does not hold.
  uint32_t when = kNone;
  Hundredths amount = 0;
  Hundredths otherwise = 0;

  VetoEffect veto = VetoEffect::kNone;
  /// Grade row with kGrade.
  uint16_t veto_grade = kNoIndex;

  /// Roll-up: policy::v1::RollUp::Weight, and the factor in hundredths of a percent.
  uint8_t weight = 0;
  int32_t factor = 10000;

  /// What is active in a scoring year is what started in it, at full points; or nothing of it ever has
  /// points.
  bool year_is_active = true;
};

/// A member of a group.
struct Member {
  bool is_group = false;
  uint16_t index = 0;
  /// Hundredths of a percent; only in a mix.
  int32_t weight = 0;
  /// policy::v1::Rater::Missing; only in a mix.
  uint8_t missing = 0;
  /// The constant that stands in for it, with FULL.
  uint16_t full_item = kNoIndex;
};

/// A group. The last one is the score.
struct Group {
  enum class Mode : uint8_t { kSum, kHighest, kMix };

  Mode mode = Mode::kSum;
  Interval limits;
  Range members;
  /// Items of the group and of all groups under it.
  Range items;
  /// Index in the proto; kNoIndex for the score.
  uint16_t proto = kNoIndex;
  /// The group it is a member of; kNoIndex for the score.
  uint16_t parent = kNoIndex;
};

struct GradeRow {
  uint32_t when = kNone;
  bool quota = false;
  bool round_up = false;
  /// Hundredths of a percent.
  int32_t percent = 0;
  /// In Vocabulary::names.
  Symbol name = 0;
};

struct RestrictionRow {
  uint32_t when = kNone;
  uint16_t carry_years = 0;
  /// In Tables::symbols: every item whose pieces the condition depends on.
  Range asked;
};

struct ProposalRow {
  uint32_t when = kNone;
};

struct TieBreakRow {
  enum class By : uint8_t { kItem, kGroup, kAttribute };
  By by = By::kItem;
  bool smaller_first = false;
  uint16_t index = 0;
  Symbol attribute = 0;
};

/// Everything.
struct Tables {
  /// 1 to 12.
  int year_month = 1;
  std::vector<Item> items;
  std::vector<Group> groups;
  std::vector<Member> members;
  std::vector<Rule> rules;
  /// Rules of kind k: rule_of_kind[kind_begin[k]] to rule_of_kind[kind_begin[k + 1]].
  std::vector<uint32_t> kind_begin;
  std::vector<KindRule> rule_of_kind;

  std::vector<Hundredths> level_points;
  std::vector<Band> bands;
  std::vector<Hundredths> rows;
  std::vector<MeasureTest> measure_tests;
  std::vector<Decay> decays;
  std::vector<Repair> repairs;
  std::vector<Symbol> symbols;
  std::vector<ConditionNode> conditions;

  std::vector<GradeRow> grades;
  std::vector<RestrictionRow> restrictions;
  std::vector<ProposalRow> proposals;
  std::vector<TieBreakRow> tie_breaks;
  std::vector<uint16_t> veto_items;
  /// Items that may have a line without a piece, that roll up projects, that are due on a day.
  std::vector<uint16_t> own_line_items;
  std::vector<uint16_t> project_items;
  std::vector<uint16_t> due_items;
  /// What conditions ask about periods.
  std::vector<PeriodRow> periods;

  /// A number that no other tables of the process have; copies share it.
  uint64_t serial = 0;
  /// Items with Item::Lean::kKeep.
  uint16_t keepers = 0;
  bool has_quota = false;
  /// What some item comes to depends on a condition, or on what raters are missing.
  bool items_by_condition = false;
  /// Conditions ask for measures of evidence.
  bool measures_asked = false;
  /// The outcome may change when a scoring year begins.
  bool year_matters = false;
  /// Distinct months of LAST_MONTHS.
  std::vector<uint16_t> last_months;
  /// Attribute and limits of every DaysSince.
  std::vector<MeasureTest> days_since;
};

}  // namespace xince::evaluate

#endif  // SERVICES_SCORING_EVALUATE_TABLES_H_
