#ifndef SERVICES_APPS_HOST_STORES_H_
#define SERVICES_APPS_HOST_STORES_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

#include "services/apps/host/register_modules.h"

namespace xince::config::v1 {
class Config;
class Documents;
}  // namespace xince::config::v1

/// What a process keeps on disk or reads from it: journals, keys, policy packs, the division tree.
namespace xince::host {

/// How the journals of a configuration are opened: one SQLite file `<data_dir>/<service>.journal`
/// each, or one stream each in Redis. `unsafe_filesystem` opens files where they may be lost
/// (containers without a volume, tests).
OpenJournal JournalsOf(const config::v1::Config& config,
                       bool unsafe_filesystem,
                       const runtime::Clock& clock);

/// Keys under `<data_dir>/keys`, made at the first start: the signing key of a journal,
/// `<service>.key` with `<service>.key.pub` beside it, and `identity.key`, 32 bytes in hexadecimal,
/// which every process of a register must share.
/// Errors: FAILED_PRECONDITION `KEY_FILE`.
absl::StatusOr<journal::SigningKey> SigningKeyOf(const std::string& data_dir,
                                                 const std::string& journal);
absl::StatusOr<std::string> IdentityKeyOf(const std::string& data_dir);

/// The national packs and those of the division found under a directory, `*/YYYY-MM-DD.textproto`: path
/// below the directory, and content; the national ones first, then by path. Errors: FAILED_PRECONDITION
/// `POLICIES_UNREADABLE`; those of policy::LoadPack with file, line and column.
absl::StatusOr<std::vector<std::pair<std::string, std::string>>> ReadPolicies(
    const std::string& directory, const std::string& division);

/// The vocabulary of kinds of evidence under a directory of packs, `national/kinds.textproto`. Errors:
/// FAILED_PRECONDITION `POLICIES_UNREADABLE`; those of policy::Kinds::Load with file, line and column.
absl::StatusOr<feeds::KindList> ReadKinds(const std::string& directory);

/// What the division asks of committees: the one `*/committee.textproto` under a directory of packs
/// that is of its jurisdiction, or nothing. Errors: FAILED_PRECONDITION `POLICIES_UNREADABLE`; those of
/// committee::ParseRules.
absl::StatusOr<committee::Rules> ReadCommitteeRules(const std::string& directory,
                                                    const std::string& division);

/// The calendar of working days that lies beside the nation's packs; null when there is none. Errors:
/// those of type::WorkingDays::Load.
absl::StatusOr<std::shared_ptr<const type::WorkingDays>> ReadCalendar(const std::string& directory);

/// The templates of documents and the words of the configuration: the nation's templates,
/// `national/documents`, then those beside the packs of the division, which stand for them. `policies` is
/// what ReadPolicies gave. Errors: those of documents::LoadTemplates with the file.
absl::StatusOr<std::shared_ptr<const documents::DocumentWords>> ReadDocumentWords(
    const std::string& directory,
    const std::vector<std::pair<std::string, std::string>>& policies,
    const config::v1::Documents& config);

/// The text of the same file; empty when there is none.
/// Errors: FAILED_PRECONDITION `POLICIES_UNREADABLE`.
absl::StatusOr<std::string> ReadKindCatalogue(const std::string& directory);

/// The first of the places where what is installed beside the binary may be: `configured` unless
/// empty, `../share/xince` from the binary, `/usr/share/xince`.
std::string ShareDirectory(const std::string& configured, const std::string& binary);

}  // namespace xince::host

#endif  // SERVICES_APPS_HOST_STORES_H_
