#include <iostream>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"

#include "xince/committee/v1/committee.pb.h"

#include "services/apps/xince/command.h"
#include "services/apps/xince/commands.h"
#include "services/apps/xince/services.h"
#include "services/apps/xince/session.h"
#include "services/apps/xince/table.h"

// `xince committee warnings` and `xince committee overdue-elections`: what committees lack on a day.
namespace xince::cli {
namespace {

namespace cv = ::xince::committee::v1;

struct Asked {
  std::string division, estate, as_of, page_token;
  int page_size = 50;
  bool all = false;
};

template <class Request>
Request RequestOf(const Asked& asked) {
  Request request;
  request.set_division(asked.division);
  request.set_as_of_date(asked.as_of);
  request.set_page_size(asked.page_size);
  request.set_page_token(asked.page_token);
  return request;
}

// A page, or all of them as one; `print` writes it for people.
template <class Response, class Request, class Print>
int List(Session& session, const char* method, const Asked& asked, Request request, Print print) {
  Response all;
  for (;;) {
    Response page;
    const absl::Status status =
        session.Call(absl::StrCat("xince.committee.v1.CommitteeService/", method), request, page);
    if (!status.ok()) return Refuse(status);
    all.clear_next_page_token();
    all.MergeFrom(page);
    if (!asked.all || page.next_page_token().empty()) break;
    request.set_page_token(page.next_page_token());
  }
  if (session.json()) {
    PrintJson(all);
    return kExitDone;
  }
  print(all);
  if (!all.next_page_token().empty()) {
    std::cerr << "还有更多: --page-token=" << all.next_page_token() << " 或 --all\n";
  }
  return kExitDone;
}

std::string KindZh(const cv::Warning& warning) {
  return LabelOf(*cv::Warning::Kind_descriptor()->FindValueByNumber(warning.kind()));
}

void PrintWarnings(const cv::ListCommitteeWarningsResponse& found) {
  Table table({{.text = "自治组织", .columns_max = 80},
               {.text = "委员", .right = true},
               {.text = "党员", .right = true},
               {.text = "党员比例", .right = true},
               {.text = "提示"},
               {.text = "涉及记录", .columns_max = 80},
               {.text = "应完成日"},
               {.text = "逾期天数", .right = true},
               {.text = "说明", .columns_max = 120},
               {.text = "依据", .columns_max = 80}});
  for (const cv::CommitteeWarnings& one : found.committees()) {
    const std::string share =
        one.members() == 0 ? "-"
                           : absl::StrCat(FormatHundredths(one.party_share_hundredths()), "%");
    if (one.warnings().empty()) {
      table.Add({one.committee(),
                 absl::StrCat(one.members()),
                 absl::StrCat(one.party_members()),
                 share,
                 "无",
                 "",
                 "",
                 "",
                 "",
                 ""});
    }
    for (const cv::Warning& warning : one.warnings()) {
      table.Add({one.committee(),
                 absl::StrCat(one.members()),
                 absl::StrCat(one.party_members()),
                 share,
                 KindZh(warning),
                 warning.record(),
                 warning.due_date(),
                 warning.days_late() == 0 ? "" : absl::StrCat(warning.days_late()),
                 warning.text_zh(),
                 warning.clause()});
    }
  }
  std::cout << table.ToText();
}

void PrintOverdue(const cv::ListOverdueElectionsResponse& found) {
  Table table({{.text = "自治组织", .columns_max = 80},
               {.text = "名称", .columns_max = 60},
               {.text = "行政区划"},
               {.text = "任期届满日"},
               {.text = "逾期天数", .right = true},
               {.text = "换届大会召集日期"}});
  for (const cv::OverdueElection& one : found.overdue_elections()) {
    table.Add({one.committee().name(),
               one.committee().display_name(),
               one.committee().division(),
               one.committee().term_end_date(),
               absl::StrCat(one.days_overdue()),
               one.committee().re_election_called_date()});
  }
  std::cout << table.ToText();
}

Command& AddPaging(Command& command, Asked& asked) {
  return command.Option("--division", asked.division, "only in this division")
      .Option("--as-of", asked.as_of, "on this day, YYYY-MM-DD; today unless given")
      .Option("--page-size", asked.page_size, "committees of a page")
      .Option("--page-token", asked.page_token, "continues behind an earlier page")
      .Flag("--all", asked.all, "all pages");
}

}  // namespace

void AddCommitteeLists(Command& committee) {
  const auto warned = std::make_shared<Asked>();
  Command warnings = committee.Add(
      "warnings", "what those in office lack or were late with, and who sits in them");
  AddPaging(warnings, *warned)
      .Option("--estate", warned->estate, "only of this estate, estates/…")
      .Run([warned](Session& session) {
        auto request = RequestOf<cv::ListCommitteeWarningsRequest>(*warned);
        request.set_estate(warned->estate);
        return List<cv::ListCommitteeWarningsResponse>(
            session, "ListCommitteeWarnings", *warned, request, PrintWarnings);
      });
  const auto overdue = std::make_shared<Asked>();
  Command elections = committee.Add("overdue-elections", "whose term is over and who still act");
  AddPaging(elections, *overdue).Run([overdue](Session& session) {
    return List<cv::ListOverdueElectionsResponse>(
        session,
        "ListOverdueElections",
        *overdue,
        RequestOf<cv::ListOverdueElectionsRequest>(*overdue),
        PrintOverdue);
  });
}

}  // namespace xince::cli
