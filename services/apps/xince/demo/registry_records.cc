#include "absl/strings/str_cat.h"

#include "xince/registry/v1/firm.pb.h"
#include "xince/registry/v1/manager.pb.h"
#include "xince/registry/v1/project.pb.h"

#include "services/apps/xince/demo/steps.h"

// Firms, managers, estates, projects, and who had what when.
namespace xince::demo {
namespace {

using registry::v1::Charge;
using registry::v1::CreateChargeRequest;
using registry::v1::CreateEmploymentRequest;
using registry::v1::CreateEngagementRequest;
using registry::v1::CreateEstateRequest;
using registry::v1::CreateFirmRequest;
using registry::v1::CreateManagerRequest;
using registry::v1::CreateManagerTrainingRequest;
using registry::v1::CreateProjectRequest;
using registry::v1::CreateQualificationRequest;
using registry::v1::Engagement;
using registry::v1::Estate;
using registry::v1::Firm;
using registry::v1::Manager;
using registry::v1::ManagerTraining;
using registry::v1::Project;

constexpr type::Date kFilingsFrom = type::Date::FromCivil(2018, 1, 1);
constexpr type::Date kFilingsTo = type::Date::FromCivil(2018, 12, 31);
constexpr int kRenamedEvery = 24;

std::string DistrictOfFirm(const Register& made, Random& random) {
  const auto districts = made.divisions->Children(kCity);
  return districts[random.Below(districts.size())].code;
}

void FillFirm(const Register& made, Random& random, Firm& firm) {
  const std::string division = DistrictOfFirm(made, random);
  const type::Date filed = AnyDay(random, kFilingsFrom, kFilingsTo);
  firm.set_division(division);
  firm.set_address(
      absl::StrCat(made.divisions->FullName(division), "示例路", random.Between(1, 300), "号"));
  firm.set_filing_date(Day(filed));
  firm.set_commitment_date(Day(filed));
  *firm.mutable_commitment_document() = Paper("备案承诺书(示例)",
                                              absl::StrCat("示例备承", firm.uscc().substr(12, 4)),
                                              firm.display_name(),
                                              filed);
  firm.set_ownership(random.Chance(20) ? Firm::STATE : Firm::PRIVATE);
  firm.set_employee_count(static_cast<int32_t>(random.Between(20, 1800)));
  firm.set_registered_capital_fen(random.Between(50, 5000) * 1'000'000);
  firm.set_scale_date("2026-06-30");
  if (random.Chance(55))
    firm.set_party_organization_date(Day(AnyDay(random, kFilingsTo, kFirstDay)));
  firm.set_office_phone(absl::StrCat("000-0000", Padded(random.Between(0, 9999), 4)));
}

void AddFirms(uint64_t seed, const Register& made, Steps& steps) {
  Random random(seed, "firms");
  steps.Begin("CreateFirm");
  for (int serial = 1; serial <= kFirmCount; ++serial) {
    Firm& firm = *steps.Add<CreateFirmRequest>().mutable_firm();
    firm.set_name(FirmName(serial));
    firm.set_uscc(FirmCode(serial));
    firm.set_display_name(absl::StrCat("示例物业", Padded(serial, 3), "有限公司"));
    firm.set_provider_kind(Firm::PROPERTY_FIRM);
    if (serial % kRenamedEvery == 4) {
      firm.add_former_names(absl::StrCat("示例旧名物业", Padded(serial, 3), "有限公司"));
    }
    FillFirm(made, random, firm);
  }
  steps.Begin("CreateFirm");
  for (int serial = 1; serial <= kBranchCount; ++serial) {
    Firm& firm = *steps.Add<CreateFirmRequest>().mutable_firm();
    // The first branch is that of the fifth firm, which has a story.
    const int parent =
        serial == 1 ? 5 : static_cast<int>(random.Between(kStoryFirms + 1, kFirmCount));
    firm.set_uscc(BranchCode(serial));
    firm.set_name(absl::StrCat("firms/", firm.uscc()));
    firm.set_display_name(
        absl::StrCat("示例物业", Padded(parent, 3), "有限公司第", serial, "示例分公司"));
    firm.set_provider_kind(Firm::BRANCH);
    firm.set_parent_firm(FirmName(parent));
    firm.set_parent_start_date("2019-01-01");
    FillFirm(made, random, firm);
  }
}

void AddManagers(uint64_t seed, const Register& made, Steps& steps) {
  Random random(seed, "managers");
  steps.Begin("CreateManager");
  for (int serial = 1; serial <= kManagerCount; ++serial) {
    Manager& manager = *steps.Add<CreateManagerRequest>().mutable_manager();
    manager.set_name(ManagerName(serial));
    manager.set_display_name(absl::StrCat("示例经理", Padded(serial, 3)));
    manager.set_identity_number(InventedIdentity(serial));
    manager.set_division(DistrictOfFirm(made, random));
    manager.set_filing_date(Day(AnyDay(random, kFilingsFrom, kFilingsTo)));
    manager.set_education(random.Chance(40) ? Manager::BACHELOR : Manager::ASSOCIATE);
    manager.set_party_member(random.Chance(30));
  }
}

void AddEstatesAndProjects(uint64_t seed, const Register& made, Steps& steps) {
  Random random(seed, "estates");
  steps.Begin("CreateEstate");
  for (const Place& place : made.places) {
    Estate& estate = *steps.Add<CreateEstateRequest>().mutable_estate();
    const bool old = random.Chance(25);
    estate.set_name(EstateName(place.serial));
    estate.set_display_name(absl::StrCat("示例家园", Padded(place.serial, 4)));
    estate.set_kind(old ? Estate::OLD : Estate::COMMERCIAL_HOUSING);
    estate.set_division(place.community);
    estate.set_built_year(
        static_cast<int32_t>(old ? random.Between(1983, 1999) : random.Between(2000, 2020)));
    estate.set_household_count(place.households);
    estate.set_building_count(place.households / 60 + 1);
    estate.set_area_hundredths_m2(int64_t{place.households} * 95 * 100);
    estate.set_has_basic_service(true);
    estate.set_has_clean_environment(random.Chance(85));
    estate.set_five_have_date("2025-12-31");
  }
  steps.Begin("CreateProject");
  for (const Place& place : made.places) {
    Project& project = *steps.Add<CreateProjectRequest>().mutable_project();
    project.set_name(ProjectName(place.serial));
    project.set_display_name(absl::StrCat("示例家园", Padded(place.serial, 4), "物业服务项目"));
    project.set_estate(EstateName(place.serial));
    project.set_division(place.community);
    project.set_contract_number(absl::StrCat("示例合同", Padded(place.serial, 4)));
    project.set_selection_mode(random.Chance(70) ? Project::TENDER : Project::AGREEMENT);
    project.set_fee_mode(random.Chance(80) ? Project::LUMP_SUM : Project::COMMISSION);
    project.set_service_grade(absl::StrCat(random.Between(1, 5), "级"));
    project.set_area_hundredths_m2(int64_t{place.households} * 95 * 100);
    project.set_household_count(place.households);
    project.set_start_date(Day(place.contract_start));
  }
}

void AddEngagements(const Register& made, Steps& steps) {
  steps.Begin("CreateEngagement");
  int serial = 0;
  for (const Place& place : made.places) {
    for (const Service& service : place.services) {
      Engagement& engagement = *steps.Add<CreateEngagementRequest>().mutable_engagement();
      engagement.set_name(RecordName("engagements", "g", ++serial));
      engagement.set_project(ProjectName(place.serial));
      engagement.set_firm(ServiceFirm(service));
      engagement.set_start_date(Day(service.term.start));
      engagement.set_end_date(Day(service.term.end));
      if (service.term.end != type::kDateMax) engagement.set_end_reason(Engagement::AGREED);
    }
  }
}

void AddEmployments(const Register& made, Steps& steps) {
  steps.Begin("CreateEmployment");
  int serial = 0;
  for (const Employment& one : made.employments) {
    auto& employment = *steps.Add<CreateEmploymentRequest>().mutable_employment();
    employment.set_name(RecordName("employments", "w", ++serial));
    employment.set_manager(ManagerName(one.manager));
    employment.set_firm(FirmName(one.firm));
    employment.set_start_date(Day(one.term.start));
    employment.set_end_date(Day(one.term.end));
    employment.set_post("项目经理");
  }
}

void AddTrainings(uint64_t seed, const Register& made, Steps& steps) {
  Random random(seed, "manager trainings");
  steps.Begin("CreateManagerTraining");
  for (int serial = 1; serial <= kManagerCount; ++serial) {
    auto& training = *steps.Add<CreateManagerTrainingRequest>().mutable_manager_training();
    training.set_name(RecordName("managerTrainings", "t", serial));
    training.set_manager(ManagerName(serial));
    training.set_title("项目负责人年度培训(示例)");
    training.set_training_date(Day(AnyDay(random, kFirstDay, kLastDay)));
    training.set_level(type::v1::LEVEL_CITY);
    training.set_organizer(Organ(made, kCity, "物业行业培训机构"));
    training.set_division(kCity);
    training.set_hours(static_cast<int32_t>(random.Between(8, 40)));
    training.set_result(random.Chance(95) ? ManagerTraining::PASSED : ManagerTraining::FAILED);
  }
  steps.Begin("CreateQualification");
  for (int serial = 1; serial <= kManagerCount; serial += 2) {
    auto& qualification = *steps.Add<CreateQualificationRequest>().mutable_qualification();
    qualification.set_name(RecordName("qualifications", "q", serial));
    qualification.set_manager(ManagerName(serial));
    qualification.set_title("物业项目负责人证书(示例)");
    qualification.set_number(absl::StrCat("示例证", Padded(serial, 4)));
    qualification.set_issuer(Organ(made, kCity, "物业行业协会"));
    qualification.set_issuing_division(kCity);
    qualification.set_level(type::v1::LEVEL_CITY);
    qualification.set_issue_date(Day(AnyDay(random, kFilingsFrom, kFirstDay)));
  }
}

void AddCharges(const Register& made, Steps& steps) {
  int serial = 0;
  const auto add = [&](const Place& place, const demo::Charge& one) {
    auto& charge = *steps.Add<CreateChargeRequest>().mutable_charge();
    charge.set_name(RecordName("charges", "h", ++serial));
    charge.set_project(ProjectName(place.serial));
    charge.set_manager(ManagerName(one.manager));
    charge.set_post(Charge::HEAD);
    charge.set_start_date(Day(one.term.start));
    charge.set_end_date(Day(one.term.end));
  };
  std::vector<std::pair<const Place*, const demo::Charge*>> all;
  for (const Place& place : made.places) {
    for (const demo::Charge& one : place.charges) all.emplace_back(&place, &one);
  }
  steps.Begin("CreateCharge");
  for (size_t i = 0; i + 1 < all.size(); ++i) add(*all[i].first, *all[i].second);
  // The very last record of the feed.
  steps.Begin("CreateCharge");
  add(*all.back().first, *all.back().second);
}

}  // namespace

void AddRegistry(uint64_t seed, const Register& made, std::vector<Step>& out) {
  Steps steps(seed, "registry", "xince.registry.v1.RegistryService", out);
  AddFirms(seed, made, steps);
  AddManagers(seed, made, steps);
  AddEstatesAndProjects(seed, made, steps);
  AddEngagements(made, steps);
  AddEmployments(made, steps);
  AddTrainings(seed, made, steps);
  AddCharges(made, steps);
}

}  // namespace xince::demo
