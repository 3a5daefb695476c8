#include <algorithm>

#include "absl/strings/str_cat.h"

#include "xince/party/v1/party.pb.h"

#include "services/feeds/party/evaluation_answers.h"
#include "services/feeds/party/evaluation_window.h"
#include "services/feeds/party/party_records.h"
#include "services/feeds/record_checks.h"
#include "services/runtime/errors.h"

// Evaluations of firms by the party organisations of the divisions they work in.
namespace xince::party {
namespace {

using v1::CountersignEvaluationRequest;
using v1::Evaluation;
using v1::EvaluationForm;
using v1::EvaluationWindow;

// The form of a window. A window's form is filed and not voided while the window is.
std::unique_ptr<EvaluationForm> FormOf(const EvaluationWindow& window,
                                       const feeds::CheckContext& context) {
  std::unique_ptr<google::protobuf::Message> record = context.records.Find(window.form());
  return std::unique_ptr<EvaluationForm>(static_cast<EvaluationForm*>(record.release()));
}

absl::Status Countersigned() {
  return runtime::FailedPrecondition("EVALUATION_COUNTERSIGNED",
                                     "name",
                                     "the evaluation is countersigned and does not change",
                                     "该评价已会签,不得变更");
}

absl::Status CompleteEvaluation(Evaluation& record,
                                const Evaluation* before,
                                const feeds::CheckContext& context) {
  if (before != nullptr && before->state() == Evaluation::COUNTERSIGNED) return Countersigned();
  const auto window = FindWindow(context, record.window());
  if (window == nullptr) return feeds::CheckReference(record, "window", context);
  const auto form = FormOf(*window, context);
  if (before == nullptr) {
    record.set_state(Evaluation::FILED);
    record.set_recorded_by(std::string(context.actor));
    record.set_countersign_required(window->countersign_required());
    record.set_period_end_date(window->end_date());
    record.set_full_score_hundredths(form->max_hundredths());
  }
  if (record.answers_size() > 0 && !record.has_score_hundredths()) {
    XINCE_ASSIGN_OR_RETURN(const int64_t sum, SumOfAnswers(record, *form));
    record.set_score_hundredths(sum);
  }
  return absl::OkStatus();
}

absl::Status CheckEvaluatorType(const Evaluation& record, const EvaluationWindow& window) {
  const bool street = window.evaluator_level() == type::v1::LEVEL_STREET;
  const bool fits = record.evaluator_type() == Evaluation::INDUSTRY_PARTY_COMMITTEE ||
                    street == (record.evaluator_type() == Evaluation::STREET_PARTY_COMMITTEE);
  if (fits) return absl::OkStatus();
  return runtime::InvalidArgument("EVALUATOR_TYPE",
                                  "evaluator_type",
                                  "an organisation of this type does not evaluate at this level",
                                  "该类组织不在本窗口的层级评价");
}

absl::Status CheckEvaluation(const Evaluation& record,
                             const Evaluation* before,
                             const feeds::CheckContext& context) {
  // The verb has checked what a countersignature needs; the content stays as it was.
  if (before != nullptr && record.state() == Evaluation::COUNTERSIGNED) return absl::OkStatus();
  const auto window = FindWindow(context, record.window());
  XINCE_RETURN_IF_ERROR(CheckOpen(*window, context.today));
  XINCE_RETURN_IF_ERROR(CheckEvaluated(record.firm()));
  XINCE_RETURN_IF_ERROR(CheckProject(*window, record.project()));
  XINCE_RETURN_IF_ERROR(CheckEvaluatorDivision(*window, record.division()));
  if (!type::DivisionContains(record.division(), record.project_division())) {
    return runtime::InvalidArgument(
        "EVALUATION_OTHER_DIVISION",
        "project_division",
        absl::StrCat("the organisation is in charge of ",
                     record.division(),
                     ", the firm works in ",
                     record.project_division()),
        absl::StrCat("评价组织负责 ", record.division(), ",项目位于 ", record.project_division()),
        {{"division", record.division()}, {"project_division", record.project_division()}});
  }
  XINCE_RETURN_IF_ERROR(CheckEvaluatorType(record, *window));
  return CheckScore(record, *FormOf(*window, context));
}

absl::Status Countersign(const CountersignEvaluationRequest& request,
                         Evaluation& record,
                         const feeds::CheckContext& context) {
  if (record.state() == Evaluation::COUNTERSIGNED) return Countersigned();
  if (!record.countersign_required()) {
    return runtime::FailedPrecondition("COUNTERSIGN_NOT_REQUIRED",
                                       "name",
                                       "the window asks for no countersignature",
                                       "该窗口无须会签");
  }
  const auto stored = context.records.Find(record.name());
  const auto& present = static_cast<const Evaluation&>(*stored);
  if (record.recorded_by() == context.actor || present.info().actor() == context.actor) {
    return runtime::FailedPrecondition(
        "SAME_ACTOR",
        "",
        "whoever filed or changed an evaluation does not countersign it",
        "登记人不得会签本人登记的评价");
  }
  const auto window = FindWindow(context, record.window());
  if (window != nullptr) XINCE_RETURN_IF_ERROR(CheckNotLocked(*window, context.today, "name"));
  record.set_state(Evaluation::COUNTERSIGNED);
  record.set_countersigned_by(std::string(context.actor));
  record.set_countersign_date(type::FormatDate(context.today));
  record.set_countersign_opinion(request.opinion());
  return absl::OkStatus();
}

void FillIn(const Evaluation& record, evidence::v1::Evidence& piece) {
  piece.set_matter(record.name());
  piece.set_occurred_on(std::min(feeds::DayBefore(record.period_end_date()), record.sign_date()));
  piece.set_determined_on(record.countersign_date().empty() ? record.sign_date()
                                                            : record.countersign_date());
  const bool street = type::LevelOfDivision(record.division()) == type::DivisionLevel::kStreet;
  piece.set_level(street ? type::v1::LEVEL_STREET : type::v1::LEVEL_COMMUNITY);
  piece.set_issuer_level(piece.level());
  piece.set_issuer(record.evaluator());
  piece.set_division(record.division());
  feeds::AddMeasure(piece, "score", record.score_hundredths());
  feeds::AddMeasure(piece, "full-score", record.full_score_hundredths());
  piece.add_tags(feeds::TagOf(*Evaluation::EvaluatorType_descriptor(), record.evaluator_type()));
  if (record.has_document()) *piece.add_documents() = record.document();
}

void GiveEvidence(const Evaluation& record, feeds::EvidenceSink& sink) {
  if (record.countersign_required() && record.state() != Evaluation::COUNTERSIGNED) return;
  evidence::v1::Evidence& firm = sink.Add("firm");
  firm.set_subject(record.firm());
  firm.set_kind(kEvaluation);
  FillIn(record, firm);
  if (record.project().empty()) return;
  evidence::v1::Evidence& project = sink.Add("project");
  project.set_subject(record.project());
  project.set_kind(kProjectEvaluation);
  FillIn(record, project);
}

}  // namespace

feeds::RecordType EvaluationType() {
  feeds::RecordType type = feeds::MakeRecordType(Evaluation::descriptor());
  type.complete = feeds::Complete<Evaluation>(CompleteEvaluation);
  type.check = feeds::Check<Evaluation>(CheckEvaluation);
  type.unique_keys = feeds::Of<Evaluation>([](const Evaluation& record) {
    return std::vector<std::string>{absl::StrCat("evaluation:",
                                                 record.window(),
                                                 ":",
                                                 record.division(),
                                                 ":",
                                                 record.evaluator_type(),
                                                 ":",
                                                 record.firm(),
                                                 ":",
                                                 record.project())};
  });
  type.evidence = feeds::Of<Evaluation>(GiveEvidence);
  return type;
}

std::vector<feeds::FeedVerb> Verbs() {
  return {{.method = "CountersignEvaluation",
           .change = feeds::Change<CountersignEvaluationRequest, Evaluation>(Countersign)}};
}

std::vector<feeds::RecordType> RecordTypes() {
  return {EvaluationFormType(),
          EvaluationWindowType(),
          EvaluationType(),
          ExpectedEvaluationType(),
          PartyIndicatorType()};
}

}  // namespace xince::party
