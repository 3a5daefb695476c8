#include "absl/strings/str_cat.h"

#include "services/feeds/inspection/inspection_evidence.h"
#include "services/feeds/inspection/inspection_kinds.h"
#include "services/feeds/inspection/inspection_records.h"

// What others say of the service: assessments by third parties, and the owners themselves.
namespace xince::inspection {
namespace {

using v1::Assessment;
using v1::SatisfactionSurvey;

absl::Status CheckAssessment(const Assessment& record,
                             const Assessment*,
                             const feeds::CheckContext&) {
  XINCE_RETURN_IF_ERROR(feeds::CheckPeriod(record));
  XINCE_RETURN_IF_ERROR(feeds::CheckDateOrder(record, "start_date", "assessment_date"));
  XINCE_RETURN_IF_ERROR(feeds::CheckDateOrder(record, "assessment_date", "valid_until"));
  if (!record.has_score_hundredths() && record.grade().empty()) {
    return runtime::InvalidArgument("RESULT_REQUIRED",
                                    "score_hundredths",
                                    "an assessment has a score or a grade",
                                    "评价得分与评价等级至少填写一项");
  }
  if (record.assessor_subject() == record.subject()) {
    return runtime::InvalidArgument("ASSESSOR_IS_SUBJECT",
                                    "assessor_subject",
                                    "a third party does not assess itself",
                                    "评价机构不得为被评价主体本身",
                                    {{"subject", record.subject()}});
  }
  return absl::OkStatus();
}

void GiveAssessmentEvidence(const Assessment& record, feeds::EvidenceSink& sink) {
  evidence::v1::Evidence& piece = AddEvidence(record, sink, "assessment", kAssessment);
  piece.set_occurred_on(record.assessment_date());
  piece.set_valid_until(record.valid_until());
  piece.add_tags(feeds::TagOf(*Assessment::Purpose_descriptor(), record.purpose()));
  if (record.has_score_hundredths()) feeds::AddMeasure(piece, "score", record.score_hundredths());
}

absl::Status CheckSurvey(const SatisfactionSurvey& record,
                         const SatisfactionSurvey*,
                         const feeds::CheckContext& context) {
  XINCE_RETURN_IF_ERROR(feeds::CheckPastPeriod(record, context.today));
  XINCE_RETURN_IF_ERROR(feeds::CheckDateOrder(record, "start_date", "publish_date"));
  return record.households() == 0 ? absl::OkStatus()
                                  : feeds::CheckPart(record, "sample_size", "households");
}

void GiveSurveyEvidence(const SatisfactionSurvey& record, feeds::EvidenceSink& sink) {
  evidence::v1::Evidence& piece = AddEvidence(record, sink, "survey", kSatisfaction);
  piece.set_occurred_on(feeds::DayBefore(record.end_date()));
  piece.add_tags(feeds::TagOf(*SatisfactionSurvey::Method_descriptor(), record.method()));
  feeds::AddMeasure(piece, "satisfaction-rate", record.rate_hundredths_percent());
  feeds::AddCount(piece, "sample-size", record.sample_size());
  if (record.households() > 0) {
    feeds::AddMeasure(
        piece, "sample-rate", feeds::PercentHundredths(record.sample_size(), record.households()));
  }
}

}  // namespace

feeds::RecordType AssessmentType() {
  feeds::RecordType type = feeds::MakeRecordType(Assessment::descriptor());
  type.check = feeds::Check<Assessment>(CheckAssessment);
  type.unique_keys = feeds::Of<Assessment>([](const Assessment& record) {
    return std::vector<std::string>{absl::StrCat("assessment:",
                                                 record.subject(),
                                                 ":",
                                                 record.purpose(),
                                                 ":",
                                                 record.assessment_date(),
                                                 ":",
                                                 record.assessor())};
  });
  type.evidence = feeds::Of<Assessment>(GiveAssessmentEvidence);
  type.indexed = {"matter"};
  return type;
}

feeds::RecordType SatisfactionSurveyType() {
  feeds::RecordType type = feeds::MakeRecordType(SatisfactionSurvey::descriptor());
  type.check = feeds::Check<SatisfactionSurvey>(CheckSurvey);
  type.unique_keys = feeds::Of<SatisfactionSurvey>([](const SatisfactionSurvey& record) {
    return std::vector<std::string>{absl::StrCat("survey:",
                                                 record.subject(),
                                                 ":",
                                                 record.method(),
                                                 ":",
                                                 record.start_date(),
                                                 ":",
                                                 record.end_date(),
                                                 ":",
                                                 record.surveyor())};
  });
  type.evidence = feeds::Of<SatisfactionSurvey>(GiveSurveyEvidence);
  return type;
}

}  // namespace xince::inspection
