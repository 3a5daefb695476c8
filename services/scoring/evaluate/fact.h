#ifndef SERVICES_SCORING_EVALUATE_FACT_H_
#define SERVICES_SCORING_EVALUATE_FACT_H_

#include <cstdint>
#include <limits>

#include "absl/types/span.h"

#include "services/scoring/evaluate/symbols.h"
#include "services/type/civil_date.h"

/// What evaluation is given about one subject, flat and ready.
namespace xince::evaluate {

/// Days since 1970-01-01, as in type::Date::days().
using Day = int32_t;
/// No day.
inline constexpr Day kNoDay = std::numeric_limits<Day>::min();
/// The end of what has no end: 9999-12-31.
inline constexpr Day kForever = type::kDateMax.days();

/// No index, no reference.
inline constexpr uint32_t kNone = std::numeric_limits<uint32_t>::max();

/// Points and other numbers, in hundredths.
using Hundredths = int64_t;
/// No points stated.
inline constexpr Hundredths kNoPoints = std::numeric_limits<Hundredths>::min();
/// Greatest absolute points of one line and of anything a pack states: 10,000,000 points.
inline constexpr Hundredths kPointsMax = 1'000'000'000;

/// Points decided in a piece of evidence: hundredths within kPointsMax, or kUndecided.
using DecidedPoints = int32_t;
/// Nothing is decided yet.
inline constexpr DecidedPoints kUndecided = std::numeric_limits<DecidedPoints>::min();

/// Decided points held within kPointsMax, beyond which no line goes.
constexpr DecidedPoints Decided(Hundredths points) {
  return static_cast<DecidedPoints>(points < -kPointsMax  ? -kPointsMax
                                    : points > kPointsMax ? kPointsMax
                                                          : points);
}

/// Greatest absolute measure: 10,000,000,000,000. Greater ones are taken as this.
inline constexpr Hundredths kMeasureMax = 1'000'000'000'000'000;

/// Ways by which a piece of evidence finds a subject, as bits (policy::v1::Way).
using ReachMask = uint8_t;
inline constexpr ReachMask kDirect = 1 << 0;
inline constexpr ReachMask kViaProject = 1 << 1;
inline constexpr ReachMask kViaManager = 1 << 2;
inline constexpr ReachMask kViaBranch = 1 << 3;
inline constexpr ReachMask kViaBranchProject = 1 << 4;
inline constexpr ReachMask kViaBranchManager = 1 << 5;

/// A named number of a piece of evidence.
struct MeasureValue {
  /// Its name, in Vocabulary::names.
  Symbol name = 0;
  /// Its value.
  Hundredths value = 0;
};

/// A piece of evidence as known, after corrections: a voided piece is not handed in at all, an amended
/// one with its amended fields. 64 bytes, so that registers of many millions fit in memory and one
/// piece is one cache line.
struct Fact {
  /// Orders pieces that start on the same day. It must order as the evidence ids do (as byte strings)
  /// and be unique among the facts of one evaluation: then the order of arrival changes nothing.
  uint32_t order = 0;
  /// Points decided in the evidence (see Decided), or kUndecided.
  DecidedPoints points = kUndecided;
  /// Measures, in any order, each name once. Must outlive the evaluation.
  const MeasureValue* measures = nullptr;
  /// Tags in Vocabulary::names. Must outlive the evaluation.
  const Symbol* tags = nullptr;
  /// The caller's own reference, handed back in lines.
  uint32_t evidence = kNone;
  /// Kind, in Vocabulary::kinds.
  Symbol kind = 0;
  /// Day of the behaviour. Required.
  Day occurred = kNoDay;
  /// Day of the document that settles it. Required.
  Day determined = kNoDay;
  /// Day of the correction, or kNoDay.
  Day corrected = kNoDay;
  /// Day validity ends by the evidence's own words, or kNoDay.
  Day valid_until = kNoDay;
  /// Key of "the same thing", any number the caller has given it; 0 for none.
  uint32_t matter = 0;
  /// Who issued it, any number the caller has given; 0 for none.
  uint32_t issuer = 0;
  uint16_t measure_count = 0;
  uint16_t tag_count = 0;
  /// type::v1::Level of what it is about, and of the issuer.
  uint8_t level = 0;
  uint8_t issuer_level = 0;
  /// Every way by which it finds the subject. A fact with 0 is ignored.
  ReachMask reach = 0;
  /// An objection is pending.
  bool contested = false;
};
static_assert(sizeof(Fact) == 64);

/// An attribute of the subject, over the days it holds.
struct Attribute {
  Symbol name = 0;
  /// Text in Vocabulary::names; 0 for none.
  Symbol text = 0;
  /// Number.
  Hundredths number = 0;
  /// Date, or kNoDay.
  Day date = kNoDay;
  /// Holds when from <= day < until.
  Day from = kNoDay;
  Day until = kForever;
};

/// A list the subject is on when from <= day < until.
struct Listed {
  Symbol list = 0;
  Day from = kNoDay;
  Day until = kForever;
};

/// The standing recorded for the last day of a scoring year.
struct Recorded {
  Day on = kNoDay;
  Hundredths score = 0;
  /// Grade in Vocabulary::names; 0 for none.
  Symbol grade = 0;
};

/// The score of one of the subject's projects on the day of evaluation.
struct ProjectScore {
  /// The caller's own reference, handed back in lines.
  uint32_t project = kNone;
  /// Unrated projects are left out of roll-ups.
  bool rated = true;
  Hundredths score = 0;
  /// Floor area and households, 0 or more.
  Hundredths area = 0;
  Hundredths households = 0;
};

/// What a case decided about the points of a piece. A repair: when from <= day < until the piece keeps
/// `points`, held between what it asks for and 0; with 0 it is as a piece that never was. An amendment,
/// at most one of a piece: on every day it asks for `points`, held between what the rule asks for and 0;
/// where the rule takes the piece's decided points, they are in Fact::points already.
struct Repaired {
  /// The caller's reference, as in Fact::evidence.
  uint32_t evidence = kNone;
  Day from = kNoDay;
  Day until = kForever;
  Hundredths points = 0;
  /// An amendment, and no repair: `from` and `until` are not looked at.
  bool amended = false;
};

/// Facts of one kind that follow one another.
struct KindRun {
  Symbol kind = 0;
  /// Indices of facts.
  uint32_t begin = 0;
  uint32_t end = 0;
  /// They lie by Fact::determined.
  bool by_day = false;
};

/// What is known of the subject besides evidence.
struct SubjectFacts {
  absl::Span<const Attribute> attributes;
  absl::Span<const Listed> lists;
  absl::Span<const Recorded> history;
  /// In the order of the projects' resource names.
  absl::Span<const ProjectScore> projects;
  /// Repairs and amendments, in any order; few.
  absl::Span<const Repaired> repairs;
  /// Row of the grade that the population pass (rank.h) gave; -1 when there was none.
  int ranked_grade = -1;
  /// Every fact in a run, and `determined` of every fact: a register that keeps both beside its facts
  /// spares a lean evaluation from touching what has long ended. Empty for none.
  absl::Span<const KindRun> runs;
  absl::Span<const Day> determined;
};

}  // namespace xince::evaluate

#endif  // SERVICES_SCORING_EVALUATE_FACT_H_
