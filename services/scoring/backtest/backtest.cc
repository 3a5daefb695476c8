#include "services/scoring/backtest/backtest.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include <openssl/evp.h>

#include "xince/policy/v1/backtest.pb.h"

#include "services/runtime/errors.h"
#include "services/scoring/backtest/fold.h"
#include "services/scoring/backtest/in_order.h"
#include "services/scoring/creditfile/assessor.h"

namespace xince::backtest {
namespace {

using evaluate::CompiledSubjectPolicy;
using policy::v1::BacktestPart;
using policy::v1::BacktestSlice;
using policy::v1::BacktestSummary;

// Blocks evaluated ahead of the one being handed on.
constexpr size_t kBlocksAhead = 32;

// SHA-256 of bytes that come piece by piece.
class Digest {
 public:
  Digest() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr);
  }
  void Add(absl::string_view bytes) {
    EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
  }
  policy::Digest Finish() {
    policy::Digest digest{};
    EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr);
    return digest;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

absl::Status CheckOptions(const Options& options) {
  if (options.days.empty() || options.days.size() > kDaysMax ||
      std::adjacent_find(options.days.begin(), options.days.end(), std::greater_equal<>()) !=
          options.days.end()) {
    return runtime::InvalidArgument(
        "BACKTEST_DAYS",
        "days",
        absl::StrCat("a back-test looks at 1 to ", kDaysMax, " days, in ascending order"),
        absl::StrCat("回测日期须为1至", kDaysMax, "个且依次递增"),
        {{"days", absl::StrCat(options.days.size())}, {"max", absl::StrCat(kDaysMax)}});
  }
  if (options.threads < 1 || options.threads > kThreadsMax) {
    return runtime::InvalidArgument("BACKTEST_THREADS",
                                    "threads",
                                    absl::StrCat("1 to ", kThreadsMax, " threads"),
                                    absl::StrCat("线程数须为1至", kThreadsMax),
                                    {{"max", absl::StrCat(kThreadsMax)}});
  }
  return absl::OkStatus();
}

absl::Status Cancelled() {
  return runtime::ToStatus(runtime::Problem{.code = absl::StatusCode::kCancelled,
                                            .reason = "BACKTEST_CANCELLED",
                                            .en = "the back-test was cancelled",
                                            .zh = "回测已取消"});
}

bool RollsUp(const CompiledSubjectPolicy* rules) {
  return rules != nullptr &&
         std::any_of(rules->tables().items.begin(), rules->tables().items.end(), [](const auto& i) {
           return i.source == evaluate::Item::Source::kProjects;
         });
}

// One back-test.
class Backtest {
 public:
  Backtest(const Population& population,
           const Rules& in_force,
           const Rules& candidate,
           const Options& options,
           const Sink& sink)
      : population_(population),
        in_force_(in_force),
        candidate_(candidate),
        options_(options),
        sink_(sink) {
    for (int i = 0; i < options.threads; ++i) workers_.push_back(std::make_unique<Worker>());
  }

  absl::StatusOr<BacktestSummary> Run() {
    Announce();
    ChooseDistricts();
    for (const Day day : options_.days) {
      ClearProjects();
      for (const type::SubjectKind kind : kKinds) {
        if (!RunStage(day, kind)) return Cancelled();
      }
    }
    WritePacks();
    std::string bytes;
    AppendCanonical(summary_, bytes);
    digest_.Add(bytes);
    summary_.set_digest(policy::FormatDigest(digest_.Finish()));
    BacktestPart last;
    *last.mutable_summary() = summary_;
    if (!sink_(last)) return Cancelled();
    return std::move(summary_);
  }

 private:
  void Announce() {
    summary_.set_revision(population_.revision());
    summary_.set_candidate_digest(options_.candidate_digest);
    for (const Day day : options_.days) summary_.add_days(creditfile::DayText(day));
    for (const type::SubjectKind kind : kKinds) {
      const size_t subjects = population_.subjects(kind);
      auto* population = summary_.add_populations();
      population->set_kind(std::string(type::CollectionOf(kind)));
      population->set_subjects(static_cast<int64_t>(subjects));
      for (const Day day : options_.days) {
        if (in_force_.on(kind, day) == nullptr && candidate_.on(kind, day) == nullptr) continue;
        progress_.set_subjects_total(progress_.subjects_total() + static_cast<int64_t>(subjects));
      }
    }
  }

  // Those with most subjects, by code, and the others.
  void ChooseDistricts() {
    const std::vector<std::string>& codes = population_.districts();
    const std::vector<size_t>& subjects = population_.district_subjects();
    for (size_t i = 0; i < codes.size(); ++i) districts_.push_back(i);
    std::sort(districts_.begin(), districts_.end(), [&](size_t a, size_t b) {
      return subjects[a] != subjects[b] ? subjects[a] > subjects[b] : codes[a] < codes[b];
    });
    const size_t own = std::min(districts_.size(), kDistrictsMax);
    other_districts_.assign(districts_.begin() + static_cast<std::ptrdiff_t>(own),
                            districts_.end());
    districts_.resize(own);
    std::sort(districts_.begin(), districts_.end(), [&](size_t a, size_t b) {
      return codes[a] < codes[b];
    });
  }

  void ClearProjects() {
    const size_t projects = population_.subjects(type::SubjectKind::kProject);
    for (ProjectResults& side : projects_) {
      side.score.assign(projects, 0);
      side.rated.assign(projects, 0);
    }
  }

  // False when it was cancelled.
  bool RunStage(Day day, type::SubjectKind kind) {
    Stage stage;
    stage.rules = {in_force_.on(kind, day), candidate_.on(kind, day)};
    if (stage.rules[0] != nullptr) {
      auto& compared = compared_[policy::FormatDigest(stage.rules[0]->digest())];
      compared.set_id(stage.rules[0]->pack().id());
      const std::string text = creditfile::DayText(day);
      if (compared.days().empty() || *compared.days().rbegin() != text) compared.add_days(text);
    }
    if (stage.rules[0] == nullptr && stage.rules[1] == nullptr) return true;
    stage.population = &population_;
    stage.options = &options_;
    stage.day = day;
    stage.day_text = creditfile::DayText(day);
    stage.kind = kind;
    stage.block_rules = evaluate::BlockRules(stage.rules[0], stage.rules[1]);
    stage.rolls_up = {RollsUp(stage.rules[0]), RollsUp(stage.rules[1])};
    stage.words = WordsOf(stage.rules[0], stage.rules[1]);
    stage.projects = &projects_;
    for (size_t side = 0; side < 2; ++side) Rank(stage, side);
    return Fold(stage);
  }

  void Rank(Stage& stage, size_t side) {
    if (stage.rules[side] == nullptr || !stage.rules[side]->tables().has_quota) return;
    const auto blocks = population_.blocks(stage.kind);
    std::vector<std::vector<RankEntry>> entries(blocks.size());
    InOrder(
        options_.threads,
        blocks.size(),
        blocks.size(),
        [&](int worker, size_t i) { workers_[worker]->Rank(stage, side, *blocks[i], entries[i]); },
        [](size_t) { return true; });
    std::vector<size_t> places;
    std::vector<evaluate::Ranked> ranked;
    for (std::vector<RankEntry>& of_block : entries) {
      for (RankEntry& entry : of_block) {
        places.push_back(entry.place);
        ranked.push_back(std::move(entry.ranked));
      }
    }
    const std::vector<int> rows = evaluate::RankGrades(*stage.rules[side], ranked);
    stage.ranks[side].assign(population_.subjects(stage.kind), -1);
    for (size_t i = 0; i < rows.size(); ++i) stage.ranks[side][places[i]] = rows[i];
  }

  bool Fold(const Stage& stage) {
    const auto blocks = population_.blocks(stage.kind);
    for (auto& worker : workers_) worker->Begin(stage);
    progress_.set_day(stage.day_text);
    progress_.set_kind(std::string(type::CollectionOf(stage.kind)));
    auto& counts = *summary_.mutable_populations(static_cast<int>(KindIndex(stage.kind)));
    // Of the blocks in work or waiting no two are further apart than this.
    std::vector<BlockResult> results(kBlocksAhead);
    const bool finished = InOrder(
        options_.threads,
        blocks.size(),
        kBlocksAhead,
        [&](int worker, size_t i) {
          workers_[worker]->Fold(stage, *blocks[i], results[i % kBlocksAhead]);
        },
        [&](size_t i) {
          BlockResult& result = results[i % kBlocksAhead];
          counts.set_movers(counts.movers() + static_cast<int64_t>(result.movers().size()));
          return HandOn(*blocks[i], result);
        });
    counts.set_evaluated(counts.evaluated() +
                         static_cast<int64_t>(population_.subjects(stage.kind)));
    if (finished) WriteSlices(stage);
    return finished;
  }

  bool HandOn(const Block& block, BlockResult& result) {
    digest_.Add(result.canonical());
    for (BacktestPart& mover : result.movers()) {
      if (!sink_(mover)) return false;
    }
    progress_.set_subjects_done(progress_.subjects_done() +
                                static_cast<int64_t>(block.subjects.size()));
    progress_.set_movers(progress_.movers() + static_cast<int64_t>(result.movers().size()));
    if (progress_.subjects_done() / kProgressSubjects == told_) return true;
    told_ = progress_.subjects_done() / kProgressSubjects;
    BacktestPart part;
    *part.mutable_progress() = progress_;
    return sink_(part);
  }

  void WriteSlices(const Stage& stage) {
    StageTallies all;
    all.Begin(stage);
    for (const auto& worker : workers_) all.Add(worker->tallies());
    Tally whole;
    whole.Begin(stage.words);
    for (const Tally& size : all.by_size) whole.Add(size);
    WriteSlice(stage, whole);
    Tally other;
    other.Begin(stage.words);
    for (const size_t i : districts_) {
      if (all.by_district[i].evaluated == 0) continue;
      WriteSlice(stage, all.by_district[i]).set_district(population_.districts()[i]);
    }
    for (const size_t i : other_districts_) other.Add(all.by_district[i]);
    if (other.evaluated != 0) {
      WriteSlice(stage, other).set_district(std::string(kOtherDistricts));
    }
    for (size_t i = 0; i < all.by_size.size(); ++i) {
      if (all.by_size[i].evaluated == 0) continue;
      WriteSlice(stage, all.by_size[i]).set_size(std::string(kSizeBands[i]));
    }
  }

  BacktestSlice& WriteSlice(const Stage& stage, const Tally& tally) {
    BacktestSlice& slice = *summary_.add_slices();
    slice.set_day(stage.day_text);
    slice.set_kind(std::string(type::CollectionOf(stage.kind)));
    tally.Write(stage.words, slice);
    return slice;
  }

  void WritePacks() {
    for (auto& [digest, pack] : compared_) {
      pack.set_digest(digest);
      *summary_.add_compared() = std::move(pack);
    }
    std::sort(summary_.mutable_compared()->begin(),
              summary_.mutable_compared()->end(),
              [](const auto& a, const auto& b) {
                return std::make_pair(a.days(0), a.digest()) <
                       std::make_pair(b.days(0), b.digest());
              });
  }

  const Population& population_;
  const Rules& in_force_;
  const Rules& candidate_;
  const Options& options_;
  const Sink& sink_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::array<ProjectResults, 2> projects_;
  std::vector<size_t> districts_;
  std::vector<size_t> other_districts_;
  std::map<std::string, policy::v1::BacktestPack> compared_;
  Digest digest_;
  policy::v1::BacktestProgress progress_;
  // Multiples of kProgressSubjects that were told.
  int64_t told_ = 0;
  BacktestSummary summary_;
};

}  // namespace

Rules RulesOf(const evaluate::CompiledPack& pack) {
  return {.on = [&pack](type::SubjectKind kind, Day) { return pack.ForSubject(kind); }};
}

Rules RulesOf(const creditfile::PolicyBook& packs, std::string jurisdiction) {
  return {.on = [&packs, jurisdiction = std::move(jurisdiction)](type::SubjectKind kind, Day day) {
    return packs.For(jurisdiction, kind, day);
  }};
}

absl::StatusOr<BacktestSummary> Run(const Population& population,
                                    const Rules& in_force,
                                    const Rules& candidate,
                                    const Options& options,
                                    const Sink& sink) {
  XINCE_RETURN_IF_ERROR(CheckOptions(options));
  return Backtest(population, in_force, candidate, options, sink).Run();
}

}  // namespace xince::backtest
