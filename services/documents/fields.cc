#include "services/documents/fields.h"

#include <algorithm>
#include <cstdlib>
#include <regex>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "services/runtime/errors.h"
#include "services/type/text.h"

namespace xince::documents {
namespace {

using listing::v1::Case;
using listing::v1::Objection;
using listing::v1::Service;
using listing::v1::StepDetails;
using listing::v1::StepTaken;
using policy::v1::CaseClock;
using policy::v1::CaseStep;
using policy::v1::StepGuard;

// `YYYY-MM-DD` as documents write it; nothing for no day.
std::string Day(const std::string& text) {
  const auto date = type::ParseDate(text);
  return date.ok() ? FormatDay(*date) : "";
}

std::string LengthWords(const CaseClock& clock) {
  if (clock.length() != CaseClock::FIXED) return "";
  switch (clock.unit()) {
    case CaseClock::WORKING_DAYS:
      return absl::StrCat(clock.count(), "个工作日");
    case CaseClock::CALENDAR_DAYS:
      return absl::StrCat(clock.count(), "日");
    case CaseClock::MONTHS:
      return absl::StrCat(clock.count(), "个月");
    case CaseClock::YEARS:
      return absl::StrCat(clock.count(), "年");
    default:
      return "";
  }
}

std::string MethodWords(Service::Method method) {
  switch (method) {
    case Service::IN_PERSON:
      return "直接送达";
    case Service::LEFT:
      return "留置送达";
    case Service::MAIL:
      return "邮寄送达";
    case Service::ELECTRONIC:
      return "电子送达";
    case Service::PUBLIC_NOTICE:
      return "公告送达";
    case Service::ENTRUSTED:
      return "委托送达";
    default:
      return "";
  }
}

std::string GroundWords(int ground) {
  switch (ground) {
    case Objection::FACTS:
      return "事实错误";
    case Objection::RULE:
      return "规则适用错误";
    case Objection::SUBJECT:
      return "主体错误";
    case Objection::PROCEDURE:
      return "程序不符合规定";
    default:
      return "";
  }
}

// `cases/2026-12`.
std::string CaseWords(absl::string_view name) {
  const size_t slash = name.rfind('/');
  if (slash != absl::string_view::npos) name.remove_prefix(slash + 1);
  const size_t dash = name.find('-');
  if (dash == absl::string_view::npos) return std::string(name);
  return absl::StrCat(name.substr(0, dash), "年第", name.substr(dash + 1), "号");
}

bool IsOfficer(const listing::v1::StepParty& party) {
  return (party.part() == CaseStep::RECORDER || party.part() == CaseStep::OFFICER ||
          party.part() == CaseStep::DECIDER) &&
         !party.office().empty();
}

// A text with the names of cases as documents write them.
std::string WithCaseWords(const std::string& text) {
  static const auto* const kName = new std::regex("cases/([0-9]{4})-([0-9]{1,9})");
  return std::regex_replace(text, *kName, "$1年第$2号案");
}

// Looks at a case up to a step.
class CaseReader {
 public:
  CaseReader(const TemplateSet& templates, const Case& of, int step, const CaseNames& names)
      : templates_(templates), case_(of), last_(step), names_(names), step_(of.steps(step)) {}

  absl::StatusOr<Draft> Read(const Template& from) {
    draft_.step = step_.step();
    const Service& service = step_.details().service();
    const bool posted = service.method() == Service::PUBLIC_NOTICE;
    XINCE_ASSIGN_OR_RETURN(draft_.date,
                           type::ParseDate(posted ? service.day() : step_.day(), "day"));
    draft_.number = NumberOf(last_);
    draft_.verification_base = names_.verification_base;
    if (step_.details().has_decision()) {
      draft_.document_number = step_.details().decision().document_number();
    }
    AddCommon();
    AddProposal();
    AddNotice();
    AddStatements();
    AddDecision();
    AddOwnDetails();
    AddTarget();
    // What this kind of document does not speak of.
    for (auto field = draft_.fields.begin(); field != draft_.fields.end();) {
      const bool its = FindField(from.proto().id(), field->first) != nullptr;
      field = its ? std::next(field) : draft_.fields.erase(field);
    }
    return std::move(draft_);
  }

 private:
  void Set(const std::string& name, const std::string& text) { draft_.fields[name].text = text; }
  void Add(const std::string& name, const std::string& item) {
    draft_.fields[name].items.push_back(item);
  }

  [[nodiscard]] uint32_t NumberOf(int index) const {
    return static_cast<size_t>(index) < names_.numbers.size() ? names_.numbers[index] : 0;
  }

  // The newest step up to the one at hand with details of a kind; -1 for none.
  [[nodiscard]] int Find(StepDetails::DetailsCase kind, int before) const {
    for (int i = before; i >= 0; --i) {
      if (case_.steps(i).details().details_case() == kind) return i;
    }
    return -1;
  }

  // The newest step before the one at hand of which a document was made; -1 for none.
  [[nodiscard]] int FindDocument(const std::string& id) const {
    for (int i = last_ - 1; i >= 0; --i) {
      if (case_.steps(i).document() == id) return i;
    }
    return -1;
  }

  [[nodiscard]] OrganNames OrganOf(const std::string& office) const {
    const auto found = names_.organs.find(office);
    return found == names_.organs.end() ? OrganNames{.name = office, .mark = names_.organ.mark}
                                        : found->second;
  }

  // The organ of a step; of a step that no officer takes (the clock's, a rule's, a court's, the subject's)
  // that which decided, else that of the step before it.
  [[nodiscard]] OrganNames OrganOfStep(int index) const {
    const auto& own = case_.steps(index).party();
    if (IsOfficer(own)) return OrganOf(own.office());
    const std::string* newest = nullptr;
    for (int i = index - 1; i >= 0; --i) {
      const auto& party = case_.steps(i).party();
      if (!IsOfficer(party)) continue;
      if (party.part() == CaseStep::DECIDER) return OrganOf(party.office());
      if (newest == nullptr) newest = &party.office();
    }
    return newest == nullptr ? names_.organ : OrganOf(*newest);
  }

  // Number of the document of an earlier step, as it was printed; nothing without one.
  [[nodiscard]] std::string NumberWords(int index) const {
    const StepTaken& step = case_.steps(index);
    if (!step.document_number().empty()) return step.document_number();
    if (!step.details().decision().document_number().empty()) {
      return step.details().decision().document_number();
    }
    const Template* from = templates_.Find(step.document());
    const auto date = type::ParseDate(step.day());
    if (from == nullptr || !date.ok() || NumberOf(index) == 0) return "";
    return FormatNumber(from->proto(), OrganOfStep(index).mark, date->year(), NumberOf(index));
  }

  [[nodiscard]] std::string FactWords(const std::string& evidence) const {
    const auto found = names_.facts.find(evidence);
    return found == names_.facts.end() ? absl::StrCat("信用信息（编号：", evidence, "）")
                                       : found->second;
  }

  void AddCommon() {
    const OrganNames organ = OrganOfStep(last_);
    Set("organ", organ.name);
    Set("organ_mark", organ.mark);
    Set("subject", names_.subject);
    Set("subject_code", names_.subject_code);
    Set("case", CaseWords(case_.name()));
    Set("list", names_.list);
    Set("basis", names_.basis);
    Set("register", names_.register_name);
    Set("handler", step_.party().person());
    Set("entered_on", Day(case_.in_force_from()));
    Set("ended_on", FormatDay(draft_.date));
    Set("published_from", FormatDay(draft_.date));
    Set("published_until", Day(case_.published_until()));
  }

  void AddProposal() {
    const int at = Find(StepDetails::kProposal, last_);
    if (at < 0) return;
    const auto& proposal = case_.steps(at).details().proposal();
    Set("reasons", WithCaseWords(proposal.reasons()));
    for (const auto& fact : proposal.facts()) Add("facts", FactWords(fact.evidence()));
    uint32_t months = proposal.months();
    if (months == 0 && names_.terms != nullptr) months = names_.terms->months();
    Set("term", months == 0 ? "至移出名单之日止" : absl::StrCat(months, "个月"));
    AddMeasures(proposal.measures());
  }

  template <typename Kinds>
  void AddMeasures(const Kinds& kinds) {
    draft_.fields["measures"].items.clear();
    if (names_.terms == nullptr) return;
    for (const auto& effect : names_.terms->effects()) {
      const bool meant =
          kinds.empty() || std::find(kinds.begin(), kinds.end(), effect.kind()) != kinds.end();
      if (meant && !effect.zh().empty()) Add("measures", effect.zh());
    }
  }

  void AddNotice() {
    AddDefenceTerm();
    const bool of_notice = step_.document() == "notice";
    const int written = Find(StepDetails::kNotice, last_);
    if (written >= 0 && (of_notice || step_.document() == "hearing-minutes")) {
      const auto& notice = case_.steps(written).details().notice();
      Set("reasons", WithCaseWords(notice.reasons()));
      Set("basis", notice.basis());
      Set("measure", notice.measure());
      Set("rights", notice.rights());
      Set("time_limits", notice.time_limits());
    }
    const int made = FindDocument("notice");
    if (made < 0) return;
    Set("notice_number", NumberWords(made));
    for (int i = made; i <= last_; ++i) {
      const auto& details = case_.steps(i).details();
      if (!details.has_service()) continue;
      Set("notice_served", Day(details.service().day()));
      Set("service_method", MethodWords(details.service().method()));
      return;
    }
  }

  // The clock by which the subject may state and defend, by the procedure; null for none.
  [[nodiscard]] const CaseClock* DefenceClock() const {
    if (names_.procedure == nullptr) return nullptr;
    for (const CaseStep& step : names_.procedure->steps()) {
      if (step.record() != CaseStep::STATEMENT) continue;
      for (const StepGuard& guard : step.guards()) {
        if (guard.kind() != StepGuard::CLOCK_RUNNING) continue;
        for (const CaseClock& clock : names_.procedure->clocks()) {
          if (clock.id() == guard.clock()) return &clock;
        }
      }
    }
    return nullptr;
  }

  void AddDefenceTerm() {
    if (const CaseClock* clock = DefenceClock(); clock != nullptr) {
      Set("defence_term", LengthWords(*clock));
    }
  }

  static bool TooLongToQuote(const std::vector<std::string>& points,
                             const std::map<uint32_t, const listing::v1::Answer*>& answers) {
    size_t chars = 0;
    const auto add = [&](const std::string& text) {
      chars += type::CountCodePoints(text).value_or(text.size());
    };
    for (const std::string& point : points) add(point);
    for (const auto& [number, answer] : answers) add(answer->reasons());
    return chars > kQuotedCharsMax || points.size() > kQuotedPointsMax;
  }

  // Points of statements, the answers to them, waivers and hearings.
  void AddStatements() {
    std::vector<std::string> points;
    std::map<uint32_t, const listing::v1::Answer*> answers;
    for (int i = 0; i <= last_; ++i) {
      const StepTaken& step = case_.steps(i);
      const StepDetails& details = step.details();
      points.insert(
          points.end(), details.statement().points().begin(), details.statement().points().end());
      points.insert(
          points.end(), details.objection().points().begin(), details.objection().points().end());
      for (const auto& answer : details.answers().answers()) answers[answer.point()] = &answer;
      if (details.has_waiver()) Set("waived_on", Day(step.day()));
      if (details.has_hearing()) Set("hearing_on", Day(details.hearing().held_on()));
    }
    if (TooLongToQuote(points, answers)) {
      // Whoever states at length keeps off no decision: the points go with it as they were stated.
      Add("points_stated", absl::StrCat("共", points.size(), "条意见，篇幅较长，全文附后。"));
      if (!answers.empty())
        Add("answers",
            absl::StrCat("共", points.size(), "条意见，逐条意见和答复篇幅较长，全文附后。"));
      return;
    }
    for (uint32_t i = 0; i < points.size(); ++i) {
      Add("points_stated", points[i]);
      const auto found = answers.find(i + 1);
      if (found == answers.end()) continue;
      Add("answers",
          absl::StrCat("意见：",
                       points[i],
                       "\n答复：",
                       found->second->adopted() ? "予以采纳。" : "不予采纳。",
                       "理由：",
                       found->second->reasons()));
    }
    const CaseClock* clock = DefenceClock();
    if (!points.empty() || clock == nullptr || !draft_.fields["waived_on"].text.empty()) return;
    for (const auto& state : case_.clocks()) {
      if (state.clock() == clock->id() && state.status() == listing::v1::ClockState::OVER) {
        Set("defence_until", Day(state.due()));
      }
    }
  }

  void AddDecision() {
    const int at = Find(StepDetails::kDecision, last_);
    if (at < 0) return;
    const auto& decision = case_.steps(at).details().decision();
    Set("decided_on", Day(case_.steps(at).day()));
    Set("decision_number", NumberWords(at));
    Set("effective_on", Day(decision.effective_on()));
    if (!decision.measures().empty()) AddMeasures(decision.measures());
    if (at != last_) return;
    Set("reasons", WithCaseWords(decision.reasons()));
    Set("remedies", decision.remedies());
    if (case_.opening().target().has_evidence()) {
      Set("points_kept", FormatHundredths(decision.repaired_points_hundredths()));
    }
    for (const auto& amendment : decision.amendments()) AddAmendment(amendment);
  }

  void AddAmendment(const listing::v1::Amendment& amendment) {
    std::string words = FactWords(amendment.evidence());
    absl::StrAppend(&words, "：");
    if (amendment.voided()) absl::StrAppend(&words, "自始不予计入。");
    if (amendment.has_given_points_hundredths()) {
      absl::StrAppend(
          &words, "记分更正为", FormatHundredths(amendment.given_points_hundredths()), "分。");
    }
    if (!amendment.corrected_on().empty()) {
      absl::StrAppend(&words, "改正日期更正为", Day(amendment.corrected_on()), "。");
    }
    Add("amendments", words);
  }

  // What the step itself records, and what an inspection before it found.
  void AddOwnDetails() {
    const StepDetails& details = step_.details();
    if (details.has_reasons()) Set("reasons", WithCaseWords(details.reasons().text()));
    Set("place", details.publication().place());
    Set("text", details.publication().text());
    Set("convened_on", Day(details.hearing().convened_on()));
    Set("held_on", Day(details.hearing().held_on()));
    Set("minutes", details.hearing().minutes().title());
    Set("until", Day(details.rectification().until()));
    Set("what", details.rectification().what());
    Set("order", details.rectification().order());
    const int ordered = FindDocument("rectification-order");
    if (ordered >= 0) Set("earlier_order_on", Day(case_.steps(ordered).day()));
    const int inspected = Find(StepDetails::kAcceptance, last_);
    if (inspected < 0) return;
    const auto& acceptance = case_.steps(inspected).details().acceptance();
    Set("inspected_on", Day(acceptance.inspected_on()));
    Set("findings", acceptance.findings());
  }

  // With an objection or a repair: what it is about, and the application.
  void AddTarget() {
    const auto& opened = case_.steps(0);
    Set("applied_on", Day(opened.day()));
    Set("filed_on", Day(opened.day()));
    Set("corrected_on", Day(opened.details().repair().corrected_on()));
    std::vector<std::string> grounds;
    for (const int ground : opened.details().objection().grounds()) {
      grounds.push_back(GroundWords(ground));
    }
    Set("grounds", absl::StrJoin(grounds, "、"));
    const auto& target = case_.opening().target();
    std::string words = names_.target;
    if (words.empty() && target.has_evidence()) words = FactWords(target.evidence());
    if (words.empty() && target.has_case_()) {
      words = absl::StrCat(CaseWords(target.case_()), "案件的决定");
    }
    if (words.empty() && target.has_standing_day()) {
      words = absl::StrCat(Day(target.standing_day()), "的信用状况");
    }
    Set("contested", words);
    Set("matter", words);
  }

  const TemplateSet& templates_;
  const Case& case_;
  const int last_;
  const CaseNames& names_;
  const StepTaken& step_;
  Draft draft_;
};

}  // namespace

std::string FormatHundredths(int64_t hundredths) {
  const uint64_t size = hundredths < 0 ? 0 - static_cast<uint64_t>(hundredths) : hundredths;
  std::string text = absl::StrCat(hundredths < 0 ? "-" : "", size / 100);
  const uint64_t rest = size % 100;
  if (rest == 0) return text;
  absl::StrAppend(&text, ".", rest / 10);
  if (rest % 10 != 0) absl::StrAppend(&text, rest % 10);
  return text;
}

absl::StatusOr<Draft> DraftOfStep(const TemplateSet& templates,
                                  const Case& of,
                                  int step,
                                  const CaseNames& names) {
  if (step < 0 || step >= of.steps_size() || of.steps(step).document().empty()) {
    return runtime::NotFound("DOCUMENT_STEP_UNKNOWN",
                             "step",
                             "the case has no such step, or no document is made of it",
                             "案件没有该步骤,或者该步骤不制作文书",
                             {{"case", of.name()}, {"step", absl::StrCat(step)}});
  }
  XINCE_ASSIGN_OR_RETURN(const Template* from, templates.Get(of.steps(step).document()));
  return CaseReader(templates, of, step, names).Read(*from);
}

Draft DraftOfPoints(const PointsNotice& notice) {
  Draft draft{
      .date = notice.date, .number = notice.number, .verification_base = notice.verification_base};
  Fields& fields = draft.fields;
  fields["organ"].text = notice.organ.name;
  fields["organ_mark"].text = notice.organ.mark;
  fields["subject"].text = notice.subject;
  fields["subject_code"].text = notice.subject_code;
  fields["project"].text = notice.project;
  fields["content"].text = notice.content;
  fields["source"].text = notice.source;
  fields["accepted_on"].text = FormatDay(notice.accepted_on);
  fields["basis"].text = notice.basis;
  fields["rectify_days"].text = notice.rectify_days;
  fields["objection_days"].text = notice.objection_days;
  fields["review_organ"].text = notice.review_organ;
  fields["handler"].text = notice.handler;
  fields["register"].text = notice.register_name;
  int64_t total = 0;
  for (const PointsLine& line : notice.lines) {
    total += line.points_hundredths;
    fields["scores"].items.push_back(
        absl::StrCat(line.rule, "，记", FormatHundredths(line.points_hundredths), "分。"));
  }
  fields["points"].text = notice.lines.empty() ? "" : FormatHundredths(total);
  return draft;
}

}  // namespace xince::documents
