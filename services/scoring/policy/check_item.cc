#include <algorithm>
#include <limits>
#include <set>

#include "absl/strings/str_cat.h"

#include "services/scoring/policy/checker.h"
#include "services/scoring/policy/decimal.h"

namespace xince::policy {
namespace {

constexpr int64_t kPointsLimit = 1'000'000'000;
constexpr int64_t kMeasureLimit = 1'000'000'000'000'000;

void CheckPoints(
    const Node& node, const char* field, const std::string& text, Report& report, int index = -1) {
  report.Number(node, field, text, -kPointsLimit, kPointsLimit, true, index);
}

void CheckByLevel(const v1::ByLevel& rule, const Node& node, Report& report) {
  if (rule.rows_size() == 0) report.Add(node, "rows", -1, "the table has no row", "级别表为空");
  std::set<int> seen;
  for (int i = 0; i < rule.rows_size(); ++i) {
    const Node row = Report::Child(node, "rows", i, rule.rows(i));
    const int level = rule.rows(i).level();
    if (level <= 0 || level > xince::type::v1::Level_MAX)
      report.Add(row, "level", -1, "level is missing", "缺少 level");
    if (!seen.insert(level).second)
      report.Add(row, "level", -1, "the level has a row already", "级别重复");
    CheckPoints(row, "points", rule.rows(i).points(), report);
  }
}

void CheckByBand(const v1::ByBand& rule, const Node& node, Report& report) {
  report.Id(node, "measure", rule.measure());
  report.Count(node, "bands", rule.bands_size(), kRowsMax);
  if (rule.bands_size() == 0) report.Add(node, "bands", -1, "there is no band", "分段表为空");
  std::optional<int64_t> last;
  for (int i = 0; i < rule.bands_size(); ++i) {
    const Node band = Report::Child(node, "bands", i, rule.bands(i));
    CheckPoints(band, "points", rule.bands(i).points(), report);
    const bool final = i + 1 == rule.bands_size();
    const std::string& below = rule.bands(i).below();
    if (final != below.empty()) {
      report.Add(band,
                 "below",
                 -1,
                 final ? "the last band has no end, so that every value is in a band"
                       : "only the last band has no end",
                 final ? "最后一段不得设上限" : "除最后一段外均须设上限");
      continue;
    }
    if (final) continue;
    const auto end = report.Number(band, "below", below, -kMeasureLimit, kMeasureLimit, true);
    if (end.has_value() && last.has_value() && *end <= *last)
      report.Add(band,
                 "below",
                 -1,
                 absl::StrCat("the band ends at ", below, ", where the one before ends or earlier"),
                 absl::StrCat("分段上限 ", below, " 不大于前一段"));
    if (end.has_value()) last = end;
  }
}

void CheckPerUnit(const v1::PerUnit& rule, const Node& node, Report& report) {
  CheckPoints(node, "points", rule.points(), report);
  report.Id(node, "measure", rule.measure());
  report.Number(node, "unit", rule.unit(), 1, kMeasureLimit, false);
  report.Number(node, "free", rule.free(), -kMeasureLimit, kMeasureLimit, false);
}

void CheckRatio(const v1::Ratio& rule, const Node& node, Report& report) {
  CheckPoints(node, "points", rule.points(), report);
  report.Id(node, "numerator", rule.numerator());
  report.Id(node, "denominator", rule.denominator());
}

void CheckGiven(const v1::Item& item, const Node& item_node, const Node& node, Report& report) {
  const v1::Given& rule = item.points().given();
  if (!rule.measure().empty()) report.Id(node, "measure", rule.measure());
  if (item.piece_limits().least().empty() || item.piece_limits().most().empty())
    report.Add(item_node,
               "piece_limits",
               -1,
               "points given by the evidence need piece_limits with both ends",
               "由证据给出的分值必须以 piece_limits 设上下限");
}

void CheckEscalation(const v1::Escalation& rule, const Node& node, Report& report) {
  if (rule.rows_size() == 0) report.Add(node, "rows", -1, "the table has no row", "递增表为空");
  report.Count(node, "rows", rule.rows_size(), kRowsMax);
  for (int i = 0; i < rule.rows_size(); ++i) CheckPoints(node, "rows", rule.rows(i), report, i);
}

void CheckPointsRule(const v1::Item& item, const Node& item_node, Report& report) {
  const v1::Points& points = item.points();
  const Node node = Report::Child(item_node, "points", -1, points);
  report.Number(node, "round_to", points.round_to(), 1, 1'000'000, false);
  switch (points.rule_case()) {
    case v1::Points::RULE_NOT_SET:
      report.Add(node, "fixed", -1, "the points have no rule", "分值没有规则");
      break;
    case v1::Points::kFixed:
      CheckPoints(node, "fixed", points.fixed(), report);
      break;
    case v1::Points::kByLevel:
      CheckByLevel(
          points.by_level(), Report::Child(node, "by_level", -1, points.by_level()), report);
      break;
    case v1::Points::kByBand:
      CheckByBand(points.by_band(), Report::Child(node, "by_band", -1, points.by_band()), report);
      break;
    case v1::Points::kPerUnit:
      CheckPerUnit(
          points.per_unit(), Report::Child(node, "per_unit", -1, points.per_unit()), report);
      break;
    case v1::Points::kRatio:
      CheckRatio(points.ratio(), Report::Child(node, "ratio", -1, points.ratio()), report);
      break;
    case v1::Points::kGiven:
      CheckGiven(item, item_node, Report::Child(node, "given", -1, points.given()), report);
      break;
    case v1::Points::kEscalation:
      CheckEscalation(
          points.escalation(), Report::Child(node, "escalation", -1, points.escalation()), report);
      break;
  }
}

void CheckValidity(const v1::Validity& validity, const Node& node, Report& report) {
  switch (validity.end_case()) {
    case v1::Validity::END_NOT_SET:
      report.Add(node,
                 "scoring_years",
                 -1,
                 "the validity has no end; say `never {}` where there is none",
                 "有效期没有终点;长期有效请写 never {}");
      break;
    case v1::Validity::kScoringYears:
      report.AtMost(node, "scoring_years", validity.scoring_years(), kYearsMax);
      break;
    case v1::Validity::kMonths:
      if (validity.months() == 0) report.Add(node, "months", -1, "months is 0", "months 为 0");
      report.AtMost(node, "months", validity.months(), kMonthsMax);
      break;
    case v1::Validity::kUntilCorrected: {
      const v1::UntilCorrected& until = validity.until_corrected();
      const Node child = Report::Child(node, "until_corrected", -1, until);
      report.AtMost(child, "plus_months", until.plus_months(), kMonthsMax);
      report.AtMost(child, "min_months", until.min_months(), kMonthsMax);
      report.AtMost(child, "max_months", until.max_months(), kMonthsMax);
      if (until.max_months() > 0 && until.max_months() < until.min_months())
        report.Add(child,
                   "max_months",
                   -1,
                   "max_months is less than min_months",
                   "max_months 小于 min_months");
      break;
    }
    case v1::Validity::kUntilStated: {
      const Node child = Report::Child(node, "until_stated", -1, validity.until_stated());
      if (validity.until_stated().otherwise_months() == 0)
        report.Add(
            child, "otherwise_months", -1, "otherwise_months is missing", "缺少 otherwise_months");
      report.AtMost(
          child, "otherwise_months", validity.until_stated().otherwise_months(), kMonthsMax);
      break;
    }
    case v1::Validity::kNever:
      break;
  }
}

void CheckDecay(const v1::Item& item, const Node& node, Report& report) {
  report.Count(node, "decay", item.decay_size(), kRowsMax);
  for (int i = 0; i < item.decay_size(); ++i) {
    const Node step = Report::Child(node, "decay", i, item.decay(i));
    report.AtMost(step, "from_month", item.decay(i).from_month(), kMonthsMax);
    report.Number(step, "percent", item.decay(i).percent(), 0, kPercentMax, true);
    if (i > 0 && item.decay(i).from_month() <= item.decay(i - 1).from_month())
      report.Add(step, "from_month", -1, "decay steps are not ascending", "衰减档未按月龄递增");
  }
}

void CheckFilter(const v1::Filter& filter, const Node& node, Report& report) {
  report.Count(node, "measures", filter.measures_size(), kRowsMax);
  report.Count(node, "tags", filter.tags_size(), kRowsMax);
  for (int i = 0; i < filter.measures_size(); ++i) {
    const v1::MeasureFilter& measure = filter.measures(i);
    const Node child = Report::Child(node, "measures", i, measure);
    report.Id(child, "measure", measure.measure());
    const v1::Comparison& is = measure.is();
    const Node is_node = Report::Child(child, "is", -1, is);
    bool any = false;
    const std::pair<const char*, const std::string*> ends[] = {{"at_least", &is.at_least()},
                                                               {"more_than", &is.more_than()},
                                                               {"at_most", &is.at_most()},
                                                               {"less_than", &is.less_than()},
                                                               {"equals", &is.equals()}};
    for (const auto& [field, text] : ends) {
      any |= !text->empty();
      report.Number(is_node, field, *text, -kMeasureLimit, kMeasureLimit, false);
    }
    if (!any) report.Add(child, "measure", -1, "the comparison compares nothing", "比较条件为空");
  }
}

void CheckVeto(const v1::Pack& pack,
               const v1::SubjectPolicy& subject,
               const v1::Veto& veto,
               const Node& node,
               Report& report) {
  switch (veto.effect_case()) {
    case v1::Veto::EFFECT_NOT_SET:
      report.Add(node, "lowest_grade", -1, "the veto has no effect", "否决项没有效果");
      break;
    case v1::Veto::kGrade:
      if (std::none_of(subject.grades().begin(), subject.grades().end(), [&](const auto& grade) {
            return grade.id() == veto.grade();
          }))
        report.Add(node,
                   "grade",
                   -1,
                   absl::StrCat("there is no grade `", veto.grade(), "`"),
                   absl::StrCat("没有等级“", veto.grade(), "”"));
      break;
    case v1::Veto::kList:
      if (std::none_of(pack.lists().begin(), pack.lists().end(), [&](const auto& list) {
            return list.id() == veto.list();
          }))
        report.Add(node,
                   "list",
                   -1,
                   absl::StrCat("there is no list `", veto.list(), "`"),
                   absl::StrCat("没有名单“", veto.list(), "”"));
      break;
    case v1::Veto::kLowestGrade:
      if (!veto.lowest_grade() || subject.grades_size() == 0)
        report.Add(node,
                   "lowest_grade",
                   -1,
                   "lowest_grade needs `true` and a list of grades",
                   "lowest_grade 须为 true 且须设等级");
      break;
    case v1::Veto::kNotRated:
      if (!veto.not_rated())
        report.Add(node, "not_rated", -1, "not_rated is false", "not_rated 为 false");
      break;
  }
}

void CheckExpected(const v1::SubjectPolicy& subject,
                   const v1::Expected& expected,
                   const Node& node,
                   Report& report) {
  CheckPoints(node, "points", expected.points(), report);
  if (expected.has_when())
    CheckCondition(subject,
                   expected.when(),
                   Report::Child(node, "when", -1, expected.when()),
                   Stage::kEarly,
                   0,
                   report);
  report.AtMost(node, "due_month", expected.due_month(), 12);
  report.AtMost(node, "due_day", expected.due_day(), 28);
  if ((expected.due_month() == 0) != (expected.due_day() == 0))
    report.Add(node,
               "due_day",
               -1,
               "due_month and due_day go together",
               "due_month 与 due_day 须同时填写");
}

void CheckMatching(const v1::Item& item, const Node& node, Report& report) {
  report.Count(node, "kinds", item.kinds_size(), kRowsMax);
  std::set<std::string> seen;
  for (int i = 0; i < item.kinds_size(); ++i) {
    if (!IsKind(item.kinds(i)))
      report.Add(node,
                 "kinds",
                 i,
                 absl::StrCat("`", item.kinds(i), "` is not a kind, `feed.word`"),
                 absl::StrCat("“", item.kinds(i), "”不是信息类别,应为“来源.类别”"));
    if (!seen.insert(item.kinds(i)).second)
      report.Add(node,
                 "kinds",
                 i,
                 absl::StrCat("`", item.kinds(i), "` is named twice"),
                 absl::StrCat("信息类别“", item.kinds(i), "”重复"));
  }
  for (int i = 0; i < item.reach_size(); ++i) {
    if (item.reach(i) <= 0 || !v1::Way_IsValid(item.reach(i)))
      report.Add(node, "reach", i, "the way is not known", "归集途径无效");
  }
}

void CheckRollUp(const v1::Item& item, const Node& node, Report& report) {
  const Node child = Report::Child(node, "roll_up", -1, item.roll_up());
  if (item.roll_up().weight() == v1::RollUp::WEIGHT_UNSPECIFIED)
    report.Add(child, "weight", -1, "weight is missing", "缺少 weight");
  if (item.kinds_size() > 0 || item.has_points() || item.has_validity() || item.decay_size() > 0 ||
      item.has_counting() || item.has_veto() || item.has_piece_limits())
    report.Add(node,
               "roll_up",
               -1,
               "an item that rolls up projects takes no evidence",
               "汇总项目得分的评分项不得再列信息类别、分值、有效期或计次");
}

}  // namespace

void CheckLimits(const v1::Limits& limits,
                 const Node& node,
                 int64_t base_least,
                 int64_t base_most,
                 bool pieces,
                 Report& report) {
  const auto least =
      report.Number(node, "least", limits.least(), -kPointsLimit, kPointsLimit, false);
  const auto most = report.Number(node, "most", limits.most(), -kPointsLimit, kPointsLimit, false);
  if (least.has_value() && most.has_value() && *least > *most)
    report.Add(node, "least", -1, "least is greater than most", "下限大于上限");
  if (pieces) return;
  // Limits cut lines that are there; beyond these ends there might be none to cut.
  if (least.has_value() && *least > std::max<int64_t>(0, base_least))
    report.Add(node,
               "least",
               -1,
               absl::StrCat("least is greater than what there always is, ",
                            FormatHundredths(std::max<int64_t>(0, base_least))),
               "下限高于必有的分值");
  if (most.has_value() && *most < std::min<int64_t>(0, base_most))
    report.Add(node,
               "most",
               -1,
               absl::StrCat("most is smaller than what there always is, ",
                            FormatHundredths(std::min<int64_t>(0, base_most))),
               "上限低于必有的分值");
}

void CheckItem(const v1::Pack& pack,
               const v1::SubjectPolicy& subject,
               const v1::Item& item,
               const Node& node,
               Report& report) {
  report.Id(node, "id", item.id());
  report.Text(node, "zh", item.zh());
  CheckMatching(item, node, report);
  if (item.has_roll_up()) {
    CheckRollUp(item, node, report);
  } else {
    if (item.kinds_size() == 0)
      report.Add(node, "kinds", -1, "the item takes no kind of evidence", "评分项没有信息类别");
    if (!item.has_validity())
      report.Add(node, "validity", -1, "validity is missing", "缺少 validity");
  }
  if (item.has_filter())
    CheckFilter(item.filter(), Report::Child(node, "filter", -1, item.filter()), report);
  if (item.has_points()) CheckPointsRule(item, node, report);
  report.Number(node, "factor", item.factor(), 0, kPercentMax, false);
  CheckLimits(item.piece_limits(),
              Report::Child(node, "piece_limits", -1, item.piece_limits()),
              0,
              0,
              true,
              report);
  if (item.has_validity())
    CheckValidity(item.validity(), Report::Child(node, "validity", -1, item.validity()), report);
  CheckDecay(item, node, report);
  CheckLimits(item.limits(), Report::Child(node, "limits", -1, item.limits()), 0, 0, false, report);
  if (item.has_not_applicable()) {
    const Node child = Report::Child(node, "not_applicable", -1, item.not_applicable());
    CheckPoints(child, "points", item.not_applicable().points(), report);
    CheckCondition(subject,
                   item.not_applicable().when(),
                   Report::Child(child, "when", -1, item.not_applicable().when()),
                   Stage::kEarly,
                   0,
                   report);
  }
  if (item.has_expected())
    CheckExpected(
        subject, item.expected(), Report::Child(node, "expected", -1, item.expected()), report);
  if (item.has_veto())
    CheckVeto(pack, subject, item.veto(), Report::Child(node, "veto", -1, item.veto()), report);
  if (!item.repair_class().empty()) report.Id(node, "repair_class", item.repair_class());
  if (item.has_source())
    CheckSource(pack, item.source(), Report::Child(node, "source", -1, item.source()), report);
}

}  // namespace xince::policy
