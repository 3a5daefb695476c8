#include "services/feeds/registry/project.h"

#include "absl/strings/str_cat.h"

#include "xince/registry/v1/project.pb.h"

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
using ::xince::registry::v1::Charge;
using ::xince::registry::v1::Engagement;
using ::xince::registry::v1::Estate;
using ::xince::registry::v1::Project;

// Digits of the code of a district.
constexpr size_t kDistrictDigits = 6;

absl::Status CheckInside(absl::string_view division, absl::string_view estate_division) {
  if (type::DivisionContains(division, estate_division)) return absl::OkStatus();
  return runtime::FailedPrecondition(
      "DIVISION_MISMATCH",
      "division",
      absl::StrCat("the estate lies in ", estate_division, ", the project in ", division),
      absl::StrCat("小区位于 ", estate_division, ",项目位于 ", division, ",两者不符"),
      {{"estate_division", std::string(estate_division)},
       {"project_division", std::string(division)}});
}

int FiveHavesOf(const Estate& estate) {
  return int{estate.has_self_governance()} + int{estate.has_protective_facilities()} +
         int{estate.has_basic_service()} + int{estate.has_clean_environment()} +
         int{estate.has_lasting_mechanism()};
}

absl::Status CheckEstate(const Estate& estate, const Estate* before, const CheckContext& context) {
  const auto level = type::LevelOfDivision(estate.division());
  if (level != type::DivisionLevel::kStreet && level != type::DivisionLevel::kCommunity) {
    return runtime::InvalidArgument("DIVISION_LEVEL",
                                    "division",
                                    "an estate lies in a street or community: 9 or 12 digits",
                                    "小区应登记到街道或社区:9位或12位代码",
                                    {{"found", estate.division()}});
  }
  if (FiveHavesOf(estate) > 0 && estate.five_have_date().empty()) {
    return feeds::RequiredWith("five_have_date", "has_self_governance … has_lasting_mechanism");
  }
  if (before == nullptr || before->division() == estate.division()) return absl::OkStatus();
  for (const auto& project : context.records.Where("projects", "estate", estate.name())) {
    XINCE_RETURN_IF_ERROR(
        CheckInside(static_cast<const Project&>(*project).division(), estate.division()));
  }
  return absl::OkStatus();
}

std::vector<std::string> EstateKeys(const Estate& estate) {
  std::vector<std::string> keys = {
      absl::StrCat("estate-name:", estate.division(), "/", estate.display_name())};
  if (!estate.ledger_number().empty()) {
    keys.push_back(absl::StrCat("estate-ledger:",
                                estate.division().substr(0, kDistrictDigits),
                                "/",
                                estate.ledger_number()));
  }
  return keys;
}

absl::Status CheckProject(const Project& project,
                          const Project* /*before*/,
                          const CheckContext& context) {
  XINCE_RETURN_IF_ERROR(feeds::RequireRecord(context, "estate", project.estate()));
  XINCE_RETURN_IF_ERROR(feeds::CheckPeriod(
      {.start = project.start_date(), .end = project.end_date()}, "PROJECT_DATES", "end_date"));
  if (project.web_signed() && project.contract_number().empty()) {
    return feeds::RequiredWith("contract_number", "web_signed");
  }
  const auto estate = context.records.Find(project.estate());
  return CheckInside(project.division(), static_cast<const Estate&>(*estate).division());
}

void ProjectEvidence(const Project& project, EvidenceSink& sink) {
  Evidence& subject = sink.Add("subject");
  subject.set_subject(project.name());
  subject.set_kind("registry.subject");
  subject.set_occurred_on(project.start_date());
  subject.set_division(project.division());
  if (project.has_contract_document()) *subject.add_documents() = project.contract_document();
  auto& filing = *subject.mutable_filing();
  filing.set_display_name(project.display_name());
  filing.set_division(project.division());
  filing.set_filed_on(project.start_date());
  filing.set_area_hundredths_m2(project.area_hundredths_m2());
  filing.set_households(project.household_count());
  filing.set_subject_type("project");
  filing.set_estate(project.estate());
  if (project.estate_kind() != Estate::KIND_UNSPECIFIED) {
    auto& kind = *filing.add_attributes();
    kind.set_name(kEstateKind);
    kind.set_text(feeds::TagOf(*Estate::Kind_descriptor(), project.estate_kind()));
  }
  if (project.has_estate_five_haves()) {
    auto& five = *filing.add_attributes();
    five.set_name(kFiveHaves);
    five.set_number_hundredths(int64_t{100} * project.estate_five_haves());
  }
}

// What rules ask about a project that only its estate says.
absl::Status CompleteProject(Project& project,
                             const Project* /*before*/,
                             const CheckContext& context) {
  project.clear_estate_kind();
  project.clear_estate_five_haves();
  const auto found = context.records.Find(project.estate());
  if (found == nullptr) return absl::OkStatus();
  const auto& estate = static_cast<const Estate&>(*found);
  project.set_estate_kind(estate.kind());
  if (!estate.five_have_date().empty()) project.set_estate_five_haves(FiveHavesOf(estate));
  return absl::OkStatus();
}

absl::Status CheckEngagement(const Engagement& engagement,
                             const Engagement* /*before*/,
                             const CheckContext& context) {
  XINCE_RETURN_IF_ERROR(feeds::RequireRecord(context, "project", engagement.project()));
  XINCE_RETURN_IF_ERROR(feeds::RequireRecord(context, "firm", engagement.firm()));
  XINCE_RETURN_IF_ERROR(
      feeds::CheckPeriod({.start = engagement.start_date(), .end = engagement.end_date()},
                         "ENGAGEMENT_DATES",
                         "end_date"));
  if (engagement.end_reason() != Engagement::END_REASON_UNSPECIFIED &&
      engagement.end_date().empty()) {
    return feeds::RequiredWith("end_date", "end_reason");
  }
  if (engagement.end_reason() == Engagement::ABANDONED && !engagement.has_end_document()) {
    return feeds::RequiredWith("end_document", "end_reason ABANDONED");
  }
  return feeds::RefuseOverlap(
      engagement, context, {"engagements", "project"}, "ENGAGEMENT_OVERLAP", [](const Message&) {
        return true;
      });
}

void EngagementEvidence(const Engagement& engagement, EvidenceSink& sink) {
  Evidence& piece = sink.Add("engagement");
  piece.set_subject(engagement.firm());
  piece.set_kind("registry.engagement");
  piece.set_occurred_on(engagement.start_date());
  if (engagement.has_start_document()) *piece.add_documents() = engagement.start_document();
  piece.mutable_engagement()->set_project(engagement.project());
  piece.mutable_engagement()->set_firm(engagement.firm());
  piece.mutable_engagement()->set_start_date(engagement.start_date());
  piece.mutable_engagement()->set_end_date(engagement.end_date());
  if (engagement.end_reason() != Engagement::ABANDONED) return;
  Evidence& abandoned = sink.Add("abandoned");
  abandoned.set_subject(engagement.firm());
  abandoned.set_kind("registry.project-abandoned");
  abandoned.set_matter(engagement.project());
  abandoned.set_occurred_on(engagement.end_date());
  abandoned.set_determined_on(engagement.end_document().issue_date());
  abandoned.set_issuer(engagement.end_document().issuer());
  *abandoned.add_documents() = engagement.end_document();
}

absl::Status CheckCharge(const Charge& charge,
                         const Charge* /*before*/,
                         const CheckContext& context) {
  XINCE_RETURN_IF_ERROR(feeds::RequireRecord(context, "project", charge.project()));
  XINCE_RETURN_IF_ERROR(feeds::RequireRecord(context, "manager", charge.manager()));
  XINCE_RETURN_IF_ERROR(feeds::CheckPeriod(
      {.start = charge.start_date(), .end = charge.end_date()}, "CHARGE_DATES", "end_date"));
  return feeds::RefuseOverlap(
      charge, context, {"charges", "project"}, "CHARGE_OVERLAP", [&](const Message& message) {
        const auto& other = static_cast<const Charge&>(message);
        const bool both_heads = other.post() == Charge::HEAD && charge.post() == Charge::HEAD;
        return both_heads || other.manager() == charge.manager();
      });
}

void ChargeEvidence(const Charge& charge, EvidenceSink& sink) {
  if (charge.post() != Charge::HEAD) return;
  Evidence& piece = sink.Add("charge");
  piece.set_subject(charge.manager());
  piece.set_kind("registry.charge");
  piece.set_occurred_on(charge.start_date());
  if (charge.has_document()) *piece.add_documents() = charge.document();
  piece.mutable_charge()->set_project(charge.project());
  piece.mutable_charge()->set_manager(charge.manager());
  piece.mutable_charge()->set_start_date(charge.start_date());
  piece.mutable_charge()->set_end_date(charge.end_date());
}

}  // namespace

RecordType EstateType() {
  RecordType type = feeds::MakeRecordType(Estate::descriptor());
  type.check = feeds::Check<Estate>(CheckEstate);
  type.check_void = [](const Message& estate, const CheckContext& context) {
    return feeds::RefuseWhileReferenced(estate, context, {{"projects", "estate"}});
  };
  type.unique_keys = feeds::Of<Estate>(EstateKeys);
  type.indexed = {"display_name"};
  return type;
}

RecordType ProjectType() {
  RecordType type = feeds::MakeRecordType(Project::descriptor());
  type.complete = feeds::Complete<Project>(CompleteProject);
  type.check = feeds::Check<Project>(CheckProject);
  type.check_void = [](const Message& project, const CheckContext& context) {
    return feeds::RefuseWhileReferenced(
        project, context, {{"engagements", "project"}, {"charges", "project"}});
  };
  type.unique_keys = feeds::Of<Project>([](const Project& project) {
    if (project.contract_number().empty()) return std::vector<std::string>();
    return std::vector<std::string>{
        absl::StrCat("contract:", project.estate(), "/", project.contract_number())};
  });
  type.evidence = feeds::Of<Project>(ProjectEvidence);
  type.indexed = {"display_name"};
  return type;
}

RecordType EngagementType() {
  RecordType type = feeds::MakeRecordType(Engagement::descriptor());
  type.check = feeds::Check<Engagement>(CheckEngagement);
  type.evidence = feeds::Of<Engagement>(EngagementEvidence);
  return type;
}

RecordType ChargeType() {
  RecordType type = feeds::MakeRecordType(Charge::descriptor());
  type.check = feeds::Check<Charge>(CheckCharge);
  type.evidence = feeds::Of<Charge>(ChargeEvidence);
  return type;
}

}  // namespace xince::registry
