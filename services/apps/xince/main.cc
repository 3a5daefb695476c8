// The command line of a register.
//
//   xince template registry.firm > firms.csv
//   xince import registry.firm firms.csv
//   xince standing 91320100DEM000011A --as-of=2026-09-30
#include <csignal>
#include <iostream>

#include <CLI/CLI.hpp>

#include "services/apps/xince/command.h"
#include "services/apps/xince/commands.h"
#include "services/apps/xince/session.h"

namespace xince::cli {
namespace {

// Options before or behind the command. Set before the commands are added, which inherit it.
void AddOptions(CLI::App& app, Session& session) {
  app.fallthrough();
  app.add_option("--server", session.server, "HOST:PORT or unix:PATH of the server")
      ->envname("XINCE_SERVER")
      ->take_last()
      ->capture_default_str();
  app.add_option(
         "--actor", session.actor, "who acts, as the register records it; xince unless given")
      ->envname("XINCE_ACTOR")
      ->take_last();
  app.add_option("--output,-o", session.output, "table for people, json for programs")
      ->check(CLI::IsMember({"table", "json"}))
      ->take_last()
      ->capture_default_str();
  app.add_option("--timeout", session.timeout, "longest time for one call")
      ->take_last()
      ->capture_default_str();
  app.add_option("--share-dir", session.share_dir, "directory of divisions.bin")->take_last();
}

int Main(int argc, char** argv) {
  // Whoever reads our output may stop reading.
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App app("Xince 信册: the credit register of property management", "xince");
  app.set_version_flag("--version", XINCE_VERSION);
  app.require_subcommand(1);
  Session session;
  session.program = argv[0];
  AddOptions(app, session);
  Command root(app, session);
  AddTemplate(root);
  AddImport(root);
  AddRecords(root);
  AddDraws(root);
  AddOrders(root);
  AddStanding(root);
  AddReport(root);
  AddCreditFile(root);
  AddStatus(root);
  AddIntake(root);
  AddJournal(root);
  AddPolicy(root);
  AddCases(root);
  AddObjections(root);
  AddRepairs(root);
  AddLists(root);
  AddApi(root);
  AddDemo(root);
  AddDocuments(root);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitDone : kExitUsage;
  }
  if (const auto timeout = session.TimeoutDuration(); !timeout.ok()) {
    (void)Refuse(timeout.status());
    return kExitUsage;
  }
  const int code = session.run(session);
  std::cout.flush();
  return code;
}

}  // namespace
}  // namespace xince::cli

int main(int argc, char** argv) { return xince::cli::Main(argc, argv); }
