#include "services/apps/xince/case_tables.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "services/apps/xince/table.h"
#include "services/reports/follow_up_reports.h"

namespace xince::cli {
namespace {

namespace lv = ::xince::listing::v1;
using policy::v1::CaseStep;

std::string PartyWord(int party) {
  switch (party) {
    case CaseStep::RECORDER:
      return "记录人";
    case CaseStep::OFFICER:
      return "经办人";
    case CaseStep::DECIDER:
      return "决定人";
    case CaseStep::SUBJECT:
      return "当事人";
    case CaseStep::COURT:
      return "法院或复议机关";
    case CaseStep::RULE:
      return "规则";
    case CaseStep::CLOCK:
      return "期限";
    default:
      return "";
  }
}

std::string MethodWord(lv::FollowUp::Method method) {
  switch (method) {
    case lv::FollowUp::VISIT:
      return "走访";
    case lv::FollowUp::TALK:
      return "约谈";
    case lv::FollowUp::STATIONED:
      return "蹲点指导";
    case lv::FollowUp::INSPECTION:
      return "检查";
    case lv::FollowUp::REMOTE:
      return "电话或者书面";
    default:
      return "";
  }
}

std::string WhyWord(lv::FactGone::Why why) {
  switch (why) {
    case lv::FactGone::VOIDED_BY_FEED:
      return "来源已作废";
    case lv::FactGone::VOIDED_BY_DECISION:
      return "经异议作废";
    case lv::FactGone::REPAIRED:
      return "已修复";
    case lv::FactGone::AMENDED:
      return "经异议更正";
    case lv::FactGone::CHANGED:
      return "提出后已更改";
    default:
      return "";
  }
}

std::string ClockWord(lv::ClockState::Status status) {
  switch (status) {
    case lv::ClockState::RUNNING:
      return "进行中";
    case lv::ClockState::OVER:
      return "已届满";
    case lv::ClockState::RESTING:
      return "中止";
    default:
      return "已停止";
  }
}

// What the case is about in a word: the list, or the target.
std::string AboutOf(const lv::Opening& opening) {
  if (!opening.list().empty()) return opening.list();
  const lv::Target& target = opening.target();
  return absl::StrCat(target.evidence(), target.case_(), target.standing_day());
}

std::string MarksOf(const lv::Case& of) {
  std::vector<std::string> marks;
  if (of.in_force()) marks.emplace_back("生效中");
  if (of.published()) marks.emplace_back("公布中");
  if (of.suspended()) marks.emplace_back("已中止");
  if (of.contested()) marks.emplace_back("异议中");
  return absl::StrJoin(marks, " ");
}

// The next day on which something is due; empty for none.
std::string DueOf(const lv::Case& of) {
  std::string due;
  for (const lv::ClockState& clock : of.clocks()) {
    if (clock.status() != lv::ClockState::RUNNING || clock.due().empty()) continue;
    if (due.empty() || clock.due() < due) due = clock.due();
  }
  return due;
}

std::string MissingOf(const lv::NextStep& next) {
  return absl::StrJoin(next.missing(), "; ", [](std::string* out, const auto& missing) {
    absl::StrAppend(out, missing.zh());
    if (!missing.holds_on().empty()) absl::StrAppend(out, "(", missing.holds_on(), " 起)");
  });
}

}  // namespace

std::string NextText(const lv::Case& of) {
  std::string text;
  if (!of.next().empty()) {
    Table table({{.text = "下一步"},
                 {.text = "名称"},
                 {.text = "由谁"},
                 {.text = "尚缺", .columns_max = 100}});
    for (const lv::NextStep& next : of.next()) {
      table.Add({next.step(),
                 next.zh(),
                 absl::StrJoin(
                     next.by(),
                     "、",
                     [](std::string* out, int party) { absl::StrAppend(out, PartyWord(party)); }),
                 MissingOf(next)});
    }
    absl::StrAppend(&text, "\n", table.ToText());
  }
  Table clocks({{.text = "期限"},
                {.text = "起"},
                {.text = "止"},
                {.text = "状态"},
                {.text = "剩余", .right = true}});
  for (const lv::ClockState& clock : of.clocks()) {
    if (clock.status() == lv::ClockState::STOPPED) continue;
    clocks.Add({clock.zh(),
                clock.from(),
                clock.due(),
                ClockWord(clock.status()),
                clock.due().empty() ? "" : absl::StrCat(clock.days_left())});
  }
  if (!clocks.empty()) absl::StrAppend(&text, "\n", clocks.ToText());
  return text;
}

std::string CaseText(const lv::Case& of) {
  Table facts({{.text = "案件"}, {.text = of.name(), .columns_max = 400}});
  const auto add = [&facts](const char* label, std::string value) {
    if (!value.empty()) facts.Add({label, std::move(value)});
  };
  add("程序", of.opening().procedure());
  add("主体", of.opening().subject());
  add("事项", AboutOf(of.opening()));
  add("状态", absl::StrCat(of.state_zh(), of.ended() ? "(已结)" : ""));
  add("情形", MarksOf(of));
  add("生效",
      absl::StrCat(
          of.in_force_from(), of.in_force_until().empty() ? "" : " 至 ", of.in_force_until()));
  add("公布",
      absl::StrCat(
          of.published_from(), of.published_until().empty() ? "" : " 至 ", of.published_until()));
  for (const lv::PendingObjection& pending : of.objections())
    add("异议", absl::StrCat(pending.case_(), " ", pending.since(), " 起 ", pending.step()));
  for (const lv::FactGone& gone : of.facts_gone())
    add("事实", absl::StrCat(gone.evidence(), " ", WhyWord(gone.why()), " ", gone.case_()));
  if (of.criteria_unmet()) add("认定标准", "其余事实不足以证明");
  for (const lv::ToldBefore& told : of.to_tell())
    add("待更正告知", absl::StrCat(told.who(), " (", absl::StrJoin(told.cases(), "、"), ")"));
  add("版本", absl::StrCat(of.revision()));
  add("案卷摘要", of.hash());
  Table steps({{.text = "日期"},
               {.text = "步骤"},
               {.text = "由谁"},
               {.text = "经办"},
               {.text = "机关"},
               {.text = "文号"}});
  for (const lv::StepTaken& step : of.steps()) {
    steps.Add({step.day(),
               step.zh(),
               PartyWord(step.party().part()),
               step.party().person(),
               step.party().office(),
               step.document_number()});
  }
  return absl::StrCat(facts.ToText(), "\n", steps.ToText(), NextText(of));
}

std::string MissingText(const runtime::Problem& problem) {
  if (problem.reason != "GUARD_MISSING") return "";
  const auto told = [&](absl::string_view what, int guard) {
    const auto found = problem.metadata.find(absl::StrCat(what, "_", guard));
    return found == problem.metadata.end() ? std::string() : found->second;
  };
  const auto step = problem.metadata.find("step");
  std::string text = absl::StrCat("xince: GUARD_MISSING ",
                                  step == problem.metadata.end() ? "" : step->second,
                                  "\n  此步骤尚缺:\n");
  for (int guard = 1; !told("guard", guard).empty(); ++guard) {
    const std::string holds_on = told("holds_on", guard);
    absl::StrAppend(&text,
                    "  ",
                    guard,
                    ". ",
                    told("zh", guard),
                    "(",
                    told("document", guard),
                    " ",
                    told("clause", guard),
                    ")",
                    holds_on.empty() ? "" : absl::StrCat(" 最早 ", holds_on),
                    "\n     ",
                    told("en", guard),
                    " [",
                    told("guard", guard),
                    "]\n");
  }
  return text;
}

std::string LogText(const lv::Case& of) {
  Table contacts({{.text = "联系人"}, {.text = "层级"}, {.text = "职务"}});
  Table log({{.text = "日期"},
             {.text = "联系人"},
             {.text = "方式"},
             {.text = "发现的情况", .columns_max = 100},
             {.text = "约定下次"}});
  for (const lv::StepTaken& step : of.steps()) {
    const lv::StepDetails& details = step.details();
    if (details.has_proposal() || details.has_contacts()) {
      contacts.Clear();
      const auto& named =
          details.has_contacts() ? details.contacts().contacts() : details.proposal().contacts();
      for (const lv::Contact& contact : named)
        contacts.Add({contact.name(), reports::LevelName(contact.level()), contact.post()});
    }
    if (!details.has_follow_up()) continue;
    const lv::FollowUp& line = details.follow_up();
    log.Add({line.held_on(),
             line.contact().name(),
             MethodWord(line.method()),
             line.findings(),
             line.next_on()});
  }
  std::string text = absl::StrCat(of.name(), " ", of.state_zh(), "\n");
  if (!contacts.empty()) absl::StrAppend(&text, "\n", contacts.ToText());
  absl::StrAppend(&text, "\n", log.empty() ? "尚无跟踪记录\n" : log.ToText());
  for (const lv::ClockState& clock : of.clocks()) {
    if (clock.clock() != "follow-up" || clock.due().empty()) continue;
    absl::StrAppend(
        &text, "\n", clock.zh(), " ", clock.due(), " ", ClockWord(clock.status()), "\n");
  }
  return text;
}

std::string CasesText(const lv::ListCasesResponse& cases) {
  Table table({{.text = "案件"},
               {.text = "程序"},
               {.text = "主体"},
               {.text = "事项", .columns_max = 40},
               {.text = "状态"},
               {.text = "情形"},
               {.text = "最近期限"}});
  for (const lv::Case& of : cases.cases()) {
    table.Add({of.name(),
               of.opening().procedure(),
               of.opening().subject(),
               AboutOf(of.opening()),
               of.state_zh(),
               MarksOf(of),
               DueOf(of)});
  }
  return table.ToText();
}

std::string EntriesText(const lv::ListEntriesResponse& entries) {
  Table table({{.text = "名单"},
               {.text = "主体"},
               {.text = "自"},
               {.text = "至"},
               {.text = "情形"},
               {.text = "后果", .columns_max = 50},
               {.text = "依据", .columns_max = 40},
               {.text = "案件"}});
  for (const lv::Entry& entry : entries.entries()) {
    std::string marks = entry.in_force() ? "生效" : "中止";
    if (entry.published()) marks += " 公布";
    if (entry.contested()) marks += " 异议中";
    table.Add({entry.list_zh(),
               entry.subject(),
               entry.from(),
               entry.until(),
               marks,
               absl::StrJoin(
                   entry.effects(),
                   "; ",
                   [](std::string* out, const auto& effect) { absl::StrAppend(out, effect.zh()); }),
               entry.basis(),
               entry.case_()});
  }
  return table.ToText();
}

std::string DefinitionsText(const lv::ListDefinitionsResponse& definitions) {
  Table table({{.text = "名单"},
               {.text = "名称", .columns_max = 50},
               {.text = "主体"},
               {.text = "程序"},
               {.text = "期限(月)", .right = true},
               {.text = "名额", .right = true},
               {.text = "在列", .right = true}});
  for (const lv::Definition& list : definitions.lists()) {
    table.Add({list.id(),
               list.zh(),
               absl::StrJoin(list.subjects(), " "),
               list.terms().procedure(),
               list.terms().months() == 0 ? "" : absl::StrCat(list.terms().months()),
               list.terms().quota() == 0 ? "" : absl::StrCat(list.terms().quota()),
               absl::StrCat(list.entries())});
  }
  return table.ToText();
}

}  // namespace xince::cli
