#include <iostream>
#include <memory>

#include "services/apps/xince/catalog.h"
#include "services/apps/xince/command.h"
#include "services/apps/xince/commands.h"
#include "services/apps/xince/csv_records.h"
#include "services/apps/xince/session.h"
#include "services/apps/xince/table.h"

// `xince template`: what a CSV file of a record type looks like.
namespace xince::cli {
namespace {

int ListTemplates() {
  Table table({{.text = "RECORD"}, {.text = "名称"}, {.text = "资源"}});
  for (const RecordEntry& record : Records()) {
    table.Add({record.command, record.zh, record.collection});
  }
  std::cout << table.ToText();
  return kExitDone;
}

int PrintTemplate(const std::string& command, bool chinese) {
  const auto record = FindImportable(command);
  if (!record.ok()) {
    (void)Refuse(record.status());
    return kExitUsage;
  }
  std::cout << MakeTemplate(*(*record)->message, chinese);
  return kExitDone;
}

}  // namespace

void AddTemplate(Command& app) {
  struct Options {
    std::string record;
    std::string lang = "en";
  };
  const auto options = std::make_shared<Options>();
  app.Add("template", "prints the CSV header of a record type, explained")
      .Optional("RECORD", options->record, "such as registry.firm; none for a list of all")
      .Choice(
          "--lang", options->lang, {"en", "zh"}, "header by field paths (en) or in Chinese (zh)")
      .Run([options](Session&) {
        return options->record.empty() ? ListTemplates()
                                       : PrintTemplate(options->record, options->lang == "zh");
      });
}

}  // namespace xince::cli
