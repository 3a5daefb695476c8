#include "services/feeds/registry/manager.h"

#include "absl/strings/str_cat.h"

#include "xince/registry/v1/manager.pb.h"

#include "services/feeds/checks.h"
#include "services/feeds/record_checks.h"
#include "services/feeds/registry/filing_attributes.h"
#include "services/runtime/errors.h"

namespace xince::registry {
namespace {

using ::google::protobuf::Message;
using ::xince::evidence::v1::Evidence;
using ::xince::feeds::CheckContext;
using ::xince::feeds::EvidenceSink;
using ::xince::feeds::RecordType;
using ::xince::registry::v1::Employment;
using ::xince::registry::v1::Manager;
using ::xince::registry::v1::ManagerTraining;
using ::xince::registry::v1::Qualification;

absl::Status CheckManager(const Manager& manager,
                          const Manager* before,
                          const CheckContext& /*context*/) {
  if (manager.identity_hash().empty()) {
    return feeds::RequiredWith("identity_number", "display_name");
  }
  if (before != nullptr && before->identity_hash() != manager.identity_hash()) {
    return runtime::FailedPrecondition(
        "IDENTITY_CHANGED",
        "identity_number",
        "the number is another person's: void this record and file that person",
        "身份证号与原登记不是同一人,请作废后重新登记");
  }
  if (!manager.withdrawn_reason().empty() && manager.withdrawn_date().empty()) {
    return feeds::RequiredWith("withdrawn_date", "withdrawn_reason");
  }
  return feeds::CheckDateOrder(manager, "filing_date", "withdrawn_date");
}

void ManagerEvidence(const Manager& manager, EvidenceSink& sink) {
  Evidence& subject = sink.Add("subject");
  subject.set_subject(manager.name());
  subject.set_kind("registry.subject");
  subject.set_occurred_on(manager.filing_date());
  subject.set_division(manager.division());
  auto& filing = *subject.mutable_filing();
  filing.set_display_name(manager.display_name());
  filing.set_division(manager.division());
  filing.set_filed_on(manager.filing_date());
  filing.set_subject_type("project-manager");
  filing.set_withdrawn(!manager.withdrawn_date().empty());
  *filing.mutable_former_names() = manager.former_names();
  TellPublication(manager.basic_information_publish_date(), filing);
}

absl::Status CheckEmployment(const Employment& employment,
                             const Employment* /*before*/,
                             const CheckContext& context) {
  XINCE_RETURN_IF_ERROR(feeds::RequireRecord(context, "manager", employment.manager()));
  XINCE_RETURN_IF_ERROR(feeds::RequireRecord(context, "firm", employment.firm()));
  XINCE_RETURN_IF_ERROR(
      feeds::CheckPeriod({.start = employment.start_date(), .end = employment.end_date()},
                         "EMPLOYMENT_DATES",
                         "end_date"));
  return feeds::RefuseOverlap(employment,
                              context,
                              {"employments", "manager"},
                              "EMPLOYMENT_OVERLAP",
                              [&](const Message& other) {
                                return static_cast<const Employment&>(other).firm() ==
                                       employment.firm();
                              });
}

void EmploymentEvidence(const Employment& employment, EvidenceSink& sink) {
  Evidence& piece = sink.Add("employment");
  piece.set_subject(employment.manager());
  piece.set_kind("registry.employment");
  piece.set_occurred_on(employment.start_date());
  if (employment.has_document()) *piece.add_documents() = employment.document();
  piece.mutable_employment()->set_manager(employment.manager());
  piece.mutable_employment()->set_firm(employment.firm());
  piece.mutable_employment()->set_start_date(employment.start_date());
  piece.mutable_employment()->set_end_date(employment.end_date());
}

absl::Status CheckTraining(const ManagerTraining& training,
                           const ManagerTraining* /*before*/,
                           const CheckContext& context) {
  return feeds::RequireRecord(context, "manager", training.manager());
}

void TrainingEvidence(const ManagerTraining& training, EvidenceSink& sink) {
  Evidence& piece = sink.Add("manager");
  piece.set_subject(training.manager());
  piece.set_kind("registry.manager-training");
  piece.set_matter(training.name());
  piece.set_occurred_on(training.training_date());
  piece.set_level(training.level());
  piece.set_issuer(training.organizer());
  piece.set_issuer_level(training.level());
  piece.set_division(training.division());
  piece.add_tags(feeds::TagOf(*ManagerTraining::Result_descriptor(), training.result()));
  feeds::AddCount(piece, "training-hours", training.hours());
  if (training.has_document()) *piece.add_documents() = training.document();
}

absl::Status CheckQualification(const Qualification& qualification,
                                const Qualification* /*before*/,
                                const CheckContext& context) {
  XINCE_RETURN_IF_ERROR(feeds::RequireRecord(context, "manager", qualification.manager()));
  XINCE_RETURN_IF_ERROR(
      feeds::CheckPeriod({.start = qualification.issue_date(), .end = qualification.end_date()},
                         "QUALIFICATION_DATES",
                         "end_date"));
  if (qualification.out_of_area()) {
    if (qualification.recognition_date().empty()) {
      return feeds::RequiredWith("recognition_date", "out_of_area");
    }
    if (qualification.recognized_by().empty()) {
      return feeds::RequiredWith("recognized_by", "out_of_area");
    }
  } else if (!qualification.recognition_date().empty()) {
    return feeds::NotApplicable("recognition_date", "out_of_area");
  } else if (!qualification.recognized_by().empty()) {
    return feeds::NotApplicable("recognized_by", "out_of_area");
  }
  return feeds::CheckDateOrder(qualification, "issue_date", "recognition_date");
}

void QualificationEvidence(const Qualification& qualification, EvidenceSink& sink) {
  const bool recognized = qualification.out_of_area();
  Evidence& piece = sink.Add("manager");
  piece.set_subject(qualification.manager());
  piece.set_kind(recognized ? "registry.manager-recognition" : "registry.manager-qualification");
  piece.set_matter(qualification.name());
  piece.set_occurred_on(recognized ? qualification.recognition_date() : qualification.issue_date());
  piece.set_level(qualification.level());
  piece.set_issuer(recognized ? qualification.recognized_by() : qualification.issuer());
  if (!recognized) piece.set_issuer_level(qualification.level());
  piece.set_division(qualification.issuing_division());
  piece.set_valid_until(qualification.end_date());
  if (qualification.has_document()) *piece.add_documents() = qualification.document();
}

std::vector<std::string> QualificationKeys(const Qualification& qualification) {
  if (qualification.number().empty()) return {};
  return {absl::StrCat("qualification:", qualification.issuer(), "/", qualification.number())};
}

}  // namespace

RecordType ManagerType() {
  RecordType type = feeds::MakeRecordType(Manager::descriptor());
  type.check = feeds::Check<Manager>(CheckManager);
  type.check_void = [](const Message& manager, const CheckContext& context) {
    return feeds::RefuseWhileReferenced(manager,
                                        context,
                                        {{"charges", "manager"},
                                         {"employments", "manager"},
                                         {"managerTrainings", "manager"},
                                         {"qualifications", "manager"}});
  };
  type.unique_keys = feeds::Of<Manager>([](const Manager& manager) {
    return std::vector<std::string>{absl::StrCat("manager-identity:", manager.identity_hash())};
  });
  type.evidence = feeds::Of<Manager>(ManagerEvidence);
  type.indexed = {"display_name"};
  return type;
}

RecordType EmploymentType() {
  RecordType type = feeds::MakeRecordType(Employment::descriptor());
  type.check = feeds::Check<Employment>(CheckEmployment);
  type.evidence = feeds::Of<Employment>(EmploymentEvidence);
  return type;
}

RecordType ManagerTrainingType() {
  RecordType type = feeds::MakeRecordType(ManagerTraining::descriptor());
  type.check = feeds::Check<ManagerTraining>(CheckTraining);
  type.evidence = feeds::Of<ManagerTraining>(TrainingEvidence);
  return type;
}

RecordType QualificationType() {
  RecordType type = feeds::MakeRecordType(Qualification::descriptor());
  type.check = feeds::Check<Qualification>(CheckQualification);
  type.unique_keys = feeds::Of<Qualification>(QualificationKeys);
  type.evidence = feeds::Of<Qualification>(QualificationEvidence);
  return type;
}

}  // namespace xince::registry
