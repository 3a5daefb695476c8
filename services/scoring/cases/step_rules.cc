#include "services/scoring/cases/step_rules.h"

#include <algorithm>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "services/runtime/errors.h"
#include "services/scoring/cases/case_errors.h"
#include "services/scoring/cases/names.h"

namespace xince::cases {
namespace {

using journal::v1::CaseEvent;
using policy::v1::CaseStep;
using Purpose = policy::v1::Procedure::Purpose;
using type::Date;

constexpr char kCommittees[] = "committees/";

Purpose PurposeOf(const CaseRecord& record) { return record.procedure->proto().purpose(); }

absl::Status SaysNothing(const std::string& field) {
  return runtime::InvalidArgument("STEP_DETAILS",
                                  absl::StrCat("details.", field),
                                  absl::StrCat(field, " says nothing"),
                                  absl::StrCat(field, " 没有内容"),
                                  {{"missing", field}});
}

bool EndsSomething(const CaseRecord& record, const StepRow& step) {
  return step.Has(CaseStep::LEAVE_FORCE) || step.Has(CaseStep::END_PUBLICATION) ||
         (step.to != kNoIndex && record.procedure->Ended(step.to));
}

// Whether a name that is new to a table would be beyond what the subject may add.
bool BeyondShare(const std::vector<std::string>& table, const std::string& name) {
  const std::string key = NameKey(name);
  return !key.empty() && table.size() >= static_cast<size_t>(kSubjectPersonsMax) &&
         std::find(table.begin(), table.end(), key) == table.end();
}

absl::Status CheckShare(const CaseRecord& record, const CaseEvent& event) {
  size_t steps = 0;
  size_t bytes = event.details().ByteSizeLong();
  for (const StepRecord& taken : record.steps) {
    if (taken.event.party().part() != CaseStep::SUBJECT) continue;
    ++steps;
    bytes += taken.event.details().ByteSizeLong();
  }
  if (steps >= kSubjectStepsMax) return CaseFull("steps", kSubjectStepsMax);
  if (bytes > kSubjectBytesMax) return CaseFull("bytes", kSubjectBytesMax);
  if (BeyondShare(record.persons, event.party().person()) ||
      BeyondShare(record.offices, event.party().office()))
    return CaseFull("persons", kSubjectPersonsMax);
  return absl::OkStatus();
}

// The day before which nothing that was to be done can have been inspected: of the order, else of the
// application, else of the opening.
Date OrderedOn(const CaseRecord& record) {
  Date day = record.steps.empty() ? type::kDateMin : record.steps.front().on;
  for (const StepRecord& taken : record.steps) {
    const StepRow& step = record.procedure->steps()[taken.step];
    if (step.record == CaseStep::RECTIFICATION && step.extends == kNoIndex) day = taken.day;
  }
  return day;
}

absl::Status CheckDecision(const listing::v1::Decision& decision, const StepRow& step, Date today) {
  const Date effective = DayOr(decision.effective_on(), today);
  // What the step itself puts in force is in force today.
  const bool at_once = step.Has(CaseStep::ENTER_FORCE);
  if (effective < today || (at_once && effective != today))
    return DetailsWrong("decision.effective_on", FormatDate(today));
  // What no effect applies is not decided.
  if (!decision.amendments().empty() && !step.Has(CaseStep::AMEND))
    return DetailsWrong("decision.amendments", "0");
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckOpening(const listing::v1::Opening& opening,
                          Purpose purpose,
                          const CaseRecord* contested,
                          Date today) {
  if (purpose != policy::v1::Procedure::LISTING && !opening.list().empty())
    return OpeningIncomplete("list", "");
  if (purpose == policy::v1::Procedure::CORRECTION) {
    if (!absl::StartsWith(opening.subject(), kCommittees))
      return OpeningIncomplete("subject", kCommittees);
    // Of one committee at most one is open.
    if (!opening.matter().empty()) return OpeningIncomplete("matter", "");
  }
  const listing::v1::Target& target = opening.target();
  if (DayOr(target.standing_day(), today) > today)
    return OpeningIncomplete("target.standing_day", FormatDate(today));
  if (!target.step().empty()) {
    const StepIndex step =
        contested == nullptr ? kNoIndex : contested->procedure->FindStep(target.step());
    if (step == kNoIndex || (contested->view.taken & Bit(step)) == 0)
      return TargetUnknown(absl::StrCat(target.case_(), "#", target.step()));
  }
  if (contested == nullptr) return absl::OkStatus();
  // Who does not agree with the decision on an objection goes to the body that the remedies name.
  if (PurposeOf(*contested) == policy::v1::Procedure::OBJECTION)
    return OpeningIncomplete("target.case", "LISTING");
  if (purpose == policy::v1::Procedure::REPAIR &&
      PurposeOf(*contested) != policy::v1::Procedure::LISTING)
    return OpeningIncomplete("target.case", "LISTING");
  return absl::OkStatus();
}

absl::Status CheckRoom(const CaseRecord& record, const StepRow& step, const CaseEvent& event) {
  const auto part = event.party().part();
  if (part == CaseStep::CLOCK || part == CaseStep::RULE || EndsSomething(record, step))
    return absl::OkStatus();
  if (part == CaseStep::SUBJECT) XINCE_RETURN_IF_ERROR(CheckShare(record, event));
  if (record.steps.size() >= kCaseStepsMax) return CaseFull("steps", kCaseStepsMax);
  size_t bytes = event.details().ByteSizeLong();
  for (const StepRecord& taken : record.steps) bytes += taken.event.details().ByteSizeLong();
  return bytes > kCaseBytesMax ? CaseFull("bytes", kCaseBytesMax) : absl::OkStatus();
}

absl::Status CheckWords(const CaseRecord& record,
                        const StepRow& step,
                        const CaseEvent& event,
                        Date today) {
  const listing::v1::StepDetails& details = event.details();
  if (details.has_acceptance()) {
    const Date inspected = DayOr(details.acceptance().inspected_on(), type::kDateMax);
    if (inspected < OrderedOn(record) || inspected > today)
      return DetailsWrong("acceptance.inspected_on", FormatDate(OrderedOn(record)));
  }
  if (!details.statement().received_on().empty()) {
    const Date received = DayOr(details.statement().received_on(), type::kDateMax);
    if (received < StatedFrom(record) || received > today)
      return DetailsWrong("statement.received_on", FormatDate(StatedFrom(record)));
  }
  if (details.has_decision()) return CheckDecision(details.decision(), step, today);
  if (!details.has_publication()) return absl::OkStatus();
  if (!Says(details.publication().place())) return SaysNothing("publication.place");
  if (!Says(details.publication().text())) return SaysNothing("publication.text");
  return absl::OkStatus();
}

absl::Status CheckIdentities(const CaseRecord& record, const CaseEvent& event, Date today) {
  const std::string& subject = record.opening.subject();
  const std::string found = IdentityIn(event, subject.substr(subject.find('/') + 1), today);
  if (found.empty()) return absl::OkStatus();
  return runtime::InvalidArgument("IDENTITY_IN_TEXT",
                                  found,
                                  "the text names an identity number, and the record would keep it",
                                  "文字中含有身份证件号码,不得记入案卷");
}

}  // namespace xince::cases
