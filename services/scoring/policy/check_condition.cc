#include <algorithm>

#include "absl/strings/str_cat.h"

#include "services/scoring/policy/checker.h"
#include "services/scoring/policy/decimal.h"

namespace xince::policy {
namespace {

constexpr int64_t kNumberMax = 1'000'000'000'000'000;

bool HasItem(const v1::SubjectPolicy& subject, const std::string& id) {
  return std::any_of(subject.items().begin(), subject.items().end(), [&](const v1::Item& item) {
    return item.id() == id;
  });
}

bool HasGroup(const v1::SubjectPolicy& subject, const std::string& id) {
  return std::any_of(subject.groups().begin(), subject.groups().end(), [&](const v1::Group& group) {
    return group.id() == id;
  });
}

bool HasGrade(const v1::SubjectPolicy& subject, const std::string& id) {
  return std::any_of(subject.grades().begin(), subject.grades().end(), [&](const v1::Grade& grade) {
    return grade.id() == id;
  });
}

void Unknown(const char* what,
             const char* zh,
             const Node& node,
             const char* field,
             int index,
             const std::string& id,
             Report& report) {
  report.Add(node,
             field,
             index,
             absl::StrCat("there is no ", what, " `", id, "`"),
             absl::StrCat("没有", zh, "“", id, "”"));
}

void CheckComparison(const v1::Comparison& is, const Node& node, Report& report) {
  const std::pair<const char*, const std::string*> ends[] = {{"at_least", &is.at_least()},
                                                             {"more_than", &is.more_than()},
                                                             {"at_most", &is.at_most()},
                                                             {"less_than", &is.less_than()},
                                                             {"equals", &is.equals()}};
  bool any = false;
  for (const auto& [field, text] : ends) {
    any |= !text->empty();
    report.Number(node, field, *text, -kNumberMax, kNumberMax, false);
  }
  if (!any) report.Add(node, "at_least", -1, "the comparison compares nothing", "比较条件为空");
}

void CheckStage(Stage stage, Stage needed, const Node& node, const char* field, Report& report) {
  if (stage >= needed) return;
  report.Add(node,
             field,
             -1,
             absl::StrCat("`", field, "` is not known yet where this condition is asked"),
             absl::StrCat("此处条件尚不能使用“", field, "”"));
}

void CheckPeriodPoints(const v1::SubjectPolicy& subject,
                       const v1::PeriodPoints& points,
                       const Node& node,
                       Report& report) {
  if (points.span() == v1::PeriodPoints::SPAN_UNSPECIFIED)
    report.Add(node, "span", -1, "span is missing", "缺少 span");
  report.AtMost(node, "months", points.months(), kMonthsMax);
  if ((points.span() == v1::PeriodPoints::LAST_MONTHS) != (points.months() > 0))
    report.Add(node,
               "months",
               -1,
               "months go with LAST_MONTHS, and only with it",
               "months 仅与 LAST_MONTHS 同用且必填");
  for (int i = 0; i < points.items_size(); ++i) {
    if (!HasItem(subject, points.items(i)))
      Unknown("item", "评分项", node, "items", i, points.items(i), report);
  }
  CheckComparison(points.is(), Report::Child(node, "is", -1, points.is()), report);
}

void CheckValueOf(const v1::SubjectPolicy& subject,
                  const v1::ValueOf& value,
                  const Node& node,
                  Report& report) {
  if (!HasGroup(subject, value.id())) Unknown("group", "分组", node, "id", -1, value.id(), report);
  CheckComparison(value.is(), Report::Child(node, "is", -1, value.is()), report);
}

void CheckItemValue(const v1::SubjectPolicy& subject,
                    const v1::ItemValue& value,
                    const Node& node,
                    Report& report) {
  if (!HasItem(subject, value.id())) Unknown("item", "评分项", node, "id", -1, value.id(), report);
  CheckComparison(value.is(), Report::Child(node, "is", -1, value.is()), report);
}

void CheckGrades(const v1::SubjectPolicy& subject,
                 const google::protobuf::RepeatedPtrField<std::string>& ids,
                 const Node& node,
                 const char* field,
                 Report& report) {
  for (int i = 0; i < ids.size(); ++i) {
    if (!HasGrade(subject, ids[i])) Unknown("grade", "等级", node, field, i, ids[i], report);
  }
}

void CheckStreak(const v1::SubjectPolicy& subject,
                 const v1::Streak& streak,
                 const Node& node,
                 Report& report) {
  if (streak.years() == 0) report.Add(node, "years", -1, "years is missing", "缺少 years");
  report.AtMost(node, "years", streak.years(), kYearsMax);
  CheckGrades(subject, streak.grades(), node, "grades", report);
  if (streak.has_score())
    CheckComparison(streak.score(), Report::Child(node, "score", -1, streak.score()), report);
}

void CheckAttribute(const v1::AttributeIs& attribute, const Node& node, Report& report) {
  report.Id(node, "name", attribute.name());
  if (attribute.of_size() == 0 && !attribute.has_is())
    report.Add(node,
               "name",
               -1,
               "the condition asks for neither a text nor a number",
               "属性条件既无文本也无数值");
  if (attribute.has_is())
    CheckComparison(attribute.is(), Report::Child(node, "is", -1, attribute.is()), report);
}

void CheckMany(const v1::SubjectPolicy& subject,
               const v1::Conditions& conditions,
               const Node& node,
               Stage stage,
               int depth,
               Report& report) {
  if (conditions.of_size() == 0) report.Add(node, "of", -1, "there is no condition", "条件为空");
  for (int i = 0; i < conditions.of_size(); ++i) {
    CheckCondition(subject,
                   conditions.of(i),
                   Report::Child(node, "of", i, conditions.of(i)),
                   stage,
                   depth + 1,
                   report);
  }
}

void CheckVetoIds(const v1::SubjectPolicy& subject,
                  const v1::AnyOf& veto,
                  const Node& node,
                  Report& report) {
  for (int i = 0; i < veto.of_size(); ++i) {
    const bool known =
        std::any_of(subject.items().begin(), subject.items().end(), [&](const v1::Item& item) {
          return item.id() == veto.of(i) && item.has_veto();
        });
    if (!known) Unknown("veto item", "否决项", node, "of", i, veto.of(i), report);
  }
}

// Conditions that are known before the score.
void CheckEarly(const v1::SubjectPolicy& subject,
                const v1::Condition& c,
                const Node& node,
                Report& report) {
  switch (c.is_case()) {
    case v1::Condition::kPastGrade: {
      const Node child = Report::Child(node, "past_grade", -1, c.past_grade());
      if (c.past_grade().years_back() == 0)
        report.Add(child, "years_back", -1, "years_back is missing", "缺少 years_back");
      report.AtMost(child, "years_back", c.past_grade().years_back(), kYearsMax);
      CheckGrades(subject, c.past_grade().of(), child, "of", report);
      break;
    }
    case v1::Condition::kStreak:
      CheckStreak(subject, c.streak(), Report::Child(node, "streak", -1, c.streak()), report);
      break;
    case v1::Condition::kDaysSince: {
      const Node child = Report::Child(node, "days_since", -1, c.days_since());
      report.Id(child, "attribute", c.days_since().attribute());
      CheckComparison(
          c.days_since().is(), Report::Child(child, "is", -1, c.days_since().is()), report);
      break;
    }
    case v1::Condition::kAttribute:
      CheckAttribute(c.attribute(), Report::Child(node, "attribute", -1, c.attribute()), report);
      break;
    case v1::Condition::kMeasure: {
      const Node child = Report::Child(node, "measure", -1, c.measure());
      if (!IsKind(c.measure().kind()))
        report.Add(child,
                   "kind",
                   -1,
                   absl::StrCat("`", c.measure().kind(), "` is not a kind"),
                   absl::StrCat("“", c.measure().kind(), "”不是信息类别"));
      report.Id(child, "measure", c.measure().measure());
      CheckComparison(c.measure().is(), Report::Child(child, "is", -1, c.measure().is()), report);
      break;
    }
    default:
      break;
  }
}

// Conditions that need the score or the grade.
void CheckLate(const v1::SubjectPolicy& subject,
               const v1::Condition& c,
               const Node& node,
               Stage stage,
               Report& report) {
  switch (c.is_case()) {
    case v1::Condition::kScore:
      CheckStage(stage, Stage::kScored, node, "score", report);
      CheckComparison(c.score(), Report::Child(node, "score", -1, c.score()), report);
      break;
    case v1::Condition::kGroup:
      CheckStage(stage, Stage::kScored, node, "group", report);
      CheckValueOf(subject, c.group(), Report::Child(node, "group", -1, c.group()), report);
      break;
    case v1::Condition::kItem:
      CheckStage(stage, Stage::kScored, node, "item", report);
      CheckItemValue(subject, c.item(), Report::Child(node, "item", -1, c.item()), report);
      break;
    case v1::Condition::kDemerits:
      CheckStage(stage, Stage::kScored, node, "demerits", report);
      CheckPeriodPoints(
          subject, c.demerits(), Report::Child(node, "demerits", -1, c.demerits()), report);
      break;
    case v1::Condition::kMerits:
      CheckStage(stage, Stage::kScored, node, "merits", report);
      CheckPeriodPoints(subject, c.merits(), Report::Child(node, "merits", -1, c.merits()), report);
      break;
    case v1::Condition::kNegativeLines:
      CheckStage(stage, Stage::kScored, node, "negative_lines", report);
      CheckComparison(c.negative_lines(),
                      Report::Child(node, "negative_lines", -1, c.negative_lines()),
                      report);
      break;
    case v1::Condition::kVeto:
      CheckStage(stage, Stage::kScored, node, "veto", report);
      CheckVetoIds(subject, c.veto(), Report::Child(node, "veto", -1, c.veto()), report);
      break;
    case v1::Condition::kRated:
      CheckStage(stage, Stage::kScored, node, "rated", report);
      break;
    case v1::Condition::kGrade:
      CheckStage(stage, Stage::kGraded, node, "grade", report);
      CheckGrades(
          subject, c.grade().of(), Report::Child(node, "grade", -1, c.grade()), "of", report);
      break;
    default:
      break;
  }
}

}  // namespace

void CheckCondition(const v1::SubjectPolicy& subject,
                    const v1::Condition& c,
                    const Node& node,
                    Stage stage,
                    int depth,
                    Report& report) {
  if (depth > kConditionDepthMax) {
    report.Add(node,
               "all",
               -1,
               absl::StrCat("conditions are nested deeper than ", kConditionDepthMax),
               absl::StrCat("条件嵌套超过 ", kConditionDepthMax, " 层"));
    return;
  }
  switch (c.is_case()) {
    case v1::Condition::IS_NOT_SET:
      report.Add(node, "all", -1, "the condition is empty", "条件为空");
      break;
    case v1::Condition::kAll:
      CheckMany(subject, c.all(), Report::Child(node, "all", -1, c.all()), stage, depth, report);
      break;
    case v1::Condition::kAny:
      CheckMany(subject, c.any(), Report::Child(node, "any", -1, c.any()), stage, depth, report);
      break;
    case v1::Condition::kNot:
      CheckCondition(
          subject, c.not_(), Report::Child(node, "not", -1, c.not_()), stage, depth + 1, report);
      break;
    default:
      CheckEarly(subject, c, node, report);
      CheckLate(subject, c, node, stage, report);
  }
}

}  // namespace xince::policy
