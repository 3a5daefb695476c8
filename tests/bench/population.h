#ifndef TESTS_BENCH_POPULATION_H_
#define TESTS_BENCH_POPULATION_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "services/scoring/evaluate/fact.h"

/// An invented register for benchmarks: firms and what is on file about them, the same on every machine
/// and in every run. Integers only; nothing is drawn from the operating system.
///
/// How many pieces a firm has is skewed as in a large city: of 1,000 firms about 50 have none, 350 have
/// 1 to 4, 350 have 5 to 20, 170 have 21 to 80, 60 have 81 to 190, 18 have 201 to 380 and 2 have 401 to
/// 1,200, which is 28.7 on average; then single pieces are taken from or given to firms in turn until
/// the total is exact. Of 1,000 pieces about 295 are findings of an inspection, 135 honours, 120
/// opinions of street party organisations, 150 surveys, 120 assessments, 150 complaint statistics and 30
/// are of a kind the packs do not score. Dates lie evenly between kFirstDay and kLastDay.
namespace xince::bench {

/// Kinds of evidence, numbered from 1 in the flat form that peers read.
inline constexpr std::array<absl::string_view, 17> kKinds = {
    "inspection.handover-refused",
    "inspection.handover-dispute",
    "inspection.penalty",
    "inspection.trees-destroyed",
    "inspection.lift-unsafe",
    "inspection.inaction",
    "inspection.rectification-overdue",
    "inspection.circular-criticism",
    "inspection.common-parts-misused",
    "inspection.breach-of-rules",
    "inspection.check-refused",
    "inspection.honour",
    "party.evaluation",
    "inspection.satisfaction",
    "inspection.assessment",
    "inspection.complaint-statistics",
    "inspection.rectification-order",
};
inline constexpr int kKindHonour = 12;
inline constexpr int kKindParty = 13;
inline constexpr int kKindSatisfaction = 14;
inline constexpr int kKindAssessment = 15;
inline constexpr int kKindComplaints = 16;

/// First and last day on which anything is determined: 2022-11-01 and 2026-10-31.
inline constexpr evaluate::Day kFirstDay = type::Date::FromCivil(2022, 11, 1).days();
inline constexpr evaluate::Day kLastDay = type::Date::FromCivil(2026, 10, 31).days();

/// Most firms, and most pieces: fold.sql orders pieces by determined × 2^24 + id.
inline constexpr uint32_t kFirmsMax = 1'000'000;
inline constexpr uint64_t kPiecesMax = 1 << 24;

/// A number that is not there.
inline constexpr int32_t kAbsent = INT32_MIN;

/// One piece of evidence about one firm.
struct Piece {
  /// From 0, by firm and then by day; the order of ids.
  uint32_t id = 0;
  /// 1 to kKinds.size().
  uint8_t kind = 0;
  /// type::v1::Level of what it is about, and of the issuer.
  uint8_t level = 0;
  uint8_t issuer_level = 0;
  uint32_t issuer = 0;
  /// Key of the same thing, 0 for none.
  uint32_t matter = 0;
  evaluate::Day occurred = 0;
  evaluate::Day determined = 0;
  /// Decided points in hundredths, or kAbsent.
  int32_t points = kAbsent;
  /// The measure that is scored, in hundredths, or kAbsent: score, satisfaction-rate or
  /// complaint-disposal-rate.
  int32_t value = kAbsent;
  /// The measure that is asked for besides, in hundredths, or kAbsent: full-score or sample-size.
  int32_t other = kAbsent;

  friend bool operator==(const Piece&, const Piece&) = default;
};

/// The register. Immutable.
class InventedPopulation {
 public:
  /// 1 to kFirmsMax firms, 1 to kPiecesMax pieces.
  InventedPopulation(uint32_t firms, uint64_t pieces);

  [[nodiscard]] uint32_t firms() const { return static_cast<uint32_t>(begins_.size() - 1); }
  [[nodiscard]] uint64_t pieces() const { return begins_.back(); }
  /// Pieces about the firms before this one.
  [[nodiscard]] uint64_t Before(uint32_t firm) const { return begins_[firm]; }

  /// Replaces `pieces` with those about a firm, by determined day and id.
  void About(uint32_t firm, std::vector<Piece>& pieces) const;

 private:
  std::vector<uint64_t> begins_;
};

/// Name of the measure that a kind's `value` (or `other`) is; empty for none.
absl::string_view ValueName(int kind);
absl::string_view OtherName(int kind);

/// SHA-256, in hexadecimal, of every field of every piece.
std::string DigestOfPopulation(const InventedPopulation& population);

/// Writes every piece as a line of comma-separated integers, without a heading: id, firm, kind, level,
/// issuer_level, issuer, matter, determined, points, value, other; what is absent is empty. False when
/// the file cannot be written.
bool WritePieces(const InventedPopulation& population, const std::string& path);

}  // namespace xince::bench

#endif  // TESTS_BENCH_POPULATION_H_
