#ifndef SERVICES_APPS_XINCE_CASE_TABLES_H_
#define SERVICES_APPS_XINCE_CASE_TABLES_H_

#include <string>

#include "xince/listing/v1/listing.pb.h"

#include "services/runtime/errors.h"

/// Cases and lists as tables for people.
namespace xince::cli {

/// A case: what it is about, how it stands, its steps; then what may happen next and until when.
std::string CaseText(const listing::v1::Case& of);
/// What may happen next, what is missing for it, and which clocks run.
std::string NextText(const listing::v1::Case& of);
/// What is missing for a step that was refused with GUARD_MISSING, guard by guard: words, clause, and the
/// day from which it holds by itself. Empty for any other refusal.
std::string MissingText(const runtime::Problem& problem);
/// The follow-up log: who follows up, each line, and when the next is due.
std::string LogText(const listing::v1::Case& of);
/// Cases, one a line.
std::string CasesText(const listing::v1::ListCasesResponse& cases);
/// Entries, one a line.
std::string EntriesText(const listing::v1::ListEntriesResponse& entries);
/// Lists, one a line.
std::string DefinitionsText(const listing::v1::ListDefinitionsResponse& definitions);

}  // namespace xince::cli

#endif  // SERVICES_APPS_XINCE_CASE_TABLES_H_
