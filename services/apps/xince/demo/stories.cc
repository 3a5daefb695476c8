#include "absl/strings/str_cat.h"

#include "xince/inspection/v1/inspection.pb.h"

#include "services/apps/xince/demo/steps.h"

// Firms whose standing is known beforehand, as of 2026-09-30, by the published Nanjing points.
//
//   001  nothing at all: 100.00
//   002  refused to leave at a hand-over (-12) and was penalised (-7): 81.00, beyond 15 points, ordered
//        by the city to rectify and accepted
//   003  refused to leave (-12) and inaction by decision (-2.50): 85.50, below 15 points
//   004  a national demonstration project (+7): 107.00; renamed
//   005  its branch's project has a lift without a safety mark (-1): 99.00 through the branch
//   006  had project 0011 until 2026-03-31, when it was found (-1): 99.00
//   007  has it since 2026-04-01, when it was found again (-1): 99.00
//   008  a hand-over dispute in 2025 (-8): 92.00 until the end of 2025, 100.00 since
namespace xince::demo {
namespace {

using namespace inspection::v1;  // NOLINT(google-build-using-namespace): the subject of this file.

constexpr type::Date Of(int month, int day) { return type::Date::FromCivil(2026, month, day); }

// The first project of a firm with a story.
int FirstProject(int firm) { return kStoryProjects * (firm - 1) + 1; }

std::string StoryName(absl::string_view collection, absl::string_view what) {
  return absl::StrCat(collection, "/demo-story-", what);
}

template <class Record>
void SetCity(const Register& made, Record& record) {
  record.set_issuer(Organ(made, kCity, "物业主管部门"));
  record.set_division(kCity);
  record.set_level(type::v1::LEVEL_CITY);
}

void AddLift(
    const Register& made, Steps& steps, absl::string_view what, int project, type::Date day) {
  Finding& record = *steps.Add<CreateFindingRequest>().mutable_finding();
  record.set_name(StoryName("findings", what));
  record.set_subject(ProjectName(project));
  record.set_kind("inspection.lift-unsafe");
  record.set_severity(Finding::MINOR);
  record.set_description("电梯无有效安全标志,被批评并已改正(示例)");
  record.set_occurred_date(Day(day));
  record.set_corrected_date(Day(day + 5));
  SetCity(made, record);
}

void AddConduct(const Register& made,
                Steps& steps,
                absl::string_view what,
                absl::string_view kind,
                int project,
                type::Date day) {
  Conduct& record = *steps.Add<CreateConductRequest>().mutable_conduct();
  record.set_name(StoryName("conducts", what));
  record.set_subject(ProjectName(project));
  record.set_kind(std::string(kind));
  record.set_nature(Conduct::BAD);
  record.set_source(Conduct::REVIEW_MEETING);
  record.set_description("信用信息评审会认定的不良行为(示例)");
  record.set_occurred_date(Day(day));
  record.set_determined_date(Day(day + 15));
  SetCity(made, record);
  *record.mutable_document() =
      Paper("信用信息评审会纪要(示例)", absl::StrCat("示例评审-", what), record.issuer(), day + 15);
}

}  // namespace

void AddStoryFindings(const Register& made, Steps& steps) {
  Finding& record = *steps.Add<CreateFindingRequest>().mutable_finding();
  record.set_name(StoryName("findings", "003-inaction"));
  record.set_subject(ProjectName(FirstProject(3)));
  record.set_kind("inspection.inaction");
  record.set_severity(Finding::GENERAL);
  record.set_description("检查中发现不作为(示例)");
  record.set_occurred_date(Day(Of(4, 8)));
  record.set_determined_date(Day(Of(4, 28)));
  record.set_decided_points_hundredths(-250);
  SetCity(made, record);
  *record.mutable_decision() =
      Paper("信用信息评审会决定(示例)", "示例评审-003", record.issuer(), Of(4, 28));
  AddLift(made, steps, "005-lift", FirstProject(5) + 1, Of(5, 11));
  AddLift(made, steps, "006-lift", FirstProject(6), Of(3, 16));
  AddLift(made, steps, "007-lift", FirstProject(6), Of(4, 16));
}

void AddStoryConducts(const Register& made, Steps& steps) {
  AddConduct(made, steps, "002-refused", "inspection.handover-refused", FirstProject(2), Of(3, 10));
  AddConduct(made, steps, "003-refused", "inspection.handover-refused", FirstProject(3), Of(2, 10));
  AddConduct(made,
             steps,
             "008-dispute",
             "inspection.handover-dispute",
             FirstProject(8),
             type::Date::FromCivil(2025, 6, 10));
}

void AddStoryPenalties(const Register& made, Steps& steps) {
  Penalty& record = *steps.Add<CreatePenaltyRequest>().mutable_penalty();
  const std::string number = "示例住建罚字〔2026〕900号";
  record.set_name(StoryName("penalties", "002"));
  record.set_subject(FirmName(2));
  record.set_decision_number(number);
  record.set_penalty_name("物业服务行政处罚(示例)");
  record.set_sort(Penalty::FINE);
  record.set_cause("交接时未移交资料(示例)");
  record.set_basis("《物业管理条例》(示例引用)");
  record.set_result("责令改正,并处罚款三万元(示例)");
  record.set_amount_cents(3'000'000);
  record.set_repair_class(Penalty::GENERAL);
  record.set_occurred_date(Day(Of(5, 6)));
  record.set_decision_date(Day(Of(5, 20)));
  record.set_publish_date(Day(Of(5, 26)));
  SetCity(made, record);
  *record.mutable_document() = Paper("行政处罚决定书", number, record.issuer(), Of(5, 20));
}

void AddStoryHonours(const Register& made, Steps& steps) {
  Honour& record = *steps.Add<CreateHonourRequest>().mutable_honour();
  record.set_name(StoryName("honours", "004"));
  record.set_subject(ProjectName(FirstProject(4)));
  record.set_title("国家级物业管理示范项目(示例)");
  record.set_category("demonstration-project");
  record.set_level(type::v1::LEVEL_NATIONAL);
  record.set_issuer("国家级表彰机关(示例)");
  record.set_division(kCity);
  record.set_award_date(Day(Of(1, 20)));
  (void)made;
}

void AddStoryOrders(const Register& made, Steps& steps) {
  auto& record = *steps.Add<CreateRectificationOrderRequest>().mutable_rectification_order();
  record.set_name(StoryName("rectificationOrders", "002"));
  record.set_subject(FirmName(2));
  record.set_facts("年度扣分达到15分,约谈并责令整改(示例)");
  record.set_issue_date(Day(Of(6, 1)));
  record.set_deadline(Day(Of(8, 31)));
  SetCity(made, record);
  *record.mutable_document() = Paper("责令整改通知书", "示例整改-002", record.issuer(), Of(6, 1));
}

void AddStoryAcceptances(Steps& steps) {
  auto& request = steps.Add<AcceptRectificationOrderRequest>();
  request.set_name(StoryName("rectificationOrders", "002"));
  request.set_corrected_date(Day(Of(8, 20)));
  request.set_accepted_date(Day(Of(8, 25)));
  request.set_accepted_by("验收小组(示例)");
  request.set_opinion("整改到位(示例)");
}

}  // namespace xince::demo
