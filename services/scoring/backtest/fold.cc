#include "services/scoring/backtest/fold.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace xince::backtest {
namespace {

using evaluate::Explain;
using evaluate::Line;
using evaluate::Outcome;
using policy::v1::BacktestLine;
using policy::v1::BacktestMover;
using policy::v1::BacktestSide;

// Distinct projects had on a day.
size_t ProjectsOn(absl::Span<const HadProject> projects, Day day) {
  size_t count = 0;
  uint32_t last = kNone;
  for (const HadProject& had : projects) {
    if (day < had.from || day >= had.until || had.project == last) continue;
    last = had.project;
    ++count;
  }
  return count;
}

void SetSide(const Words& words, const Verdict& verdict, BacktestSide& side) {
  side.set_rated(verdict.rated);
  side.set_score_hundredths(verdict.score);
  side.set_grade(words.grades[verdict.grade]);
}

uint16_t GradeNumber(const Words& words, size_t side, bool rated, uint16_t row) {
  if (!rated) return words.not_rated();
  return row == evaluate::kNoIndex ? words.no_grade() : words.sides[side].grades[row];
}

// Effects of `of` that `without` does not have.
template <typename AddRestriction, typename AddProposal>
void EachBeyond(const Words& words,
                const Verdict& of,
                const Verdict& without,
                const AddRestriction& restriction,
                const AddProposal& proposal) {
  for (const uint16_t effect : of.effects) {
    if (std::binary_search(without.effects.begin(), without.effects.end(), effect)) continue;
    if (effect < words.restrictions) {
      restriction(words.effects[effect]);
    } else {
      proposal(words.effects[effect]);
    }
  }
}

int64_t Size(int64_t value) { return value < 0 ? -value : value; }

}  // namespace

void AppendCanonical(const google::protobuf::MessageLite& message, std::string& bytes) {
  const size_t size = message.ByteSizeLong();
  for (int shift = 24; shift >= 0; shift -= 8)
    bytes.push_back(static_cast<char>(size >> shift & 0xFF));
  const size_t begin = bytes.size();
  bytes.resize(begin + size);
  message.SerializeWithCachedSizesToArray(reinterpret_cast<uint8_t*>(bytes.data() + begin));
}

BacktestMover& BlockResult::Add() {
  if (count_ == parts_.size()) parts_.emplace_back();
  BacktestMover& mover = *parts_[count_++].mutable_mover();
  mover.Clear();
  return mover;
}

void BlockResult::Close() { AppendCanonical(parts_[count_ - 1].mover(), canonical_); }

void StageTallies::Begin(const Stage& stage) {
  by_district.resize(stage.population->districts().size());
  for (Tally& tally : by_district) tally.Begin(stage.words);
  for (Tally& tally : by_size) tally.Begin(stage.words);
}

void StageTallies::Add(const StageTallies& other) {
  for (size_t i = 0; i < by_district.size(); ++i) by_district[i].Add(other.by_district[i]);
  for (size_t i = 0; i < by_size.size(); ++i) by_size[i].Add(other.by_size[i]);
}

evaluate::SubjectFacts Worker::FactsOf(const Stage& stage,
                                       size_t side,
                                       const Block& block,
                                       size_t index) {
  const Subject& subject = block.subjects[index];
  const auto part = [](const auto& values, const Stretch& stretch) {
    return absl::MakeConstSpan(values).subspan(stretch.begin, stretch.end - stretch.begin);
  };
  evaluate::SubjectFacts facts{.attributes = part(block.attributes, subject.attributes),
                               .lists = part(block.lists, subject.lists),
                               .history = part(block.history, subject.history),
                               .repairs = part(block.repairs, subject.repairs)};
  facts.runs = part(block.runs, subject.runs);
  facts.determined = part(block.determined, subject.facts);
  if (!stage.ranks[side].empty()) facts.ranked_grade = stage.ranks[side][block.first + index];
  if (!stage.rolls_up[side]) return facts;
  scores_.clear();
  const ProjectResults& results = (*stage.projects)[side];
  for (const HadProject& had : block.ProjectsOf(subject)) {
    if (stage.day < had.from || stage.day >= had.until) continue;
    if (!scores_.empty() && scores_.back().project == had.project) continue;
    const bool rated = results.rated[had.project] != 0;
    scores_.push_back({.project = had.project,
                       .rated = rated,
                       .score = rated ? results.score[had.project] : 0,
                       .area = had.area,
                       .households = had.households});
  }
  facts.projects = scores_;
  return facts;
}

const Outcome& Worker::Evaluate(
    const Stage& stage, size_t side, const Block& block, size_t index, Explain explain) {
  return evaluator_.Run(*stage.rules[side],
                        block.FactsOf(block.subjects[index]),
                        FactsOf(stage, side, block, index),
                        stage.day,
                        {.explain = explain});
}

// Evaluates all subjects of a block at once, as far as the rules let that be.
void Worker::JudgeBlock(const Stage& stage, const Block& block) {
  const bool laid_out = block.facts.size() <= evaluate::kColumnFactsMax;
  for (size_t side = 0; side < 2; ++side)
    by_block_[side] = laid_out && stage.block_rules.Covers(side);
  if (!by_block_[0] && !by_block_[1]) return;
  block_evaluator_.Run(
      stage.block_rules,
      {.subjects = block.subjects.size(),
       .facts = block.facts,
       .columns = &block.columns,
       // What conditions of either side ask about a subject does not depend on the side.
       .subject = [&](size_t index) { return FactsOf(stage, 0, block, index); },
       .facts_of = [&](size_t index) { return block.FactsOf(block.subjects[index]); }},
      stage.day);
}

void Worker::Judge(const Stage& stage, size_t side, const Block& block, size_t index) {
  Verdict& verdict = verdicts_[side];
  verdict.effects.clear();
  if (stage.rules[side] == nullptr) {
    verdict.rated = false;
    verdict.score = 0;
    verdict.grade = stage.words.no_rules();
  } else if (by_block_[side] && block.subjects[index].repairs.empty()) {
    TakeVerdict(stage, side, index);
  } else {
    JudgeAlone(stage, side, block, index);
  }
  if (verdict.effects.empty()) return;
  std::sort(verdict.effects.begin(), verdict.effects.end());
  // Two rules may stand for one code.
  verdict.effects.erase(std::unique(verdict.effects.begin(), verdict.effects.end()),
                        verdict.effects.end());
}

// The verdict as the evaluation of the block has it.
void Worker::TakeVerdict(const Stage& stage, size_t side, size_t index) {
  const evaluate::BlockOutcome& outcome = block_evaluator_.outcome(side);
  const Words::Side& numbers = stage.words.sides[side];
  Verdict& verdict = verdicts_[side];
  verdict.rated = outcome.rated[index] != 0;
  verdict.score = outcome.score[index];
  verdict.grade = GradeNumber(stage.words, side, verdict.rated, outcome.grade[index]);
  if (outcome.has_effects[index] == 0) return;
  for (size_t i = 0; i < outcome.restrictions.size(); ++i) {
    if (outcome.restrictions[i][index] != 0) verdict.effects.push_back(numbers.restrictions[i]);
  }
  for (size_t i = 0; i < outcome.proposals.size(); ++i) {
    if (outcome.proposals[i][index] != 0) verdict.effects.push_back(numbers.proposals[i]);
  }
}

void Worker::JudgeAlone(const Stage& stage, size_t side, const Block& block, size_t index) {
  const Outcome& outcome = Evaluate(stage, side, block, index, Explain::kLean);
  const Words::Side& numbers = stage.words.sides[side];
  Verdict& verdict = verdicts_[side];
  verdict.rated = outcome.rated;
  verdict.score = outcome.score;
  verdict.grade = GradeNumber(stage.words, side, outcome.rated, outcome.grade);
  for (const evaluate::ActiveRestriction& active : outcome.restrictions)
    verdict.effects.push_back(numbers.restrictions[active.restriction]);
  for (const uint16_t proposal : outcome.proposals)
    verdict.effects.push_back(numbers.proposals[proposal]);
}

void Worker::Fold(const Stage& stage, const Block& block, BlockResult& result) {
  result.Begin();
  JudgeBlock(stage, block);
  for (size_t i = 0; i < block.subjects.size(); ++i) {
    const Subject& subject = block.subjects[i];
    for (size_t side = 0; side < 2; ++side) {
      Judge(stage, side, block, i);
      if (stage.kind != type::SubjectKind::kProject) continue;
      ProjectResults& results = (*stage.projects)[side];
      results.score[block.first + i] = verdicts_[side].score;
      results.rated[block.first + i] = verdicts_[side].rated ? 1 : 0;
    }
    const Verdict& before = verdicts_[0];
    const Verdict& after = verdicts_[1];
    const bool moved = before.score != after.score || before.grade != after.grade ||
                       before.rated != after.rated || before.effects != after.effects;
    const size_t projects = ProjectsOn(block.ProjectsOf(subject), stage.day);
    tallies_.by_district[subject.district].Count(stage.words, before, after, moved);
    tallies_.by_size[SizeBandOf(projects)].Count(stage.words, before, after, moved);
    if (!moved) continue;
    Describe(stage, block, i, projects, result.Add());
    result.Close();
  }
}

void Worker::Rank(const Stage& stage,
                  size_t side,
                  const Block& block,
                  std::vector<RankEntry>& entries) {
  const evaluate::CompiledSubjectPolicy& rules = *stage.rules[side];
  const Explain explain = rules.tables().tie_breaks.empty() ? Explain::kLean : Explain::kNo;
  for (size_t i = 0; i < block.subjects.size(); ++i) {
    const Outcome& outcome = Evaluate(stage, side, block, i, explain);
    if (!outcome.rated) continue;
    RankEntry& entry = entries.emplace_back();
    entry.place = block.first + i;
    entry.ranked.name = block.subjects[i].name;
    entry.ranked.score = outcome.score;
    entry.ranked.grade_rows = outcome.grade_rows;
    if (explain == Explain::kNo)
      entry.ranked.tie_breaks = TieBreakValues(rules, outcome, FactsOf(stage, side, block, i));
  }
}

void Worker::Describe(
    const Stage& stage, const Block& block, size_t index, size_t projects, BacktestMover& mover) {
  const Subject& subject = block.subjects[index];
  mover.set_subject(subject.name.data(), subject.name.size());
  mover.set_day(stage.day_text);
  mover.set_district(stage.population->districts()[subject.district]);
  mover.set_projects(static_cast<int32_t>(projects));
  SetSide(stage.words, verdicts_[0], *mover.mutable_old());
  SetSide(stage.words, verdicts_[1], *mover.mutable_new_());
  EachBeyond(
      stage.words,
      verdicts_[1],
      verdicts_[0],
      [&](const std::string& code) { mover.add_restrictions_gained(code); },
      [&](const std::string& list) { mover.add_proposals_gained(list); });
  EachBeyond(
      stage.words,
      verdicts_[0],
      verdicts_[1],
      [&](const std::string& code) { mover.add_restrictions_lost(code); },
      [&](const std::string& list) { mover.add_proposals_lost(list); });
  if (stage.options->lines) DescribeLines(stage, block, index, mover);
}

void Worker::DescribeLines(const Stage& stage,
                           const Block& block,
                           size_t index,
                           BacktestMover& mover) {
  // By item, evidence and project; what both sides count.
  std::map<std::tuple<absl::string_view, uint32_t, uint32_t>, std::array<Hundredths, 2>> counted;
  for (size_t side = 0; side < 2; ++side) {
    if (stage.rules[side] == nullptr) continue;
    for (const Line& line : Evaluate(stage, side, block, index, Explain::kYes).lines) {
      counted[{stage.rules[side]->item_id(line.item), line.evidence, line.project}][side] +=
          line.counted;
    }
  }
  const auto projects = stage.population->blocks(type::SubjectKind::kProject);
  std::vector<BacktestLine> lines;
  for (const auto& [key, points] : counted) {
    if (points[0] == points[1]) continue;
    const uint32_t evidence = std::get<1>(key);
    const uint32_t project = std::get<2>(key);
    BacktestLine& line = lines.emplace_back();
    line.set_item(std::string(std::get<0>(key)));
    if (project != kNone) {
      const auto after = std::partition_point(
          projects.begin(), projects.end(), [&](const auto& b) { return b->first <= project; });
      const Block& of = **std::prev(after);
      line.set_evidence(std::string(of.subjects[project - of.first].name));
    } else if (evidence != kNone && stage.options->evidence_id) {
      line.set_evidence(stage.options->evidence_id(evidence));
    }
    line.set_old_hundredths(points[0]);
    line.set_new_hundredths(points[1]);
  }
  std::sort(lines.begin(), lines.end(), [](const BacktestLine& a, const BacktestLine& b) {
    const int64_t by_a = Size(a.new_hundredths() - a.old_hundredths());
    const int64_t by_b = Size(b.new_hundredths() - b.old_hundredths());
    if (by_a != by_b) return by_a > by_b;
    return std::tie(a.item(), a.evidence()) < std::tie(b.item(), b.evidence());
  });
  for (BacktestLine& line : lines) {
    if (mover.lines_size() == static_cast<int>(kMoverLinesMax)) break;
    *mover.add_lines() = std::move(line);
  }
  mover.set_lines_omitted(static_cast<int32_t>(lines.size()) - mover.lines_size());
}

}  // namespace xince::backtest
