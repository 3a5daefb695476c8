#include "absl/strings/str_cat.h"

#include "xince/inspection/v1/inspection.pb.h"

#include "services/apps/xince/demo/steps.h"

// Two years of inspections, findings, penalties, orders, complaints, surveys and awards.
namespace xince::demo {
namespace {

using namespace inspection::v1;  // NOLINT(google-build-using-namespace): the subject of this file.

constexpr type::Date kJanuary2025 = type::Date::FromCivil(2025, 1, 1);

/// Places that chance may choose: those whose firms have no story.
const Place& AnyPlace(const Register& made, Random& random) {
  const int first = kStoryFirms * kStoryProjects;
  return made.places[static_cast<size_t>(random.Between(first, kEstateCount - 1))];
}

template <class Record>
void SetOffice(const Register& made, const Place& place, Record& record) {
  record.set_issuer(Organ(made, DistrictOf(place), "物业主管部门"));
  record.set_division(DistrictOf(place));
  record.set_level(type::v1::LEVEL_DISTRICT);
}

void AddInspections(uint64_t seed, const Register& made, Steps& steps) {
  Random random(seed, "inspections");
  constexpr Inspection::Method kMethods[] = {
      Inspection::ON_SITE, Inspection::RANDOM, Inspection::MYSTERY_VISIT, Inspection::LIFT};
  steps.Begin("CreateInspection");
  for (int serial = 1; serial <= 1500; ++serial) {
    const Place& place = AnyPlace(made, random);
    Inspection& record = *steps.Add<CreateInspectionRequest>().mutable_inspection();
    record.set_name(RecordName("inspections", "i", serial));
    record.set_subject(ProjectName(place.serial));
    record.set_method(kMethods[random.Below(4)]);
    SetOffice(made, place, record);
    record.set_inspection_date(Day(AnyDay(random, kFirstDay, kLastDay)));
    record.set_inspectors(static_cast<int32_t>(random.Between(2, 4)));
    record.set_standard("住宅物业服务等级规范(示例)");
    const int64_t score = random.Between(6000, 10000);
    record.set_score_hundredths(score);
    record.set_result(score >= 7000 ? Inspection::PASSED : Inspection::FAILED);
    record.add_checklist_groups("清扫保洁");
    record.add_checklist_groups("秩序维护");
  }
}

void AddFindings(uint64_t seed, const Register& made, Steps& steps) {
  Random random(seed, "findings");
  steps.Begin("CreateFinding");
  for (int serial = 1; serial <= 300; ++serial) {
    const Place& place = AnyPlace(made, random);
    Finding& record = *steps.Add<CreateFindingRequest>().mutable_finding();
    const type::Date day = AnyDay(random, kFirstDay, kLastDay - 30);
    const bool lift = random.Chance(25);
    record.set_name(RecordName("findings", "f", serial));
    record.set_subject(ProjectName(place.serial));
    record.set_kind(lift ? "inspection.lift-unsafe" : "inspection.disclosure-missing");
    record.set_severity(Finding::MINOR);
    record.set_description(lift ? "电梯未张贴有效安全标志(示例)" : "公示栏内容未及时更新(示例)");
    record.set_occurred_date(Day(day));
    if (random.Chance(80)) record.set_corrected_date(Day(day + random.Between(1, 30)));
    SetOffice(made, place, record);
  }
  AddStoryFindings(made, steps);
}

void AddPenalties(uint64_t seed, const Register& made, Steps& steps) {
  Random random(seed, "penalties");
  steps.Begin("CreatePenalty");
  for (int serial = 1; serial <= 36; ++serial) {
    const Place& place = AnyPlace(made, random);
    Penalty& record = *steps.Add<CreatePenaltyRequest>().mutable_penalty();
    const type::Date day = AnyDay(random, kFirstDay, kLastDay - 40);
    const std::string number = absl::StrCat("示例住建罚字〔", day.year(), "〕", serial, "号");
    record.set_name(RecordName("penalties", "n", serial));
    record.set_subject(ServiceFirm(place.ServiceOn(day)));
    record.set_decision_number(number);
    record.set_penalty_name("物业服务行政处罚(示例)");
    record.set_sort(random.Chance(70) ? Penalty::FINE : Penalty::WARNING);
    record.set_cause("未按规定公示物业服务收支情况(示例)");
    record.set_basis("《物业管理条例》(示例引用)");
    record.set_result("责令改正,并处罚款(示例)");
    record.set_amount_cents(random.Between(1, 50) * 100'000);
    record.set_repair_class(Penalty::GENERAL);
    record.set_decision_date(Day(day));
    record.set_publish_date(Day(day + random.Between(1, 7)));
    if (random.Chance(70)) record.set_corrected_date(Day(day + random.Between(5, 40)));
    SetOffice(made, place, record);
    *record.mutable_document() = Paper("行政处罚决定书", number, record.issuer(), day);
  }
  AddStoryPenalties(made, steps);
}

void AddConducts(uint64_t seed, const Register& made, Steps& steps) {
  Random random(seed, "conducts");
  steps.Begin("CreateConduct");
  for (int serial = 1; serial <= 40; ++serial) {
    const Place& place = AnyPlace(made, random);
    Conduct& record = *steps.Add<CreateConductRequest>().mutable_conduct();
    const type::Date day = AnyDay(random, kFirstDay, kLastDay - 30);
    const bool good = random.Chance(50);
    record.set_name(RecordName("conducts", "b", serial));
    record.set_subject(ProjectName(place.serial));
    record.set_kind(good                ? "inspection.old-estate-participation"
                    : random.Chance(50) ? "inspection.handover-dispute"
                                        : "inspection.trees-destroyed");
    record.set_nature(good ? Conduct::GOOD : Conduct::BAD);
    record.set_source(good ? Conduct::DECISION : Conduct::REVIEW_MEETING);
    record.set_description(good ? "参与老旧小区物业服务(示例)"
                                : "信用信息评审会认定的不良行为(示例)");
    record.set_occurred_date(Day(day));
    record.set_determined_date(Day(day + 20));
    SetOffice(made, place, record);
    *record.mutable_document() = Paper(
        "信用信息评审会纪要(示例)", absl::StrCat("示例评审", serial), record.issuer(), day + 20);
  }
  AddStoryConducts(made, steps);
}

void AddHonours(uint64_t seed, const Register& made, Steps& steps) {
  Random random(seed, "honours");
  steps.Begin("CreateHonour");
  for (int serial = 1; serial <= 60; ++serial) {
    const Place& place = AnyPlace(made, random);
    Honour& record = *steps.Add<CreateHonourRequest>().mutable_honour();
    const type::Date day = AnyDay(random, kFirstDay, kLastDay);
    const bool city = random.Chance(40);
    record.set_name(RecordName("honours", "o", serial));
    record.set_subject(ProjectName(place.serial));
    record.set_title(absl::StrCat(city ? "市" : "区", "级物业服务示范项目(示例)"));
    record.set_category("demonstration-project");
    record.set_level(city ? type::v1::LEVEL_CITY : type::v1::LEVEL_DISTRICT);
    record.set_issuer(Organ(made, city ? kCity : DistrictOf(place), "物业主管部门"));
    record.set_division(city ? kCity : DistrictOf(place));
    record.set_award_date(Day(day));
    record.set_matter(absl::StrCat("demo-honour-", serial));
  }
  AddStoryHonours(made, steps);
}

// Of every ten orders seven are accepted in time, one late, one is found not carried out, one is open.
enum class Outcome { kInTime, kLate, kFailed, kOpen };
Outcome OutcomeOf(int serial) {
  switch (serial % 10) {
    case 7:
      return Outcome::kLate;
    case 8:
      return Outcome::kFailed;
    case 9:
      return Outcome::kOpen;
    default:
      return Outcome::kInTime;
  }
}
constexpr int kOrders = 150;
constexpr int kDaysAllowed = 30;

std::vector<type::Date> OrderDays(uint64_t seed) {
  Random random(seed, "order days");
  std::vector<type::Date> days;
  for (int serial = 1; serial <= kOrders; ++serial) {
    days.push_back(AnyDay(random, kFirstDay, kLastDay - 80));
  }
  return days;
}

void AddOrders(uint64_t seed, const Register& made, Steps& steps) {
  Random random(seed, "orders");
  const std::vector<type::Date> days = OrderDays(seed);
  steps.Begin("CreateRectificationOrder");
  for (int serial = 1; serial <= kOrders; ++serial) {
    const Place& place = AnyPlace(made, random);
    auto& record = *steps.Add<CreateRectificationOrderRequest>().mutable_rectification_order();
    const type::Date day = days[static_cast<size_t>(serial - 1)];
    record.set_name(RecordName("rectificationOrders", "r", serial));
    record.set_subject(ProjectName(place.serial));
    record.set_facts("公共区域保洁和消防通道存在问题,限期整改(示例)");
    record.set_issue_date(Day(day));
    record.set_deadline(Day(day + kDaysAllowed));
    SetOffice(made, place, record);
    *record.mutable_document() =
        Paper("限期整改通知书", absl::StrCat("示例整改", serial), record.issuer(), day);
  }
  AddStoryOrders(made, steps);
}

void AddOrderOutcomes(uint64_t seed, Steps& steps) {
  const std::vector<type::Date> days = OrderDays(seed);
  steps.Begin("AcceptRectificationOrder");
  for (int serial = 1; serial <= kOrders; ++serial) {
    const Outcome outcome = OutcomeOf(serial);
    if (outcome != Outcome::kInTime && outcome != Outcome::kLate) continue;
    auto& request = steps.Add<AcceptRectificationOrderRequest>();
    const int late = outcome == Outcome::kLate ? 20 : -5;
    const type::Date corrected = days[static_cast<size_t>(serial - 1)] + kDaysAllowed + late;
    request.set_name(RecordName("rectificationOrders", "r", serial));
    request.set_corrected_date(Day(corrected));
    request.set_accepted_date(Day(corrected + 5));
    request.set_accepted_by("验收小组(示例)");
    request.set_opinion("已按要求整改(示例)");
  }
  AddStoryAcceptances(steps);
  steps.Begin("FailRectificationOrder");
  for (int serial = 1; serial <= kOrders; ++serial) {
    if (OutcomeOf(serial) != Outcome::kFailed) continue;
    auto& request = steps.Add<FailRectificationOrderRequest>();
    request.set_name(RecordName("rectificationOrders", "r", serial));
    request.set_failed_date(Day(days[static_cast<size_t>(serial - 1)] + kDaysAllowed + 10));
    request.set_reason("逾期仍未整改(示例)");
  }
}

void AddComplaints(uint64_t seed, const Register& made, Steps& steps) {
  Random random(seed, "complaints");
  constexpr int kComplaints = 400;
  steps.Begin("CreateComplaint");
  std::vector<type::Date> replied;
  for (int serial = 1; serial <= kComplaints; ++serial) {
    const Place& place = AnyPlace(made, random);
    Complaint& record = *steps.Add<CreateComplaintRequest>().mutable_complaint();
    const type::Date day = AnyDay(random, kFirstDay, kLastDay - 30);
    record.set_name(RecordName("complaints", "l", serial));
    record.set_subject(ProjectName(place.serial));
    record.set_channel(random.Chance(70) ? Complaint::HOTLINE_12345 : Complaint::STREET_OFFICE);
    record.set_complaint_number(absl::StrCat("示例工单", Padded(serial, 5)));
    record.set_topic(random.Chance(50) ? "停车管理" : "设施维修");
    record.set_received_date(Day(day));
    record.set_accepted_date(Day(day + 1));
    record.set_due_date(Day(day + 7));
    record.set_handled_date(Day(day + random.Between(2, 9)));
    replied.push_back(day + random.Between(10, 12));
    record.set_replied_date(Day(replied.back()));
    record.set_verdict(random.Chance(60) ? Complaint::SUBSTANTIATED : Complaint::UNSUBSTANTIATED);
    record.set_repeated(random.Chance(10));
    SetOffice(made, place, record);
  }
  steps.Begin("CloseComplaint");
  for (int serial = 1; serial <= kComplaints; serial += 4) {
    auto& request = steps.Add<CloseComplaintRequest>();
    request.set_name(RecordName("complaints", "l", serial));
    request.set_resolved(serial % 3 != 0);
    request.set_closed_date(Day(replied[static_cast<size_t>(serial - 1)] + 3));
    request.set_opinion("已回访(示例)");
  }
}

void AddStatistics(uint64_t seed, const Register& made, Steps& steps) {
  Random random(seed, "statistics");
  constexpr type::Date kEnds[] = {kJanuary2025,
                                  type::Date::FromCivil(2025, 7, 1),
                                  type::Date::FromCivil(2026, 1, 1),
                                  type::Date::FromCivil(2026, 7, 1)};
  steps.Begin("CreateComplaintStatistics");
  int serial = 0;
  for (size_t half = 0; half + 1 < 4; ++half) {
    for (const Place& place : made.places) {
      if (place.serial <= kStoryFirms * kStoryProjects || !random.Chance(60)) continue;
      auto& record = *steps.Add<CreateComplaintStatisticsRequest>().mutable_complaint_statistics();
      const int64_t received = random.Between(4, 60);
      const int64_t handled = random.Chance(94) ? received : received - random.Between(1, 3);
      record.set_name(RecordName("complaintStatistics", "s", ++serial));
      record.set_subject(ProjectName(place.serial));
      record.set_start_date(Day(kEnds[half]));
      record.set_end_date(Day(kEnds[half + 1]));
      record.set_received(received);
      record.set_handled(handled);
      record.set_on_time(handled - random.Between(0, 1));
      record.set_repeated(random.Between(0, 2));
      SetOffice(made, place, record);
    }
  }
}

void AddAssessments(uint64_t seed, const Register& made, Steps& steps) {
  Random random(seed, "assessments");
  steps.Begin("CreateAssessment");
  for (int serial = 1; serial <= 200; ++serial) {
    const Place& place = AnyPlace(made, random);
    Assessment& record = *steps.Add<CreateAssessmentRequest>().mutable_assessment();
    record.set_name(RecordName("assessments", "a", serial));
    record.set_subject(ProjectName(place.serial));
    record.set_purpose(Assessment::SERVICE_QUALITY);
    record.set_assessor(absl::StrCat("示例评估机构", serial));
    record.set_assessment_date(Day(AnyDay(random, kFirstDay, kLastDay)));
    record.set_score_hundredths(random.Between(5500, 9900));
    record.set_standard("物业服务质量评估标准(示例)");
    SetOffice(made, place, record);
  }
}

void AddSurveys(uint64_t seed, const Register& made, Steps& steps) {
  Random random(seed, "surveys");
  constexpr int kSurveys = 800;
  for (int serial = 1; serial <= kSurveys; ++serial) {
    // The last survey is the very last record of the feed.
    if (serial == 1 || serial == kSurveys) steps.Begin("CreateSatisfactionSurvey");
    const size_t place_index = static_cast<size_t>(kStoryFirms * kStoryProjects + serial);
    const Place& place = made.places[place_index];
    auto& record = *steps.Add<CreateSatisfactionSurveyRequest>().mutable_satisfaction_survey();
    const type::Date start = AnyDay(random, kJanuary2025, kLastDay - 40);
    record.set_name(RecordName("satisfactionSurveys", "v", serial));
    record.set_subject(ProjectName(place.serial));
    record.set_method(random.Chance(50) ? SatisfactionSurvey::TELEPHONE
                                        : SatisfactionSurvey::ONLINE);
    record.set_surveyor("示例调查机构");
    record.set_start_date(Day(start));
    record.set_end_date(Day(start + 14));
    record.set_rate_hundredths_percent(static_cast<int32_t>(random.Between(5200, 9990)));
    record.set_sample_size(random.Between(20, 110));
    record.set_households(place.households);
    SetOffice(made, place, record);
  }
}

}  // namespace

void AddInspection(uint64_t seed, const Register& made, std::vector<Step>& out) {
  Steps steps(seed, "inspection", "xince.inspection.v1.InspectionService", out);
  AddInspections(seed, made, steps);
  AddFindings(seed, made, steps);
  AddPenalties(seed, made, steps);
  AddConducts(seed, made, steps);
  AddHonours(seed, made, steps);
  AddOrders(seed, made, steps);
  AddOrderOutcomes(seed, steps);
  AddComplaints(seed, made, steps);
  AddStatistics(seed, made, steps);
  AddAssessments(seed, made, steps);
  AddSurveys(seed, made, steps);
}

}  // namespace xince::demo
