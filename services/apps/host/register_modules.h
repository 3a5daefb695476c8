#ifndef SERVICES_APPS_HOST_REGISTER_MODULES_H_
#define SERVICES_APPS_HOST_REGISTER_MODULES_H_

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

#include "services/feeds/committee/rules.h"
#include "services/feeds/kind_list.h"
#include "services/journal/checkpoint.h"
#include "services/journal/journal.h"
#include "services/journal/machine.h"
#include "services/runtime/clock.h"
#include "services/runtime/metrics.h"
#include "services/runtime/module.h"
#include "services/runtime/rpc_service.h"
#include "services/runtime/workers.h"
#include "services/type/divisions.h"
#include "services/type/working_days.h"

namespace xince::documents {
struct DocumentWords;
}

/// The services of a register as modules of a process: what xinced runs, and what the tests run that
/// need a whole register.
namespace xince::host {

/// Names of the services a process can run, in the order they start.
inline constexpr const char* kFeeds[] = {"registry", "inspection", "party", "committee"};
inline constexpr char kScoring[] = "scoring";

/// Opens the journal of a service by its name, `<register>/<service>`. `on_dead` is called when it
/// cannot be written any more, from any thread.
using OpenJournal = std::function<absl::StatusOr<std::unique_ptr<journal::Journal>>(
    const std::string& name, std::function<void(const absl::Status&)> on_dead)>;

/// Everything the modules need from outside.
struct RegisterOptions {
  /// Services to run here: any of kFeeds and kScoring.
  std::set<std::string> services;
  /// Name of the register, such as `nanjing`, and the division it is responsible for.
  std::string register_name;
  std::string division;
  OpenJournal open_journal;
  /// Key that signs the checkpoints of a journal.
  std::function<absl::StatusOr<journal::SigningKey>(const std::string& journal)> signing_key;
  /// Key of the keyed hash of identity numbers, the same in every service of a register.
  std::string identity_key;
  /// Where feeds are that do not run here: name to address. Used by scoring.
  std::map<std::string, std::string> feed_addresses;
  /// Policy packs to take up: file name and content.
  std::vector<std::pair<std::string, std::string>> policies;
  /// The catalogue of kinds of evidence, textproto; empty: no pack can be proposed.
  std::string kind_catalogue;
  /// Working days, for the deadlines of cases; null: no case can be opened, and no clock of one runs.
  std::shared_ptr<const type::WorkingDays> calendar;
  /// What official documents are made with; null: none are made.
  std::shared_ptr<const documents::DocumentWords> document_words;
  /// Kinds of evidence that records of the inspection feed may name; never empty where it runs.
  feeds::KindList kinds;
  /// What the division asks of committees; by default nothing but the bodies of a joint review.
  committee::Rules committee_rules = committee::NoRules();
  /// These outlive the modules.
  const type::Divisions* divisions = nullptr;
  const runtime::Clock* clock = nullptr;
  runtime::Metrics* metrics = nullptr;
  /// Makes trace ids.
  std::function<std::string()> make_trace;
  runtime::RpcLimits limits;
  runtime::Workers::Options workers;
  journal::Machine::Options machine;
};

/// Opens the journals and makes the modules, in the order they start. Journals are replayed when the
/// modules start. `options` outlives the modules.
/// Errors: those of the journals and keys; INVALID_ARGUMENT `TARGET_UNKNOWN`, `FEED_ADDRESS_MISSING`,
/// `KINDS_MISSING`.
absl::StatusOr<std::vector<std::unique_ptr<runtime::Module>>> OpenModules(
    const RegisterOptions& options);

}  // namespace xince::host

#endif  // SERVICES_APPS_HOST_REGISTER_MODULES_H_
