#ifndef SERVICES_SCORING_RULEMAKING_RULE_BOOK_H_
#define SERVICES_SCORING_RULEMAKING_RULE_BOOK_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "xince/policy/v1/rulemaking.pb.h"

#include "services/journal/flat_bytes.h"
#include "services/journal/machine.h"
#include "services/scoring/policy/pack.h"

namespace xince::journal::v1 {
class PolicyLoaded;
class RulemakingStep;
}  // namespace xince::journal::v1

/// How versions of packs come about: the steps recorded, and what may be done next.
namespace xince::rulemaking {

/// Largest text that is taken as a proposal, in bytes: an entry of the journal holds it whole.
inline constexpr size_t kContentBytesMax = 960 << 10;
/// Versions that are proposed or in consultation at a time.
inline constexpr size_t kOpenDraftsMax = 20;
/// Versions of all states: a century of yearly rules with ten drafts each.
inline constexpr size_t kVersionsMax = 1000;
/// Comments of one version.
inline constexpr int kCommentsMax = 500;
/// Stored back-tests of one version; each takes the place of the one before.
inline constexpr int kBacktestsMax = 50;
/// Largest summary that is stored, serialized.
inline constexpr size_t kSummaryBytesMax = 512 << 10;
/// Warnings of the linter that are kept with a version.
inline constexpr size_t kFindingsMax = 50;

/// Where, when and by whom a step was recorded.
struct Stamp {
  journal::Revision revision = 0;
  int64_t time_us = 0;
  std::string actor;
  std::string request_id;
};
Stamp StampOf(const journal::Entry& entry);

/// A request that was carried out.
struct Carried {
  std::string request_digest;
  /// The version it was about, and the revision it was recorded at.
  std::string digest;
  journal::Revision revision = 0;
};

/// Every version the register has heard of, as its steps add up. States are those of the procedure
/// (DRAFT, CONSULTATION, APPROVED, WITHDRAWN, REFUSED): what the day makes of an approved version is
/// said by StateOn. Its lock is the machine's.
class RuleBook {
 public:
  using Details = policy::v1::PackDetails;

  /// A pack was taken up from the files of a release. It counts as approved.
  absl::Status Install(const journal::v1::PolicyLoaded& loaded,
                       const Stamp& stamp,
                       journal::Undo* undo);
  /// A step. DATA_LOSS `REPLAY_MISMATCH` for one that cannot follow on what is recorded; whether it was
  /// allowed when it was taken is for the guards (guards.h).
  absl::Status Apply(const journal::v1::RulemakingStep& step,
                     const Stamp& stamp,
                     journal::Undo* undo);

  /// The version with the digest (hexadecimal); null when there is none.
  [[nodiscard]] const Details* Find(const std::string& digest) const;
  /// The same, to be kept beyond the lock.
  [[nodiscard]] std::shared_ptr<const Details> Share(const std::string& digest) const;
  /// All by digest.
  [[nodiscard]] const std::map<std::string, std::shared_ptr<const Details>>& versions() const {
    return versions_;
  }
  /// Versions that are proposed or in consultation.
  [[nodiscard]] size_t open() const;
  /// The request of an actor under this id; null when there was none.
  [[nodiscard]] const Carried* FindRequest(const std::string& actor,
                                           const std::string& request_id) const;

  void Save(journal::FlatWriter& out) const;
  /// Replaces everything; false when the bytes cannot be read.
  [[nodiscard]] bool Load(journal::FlatReader& in);
  void Clear();

 private:
  void Put(const std::string& digest, std::shared_ptr<const Details> details, journal::Undo* undo);
  void Note(const journal::v1::RulemakingStep& step, const Stamp& stamp, journal::Undo* undo);

  std::map<std::string, std::shared_ptr<const Details>> versions_;
  std::map<std::pair<std::string, std::string>, Carried> requests_;
};

/// What a version says of itself, from its text.
void Describe(const policy::v1::Pack& pack, policy::v1::PackVersion& version);

/// The author of a version; empty for one that was installed.
std::string AuthorOf(const policy::v1::PackVersion& version);

/// A version as it stood after the step recorded at a revision: later steps and comments are not there.
/// This is what the request that took the step was answered.
policy::v1::PackVersion VersionAt(const policy::v1::PackDetails& details,
                                  journal::Revision revision);

/// The state of the procedure or, for an approved version, what the day makes of it. `in_use`: the
/// packs in use.
policy::v1::PackState StateOn(const policy::v1::PackVersion& version,
                              type::Date day,
                              const policy::PackSet& in_use);

}  // namespace xince::rulemaking

#endif  // SERVICES_SCORING_RULEMAKING_RULE_BOOK_H_
