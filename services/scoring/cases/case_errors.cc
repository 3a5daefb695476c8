#include "services/scoring/cases/case_errors.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "services/runtime/errors.h"
#include "services/scoring/cases/names.h"

namespace xince::cases {

using policy::v1::CaseStep;
using policy::v1::StepGuard;
using runtime::FailedPrecondition;
using runtime::InvalidArgument;
using runtime::NotFound;

namespace {

// What a caller gave, as an error may repeat it: not an identity number typed in the wrong place.
std::string Shown(const std::string& given) {
  return NamesAnIdentity(given, "", type::kDateMax) ? "***" : given;
}

}  // namespace

absl::Status SubjectUnknown(const std::string& subject) {
  return NotFound("SUBJECT_UNKNOWN",
                  "opening.subject",
                  absl::StrCat("nobody filed ", subject),
                  absl::StrCat("主体 ", subject, " 未备案"),
                  {{"subject", subject}});
}

absl::Status ProcedureUnknown(const std::string& given) {
  const std::string id = Shown(given);
  return NotFound("PROCEDURE_UNKNOWN",
                  "opening.procedure",
                  absl::StrCat("no procedure ", id, " is in force"),
                  absl::StrCat("没有生效的程序 ", id),
                  {{"procedure", id}});
}

absl::Status ListUnknown(const std::string& given) {
  const std::string id = Shown(given);
  return NotFound("LIST_UNKNOWN",
                  "opening.list",
                  absl::StrCat("no list ", id, " is in force in this register"),
                  absl::StrCat("本地没有生效的名单 ", id),
                  {{"list", id}});
}

absl::Status TargetUnknown(const std::string& given) {
  const std::string what = Shown(given);
  return NotFound("TARGET_UNKNOWN",
                  "opening.target",
                  absl::StrCat(what, " is not on the file of the subject"),
                  absl::StrCat(what, " 不在该主体的信用档案中"),
                  {{"target", what}});
}

absl::Status CaseUnknown(const std::string& given) {
  const std::string name = Shown(given);
  return NotFound("CASE_UNKNOWN",
                  "case",
                  absl::StrCat("there is no case ", name),
                  absl::StrCat("没有案件 ", name),
                  {{"case", name}});
}

absl::Status StepUnknown(const std::string& given) {
  const std::string id = Shown(given);
  return InvalidArgument("STEP_UNKNOWN",
                         "step",
                         absl::StrCat("the procedure has no step ", id),
                         absl::StrCat("程序中没有步骤 ", id),
                         {{"step", id}});
}

absl::Status OpeningIncomplete(const std::string& field, const std::string& expected) {
  return InvalidArgument(
      "OPENING_INCOMPLETE",
      absl::StrCat("opening.", field),
      absl::StrCat("the ", field, " of the case is missing, or not the one the procedure asks for"),
      absl::StrCat("案由的 ", field, " 缺失或者与程序要求不符"),
      {{"expected", expected}});
}

absl::Status PartyIncomplete(const std::string& field) {
  return InvalidArgument("STEP_PARTY",
                         absl::StrCat("party.", field),
                         absl::StrCat("the ", field, " of whoever takes the step is missing"),
                         absl::StrCat("经办信息缺少 ", field),
                         {{"missing", field}});
}

absl::Status DetailsMissing(CaseStep::Record record) {
  return InvalidArgument(
      "STEP_DETAILS",
      "details",
      absl::StrCat("the step records ", CaseStep::Record_Name(record), " and nothing else"),
      "步骤内容与程序要求不符",
      {{"expected", CaseStep::Record_Name(record)}});
}

absl::Status DetailsWrong(const std::string& field, const std::string& expected) {
  return InvalidArgument("STEP_DETAILS",
                         absl::StrCat("details.", field),
                         absl::StrCat(field, " is out of bounds, ", expected, " would do"),
                         absl::StrCat(field, " 超出允许范围,可为 ", expected),
                         {{"expected", expected}});
}

absl::Status PointUnknown(uint32_t point) {
  return InvalidArgument("STEP_DETAILS",
                         "details.answers.point",
                         absl::StrCat("no point ", point, " was stated"),
                         absl::StrCat("没有第 ", point, " 条意见"),
                         {{"point", absl::StrCat(point)}});
}

absl::Status PointsWrong(const std::string& evidence, int64_t least, int64_t most) {
  return InvalidArgument(
      "AMENDMENT_POINTS",
      "details.decision.amendments.given_points_hundredths",
      absl::StrCat("an objection decides points between 0 and what the rule asks for: from ",
                   least,
                   " to ",
                   most,
                   " hundredths"),
      absl::StrCat(
          "异议决定的分值应当在 0 与规则规定的分值之间(", least, " 至 ", most, ",单位 0.01 分)"),
      {{"evidence", evidence}, {"least", absl::StrCat(least)}, {"most", absl::StrCat(most)}});
}

absl::Status ExtensionsUsed(uint32_t most) {
  return FailedPrecondition(
      "EXTENSIONS_USED",
      "step",
      absl::StrCat("the time limit was extended ", most, " times, the most there are"),
      absl::StrCat("期限已延长 ", most, " 次,不得再延长"),
      {{"most", absl::StrCat(most)}});
}

absl::Status NothingToExtend(const policy::v1::CaseClock& clock) {
  return FailedPrecondition(
      "CALENDAR_UNKNOWN_YEAR",
      "details.rectification.until",
      absl::StrCat(clock.en(), " has no last day: the calendar did not reach so far when it began"),
      absl::StrCat("“", clock.zh(), "”起算时工作日历未及,没有届满日,无从延长"),
      {{"clock", clock.id()}});
}

absl::Status CaseFull(const std::string& of, size_t most) {
  return FailedPrecondition("CASE_FULL",
                            "case",
                            absl::StrCat("a case has at most ", most, " ", of),
                            absl::StrCat("一案的 ", of, " 不超过 ", most),
                            {{"of", of}, {"most", absl::StrCat(most)}});
}

absl::Status TooManyOpen(size_t most) {
  return runtime::ToStatus(
      runtime::Problem{.code = absl::StatusCode::kResourceExhausted,
                       .reason = "CASES_OPEN",
                       .field = "opening",
                       .en = absl::StrCat("there are ", most, " open cases already"),
                       .zh = absl::StrCat("未结案件已达 ", most, " 件"),
                       .metadata = {{"most", absl::StrCat(most)}}});
}

absl::Status Changed(Revision revision) {
  return runtime::Aborted("REVISION_CONFLICT",
                          "expected_revision",
                          "the case has changed since it was read",
                          "案件在读取之后已有变化",
                          {{"revision", absl::StrCat(revision)}});
}

absl::Status DoesNotFit(Refusal refusal, const CaseRecord& record, const CaseStep& step) {
  std::string state = record.view.opened()
                          ? record.procedure->proto().states(record.view.state).id()
                          : std::string("none");
  const char* en = "the case is not in a state that allows it";
  const char* zh = "案件当前状态不允许该步骤";
  if (refusal == Refusal::kNotByThisParty) {
    en = "it is not this party's to take";
    zh = "该步骤不由此方办理";
  } else if (refusal == Refusal::kSuspended) {
    en = "the case is suspended";
    zh = "案件已中止";
  }
  return FailedPrecondition("STEP_NOT_HERE",
                            "step",
                            absl::StrCat("step ", step.id(), ": ", en),
                            absl::StrCat("步骤“", step.zh(), "”:", zh),
                            {{"step", step.id()}, {"state", std::move(state)}});
}

absl::Status GuardMissing(const std::vector<listing::v1::MissingGuard>& missing,
                          const CaseStep& step) {
  const listing::v1::MissingGuard& first = missing.front();
  std::vector<std::string> all;
  std::map<std::string, std::string> metadata = {{"step", step.id()},
                                                 {"guard", StepGuard::Kind_Name(first.guard())},
                                                 {"document", first.source().document()},
                                                 {"clause", first.source().clause()},
                                                 {"holds_on", first.holds_on()}};
  for (size_t i = 0; i < missing.size(); ++i) {
    const listing::v1::MissingGuard& one = missing[i];
    all.push_back(StepGuard::Kind_Name(one.guard()));
    // `guard_1` and what belongs to it, in the order of the table.
    const auto tell = [&](absl::string_view what, const std::string& value) {
      metadata[absl::StrCat(what, "_", i + 1)] = value;
    };
    tell("guard", all.back());
    tell("zh", one.zh());
    tell("en", one.en());
    tell("document", one.source().document());
    tell("clause", one.source().clause());
    tell("holds_on", one.holds_on());
  }
  metadata["guards"] = absl::StrJoin(all, ",");
  return FailedPrecondition("GUARD_MISSING",
                            "step",
                            absl::StrCat("step ", step.id(), ": ", first.en()),
                            absl::StrCat("步骤“", step.zh(), "”:", first.zh()),
                            std::move(metadata));
}

absl::Status Mismatch(const journal::v1::CaseEvent& event, Revision revision) {
  return runtime::ToStatus(runtime::Problem{
      .code = absl::StatusCode::kDataLoss,
      .reason = "REPLAY_MISMATCH",
      .en = absl::StrCat("the journal holds a step of a case that may not have been taken: ",
                         CaseName(event.year(), event.number()),
                         " ",
                         event.step()),
      .zh = "流水中有不应发生的案件步骤",
      .metadata = {{"revision", absl::StrCat(revision)},
                   {"case", CaseName(event.year(), event.number())},
                   {"step", event.step()}}});
}

}  // namespace xince::cases
