#include <iostream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "xince/credit/v1/credit.pb.h"

#include "services/apps/xince/command.h"
#include "services/apps/xince/commands.h"
#include "services/apps/xince/session.h"
#include "services/apps/xince/subject_options.h"
#include "services/apps/xince/table.h"

// `xince standing` and `xince standings`: the answer in short, of one subject and of many.
namespace xince::cli {
namespace {

using credit::v1::GetStandingRequest;
using credit::v1::ListStandingsRequest;
using credit::v1::ListStandingsResponse;
using credit::v1::Standing;
using credit::v1::StandingRecord;

struct ListOptions {
  ListStandingsRequest request;
  bool all = false;
};

std::string ScoreOf(const StandingRecord& record) {
  return record.rated() ? FormatHundredths(record.score_hundredths()) : "未评";
}

std::string RestrictionsOf(const StandingRecord& record) {
  return absl::StrJoin(record.restrictions(), "; ", [](std::string* out, const auto& restriction) {
    absl::StrAppend(out, restriction.zh());
  });
}

void PrintStanding(const Standing& standing) {
  const StandingRecord& record = standing.record();
  Table table({{.text = "主体"}, {.text = standing.subject(), .columns_max = 400}});
  const auto add = [&table](const char* label, std::string value) {
    if (!value.empty()) table.Add({label, std::move(value)});
  };
  add("名称", standing.display_name());
  add("曾用名", absl::StrJoin(standing.former_names(), "; "));
  add("登记区划", standing.division());
  add("有效日期", standing.as_of());
  add("得分", ScoreOf(record));
  add("等级", record.grade());
  for (const auto& restriction : record.restrictions()) {
    add("限制",
        absl::StrCat(
            restriction.zh(),
            " (自 ",
            restriction.from(),
            restriction.until().empty() ? "" : absl::StrCat(" 至 ", restriction.until(), " 前"),
            "; ",
            restriction.clause(),
            ")"));
  }
  for (const auto& entry : record.memberships()) {
    add("名单",
        absl::StrCat(entry.zh(),
                     " (自 ",
                     entry.from(),
                     entry.until().empty() ? "" : absl::StrCat(" 至 ", entry.until(), " 前"),
                     entry.published() ? ";公布" : "",
                     entry.contested() ? ";异议中" : "",
                     "; ",
                     entry.case_(),
                     ")"));
  }
  add("拟列入", absl::StrJoin(record.proposals(), "; "));
  if (record.contested()) {
    add("异议中",
        absl::StrCat("不计异议项得分 ", FormatHundredths(record.uncontested_score_hundredths())));
  }
  if (standing.withdrawn()) add("状态", "备案已注销");
  add("最早变化", record.next_change_on());
  add("评分标准", absl::StrCat(record.policy(), " ", record.policy_digest().substr(0, 12)));
  add("解释摘要", record.explanation_digest().substr(0, 12));
  add("数据版本", standing.revision());
  std::cout << table.ToText();
}

int Get(Session& session,
        const std::string& subject,
        const std::string& as_of,
        const std::string& at) {
  GetStandingRequest request;
  request.set_subject(SubjectName(subject));
  if (absl::Status status = ReadDates(as_of, at, request); !status.ok()) {
    (void)Refuse(status);
    return kExitUsage;
  }
  Standing standing;
  const absl::Status status =
      session.Call("xince.credit.v1.CreditService/GetStanding", request, standing);
  if (!status.ok()) return Refuse(status);
  session.json() ? PrintJson(standing) : PrintStanding(standing);
  return kExitDone;
}

void PrintStandings(const ListStandingsResponse& reply) {
  Table table({{.text = "主体"},
               {.text = "名称", .columns_max = 40},
               {.text = "区划"},
               {.text = "得分", .right = true},
               {.text = "等级"},
               {.text = "限制", .columns_max = 60}});
  for (const Standing& standing : reply.standings()) {
    table.Add({standing.subject(),
               standing.display_name(),
               standing.division(),
               ScoreOf(standing.record()),
               standing.record().grade(),
               RestrictionsOf(standing.record())});
  }
  std::cout << table.ToText();
  if (!reply.next_page_token().empty()) {
    std::cerr << "还有更多: --page-token=" << reply.next_page_token() << " 或 --all\n";
  }
}

int List(Session& session, ListOptions options) {
  ListStandingsResponse all;
  for (;;) {
    ListStandingsResponse page;
    const absl::Status status =
        session.Call("xince.credit.v1.CreditService/ListStandings", options.request, page);
    if (!status.ok()) return Refuse(status);
    all.clear_next_page_token();
    all.MergeFrom(page);
    if (!options.all || page.next_page_token().empty()) break;
    options.request.set_page_token(page.next_page_token());
  }
  session.json() ? PrintJson(all) : PrintStandings(all);
  return kExitDone;
}

// A question about one subject.
struct Question {
  std::string subject, as_of, known_at;
};

struct Narrowing {
  std::string collection, division, grade, page_token;
  int page_size = 50;
  bool restricted = false;
  bool all = false;
};

ListOptions ListOptionsOf(const Narrowing& narrowing) {
  ListOptions options{.all = narrowing.all};
  options.request.set_collection(narrowing.collection);
  options.request.set_division(narrowing.division);
  options.request.set_grade(narrowing.grade);
  options.request.set_restricted(narrowing.restricted);
  options.request.set_page_size(narrowing.page_size);
  options.request.set_page_token(narrowing.page_token);
  return options;
}

}  // namespace

void AddStanding(Command& app) {
  const auto question = std::make_shared<Question>();
  app.Add("standing", "score, grade and restrictions of a subject")
      .Argument("SUBJECT", question->subject, "firms/…, managers/…; a bare credit code is a firm")
      .Option("--as-of", question->as_of, "valid on this day, YYYY-MM-DD")
      .Option("--known-at", question->known_at, "as it was known at this time")
      .Run([question](Session& session) {
        return Get(session, question->subject, question->as_of, question->known_at);
      });
  const auto narrowing = std::make_shared<Narrowing>();
  app.Add("standings", "standings in the order of the subjects' names")
      .Option("--collection", narrowing->collection, "firms, managers, projects, committees …")
      .Option("--division", narrowing->division, "filed in this division")
      .Option("--grade", narrowing->grade, "only this grade")
      .Flag("--restricted", narrowing->restricted, "only under a restriction")
      .Option("--page-size", narrowing->page_size, "standings of a page")
      .Option("--page-token", narrowing->page_token, "continues behind an earlier page")
      .Flag("--all", narrowing->all, "all pages")
      .Run([narrowing](Session& session) { return List(session, ListOptionsOf(*narrowing)); });
}

}  // namespace xince::cli
