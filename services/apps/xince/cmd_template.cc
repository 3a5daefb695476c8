#include <iostream>

#include <CLI/CLI.hpp>

#include "services/apps/xince/catalog.h"
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
  const auto record = FindRecord(command);
  if (!record.ok()) {
    (void)Refuse(record.status());
    return kExitUsage;
  }
  std::cout << MakeTemplate(*(*record)->message, chinese);
  return kExitDone;
}

}  // namespace

void AddTemplate(CLI::App& app, Session& session) {
  struct Options {
    std::string record;
    std::string lang = "en";
  };
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("template", "prints the CSV header of a record type, explained");
  command->add_option("RECORD", options->record, "such as registry.firm; none for a list of all");
  command->add_option("--lang", options->lang, "header by field paths (en) or in Chinese (zh)")
      ->check(CLI::IsMember({"en", "zh"}))
      ->capture_default_str();
  command->callback([options, &session] {
    session.run = [options](Session&) {
      return options->record.empty() ? ListTemplates()
                                     : PrintTemplate(options->record, options->lang == "zh");
    };
  });
}

}  // namespace xince::cli
