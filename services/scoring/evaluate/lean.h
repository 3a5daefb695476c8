#ifndef SERVICES_SCORING_EVALUATE_LEAN_H_
#define SERVICES_SCORING_EVALUATE_LEAN_H_

#include <algorithm>
#include <cstdint>
#include <vector>

#include "services/scoring/evaluate/calendar.h"
#include "services/scoring/evaluate/fact.h"
#include "services/scoring/evaluate/tables.h"

/// What lean evaluation works with: numbers of items straight from runs of facts, without a piece for
/// each. Used by the sources of this directory only.
namespace xince::evaluate {

/// Which pieces a pass takes.
struct Selection {
  enum class By : uint8_t {
    /// Active on the day.
    kActive,
    /// Started in [from, until).
    kStarted,
    /// Started on or before the day and within `months` of it.
    kLastMonths,
  };
  By by = By::kActive;
  bool without_contested = false;
  Day day = kNoDay;
  Day from = kNoDay;
  Day until = kForever;
  uint16_t months = 0;

  friend bool operator==(const Selection&, const Selection&) = default;
};

/// The starts with which a piece is taken, on one day under one rule.
struct Window {
  /// Taken when least <= start <= most.
  Day least = kNoDay;
  Day most = kNoDay;
  /// The start says it all; else the end has to be looked at besides.
  bool exact = false;
  /// The start is the day the fact was determined on, and says it all.
  bool determined = false;
};

/// The windows of all rules for one selection, kept because the next subject asks for the same.
class WindowCache {
 public:
  /// By rule. Stays valid until the next call.
  const Window* For(const Tables& tables, const Calendar& calendar, const Selection& selection);

 private:
  // A restriction that carries asks for ten days besides.
  static constexpr size_t kKept = 32;
  struct Entry {
    uint64_t serial = 0;
    Selection selection;
    std::vector<Window> windows;
  };
  std::vector<Entry> entries_;
  size_t next_ = 0;
};

/// A stretch of facts that one rule takes.
struct RuleRun {
  const Rule* rule = nullptr;
  const Window* window = nullptr;
  uint32_t begin = 0;
  uint32_t end = 0;
  ReachMask reach = 0;
  /// Filter and start are looked at for each.
  bool checked = false;
};

/// What a rule gives for a fact.
struct Worth {
  int32_t asked = 0;
  int32_t value = 0;
};

/// What a rule that is `whole` makes of points.
inline Worth WholeWorth(const Rule& rule, Hundredths points) {
  const Hundredths asked = std::clamp(points, -kPointsMax, kPointsMax);
  return {.asked = static_cast<int32_t>(asked),
          .value = static_cast<int32_t>(
              std::clamp(asked, rule.piece_limits.least, rule.piece_limits.most))};
}

/// The piece that its part of an item keeps, of all that were offered.
struct KeptPiece {
  uint32_t part = 0;
  int32_t value = 0;
  Day start = kNoDay;
  /// Index of the fact.
  uint32_t source = 0;
};

/// The parts of an item that keeps one piece of each, found by their number: a small table with open
/// addressing that is emptied by counting on.
class Keeper {
 public:
  /// Forgets all.
  void Begin() {
    kept_.clear();
    if (++stamp_ == 0) {
      slots_.assign(slots_.size(), {});
      stamp_ = 1;
    }
  }
  /// What the part keeps; `piece` when it is the first of its part, which `is_new` says.
  KeptPiece& Find(const KeptPiece& piece, bool& is_new) {
    if (kept_.size() * 2 >= slots_.size()) Grow();
    Slot& slot = SlotOf(piece.part);
    is_new = slot.stamp != stamp_;
    if (is_new) {
      slot = {stamp_, static_cast<uint32_t>(kept_.size())};
      kept_.push_back(piece);
    }
    return kept_[slot.at];
  }
  /// Takes a piece that is a part of its own, with the number 0.
  void Add(const KeptPiece& piece) { kept_.push_back(piece); }
  [[nodiscard]] const std::vector<KeptPiece>& kept() const { return kept_; }

 private:
  struct Slot {
    uint32_t stamp = 0;
    uint32_t at = 0;
  };

  Slot& SlotOf(uint32_t part) {
    // Fibonacci hashing: neighbouring numbers lie apart.
    size_t i = part * uint64_t{0x9E3779B97F4A7C15} >> shift_;
    while (slots_[i].stamp == stamp_ && kept_[slots_[i].at].part != part)
      i = (i + 1) & (slots_.size() - 1);
    return slots_[i];
  }
  void Grow() {
    slots_.assign(slots_.size() * 2, {});
    --shift_;
    for (uint32_t i = 0; i < kept_.size(); ++i) SlotOf(kept_[i].part) = {stamp_, i};
  }

  std::vector<KeptPiece> kept_;
  std::vector<Slot> slots_ = std::vector<Slot>(64);
  int shift_ = 64 - 6;
  uint32_t stamp_ = 0;
};

}  // namespace xince::evaluate

#endif  // SERVICES_SCORING_EVALUATE_LEAN_H_
