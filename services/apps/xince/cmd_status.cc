#include <iostream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"

#include "xince/credit/v1/credit.pb.h"
#include "xince/journal/v1/journal.pb.h"

#include "services/apps/xince/command.h"
#include "services/apps/xince/commands.h"
#include "services/apps/xince/session.h"
#include "services/apps/xince/table.h"
#include "services/runtime/errors.h"

// `xince status`: how far the journals are, and how far scoring has read them.
namespace xince::cli {
namespace {

using credit::v1::IntakeStatus;
using journal::v1::ListJournalsResponse;

// Both answers as one object: `{"journals": [...], "intake": {...}}`.
void PrintBoth(const ListJournalsResponse& journals, const IntakeStatus& intake) {
  google::protobuf::Struct both;
  (void)google::protobuf::util::JsonStringToMessage(ToJson(journals), &both);
  google::protobuf::Struct inner;
  (void)google::protobuf::util::JsonStringToMessage(ToJson(intake), &inner);
  *(*both.mutable_fields())["intake"].mutable_struct_value() = inner;
  PrintJson(both);
}

void PrintTables(const ListJournalsResponse& journals, const IntakeStatus& intake) {
  Table ends({{.text = "流水"},
              {.text = "版本号", .right = true},
              {.text = "检查点", .right = true},
              {.text = "链值"}});
  for (const auto& journal : journals.journals()) {
    ends.Add({journal.journal(),
              absl::StrCat(journal.revision()),
              absl::StrCat(journal.checkpoint_revision()),
              journal.chain().substr(0, 16)});
  }
  std::cout << ends.ToText() << "\n";
  Table feeds(
      {{.text = "来源"}, {.text = "已取至", .right = true}, {.text = "取完"}, {.text = "连接"}});
  for (const auto& feed : intake.feeds()) {
    feeds.Add({feed.feed(),
               absl::StrCat(feed.sequence()),
               feed.has_stuck()   ? "卡住,见 xince intake show"
               : feed.caught_up() ? "是"
                                  : "否",
               feed.connected() ? "是" : "否"});
  }
  std::cout << feeds.ToText() << "\n"
            << "日期 " << intake.today() << "  主体 " << intake.subjects()
            << "  待主体登记的信用信息 " << intake.held_evidence() << "  版本 " << intake.revision()
            << "\n";
}

int Status(Session& session) {
  ListJournalsResponse journals;
  absl::Status status = session.Call(
      "xince.journal.v1.JournalService/ListJournals", journal::v1::ListJournalsRequest(), journals);
  if (!status.ok()) return Refuse(status);
  IntakeStatus intake;
  status = session.Call("xince.credit.v1.CreditService/GetIntakeStatus",
                        credit::v1::GetIntakeStatusRequest(),
                        intake);
  if (!status.ok()) return Refuse(status);
  session.json() ? PrintBoth(journals, intake) : PrintTables(journals, intake);
  return kExitDone;
}

}  // namespace

void AddStatus(Command& app) {
  app.Add("status", "where the journals end, and how far scoring is").Run(Status);
}

}  // namespace xince::cli
