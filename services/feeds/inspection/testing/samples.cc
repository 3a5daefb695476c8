#include "services/feeds/inspection/testing/samples.h"

#include <string>

#include "absl/strings/str_cat.h"

#include "services/feeds/testing/test_feed.h"

namespace xince::inspection {
namespace {

using ::xince::feeds::testdata::Parse;

// What nearly all records say.
std::string Common(const std::string& subject) {
  return absl::StrCat("subject: '", subject, R"('
    issuer: '秦淮区房产局' division: '320104' level: LEVEL_DISTRICT
    document { title: '文书' number: '8号' issuer: '秦淮区房产局' issue_date: '2026-03-20' })");
}

constexpr char kProject[] = "projects/p1";
constexpr char kFirm[] = "firms/91350100M000100Y43";
constexpr char kDecision[] = R"(
  decision { title: '信用信息评审会纪要' number: '2' issuer: '南京市房产局' issue_date: '2026-06-30' })";

}  // namespace

feeds::KindList SampleKinds() {
  return feeds::KindList({"inspection.inaction",
                          "inspection.lift-unsafe",
                          "inspection.handover-refused",
                          "inspection.old-estate-participation",
                          "inspection.penalty",
                          "registry.commitment-breached"});
}

RandomBytes SampleRandom() {
  return [](absl::Span<uint8_t> bytes) {
    for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>(i);
    return true;
  };
}

v1::Inspection SampleInspection() {
  return Parse<v1::Inspection>(absl::StrCat(Common(kProject), R"(
    name: 'inspections/i1' method: MYSTERY_VISIT inspection_date: '2026-03-10' inspectors: 2
    standard: '住宅物业服务等级规范' standard_version: '2024' checklist_groups: '基本清扫保洁'
    checklist_groups: '基本秩序维护' score_hundredths: 9250 result: PASSED summary: '总体良好'
    notice_date: '2026-03-12' notice_uri: 'https://example.invalid/1' matter: 'm1')"));
}

v1::Finding SampleFinding() {
  return Parse<v1::Finding>(absl::StrCat(Common(kProject), kDecision, R"(
    name: 'findings/f1' kind: 'inspection.inaction' severity: GENERAL description: '检查中不作为'
    checklist_item: 'A3' occurred_date: '2026-03-10' determined_date: '2026-03-15'
    corrected_date: '2026-04-01' circular_criticism: true public_notice: true matter: 'm1'
    decided_points_hundredths: -50)"));
}

v1::Penalty SamplePenalty() {
  return Parse<v1::Penalty>(absl::StrCat(Common(kFirm), kDecision, R"(
    name: 'penalties/p1' decision_number: '宁秦房罚字〔2026〕8号' penalty_name: '擅自改变用房用途案'
    sort: FINE cause: '擅自改变物业服务用房用途' basis: '物业管理条例第六十二条' result: '罚款一万元'
    amount_cents: 1000000 cases: 2 repair_class: GENERAL occurred_date: '2026-02-01'
    decision_date: '2026-03-20' corrected_date: '2026-04-02' publish_date: '2026-03-25'
    matter: 'm2' decided_points_hundredths: -700)"));
}

v1::RectificationOrder SampleOrder() {
  return Parse<v1::RectificationOrder>(absl::StrCat(Common(kProject), R"(
    name: 'rectificationOrders/o1' facts: '消防通道被占用,限期清理' issue_date: '2026-03-20'
    deadline: '2026-04-20' matter: 'm3')"));
}

v1::Complaint SampleComplaint() {
  return Parse<v1::Complaint>(absl::StrCat(Common(kProject), R"(
    name: 'complaints/c1' channel: HOTLINE_12345 complaint_number: 'NJ2026031000123' topic: '保洁'
    content: '楼道长期无人打扫' received_date: '2026-03-10' accepted_date: '2026-03-11'
    due_date: '2026-03-17' handled_date: '2026-03-18' replied_date: '2026-03-19'
    verdict: SUBSTANTIATED repeated: true group: true occurrences: 3 matter: 'm4')"));
}

v1::ComplaintStatistics SampleComplaintStatistics() {
  return Parse<v1::ComplaintStatistics>(absl::StrCat(Common(kProject), R"(
    name: 'complaintStatistics/s1' channel: HOTLINE_12345 start_date: '2026-01-01'
    end_date: '2026-04-01' received: 140 handled: 131 on_time: 120 repeated: 5 group: 1)"));
}

v1::ServiceStatistics SampleServiceStatistics() {
  return Parse<v1::ServiceStatistics>(absl::StrCat(Common(kProject), R"(
    name: 'serviceStatistics/s1' start_date: '2026-01-01' end_date: '2026-02-01'
    fees_due_cents: 300000 fees_collected_cents: 200000 lifts_due: 8 lifts_inspected: 7
    repairs_requested: 3 repairs_on_time: 1 disclosures_due: 4 disclosures_made: 4)"));
}

v1::Assessment SampleAssessment() {
  return Parse<v1::Assessment>(absl::StrCat(Common(kProject), R"(
    name: 'assessments/a1' purpose: SERVICE_QUALITY assessor: '某第三方评价机构'
    assessor_subject: 'organizations/o1' assessment_date: '2026-03-15' start_date: '2025-01-01'
    end_date: '2026-01-01' score_hundredths: 8850 grade: '良好' standard: '物业服务质量评价规范'
    standard_version: '2.0' summary: '服务质量良好' valid_until: '2027-03-15' matter: 'm5')"));
}

v1::SatisfactionSurvey SampleSurvey() {
  return Parse<v1::SatisfactionSurvey>(absl::StrCat(Common(kProject), R"(
    name: 'satisfactionSurveys/s1' method: TELEPHONE surveyor: '某调查机构' start_date: '2026-03-01'
    end_date: '2026-03-11' rate_hundredths_percent: 9357 sample_size: 200 households: 1200
    publish_date: '2026-03-20' publish_uri: 'https://example.invalid/2')"));
}

v1::Honour SampleHonour() {
  return Parse<v1::Honour>(absl::StrCat(Common(kProject), kDecision, R"(
    name: 'honours/h1' title: '全国物业管理示范大厦' category: 'demonstration-project'
    award_date: '2026-05-01' valid_until: '2029-05-01' matter: 'm6'
    decided_points_hundredths: 700)"));
}

v1::Conduct SampleConduct() {
  return Parse<v1::Conduct>(absl::StrCat(Common(kFirm), kDecision, R"(
    name: 'conducts/c1' kind: 'inspection.handover-refused' nature: BAD source: REVIEW_MEETING
    description: '合同终止后拒不撤出' occurred_date: '2026-03-10' determined_date: '2026-06-30'
    corrected_date: '2026-07-15' matter: 'm7' decided_points_hundredths: -1200)"));
}

v1::InspectionDraw SampleDraw() {
  return Parse<v1::InspectionDraw>(R"(
    name: 'inspectionDraws/d1' title: '2026年度双随机检查' division: '320104' issuer: '秦淮区房产局'
    year: 2026 round: 1 population: PROJECTS objects: 2 inspectors_per_object: 2
    candidates { subject: 'projects/p1' lists: 'inspection-whitelist' grade: 'A' }
    candidates { subject: 'projects/p2' grade: 'C' }
    candidates { subject: 'projects/p3' }
    factors {
      list: 'inspection-whitelist' factor_hundredths: 50 source: '成都市文件 保障(四)' assumption: true
    }
    factors { grade: 'C' factor_hundredths: 200 source: '抽查细则第六条' }
    inspectors { id: 'A001' display_name: '检查员甲' }
    inspectors { id: 'A002' display_name: '检查员乙' }
    inspectors { id: 'A003' display_name: '检查员丙' }
    conflicts { inspector: 'A002' subject: 'projects/p2' reason: '亲属在该项目任职' }
    basis {
      as_of: '2026-11-20' known_at: '2026-11-20T09:00:00.000001Z' revision: 'scoring:17'
      weights: '3201 2026-01-01'
      weights_sha256: '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'
    }
    exclusions { subject: 'projects/p4' reason: '本年度已检查' }
    seed: 'lottery 2026133: 03 07 12' seed_source: '2026年第133期公开摇号'
    document { title: '抽查计划' number: '1号' })");
}

}  // namespace xince::inspection
