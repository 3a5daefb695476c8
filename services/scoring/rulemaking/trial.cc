#include "services/scoring/rulemaking/trial.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

#include "services/runtime/errors.h"
#include "services/scoring/backtest/backtest.h"
#include "services/scoring/backtest/population_reader.h"

namespace xince::rulemaking {
namespace {

using ::xince::policy::v1::BacktestPart;
using ::xince::policy::v1::BacktestSummary;

// The versions in use, compiled with words of their own.
class OwnRules {
 public:
  OwnRules(const std::vector<std::pair<std::string, std::string>>& sources,
           evaluate::Vocabulary& words)
      : book_(words) {
    for (const auto& [file, content] : sources) status_.Update(book_.Add(file, content));
  }
  [[nodiscard]] const absl::Status& status() const { return status_; }
  [[nodiscard]] const creditfile::PolicyBook& book() const { return book_; }

  // The candidate as it would be compiled among them.
  [[nodiscard]] absl::StatusOr<evaluate::CompiledPack> Compile(const policy::Pack& candidate,
                                                               evaluate::Vocabulary& words) const {
    std::vector<const policy::Pack*> national;
    for (const policy::Pack& pack : book_.packs().packs()) {
      if (pack.proto().jurisdiction() == "0") national.push_back(&pack);
    }
    const std::vector<const policy::Pack*> earlier = book_.packs().EarlierThan(candidate);
    return evaluate::Compile(candidate,
                             {.vocabulary = &words, .earlier = earlier, .national = national});
  }

 private:
  creditfile::PolicyBook book_;
  absl::Status status_;
};

absl::Status Hold(journal::Machine& machine, absl::FunctionRef<void()> look) {
  return machine
      .Read(0,
            absl::InfiniteFuture(),
            [&] {
              look();
              return journal::Revision{0};
            })
      .status();
}

}  // namespace

absl::StatusOr<BacktestSummary> RunTrial(const creditfile::CreditState& state,
                                         journal::Machine& machine,
                                         const Trial& trial,
                                         const TrialSink& sink) {
  std::vector<std::pair<std::string, std::string>> sources;
  std::unique_ptr<backtest::PopulationReader> reader;
  XINCE_RETURN_IF_ERROR(machine
                            .Read(0,
                                  absl::InfiniteFuture(),
                                  [&] {
                                    sources = state.policies().sources();
                                    reader = std::make_unique<backtest::PopulationReader>(
                                        state.book(), state.assessor(), machine.applied());
                                    return machine.applied();
                                  })
                            .status());
  while (!reader->done()) {
    XINCE_RETURN_IF_ERROR(Hold(machine, [&] { reader->Step(kSubjectsPerHold); }));
  }
  const std::unique_ptr<backtest::Population> population = reader->Take();
  const OwnRules rules(sources, population->vocabulary());
  XINCE_RETURN_IF_ERROR(rules.status());
  XINCE_ASSIGN_OR_RETURN(const evaluate::CompiledPack candidate,
                         rules.Compile(trial.pack, population->vocabulary()));
  backtest::Options options;
  options.days = trial.days;
  options.threads = std::clamp(trial.threads, 1, backtest::kThreadsMax);
  options.lines = trial.lines;
  options.candidate_digest = policy::FormatDigest(trial.pack.digest());
  options.evidence_id = [&](uint32_t piece) {
    std::string id;
    (void)Hold(machine, [&] { id = std::string(state.book().piece(piece).id); });
    return id;
  };
  return backtest::Run(*population,
                       backtest::RulesOf(rules.book(), state.assessor().jurisdiction()),
                       backtest::RulesOf(candidate),
                       options,
                       [&](BacktestPart& part) { return sink(part); });
}

absl::StatusOr<std::vector<evaluate::Day>> TrialDays(type::Date from,
                                                     type::Date until,
                                                     uint32_t every_days) {
  const auto refuse = [](absl::string_view en, absl::string_view zh) {
    return runtime::InvalidArgument(
        "BACKTEST_PERIOD", "from", en, zh, {{"limit", absl::StrCat(backtest::kDaysMax)}});
  };
  if (until < from) {
    return refuse("the period ends before it begins", "回测期间的截止日早于起始日");
  }
  std::vector<evaluate::Day> days = {from.days()};
  if (every_days > 0) {
    const auto steps =
        static_cast<size_t>(until - from) / every_days + ((until - from) % every_days != 0 ? 1 : 0);
    if (steps >= backtest::kDaysMax) {
      return refuse(absl::StrCat("a back-test looks at ", backtest::kDaysMax, " days at most"),
                    absl::StrCat("一次回测至多", backtest::kDaysMax, "天"));
    }
    for (type::Date day = from + every_days; day < until; day = day + every_days) {
      days.push_back(day.days());
    }
  }
  if (until > from) days.push_back(until.days());
  return days;
}

}  // namespace xince::rulemaking
