#include "services/scoring/evaluate/lean.h"

#include <algorithm>

#include "services/scoring/evaluate/engine.h"

namespace xince::evaluate {
namespace {

// Every day is after it.
constexpr Day kFirstOfAll = std::numeric_limits<Day>::min();

// The first start whose last of `months` months is on or after the day. A later start never ends
// earlier, so that every one from there on lasts until the day, and none before.
Day FirstLasting(const Calendar& calendar, Day day, int months) {
  Day start = calendar.MonthStart(calendar.MonthOf(day) - months);
  while (start < kForever && calendar.AddMonths(start, months) <= day) ++start;
  return start;
}

Window WindowOf(const Rule& rule, const Calendar& calendar, const Selection& selection) {
  Window window{.least = kFirstOfAll, .most = selection.day, .exact = true};
  if (selection.by == Selection::By::kStarted) {
    window.least = selection.from;
    window.most = selection.until - 1;
  } else if (selection.by == Selection::By::kLastMonths) {
    window.least = FirstLasting(calendar, selection.day, selection.months);
  } else if (rule.end == Rule::End::kScoringYears) {
    window.least = calendar.YearStart(calendar.YearOf(selection.day) - rule.end_count);
  } else if (rule.end == Rule::End::kMonths) {
    window.least = FirstLasting(calendar, selection.day, rule.end_count);
  } else if (rule.end != Rule::End::kNever) {
    window.exact = false;
  }
  window.determined = window.exact && !rule.start_occurred && rule.defer == 0;
  return window;
}

int64_t SizeOf(int64_t value) { return value < 0 ? -value : value; }

// What counting makes of the pieces of one run.
struct RunSum {
  Hundredths demerits = 0;
  Hundredths merits = 0;
  uint32_t count = 0;
  uint32_t open = 0;
  uint32_t negative_lines = 0;

  void Count(const Fact& fact, const Worth& worth, Day day) {
    ++count;
    open += fact.corrected == kNoDay || fact.corrected > day ? 1 : 0;
    negative_lines += worth.asked < 0 ? 1 : 0;
  }
  void Add(int32_t value) {
    demerits += std::min(value, 0);
    merits += std::max(value, 0);
  }
  // Adds itself to the item.
  void CloseInto(uint16_t item, Pass& pass) const {
    if (count == 0) return;
    ItemState& state = pass.items[item];
    if (state.count == 0) pass.touched.push_back(item);
    state.value += demerits + merits;
    state.demerits += demerits;
    state.merits += merits;
    state.count += count;
    state.open += open;
    state.negative_lines += negative_lines;
  }
};

}  // namespace

const Window* WindowCache::For(const Tables& tables,
                               const Calendar& calendar,
                               const Selection& selection) {
  for (const Entry& entry : entries_) {
    if (entry.serial == tables.serial && entry.selection == selection) return entry.windows.data();
  }
  if (entries_.size() < kKept) {
    next_ = entries_.size();
    entries_.emplace_back();
  } else {
    next_ = (next_ + 1) % kKept;
  }
  Entry& entry = entries_[next_];
  entry.serial = tables.serial;
  entry.selection = selection;
  entry.windows.clear();
  for (const Rule& rule : tables.rules)
    entry.windows.push_back(WindowOf(rule, calendar, selection));
  return entry.windows.data();
}

// Repairs and contested pieces are rare, and looked at piece by piece.
bool Evaluator::Impl::GathersLean(const Pass& pass) const {
  return lean_ && !pass.selection.without_contested && subject_->repairs.empty();
}

// The runs of facts that lie in whatever order.
void Evaluator::Impl::FindRuns() {
  if (has_runs_) return;
  has_runs_ = true;
  runs_ = subject_->runs;
  determined_ = subject_->determined;
  if (!runs_.empty()) return;
  found_runs_.clear();
  found_determined_.clear();
  for (uint32_t i = 0; i < facts_.size(); ++i) {
    const Fact& fact = facts_[i];
    found_determined_.push_back(fact.determined);
    if (found_runs_.empty() || found_runs_.back().kind != fact.kind) {
      found_runs_.push_back({.kind = fact.kind, .begin = i, .end = i, .by_day = true});
    } else if (fact.determined < facts_[i - 1].determined) {
      found_runs_.back().by_day = false;
    }
    ++found_runs_.back().end;
  }
  runs_ = found_runs_;
  determined_ = found_determined_;
}

// Whether the rule takes the piece; sets its start.
bool Evaluator::Impl::Takes(const RuleRun& run, const Fact& fact, Day& start) const {
  const Rule& rule = *run.rule;
  if (rule.filtered && !Matches(rule, fact)) return false;
  start = StartOf(rule, fact, calendar_);
  if (start < run.window->least || start > run.window->most) return false;
  return run.window->exact || EndOf(rule, fact, start, calendar_) > run.window->most;
}

// The points of a piece by any rule, with its decay on the day.
bool Evaluator::Impl::PieceWorth(
    const Pass& pass, const Rule& rule, const Fact& fact, Day start, Worth& worth) const {
  Piece piece;
  if (!rule.decay.empty() && pass.selection.by == Selection::By::kActive)
    piece.decay = DecayOn(rule, start, pass.selection.day);
  if (!PointsOf(rule, fact, piece)) return false;
  worth = {.asked = piece.asked, .value = piece.value};
  return true;
}

// Gives every piece of the run with what `points` finds for it, unless that says it does not match.
template <typename Points, typename Take>
inline void Evaluator::Impl::EachFact(const RuleRun& run,
                                      const Points& points,
                                      const Take& take) const {
  for (uint32_t i = run.begin; i < run.end; ++i) {
    const Fact& fact = facts_[i];
    if ((fact.reach & run.reach) == 0) continue;
    Day start = fact.determined;
    if (run.checked && !Takes(run, fact, start)) continue;
    Worth worth;
    if (points(fact, start, worth)) take(i, fact, start, worth);
  }
}

// The same with the points of the rule, which is looked at once for the whole run.
template <typename Take>
inline void Evaluator::Impl::EachWorth(const Pass& pass,
                                       const RuleRun& run,
                                       const Take& take) const {
  const Rule& rule = *run.rule;
  if (!rule.whole) {
    return EachFact(
        run,
        [&](const Fact& fact, Day start, Worth& worth) {
          return PieceWorth(pass, rule, fact, start, worth);
        },
        take);
  }
  if (rule.points == PointsRule::kFixed) {
    const Worth fixed = WholeWorth(rule, rule.amount);
    return EachFact(
        run,
        [&](const Fact&, Day, Worth& worth) {
          worth = fixed;
          return true;
        },
        take);
  }
  EachFact(
      run,
      [&](const Fact& fact, Day, Worth& worth) {
        Hundredths points = 0;
        bool decided = true;
        if (!WholePoints(rule, fact, points, decided)) return false;
        if (decided) worth = WholeWorth(rule, points);
        return true;
      },
      take);
}

void Evaluator::Impl::GatherLean(Pass& pass) {
  FindRuns();
  const Window* const windows = windows_.For(*t_, calendar_, pass.selection);
  const bool active = pass.selection.by == Selection::By::kActive;
  const size_t kinds = t_->kind_begin.size();
  if (keepers_.size() < t_->keepers) keepers_.resize(t_->keepers);
  kept_items_.clear();
  for (const KindRun& run : runs_) {
    if (run.kind + size_t{1} >= kinds) continue;
    const uint32_t end = t_->kind_begin[run.kind + 1];
    for (uint32_t r = t_->kind_begin[run.kind]; r < end; ++r) {
      const KindRule& entry = t_->rule_of_kind[r];
      TakeRun(pass, run, entry, windows[entry.rule]);
    }
  }
  CloseKeepers(pass);
  if (active) {
    for (const uint16_t item : t_->project_items) AddProjects(pass, item);
  }
  if (!pass.found.empty()) Arrange(pass);
  TakeOwnLines(pass);
}

void Evaluator::Impl::TakeRun(Pass& pass,
                              const KindRun& kind,
                              const KindRule& entry,
                              const Window& window) {
  const Rule& rule = t_->rules[entry.rule];
  const Item& item = t_->items[rule.item];
  if (pass.selection.by != Selection::By::kActive && !item.period_asked) return;
  RuleRun run{.rule = &rule,
              .window = &window,
              .begin = kind.begin,
              .end = kind.end,
              .reach = entry.reach,
              .checked = rule.filtered || !window.determined || !kind.by_day};
  if (kind.by_day && window.determined) {
    const Day* const begin = determined_.data() + kind.begin;
    const Day* const end = determined_.data() + kind.end;
    if (begin[0] < window.least)
      run.begin += static_cast<uint32_t>(std::lower_bound(begin, end, window.least) - begin);
    if (end[-1] > window.most)
      run.end -= static_cast<uint32_t>(end - std::upper_bound(begin, end, window.most));
    if (run.begin >= run.end) return;
  }
  switch (item.lean) {
    case Item::Lean::kSum:
      return SumRun(pass, run);
    case Item::Lean::kKeep:
      return KeepRun(pass, run);
    case Item::Lean::kPieces:
      for (uint32_t i = run.begin; i < run.end; ++i) {
        Day start = kNoDay;
        if ((entry.reach & facts_[i].reach) != 0 && Takes(run, facts_[i], start))
          TryRule(pass, entry, i);
      }
  }
}

void Evaluator::Impl::SumRun(Pass& pass, const RuleRun& run) {
  const Day day = pass.selection.day;
  RunSum sum;
  EachWorth(pass, run, [&](uint32_t, const Fact& fact, Day, const Worth& worth) {
    sum.Count(fact, worth, day);
    sum.Add(worth.value);
  });
  sum.CloseInto(run.rule->item, pass);
}

void Evaluator::Impl::KeepRun(Pass& pass, const RuleRun& run) {
  const Item& item = t_->items[run.rule->item];
  Keeper& keeper = keepers_[item.keeper];
  const Day day = pass.selection.day;
  if (pass.items[run.rule->item].count == 0) keeper.Begin();
  const auto before = [&](const KeptPiece& a, const KeptPiece& b) {
    if (a.start != b.start) return a.start < b.start;
    const uint32_t order_a = facts_[a.source].order;
    const uint32_t order_b = facts_[b.source].order;
    return order_a != order_b ? order_a < order_b : a.source < b.source;
  };
  const auto better = [&](const KeptPiece& a, const KeptPiece& b) {
    if (item.keep == Item::Keep::kLatest) return before(b, a);
    if (item.keep == Item::Keep::kFirst) return before(a, b);
    if (SizeOf(a.value) != SizeOf(b.value)) return SizeOf(a.value) > SizeOf(b.value);
    return a.value != b.value && before(a, b);
  };
  RunSum sum;
  EachWorth(pass, run, [&](uint32_t i, const Fact& fact, Day start, const Worth& worth) {
    sum.Count(fact, worth, day);
    KeptPiece piece{.value = worth.value, .start = start, .source = i};
    piece.part = PartOf(item, fact, start);
    if (item.per == Item::Per::kMatter && piece.part == 0) return keeper.Add(piece);
    bool is_new = false;
    KeptPiece& kept = keeper.Find(piece, is_new);
    if (!is_new && better(piece, kept)) kept = piece;
  });
  if (sum.count > 0 && pass.items[run.rule->item].count == 0) kept_items_.push_back(run.rule->item);
  sum.CloseInto(run.rule->item, pass);
}

// The items that keep a piece of each part add up what was kept.
void Evaluator::Impl::CloseKeepers(Pass& pass) {
  for (const uint16_t index : kept_items_) {
    const Item& item = t_->items[index];
    const std::vector<KeptPiece>& kept = keepers_[item.keeper].kept();
    RunSum sum;
    for (const KeptPiece& piece : kept) sum.Add(piece.value);
    ItemState& state = pass.items[index];
    state.value = sum.demerits + sum.merits;
    state.demerits = sum.demerits;
    state.merits = sum.merits;
    if (item.mean) state.value = RoundedQuotient(state.value, static_cast<int64_t>(kept.size()));
  }
}

}  // namespace xince::evaluate
