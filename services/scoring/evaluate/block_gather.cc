#include <algorithm>
#include <numeric>

#include "services/scoring/evaluate/block_engine.h"

namespace xince::evaluate {
namespace {

// Bands that are looked up without a loop over conditions; rules with more are taken fact by fact.
constexpr size_t kBandsMax = 8;

int64_t SizeOf(int64_t value) { return value < 0 ? -value : value; }

}  // namespace

void Batch::Reserve(size_t more) {
  if (size + more <= rows.size()) return;
  const size_t room = (size + more) * 2;
  rows.resize(room);
  values.resize(room);
  negative.resize(room);
  starts.resize(room);
}

void BlockEvaluator::Impl::IndexKinds() {
  std::fill(place_of_kind_.begin(), place_of_kind_.end(), kNone);
  const std::vector<KindColumns>& kinds = columns_->kinds;
  if (!kinds.empty() && place_of_kind_.size() <= kinds.back().kind)
    place_of_kind_.resize(kinds.back().kind + size_t{1}, kNone);
  for (uint32_t i = 0; i < kinds.size(); ++i) place_of_kind_[kinds[i].kind] = i;
}

// What the pieces of an item add up to for each subject.
void BlockEvaluator::Impl::GatherItem(const Gathering& gathering,
                                      const Selection& selection,
                                      BlockItems& items) {
  const Tables& tables = *gathering.tables;
  const Item& item = tables.items[gathering.item];
  std::fill(items.begin(), items.begin() + subjects_, BlockItem());
  if (selection.by != Selection::By::kActive && !item.period_asked) return;
  // The rules may be those of the other side.
  const Tables* const asking = engine_.t_;
  Use(tables);
  fact_pass_.selection = selection;
  const Window* const windows = engine_.windows_.For(tables, engine_.calendar_, selection);
  batch_.size = 0;
  in_order_ = gathering.entries.size() == 1 && windows[gathering.entries.front().rule].determined;
  const bool by_time = item.per != Item::Per::kAll && item.per != Item::Per::kMatter &&
                       item.per != Item::Per::kIssuer;
  const bool shares = item.mean && item.period_asked;
  const bool keeps = item.keep != Item::Keep::kEach;
  asks_starts_ = keeps ? !in_order_ || by_time : shares && !in_order_;
  for (const Entry& entry : gathering.entries) {
    if (entry.kind < place_of_kind_.size() && place_of_kind_[entry.kind] != kNone)
      TakeKind(tables, entry, windows[entry.rule]);
  }
  if (keeps) {
    Keep(item, items);
  } else {
    AddUp(items);
  }
  if (shares) ShareMeans(item, items);
  if (item.open_asked) CountOpen(selection.day, items);
  Use(*asking);
}

// Puts the pieces that a rule makes of the facts of a kind into the batch: in stretches of rows where
// the days and a few bytes say it all, else fact by fact.
void BlockEvaluator::Impl::TakeKind(const Tables& tables,
                                    const Entry& entry,
                                    const Window& window) {
  const KindColumns& kind = columns_->kinds[place_of_kind_[entry.kind]];
  const Rule& rule = tables.rules[entry.rule];
  if (!window.determined || !rule.whole || rule.own_dated || !rule.tags.empty())
    return TakeFacts(tables, entry, window);
  const Day* const begin = columns_->determined.data() + kind.begin;
  const Day* const end = columns_->determined.data() + kind.end;
  const Day* const first = std::lower_bound(begin, end, window.least);
  const Day* const last = std::upper_bound(first, end, window.most);
  const size_t from = batch_.size;
  batch_.Reserve(static_cast<size_t>(last - first));
  auto row = static_cast<uint32_t>(kind.begin + (first - begin));
  for (const Day* day = first; day < last; ++day) batch_.rows[batch_.size++] = row++;
  if ((kind.reach_of_all & entry.reach) == 0)
    KeepRows(from, [&](uint32_t at) { return (columns_->reach[at] & entry.reach) != 0; });
  FilterRows(tables, rule, kind, from);
  if (!TakeRows(tables, rule, kind, from)) {
    batch_.size = from;
    return TakeFacts(tables, entry, window);
  }
  // Pieces that lie in order are told apart by that alone.
  for (size_t i = from; i < batch_.size && asks_starts_; ++i)
    batch_.starts[i] = columns_->determined[batch_.rows[i]];
}

// Keeps those of the rows from a place in the batch on that are wanted, without a branch for each.
template <typename Wanted>
void BlockEvaluator::Impl::KeepRows(size_t from, const Wanted& wanted) {
  size_t kept = from;
  for (size_t i = from; i < batch_.size; ++i) {
    const uint32_t row = batch_.rows[i];
    batch_.rows[kept] = row;
    kept += wanted(row) ? 1 : 0;
  }
  batch_.size = kept;
}

// What Matches says but for tags and dates of versions, from columns.
void BlockEvaluator::Impl::FilterRows(const Tables& tables,
                                      const Rule& rule,
                                      const KindColumns& kind,
                                      size_t from) {
  const auto has = [](uint8_t levels, uint8_t level) {
    return level <= 7 && (levels >> level & 1) != 0;
  };
  if (rule.levels != 0)
    KeepRows(from, [&](uint32_t row) { return has(rule.levels, columns_->level[row]); });
  if (rule.issuer_levels != 0) {
    KeepRows(from,
             [&](uint32_t row) { return has(rule.issuer_levels, columns_->issuer_level[row]); });
  }
  for (uint32_t i = rule.measures.begin; i < rule.measures.end; ++i) {
    const MeasureTest& test = tables.measure_tests[i];
    const MeasureColumn* const column = kind.Find(test.name);
    if (column == nullptr) {
      batch_.size = from;
      return;
    }
    const Hundredths* const values = columns_->values.data() + column->begin - kind.begin;
    KeepRows(from, [&](uint32_t row) {
      return (values[row] != kNoMeasure) & test.is.Holds(values[row]);
    });
  }
}

// Prices the rows from a place in the batch on, as WholePoints does. False when facts must be looked at.
bool BlockEvaluator::Impl::TakeRows(const Tables& tables,
                                    const Rule& rule,
                                    const KindColumns& kind,
                                    size_t from) {
  switch (rule.points) {
    case PointsRule::kNone:
      TakeFixed(WholeWorth(rule, 0), from);
      return true;
    case PointsRule::kFixed:
      TakeFixed(WholeWorth(rule, rule.amount), from);
      return true;
    case PointsRule::kByLevel:
      TakeByLevel(tables, rule, from);
      return true;
    case PointsRule::kByBand:
      return TakeByBand(tables, rule, kind, from);
    case PointsRule::kGiven:
      return TakeGiven(rule, from);
    default:
      return false;
  }
}

void BlockEvaluator::Impl::TakeFixed(const Worth& worth, size_t from) {
  std::fill(batch_.values.begin() + from, batch_.values.begin() + batch_.size, worth.value);
  std::fill(batch_.negative.begin() + from,
            batch_.negative.begin() + batch_.size,
            static_cast<uint8_t>(worth.asked < 0));
}

void BlockEvaluator::Impl::TakeByLevel(const Tables& tables, const Rule& rule, size_t from) {
  const uint8_t* const levels =
      (rule.level_of_issuer ? columns_->issuer_level : columns_->level).data();
  std::array<Worth, 256> worths;
  std::array<uint8_t, 256> has{};
  for (uint32_t level = 0; level < rule.rows.end - rule.rows.begin; ++level) {
    const Hundredths points = tables.level_points[rule.rows.begin + level];
    has[level] = points != kNoPoints ? 1 : 0;
    if (points != kNoPoints) worths[level] = WholeWorth(rule, points);
  }
  KeepRows(from, [&](uint32_t row) { return has[levels[row]]; });
  for (size_t i = from; i < batch_.size; ++i) {
    const Worth& worth = worths[levels[batch_.rows[i]]];
    batch_.values[i] = worth.value;
    batch_.negative[i] = worth.asked < 0 ? 1 : 0;
  }
}

bool BlockEvaluator::Impl::TakeByBand(const Tables& tables,
                                      const Rule& rule,
                                      const KindColumns& kind,
                                      size_t from) {
  const size_t count = rule.rows.end - rule.rows.begin;
  const Band* const bands = tables.bands.data() + rule.rows.begin;
  const auto below = [](const Band& a, const Band& b) { return a.below < b.below; };
  if (count == 0 || count > kBandsMax || !std::is_sorted(bands, bands + count, below)) return false;
  const MeasureColumn* const column = kind.Find(rule.measure);
  if (column == nullptr) {
    batch_.size = from;
    return true;
  }
  const Hundredths* const values = columns_->values.data() + column->begin - kind.begin;
  std::array<Worth, kBandsMax> worths;
  for (size_t band = 0; band < count; ++band) worths[band] = WholeWorth(rule, bands[band].points);
  KeepRows(from, [&](uint32_t row) { return values[row] != kNoMeasure; });
  for (size_t i = from; i < batch_.size; ++i) {
    const Hundredths value = values[batch_.rows[i]];
    size_t band = 0;
    for (size_t b = 0; b + 1 < count; ++b) band += value >= bands[b].below ? 1 : 0;
    batch_.values[i] = worths[band].value;
    batch_.negative[i] = worths[band].asked < 0 ? 1 : 0;
  }
  return true;
}

bool BlockEvaluator::Impl::TakeGiven(const Rule& rule, size_t from) {
  if (rule.measure != 0) return false;
  const DecidedPoints* const decided = columns_->points.data();
  for (size_t i = from; i < batch_.size; ++i) {
    const DecidedPoints points = decided[batch_.rows[i]];
    Hundredths asked = std::clamp<Hundredths>(points, -kPointsMax, kPointsMax);
    if (rule.sign != Rule::Sign::kAsWritten)
      asked = static_cast<Hundredths>(rule.sign) * SizeOf(asked);
    // Nothing is asked for where nothing is decided.
    const Worth worth = points == kUndecided ? Worth{} : WholeWorth(rule, asked);
    batch_.values[i] = worth.value;
    batch_.negative[i] = worth.asked < 0 ? 1 : 0;
  }
  return true;
}

void BlockEvaluator::Impl::TakeFacts(const Tables& tables,
                                     const Entry& entry,
                                     const Window& window) {
  const KindColumns& kind = columns_->kinds[place_of_kind_[entry.kind]];
  const RuleRun run{.rule = &tables.rules[entry.rule], .window = &window};
  batch_.Reserve(kind.end - kind.begin);
  for (uint32_t row = kind.begin; row < kind.end; ++row) {
    if ((columns_->reach[row] & entry.reach) == 0) continue;
    const Fact& fact = block_->facts[columns_->fact[row]];
    Day start = kNoDay;
    Worth worth;
    if (!engine_.Takes(run, fact, start) ||
        !engine_.PieceWorth(fact_pass_, *run.rule, fact, start, worth)) {
      continue;
    }
    batch_.rows[batch_.size] = row;
    batch_.starts[batch_.size] = start;
    batch_.values[batch_.size] = worth.value;
    batch_.negative[batch_.size++] = worth.asked < 0 ? 1 : 0;
  }
}

void BlockEvaluator::Impl::AddUp(BlockItems& items) {
  const uint8_t* const subject = columns_->subject.data();
  for (size_t i = 0; i < batch_.size; ++i) {
    BlockItem& item = items[subject[batch_.rows[i]]];
    const int32_t value = batch_.values[i];
    item.demerits += std::min(value, 0);
    item.merits += std::max(value, 0);
    ++item.count;
    item.negative_lines += batch_.negative[i];
  }
}

// The order in which pieces of a subject count.
bool BlockEvaluator::Impl::Before(size_t a, size_t b) const {
  if (in_order_) return a < b;
  if (batch_.starts[a] != batch_.starts[b]) return batch_.starts[a] < batch_.starts[b];
  const uint32_t fact_a = columns_->fact[batch_.rows[a]];
  const uint32_t fact_b = columns_->fact[batch_.rows[b]];
  const uint32_t order_a = block_->facts[fact_a].order;
  const uint32_t order_b = block_->facts[fact_b].order;
  return order_a != order_b ? order_a < order_b : fact_a < fact_b;
}

// Whether a part keeps piece `a` rather than `b`.
bool BlockEvaluator::Impl::Better(const Item& item, size_t a, size_t b) const {
  if (item.keep == Item::Keep::kLatest) return Before(b, a);
  if (item.keep == Item::Keep::kFirst) return Before(a, b);
  const int32_t value_a = batch_.values[a];
  const int32_t value_b = batch_.values[b];
  if (SizeOf(value_a) != SizeOf(value_b)) return SizeOf(value_a) > SizeOf(value_b);
  return value_a != value_b && Before(a, b);
}

// The number of the part of each piece: kNone for one that is a part of its own.
void BlockEvaluator::Impl::FindParts(const Item& item) {
  if (parts_.size() < batch_.size) parts_.resize(batch_.size * 2);
  const uint32_t* const rows = batch_.rows.data();
  switch (item.per) {
    case Item::Per::kAll:
      for (size_t i = 0; i < batch_.size; ++i) parts_[i] = columns_->subject[rows[i]];
      return;
    case Item::Per::kMatter:
      for (size_t i = 0; i < batch_.size; ++i) {
        const uint16_t matter = columns_->matter[rows[i]];
        parts_[i] = matter == 0 ? kNone : matter;
      }
      return;
    case Item::Per::kIssuer:
      for (size_t i = 0; i < batch_.size; ++i) parts_[i] = columns_->issuer[rows[i]];
      return;
    default:
      break;
  }
  part_numbers_.clear();
  for (size_t i = 0; i < batch_.size; ++i) {
    const uint64_t part =
        engine_.PartOf(item, block_->facts[columns_->fact[rows[i]]], batch_.starts[i]);
    const auto next = static_cast<uint32_t>(part_numbers_.size());
    const uint64_t key = uint64_t{columns_->subject[rows[i]]} << 32 | part;
    parts_[i] = part_numbers_.try_emplace(key, next).first->second;
  }
}

// Of each part one piece counts.
void BlockEvaluator::Impl::Keep(const Item& item, BlockItems& items) {
  FindParts(item);
  const size_t parts = std::max({columns_->fact.size() + 1, batch_.size, kBlockSubjectsMax});
  if (best_.size() < parts) best_.resize(parts);
  const uint8_t* const subject = columns_->subject.data();
  for (size_t i = 0; i < batch_.size; ++i) {
    if (parts_[i] != kNone) best_[parts_[i]] = kNone;
  }
  for (uint32_t i = 0; i < batch_.size; ++i) {
    BlockItem& of = items[subject[batch_.rows[i]]];
    ++of.count;
    of.negative_lines += batch_.negative[i];
    if (parts_[i] == kNone) continue;
    uint32_t& best = best_[parts_[i]];
    if (best == kNone || Better(item, i, best)) best = i;
  }
  for (uint32_t i = 0; i < batch_.size; ++i) {
    if (parts_[i] != kNone && best_[parts_[i]] != i) continue;
    BlockItem& of = items[subject[batch_.rows[i]]];
    const int32_t value = batch_.values[i];
    of.demerits += std::min(value, 0);
    of.merits += std::max(value, 0);
    ++of.kept;
  }
}

// Where a period asks what the pieces of a mean took and earned, each has its share, as in
// Evaluator::Impl::Average: then demerits and merits are sums of shares.
void BlockEvaluator::Impl::ShareMeans(const Item& item, BlockItems& items) {
  const bool keeps = item.keep != Item::Keep::kEach;
  order_.resize(batch_.size);
  std::iota(order_.begin(), order_.end(), 0);
  if (!in_order_)
    std::sort(order_.begin(), order_.end(), [&](size_t a, size_t b) { return Before(a, b); });
  BySubject<Hundredths> sums{};
  BySubject<Hundredths> given{};
  for (size_t s = 0; s < subjects_; ++s) items[s].demerits = items[s].merits = 0;
  for (const uint32_t i : order_) {
    if (keeps && parts_[i] != kNone && best_[parts_[i]] != i) continue;
    const uint8_t subject = columns_->subject[batch_.rows[i]];
    BlockItem& of = items[subject];
    sums[subject] += batch_.values[i];
    const int64_t total = RoundedQuotient(sums[subject], int64_t{keeps ? of.kept : of.count});
    const int64_t share = total - given[subject];
    given[subject] = total;
    of.demerits += std::min<int64_t>(share, 0);
    of.merits += std::max<int64_t>(share, 0);
  }
}

void BlockEvaluator::Impl::CountOpen(Day day, BlockItems& items) {
  for (size_t i = 0; i < batch_.size; ++i) {
    const uint32_t row = batch_.rows[i];
    const Fact& fact = block_->facts[columns_->fact[row]];
    items[columns_->subject[row]].open += fact.corrected == kNoDay || fact.corrected > day ? 1 : 0;
  }
}

}  // namespace xince::evaluate
