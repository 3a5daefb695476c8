#include "services/documents/field_table.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace xince::documents {
namespace {

bool Names(const FieldRow& row, absl::string_view template_id) {
  return absl::StrContains(row.templates, absl::StrCat(" ", template_id, " "));
}

bool InTable(absl::string_view template_id) {
  for (const FieldRow& row : FieldTable()) {
    if (Names(row, template_id)) return true;
  }
  return false;
}

bool Has(const FieldRow& row, absl::string_view template_id, bool in_table) {
  return !in_table || absl::string_view(row.templates) == "*" || Names(row, template_id);
}

}  // namespace

const std::vector<FieldRow>& FieldTable() {
  static const auto* const kTable = new std::vector<FieldRow>{
      {"accepted_on", "受理日期", false, " points-notice "},
      {"amendments", "更正事项", true, " objection-decision "},
      {"answers", "意见和答复", true, " decision objection-decision "},
      {"applied_on", "申请日期", false, " repair-decision "},
      {"basis",
       "依据",
       false,
       " notice points-notice decision publication rectification-order hearing-minutes "},
      {"case",
       "案号",
       false,
       " notice decision publication rectification-order repair-decision objection-decision "
       "removal refusal"
       " revocation hearing-minutes "},
      {"contested", "异议对象", false, " objection-decision "},
      {"content", "情形", false, " points-notice "},
      {"convened_on", "通知听证日期", false, " hearing-minutes "},
      {"corrected_on", "纠正日期", false, " repair-decision "},
      {"date", "成文日期", false, "*"},
      {"decided_on", "决定日期", false, " publication removal revocation "},
      {"decision_number", "决定文号", false, " publication removal revocation "},
      {"defence_term", "陈述申辩期", false, " notice "},
      {"defence_until", "陈述申辩期届满日", false, " decision "},
      {"earlier_order_on", "前次责令整改日期", false, " rectification-order "},
      {"effective_on", "生效日期", false, " decision "},
      {"ended_on", "移出日期", false, " removal revocation "},
      {"entered_on", "列入日期", false, " removal "},
      {"facts", "所据信用信息", true, " notice decision "},
      {"filed_on", "提出日期", false, " objection-decision "},
      {"findings", "核查情况", false, " repair-decision removal "},
      {"grounds", "异议理由类别", false, " objection-decision "},
      {"handler", "经办人", false, " points-notice hearing-minutes "},
      {"hearing_on", "听证日期", false, " decision "},
      {"held_on", "听证日期", false, " hearing-minutes "},
      {"inspected_on", "核查日期", false, " repair-decision removal "},
      {"list",
       "名单",
       false,
       " notice decision publication rectification-order removal refusal revocation "
       "hearing-minutes "},
      {"matter", "修复事项", false, " repair-decision "},
      {"measure", "拟采取措施", false, " notice "},
      {"measures", "措施", true, " notice decision publication "},
      {"minutes", "听证笔录", false, " hearing-minutes "},
      {"notice_number", "告知书文号", false, " decision hearing-minutes "},
      {"notice_served", "告知书送达日期", false, " decision "},
      {"number", "序号", false, "*"},
      {"objection_days", "异议期限", false, " points-notice "},
      {"order", "整改通知书编号", false, " rectification-order "},
      {"organ", "机关", false, "*"},
      {"organ_mark", "机关代字", false, "*"},
      {"place", "公布载体", false, " publication "},
      {"points", "记分合计", false, " points-notice "},
      {"points_stated", "陈述申辩意见", true, " hearing-minutes "},
      {"points_kept", "修复后记分", false, " repair-decision "},
      {"project", "物业项目", false, " points-notice "},
      {"published_from", "公布日期", false, " publication "},
      {"published_until", "停止公布日期", false, " publication "},
      {"reasons",
       "理由",
       false,
       " notice decision rectification-order repair-decision objection-decision removal refusal "
       "revocation"
       " hearing-minutes "},
      {"rectify_days", "整改期限", false, " points-notice "},
      {"register",
       "信用信息系统",
       false,
       " points-notice decision publication repair-decision objection-decision removal "
       "revocation "},
      {"remedies", "救济途径", false, " decision repair-decision objection-decision "},
      {"review_organ", "核查机关", false, " points-notice "},
      {"rights", "权利", false, " notice "},
      {"scores", "记分项目", true, " points-notice "},
      {"service_method", "送达方式", false, " decision "},
      {"source", "信息来源", false, " points-notice "},
      {"subject", "当事人", false, "*"},
      {"subject_code", "统一社会信用代码", false, "*"},
      {"term", "列入期限", false, " decision "},
      {"text", "公布内容", false, " publication "},
      {"time_limits", "期限", false, " notice "},
      {"until", "整改期限", false, " rectification-order "},
      {"waived_on", "放弃陈述申辩日期", false, " decision "},
      {"what", "整改内容", false, " rectification-order "},
      {"year", "年份", false, "*"},
  };
  return *kTable;
}

const FieldRow* FindField(absl::string_view template_id, absl::string_view name) {
  const bool in_table = InTable(template_id);
  for (const FieldRow& row : FieldTable()) {
    if (row.name == name) return Has(row, template_id, in_table) ? &row : nullptr;
  }
  return nullptr;
}

std::vector<const FieldRow*> FieldsOf(absl::string_view template_id) {
  std::vector<const FieldRow*> found;
  const bool in_table = InTable(template_id);
  for (const FieldRow& row : FieldTable()) {
    if (Has(row, template_id, in_table)) found.push_back(&row);
  }
  return found;
}

}  // namespace xince::documents
