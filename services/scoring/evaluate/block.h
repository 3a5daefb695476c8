#ifndef SERVICES_SCORING_EVALUATE_BLOCK_H_
#define SERVICES_SCORING_EVALUATE_BLOCK_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"

#include "services/scoring/evaluate/columns.h"
#include "services/scoring/evaluate/compiled.h"
#include "services/scoring/evaluate/fact.h"

/// Lean evaluation of many subjects at once under two sets of rules. It says what Evaluator says with
/// Explain::kLean, by going through the facts of a block kind by kind instead of subject by subject, and
/// through those that both sides count alike once.
namespace xince::evaluate {

/// Two sides of rules for one kind of subject, brought together. Immutable; safe to share between
/// threads.
class BlockRules {
 public:
  BlockRules() = default;
  /// Either may be null. They outlive this, and were compiled with one Vocabulary.
  BlockRules(const CompiledSubjectPolicy* before, const CompiledSubjectPolicy* after);

  /// The side's rules can be evaluated by the block. Not so are: no rules; grades by rank; roll-ups of
  /// projects; and items whose pieces are worth what their place says (escalations) or of which a part
  /// keeps several.
  [[nodiscard]] bool Covers(size_t side) const { return covers_[side]; }

 private:
  friend class BlockEvaluator;

  /// A rule of an item for one kind.
  struct Entry {
    Symbol kind = 0;
    uint16_t rule = 0;
    ReachMask reach = 0;
  };
  /// How the pieces of an item are added up, whoever asks: the rules of one of those that ask.
  struct Gathering {
    const Tables* tables = nullptr;
    uint16_t item = 0;
    std::vector<Entry> entries;
    /// How many finished items are made of it.
    int users = 0;
  };
  /// What an item comes to, whoever asks.
  struct Finish {
    const Tables* tables = nullptr;
    uint16_t item = 0;
    uint16_t gathering = 0;
  };
  /// By item of a side: its Finish, or kNoIndex for an item without evidence.
  struct Side {
    const CompiledSubjectPolicy* policy = nullptr;
    std::vector<uint16_t> finish_of_item;
    /// By group: the items that are its members.
    std::vector<std::vector<uint16_t>> items_of_group;
  };

  static bool CanCover(const CompiledSubjectPolicy* policy);
  void AddItems(size_t side, std::vector<std::string>& gatherings, std::vector<std::string>& ends);
  static std::vector<Entry> EntriesOf(const Tables& tables, uint16_t item);

  std::array<bool, 2> covers_{};
  std::array<Side, 2> sides_;
  std::vector<Gathering> gatherings_;
  std::vector<Finish> finishes_;
};

/// The subjects of a block.
struct BlockFacts {
  size_t subjects = 0;
  absl::Span<const Fact> facts;
  /// Of `facts`.
  const FactColumns* columns = nullptr;
  /// What is known of a subject besides evidence, and its facts. Asked only by conditions about them;
  /// what they refer to stays valid until the next call.
  absl::FunctionRef<SubjectFacts(size_t)> subject;
  absl::FunctionRef<absl::Span<const Fact>(size_t)> facts_of;
};

/// What one side says of the subjects of a block, by place in the block.
struct BlockOutcome {
  std::array<Hundredths, kBlockSubjectsMax> score;
  /// Row; kNoIndex for none.
  std::array<uint16_t, kBlockSubjectsMax> grade;
  std::array<uint8_t, kBlockSubjectsMax> rated;
  /// Whether any restriction holds or anything is proposed.
  std::array<uint8_t, kBlockSubjectsMax> has_effects;
  /// By restriction, and by proposal as Outcome::proposals numbers them.
  std::vector<std::array<uint8_t, kBlockSubjectsMax>> restrictions;
  std::vector<std::array<uint8_t, kBlockSubjectsMax>> proposals;
};

/// Evaluates blocks, keeping its memory from one to the next. One per thread.
class BlockEvaluator {
 public:
  BlockEvaluator();
  ~BlockEvaluator();
  BlockEvaluator(const BlockEvaluator&) = delete;
  BlockEvaluator& operator=(const BlockEvaluator&) = delete;

  /// Evaluates the sides that are covered. Repairs and amendments are not looked at: evaluate subjects
  /// that have some by themselves.
  void Run(const BlockRules& rules, const BlockFacts& block, Day day);
  /// What Run came to for a side that is covered.
  [[nodiscard]] const BlockOutcome& outcome(size_t side) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace xince::evaluate

#endif  // SERVICES_SCORING_EVALUATE_BLOCK_H_
