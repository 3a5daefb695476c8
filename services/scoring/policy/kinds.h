#ifndef SERVICES_SCORING_POLICY_KINDS_H_
#define SERVICES_SCORING_POLICY_KINDS_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "xince/policy/v1/pack.pb.h"

/// The vocabulary between feeds and policies.
namespace xince::policy {

/// The kinds of evidence there are. Immutable.
class Kinds {
 public:
  /// Reads a catalogue from textproto. INVALID_ARGUMENT KINDS_SYNTAX (metadata `file`, `line`,
  /// `column`), KINDS_INVALID for a kind that is there twice, is not `feed.word`, is not of its feed,
  /// or has no name.
  static absl::StatusOr<Kinds> Load(absl::string_view bytes, absl::string_view file);

  /// The kind; null when there is none.
  [[nodiscard]] const v1::EvidenceKind* Find(absl::string_view kind) const;
  [[nodiscard]] const v1::KindCatalogue& catalogue() const { return catalogue_; }

 private:
  v1::KindCatalogue catalogue_;
  std::map<std::string, int, std::less<>> index_;
};

}  // namespace xince::policy

#endif  // SERVICES_SCORING_POLICY_KINDS_H_
