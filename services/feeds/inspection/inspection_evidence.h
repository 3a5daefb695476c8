#ifndef SERVICES_FEEDS_INSPECTION_INSPECTION_EVIDENCE_H_
#define SERVICES_FEEDS_INSPECTION_INSPECTION_EVIDENCE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "xince/inspection/v1/inspection.pb.h"

#include "services/feeds/kind_list.h"
#include "services/feeds/record_checks.h"
#include "services/feeds/record_type.h"
#include "services/runtime/errors.h"

/// What the record types of the inspection feed have alike.
namespace xince::inspection {

/// Adds a piece of evidence with what the fields of the same meaning say: subject, matter (the
/// record's name where it has none), level, issuer, division, documents, decided points. The
/// caller sets the dates, tags and measures.
template <class Record>
evidence::v1::Evidence& AddEvidence(const Record& record,
                                    feeds::EvidenceSink& sink,
                                    absl::string_view slot,
                                    absl::string_view kind) {
  evidence::v1::Evidence& piece = sink.Add(slot);
  piece.set_subject(record.subject());
  piece.set_kind(std::string(kind));
  if constexpr (requires { record.matter(); }) {
    piece.set_matter(record.matter().empty() ? record.name() : record.matter());
  }
  piece.set_level(record.level());
  piece.set_issuer_level(record.level());
  piece.set_issuer(record.issuer());
  piece.set_division(record.division());
  if (record.has_document()) *piece.add_documents() = record.document();
  if constexpr (requires { record.decision(); }) {
    if (record.has_decision()) *piece.add_documents() = record.decision();
    if (record.has_decided_points_hundredths()) {
      piece.set_given_points_hundredths(record.decided_points_hundredths());
    }
  }
  return piece;
}

/// The first of the dates that is set: determined, of the decision, of the document, `otherwise`.
template <class Record>
std::string DeterminedOn(const Record& record,
                         const std::string& determined,
                         const std::string& otherwise) {
  if (!determined.empty()) return determined;
  if (!record.decision().issue_date().empty()) return record.decision().issue_date();
  if (!record.document().issue_date().empty()) return record.document().issue_date();
  return otherwise;
}

/// What decided points may be for.
enum class Sign {
  kMerit,
  kDemerit,
};

/// Decided points come with the meeting's document, its title or number and its date (INVALID_ARGUMENT
/// `DECISION_DOCUMENT_REQUIRED`), and have the sign of what they are for: negative or 0 for a
/// demerit, positive or 0 for a merit (`DECIDED_POINTS_SIGN`).
template <class Record>
absl::Status CheckDecision(const Record& record, Sign sign) {
  if (!record.has_decided_points_hundredths()) return absl::OkStatus();
  const type::v1::Document& decision = record.decision();
  if ((decision.number().empty() && decision.title().empty()) || decision.issue_date().empty()) {
    return runtime::InvalidArgument(
        "DECISION_DOCUMENT_REQUIRED",
        "decision",
        "decided points need the meeting's document: its title or number, and its date",
        "填写评审分值须同时填写评审决定的名称或文号及日期");
  }
  const int64_t points = record.decided_points_hundredths();
  if (sign == Sign::kMerit ? points >= 0 : points <= 0) return absl::OkStatus();
  return runtime::InvalidArgument(
      "DECIDED_POINTS_SIGN",
      "decided_points_hundredths",
      sign == Sign::kMerit ? "points for a merit are not negative"
                           : "points for a demerit are not positive",
      sign == Sign::kMerit ? "加分事项的分值不得为负" : "扣分事项的分值不得为正");
}

/// The kinds that findings and conducts may name: those of this feed in the vocabulary that no record
/// type of its own gives.
feeds::KindList OpenKinds(const feeds::KindList& vocabulary);

/// OK for a kind among `open`, the result of OpenKinds: a misspelt one would be on file and count
/// nowhere. Errors, INVALID_ARGUMENT about `kind`: `KIND_OF_OTHER_FEED`, `KIND_RESERVED`, `KIND_UNKNOWN`
/// with metadata `nearest`, the open kind that differs least.
absl::Status CheckOpenKind(const std::string& kind, const feeds::KindList& open);

}  // namespace xince::inspection

#endif  // SERVICES_FEEDS_INSPECTION_INSPECTION_EVIDENCE_H_
