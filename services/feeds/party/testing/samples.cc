#include "services/feeds/party/testing/samples.h"

#include "services/feeds/testing/test_feed.h"

namespace xince::party {

using ::xince::feeds::testdata::Parse;

v1::EvaluationForm SampleForm() {
  return Parse<v1::EvaluationForm>(R"(
    name: 'evaluationForms/f1' title: '“红色物业”评价表' standard: '“红色物业”工作标准'
    form_version: '2026' issuer: '南京市房产局' division: '3201' effective_date: '2026-01-01'
    max_hundredths: 10000
    items { code: 'A1' text: '党建引领' max_hundredths: 4000 options: '优秀得满分' }
    items { code: 'A2' text: '服务质量' max_hundredths: 6000 }
    document { title: '通知' number: '1号' })");
}

v1::EvaluationWindow SampleWindow() {
  return Parse<v1::EvaluationWindow>(R"(
    name: 'evaluationWindows/w1' title: '2026年度街道党组织评价' division: '3201'
    evaluator_level: LEVEL_STREET form: 'evaluationForms/f1' start_date: '2026-01-01'
    end_date: '2027-01-01' open_date: '2026-11-20' close_date: '2026-12-11'
    lock_date: '2026-12-21' countersign_required: true countersigner: '街道党工委'
    project_required: true issuer: '南京市房产局' document { title: '部署' number: '2号' })");
}

v1::Evaluation SampleEvaluation() {
  return Parse<v1::Evaluation>(R"(
    name: 'evaluations/e1' window: 'evaluationWindows/w1' firm: 'firms/91350100M000100Y43'
    project: 'projects/p1' project_division: '320104002001' evaluator: '五老村街道党工委'
    division: '320104002' evaluator_type: STREET_PARTY_COMMITTEE answers: 'A1=35.5'
    answers: 'A2=52.25' score_hundredths: 8775 opinion: '党建工作扎实,服务较好'
    grounds: '日常检查与居民反映' document { title: '评价意见书' number: '3号' }
    signed_by: '街道党工委' sign_date: '2026-11-20')");
}

v1::ExpectedEvaluation SampleExpected() {
  return Parse<v1::ExpectedEvaluation>(R"(
    name: 'expectedEvaluations/x1' window: 'evaluationWindows/w1' division: '320104002'
    evaluator: '五老村街道党工委' firm: 'firms/91350100M000100Y43' project: 'projects/p1')");
}

v1::PartyIndicator SampleIndicator() {
  return Parse<v1::PartyIndicator>(R"(
    name: 'partyIndicators/i1' firm: 'firms/91350100M000100Y43' year: 2025 division: '320104002001'
    report_date: '2026-01-10' organisation_date: '2024-05-01' volunteers_date: '2024-05-01'
    assessment_date: '2025-12-01' double_entry: 2 cross_appointments: 1 party_members: 9
    claimed_projects: 2 completed_projects: 1 check_in_date: '2025-03-01'
    agreement_date: '2025-03-02' charter_date: '2024-06-01' secretary_consulted: true
    issuer: '甲社区党委' document { title: '指标表' number: '4号' })");
}

}  // namespace xince::party
