#include "services/feeds/registry/firm.h"

#include "absl/strings/str_cat.h"

#include "xince/registry/v1/firm.pb.h"

#include "services/feeds/checks.h"
#include "services/feeds/record_checks.h"
#include "services/feeds/registry/filing_attributes.h"
#include "services/runtime/errors.h"

namespace xince::registry {
namespace {

using ::xince::evidence::v1::Evidence;
using ::xince::feeds::CheckContext;
using ::xince::feeds::EvidenceSink;
using ::xince::feeds::RecordType;
using ::xince::registry::v1::FilingBreach;
using ::xince::registry::v1::Firm;
using ::xince::registry::v1::Organization;

absl::Status CheckName(const Firm& firm) {
  const std::string name = absl::StrCat("firms/", firm.uscc());
  if (firm.name() == name) return absl::OkStatus();
  return runtime::InvalidArgument("RECORD_NAME",
                                  "name",
                                  absl::StrCat("the name of this firm is ", name),
                                  absl::StrCat("该企业的资源名称应为 ", name),
                                  {{"expected", name}, {"found", firm.name()}});
}

absl::Status CheckParent(const Firm& firm, const CheckContext& context) {
  const bool is_branch = firm.provider_kind() == Firm::BRANCH;
  if (!is_branch) {
    if (!firm.parent_firm().empty()) {
      return feeds::NotApplicable("parent_firm", "provider_kind BRANCH");
    }
    if (!firm.parent_start_date().empty()) {
      return feeds::NotApplicable("parent_start_date", "parent_firm");
    }
    if (!firm.parent_end_date().empty()) {
      return feeds::NotApplicable("parent_end_date", "parent_firm");
    }
    return absl::OkStatus();
  }
  if (firm.parent_firm().empty()) return feeds::RequiredWith("parent_firm", "provider_kind BRANCH");
  if (firm.parent_start_date().empty()) {
    return feeds::RequiredWith("parent_start_date", "parent_firm");
  }
  XINCE_RETURN_IF_ERROR(
      feeds::CheckPeriod({.start = firm.parent_start_date(), .end = firm.parent_end_date()},
                         "BRANCH_DATES",
                         "parent_end_date"));
  const std::unique_ptr<google::protobuf::Message> parent =
      firm.parent_firm() == firm.name() ? nullptr : context.records.Find(firm.parent_firm());
  if (firm.parent_firm() != firm.name() && parent == nullptr) {
    return feeds::RequireRecord(context, "parent_firm", firm.parent_firm());
  }
  if (parent == nullptr || static_cast<const Firm&>(*parent).provider_kind() == Firm::BRANCH) {
    return runtime::FailedPrecondition("PARENT_IS_BRANCH",
                                       "parent_firm",
                                       "the parent of a branch is a firm that is no branch itself",
                                       "分支机构的总公司不能是分支机构",
                                       {{"parent", firm.parent_firm()}});
  }
  const auto branches = context.records.Where("firms", "parent_firm", firm.name());
  if (branches.empty()) return absl::OkStatus();
  const std::string first = feeds::StringField(*branches.front(), "name");
  return runtime::FailedPrecondition("FIRM_HAS_BRANCHES",
                                     "provider_kind",
                                     absl::StrCat("the firm has the branch ", first),
                                     absl::StrCat("该企业下有分支机构 ", first),
                                     {{"referenced_by", first}});
}

absl::Status CheckFirm(const Firm& firm, const Firm* /*before*/, const CheckContext& context) {
  XINCE_RETURN_IF_ERROR(CheckName(firm));
  XINCE_RETURN_IF_ERROR(CheckParent(firm, context));
  if (firm.has_commitment_document() && firm.commitment_date().empty()) {
    return feeds::RequiredWith("commitment_date", "commitment_document");
  }
  if (!firm.withdrawn_reason().empty() && firm.withdrawn_date().empty()) {
    return feeds::RequiredWith("withdrawn_date", "withdrawn_reason");
  }
  return feeds::CheckDateOrder(firm, "filing_date", "withdrawn_date");
}

void FirmEvidence(const Firm& firm, EvidenceSink& sink) {
  Evidence& subject = sink.Add("subject");
  subject.set_subject(firm.name());
  subject.set_kind("registry.subject");
  subject.set_occurred_on(firm.filing_date());
  subject.set_division(firm.division());
  auto& filing = *subject.mutable_filing();
  filing.set_display_name(firm.display_name());
  filing.set_division(firm.division());
  filing.set_filed_on(firm.filing_date());
  filing.set_area_hundredths_m2(firm.managed_area_hundredths_m2());
  filing.set_withdrawn(!firm.withdrawn_date().empty());
  *filing.mutable_former_names() = firm.former_names();
  filing.set_subject_type(feeds::TagOf(*Firm::ProviderKind_descriptor(), firm.provider_kind()));
  TellPublication(firm.basic_information_publish_date(), filing);
  if (!firm.parent_firm().empty()) {
    Evidence& branch = sink.Add("branch");
    branch.set_subject(firm.name());
    branch.set_kind("registry.branch");
    branch.set_occurred_on(firm.parent_start_date());
    branch.set_division(firm.division());
    branch.mutable_branch()->set_branch(firm.name());
    branch.mutable_branch()->set_parent(firm.parent_firm());
    branch.mutable_branch()->set_start_date(firm.parent_start_date());
    branch.mutable_branch()->set_end_date(firm.parent_end_date());
  }
  if (!firm.commitment_date().empty()) {
    Evidence& commitment = sink.Add("commitment");
    commitment.set_subject(firm.name());
    commitment.set_kind("registry.commitment");
    commitment.set_occurred_on(firm.commitment_date());
    commitment.set_division(firm.division());
    if (firm.has_commitment_document()) *commitment.add_documents() = firm.commitment_document();
  }
}

absl::Status CheckBreach(const FilingBreach& breach,
                         const FilingBreach* /*before*/,
                         const CheckContext& context) {
  XINCE_RETURN_IF_ERROR(feeds::RequireRecord(context, "firm", breach.firm()));
  XINCE_RETURN_IF_ERROR(feeds::CheckDateOrder(breach, "breach_date", "determined_date"));
  XINCE_RETURN_IF_ERROR(feeds::CheckDateOrder(breach, "breach_date", "corrected_date"));
  const auto found = context.records.Find(breach.firm());
  const std::string& committed = static_cast<const Firm&>(*found).commitment_date();
  if (!committed.empty() && committed <= breach.breach_date()) return absl::OkStatus();
  return runtime::FailedPrecondition("COMMITMENT_MISSING",
                                     "firm",
                                     "the firm had no filing commitment on file on that day",
                                     "该企业当日尚无备案承诺,无从违反",
                                     {{"firm", breach.firm()}, {"commitment_date", committed}});
}

void BreachEvidence(const FilingBreach& breach, EvidenceSink& sink) {
  Evidence& piece = sink.Add("firm");
  piece.set_subject(breach.firm());
  piece.set_kind("registry.commitment-breached");
  piece.set_matter(breach.name());
  piece.set_occurred_on(breach.breach_date());
  piece.set_determined_on(breach.determined_date());
  piece.set_corrected_on(breach.corrected_date());
  piece.set_level(breach.level());
  piece.set_issuer(breach.found_by());
  piece.set_issuer_level(breach.level());
  piece.set_division(breach.division());
  *piece.add_documents() = breach.document();
}

absl::Status CheckOrganization(const Organization& organization,
                               const Organization* /*before*/,
                               const CheckContext& /*context*/) {
  return feeds::CheckDateOrder(organization, "filing_date", "withdrawn_date");
}

void OrganizationEvidence(const Organization& organization, EvidenceSink& sink) {
  Evidence& subject = sink.Add("subject");
  subject.set_subject(organization.name());
  subject.set_kind("registry.subject");
  subject.set_occurred_on(organization.filing_date());
  subject.set_division(organization.division());
  auto& filing = *subject.mutable_filing();
  filing.set_display_name(organization.display_name());
  filing.set_division(organization.division());
  filing.set_filed_on(organization.filing_date());
  filing.set_subject_type("service-organization");
  filing.set_withdrawn(!organization.withdrawn_date().empty());
  *filing.mutable_former_names() = organization.former_names();
}

std::vector<std::string> CodeKey(const std::string& uscc) {
  if (uscc.empty()) return {};
  return {absl::StrCat("uscc:", uscc)};
}

}  // namespace

RecordType FirmType() {
  RecordType type = feeds::MakeRecordType(Firm::descriptor());
  type.check = feeds::Check<Firm>(CheckFirm);
  type.check_void = [](const google::protobuf::Message& firm, const CheckContext& context) {
    return feeds::RefuseWhileReferenced(firm,
                                        context,
                                        {{"firms", "parent_firm"},
                                         {"engagements", "firm"},
                                         {"employments", "firm"},
                                         {"filingBreaches", "firm"}});
  };
  type.tolerates_uscc = feeds::Of<Firm>([](const Firm& firm) {
    return !firm.uscc_confirmed_document().title().empty() &&
           !firm.uscc_confirmed_document().issuer().empty();
  });
  type.unique_keys = feeds::Of<Firm>([](const Firm& firm) { return CodeKey(firm.uscc()); });
  type.make_id = feeds::Of<Firm>([](const Firm& firm) { return firm.uscc(); });
  type.evidence = feeds::Of<Firm>(FirmEvidence);
  type.indexed = {"display_name"};
  return type;
}

RecordType FilingBreachType() {
  RecordType type = feeds::MakeRecordType(FilingBreach::descriptor());
  type.check = feeds::Check<FilingBreach>(CheckBreach);
  type.evidence = feeds::Of<FilingBreach>(BreachEvidence);
  return type;
}

RecordType OrganizationType() {
  RecordType type = feeds::MakeRecordType(Organization::descriptor());
  type.check = feeds::Check<Organization>(CheckOrganization);
  type.unique_keys = feeds::Of<Organization>(
      [](const Organization& organization) { return CodeKey(organization.uscc()); });
  type.evidence = feeds::Of<Organization>(OrganizationEvidence);
  type.indexed = {"display_name"};
  return type;
}

}  // namespace xince::registry
