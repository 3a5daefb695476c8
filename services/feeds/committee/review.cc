#include "services/feeds/committee/review.h"

#include <set>

#include "absl/strings/str_cat.h"

#include "xince/committee/v1/review.pb.h"

#include "services/feeds/checks.h"
#include "services/feeds/record_checks.h"
#include "services/runtime/errors.h"

namespace xince::committee {
namespace {

using ::xince::committee::v1::Audit;
using ::xince::committee::v1::CommitteeEvaluation;
using ::xince::evidence::v1::Evidence;
using ::xince::feeds::CheckContext;
using ::xince::feeds::EvidenceSink;
using ::xince::feeds::RecordType;

// The measure an evaluation's whole score is given under.
constexpr char kTotalScore[] = "score";

// What was reported by the day it was looked for was not missing.
absl::Status CheckMissing(const Audit& audit) {
  if (audit.due_date().empty()) return feeds::RequiredWith("due_date", "found_missing_date");
  if (audit.found_missing_by().empty()) {
    return feeds::RequiredWith("found_missing_by", "found_missing_date");
  }
  XINCE_RETURN_IF_ERROR(feeds::CheckNotBefore("found_missing_date",
                                              audit.found_missing_date(),
                                              "due_date",
                                              feeds::DayAfter(audit.due_date())));
  return feeds::CheckDateOrder(audit, "found_missing_date", "report_date");
}

// An audit without a report was found missing, and has nothing that only a report says.
absl::Status CheckUnreported(const Audit& audit) {
  if (audit.found_missing_date().empty()) {
    return feeds::RequiredWith("report_date", "found_missing_date left empty");
  }
  if (audit.conclusion() != Audit::CONCLUSION_UNSPECIFIED) {
    return feeds::NotApplicable("conclusion", "report_date");
  }
  if (audit.has_document()) return feeds::NotApplicable("document", "report_date");
  if (!audit.problems().empty()) return feeds::NotApplicable("problems", "report_date");
  if (audit.questioned_amount_fen() != 0) {
    return feeds::NotApplicable("questioned_amount_fen", "report_date");
  }
  if (!audit.corrected_date().empty()) return feeds::NotApplicable("corrected_date", "report_date");
  return absl::OkStatus();
}

// Conclusion and dates of an audit that was carried out.
absl::Status CheckReported(const Audit& audit) {
  XINCE_RETURN_IF_ERROR(feeds::CheckDateOrder(audit, "period_start_date", "report_date"));
  XINCE_RETURN_IF_ERROR(feeds::CheckDateOrder(audit, "report_date", "corrected_date"));
  if (audit.conclusion() != Audit::CLEAN) {
    return audit.problems().empty() ? feeds::RequiredWith("problems", "conclusion")
                                    : absl::OkStatus();
  }
  const char* const needs = "conclusion PROBLEMS, HANDED_OVER";
  if (!audit.problems().empty()) return feeds::NotApplicable("problems", needs);
  if (audit.questioned_amount_fen() != 0) {
    return feeds::NotApplicable("questioned_amount_fen", needs);
  }
  if (!audit.corrected_date().empty()) return feeds::NotApplicable("corrected_date", needs);
  return absl::OkStatus();
}

absl::Status CheckAudit(const Audit& audit, const Audit* /*before*/, const CheckContext& context) {
  XINCE_RETURN_IF_ERROR(feeds::RequireRecord(context, "committee", audit.committee()));
  XINCE_RETURN_IF_ERROR(
      feeds::CheckPeriod({.start = audit.period_start_date(), .end = audit.period_end_date()},
                         "AUDIT_DATES",
                         "period_end_date"));
  if (!audit.found_missing_date().empty()) XINCE_RETURN_IF_ERROR(CheckMissing(audit));
  if (audit.found_missing_date().empty() && !audit.found_missing_by().empty()) {
    return feeds::RequiredWith("found_missing_date", "found_missing_by");
  }
  if (audit.report_date().empty()) return CheckUnreported(audit);
  if (audit.auditor().empty()) return feeds::RequiredWith("auditor", "report_date");
  if (audit.conclusion() == Audit::CONCLUSION_UNSPECIFIED) {
    return feeds::RequiredWith("conclusion", "report_date");
  }
  if (!audit.has_document()) return feeds::RequiredWith("document", "report_date");
  return CheckReported(audit);
}

Evidence& About(const Audit& audit,
                absl::string_view slot,
                absl::string_view kind,
                EvidenceSink& sink) {
  Evidence& piece = sink.Add(slot);
  piece.set_subject(audit.committee());
  piece.set_kind(std::string(kind));
  piece.set_matter(audit.name());
  piece.set_occurred_on(audit.report_date());
  piece.set_issuer(audit.auditor());
  piece.add_tags(feeds::TagOf(*Audit::Kind_descriptor(), audit.kind()));
  *piece.add_documents() = audit.document();
  return piece;
}

// That it was owed and not carried out stays on file, put right on the day of the report.
void MissingEvidence(const Audit& audit, EvidenceSink& sink) {
  Evidence& piece = sink.Add("missing");
  piece.set_subject(audit.committee());
  piece.set_kind("committee.audit-missing");
  piece.set_matter(audit.name());
  piece.set_occurred_on(feeds::DayAfter(audit.due_date()));
  piece.set_determined_on(audit.found_missing_date());
  piece.set_corrected_on(audit.report_date());
  piece.set_issuer(audit.found_missing_by());
  piece.add_tags(feeds::TagOf(*Audit::Kind_descriptor(), audit.kind()));
}

void AuditEvidence(const Audit& audit, EvidenceSink& sink) {
  if (!audit.found_missing_date().empty()) MissingEvidence(audit, sink);
  if (audit.report_date().empty()) return;
  About(audit, "committee", "committee.audit", sink);
  if (audit.conclusion() == Audit::CLEAN) return;
  Evidence& problem = About(audit, "problem", "committee.audit-problem", sink);
  problem.set_corrected_on(audit.corrected_date());
  problem.add_tags(feeds::TagOf(*Audit::Conclusion_descriptor(), audit.conclusion()));
  feeds::AddMeasure(problem, "questioned-amount-yuan", audit.questioned_amount_fen());
}

absl::Status CheckEvaluation(const CommitteeEvaluation& evaluation,
                             const CommitteeEvaluation* /*before*/,
                             const CheckContext& context) {
  XINCE_RETURN_IF_ERROR(feeds::RequireRecord(context, "committee", evaluation.committee()));
  std::set<std::string> names = {kTotalScore};
  for (int i = 0; i < evaluation.items_size(); ++i) {
    if (names.insert(evaluation.items(i).name()).second) continue;
    return runtime::InvalidArgument("MEASURE_REPEATED",
                                    absl::StrCat("items[", i, "].name"),
                                    "an item has one score, and the whole score stands apart",
                                    "每一分项只有一个得分,总分另填",
                                    {{"name", evaluation.items(i).name()}});
  }
  return absl::OkStatus();
}

void EvaluationEvidence(const CommitteeEvaluation& evaluation, EvidenceSink& sink) {
  Evidence& piece = sink.Add("committee");
  piece.set_subject(evaluation.committee());
  piece.set_kind("committee.evaluation");
  piece.set_matter(evaluation.period());
  piece.set_occurred_on(evaluation.evaluation_date());
  piece.set_level(evaluation.level());
  piece.set_issuer(evaluation.evaluator());
  piece.set_issuer_level(evaluation.level());
  piece.add_tags(feeds::TagOf(*CommitteeEvaluation::Result_descriptor(), evaluation.result()));
  *piece.mutable_measures() = evaluation.items();
  if (evaluation.has_total_hundredths()) {
    feeds::AddMeasure(piece, kTotalScore, evaluation.total_hundredths());
  }
  if (evaluation.has_document()) *piece.add_documents() = evaluation.document();
}

}  // namespace

RecordType AuditType() {
  RecordType type = feeds::MakeRecordType(Audit::descriptor());
  type.check = feeds::Check<Audit>(CheckAudit);
  type.evidence = feeds::Of<Audit>(AuditEvidence);
  return type;
}

RecordType CommitteeEvaluationType() {
  RecordType type = feeds::MakeRecordType(CommitteeEvaluation::descriptor());
  type.check = feeds::Check<CommitteeEvaluation>(CheckEvaluation);
  type.unique_keys = feeds::Of<CommitteeEvaluation>([](const CommitteeEvaluation& evaluation) {
    return std::vector<std::string>{absl::StrCat("committee-evaluation:",
                                                 evaluation.committee(),
                                                 "/",
                                                 evaluation.period(),
                                                 "/",
                                                 evaluation.evaluator())};
  });
  type.evidence = feeds::Of<CommitteeEvaluation>(EvaluationEvidence);
  return type;
}

}  // namespace xince::committee
