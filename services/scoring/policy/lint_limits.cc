#include <optional>

#include "absl/strings/str_cat.h"

#include "services/scoring/policy/decimal.h"
#include "services/scoring/policy/lint_values.h"
#include "services/scoring/policy/linter.h"

// Limits that never bind, and rows that nothing reaches.
namespace xince::policy {
namespace {

using Severity = Finding::Severity;

int64_t Number(const std::string& text) { return ParseHundredths(text).value_or(0); }

// A limit is idle when everything there can be stays within it and never comes to it: a limit that is
// just reached states the scale.
void LintEnds(const v1::Limits& limits, const Bounds& sum, const Node& node, Report& report) {
  if (!limits.most().empty() && sum.most < Number(limits.most())) {
    const std::string most = FormatHundredths(sum.most);
    report.Add(node,
               "most",
               -1,
               absl::StrCat("the upper limit can never bind: there is no more than ", most),
               absl::StrCat("上限不起作用:至多为 ", most),
               Severity::kWarning);
  }
  if (!limits.least().empty() && sum.least > Number(limits.least())) {
    const std::string least = FormatHundredths(sum.least);
    report.Add(node,
               "least",
               -1,
               absl::StrCat("the lower limit can never bind: there is no less than ", least),
               absl::StrCat("下限不起作用:至少为 ", least),
               Severity::kWarning);
  }
}

void Unreachable(const Node& node,
                 const char* field,
                 int index,
                 const std::string& en,
                 const std::string& zh,
                 Report& report) {
  report.Add(node,
             field,
             index,
             absl::StrCat("no piece can reach this row: ", en),
             absl::StrCat("该行不可达:", zh),
             Severity::kWarning);
}

// What the filter lets through of a measure.
Bounds Filtered(const v1::Item& item, const std::string& measure) {
  Bounds bounds = kAnything;
  for (const v1::MeasureFilter& filter : item.filter().measures()) {
    if (filter.measure() != measure) continue;
    const Bounds is = BoundsOf(filter.is());
    bounds = {std::max(bounds.least, is.least), std::min(bounds.most, is.most)};
  }
  return bounds;
}

void LintBands(const v1::Item& item, const Node& node, Report& report) {
  const v1::ByBand& table = item.points().by_band();
  const Bounds passed = Filtered(item, table.measure());
  int64_t least = -kUnbounded;
  for (int i = 0; i < table.bands_size(); ++i) {
    const bool last = i + 1 == table.bands_size();
    const int64_t most = last ? kUnbounded : Number(table.bands(i).below()) - 1;
    if (most < passed.least || least > passed.most)
      Unreachable(Report::Child(node, "bands", i, table.bands(i)),
                  "points",
                  -1,
                  "the filter lets no such value through",
                  "筛选条件排除了该段的数值",
                  report);
    least = most + 1;
  }
}

void LintLevels(const v1::Item& item, const Node& node, Report& report) {
  const v1::ByLevel& table = item.points().by_level();
  const auto& allowed = table.of_issuer() ? item.filter().issuer_levels() : item.filter().levels();
  if (allowed.empty()) return;
  for (int i = 0; i < table.rows_size(); ++i) {
    if (std::find(allowed.begin(), allowed.end(), table.rows(i).level()) != allowed.end()) continue;
    Unreachable(Report::Child(node, "rows", i, table.rows(i)),
                "level",
                -1,
                "the filter lets no such level through",
                "筛选条件排除了该级别",
                report);
  }
}

// How many occurrences can count; nothing when there is no end to them.
std::optional<int> OccurrencesMost(const v1::Item& item) {
  if (item.counting().keep() == v1::Counting::FIRST)
    return static_cast<int>(std::max<uint32_t>(item.counting().count(), 1));
  const bool plain = item.counting().keep() == v1::Counting::KEEP_UNSPECIFIED &&
                     item.counting().per() == v1::Counting::PER_UNSPECIFIED &&
                     item.counting().combine() != v1::Counting::MEAN && item.decay_size() == 0;
  if (!plain) return std::nullopt;
  // What comes first is counted first: when the rows before fill a limit, later ones count nothing.
  const auto& rows = item.points().escalation().rows();
  const int64_t factor = item.factor().empty() ? 10'000 : Number(item.factor());
  int64_t sum = 0;
  for (int i = 0; i < rows.size(); ++i) {
    const int64_t row = Number(rows[i]) * factor / 10'000;
    if ((row > 0) != (Number(rows[0]) > 0)) return std::nullopt;
    const bool full = row > 0
                          ? !item.limits().most().empty() && sum >= Number(item.limits().most())
                          : !item.limits().least().empty() && sum <= Number(item.limits().least());
    if (full) return i;
    sum += row;
  }
  return std::nullopt;
}

void LintOccurrences(const v1::Item& item, const Node& node, Report& report) {
  const std::optional<int> most = OccurrencesMost(item);
  if (!most.has_value()) return;
  for (int i = *most; i < item.points().escalation().rows_size(); ++i) {
    Unreachable(node,
                "rows",
                i,
                absl::StrCat("only ", *most, " occurrences can count"),
                absl::StrCat("至多计 ", *most, " 次"),
                report);
  }
}

void LintItem(const v1::Item& item, const ItemBounds& bounds, const Node& node, Report& report) {
  if (item.has_points())
    LintEnds(item.piece_limits(),
             bounds.asked,
             Report::Child(node, "piece_limits", -1, item.piece_limits()),
             report);
  LintEnds(item.limits(), bounds.sum, Report::Child(node, "limits", -1, item.limits()), report);
  const Node points = Report::Child(node, "points", -1, item.points());
  if (item.points().has_by_band())
    LintBands(item, Report::Child(points, "by_band", -1, item.points().by_band()), report);
  if (item.points().has_by_level())
    LintLevels(item, Report::Child(points, "by_level", -1, item.points().by_level()), report);
  if (item.points().has_escalation())
    LintOccurrences(
        item, Report::Child(points, "escalation", -1, item.points().escalation()), report);
}

}  // namespace

void LintLimits(const v1::Pack& pack,
                const v1::SubjectPolicy& subject,
                const Node& node,
                Report& report) {
  const ValueBounds bounds = BoundsOf(pack, subject);
  LintEnds(subject.score_limits(),
           bounds.sum,
           Report::Child(node, "score_limits", -1, subject.score_limits()),
           report);
  for (int i = 0; i < subject.groups_size(); ++i) {
    const v1::Group& group = subject.groups(i);
    const Node child = Named(node, "groups", i, group, group.id());
    LintEnds(group.limits(),
             bounds.sums.at(group.id()),
             Report::Child(child, "limits", -1, group.limits()),
             report);
  }
  for (int i = 0; i < subject.items_size(); ++i) {
    const v1::Item& item = subject.items(i);
    LintItem(item, bounds.items.at(item.id()), Named(node, "items", i, item, item.id()), report);
  }
}

}  // namespace xince::policy
