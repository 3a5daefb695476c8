#include <iostream>
#include <map>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "xince/credit/v1/credit.pb.h"

#include "services/apps/xince/command.h"
#include "services/apps/xince/commands.h"
#include "services/apps/xince/session.h"
#include "services/apps/xince/subject_options.h"
#include "services/apps/xince/table.h"

// `xince file`: the answer in full, every point explained.
namespace xince::cli {
namespace {

using credit::v1::CreditFile;
using credit::v1::FileEvidence;
using credit::v1::FileRelation;
using credit::v1::Line;
using credit::v1::StandingRecord;
using credit::v1::StandingStep;
using credit::v1::WayUp;
using credit::v1::WayUpStep;

constexpr int kHistoryShownMax = 20;

const char* CutInChinese(const Line& line) {
  if (!line.repaired_from().empty()) return "已修复";
  return line.cut().empty() ? "" : "封顶";
}

// The lines and their sum, which is the score.
void PrintLines(const CreditFile& file) {
  Table table({{.text = "计分", .right = true},
               {.text = "应计", .right = true},
               {.text = "项目", .columns_max = 36},
               {.text = "起"},
               {.text = "止(不含)"},
               {.text = "依据", .columns_max = 90},
               {.text = "证据", .columns_max = 52},
               {.text = "说明"}});
  int64_t sum = 0;
  for (const Line& line : file.lines()) {
    sum += line.counted_hundredths();
    const std::string why = absl::StrCat(CutInChinese(line), line.contested() ? " 异议中" : "");
    table.Add({FormatHundredths(line.counted_hundredths()),
               FormatHundredths(line.asked_hundredths()),
               line.zh(),
               line.start(),
               line.end(),
               line.clause(),
               line.evidence().empty() ? line.origin() : line.evidence(),
               why});
  }
  table.Add({FormatHundredths(sum), "", "合计"});
  std::cout << "计分明细\n" << table.ToText();
}

void PrintGroups(const CreditFile& file) {
  if (file.groups_size() == 0) return;
  Table table({{.text = "分组"}, {.text = "合计", .right = true}});
  for (const auto& group : file.groups()) {
    table.Add({group.group().empty() ? "总分" : group.group(),
               FormatHundredths(group.value_hundredths())});
  }
  std::cout << "\n分组\n" << table.ToText();
}

void PrintEvidence(const CreditFile& file) {
  if (file.evidence_size() == 0) return;
  Table table({{.text = "证据", .columns_max = 56},
               {.text = "类别", .columns_max = 40},
               {.text = "发生"},
               {.text = "认定"},
               {.text = "改正"},
               {.text = "机关", .columns_max = 30},
               {.text = "途径"}});
  for (const FileEvidence& piece : file.evidence()) {
    const auto& evidence = piece.evidence();
    table.Add({evidence.id(),
               evidence.kind(),
               evidence.occurred_on(),
               evidence.determined_on(),
               evidence.corrected_on(),
               evidence.issuer(),
               absl::StrJoin(piece.reach(), ",")});
  }
  std::cout << "\n信用信息\n" << table.ToText();
}

void PrintRelations(const CreditFile& file) {
  if (file.relations_size() == 0) return;
  Table table({{.text = "关系"},
               {.text = "从", .columns_max = 48},
               {.text = "到", .columns_max = 48},
               {.text = "起"},
               {.text = "止(不含)"}});
  for (const FileRelation& relation : file.relations()) {
    table.Add({relation.kind(),
               relation.from_subject(),
               relation.to_subject(),
               relation.start_date(),
               relation.end_date()});
  }
  std::cout << "\n关系\n" << table.ToText();
}

std::string RestrictionsOf(const StandingRecord& record) {
  return absl::StrJoin(record.restrictions(), "; ", [](std::string* out, const auto& restriction) {
    absl::StrAppend(out, restriction.zh());
  });
}

// What would help, a row for each step; ways one after the other.
void PrintWaysUp(const CreditFile& file) {
  if (file.ways_up_size() == 0) return;
  static const std::map<std::string, std::string> kWords = {
      {"correct", "改正"}, {"repair", "申请修复"}, {"merit", "争取加分"}};
  Table table({{.text = "办法", .right = true},
               {.text = "步骤"},
               {.text = "日期"},
               {.text = "分值", .right = true},
               {.text = "项目", .columns_max = 36},
               {.text = "证据", .columns_max = 52},
               {.text = "结果", .columns_max = 80}});
  for (int i = 0; i < file.ways_up_size(); ++i) {
    const WayUp& way = file.ways_up(i);
    std::string result = absl::StrCat(
        "自", way.reached_on(), " ", FormatHundredths(way.score_hundredths()), "分 ", way.grade());
    for (const auto& lifted : way.lifted()) absl::StrAppend(&result, " 解除", lifted.zh());
    for (const WayUpStep& step : way.steps()) {
      const auto word = kWords.find(step.kind());
      table.Add({absl::StrCat(i + 1),
                 word == kWords.end() ? step.kind() : word->second,
                 step.on(),
                 FormatHundredths(step.points_hundredths()),
                 step.zh(),
                 step.evidence(),
                 &step == &*way.steps().rbegin() ? result : ""});
    }
  }
  std::cout << "\n可行办法" << (file.ways_up_limited() ? "(未穷尽)" : "") << "\n" << table.ToText();
}

void PrintSteps(const CreditFile& file) {
  if (file.ahead_size() > 0) {
    Table table({{.text = "日期"},
                 {.text = "得分", .right = true},
                 {.text = "等级"},
                 {.text = "限制", .columns_max = 200}});
    for (const StandingRecord& record : file.ahead()) {
      table.Add({record.day(),
                 FormatHundredths(record.score_hundredths()),
                 record.grade(),
                 RestrictionsOf(record)});
    }
    std::cout << "\n自动变化\n" << table.ToText();
  }
  if (file.history_size() == 0) return;
  Table table({{.text = "版本", .right = true},
               {.text = "记录时间"},
               {.text = "得分", .right = true},
               {.text = "等级"},
               {.text = "原因", .columns_max = 72}});
  for (int i = 0; i < std::min(file.history_size(), kHistoryShownMax); ++i) {
    const StandingStep& step = file.history(i);
    table.Add({absl::StrCat(step.revision()),
               FormatInstant(step.record_time()),
               FormatHundredths(step.record().score_hundredths()),
               step.record().grade(),
               absl::StrJoin(step.causes(), ", ")});
  }
  std::cout << "\n历史\n" << table.ToText();
}

void PrintHead(const CreditFile& file) {
  const auto& standing = file.standing();
  const StandingRecord& record = standing.record();
  std::cout << standing.display_name() << " " << standing.subject() << "\n";
  if (standing.former_names_size() > 0) {
    std::cout << "曾用名 " << absl::StrJoin(standing.former_names(), "; ") << "\n";
  }
  std::cout << "有效日期 " << standing.as_of() << "  得分 "
            << (record.rated() ? FormatHundredths(record.score_hundredths()) : "未评");
  if (!record.grade().empty()) std::cout << "  等级 " << record.grade();
  std::cout << "  评分标准 " << record.policy() << "\n";
  for (const auto& restriction : record.restrictions()) {
    std::cout << "限制 " << restriction.zh() << " (自 " << restriction.from()
              << (restriction.until().empty() ? ""
                                              : absl::StrCat(" 至 ", restriction.until(), " 前"))
              << "; " << restriction.clause() << ")\n";
  }
  std::cout << "\n";
}

int Print(Session& session, const credit::v1::GetCreditFileRequest& request) {
  CreditFile file;
  const absl::Status status =
      session.Call("xince.credit.v1.CreditService/GetCreditFile", request, file);
  if (!status.ok()) return Refuse(status);
  if (session.json()) {
    PrintJson(file);
    return kExitDone;
  }
  PrintHead(file);
  PrintLines(file);
  PrintGroups(file);
  PrintEvidence(file);
  PrintRelations(file);
  PrintWaysUp(file);
  PrintSteps(file);
  return kExitDone;
}

}  // namespace

void AddCreditFile(Command& app) {
  struct Options {
    std::string subject, as_of, known_at;
  };
  const auto options = std::make_shared<Options>();
  app.Add("file", "the credit file: every line, sum and reason")
      .Argument("SUBJECT", options->subject, "firms/…, managers/…; a bare credit code is a firm")
      .Option("--as-of", options->as_of, "valid on this day, YYYY-MM-DD")
      .Option("--known-at", options->known_at, "as it was known at this time")
      .Run([options](Session& session) {
        credit::v1::GetCreditFileRequest request;
        request.set_subject(SubjectName(options->subject));
        const absl::Status status = ReadDates(options->as_of, options->known_at, request);
        if (!status.ok()) {
          (void)Refuse(status);
          return kExitUsage;
        }
        return Print(session, request);
      });
}

}  // namespace xince::cli
