#ifndef SERVICES_SCORING_BACKTEST_FOLD_H_
#define SERVICES_SCORING_BACKTEST_FOLD_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "xince/policy/v1/backtest.pb.h"

#include "services/scoring/backtest/backtest.h"
#include "services/scoring/backtest/tally.h"
#include "services/scoring/evaluate/block.h"
#include "services/scoring/evaluate/evaluate.h"
#include "services/scoring/evaluate/rank.h"

/// One block of subjects under two sets of rules. Used by the sources of this directory only.
namespace xince::backtest {

/// What projects score on a day under one side, by their place.
struct ProjectResults {
  std::vector<Hundredths> score;
  std::vector<uint8_t> rated;
};

/// One kind of subject on one day.
struct Stage {
  const Population* population = nullptr;
  const Options* options = nullptr;
  Day day = evaluate::kNoDay;
  std::string day_text;
  type::SubjectKind kind = type::SubjectKind::kFirm;
  /// Old and new; null for no rules.
  std::array<const evaluate::CompiledSubjectPolicy*, 2> rules{};
  /// The same, for whole blocks.
  evaluate::BlockRules block_rules;
  /// The side rolls up projects' scores.
  std::array<bool, 2> rolls_up{};
  Words words;
  /// Filled by the stage of projects, read by those that follow it.
  std::array<ProjectResults, 2>* projects = nullptr;
  /// Grade rows by rank, by place; empty for a side without quotas.
  std::array<std::vector<int>, 2> ranks;
};

/// What came of a block. Used again for another one: a message that was filled before has the memory
/// that the next needs.
class BlockResult {
 public:
  /// Forgets what is there.
  void Begin() {
    count_ = 0;
    canonical_.clear();
  }
  /// The message of a further mover, empty.
  policy::v1::BacktestMover& Add();
  /// Takes the bytes of the last mover, as the digest has them.
  void Close();
  /// Its movers, ready for the stream.
  [[nodiscard]] absl::Span<policy::v1::BacktestPart> movers() {
    return absl::MakeSpan(parts_).first(count_);
  }
  /// Their bytes as the digest takes them.
  [[nodiscard]] const std::string& canonical() const { return canonical_; }

 private:
  std::vector<policy::v1::BacktestPart> parts_;
  size_t count_ = 0;
  std::string canonical_;
};

/// A subject that takes part in a ranking.
struct RankEntry {
  size_t place = 0;
  evaluate::Ranked ranked;
};

/// Counts of one stage.
struct StageTallies {
  std::vector<Tally> by_district;
  std::array<Tally, kSizeBands.size()> by_size;

  void Begin(const Stage& stage);
  void Add(const StageTallies& other);
};

/// The work of one thread, with the memory it keeps from one block to the next.
class alignas(64) Worker {
 public:
  void Begin(const Stage& stage) { tallies_.Begin(stage); }
  /// Evaluates a block under both sides, counts, and describes who moves.
  void Fold(const Stage& stage, const Block& block, BlockResult& result);
  /// The rated subjects of a block under one side, as the ranking needs them.
  void Rank(const Stage& stage, size_t side, const Block& block, std::vector<RankEntry>& entries);
  [[nodiscard]] const StageTallies& tallies() const { return tallies_; }

 private:
  const evaluate::Outcome& Evaluate(
      const Stage& stage, size_t side, const Block& block, size_t index, evaluate::Explain explain);
  void JudgeBlock(const Stage& stage, const Block& block);
  void Judge(const Stage& stage, size_t side, const Block& block, size_t index);
  void JudgeAlone(const Stage& stage, size_t side, const Block& block, size_t index);
  void TakeVerdict(const Stage& stage, size_t side, size_t index);
  void Describe(const Stage& stage,
                const Block& block,
                size_t index,
                size_t projects,
                policy::v1::BacktestMover& mover);
  void DescribeLines(const Stage& stage,
                     const Block& block,
                     size_t index,
                     policy::v1::BacktestMover& mover);
  evaluate::SubjectFacts FactsOf(const Stage& stage, size_t side, const Block& block, size_t index);

  evaluate::Evaluator evaluator_;
  evaluate::BlockEvaluator block_evaluator_;
  /// Sides that block_evaluator_ knows the verdicts of.
  std::array<bool, 2> by_block_{};
  std::array<Verdict, 2> verdicts_;
  std::vector<evaluate::ProjectScore> scores_;
  StageTallies tallies_;
};

/// Appends a message as the digest takes it: its length in 4 bytes, big-endian, and its bytes.
void AppendCanonical(const google::protobuf::MessageLite& message, std::string& bytes);

}  // namespace xince::backtest

#endif  // SERVICES_SCORING_BACKTEST_FOLD_H_
