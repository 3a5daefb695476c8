#include "services/apps/xince/rulemaking_tables.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "services/apps/xince/services.h"
#include "services/apps/xince/subject_options.h"
#include "services/apps/xince/table.h"

namespace xince::cli {
namespace {

namespace pv = ::xince::policy::v1;

// Digits of a digest that people are shown; enough to name a version by.
constexpr size_t kDigestShown = 12;

std::string Short(const std::string& digest) { return digest.substr(0, kDigestShown); }

std::string WordOf(const google::protobuf::EnumValueDescriptor* value) {
  if (value == nullptr) return "";
  const std::string label = LabelOf(*value);
  return label.empty() ? value->name() : label;
}

std::string ActionInChinese(pv::PackAction action) {
  return WordOf(pv::PackAction_descriptor()->FindValueByNumber(action));
}

std::string DocumentText(const type::v1::Document& document) {
  return absl::StrCat(document.title(),
                      document.number().empty() ? "" : " ",
                      document.number(),
                      " ",
                      document.uri());
}

std::string SideText(const pv::BacktestSide& side) {
  return side.rated() ? absl::StrCat(FormatHundredths(side.score_hundredths()), " ", side.grade())
                      : side.grade();
}

// Which part of the subjects a slice is of; empty for all.
bool IsWhole(const pv::BacktestSlice& slice) {
  return slice.part_case() == pv::BacktestSlice::PART_NOT_SET;
}

std::string MatrixText(const pv::BacktestSlice& slice) {
  std::vector<std::string> grades;
  for (const pv::BacktestCell& cell : slice.matrix()) {
    for (const std::string& grade : {cell.from(), cell.to()}) {
      if (std::find(grades.begin(), grades.end(), grade) == grades.end()) grades.push_back(grade);
    }
  }
  std::vector<Table::Heading> headings = {{.text = "原 \\ 新"}};
  for (const std::string& grade : grades) headings.push_back({.text = grade, .right = true});
  Table table(std::move(headings));
  for (const std::string& from : grades) {
    std::vector<std::string> row = {from};
    bool any = false;
    for (const std::string& to : grades) {
      int64_t count = 0;
      for (const pv::BacktestCell& cell : slice.matrix()) {
        if (cell.from() == from && cell.to() == to) count = cell.count();
      }
      any |= count > 0;
      row.push_back(count == 0 ? "" : absl::StrCat(count));
    }
    if (any) table.Add(std::move(row));
  }
  return table.ToText();
}

std::string CrossingsText(const pv::BacktestSlice& slice) {
  if (slice.crossings().empty()) return "";
  Table table({{.text = "限制或名单"},
               {.text = "新增", .right = true},
               {.text = "解除", .right = true},
               {.text = "不变", .right = true}});
  for (const pv::BacktestCrossing& crossing : slice.crossings()) {
    table.Add({crossing.code(),
               absl::StrCat(crossing.gained()),
               absl::StrCat(crossing.lost()),
               absl::StrCat(crossing.kept())});
  }
  return table.ToText();
}

}  // namespace

std::string StateInChinese(pv::PackState state) {
  return WordOf(pv::PackState_descriptor()->FindValueByNumber(state));
}

std::string VersionText(const pv::PackVersion& version) {
  Table facts({{.text = "版本"}, {.text = version.digest(), .columns_max = 80}});
  const auto add = [&facts](const char* label, std::string value) {
    if (!value.empty()) facts.Add({label, std::move(value)});
  };
  add("标准", absl::StrCat(version.pack(), " ", version.zh()));
  add("适用区划", version.jurisdiction());
  add("施行日", version.effective_from());
  add("失效日", version.effective_until());
  add("状态", StateInChinese(version.state()));
  add("文件", version.file());
  if (version.has_consultation()) {
    const pv::Consultation& consultation = version.consultation();
    add("征求意见",
        absl::StrCat(consultation.opened_on(),
                     " 至 ",
                     consultation.closes_on(),
                     " (",
                     consultation.days(),
                     "日)"));
    add("公告", DocumentText(consultation.document()));
    add("意见", absl::StrCat(version.comments(), "条,未答复", version.comments_unanswered(), "条"));
  }
  add("数据版本", absl::StrCat(version.revision()));
  std::string text = facts.ToText();
  if (version.history().empty()) return text;
  Table steps({{.text = "步骤"}, {.text = "经办"}, {.text = "时间"}, {.text = "事由"}});
  for (const pv::PackStep& step : version.history()) {
    steps.Add({ActionInChinese(step.action()),
               step.actor(),
               FormatInstant(step.time()),
               step.backtest_digest().empty()
                   ? step.reason()
                   : absl::StrCat(step.reason(), " ", Short(step.backtest_digest()))});
  }
  absl::StrAppend(&text, "\n", steps.ToText());
  return text;
}

std::string VersionsText(const pv::ListPacksResponse& versions) {
  Table table({{.text = "版本"},
               {.text = "标准"},
               {.text = "施行日"},
               {.text = "状态"},
               {.text = "征求意见至"},
               {.text = "未答复", .right = true},
               {.text = "文件"}});
  for (const pv::PackVersion& version : versions.versions()) {
    table.Add({Short(version.digest()),
               version.pack(),
               version.effective_from(),
               StateInChinese(version.state()),
               version.consultation().closes_on(),
               version.comments() == 0 ? "" : absl::StrCat(version.comments_unanswered()),
               version.file()});
  }
  std::string text = table.ToText();
  if (versions.untaken().empty()) return text;
  Table untaken(
      {{.text = "随软件发布、未采用的文件(xince policy propose 可提出)"}, {.text = "摘要"}});
  for (const pv::UntakenPack& pack : versions.untaken()) {
    untaken.Add({pack.file(), Short(pack.digest())});
  }
  absl::StrAppend(&text, "\n", untaken.ToText());
  return text;
}

std::string CommentsText(const pv::PackDetails& details) {
  if (details.comments().empty()) return "";
  Table table({{.text = "号", .right = true},
               {.text = "收到"},
               {.text = "意见人"},
               {.text = "意见", .columns_max = 60},
               {.text = "采纳"},
               {.text = "答复", .columns_max = 60}});
  for (const pv::PackComment& comment : details.comments()) {
    table.Add({absl::StrCat(comment.number()),
               comment.received_on(),
               comment.from(),
               comment.text(),
               comment.answer().empty()
                   ? "未答复"
                   : WordOf(pv::CommentOutcome_descriptor()->FindValueByNumber(comment.outcome())),
               comment.answer()});
  }
  return table.ToText();
}

std::string FindingsText(const pv::PackDetails& details) {
  std::string text;
  for (const pv::PackFinding& finding : details.findings()) {
    absl::StrAppend(&text,
                    details.version().file(),
                    ":",
                    finding.line(),
                    ":",
                    finding.column(),
                    ": ",
                    finding.id(),
                    finding.id().empty() ? "" : ": ",
                    finding.zh(),
                    "\n");
  }
  return text;
}

std::string SummaryText(const pv::BacktestSummary& summary) {
  std::string text =
      absl::StrCat("回测 ",
                   Short(summary.candidate_digest()),
                   " 对比 ",
                   absl::StrJoin(summary.compared(),
                                 ", ",
                                 [](std::string* out, const pv::BacktestPack& pack) {
                                   absl::StrAppend(out, pack.id(), " ", Short(pack.digest()));
                                 }),
                   ",摘要 ",
                   Short(summary.digest()),
                   "\n");
  for (const pv::BacktestSlice& slice : summary.slices()) {
    if (!IsWhole(slice) || slice.evaluated() == 0) continue;
    absl::StrAppend(&text,
                    "\n",
                    slice.day(),
                    " ",
                    slice.kind(),
                    ": 评价 ",
                    slice.evaluated(),
                    ", 变动 ",
                    slice.movers(),
                    "\n",
                    MatrixText(slice),
                    CrossingsText(slice));
  }
  return text;
}

std::string MoversText(const std::vector<pv::BacktestMover>& movers) {
  Table table({{.text = "日期"},
               {.text = "主体"},
               {.text = "区县"},
               {.text = "原", .right = true},
               {.text = "新", .right = true},
               {.text = "新增限制"},
               {.text = "变动项目", .columns_max = 80}});
  for (const pv::BacktestMover& mover : movers) {
    std::string lines =
        absl::StrJoin(mover.lines(), "; ", [](std::string* out, const pv::BacktestLine& line) {
          absl::StrAppend(out,
                          line.item(),
                          " ",
                          FormatHundredths(line.old_hundredths()),
                          "→",
                          FormatHundredths(line.new_hundredths()));
        });
    table.Add({mover.day(),
               mover.subject(),
               mover.district(),
               SideText(mover.old()),
               SideText(mover.new_()),
               absl::StrJoin(mover.restrictions_gained(), ", "),
               std::move(lines)});
  }
  return table.empty() ? "" : table.ToText();
}

}  // namespace xince::cli
