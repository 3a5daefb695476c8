#ifndef SERVICES_SCORING_EVALUATE_BLOCK_ENGINE_H_
#define SERVICES_SCORING_EVALUATE_BLOCK_ENGINE_H_

#include <array>
#include <deque>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"

#include "services/scoring/evaluate/block.h"
#include "services/scoring/evaluate/engine.h"

/// The engine behind BlockEvaluator. Used by the sources of this directory only.
namespace xince::evaluate {

/// What an item comes to for one subject: ItemState without what only lines need.
struct BlockItem {
  Hundredths value = 0;
  /// Sums of the pieces below and above 0.
  Hundredths demerits = 0;
  Hundredths merits = 0;
  uint32_t count = 0;
  /// Where parts keep a piece: pieces that are kept.
  uint32_t kept = 0;
  uint32_t open = 0;
  uint32_t negative_lines = 0;
  bool present = false;
};

template <typename T>
using BySubject = std::array<T, kBlockSubjectsMax>;
using BlockItems = BySubject<BlockItem>;
/// Whether something holds, by subject: 0 or 1.
using Truth = BySubject<uint8_t>;

/// One look at the facts of a block, shared by both sides: what they gather and what it comes to, filled in
/// as they ask.
struct BlockLook {
  Selection selection;
  std::vector<BlockItems> gathered;
  std::vector<uint8_t> has_gathered;
  std::vector<BlockItems> finished;
  std::vector<uint8_t> has_finished;

  void Begin(const Selection& with, size_t gatherings, size_t finishes);
};

/// One look by one side, filled in as conditions ask. Groups are of all subjects.
struct BlockPass {
  size_t side = 0;
  BlockLook* look = nullptr;
  /// Selection and year, as conditions ask for them.
  Pass head;
  bool has_items = false;
  bool has_groups = false;
  bool has_grade = false;
  /// By item; null where nobody can have anything.
  std::vector<const BlockItems*> items;
  /// Items that no evidence is for: bases and full marks.
  std::vector<BlockItems> constants;
  std::vector<BySubject<Hundredths>> groups;
  std::vector<Truth> groups_present;
  Truth rated;
  /// Missing raters whose full marks are below 0.
  BySubject<uint32_t> negative_full_marks;
  BySubject<uint16_t> grade;

  void Begin(size_t of_side, BlockLook& with, const Calendar& calendar);
};

/// The pieces that rules take, gathered before they are added up. Parallel arrays, one place a piece.
struct Batch {
  size_t size = 0;
  std::vector<uint32_t> rows;
  std::vector<int32_t> values;
  std::vector<uint8_t> negative;
  std::vector<Day> starts;

  /// Makes room for so many pieces more.
  void Reserve(size_t more);
};

/// Evaluates a block.
class BlockEvaluator::Impl {
 public:
  void Run(const BlockRules& rules, const BlockFacts& block, Day day);
  [[nodiscard]] const BlockOutcome& outcome(size_t side) const { return outcomes_[side]; }

 private:
  using Gathering = BlockRules::Gathering;
  using Finish = BlockRules::Finish;
  using Entry = BlockRules::Entry;

  // block_gather.cc: from columns to items.
  void IndexKinds();
  void GatherItem(const Gathering& gathering, const Selection& selection, BlockItems& items);
  void TakeKind(const Tables& tables, const Entry& entry, const Window& window);
  void TakeFacts(const Tables& tables, const Entry& entry, const Window& window);
  bool TakeRows(const Tables& tables, const Rule& rule, const KindColumns& kind, size_t from);
  void TakeByLevel(const Tables& tables, const Rule& rule, size_t from);
  bool TakeByBand(const Tables& tables, const Rule& rule, const KindColumns& kind, size_t from);
  bool TakeGiven(const Rule& rule, size_t from);
  void TakeFixed(const Worth& worth, size_t from);
  template <typename Wanted>
  void KeepRows(size_t from, const Wanted& wanted);
  void FilterRows(const Tables& tables, const Rule& rule, const KindColumns& kind, size_t from);
  void AddUp(BlockItems& items);
  void Keep(const Item& item, BlockItems& items);
  void ShareMeans(const Item& item, BlockItems& items);
  void FindParts(const Item& item);
  [[nodiscard]] bool Better(const Item& item, size_t a, size_t b) const;
  [[nodiscard]] bool Before(size_t a, size_t b) const;
  void CountOpen(Day day, BlockItems& items);

  // block.cc: from items to outcomes.
  BlockLook& LookAt(const Selection& selection);
  BlockPass& PassOf(size_t side, const Selection& selection);
  void Items(BlockPass& pass);
  const BlockItems* FinishItem(BlockPass& pass, uint16_t finish);
  void CountItem(BlockPass& pass, const Tables& tables, uint16_t index, BlockItems& items);
  void OwnLines(BlockPass& pass, const Tables& tables, uint16_t index, BlockItems& items);
  void AddConstants(BlockPass& pass, const Tables& tables);
  void Groups(BlockPass& pass);
  [[nodiscard]] Sum HighestOf(const BlockPass& pass, const Group& group, size_t subject) const;
  Sum MixOf(BlockPass& pass, const Group& group, size_t subject) const;
  [[nodiscard]] Sum ValueOf(const BlockPass& pass, const Member& member, size_t subject) const;
  void Grade(BlockPass& pass);
  void Effects(BlockPass& pass, BlockOutcome& outcome);
  void Restrict(BlockPass& pass, const RestrictionRow& row, Truth& holds);

  // block_conditions.cc
  void Holds(uint32_t root, BlockPass& pass, Truth& holds);
  void HoldsNode(const ConditionNode& node, BlockPass& pass, Truth& holds);
  void HoldsItem(const ConditionNode& node, BlockPass& pass, Truth& holds);
  void HoldsPeriod(const ConditionNode& node, BlockPass& pass, Truth& holds);
  void HoldsVeto(const ConditionNode& node, BlockPass& pass, Truth& holds);
  void HoldsEarly(const ConditionNode& node, BlockPass& pass, Truth& holds);
  template <typename Value>
  void Compare(const Interval& is, Truth& holds, const Value& value) const;

  [[nodiscard]] const Tables& TablesOf(size_t side) const {
    return rules_->sides_[side].policy->tables();
  }
  /// Has the engine work with a side's tables.
  void Use(const Tables& tables);

  const BlockRules* rules_ = nullptr;
  const BlockFacts* block_ = nullptr;
  const FactColumns* columns_ = nullptr;
  size_t subjects_ = 0;
  /// Lends what it says of single facts and subjects.
  Evaluator::Impl engine_;
  SubjectFacts nobody_;
  Pass fact_pass_;
  /// By kind: its place in the columns, or kNone.
  std::vector<uint32_t> place_of_kind_;
  Batch batch_;
  /// Of Keep: pieces lie in the order in which they count; starts are asked for; the part of each piece;
  /// the piece that each part keeps.
  bool in_order_ = false;
  bool asks_starts_ = false;
  std::vector<uint32_t> parts_;
  std::vector<uint32_t> best_;
  std::vector<uint32_t> order_;
  absl::flat_hash_map<uint64_t, uint32_t> part_numbers_;
  /// Not moved when they grow: passes point to looks.
  std::deque<BlockLook> looks_;
  size_t used_looks_ = 0;
  std::deque<BlockPass> passes_;
  size_t used_passes_ = 0;
  std::array<BlockOutcome, 2> outcomes_;
};

}  // namespace xince::evaluate

#endif  // SERVICES_SCORING_EVALUATE_BLOCK_ENGINE_H_
