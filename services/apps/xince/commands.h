#ifndef SERVICES_APPS_XINCE_COMMANDS_H_
#define SERVICES_APPS_XINCE_COMMANDS_H_

#include <string>

/// The commands, one file each. Every function adds a command to the program.
namespace xince::cli {

class Command;

/// `xince template`
void AddTemplate(Command& app);
/// `xince import`
void AddImport(Command& app);
/// `xince record get|list|void`, `xince firm|manager|project|committee get|list`
void AddRecords(Command& app);
/// `list` of a record type, such as `inspection.inspection-draw`, below `group`
void AddRecordList(Command& group, const std::string& record);
/// `xince committee warnings|overdue-elections`, below `committee`
void AddCommitteeLists(Command& committee);
/// `xince draw lists|make|get|list|publish|verify`
void AddDraws(Command& app);
/// `xince order get|list|overdue|extend|accept|fail`
void AddOrders(Command& app);
/// `xince standing`, `xince standings`
void AddStanding(Command& app);
/// `xince file`
void AddCreditFile(Command& app);
/// `xince report ranking|bottom-three|dispatch|disclosure|training|party-coverage|overdue-elections|
/// evaluations|rectification|rectification-summary|follow-ups`
void AddReport(Command& app);
/// `xince status`
void AddStatus(Command& app);
/// `xince journal verify|fsck|export|verify-export|inclusion`
void AddJournal(Command& app);
/// `xince journal recheck`, below `journal`
void AddRecheck(Command& journal);
/// `xince intake show|set-aside|list`
void AddIntake(Command& app);
/// `xince policy lint`
void AddPolicy(Command& app);
/// `xince policy propose|consult|comment|answer|backtest|publish|withdraw|list|show`, below `policy`
void AddRulemaking(Command& policy);
/// `xince case open|propose|step|get|list|next|check|notice|serve|…`
void AddCases(Command& app);
/// `xince objection file|accept|answer|uphold|reject|withdraw|get|list`
void AddObjections(Command& app);
/// `xince repair apply|accept|check|grant|refuse|get|list`
void AddRepairs(Command& app);
/// `xince list`
void AddLists(Command& app);
/// `xince api list|describe|call`
void AddApi(Command& app);
/// `xince demo generate|load`
void AddDemo(Command& app);
/// `xince doc list|get|verify|void|issue-points|render`
void AddDocuments(Command& app);

}  // namespace xince::cli

#endif  // SERVICES_APPS_XINCE_COMMANDS_H_
