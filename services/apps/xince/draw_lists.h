#ifndef SERVICES_APPS_XINCE_DRAW_LISTS_H_
#define SERVICES_APPS_XINCE_DRAW_LISTS_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "xince/credit/v1/credit.pb.h"
#include "xince/inspection/v1/draw.pb.h"

/// What a random draw of inspections is made from: standings at one knowledge, and a city's weights.
namespace xince::cli {

struct Session;

/// A table of weights with the bytes it was read from.
struct WeightsFile {
  std::string path;
  inspection::v1::DrawWeights weights;
  /// SHA-256 of the bytes.
  std::string sha256;

  /// As a draw's basis names it: `5101 2023-10-01`.
  [[nodiscard]] std::string Label() const;
};

/// Reads a table. INVALID_ARGUMENT `DRAW_WEIGHTS` (metadata `file`, `line`) when it is no such text, has no
/// division or day, or a factor without its source; those of ReadFile.
absl::StatusOr<WeightsFile> ReadWeights(const std::string& path);
/// The installed table of the longest division that holds `division`; nothing when no city has one.
absl::StatusOr<std::optional<WeightsFile>> InstalledWeights(const Session& session,
                                                            const std::string& division);

/// `firms` or `projects`.
std::string CollectionOf(const inspection::v1::InspectionDraw& draw);

/// Names of the subjects now filed in the draw's division, of its population.
absl::StatusOr<std::vector<std::string>> FiledSubjects(Session& session,
                                                       const inspection::v1::InspectionDraw& draw);

/// Standings as of the basis' day and knowledge, by subject. Who was not filed then is left out.
/// `revision`, where not null, gets the token of the answer.
absl::StatusOr<std::map<std::string, credit::v1::Standing>> StandingsAt(
    Session& session,
    const std::vector<std::string>& subjects,
    const inspection::v1::DrawBasis& basis,
    std::string* revision);

/// Whether a standing makes its subject one of the population: filed in the division and not withdrawn.
bool BelongsTo(const credit::v1::Standing& standing, const inspection::v1::InspectionDraw& draw);

/// The candidate a standing makes: its grade, and its lists of those that have a factor, sorted.
inspection::v1::DrawCandidate CandidateOf(const credit::v1::Standing& standing,
                                          const inspection::v1::InspectionDraw& draw);

/// Fills in basis, factors and candidates. `exclusions` are set already; `weights` may be null: all weigh
/// alike.
absl::Status LookUpLists(Session& session,
                         const WeightsFile* weights,
                         inspection::v1::InspectionDraw& draw);

}  // namespace xince::cli

#endif  // SERVICES_APPS_XINCE_DRAW_LISTS_H_
