#ifndef SERVICES_APPS_XINCE_COMMANDS_H_
#define SERVICES_APPS_XINCE_COMMANDS_H_

namespace CLI {
class App;
}

/// The commands, one file each. Every function adds a command to the program; parsing it sets
/// `session.run`.
namespace xince::cli {

struct Session;

/// `xince template`
void AddTemplate(CLI::App& app, Session& session);
/// `xince import`
void AddImport(CLI::App& app, Session& session);
/// `xince record get|list|void`, `xince firm|manager|project|committee get|list`
void AddRecords(CLI::App& app, Session& session);
/// `xince standing`, `xince standings`
void AddStanding(CLI::App& app, Session& session);
/// `xince file`
void AddCreditFile(CLI::App& app, Session& session);
/// `xince status`
void AddStatus(CLI::App& app, Session& session);
/// `xince journal verify|fsck|export|verify-export|inclusion`
void AddJournal(CLI::App& app, Session& session);
/// `xince policy lint`
void AddPolicy(CLI::App& app, Session& session);
/// `xince api list|describe|call`
void AddApi(CLI::App& app, Session& session);
/// `xince demo generate|load`
void AddDemo(CLI::App& app, Session& session);

}  // namespace xince::cli

#endif  // SERVICES_APPS_XINCE_COMMANDS_H_
