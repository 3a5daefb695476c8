#ifndef SERVICES_APPS_XINCE_RULEMAKING_TABLES_H_
#define SERVICES_APPS_XINCE_RULEMAKING_TABLES_H_

#include <string>
#include <vector>

#include "xince/policy/v1/policy.pb.h"

/// Versions of packs and back-tests as tables for people.
namespace xince::cli {

/// State of a version in Chinese, such as `征求意见`.
std::string StateInChinese(policy::v1::PackState state);

/// A version as a list of facts, with its steps.
std::string VersionText(const policy::v1::PackVersion& version);
/// Versions, one a line, and the files that are not taken up.
std::string VersionsText(const policy::v1::ListPacksResponse& versions);
/// Comments with their answers; empty for none.
std::string CommentsText(const policy::v1::PackDetails& details);
/// What the linter said; empty for nothing.
std::string FindingsText(const policy::v1::PackDetails& details);

/// What a back-test came to: for each day and kind the grade matrix, old to the left and new on top,
/// and who crosses a legal threshold.
std::string SummaryText(const policy::v1::BacktestSummary& summary);
/// Movers, one a line, with the lines that moved them.
std::string MoversText(const std::vector<policy::v1::BacktestMover>& movers);

}  // namespace xince::cli

#endif  // SERVICES_APPS_XINCE_RULEMAKING_TABLES_H_
